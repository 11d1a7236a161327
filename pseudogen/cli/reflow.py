"""`pseudogen reflow`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pseudogen.cli.inputs import each, sources
from pseudogen.cli.options import CLIPBOARD, LANG, OUTPUT, STRICT
from pseudogen.cli.outputs import finish, write
from pseudogen.languages import locale_language

if TYPE_CHECKING:
    from pseudogen.reading import Source


@click.command(epilog="Example: pseudogen reflow pasted.txt")
@click.argument("path", required=False, default="-", metavar="[PATH|-]")
@LANG
@STRICT
@CLIPBOARD
@OUTPUT
def reflow(path: str, lang: str | None, strict: bool, clipboard: bool, output: Path | None) -> None:
    """Write pasted code, whose line breaks were lost, as code again.

    What was mended or assumed is said on standard error.
    """
    from pseudogen import generate
    from pseudogen.words.messages import remarks

    language = lang or locale_language()

    def one(source: Source) -> Source:
        return generate.analyse_source(source, strict=strict, check=False).source

    made, failed = each(sources([path], clipboard), language, one)
    for source in made:
        write(source.text if source.text.endswith("\n") else source.text + "\n", output)
        for _, words in remarks(source.remarks, language):
            click.echo(f"pseudogen: {words}", err=True)
    finish(failed)
