"""The folder of a script's project, and which of its paths were looked at."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOT_OURS = frozenset(
    {"site-packages", "dist-packages", "node_modules", "venv", ".venv", "env", ".tox", ".git"}
)
"""Folders of a project whose files are not the project's own."""

_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")


def project_root(script: Path) -> Path:
    """The folder of a script's project: the nearest one above it that holds a `pyproject.toml` or
    another marker of a project, else the folder that holds its outermost package, else its own."""
    folder = script.resolve().parent
    limits = {Path.home(), Path(folder.anchor)}
    for candidate in (folder, *folder.parents):
        if candidate in limits:
            break
        if any(exists(candidate / marker) for marker in _MARKERS):
            return candidate
    while is_file(folder / "__init__.py") and folder.parent != folder:
        folder = folder.parent
    return folder


class OwnModules:
    """The top-level names of the modules of a script's project, without reading any."""

    def __init__(self, script: Path, root: Path | None = None) -> None:
        root = root or project_root(script)
        self.folders = tuple(dict.fromkeys((script.resolve().parent, root, root / "src")))
        self._known: dict[object, bool] = {}

    def __contains__(self, name: object) -> bool:
        if name not in self._known:
            self._known[name] = any(
                is_file(folder / f"{name}.py") or is_folder(folder / f"{name}")
                for folder in self.folders
            )
        return self._known[name]


# What a result depends on besides the bytes of its input: every look at a path is kept while
# somebody watches, with what was seen, so that later it can be told whether anything has changed.

_watching: list[dict[str, str]] = []


@contextmanager
def watched() -> Iterator[dict[str, str]]:
    """The paths that are looked at meanwhile, each with the state in which it was found."""
    seen: dict[str, str] = {}
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.pop()


def state_of(path: str) -> str:
    """What stands at a path, and which content of a file it is; "" for nothing."""
    try:
        status = os.stat(path)  # noqa: PTH116 (a Path for each takes longer than the look)
    except (OSError, ValueError):
        return ""
    if stat.S_ISDIR(status.st_mode):
        return "folder"
    kind = "file" if stat.S_ISREG(status.st_mode) else "other"
    return f"{kind} {status.st_ino} {status.st_size} {status.st_mtime_ns}"


def _look(path: Path) -> str:
    name = os.fspath(path)
    found = state_of(name)
    for seen in _watching:
        seen.setdefault(name, found)
    return found


def is_file(path: Path) -> bool:
    """Whether a regular file stands at a path."""
    return _look(path).startswith("file")


def is_folder(path: Path) -> bool:
    """Whether a folder stands at a path."""
    return _look(path) == "folder"


def exists(path: Path) -> bool:
    """Whether anything stands at a path."""
    return bool(_look(path))
