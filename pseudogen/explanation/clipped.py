"""Pieces of code as they are shown in a sentence: on one line, and not too long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import bare, text

LONGEST = 60
_CALL = 80
_SPARED = 10
"""So few signs are not cut off."""
_FORMULA = 120
"""A formula or condition may be so long: half of one says nothing."""
_MADE_OF_CALLS = (cst.Attribute, cst.Call, cst.Subscript)
_FORMULAS = (
    cst.BinaryOperation,
    cst.BooleanOperation,
    cst.Comparison,
    cst.ConcatenatedString,
    cst.FormattedString,
    cst.IfExp,
    cst.UnaryOperation,
    cst.DictComp,
    cst.ListComp,
    cst.SetComp,
)


def short(written: str) -> str:
    """A text, cut where it is too long."""
    return _cut(written, LONGEST)


def formula(written: str) -> str:
    """What is worked out, as it is `written`, cut where it is too long."""
    return _cut(written, _FORMULA)


def clipped(node: Any, written: str) -> str:
    """An expression that is `written` so; one that is worked out may be longer than others, and of
    `f(...)[0]` the end is kept."""
    if len(written) <= LONGEST + _SPARED:
        return written
    if type(node) in _MADE_OF_CALLS and node.lpar:
        return clipped(node.with_changes(lpar=(), rpar=()), bare(node))
    call = _called(node)
    if call is not None:
        return call_text(call) + written[len(text(call)) :]
    if type(node) is cst.List and all(type(one) is cst.Element for one in node.elements):
        return _cut(f"[{', '.join(call_text(one.value) for one in node.elements)}]", _FORMULA)
    return _cut(written, _FORMULA if type(node) in _FORMULAS else LONGEST)


def call_text(node: Any) -> str:
    """A call on one line, with the arguments that there is room for."""
    written = text(node)
    if type(node) is cst.IfExp and len(written) > _CALL:
        both = call_text(node.body), call_text(node.orelse)
        return f"{both[0]} if {short(text(node.test))} else {both[1]}"
    if type(node) is not cst.Call:
        return short(written)
    return written if len(written) <= _CALL else _cut_call(node)


def brief(node: Any) -> str:
    """`EarlyStopping(…)` of a call with arguments."""
    if type(node) is cst.Call and node.args and dotted(node.func):
        return f"{text(node.func)}(…)"
    return short(text(node))


def in_context(item: cst.WithItem) -> str:
    """What a `with` enters, with the name that it gets."""
    name = f" as {text(item.asname.name)}" if item.asname is not None else ""
    return call_text(item.item) + name


def _cut_call(call: cst.Call) -> str:
    """A call that is too long: `…` stands for long arguments and for those at the end."""
    function = text(call.func)
    if len(function) >= LONGEST:
        inner = _called(call.func)
        if inner is None:
            return short(text(call))
        function = call_text(inner) + function[len(text(inner)) :]
    room = max(_CALL - len(function), LONGEST // 2)
    if len(call.args) == 1:
        return f"{function}({_only_argument(call.args[0], room)})"
    shown: list[str] = []
    for arg in call.args:
        said = _argument(arg)
        room -= len(said) + len(", ")
        if room < 0:
            said = "…"
        if said != "…" or shown[-1:] != ["…"]:
            shown.append(said)
        if room < 0:
            break
    return f"{function}({', '.join(shown)})"


def _called(node: Any) -> Any:
    """`f(x)` in `f(x)`, `f(x).part` and `f(x).parts[0]`; None where there is no call."""
    while type(node) in (cst.Attribute, cst.Subscript) and not node.lpar:
        node = node.value
    return node if type(node) is cst.Call and not node.lpar else None


def _only_argument(arg: cst.Arg, room: int) -> str:
    """The beginning of the only argument, which says more than that there is one."""
    name = f"{arg.keyword.value}=" if arg.keyword is not None else arg.star
    return name + (
        call_text(arg.value) if type(arg.value) is cst.Call else _cut(text(arg.value), room)
    )


def _argument(arg: cst.Arg) -> str:
    """An argument; of one that is too long what kind of thing it is."""
    value = text(arg.value)
    if len(value) > LONGEST // 2:
        begins, ends = _HELD.get(type(arg.value), ("", ""))
        if type(arg.value) is cst.Call and len(text(arg.value.func)) <= LONGEST // 2:
            begins, ends = f"{text(arg.value.func)}(", ")"
        value = f"{begins}…{ends}"
    return f"{arg.keyword.value}={value}" if arg.keyword is not None else arg.star + value


_HELD: dict[type, tuple[str, str]] = {
    cst.Dict: ("{", "}"),
    cst.List: ("[", "]"),
    cst.Tuple: ("(", ")"),
}
"""Literals -> the brackets of what they hold."""


def targets(node: Any) -> Iterator[str]:
    """The names of an assignment's target, those of a tuple one by one; `_` is none."""
    if type(node) in (cst.Tuple, cst.List):
        for element in node.elements:
            yield from targets(element.value)
    else:
        name = text(node)
        if name != "_":
            yield name


def _cut(written: str, longest: int) -> str:
    """The text where a cut would spare next to nothing, else its beginning."""
    kept = len(written) <= longest + _SPARED
    return written if kept else written[: longest - 1].rstrip() + "…"
