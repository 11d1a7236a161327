"""The author's own words, as captions of what an explanation tells."""

from __future__ import annotations

import re
from itertools import groupby

import libcst as cst

from pseudogen.explanation.stages import Stage
from pseudogen.names.arguments import string
from pseudogen.names.comments import joined
from pseudogen.names.script import Script
from pseudogen.regex import regex
from pseudogen.syntax.tree import Statement

_LONGEST = 160
_SHORTEST = 3
_FOR_TOOLS = re.compile(
    r"\b(todo|fixme|xxx|noqa|pylint|pragma|fmt|yapf|isort|mypy|nosec|copyright)\b|\\", re.I
)
_NO_WORDS = re.compile(
    r"[=(){}\[\]<>|]|^[!%:]|^\W*$"
    r"|^(type|if|for|while|import|from|return|print|assert|del|with)\b",
    re.I,
)
"""What tells commented-out code from the author's words, where these have no signs of it."""
_ASIDE = re.compile(r"(?<!\S)\([\w ,.'-]+\)")
"""Words in brackets of their own, as in `the loss (criterion)`."""
_QUOTED = re.compile(r"([\"'`]).*?\1")
_IN_A_ROW = regex(
    r"(?:(?<![\w.])(?!(?:and|as|assert|class|def|del|else|except|for|from|if|import|in|is|lambda"
    r"|not|or|print|raise|return|while|with|yield)\b)[A-Za-z]+(?::? |$)){3}"
)
"""Three words, none of them one of Python's: outside of quotes code has no such thing."""
_CODE_START = regex(
    r"^[\w.]+(?:\[[^\]]*\])?(?:\s*,\s*[\w.]+)*\s*[-+*/]?=(?!=)|^[\w.]+\(|^[@(\[{\"'](?!\d\))"
    r"|^(type|if|for|while|import|from|return|print|assert|del|with|else|elif|def|class|raise"
    r"|except|try)\b",
    re.I,
)
_SWITCHED_OFF = re.compile(r"^[\w.]+\s*[-+*/]?=(?!=)\s*[\w.]+\(.*\)$")
"""A whole statement among the lines of a comment: `scale = measure(depth)`."""
_FRAME = re.compile(r"^(?:[-=*~_]{2,}|[-=*~](?=\s))\s*|\s*(?:[-=*~_]{2,}|(?<=\s)[-=*~])$")
"""Lines and bullets drawn around words; the sign of an emphasis (`_before_`) is a part of them."""
_FIELD = (
    r"[:@](?:param|return|rtype|type|raise|keyword)|(?:Args|Parameters|Returns?|参数|返回)\s*[:：]"
)
_END = rf"(?<=[.!?])\s|\n\s*\n|(?:^|\n)\s*(?=(?i:{_FIELD}))"
_SENTENCE_END = regex(_END)
_CHINESE_SENTENCE_END = regex(rf"(?<=[。！？])|(?<=[\u4e00-\u9fff])\n|{_END}")


def comment_above(lines: list[str], line: int) -> str | None:
    """The comment right above a 1-based line, where it is words and not code, in one line."""
    if line < 2 or not lines[line - 2].lstrip().startswith("#"):
        return None
    indent = _indent(lines[line - 1])
    words: list[str] = []
    for place in range(line - 2, -1, -1):
        above = lines[place]
        if not above.lstrip().startswith("#") or _indent(above) != indent:
            break
        said = above.strip().strip("# \t")
        if not _SWITCHED_OFF.match(said):
            words.append(_FRAME.sub("", said))
    parts = (joined(list(part)) for line, part in groupby(reversed(words), bool) if line)
    said = "; ".join(parts).rstrip(".。:：,，;")
    if not _SHORTEST <= len(said) <= _LONGEST or (said.isascii() and " " not in said):
        return None
    return said if _is_prose(said) else None


def _is_prose(said: str) -> bool:
    """Whether a comment is words; those that speak of code may have its signs, too."""
    if _FOR_TOOLS.search(said):
        return False
    if not _NO_WORDS.search(_ASIDE.sub("", said)):
        return True
    words = _QUOTED.sub("", said)
    return not _CODE_START.search(words) and _IN_A_ROW.search(words) is not None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def docstring_of(script: Script, stage: Stage) -> str | None:
    """The first sentence of the docstring of the function in which a stage stands."""
    name = (stage.function or "").rpartition(".")[2]
    holder = next((f for f in script.functions(name) if _holds(f, stage)), None)
    return first_sentence(script, holder) if holder is not None else None


def first_sentence(script: Script, definition: Statement) -> str | None:
    """The first sentence of the docstring of a function or class, where it is short enough."""
    first = script.tree.body(definition)[:1]
    if not first or type(first[0].node) is not cst.Expr:
        return None
    said = string(first[0].node.value).strip()
    end = _SENTENCE_END if said.isascii() else _CHINESE_SENTENCE_END
    line = " ".join(end.split(said)[0].split()).rstrip(".。")
    return line if 0 < len(line) <= _LONGEST else None


def _holds(function: Statement, stage: Stage) -> bool:
    return function.first <= stage.lines[0] <= function.end
