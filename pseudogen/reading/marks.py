"""Marks that stand where a line broke, in text that came without its line breaks."""

from __future__ import annotations

import itertools
import re

from pseudogen.reading.draft import Draft

_BREAK = re.compile(r"<br ?/?>|\\r\\n|\\n|[↵⏎¶]")
_PART = re.compile(r'"(?>(?:[^"\\\n]++|\\.)*)"|\'(?>(?:[^\'\\\n]++|\\.)*)\'|' + _BREAK.pattern)
_PROMPTS = (
    re.compile(r"(?<!\S)(?=>>> )|(?<!\S)(?=\.\.\. )"),
    re.compile(r"(?<!\S)(?=(?:In|Out) ?\[\d+\]: )"),
)
_ENOUGH = 3


def broken_at_marks(draft: Draft) -> Draft:
    """One line broken where `<br>` or `\\n` says so, before each prompt, or before the numbers that
    its lines had."""
    filled = [i for i, line in enumerate(draft.lines) if line.strip()]
    if len(filled) != 1:
        return draft
    i = filled[0]
    line = draft.lines[i]
    signs = [part[0] for part in _PART.finditer(line) if _BREAK.fullmatch(part[0])]
    if signs:
        text = _PART.sub(lambda part: "\n" if _BREAK.fullmatch(part[0]) else part[0], line)
        rows = text.replace("\\t", "\t").rstrip("\n").split("\n")
        return draft.remark("break_mark", i, sign=signs[0]).with_lines((row, i) for row in rows)
    for prompt in _PROMPTS:
        places = [match.start() for match in prompt.finditer(line)]
        if len(places) > 1 and not line[: places[0]].strip():
            return draft.with_lines((row, i) for row in _cut(line, places))
    places = _numbers(line)
    return draft.with_lines((row, i) for row in _cut(line, places)) if places else draft


def _cut(line: str, places: list[int]) -> list[str]:
    ends = [*places[1:], len(line)]
    return [line[a:b].rstrip() for a, b in zip(places, ends, strict=True)]


def _numbers(line: str) -> list[int]:
    """Where the numbers of lines stand that follow each other one by one from the beginning."""
    first = re.match(r"\s*(\d{1,5})(?=[.:|)]?\s+[^\W\d])", line)
    if not first:
        return []
    places = [first.start(1)]
    end = first.end()
    for number in itertools.count(int(first[1]) + 1):
        # Not the value of an assignment or an operand: a number after a statement that is whole.
        found = re.compile(rf"(?<=[\w)\]}}\"':])\s+({number})(?=[.:|)]?\s+[^\W\d])").search(
            line, end
        )
        if not found:
            break
        places.append(found.start(1))
        end = found.end()
    return places if len(places) >= _ENOUGH else []
