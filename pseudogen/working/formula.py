"""Plain formulas of a script evaluated without running it: arithmetic, conditions, `return`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import libcst as cst

from pseudogen.names.arithmetic import FUNCTIONS, OPERATIONS
from pseudogen.names.quantities import Link
from pseudogen.names.reads import read_name
from pseudogen.names.script import Script
from pseudogen.syntax.build import dotted
from pseudogen.syntax.literals import evaluated
from pseudogen.syntax.tree import Statement

_MAX_WORK = 4000
_MAX_SIZE = 1e12


class UnknownValueError(Exception):
    """The formula holds something whose value, or whose meaning, is not known."""


class Formula:
    """A function, lambda or expression of a script as a function of numbers.

    Names that are not set inside are looked up in the script, where constants and defaults tell;
    `names` says which were.
    """

    def __init__(self, script: Script, statement: int) -> None:
        self.script = script
        self.statement = statement
        self.names: dict[str, Any] = {}
        self._work = 0

    def sources(self) -> list[Link]:
        """Where the numbers that were looked up come from."""
        found: list[Link] = []
        for name in self.names:
            found += self.script.chain(cst.parse_expression(name), self.statement)
        return found

    def call(self, function: Any, values: Mapping[str, Any]) -> Any:
        """What a `def` (its statement) or a lambda returns for the values of its parameters.

        Raises:
            UnknownValueError: something in it can't be evaluated.
        """
        self._work = 0
        if type(function) is cst.Lambda:
            return self._value(function.body, dict(values))
        returned = self._block(self.script.tree.body(function), dict(values))
        if returned is None:
            raise UnknownValueError
        return returned[0]

    def set_by(self, function: Statement, variable: str, values: Mapping[str, Any]) -> Any:
        """What a variable holds when the function ends.

        Raises:
            UnknownValueError: something in it can't be evaluated, or nothing sets the variable.
        """
        self._work = 0
        inner = dict(values)
        self._block(self.script.tree.body(function), inner)
        if variable not in inner:
            raise UnknownValueError
        return inner[variable]

    def expression(self, node: Any, values: Mapping[str, Any]) -> Any:
        """The value of an expression.

        Raises:
            UnknownValueError: something in it can't be evaluated.
        """
        self._work = 0
        return self._value(node, dict(values))

    # Statements

    def _block(self, statements: list[Statement], values: dict[str, Any]) -> tuple[Any] | None:
        """What the block returns, in a tuple; None when it comes to its end."""
        taken: dict[int, bool] = {}
        for statement in statements:
            node, kind = statement.node, type(statement.node)
            if kind is cst.Return:
                return (self._value(node.value, values),)
            if kind in (cst.If, cst.Else):
                if statement.chain == statement.index:
                    taken[statement.chain] = False
                if statement.chain not in taken:
                    raise UnknownValueError  # the `else` of a loop
                if not taken[statement.chain] and (
                    kind is cst.Else or self._value(node.test, values)
                ):
                    taken[statement.chain] = True
                    returned = self._block(self.script.tree.body(statement), values)
                    if returned is not None:
                        return returned
            else:
                self._simple(statement, values)
        return None

    def _simple(self, statement: Statement, values: dict[str, Any]) -> None:
        """One assignment. What sets no variable is passed over, and so is a loop over the groups of
        an optimizer; anything else is not understood."""
        node, kind = statement.node, type(statement.node)
        if kind in (cst.Assign, cst.AnnAssign):
            targets = [t.target for t in node.targets] if kind is cst.Assign else [node.target]
            if any(type(target) is cst.Name for target in targets):
                value = self._value(node.value, values)
                values.update((t.value, value) for t in targets if type(t) is cst.Name)
        elif kind is cst.AugAssign and type(node.target) is cst.Name:
            operate = OPERATIONS.get(type(node.operator))
            left, right = self._value(node.target, values), self._value(node.value, values)
            values[node.target.value] = _operated(operate, left, right)
        elif kind is cst.For and self._sets_no_variable(statement):
            return
        elif kind not in (cst.Expr, cst.Pass, cst.Assert, cst.Global, cst.Import, cst.ImportFrom):
            raise UnknownValueError

    def _sets_no_variable(self, loop: Statement) -> bool:
        """Whether a loop sets attributes and keys alone (`group["lr"] = lr`)."""
        return all(
            type(s.node) is cst.Expr
            or (type(s.node) is cst.Assign and type(s.node.targets[0].target) is cst.Subscript)
            for s in self.script.tree.below(loop)
        )

    # Expressions

    def _value(self, node: Any, values: dict[str, Any]) -> Any:
        self._work += 1
        if self._work > _MAX_WORK:
            raise UnknownValueError
        evaluate = _EVALUATE.get(type(node))
        if evaluate is None:
            raise UnknownValueError
        return evaluate(self, node, values)

    def _literal(self, node: Any, values: dict[str, Any]) -> Any:
        try:
            value = evaluated(node.value)
        except (ValueError, SyntaxError):
            raise UnknownValueError from None
        if type(value) not in (int, float, str):
            raise UnknownValueError
        return value

    def _list(self, node: Any, values: dict[str, Any]) -> Any:
        return tuple(self._value(element.value, values) for element in node.elements)

    def _name(self, node: Any, values: dict[str, Any]) -> Any:
        name = read_name(node)
        if not name:
            raise UnknownValueError
        if name in values:
            return values[name]
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        if name not in self.names:
            self.names[name] = known_value(self.script, node, name, self.statement)
        if self.names[name] is None:
            raise UnknownValueError
        return self.names[name]

    def _binary(self, node: Any, values: dict[str, Any]) -> Any:
        left, right = self._value(node.left, values), self._value(node.right, values)
        return _operated(OPERATIONS.get(type(node.operator)), left, right)

    def _unary(self, node: Any, values: dict[str, Any]) -> Any:
        value = self._value(node.expression, values)
        if type(node.operator) is cst.Not:
            return not value
        if type(node.operator) is cst.Minus and type(value) in (int, float):
            return -value
        raise UnknownValueError

    def _boolean(self, node: Any, values: dict[str, Any]) -> Any:
        left = self._value(node.left, values)
        first = bool(left) == (type(node.operator) is cst.Or)
        return left if first else self._value(node.right, values)

    def _choice(self, node: Any, values: dict[str, Any]) -> Any:
        return self._value(node.body if self._value(node.test, values) else node.orelse, values)

    def _comparison(self, node: Any, values: dict[str, Any]) -> Any:
        left = self._value(node.left, values)
        for part in node.comparisons:
            compare = _COMPARE.get(type(part.operator))
            right = self._value(part.comparator, values)
            if compare is None:
                raise UnknownValueError
            try:
                holds = compare(left, right)
            except TypeError:
                raise UnknownValueError from None
            if not holds:
                return False
            left = right
        return True

    def _call(self, node: Any, values: dict[str, Any]) -> Any:
        function = _FUNCTIONS.get(dotted(node.func))
        if function is None or any(arg.star or arg.keyword is not None for arg in node.args):
            raise UnknownValueError
        numbers = [self._value(arg.value, values) for arg in node.args]
        try:
            return _sized(function(*numbers))
        except (ArithmeticError, TypeError, ValueError):
            raise UnknownValueError from None


def known_value(script: Script, node: Any, name: str, statement: int) -> Any:
    """The number, text or truth value that a name has by constants and defaults; else None."""
    number = script.value(node, statement)
    if number is not None:
        return number
    setting = script.settings.get(name)
    if setting is None or setting.expression is None or len(script.reaching(name, statement)) > 1:
        return None
    if type(setting.expression) is cst.Name:
        return _CONSTANTS.get(setting.expression.value)
    if type(setting.expression) is cst.SimpleString:
        return evaluated(setting.expression.value)
    return None


def _sized(value: Any) -> Any:
    if type(value) in (int, float) and (value != value or abs(value) > _MAX_SIZE):
        raise UnknownValueError
    return value


def _operated(operate: Callable[[Any, Any], Any] | None, left: Any, right: Any) -> Any:
    if operate is None or type(left) not in _NUMBERS or type(right) not in _NUMBERS:
        raise UnknownValueError
    try:
        return _sized(operate(left, right))
    except ArithmeticError:
        raise UnknownValueError from None


_NUMBERS = (int, float, bool)
_COMPARE: dict[type, Callable[[Any, Any], bool]] = {
    cst.LessThan: lambda a, b: bool(a < b),
    cst.LessThanEqual: lambda a, b: bool(a <= b),
    cst.GreaterThan: lambda a, b: bool(a > b),
    cst.GreaterThanEqual: lambda a, b: bool(a >= b),
    cst.Equal: lambda a, b: bool(a == b),
    cst.NotEqual: lambda a, b: bool(a != b),
    cst.In: lambda a, b: bool(a in b),
    cst.NotIn: lambda a, b: bool(a not in b),
    cst.Is: lambda a, b: a is b,
    cst.IsNot: lambda a, b: a is not b,
}
_CONSTANTS: dict[str, Any] = {
    "True": True,
    "False": False,
    "math.pi": math.pi,
    "np.pi": math.pi,
    "numpy.pi": math.pi,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {**FUNCTIONS, "len": len}
_EVALUATE: dict[type, Callable[[Formula, Any, dict[str, Any]], Any]] = {
    cst.Integer: Formula._literal,
    cst.Float: Formula._literal,
    cst.SimpleString: Formula._literal,
    cst.List: Formula._list,
    cst.Tuple: Formula._list,
    cst.Name: Formula._name,
    cst.Attribute: Formula._name,
    cst.Subscript: Formula._name,
    cst.BinaryOperation: Formula._binary,
    cst.UnaryOperation: Formula._unary,
    cst.BooleanOperation: Formula._boolean,
    cst.IfExp: Formula._choice,
    cst.Comparison: Formula._comparison,
    cst.Call: Formula._call,
}
