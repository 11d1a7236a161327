"""Groups of parameters as they are written out: lists of dicts with the key "params"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import string
from pseudogen.syntax.build import dotted

if TYPE_CHECKING:
    from pseudogen.names.script import Script

Group = list[tuple[str, Any]]
"""The settings of a group, in order: `params` and what it has of its own."""


def written_groups(node: Any) -> list[Group]:
    """The groups that a list of dicts with the key "params" spells out."""
    if type(node) is not cst.List:
        return []
    found = [group_entries(element.value) for element in node.elements]
    return found if all(any(key == "params" for key, _ in group) for group in found) else []


def group_entries(node: Any) -> Group:
    """The entries of `{"params": ...}` or `dict(params=...)`; a `**` has the key ""."""
    if type(node) is cst.Dict:
        return [(string(getattr(e, "key", None)), e.value) for e in node.elements]
    if type(node) is cst.Call and dotted(node.func) == "dict":
        return [(a.keyword.value if a.keyword else "", a.value) for a in node.args]
    return []


def groups_of(script: Script, params: Any, statement: int) -> list[Group]:
    """The groups that an optimizer is given, directly or by the one assignment to a variable that
    nothing is added to."""
    name = dotted(params) if params is not None else ""
    if not name:
        return written_groups(params)
    made = script.reaching(name, statement)
    if len(made) != 1 or made[0].how != "assign" or script.methods_on(name):
        return []
    return written_groups(made[0].value)
