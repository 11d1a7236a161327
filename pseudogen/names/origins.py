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
_PREPARES = frozenset({"prepare", "setup"})
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
        if inner is not None:
            return _makers(script, inner, at, seen)
        return _returned(script, node, at, seen) or [(node, at)]
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
    scope = script.tree.statements[at].scope
    bindings = script.reaching(name, at) or attribute_bindings(script, name, scope)
    fresh = [b for b in bindings if id(b) not in seen]
    if not fresh:
        return None if not bindings else []
    return _joined([_of_binding(script, binding, seen) for binding in fresh])


def attribute_bindings(script: Script, name: str, scope: int) -> list[Binding]:
    """All assignments in a class to `self.x`, as seen from one of its methods."""
    while name.startswith("self.") and scope >= 0:
        if script.tree.scopes[scope].kind == "class":
            return script.tree.scopes[scope].bindings.get(name, [])
        scope = script.tree.scopes[scope].parent
    return []


def _wrapped(script: Script, call: cst.Call, at: int) -> Any:
    """What a call gives back as it is, or wrapped; None when it makes something new."""
    scope = script.tree.statements[at].scope
    if type(call.func) is cst.Attribute and call.func.attr.value in _SAME:
        return call.func.value if script.known(call.func, scope) is None else None
    known = script.known(call.func, scope)
    around = known is not None and known.api.kind in _AROUND
    return call.args[0].value if around and call.args and not call.args[0].star else None


def _returned(
    script: Script, call: cst.Call, at: int, seen: frozenset[int], place: int | None = None
) -> list[Maker] | None:
    """What a call of a function of the script gives back, or the element at `place` of it."""
    site = script.call_site(call, at, script.tree.statements[at].scope)
    function = script.called_function(site)
    if function is None or id(function) in seen:
        return None
    given = [
        (s.node.value, s.index)
        for s in script.tree.below(function)
        if type(s.node) is cst.Return and script.function_around(s) is function
    ]
    if place is not None:
        given = [(_element(node, place), index) for node, index in given]
    if not given or any(node is None for node, _ in given):
        return None
    return _joined([_makers(script, node, i, seen | {id(function)}) for node, i in given])


def _prepared(call: cst.Call, place: int) -> Any:
    """What a framework gives back in the same place: `accelerator.prepare(model, optimizer)`."""
    method = call.func.attr.value if type(call.func) is cst.Attribute else ""
    plain = [arg.value for arg in call.args if arg.keyword is None and not arg.star]
    hands = method in _PREPARES or dotted(call.func).endswith("amp.initialize")
    return plain[place] if hands and place < len(plain) else None


def _element(node: Any, place: int) -> Any:
    if type(node) is not cst.Tuple or place >= len(node.elements):
        return None
    return node.elements[place].value


def _of_binding(script: Script, binding: Binding, seen: frozenset[int]) -> list[Maker] | None:
    seen = seen | {id(binding)}
    if binding.how == "unpack" and binding.position is not None:
        value, at, place = binding.value, binding.statement, binding.position
        if type(value) is cst.Call:
            prepared = _prepared(value, place)
            if prepared is not None:
                return _makers(script, prepared, at, seen)
            return _returned(script, value, at, seen, place)
        element = _element(value, place)
        return _makers(script, element, at, seen) if element is not None else None
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
