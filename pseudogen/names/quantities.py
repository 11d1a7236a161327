"""Quantities: what a number of the script is worth, and through which assignments it came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arithmetic import FUNCTIONS, OPERATIONS
from pseudogen.names.reads import read_name
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Binding

if TYPE_CHECKING:
    from pseudogen.names.script import Script

Number = int | float
_MAX_LINKS = 12
_CALL_DEPTH = 4  # a call counts more than an assignment: several calls multiply the work


@dataclass(frozen=True, slots=True)
class Link:
    """One step in the making of a quantity.

    `line` is where, `code` the assignment (or the option) in normal layout, `value` the number it
    gives where constants tell, `carried` whether a loop brings it back from below, `given` whether
    the user has given the number.
    """

    line: int
    code: str
    value: Number | None
    carried: bool = False
    given: bool = False


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
    if kind is cst.Integer or kind is cst.Float:
        return _literal(node)
    if depth > _MAX_LINKS:
        return None
    if kind is cst.BinaryOperation:
        operate = OPERATIONS.get(type(node.operator))
        left = _value(script, node.left, statement, known, depth + 1)
        right = _value(script, node.right, statement, known, depth + 1)
        return _operated(operate, left, right)
    if kind is cst.UnaryOperation and type(node.operator) is cst.Minus:
        inner = _value(script, node.expression, statement, known, depth + 1)
        return -inner if inner is not None else None
    if kind is cst.Call:
        return _called_value(script, node, statement, known, depth)
    if kind in (cst.Name, cst.Attribute, cst.Subscript):
        name = read_name(node)
        return _named_value(script, name, statement, known, depth) if name else None
    return None


def _called_value(
    script: Script, call: cst.Call, statement: int, known: Mapping[str, Number], depth: int
) -> Number | None:
    """`int(x)`, `max(a, b)`, `math.ceil(x)`: functions of numbers alone."""
    function = FUNCTIONS.get(dotted(call.func))
    if function is None or any(arg.star or arg.keyword is not None for arg in call.args):
        return None
    numbers = [_value(script, arg.value, statement, known, depth + 1) for arg in call.args]
    given = [number for number in numbers if number is not None]
    if not given or len(given) < len(numbers):
        return None
    try:
        result: Number = function(*given)
    except (ArithmeticError, TypeError, ValueError):
        return None
    return result


def _named_value(
    script: Script, name: str, statement: int, known: Mapping[str, Number], depth: int
) -> Number | None:
    if name in known:
        return known[name]
    bindings = script.reaching(name, statement)
    if not bindings:
        return _setting_value(script, name, statement, known, depth)
    given = given_value(script, name)
    if given is not None and all(_leaves_open(script, b, known, depth) for b in bindings):
        return given
    if len(bindings) > 1 or script.carried(name, statement):
        return None
    binding = bindings[0]
    if name in script.settings and _may_be_left_out(script, binding, statement):
        return None  # the setting's own value may hold as well
    if binding.how == "augment":
        node = binding.value
        operate = OPERATIONS.get(type(node.operator))
        left = _named_value(script, name, binding.statement, known, depth + 1)
        return _operated(
            operate, left, _value(script, node.value, binding.statement, known, depth + 1)
        )
    if binding.how in ("assign", "walrus"):
        return _value(script, binding.value, binding.statement, known, depth + 1)
    if binding.how == "parameter":
        return _parameter_value(script, binding, known, depth)
    return None


def _may_be_left_out(script: Script, binding: Binding, statement: int) -> bool:
    """Whether an assignment depends on a condition under which a later statement does not stand."""
    statements = script.tree.statements
    return script.condition(statements[binding.statement], statements[statement]) is not None


def given_value(script: Script, name: str) -> Number | None:
    """The number that the user has given for a name, in full or by its last part alone."""
    if not script.given:
        return None
    for called in (name, name.rpartition(".")[2]):
        if called in script.given:
            script.given_used.add(called)
            return script.given[called]
    return None


def _leaves_open(script: Script, binding: Binding, known: Mapping[str, Number], depth: int) -> bool:
    """Whether an assignment is a starting point, which a given number takes the place of: a
    constant, or what the script leaves open; not what it computes from the name itself or from
    known numbers."""
    if binding.how == "parameter":
        return _parameter_value(script, binding, known, depth + 1) is None
    if binding.how != "assign" or binding.name in _names_in(binding.value):
        return binding.how not in ("assign", "augment", "walrus")
    literal = type(binding.value) in (cst.Integer, cst.Float)
    return literal or _value(script, binding.value, binding.statement, known, depth + 1) is None


def _setting_value(
    script: Script, name: str, statement: int, known: Mapping[str, Number], depth: int
) -> Number | None:
    """What is given for a setting that nothing else in the script changes, or its default."""
    if any(b.statement != statement for b in assigned_elsewhere(script, name)):
        return None
    given = given_value(script, name)
    setting = script.settings.get(name)
    if given is not None or setting is None or setting.expression is None:
        return given
    return _value(script, setting.expression, setting.statement, known, depth + 1)


def assigned_elsewhere(script: Script, name: str) -> list[Binding]:
    """The assignments to an attribute of a shared object (`args.batch_size`) in any function."""
    bindings = script.resolver.attributes.get(name, ())
    return [b for b in bindings if b.how in ("assign", "augment")]


def _parameter_value(
    script: Script, binding: Binding, known: Mapping[str, Number], depth: int
) -> Number | None:
    """What every call in the script passes for a parameter, where all pass the same."""
    values = {
        _value(script, passed, statement, known, depth + _CALL_DEPTH)
        for passed, statement in script.passed(binding)
    }
    return values.pop() if len(values) == 1 else None


def _literal(node: cst.Integer | cst.Float) -> Number | None:
    """The number that a Python literal spells; None when it has too many digits."""
    try:
        return int(node.value, 0) if type(node) is cst.Integer else float(node.value)
    except ValueError:
        return None


def _operated(
    operate: Callable[[Number, Number], Number] | None, left: Number | None, right: Number | None
) -> Number | None:
    if operate is None or left is None or right is None:
        return None
    try:
        number: Number = operate(left, right)
    except ArithmeticError:
        return None
    return number


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
            bindings = assigned_elsewhere(script, name)
        for binding in bindings:
            _add_binding(script, binding, False, links, depth)
        for binding in script.carried(name, statement):
            _add_binding(script, binding, True, links, depth)


def _add_binding(
    script: Script, binding: Binding, carried: bool, links: dict[tuple[int, str], Link], depth: int
) -> None:
    place = script.tree.statements[binding.statement]
    if binding.how == "parameter":
        _add_setting(script, binding.name, links)
        for passed, statement in script.passed(binding):
            _follow(script, passed, statement, links, depth + _CALL_DEPTH)
    if binding.how not in ("assign", "augment", "walrus"):
        return
    code = text(place.node) if binding.how == "augment" else _assignment(binding)
    key = (place.first, code)
    if key in links:
        return
    given = given_value(script, binding.name)
    if given is not None and _leaves_open(script, binding, {}, depth):
        made = f"{binding.name} = {given}"
        links[place.first, made] = Link(place.first, made, given, given=True)
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
    given = given_value(script, name)
    if setting is not None and given is not None:
        links[setting.line, name] = Link(setting.line, f"{name} = {given}", given, given=True)
    elif setting is not None and setting.default not in (None, "None"):
        number = _value(script, setting.expression, setting.statement, {}, 0)
        links[setting.line, name] = Link(setting.line, f"{name} = {setting.default}", number)


def _names_in(node: Any) -> Iterator[str]:
    """The dotted names that a quantity expression is made of."""
    kind = type(node)
    if kind in (cst.Name, cst.Attribute, cst.Subscript):
        name = read_name(node)
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
