"""Pitfall -> what a language says of it: title, why it bites, what to change."""

from __future__ import annotations

from types import SimpleNamespace

from pseudogen.document import Spans, plain
from pseudogen.pitfall import Pitfall
from pseudogen.records import dataclass
from pseudogen.templating import explanation_words, macros
from pseudogen.words.patterns import paragraphs, split_words


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
