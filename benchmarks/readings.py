"""The true reading of a block among the readings that reflow's search keeps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pseudogen.reading.reflow.blocks import Block
from pseudogen.reading.reflow.comments import tokenized
from pseudogen.reading.reflow.facts import Context, context_of, facts_of
from pseudogen.reading.reflow.features import features
from pseudogen.reading.reflow.grammar import Grammar
from pseudogen.reading.reflow.lattice import Node, log_sum
from pseudogen.reading.reflow.model import vocabulary
from pseudogen.reading.reflow.search import Option, Options
from pseudogen.reading.reflow.tokens import ReflowError

_BEAM = 12
_UNLIKELY = -9.0

Score = Callable[[list[str]], float]


@dataclass(slots=True, eq=False)
class Asked:
    """A choice that was asked for: its features, its score, the derivative by the score."""

    features: list[str]
    score: float
    gradient: float = 0.0

    @property
    def leaving(self) -> float:
        """How likely the block ends here, by this choice alone."""
        return 1 / (1 + math.exp(-self.score)) if self.score > _UNLIKELY * 4 else 0.0


@dataclass(frozen=True, slots=True)
class Taken:
    """The choices of one way to go on: the blocks that end, and the one that does not."""

    left: list[Asked]
    stayed: Asked | None

    def weigh(self, share: float) -> None:
        """Add the derivative of what this way costs, `share` times."""
        for asked in self.left:
            asked.gradient += share * (asked.leaving - 1)
        if self.stayed is not None:
            self.stayed.gradient += share * self.stayed.leaving


class Arc(NamedTuple):
    """A way from one node of the lattice to one after the next statement."""

    start: Node
    end: Node
    cost: float
    taken: Taken


class _Recorder(Options):
    """Options that remember with which choices each was reached."""

    def __init__(self, context: Context, score: Score) -> None:
        super().__init__(context, self._note)
        self._weigh = score
        self._keys: dict[tuple[object, ...], Asked] = {}
        self._now: list[Asked] = []

    def _note(self, block: Block, i: int, inner: Block | None) -> float:
        key = self.key(block, i, inner)
        found = self._keys.get(key)
        if found is None:
            names = list(dict.fromkeys(features(self.context, block, i, inner)))
            score = self._weigh(names) + vocabulary(self.context, block.header, i)
            found = self._keys[key] = Asked(names, score)
        self._now.append(found)
        return found.score

    def ways(self, i: int, top: Block | None) -> Iterator[tuple[Option, Taken]]:
        """The options for statement `i` with the choices that lead to each."""
        self._now = []
        for option in self.at(i, top):
            unasked = len(option.closed) + (option.top is not None) - len(self._now)
            left = self._now[: max(0, len(option.closed) - unasked)]
            stays = option.top is not None and len(self._now) > len(left)
            yield option, Taken(left, self._now[len(left)] if stays else None)

    def all(self) -> Iterator[Asked]:
        """All choices that were asked for."""
        return iter(self._keys.values())


@dataclass(slots=True)
class Known:
    """A block whose true depths are known."""

    context: Context
    depths: list[int]
    _lattice: list[list[Node]] = field(default_factory=list)
    _arcs: list[list[Arc]] = field(default_factory=list)

    def gradients(self, score: Score) -> Iterator[tuple[list[str], float]]:
        """For each choice its features and how the loss grows with its score."""
        options = _Recorder(self.context, score)
        truth = self._search(options)
        if not truth:
            return
        total = self._sum_up(options)
        for arcs in self._arcs:
            for arc in arcs:
                share = arc.start.forward - arc.cost + arc.end.backward - total
                if share > _UNLIKELY:
                    arc.taken.weigh(-math.exp(share))
        for taken in truth:
            taken.weigh(1.0)
        for asked in options.all():
            yield asked.features, asked.gradient

    def _search(self, options: _Recorder) -> list[Taken]:
        """The lattice, with the true reading in it, and the choices of that reading."""
        true = Node(None, 0, 0.0)
        self._lattice, self._arcs = [[true]], []
        truth: list[Taken] = []
        for i, depth in enumerate(self.depths):
            grown: dict[int, Node] = {}
            arcs: list[Arc] = []
            right: list[Arc] = []
            for node in self._lattice[-1]:
                for option, taken in options.ways(i, node.top):
                    top = options.opened(i, option.top)
                    found = grown.setdefault(top.key if top else 0, Node(top, option.depth))
                    found.ways.append((node, option.cost))
                    found.cost = min(found.cost, node.cost + option.cost)
                    arcs.append(Arc(node, found, option.cost, taken))
                    if node is true and option.depth == depth:
                        right.append(arcs[-1])
            if len(right) != 1:
                break
            true = right[0].end
            truth.append(right[0].taken)
            kept = sorted(grown.values(), key=lambda node: node.cost)[:_BEAM]
            if all(node is not true for node in kept):
                kept.append(true)
            held = {id(node) for node in kept}
            self._arcs.append([arc for arc in arcs if id(arc.end) in held])
            self._lattice.append(kept)
        return truth

    def _sum_up(self, options: _Recorder) -> float:
        """Sums over all readings to and from each node; the sum of all."""
        for nodes in self._lattice[1:]:
            for node in nodes:
                node.forward = log_sum([way.forward - cost for way, cost in node.ways])
        ended = len(self._lattice) > len(self.depths)
        for node in self._lattice[-1]:
            node.backward = -options.unfinished(node.top) if ended else 0.0
        for nodes, arcs in zip(self._lattice[-2::-1], reversed(self._arcs), strict=True):
            onward: dict[int, list[float]] = {}
            for arc in arcs:
                onward.setdefault(id(arc.start), []).append(arc.end.backward - arc.cost)
            for node in nodes:
                node.backward = log_sum(onward.get(id(node), [-math.inf]))
        return self._lattice[0][0].backward


def known(flat: str, depths: list[int]) -> Known | None:
    """The block whose statements stand at these depths; None when they are not as many."""
    try:
        source, _ = tokenized(flat, 100_000)
        code = Grammar(source).statements()
    except ReflowError:
        return None
    if len(code) != len(depths):
        return None
    return Known(context_of([facts_of(source, statement) for statement in code]), depths)
