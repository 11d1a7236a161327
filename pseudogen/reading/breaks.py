"""Lost line breaks: where reflow is asked, and what its answer is worth."""

from __future__ import annotations

from pseudogen.errors import InputError
from pseudogen.reading.draft import Draft
from pseudogen.reading.indentation import indent_of
from pseudogen.reading.mend import ended
from pseudogen.reading.reflow import Reflowed, ReflowError, reflow

_MOST_LINES = 40
_SWALLOWED = 2
_SHOWN = 60


def with_breaks(draft: Draft, name: str, *, strict: bool) -> Draft | None:
    """The draft with its line breaks back; None when that is not what it lacks.

    Raises:
        InputError: 'ambiguous' with `strict`; 'reflow-too-long'.
    """
    if _lost_everywhere(draft):
        joined = " ".join(draft.lines)
        for text in dict.fromkeys((draft.text, joined)):
            found = _reflowed(draft, text, name, strict)
            if found is not None:
                return found
        whole = ended(draft)
        if whole is not None and whole.text != draft.text:
            return _reflowed(whole, whole.text, name, strict)
        return None
    return _line_by_line(draft, name, strict)


def with_comments_ended(draft: Draft, name: str) -> Draft | None:
    """One line in whose comment several statements were swallowed; None when that is not so.

    Such a line is valid Python. A single statement after the words of a comment is left to it.
    """
    result = _asked(draft.text, name)
    if result is None or not result.comments:
        return None
    rows = result.text.split("\n")[result.comments[0] :]
    if sum(bool(row.strip()) and not row.lstrip().startswith("#") for row in rows) < _SWALLOWED:
        return None
    return _reflowed(draft, draft.text, name, strict=False)


def _lost_everywhere(draft: Draft) -> bool:
    """One line, or several with no indentation left."""
    return not any(line[:1] in (" ", "\t") and line.strip() for line in draft.lines[1:])


def _asked(text: str, name: str) -> Reflowed | None:
    try:
        result = reflow(text)
    except ReflowError as error:
        if error.reason == "long":
            raise InputError("reflow-too-long", file=name) from None
        return None
    return result if result.statements else None


def _reflowed(draft: Draft, text: str, name: str, strict: bool) -> Draft | None:
    result = _asked(text, name)
    if result is None:
        return None
    kept = zip(result.text.removesuffix("\n").split("\n"), result.lines, strict=True)
    found = draft.with_lines((line, origin - 1) for line, origin in kept)
    if found.error() is not None:
        return None
    return _remarked(found, result, name, strict)


def _remarked(draft: Draft, result: Reflowed, name: str, strict: bool) -> Draft:
    """Say that breaks were put back, and what was assumed with it."""
    draft = draft.remark("reflowed", 0, lines=len(result.lines))
    for assumption in result.assumptions:
        if strict:
            raise InputError(
                "ambiguous",
                file=name,
                line=draft.line(assumption.line - 1),
                text=_shown(assumption.text),
                header=_shown(assumption.header_text),
            )
        key = "taken_inside" if assumption.inside else "taken_outside"
        draft = draft.remark(
            key,
            assumption.line - 1,
            text=_shown(assumption.text),
            header=_shown(assumption.header_text),
            at=assumption.line,
        )
    for line in result.comments:
        draft = draft.remark("comment_end", line - 1, at=line)
    if result.unfinished:
        draft = draft.remark("unfinished", len(draft.lines) - 1)
    return draft


def _shown(text: str) -> str:
    """As much of a statement as it takes to find it again."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"


def _line_by_line(draft: Draft, name: str, strict: bool) -> Draft | None:
    """Only the lines that hold several statements, each at the indentation that it has."""
    for _ in range(_MOST_LINES):
        error = draft.error()
        if error is None:
            return draft
        index = min(error.lineno or 1, len(draft.lines)) - 1
        line = draft.lines[index]
        result = _asked(line, name)
        if result is None or result.statements < 2:
            return None
        indent = indent_of(line)
        rows = [indent + row for row in result.text.removesuffix("\n").split("\n")]
        kept = [(row, i) for i, row in enumerate(draft.lines)]
        kept[index : index + 1] = [(row, index) for row in rows]
        grown = draft.with_lines(kept)
        later = grown.error()
        if later is not None and (later.lineno or 0) < index + len(rows):
            return None
        draft = grown.remark("line_split", index, statements=result.statements)
        if strict and result.assumptions:
            raise InputError(
                "ambiguous",
                file=name,
                line=draft.line(index),
                text=_shown(result.assumptions[0].text),
                header=_shown(result.assumptions[0].header_text),
            )
    return None
