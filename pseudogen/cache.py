"""Results of former runs, in the cache folder of the user: an SQLite file that any number of
processes may use at once. Whatever is wrong with it, the program goes on without.

The key of a result is made of all that it depends on: the program itself, what was asked for, and
the bytes of the input.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import pickle
import sqlite3
import sys
import time
import zlib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LIMIT_BYTES = 200_000_000
"""What the results may take; beyond it those go that were not used for longest."""

_KEPT = 0.8
_WAIT_SECONDS = 2.0
_DAY = 86_400.0


def key_of(asked: str, data: bytes) -> bytes:
    """The key of what was asked of the bytes of an input."""
    digest = hashlib.sha256(_program())
    for part in (asked.encode("utf-8", "surrogatepass"), data):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


@cache
def _program() -> bytes:
    """What stands for the program: size and time of each of its files, templates included, and
    the versions of what it stands on."""
    from pseudogen import __version__
    from pseudogen.languages import template_root

    digest = hashlib.sha256(f"{__version__} {sys.version}".encode())
    for library in ("libcst", "jinja2"):
        found = find_spec(library)
        if found is not None and found.origin is not None:
            status = Path(found.origin).stat()
            digest.update(f"{found.origin} {status.st_size} {status.st_mtime_ns}\n".encode())
    for root in (Path(__file__).parent, template_root()):
        for name, status in _files(os.fspath(root)):
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.digest()


def _files(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _files(entry.path)
            else:
                yield entry.path, entry.stat()


class Cache:
    """The results in a folder; a folder that can't be used holds none."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._connection: sqlite3.Connection | None = None
        if folder is None:
            return
        with _without(self):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._connection = _opened(folder / "results.sqlite")

    def get(self, key: bytes) -> Any:
        """The result under a key; None where there is none."""
        row = self._ask("SELECT value, used FROM results WHERE key = ?", key)
        if row is None:
            return None
        if time.time() - row[1] > _DAY:
            self._ask("UPDATE results SET used = ? WHERE key = ?", time.time(), key)
        try:
            return _Unpickler(io.BytesIO(zlib.decompress(row[0]))).load()
        except Exception:  # a damaged or foreign entry is none
            return None

    def put(self, key: bytes, value: Any) -> None:
        """Keep a result."""
        packed = zlib.compress(pickle.dumps(value, protocol=5), 1)
        sql = "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)"
        self._ask(sql, key, packed, len(packed), time.time())

    def trim(self, limit: int = LIMIT_BYTES) -> None:
        """Let go of the results that were not used for longest where all are too large."""
        size = self.size()[1]
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
        """Let go of all results."""
        self._ask("DELETE FROM results")
        self._ask("VACUUM")

    def _ask(self, sql: str, *values: object) -> Any:
        if self._connection is not None:
            with _without(self):
                return self._connection.execute(sql, values).fetchone()
        return None

    def _drop(self, error: Exception) -> None:
        """Go on without; a file that is no database is removed, so that the next run has one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        damaged = type(error) is sqlite3.DatabaseError
        if damaged and self.folder is not None:
            with contextlib.suppress(OSError):
                (self.folder / "results.sqlite").unlink()


@contextlib.contextmanager
def _without(results: Cache) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        results._drop(error)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")  # what a power cut takes is made again
    connection.execute(
        "CREATE TABLE IF NOT EXISTS results"
        " (key BLOB PRIMARY KEY, value BLOB, size INTEGER, used REAL) WITHOUT ROWID"
    )
    return connection


class _Unpickler(pickle.Unpickler):
    """Makes plain values and documents, and nothing else, whatever the file says."""

    def find_class(self, module: str, name: str) -> Any:
        if module != "pseudogen.document" or not name.isidentifier():
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)
