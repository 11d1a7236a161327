"""Where the commands write to."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from pseudogen.cli.complaints import BAD_INPUT
from pseudogen.errors import InputError

_SUFFIXES = {
    ".txt": "text",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".tex": "latex",
    ".typ": "typst",
}


def chosen_format(chosen: str | None, output: Path | None) -> str:
    """The format that is asked for, else that of the file's suffix, else that of a terminal."""
    if chosen:
        return chosen
    if output is not None:
        return _SUFFIXES.get(output.suffix.lower(), "text")
    return "terminal" if sys.stdout.isatty() else "text"


def json_text(objects: list[Any], inputs: int) -> str:
    """One object for one input, an array for several."""
    from pseudogen.document import to_json

    return to_json(objects[0] if inputs <= 1 and objects else objects)


def joined(texts: Iterable[str]) -> str:
    """The outputs of several inputs, a blank line between them."""
    return "\n\n".join(texts) + "\n"


def console() -> Any:
    """The terminal that the output goes to."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def write(text: str, output: Path | None) -> None:
    """Write to a file, whole or not at all, or to standard output."""
    if output is None:
        with contextlib.suppress(AttributeError):
            sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
        sys.stdout.write(text)
        return
    try:
        if output.exists() and not output.is_file():  # a device or a pipe stays what it is
            output.write_text(text, encoding="utf-8", newline="\n")
        else:
            _write_whole(text, output.resolve())
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError("cannot-write", file=str(output), reason=reason) from None


def _write_whole(text: str, output: Path) -> None:
    """Write a file whole or not at all: beside its place first, then moved there."""
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(output)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def finish(failed: bool) -> None:
    """End with the status of bad input where an input failed."""
    if failed:
        raise click.exceptions.Exit(BAD_INPUT)
