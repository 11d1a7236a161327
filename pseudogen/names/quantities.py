"""Quantities: what a number of the script is worth, and through which assignments it came."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Binding

if TYPE_CHECKING:
    from pseudogen.names.script import Script

Number = int | float
_MAX_LINKS = 12
_MAX_EXPONENT = 64


@dataclass(frozen=True, slots=True)
class Link:
    """One step in the making of a quantity.

    `line` is where, `code` the assignment (or the option) in normal layout, `value` the number it
    gives where constants tell, `carried` whether a loop brings it back from below.
    """

    line: int
    code: str
    value: Number | None
    carried: bool = False


def value(
    script: Script, node: Any, statement: int, known: Mapping[str, Number] | None = None
) -> Number | None:
    """The number an expression has at a statement, or None when the script leaves it open.

    `known` gives the values of names that are open, by name as written.
    """
    return _value(script, node, statement, known or {}, 0)


def _value(
    script: Script, node: Any, statement: int, known: Mapping[str, Number], depth: int
) -> Number | None:
    kind = type(node)
    if kind in (cst.Integer, cst.Float):
        return _literal(node.value)
    if depth > _MAX_LINKS:
        return None
    if kind is cst.BinaryOperation:
        operate = _OPERATIONS.get(type(node.operator))
        left = _value(script, node.left, statement, known, depth + 1)
        right = _value(script, node.right, statement, known, depth + 1)
        return _operated(operate, left, right)
    if kind is cst.UnaryOperation and type(node.operator) is cst.Minus:
        inner = _value(script, node.expression, statement, known, depth + 1)
        return -inner if inner is not None else None
    if kind is cst.Call and dotted(node.func) in ("int", "float") and len(node.args) == 1:
        inner = _value(script, node.args[0].value, statement, known, depth + 1)
        return _converted(dotted(node.func), inner)
    if kind in (cst.Name, cst.Attribute):
        return _named_value(script, dotted(node), statement, known, depth)
    return None


def _named_value(
    script: Script, name: str, statement: int, known: Mapping[str, Number], depth: int
) -> Number | None:
    if name in known:
        return known[name]
    bindings = script.reaching(name, statement)
    if not bindings:
        setting = script.settings.get(name)
        return _literal(setting.default) if setting and setting.default else None
    if len(bindings) > 1 or script.carried(name, statement):
        return None
    binding = bindings[0]
    if binding.how == "augment":
        node = binding.value
        operate = _OPERATIONS.get(_AUGMENTED.get(type(node.operator), object))
        left = _named_value(script, name, binding.statement, known, depth + 1)
        return _operated(
            operate, left, _value(script, node.value, binding.statement, known, depth + 1)
        )
    if binding.how in ("assign", "walrus"):
        return _value(script, binding.value, binding.statement, known, depth + 1)
    return None


def _literal(written: str) -> Number | None:
    """The number that a Python literal spells; None when it is no number."""
    try:
        number = ast.literal_eval(written)
    except (ValueError, SyntaxError):
        return None
    return number if type(number) in (int, float) else None


def _converted(function: str, number: Number | None) -> Number | None:
    if number is None or (function == "int" and abs(number) == float("inf")):
        return None
    return int(number) if function == "int" else float(number)


def _operated(
    operate: Callable[[Number, Number], Number] | None, left: Number | None, right: Number | None
) -> Number | None:
    if operate is None or left is None or right is None:
        return None
    try:
        return operate(left, right)
    except (ArithmeticError, ValueError):
        return None


def _power(base: Number, exponent: Number) -> Number:
    if abs(exponent) > _MAX_EXPONENT or abs(base) > 1e6:
        raise OverflowError
    result: Number = base**exponent
    if type(result) is complex:
        raise ValueError
    return result


_OPERATIONS: dict[type, Callable[[Number, Number], Number]] = {
    cst.Add: lambda a, b: a + b,
    cst.Subtract: lambda a, b: a - b,
    cst.Multiply: lambda a, b: a * b,
    cst.Divide: lambda a, b: a / b,
    cst.FloorDivide: lambda a, b: a // b,
    cst.Modulo: lambda a, b: a % b,
    cst.Power: _power,
}
_AUGMENTED: dict[type, type] = {
    cst.AddAssign: cst.Add,
    cst.SubtractAssign: cst.Subtract,
    cst.MultiplyAssign: cst.Multiply,
    cst.DivideAssign: cst.Divide,
    cst.FloorDivideAssign: cst.FloorDivide,
    cst.ModuloAssign: cst.Modulo,
    cst.PowerAssign: cst.Power,
}


def chain(script: Script, node: Any, statement: int) -> tuple[Link, ...]:
    """The assignments that make a quantity, the earliest first: `Link(231, "batch_size = ...")`.

    A name that is read from a setting gives the setting's line. An expression is followed through
    each name in it that is a quantity itself.
    """
    links: dict[tuple[int, str], Link] = {}
    _follow(script, node, statement, links, 0)
    return tuple(sorted(links.values(), key=lambda link: (link.carried, link.line)))


def _follow(
    script: Script, node: Any, statement: int, links: dict[tuple[int, str], Link], depth: int
) -> None:
    if depth > _MAX_LINKS or len(links) >= _MAX_LINKS:
        return
    for name in _names_in(node):
        bindings = script.reaching(name, statement)
        if not bindings:
            _add_setting(script, name, links)
        for binding in bindings:
            _add_binding(script, binding, False, links, depth)
        for binding in script.carried(name, statement):
            _add_binding(script, binding, True, links, depth)


def _add_binding(
    script: Script, binding: Binding, carried: bool, links: dict[tuple[int, str], Link], depth: int
) -> None:
    place = script.tree.statements[binding.statement]
    if binding.how not in ("assign", "augment", "walrus"):
        return
    code = text(place.node) if binding.how == "augment" else _assignment(binding)
    key = (place.first, code)
    if key in links:
        return
    expression = binding.value.value if binding.how == "augment" else binding.value
    number = None if binding.how == "augment" else value(script, expression, binding.statement)
    links[key] = Link(place.first, code, number, carried)
    _follow(script, expression, binding.statement, links, depth + 1)
    if binding.how == "augment":
        for earlier in script.reaching(binding.name, binding.statement):
            _add_binding(script, earlier, carried, links, depth + 1)


def _assignment(binding: Binding) -> str:
    return f"{binding.name} = {text(binding.value)}"


def _add_setting(script: Script, name: str, links: dict[tuple[int, str], Link]) -> None:
    setting = script.settings.get(name)
    if setting is not None:
        default = setting.default
        number = _literal(default) if default else None
        links[setting.line, name] = Link(setting.line, f"{name} = {default}", number)


def _names_in(node: Any) -> Iterator[str]:
    """The dotted names that a quantity expression is made of."""
    kind = type(node)
    if kind in (cst.Name, cst.Attribute):
        name = dotted(node)
        if name:
            yield name
    elif kind is cst.BinaryOperation:
        yield from _names_in(node.left)
        yield from _names_in(node.right)
    elif kind is cst.UnaryOperation:
        yield from _names_in(node.expression)
    elif kind is cst.IfExp:
        yield from _names_in(node.body)
        yield from _names_in(node.orelse)
    elif kind is cst.Call and dotted(node.func) in ("int", "float", "max", "min", "round"):
        for arg in node.args:
            yield from _names_in(arg.value)
