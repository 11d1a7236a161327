"""Indentation of pieces: an inner block, a first line that lost its own, tabs."""

from __future__ import annotations

import re

from pseudogen.reading.draft import Draft

_HANDLER = re.compile(r"[ \t]*(?:except\b.*|finally[ \t]*):")


def indent_of(line: str) -> str:
    """The blanks that a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def dedented(draft: Draft) -> Draft | None:
    """The inner block of something, moved to the margin."""
    lines = list(draft.lines)
    code = _code(lines)
    if not code:
        return None
    first = code[0]
    if indent_of(lines[first]) or len(code) == 1:
        return _covered(_moved(draft, lines, code))
    # Marked from the middle of its line: the first line has lost its own indentation. It stands
    # beside the next one, or is the header of the block that begins there.
    inner = indent_of(lines[code[1]])
    outer = [indent_of(lines[i]) for i in code[1:] if len(indent_of(lines[i])) < len(inner)]
    margins = [max(outer, key=len, default=""), inner]
    if not lines[first].rstrip().endswith(":"):
        margins.reverse()
    margins.append(min((indent_of(lines[i]) for i in code[1:]), key=len))
    for margin in dict.fromkeys(margins):
        whole = [*lines[:first], margin + lines[first], *lines[first + 1 :]]
        found = _covered(_moved(draft, whole, code))
        if found is not None and found.error() is None:
            return found
    return None


def _covered(draft: Draft | None) -> Draft | None:
    """The same with its missing headers where only they are missing."""
    if draft is None or draft.error() is None:
        return draft
    found = uncovered(draft)
    return draft if found is None or found.error() is not None else found


def _code(lines: list[str]) -> list[int]:
    """Indices of the lines that are neither blank nor comments."""
    return [i for i, line in enumerate(lines) if line.strip() and line.lstrip()[:1] != "#"]


def _moved(draft: Draft, lines: list[str], code: list[int]) -> Draft | None:
    shared = _shared([lines[i] for i in code])
    if not shared:
        return draft.with_texts(lines) if lines != list(draft.lines) else None
    moved = [line[len(shared) :] if line.startswith(shared) else line.lstrip() for line in lines]
    return draft.remark("inner_indentation", code[0], columns=len(shared)).with_texts(moved)


def _shared(lines: list[str]) -> str:
    indents = [indent_of(line) for line in lines]
    shared = min(indents, key=len)
    return shared if all(indent.startswith(shared) for indent in indents) else ""


def expanded_tabs(draft: Draft) -> Draft | None:
    """Tabs as columns of eight, as terminals read them, else of four, as editors do."""
    mixed = [i for i, line in enumerate(draft.lines) if "\t" in indent_of(line)]
    if not mixed:
        return None
    ways = [_expanded(draft, mixed[0], columns) for columns in (8, 4)]
    return next((way for way in ways if way.error() is None), ways[0])


def _expanded(draft: Draft, first: int, columns: int) -> Draft:
    lines = [
        indent_of(line).expandtabs(columns) + line.lstrip(" \t")
        if "\t" in indent_of(line)
        else line
        for line in draft.lines
    ]
    return draft.remark("tabs", first, columns=columns).with_texts(lines)


def uncovered(draft: Draft) -> Draft | None:
    """Headers for a piece that begins within blocks and goes on after them."""
    code = _code(list(draft.lines))
    if not code:
        return None
    least = indent_of(draft.lines[code[0]])
    heads: list[str] = []
    for i in code:
        margin = indent_of(draft.lines[i])
        if len(margin) < len(least):
            heads.append(margin + ("try:" if _HANDLER.match(draft.lines[i]) else "if ...:"))
            least = margin
    if not heads:
        return None
    kept = [(line, i) for i, line in enumerate(draft.lines)]
    kept[code[0] : code[0]] = [(head, code[0]) for head in reversed(heads)]
    kinds = dict.fromkeys(head.strip() for head in reversed(heads))
    header, other = [*kinds, ""][:2]
    draft = draft.remark("missing_header", code[0], count=len(heads), header=header, other=other)
    return draft.with_lines(kept)
