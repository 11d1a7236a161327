"""Where statements end: the grammar of Python's statements over tokens without line breaks.

A recursive descent that takes every statement as far as it goes. Brackets are skipped as a whole:
a statement never ends within one.
"""

from __future__ import annotations

from collections.abc import Callable

from pseudogen.reading.reflow.tokens import ReflowError, Token, Tokens
from pseudogen.records import dataclass

_BINARY = frozenset(
    [
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "@",
        "**",
        "<<",
        ">>",
        "&",
        "|",
        "^",
        "and",
        "or",
        "==",
        "!=",
        "<",
        ">",
        "<=",
        ">=",
        "in",
        "is",
        ":=",
    ]
)
_UNARY = frozenset(["-", "+", "~", "not", "await", "*", "**"])
_AUGMENTED = frozenset(
    ["+=", "-=", "*=", "/=", "//=", "%=", "@=", "**=", "<<=", ">>=", "&=", "|=", "^="]
)
_IN_TARGETS = frozenset([",", ".", "*", "(", "["])
_TARGETS_SEEN = 200
_SIMPLE = frozenset(["pass", "break", "continue"])
_BRANCHES = frozenset(["elif", "else", "except", "finally", "case"])


@dataclass(frozen=True, slots=True)
class Statement:
    """Tokens `start` to `end` (exclusive) are a simple statement, a header or a decorator.

    `kind` is its keyword, or "assign", "augment", "annotate", "call", "string", "expression",
    "decorator", "comment". `opens` is True when a block follows.
    """

    kind: str
    start: int
    end: int
    opens: bool = False

    @property
    def branch(self) -> bool:
        """Whether it goes on with a compound statement that came before (`else`, `except`)."""
        return self.opens and self.kind in _BRANCHES


