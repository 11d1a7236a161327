"""How often a statement runs in a training: each time that a counter is divisible by so many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.conditions import tests_above
from pseudogen.names.iterables import EPOCH_WORDS
from pseudogen.names.loops import EPOCH_LOOP
from pseudogen.names.quantities import Number
from pseudogen.names.reads import reads_in
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.text import bare, text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

_CALLS = 3
"""So many calls up it is looked for the counter."""
_STEPS = frozenset({"step", "steps", "nstep", "nsteps"})
_ITERATIONS = frozenset({"iter", "iters", "iteration", "iterations", "niter"})
_BATCHES = frozenset({"batch", "batches"})
_ACCUMULATES = frozenset({"accum", "accumulate", "accumulation", "grad"})
"""Words of how many batches one update takes."""
_COMPARED = (cst.GreaterThan, cst.GreaterThanEqual, cst.NotEqual)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often something is done.

    Attributes:
        unit: What is counted: "epoch", "step", "iteration" or "batch".
        every: Every how many of them, as written.
        value: That number where constants tell.
        also: A condition under which it is done as well.
        at_most: Whether other conditions may keep it from being done.
    """

    unit: str
    every: str
    value: Number | None = None
    also: str | None = None
    at_most: bool = False


@dataclass(frozen=True, slots=True)
class _Turn:
    """`counter % divisor == 0` in a test; `also` where another condition is enough."""

    counter: str
    divisor: Any
    place: int
    also: str | None = None

    @property
    def every(self) -> str:
        """The divisor as written."""
        return bare(self.divisor)


def rhythm(script: Script, statement: Statement) -> Rhythm | None:
    """How often a statement runs; None where that is not seen, or not what the counter counts."""
    tests, outermost = _tests(script, statement)
    turns = [(i, turn) for i, test in enumerate(tests) if (turn := _turn_of(test)) is not None]
    if not turns:
        bound = _in_training_loop(script, outermost)
        return _each_epoch(script, statement, tests) if bound else None
    chosen, turn = turns[-1]
    others = [(place, test) for i, (place, test, _) in enumerate(tests) if i != chosen]
    free = all(_lets_through(script, place, test, turn) for place, test in others)
    unit = _unit(script, turn)
    if unit is None or not (free or turn.also is None) or _ACCUMULATES & set(words(turn.every)):
        return None
    value = script.value(turn.divisor, turn.place)
    return Rhythm(unit, turn.every, value, turn.also, at_most=not free)


def _each_epoch(
    script: Script, statement: Statement, tests: list[tuple[int, Any, bool]]
) -> Rhythm | None:
    """That a statement runs in every epoch: it is bound to settings and to processes alone."""
    nothing = _Turn("", cst.Integer("1"), statement.index)
    free = all(_lets_through(script, place, test, nothing) for place, test, _ in tests)
    return Rhythm("epoch", "1") if free and script.unit(statement) == "epoch" else None


def _tests(script: Script, statement: Statement) -> tuple[list[tuple[int, Any, bool]], Statement]:
    """The tests around a statement, the outermost first, behind those around the one call of its
    function where no loop of the training is in between; what `and` joins is given in parts. With
    them the statement or the call around which it was looked last."""
    found: list[tuple[int, Any, bool]] = []
    for depth in range(_CALLS + 1):
        found[:0] = [
            (place, part, holds)
            for place, test, holds in tests_above(script.tree, statement)
            for part in _parts(test, holds)
        ]
        around = script.function_around(statement)
        calls = script.calls_of(around) if around is not None else []
        if len(calls) != 1 or depth == _CALLS or _in_training_loop(script, statement):
            break
        statement = calls[0].statement
    return found, statement


def _turn_of(test: tuple[int, Any, bool]) -> _Turn | None:
    place, node, holds = test
    return _turn(node, place) if holds else _skipped(node, place)


def _parts(test: Any, holds: bool) -> Iterator[Any]:
    if holds and type(test) is cst.BooleanOperation and type(test.operator) is cst.And:
        yield from _parts(test.left, True)
        yield from _parts(test.right, True)
    else:
        yield test


