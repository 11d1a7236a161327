"""The folder of a script's project, and what its files are like at the moment."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

NOT_OURS = frozenset(
    {"site-packages", "dist-packages", "node_modules", "venv", ".venv", "env", ".tox", ".git"}
)
"""Folders of a project whose files are not the project's own."""

_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
_MAX_ENTRIES = 5000


def project_root(script: Path) -> Path:
    """The folder of a script's project: the nearest one above it that holds a `pyproject.toml` or
    another marker of a project, else the folder that holds its outermost package, else its own."""
    folder = script.resolve().parent
    limits = {Path.home(), Path(folder.anchor)}
    for candidate in (folder, *folder.parents):
        if candidate in limits:
            break
        if any((candidate / marker).exists() for marker in _MARKERS):
            return candidate
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
    return folder


class OwnModules:
    """The top-level names of the modules of a script's project, without reading any."""

    def __init__(self, script: Path) -> None:
        root = project_root(script)
        self._folders = (script.resolve().parent, root, root / "src")

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(
            (folder / f"{name}.py").is_file() or (folder / name).is_dir()
            for folder in self._folders
        )


def state_of_project(script: Path) -> str | None:
    """What changes as soon as a Python file of the script's project changes, comes or goes; None
    where the project is too large to look at each file."""
    return _state(project_root(script))


@cache
def _state(root: Path) -> str | None:
    digest = hashlib.sha256(os.fsencode(root))
    for number, line in enumerate(_entries(root)):
        if number >= _MAX_ENTRIES:
            return None
        digest.update(os.fsencode(line))
    return digest.hexdigest()


def _entries(root: Path) -> Iterator[str]:
    """A line for each folder, and for each Python file with its size and time."""
    for where, folders, files in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS)
        yield f"{where}\n"
        for name in sorted(files):
            if name.endswith(".py"):
                try:
                    status = Path(where, name).stat()
                    yield f"{where}/{name} {status.st_size} {status.st_mtime_ns}\n"
                except OSError:
                    yield f"{where}/{name}\n"
