"""The phrase of a finding as a line of pseudocode: its code in neutral writing, too."""

from __future__ import annotations

import re

import libcst as cst

from pseudogen.document import Span, mark
from pseudogen.finding import Finding
from pseudogen.pseudocode.terms import PHRASE
from pseudogen.pseudocode.writer import Writer
from pseudogen.reading.inert import inert
from pseudogen.words.patterns import step_words

_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_OBJECT = re.compile(r"(?<![\w.])self\.\w+(?:\.\w+)*")


def step_text(writer: Writer, finding: Finding) -> str:
    """The marked text of a finding's step; "" where its pattern has no words for one."""
    paragraphs = step_words(finding, writer.vocabulary.lang)
    if not paragraphs:
        return ""
    return "".join(_said(writer, span) for span in paragraphs[0])


def _said(writer: Writer, span: Span) -> str:
    if span.kind == "code":
        return neutral(writer, span.text)
    if span.kind == "words":
        return _OBJECT.sub(lambda name: neutral(writer, name[0]), span.text)
    return mark(span.text, span.kind)


def neutral(writer: Writer, code: str) -> str:
    """Python text of an expression in neutral writing; as it is where it is none."""
    if _NAME.fullmatch(code) and not code.startswith("self") and "__" not in code:
        return writer.vocabulary.code(code)
    try:
        return writer.text(cst.parse_expression(code), PHRASE)
    except (cst.ParserSyntaxError, cst.CSTValidationError):
        return mark(inert(code), "code")
