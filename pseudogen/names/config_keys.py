"""Settings that a script only reads: keys of a file, of a framework's configuration, of arguments
that another module declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.names.arguments import argument
from pseudogen.names.settings import Setting, Settings
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

_HOLDERS = frozenset(
    {"args", "cfg", "conf", "config", "flags", "hparams", "hps", "hyp", "opt", "opts"}
)


def collect(script: Script, known: Settings) -> Iterator[tuple[str, Setting]]:
    """The keys that are read from a name that holds settings and that nothing in the script
    declares: `cfg.TRAIN.LR`, `config["lr"]`, `opt.batch_size`."""
    first: dict[str, tuple[Statement, str | None]] = {}
    for statement, found in script.reads_beside(_holds_settings):
        for name, default in found:
            if name not in first:
                first[name] = (statement, default)
    optimizers = {_root(name) for name in first if name.endswith(".param_groups")}
    for name, (statement, default) in first.items():
        if not _is_setting(name) or any(part in known for part in _beginnings(name)):
            continue
        if _root(name) in optimizers or _is_set_before(script, name, statement.index):
            continue
        if _describes_object(script, re.split(r"[.\[]", name, maxsplit=1)[0]):
            continue
        declared = known.get(_given_as(script, name))
        if declared is not None:
            yield name, declared
            continue
        setting = Setting(
            name=name,
            default=default,
            line=statement.first,
            origin="key",
            statement=statement.index,
        )
        yield name, setting


def _given_as(script: Script, name: str) -> str:
    """`args.lr` for `self.hparams.lr` in a class that is made with `args` as its `hparams`."""
    if not name.startswith("self."):
        return ""
    held, _, rest = name.removeprefix("self.").partition(".")
    given = script.once(_kept).get(held)
    return f"{given}.{rest}" if given else ""


def _kept(script: Script) -> dict[str, str]:
    """Attribute -> the name of what `__init__` is given for it, where all classes that have it and
    all places that make them agree."""
    found: dict[str, set[str]] = {}
    for owner in script.tree.statements:
        if type(owner.node) is not cst.ClassDef:
            continue
        calls = [s.node for s in script.call_sites() if s.name == owner.node.name.value]
        for attribute, place, parameter in _attributes(script, owner):
            given = {dotted(argument(call, parameter, place)) for call in calls}
            found.setdefault(attribute, set()).update(given)
    return {name: given.pop() for name, given in found.items() if len(given) == 1}


def _attributes(script: Script, owner: Statement) -> Iterator[tuple[str, int, str]]:
    """(attribute, place, parameter) of each `self.args = args` in the `__init__` of a class."""
    for method in script.tree.body(owner):
        if type(method.node) is not cst.FunctionDef or method.node.name.value != "__init__":
            continue
        parameters = [p.name.value for p in method.node.params.params][1:]
        for statement in script.tree.body(method):
            node = statement.node
            value = dotted(node.value) if type(node) is cst.Assign else ""
            target = dotted(node.targets[0].target) if value in parameters else ""
            if target.startswith("self.") and target.count(".") == 1:
                yield target.removeprefix("self."), parameters.index(value), value


def _is_set_before(script: Script, name: str, statement: int) -> bool:
    """Whether the script gives a key a value before it reads it: one that is read first and then
    changed (`cfg.lr = cfg.lr * batch_size`) has come from outside."""
    if name not in script.resolver.bound:
        return False
    bindings = (b for scope in script.tree.scopes for b in scope.bindings.get(name, ()))
    return any(binding.statement <= statement for binding in bindings)


def _describes_object(script: Script, name: str) -> bool:
    """Whether a name holds what an object says of itself, `config = model.get_config()`; a module
    (`defaults.get_config()`) gives settings."""
    for scope in script.tree.scopes:
        for binding in scope.bindings.get(name, ()):
            call = dotted(binding.value.func) if type(binding.value) is cst.Call else ""
            made = script.resolver.bindings(call.partition(".")[0], scope.index) if call else []
            if call.endswith(".get_config") and all(one.how != "import" for one in made):
                return True
    return False


def _root(name: str) -> str:
    """`opt` of `opt.param_groups`, `self.opt` of `self.opt.param_groups`."""
    return name.rpartition(".")[0]


def _beginnings(name: str) -> Iterator[str]:
    """`cfg.a.b`, `cfg.a` and `cfg` for `cfg.a.b`."""
    while name:
        yield name
        name = name.rpartition(".")[0]


@lru_cache(maxsize=1 << 14)
def _holds_settings(name: str) -> bool:
    """Whether a name begins with one that holds settings: `cfg`, `cfg.lr`, `self.cfg.lr`."""
    root, _, rest = name.partition(".")
    own = root == "self"
    found = words((rest.partition(".")[0] if own else root).partition("[")[0])
    return bool(found) and found[-1] in _HOLDERS and (own or len(found) <= 2)


def _is_setting(name: str) -> bool:
    """Whether a name is that of something in what holds settings by its own name: `cfg.lr`, and
    `self.cfg.lr`."""
    if name.endswith(".FLAGS") or not _holds_settings(name):
        return False
    return name.count(".") > 1 if name.startswith("self.") else "." in name or "[" in name
