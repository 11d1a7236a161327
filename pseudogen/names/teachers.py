"""Models that another one is trained to follow, by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.names.words import words
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

_TEACHERS = frozenset({"teacher", "teachers"})
_GIVEN = _TEACHERS | {"distill", "distillation"}
"""Words of settings by which a teacher is chosen: `create_model(args.distill_model)`."""


def makes_teacher(script: Script, site: Site, target: str | None) -> bool:
    """Whether a call makes a model that is not trained itself: by what gets it, what is passed or
    the class around it."""
    around = script.tree.ancestors(site.statement.index)
    classes = (s.node.name.value for s in around if type(s.node) is cst.ClassDef)
    named = {word for name in (target or "", *classes) for word in words(name)}
    return bool(named & _TEACHERS) or _is_given(site.node)


def is_teacher(script: Script, name: str, site: Site) -> bool:
    """Whether what has a name at some place is such a model."""
    made = script.reaching(name, site.statement.index) if name else []
    calls = [b.value for b in made if type(b.value) is cst.Call]
    return bool(_TEACHERS & set(words(name))) or any(_is_given(call) for call in calls)


def _is_given(call: cst.Call) -> bool:
    return any(_GIVEN & set(words(text(arg.value))) for arg in call.args)
