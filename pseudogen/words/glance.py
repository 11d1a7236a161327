"""At a glance: one paragraph that a colleague would say, and a table of what is known."""

from __future__ import annotations

from collections.abc import Sequence

from pseudogen.document import Block, Paragraph, Spans, Table, plain
from pseudogen.document import spans as marked
from pseudogen.explanation.glance import ASPECTS, Found, aspect_lines, found_by_pattern
from pseudogen.finding import Finding
from pseudogen.templating import glance_words
from pseudogen.words.patterns import spaced_words

_MANY_PLACES = 4


def glance(findings: Sequence[Finding], lang: str) -> list[Block]:
    """The paragraph and the table; what has nothing to say is left out."""
    found = found_by_pattern(findings)
    words = glance_words(lang)
    said = spaced_words(words.paragraph(found), lang)
    blocks: list[Block] = [Paragraph(said)] if said else []
    rows = [row for aspect in ASPECTS if (row := _row(aspect, found, lang))]
    if rows:
        blocks.append(Table(tuple(marked(cell) for cell in words.header), tuple(rows)))
    return blocks


def _row(aspect: str, found: Found, lang: str) -> tuple[Spans, ...] | None:
    words = glance_words(lang)
    said = spaced_words(getattr(words, aspect)(found), lang)
    if not plain(said).strip():
        return None
    lines = _places(aspect_lines(aspect, found))
    return marked(words.aspects[aspect]), said, marked(lines)


def _places(ranges: Sequence[tuple[int, int]]) -> str:
    """`12, 40–44`; the first few of many."""
    shown = [str(a) if a == b else f"{a}–{b}" for a, b in ranges[:_MANY_PLACES]]
    return ", ".join(shown) + (", …" if len(ranges) > _MANY_PLACES else "")
