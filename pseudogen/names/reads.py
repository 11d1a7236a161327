"""Which dotted names and keys a script reads, and on which lines."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.names.arguments import string
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import CHILDREN
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_ASSIGNMENTS = (cst.Assign, cst.AnnAssign, cst.AugAssign)


Read = tuple[str, str | None]
"""A name as written (`args.lr`, `config["lr"]`), and the default that a `.get("lr", 0.1)` gives, as
Python text."""


def reads(statement: Statement) -> list[Read]:
    """All reads of names, attributes and string keys in a statement (in the header of a compound
    one), the longest form of each, in the order of the source. `config.model.items()` reads
    `config.model`; `config.get("lr")` reads `config["lr"]`."""
    return _names(_parts(statement.node))


def reads_in(node: Any) -> list[Read]:
    """The same of one expression."""
    return _names((node,))


def _parts(node: Any) -> tuple[Any, ...]:
    """The expressions of a statement, or of the header of a compound one, that are evaluated."""
    kind = type(node)
    if kind in _ASSIGNMENTS:
        target = (node.target,) if kind is cst.AugAssign else ()
        return (*target, node.value)
    if kind in (cst.If, cst.While):
        return (node.test,)
    if kind is cst.For:
        return (node.iter,)
    if kind is cst.With:
        return tuple(item.item for item in node.items)
    if kind is cst.FunctionDef:
        return (node.params, *(d.decorator for d in node.decorators))
    if kind is cst.ClassDef:
        return (*node.bases, *node.keywords)
    if kind is cst.Match:
        return (node.subject,)
    if kind in (cst.Import, cst.ImportFrom, cst.Global, cst.Nonlocal):
        return ()
    return () if hasattr(node, "body") else (node,)


def _names(parts: tuple[Any, ...]) -> list[Read]:
    found: list[Read] = []
    stack: list[Any] = [*parts[::-1]]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is cst.Name:
            found.append((node.value, None))
        elif kind is cst.Arg:  # its keyword is no name
            stack.append(node.value)
        elif kind is cst.Call:
            function = node.func
            stack += [arg.value for arg in node.args[::-1]]
            if type(function) is not cst.Attribute:
                stack.append(function)
            elif key := _got_key(node, function):
                found.append(key)
            else:
                stack.append(function.value)
        elif (kind is cst.Attribute or kind is cst.Subscript) and (name := read_name(node)):
            found.append((name, None))
        elif kind is cst.Attribute:  # of what has no name, as in `make().lr`
            stack.append(node.value)
        elif kind is tuple or kind is list:
            stack += node[::-1]
        elif (children := CHILDREN.get(kind)) is not None:
            value = children(node)
            if type(value) is tuple:
                stack += value[::-1]
            else:
                stack.append(value)
    return found


def read_name(node: Any) -> str:
    """`a.b` for names and attributes, `a["b"]` for a string key; "" for others."""
    kind = type(node)
    if kind is cst.Name:
        return str(node.value)
    if kind is cst.Attribute:
        name = dotted(node)
        return name if name and "(" not in name and "[" not in name else _keyed(node)
    return _keyed(node) if kind is cst.Subscript else ""


def _keyed(node: Any) -> str:
    """`config["optim"]["lr"]` in that form, whatever quotes are written."""
    kind = type(node)
    if kind is cst.Name:
        return str(node.value)
    if kind is cst.Attribute:
        before = _keyed(node.value)
        return f"{before}.{node.attr.value}" if before else ""
    if kind is cst.Subscript and len(node.slice) == 1 and type(node.slice[0].slice) is cst.Index:
        before, key = _keyed(node.value), string(node.slice[0].slice.value)
        return f'{before}["{key}"]' if before and key else ""
    return ""


def _got_key(call: cst.Call, function: cst.Attribute) -> Read | None:
    """What `config.get("lr", 0.1)` reads."""
    if function.attr.value != "get" or not call.args:
        return None
    key, before = string(call.args[0].value), _keyed(function.value)
    if not key or not before:
        return None
    default = text(call.args[1].value) if len(call.args) > 1 else None
    return f'{before}["{key}"]', default
