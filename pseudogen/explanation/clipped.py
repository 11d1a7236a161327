"""Pieces of code as they are shown in a sentence: on one line, and not too long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

LONGEST = 60
_CALL = 80
_SPARED = 10
"""So few signs are not cut off."""
_FORMULA = 120
"""A formula or condition may be so long: half of one says nothing."""
_FORMULAS = (
    cst.BinaryOperation,
    cst.BooleanOperation,
    cst.Comparison,
    cst.UnaryOperation,
    cst.DictComp,
    cst.ListComp,
    cst.SetComp,
)


def short(written: str) -> str:
    """A text, cut where it is too long."""
    return _cut(written, LONGEST)


def clipped(node: Any, written: str) -> str:
    """An expression that is `written` so; one that is worked out may be longer than others, and of
    `f(...)[0]` the end is kept."""
    ends = type(node) in (cst.Subscript, cst.Attribute) and type(node.value) is cst.Call
    if ends and len(written) > LONGEST + _SPARED and not node.lpar:
        return call_text(node.value) + written[len(text(node.value)) :]
    return _cut(written, _FORMULA if type(node) in _FORMULAS else LONGEST)


def call_text(node: Any) -> str:
    """A call on one line, with its arguments where there is room."""
    written = text(node)
    if type(node) is cst.IfExp and len(written) > _CALL:
        both = call_text(node.body), call_text(node.orelse)
        return f"{both[0]} if {short(text(node.test))} else {both[1]}"
    if type(node) is not cst.Call:
        return short(written)
    if len(written) <= _CALL:
        return written
    function = text(node.func)
    return f"{function}(…)" if dotted(node.func) and len(function) < LONGEST else short(written)


def targets(node: Any) -> Iterator[str]:
    """The names of an assignment's target, those of a tuple one by one; `_` is none."""
    if type(node) in (cst.Tuple, cst.List):
        for element in node.elements:
            yield from targets(element.value)
    else:
        name = text(node)
        if name != "_":
            yield name


def _cut(written: str, longest: int) -> str:
    """The text where a cut would spare next to nothing, else its beginning."""
    kept = len(written) <= longest + _SPARED
    return written if kept else written[: longest - 1].rstrip() + "…"
