"""Strings and brackets that go on over several lines of a text that need not be Python."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PARTS = re.compile(
    r'"{3}|\'{3}|"(?>(?:[^"\\\n]++|\\.)*)"|' + r"'(?>(?:[^'\\\n]++|\\.)*)'|\#.*|[()\[\]{}]"
)


def left_open(line: str, quote: str, depth: int) -> tuple[str, int]:
    """The triple quote and the number of brackets that are open after a line."""
    position = 0
    while position < len(line):
        if quote:
            end = line.find(quote, position)
            if end < 0:
                return quote, depth
            quote, position = "", end + 3
            continue
        part = _PARTS.search(line, position)
        if part is None:
            break
        token, position = part[0], part.end()
        if token in ('"""', "'''"):
            quote = token
        elif token in ("(", "[", "{"):
            depth += 1
        elif token in (")", "]", "}"):
            depth = max(0, depth - 1)
    return quote, depth


def in_strings(lines: Sequence[str]) -> list[bool]:
    """For each line whether it begins within a string in triple quotes."""
    found: list[bool] = []
    quote = ""
    for line in lines:
        found.append(bool(quote))
        quote, _ = left_open(line, quote, 0)
    return found if not quote else [False] * len(found)
