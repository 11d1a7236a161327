"""Spans laid out in lines of a width counted in terminal cells: a Chinese character fills two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from rich.cells import cell_len

from pseudogen.document import Span, Spans

_OPENING = "（［｛《〈「『【〔“‘([{"
_CLOSING = "）］｝》〉」』】〕”’，。、；：？！…—·％,.;:?!)]}%"
_WIDE = "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60"
_NARROW_PIECE = re.compile(r" +|[(\[{]|[^ (\[{]+")
_TIGHT = "（），。：；、"
_SOFT = re.compile(r".*[._/,(\[\\-]", re.S)
"""Where a word that is longer than a line may be cut."""


def width(text: Spans) -> int:
    """The cells that spans fill on one line."""
    return sum(cell_len(span.text) for span in text)


def joined(*parts: Spans) -> Spans:
    """Parts side by side with a space between, unless full-width punctuation makes room itself."""
    found: Spans = ()
    for part in filter(None, parts):
        if found and found[-1].text[-1:] not in _TIGHT and part[0].text[:1] not in _TIGHT:
            found += (Span(" "),)
        found += part
    return found


def wrap(text: Spans, columns: int, hang: int = 0) -> Iterator[Spans]:
    """The lines of `text`, `columns` cells wide; those after the first have `hang` cells less.

    Breaks at spaces and between Chinese characters, never before a closing or after an opening
    punctuation mark. A word that fits on no line is cut, behind punctuation where it has any.
    """
    if width(text) <= columns and text and not text[0].text[:1].isspace():
        yield trimmed(text)
        return
    line: list[Span] = []
    room = columns
    for word in _words(text):
        if word[0].text.isspace():
            if line:
                line.extend(word)
                room -= width(word)
            continue
        if width(word) > room and line:
            yield trimmed(line)
            line, room = [], columns - hang
        while width(word) > room:
            head, word = _cut(word, room)
            yield head
            room = columns - hang
        line.extend(word)
        room -= width(word)
    if line:
        yield trimmed(line)


def _words(text: Spans) -> Iterator[Spans]:
    """What no line break may part: pieces of spans, or spaces."""
    word: list[Span] = []
    for span in text:
        for piece in _pieces(span.text):
            if word and (piece.isspace() or not _holds(word[-1].text, piece)):
                yield tuple(word)
                word = []
            if piece.isspace():
                yield (Span(piece, span.kind),)
            else:
                word.append(Span(piece, span.kind))
    if word:
        yield tuple(word)


def _pieces(text: str) -> list[str]:
    narrow = text.isascii() or not any(map(_may_part, text))
    return (_NARROW_PIECE if narrow else _any_piece()).findall(text)


def _may_part(character: str) -> bool:
    """Whether a character beyond ASCII may be a piece of its own."""
    return "\u1100" <= character <= "\u115f" or character >= "\u2e80" or character in "“‘"


@cache
def _any_piece() -> re.Pattern[str]:
    """Compiled where it is needed: so many ranges take longer than a short text."""
    return re.compile(f" +|[{_WIDE}{_OPENING}]|[^ {_WIDE}{_OPENING}]+")


def _holds(left: str, right: str) -> bool:
    """Whether two neighbours stay on one line."""
    return left[-1] in _OPENING or right[0] in _CLOSING or not (_wide(left[-1]) or _wide(right[0]))


def _wide(character: str) -> bool:
    return cell_len(character) == 2


def _cut(word: Spans, room: int) -> tuple[Spans, Spans]:
    """A word's head that fits into `room`, of one character at least, and the rest."""
    fitting, used = 0, 0
    text = "".join(span.text for span in word)
    for character in text:
        used += cell_len(character)
        if used > room and fitting:
            break
        fitting += 1
    soft = _SOFT.match(text[:fitting])
    place = len(soft[0]) if soft and len(soft[0]) > fitting // 2 else fitting
    return _sliced(word, 0, place), _sliced(word, place, len(text))


def _sliced(word: Spans, start: int, stop: int) -> Spans:
    found = []
    for span in word:
        piece = span.text[max(start, 0) : max(stop, 0)]
        if piece:
            found.append(Span(piece, span.kind))
        start, stop = start - len(span.text), stop - len(span.text)
    return tuple(found)


def trimmed(line: Iterable[Span]) -> Spans:
    """The line without spaces at its end."""
    found = [*merged(line)]
    while found and not (text := found[-1].text.rstrip(" ")):
        found.pop()
    return (*found[:-1], Span(text, found[-1].kind)) if found else ()


def merged(line: Iterable[Span]) -> Iterator[Span]:
    """Neighbours of one kind as one span."""
    last: Span | None = None
    for span in line:
        if last is not None and last.kind == span.kind:
            last = Span(last.text + span.text, span.kind)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last
