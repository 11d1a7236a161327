"""What can be wrong with the input: the one exception that the whole package raises for it."""

from __future__ import annotations


class InputError(Exception):
    """The input can't be read; the caller can mend it.

    `key` names the message in `templates/<language>/messages.jinja`, `facts` are what it says
    (numbers, names, an excerpt). `file` and `line` (1-based) say where. The words are chosen by
    whoever reports the error; until then `str()` gives the bare facts.
    """

    def __init__(
        self, key: str, *, file: str = "", line: int | None = None, **facts: object
    ) -> None:
        self.key = key
        self.file = file
        self.line = line
        self.facts = facts
        self.words = ""
        super().__init__(key)

    def __str__(self) -> str:
        if self.words:
            return self.words
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self.key} {self.facts}" if self.facts else f"{place}{self.key}"
