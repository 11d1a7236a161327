"""Conditions of an outline: branches that have nothing to say are put into the conditions of those
behind them."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.pseudocode.terms import PHRASE
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.tree import Statement


def header(writer: Writer, idle: Statement, branch: Statement) -> str:
    """The line of the one branch behind an idle one: it is taken where the idle one is not."""
    test: Any = _negated(idle.node.test)
    if type(branch.node) is cst.If:
        test = cst.BooleanOperation(
            left=_bracketed(test), operator=cst.And(), right=_bracketed(branch.node.test)
        )
    writer.enter(idle)
    return writer.keyword("if_", writer.condition(test, PHRASE))


def _negated(test: Any) -> Any:
    if type(test) is cst.UnaryOperation and type(test.operator) is cst.Not:
        return test.expression
    if type(test) is cst.Comparison and len(test.comparisons) == 1:
        other = _OPPOSITES.get(type(test.comparisons[0].operator))
        if other is not None:
            comparison = test.comparisons[0].with_changes(operator=other())
            return test.with_changes(comparisons=(comparison,))
    return cst.UnaryOperation(operator=cst.Not(), expression=_bracketed(test))


def _bracketed(node: Any) -> Any:
    """An operand with brackets of its own, which the writer leaves out where none are needed."""
    if node.lpar:
        return node
    return node.with_changes(lpar=(cst.LeftParen(),), rpar=(cst.RightParen(),))


_OPPOSITES: dict[type, type] = {
    cst.Equal: cst.NotEqual,
    cst.NotEqual: cst.Equal,
    cst.Is: cst.IsNot,
    cst.IsNot: cst.Is,
    cst.In: cst.NotIn,
    cst.NotIn: cst.In,
}
