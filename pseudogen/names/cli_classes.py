"""Settings that Lightning keeps: what constructors take is an option each of `LightningCLI(Net,
Data)`, and a hyper-parameter where `save_hyperparameters()` keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.names.arguments import argument
from pseudogen.names.options import parameters
from pseudogen.names.settings import Setting
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

_GIVEN = (("model", "model_class"), ("data", "datamodule_class"))
"""The head of the options of a class, and the argument that names the class, by place."""


def collect(script: Script) -> Iterator[tuple[str, Setting]]:
    """The parameters of the constructors, under each name by which they are read."""
    for site in script.calls_of_kind("config"):
        traits = site.known.api.traits if site.known is not None else {}
        if traits.get("tool") != "LightningCLI":
            continue
        for place, (head, keyword) in enumerate(_GIVEN):
            given = argument(site.node, keyword, place)
            name = dotted(given) if given is not None else ""
            for binding in script.resolver.bindings(name, site.scope) if name else ():
                if binding.how == "class":
                    yield from _options(script, script.tree.statements[binding.statement], head)


def collect_kept(script: Script) -> Iterator[tuple[str, Setting]]:
    """The parameters that `self.save_hyperparameters()` keeps, with the defaults that no call in
    the script replaces: `self.hparams.lr`."""
    for site in script.calls_of_method("save_hyperparameters"):
        made = script.function_around(site.statement)
        if made is None or made.node.name.value != "__init__" or made.parent < 0:
            continue
        owner = script.tree.statements[made.parent].node
        passed = _passed(script, owner.name.value) if type(owner) is cst.ClassDef else None
        for name, setting in parameters(made):
            if passed is not None and name not in passed and name != "self":
                names = [n for n in _names(script, made, name) if n.startswith("self.hparams")]
                yield from ((each, replace(setting, name=names[0])) for each in names)


def _passed(script: Script, owner: str) -> set[str] | None:
    """The parameters that calls of a class pass by name; None where one may pass others."""
    found: set[str] = set()
    for site in script.calls_of_method(owner):
        if any(arg.star or arg.keyword is None for arg in site.node.args):
            return None
        found |= {arg.keyword.value for arg in site.node.args if arg.keyword is not None}
    return found


def _options(script: Script, owner: Statement, head: str) -> Iterator[tuple[str, Setting]]:
    methods = (s for s in script.tree.body(owner) if type(s.node) is cst.FunctionDef)
    made = next((s for s in methods if s.node.name.value == "__init__"), None)
    for name, setting in parameters(made) if made is not None else ():
        if name == "self" or made is None:
            continue
        names = _names(script, made, name)
        told = replace(setting, name=names[0], flag=f"--{head}.{name}")
        yield from ((each, told) for each in names)


def _names(script: Script, made: Statement, name: str) -> list[str]:
    """How a parameter is read: as a kept hyper-parameter, as a field, by its own name."""
    found = []
    for statement in script.tree.below(made):
        written = text(statement.node)
        if "save_hyperparameters(" in written and _keeps(written, name):
            found += [f"self.hparams.{name}", f"self.hparams[{name!r}]"]
        elif written == f"self.{name} = {name}":
            found.append(f"self.{name}")
    elsewhere = sum(name in scope.bindings for scope in script.tree.scopes) > 1
    return [*found, *(() if elsewhere else (name,))] or [name]


def _keeps(call: str, name: str) -> bool:
    """Whether `save_hyperparameters()` keeps a parameter: all, those named, or the others."""
    named = f'"{name}"' in call or f"'{name}'" in call
    listed = '"' in call or "'" in call
    return named is not ("ignore" in call) if listed else True
