"""Tokens of Python code whose line breaks can't be trusted."""

from __future__ import annotations

import re
from keyword import kwlist
from typing import NamedTuple

from pseudogen.records import dataclass

KEYWORDS = frozenset(kwlist) - {"True", "False", "None"}

_TOKEN = re.compile(
    r"(?P<blank>(?>(?:[ \t\f\u3000\xa0]|\\\n)+))"
    r"|(?P<newline>\n)"
    r"|(?P<comment>\#[^\n]*+)"
    r"|(?P<string>(?:[rR][bBfFtT]?|[bBfFtT][rR]?|[uU])?(?:"
    r'"""(?>(?:[^\\"]++|\\.|"(?!""))*)"""'
    r"|'''(?>(?:[^\\']++|\\.|'(?!''))*)'''"
    r'|"(?!"")(?>(?:[^"\\\n]++|\\.)*)"'
    r"|'(?!'')(?>(?:[^'\\\n]++|\\.)*)'))"
    r"|(?P<number>(?:0[xXoObB][0-9a-fA-F_]++|(?:\d[\d_]*+(?:\.[\d_]*+)?|\.\d[\d_]*+)"
    r"(?:[eE][+-]?\d[\d_]*+)?)[jJ]?)"
    r"|(?P<name>[^\W\d]\w*+)"
    r"|(?P<op>\.\.\.|\*\*=|//=|>>=|<<=|:=|->|\*\*|//|>>|<<|[-+*/%@&|^=<>!]=|[-+*/%@&|^~<>=.,:;()\[\]{}])",
    re.S,
)
_CLOSER = {"(": ")", "[": "]", "{": "}"}


class ReflowError(Exception):
    """The text can't be read as Python statements; `position` is the offset of the first fault."""

    def __init__(self, reason: str, position: int) -> None:
        self.reason = reason
        self.position = position
        super().__init__(f"{reason} at {position}")


class Token(NamedTuple):
    """A token: its kind (name, keyword, number, string, op, newline, comment), text and span."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text without blanks; `after[i]` is the index past the bracket opened at i."""

    tokens: list[Token]
    after: dict[int, int]


def next_token(text: str, position: int) -> Token:
    """The token at `position`, which may be a blank.

    Raises:
        ReflowError: 'string' for one that never ends, 'character' for one that Python doesn't know.
    """
    match = _TOKEN.match(text, position)
    if match is None:
        raise ReflowError("string" if text[position] in "\"'" else "character", position)
    kind = match.lastgroup or ""
    if kind == "name" and match[0] in KEYWORDS:
        kind = "keyword"
    return Token(kind, match[0], position, match.end())


def grouped(tokens: list[Token]) -> Tokens:
    """Pair the brackets; line breaks within brackets are dropped.

    Raises:
        ReflowError: 'unclosed' or 'unmatched' bracket.
    """
    kept: list[Token] = []
    after: dict[int, int] = {}
    open_at: list[int] = []
    for token in tokens:
        if open_at and token.kind == "newline":
            continue
        if token.kind == "op" and token.text in "([{":
            open_at.append(len(kept))
        elif token.kind == "op" and token.text in ")]}":
            if not open_at or _CLOSER[kept[open_at[-1]].text] != token.text:
                raise ReflowError("unmatched", token.start)
            after[open_at.pop()] = len(kept) + 1
        kept.append(token)
    if open_at:
        raise ReflowError("unclosed", kept[open_at[-1]].start)
    return Tokens(kept, after)
