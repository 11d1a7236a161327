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
    PseudoLine,
    Span,
    Spans,
    Table,
)
from pseudogen.reading.inert import inert
from pseudogen.rendering.layout import joined


def prepared_document(document: Document) -> Document:
    """The document with inert spans on one line each, and `lines` told where no note tells them.

    A paragraph's lines are left out where the heading above it speaks of the same ones, or a note
    in its label does.
    """
    if document.ready:
        return document
    is_clean = _are_inert([span.text for text in _texts(document) for span in text])
    blocks: list[Block] = []
    above: Lines | None = None
    for block in document.blocks:
        if isinstance(block, Heading):
            above = block.lines
            note = block.note or _place(block.lines, document.lang)
            text = block.text if is_clean else inert_spans(block.text)
            told = as_kind(note if is_clean else inert_spans(note), "note")
            blocks.append(Heading(block.level, text, told, block.lines))
            continue
        if isinstance(block, Paragraph) and block.lines != above and not _noted(block.label):
            place = _place(block.lines, document.lang)
            if place:
                block = Paragraph(joined(block.text, place), block.label, block.lines)
        as_it_is = is_clean and not isinstance(block, Listing)
        blocks.append(block if as_it_is else _clean(block))
    return Document(tuple(blocks), document.lang, ready=True)


def _texts(document: Document) -> list[Spans]:
    """All that a document says, but for lines of the source."""
    found: list[Spans] = []
    for block in document.blocks:
        if isinstance(block, Heading):
            found += block.text, block.note
        elif isinstance(block, Paragraph):
            found += block.text, block.label
        elif isinstance(block, Items):
            found += block.items
        elif isinstance(block, Table):
            for row in (block.header, *block.rows):
                found += row
    return found


def prepared_pseudocode(code: Pseudocode) -> Pseudocode:
    """The pseudocode with inert spans on one line each."""
    texts = (code.caption, *[line.text for line in code.lines])
    if _are_inert([span.text for text in texts for span in text]):
        return code
    lines = tuple(_clean_line(line) for line in code.lines)
    return replace(code, lines=lines, caption=inert_spans(code.caption))


def _clean_line(line: PseudoLine) -> PseudoLine:
    text = inert_spans(line.text)
    return line if text is line.text else replace(line, text=text)


def as_kind(text: Spans, kind: str) -> Spans:
    """Words as a kind of their own; code and numbers among them stay what they are."""
    return tuple(Span(s.text, kind) if s.kind == "words" else s for s in text)


def _noted(label: Spans) -> bool:
    return any(span.kind == "note" for span in label)


def _place(lines: Lines | None, lang: str) -> Spans:
    from pseudogen.templating import language  # what was kept from a former run needs no words

    return (Span(str(language(lang).place(*lines)), "note"),) if lines else ()


def _clean(block: Paragraph | Items | Table | Listing) -> Block:
    if isinstance(block, Paragraph):
        return Paragraph(inert_spans(block.text), inert_spans(block.label), block.lines)
    if isinstance(block, Items):
        return Items(tuple(map(inert_spans, block.items)), block.numbered)
    if isinstance(block, Table):
        rows = tuple([tuple(map(inert_spans, row)) for row in block.rows])
        return Table(tuple(map(inert_spans, block.header)), rows)
    code = tuple([_line(line.expandtabs(4)).rstrip() for line in block.code])
    return Listing(code, block.first)


def inert_spans(text: Spans) -> Spans:
    """Spans on one line, with nothing unseen in them."""
    if _are_inert([span.text for span in text]):
        return text
    return tuple(Span(_line(span.text), span.kind) for span in text if span.text)


def _are_inert(pieces: list[str]) -> bool:
    """Whether there is nothing to clean in pieces of text, as in most: whatever is unseen, a tab or
    a line break is not printable."""
    return all(pieces) and "".join(pieces).isprintable()


def _line(text: str) -> str:
    return inert(text).replace("\n", " ").replace("\t", " ")
