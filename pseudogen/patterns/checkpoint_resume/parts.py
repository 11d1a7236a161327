"""Whether a run is restored as a whole, or a part of what it needs alone."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.names.arguments import subscript_name
from pseudogen.names.script import Site
from pseudogen.names.words import words
from pseudogen.syntax.text import text


def only_key(site: Site) -> str | None:
    """The one entry of the file that is kept: `options = torch.load(path)["options"]`."""
    value: Any = getattr(site.statement.node, "value", None)
    whole = type(value) is cst.Subscript and value.value is site.node
    return subscript_name(value) or None if whole else None


def leaves_out(site: Site) -> bool:
    """Whether an option says what is not restored: `load_lr_scheduler_states=False`."""
    off = (
        arg.keyword.value for arg in site.node.args if arg.keyword and text(arg.value) == "False"
    )
    return any(words(option)[:1] == ("load",) and len(words(option)) > 1 for option in off)
