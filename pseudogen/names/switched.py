"""Settings of MMEngine and MMCV that a script sets itself before the runner is built from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

_PACKAGES = frozenset({"mmcv", "mmengine"})
_OFF = ("False", "None")
_CONFIGS = (("cfg",), ("config",), ("conf",))


def switched_on(site: Site, script: Script, setting: str) -> Any:
    """The value that `cfg.<setting> = value` gives a setting that is not switched off by it; None
    for any other statement, and in scripts that use neither library."""
    node = site.node
    target = dotted(node.targets[0].target) if type(node) is cst.Assign else ""
    owner, _, rest = target.partition(".")
    if rest != setting or words(owner) not in _CONFIGS or text(node.value) in _OFF:
        return None
    return node.value if script.once(_uses_runner) else None


def _uses_runner(script: Script) -> bool:
    """Whether a script imports one of the libraries."""
    names = script.tree.scopes[0].bindings
    full = (f for name in names for f in script.resolver.qualified(name, 0))
    return any(name.partition(".")[0] in _PACKAGES for name in full)
