"""Losses that a model computes itself: what is differentiated is what a call of it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import subscript_key
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Binding

if TYPE_CHECKING:
    from pseudogen.names.script import Script

_DEPTH = 8
_SAME = frozenset({"double", "float", "half", "mean", "sum", "to"})
"""Methods that leave a loss a loss."""
_LOSSES = frozenset({"loss", "losses"})
_SCALES = (cst.Divide, cst.Multiply)
_SCALED = (cst.DivideAssign, cst.MultiplyAssign)


@dataclass(frozen=True, slots=True)
class InnerLoss:
    """A loss that a model gives.

    Attributes:
        model: What is called.
        part: Which part of what it gives, as written: `outputs.loss`; None for all of it, and for
            one of several values.
        lines: Those of the call.
    """

    model: str
    part: str | None
    lines: tuple[int, int]


def inner_loss(script: Script, node: Any, statement: int) -> InnerLoss | None:
    """The model that computes what an expression is at a statement; None where something else
    does, or more than that."""
    return _inner(script, node, statement, None, 0)


def _inner(script: Script, node: Any, at: int, part: str | None, depth: int) -> InnerLoss | None:
    kind = type(node)
    if depth > _DEPTH:
        return None
    if kind is cst.Name:
        made = script.reaching(node.value, at)
        return _of_binding(script, made[0], part, depth) if len(made) == 1 else None
    if kind is cst.BinaryOperation and type(node.operator) in _SCALES:
        return _inner(script, node.left, at, part, depth + 1)
    if kind is cst.Attribute:
        named = bool(_LOSSES.intersection(words(node.attr.value)))
        return _inner(script, node.value, at, _part(node), depth + 1) if named else None
    if kind is cst.Subscript:
        key = subscript_key(node)
        first = key is not None and text(key) == "0"
        named = bool(key is not None and _LOSSES.intersection(words(text(key))))
        return _inner(script, node.value, at, _part(node), depth + 1) if first or named else None
    return _of_call(script, node, at, part, depth) if kind is cst.Call else None


def _part(node: Any) -> str:
    """`output.loss`; of what a call gives only `.loss`."""
    written = text(node)
    return written.removeprefix(text(node.value)) if type(node.value) is cst.Call else written


def _of_call(
    script: Script, call: cst.Call, at: int, part: str | None, depth: int
) -> InnerLoss | None:
    statement = script.tree.statements[at]
    if script.is_a(call.func, statement.scope, "model") is not None and dotted(call.func):
        return InnerLoss(dotted(call.func), part, (statement.first, statement.last))
    function: Any = call.func
    if type(function) is cst.Attribute and function.attr.value in _SAME:
        return _inner(script, function.value, at, part, depth + 1)
    return None


def _of_binding(script: Script, binding: Binding, part: str | None, depth: int) -> InnerLoss | None:
    if binding.how == "augment" and type(binding.value.operator) in _SCALED:
        return _inner(script, binding.value.target, binding.statement, part, depth + 1)
    if binding.how == "assign":
        return _inner(script, binding.value, binding.statement, part, depth + 1)
    several = binding.how == "unpack" and type(binding.value) is cst.Call
    if several and _LOSSES.intersection(words(binding.name)):
        return _of_call(script, binding.value, binding.statement, part, depth + 1)
    return None
