"""Signs of arithmetic between what is no number: paths, repeated lists, texts that are filled."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.pseudocode.terms import ATOM, PHRASE, Term
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.build import dotted

_TEXTS = (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)


def joined(writer: Writer, kind: type, left: Any, right: Any) -> Term | None:
    """`folder / "x"`, `[0] * n`, `("%d" * n) % values`; None for what may be numbers."""
    if kind is cst.Divide:
        return _path(writer, left, right)
    if kind is cst.Modulo and _is_text(left):
        return writer.say("filled_with", writer.held(left), writer.operand(right)), PHRASE
    if kind is cst.Multiply:
        return _repeated(writer, left, right) or _repeated(writer, right, left)
    return None


def _is_text(node: Any) -> bool:
    """Whether a value is a text, or put together from some."""
    while type(node) is cst.BinaryOperation and type(node.operator) in (cst.Add, cst.Multiply):
        if _is_text(node.right):
            return True
        node = node.left
    return isinstance(node, _TEXTS)


# Paths


def _path(writer: Writer, left: Any, right: Any) -> Term | None:
    if not isinstance(right, _TEXTS) and not _is_path(writer, left):
        return None
    pieces = writer.listed([*_pieces(writer, left), writer.item(right)])
    return f"{writer.vocabulary.code('path')}({pieces})", ATOM


def _is_path(writer: Writer, node: Any) -> bool:
    """Whether a value is a path, or a name that the script gives nothing but paths."""
    if type(node) in (cst.Name, cst.Attribute):
        values = writer.assigned(dotted(node))
        return bool(values) and all(_makes_path(writer, value) for value in values)
    return _makes_path(writer, node)


def _makes_path(writer: Writer, node: Any) -> bool:
    if type(node) is cst.Call:
        return "pathlib.Path" in writer.qualified(dotted(node.func))
    if type(node) is not cst.BinaryOperation or type(node.operator) is not cst.Divide:
        return isinstance(node, _TEXTS)
    return isinstance(node.right, _TEXTS) or _makes_path(writer, node.left)


def _pieces(writer: Writer, node: Any) -> list[str]:
    """The pieces of a path: `Path(folder) / "logs"` has two."""
    if type(node) is cst.BinaryOperation and _makes_path(writer, node):
        return [*_pieces(writer, node.left), writer.item(node.right)]
    if type(node) is cst.Call and _makes_path(writer, node):
        plain = all(arg.keyword is None and not arg.star for arg in node.args)
        if node.args and plain:
            return [writer.item(arg.value) for arg in node.args]
    return [writer.item(node)]


# Repetition


def _repeated(writer: Writer, items: Any, times: Any) -> Term | None:
    """`[0] * n`, `"=" * 80`. A list of several numbers may be multiplied by those of an array."""
    if not isinstance(items, _TEXTS) and not _holds_one(items):
        several = type(items) in (cst.List, cst.Tuple) and bool(items.elements)
        if not several or not _counts(times):
            return None
    return writer.say("repeated", writer.held(items), writer.operand(times)), PHRASE


def _holds_one(node: Any) -> bool:
    return type(node) in (cst.List, cst.Tuple) and len(node.elements) == 1


def _counts(node: Any) -> bool:
    """Whether a value can only be a whole number."""
    return type(node) is cst.Integer or (type(node) is cst.Call and dotted(node.func) == "len")
