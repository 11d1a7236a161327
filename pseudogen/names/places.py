"""The lines of a part of a statement: of a callback in a list that goes over several lines."""

from __future__ import annotations

import re
from io import StringIO
from tokenize import TokenError, generate_tokens
from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.syntax.fields import descendants

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

_LISTS = (cst.List, cst.Tuple, cst.Dict)


def own_lines(script: Script, site: Site) -> tuple[int, int]:
    """(first, last) line of a call that is an element of a list or dict; those of the statement
    for any other call."""
    statement = site.statement
    whole = (site.line, site.last)
    if site.line == site.last or not site.name.replace(".", "").isidentifier():
        return whole
    if not _is_element(site):
        return whole
    alike = [call.node for call in script.calls_in(statement) if call.name == site.name]
    written = [
        (number, match.start())
        for number in range(site.line, site.last + 1)
        for match in re.finditer(
            rf"(?<![\w.]){re.escape(site.name)}\s*\(", _code(script.tree.lines[number - 1])
        )
    ]
    if len(written) != len(alike):
        return whole
    first, column = written[next(i for i, node in enumerate(alike) if node is site.node)]
    lines = script.tree.lines[first - 1 : site.last]
    return first, first - 1 + _closes("\n".join([lines[0][column:], *lines[1:]]), len(lines))


def _is_element(site: Site) -> bool:
    """Whether a call is an element of a list, tuple or dict in its statement."""
    parts = descendants(_own(site))
    lists = (node for node in parts if isinstance(node, _LISTS))
    if any(_is_it(element.value, site.node) for one in lists for element in one.elements):
        return True
    dicts = (node for node in parts if isinstance(node, cst.Call) and _is_dict(node))
    return any(arg.value is site.node for one in dicts for arg in one.args)


def _is_dict(call: cst.Call) -> bool:
    """Whether a call is one of `dict(...)`, whose arguments are elements."""
    return isinstance(call.func, cst.Name) and call.func.value == "dict"


def _is_it(value: object, call: object) -> bool:
    """Whether an element is a call, or a choice that it is one side of."""
    if isinstance(value, cst.IfExp):
        return value.body is call or value.orelse is call
    return value is call


def _own(site: Site) -> object:
    """What a statement holds besides its block."""
    return getattr(site.statement.node, "value", None)


def _code(line: str) -> str:
    """A line without its comment, roughly: enough to look for a name that is called."""
    return line.partition(" #")[0] if not line.lstrip().startswith("#") else ""


def _closes(source: str, most: int) -> int:
    """On which line of a source that begins with a call its brackets close."""
    depth = 0
    try:
        for token in generate_tokens(StringIO(source).readline):
            depth += token.string in ("(", "[", "{")
            depth -= token.string in (")", "]", "}")
            if depth == 0 and token.string == ")":
                return token.end[0]
    except (TokenError, IndentationError):
        pass
    return most