def _in_training_loop(script: Script, statement: Statement) -> bool:
    loops = script.structure.loops
    around = script.tree.ancestors(statement.index)
    return any(s.index in loops and s.scope == statement.scope for s in around)


def _turn(test: Any, place: int) -> _Turn | None:
    """What `step % n == 0` says, alone or beside another condition that is enough."""
    if type(test) is cst.BooleanOperation and type(test.operator) is cst.Or:
        for one, other in ((test.left, test.right), (test.right, test.left)):
            turn = _turn(one, place)
            if turn is not None and turn.also is None:
                return _Turn(turn.counter, turn.divisor, place, bare(other))
        return None
    if type(test) is cst.UnaryOperation and type(test.operator) is cst.Not:
        return _remainder(test.expression, place)
    if type(test) is not cst.Comparison or len(test.comparisons) != 1:
        return None
    (compared,) = test.comparisons
    last = f"{text(getattr(test.left, 'right', None))} - 1" if _divides(test.left) else ""
    ends = text(compared.comparator) in ("0", last)
    return _remainder(test.left, place) if ends and type(compared.operator) is cst.Equal else None


def _skipped(test: Any, place: int) -> _Turn | None:
    """What an `if step % n:` says that must not hold."""
    if type(test) is cst.Comparison and len(test.comparisons) == 1:
        (compared,) = test.comparisons
        rest = type(compared.operator) is cst.NotEqual and text(compared.comparator) == "0"
        return _remainder(test.left, place) if rest else None
    return _remainder(test, place)


def _divides(node: Any) -> bool:
    return type(node) is cst.BinaryOperation and type(node.operator) is cst.Modulo


def _remainder(node: Any, place: int) -> _Turn | None:
    """What `(step + 1) % n` divides by what."""
    if not _divides(node):
        return None
    counted: Any = node.left
    if type(counted) is cst.BinaryOperation and type(counted.right) is cst.Integer:
        counted = counted.left
    plain = type(counted) in (cst.Name, cst.Attribute)
    return _Turn(text(counted), node.right, place) if plain else None


def _lets_through(script: Script, place: int, test: Any, turn: _Turn) -> bool:
    """Whether a further test leaves the rhythm as it is: it asks for settings alone, singles out a
    process, leaves out the start or no number of rounds at all, or stands around the place where
    is counted as well."""
    if script.one_process(test, place) is not None or _beyond_start(test, turn):
        return True
    asked = [name for name, _ in reads_in(test)]
    if asked and all(name in script.settings for name in asked):
        return True
    header = script.tree.statements[place]
    scope = script.tree.scopes[header.scope]
    counted = scope.bindings.get(turn.counter, ())
    return any(b.how == "augment" and header.index < b.statement < header.after for b in counted)


def _beyond_start(test: Any, turn: _Turn) -> bool:
    if type(test) is not cst.Comparison or len(test.comparisons) != 1:
        return False
    (compared,) = test.comparisons
    small = text(compared.comparator) in ("0", "1")
    counted = text(test.left) in (turn.counter, turn.every)
    return small and counted and type(compared.operator) in _COMPARED


def _unit(script: Script, turn: _Turn) -> str | None:
    """What a counter counts: by the loop whose variable it is, else by its name."""
    named = set(words(turn.counter))
    loops = script.structure.loops
    for header in script.tree.ancestors(turn.place):
        loop = loops.get(header.index)
        counts = type(header.node) is cst.For and _counter(header.node.target) == turn.counter
        if not counts:
            continue
        if loop is None:
            break
        if loop.kind == EPOCH_LOOP:
            return loop.unit if loop.unit in ("epoch", "step") else None
        return "batch" if type(header.node.target) is cst.Tuple else "step"
    if named & EPOCH_WORDS:
        return "epoch"
    if named & _STEPS:
        return "step"
    return "iteration" if named & _ITERATIONS else "batch" if named & _BATCHES else None


def _counter(target: Any) -> str:
    """`i` of `for i, batch in`."""
    first = target.elements[0].value if type(target) is cst.Tuple and target.elements else target
    return text(first)
