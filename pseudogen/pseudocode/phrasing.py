"""The phrase of a finding as a line of pseudocode: its code in neutral writing, too."""

from __future__ import annotations

import re
from functools import lru_cache

import libcst as cst

from pseudogen.document import Span, mark
from pseudogen.finding import Finding
from pseudogen.pseudocode.terms import NOUN, PHRASE, POWER
from pseudogen.pseudocode.writer import Writer
from pseudogen.reading.inert import inert
from pseudogen.words.patterns import step_words

_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_PYTHON = re.compile(r"(?:self|None|True|False)\b")
_SIGNS = "+−-×·/^"
"""Signs beside which the code of a phrase must hold together."""

_OBJECT = re.compile(r"(?<![\w.])self\.\w+(?:\.\w+)*")


def step_text(writer: Writer, finding: Finding) -> tuple[str, str]:
    """The marked text of a finding's step, and the code of the script in it; "" where its pattern
    has no words for one."""
    paragraphs = step_words(finding, writer.vocabulary.lang)
    if not paragraphs:
        return "", ""
    line = paragraphs[0]
    texts = ["", *(span.text for span in line), ""]
    text = "".join(
        _said(writer, span, texts[place].rstrip()[-1:], texts[place + 2].lstrip()[:1])
        for place, span in enumerate(line)
    )
    return text, " ".join(span.text for span in line if span.kind == "code")


def _said(writer: Writer, span: Span, before: str, after: str) -> str:
    if span.kind == "code":
        tight = bool(before and before in _SIGNS) or bool(after and after in _SIGNS)
        alone = before == "←" and not after
        chosen = " if " in span.text or "lambda" in span.text
        return neutral(
            writer, span.text, POWER if tight else NOUN if chosen and not alone else PHRASE
        )
    if span.kind == "words":
        return _OBJECT.sub(lambda name: neutral(writer, name[0], PHRASE), span.text)
    return mark(span.text, span.kind)


def neutral(writer: Writer, code: str, level: int) -> str:
    """Python text of an expression in neutral writing, in brackets where it binds less than
    `level`; as it is where it is no expression."""
    if _NAME.fullmatch(code) and not _PYTHON.match(code) and "__" not in code:
        return writer.vocabulary.code(code)
    try:
        return writer.text(_expression(code), level)
    except (cst.ParserSyntaxError, cst.CSTValidationError):
        return mark(inert(code), "code")


@lru_cache(maxsize=1 << 11)
def _expression(code: str) -> cst.BaseExpression:
    """The same code stands in the phrases of many findings; nobody changes a tree."""
    return cst.parse_expression(code)
