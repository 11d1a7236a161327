"""Spaces between Chinese characters and everything else, none between Chinese characters."""

from __future__ import annotations

import re

from pseudogen.document import Span, Spans

_PUNCTUATION = "，：（）、；"
_HAN = re.compile("[\u4e00-\u9fff]")
_WIDE = f"[\u4e00-\u9fff{_PUNCTUATION}]"
_CLOSED = re.compile(f"(?<={_WIDE}) +(?={_WIDE})|(?<=[{_PUNCTUATION}]) +| +(?=[{_PUNCTUATION}])")
_OPEN = re.compile("(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9|⌊⟨])|(?<=[A-Za-z0-9|⌋⟩])(?=[\u4e00-\u9fff])")
_NO_GAP_BEHIND = frozenset("([{")
_NO_GAP_BEFORE = frozenset(")]},.;:")


def spaced(text: Spans) -> Spans:
    """The spans of a line with Chinese spacing; what is quoted from the source stays as it is."""
    found: list[Span] = []
    for span in text:
        content = span.text
        if _is_ours(span.kind) and len(content) > 1:
            content = _OPEN.sub(" ", _CLOSED.sub("", content))
        if found and content.isspace() and _is_ours(found[-1].kind):
            found[-1] = Span(found[-1].text + " ", found[-1].kind)
            continue
        if found:
            found[-1], content = _joined(found[-1], content, span.kind)
        if content:
            found.append(Span(content, span.kind))
    return tuple(span for span in found if span.text)


def _is_ours(kind: str) -> bool:
    return kind in ("words", "keyword")


def _joined(left: Span, right: str, kind: str) -> tuple[Span, str]:
    """Two neighbours with the space between them that they need, put into the words."""
    ours, theirs = _is_ours(left.kind), _is_ours(kind)
    before = left.text.rstrip(" ") if ours else left.text
    after = right.lstrip(" ") if theirs else right
    if not before or not after:
        return left, right
    gap = len(before) < len(left.text) or len(after) < len(right)
    a, b = before[-1], after[0]
    han_before, han_after = bool(ours and _HAN.match(a)), bool(theirs and _HAN.match(b))
    if (ours and a in _PUNCTUATION) or (theirs and b in _PUNCTUATION) or (han_before and han_after):
        gap = False
    elif han_before or han_after:
        gap = gap or not (a in _NO_GAP_BEHIND or b in _NO_GAP_BEFORE)
    if theirs:
        return Span(before, left.kind), (" " if gap else "") + after
    return Span(before + (" " if gap else ""), left.kind), after
