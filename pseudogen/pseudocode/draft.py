"""A line of pseudocode before its text is taken apart into spans."""

from __future__ import annotations

from dataclasses import replace

from pseudogen.document import Lines
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """Its marked text, nesting, the lines of the source it stands for, and its pattern; `statement`
    is the index of the first statement that it says (-1 for a comment). `whole`: it speaks of the
    whole algorithm."""

    text: str
    depth: int
    source: Lines
    pattern: str | None = None
    statement: int = -1
    whole: bool = False

    def covering(self, other: Lines) -> Draft:
        """The same line, standing for further lines of the source as well."""
        first, last = min(self.source[0], other[0]), max(self.source[1], other[1])
        return replace(self, source=(first, last))
