"""Where settings act that the script itself does not use: what holds them is handed over whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from pseudogen.following import Reached
from pseudogen.names.script import Script, Site
from pseudogen.names.settings import Setting
from pseudogen.names.structure import constructor
from pseudogen.names.uses import lines_naming
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.tree import Statement

_TELLS = frozenset(
    {"add", "asdict", "copy", "critical", "debug", "deepcopy", "dict", "display", "distributed"}
    | {"dump", "dumps", "error", "format", "getattr", "hasattr", "hparams", "hyperparams", "info"}
    | {"isinstance", "len", "log", "logger", "logging", "parse", "pformat", "pprint", "print"}
    | {"record", "report", "repr", "save", "seed", "setattr", "show", "sorted", "str", "type"}
    | {"update", "vars", "warn", "warning", "write"}
)
"""Words of functions that show or keep settings, or set up processes and random numbers: it is not
by them that the others act."""
_SHOWS = frozenset(
    {"critical", "debug", "error", "info", "log", "pprint", "print", "warn", "warning", "write"}
)
"""Functions that show what they are given."""
_HELD = frozenset({"argparse", "absl", "dataclass", "class", "key"})
"""Origins of settings that one object holds."""

Place = tuple[str, int]
"""A file or a call, and a line."""


class Handed:
    """Where the settings of a script go, from one pass over its calls."""

    def __init__(self, script: Script, reached: Sequence[Reached] = ()) -> None:
        self._script = script
        self._reached = reached
        self._calls: dict[str, list[Site]] | None = None
        self._holders: dict[Setting, dict[str, None]] = {}
        for name, setting in script.settings.items():
            holder = name.rpartition(".")[0]
            if holder and "[" not in name:
                self._holders.setdefault(setting, {})[holder] = None

    def acting(self, setting: Setting) -> tuple[int, ...]:
        """The lines on which a setting is read for more than to be shown."""
        at_line = self._script.tree.by_line()
        return tuple(n for n in self._script.uses(setting) if not _shows(at_line[n].node))

    def elsewhere(self, setting: Setting) -> list[Place]:
        """The files and lines where functions that the script calls read a setting."""
        found: dict[Place, None] = {}
        for reached in self._reached:
            first, last = reached.lines
            statements = reached.script.tree.statements
            for holder in self._holders.get(setting, ()):
                name = f"{holder}.{setting.name.rpartition('.')[2]}"
                for place in reached.script.tree.named.get(name, ()):
                    statement = statements[place]
                    if first <= statement.first <= last and _reads(reached.script, statement, name):
                        lines = lines_naming(reached.script, statement, name)
                        found.update(dict.fromkeys((reached.module, line) for line in lines))
        return list(found)

    def whole(self, setting: Setting) -> tuple[str, list[Place]] | None:
        """The object that holds a setting, and the calls of other files that it is handed to."""
        if setting.origin not in _HELD:
            return None
        for holder in self._holders.get(setting, ()):
            calls = {site.name: site.line for site in reversed(self._of(holder))}
            if calls:
                places = sorted(calls.items(), key=lambda place: place[1])
                return holder, places
        return None

    def _of(self, holder: str) -> list[Site]:
        if self._calls is None:
            holders = {holder for held in self._holders.values() for holder in held}
            self._calls = {}
            for site, name in self._handing(holders):
                self._calls.setdefault(name, []).append(site)
        return self._calls.get(holder, [])

    def _handing(self, holders: set[str]) -> Iterator[tuple[Site, str]]:
        """The calls of functions that the script does not define and nothing is known of, which
        are given one of some objects."""
        script = self._script
        for site in script.call_sites():
            named = [name for arg in site.node.args if (name := dotted(arg.value)) in holders]
            if not named or not site.name or site.known is not None:
                continue
            if _TELLS.isdisjoint(words(site.name)) and not _is_own(script, site):
                yield from ((site, name) for name in named)


def _is_own(script: Script, site: Site) -> bool:
    return script.called_function(site) is not None or constructor(script, site) is not None


def _shows(node: object) -> bool:
    """Whether a statement shows something: a call of `print` or of a logger that stands alone."""
    call = node.value if type(node) is cst.Expr else None
    return type(call) is cst.Call and dotted(call.func).rpartition(".")[2] in _SHOWS


def _reads(script: Script, statement: Statement, name: str) -> bool:
    """Whether a statement reads a name, or a part of what it stands for; not where it sets it."""
    parts = (f"{name}.", f"{name}[")
    return any(read == name or read.startswith(parts) for read, _ in script.reads_of(statement))
