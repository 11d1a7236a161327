"""Pitfalls of some files -> the list that `pseudogen check` prints, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pseudogen.document import Report, Reports, Spans
from pseudogen.document import spans as marked
from pseudogen.pitfall import ERROR, NOTE, WARNING, Pitfall
from pseudogen.reading.source import Source
from pseudogen.templating import explanation_words, report_words
from pseudogen.words.cells import Cells, has_cells
from pseudogen.words.patterns import spaced_words
from pseudogen.words.pitfalls import pitfall_words


def reports(source: Source, pitfalls: Iterable[Pitfall], lang: str) -> tuple[Report, ...]:
    """The pitfalls of one source, by line."""
    made = (_report(source, pitfall, lang) for pitfall in pitfalls)
    return tuple(sorted(made, key=lambda r: (r.cell or 0, r.lines, r.id)))


def gathered(found: Sequence[tuple[Report, ...]], lang: str) -> Reports:
    """The reports of all files, one tuple a file, with their sum."""
    everything = tuple(report for of_file in found for report in of_file)
    counts = Counter(report.severity for report in everything)
    words = report_words(lang)
    summary = words.summary(counts[ERROR], counts[WARNING], counts[NOTE], len(found))
    return Reports(
        everything,
        spaced_words(summary, lang),
        marked(explanation_words(lang).labels["change"]),
        {id_: words.silence(id_) for id_ in sorted({report.id for report in everything})},
    )


def _report(source: Source, pitfall: Pitfall, lang: str) -> Report:
    words = pitfall_words(pitfall, lang)
    first, last = (source.place(line) for line in pitfall.lines)
    said = Cells(source, lang).spans if has_cells(source) else _as_it_is
    end = last.line if last.cell == first.cell else first.line
    return Report(
        file=source.name,
        cell=first.cell,
        lines=(first.line, max(first.line, end)),
        place=report_words(lang).place(source.name, first.cell, first.line),
        id=pitfall.id,
        severity=pitfall.severity,
        grade=explanation_words(lang).severities[pitfall.severity],
        title=said(words.title),
        why=tuple(map(said, words.why)),
        change=tuple(map(said, words.change)),
    )


def _as_it_is(text: Spans) -> Spans:
    return text
