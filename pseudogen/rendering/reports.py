"""A list of pitfalls in the formats of `pseudogen check`: text, json, sarif and github."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from pseudogen.document import Report, Reports, Span, Spans, plain
from pseudogen.json_format import json_text
from pseudogen.rendering.layout import joined, wrap
from pseudogen.rendering.prepared import as_kind, inert_spans
from pseudogen.rendering.text import Look, quoted

SCHEMA = 1
_INDENT = 4
_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_GITHUB = {"note": "notice"}
_STYLE = {"error": "error", "warning": "warning", "note": "note"}


def prepared_reports(reports: Reports) -> Reports:
    """The reports with inert spans on one line each."""
    return replace(reports, reports=tuple(_prepared(report) for report in reports.reports))


def _prepared(report: Report) -> Report:
    return replace(
        report,
        title=inert_spans(report.title),
        why=tuple(map(inert_spans, report.why)),
        change=tuple(map(inert_spans, report.change)),
        place="".join(span.text for span in inert_spans((Span(report.place),))),
    )


# Text


def report_lines(reports: Reports, look: Look) -> Iterator[Spans]:
    """`path:line: severity id: title`, below it why and what to change; at the end the sum."""
    for report in reports.reports:
        yield from _report_lines(report, reports.label, look)
        yield ()
    yield reports.summary


def _report_lines(report: Report, label: Spans, look: Look) -> Iterator[Spans]:
    head = (Span(f"{report.place}: "), Span(report.grade, _STYLE[report.severity]))
    yield (*head, Span(f" {report.id}: "), *as_kind(quoted(report.title, look), "heading"))
    for paragraph in report.why:
        yield from _indented(quoted(paragraph, look), look)
    for number, paragraph in enumerate(report.change):
        before = as_kind(label, "label") if number == 0 else ()
        yield from _indented(joined(before, quoted(paragraph, look)), look)


def _indented(text: Spans, look: Look) -> Iterator[Spans]:
    for line in wrap(text, look.width - _INDENT):
        yield (Span(" " * _INDENT), *line)


# For other programs


def reports_json(reports: Reports) -> str:
    """The object that `schemas/check.json` describes."""
    made = [_record(report) for report in reports.reports]
    return _dumped({"schema": SCHEMA, "pitfalls": made})


def _record(report: Report) -> dict[str, Any]:
    return {
        "id": report.id,
        "severity": report.severity,
        "file": report.file,
        "cell": report.cell,
        "lines": list(report.lines),
        "title": plain(report.title),
        "text": _text(report.why),
        "change": _text(report.change),
    }


def reports_github(reports: Reports) -> str:
    """Annotations as GitHub Actions reads them from the log, a line each."""
    return "\n".join(_annotation(report, reports.label) for report in reports.reports)


def _annotation(report: Report, label: Spans) -> str:
    kind = _GITHUB.get(report.severity, report.severity)
    properties = {"file": report.file}
    if report.cell is None:  # a line of a cell is no line of the notebook's file
        properties |= {"line": str(report.lines[0]), "endLine": str(report.lines[1])}
    properties["title"] = f"{report.id}: {plain(report.title)}"
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{kind} {said}::{_data(_message(report, label))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _message(report: Report, label: Spans) -> str:
    """Why, and what to change; in a notebook the place stands before it."""
    lines = [*map(plain, report.why), *(f"{plain(label)} {plain(text)}" for text in report.change)]
    return "\n".join([f"{report.place}:", *lines] if report.cell is not None else lines)


def reports_sarif(reports: Reports, version: str) -> str:
    """The reports as SARIF 2.1.0."""
    first: dict[str, Report] = {}
    for report in sorted(reports.reports, key=lambda report: report.id):
        first.setdefault(report.id, report)
    places = {id_: number for number, id_ in enumerate(first)}
    rules = [_rule(report, reports.silence[report.id]) for report in first.values()]
    driver = {"name": "pseudogen", "version": version, "rules": rules}
    results = [_result(report, places[report.id], reports.label) for report in reports.reports]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return _dumped({"$schema": _SARIF, "version": "2.1.0", "runs": [run]})


def _rule(report: Report, silence: str) -> dict[str, Any]:
    return {
        "id": report.id,
        "name": "".join(word.capitalize() for word in report.id.split("-")),
        "shortDescription": {"text": plain(report.title)},
        "help": {"text": f"{plain(report.title)}\n{silence}"},
        "defaultConfiguration": {"level": report.severity},
    }


def _result(report: Report, place: int, label: Spans) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(report.file)}}
    location: dict[str, Any] = {"physicalLocation": physical}
    if report.cell is None:
        physical["region"] = {"startLine": report.lines[0], "endLine": report.lines[1]}
    else:
        location["logicalLocations"] = [{"name": report.place.partition(":")[2]}]
    return {
        "ruleId": report.id,
        "ruleIndex": place,
        "level": report.severity,
        "message": {"text": f"{plain(report.title)}\n{_message(report, label)}"},
        "locations": [location],
    }


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _text(paragraphs: tuple[Spans, ...]) -> str:
    return "\n".join(map(plain, paragraphs))


def _dumped(value: Any) -> str:
    return json_text(value, indent=2)
