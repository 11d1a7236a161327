"""Conditions: under which tests a statement of its function runs."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement, Tree


def condition(tree: Tree, statement: Statement, beyond: Statement | None = None) -> str | None:
    """The conditions under which a statement of its function runs, or None when it always runs.

    They are joined by `and`, the outermost first; an `elif` or `else` adds `not (...)` of what
    stands before it. The entry guard does not count, nor do conditions under which `beyond`
    runs, too.
    """
    shared = {s.index for s in tree.ancestors(beyond.index)} if beyond else set()
    tests = [
        test
        for header in reversed(tree.ancestors(statement.index))
        if header.scope == statement.scope and header.index not in shared
        for test in _tests(tree, header)
    ]
    return " and ".join(tests) or None


def _tests(tree: Tree, header: Statement) -> list[str]:
    first = tree.statements[header.chain]
    if type(header.node) not in (cst.If, cst.Else) or type(first.node) is not cst.If:
        return []
    branches = [first, *tree.clauses(first)]
    before = [branch for branch in branches if branch.index < header.index]
    tests = [f"not {_operand(branch.node.test, bare=False)}" for branch in before]
    if type(header.node) is cst.If:
        test = text(header.node.test)
        always = test == "True" or test.startswith("__name__ ==")
        tests += [] if always else [_operand(header.node.test)]
    return tests


def _operand(test: Any, bare: bool = True) -> str:
    """A condition as an operand of `and` (or of `not`, when not `bare`): parentheses if needed."""
    simple: tuple[type, ...] = (cst.Name, cst.Attribute, cst.Call, cst.Subscript)
    if bare:
        simple = (*simple, cst.Comparison, cst.UnaryOperation)
    return text(test) if type(test) in simple or test.lpar else f"({text(test)})"
