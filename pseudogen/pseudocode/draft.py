"""A line of pseudocode before its text is taken apart into spans."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pseudogen.document import Lines


@dataclass(frozen=True, slots=True)
class Draft:
    """Its marked text, nesting, the lines of the source it stands for, and its pattern."""

    text: str
    depth: int
    source: Lines
    pattern: str | None = None

    def covering(self, other: Lines) -> Draft:
        """The same line, standing for further lines of the source as well."""
        first, last = min(self.source[0], other[0]), max(self.source[1], other[1])
        return replace(self, source=(first, last))
