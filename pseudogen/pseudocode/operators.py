"""Arithmetic, comparisons and logic, in textbook writing with the brackets it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from pseudogen.pseudocode import literals, sequences
from pseudogen.pseudocode.calls import calls
from pseudogen.pseudocode.terms import (
    AND,
    ATOM,
    BITS,
    COMPARE,
    CONDITION,
    NOT,
    OR,
    PHRASE,
    POWER,
    PRODUCT,
    RARE,
    SUM,
    Term,
    at,
)
from pseudogen.pseudocode.writer import CONTAINERS, Writer
from pseudogen.syntax.build import dotted

_SIGNS: dict[type, tuple[str, int, int, int]] = {
    # operator: sign, own level, level of the left and of the right operand
    cst.Add: (" + ", SUM, SUM, PRODUCT),
    cst.Subtract: (" − ", SUM, SUM, PRODUCT),
    cst.Multiply: (" × ", PRODUCT, PRODUCT, POWER),
    cst.MatrixMultiply: (" · ", PRODUCT, PRODUCT, POWER),
    cst.Divide: (" / ", PRODUCT, PRODUCT, POWER),
    cst.Power: ("^", POWER, ATOM, ATOM),
    cst.Modulo: (" mod ", RARE, POWER, POWER),
    cst.LeftShift: (" ≪ ", RARE, POWER, POWER),
    cst.RightShift: (" ≫ ", RARE, POWER, POWER),
    cst.BitAnd: (" ∧ ", BITS, POWER, POWER),
    cst.BitOr: (" ∨ ", BITS, POWER, POWER),
    cst.BitXor: (" ⊕ ", BITS, POWER, POWER),
}
_PLAIN: dict[type, type] = {
    cst.AddAssign: cst.Add,
    cst.SubtractAssign: cst.Subtract,
    cst.MultiplyAssign: cst.Multiply,
    cst.MatrixMultiplyAssign: cst.MatrixMultiply,
    cst.DivideAssign: cst.Divide,
    cst.FloorDivideAssign: cst.FloorDivide,
    cst.ModuloAssign: cst.Modulo,
    cst.PowerAssign: cst.Power,
    cst.LeftShiftAssign: cst.LeftShift,
    cst.RightShiftAssign: cst.RightShift,
    cst.BitAndAssign: cst.BitAnd,
    cst.BitOrAssign: cst.BitOr,
    cst.BitXorAssign: cst.BitXor,
}
_TEXTS = (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)
_ASSOCIATIVE = frozenset({cst.BitAnd, cst.BitOr, cst.BitXor})
_COMPARISONS: dict[type, str] = {
    cst.Equal: "=",
    cst.NotEqual: "≠",
    cst.LessThan: "<",
    cst.LessThanEqual: "≤",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: "≥",
    cst.In: "∈",
    cst.NotIn: "∉",
    cst.Is: "≡",
    cst.IsNot: "≢",
}


def binary(writer: Writer, node: Any) -> Term:
    """`a // b` -> ⌊a / b⌋; `"%d" % x` -> the text; the others as their signs."""
    kind = type(node.operator)
    if kind is cst.Modulo:
        filled = literals.percent(writer, node)
        if filled is not None:
            return filled, ATOM
    return operated(writer, kind, node.left, node.right)


def augmented(writer: Writer, node: cst.AugAssign) -> Term:
    """The new value of `x += y`: x + y."""
    return operated(writer, _PLAIN[type(node.operator)], node.target, node.value)


def operated(writer: Writer, kind: type, left: Any, right: Any) -> Term:
    """Two operands around an operator."""
    if kind is cst.FloorDivide:
        text = f"{_left(writer, cst.Divide, left)[0]} / {writer.text(right, POWER)}"
        return f"⌊{text}⌋", ATOM
    of_no_numbers = sequences.joined(writer, kind, left, right)
    if of_no_numbers is not None:
        return of_no_numbers
    sign, level, _, right_level = _SIGNS[kind]
    first, signed = _left(writer, kind, left)
    second = writer.text(right, right_level)
    return f"{first}{sign}{second}", SUM if signed and level == PRODUCT else level


def _left(writer: Writer, kind: type, node: Any) -> tuple[str, bool]:
    """The left operand, and whether it begins with a bare sign: −a × b is (−a) × b."""
    _, _, level, _ = _SIGNS[kind]
    inner = type(node)
    if level == PRODUCT and _is_negative(node):
        return f"−{writer.text(node.expression, POWER)}", True
    term = writer.term(node)
    if kind in _ASSOCIATIVE and inner is cst.BinaryOperation and type(node.operator) is kind:
        return term[0], False
    if level == PRODUCT and inner is cst.BinaryOperation and _starts_negative(node):
        return (term[0], True) if type(node.operator) in _FACTORS else (at(term, level), False)
    return at(term, level), False


_FACTORS = frozenset({cst.Multiply, cst.Divide, cst.MatrixMultiply})


def _is_negative(node: Any) -> bool:
    return type(node) is cst.UnaryOperation and type(node.operator) is cst.Minus


def _starts_negative(node: Any) -> bool:
    while type(node) is cst.BinaryOperation and type(node.operator) in _FACTORS:
        node = node.left
    return _is_negative(node)


def unary(writer: Writer, node: cst.UnaryOperation) -> Term:
    """A sign, a bitwise "not", or "not"."""
    kind = type(node.operator)
    if kind is cst.Not:
        return negated(writer, node)
    if kind is cst.Plus:
        return f"+{writer.text(node.expression, POWER)}", SUM
    if kind is cst.BitInvert:
        return f"¬{writer.text(node.expression, ATOM)}", RARE
    return f"−{writer.text(node.expression, PRODUCT)}", SUM


# Comparisons


def comparison(writer: Writer, node: cst.Comparison) -> Term:
    """`a < b`, chains, `x is None`, `x in xs`."""
    if len(node.comparisons) == 1:
        target = node.comparisons[0]
        worded = _WORDED.get(type(target.operator))
        if worded is not None:
            said = worded(writer, node.left, target)
            if said is not None:
                return said
    pieces = [writer.text(node.left, RARE)]
    for target in node.comparisons:
        pieces += [_COMPARISONS[type(target.operator)], writer.text(target.comparator, RARE)]
    return " ".join(pieces), COMPARE


def _equal(writer: Writer, left: Any, target: Any) -> Term | None:
    if type(left) is cst.Name and left.value == "__name__":
        return writer.say("main_program"), CONDITION
    return None


def _same(writer: Writer, left: Any, target: Any) -> Term | None:
    positive = type(target.operator) is cst.Is
    text = at(_value(writer, left), RARE)
    other = target.comparator
    if type(other) is cst.Name and other.value == "None":
        return writer.say("not_set" if positive else "is_set", text), CONDITION
    key = "same_object" if positive else "not_same_object"
    return writer.say(key, text, writer.text(other, RARE)), CONDITION


def _contains(writer: Writer, left: Any, target: Any) -> Term | None:
    positive = type(target.operator) is cst.In
    item, container = writer.text(left, RARE), writer.text(target.comparator, RARE)
    if type(target.comparator) in (cst.Tuple, cst.List, cst.Set) and len(container) > len("[]"):
        return writer.say("is_one_of" if positive else "is_none_of", item, container), CONDITION
    key = "contains" if positive else "not_contains"
    return writer.say(key, container, item), CONDITION


_WORDED: dict[type, Callable[[Writer, Any, Any], Term | None]] = {
    cst.Equal: _equal,
    cst.Is: _same,
    cst.IsNot: _same,
    cst.In: _contains,
    cst.NotIn: _contains,
}


# Logic


def boolean(writer: Writer, node: cst.BooleanOperation) -> Term:
    """`a or b` as a value: "a or else b" unless it is plain logic."""
    if _is_logical(node.left) or _is_logical(node.right):
        return boolean_test(writer, node)
    if type(node.operator) is cst.Or:
        left = at(_value(writer, node.left), CONDITION)
        if type(node.left) is cst.BooleanOperation and type(node.left.operator) is cst.Or:
            left = boolean(writer, node.left)[0]
        return writer.say("or_else", left, writer.text(node.right, CONDITION)), PHRASE
    return _logic(writer, node, writer.term)


def boolean_test(writer: Writer, node: cst.BooleanOperation) -> Term:
    """`a or b` that is asked whether it holds."""
    return _logic(writer, node, writer.test)


def _logic(writer: Writer, node: cst.BooleanOperation, say: Callable[[Any], Term]) -> Term:
    key, level = ("or_", OR) if type(node.operator) is cst.Or else ("and_", AND)
    right = at(say(node.right), level + 1)
    return writer.keyword(key, at(say(node.left), level), right), level


def _is_logical(node: Any) -> bool:
    kind = type(node)
    if kind is cst.UnaryOperation:
        return type(node.operator) is cst.Not
    if kind is cst.BooleanOperation:
        return _is_logical(node.left) and _is_logical(node.right)
    return kind is cst.Comparison or (kind is cst.Name and node.value in ("True", "False"))


def negated(writer: Writer, node: cst.UnaryOperation) -> Term:
    """`not x`: "x does not hold", "x is empty", "not (a and b)"."""
    inner: Any = node.expression
    kind = type(inner)
    if kind is cst.Comparison and len(inner.comparisons) == 1:
        opposite = _OPPOSITES.get(type(inner.comparisons[0].operator))
        if opposite is not None:
            target = inner.comparisons[0].with_changes(operator=opposite)
            return comparison(writer, inner.with_changes(comparisons=(target,)))
    number = _number_tested(writer, inner, "=")
    if number is not None:
        return number
    if kind in _ASKED:
        counted = _counted(writer, inner) or (inner if is_container(writer, inner) else None)
        if counted is not None:
            return writer.say("is_empty", writer.operand(counted)), CONDITION
        text, level = _value(writer, inner)
        opposite_words = calls.negated(writer, inner) if kind is cst.Call else None
        if opposite_words is not None:
            return opposite_words, CONDITION
        if level not in _TRUE_OR_FALSE:
            return writer.say("does_not_hold", at((text, level), SUM)), CONDITION
    return writer.keyword("not_", writer.condition(inner, COMPARE)), NOT


_OPPOSITES = {cst.In: cst.NotIn(), cst.Is: cst.IsNot()}
_ASKED = frozenset({cst.Name, cst.Attribute, cst.Subscript, cst.Call})
_TRUE_OR_FALSE = frozenset({OR, AND, NOT, CONDITION, COMPARE})


def asked(writer: Writer, node: Any) -> Term:
    """A value that is asked whether it holds: "x holds", "xs is not empty"."""
    if type(node) is cst.Name and node.value in ("True", "False"):
        return writer.term(node)
    if is_container(writer, node):
        return writer.say("is_not_empty", writer.operand(node)), CONDITION
    number = _number_tested(writer, node, "≠")
    if number is not None:
        return number
    counted = _counted(writer, node)
    if counted is not None:
        return writer.say("is_not_empty", writer.operand(counted)), CONDITION
    term = _value(writer, node)
    if term[1] in _TRUE_OR_FALSE:
        return term
    return writer.say("holds", at(term, SUM)), CONDITION


def _value(writer: Writer, node: Any) -> Term:
    """A value of which something is asked: `table.get(key)` is then simply the entry, as what is
    not there does not hold."""
    alone = type(node) is cst.Call and len(node.args) == 1 and not node.args[0].star
    if alone and type(node.func) is cst.Attribute and calls.key(writer, node) == "looked_up":
        place = writer.text(node.args[0].value)
        return f"{writer.text(node.func.value, ATOM)}[{place}]", ATOM
    return writer.term(node)


def _number_tested(writer: Writer, node: Any, sign: str) -> Term | None:
    """`if a % b`: whether a remainder or a quotient is 0; None for what may be no number."""
    if type(node) is not cst.BinaryOperation:
        return None
    kind = type(node.operator)
    if kind not in (cst.Modulo, cst.FloorDivide) or isinstance(node.left, _TEXTS):
        return None
    return f"{writer.text(node, RARE)} {sign} {writer.vocabulary.number('0')}", COMPARE


def _counted(writer: Writer, node: Any) -> Any:
    """The x of `if len(x)`; None for anything else."""
    if type(node) is not cst.Call or type(node.func) is not cst.Name or len(node.args) != 1:
        return None
    plain = node.func.value == "len" and not node.args[0].star and node.args[0].keyword is None
    return node.args[0].value if plain and writer.is_builtin("len") else None


_MAKERS = frozenset({"list", "dict", "set", "tuple", "sorted", "frozenset", "str", "range"})


def is_container(writer: Writer, node: Any) -> bool:
    """Whether a name can only hold a list, a table, a set..., as far as the script shows."""
    if type(node) not in (cst.Name, cst.Attribute):
        return False
    values = writer.assigned(dotted(node))
    return bool(values) and all(_makes_container(writer, value) for value in values)


def _makes_container(writer: Writer, node: Any) -> bool:
    if type(node) in CONTAINERS:
        return True
    if type(node) is cst.Call and type(node.func) is cst.Name:
        return node.func.value in _MAKERS and writer.is_builtin(node.func.value)
    return False
