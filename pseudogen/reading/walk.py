"""Folders: the scripts and notebooks in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pseudogen.errors import InputError

_SUFFIXES = (".py", ".ipynb")
_NOT_OURS = frozenset({"site-packages", "dist-packages", "node_modules", "__pycache__"})


def scripts_below(folder: Path) -> list[Path]:
    """All scripts and notebooks in a folder and below, sorted.

    Left out are hidden files and folders, virtual environments, installed packages,
    and what a symbolic link leads to: it is another folder's, or stands here anyway.

    Raises:
        InputError: 'no-scripts', 'no-permission'.
    """
    name = os.fspath(folder)
    try:
        os.scandir(folder).close()
    except PermissionError:
        raise InputError("no-permission", file=name) from None
    found = sorted(_walk(folder))
    if not found:
        raise InputError("no-scripts", file=name)
    return found


def _walk(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder, followlinks=False):
        here = Path(where)
        folders[:] = [name for name in folders if _is_ours(here / name)]
        for name in files:
            path = here / name
            if name.endswith(_SUFFIXES) and not name.startswith(".") and _is_plain(path):
                yield path


def _is_ours(folder: Path) -> bool:
    name = folder.name
    return (
        not name.startswith(".")
        and name not in _NOT_OURS
        and not folder.is_symlink()
        and not (folder / "pyvenv.cfg").exists()
    )


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
