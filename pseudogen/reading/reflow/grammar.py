"""Where statements end: the grammar of Python's statements over tokens without line breaks.

A recursive descent that takes every statement as far as it goes. Brackets are skipped as a whole:
a statement never ends within one.
"""

from __future__ import annotations

from collections.abc import Callable

from pseudogen.reading.reflow.expressions import Expressions
from pseudogen.reading.reflow.tokens import ReflowError, Tokens
from pseudogen.records import dataclass

_AUGMENTED = frozenset(
    ["+=", "-=", "*=", "/=", "//=", "%=", "@=", "**=", "<<=", ">>=", "&=", "|=", "^="]
)
_CONSTANTS = frozenset(["string", "number"])
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


class Grammar(Expressions):
    """Reads statements from tokens; every method takes an index and gives the one past its part."""

    def __init__(self, source: Tokens) -> None:
        super().__init__(source)
        self._in_match = False
        self._keywords: dict[str, Callable[[int], Statement]] = {
            "import": self._import,
            "from": self._from,
            "return": self._return,
            "raise": self._raise,
            "yield": self._yielded,
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
        """The chain `= a = b`; in `= 1, b = 2` the comma is the end of a statement."""
        while self._text(i) == "=":
            last = first = i + 1
            end = self._expression(first)
            while self._text(end) == "," and self._starts(end + 1):
                last, end = end + 1, self._expression(end + 1)
            if self._text(end) == "=" and last > first and self._kind(first) in _CONSTANTS:
                return last
            i = end + 1 if self._text(end) == "," else end
        return i

    def _return(self, i: int) -> Statement:
        if self._starts(i + 1) and self._text(i + 1) != "yield":
            following = self._expression_statement(i + 1)
            if following.kind not in ("assign", "augment", "annotate"):
                return Statement("return", i, following.end)
        return Statement("return", i, i + 1)

    def _yielded(self, i: int) -> Statement:
        found = self._expression_statement(i)
        bare = found.kind in ("assign", "augment", "annotate")
        return Statement("expression", i, i + 1) if bare else found

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
