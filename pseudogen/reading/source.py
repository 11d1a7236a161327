"""What reading hands on: Python 3 text, where each line came from, and what was mended."""

from __future__ import annotations

from pathlib import Path

from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line of the text stands in what the user gave; all numbers are 1-based.

    `cell` is the cell of a notebook, else None. `line` is the line in the file (in the cell).
    """

    line: int
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that was mended, assumed or set aside while reading.

    `key` names the sentence in `templates/<language>/messages.jinja`; `facts` is what it says, as
    (name, value) pairs; `line` is the 1-based line of the input.
    """

    key: str
    line: int
    facts: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Python 3 code, ready to be parsed.

    `text` has "\\n" line ends and no byte-order mark. `name` is what messages call the input.
    `path` is None for standard input and snippets. `places[i]` is where line `i + 1` came from;
    empty when the lines are those of the input.
    """

    text: str
    name: str
    path: Path | None = None
    places: tuple[Place, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def place(self, line: int) -> Place:
        """The place in the input of 1-based `line` of the text."""
        return self.places[line - 1] if self.places else Place(line)
