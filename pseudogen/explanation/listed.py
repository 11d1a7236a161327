"""Lists whose elements findings speak of, one by one -> the elements that none speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.explanation.clipped import short
from pseudogen.explanation.passage import Clause
from pseudogen.names.places import own_lines
from pseudogen.names.script import Script
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

Lines = tuple[int, int]


def listed(script: Script, statement: Statement) -> Iterator[tuple[Clause, Lines]]:
    """The calls in a list that a statement makes or passes (`callbacks=[Logger(), Stopper()]`),
    each with its own lines; none of a list on one line."""
    if statement.first == statement.last:
        return
    sites = {id(site.node): site for site in script.calls_in(statement)}
    for name, made in _lists(statement.node):
        for element in made.elements:
            site = sites.get(id(element.value))
            lines = own_lines(script, site) if site is not None else None
            if lines is not None and lines != (statement.first, statement.last):
                yield Clause("holds", (name,), short(text(element.value))), lines


def _lists(node: Any) -> Iterator[tuple[str, Any]]:
    """The lists of calls in an assignment or a call, by the name that gets them."""
    value = getattr(node, "value", None)
    if type(node) is cst.Assign and type(value) is cst.List:
        yield text(node.targets[0].target), value
    if type(value) is cst.Call:
        for arg in value.args:
            if arg.keyword is not None and type(arg.value) is cst.List:
                yield arg.keyword.value, arg.value
