"""`pseudogen patterns`."""

from __future__ import annotations

import sys

import click

from pseudogen.cli.options import LANG
from pseudogen.cli.outputs import console, joined, write
from pseudogen.languages import locale_language


@click.command(epilog="Example: pseudogen patterns batch-division --lang zh")
@click.argument("pattern", required=False, metavar="[ID]")
@LANG
def patterns(pattern: str | None, lang: str | None) -> None:
    """Show the vocabulary, or one pattern of it with an example."""
    from pseudogen.rendering import print_document, render_document
    from pseudogen.words.vocabulary import pattern_document, vocabulary_document

    language = lang or locale_language()
    document = pattern_document(pattern, language) if pattern else vocabulary_document(language)
    if sys.stdout.isatty():
        print_document(document, console())
    else:
        write(joined([render_document(document, "text")]), None)
