"""The modules of a package, found by their names.

`pkgutil` reads each folder below as well, which takes as long as to read a short script.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from importlib import import_module
from types import ModuleType


def modules_in(package: str, folders: Iterable[str]) -> Iterator[tuple[str, ModuleType]]:
    """(Name, module) of the modules and packages right below a package, in order; `folders` is its
    `__path__`. What begins with an underscore is none."""
    found: set[str] = set()
    for folder in folders:
        with os.scandir(folder) as entries:
            found |= {entry.name.removesuffix(".py") for entry in entries if _is_module(entry)}
    for name in sorted(found):
        yield name, import_module(f"{package}.{name}")


def _is_module(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("_"):
        return False
    if entry.is_dir():
        return os.path.isfile(f"{entry.path}/__init__.py")  # noqa: PTH113 (a Path takes longer)
    return entry.name.endswith(".py")
