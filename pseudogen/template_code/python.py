"""Pieces of Python, as the standard library's syntax tree has them."""

from __future__ import annotations

import ast
from typing import TypeVar

from jinja2 import nodes

Made = TypeVar("Made", bound=ast.expr | ast.stmt)


def placed(made: Made, node: nodes.Node) -> Made:
    """In the line of the template."""
    made.lineno = made.end_lineno = node.lineno
    made.col_offset = made.end_col_offset = 0
    return made


def name_of(name: str) -> ast.expr:
    """A variable that is read."""
    return ast.Name(name, ast.Load())


def stored(name: str) -> ast.Name:
    """A variable that is set."""
    return ast.Name(name, ast.Store())


def call(function: str, *given: ast.expr) -> ast.expr:
    """`function(given)`."""
    return ast.Call(name_of(function), [*given], [])


def assign(target: ast.expr, value: ast.expr) -> ast.stmt:
    """`target = value`."""
    return ast.Assign([target], value)


def add(buffer: str, text: ast.expr) -> ast.stmt:
    """`buffer += text`."""
    return ast.AugAssign(stored(buffer), ast.Add(), text)


def as_pieces(value: ast.expr) -> list[ast.expr]:
    """A value as a part of a longer text."""
    if isinstance(value, ast.JoinedStr):
        return value.values
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return [value]
    return [ast.FormattedValue(value, -1)]


def each(items: ast.expr, made: ast.expr, *tests: ast.expr) -> ast.expr:
    """A list of what is made of each item that passes the tests."""
    part = ast.comprehension(stored("__item"), items, [*tests], is_async=0)
    return ast.ListComp(made, [part])


def field_of(item: ast.expr, of: str | int) -> ast.expr:
    """A field of an item, or what is at a place."""
    if isinstance(of, int):
        return ast.Subscript(item, ast.Constant(of), ast.Load())
    return ast.Attribute(item, of, ast.Load())


def plain(value: object) -> ast.expr:
    """A plain value that is known."""
    return ast.parse(repr(value), mode="eval").body