class Grammar:
    """Reads statements from tokens; every method takes an index and gives the one past its part."""

    def __init__(self, source: Tokens) -> None:
        self.tokens = source.tokens
        self.after = source.after
        self._in_match = False
        self._keywords: dict[str, Callable[[int], Statement]] = {
            "import": self._import,
            "from": self._from,
            "return": self._return,
            "raise": self._raise,
            "yield": self._expression_statement,
            "del": self._listed,
            "assert": self._listed,
            "global": self._listed,
            "nonlocal": self._listed,
            "def": self._def,
            "class": self._class,
            "for": self._for,
            "with": self._with,
            "except": self._except,
            "if": self._tested,
            "elif": self._tested,
            "while": self._tested,
            "else": self._bare,
            "try": self._bare,
            "finally": self._bare,
            "async": self._async,
        }

    def statements(self) -> list[Statement]:
        """All statements in order.

        Raises:
            ReflowError: 'statement' where none can start or where one breaks off.
        """
        found = []
        i = 0
        while i < len(self.tokens):
            token = self.tokens[i]
            if token.kind == "newline" or token.text == ";":
                i += 1
                continue
            statement = self.statement(i)
            found.append(statement)
            i = statement.end
        return found

    def statement(self, i: int) -> Statement:
        """The statement that starts at token `i`."""
        token = self.tokens[i]
        if token.kind == "comment":
            return Statement("comment", i, i + 1)
        if token.text == "@":
            return Statement("decorator", i, self._expression(i + 1))
        if token.kind == "keyword":
            if token.text in _SIMPLE:
                return Statement(token.text, i, i + 1)
            read = self._keywords.get(token.text, self._expression_statement)
            return read(i)
        if token.kind == "name" and token.text in ("match", "case", "type"):
            return self._soft(i) or self._expression_statement(i)
        return self._expression_statement(i)

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

    # Simple statements

    def _expression_statement(self, i: int) -> Statement:
        end = self._expressions(i)
        if self._text(end) == ":" and self._kind(i) in ("name", "op"):
            end = self._expression(end + 1)
            if self._text(end) == "=":
                end = self._expressions(end + 1)
            return Statement("annotate", i, end)
        if self._text(end) in _AUGMENTED:
            return Statement("augment", i, self._expressions(end + 1))
        if self._text(end) == "=":
            return Statement("assign", i, self._values(end))
        if end - i == 1 and self._kind(i) == "string":
            return Statement("string", i, end)
        called = self._kind(i) == "name" and self._text(end - 1) == ")"
        return Statement("call" if called else "expression", i, end)

    def _values(self, i: int) -> int:
        """The chain `= a = b`."""
        while self._text(i) == "=":
            i = self._expressions(i + 1)
        return i

    def _return(self, i: int) -> Statement:
        if self._starts(i + 1) and self._text(i + 1) != "yield":
            following = self._expression_statement(i + 1)
            if following.kind not in ("assign", "augment", "annotate"):
                return Statement("return", i, following.end)
        return Statement("return", i, i + 1)

    def _raise(self, i: int) -> Statement:
        if not self._starts(i + 1):
            return Statement("raise", i, i + 1)
        following = self._expression_statement(i + 1)
        if following.kind in ("assign", "augment", "annotate"):
            return Statement("raise", i, i + 1)
        end = self._expression(i + 1)
        if self._text(end) == "from" and self._text(self._cause(end)) != "import":
            end = self._cause(end)
        return Statement("raise", i, end)

    def _cause(self, i: int) -> int:
        try:
            return self._expression(i + 1)
        except ReflowError:
            return i

    def _listed(self, i: int) -> Statement:
        return Statement(self.tokens[i].text, i, self._expressions(i + 1))

    def _aliased(self, i: int) -> int:
        i = self._dotted(i)
        return self._name(i + 1) if self._text(i) == "as" else i

    def _aliases(self, i: int) -> int:
        i = self._aliased(i)
        while self._text(i) == ",":
            i = self._aliased(i + 1)
        return i

    def _import(self, i: int) -> Statement:
        return Statement("import", i, self._aliases(i + 1))

    def _from(self, i: int) -> Statement:
        start = i
        i += 1
        while self._text(i) in (".", "..."):
            i += 1
        if self._text(i) != "import":
            i = self._dotted(i)
        i = self._expect(i, "import")
        if self._text(i) == "*":
            return Statement("import", start, i + 1)
        end = self.after[i] if self._text(i) == "(" else self._aliases(i)
        return Statement("import", start, end)

    # Headers

    def _header(self, start: int, end: int, kind: str = "") -> Statement:
        return Statement(kind or self.tokens[start].text, start, self._expect(end, ":"), True)

    def _bare(self, i: int) -> Statement:
        return self._header(i, i + 1)

    def _tested(self, i: int) -> Statement:
        return self._header(i, self._expression(i + 1))

    def _async(self, i: int) -> Statement:
        if self._text(i + 1) not in ("def", "for", "with"):
            raise self._fail(i + 1)
        inner = self.statement(i + 1)
        return Statement(inner.kind, i, inner.end, True)

    def _def(self, i: int) -> Statement:
        end = self._name(i + 1)
        if self._text(end) == "[":
            end = self.after[end]
        if self._text(end) != "(":
            raise self._fail(end)
        end = self.after[end]
        if self._text(end) == "->":
            end = self._expression(end + 1)
        return self._header(i, end)

    def _class(self, i: int) -> Statement:
        end = self._name(i + 1)
        while self._text(end) in ("[", "("):
            end = self.after[end]
        return self._header(i, end)

    def _targets(self, i: int) -> int:
        i = self._operand(i)
        while self._text(i) == ",":
            i += 1
            if self._text(i) == "in":
                return i
            i = self._operand(i)
        return i

    def _for(self, i: int) -> Statement:
        end = self._expect(self._targets(i + 1), "in")
        return self._header(i, self._expressions(end))

    def _with(self, i: int) -> Statement:
        end = i
        while end == i or self._text(end) == ",":
            end = self._expression(end + 1)
            if self._text(end) == "as":
                end = self._operand(end + 1)
        return self._header(i, end)

    def _except(self, i: int) -> Statement:
        end = i + 1
        if self._text(end) != ":":
            end = self._expressions(end)
            if self._text(end) == "as":
                end = self._name(end + 1)
        return self._header(i, end)

    def _soft(self, i: int) -> Statement | None:
        """`match x:`, `case x:`, `type X = y`, or None when the word is a plain name here."""
        word = self.tokens[i].text
        try:
            if word == "type":
                return self._type_alias(i)
            if word == "match" and self._starts(i + 1):
                found = self._header(i, self._expressions(i + 1))
                self._in_match |= self._next_is(found.end, "case")
                return found if self._next_is(found.end, "case") else None
            return self._case(i) if word == "case" and self._in_match else None
        except ReflowError:
            return None

    def _next_is(self, i: int, word: str) -> bool:
        while self._kind(i) in ("newline", "comment"):
            i += 1
        return i < len(self.tokens) and self.tokens[i].text == word

    def _type_alias(self, i: int) -> Statement:
        end = self._name(i + 1)
        if self._text(end) == "[":
            end = self.after[end]
        return Statement("assign", i, self._expression(self._expect(end, "=")))

    def _case(self, i: int) -> Statement:
        end = self._expressions(i + 1)
        while self._text(end) in ("as", ","):
            end = self._expressions(end + 1)
        if self._text(end) == "if":
            end = self._expression(end + 1)
        return self._header(i, end)
