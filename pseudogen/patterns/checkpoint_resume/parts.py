"""Whether a run is restored as a whole, or a part of what it needs alone."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.names.arguments import string
from pseudogen.names.script import Site
from pseudogen.names.words import words
from pseudogen.syntax.text import text


def only_key(site: Site) -> str | None:
    """The one entry of the file that is kept: `options = torch.load(path)["options"]`."""
    value: Any = getattr(site.statement.node, "value", None)
    if type(value) is not cst.Subscript or value.value is not site.node or len(value.slice) != 1:
        return None
    taken = value.slice[0].slice
    return string(taken.value) or None if type(taken) is cst.Index else None


def leaves_out(site: Site) -> bool:
    """Whether an option says what is not restored: `load_lr_scheduler_states=False`."""
    off = (
        arg.keyword.value for arg in site.node.args if arg.keyword and text(arg.value) == "False"
    )
    return any(words(option)[:1] == ("load",) and len(words(option)) > 1 for option in off)
