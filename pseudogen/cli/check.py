"""`pseudogen check`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pseudogen import __version__
from pseudogen.cli.complaints import BAD_INPUT
from pseudogen.cli.inputs import checked_files
from pseudogen.cli.many import Done, Ways, work_on
from pseudogen.cli.options import CHECK_FORMATS, LANG, MANY, OUTPUT, IdList, choice
from pseudogen.cli.outputs import console, write
from pseudogen.languages import locale_language

if TYPE_CHECKING:
    from pseudogen.document import Report, Reports
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
@MANY
def check(
    paths: tuple[str, ...],
    lang: str | None,
    format: str | None,
    severity: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    output: Path | None,
    jobs: int | None,
    no_cache: bool,
) -> None:
    """List the pitfalls in scripts, notebooks and folders of them.

    Exit status 1 when one of at least --severity is found. The comment
    "# pseudogen: ignore[ID]" silences one on its line.
    """
    from pseudogen.words.reports import gathered

    language = lang or locale_language()
    work = partial(checked, lang=language, select=select, ignore=ignore)
    files, failed = checked_files(paths, language)
    if failed and not files:
        raise click.exceptions.Exit(BAD_INPUT)
    _refuse_unknown(select, ignore)
    done = Done([], 0)
    if files:
        ways = Ways(jobs, no_cache)
        done = work_on(files, False, language, work, ways, whole=output is not None)
    found = gathered(done.made, language)
    _print(found, format, output)
    done.end()
    if failed:
        raise click.exceptions.Exit(BAD_INPUT)
    counted = _SEVERITIES[: _SEVERITIES.index(severity) + 1]
    if any(report.severity in counted for report in found.reports):
        raise click.exceptions.Exit(FOUND)


def checked(
    source: Source, *, lang: str, select: tuple[str, ...], ignore: tuple[str, ...]
) -> tuple[Report, ...]:
    """The pitfalls of a source, in words."""
    from pseudogen import generate
    from pseudogen.words.reports import reports

    ids = generate.pitfall_ids(select, ignore)
    return reports(source, generate.pitfalls_of(source, ids), lang)


def _refuse_unknown(select: tuple[str, ...], ignore: tuple[str, ...]) -> None:
    """An id that is none is told once, not with each file."""
    if select or ignore:
        from pseudogen import generate

        generate.pitfall_ids(select, ignore)


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
