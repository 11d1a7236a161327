"""Spans laid out in lines of a width counted in terminal cells: a Chinese character fills two."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

from rich.cells import cell_len

from pseudogen.document import Span, Spans
from pseudogen.regex import regex

_OPENING = "（［｛《〈「『【〔“‘([{"
_CLOSING = "）］｝》〉」』】〕”’，。、；：？！…—·％,.;:?!)]}%"
_WIDE = (
    ("\u1100", "\u115f"),
    ("\u2e80", "\ua4cf"),
    ("\uac00", "\ud7a3"),
    ("\uf900", "\ufaff"),
    ("\ufe30", "\ufe6f"),
    ("\uff00", "\uff60"),
)
"""The first and the last of characters that are wide and pieces of their own."""
_FIRST_WIDE = "\u2e80"
_NARROW_PIECE = re.compile(r" +|[(\[{]|[^ (\[{]+")
_ALONE = _OPENING + "".join(f"{first}-{last}" for first, last in _WIDE)
_ANY_PIECE = regex(f" +|[{_ALONE}]|[^ {_ALONE}]+")
_PORTION = 2_000
_TIGHT = "（），。：；、"
_SOFT = re.compile(r".*[._/,(\[\\-]", re.S)
"""Where a word that is longer than a line may be cut."""


def width(text: Spans) -> int:
    """The cells that spans fill on one line."""
    cells = 0
    for span in text:
        piece = span.text
        cells += len(piece) if piece.isascii() else cell_len(piece)
    return cells


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
    whole = "".join([span.text for span in text])
    cells = len(whole) if whole.isascii() else width(text)
    if cells <= columns and text and not text[0].text[:1].isspace():
        yield trimmed(text)
        return
    places = _whole_words(whole, columns, hang)
    if places is not None:
        yield from _parts(text, places)
        return
    line: list[_Piece] = []
    room = columns
    for word in _words(text):
        cells = _cells(word)
        if word[0][0].isspace():
            if line:
                line.extend(word)
                room -= cells
            continue
        if cells > room and line:
            yield _line(line)
            line, room = [], columns - hang
        if cells <= room:
            line.extend(word)
            room -= cells
            continue
        rest: list[_Piece] = []
        for portion in _portions(word):
            rest.append(portion)
            while _cells(rest) > room:
                head, rest = _cut(rest, room)
                yield _line(head)
                room = columns - hang
        line.extend(rest)
        room -= _cells(rest)
    if line:
        yield _line(line)


def _whole_words(text: str, columns: int, hang: int) -> list[tuple[int, int]] | None:
    """Where the lines of text begin and end; None where a word has to be cut, or not each character
    fills the cells that its place in Unicode lets expect."""
    if not (text.isascii() or all(map(_is_as_expected, set(text)))):
        return None
    if not text.isprintable():
        return None
    cells: Sequence[int] = range(len(text) + 1)
    if max(text, default="") >= _FIRST_WIDE:
        cells = [0, *accumulate([2 if character >= _FIRST_WIDE else 1 for character in text])]
    found: list[tuple[int, int]] = []
    start, end, room = len(text) - len(text.lstrip(" ")), len(text.rstrip(" ")), columns
    while cells[end] - cells[start] > room:
        place = bisect_right(cells, cells[start] + room) - 1
        while place > start and not _may_end(text[place - 1], text[place]):
            place -= 1
        if place <= start:
            return None
        stop = place
        while text[stop - 1] == " ":
            stop -= 1
        found.append((start, stop))
        start, room = place, columns - hang
        while text[start] == " ":
            start += 1
    return [*found, (start, end)] if start < end else found


def _may_end(left: str, right: str) -> bool:
    """Whether a line may end between two characters that fill as many cells as expected."""
    if right == " ":
        return True
    wide = left >= _FIRST_WIDE or right >= _FIRST_WIDE
    return wide and left not in _OPENING and right not in _CLOSING


@lru_cache(maxsize=1 << 12)
def _is_as_expected(character: str) -> bool:
    """Whether a character from `_FIRST_WIDE` on is a wide one that stands alone, others narrow."""
    if character < _FIRST_WIDE:
        return character.isascii() or cell_len(character) == 1
    alone = any(first <= character <= last for first, last in _WIDE)
    return alone and cell_len(character) == 2


def _parts(text: Spans, places: Iterable[tuple[int, int]]) -> Iterator[Spans]:
    """The parts of spans between places in their text, neighbours of one kind as one span."""
    number, offset = 0, 0  # of a span, and where it begins
    for start, stop in places:
        line: list[Span] = []
        while offset < stop:
            span = text[number]
            piece = span.text[max(start - offset, 0) : stop - offset]
            if piece:
                line.append(Span(piece, span.kind))
            if offset + len(span.text) > stop:
                break
            number, offset = number + 1, offset + len(span.text)
        yield tuple(merged(line))


_Piece = tuple[str, str]
"""Text and kind of a part of a span: there are many, and few become spans."""


def _cells(word: Iterable[_Piece]) -> int:
    cells = 0
    for text, _ in word:
        cells += len(text) if text.isascii() else cell_len(text)
    return cells


def _line(pieces: list[_Piece]) -> Spans:
    """A line of its own: pieces of one kind side by side are one span, no space at the end."""
    texts: list[list[str]] = []
    kinds: list[str] = []
    for text, kind in pieces:
        if kinds and kinds[-1] == kind:
            texts[-1].append(text)
        else:
            kinds.append(kind)
            texts.append([text])
    return trimmed([Span("".join(part), kind) for part, kind in zip(texts, kinds, strict=True)])


def _portions(word: list[_Piece]) -> Iterator[_Piece]:
    """A word in parts: cutting line after line off one of millions of characters takes hours."""
    for text, kind in word:
        for start in range(0, len(text), _PORTION):
            yield text[start : start + _PORTION], kind


def _words(text: Spans) -> Iterator[list[_Piece]]:
    """What no line break may part: pieces of spans, or spaces."""
    word: list[_Piece] = []
    for span in text:
        kind = span.kind
        for piece in _pieces(span.text):
            if piece.isspace():
                if word:
                    yield word
                    word = []
                yield [(piece, kind)]
                continue
            if word and not _holds(word[-1][0], piece):
                yield word
                word = []
            word.append((piece, kind))
    if word:
        yield word


def _pieces(text: str) -> list[str]:
    narrow = text.isascii() or not any(map(_may_part, text))
    return (_NARROW_PIECE if narrow else _ANY_PIECE).findall(text)


def _may_part(character: str) -> bool:
    """Whether a character beyond ASCII may be a piece of its own."""
    return "\u1100" <= character <= "\u115f" or character >= "\u2e80" or character in "“‘"


def _holds(left: str, right: str) -> bool:
    """Whether two neighbours stay on one line."""
    return left[-1] in _OPENING or right[0] in _CLOSING or not (_wide(left[-1]) or _wide(right[0]))


def _wide(character: str) -> bool:
    return not character.isascii() and cell_len(character) == 2


def _cut(word: list[_Piece], room: int) -> tuple[list[_Piece], list[_Piece]]:
    """A word's head that fits into `room`, of one character at least, and the rest."""
    fitting, used = 0, 0
    text = "".join(piece for piece, _ in word)
    for character in text:
        used += cell_len(character)
        if used > room and fitting:
            break
        fitting += 1
    soft = _SOFT.match(text[:fitting])
    place = len(soft[0]) if soft and len(soft[0]) > fitting // 2 else fitting
    return _sliced(word, 0, place), _sliced(word, place, len(text))


def _sliced(word: list[_Piece], start: int, stop: int) -> list[_Piece]:
    found = []
    for text, kind in word:
        piece = text[max(start, 0) : max(stop, 0)]
        if piece:
            found.append((piece, kind))
        start, stop = start - len(text), stop - len(text)
    return found


def trimmed(line: Iterable[Span]) -> Spans:
    """The line without spaces at its end."""
    if type(line) is tuple and _is_trimmed(line):
        return line
    found = [*merged(line)]
    while found and not (text := found[-1].text.rstrip(" ")):
        found.pop()
    return (*found[:-1], Span(text, found[-1].kind)) if found else ()


def _is_trimmed(line: Spans) -> bool:
    kind = ""
    for span in line:
        if span.kind == kind:
            return False
        kind = span.kind
    return bool(line) and not line[-1].text.endswith(" ")


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
