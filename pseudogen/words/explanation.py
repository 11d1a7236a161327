"""Explanation -> document: the frame and the order of what is said, in one language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Any

from pseudogen.document import (
    Block,
    Document,
    Heading,
    Items,
    Lines,
    Listing,
    Paragraph,
    Span,
    Spans,
    plain,
    sentences,
    stripped,
)
from pseudogen.document import spans as marked
from pseudogen.explanation.entries import Entry, entries
from pseudogen.explanation.stages import Stage
from pseudogen.names.evidence import weakest
from pseudogen.names.script import Script
from pseudogen.pitfall import Pitfall
from pseudogen.reading.source import Remark
from pseudogen.records import dataclass
from pseudogen.templating import explanation_words
from pseudogen.words.glance import glance
from pseudogen.words.messages import remark
from pseudogen.words.patterns import Words, finding_words, spaced_words
from pseudogen.words.pitfalls import pitfall_words
from pseudogen.words.settings import settings_section
from pseudogen.words.working import working_section
from pseudogen.working.work import Working

_SHORT = 60
"""A source of this many lines or fewer is told from top to bottom, without stages."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one input, without words: the script, its stages with their findings."""

    name: str
    script: Script
    stages: tuple[Stage, ...]
    remarks: tuple[Remark, ...] = ()
    part: Lines | None = None  # speak of these lines alone
    pitfalls: tuple[Pitfall, ...] = ()
    working: Working = field(default_factory=Working)


def explanation_document(
    explanation: Explanation, lang: str, *, detail: str = "normal", listings: bool = False
) -> Document:
    """The explanation in a language.

    `detail` is "brief" (at a glance), "normal" or "full"; `listings` shows the lines of the source
    in each entry.
    """
    return _Writer(explanation, lang, listings).document(detail)


class _Writer:
    """What has been said so far, so that nothing is said twice."""

    def __init__(self, explanation: Explanation, lang: str, listings: bool) -> None:
        self.explanation = explanation
        self.lang = lang
        self.listings = listings
        self.words: Any = explanation_words(lang)
        self.told: dict[str, int] = {}
        self.said: set[str] = set()
        self.shown: set[int] = set()

    def document(self, detail: str) -> Document:
        blocks: list[Block] = [Heading(1, marked(self.explanation.name))]
        if self.explanation.remarks:
            said = (self._spans(remark(r, self.lang)) for r in self.explanation.remarks)
            blocks.append(Items(tuple(said)))
        if not self.explanation.stages:
            blocks.append(Paragraph(marked(self.words.nothing_found)))
        elif len(self.explanation.script.tree.lines) <= _SHORT:
            findings = sorted(
                (f for stage in self.explanation.stages for f in stage.findings),
                key=lambda finding: finding.line,
            )
            for entry in entries(findings, self.told):
                blocks += self._entry(entry, 2)
            if detail != "brief":
                blocks += working_section(self.explanation.working, self.lang)
        else:
            blocks += self._whole(detail)
        if detail != "brief":
            blocks += self._pitfalls()
        return Document(tuple(blocks), self.lang)

    def _pitfalls(self) -> Iterable[Block]:
        if self.explanation.pitfalls:
            yield Heading(2, marked(self.words.pitfalls))
        for pitfall in self.explanation.pitfalls:
            words = pitfall_words(pitfall, self.lang)
            severity = self.words.severities[pitfall.severity]
            note = self._spans(self.words.pitfall_note(severity, pitfall.lines))
            yield Heading(3, words.title, note, pitfall.lines)
            for paragraph in words.why:
                yield Paragraph(paragraph, lines=pitfall.lines)
            for paragraph in words.change:
                yield Paragraph(paragraph, marked(self.words.labels["change"]), pitfall.lines)

    def _whole(self, detail: str) -> Iterable[Block]:
        findings = [f for stage in self.explanation.stages for f in stage.findings]
        yield Heading(2, marked(self.words.glance))
        yield from glance(findings, self.lang)
        if detail != "brief":
            yield from self._stages()
            yield from working_section(self.explanation.working, self.lang)
            explanation = self.explanation
            yield from settings_section(explanation.script, self.lang, explanation.part)

    def _stages(self) -> Iterable[Block]:
        yield Heading(2, marked(self.words.way))
        yield self._way()
        yield Heading(2, marked(self.words.steps))
        for stage in self.explanation.stages:
            note = self._spans(self.words.note([stage.lines]))
            yield Heading(3, marked(self.words.stages[stage.kind]), note, stage.lines)
            for entry in entries(stage.findings, self.told):
                yield from self._entry(entry, 4)

    def _spans(self, text: str) -> Spans:
        return spaced_words(text, self.lang)

    def _way(self) -> Items:
        items = []
        for stage in self.explanation.stages:
            titles = dict.fromkeys(
                plain(finding_words(finding, self.lang).title) for finding in stage.findings
            )
            items.append(self._spans(self.words.stage_item(stage, list(titles))))
        return Items(tuple(items), numbered=True)

    def _entry(self, entry: Entry, level: int) -> Iterable[Block]:
        words = [finding_words(finding, self.lang) for finding in entry.findings]
        lines = (entry.ranges[0][0], entry.ranges[-1][1])
        place = self._spans(self.words.note(entry.ranges))
        yield Heading(level, words[0].title, place, lines)
        if self.listings and not self.shown >= set(range(lines[0], lines[1] + 1)):
            self.shown |= set(range(lines[0], lines[1] + 1))
            yield Listing(tuple(self._source(lines)), lines[0])
        yield from self._parts(words, lines, again=entry.again is not None)
        if entry.again is None:
            yield self._rests(entry, lines)

    def _source(self, lines: tuple[int, int]) -> list[str]:
        return self.explanation.script.tree.lines[lines[0] - 1 : lines[1]]

    def _parts(
        self, words: list[Words], lines: tuple[int, int], again: bool
    ) -> Iterable[Paragraph]:
        for paragraph in dict.fromkeys(p for one in words for p in one.what):
            yield Paragraph(paragraph, lines=lines)
        for part in ("why", "worked", "watch"):
            if part == "why" and again:
                continue
            label = marked(self.words.labels[part])
            paragraphs = [p for one in words for p in getattr(one, part)]
            new = [self._new(p, whole=part == "worked") for p in paragraphs]
            for paragraph in filter(None, new):
                yield Paragraph(paragraph, label, lines)

    def _new(self, paragraph: Spans, whole: bool) -> Spans:
        """The sentences that have not been said yet, of this or of other variables; a `whole`
        paragraph is kept or left as one."""
        kept: list[Span] = []
        for sentence in [paragraph] if whole else sentences(paragraph):
            skeleton = "".join("_" if span.kind == "code" else span.text for span in sentence)
            if skeleton.strip() not in self.said:
                self.said.add(skeleton.strip())
                kept += sentence
        return stripped(kept)

    def _rests(self, entry: Entry, lines: tuple[int, int]) -> Paragraph:
        evidence = weakest(*(finding.evidence for finding in entry.findings))
        imports = self.explanation.script.imports_anything
        text = self.words.rests(evidence.kind, evidence.names, imports)
        return Paragraph(self._spans(text), marked(self.words.labels["rests"]), lines)
