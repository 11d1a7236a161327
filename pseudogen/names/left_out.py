"""What a call leaves out of a function: branches on the switches that it passes or leaves alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import libcst as cst

from pseudogen.names.script import Script
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

Given = Mapping[str, bool | None]
"""Parameter -> the switch (True, False or None) that it is in a call."""
Lines = tuple[int, int]

_SWITCHES = {"True": True, "False": False, "None": None}
_ENDS = (cst.Return, cst.Raise)
_NOTHING: Given = {}


def given(call: cst.Call, script: Script, function: Statement, around: Given = _NOTHING) -> Given:
    """The parameters of a function that are switches in a call, by its arguments or by default;
    `around` are those of the function that makes the call. What the function gives a new value is
    not known."""
    if type(function.node) is not cst.FunctionDef or any(arg.star for arg in call.args):
        return _NOTHING
    params = function.node.params
    places = [*params.posonly_params, *params.params]
    if places and places[0].name.value in ("self", "cls"):
        del places[0]
    passed: dict[str, Any] = {
        p.name.value: p.default for p in (*places, *params.kwonly_params) if p.default is not None
    }
    names = iter(place.name.value for place in places)
    for arg in call.args:
        name = arg.keyword.value if arg.keyword is not None else next(names, "")
        passed[name] = arg.value
    bindings = script.scope_of(function.index).bindings
    found: dict[str, bool | None] = {}
    for name, value in passed.items():
        written = text(value)
        known = written in _SWITCHES or written in around
        if known and len(bindings.get(name, ())) == 1:
            found[name] = _SWITCHES[written] if written in _SWITCHES else around[written]
    return found


def left_out(script: Script, function: Statement, switches: Given) -> list[Lines]:
    """The lines of a function that never run where its parameters are these switches."""
    if not switches:
        return []
    return list(_in_block(script, script.tree.body(function), switches))


def _in_block(script: Script, block: Sequence[Statement], switches: Given) -> Iterator[Lines]:
    tree = script.tree
    for place, statement in enumerate(block):
        if type(tree.statements[statement.chain].node) is not cst.If:
            yield from _in_block(script, tree.body(statement), switches)
        elif statement.chain == statement.index:
            taken, dead = _branches([statement, *tree.clauses(statement)], switches)
            for branch in dead:
                yield branch.start, branch.end
            for branch in taken:
                yield from _in_block(script, tree.body(branch), switches)
            after = tree.clauses(statement)[-1:] or [statement]
            rest = [s for s in block[place + 1 :] if s.index >= after[0].after]
            if len(taken) == 1 and rest and _leaves(script, taken[0], switches):
                yield rest[0].start, rest[-1].end
                return


def _branches(
    branches: Sequence[Statement], switches: Given
) -> tuple[list[Statement], list[Statement]]:
    """The branches of an `if` that may be taken, and those that are not."""
    taken: list[Statement] = []
    decided = False
    for branch in branches:
        holds = _holds(branch.node.test, switches) if type(branch.node) is cst.If else True
        if not decided and holds is not False:
            taken.append(branch)
        decided = decided or holds is True
    return taken, [branch for branch in branches if branch not in taken]


def _leaves(script: Script, branch: Statement, switches: Given) -> bool:
    """Whether a branch is surely taken, if no other one is, and leaves the function."""
    body = script.tree.body(branch)
    sure = type(branch.node) is cst.Else or _holds(branch.node.test, switches) is True
    return sure and bool(body) and type(body[-1].node) in _ENDS


def _holds(test: Any, switches: Given) -> bool | None:
    """Whether a test holds; None where that does not follow from the switches."""
    if type(test) is cst.Name and test.value in switches:
        return bool(switches[test.value])
    if type(test) is cst.UnaryOperation and type(test.operator) is cst.Not:
        inner = _holds(test.expression, switches)
        return None if inner is None else not inner
    if type(test) is cst.BooleanOperation:
        parts = {_holds(test.left, switches), _holds(test.right, switches)}
        decides = type(test.operator) is cst.Or
        return decides if decides in parts else None if None in parts else not decides
    if type(test) is cst.Comparison and len(test.comparisons) == 1:
        (compared,) = test.comparisons
        name, kind = dotted(test.left), type(compared.operator)
        if name in switches and text(compared.comparator) == "None":
            same = switches[name] is None
            return same if kind is cst.Is else not same if kind is cst.IsNot else None
    return None
