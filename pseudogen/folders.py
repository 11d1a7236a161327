"""The folder in which the program keeps what it can make anew."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def cache_folder() -> Path | None:
    """`PSEUDOGEN_CACHE`, else the cache folder of the user; None for a user without a home."""
    if chosen := os.environ.get("PSEUDOGEN_CACHE"):
        return Path(chosen)
    from platformdirs import user_cache_path

    folder = user_cache_path("pseudogen", appauthor=False)
    return folder if folder.is_absolute() else None


def own_folder(name: str) -> Path | None:
    """A folder below it into which nobody else writes; None where there is none."""
    above = cache_folder()
    return _own(above / name) if above is not None else None


def own_temporary_folder(name: str) -> Path | None:
    """The same where things lie that are temporary."""
    from tempfile import gettempdir

    user = str(os.getuid()) if hasattr(os, "getuid") else "user"
    return _own(Path(gettempdir()) / f"pseudogen-{user}-{name}")


def _own(folder: Path) -> Path | None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return None
    if not stat.S_ISDIR(status.st_mode):
        return None
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        return None
    return folder
