"""The numbers that are worked out, as a section of the explanation and as an object of its JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from pseudogen.document import Block, Heading, Paragraph, Spans, Table, spans
from pseudogen.names.quantities import Link
from pseudogen.templating import explanation_words, thousands, working_words
from pseudogen.words.patterns import spaced_words
from pseudogen.working.batches import Batches
from pseudogen.working.course import Course
from pseudogen.working.work import Working

_BARS = "▁▂▃▄▅▆▇█"
_MANY_SOURCES = 6


def working_section(working: Working, lang: str) -> Iterator[Block]:
    """The section; nothing where no number follows from what is known."""
    if not (working.batches or working.courses or working.given or working.unused):
        return
    words = working_words(lang)
    yield Heading(2, spans(words.title))
    if working.given or working.unused:
        yield Paragraph(spaced_words(words.given(working.given, working.unused), lang))
    if working.batches is not None:
        yield from _batches(working.batches, lang)
    for course in working.courses:
        yield from _course(course, lang)


def working_json(working: Working) -> dict[str, Any]:
    """The object `worked_out` of `pseudogen/schemas/explain.json`."""
    return {
        "given": dict(working.given),
        "batches": _batches_json(working.batches) if working.batches is not None else None,
        "learning_rates": [
            {
                "name": course.name,
                "line": course.line,
                "unit": course.unit,
                "relative": course.relative,
                "points": [asdict(point) for point in course.points],
            }
            for course in working.courses
        ],
    }


def _batches_json(told: Batches) -> dict[str, Any]:
    return {
        "line": told.line,
        "processes": told.processes_value,
        "per_process": told.each,
        "per_step": told.together,
        "per_update": told.together * (told.accumulation or 1),
        "samples": told.samples,
        "steps_per_epoch": told.steps,
        "dropped_per_epoch": told.left_out,
    }


def _batches(told: Batches, lang: str) -> Iterator[Block]:
    words, lines = working_words(lang), (told.line, told.line)
    yield Heading(3, spans(words.batches_title), _note(told.line, lang), lines)
    header = tuple(spans(cell) for cell in words.batches_header)
    yield Table(header, tuple(_rows(words.batch_rows(told), lang)))
    yield from _sources(told.sources, lang)


def _course(course: Course, lang: str) -> Iterator[Block]:
    words, lines = working_words(lang), (course.line, course.line)
    title = spaced_words(words.course_title(course), lang)
    yield Heading(3, title, _note(course.line, lang), lines)
    top = max(*course.curve, *(point.rate for point in course.points))
    if course.curve and top > 0:
        line = words.course_line(course, sparkline(course.curve, top), top)
        yield Paragraph(spaced_words(line, lang))
    header = tuple(spaced_words(cell, lang) for cell in words.course_header(course).split("¦"))
    rows = tuple(
        (
            spans(thousands(point.at)),
            spans(f"{point.rate:.4g}"),
            spaced_words(words.point(course, point), lang),
        )
        for point in course.points
    )
    yield Table(header, rows)
    yield from _sources(course.sources, lang)


def sparkline(rates: Sequence[float], top: float) -> str:
    """A curve as a line of bars: `top` is a full bar, zero the lowest one."""
    return "".join(_BARS[round(max(rate, 0) / top * (len(_BARS) - 1))] for rate in rates)


def _rows(text: str, lang: str) -> Iterable[tuple[Spans, ...]]:
    for line in text.split("\n"):
        if line.strip():
            yield tuple(spaced_words(cell, lang) for cell in line.split("¦"))


def _sources(links: Sequence[Link], lang: str) -> Iterator[Block]:
    """The constants behind numbers, besides those given; none of them, when there are too many to
    say them all."""
    known = (link for link in links if link.value is not None and not link.given)
    told = list({link.code: link for link in known if not link.carried}.values())
    if 0 < len(told) <= _MANY_SOURCES:
        yield Paragraph(spaced_words(working_words(lang).sources(told), lang))


def _note(line: int, lang: str) -> Spans:
    return spaced_words(explanation_words(lang).note([(line, line)]), lang)
