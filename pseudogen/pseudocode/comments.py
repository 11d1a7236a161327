"""The author's comments and docstrings, and where they stand."""

from __future__ import annotations

import inspect
import re
from typing import Any

import libcst as cst

from pseudogen.document import PseudoLine, mark, spans
from pseudogen.pseudocode.literals import value
from pseudogen.reading.inert import inert
from pseudogen.regex import regex
from pseudogen.syntax.nested_strings import has_nested, unfolded
from pseudogen.syntax.tree import NO_STATEMENT, Statement, Tree

SIGN = "▷"
"""What stands before a comment."""

_STRING_OR_COMMENT = regex(
    r'"""(?>(?:[^\\"]++|\\.|"(?!""))*)"""'
    r"|'''(?>(?:[^\\']++|\\.|'(?!''))*)'''"
    r'|"(?>(?:[^"\\\n]++|\\.)*)"'
    r"|'(?>(?:[^'\\\n]++|\\.)*)'"
    r"|\#([^\n]*+)|\n",
    re.S,
)
_NO_COMMENT = regex(r"!|\s*-\*-|\s*(?:vim?:|(?:en)?coding[:=])")


def comment(text: str) -> str:
    """A line of a comment."""
    return mark(f"{SIGN} {inert(text.strip())}", "comment")


def note(text: str, line: int) -> PseudoLine:
    """A comment of our own, about 1-based `line` of the source."""
    return PseudoLine(spans(comment(text)), 0, (line, line))


def is_text(node: Any) -> bool:
    """Whether a statement is a text alone: a docstring or a comment in its place."""
    return type(node) is cst.Expr and isinstance(value(node.value), str)


def text_lines(statement: Statement) -> list[tuple[str, tuple[int, int]]]:
    """The lines of a text that stands alone, as comments with their places in the source."""
    content = inspect.cleandoc(str(value(statement.node.value)))
    found = [line for line in content.split("\n") if line.strip()]
    place = (statement.first, statement.last)
    return [(comment(line), place) for line in found] or [(comment(""), place)]


def comments(tree: Tree, logical: list[tuple[int, int]]) -> dict[int, str]:
    """The comments of a script by line, without their sign; `logical` are the lines of code."""
    if "#" not in tree.text:
        return {}
    found: dict[int, str] = {}
    code: set[int] = set()
    for first, last in logical:
        code.update(range(first, last + 1))
        block = "\n".join(tree.lines[first - 1 : last])
        if "#" in block:
            _inside(unfolded(block, "") if has_nested(block) else block, first, found)
    for number, line in enumerate(tree.lines, 1):
        if number not in code and "#" in line:
            _keep(number, line.strip()[1:], found)
    return found


def _inside(block: str, line: int, found: dict[int, str]) -> None:
    for piece in _STRING_OR_COMMENT.finditer(block):
        if piece[0] == "\n":
            line += 1
        elif piece[1] is not None:
            _keep(line, piece[1], found)
        else:
            line += piece[0].count("\n")


def _keep(line: int, text: str, found: dict[int, str]) -> None:
    words = text.strip("#- =*~_\t")
    if words and not (line <= 2 and _NO_COMMENT.match(text)):
        found[line] = text.strip().lstrip("#").strip()


def depth_of(tree: Tree, line: int, following: int) -> int:
    """The depth of a comment that stands on a line of its own.

    `following` is the index of the first statement after it. A comment belongs to the block that
    its indentation says; one that fits none goes with the statement after it.
    """
    column = _column(tree.lines[line - 1])
    statements = tree.statements
    if following < len(statements):
        after = statements[following]
        if column <= _column(tree.lines[after.start - 1]):
            return after.depth
    if following == 0:
        return 0
    index = following - 1
    while index != NO_STATEMENT:
        statement = statements[index]
        if _column(tree.lines[statement.start - 1]) <= column:
            return statement.depth
        index = statement.parent
    return 0


def _column(line: str) -> int:
    return len(line) - len(line.lstrip())
