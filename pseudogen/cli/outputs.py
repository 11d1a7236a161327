"""Where the commands write to."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Sequence
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
    ".pdf": "typst",
}


def chosen_format(chosen: str | None, output: Path | None, known: Sequence[str]) -> str:
    """The format that is asked for, else that of the file's suffix, else that of a terminal.

    Raises:
        click.UsageError: the suffix is that of a format which the command does not know.
    """
    if chosen:
        return chosen
    if output is not None:
        found = _SUFFIXES.get(output.suffix.lower(), "text")
        if found not in known:
            raise click.UsageError(f"no {output.suffix} can be made here; choose a --format")
        return found
    return "terminal" if sys.stdout.isatty() else "text"


def json_text(objects: list[Any], inputs: int) -> str:
    """One object for one input, an array for several."""
    from pseudogen.json_format import to_json

    return to_json(objects[0] if inputs <= 1 and objects else objects)


def joined(texts: Iterable[str]) -> str:
    """The outputs of several inputs, a blank line between them."""
    return "\n\n".join(texts) + "\n"


def console() -> Any:
    """The terminal that the output goes to."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def is_page(output: Path | None) -> bool:
    """Whether a file is to hold a page ready to print."""
    return output is not None and output.suffix.lower() == ".pdf"


def write_page(document: str, output: Path) -> None:
    """Compile a Typst document and write the page, whole or not at all.

    Raises:
        InputError: `no-typst`, `cannot-write`.
    """
    from pseudogen.rendering.pdf import typst_pdf

    _write_file(typst_pdf(document), output)


def write(text: str, output: Path | None) -> None:
    """Write to a file, whole or not at all, or to standard output."""
    if output is None:
        with contextlib.suppress(AttributeError):
            sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
        sys.stdout.write(text)
    else:
        _write_file(text.encode("utf-8"), output)


def _write_file(data: bytes, output: Path) -> None:
    try:
        if output.exists() and not output.is_file():  # a device or a pipe stays what it is
            output.write_bytes(data)
        else:
            _write_whole(data, output.resolve())
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError("cannot-write", file=str(output), reason=reason) from None


def _write_whole(data: bytes, output: Path) -> None:
    """Write a file whole or not at all: beside its place first, then moved there."""
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
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
