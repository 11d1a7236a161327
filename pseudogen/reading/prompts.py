"""What terminals and notebooks write before input, and what they print after it."""

from __future__ import annotations

import re

from pseudogen.reading.draft import Draft
from pseudogen.reading.prose import is_output, is_prose
from pseudogen.reading.spans import in_strings
from pseudogen.syntax.parsing import syntax_error

_PROMPT = re.compile(r"\s*>>> ?")
_CONTINUED = re.compile(r"\s*\.\.\.(?: |$)")
_IN = re.compile(r"\s*(?:In ?)?\[([\d* ]*)\]: ?")
_IN_CONTINUED = re.compile(r"\s*\.{3,}: ?")
_OUT = re.compile(r"\s*Out ?\[[\d ]*\]:")


def unprompted(draft: Draft) -> Draft:
    """Input after prompts of Python or of a notebook; what was printed is set aside."""
    outside = [
        line
        for line, quoted in zip(draft.lines, in_strings(draft.lines), strict=True)
        if not quoted
    ]
    if any(_PROMPT.match(line) for line in outside):
        return _of_terminal(draft)
    if any(_IN.match(line) for line in outside):
        return _of_notebook(draft)
    filled = [line for line in draft.lines if line.strip()]
    if filled and all(_CONTINUED.match(line) and line.strip() != "..." for line in filled):
        texts = [_CONTINUED.sub("", line, count=1) for line in draft.lines]
        return draft.remark("prompt", 0, prompt="...", output=0).with_texts(texts)
    return draft


def _of_terminal(draft: Draft) -> Draft:
    kept: list[tuple[str, int]] = []
    inside = False
    for i, line in enumerate(draft.lines):
        match = _PROMPT.match(line) or (_CONTINUED.match(line) if inside else None)
        inside = match is not None
        if match:
            kept.append((line[match.end() :], i))
    return _told(draft, kept, ">>>", _PROMPT)


def _of_notebook(draft: Draft) -> Draft:
    """A notebook's prompt with the number of the input before it stands before its result."""
    cells: list[list[tuple[str, int]]] = []
    number, reading, continued, shifted = "", False, False, 0
    for i, line in enumerate(draft.lines):
        match, more = _IN.match(line), _IN_CONTINUED.match(line)
        if match:
            own = match[1].strip()
            again = own.isdigit() and own == number and not line.lstrip().startswith("In")
            number, reading, continued = own, not again, False
            text = line[match.end() :]
            shifted = match.end() if text.strip() else 0
            if reading:
                cells.append([(text, i)] if text.strip() else [])
        elif _OUT.match(line):
            reading = False
        elif reading and more:
            continued = True
            cells[-1].append((line[more.end() :], i))
        elif reading and not continued:
            blank = line[:shifted].strip()
            cells[-1].append((line if blank else line[shifted:], i))
    kept = [pair for cell in cells for pair in _input(cell)]
    return _told(draft, kept, "In [ ]:", _IN)


def _input(cell: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """A cell without the lines below that its code printed: they have no prompt of their own."""
    while cell and not cell[-1][0].strip():
        cell = cell[:-1]
    error = syntax_error("\n".join(line for line, _ in cell) + "\n") if cell else None
    if error is None:
        return cell
    at = min(error.lineno or 1, len(cell)) - 1
    for start in range(at, 0, -1):
        before = "\n".join(line for line, _ in cell[:start]) + "\n"
        if not (is_prose(cell[start][0]) or is_output(cell[start][0])):
            break
        if syntax_error(before) is None:
            return cell[:start]
    return cell


def _told(draft: Draft, kept: list[tuple[str, int]], prompt: str, sign: re.Pattern[str]) -> Draft:
    if not any(line.strip() for line, _ in kept):
        return draft
    first = next(i for i, line in enumerate(draft.lines) if sign.match(line))
    read = {i for line, i in kept}
    aside = sum(
        bool(line.strip()) and i not in read and not _empty(line)
        for i, line in enumerate(draft.lines)
    )
    return draft.remark("prompt", first, prompt=prompt, output=aside).with_lines(kept)


def _empty(line: str) -> bool:
    """Whether a line is a prompt and nothing else."""
    match = _IN.match(line) or _OUT.match(line)
    return match is not None and not line[match.end() :].strip()
