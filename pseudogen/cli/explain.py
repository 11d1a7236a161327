"""`pseudogen explain`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pseudogen.cli.inputs import each, sources
from pseudogen.cli.options import EXPLAIN_FORMATS, LANG, PART, PATHS, choice
from pseudogen.cli.outputs import chosen_format, console, finish, joined, json_text, write
from pseudogen.languages import locale_language

if TYPE_CHECKING:
    from pseudogen.reading import Source


@click.command(epilog="Example: pseudogen explain train.py --lang zh --detail brief")
@PATHS
@LANG
@choice("format", EXPLAIN_FORMATS, None, "[default: terminal; text when piped]", "explain")
@choice("detail", ("brief", "normal", "full"), "normal", "How much is told.", "explain")
@PART
def explain(
    paths: tuple[str, ...],
    lang: str | None,
    format: str | None,
    detail: str,
    output: Path | None,
    strict: bool,
    clipboard: bool,
    function: str | None,
    lines: tuple[int, int] | None,
) -> None:
    """Explain what the code does, why, and what to watch out for."""
    from pseudogen import generate
    from pseudogen.document import joined_documents
    from pseudogen.rendering import print_document, render_document

    chosen = chosen_format(format, output)
    language = lang or locale_language()
    part = generate.Part(function, lines)

    def one(source: Source) -> Any:
        analysis = generate.analyse_source(source, strict=strict)
        if chosen == "json":
            return generate.explanation_object(analysis, lang=language, part=part)
        return generate.explain_analysis(
            analysis, lang=language, detail=detail, part=part, listings=chosen != "json"
        )

    made, failed = each(sources(paths, clipboard), language, one)
    if chosen == "json":
        write(json_text(made, len(paths)), output)
    elif chosen == "terminal":
        for document in made:
            print_document(document, console())
    else:
        write(joined([render_document(joined_documents(made), chosen)]), output)
    finish(failed)
