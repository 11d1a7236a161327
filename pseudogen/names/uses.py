"""Where settings are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.names.settings import Setting
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

_BARE = frozenset({"click", "constant", "function"})
"""Origins of settings that are variables."""
_JOINT = re.compile(r"[.\[]")


class Uses:
    """The lines on which each setting is read, from one pass over all that a script reads."""

    def __init__(self, script: Script) -> None:
        settings = script.settings
        self._names: dict[int, list[str]] = {}
        for name, setting in settings.items():
            self._names.setdefault(id(setting), []).append(name)
        self._lines: dict[str, set[int]] = {}
        of_name: dict[str, list[int]] = {}
        roots = {_JOINT.split(name, 1)[0] for name in settings}
        for statement, found in script.reads_beside(lambda name: name.partition(".")[0] in roots):
            for name, _ in found:
                if not _is_other(script, name, settings.get(name), statement):
                    of_name.setdefault(name, []).extend(lines_naming(script, statement, name))
        for read_name, lines in of_name.items():
            for name in _beginnings(read_name):
                if name in settings:
                    self._lines.setdefault(name, set()).update(lines)

    def lines(self, setting: Setting) -> tuple[int, ...]:
        """The lines on which a setting is read, under any of its names, in order."""
        found = [self._lines.get(name, ()) for name in self._names.get(id(setting), ())]
        return tuple(sorted(found[0] if len(found) == 1 else set().union(*found)))


def lines_naming(script: Script, statement: Statement, name: str) -> list[int]:
    """The lines of a statement, or of the header of a block, on which a name stands as written;
    the first line where it stands on none."""
    if statement.first == statement.last:
        return [statement.first]
    lines = script.tree.lines
    found = [n for n in range(statement.first, statement.last + 1) if _stands(name, lines[n - 1])]
    return found or [statement.first]


def _stands(name: str, line: str) -> bool:
    """Whether a name stands in a line by itself, not as a part of another."""
    at = line.find(name)
    while at >= 0:
        end = at + len(name)
        before, after = line[at - 1 : at], line[end : end + 1]
        if not (before.isalnum() or before in ("_", ".")) and not (after.isalnum() or after == "_"):
            return True
        at = line.find(name, end)
    return False


def _is_other(script: Script, read: str, setting: Setting | None, statement: Statement) -> bool:
    """Whether a name that is read is another variable than the setting of this name."""
    if setting is None or setting.origin not in _BARE or not read.isidentifier():
        return False
    if setting.origin == "constant":
        return _hides(script, read, statement)
    home = script.resolver.home(read, statement.scope)
    return home is None or home.statement != setting.statement


def _hides(script: Script, read: str, statement: Statement) -> bool:
    """Whether a function around what reads a name has a variable of it: `B, T = x.size()`."""
    if type(statement.node) is cst.FunctionDef:
        return any(param.name.value == read for param in statement.node.params.params)
    place = statement.scope
    while place > 0:
        scope = script.tree.scopes[place]
        if scope.kind != "class" and read in scope.bindings:
            return True
        place = scope.parent
    return False


def _beginnings(name: str) -> list[str]:
    """`args.model["lr"]` reads that, `args.model` and `args`."""
    return [name[: joint.start()] for joint in _JOINT.finditer(name)] + [name]
