"""Pitfall -> what a language says of it: title, why it bites, what to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from pseudogen.document import Block, Heading, Lines, Paragraph, Spans, plain, spans
from pseudogen.pitfall import Pitfall, PitfallElsewhere
from pseudogen.records import dataclass
from pseudogen.templating import explanation_words, macros
from pseudogen.words.patterns import paragraphs, spaced_words, split_words


@dataclass(frozen=True, slots=True)
class PitfallWords:
    """What is said of one report; both parts are paragraphs."""

    title: Spans
    why: tuple[Spans, ...]
    change: tuple[Spans, ...]


def pitfall_words(pitfall: Pitfall, lang: str) -> PitfallWords:
    """The words of a report in a language. Its macro gets the facts, and the lines as `first` and
    `last`."""
    first, last = pitfall.lines
    facts = SimpleNamespace(first=first, last=last, **dict(pitfall.facts))
    macro = getattr(macros(lang, "pitfalls"), pitfall.id.replace("-", "_"))
    title, parts = split_words(macro(facts), "why", ("why", "change"))
    why, change = (paragraphs(parts.get(part, ""), lang) for part in ("why", "change"))
    return PitfallWords(title, why, change)


def pitfall_text(pitfall: Pitfall, lang: str) -> str:
    """The words of a report in plain text: title, why, and what to change, a line each."""
    words = pitfall_words(pitfall, lang)
    label = explanation_words(lang).labels["change"]
    change = (f"{label} {plain(paragraph)}" for paragraph in words.change)
    return "\n".join((plain(words.title), *map(plain, words.why), *change))


def pitfall_section(
    pitfalls: Sequence[Pitfall], elsewhere: Sequence[PitfallElsewhere], lang: str
) -> Iterator[Block]:
    """The part of an explanation on what can go wrong, in the script and in files that it calls;
    what holds of several places in the very same words is said once."""
    frame: Any = explanation_words(lang)
    if pitfalls or elsewhere:
        yield Heading(2, spans(frame.pitfalls))
    alike: dict[tuple[str, str], list[tuple[Pitfall, PitfallWords]]] = {}
    for pitfall in pitfalls:
        said = pitfall_words(pitfall, lang)
        key = plain(said.title), "\n".join(map(plain, (*said.why, *said.change)))
        alike.setdefault(key, []).append((pitfall, said))
    for same in alike.values():
        yield from _report(*same[0], [pitfall.lines for pitfall, _ in same], lang)
    if elsewhere:
        yield Paragraph(spaced_words(frame.pitfalls_elsewhere, lang))
    for found in elsewhere:
        words = pitfall_words(found.pitfall, lang)
        yield from _report(found.pitfall, words, [found.pitfall.lines], lang, found.file)


def _report(
    pitfall: Pitfall, words: PitfallWords, places: Sequence[Lines], lang: str, file: str = ""
) -> Iterator[Block]:
    """One report, and where its very words hold; `file` is that of one in another file."""
    frame: Any = explanation_words(lang)
    lines = None if file else places[0]
    note = frame.pitfall_note(frame.severities[pitfall.severity], places, file)
    yield Heading(3, words.title, spaced_words(note, lang), lines)
    for paragraph in words.why:
        yield Paragraph(paragraph, lines=lines)
    for paragraph in words.change:
        yield Paragraph(paragraph, spans(frame.labels["change"]), lines)
