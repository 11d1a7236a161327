"""Code between findings as paragraphs of an explanation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pseudogen.document import Block, Heading, Items, Paragraph, Span, Spans
from pseudogen.document import spans as marked
from pseudogen.explanation.definitions import Definition
from pseudogen.explanation.passage import Passage
from pseudogen.templating import passage_words
from pseudogen.words.patterns import spaced_words
from pseudogen.words.telling import joined


def passage_paragraph(passage: Passage, lang: str) -> Paragraph:
    """What a stretch of code does, with its lines as the label."""
    label = (Span(str(passage_words(lang).passage_label(passage)), "note"),)
    return Paragraph(passage_text(passage, lang), label, passage.lines)


def passage_text(passage: Passage, lang: str) -> Spans:
    """What a stretch of code does, in the words of a language."""
    return spaced_words(passage_words(lang).passage(passage), lang)


def definition_blocks(definitions: Sequence[Definition], lang: str) -> Iterator[Block]:
    """The functions and classes of which nothing else is told, as a list."""
    words = passage_words(lang)
    if definitions:
        yield Heading(3, marked(words.definitions))
        for part in _parts(definitions):
            yield Items(tuple(_definition(one, lang) for one in part))
            yield from (passage_paragraph(passage, lang) for passage in part[-1].code)


def _parts(definitions: Sequence[Definition]) -> Iterator[Sequence[Definition]]:
    """The definitions, parted behind each one that is told with its code."""
    first = 0
    for place, definition in enumerate(definitions, 1):
        if definition.code or place == len(definitions):
            yield definitions[first:place]
            first = place


def _definition(definition: Definition, lang: str) -> Spans:
    """What is known of a function or class, and what a function does."""
    said = spaced_words(passage_words(lang).definition(definition), lang)
    if not definition.does:
        return said
    body = Passage(definition.lines, None, None, definition.does)
    return joined([said, passage_text(body, lang)], lang)
