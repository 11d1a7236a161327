"""The author's own words, as captions of what an explanation tells."""

from __future__ import annotations

import re

import libcst as cst

from pseudogen.explanation.stages import Stage
from pseudogen.names.arguments import string
from pseudogen.names.script import Script
from pseudogen.syntax.tree import Statement

_LONGEST = 120
_SENTENCE_END = re.compile(r"(?<=[.!?])\s|(?<=[。！？])|\n\s*\n")


def docstring_of(script: Script, stage: Stage) -> str | None:
    """The first sentence of the docstring of the function in which a stage stands."""
    holder = next((f for f in script.functions(stage.function or "") if _holds(f, stage)), None)
    first = script.tree.body(holder)[:1] if holder is not None else []
    if not first or type(first[0].node) is not cst.Expr:
        return None
    words = _SENTENCE_END.split(string(first[0].node.value).strip())[0]
    line = " ".join(words.split()).rstrip(".。")
    return line if 0 < len(line) <= _LONGEST else None


def _holds(function: Statement, stage: Stage) -> bool:
    return function.first <= stage.lines[0] <= function.end
