"""What a script does where nobody sets anything: conditions and values under the defaults of its
settings."""

from __future__ import annotations

import operator
from ast import literal_eval
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.conditions import tests_above
from pseudogen.names.quantities import assigned_elsewhere
from pseudogen.names.reads import read_name
from pseudogen.names.settings import Setting
from pseudogen.records import dataclass
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Binding, Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

_DEPTH = 6
_CALLERS = 2
"""So many calls up it is looked whether a function is called at all."""
_COMPARES: dict[type, Callable[[Any, Any], bool]] = {
    cst.Equal: operator.eq,
    cst.NotEqual: operator.ne,
    cst.Is: operator.is_,
    cst.IsNot: operator.is_not,
    cst.LessThan: operator.lt,
    cst.LessThanEqual: operator.le,
    cst.GreaterThan: operator.gt,
    cst.GreaterThanEqual: operator.ge,
}
_NUMBERS = {"int": int, "float": float}


@dataclass(frozen=True, slots=True)
class Default:
    """A value that holds by default, and the settings that it rests on."""

    value: Any
    settings: tuple[Setting, ...] = ()


Given = Callable[[str], Default | None]
"""What the caller of a function passes by default: the name of a parameter, or of a part of it."""


def nothing_given(_: str) -> Default | None:
    """Where nothing is known of a caller in another file."""
    return None


def default_of(
    script: Script, node: Any, statement: int, given: Given = nothing_given, depth: int = 0
) -> Default | None:
    """What an expression is where every setting has its default; None where that is open. `given`
    is asked for the parameters of functions that the script itself does not call."""
    kind = type(node)
    if depth > _DEPTH or node is None:
        return None
    if kind is cst.UnaryOperation and type(node.operator) is cst.Not:
        inner = default_of(script, node.expression, statement, given, depth + 1)
        return Default(not inner.value, inner.settings) if inner is not None else None
    if kind is cst.BooleanOperation:
        return _joined(script, node, statement, given, depth)
    if kind is cst.Comparison:
        return _compared(script, node, statement, given, depth)
    if kind is cst.Name and node.value in ("True", "False", "None"):
        return Default(literal_eval(node.value))
    if kind in (cst.Name, cst.Attribute, cst.Subscript):
        name = read_name(node)
        return _of_name(script, name, statement, given, depth) if name else None
    if kind in (cst.Integer, cst.Float, cst.SimpleString, cst.UnaryOperation):
        return _literal(text(node))
    return None


def _joined(script: Script, node: Any, statement: int, given: Given, depth: int) -> Default | None:
    """`a and b`, `a or b`: one side may be enough."""
    deciding = type(node.operator) is cst.Or
    sides = [default_of(script, n, statement, given, depth + 1) for n in (node.left, node.right)]
    known = [side for side in sides if side is not None]
    enough = next((side for side in known if bool(side.value) is deciding), None)
    if enough is not None:
        return Default(deciding, enough.settings)
    if len(known) < len(sides):
        return None
    return Default(not deciding, (*known[0].settings, *known[1].settings))


def _compared(
    script: Script, node: Any, statement: int, given: Given, depth: int
) -> Default | None:
    if len(node.comparisons) != 1 or type(node.comparisons[0].operator) not in _COMPARES:
        return None
    compare = _COMPARES[type(node.comparisons[0].operator)]
    left = default_of(script, node.left, statement, given, depth + 1)
    right = default_of(script, node.comparisons[0].comparator, statement, given, depth + 1)
    if left is None or right is None:
        return None
    try:
        return Default(compare(left.value, right.value), (*left.settings, *right.settings))
    except TypeError:
        return None


def _of_name(script: Script, name: str, statement: int, given: Given, depth: int) -> Default | None:
    bindings = script.reaching(name, statement)
    setting = script.settings.get(name)
    if not bindings:
        if any(b.statement != statement for b in assigned_elsewhere(script, name)):
            return None
        passed = given(name) if setting is None or setting.origin == "key" else None
        return passed or (_of_setting(script, setting, depth) if setting is not None else None)
    if len(bindings) > 1 or script.carried(name, statement):
        return None
    (binding,) = bindings
    if setting is not None and setting.statement == binding.statement:
        return _of_setting(script, setting, depth)
    made = script.tree.statements[binding.statement]
    if binding.how == "assign" and not tests_above(script.tree, made):
        return default_of(script, binding.value, binding.statement, given, depth + 1)
    return _of_parameter(script, binding, given, depth) if binding.how == "parameter" else None


def _of_parameter(script: Script, binding: Binding, given: Given, depth: int) -> Default | None:
    """What every call in the script passes for a parameter, where all pass the same."""
    passed = [
        default_of(script, node, statement, given, depth + 1)
        for node, statement in script.passed(binding)
    ]
    if not passed:
        return given(binding.name)
    told = [one for one in passed if one is not None]
    same = bool(told) and len(told) == len(passed) and all(one == told[0] for one in told)
    return told[0] if same else None


def _of_setting(script: Script, setting: Setting, depth: int) -> Default | None:
    if setting.required or (setting.default is None and setting.origin in ("key", "function")):
        return None
    if setting.origin == "argparse" and script.once(_sets_unknown_defaults):
        return None
    if setting.default is None:
        return Default(None, (setting,))
    found = _literal(setting.default)
    if found is None:
        found = default_of(script, setting.expression, setting.statement, depth=depth + 1)
    if found is None:
        return None
    value = found.value
    if setting.origin == "argparse" and isinstance(value, str) and setting.kind != "str":
        if setting.kind in _NUMBERS:
            return _converted(setting, value)
        return Default(value, (setting,)) if setting.kind is None else None
    return Default(value, (setting,))


def _sets_unknown_defaults(script: Script) -> bool:
    """Whether `parser.set_defaults(**config)` may give any option another default."""
    passed = [arg for site in script.calls_of_method("set_defaults") for arg in site.node.args]
    return any(arg.keyword is None for arg in passed)


def _converted(setting: Setting, value: str) -> Default | None:
    try:
        return Default(_NUMBERS[setting.kind or ""](value), (setting,))
    except ValueError:
        return None


def _literal(code: str) -> Default | None:
    try:
        return Default(literal_eval(code))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def switched_off(
    script: Script,
    statement: Statement,
    besides: Collection[Setting] = (),
    given: Given = nothing_given,
) -> tuple[Setting, ...]:
    """The settings by whose defaults a statement does not run: one of the conditions around it, or
    around all calls of its function, does not hold then. () where that is open. What rests on the
    settings in `besides` alone does not count."""
    return _off(script, statement, besides, given, 0)


def _off(
    script: Script, statement: Statement, besides: Collection[Setting], given: Given, depth: int
) -> tuple[Setting, ...]:
    for place, test, holds in tests_above(script.tree, statement):
        found = default_of(script, test, place, given)
        if found is None or bool(found.value) is holds:
            continue
        if any(setting not in besides for setting in found.settings):
            return found.settings
    function = script.function_around(statement)
    calls = script.calls_of(function) if function is not None and depth < _CALLERS else ()
    offs = [_off(script, site.statement, besides, given, depth + 1) for site in calls]
    return offs[0] if offs and all(offs) else ()
