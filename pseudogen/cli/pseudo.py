"""`pseudogen pseudo`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pseudogen.cli.many import Ways, work_on
from pseudogen.cli.options import LANG, LISTING, MANY, PART, PATHS, PSEUDO_FORMATS, choice
from pseudogen.cli.outputs import chosen_format, console, is_page, joined, write, write_page
from pseudogen.document import Span
from pseudogen.languages import locale_language

if TYPE_CHECKING:
    from pseudogen.reading import Source
    from pseudogen.rendering import Options


@click.command(epilog="Example: pseudogen pseudo train.py --detail outline --format latex")
@PATHS
@LANG
@choice("format", PSEUDO_FORMATS, None, "[default: terminal; text when piped]", "pseudo")
@choice("detail", ("outline", "steps", "full"), "steps", "How much is condensed.", "pseudo")
@choice("names", ("code", "words"), "code", "Identifiers as written, or as words.")
@choice("keywords", ("local", "english"), "local", "Keywords in the language, or in English.")
@PART
@MANY
@LISTING
def pseudo(
    paths: tuple[str, ...],
    lang: str | None,
    format: str | None,
    detail: str,
    names: str,
    keywords: str,
    output: Path | None,
    strict: bool,
    clipboard: bool,
    function: str | None,
    lines: tuple[int, int] | None,
    jobs: int | None,
    no_cache: bool,
    caption: str | None,
    **look: Any,
) -> None:
    """Write the code as language-neutral pseudocode."""
    from pseudogen.rendering import print_pseudocode

    chosen = chosen_format(format, output, PSEUDO_FORMATS)
    if is_page(output):
        look["standalone"] = True
        if chosen != "typst":
            raise click.UsageError("a .pdf is made of --format typst; leave --format out")
    language = lang or locale_language()
    work = partial(
        written,
        lang=language,
        detail=detail,
        names=names,
        keywords=keywords,
        strict=strict,
        function=function,
        lines=lines,
    )
    done = work_on(paths, clipboard, language, work, Ways(jobs, no_cache), whole=output is not None)
    if chosen == "terminal":
        for _, code in done.made:
            print_pseudocode(code, console(), _look(look))
    elif output is not None and is_page(output):
        write_page(_listings(done.made, chosen, caption, look), output)
    else:
        write(_listings(done.made, chosen, caption, look), output)
    done.end()


def written(
    source: Source,
    *,
    strict: bool,
    function: str | None,
    lines: tuple[int, int] | None,
    **options: Any,
) -> tuple[str, Any]:
    """The name of a source, and its pseudocode."""
    from pseudogen import generate

    analysis = generate.analyse_source(source, strict=strict, check=False)
    part = generate.Part(function, lines)
    return source.name, generate.write_analysis(analysis, part=part, **options)


_PAPER = ("latex", "typst", "html")


def _listings(made: list[Any], chosen: str, caption: str | None, look: dict[str, Any]) -> str:
    """The pseudocode of all inputs in a format; one page holds one input."""
    from pseudogen.rendering import render_pseudocode

    if len(made) > 1 and (chosen == "html" or look["standalone"]):
        raise click.UsageError(f"--format {chosen} makes a page of one file; give one at a time")
    texts = []
    for name, code in made:
        if caption or chosen in _PAPER:
            code = replace(code, caption=(Span(caption or Path(name).name),))
        texts.append(render_pseudocode(code, chosen, _look(look, name)))
    return _array(texts) if chosen == "json" and len(texts) > 1 else joined(texts)


def _array(texts: Sequence[str]) -> str:
    return "[\n" + ",\n".join(texts) + "\n]\n"


def _look(look: dict[str, Any], name: str = "") -> Options:
    from pseudogen.rendering import Options

    try:
        return Options(file=name, **look)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
