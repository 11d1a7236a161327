"""The files of a project: which of them may be read, and how many.

Only regular files inside the project's folder are opened: nothing that a symbolic link leads out
to, no installed package, and no more files and bytes than the limits say.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pseudogen.errors import InputError
from pseudogen.names.script import Script
from pseudogen.projects import NOT_OURS
from pseudogen.records import dataclass

MAX_FILES = 40
MAX_BYTES = 1_000_000
"""The largest module that is read."""

MAX_TOTAL_BYTES = 2_000_000

Read = Callable[[Path], str]


@dataclass(frozen=True, slots=True)
class NotRead:
    """A module of the project that was not read.

    `module` is its path below the root, or its name where no file was found. `reason` is one of
    missing, broken (no Python), too-large, too-many (a limit was reached), outside (a link leads
    out of the project), unreadable.
    """

    module: str
    reason: str


def read_plainly(path: Path) -> str:
    """The text of a module in UTF-8, or GB 18030 as many Chinese repositories have it.

    Raises:
        OSError: it can't be opened.
        UnicodeDecodeError: it is in neither encoding.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return text.replace("\r\n", "\n").replace("\r", "\n")


class ModuleFiles:
    """Opens the files of a project, and keeps what was not read and why."""

    def __init__(self, root: Path, read: Read, max_files: int) -> None:
        self.root = root
        self.read = read
        self.left = max_files
        self.bytes_left = MAX_TOTAL_BYTES
        self.not_read: dict[NotRead, None] = {}

    def script(self, file: Path) -> Script | None:
        """The script in a file; None where it is not to be read."""
        real = file.resolve()
        name = self.name(file)
        reason = self._refused(real)
        if reason is None:
            try:
                return Script.parse(self.read(real), name)
            except InputError:
                reason = "broken"
            except (OSError, ValueError):
                reason = "unreadable"
        if reason != "not-ours":
            self.leave_out(name, reason)
        return None

    def leave_out(self, module: str, reason: str) -> None:
        """Keep that a module was not read."""
        self.not_read[NotRead(module, reason)] = None

    def name(self, file: Path) -> str:
        """The path below the root, with `/`; the file's name for a path outside."""
        inside = file.is_relative_to(self.root)
        return file.relative_to(self.root).as_posix() if inside else file.name

    def _refused(self, real: Path) -> str | None:
        """Why a file is not opened; None when it may be. Counts it against the limits."""
        if not real.is_relative_to(self.root):
            return "outside"
        if NOT_OURS & set(real.relative_to(self.root).parts):
            return "not-ours"
        try:
            size = real.stat().st_size
        except OSError:
            return "unreadable"
        if size > MAX_BYTES:
            return "too-large"
        if self.left <= 0 or size > self.bytes_left:
            return "too-many"
        self.left -= 1
        self.bytes_left -= size
        return None
