"""Environments of reinforcement learning, as the script acts in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.names.words import words
from pseudogen.syntax.build import dotted

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site
    from pseudogen.syntax.tree import Statement

_ENVIRONMENTS = frozenset({"env", "envs", "environment", "environments"})


def acts(site: Site) -> bool:
    """Whether a call takes an action in an environment: `env.step(action)`."""
    function = site.node.func
    if type(function) is not cst.Attribute or function.attr.value != "step" or not site.node.args:
        return False
    return bool(_ENVIRONMENTS.intersection(words(dotted(function.value))[-2:]))


def acting(script: Script) -> tuple[Site, ...]:
    """The calls of a script that act in an environment; asked by `script.once(acting)`."""
    return tuple(site for site in script.calls_of_method("step") if acts(site))


def acts_below(script: Script, header: Statement) -> Site | None:
    """The first call in the block of a header, in its own function, that acts so."""
    found = script.once(acting)
    return next((s for s in found if header.index < s.statement.index < header.after), None)
