"""Lines of Python as spans, coloured by Pygments."""

from __future__ import annotations

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType

from pseudogen.document import Span, Spans

_KINDS: dict[_TokenType, str] = {
    Comment: "comment",
    Keyword: "keyword",
    Operator.Word: "keyword",
    String: "string",
    Number: "number",
    Name.Function: "defined",
    Name.Class: "defined",
    Name.Decorator: "defined",
}


def highlighted(code: tuple[str, ...]) -> tuple[Spans, ...]:
    """Each line of `code` as spans; plain code is of the kind "source"."""
    lines: list[list[Span]] = [[]]
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    for token, text in lexer.get_tokens("\n".join(code)):
        first, *others = text.split("\n")
        kind = _kind(token)
        if first:
            lines[-1].append(Span(first, kind))
        lines.extend([Span(other, kind)] if other else [] for other in others)
    return tuple(tuple(line) for line in lines[: len(code)])


def _kind(token: _TokenType) -> str:
    """The kind of a token, or of the most special token type that it belongs to."""
    for ancestor in reversed(token.split()):
        if ancestor in _KINDS:
            return _KINDS[ancestor]
    return "source"
