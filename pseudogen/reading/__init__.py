"""Reading: from whatever the user has to Python 3 text that knows where it came from.

Text that is Python 3 goes through as it is and is not parsed here. The parser of the package calls
`repaired` when it meets a syntax error.
"""

from __future__ import annotations

import os
from pathlib import Path

from pseudogen.errors import InputError
from pseudogen.reading.decode import cleaned, decode
from pseudogen.reading.files import MAX_BYTES, load, script_of
from pseudogen.reading.inert import inert
from pseudogen.reading.notebook import is_notebook, read_notebook
from pseudogen.reading.source import Place, Remark, Source
from pseudogen.reading.walk import scripts_below

__all__ = [
    "Place",
    "Remark",
    "Source",
    "inert",
    "read_bytes",
    "read_path",
    "read_text",
    "repaired",
    "scripts_below",
]

_PYTHON2 = (", e:", ",e:", ", ex:", ", exc:", ", err:", ", error:", ", msg:", "print >>", "print>>")
"""What `except E, e:` and `print >>f, x` hold; each is looked for in every text: few are."""


def read_path(path: Path, *, name: str | None = None) -> Source:
    """Read a script, a notebook, a text file with code, or the `train.py` of a folder.

    `name` is what messages call it; by default the path.

    Raises:
        InputError: it is missing, no regular file, too large, not text, or empty.
    """
    name = name or os.fspath(path)
    script = script_of(path, name)
    if script != path:
        name = os.fspath(Path(name) / script.name)
    return read_bytes(load(script, name), name, path=script)


def read_bytes(data: bytes, name: str, *, path: Path | None = None) -> Source:
    """Read code in an encoding that is found out (see `decode`), or a notebook.

    Raises:
        InputError: not text, undecodable, or empty.
    """
    if not data:
        raise InputError("empty", file=name)
    text, remarks = decode(data, name)
    return _source(text, name, path, remarks)


def read_text(text: str, name: str) -> Source:
    """Read code from standard input, the clipboard or a caller.

    Raises:
        InputError: 'empty', 'binary' (NUL characters) or 'too-large'.
    """
    if len(text) > MAX_BYTES:
        raise InputError("too-large", file=name, megabytes=MAX_BYTES // 1_000_000)
    return _source(cleaned(text, name), name, None, ())


def repaired(source: Source, *, strict: bool = False) -> Source:
    """The source made Python 3, after its text was found not to be: see `repair`.

    Raises:
        InputError: it can't be repaired, is Python 2, or with `strict` has several readings.
    """
    from pseudogen.reading.repair import repaired as mend  # what is valid never needs it

    return mend(source, strict=strict)


def _source(text: str, name: str, path: Path | None, remarks: tuple[Remark, ...]) -> Source:
    if is_notebook(text, name):
        text, places, found = read_notebook(text, name)
        return _of_today(Source(text, name, path, places, remarks + found))
    source = _of_today(Source(text, name, path, (), remarks))
    if "#" in text and "\n" not in text.strip():
        from pseudogen.reading.repair import uncommented

        return uncommented(source)
    return source


def _of_today(source: Source) -> Source:
    """The source, unless it is Python 2 that a parser of Python 3 takes for something else.

    Raises:
        InputError: 'python2'.
    """
    if any(sign in source.text for sign in _PYTHON2):
        from pseudogen.reading.python2 import refuse_valid_python2  # for the few that have a sign

        refuse_valid_python2(source)
    return source
