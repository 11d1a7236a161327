"""What a call that makes several things at once gives back: DeepSpeed's `initialize`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site


def given_back(site: Site, part: str) -> str | None:
    """What receives a part of the result (the trait `gives` lists the parts, in order); None where
    the script does not keep it."""
    gives = site.known.api.traits.get("gives", "").split() if site.known is not None else []
    node = site.statement.node
    if part not in gives or type(node) is not cst.Assign or node.value is not site.node:
        return None
    receiver: Any = node.targets[0].target
    place = gives.index(part)
    if type(receiver) is not cst.Tuple or len(receiver.elements) != len(gives):
        return None
    name = text(receiver.elements[place].value)
    return name if name.strip("_") else None


def passes(site: Site, script: Script, name: str) -> bool:
    """Whether something is passed for a parameter, and may be passed by a `**` as well."""
    told = script.argument_text(site, name)
    return told not in (None, "None") or script.passes_unknown(site)
