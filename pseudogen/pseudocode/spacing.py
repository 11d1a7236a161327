"""Spaces between Chinese characters and everything else, none between Chinese characters."""

from __future__ import annotations

import re

from pseudogen.document import Span, Spans

_HAN = re.compile("[\u4e00-\u9fff]")
_CLOSED = re.compile(
    "(?<=[\u4e00-\u9fff，：（）、；])  *(?=[\u4e00-\u9fff，：（）、；])|(?<=[，：（）、；]) +| +(?=[，：（）、；])"
)
_OPEN = re.compile("(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9|⌊⟨])|(?<=[A-Za-z0-9|⌋⟩])(?=[\u4e00-\u9fff])")
_PUNCTUATION = "，：（）、；"


def spaced(text: Spans) -> Spans:
    """The spans of a line with Chinese spacing; what is quoted from the source stays as it is."""
    found: list[Span] = []
    for span in text:
        content = span.text
        if span.kind in ("words", "keyword"):
            content = _OPEN.sub(" ", _CLOSED.sub("", content)) if len(content) > 1 else content
        if found:
            left, content = _joined(found[-1], content, span.kind)
            found[-1] = left
        if content:
            found.append(Span(content, span.kind))
    return tuple(span for span in found if span.text)


def _joined(left: Span, right: str, kind: str) -> tuple[Span, str]:
    """Two neighbours with the space between them that they need, put into the words."""
    ours = left.kind in ("words", "keyword")
    theirs = kind in ("words", "keyword")
    before, after = left.text.rstrip(" ") if ours else left.text, right.lstrip(" ") if theirs else right
    if not before or not after:
        return left, right
    gap = len(before) < len(left.text) or len(after) < len(right)
    a, b = before[-1], after[0]
    if (ours and a in _PUNCTUATION) or (theirs and b in _PUNCTUATION):
        gap = False
    elif ours and theirs and _HAN.match(a) and _HAN.match(b):
        gap = False
    elif (ours and _HAN.match(a)) or (theirs and _HAN.match(b)):
        gap = gap or not (a in "([{" or b in ")]}")
    if theirs:
        return Span(before, left.kind), (" " if gap else "") + after
    return Span(before + (" " if gap else ""), left.kind), after
