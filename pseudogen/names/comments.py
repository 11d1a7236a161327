"""The author's own words beside a line: trailing comments and the comment above."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pseudogen.regex import regex

_STRING = regex(r"'(?>(?:[^'\\]++|\\.)*)'|\"(?>(?:[^\"\\]++|\\.)*)\"")
_ENTRY = regex(r"\s*(\w+)(?:\s{2,}|\t+| *[:：] *)(\S.*)")
_MARGIN = 40
"""No shorter is a line of Chinese that goes on in the next one."""
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
    return joined(above[::-1]) or None


def joined(words: Sequence[str]) -> str:
    """The lines of a comment as one. In Chinese a line that ends short of the margin and without
    a mark is a clause of its own."""
    found = ""
    for line in words:
        ends = found[-1:].isalnum() and line[:1].isalnum()
        clauses = ends and _is_chinese(line) and _is_chinese(found)
        if clauses:
            short = len(found.rpartition("，")[2]) < _MARGIN
            found += f"，{line}" if short else line
        else:
            found = f"{found} {line}" if found else line
    return found


def _is_chinese(text: str) -> bool:
    return not text.isascii() and any("\u4e00" <= character <= "\u9fff" for character in text)


def comment_naming(lines: list[str], line: int, name: str) -> str | None:
    """What a comment over a group of statements says of one of them, where it lists their names
    in a column of its own: `momentum    how much of the direction is kept`."""
    index = line - 2
    while index >= 0 and lines[index].strip() and not lines[index].lstrip().startswith("#"):
        index -= 1
    block: list[str] = []
    while index >= 0 and lines[index].lstrip().startswith("#"):
        block.append(lines[index].strip().lstrip("#").rstrip())
        index -= 1
    said: list[str] = []
    margin = 0
    for words in reversed(block):
        entry = _ENTRY.match(words)
        begun = len(words) - len(words.lstrip())
        if entry is not None and (not said or begun < margin):
            if said:
                break
            if entry[1] == name:
                said.append(entry[2])
                margin = entry.start(2)
        elif said and words.strip() and begun >= margin and not _RULE.match(words):
            said.append(words.strip())
        elif said:
            break
    return joined(said) or None


def _trailing(line: str) -> str | None:
    masked = _STRING.sub(lambda match: "_" * len(match[0]), line)
    place = masked.find("#")
    if place < 1 or not masked[:place].strip():
        return None
    words = line[place:].lstrip("#").strip()
    return words if words and not _RULE.match(words) else None
