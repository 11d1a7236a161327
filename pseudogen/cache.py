"""Results of former runs, in the cache folder of the user: an SQLite file that any number of
processes may use at once. Whatever is wrong with it, the program goes on without.

The key of a result is made of all that it depends on: the program itself, what was asked for, and
the bytes of the input.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import sqlite3
import sys
import time
import zlib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec, source_hash
from pathlib import Path
from typing import Any

LIMIT_BYTES = 200_000_000
"""What the results may take; beyond it those go that were not used for longest."""

_FILE = "results.sqlite"
_KEPT = 0.8
_WAIT_SECONDS = 2.0
_DAY = 86_400.0
_TABLE = (
    "CREATE TABLE results (key BLOB PRIMARY KEY, size INTEGER, used REAL, value BLOB) WITHOUT ROWID"
)
"""The value comes last: whoever asks for what stands behind it reads all of it."""
_LAYOUT = 1
"""The number of this table; results in one of another number are let go."""
_WITHOUT_ROOM = ("PRAGMA journal_mode = MEMORY", "PRAGMA temp_store = MEMORY")


def key_of(asked: str, data: bytes) -> bytes:
    """The key of what was asked of the bytes of an input."""
    return _digest(_program(), asked.encode("utf-8", "surrogatepass"), data)


def _digest(*parts: bytes) -> bytes:
    """What stands for parts: 128 bits of the hash by which Python tells sources apart. That of
    `hashlib` takes as long to load as a small result to be looked up and printed."""
    whole = b"".join([len(part).to_bytes(8, "big") + part for part in parts])
    return source_hash(b"1" + whole) + source_hash(b"2" + whole)


@cache
def _program() -> bytes:
    """What stands for the program: size and time of each of its files, templates included, and
    the versions of what it stands on. Each file is looked at in each run, as one that is edited
    in its place leaves no trace in its folder."""
    from pseudogen import __version__
    from pseudogen.languages import template_root

    files: list[_State] = []
    for library in ("libcst", "jinja2"):
        found = find_spec(library)
        if found is not None and found.origin is not None:
            status = Path(found.origin).stat()
            files.append((found.origin, status.st_size, status.st_mtime_ns))
    for root in (Path(__file__).parent, template_root()):
        _add_files(os.fspath(root), files)
    return _digest(f"{__version__} {sys.version} {sorted(files)}".encode())


_State = tuple[str, int, int]
"""A file, its size and its time."""


def _add_files(folder: str, found: list[_State]) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    _add_files(entry.path, found)
                continue
            try:
                status = entry.stat()
            except FileNotFoundError:  # a link to nothing, as editors leave
                continue
            found.append((entry.path, status.st_size, status.st_mtime_ns))


class Cache:
    """The results in a folder; a folder that can't be used holds none, and `fault` says why."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.fault: str | None = None
        self._grown = False
        self._connection: sqlite3.Connection | None = None
        if folder is None:
            return
        with _without(self):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._connection = _opened(folder / _FILE)

    def get(self, key: bytes) -> Any:
        """The result under a key; None where there is none."""
        row = self._ask("SELECT value, used FROM results WHERE key = ?", key)
        if row is None:
            return None
        try:
            value = _Unpickler(io.BytesIO(zlib.decompress(row[0]))).load()
            long_ago = time.time() - row[1] > _DAY
        except Exception:  # a damaged or foreign entry is none
            return None
        if long_ago:
            self._ask("UPDATE results SET used = ? WHERE key = ?", time.time(), key)
        return value

    def put(self, key: bytes, value: Any) -> None:
        """Keep a result."""
        packed = zlib.compress(pickle.dumps(value, protocol=5), 1)
        sql = "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)"
        self._ask(sql, key, len(packed), time.time(), packed)
        self._grown = True

    def trim(self, limit: int = LIMIT_BYTES) -> None:
        """Let go of the results that were not used for longest where all are too large; nothing
        grows without a new one."""
        size = self.size()[1] if self._grown else 0
        if size <= limit:
            return
        self._ask(
            "DELETE FROM results WHERE key IN (SELECT key FROM (SELECT key, SUM(size) OVER"
            " (ORDER BY used, key ROWS UNBOUNDED PRECEDING) AS before FROM results)"
            " WHERE before <= ?)",
            size - int(limit * _KEPT),
        )
        self._ask("VACUUM")

    def size(self) -> tuple[int, int]:
        """How many results there are, and their bytes."""
        return self._ask("SELECT COUNT(*), COALESCE(SUM(size), 0) FROM results") or (0, 0)

    def clear(self) -> None:
        """Let go of all results, also where the disk has no room for what SQLite keeps beside."""
        for sql in (*_WITHOUT_ROOM, "DELETE FROM results", "VACUUM"):
            self._ask(sql)

    def _ask(self, sql: str, *values: object) -> Any:
        if self._connection is not None:
            with _without(self):
                return self._connection.execute(sql, values).fetchone()
        return None

    def _drop(self, error: Exception) -> None:
        """Go on without; a file that is no database is removed, so that the next run has one."""
        self.fault = getattr(error, "strerror", None) or str(error)
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if type(error) is sqlite3.DatabaseError and self.folder is not None:
            with contextlib.suppress(OSError):
                (self.folder / _FILE).unlink()
                self.fault = None


@contextlib.contextmanager
def _without(results: Cache) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        results._drop(error)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")  # what a power cut takes is made again
    if not _is_laid_out(connection):
        connection.execute("BEGIN IMMEDIATE")
        if not _is_laid_out(connection):  # nobody else has done it meanwhile
            connection.execute("DROP TABLE IF EXISTS results")
            connection.execute(_TABLE)
            connection.execute(f"PRAGMA user_version = {_LAYOUT}")
        connection.execute("COMMIT")
    return connection


def _is_laid_out(connection: sqlite3.Connection) -> bool:
    (layout,) = connection.execute("PRAGMA user_version").fetchone()
    return bool(layout == _LAYOUT)


class _Unpickler(pickle.Unpickler):
    """Makes plain values and documents, and nothing else, whatever the file says."""

    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name) if module == "pseudogen.document" else None
        if not isinstance(found, type) or found.__module__ != module:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return found
