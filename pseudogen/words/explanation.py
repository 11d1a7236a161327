"""Explanation -> document: the frame and the order of what is said, in one language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pseudogen.document import Block, Document, Heading, Items, Listing, Paragraph, Spans, plain
from pseudogen.document import spans as marked
from pseudogen.explanation.entries import Entry, entries
from pseudogen.explanation.stages import Stage
from pseudogen.names.evidence import weakest
from pseudogen.names.script import Script
from pseudogen.templating import explanation_words
from pseudogen.words.patterns import Words, finding_words, spaced_words

_SHORT = 1
"""With this many stages or fewer there is no way through to be told."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one input, without words: the script, its stages with their findings."""

    name: str
    script: Script
    stages: tuple[Stage, ...]


def explanation_document(explanation: Explanation, lang: str, *, listings: bool) -> Document:
    """The explanation in a language; `listings` shows the lines of the source in each entry."""
    return _Writer(explanation, lang, listings).document()


class _Writer:
    """What has been said so far, so that nothing is said twice."""

    def __init__(self, explanation: Explanation, lang: str, listings: bool) -> None:
        self.explanation = explanation
        self.lang = lang
        self.listings = listings
        self.words: Any = explanation_words(lang)
        self.told: dict[str, int] = {}
        self.said: set[str] = set()

    def document(self) -> Document:
        stages = self.explanation.stages
        blocks: list[Block] = [Heading(1, marked(self.explanation.name))]
        if not stages:
            blocks.append(Paragraph(marked(self.words.nothing_found)))
        if len(stages) > _SHORT:
            blocks += [Heading(2, marked(self.words.way)), self._way()]
            blocks.append(Heading(2, marked(self.words.steps)))
        for stage in stages:
            if len(stages) > _SHORT:
                note = self._spans(self.words.places([stage.lines]))
                blocks.append(Heading(3, marked(self.words.stages[stage.kind]), note, stage.lines))
            for entry in entries(stage.findings, self.told):
                blocks += self._entry(entry, 4 if len(stages) > _SHORT else 2)
        return Document(tuple(blocks), self.lang)

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
        place = self._spans(self.words.places(entry.ranges))
        yield Heading(level, words[0].title, place, lines)
        if self.listings:
            yield Listing(tuple(self._source(lines)), lines[0])
        yield from self._parts(words, lines, again=entry.again is not None)
        if entry.again is None:
            yield self._rests(entry, lines)

    def _source(self, lines: tuple[int, int]) -> list[str]:
        return self.explanation.script.tree.lines[lines[0] - 1 : lines[1]]

    def _parts(
        self, words: list[Words], lines: tuple[int, int], again: bool
    ) -> Iterable[Paragraph]:
        for one in words:
            for paragraph in one.what:
                yield Paragraph(paragraph, lines=lines)
        for part in ("why", "worked", "watch"):
            if part == "why" and again:
                continue
            label = marked(self.words.labels[part])
            for paragraph in self._new(p for one in words for p in getattr(one, part)):
                yield Paragraph(paragraph, label, lines)

    def _new(self, paragraphs: Iterable[Spans]) -> Iterable[Spans]:
        """The paragraphs that have not been said yet."""
        for paragraph in paragraphs:
            text = plain(paragraph)
            if text not in self.said:
                self.said.add(text)
                yield paragraph

    def _rests(self, entry: Entry, lines: tuple[int, int]) -> Paragraph:
        evidence = weakest(*(finding.evidence for finding in entry.findings))
        imports = self.explanation.script.imports_anything
        text = self.words.rests(evidence.kind, evidence.names, imports)
        return Paragraph(self._spans(text), marked(self.words.labels["rests"]), lines)
