"""The author's own words beside a line: trailing comments and the comment above."""

from __future__ import annotations

import re

_STRING = re.compile(r"'(?>(?:[^'\\]++|\\.)*)'|\"(?>(?:[^\"\\]++|\\.)*)\"")
_RULE = re.compile(r"^[\W_]*$")


def comment_of(lines: list[str], line: int, last: int | None = None) -> str | None:
    """The comment behind the code of a 1-based line, or the comment lines right above it where
    they stand for that statement (which ends on `last`) alone, not over a group of them; None
    without one. Rules of dashes are no comment."""
    trailing = _trailing(lines[line - 1])
    end = last or line
    following = lines[end].strip() if end < len(lines) else ""
    if trailing or (following and not following.startswith("#")):
        return trailing
    above: list[str] = []
    index = line - 2
    while index >= 0 and lines[index].lstrip().startswith("#"):
        words = lines[index].strip().lstrip("#").strip()
        if not _RULE.match(words):
            above.append(words)
        index -= 1
    return " ".join(reversed(above)) or None


def _trailing(line: str) -> str | None:
    masked = _STRING.sub(lambda match: "_" * len(match[0]), line)
    place = masked.find("#")
    if place < 1 or not masked[:place].strip():
        return None
    words = line[place:].lstrip("#").strip()
    return words if words and not _RULE.match(words) else None
