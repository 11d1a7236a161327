"""Calls that are an idiom of their own: |x| for `len(x)`, ⌈x⌉, ranges, texts with places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from pseudogen.pseudocode import literals, ranges
from pseudogen.pseudocode.calls.arguments import arguments
from pseudogen.pseudocode.terms import ATOM, CONDITION, OR, PHRASE, Term
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.build import dotted


def idiom(writer: Writer, node: cst.Call) -> Term | None:
    """The idiom that says a call; None for most calls."""
    function: Any = node.func
    if type(function) is cst.Name:
        special = _SPECIAL.get(function.value)
        if special is not None and writer.is_builtin(function.value):
            return special(writer, node)
    elif type(function) is cst.Attribute:
        if function.attr.value == "format":
            return _format(writer, node)
        rounded = _ROUNDED.get(function.attr.value)
        if rounded is not None and len(node.args) == 1 and _is_math(writer, function):
            return rounded(writer, node)
    return None


def _is_math(writer: Writer, function: cst.Attribute) -> bool:
    return any(
        full in ("math.floor", "math.ceil", "numpy.floor", "numpy.ceil")
        for full in writer.qualified(dotted(function))
    )


def _size(writer: Writer, node: cst.Call) -> Term | None:
    if len(node.args) != 1 or node.args[0].star or node.args[0].keyword is not None:
        return None
    return f"|{writer.text(node.args[0].value)}|", ATOM


_UNBOUNDED = {"inf": "∞", "+inf": "∞", "infinity": "∞", "-inf": "−∞", "-infinity": "−∞"}


def _number(writer: Writer, node: cst.Call) -> Term | None:
    """`float("inf")`: ∞."""
    text = literals.value(node.args[0].value) if len(node.args) == 1 else None
    sign = _UNBOUNDED.get(text.lower()) if isinstance(text, str) else None
    return (writer.vocabulary.number(sign), ATOM) if sign is not None else None


def _table(writer: Writer, node: cst.Call) -> Term | None:
    """`dict(a=1)` is a table as `{"a": 1}` is."""
    if len(node.args) == 1 and node.args[0].keyword is None and not node.args[0].star:
        return writer.say("as_table", writer.operand(node.args[0].value)), PHRASE
    if any(arg.keyword is None for arg in node.args):
        return None
    if not node.args:
        return writer.say("empty_table"), ATOM
    args: Any = node.args
    keys = (writer.vocabulary.string(f'"{arg.keyword.value}"') for arg in args)
    entries = [f"{key}: {writer.item(arg.value)}" for key, arg in zip(keys, args, strict=True)]
    return f"{{{writer.listed(entries)}}}", ATOM


def _descending(writer: Writer, node: cst.Call) -> Term | None:
    """`sorted(xs, key=f, reverse=True)`; None for other orders."""
    named = {arg.keyword.value: arg.value for arg in node.args if arg.keyword is not None}
    if not _is(named.pop("reverse", None), "True") or not named.keys() <= {"key"}:
        return None
    given = [arg for arg in node.args if arg.keyword is None]
    if len(given) != 1 or given[0].star:
        return None
    key = writer.operand(named["key"]) if named else None
    return writer.say("in_descending_order", writer.operand(given[0].value), key), PHRASE


def _filter(writer: Writer, node: cst.Call) -> Term | None:
    """`filter(None, xs)` keeps what holds."""
    if len(node.args) != 2 or node.args[1].star or not _is(node.args[0].value, "None"):
        return None
    return writer.say("those_that_hold", writer.operand(node.args[1].value)), PHRASE


def _is(node: Any, constant: str) -> bool:
    return type(node) is cst.Name and node.value == constant


def _empty(key: str) -> Callable[[Writer, cst.Call], Term | None]:
    return lambda writer, node: None if node.args else (writer.say(key), ATOM)


def _ceiling(writer: Writer, node: cst.Call) -> Term:
    return f"⌈{writer.text(node.args[0].value, OR)}⌉", ATOM


def _floor(writer: Writer, node: cst.Call) -> Term:
    return f"⌊{writer.text(node.args[0].value, OR)}⌋", ATOM


def _range(writer: Writer, node: cst.Call) -> Term | None:
    bounds = ranges.bounds(writer, node)
    return (writer.say("numbers", *bounds), PHRASE) if bounds is not None else None


def _format(writer: Writer, node: cst.Call) -> Term | None:
    function: Any = node.func
    pattern = literals.value(function.value)
    filled = literals.fill(writer, pattern, node.args) if isinstance(pattern, str) else None
    return (filled, ATOM) if filled is not None else None


def _instance(writer: Writer, node: cst.Call) -> Term | None:
    return (instance(writer, node, "is_a"), CONDITION) if len(node.args) == 2 else None


def instance(writer: Writer, node: cst.Call, key: str) -> str:
    """`isinstance(x, (A, B))`: "x is of type A or B"."""
    kinds: Any = node.args[1].value
    alternatives = (
        [element.value for element in kinds.elements] if type(kinds) is cst.Tuple else [kinds]
    )
    texts = [writer.operand(kind) for kind in alternatives]
    return writer.say(key, writer.operand(node.args[0].value), texts)


def _parent(writer: Writer, node: cst.Call) -> Term | None:
    return writer.say("base_class"), ATOM


_SPECIAL: dict[str, Callable[[Writer, cst.Call], Term | None]] = {
    "len": _size,
    "range": _range,
    "isinstance": _instance,
    "dict": _table,
    "filter": _filter,
    "float": _number,
    "list": _empty("empty_list"),
    "set": _empty("empty_set"),
    "tuple": _empty("empty_tuple"),
    "sorted": _descending,
    "super": _parent,
}


_ROUNDED = {"ceil": _ceiling, "floor": _floor}


def inherited(writer: Writer, node: cst.Call) -> str | None:
    """`super().__init__(...)` and `Base.__init__(self, ...)` as an order; else None."""
    function: Any = node.func
    if type(function) is not cst.Attribute or function.attr.value != "__init__":
        return None
    owner, args = function.value, node.args
    if type(owner) is cst.Call and type(owner.func) is cst.Name and owner.func.value == "super":
        text = writer.say("do_construct_base")
    elif dotted(owner) and args and dotted(args[0].value) == "self":
        text, args = writer.say("do_construct_as", writer.operand(owner)), args[1:]
    else:
        return None
    given = arguments(writer, args)
    return writer.say("with_details", text, writer.listed(given)) if given else text
