"""What a page or a terminal puts around code: fences, prompts, line numbers, diff signs."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from pseudogen.reading.draft import Draft

_PAGE = frozenset(
    ["copy", "copy code", "copied", "copied!", "edit", "view raw", "plain text", "python",
     "python3", "py", "复制", "复制代码", "登录后复制", "收起", "python运行", "python 运行", "运行"]
)  # fmt: skip
_QUOTED = re.compile(r"\s?>(?!>>) ?")
_FENCE = re.compile(r"\s*(?:```+|~~~+)\s*(\{?\.?[\w+-]*\}?)\s*$")
_PYTHON = re.compile(r"^\{?\.?(?:py\w*|ipython\w*|)\}?$", re.I)
_PROMPT = re.compile(r"\s*>>> ?")
_CONTINUED = re.compile(r"\s*\.\.\.(?: |$)")
_IN = re.compile(r"\s*In ?\[[\d ]*\]: ?")
_IN_CONTINUED = re.compile(r"\s*\.{3,}: ?")
_OUT = re.compile(r"\s*Out ?\[[\d ]*\]:")
_NUMBER = re.compile(r"\s*(\d{1,6})(?:[:.|)│]|(?=\s|$))[ \t]?")
_DIFF_HEAD = re.compile(
    r"(?:diff --git |index [0-9a-f]{6,}|--- |\+\+\+ |@@ |new file mode|\\ No newline)"
)


def unwrapped(draft: Draft) -> Draft:
    """The code alone. Each step changes only what is surely no Python."""
    steps: list[Callable[[Draft], Draft]] = [
        _without_page,
        _unquoted,
        _unfenced,
        _unprompted,
        _unnumbered,
        _undiffed,
    ]
    for step in steps:
        draft = step(draft)
    return draft


def _without_page(draft: Draft) -> Draft:
    """The code without the words that pages show at its corners: its language, a button."""
    filled = [i for i, line in enumerate(draft.lines) if line.strip()]
    first, last = 0, len(filled)
    while first < last and draft.lines[filled[first]].strip().lower() in _PAGE:
        first += 1
    while first < last and draft.lines[filled[last - 1]].strip().lower() in _PAGE:
        last -= 1
    aside = filled[:first] + filled[last:]
    if not aside or first == last:
        return draft
    for i in aside:
        draft = draft.remark("page_words", i, text=draft.lines[i].strip())
    return draft.with_lines((line, i) for i, line in enumerate(draft.lines) if i not in aside)


def _unquoted(draft: Draft) -> Draft:
    """Lines without the sign that quotes them in mails and Markdown."""
    matches = [_QUOTED.match(line) for line in draft.lines]
    filled = [bool(match) for match, line in zip(matches, draft.lines, strict=True) if line.strip()]
    if not filled or not all(filled):
        return draft
    lines = [
        line[match.end() :] if match else line
        for match, line in zip(matches, draft.lines, strict=True)
    ]
    return draft.remark("quoted", 0).with_texts(lines)


def _unfenced(draft: Draft) -> Draft:
    """The Python blocks of Markdown; prose around them is set aside."""
    fences = [i for i, line in enumerate(draft.lines) if _FENCE.match(line)]
    if not fences:
        return draft
    kept: list[tuple[str, int]] = []
    for first, last in zip(fences[::2], [*fences[1::2], len(draft.lines)], strict=False):
        label = _FENCE.match(draft.lines[first])
        if label and _PYTHON.match(label[1]):
            kept += [(draft.lines[i], i) for i in range(first + 1, last)]
    if not any(line.strip() for line, _ in kept):
        return draft
    aside = sum(bool(line.strip()) for line in draft.lines) - len(fences)
    aside -= sum(bool(line.strip()) for line, _ in kept)
    return draft.remark("fence", fences[0], prose=aside).with_lines(kept)


def _unprompted(draft: Draft) -> Draft:
    """Input after prompts of Python or IPython; what was printed is set aside."""
    for prompt, continued in ((_PROMPT, _CONTINUED), (_IN, _IN_CONTINUED)):
        first = next((i for i, line in enumerate(draft.lines) if prompt.match(line)), None)
        if first is None:
            continue
        kept, inside = [], False
        for i, line in enumerate(draft.lines):
            match = prompt.match(line) or (continued.match(line) if inside else None)
            # IPython shows a prompt for the first line of an input only when it is pasted
            follows = prompt is _IN and inside and line.strip() and not _OUT.match(line)
            inside = bool(match or follows)
            if inside:
                kept.append((line[match.end() :] if match else line, i))
        aside = sum(bool(line.strip()) for line in draft.lines) - len(kept)
        word = ">>>" if prompt is _PROMPT else "In [ ]:"
        return draft.remark("prompt", first, prompt=word, output=aside).with_lines(kept)
    return draft


def _unnumbered(draft: Draft) -> Draft:
    """Lines without the numbers that a listing has: each line has one, and they rise."""
    matches = [_NUMBER.match(line) for line in draft.lines]
    filled = [match for match, line in zip(matches, draft.lines, strict=True) if line.strip()]
    numbers = [int(match[1]) for match in filled if match]
    if len(filled) < 2 or len(numbers) < len(filled):
        return draft
    rising = all(a < b <= a + 3 for a, b in itertools.pairwise(numbers))
    if not rising:
        return draft
    lines = [
        line[match.end() :] if match else line
        for match, line in zip(matches, draft.lines, strict=True)
    ]
    return draft.remark("line_numbers", 0, first=numbers[0], last=numbers[-1]).with_texts(lines)


def _undiffed(draft: Draft) -> Draft:
    """The new side of a diff."""
    lines = [(line, i) for i, line in enumerate(draft.lines) if line.strip()]
    heads = [line for line, _ in lines if _DIFF_HEAD.match(line)]
    signed = [line for line, _ in lines if line[:1] in "+-"]
    rest = [line for line, _ in lines if line[:1] not in "+- " and not _DIFF_HEAD.match(line)]
    if rest or not signed or not (heads or len(signed) > 1):
        return draft
    kept = [
        (line[1:], i)
        for line, i in ((line, i) for i, line in enumerate(draft.lines))
        if not line.startswith("-") and not _DIFF_HEAD.match(line)
    ]
    if not any(line.strip() for line, _ in kept):
        return draft
    removed = sum(line.startswith("-") and not _DIFF_HEAD.match(line) for line in draft.lines)
    return draft.remark("diff", lines[0][1], removed=removed).with_lines(kept)
