"""Files: what may be opened, and how much is read."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from pseudogen.errors import InputError

MAX_BYTES = 20_000_000
MAX_NOTEBOOK_BYTES = 200_000_000
"""A notebook holds pictures of its results too."""

_SHOWN = 5


def script_of(path: Path, name: str) -> Path:
    """`path` itself, or the `train.py` of a folder.

    Raises:
        InputError: 'not-found', 'no-permission', 'symlink-loop', 'not-a-file', 'no-train-script'.
    """
    mode = _mode(path, name)
    if not stat.S_ISDIR(mode):
        return path
    script = path / "train.py"
    if script.is_file():
        return script
    try:
        scripts = sorted(found.name for found in path.glob("*.py") if found.is_file())
    except OSError:
        scripts = []
    shown = ", ".join(scripts[:_SHOWN]) + (", …" if len(scripts) > _SHOWN else "")
    raise InputError("no-train-script", file=name, scripts=shown)


def load(path: Path, name: str) -> bytes:
    """The bytes of a regular file.

    Raises:
        InputError: as `script_of`, or 'too-large'.
    """
    _mode(path, name)
    limit = MAX_NOTEBOOK_BYTES if path.suffix == ".ipynb" else MAX_BYTES
    # What is opened is what is looked at: the name may have been given to a pipe meanwhile, and
    # opening that must not wait.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            _refuse_special(status.st_mode, name)
            if status.st_size > limit:
                raise InputError("too-large", file=name, megabytes=limit // 1_000_000)
            data = file.read(limit + 1)
    except OSError as error:
        raise _unopened(error, name) from None
    if len(data) > limit:
        raise InputError("too-large", file=name, megabytes=limit // 1_000_000)
    return data


def _mode(path: Path, name: str) -> int:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise _unopened(error, name) from None
    if not stat.S_ISDIR(mode):
        _refuse_special(mode, name)
    return mode


def _refuse_special(mode: int, name: str) -> None:
    if stat.S_ISREG(mode):
        return
    kinds = (
        (stat.S_ISDIR, "folder"),
        (stat.S_ISFIFO, "pipe"),
        (stat.S_ISSOCK, "socket"),
        (stat.S_ISCHR, "device"),
        (stat.S_ISBLK, "device"),
    )
    kind = next((kind for test, kind in kinds if test(mode)), "special")
    raise InputError("not-a-file", file=name, kind=kind)


def _unopened(error: OSError | ValueError, name: str) -> InputError:
    code = error.errno if isinstance(error, OSError) else errno.ENOENT
    if code == errno.ELOOP:
        return InputError("symlink-loop", file=name)
    if code in (errno.EACCES, errno.EPERM):
        return InputError("no-permission", file=name)
    if code in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EINVAL):
        return InputError("not-found", file=name)
    return InputError("unreadable", file=name, detail=os.strerror(code or errno.EIO))
