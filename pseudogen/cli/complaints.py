"""What is said on standard error, and the exit status that goes with it."""

from __future__ import annotations

import click

from pseudogen.errors import InputError

BAD_INPUT = 2
INTERNAL_FAULT = 1
INTERRUPTED = 130


def complain(error: InputError, lang: str) -> None:
    """Say what is wrong in one line, and show the place where it is known."""
    from pseudogen.words.messages import message

    click.echo(f"pseudogen: {message(error, lang)}", err=True)
    if error.facts.get("excerpt") and "caret" in error.facts:
        click.echo(f"    {error.facts['excerpt']}", err=True)
        click.echo(f"    {' ' * _cells(error)}^", err=True)


def _cells(error: InputError) -> int:
    """The columns that the excerpt takes before its caret; Chinese characters take two."""
    from rich.cells import cell_len

    before = str(error.facts["excerpt"])[: int(str(error.facts["caret"]))]
    return cell_len(before)
