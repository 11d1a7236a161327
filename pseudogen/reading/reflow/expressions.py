"""Where expressions end: as far as they go, over tokens without line breaks."""

from __future__ import annotations

from pseudogen.reading.reflow.tokens import ReflowError, Token, Tokens

_BINARY = frozenset(
    ["+", "-", "*", "/", "//", "%", "@", "**", "<<", ">>", "&", "|", "^", "and", "or",
     "==", "!=", "<", ">", "<=", ">=", "in", "is", ":="]
)  # fmt: skip
_UNARY = frozenset(["-", "+", "~", "not", "await", "*", "**"])
_IN_TARGETS = frozenset([",", ".", "*", "(", "["])
_TARGETS_SEEN = 200


class Expressions:
    """Reads expressions from tokens; a method takes an index and gives the one past its part."""

    def __init__(self, source: Tokens) -> None:
        self.tokens = source.tokens
        self.after = source.after

    # Tokens

    def _text(self, i: int) -> str:
        """Text of token `i` when it is punctuation or a keyword; else "" (also past the end)."""
        if i >= len(self.tokens):
            return ""
        token = self.tokens[i]
        return token.text if token.kind in ("op", "keyword") else ""

    def _kind(self, i: int) -> str:
        return self.tokens[i].kind if i < len(self.tokens) else ""

    def _fail(self, i: int) -> ReflowError:
        last: Token | None = self.tokens[-1] if self.tokens else None
        at = self.tokens[i].start if i < len(self.tokens) else last.end if last else 0
        return ReflowError("unfinished" if i >= len(self.tokens) else "statement", at)

    def _expect(self, i: int, text: str) -> int:
        if self._text(i) != text:
            raise self._fail(i)
        return i + 1

    def _name(self, i: int) -> int:
        if self._kind(i) != "name":
            raise self._fail(i)
        return i + 1

    def _dotted(self, i: int) -> int:
        i = self._name(i)
        while self._text(i) == ".":
            i = self._name(i + 1)
        return i

    # Expressions

    def _starts(self, i: int) -> bool:
        """Whether an expression can start at token `i`."""
        kind, text = self._kind(i), self._text(i)
        if kind in ("name", "number", "string"):
            return True
        return text in _UNARY or text in ("(", "[", "{", "...", "lambda", "yield")

    def _operand(self, i: int) -> int:
        while self._text(i) in _UNARY:
            i += 1
        kind, text = self._kind(i), self._text(i)
        if text == "lambda":
            return self._lambda(i)
        if text == "yield":
            return self._yield(i)
        if kind == "string":
            return self._trailers(self._strings(i), ".[")
        if kind == "number" or text == "...":
            return i + 1
        if kind == "name":
            return self._trailers(i + 1, ".[(")
        if text in ("(", "[", "{") and text:
            return self._trailers(self.after[i], ".[(")
        raise self._fail(i)

    def _strings(self, i: int) -> int:
        """Adjacent strings are one; but a docstring ends where its quotes do."""
        if self.tokens[i].text.endswith(('"""', "'''")):
            return i + 1
        while self._kind(i) == "string":
            i += 1
        return i

    def _trailers(self, i: int, allowed: str) -> int:
        while (text := self._text(i)) and text in allowed and not self._starts_anew(i):
            i = self._name(i + 1) if text == "." else self.after[i]
            allowed = ".[("
        return i

    def _starts_anew(self, i: int) -> bool:
        """Whether the bracket at `i` is no call and no subscript: targets, or a comprehension."""
        text = self._text(i)
        if text == "[":
            inner = i + 1
            while inner < self.after[i] - 1 and self._text(inner) != "for":
                inner = self.after.get(inner, inner + 1)
            return self._text(inner) == "for"
        if text != "(" or self.tokens[i - 1].end == self.tokens[i].start:
            return False
        end = self.after[i]
        while end < min(len(self.tokens), i + _TARGETS_SEEN) and self._text(end) != "=":
            if self._kind(end) != "name" and self._text(end) not in _IN_TARGETS:
                return False
            end = self.after.get(end, end + 1)
        return self._text(end) == "="

    def _lambda(self, i: int) -> int:
        i += 1
        while (text := self._text(i)) != ":":
            if i >= len(self.tokens) or (self._kind(i) == "keyword" and text != "lambda"):
                raise self._fail(i)
            i = self.after.get(i, i + 1)
        return self._expression(i + 1)

    def _yield(self, i: int) -> int:
        if self._text(i + 1) == "from":
            return self._expression(i + 2)
        return self._expressions(i + 1) if self._starts(i + 1) else i + 1

    def _binary(self, i: int) -> int:
        """Index past the operator at `i`; `i` itself when there is none."""
        text = self._text(i)
        if text == "not" and self._text(i + 1) == "in":
            return i + 2
        if text == "is" and self._text(i + 1) == "not":
            return i + 2
        if text == "@" and self._decorates(i):
            return i
        return i + 1 if text in _BINARY else i

    def _decorates(self, i: int) -> bool:
        """Whether the `@` at `i` starts a decorator: a definition or another one follows it."""
        try:
            end = self._operand(i + 1)
        except ReflowError:
            return False
        while self._kind(end) == "newline":
            end += 1
        return self._text(end) in ("def", "class", "async", "@")

    def _test(self, i: int) -> int:
        i = self._operand(i)
        while (right := self._binary(i)) != i:
            i = self._operand(right)
        return i

    def _expression(self, i: int) -> int:
        """An expression; `a if b else c` only when it has its `else`."""
        i = self._test(i)
        while self._text(i) == "if":
            try:
                end = self._test(i + 1)
            except ReflowError:
                return i
            if self._text(end) != "else" or not self._starts(end + 1):
                return i
            i = self._test(end + 1)
        return i

    def _expressions(self, i: int) -> int:
        i = self._expression(i)
        while self._text(i) == ",":
            i += 1
            if not self._starts(i):
                return i
            i = self._expression(i)
        return i
