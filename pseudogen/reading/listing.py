"""What listings put before each line: numbers, names of files and authors, signs of a diff."""

from __future__ import annotations

import itertools
import re

from pseudogen.reading.draft import Draft

_NUMBER = re.compile(r"\s*(?:-{0,6}> ?)?\s*(?:[\w./\\-]+\.py[:-])?(\d{1,6})(\s*[:.|)│-]|(?!\d))")
_ALONE = re.compile(r"\s*(\d{1,6})\s*$")
_FEW = 3
_BLAME = re.compile(
    r"\^?[0-9a-f]{7,40} +(?:\S+ +)?\([^()]*?\d{4}-\d\d-\d\d(?:[ \d:]+[+-]\d{4})?\s+\d+\) ?"
)
_DIFF_HEAD = re.compile(
    r"(?:diff --git |index [0-9a-f]{6,}|--- |\+\+\+ |@@ |new file mode|\\ No newline)"
)


def unblamed(draft: Draft) -> Draft:
    """Lines without commit, author and date, which `git blame` writes before each."""
    matches = [_BLAME.match(line) for line in draft.lines]
    if not all(match for match, line in zip(matches, draft.lines, strict=True) if line.strip()):
        return draft
    texts = [
        line[match.end() :] if match else line
        for match, line in zip(matches, draft.lines, strict=True)
    ]
    return draft.remark("blame", 0).with_texts(texts)


def unnumbered(draft: Draft) -> Draft:
    """Lines without the numbers that a listing has: each line has one, and they rise."""
    matches = [_NUMBER.match(line) for line in draft.lines]
    pairs = list(zip(matches, draft.lines, strict=True))
    filled = [(match, line) for match, line in pairs if line.strip()]
    numbers = [int(match[1]) for match, _ in filled if match]
    if len(filled) < 2 or len(numbers) < len(filled) or not _rising(numbers, 3):
        return _without_gutter(draft)
    rests = [line[match.end() :] for match, line in filled if match]
    told = [rest for rest in rests if rest.strip()]
    # One blank belongs to the number, unless lines without indentation stand right behind it.
    spaced = bool(told) and all(rest[0] in " \t" for rest in told)
    texts = [
        line[match.end() + (spaced and line[match.end() : match.end() + 1] in (" ", "\t")) :]
        if match
        else line
        for match, line in pairs
    ]
    return draft.remark("line_numbers", 0, first=numbers[0], last=numbers[-1]).with_texts(texts)


def _without_gutter(draft: Draft) -> Draft:
    """The lines without those that hold a number alone, one more each time."""
    alone = [
        (i, int(match[1])) for i, line in enumerate(draft.lines) if (match := _ALONE.match(line))
    ]
    numbers = [number for _, number in alone]
    filled = sum(bool(line.strip()) for line in draft.lines)
    if len(alone) < _FEW or 3 * len(alone) < filled or len(alone) == filled:
        return draft
    if not _rising(numbers, 1):
        return draft
    dropped = {i for i, _ in alone}
    kept = [(line, i) for i, line in enumerate(draft.lines) if i not in dropped]
    draft = draft.remark("line_numbers", alone[0][0], first=numbers[0], last=numbers[-1])
    return draft.with_lines(kept)


def _rising(numbers: list[int], most: int) -> bool:
    return all(a < b <= a + most for a, b in itertools.pairwise(numbers))


def undiffed(draft: Draft) -> Draft:
    """The new side of a diff."""
    lines = [(line, i) for i, line in enumerate(draft.lines) if line.strip()]
    heads = [line for line, _ in lines if _DIFF_HEAD.match(line)]
    signed = [line for line, _ in lines if line[:1] in "+-"]
    rest = [line for line, _ in lines if line[:1] not in "+- " and not _DIFF_HEAD.match(line)]
    if rest or not signed or not (heads or len(signed) > 1):
        return draft
    kept = [
        (line[1:], i)
        for line, i in ((line, i) for i, line in enumerate(draft.lines))
        if not line.startswith("-") and not _DIFF_HEAD.match(line)
    ]
    if not any(line.strip() for line, _ in kept):
        return draft
    removed = sum(line.startswith("-") and not _DIFF_HEAD.match(line) for line in draft.lines)
    return draft.remark("diff", lines[0][1], removed=removed).with_lines(kept)
