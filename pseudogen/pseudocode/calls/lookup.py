"""Which row says a call: by resolved name, by the role of the object, by the method."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import libcst as cst

from pseudogen.names.words import suggested_role, words
from pseudogen.pseudocode import literals
from pseudogen.pseudocode.calls import (
    builtins,
    frameworks,
    learning,
    libraries,
    networks,
    numbers,
    system,
)
from pseudogen.pseudocode.calls.row import Row, rows
from pseudogen.pseudocode.writer import Writer
from pseudogen.regex import regex
from pseudogen.syntax.build import dotted

_TABLES = (
    builtins.TABLE,
    frameworks.TABLE,
    learning.TABLE,
    libraries.TABLE,
    networks.TABLE,
    numbers.TABLE,
    system.TABLE,
)
ROWS: dict[str, Row] = {name: row for table in _TABLES for name, row in rows(table).items()}
"""All rows by name."""

_ROLES: dict[str, dict[str, Row]] = {}
for _name, _row in ROWS.items():
    _owner, _, _method = _name.rpartition(".")
    if _owner and "." not in _owner and _owner in learning.ROLES:
        _ROLES.setdefault(_method, {})[_owner] = _row


def find(writer: Writer, node: cst.Call) -> tuple[Row, Any] | None:
    """The row of a call, and the object when it is a method."""
    function: Any = node.func
    kind = type(function)
    if kind is cst.Name:
        return _find_function(writer, function.value)
    if kind is not cst.Attribute:
        return None
    method = function.attr.value
    name = dotted(function)
    if name and name[-1] != ")" and "(" not in name and "[" not in name:
        for full in writer.qualified(name):
            row = ROWS.get(full)
            if row is not None:
                return row, None
            if full.startswith(_FUNCTIONAL):
                return _function(full.rpartition(".")[2]), None
            if full.startswith(_OBJECTS) or "__." in full or method in _OF_CLASSES or _is_log(full):
                continue
            return None
    by_role = _ROLES.get(method)
    if by_role is not None:
        role = _role(writer, function.value)
        if role in by_role:
            return by_role[role], function.value
    judge = _JUDGED.get(method)
    row = judge(writer, node) if judge is not None else ROWS.get("." + method)
    return (row, function.value) if row is not None else None


_FUNCTIONAL = ("torch.nn.functional.", "jax.nn.", "paddle.nn.functional.")
"""Packages of which each function is one as in mathematics."""


@cache
def _function(name: str) -> Row:
    return rows(f"{name} ={name} arguments*")[name]


def _is_log(full: str) -> bool:
    """`utils.LOGGER.info`: an object of another module whose name says what it is."""
    owner = full.rpartition(".")[0].rpartition(".")[2]
    return owner.lower().strip("_") in ("logger", "log")


_OBJECTS = ("sys.argv.", "sys.path.", "os.environ.")
"""Values of modules that have methods; what else is reached through a module is a function."""

_OF_CLASSES = frozenset({"from_pretrained"})
"""Methods that classes of modules have, whatever the class."""

_DTYPES = regex(r"(?:.*\.)?(?:u?int\d+|b?float\d+|half|float|double|long|bool|\w*dtype)")
_DEVICES = frozenset({"device", "rank", "gpu", "cuda", "dev", "id"})


def _moved(writer: Writer, node: cst.Call) -> Row | None:
    """`x.to(device)` moves, `x.to(torch.float16)` converts; None where nothing tells."""
    if not node.args or node.args[0].star:
        return None
    if node.args[0].keyword is not None:
        return ROWS["model.to"] if node.args[0].keyword.value == "device" else None
    place = node.args[0].value
    name = dotted(place)
    if name and _DTYPES.fullmatch(name):
        return ROWS[".type"]
    text = literals.value(place)
    moves = (
        isinstance(text, str)
        or type(place) in (cst.Integer, cst.FormattedString)
        or writer.script.is_a(place, writer.scope, "device") is not None
        or bool(_DEVICES & set(words(name)[-1:]))
    )
    return ROWS["model.to"] if moves else None


def _coded(writer: Writer, node: cst.Call) -> Row | None:
    """`text.encode("utf-8")` gives bytes; a tokenizer's or a network's `encode(x)` does not."""
    of_text = all(
        isinstance(literals.value(arg.value), str)
        and (arg.keyword is None or arg.keyword.value in ("encoding", "errors"))
        for arg in node.args
    )
    function: Any = node.func
    return ROWS["." + function.attr.value] if of_text else None


_JUDGED: dict[str, Callable[[Writer, cst.Call], Row | None]] = {
    "to": _moved,
    "encode": _coded,
    "decode": _coded,
}
"""Methods that mean something else with other arguments."""


def _find_function(writer: Writer, name: str) -> tuple[Row, Any] | None:
    row = ROWS.get(name)
    if row is not None and writer.is_builtin(name):
        return row, None
    found = {row.key: row for row in map(_row_of, writer.qualified(name)) if row is not None}
    return (next(iter(found.values())), None) if len(found) == 1 else None


def _row_of(full: str) -> Row | None:
    """The row of a function by its full name."""
    if full.startswith(_FUNCTIONAL) and full not in ROWS:
        return _function(full.rpartition(".")[2])
    return ROWS.get(full)


def _role(writer: Writer, node: Any) -> str:
    """What an object is for; "" when nothing tells."""
    role = writer.script.role(node, writer.scope)
    if role is not None:
        return role.kind
    return suggested_role(dotted(node)) or "" if dotted(node) else ""
