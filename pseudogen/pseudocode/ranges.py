"""Ranges and positions: where Python stops before a number, a textbook names the last one."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.pseudocode.terms import ATOM, PHRASE, PRODUCT, SUM, Term
from pseudogen.pseudocode.writer import Writer

Bounds = tuple[str, str, str | None, bool]
"""First and last number, the step (None for one) and whether it goes down."""


def bounds(writer: Writer, call: cst.Call) -> Bounds | None:
    """What `range(...)` counts: `range(a, b)` from a to b − 1; None for a form with stars, or with
    a step whose sign is open."""
    args = call.args
    if not 1 <= len(args) <= 3 or any(arg.star or arg.keyword is not None for arg in args):
        return None
    stop = args[1].value if len(args) > 1 else args[0].value
    first = writer.text(args[0].value, SUM) if len(args) > 1 else writer.vocabulary.number("0")
    step = constant(args[2].value) if len(args) == 3 else 1
    if step is None and _is_minus(args[2].value):
        pace = writer.text(args[2].value.expression, SUM)  # type: ignore[attr-defined]
        return first, behind(writer, stop), pace, True
    if step is None:
        return (first, before(writer, stop), writer.text(args[2].value, SUM), False)
    if step == 0:
        return None
    shown = writer.vocabulary.number(str(abs(step))) if abs(step) != 1 else None
    if step < 0:
        return first, behind(writer, stop), shown, True
    return first, before(writer, stop), shown, False


def constant(node: Any) -> int | None:
    """The value of an integer literal, with or without a minus."""
    if type(node) is cst.Integer:
        return int(node.value.replace("_", ""), 0) if node.value.strip("0_") else 0
    if type(node) is cst.UnaryOperation and type(node.operator) is cst.Minus:
        inner = constant(node.expression)
        return -inner if inner is not None else None
    return None


def before(writer: Writer, node: Any) -> str:
    """The number before an expression: `n` gives n − 1, `n + 1` gives n."""
    return shifted(writer, node, -1)


def behind(writer: Writer, node: Any) -> str:
    """The number after an expression."""
    return shifted(writer, node, 1)


def shifted(writer: Writer, node: Any, by: int) -> str:
    """An expression plus a constant, worked out where its last term is a number."""
    number = constant(node)
    if number is not None:
        return _signed(writer, number + by)
    if type(node) is cst.BinaryOperation and type(node.right) is cst.Integer and not node.lpar:
        kind = type(node.operator)
        if kind in (cst.Add, cst.Subtract):
            last = constant(node.right) or 0
            total = by + (last if kind is cst.Add else -last)
            return _plus(writer, writer.text(node.left, SUM), total)
    return _plus(writer, writer.text(node, SUM), by)


def _plus(writer: Writer, text: str, number: int) -> str:
    if number == 0:
        return text
    sign = "+" if number > 0 else "−"
    return f"{text} {sign} {writer.vocabulary.number(str(abs(number)))}"


def _signed(writer: Writer, number: int) -> str:
    shown = writer.vocabulary.number(str(abs(number)))
    return f"−{shown}" if number < 0 else shown


def subscript(writer: Writer, node: cst.Subscript) -> Term:
    """`x[i]`, `x[1:3]`, `x[-1]`, `x[:, 0]`: the places, in words where they need some."""
    places = [_place(writer, element.slice) for element in node.slice]
    return f"{writer.text(node.value, ATOM)}[{writer.listed(places)}]", ATOM


def _place(writer: Writer, node: Any) -> str:
    if type(node) is cst.Slice:
        return _slice(writer, node)
    value = node.value
    if node.star:
        return writer.say("all_of", writer.text(value, ATOM))
    number = constant(value)
    if number is not None and number < 0:
        return writer.say("from_end", -number)
    if type(value) is cst.Name and value.value == "None":
        return writer.say("new_axis")
    if type(value) is cst.Ellipsis:
        return "…"
    if type(value) is cst.UnaryOperation and type(value.operator) is cst.Minus:
        return writer.say("position_from_end", writer.text(value.expression, PRODUCT))
    return writer.text(value, PHRASE)


def _slice(writer: Writer, node: cst.Slice) -> str:
    step = constant(node.step) if node.step is not None else 1
    if step is not None and step < 0:
        return _backwards(writer, node, step)
    part = _span(writer, node.lower, node.upper)
    if step == 1:
        return part
    return writer.say("every", part, writer.text(node.step, SUM))


def _span(writer: Writer, lower: Any, upper: Any) -> str:
    low, high = constant(lower), constant(upper)
    if lower is None or low == 0:
        return _beginning(writer, upper, high)
    if upper is None:
        if low is not None and low < 0:
            return writer.say("last_ones", writer.vocabulary.number(str(-low)))
        if _is_minus(lower):
            return writer.say("last_ones", writer.text(lower.expression, PRODUCT))
        return writer.say("from_on", writer.text(lower, SUM))
    first = _end(writer, lower, low)
    if _is_minus(upper):
        without = writer.text(upper.expression, PRODUCT)
        return writer.say("from_without_last", first, without)
    return writer.say("from_to", first, before(writer, upper))


def _beginning(writer: Writer, upper: Any, high: int | None) -> str:
    if upper is None:
        return writer.say("everything")
    if _is_minus(upper):
        return writer.say("without_last", writer.text(upper.expression, PRODUCT))
    if high == 0:
        return writer.say("nothing_of")
    return writer.say("first_ones", writer.text(upper, SUM))


def _end(writer: Writer, node: Any, number: int | None) -> str:
    if number is not None and number < 0:
        return writer.say("from_end", -number)
    if _is_minus(node):
        return writer.say("position_from_end", writer.text(node.expression, PRODUCT))
    return writer.text(node, SUM)


def _is_minus(node: Any) -> bool:
    return type(node) is cst.UnaryOperation and type(node.operator) is cst.Minus


def _backwards(writer: Writer, node: cst.Slice, step: int) -> str:
    pace = writer.vocabulary.number(str(-step)) if step != -1 else None
    first = _end(writer, node.lower, constant(node.lower)) if node.lower is not None else None
    last = None
    if node.upper is not None:
        place = constant(node.upper)
        if place is not None and place < 0:
            last = writer.say("from_end", -place - 1) if place < -1 else writer.say("nothing_of")
        else:
            last = behind(writer, node.upper)
    return writer.say("backwards", first, last, pace)
