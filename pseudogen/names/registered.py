"""Parts that a framework builds from a dict with their type: `optimizer=dict(type="SGD", lr=0.1)`
of MMEngine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.names.arguments import argument, string
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site


def registered(site: Site, script: Script) -> tuple[str, str] | None:
    """(the type, what the dict is for) of `dict(type=..., ...)` that is assigned to a variable or
    passed under a keyword; None for any other call."""
    told = argument(site.node, "type") if site.name == "dict" else None
    made = string(told) or dotted(told).rpartition(".")[2] if told is not None else ""
    if not made:
        return None
    node = site.statement.node
    if type(node) is cst.Assign and node.value is site.node:
        return made, text(node.targets[0].target)
    for call in script.calls_in(site.statement):
        for arg in call.node.args:
            if arg.value is site.node and arg.keyword is not None:
                return made, arg.keyword.value
    return None
