"""What Python's scopes say: names of a function are not seen after it, a script has one margin."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from pseudogen.reading.reflow.facts import NEVER, Facts

_NAMED = frozenset(["def", "class"])
_AS = frozenset(["with", "except", "import"])
_RECEIVERS = frozenset(["self", "cls"])


def outlived(facts: list[Facts]) -> list[int]:
    """For each statement the last one at which a name begins that is still read from there on.

    A name begins where it is first bound or read. It counts for a statement when it was bound
    before, and is read there or later before it is bound anew. A function that begins before the
    name does and ends before the statement would have taken the name with it.
    """
    spans = sorted(_spans(facts), reverse=True)
    found = []
    open_spans: list[tuple[int, int]] = []
    for i in range(len(facts)):
        while spans and spans[-1][0] < i:
            _, last, begins = spans.pop()
            heapq.heappush(open_spans, (-begins, last))
        while open_spans and open_spans[0][1] < i:
            heapq.heappop(open_spans)
        found.append(-open_spans[0][0] if open_spans else NEVER)
    return found


def is_main(fact: Facts) -> bool:
    """Whether a statement asks if the file is run as a script: that stands at the margin."""
    return fact.guard == "if __name__" and "__main__" in fact.words


def _spans(facts: list[Facts]) -> Iterator[tuple[int, int, int]]:
    """Where a name is bound, where it is read for the last time thereafter, and where it begins."""
    begins: dict[str, int] = {}
    bound: dict[str, int] = {}
    last: dict[str, int] = {}
    for i, fact in enumerate(facts):
        for name in sorted(_read(fact)):
            begins.setdefault(name, i)
            if name in bound:
                last[name] = i
        for name in sorted(_bound(fact)):
            if name in last:
                yield bound[name], last.pop(name), begins[name]
            begins.setdefault(name, i)
            bound[name] = i
        if fact.statement.kind == "def":
            # Its own name belongs to what stands around it.
            name = fact.parameters[0]
            begins.setdefault(name, i - 1)
            bound[name] = i
            last.pop(name, None)
    for name, at in last.items():
        yield bound[name], at, begins[name]


def _read(fact: Facts) -> frozenset[str]:
    read = fact.uses - fact.own - _RECEIVERS
    if fact.statement.kind == "def":
        return read - fact.arguments - {fact.parameters[0]}
    return read - fact.binds if fact.statement.kind in _AS | _NAMED else read


def _bound(fact: Facts) -> frozenset[str]:
    bound = fact.arguments if fact.statement.kind == "def" else fact.binds
    return bound - _RECEIVERS
