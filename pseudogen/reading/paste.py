"""What a page puts around code: its words and tags, signs of quotation, fences."""

from __future__ import annotations

import re
from collections.abc import Callable

from pseudogen.reading.draft import Draft
from pseudogen.reading.listing import unblamed, undiffed, unnumbered
from pseudogen.reading.marks import broken_at_marks
from pseudogen.reading.prompts import unprompted
from pseudogen.reading.prose import is_prose
from pseudogen.reading.spans import in_strings

_PAGE = frozenset(
    ["copy", "copy code", "copied", "copied!", "copy to clipboard", "edit", "run", "run code",
     "explain", "wrap", "expand", "collapse", "download", "view raw", "view on github",
     "open in colab", "plain text", "plaintext", "python", "python3", "py", "linkcode", "add code",
     "add markdown", "复制", "复制代码", "登录复制", "登录后复制", "收起", "展开", "python运行",
     "python 运行", "python复制代码", "运行", "运行代码", "ai写代码", "ai 写代码", "ai运行代码",
     "一键获取完整项目代码"]
)  # fmt: skip
_GLUED = re.compile(
    r"\s*(?:(?:(?:python3?|py)\s*)?(?:copy code|复制代码)\s*(?=\S)"
    r"|python3?\s+(?=(?:import|from|def|class|for|if|while|with)\b))",
    re.I,
)
_MARKUP = re.compile(
    r"\s*(?:\[/?code(?:=\w+)?\]|\\(?:begin|end)\{(?:lstlisting|minted|verbatim|python)\}\S*"
    r"|\.\. (?:code-block|code|sourcecode)::.*|\{% *(?:end)?highlight.*%\})\s*$",
    re.I,
)
_TAG = re.compile(r"</?(?:pre|code|span|div|p|br|font|td|tr|table)\b[^<>\n]*>", re.I)
_CODE_TAG = re.compile(r"<(?:pre|code)\b[^<>\n]*>|</(?:pre|code)>", re.I)
_QUOTED = re.compile(r"\s?([>|•│])(?<!>>>)(?!>>) ?")
_FENCE = re.compile(
    r"\s*(?:`{3,}|~{3,})\s*(?:\{code-(?:block|cell)\}\s*)?(\{?\.?[\w+-]*\}?)"
    r"(?:\s+[\w.-]+=\S.*|\s*\{[^{}]*\})?\s*$"
)
_FENCED_LINE = re.compile(r"`{3,}\s*(?:(?:python3?|py)\b)?\s*(\S.*?)\s*`{3,}", re.I)
_PYTHON = re.compile(r"^\{?\.?(?:py\w*|ipython\w*|)\}?$", re.I)


def unwrapped(draft: Draft) -> Draft:
    """The code alone. Each step changes only what is surely no Python."""
    steps: list[Callable[[Draft], Draft]] = [
        _without_page,
        broken_at_marks,
        _without_tags,
        _unquoted,
        _unfenced,
        unprompted,
        unblamed,
        unnumbered,
        undiffed,
    ]
    for step in steps:
        draft = step(draft)
    return draft


def _without_page(draft: Draft) -> Draft:
    """The code without the words that pages show at its corners: its language, a button."""
    filled = [i for i, line in enumerate(draft.lines) if line.strip()]
    first, last = 0, len(filled)
    while first < last and _of_page(draft.lines[filled[first]]):
        first += 1
    while first < last and _of_page(draft.lines[filled[last - 1]]):
        last -= 1
    if first == last:
        return draft
    aside = filled[:first] + filled[last:]
    for i in aside:
        draft = draft.remark("page_words", i, text=draft.lines[i].strip())
    begin = filled[first]
    texts = list(draft.lines)
    glued = _GLUED.match(texts[begin])
    if glued:
        draft = draft.remark("page_words", begin, text=glued[0].strip())
        texts[begin] = texts[begin][glued.end() :]
    dropped = set(aside)
    return draft.with_lines((line, i) for i, line in enumerate(texts) if i not in dropped)


def _of_page(line: str) -> bool:
    return line.strip().lower() in _PAGE or _MARKUP.match(line) is not None


def _without_tags(draft: Draft) -> Draft:
    """The code without HTML, where `<pre>` or `<code>` begins a line or ends one."""
    marked = [
        (i, tag)
        for i, line in enumerate(draft.lines)
        for tag in (_CODE_TAG.match(line.strip()), _CODE_TAG.search(line.strip()[-7:]))
        if tag
    ]
    if not marked:
        return draft
    draft = draft.remark("page_words", marked[0][0], text=marked[0][1][0])
    return draft.with_texts(_TAG.sub("", line) for line in draft.lines)


def _unquoted(draft: Draft) -> Draft:
    """Lines without the sign that quotes them in mails and Markdown, or that leads each of them."""
    matches = [_QUOTED.match(line) for line in draft.lines]
    signs = {match[1] for match in matches if match}
    if len(signs) != 1:
        return draft
    aside = [
        i
        for i, line in enumerate(draft.lines)
        if line.strip() and not matches[i] and not (signs == {">"} and is_prose(line))
    ]
    if aside or sum(match is not None for match in matches) < 2:
        return draft
    kept = [(line[match.end() :], i) for i, line in enumerate(draft.lines) if (match := matches[i])]
    for i, line in enumerate(draft.lines):
        if line.strip() and not matches[i]:
            draft = draft.remark("prose", i)
    return draft.remark("quoted", kept[0][1], sign=signs.pop()).with_lines(kept)


def _unfenced(draft: Draft) -> Draft:
    """The Python blocks of Markdown; prose around them is set aside."""
    quoted = in_strings(draft.lines)
    fences = [i for i, line in enumerate(draft.lines) if not quoted[i] and _FENCE.match(line)]
    if not fences:
        return _fenced_in_line(draft)
    starts = fences[::2]
    ends = [*fences[1::2], len(draft.lines)]
    if len(fences) == 1 and not any(line.strip() for line in draft.lines[fences[0] + 1 :]):
        starts, ends = [-1], fences  # copied without the fence that opens it
    kept: list[tuple[str, int]] = []
    for first, last in zip(starts, ends, strict=False):
        label = _FENCE.match(draft.lines[first]) if first >= 0 else None
        if first < 0 or (label and _PYTHON.match(label[1])):
            kept += [(draft.lines[i], i) for i in range(first + 1, last)]
    if not any(line.strip() for line, _ in kept):
        return draft
    aside = sum(bool(line.strip()) for line in draft.lines) - len(fences)
    aside -= sum(bool(line.strip()) for line, _ in kept)
    return draft.remark("fence", fences[0], prose=aside).with_lines(kept)


def _fenced_in_line(draft: Draft) -> Draft:
    """Fences whose line breaks were lost, or one pair of backticks around all of the code."""
    for i, line in enumerate(draft.lines):
        found = _FENCED_LINE.search(line)
        if found:
            return draft.remark("fence", i, prose=0).with_lines([(found[1], i)])
    text = draft.text.strip()
    if len(text) > 2 and text[0] == text[-1] == "`" and text.count("`") == 2:
        texts = [line.replace("`", "") for line in draft.lines]
        return draft.remark("fence", 0, prose=0).with_texts(texts)
    return draft
