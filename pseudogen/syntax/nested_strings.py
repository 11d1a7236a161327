"""f-strings with what only Python 3.12 and later read in their fields (PEP 701): the quote of the
string itself, comments, line breaks. Strings end there where no simple pattern sees it."""

from __future__ import annotations

import re

from pseudogen.errors import InputError

_MOST = 100
"""Strings in fields of strings nested deeper are refused; Python itself has such a limit."""

_START = r"(?<!\w)(?:[fFtT][rR]?|[rR][fFtT])"


def _opened(prefix: str, quote: str) -> re.Pattern[str]:
    """A string on one line in which a field is open where the quote, or the line, ends it. That
    it begins with a literal makes the search quick."""
    free = rf"[^{{}}{quote}\n]"
    field = rf"\{{(?>(?:{free}++|\{{{free}*+\}})*)"
    text = rf"(?>(?:[^{quote}\\\n{{]++|\\.|\{{\{{|{field}\}})*)"
    start = f"{prefix}{quote}"
    word = rf"(?<=\W{start})" + (rf"|(?<=\Wr{start})" if prefix == "f" else "")
    return re.compile(rf"{start}(?:{word})(?!{quote * 2}){text}{field}[{quote}\n]", re.S)


_OPENED = {prefix + quote: _opened(prefix, quote) for prefix in ("f", "fr", "F") for quote in "\"'"}
STRING = (
    r'"""(?>(?:[^\\"]++|\\.|"(?!""))*)(?:"""|\Z)'
    r"|'''(?>(?:[^\\']++|\\.|'(?!''))*)(?:'''|\Z)"
    r'|"(?>(?:[^"\\\n]++|\\.)*)"?'
    r"|'(?>(?:[^'\\\n]++|\\.)*)'?"
)
"""A string as Python before 3.12 reads it; one that never ends, too."""
_CODE = re.compile(rf"\#[^\n]*+|{_START}(\"\"\"|'''|\"|')|(?:{STRING})|[()\[\]{{}}:\n]|\Z", re.S)
"""The next piece of code that matters; in the group, the quote that begins an f-string."""
_TEXT = re.compile(r"\\.|\{\{|\}\}|\"\"\"|'''|[\"'{}\n]|\Z", re.S)
"""The next piece that matters of what an f-string says between its fields."""


def has_nested(text: str) -> bool:
    """Whether an f-string of a text holds what only Python 3.12 and later read."""
    return any(start in text and opened.search(text) for start, opened in _OPENED.items())


def unfolded(text: str, name: str) -> str:
    """A text in which f-strings are brackets around their fields: the same lines, the same depth of
    brackets, and no string that holds another.

    Raises:
        InputError: 'too-deep'; `name` is the file that the error names.
    """
    return _Unfolding(text, name).whole()


class _Unfolding:
    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.at = 0
        self.made: list[str] = []

    def whole(self) -> str:
        while self.at < len(self.text):
            self._code(0, in_field=False)
        return "".join(self.made)

    def _next(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """The next match, behind which it goes on."""
        found = pattern.search(self.text, self.at)
        assert found  # the patterns match the end
        self.at = found.end()
        return found

    def _code(self, depth: int, *, in_field: bool) -> None:
        """Code up to the end of the text or, in a field, to the brace or colon that ends it."""
        if depth > _MOST:
            line = self.text.count("\n", 0, self.at) + 1
            raise InputError("too-deep", file=self.name, line=line, limit=_MOST)
        level = 0
        while True:
            before = self.at
            found = self._next(_CODE)
            piece = found[0]
            self.made.append(self.text[before : found.start()])
            if not piece:
                return
            if found[1]:
                self._string(found[1], depth)
            elif piece[0] in "\"'":
                self.made.append("0" + "\n" * piece.count("\n") if in_field else piece)
            elif piece[0] == "#":
                self.made.append("" if in_field else piece)
            elif in_field and not level and piece in ":}":
                if piece == ":":
                    self._said("}", depth)
                return
            else:
                level += (piece in "([{") - (piece in ")]}")
                self.made.append(piece)

    def _string(self, quote: str, depth: int) -> None:
        """An f-string behind its opening quote."""
        self.made.append("(")
        self._said(quote, depth)
        self.made.append(")")

    def _said(self, end: str, depth: int) -> None:
        """What is said up to the quote that ends a string, or the brace that ends a format."""
        while True:
            piece = self._next(_TEXT)[0]
            if not piece or piece == end:
                return
            if piece[:1] == end:  # three quotes where one ends the string
                self.at -= len(piece) - 1
                return
            if piece == "{":
                self.made.append("(")
                self._code(depth + 1, in_field=True)
                self.made.append(")")
            elif piece[-1] == "\n":
                self.made.append("\n")
                if piece == "\n" and end in "\"'":
                    return  # it never ends
