"""What the commands read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pseudogen.cli.complaints import BAD_INPUT, complain
from pseudogen.errors import InputError

if TYPE_CHECKING:
    from pseudogen.reading import Source


def each(
    inputs: Iterable[Callable[[], Source]], lang: str, work: Callable[[Source], Any]
) -> tuple[list[Any], bool]:
    """The results of all inputs that could be read, and whether one could not.

    Where none could, there is nothing to write: the program ends here.
    """
    made, failed = [], False
    for read in inputs:
        try:
            made.append(work(read()))
        except InputError as error:
            complain(error, lang)
            failed = True
    if failed and not made:
        raise click.exceptions.Exit(BAD_INPUT)
    return made, failed


def sources(paths: Sequence[str], clipboard: bool) -> list[Callable[[], Source]]:
    """How each input is read, in the order in which it was named."""
    from pseudogen.reading import read_text

    if clipboard:
        from pseudogen.reading.clipboard import read_clipboard

        return [lambda: read_text(read_clipboard(), "<clipboard>")]
    return [named(path) for path in paths or ("-",)]


def named(path: str) -> Callable[[], Source]:
    """How the input of a path is read."""
    return partial(_read, path)


def checked_files(paths: Sequence[str], lang: str) -> tuple[list[str], bool]:
    """The files that are named, or stand in a folder that is named, once each; and whether a
    folder had none, which is told. A file without a character holds no pitfall: it is left out."""
    from pseudogen.reading import scripts_below

    found: dict[str, None] = {}
    failed = False
    for path in paths:
        try:
            folder = path != "-" and Path(path).is_dir()
            below = [str(file) for file in scripts_below(Path(path))] if folder else [path]
        except InputError as error:
            complain(error, lang)
            failed = True
            continue
        found |= dict.fromkeys(file for file in below if not _is_blank(file))
    return list(found), failed


_BLANK_BYTES = 100


def _is_blank(path: str) -> bool:
    """Whether a regular file holds nothing but blanks, as many an `__init__.py`."""
    try:
        file = Path(path)
        return (
            file.is_file() and file.stat().st_size <= _BLANK_BYTES and not file.read_bytes().strip()
        )
    except OSError:
        return False


def _read(path: str) -> Source:
    from pseudogen.reading import read_bytes, read_path

    if path == "-":
        return read_bytes(sys.stdin.buffer.read(), "<stdin>")
    return read_path(Path(path))
