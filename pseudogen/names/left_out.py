"""What a call leaves out of a function: branches on constants that it passes or leaves alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import libcst as cst

from pseudogen.names.script import Script
from pseudogen.syntax.build import dotted
from pseudogen.syntax.literals import evaluated
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

Constant = bool | int | float | complex | str | bytes | None
Given = Mapping[str, Constant]
"""Parameter -> the constant that it is in a call."""
Lines = tuple[int, int]

_NUMBERS = (cst.Integer, cst.Float)
_SWITCHES = ("True", "False", "None")
_TRANSPARENT = frozenset(
    {"classmethod", "staticmethod", "torch.inference_mode()", "torch.no_grad()"}
)
"""Decorators that hand a function the arguments of the call; a command line's, for one, do not."""
_ENDS = (cst.Return, cst.Raise)
_NOTHING: Given = {}


def given(call: cst.Call, script: Script, function: Statement, around: Given = _NOTHING) -> Given:
    """The parameters of a function that are constants in a call, by its arguments or by default;
    `around` are those of the function that makes the call."""
    if type(function.node) is not cst.FunctionDef or any(arg.star for arg in call.args):
        return _NOTHING
    if any(dotted(item.decorator) not in _TRANSPARENT for item in function.node.decorators):
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
    found: dict[str, Constant] = {}
    for name, value in passed.items():
        if _is_constant(value):
            found[name] = evaluated(text(value))
        elif type(value) is cst.Name and value.value in around:
            found[name] = around[value.value]
    return found


def _is_constant(node: Any) -> bool:
    kind = type(node)
    if kind is cst.Name:
        return node.value in _SWITCHES
    if kind is cst.UnaryOperation:
        return type(node.operator) is cst.Minus and type(node.expression) in _NUMBERS
    return kind is cst.SimpleString or kind in _NUMBERS


def left_out(script: Script, function: Statement, known: Given) -> list[Lines]:
    """The lines of a function that never run where its parameters are these constants. What the
    function gives a new value is not known from there on."""
    if not known:
        return []
    return list(_in_block(script, script.tree.body(function), known))


def settled(script: Script, function: Statement, known: Given) -> Given:
    """Those of the constants that a function gives no new value."""
    bindings = script.scope_of(function.index).bindings
    return {name: value for name, value in known.items() if len(bindings.get(name, ())) == 1}


def _is_as_passed(script: Script, name: str, statement: Statement) -> bool:
    """Whether a parameter still has the value that was passed for it."""
    reaching = script.reaching(name, statement.index)
    return bool(reaching) and all(binding.how == "parameter" for binding in reaching)


def _in_block(script: Script, block: Sequence[Statement], known: Given) -> Iterator[Lines]:
    tree = script.tree
    for place, statement in enumerate(block):
        if type(tree.statements[statement.chain].node) is not cst.If:
            yield from _in_block(script, tree.body(statement), known)
        elif statement.chain == statement.index:
            here = {name: known[name] for name in known if _is_as_passed(script, name, statement)}
            taken, dead = _branches([statement, *tree.clauses(statement)], here)
            for branch in dead:
                yield branch.start, branch.end
            for branch in taken:
                yield from _in_block(script, tree.body(branch), known)
            after = tree.clauses(statement)[-1:] or [statement]
            rest = [s for s in block[place + 1 :] if s.index >= after[0].after]
            if len(taken) == 1 and rest and _leaves(script, taken[0], here):
                yield rest[0].start, rest[-1].end
                return


def _branches(
    branches: Sequence[Statement], known: Given
) -> tuple[list[Statement], list[Statement]]:
    """The branches of an `if` that may be taken, and those that are not."""
    taken: list[Statement] = []
    decided = False
    for branch in branches:
        holds = _holds(branch.node.test, known) if type(branch.node) is cst.If else True
        if not decided and holds is not False:
            taken.append(branch)
        decided = decided or holds is True
    return taken, [branch for branch in branches if branch not in taken]


def _leaves(script: Script, branch: Statement, known: Given) -> bool:
    """Whether a branch is surely taken, if no other one is, and leaves the function."""
    body = script.tree.body(branch)
    sure = type(branch.node) is cst.Else or _holds(branch.node.test, known) is True
    return sure and bool(body) and type(body[-1].node) in _ENDS


def _holds(test: Any, known: Given) -> bool | None:
    """Whether a test holds; None where that does not follow from these constants."""
    if type(test) is cst.Name and test.value in known:
        return bool(known[test.value])
    if type(test) is cst.UnaryOperation and type(test.operator) is cst.Not:
        inner = _holds(test.expression, known)
        return None if inner is None else not inner
    if type(test) is cst.BooleanOperation:
        parts = {_holds(test.left, known), _holds(test.right, known)}
        decides = type(test.operator) is cst.Or
        return decides if decides in parts else None if None in parts else not decides
    if type(test) is cst.Comparison and len(test.comparisons) == 1:
        (compared,) = test.comparisons
        name = dotted(test.left)
        if name in known:
            return _compares(known[name], type(compared.operator), compared.comparator)
    return None


def _compares(value: Constant, operator: type, other: Any) -> bool | None:
    """Whether a comparison of a constant holds; None where that does not follow from it."""
    if operator in (cst.Is, cst.IsNot):
        return (value is None) == (operator is cst.Is) if text(other) == "None" else None
    if operator in (cst.In, cst.NotIn) and type(other) in (cst.Tuple, cst.List, cst.Set):
        others, is_denied = [item.value for item in other.elements], operator is cst.NotIn
    elif operator in (cst.Equal, cst.NotEqual):
        others, is_denied = [other], operator is cst.NotEqual
    else:
        return None
    if not all(map(_is_constant, others)):
        return None
    return any(value == evaluated(text(item)) for item in others) is not is_denied
