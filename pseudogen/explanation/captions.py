"""The author's own words, as captions of what an explanation tells."""

from __future__ import annotations

import re

import libcst as cst

from pseudogen.explanation.stages import Stage
from pseudogen.names.arguments import string
from pseudogen.names.script import Script
from pseudogen.syntax.tree import Statement

_LONGEST = 120
_SHORTEST = 3
_NO_WORDS = re.compile(
    r"[=(){}\[\]<>|\\]|^[!%:]|^\W*$|\b(todo|fixme|xxx|noqa|pylint|pragma|fmt|yapf|isort|mypy|nosec)\b"
    r"|^(type|if|for|while|import|from|return|print|assert|del|with)\b",
    re.I,
)
"""What tells commented-out code and remarks for tools from the author's words."""
_FRAME = re.compile(r"^(?:[-=*~_]{2,}|[-=*~](?=\s))\s*|\s*(?:[-=*~_]{2,}|(?<=\s)[-=*~])$")
"""Lines and bullets drawn around words; the sign of an emphasis (`_before_`) is a part of them."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s|(?<=[。！？])|\n\s*\n")


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
        words.append(_FRAME.sub("", above.strip().strip("#").strip()))
    said = " ".join(word for word in reversed(words) if word).rstrip(".。:：,，;")
    if not _SHORTEST <= len(said) <= _LONGEST or (said.isascii() and " " not in said):
        return None
    return None if _NO_WORDS.search(said) else said


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
    words = _SENTENCE_END.split(string(first[0].node.value).strip())[0]
    line = " ".join(words.split()).rstrip(".。")
    return line if 0 < len(line) <= _LONGEST else None


def _holds(function: Statement, stage: Stage) -> bool:
    return function.first <= stage.lines[0] <= function.end
