"""Where blocks end: a beam search over the readings of a sequence of statements.

Each statement after the first stands in the innermost open block or in one further out. The
grammar rules some of that out (`else` needs its `if`, nothing follows `return` in a block, a `try`
needs its `except`); the model gives every other choice a cost. The cheapest reading of the whole
is kept, by beam search (Lowerre, The HARPY Speech Recognition System, 1976): linear in the number
of statements.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pseudogen.reading.reflow.facts import Context
from pseudogen.reading.reflow.model import features, log_odds_to_costs, vocabulary, weights
from pseudogen.records import dataclass

_BEAM = 24
_ENDS = frozenset(["return", "raise", "break", "continue"])
_UNFINISHED_COST = 50.0
_DEAD_COST = 20.0
_ATTACHES = {
    "elif": frozenset(["if", "elif"]),
    "else": frozenset(["if", "elif", "for", "while", "except"]),
    "except": frozenset(["try", "except"]),
    "finally": frozenset(["try", "except", "else"]),
    "case": frozenset(["case"]),
}


class Block(NamedTuple):
    """An open block: its header, the first header of its compound statement, what it holds."""

    header: int
    chain: int
    children: int
    parent: Block | None
    depth: int
    key: int


class Option(NamedTuple):
    """A way to go on: the blocks then open, the depth of the statement, what it costs more."""

    top: Block | None
    depth: int
    cost: float
    closed: tuple[int, ...]


class _Node(NamedTuple):
    cost: float
    top: Block | None
    depth: int
    before: _Node | None


@dataclass(frozen=True, slots=True)
class Choice:
    """The depth chosen for a statement, and the other depths that are nearly as good."""

    depth: int
    others: tuple[int, ...] = ()


Score = Callable[[Block, int, bool], float]


def readings(context: Context, margin: float) -> list[Choice]:
    """The best depth of every statement; empty when a branch has nothing to belong to.

    Others count as nearly as good when they cost at most `margin` (in nats) more.
    """
    options = Options(context)
    beam = [_Node(0.0, None, 0, None)]
    for i in range(len(context.facts)):
        grown: dict[int, _Node] = {}
        for node in beam:
            for option in options.at(i, node.top):
                cost = node.cost + option.cost
                top = options.opened(i, option.top)
                key = top.key if top else 0
                if key not in grown or cost < grown[key].cost:
                    grown[key] = _Node(cost, top, option.depth, node)
        if not grown:
            return []
        ranked = sorted(grown.values(), key=lambda node: node.cost)
        # The reading that has left the fewest blocks can take every branch that still comes.
        deepest = max(ranked, key=lambda node: node.top.depth if node.top else -1)
        beam = ranked[:_BEAM]
        if all(node is not deepest for node in beam):
            beam.append(deepest)
    best = min(beam, key=lambda node: node.cost + options.unfinished(node.top))
    return _choices(options, best, margin) if context.facts else []


def _choices(options: Options, best: _Node, margin: float) -> list[Choice]:
    path = [best]
    while path[-1].before is not None:
        path.append(path[-1].before)
    path.reverse()
    continued = _continued(options.context, path)
    choices = []
    for i, (node, result) in enumerate(itertools.pairwise(path)):
        found = list(options.at(i, node.top))
        chosen = min((o.cost for o in found if o.depth == result.depth), default=0.0)
        others = tuple(
            option.depth
            for option in found
            if option.depth != result.depth
            and option.cost - chosen <= margin
            and not any(header in continued and continued[header] > i for header in option.closed)
        )
        choices.append(Choice(result.depth, others))
    return choices


def _continued(context: Context, path: list[_Node]) -> dict[int, int]:
    """For each header whose statement goes on with a branch: the index of that branch."""
    found = {}
    for i, (node, result) in enumerate(itertools.pairwise(path)):
        if context.facts[i].statement.branch:
            block = node.top
            while block is not None and block.depth > result.depth:
                block = block.parent
            if block is not None and block.depth == result.depth:
                found[block.header] = i
    return found


class Options:
    """The ways in which a statement can go on from the blocks that are open."""

    def __init__(self, context: Context, score: Score | None = None) -> None:
        self.context = context
        self._kinds = [fact.statement.kind for fact in context.facts]
        self._scores: dict[tuple[int, int, int, int, bool, int], float] = {}
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
        yield from self._outward(i, top, statement.branch, previous in _ENDS)

    def _outward(self, i: int, top: Block | None, branch: bool, ended: bool) -> Iterator[Option]:
        cost = 0.0
        closed: tuple[int, ...] = ()
        block = top
        while block is not None:
            if ended and block is top and not branch:
                # Nothing is reached there, but code may hold it all the same.
                stay, leave = _DEAD_COST, 0.0
            else:
                stay, leave = self._costs(block, i, block is not top)
            if branch:
                if self._attaches(i, block):
                    yield Option(self._branched(i, block), block.depth, cost + stay, closed)
            elif self._kinds[block.header] != "match":
                yield Option(block, block.depth + 1, cost + stay, closed)
            if self._kinds[block.header] == "try":
                return
            cost += leave
            closed += (block.header,)
            block = block.parent
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
        return Block(i, block.chain, 0, block.parent, block.depth, key)

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

    def _costs(self, block: Block, i: int, inner: bool) -> tuple[float, float]:
        return log_odds_to_costs(self._score(block, i, inner))

    def _modelled(self, block: Block, i: int, inner: bool) -> float:
        outer = block.parent.header if block.parent else -1
        key = (block.header, block.chain, i, min(block.children, 15), inner, outer)
        if key not in self._scores:
            table = weights()
            found = features(
                self.context, block.header, block.chain, i, block.children, inner, outer
            )
            self._scores[key] = sum(table.get(feature, 0.0) for feature in found) + vocabulary(
                self.context, block.header, i
            )
        return self._scores[key]
