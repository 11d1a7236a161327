"""The folder in which the program keeps what it can make anew."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path


def cache_folder() -> Path | None:
    """`PSEUDOGEN_CACHE`, else the cache folder of the user; None for a user without a home."""
    if chosen := os.environ.get("PSEUDOGEN_CACHE"):
        return Path(chosen)
    folder = _users_folder()
    return folder if folder is not None and folder.is_absolute() else None


def _users_folder() -> Path | None:
    try:
        if sys.platform == "linux":  # as platformdirs has it, which takes a twentieth of a start
            chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
            above = chosen if chosen.is_absolute() else Path("~/.cache").expanduser()
            return above / "pseudogen"
        from platformdirs import user_cache_path

        return user_cache_path("pseudogen", appauthor=False)
    except RuntimeError:  # there is no home
        return None


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
