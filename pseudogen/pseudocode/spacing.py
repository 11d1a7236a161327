"""Spaces between Chinese characters and everything else, none between Chinese characters."""

from __future__ import annotations

import re
from functools import lru_cache

from pseudogen.document import Span, Spans

_PUNCTUATION = frozenset("，：（）、；")
_GAP = re.compile(" +")
_SEAM = re.compile("(?<=[^\x00-\x7f])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[^\x00-\x7f])")
_OURS = frozenset({"words", "keyword"})
_FIRST_WIDE = "\u2e80"
_NO_GAP_BEHIND = frozenset("([{|⌊⌈⟨")
_NO_GAP_BEFORE = frozenset(")]},.;:|⌋⌉⟩")


def spaced(text: Spans) -> Spans:
    """The spans of a line with Chinese spacing; what is quoted from the source stays as it is."""
    found: list[Span] = []
    for span in text:
        ours = span.kind in _OURS
        if ours and len(span.text) > 1 and not span.text.isascii():
            span = Span(_spaced_inside(span.text), span.kind)
        if found:
            last = found[-1]
            if last.kind in _OURS and span.text.isspace():
                found[-1] = Span(last.text + " ", last.kind)
                continue
            before = last.text.rstrip(" ") if last.kind in _OURS else last.text
            after = span.text.lstrip(" ") if ours else span.text
            if before[-1:] >= _FIRST_WIDE or after[:1] >= _FIRST_WIDE:
                found[-1], span = _joined(last, before, span, after)
        found.append(span)
    return tuple(found)


@lru_cache(maxsize=1 << 12)  # templates write the same pieces over and over
def _spaced_inside(words: str) -> str:
    return _SEAM.sub(_space, _GAP.sub(_needed, words) if " " in words else words)


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _space(seam: re.Match[str]) -> str:
    """The space between a Chinese character and a Latin one."""
    text, place = seam.string, seam.start()
    return " " if _is_han(max(text[place - 1], text[place])) else ""


def _needed(gap: re.Match[str]) -> str:
    """The spaces, but not those beside Chinese punctuation or between Chinese characters."""
    text, start, end = gap.string, gap.start(), gap.end()
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    beside = before in _PUNCTUATION or after in _PUNCTUATION
    return "" if beside or (_is_han(before) and _is_han(after)) else gap[0]


def _joined(left: Span, before: str, right: Span, after: str) -> tuple[Span, Span]:
    """Two neighbours with the space between them that they need, put into the words.

    `before` and `after` are their texts without the space between them.
    """
    if not before or not after:
        return left, right
    ours, theirs = left.kind in _OURS, right.kind in _OURS
    gap = len(before) < len(left.text) or len(after) < len(right.text)
    a, b = before[-1], after[0]
    han_before, han_after = ours and _is_han(a), theirs and _is_han(b)
    if (ours and a in _PUNCTUATION) or (theirs and b in _PUNCTUATION) or (han_before and han_after):
        gap = False
    elif han_before or han_after:
        gap = gap or not (a in _NO_GAP_BEHIND or b in _NO_GAP_BEFORE)
    space = " " if gap else ""
    if theirs:
        return Span(before, left.kind), Span(space + after, right.kind)
    return Span(before + space, left.kind), Span(after, right.kind)
