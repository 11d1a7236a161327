"""Settings that a script collects in a dict for a framework: `Trainer(**settings)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import subscript_name
from pseudogen.names.evidence import Known
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site


@dataclass(frozen=True, slots=True)
class Handed:
    """A setting, its value, and what is known of the call that gets it."""

    key: str
    value: Any
    known: Known


def handed(site: Site, script: Script) -> Handed | None:
    """What `settings["precision"] = 16` tells which framework; None for any other assignment."""
    target: Any = site.node.targets[0].target if type(site.node) is cst.Assign else None
    key = subscript_name(target)
    known = script.once(_receivers).get(dotted(target.value)) if key else None
    return Handed(key, site.node.value, known) if known is not None else None


def _receivers(script: Script) -> dict[str, Known]:
    """Name of a dict -> what is known of the call that is given it as `**name`."""
    return {
        dotted(arg.value): call.known
        for call in script.call_sites()
        if call.known is not None
        for arg in call.node.args
        if arg.star == "**" and dotted(arg.value)
    }
