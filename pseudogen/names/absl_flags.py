"""Settings from absl's flags: `flags.DEFINE_float("lr", 0.1, "...")`, read as `FLAGS.lr`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.names.arguments import argument, string
from pseudogen.names.options import joined_string, literal_kind, written_choices
from pseudogen.names.settings import Setting
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

_KINDS = {
    "DEFINE_bool": "bool",
    "DEFINE_boolean": "bool",
    "DEFINE_enum": "str",
    "DEFINE_float": "float",
    "DEFINE_integer": "int",
    "DEFINE_list": "list",
    "DEFINE_string": "str",
}


def collect(script: Script) -> Iterator[tuple[str, Setting]]:
    """Every flag that the script declares, under each name by which it is read."""
    spaces: list[str] | None = None
    for method, kind in _KINDS.items():
        for site in script.calls_of_method(method):
            name = string(argument(site.node, "name", 0))
            if not name or "." not in site.name:
                continue
            spaces = _spaces(script) if spaces is None else spaces
            setting = _declared(site, f"{spaces[0]}.{name}", name, kind)
            yield from ((f"{space}.{name}", setting) for space in spaces)
            node = site.statement.node
            if type(node) is cst.Assign and node.value is site.node:
                yield f"{text(node.targets[0].target)}.value", setting


def _declared(site: Site, read_as: str, flag: str, kind: str) -> Setting:
    default = argument(site.node, "default", 1)
    helped = argument(site.node, "help", 3 if site.name.endswith("_enum") else 2)
    given = default is not None and text(default) != "None"
    return Setting(
        name=read_as,
        default=text(default) if default is not None else None,
        line=site.line,
        origin="absl",
        statement=site.statement.index,
        kind=kind if given else literal_kind(default) or kind,
        help=" ".join(joined_string(helped).split()) or None,
        flag=f"--{flag}",
        choices=written_choices(argument(site.node, "enum_values", 2)),
        expression=default,
    )


def _spaces(script: Script) -> list[str]:
    """The names that hold all flags: `FLAGS = flags.FLAGS`, `args = flags.FLAGS`."""
    held = [
        name
        for name, bindings in script.tree.scopes[0].bindings.items()
        if any(b.how == "assign" and dotted(b.value).endswith("flags.FLAGS") for b in bindings)
    ]
    return list(dict.fromkeys([*held, "FLAGS", "flags.FLAGS"]))
