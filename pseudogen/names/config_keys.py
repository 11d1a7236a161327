"""Settings that a script only reads: keys of a file, of a framework's configuration, of arguments
that another module declares."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from pseudogen.names.reads import Read
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
    first: dict[str, Read] = {}
    for read in script.reads:
        first.setdefault(read.name, read)
    optimizers = {_root(name) for name in first if name.endswith(".param_groups")}
    for name, read in first.items():
        if not _is_setting(name) or any(part in known for part in _beginnings(name)):
            continue
        if name in script.resolver.bound or _root(name) in optimizers:
            continue
        setting = Setting(
            name=name,
            default=read.default,
            line=read.line,
            origin="key",
            statement=read.statement,
        )
        yield name, setting


def _root(name: str) -> str:
    """`opt` of `opt.param_groups`, `self.opt` of `self.opt.param_groups`."""
    return name.rpartition(".")[0]


def _beginnings(name: str) -> Iterator[str]:
    """`cfg.a.b`, `cfg.a` and `cfg` for `cfg.a.b`."""
    while name:
        yield name
        name = name.rpartition(".")[0]


@lru_cache(maxsize=1 << 14)
def _is_setting(name: str) -> bool:
    """Whether a name is that of something in what holds settings by its own name: `cfg.lr`, and
    `self.cfg.lr`."""
    root = name.partition(".")[0].partition("[")[0]
    if root == name or name.endswith(".FLAGS"):
        return False
    if root == "self":
        root = name.partition(".")[2].partition(".")[0].partition("[")[0]
        return words(root)[-1:] != () and words(root)[-1] in _HOLDERS and name.count(".") > 1
    found = words(root)
    return bool(found) and found[-1] in _HOLDERS and len(found) <= 2
