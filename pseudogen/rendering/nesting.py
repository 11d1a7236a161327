"""Lines of pseudocode as a tree, for formats that open and close blocks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pseudogen.document import Pseudocode, PseudoLine, Spans
from pseudogen.records import dataclass
from pseudogen.rendering.keywords import block_end, continuing


@dataclass(frozen=True, slots=True)
class Node:
    """A line, its place among all lines (1-based), and the lines nested in it.

    A line that `continues` goes on with the block before it, as "otherwise" does with an "if".
    `end` closes the block; it is None where such a line follows, or nothing is nested.
    """

    line: PseudoLine
    place: int
    inside: tuple[Node, ...]
    continues: bool
    end: Spans | None


def nested(code: Pseudocode) -> tuple[Node, ...]:
    """The outermost lines with all that is nested in them."""
    return _siblings(code, 0, len(code.lines))


def _siblings(code: Pseudocode, start: int, stop: int) -> tuple[Node, ...]:
    """The nodes of the lines from `start` to before `stop`."""
    heads = [*_heads(code.lines, start, stop)]
    words = [_keyword(code.lines[place]) if end > place + 1 else "" for place, end in heads]
    goes_on = [bool(before) and word in continuing() for before, word in pairwise(["", *words])]
    found = []
    opener = ""
    for at, (place, end) in enumerate(heads):
        opener = opener if goes_on[at] else words[at]
        open_still = end == place + 1 or any(goes_on[at + 1 : at + 2])
        closing = None if open_still else block_end(opener, code.lang)
        inside = _siblings(code, place + 1, end)
        found.append(Node(code.lines[place], place + 1, inside, goes_on[at], closing))
    return tuple(found)


def _heads(lines: tuple[PseudoLine, ...], start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The places of siblings, each with the place behind what is nested in it."""
    place = start
    while place < stop:
        end = place + 1
        while end < stop and lines[end].depth > lines[place].depth:
            end += 1
        yield place, end
        place = end


def _keyword(line: PseudoLine) -> str:
    """The first keyword of a line, without the space that sets it apart from Latin letters."""
    return next((span.text.strip() for span in line.text if span.kind == "keyword"), "")
