"""Spaces between Chinese characters and everything else, none between Chinese characters."""

from __future__ import annotations

import re

from pseudogen.document import Span, Spans

_PUNCTUATION = "，：（）、；"
_HAN = re.compile("[\u4e00-\u9fff]")
_WIDE = f"[\u4e00-\u9fff{_PUNCTUATION}]"
_CLOSED = re.compile(f"(?<={_WIDE}) +(?={_WIDE})|(?<=[{_PUNCTUATION}]) +| +(?=[{_PUNCTUATION}])")
_OPEN = re.compile("(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u4e00-\u9fff])")
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
            span = Span(_OPEN.sub(" ", _CLOSED.sub("", span.text)), span.kind)
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


def _joined(left: Span, before: str, right: Span, after: str) -> tuple[Span, Span]:
    """Two neighbours with the space between them that they need, put into the words.

    `before` and `after` are their texts without the space between them.
    """
    if not before or not after:
        return left, right
    ours, theirs = left.kind in _OURS, right.kind in _OURS
    gap = len(before) < len(left.text) or len(after) < len(right.text)
    a, b = before[-1], after[0]
    han_before, han_after = bool(ours and _HAN.match(a)), bool(theirs and _HAN.match(b))
    if (ours and a in _PUNCTUATION) or (theirs and b in _PUNCTUATION) or (han_before and han_after):
        gap = False
    elif han_before or han_after:
        gap = gap or not (a in _NO_GAP_BEHIND or b in _NO_GAP_BEFORE)
    space = " " if gap else ""
    if theirs:
        return Span(before, left.kind), Span(space + after, right.kind)
    return Span(before + space, left.kind), Span(after, right.kind)
