"""Documents and pseudocode as lines of spans; without their kinds they are the format `text`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations, zip_longest

from rich.cells import cell_len

from pseudogen.document import (
    Block,
    Document,
    Heading,
    Items,
    Listing,
    Paragraph,
    Pseudocode,
    PseudoLine,
    Span,
    Spans,
    Table,
)
from pseudogen.records import dataclass
from pseudogen.rendering.layout import joined, width, wrap
from pseudogen.rendering.options import Numbers, Options
from pseudogen.rendering.prepared import as_kind

INDENT = 4
_NARROW_COLUMN = 14
"""A column gives none of its width to another below this."""
_STEP = 2
_RAGGED = 2
"""So many cells of a line stay free, on the average, as a word goes to the next."""
_HANG = 8
_NARROWEST = 24
"""Cells that pseudocode keeps however deep it is nested."""
_UNDERLINE = {1: "═", 2: "─"}
_MARKED = 3
"""The level of stages, which a sign tells from the findings in them."""
_GAP = (Span("  "),)


@dataclass(frozen=True, slots=True)
class Look:
    """How lines are made: cells of a line, backticks around code, source lines as spans."""

    width: int = 80
    quotes: bool = True
    source: Callable[[tuple[str, ...]], tuple[Spans, ...]] = lambda code: tuple(
        (Span(line, "source"),) for line in code
    )


def document_text(document: Document, options: Options) -> str:
    """The document as plain text."""
    return plain_lines(document_lines(document, Look(options.width)))


def pseudocode_text(code: Pseudocode, options: Options) -> str:
    """The pseudocode as plain text, four spaces a level."""
    return plain_lines(pseudocode_lines(code, options.width, options.numbers or "none"))


def plain_lines(lines: Iterator[Spans]) -> str:
    """Lines of spans as text, without blanks at their ends."""
    return "\n".join("".join([span.text for span in line]).rstrip(" ") for line in lines)


def document_lines(document: Document, look: Look) -> Iterator[Spans]:
    """The lines of a document; kinds of spans besides SPAN_KINDS: heading, label, note, gutter."""
    before: Block | None = None
    for block in document.blocks:
        if before is not None and not _close(before, block):
            yield ()
        yield from _block(block, look)
        before = block


def _close(before: Block, block: Block) -> bool:
    """Whether a block follows without a blank line."""
    if isinstance(before, Heading):
        return before.level > _MARKED or (before.level == _MARKED and type(block) is not Heading)
    return isinstance(before, Paragraph) and isinstance(block, Paragraph) and bool(block.label)


def _block(block: Block, look: Look) -> Iterator[Spans]:
    match block:
        case Heading():
            yield from _heading(block, look)
        case Paragraph(text=text, label=label):
            shown = joined(as_kind(label, "label"), quoted(text, look))
            yield from wrap(shown, look.width)
        case Items():
            yield from _items(block, look)
        case Table():
            yield from _table(block, look)
        case Listing():
            yield from _listing(block, look)


def _heading(heading: Heading, look: Look) -> Iterator[Spans]:
    title = joined(as_kind(quoted(heading.text, look), "heading"), heading.note)
    if heading.level == _MARKED:
        yield from _beside(Span("■ ", "rule"), wrap(title, look.width - 2))
        return
    lines = list(wrap(title, look.width))
    yield from lines
    if heading.level in _UNDERLINE:
        longest = max(map(width, lines), default=0)
        yield (Span(_UNDERLINE[heading.level] * longest, "rule"),)


def _items(items: Items, look: Look) -> Iterator[Spans]:
    signs = [f"{place}." if items.numbered else "-" for place in range(1, len(items.items) + 1)]
    room = max(map(len, signs), default=0) + 1
    for sign, item in zip(signs, items.items, strict=True):
        lines = wrap(quoted(item, look), look.width - room)
        yield from _beside(Span(sign.rjust(room - 1) + " ", "gutter"), lines)


def _beside(sign: Span, lines: Iterator[Spans]) -> Iterator[Spans]:
    """Lines to the right of a sign, which stands before the first one only."""
    for place, line in enumerate(lines):
        yield ((sign if place == 0 else Span(" " * cell_len(sign.text))), *line)


def _listing(listing: Listing, look: Look) -> Iterator[Spans]:
    room = len(str(listing.first + len(listing.code) - 1))
    for number, line in enumerate(look.source(listing.code), listing.first):
        sign = Span(f"{number:>{room}} │ ", "gutter")
        indent = _indent(line)
        columns = look.width - cell_len(sign.text) - indent
        pad = (Span(" " * indent),) if indent else ()
        lines = [pad + part for part in wrap(line, max(columns, _NARROWEST), INDENT)] or [()]
        yield from _hanging(sign, lines, indent)


def _hanging(sign: Span, lines: list[Spans], indent: int) -> Iterator[Spans]:
    yield (sign, *lines[0])
    blank = Span(" " * (cell_len(sign.text) - 2) + "│ ", "gutter")
    for line in lines[1:]:
        yield (blank, Span(" " * INDENT), *line)


def _indent(line: Spans) -> int:
    text = "".join(span.text for span in line)
    return len(text) - len(text.lstrip())


def _table(table: Table, look: Look) -> Iterator[Spans]:
    rows = [tuple(quoted(cell, look) for cell in row) for row in table.rows]
    header = tuple(as_kind(quoted(cell, look), "heading") for cell in table.header)
    columns = _columns([header, *rows], look.width)
    if header:
        yield from _row(header, columns)
        yield (Span("  ".join("─" * column for column in columns), "rule"),)
    for row in rows:
        yield from _row(row, columns)


def _columns(rows: list[tuple[Spans, ...]], room: int) -> list[int]:
    """Widths of the columns: what they need; where that is too much, the widest give way, and
    then give to each other what makes the table shorter."""
    cells = [[width(cell) for cell in row] for row in rows]
    needed = [max(column) for column in zip_longest(*cells, fillvalue=0)]
    widths = needed.copy()
    while sum(widths) + 2 * (len(widths) - 1) > room and max(widths) > INDENT:
        widths[widths.index(max(widths))] -= 1
    narrowed = [place for place, need in enumerate(needed) if widths[place] < need]
    for giver, taker in permutations(range(1, len(widths)), 2):
        if taker not in narrowed:
            continue
        spare = range(0, widths[giver] - _NARROW_COLUMN, _STEP)
        shifted = {give: _shifted(widths, giver, taker, give) for give in spare}
        best = min(shifted, key=lambda give: _height(cells, shifted[give]), default=0)
        widths = shifted.get(best, widths)
    return widths


def _shifted(widths: list[int], giver: int, taker: int, cells: int) -> list[int]:
    changed = widths.copy()
    changed[giver] -= cells
    changed[taker] += cells
    return changed


def _height(cells: list[list[int]], widths: list[int]) -> int:
    """About how many lines a table takes whose cells need so much; of words not all fit a line."""
    rows = (zip(row, widths, strict=False) for row in cells)
    return sum(max(-(-need // max(have - _RAGGED, 1)) for need, have in row) for row in rows)


def _row(row: tuple[Spans, ...], columns: list[int]) -> Iterator[Spans]:
    cells = [list(wrap(cell, column)) for cell, column in zip(row, columns, strict=False)]
    for height in range(max(map(len, cells), default=0)):
        line: Spans = ()
        for cell, column in zip(cells, columns, strict=False):
            part = cell[height] if height < len(cell) else ()
            line += (*part, Span(" " * (column - width(part))), *_GAP)
        yield line


def pseudocode_lines(code: Pseudocode, columns: int, numbers: Numbers) -> Iterator[Spans]:
    """The lines of pseudocode with their numbers; a long one goes on behind a hanging indent."""
    signs = [number(numbers, place, line) for place, line in enumerate(code.lines, 1)]
    room = max(map(len, signs), default=0)
    for sign, line in zip(signs, code.lines, strict=True):
        gutter = (Span(f"{sign:>{room}}  ", "gutter"),) if room else ()
        left = columns - width(gutter)
        indent = max(min(line.depth * INDENT, left - _NARROWEST), 0)
        parts = list(wrap(line.text, left - indent, _HANG)) or [()]
        yield (*gutter, Span(" " * indent), *parts[0])
        for part in parts[1:]:
            yield (Span(" " * (width(gutter) + indent + _HANG)), *part)


def number(numbers: Numbers, place: int, line: PseudoLine) -> str:
    """What stands beside the pseudocode line at `place` (1-based)."""
    if numbers == "none":
        return ""
    if numbers == "lines":
        return str(place)
    if line.cells is None:
        first, last = map(str, line.source)
    else:
        (cell, start), (other, end) = line.cells
        first, last = f"{cell}:{start}", f"{end}" if cell == other else f"{other}:{end}"
        last = first if (cell, start) == (other, end) else last
    return first if first == last else f"{first}–{last}"


def quoted(text: Spans, look: Look) -> Spans:
    """Text with code between backticks, where no colour tells it."""
    if not look.quotes:
        return text
    return tuple(Span(f"`{s.text}`", s.kind) if s.kind == "code" else s for s in text)
