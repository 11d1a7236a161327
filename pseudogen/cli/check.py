"""`pseudogen check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pseudogen import __version__
from pseudogen.cli.complaints import BAD_INPUT
from pseudogen.cli.inputs import checked_sources, each
from pseudogen.cli.options import CHECK_FORMATS, LANG, OUTPUT, IdList, choice
from pseudogen.cli.outputs import console, write
from pseudogen.languages import locale_language

if TYPE_CHECKING:
    from pseudogen.document import Reports
    from pseudogen.reading import Source

FOUND = 1
_SEVERITIES = ("error", "warning", "note")
_SUFFIXES = {".json": "json", ".sarif": "sarif"}


@click.command(epilog="Example: pseudogen check train.py --format github --severity error")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@LANG
@choice("format", CHECK_FORMATS, None, "[default: terminal; text when piped]", "check")
@choice("severity", _SEVERITIES, "warning", "The least that makes the exit status 1.", "check")
@click.option("--select", type=IdList(), default=(), help="Only these pitfalls.")
@click.option("--ignore", type=IdList(), default=(), help="All pitfalls but these.")
@OUTPUT
def check(
    paths: tuple[str, ...],
    lang: str | None,
    format: str | None,
    severity: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    output: Path | None,
) -> None:
    """List the pitfalls in scripts, notebooks and folders of them.

    Exit status 1 when one of at least --severity is found. The comment
    "# pseudogen: ignore[ID]" silences one on its line.
    """
    from pseudogen import generate
    from pseudogen.words.reports import gathered, reports

    language = lang or locale_language()
    chosen_ids = generate.pitfall_ids(select, ignore)

    def one(source: Source) -> Any:
        return reports(source, generate.pitfalls_of(source, chosen_ids), language)

    made, failed = each(checked_sources(paths), language, one)
    found = gathered(made, language)
    _print(found, format, output)
    if failed:
        raise click.exceptions.Exit(BAD_INPUT)
    counted = _SEVERITIES[: _SEVERITIES.index(severity) + 1]
    if any(report.severity in counted for report in found.reports):
        raise click.exceptions.Exit(FOUND)


def _print(found: Reports, format: str | None, output: Path | None) -> None:
    from pseudogen.rendering import print_reports, render_reports

    if format is None and output is not None:
        format = _SUFFIXES.get(output.suffix.lower(), "text")
    if output is None and (format == "terminal" or (format is None and console().is_terminal)):
        print_reports(found, console())
        return
    text = render_reports(found, _plain(format), version=__version__)
    write(text + "\n" if text else "", output)


def _plain(format: str | None) -> str:
    """A file and a pipe get no colours."""
    return "text" if format in (None, "terminal") else str(format)
