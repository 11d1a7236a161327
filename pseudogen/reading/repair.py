"""Text that is no Python 3, made so where it can be told what was meant.

Steps from the surest to the boldest: what a page put around the code, characters, indentation,
missing heads and ends, and at last lost line breaks. Each names what it did in a remark. A step
that looks at the error is kept only when the first error then comes later or is gone.
"""

from __future__ import annotations

from dataclasses import replace

from pseudogen.errors import InputError
from pseudogen.reading import indentation, mend
from pseudogen.reading.breaks import with_breaks, with_comments_ended
from pseudogen.reading.characters import plain, without_entities
from pseudogen.reading.draft import Draft
from pseudogen.reading.joints import dehyphenated, joined
from pseudogen.reading.paste import unwrapped
from pseudogen.reading.prose import without_prose
from pseudogen.reading.python2 import python2_sign, refuse_python2
from pseudogen.reading.source import Source
from pseudogen.syntax.parsing import EXCERPT, described

_MENDING: tuple[mend.Step, ...] = (
    mend.without_magics,
    mend.uncapitalised,
    mend.unreserved,
    mend.without_slashes,
    dehyphenated,
    joined,
    mend.filled,
    indentation.dedented,
    mend.headed,
    indentation.uncovered,
    indentation.expanded_tabs,
    mend.tried,
    mend.ended,
)
_ROUNDS = 3
_LONGEST = 300_000
"""Characters: what people paste is shorter; a longer file gets its syntax error at once."""


def repaired(source: Source, *, strict: bool = False) -> Source:
    """The source with its text made Python 3; itself when it is that already.

    With `strict`, line breaks are put back only where there is one good reading.

    Raises:
        InputError: 'python2', 'ambiguous' (with `strict`), or 'syntax-error' at the first place
            that could not be repaired.
    """
    draft = Draft.of(source)
    error = draft.error()
    if error is None:
        return source
    if len(source.text) > _LONGEST:
        sign = python2_sign(source.text)
        raise (
            refuse_python2(draft, source.name, *sign)
            if sign
            else _unrepaired(error, draft, source.name, draft)
        )
    draft = unwrapped(without_entities(draft))
    bare = without_prose(draft)
    found = None if bare is None else _tried(bare, source.name, strict)
    return _sourced(source, found or _made(draft, source.name, strict))


def _tried(draft: Draft, name: str, strict: bool) -> Draft | None:
    """The draft made whole; None when it can't be, so that the text as it was is told about."""
    try:
        return _made(draft, name, strict)
    except InputError as error:
        if error.key == "syntax-error":
            return None
        raise


def _made(draft: Draft, name: str, strict: bool) -> Draft:
    written, draft = draft, plain(draft)
    found = _mended(draft)
    if found.error() is not None:
        sign = python2_sign(draft.text)
        if sign is not None:
            raise refuse_python2(draft, name, *sign)
        found = with_breaks(draft, name, strict=strict) or found
    error = found.error()
    if error is not None:
        raise _unrepaired(error, found, name, written)
    return found


def uncommented(source: Source) -> Source:
    """The source of one line, with the code that its comment swallowed."""
    found = with_comments_ended(Draft.of(source), source.name)
    return source if found is None else _sourced(source, found)


def _sourced(source: Source, draft: Draft) -> Source:
    return replace(source, text=draft.text, places=draft.places, remarks=draft.remarks)


def _mended(draft: Draft) -> Draft:
    """Apply the steps while they help; the draft as it was when they do not help in the end."""
    best = draft
    for _ in range(_ROUNDS):
        before = best
        for step in _MENDING:
            error = best.error()
            if error is None:
                return best
            found = step(best)
            if found is not None and _better(found, error):
                best = found
        if best is before:
            break
    return best


def _better(draft: Draft, error: SyntaxError) -> bool:
    """Whether the first error of the draft is gone, comes later, or is no longer indentation."""
    now = draft.error()
    return now is None or _progress(now) > _progress(error)


def _progress(error: SyntaxError) -> tuple[int, bool, int]:
    return error.lineno or 0, not isinstance(error, IndentationError), error.offset or 0


def _unrepaired(error: SyntaxError, draft: Draft, name: str, written: Draft) -> InputError:
    """The error about the draft, with the line as it was written where repairs changed its end."""
    found = described(error, draft.text, name)
    place = draft.places[min(found.line or 1, len(draft.places)) - 1]
    line = written.lines[written.places.index(place)].strip() if place in written.places else ""
    if line:
        found.facts["excerpt"] = line[:EXCERPT]
        found.facts["caret"] = min(int(str(found.facts["caret"])), len(line[:EXCERPT]))
    found.line = place.line
    if place.cell is not None:
        found.facts["cell"] = place.cell
    return found
