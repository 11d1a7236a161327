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
    from pseudogen.reading import read_clipboard, read_text

    if clipboard:
        return [lambda: read_text(read_clipboard(), "<clipboard>")]
    return [named(path) for path in paths or ("-",)]


def named(path: str) -> Callable[[], Source]:
    """How the input of a path is read."""
    return partial(_read, path)


def checked_sources(paths: Sequence[str]) -> list[Callable[[], Source]]:
    """How each file is read that is named, or that stands in a folder that is named; once each."""
    found: dict[str, Callable[[], Source]] = {}
    for path in paths:
        if path != "-" and Path(path).is_dir():
            found |= _in_folder(Path(path))
        else:
            found.setdefault(path, partial(_read, path))
    return list(found.values())


def _in_folder(folder: Path) -> dict[str, Callable[[], Source]]:
    """The reader of each script below a folder; where there is none, one that says so."""
    from pseudogen.reading import scripts_below

    try:
        below = scripts_below(folder)
    except InputError as error:
        return {str(folder): partial(_refuse, error)}
    return {str(path): partial(_read, str(path)) for path in below}


def _refuse(error: InputError) -> Source:
    raise error


def _read(path: str) -> Source:
    from pseudogen.reading import read_bytes, read_path

    if path == "-":
        return read_bytes(sys.stdin.buffer.read(), "<stdin>")
    return read_path(Path(path))
