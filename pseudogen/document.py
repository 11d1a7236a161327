"""Words and code without a look: what every output format renders."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pseudogen.records import dataclass

SPAN_KINDS = ("code", "keyword", "number", "string", "comment", "emphasis")
"""Kinds of spans besides plain words."""

_START = {kind: chr(0xE000 + place) for place, kind in enumerate(SPAN_KINDS)}
_KIND = {mark: kind for kind, mark in _START.items()}
_END = "\ue00f"
_MARK = re.compile(f"([{''.join(_KIND)}{_END}])")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text of one kind: "words", or one of SPAN_KINDS."""

    text: str
    kind: str = "words"


Spans = tuple[Span, ...]


def mark(text: str, kind: str) -> str:
    """`text` between the private-use characters by which templates tell a span of `kind`."""
    return f"{_START[kind]}{text}{_END}"


def spans(marked: str) -> Spans:
    """Marked text -> spans; inside another span the innermost mark counts."""
    if marked.isprintable():  # which no mark is
        return (Span(marked),) if marked else ()
    found: list[Span] = []
    around: list[str] = []
    kind = "words"
    for piece in _MARK.split(marked):
        if piece in _KIND:
            around.append(kind)
            kind = _KIND[piece]
        elif piece != _END:
            if piece:
                found.append(Span(piece, kind))
        elif around:
            kind = around.pop()
    return tuple(found)


def plain(text: Spans) -> str:
    """The text of spans; code between backticks."""
    return "".join([f"`{span.text}`" if span.kind == "code" else span.text for span in text])


_SENTENCE_END = re.compile(r"[.!?] |[。！？]")


def sentences(text: Spans) -> list[Spans]:
    """A paragraph cut behind the full stops and question marks of its words."""
    found: list[list[Span]] = [[]]
    for span in text:
        if span.kind == "code":
            found[-1].append(span)
            continue
        start = 0
        for end in _SENTENCE_END.finditer(span.text):
            found[-1].append(Span(span.text[start : end.end()], span.kind))
            found.append([])
            start = end.end()
        rest = span.text[start:]
        if rest:
            found[-1].append(Span(rest, span.kind) if start else span)
    return [tuple(sentence) for sentence in found if sentence]


def stripped(text: Sequence[Span]) -> Spans:
    """Spans without the blanks at both ends."""
    kept = list(text)
    if kept:
        kept[0] = Span(kept[0].text.lstrip(), kept[0].kind)
        kept[-1] = Span(kept[-1].text.rstrip(), kept[-1].kind)
    return tuple(span for span in kept if span.text)


Lines = tuple[int, int]
"""First and last line of the source that something speaks of, 1-based and inclusive."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 (the document), 2 (a part) or 3 (an entry); `note` stands beside it."""

    level: int
    text: Spans
    note: Spans = ()
    lines: Lines | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `label` ("Why.") stands before it."""

    text: Spans
    label: Spans = ()
    lines: Lines | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `numbered` when the order matters."""

    items: tuple[Spans, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a header row (may be empty)."""

    header: tuple[Spans, ...]
    rows: tuple[tuple[Spans, ...], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines of the source, as they stand there; `first` is the number of the first one."""

    code: tuple[str, ...]
    first: int

    @property
    def indent(self) -> int:
        """How far all lines are indented."""
        lines = [line for line in self.code if line.strip()]
        return min((len(line) - len(line.lstrip()) for line in lines), default=0)


Block = Heading | Paragraph | Items | Table | Listing


@dataclass(frozen=True, slots=True)
class Document:
    """What is said of one input, in the order in which it is read; `ready` for any format."""

    blocks: tuple[Block, ...]
    lang: str
    ready: bool = False


def joined_documents(documents: Sequence[Document]) -> Document:
    """Several documents of one language as one, each under its own heading."""
    blocks = tuple(block for document in documents for block in document.blocks)
    return Document(blocks, documents[0].lang, all(document.ready for document in documents))


@dataclass(frozen=True, slots=True)
class PseudoLine:
    """A line of pseudocode.

    `depth` is its nesting, `source` the lines of the source that it stands for, `pattern` the id
    of the pattern it condenses; `cells`, in a notebook, the first and the last place that it stands
    for, as cell and line in it.
    """

    text: Spans
    depth: int
    source: Lines
    pattern: str | None = None
    cells: tuple[Lines, Lines] | None = None


@dataclass(frozen=True, slots=True)
class Pseudocode:
    """The pseudocode of one input; `caption` names it."""

    lines: tuple[PseudoLine, ...]
    caption: Spans
    lang: str


@dataclass(frozen=True, slots=True)
class Report:
    """A pitfall in words. `cell` is the notebook's cell, None elsewhere; `lines` are those of the
    file, or of the cell. `place` says where, for a reader; `severity` is error, warning or note,
    `grade` the word for it; `why` and `change` are paragraphs."""

    file: str
    cell: int | None
    lines: Lines
    place: str
    id: str
    severity: str
    grade: str
    title: Spans
    why: tuple[Spans, ...]
    change: tuple[Spans, ...]


@dataclass(frozen=True, slots=True)
class Reports:
    """The pitfalls of some files; `summary` counts them, `label` stands before what to change,
    `silence` says how each id that was found is silenced."""

    reports: tuple[Report, ...]
    summary: Spans
    label: Spans
    silence: dict[str, str]
