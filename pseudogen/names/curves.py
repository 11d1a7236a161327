"""Curves that formulas draw: half a cosine, and the cases of a function of time."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import bare, text
from pseudogen.syntax.tree import Statement, Tree

_ONE = frozenset({"1", "1.", "1.0"})
_HALF = frozenset({"0.5", ".5", "0.50"})
_TWO = frozenset({"2", "2.", "2.0"})
_PRODUCT = (cst.Multiply, cst.Divide)


@dataclass(frozen=True, slots=True)
class HalfCosine:
    """`top * (1 + cos(pi * progress)) / 2`: it falls from `top` to 0 while `progress` goes from 0
    to 1."""

    formula: str
    top: str
    progress: str


def half_cosine(node: Any) -> HalfCosine | None:
    """The half cosine in an expression, as it is written."""
    for inner in descendants(node):
        numerators, denominators = _product(inner)
        halves = [factor for factor in numerators if text(factor) in _HALF]
        twos = [factor for factor in denominators if text(factor) in _TWO]
        raised = [factor for factor in numerators if _raised_cosine(factor) is not None]
        if len(raised) != 1 or len(halves) + len(twos) != 1:
            continue
        progress = _raised_cosine(raised[0]) or ""
        above = [text(f) for f in numerators if f not in (*halves, *raised)] or ["1"]
        top = " / ".join([" * ".join(above), *(text(f) for f in denominators if f not in twos)])
        return HalfCosine(bare(inner), top, progress)
    return None


def _product(node: Any) -> tuple[list[Any], list[Any]]:
    """The numerators and denominators of a product."""
    if type(node) is not cst.BinaryOperation or type(node.operator) not in _PRODUCT:
        return [node], []
    numerators, denominators = _product(node.left)
    others, under = _product(node.right)
    if type(node.operator) is cst.Divide:
        others, under = under, others
    return numerators + others, denominators + under


def _raised_cosine(node: Any) -> str | None:
    """The progress in `1 + cos(pi * progress)`."""
    if type(node) is not cst.BinaryOperation or type(node.operator) is not cst.Add:
        return None
    call = node.right if text(node.left) in _ONE else node.left
    one = node.left if call is node.right else node.right
    if text(one) not in _ONE or type(call) is not cst.Call or len(call.args) != 1:
        return None
    if dotted(call.func).rpartition(".")[2] != "cos":
        return None
    numerators, denominators = _product(call.args[0].value)
    rest = [factor for factor in numerators if dotted(factor).rpartition(".")[2] != "pi"]
    if len(rest) != len(numerators) - 1 or not rest:
        return None
    return " / ".join([" * ".join(map(text, rest)), *map(text, denominators)])


def cases(tree: Tree, function: Statement) -> tuple[tuple[str, str], ...]:
    """(condition, value) of each case of a function that is `if ...: return ...`, again and again,
    and a last `return`, whose condition is ""; () where it is more than that."""
    found: list[tuple[str, str]] = []
    for statement in tree.body(function):
        node = statement.node
        if type(node) is cst.Return and node.value is not None:
            return (*found, ("", bare(node.value)))
        if type(node) is cst.If and statement.chain == statement.index:
            body = tree.body(statement)
            last = body[-1].node if len(body) == 1 else None
            if type(last) is not cst.Return or last.value is None or tree.clauses(statement):
                return ()
            found.append((bare(node.test), bare(last.value)))
        elif type(node) not in (cst.Assign, cst.Assert, cst.Expr):
            return ()
    return ()
