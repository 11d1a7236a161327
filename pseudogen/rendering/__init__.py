"""The last step: documents and pseudocode, which have no look, to text in an output format.

A format is a row in FORMATS and a template of its name in `templates/formats/`; only where a
library does the work (terminal, json), or lines are counted in cells (text), it is a module here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pseudogen.records import dataclass
from pseudogen.rendering.options import Numbers, Options

if TYPE_CHECKING:
    from rich.console import Console

    from pseudogen.document import Document, Pseudocode, Reports

__all__ = [
    "FORMATS",
    "Format",
    "Options",
    "print_document",
    "print_pseudocode",
    "print_reports",
    "render_document",
    "render_pseudocode",
    "render_reports",
]


@dataclass(frozen=True, slots=True)
class Format:
    """An output format: which commands offer it, and the numbers that its pseudocode has."""

    explain: bool = True
    pseudo: bool = True
    numbers: Numbers = "none"


FORMATS = {
    "terminal": Format(numbers="source"),
    "text": Format(),
    "markdown": Format(),
    "html": Format(numbers="source"),
    "latex": Format(explain=False, numbers="lines"),
    "typst": Format(explain=False, numbers="lines"),
    "json": Format(),
}
"""Every output format by its name. An explanation's json is made from its findings instead."""


def render_document(document: Document, fmt: str, options: Options | None = None) -> str:
    """An explanation as text, html or markdown, without a newline at its end.

    Raises:
        ValueError: no explanation is written in this format.
    """
    from pseudogen.rendering.prepared import prepared_document

    options = options or Options()
    ready = prepared_document(document)
    if fmt == "text":
        from pseudogen.rendering.text import document_text

        return document_text(ready, options)
    if fmt in ("terminal", "json") or fmt not in FORMATS or not FORMATS[fmt].explain:
        raise ValueError(f"no explanation is rendered as {fmt!r}")
    from pseudogen.rendering.templates import from_template

    return from_template(fmt, "document", ready, ready.lang, options)


def render_pseudocode(code: Pseudocode, fmt: str, options: Options | None = None) -> str:
    """Pseudocode as text, markdown, html, latex, typst or json, without a newline at its end.

    Raises:
        ValueError: no pseudocode is written in this format.
    """
    from pseudogen.rendering.prepared import prepared_pseudocode

    if fmt == "terminal" or fmt not in FORMATS:
        raise ValueError(f"no pseudocode is rendered as {fmt!r}")
    options = _with_numbers(options, fmt)
    ready = prepared_pseudocode(code)
    if fmt == "text":
        from pseudogen.rendering.text import pseudocode_text

        return pseudocode_text(ready, options)
    if fmt == "json":
        from pseudogen.rendering.records import pseudocode_json

        return pseudocode_json(ready, options)
    from pseudogen.rendering.templates import from_template

    return from_template(fmt, "pseudocode", ready, ready.lang, options)


def render_reports(reports: Reports, fmt: str, *, version: str = "") -> str:
    """A list of pitfalls as text, json, sarif or github, without a newline at its end.

    `version` is that of the program, which sarif names.

    Raises:
        ValueError: no list of pitfalls is written in this format.
    """
    from pseudogen.rendering import reports as formats
    from pseudogen.rendering.text import Look, plain_lines

    ready = formats.prepared_reports(reports)
    match fmt:
        case "text":
            return plain_lines(formats.report_lines(ready, Look()))
        case "json":
            return formats.reports_json(ready)
        case "sarif":
            return formats.reports_sarif(ready, version)
        case "github":
            return formats.reports_github(ready)
    raise ValueError(f"no list of pitfalls is rendered as {fmt!r}")


def print_document(document: Document, console: Console, options: Options | None = None) -> None:
    """An explanation on a terminal, in its colours; as `text` where there are none."""
    from pseudogen.rendering.prepared import prepared_document
    from pseudogen.rendering.terminal import show_document

    show_document(prepared_document(document), console, options or Options())


def print_pseudocode(code: Pseudocode, console: Console, options: Options | None = None) -> None:
    """Pseudocode on a terminal, in its colours; as `text` where there are none."""
    from pseudogen.rendering.prepared import prepared_pseudocode
    from pseudogen.rendering.terminal import show_pseudocode

    plain, coloured = _with_numbers(options, "text"), _with_numbers(options, "terminal")
    show_pseudocode(prepared_pseudocode(code), console, plain, coloured)


def print_reports(reports: Reports, console: Console) -> None:
    """A list of pitfalls on a terminal, in its colours; as `text` where there are none."""
    from pseudogen.rendering.reports import prepared_reports
    from pseudogen.rendering.terminal import show_reports

    show_reports(prepared_reports(reports), console)


def _with_numbers(options: Options | None, fmt: str) -> Options:
    options = options or Options()
    return replace(options, numbers=options.numbers or FORMATS[fmt].numbers)
