"""Statements that were broken in the middle of a line, as narrow pages and PDF files break them."""

from __future__ import annotations

import keyword
import re
from collections import Counter

from pseudogen.reading.draft import Draft
from pseudogen.reading.indentation import indent_of

_MOST = 60
_OPEN_END = re.compile(
    r"(?:[-+*/%@&|^~=<>]|:=|(?<!\.)\.|\b(?:and|or|not|in|is|if|else|lambda|return|import|from|as|for|del"
    r"|raise|assert|with|while|elif))\s*$"
)
_NAME = re.compile(r"[^\W\d]\w*")
_HYPHEN = re.compile(r"(?<!\w)([^\W\d]\w*)[-‐\u00ad]$")
_OPEN_START = re.compile(
    r"[ \t]*(?:[-+*/%&|^=<>]|\.(?!\.)|!=|(?:and|or|is|in|not[ \t]+in)\b|if\b.*\belse\b(?![ \t]*:))"
)
_QUOTED = re.compile(
    r'"{3}|\'{3}|"(?>(?:[^"\\\n]++|\\.)*)(?P<one>"?)' + r"|'(?>(?:[^'\\\n]++|\\.)*)(?P<two>'?)|\#.*"
)


def dehyphenated(draft: Draft) -> Draft | None:
    """Names that were hyphenated at the end of a line.

    A hyphen that follows a name at once may be a minus: it is one when the text knows the name
    before it and not the whole one.
    """
    known = Counter(_NAME.findall(draft.text))
    kept: list[tuple[str, int]] = []
    for i, line in enumerate(draft.lines):
        before = _HYPHEN.search(kept[-1][0]) if kept else None
        after = _NAME.match(line.lstrip(" \t"))
        if before is None or after is None or not _one_word(before[1], after[0], known):
            kept.append((line, i))
            continue
        first, origin = kept[-1]
        draft = draft.remark("hyphenated", origin, word=before[1] + after[0])
        kept[-1] = (first[: before.end(1)] + line.lstrip(" \t"), origin)
    return draft.with_lines(kept) if len(kept) < len(draft.lines) else None


def _one_word(head: str, tail: str, known: Counter[str]) -> bool:
    if keyword.iskeyword(tail):
        return False
    return known[head + tail] > 0 or known[head] < 2


def joined(draft: Draft) -> Draft | None:
    """Lines that break off in a statement or a string go on in the next one."""
    best = draft
    for _ in range(_MOST):
        error = best.error()
        if error is None:
            break
        at = min(error.lineno or 1, len(best.lines)) - 1
        found = _at(best, at) or _at(best, at - 1)
        if found is None:
            break
        best = found
    return None if best is draft else best


def _at(draft: Draft, i: int) -> Draft | None:
    """Line `i` and the next one as one; None when both are whole."""
    if i < 0 or i + 1 >= len(draft.lines) or not draft.lines[i].strip():
        return None
    line, following = draft.lines[i], draft.lines[i + 1]
    if not following.strip() or line.endswith("\\"):
        return None
    quote = _open_quote(line)
    if quote == "#":
        return None
    if quote:
        whole = f"{line.rstrip()} {following.lstrip()}"
        if quote not in following:
            return None
        kept = [(text, k) for k, text in enumerate(draft.lines)]
        kept[i : i + 2] = [(whole, i)]
        return draft.remark("line_joined", i).with_lines(kept)
    deeper = len(indent_of(following)) > len(indent_of(line))
    if not (
        _OPEN_END.search(line)
        or _OPEN_START.match(following)
        or (deeper and line.rstrip().endswith(","))
    ):
        return None
    lines = list(draft.lines)
    lines[i] = f"{line.rstrip()} \\"
    return draft.remark("line_joined", i).with_texts(lines)


def _open_quote(line: str) -> str:
    """The quote of a string that the line does not end; "#" when it ends in a comment."""
    for part in _QUOTED.finditer(line):
        token = part[0]
        if token[0] == "#":
            return "#"
        if part["one"] == "" or part["two"] == "":
            return token[0]
    return ""
