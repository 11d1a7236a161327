"""Loaders of data: what their samplers give out, and what else builds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import argument
from pseudogen.names.flow import exclusive
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site
    from pseudogen.syntax.tree import Statement


_NOTHING = cst.Name("None")
_DEPTH = 5
"""Samplers in samplers; one that a loop wraps again and again would have no end."""


def shards(sampler: Any, site: Site, script: Script) -> str | None:
    """Whether all, some or none of the values that the sampler may have give out shards."""
    name = dotted(sampler)
    values = _values(sampler, site.statement.index, script)
    found = [known for value, at in values for known in _distributed(value, at, script)]
    told = [c for c in script.calls_of_method("set_epoch") if c.name == name + ".set_epoch"]
    if not found and told:  # only samplers that give out shards are told the epoch
        return "sometimes" if all(_asks_for_kind(call, script) for call in told) else "always"
    if not any(found):
        return None
    return "always" if all(found) else "sometimes"


def _asks_for_kind(call: Site, script: Script) -> bool:
    """Whether a sampler is told the epoch only if it is of the kind that can be told."""
    asked = script.condition(call.statement) or ""
    return "isinstance(" in asked or "hasattr(" in asked


def may_be_none(sampler: Any, site: Site, script: Script) -> bool:
    """Whether some branch leaves the sampler None."""
    return any(_none(value) for value, _ in _values(sampler, site.statement.index, script))


def never_set(sampler: Any, site: Site, script: Script) -> bool:
    """Whether the sampler is None whatever branch was taken."""
    name = dotted(sampler)
    bound = script.reaching(name, site.statement.index) if name else []
    return bool(bound) and all(b.how == "assign" and _is_none(b.value) for b in bound)


def is_unset(test: Any, sampler: Any) -> bool:
    """Whether a test is that there is no sampler: `sampler is None`, `not sampler`."""
    name = dotted(sampler)
    if type(test) is cst.UnaryOperation and type(test.operator) is cst.Not:
        return bool(name) and dotted(test.expression) == name
    if type(test) is not cst.Comparison or dotted(test.left) != name or not name:
        return False
    (first, *more) = test.comparisons
    return not more and type(first.operator) is cst.Is and _is_none(first.comparator)


def _is_none(node: Any) -> bool:
    return type(node) is cst.Name and node.value == "None"


def _none(node: Any) -> bool:
    if type(node) is cst.IfExp:
        return _none(node.body) or _none(node.orelse)
    return _is_none(node)


def _distributed(node: Any, at: int, script: Script, depth: int = 0) -> Iterator[bool]:
    """For each value that an expression in a statement may have, but None, whether it gives out
    shards."""
    if type(node) is cst.IfExp:
        yield from _distributed(node.body, at, script, depth)
        yield from _distributed(node.orelse, at, script, depth)
    elif type(node) is cst.Call and depth < _DEPTH:
        known = script.known(node.func, script.tree.statements[at].scope)
        inner = _batched(node, at, script) if known is not None else None
        for value, place in _values(inner, at, script) if inner is not None else ():
            yield from _distributed(value, place, script, depth + 1)
        if inner is None:
            shares = known is not None and known.api.kind == "distributed-sampler"
            yield shares and text(argument(node, "num_replicas") or _NOTHING) != "1"


def _batched(call: cst.Call, at: int, script: Script) -> Any:
    """The sampler whose samples a `BatchSampler` puts together; None for other calls."""
    made = script.call_site(call, at, script.tree.statements[at].scope)
    form = made.known.api.traits.get("form") if made.known is not None else None
    return script.argument(made, "sampler") if form == "batch" else None


def _values(node: Any, at: int, script: Script) -> list[tuple[Any, int]]:
    """What a name stands for in a statement, with the statements that say so; any other
    expression for itself."""
    name = dotted(node)
    bound = script.reaching(name, at) if name else []
    return [(b.value, b.statement) for b in bound if b.how == "assign"] or [(node, at)]


def _rescues(script: Script, one: Statement, other: Statement) -> bool:
    """Whether one of two statements is what happens when the other has failed."""
    return any(
        s.parent >= 0
        and s.parent != t.parent
        and type(script.tree.statements[s.parent].node) is cst.ExceptHandler
        for s, t in ((one, other), (other, one))
    )


def other_builds(
    name: str | None, site: Site, script: Script
) -> tuple[int | None, int | None, bool]:
    """The lines on which the same variable gets another loader, before and after this one; and
    whether that before is made by the very same call."""
    before, again, same = None, None, False
    here_written = text(site.node).split()
    here = site.statement
    for binding in script.resolver.bindings(name, site.scope) if name else ():
        place = script.tree.statements[binding.statement]
        if place.scope != here.scope or type(binding.value) is not cst.Call:
            continue
        known = script.known(binding.value.func, place.scope)
        if known is None or known.api.kind != "loader" or place.index == here.index:
            continue
        if exclusive(script.tree, place.index, here.index) or _rescues(script, here, place):
            continue
        if place.index < here.index:
            before = place.first
            same = text(binding.value).split() == here_written
        elif again is None:
            again = place.first
    return before, again, same
