"""Expressions -> the calls that have made their values, through names, parameters and wrappers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Binding

if TYPE_CHECKING:
    from pseudogen.names.script import Script

_SAME = frozenset(
    {"to", "cuda", "cpu", "half", "float", "double", "bfloat16", "train", "eval", "requires_grad_"}
)
"""Methods that give back what they are called on."""
_AROUND = frozenset({"wrap", "compile", "sync-batchnorm"})
"""Kinds of calls whose result stands for their first argument."""
_DEPTH = 8

Maker = tuple[cst.Call, int]
"""A call, and the index of its statement."""


def makers(script: Script, node: Any, statement: int) -> list[Maker]:
    """The calls of which an expression may be the result at a statement: `Net(10)` for `model` in
    `model = DDP(Net(10).to(device))`, also where it is a parameter and the script's own calls pass
    it. [] where one of its values can't be told; None counts as no value."""
    found = _makers(script, node, statement, frozenset())
    return list({id(call): (call, at) for call, at in found or ()}.values())


def _makers(script: Script, node: Any, at: int, seen: frozenset[int]) -> list[Maker] | None:
    if len(seen) > _DEPTH:
        return None
    kind = type(node)
    if kind is cst.Call:
        inner = _wrapped(script, node, at)
        return [(node, at)] if inner is None else _makers(script, inner, at, seen)
    if kind is cst.IfExp:
        branches = [_makers(script, part, at, seen) for part in (node.body, node.orelse)]
        return _joined(branches)
    if kind not in (cst.Name, cst.Attribute):
        return None
    if text(node) == "None":
        return []
    name = dotted(node).removesuffix(".module")
    if not name:
        return None
    own = "." not in name or name.startswith("self.")
    scope = script.tree.statements[at].scope
    bindings = script.reaching(name, at) or (script.resolver.bindings(name, scope) if own else [])
    fresh = [b for b in bindings if id(b) not in seen]
    if not fresh:
        return None if not bindings else []
    return _joined([_of_binding(script, binding, seen) for binding in fresh])


def _wrapped(script: Script, call: cst.Call, at: int) -> Any:
    """What a call gives back as it is, or wrapped; None when it makes something new."""
    scope = script.tree.statements[at].scope
    if type(call.func) is cst.Attribute and call.func.attr.value in _SAME:
        return call.func.value if script.known(call.func, scope) is None else None
    known = script.known(call.func, scope)
    around = known is not None and known.api.kind in _AROUND
    return call.args[0].value if around and call.args and not call.args[0].star else None


def _of_binding(script: Script, binding: Binding, seen: frozenset[int]) -> list[Maker] | None:
    seen = seen | {id(binding)}
    if binding.how == "assign" and binding.value is not None:
        return _makers(script, binding.value, binding.statement, seen)
    if binding.how == "parameter":
        passed = script.passed(binding)
        return _joined([_makers(script, node, at, seen) for node, at in passed]) if passed else None
    return None


def _joined(found: list[list[Maker] | None]) -> list[Maker] | None:
    if any(part is None for part in found):
        return None
    return [maker for part in found for maker in part or ()]
