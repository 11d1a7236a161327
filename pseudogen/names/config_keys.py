"""Settings that a script only reads: keys of a file, of a framework's configuration, of arguments
that another module declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pseudogen.names.settings import Setting, Settings
from pseudogen.names.words import words

if TYPE_CHECKING:
    from pseudogen.names.script import Script

_HOLDERS = frozenset(
    {"args", "cfg", "conf", "config", "flags", "hparams", "hps", "hyp", "opt", "opts"}
)


def collect(script: Script, known: Settings) -> Iterator[tuple[str, Setting]]:
    """The keys that are read from a name that holds settings and that nothing in the script
    declares: `cfg.TRAIN.LR`, `config["lr"]`, `opt.batch_size`."""
    optimizers = {_root(read.name) for read in script.reads if read.name.endswith(".param_groups")}
    made = {name for scope in script.tree.scopes for name in scope.bindings}
    for read in script.reads:
        root = read.name.partition(".")[0].partition("[")[0]
        if root == read.name or not _holds_settings(script, read.name, root, read.statement):
            continue
        if any(part in known for part in _beginnings(read.name)):
            continue
        if read.name in made or _root(read.name) in optimizers:
            continue
        yield (
            read.name,
            Setting(
                name=read.name,
                default=read.default,
                line=read.line,
                origin="key",
                statement=read.statement,
            ),
        )


def _root(name: str) -> str:
    """`opt` of `opt.param_groups`, `self.opt` of `self.opt.param_groups`."""
    return name.rpartition(".")[0]


def _beginnings(name: str) -> Iterator[str]:
    """`cfg.a.b`, `cfg.a` and `cfg` for `cfg.a.b`."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _holds_settings(script: Script, name: str, root: str, statement: int) -> bool:
    """Whether the root of a name holds settings, by its name (`self.cfg.lr` counts as `cfg`)."""
    if root == "self":
        root = name.partition(".")[2].partition(".")[0].partition("[")[0]
        return words(root)[-1:] != () and words(root)[-1] in _HOLDERS and name.count(".") > 1
    found = words(root)
    return bool(found) and found[-1] in _HOLDERS and len(found) <= 2
