"""`pseudogen explain`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pseudogen.cli.many import Ways, work_on
from pseudogen.cli.options import EXPLAIN_FORMATS, FOLLOW, LANG, MANY, PART, PATHS, SET, choice
from pseudogen.cli.outputs import chosen_format, console, joined, json_text, write
from pseudogen.languages import locale_language

if TYPE_CHECKING:
    from pseudogen.reading import Source


@click.command(epilog="Example: pseudogen explain train.py --lang zh --detail brief")
@PATHS
@LANG
@choice("format", EXPLAIN_FORMATS, None, "[default: terminal; text when piped]", "explain")
@choice("detail", ("brief", "normal", "full"), "normal", "How much is told.", "explain")
@SET
@FOLLOW
@PART
@MANY
def explain(
    paths: tuple[str, ...],
    lang: str | None,
    format: str | None,
    detail: str,
    given: tuple[tuple[str, float], ...],
    follow: bool,
    output: Path | None,
    strict: bool,
    clipboard: bool,
    function: str | None,
    lines: tuple[int, int] | None,
    jobs: int | None,
    no_cache: bool,
) -> None:
    """Explain what the code does, why, and what to watch out for."""
    from pseudogen.document import joined_documents
    from pseudogen.rendering import print_document, render_document

    chosen = chosen_format(format, output, EXPLAIN_FORMATS)
    language = lang or locale_language()
    work = partial(
        explained,
        lang=language,
        detail=detail,
        strict=strict,
        given=given,
        follow=follow,
        function=function,
        lines=lines,
        as_object=chosen == "json",
    )
    done = work_on(
        paths,
        clipboard,
        language,
        work,
        Ways(jobs, no_cache),
        whole=output is not None,
    )
    if chosen == "json":
        write(json_text(done.made, len(paths)), output)
    elif chosen == "terminal":
        for document in done.made:
            print_document(document, console())
    else:
        write(joined([render_document(joined_documents(done.made), chosen)]), output)
    done.end()


def explained(
    source: Source,
    *,
    lang: str,
    detail: str,
    strict: bool,
    given: tuple[tuple[str, float], ...],
    follow: bool,
    function: str | None,
    lines: tuple[int, int] | None,
    as_object: bool,
) -> Any:
    """The explanation of a source: a document, or the object that JSON shows."""
    from pseudogen import generate
    from pseudogen.rendering.prepared import prepared_document

    part = generate.Part(function, lines)
    analysis = generate.analyse_source(source, strict=strict, given=dict(given), follow=follow)
    if as_object:
        return generate.explanation_object(analysis, lang=lang, part=part)
    document = generate.explain_analysis(
        analysis, lang=lang, detail=detail, part=part, listings=True
    )
    return prepared_document(document)
