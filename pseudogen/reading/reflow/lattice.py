"""All readings that the search keeps, and which of them to believe.

The readings share most of their parts, so they are kept as a lattice: nodes for the blocks that are
open after a statement, and the ways from each to the next. Sums over all paths take one run
forwards and one backwards (Rabiner, A Tutorial on Hidden Markov Models, 1989).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import field

from pseudogen.reading.reflow.blocks import Block
from pseudogen.records import dataclass

_WHOLE = 1.0
"""What the likelihood of a whole path counts, next to each statement's chance to be right."""


@dataclass(slots=True, eq=False)
class Node:
    """The blocks open after a statement, its depth, and the ways to it with what they cost.

    `cost` is that of the cheapest path to it. The sums over all paths from the start and to the end
    are logarithms; `gain` is the worth of the best path to it, which comes from `before`.
    """

    top: Block | None
    depth: int
    cost: float = math.inf
    ways: list[tuple[Node, float]] = field(default_factory=list)
    forward: float = 0.0
    backward: float = 0.0
    gain: float = 0.0
    before: Node | None = None


Lattice = list[list[Node]]


def agreed(lattice: Lattice, ends: list[float]) -> list[Node]:
    """The path that is likely and on which many statements can be expected to stand right.

    `ends[i]` is what it costs to end with the last nodes' blocks open.
    """
    _sum_up(lattice, ends)
    for nodes in lattice[1:]:
        _weigh(nodes, lattice[0][0].backward)
    worths = [node.gain - _WHOLE * end for node, end in zip(lattice[-1], ends, strict=True)]
    path = [lattice[-1][worths.index(max(worths))]]
    while path[-1].before is not None:
        path.append(path[-1].before)
    path.reverse()
    return path


def _sum_up(lattice: Lattice, ends: list[float]) -> None:
    for nodes in lattice[1:]:
        for node in nodes:
            node.forward = log_sum([way.forward - cost for way, cost in node.ways])
    for node, end in zip(lattice[-1], ends, strict=True):
        node.backward = -end
    for earlier, nodes in reversed(list(itertools.pairwise(lattice))):
        onward: dict[int, list[float]] = {}
        for node in nodes:
            for way, cost in node.ways:
                onward.setdefault(id(way), []).append(node.backward - cost)
        for node in earlier:
            node.backward = log_sum(onward.get(id(node), [-math.inf]))


def _weigh(nodes: list[Node], total: float) -> None:
    """The best way to each of the nodes after one statement."""
    right: dict[int, float] = {}
    for node in nodes:
        through = math.exp(node.forward + node.backward - total)
        right[node.depth] = right.get(node.depth, 0.0) + through
    for node in nodes:
        worth, way = max(
            ((way.gain - _WHOLE * cost, way) for way, cost in node.ways), key=lambda found: found[0]
        )
        node.gain, node.before = worth + right[node.depth], way


def others(lattice: Lattice, path: list[Node], margin: float) -> list[tuple[int, ...]]:
    """For each statement the other depths at which it could as well stand, given those before it.

    They cost at most `margin` (in nats) more, all that follows taken into account.
    """
    found = []
    for nodes, (start, end) in zip(lattice[1:], itertools.pairwise(path), strict=True):
        worth: dict[int, float] = {}
        for node in nodes:
            for way, cost in node.ways:
                if way is start:
                    worth[node.depth] = max(worth.get(node.depth, -math.inf), node.backward - cost)
        least = worth.pop(end.depth) - margin
        found.append(tuple(depth for depth in worth if worth[depth] >= least))
    return found


def log_sum(values: list[float]) -> float:
    """The logarithm of the sum of what the values are the logarithms of."""
    most = max(values)
    if most == -math.inf:
        return most
    return most + math.log(sum(math.exp(value - most) for value in values))
