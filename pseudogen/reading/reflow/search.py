"""Where blocks end: a beam search over the readings of a sequence of statements.

Each statement after the first stands in the innermost open block or in one further out. The
grammar rules some of that out (`else` needs its `if`, nothing follows `return` in a block, a `try`
needs its `except`), scopes nearly rule out more (`scopes`); the model gives every other choice a
cost. A beam search (Lowerre, The HARPY Speech Recognition System, 1976) keeps the cheapest
readings, and of these the one is taken that agrees best with all of them (`lattice`): linear in the
number of statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pseudogen.reading.reflow.blocks import Block, Twin
from pseudogen.reading.reflow.facts import Context
from pseudogen.reading.reflow.features import features
from pseudogen.reading.reflow.grammar import Statement
from pseudogen.reading.reflow.lattice import Lattice, Node, agreed, others
from pseudogen.reading.reflow.model import (
    log_odds_to_costs,
    training_goes_on,
    training_is_over,
    vocabulary,
    weights,
)
from pseudogen.reading.reflow.scopes import is_main, outlived
from pseudogen.records import dataclass

_BEAM = 24
_ENDS = frozenset(["return", "raise", "break", "continue"])
_UNFINISHED_COST = 50.0
_DEAD_COST = 20.0
_SCOPE_COST = 6.0
_DEEPEST = 20
"""Python takes no more loops and `with` within each other; a block that must be deeper may be."""

_ATTACHES = {
    "elif": frozenset(["if", "elif"]),
    "else": frozenset(["if", "elif", "for", "while", "except"]),
    "except": frozenset(["try", "except"]),
    "finally": frozenset(["try", "except", "else"]),
    "case": frozenset(["case"]),
}


class Option(NamedTuple):
    """A way to go on: the blocks then open, the depth of the statement, what it costs more."""

    top: Block | None
    depth: int
    cost: float
    closed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The depth chosen for a statement, and the other depths that are nearly as good."""

    depth: int
    others: tuple[int, ...] = ()


Score = Callable[[Block, int, Block | None], float]


def readings(context: Context, margin: float) -> list[Choice]:
    """The best depth of every statement; empty when a branch has nothing to belong to.

    Others count as nearly as good when they cost at most `margin` (in nats) more.
    """
    options = Options(context)
    lattice = _lattice(options)
    if len(lattice) <= len(context.facts):
        return []
    path = agreed(lattice, [options.unfinished(node.top) for node in lattice[-1]])
    found = others(lattice, path, margin)
    return [Choice(node.depth, more) for node, more in zip(path[1:], found, strict=True)]


def _lattice(options: Options) -> Lattice:
    """The best nodes after each statement, with all the ways to them; short when stuck."""
    lattice = [[Node(None, 0, 0.0)]]
    for i in range(len(options.context.facts)):
        grown: dict[int, Node] = {}
        for node in lattice[-1]:
            for option in options.at(i, node.top):
                top = options.opened(i, option.top)
                found = grown.setdefault(top.key if top else 0, Node(top, option.depth))
                found.ways.append((node, option.cost))
                found.cost = min(found.cost, node.cost + option.cost)
        if not grown:
            return lattice
        ranked = sorted(grown.values(), key=lambda node: node.cost)
        # The reading that has left the fewest blocks can take every branch that still comes.
        deepest = max(ranked, key=lambda node: node.top.depth if node.top else -1)
        kept = ranked[:_BEAM]
        if all(node is not deepest for node in kept):
            kept.append(deepest)
        lattice.append(kept)
    return lattice


