"""Tokens of a text, with the ends of comments that swallowed the code after them.

When the breaks are gone, a comment reaches to the end of the line, and code may follow in it. A
comment is taken to end where code begins that prose does not look like: a whole assignment, call,
header or import.
"""

from __future__ import annotations

import re

from pseudogen.reading.reflow.grammar import Grammar
from pseudogen.reading.reflow.tokens import ReflowError, Token, Tokens, grouped, next_token

_WINDOW = 400
_CANDIDATES = 60
_WORD = re.compile(
    r"(?<=\s)(?=(?:if|elif|else|for|while|with|def|class|try|except|finally|import|from|return"
    r"|raise|async)\b|@[^\W\d]|[^\W\d][\w.]*+\s*+(?:[-+*/]?=|[(\[,:]))|\s(?=\#)"
)
_CODE = frozenset(
    ["assign", "augment", "import", "if", "for", "while", "with", "def", "class", "elif", "else",
     "try", "except", "finally", "call", "return", "raise", "decorator"]
)  # fmt: skip
_IN_BRACKETS = re.compile(
    r"\s(?=[^\W\d]\w*\s*=[^=]|[\w.]+[(\[]|[\w.]+\s*[,)\]}]|[)\]}]|[\"']|-?\d+[,)\]])"
)
_BLANK = re.compile(r"\s*+")
_SURE = re.compile(r"(?:pass|break|continue|return|raise|else|try|finally|yield|del|assert)\b|@")
_RULED = re.compile(r"\#[-=*#~_\s]*+")


def tokenized(text: str, limit: int, *, whole: bool = False) -> tuple[Tokens, set[int]]:
    """Tokens of `text`, and the offsets of the comments whose end was guessed; with `whole`,
    comments reach to the end of their line.

    Raises:
        ReflowError: see `tokens`; 'long' for more than `limit` tokens.
    """
    tokens: list[Token] = []
    guessed: set[int] = set()
    position = depth = 0
    while position < len(text):
        token = _comment(text, position) or next_token(text, position)
        if token.kind == "comment":
            end = token.end if whole else _end(text, token, depth)
            if end < token.end:
                guessed.add(token.start)
            token = Token("comment", text[token.start : end].rstrip(), token.start, end)
        position = token.end
        if token.kind == "blank":
            continue
        if token.kind == "op":
            depth += (token.text in "([{") - (token.text in ")]}")
        if token.kind != "comment" or depth == 0:
            tokens.append(token)
        if len(tokens) > limit:
            raise ReflowError("long", token.start)
    return grouped(tokens), guessed


def _comment(text: str, position: int) -> Token | None:
    """The comment at `position` as far as it may go, without a copy of its words."""
    if text[position] != "#":
        return None
    end = text.find("\n", position)
    return Token("comment", "", position, end if end >= 0 else len(text))


def _end(text: str, comment: Token, depth: int) -> int:
    """Where the comment ends: at code that follows it on its line, else at the line's end."""
    if depth > 0:
        return _end_in_brackets(text, comment)
    ruled = _RULED.match(text, comment.start, comment.end)
    begin = ruled.end() if ruled else comment.start + 1
    first = _code_end(text, begin, comment.end)
    if first and ruled and ruled.end() - ruled.start() < 4:
        begin = first  # a statement that was commented out
    for count, word in enumerate(
        _WORD.finditer(text, max(begin - 1, comment.start + 1), comment.end)
    ):
        start = word.end()
        if count >= _CANDIDATES:
            break
        if text.startswith("#", start):
            return start
        code = _code_end(text, start, comment.end)
        if code and _goes_on(text, code, comment.end):
            return start
    return comment.end


def _goes_on(text: str, start: int, stop: int) -> bool:
    """Whether code or nothing comes next: a call that words follow is spoken of, not made."""
    blank = _BLANK.match(text, start, stop)
    start = blank.end() if blank else start
    if start >= stop or text[start] in "#;\"'":
        return True
    return bool(_SURE.match(text, start, stop) or _code_end(text, start, stop))


def _end_in_brackets(text: str, comment: Token) -> int:
    """Where code goes on within brackets: not within brackets of the comment's own."""
    opened = 0
    start = comment.start
    for resumed in _IN_BRACKETS.finditer(text, comment.start, comment.end):
        words = text[start : resumed.start()]
        opened += words.count("(") - words.count(")")
        start = resumed.start()
        if opened <= 0:
            return start
    return comment.end


def _code_end(text: str, start: int, stop: int) -> int:
    """Index past the statement at `start` when it is clearly code; else 0."""
    tokens: list[Token] = []
    position, stop = start, min(stop, start + _WINDOW)
    try:
        while position < stop:
            if text[position] == "#":
                break
            token = next_token(text, position)
            position = token.end
            if token.kind != "blank":
                tokens.append(token)
        return _first_statement(text, tokens)
    except (ReflowError, RecursionError):
        return _first_statement(text, tokens)


def _first_statement(text: str, tokens: list[Token]) -> int:
    while tokens:
        try:
            statement = Grammar(grouped(tokens)).statement(0)
        except ReflowError as error:
            if error.reason != "unclosed":
                return 0
            tokens = [token for token in tokens if token.start < error.position]
            continue
        last = tokens[statement.end - 1]
        if statement.kind == "call" and text[tokens[0].end : tokens[0].end + 1] not in "(.":
            return 0
        if statement.kind in ("return", "raise") and statement.end - statement.start == 1:
            return 0
        return last.end if statement.kind in _CODE else 0
    return 0
