"""What holds for every format: nothing unseen in a span, and each place in the source named."""

from __future__ import annotations

from dataclasses import replace

from pseudogen.document import (
    Block,
    Document,
    Heading,
    Items,
    Lines,
    Listing,
    Paragraph,
    Pseudocode,
    Span,
    Spans,
    Table,
)
from pseudogen.reading.inert import inert
from pseudogen.rendering.layout import joined
from pseudogen.templating import language


def prepared_document(document: Document) -> Document:
    """The document with inert spans on one line each, and `lines` told where no note tells them.

    A paragraph's lines are left out where the heading above it speaks of the same ones.
    """
    blocks: list[Block] = []
    above: Lines | None = None
    for block in document.blocks:
        if isinstance(block, Heading):
            above = block.lines
            block = replace(block, note=block.note or _place(block.lines, document.lang))
        elif isinstance(block, Paragraph) and block.lines != above:
            place = _place(block.lines, document.lang)
            block = replace(block, text=joined(block.text, place))
        blocks.append(_clean(block))
    return replace(document, blocks=tuple(blocks))


def prepared_pseudocode(code: Pseudocode) -> Pseudocode:
    """The pseudocode with inert spans on one line each."""
    lines = tuple(replace(line, text=inert_spans(line.text)) for line in code.lines)
    return replace(code, lines=lines, caption=inert_spans(code.caption))


def as_kind(text: Spans, kind: str) -> Spans:
    """Words as a kind of their own; code and numbers among them stay what they are."""
    return tuple(Span(s.text, kind) if s.kind == "words" else s for s in text)


def _place(lines: Lines | None, lang: str) -> Spans:
    return (Span(str(language(lang).place(*lines)), "note"),) if lines else ()


def _clean(block: Block) -> Block:
    match block:
        case Heading(text=text, note=note):
            return replace(block, text=inert_spans(text), note=as_kind(inert_spans(note), "note"))
        case Paragraph(text=text, label=label):
            return replace(block, text=inert_spans(text), label=inert_spans(label))
        case Items(items=items):
            return replace(block, items=tuple(inert_spans(item) for item in items))
        case Table(header=header, rows=rows):
            cells = tuple(tuple(inert_spans(cell) for cell in row) for row in rows)
            return replace(block, header=tuple(inert_spans(cell) for cell in header), rows=cells)
        case Listing(code=code):
            return replace(block, code=tuple(_line(line.expandtabs(4)).rstrip() for line in code))


def inert_spans(text: Spans) -> Spans:
    """Spans on one line, with nothing unseen in them."""
    return tuple(Span(_line(span.text), span.kind) for span in text if span.text)


def _line(text: str) -> str:
    return inert(text).replace("\n", " ").replace("\t", " ")
