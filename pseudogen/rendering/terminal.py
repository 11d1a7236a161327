"""The look on a terminal: the lines of `text`, with colours instead of marks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style

from pseudogen.document import Document, Pseudocode, Reports, Spans
from pseudogen.rendering.layout import trimmed
from pseudogen.rendering.options import Options
from pseudogen.rendering.reports import report_lines
from pseudogen.rendering.source import highlighted
from pseudogen.rendering.text import (
    Look,
    document_lines,
    document_text,
    plain_lines,
    pseudocode_lines,
    pseudocode_text,
)

STYLES = {
    "code": "cyan",
    "source": "",
    "keyword": "bold magenta",
    "number": "green",
    "string": "yellow",
    "comment": "italic bright_black",
    "emphasis": "italic",
    "defined": "bold",
    "heading": "bold",
    "label": "bold",
    "note": "bright_black",
    "gutter": "bright_black",
    "rule": "bright_black",
    "error": "bold red",
    "warning": "bold yellow",
}
"""Of the sixteen colours that follow the terminal's own theme, dark or light."""

WIDEST = 100
"""Cells beyond which a line is hard to read."""


def show_document(document: Document, console: Console, options: Options) -> None:
    """Print an explanation."""
    if not _coloured(console):
        _write(console, document_text(document, options))
        return
    look = Look(min(console.width, WIDEST), quotes=False, source=highlighted)
    _paint(console, document_lines(document, look))


def show_pseudocode(code: Pseudocode, console: Console, plain: Options, coloured: Options) -> None:
    """Print pseudocode with the options of the look that the console has."""
    if not _coloured(console):
        _write(console, pseudocode_text(code, plain))
        return
    columns = min(console.width, WIDEST)
    _paint(console, pseudocode_lines(code, columns, coloured.numbers or "none"))


def show_reports(reports: Reports, console: Console) -> None:
    """Print a list of pitfalls."""
    coloured = _coloured(console)
    look = Look(min(console.width, WIDEST), quotes=not coloured)
    if coloured:
        _paint(console, report_lines(reports, look))
    else:
        _write(console, plain_lines(report_lines(reports, look)))


def _coloured(console: Console) -> bool:
    return console.is_terminal and not console.no_color and console.color_system is not None


def _write(console: Console, text: str) -> None:
    console.out(text, highlight=False)


def _paint(console: Console, lines: Iterator[Spans]) -> None:
    found = []
    for line in lines:
        found += [Segment(span.text, _style(span.kind)) for span in trimmed(line)]
        found.append(Segment.line())
    console.print(Segments(found), end="", soft_wrap=True)


@cache
def _style(kind: str) -> Style:
    return Style.parse(STYLES.get(kind, ""))
