"""A call -> the phrase that says what it does, or its name and arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import libcst as cst

from pseudogen.names.words import suggested_role
from pseudogen.pseudocode import literals, ranges
from pseudogen.pseudocode.calls import builtins, learning, numbers, system
from pseudogen.pseudocode.calls.row import Row, rows
from pseudogen.pseudocode.terms import ATOM, COMPARE, CONDITION, OR, PHRASE, SUM, Term, at
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.build import dotted

_TABLES = (builtins.TABLE, learning.TABLE, numbers.TABLE, system.TABLE)
ROWS: dict[str, Row] = {name: row for table in _TABLES for name, row in rows(table).items()}
"""All rows by name."""

_ROLES: dict[str, dict[str, Row]] = {}
for _name, _row in ROWS.items():
    _owner, _, _method = _name.rpartition(".")
    if _owner and "." not in _owner and _owner in learning.ROLES:
        _ROLES.setdefault(_method, {})[_owner] = _row


@dataclass(frozen=True, slots=True)
class Said:
    """A call with the row that says it: marked arguments by parameter, those that no parameter of
    the phrase takes in `others`."""

    row: Row
    bound: dict[str, str]
    rest: list[str]
    others: list[str]


def call(writer: Writer, node: cst.Call) -> Term:
    """A call as a value."""
    special = _special(writer, node)
    if special is not None:
        return special
    said = _said(writer, node)
    if said is None:
        return plain(writer, node)
    if said.row.function:
        return _function(writer, said), ATOM
    if not hasattr(writer.vocabulary.phrases, said.row.key):
        return writer.say("outcome", _worded(writer, said, f"do_{said.row.key}")), PHRASE
    text = _worded(writer, said, said.row.key)
    return text, CONDITION if said.row.condition else PHRASE


def command(writer: Writer, node: cst.Call) -> str:
    """A call that stands alone: an order."""
    construction = inherited(writer, node)
    if construction is not None:
        return construction
    said = _said(writer, node)
    if said is not None and hasattr(writer.vocabulary.phrases, f"do_{said.row.key}"):
        return _worded(writer, said, f"do_{said.row.key}")
    text, binds = call(writer, node)
    return text if said is None or said.row.function else writer.say("compute", text)


def negated(writer: Writer, node: cst.Call) -> str | None:
    """The phrase for `not f(x)` where the language has one of its own."""
    if type(node.func) is cst.Name and node.func.value == "isinstance" and len(node.args) == 2:
        return instance(writer, node, "not_is_a")
    said = _said(writer, node)
    if said is None or not hasattr(writer.vocabulary.phrases, f"not_{said.row.key}"):
        return None
    return _worded(writer, said, f"not_{said.row.key}")


def plain(writer: Writer, node: cst.Call) -> Term:
    """Any other call: its name and its arguments."""
    return f"{writer.text(node.func, ATOM)}({writer.listed(arguments(writer, node.args))})", ATOM


def arguments(writer: Writer, args: Any) -> list[str]:
    """The arguments of a call, keywords included."""
    return [_argument(writer, arg) for arg in args]


def _argument(writer: Writer, arg: cst.Arg) -> str:
    if arg.star:
        return writer.say("all_named" if arg.star == "**" else "all_of", writer.text(arg.value, ATOM))
    if arg.keyword is not None:
        return f"{writer.vocabulary.code(arg.keyword.value)} = {writer.text(arg.value, SUM)}"
    term = writer.term(arg.value)
    return at(term, COMPARE + 1 if term[1] == COMPARE else OR)


# Rows


def _said(writer: Writer, node: cst.Call) -> Said | None:
    """The row that says a call and its arguments; None when there is none."""
    found = _find(writer, node)
    if found is None:
        return None
    row, receiver = found
    names = list(row.params)
    bound: dict[str, str] = {}
    rest: list[str] = []
    others: list[str] = []
    if receiver is not None:
        bound[names.pop(0)] = writer.text(receiver, SUM)
    for arg in node.args:
        if arg.keyword is not None and arg.keyword.value in names:
            bound[arg.keyword.value] = writer.text(arg.value, SUM)
        elif arg.keyword is not None or arg.star == "**":
            others.append(_argument(writer, arg))
        elif arg.star:
            if not row.rest:
                return None
            rest.append(_argument(writer, arg))
        elif names and names[0] not in bound:
            bound[names.pop(0)] = writer.text(arg.value, SUM)
        elif row.rest:
            rest.append(writer.text(arg.value, SUM))
        else:
            return None
    if any(param not in bound for param in row.params[: row.required]):
        return None
    return Said(row, bound, rest, others)


def _find(writer: Writer, node: cst.Call) -> tuple[Row, Any] | None:
    """The row of a call, and the object when it is a method."""
    function = node.func
    kind = type(function)
    if kind is cst.Name:
        return _find_function(writer, function.value)
    if kind is not cst.Attribute:
        return None
    method = function.attr.value
    name = dotted(function)
    if name and name.partition(".")[0] != "self":
        for full in writer.qualified(name):
            row = ROWS.get(full)
            return (row, None) if row is not None else None
    by_role = _ROLES.get(method)
    if by_role is not None:
        role = _role(writer, function.value)
        if role in by_role:
            return by_role[role], function.value
    row = ROWS.get("." + method)
    return (row, function.value) if row is not None else None


def _find_function(writer: Writer, name: str) -> tuple[Row, Any] | None:
    row = ROWS.get(name)
    if row is not None and writer.is_builtin(name):
        return row, None
    for full in writer.qualified(name):
        row = ROWS.get(full)
        if row is not None:
            return row, None
    return None


def _role(writer: Writer, node: Any) -> str:
    """What an object is for; "" when nothing tells."""
    role = writer.script.role(node, writer.scope)
    if role is not None:
        return role.kind
    return suggested_role(dotted(node)) or "" if dotted(node) else ""


def _worded(writer: Writer, said: Said, key: str) -> str:
    """The phrase, with what it does not say in brackets behind it."""
    macro = getattr(writer.vocabulary.phrases, key)
    taken = macro.arguments
    values = [
        writer.listed(said.rest) if name == said.row.rest and name else said.bound.get(name)
        for name in taken
    ]
    text = str(macro(*values))
    left = [_named(writer, name, value) for name, value in said.bound.items() if name not in taken]
    left += said.rest if said.row.rest and said.row.rest not in taken else []
    left += said.others
    return writer.say("with_details", text, writer.listed(left)) if left else text


def _named(writer: Writer, name: str, value: str) -> str:
    return f"{writer.vocabulary.code(name)} = {value}"


def _function(writer: Writer, said: Said) -> str:
    """A function as in mathematics: sum(x, dim = 1)."""
    first, *further = said.row.params or ("",)
    pieces = [said.bound[first]] if first in said.bound else []
    pieces += said.rest
    pieces += [_named(writer, name, said.bound[name]) for name in further if name in said.bound]
    inside = writer.listed(pieces + said.others)
    return f"{writer.vocabulary.code(said.row.key)}({inside})"


# Calls that need more than a row


def _special(writer: Writer, node: cst.Call) -> Term | None:
    function = node.func
    if type(function) is cst.Name:
        special = _SPECIAL.get(function.value)
        if special is not None and writer.is_builtin(function.value):
            return special(writer, node)
    elif type(function) is cst.Attribute and function.attr.value == "format":
        return _format(writer, node)
    return None


def _size(writer: Writer, node: cst.Call) -> Term | None:
    if len(node.args) != 1 or node.args[0].star or node.args[0].keyword is not None:
        return None
    return f"|{writer.text(node.args[0].value, OR)}|", ATOM


def _range(writer: Writer, node: cst.Call) -> Term | None:
    bounds = ranges.bounds(writer, node)
    return (writer.say("numbers", *bounds), PHRASE) if bounds is not None else None


def _format(writer: Writer, node: cst.Call) -> Term | None:
    pattern = literals.value(node.func.value)  # type: ignore[attr-defined]
    filled = literals.fill(writer, pattern, node.args) if isinstance(pattern, str) else None
    return (filled, ATOM) if filled is not None else None


def _instance(writer: Writer, node: cst.Call) -> Term | None:
    return (instance(writer, node, "is_a"), CONDITION) if len(node.args) == 2 else None


def instance(writer: Writer, node: cst.Call, key: str) -> str:
    """`isinstance(x, (A, B))`: "x is a A or B"."""
    kinds = node.args[1].value
    alternatives = (
        [element.value for element in kinds.elements] if type(kinds) is cst.Tuple else [kinds]
    )
    texts = [writer.text(kind, SUM) for kind in alternatives]
    return writer.say(key, writer.text(node.args[0].value, SUM), texts)


def _parent(writer: Writer, node: cst.Call) -> Term | None:
    return writer.say("base_class"), ATOM


_SPECIAL: dict[str, Callable[[Writer, cst.Call], Term | None]] = {
    "len": _size,
    "range": _range,
    "isinstance": _instance,
    "super": _parent,
}


def inherited(writer: Writer, node: cst.Call) -> str | None:
    """`super().__init__(...)` as an order; None for anything else."""
    function = node.func
    if type(function) is not cst.Attribute or function.attr.value != "__init__":
        return None
    owner = function.value
    if type(owner) is cst.Call and type(owner.func) is cst.Name and owner.func.value == "super":
        text = writer.say("do_construct_base")
        given = arguments(writer, node.args)
        return writer.say("with_details", text, writer.listed(given)) if given else text
    return None
