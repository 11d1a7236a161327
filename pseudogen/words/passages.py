"""Code between findings as paragraphs of an explanation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pseudogen.document import Block, Heading, Items, Paragraph, Span, Spans
from pseudogen.document import spans as marked
from pseudogen.explanation.definitions import Definition
from pseudogen.explanation.passage import Passage
from pseudogen.templating import passage_words
from pseudogen.words.patterns import spaced_words


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
        yield Items(tuple(spaced_words(words.definition(one), lang) for one in definitions))
