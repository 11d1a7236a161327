"""What the lines of an outline need to be understood: the assignments their values come from."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Set

import libcst as cst

from pseudogen.names.script import Script
from pseudogen.names.structure import EVALUATION_LOOP
from pseudogen.syntax.tree import Statement

_DEPTH = 3
_FILLING = ("append", "extend", "insert")
_HOWS = ("assign", "unpack", "augment")


def ingredients(script: Script, roots: Iterable[int], stepping: Set[int]) -> dict[int, int]:
    """The assignments in the training loops, and in the functions `stepping` that take a step,
    that give what some statements read, and what those read in turn: `x, y = batch` for
    `loss = model(x, y)`.

    Returns the index of each and how far it is from a root, 1 for what a root reads itself; 0
    for those that apply a model, which are as good as roots.
    """
    found = dict.fromkeys(roots, 0)
    fillings = _fillings(script)
    given = set(found)
    waiting = deque(found)
    while waiting:
        index = waiting.popleft()
        statement = script.tree.statements[index]
        region = _region(script, statement, stepping)
        if region is None or found[index] >= _DEPTH:
            continue
        for read, _ in script.reads_of(statement):
            filled = fillings.get((read, statement.scope), ())
            inside = [each for each in filled if region.index < each < index]
            for made in [*_makers(script, read, index, region), *inside]:
                if made not in found:
                    applies = _applies_model(script, script.tree.statements[made])
                    found[made] = 0 if applies else found[index] + 1
                    waiting.append(made)
    return {index: distance for index, distance in found.items() if index not in given}


def _fillings(script: Script) -> dict[tuple[str, int], list[int]]:
    """(name, scope) -> the statements that put something into the list of that name."""
    found: dict[tuple[str, int], list[int]] = {}
    for site in (site for name in _FILLING for site in script.calls_of_method(name)):
        if type(site.statement.node) is cst.Expr:
            name = site.name.rpartition(".")[0]
            found.setdefault((name, site.scope), []).append(site.statement.index)
    return found


def _applies_model(script: Script, statement: Statement) -> bool:
    """Whether a call of a model stands anywhere in a statement."""
    roles = (script.role(call.node.func, call.scope) for call in script.calls_in(statement))
    return any(role is not None and role.kind == "model" for role in roles)


def _region(script: Script, statement: Statement, stepping: Set[int]) -> Statement | None:
    """The outermost loop of the training around a simple statement, in its function, or the
    function that takes a step; None for others and for what only evaluates."""
    if isinstance(statement.node, cst.BaseCompoundStatement):
        return None
    loops = [
        above
        for above in script.tree.ancestors(statement.index)
        if above.index in script.structure.loops and above.scope == statement.scope
    ]
    function = script.function_around(statement)
    steps = function is not None and function.index in stepping
    if not loops:
        return function if steps else None
    if script.structure.loops[loops[0].index].kind == EVALUATION_LOOP:
        return None
    return function if steps and _runs_in_loop(script, function) else loops[-1]


def _runs_in_loop(script: Script, function: Statement | None) -> bool:
    """Whether a loop of the training calls a function, so that all of it is done in each round."""
    callers = script.calls_of(function) if function is not None else ()
    return any(
        above.index in script.structure.loops
        for site in callers
        for above in script.tree.ancestors(site.statement.index)
    )


def _makers(script: Script, name: str, statement: int, region: Statement) -> list[int]:
    """The assignments inside a region that may hold at a statement, to a name or to what it is a
    part of (`output["loss"]`). Outside of loops that would be `args` for each `args.lr`, which an
    outline names among its inputs."""
    whole = name.partition("[")[0]
    bindings = script.reaching(whole, statement)
    while not bindings and "." in whole and type(region.node) is not cst.FunctionDef:
        whole = whole.rpartition(".")[0]
        bindings = script.reaching(whole, statement)
    return [
        binding.statement
        for binding in bindings
        if binding.how in _HOWS and region.index < binding.statement < region.after
    ]
