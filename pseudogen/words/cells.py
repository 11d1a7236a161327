"""Lines of a notebook as its reader knows them: the cell, and the line in it.

The words of findings count lines through all code cells, as if they were one file; here what they
say of lines is said anew.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import Any

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
    plain,
)
from pseudogen.reading.source import Place, Source
from pseudogen.regex import regex
from pseudogen.templating import explanation_words, glance_words, language
from pseudogen.words.patterns import spaced_words

_RANGE = regex(r"(\d+)(?:–(\d+))?")


class Cells:
    """Says lines as cells and lines in them."""

    def __init__(self, source: Source, lang: str) -> None:
        self.source = source
        self.lang = lang
        self._pattern = re.compile(language(lang).line_pattern)
        self._columns = {glance_words(lang).header[-1]}

    def pair(self, line: int) -> list[int]:
        """`[cell, line in it]` of a line of the joined text."""
        place = self._place(line)
        return [place.cell or 1, place.line]

    def pseudocode(self, code: Pseudocode) -> Pseudocode:
        """Pseudocode whose lines know their cells."""
        return replace(code, lines=tuple(map(self._celled, code.lines)))

    def _celled(self, line: PseudoLine) -> PseudoLine:
        first, last = (self._place(number) for number in line.source)
        return replace(line, cells=((first.cell or 1, first.line), (last.cell or 1, last.line)))

    def text(self, text: str) -> str:
        """Plain words with their lines said anew."""
        return self._pattern.sub(self._said, text)

    def spans(self, text: Spans) -> Spans:
        """Words with their lines said anew; code stays as it is."""
        return tuple(Span(self.text(s.text), s.kind) if s.kind != "code" else s for s in text)

    def document(self, document: Document) -> Document:
        """The document of a notebook's explanation. What was set aside in reading, below the
        title, has its cells; what is said of another file keeps its lines."""
        blocks: list[Block] = []
        elsewhere = False
        for block in document.blocks:
            if isinstance(block, Heading):
                elsewhere = block.lines is None and ".py" in plain((*block.text, *block.note))
            title = bool(blocks) and isinstance(blocks[-1], Heading) and blocks[-1].level == 1
            as_it_is = title if isinstance(block, Items) else elsewhere
            kept = as_it_is and not isinstance(block, Heading)
            blocks.append(block if kept else self._block(block))
        return replace(document, blocks=tuple(blocks))

    def _block(self, block: Block) -> Block:
        match block:
            case Heading():
                text = block.text if block.level == 1 else self.spans(block.text)
                return replace(block, text=text, note=self.spans(block.note), lines=None)
            case Paragraph():
                return replace(
                    block, text=self.spans(block.text), label=self.spans(block.label), lines=None
                )
            case Items():
                return replace(block, items=tuple(map(self.spans, block.items)))
            case Listing():
                return replace(block, first=self._place(block.first).line)
            case Table():
                return self._table(block)

    def _table(self, table: Table) -> Table:
        """In a column of lines, `3:5` is line 5 of cell 3."""
        heads = ["".join(span.text for span in cell) for cell in table.header]
        of_lines = {i for i, head in enumerate(heads) if head in self._columns}
        rows = tuple(
            tuple(self._short(c) if i in of_lines else self.spans(c) for i, c in enumerate(row))
            for row in table.rows
        )
        header = tuple(
            (Span(explanation_words(self.lang).cell_column),) if i in of_lines else cell
            for i, cell in enumerate(table.header)
        )
        return Table(header, rows)

    def _short(self, cell: Spans) -> Spans:
        def said(match: re.Match[str]) -> str:
            first, last = (self._place(int(n)) for n in (match[1], match[2] or match[1]))
            start = f"{first.cell}:{first.line}"
            if first == last:
                return start
            return (
                f"{start}–{last.line}"
                if first.cell == last.cell
                else f"{start}–{last.cell}:{last.line}"
            )

        # places in other files stand as `file:line`
        whole = re.compile(rf"(?<![\w:./]){_RANGE.pattern}(?![\w./])")
        return tuple(Span(whole.sub(said, span.text), span.kind) for span in cell)

    def _place(self, line: int) -> Place:
        return self.source.place(min(max(line, 1), len(self.source.places)))

    def _said(self, match: re.Match[str]) -> str:
        """`lines 5, 9 and 40–44`, said of the cells that they are in."""
        words = explanation_words(self.lang)
        found = [
            (self._place(int(a)), self._place(int(b or a))) for a, b in _RANGE.findall(match[0])
        ]
        parts: list[str] = []
        for cell, group in groupby(found, key=lambda pair: (pair[0].cell, pair[1].cell)):
            ranges = [(first.line, last.line) for first, last in group]
            if cell[0] == cell[1]:
                parts.append(words.in_cell(cell[0], ranges))
            else:
                parts += [
                    words.across(words.in_cell(cell[0], [(a, a)]), words.in_cell(cell[1], [(b, b)]))
                    for a, b in ranges
                ]
        said = "; ".join(parts)
        if match.lastgroup == "on":
            said = words.on_cells(said)
        return "".join(span.text for span in spaced_words(said, self.lang))


def has_cells(source: Source) -> bool:
    """Whether a source is a notebook."""
    return bool(source.places) and source.places[0].cell is not None


def with_cells(value: dict[str, Any], cells: Cells) -> dict[str, Any]:
    """The object of `explain --format json` with `cells`, first and last place, beside `lines`."""
    for kind in ("findings", "pitfalls", "stages"):
        value[kind] = [_placed(one, cells) for one in value[kind]]
    for stage in value["stages"]:
        stage["passages"] = [_placed(one, cells) for one in stage["passages"]]
    return value


def _placed(one: dict[str, Any], cells: Cells) -> dict[str, Any]:
    if "file" in one:  # of another file of the project
        return one
    said = {"text": cells.text(one["text"])} if "text" in one else {}
    return one | said | {"cells": [cells.pair(line) for line in one["lines"]]}