class Options:
    """The ways in which a statement can go on from the blocks that are open."""

    def __init__(self, context: Context, score: Score | None = None) -> None:
        self.context = context
        self._kinds = [fact.statement.kind for fact in context.facts]
        self._outlived = outlived(context.facts)
        self._scores: dict[tuple[object, ...], float] = {}
        self._score = score or self._modelled

    def at(self, i: int, top: Block | None) -> Iterator[Option]:
        """All options for statement `i` when `top` is the innermost open block."""
        statement = self.context.facts[i].statement
        previous = self._kinds[i - 1] if i else ""
        if previous == "decorator":
            yield Option(top, top.depth + 1 if top else 0, 0.0, ())
            return
        if top is not None and top.header == i - 1:
            if not statement.branch or (statement.kind == "case" and previous == "match"):
                yield Option(top, top.depth + 1, 0.0, ())
            return
        yield from self._outward(i, top, statement, previous in _ENDS)

    def _outward(
        self, i: int, top: Block | None, statement: Statement, ended: bool
    ) -> Iterator[Option]:
        branch = statement.branch
        cost = 0.0
        closed: tuple[int, ...] = ()
        inner: Block | None = None
        block = top
        while block is not None:
            if ended and block is top and not branch:
                # Nothing is reached there, but code may hold it all the same.
                stay, leave = _DEAD_COST, 0.0
            else:
                stay, leave = self._costs(block, i, inner)
            if is_main(self.context.facts[i]):
                stay += _SCOPE_COST
            if self._kinds[block.header] == "def" and self._outlived[i] >= block.header:
                leave += _SCOPE_COST
            if branch:
                if self._attaches(i, block):
                    yield Option(self._branched(i, block), block.depth, cost + stay, closed)
            elif self._kinds[block.header] != "match" and not (
                statement.opens and block.depth + 1 >= _DEEPEST
            ):
                yield Option(block, block.depth + 1, cost + stay, closed)
            if self._kinds[block.header] == "try":
                return
            cost += leave
            closed += (block.header,)
            inner, block = block, block.parent
        if not branch:
            yield Option(None, 0, cost, closed)

    def _attaches(self, i: int, block: Block) -> bool:
        kind, owner = self._kinds[i], self._kinds[block.header]
        if owner == "else" and kind == "finally":
            return self._kinds[block.chain] == "try"
        return owner in _ATTACHES[kind]

    def _branched(self, i: int, block: Block) -> Block:
        """The block that the branch at `i` opens in place of `block`."""
        key = hash((block.parent.key if block.parent else 0, i, block.chain))
        twin = Twin(block.header, block.children)
        return Block(i, block.chain, 0, block.parent, block.depth, key, twin)

    def opened(self, i: int, top: Block | None) -> Block | None:
        """The innermost open block after statement `i`, which stands in `top`."""
        statement = self.context.facts[i].statement
        if top is not None and top.header == i:
            return top
        if top is not None:
            top = top._replace(children=top.children + 1)
        if statement.opens:
            depth = top.depth + 1 if top else 0
            return Block(i, i, 0, top, depth, hash((top.key if top else 0, i, i)))
        return top

    def unfinished(self, top: Block | None) -> float:
        """What it costs to end the text with these blocks open."""
        cost = 0.0
        while top is not None:
            cost += _UNFINISHED_COST if self._kinds[top.header] == "try" else 0.0
            top = top.parent
        return cost

    def _costs(self, block: Block, i: int, inner: Block | None) -> tuple[float, float]:
        return log_odds_to_costs(self._score(block, i, inner))

    def key(self, block: Block, i: int, inner: Block | None) -> tuple[object, ...]:
        """What the features of the choice whether `block` ends before statement `i` rest on."""
        outer = block.parent.header if block.parent else -1
        closes = (inner.header, inner.chain, min(inner.children, 15)) if inner else None
        return (block.header, block.twin, i, min(block.children, 15), closes, outer)

    def _modelled(self, block: Block, i: int, inner: Block | None) -> float:
        key = self.key(block, i, inner)
        if key not in self._scores:
            table = weights()
            found = features(self.context, block, i, inner)
            self._scores[key] = (
                sum(table.get(feature, 0.0) for feature in found)
                + vocabulary(self.context, block.header, i)
                + training_goes_on(self.context, block.header, i)
                + training_is_over(self.context, block.header, i)
            )
        return self._scores[key]
