"""The vocabulary in a language: all patterns, or one with an example."""

from __future__ import annotations

from pseudogen.document import Block, Document, Heading, Listing, Paragraph, Spans, Table, mark
from pseudogen.document import spans as marked
from pseudogen.errors import InputError
from pseudogen.patterns import pattern_modules
from pseudogen.templating import explanation_words, vocabulary_words
from pseudogen.vocabulary import IDS, STAGES
from pseudogen.words.patterns import finding_words, spaced_words


def vocabulary_document(lang: str) -> Document:
    """All patterns by stage: id, name, what it is."""
    words = vocabulary_words(lang)
    blocks: list[Block] = [Heading(1, marked(words.title))]
    header = tuple(marked(cell) for cell in words.header)
    for stage, ids in STAGES.items():
        rows = tuple(_row(identifier, lang) for identifier in ids)
        blocks += [Heading(2, marked(words.stages[stage])), Table(header, rows)]
    return Document(tuple(blocks), lang)


def _row(identifier: str, lang: str) -> tuple[Spans, ...]:
    name, meaning = vocabulary_words(lang).patterns[identifier]
    return marked(mark(identifier, "code")), marked(name), spaced_words(meaning, lang)


def pattern_document(identifier: str, lang: str) -> Document:
    """One pattern: what it is, how it is recognised, an example and what is said of it.

    Raises:
        InputError: there is no such pattern.
    """
    if identifier not in pattern_modules():
        from difflib import get_close_matches  # for what is wrong alone

        near = get_close_matches(identifier, IDS, n=1)
        raise InputError("no-such-pattern", pattern=identifier, near=near[0] if near else "")
    words = vocabulary_words(lang)
    name, meaning = words.patterns[identifier]
    examples = pattern_modules()[identifier].EXAMPLES
    kinds = {finding.evidence.kind for found in examples.values() for finding in found}
    blocks: list[Block] = [
        Heading(1, marked(name), marked(mark(identifier, "code"))),
        Paragraph(spaced_words(meaning, lang)),
        Heading(2, marked(words.evidence)),
        *(
            Paragraph(spaced_words(text, lang))
            for kind, text in words.evidences.items()
            if kind in kinds
        ),
        Heading(2, marked(words.example)),
        *_example(examples, lang),
    ]
    return Document(tuple(blocks), lang)


def _example(examples: dict[str, list[object]], lang: str) -> list[Block]:
    """The first example with what is said of the first finding in it."""
    labels = explanation_words(lang).labels
    code, findings = next(iter(examples.items()))
    said = finding_words(findings[0], lang)  # type: ignore[arg-type]
    blocks: list[Block] = [Listing(tuple(code.split("\n")), 1)]
    blocks += [Paragraph(paragraph) for paragraph in said.what]
    for part in ("why", "worked", "watch"):
        blocks += [Paragraph(p, marked(labels[part])) for p in getattr(said, part)]
    return blocks
