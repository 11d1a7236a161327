"""Text under repair: its lines, where each came from, and what was done to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pseudogen.reading.source import Place, Remark, Source
from pseudogen.records import dataclass
from pseudogen.syntax.parsing import accepted, syntax_error


@dataclass(frozen=True, slots=True)
class Draft:
    """Lines of a text; `places[i]` is where line `i` (from 0) came from."""

    lines: tuple[str, ...]
    places: tuple[Place, ...]
    remarks: tuple[Remark, ...] = ()

    @staticmethod
    def of(source: Source) -> Draft:
        """The draft that a source starts as."""
        lines = tuple(source.text.removesuffix("\n").split("\n"))
        places = source.places or tuple(Place(i) for i in range(1, len(lines) + 1))
        return Draft(lines, places[: len(lines)], source.remarks)

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines) + "\n"

    def line(self, index: int) -> int:
        """The line of the input (from 1) that line `index` (from 0) came from."""
        return self.places[min(index, len(self.places) - 1)].line

    def remark(self, key: str, index: int, **facts: str | int) -> Draft:
        """The same with a remark about line `index` (from 0)."""
        place = self.places[min(index, len(self.places) - 1)]
        if place.cell is not None:
            facts["cell"] = place.cell
        found = Remark(key, place.line, tuple(facts.items()))
        return replace(self, remarks=(*self.remarks, found))

    def with_lines(self, kept: Iterable[tuple[str, int]]) -> Draft:
        """New lines, each with the index of the line that it comes from."""
        pairs = list(kept)
        return replace(
            self,
            lines=tuple(line for line, _ in pairs),
            places=tuple(self.places[min(i, len(self.places) - 1)] for _, i in pairs),
        )

    def with_texts(self, lines: Iterable[str]) -> Draft:
        """As many lines with other texts."""
        return replace(self, lines=tuple(lines))

    def error(self) -> SyntaxError | None:
        """What is wrong with the text; None when it is Python."""
        error = syntax_error(self.text)
        return None if error is None or accepted(self.text) else error
