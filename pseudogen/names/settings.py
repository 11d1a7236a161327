"""Settings: the hyper-parameters of a script, with their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.names.arguments import argument, string
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script


@dataclass(frozen=True, slots=True)
class Setting:
    """A hyper-parameter: its name as the script reads it (`args.lr`), its default and its line.

    `default` is Python text, None when there is none. `origin` is argparse, click, constant or
    dataclass.
    """

    name: str
    default: str | None
    line: int
    origin: str
    statement: int


Settings = Mapping[str, Setting]


def collect_settings(script: Script) -> dict[str, Setting]:
    """The options of `add_argument` and the constants in capitals or at the top of the module."""
    found: dict[str, Setting] = {}
    namespaces = _namespaces(script)
    for site in script.call_sites():
        if type(site.node.func) is cst.Attribute and site.node.func.attr.value == "add_argument":
            option = _option_name(site.node)
            if option:
                for namespace in namespaces or ["args"]:
                    name = f"{namespace}.{option}"
                    found[name] = Setting(
                        name, _default(site.node), site.line, "argparse", site.statement.index
                    )
    return found


def _namespaces(script: Script) -> list[str]:
    """The variables that hold what `parse_args` gives, and what they are called as parameters."""
    names: dict[str, None] = {}
    for scope in script.tree.scopes:
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                if type(binding.value) is cst.Call and dotted(binding.value.func).endswith(
                    (".parse_args", ".parse_known_args")
                ):
                    names[name] = None
    return list(names)


def _option_name(call: cst.Call) -> str:
    """`batch_size` for `add_argument("-b", "--batch-size", ...)`: `dest`, the first long flag or
    the positional's own name."""
    dest = argument(call, "dest")
    if dest is not None:
        return string(dest)
    flags = [string(arg.value) for arg in call.args if arg.keyword is None]
    long_flags = [flag for flag in flags if flag.startswith("--")]
    chosen = (long_flags or flags or [""])[0]
    return chosen.lstrip("-").replace("-", "_")


def _default(call: cst.Call) -> str | None:
    default = argument(call, "default")
    if default is not None:
        return text(default)
    action = argument(call, "action")
    return {"store_true": "False", "store_false": "True"}.get(string(action)) if action else None
