"""Brackets: read back with textbook precedence, an expression has the value it had."""

import math
import re
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.pseudocode.saying import expression

VALUES = {"a": 2, "b": 3, "c": 5, "d": -4, "e": 7}
TOKEN = re.compile(r"\s*(mod\b|and\b|or\b|not\b|\w+(?:\.\d+)?|[−+×/^⌊⌋()=≠<≤>≥|])")

OPERANDS = st.one_of(st.sampled_from(sorted(VALUES)), st.integers(0, 9).map(str))


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    p = inner.map(lambda text: f"({text})")
    sign = st.sampled_from(["+", "-", "*", "/", "//", "%", "**"])
    return st.one_of(st.tuples(p, sign, p).map(" ".join), p.map(lambda text: f"-{text}"))


NUMBERS = st.recursive(OPERANDS, _grown, max_leaves=6)


def _logical(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    p = inner.map(lambda text: f"({text})")
    word = st.sampled_from(["and", "or"])
    return st.one_of(st.tuples(p, word, p).map(" ".join), p.map(lambda text: f"not {text}"))


COMPARISONS = st.tuples(
    NUMBERS.map(lambda text: f"({text})"),
    st.sampled_from(["<", "<=", "==", "!=", ">", ">="]),
    NUMBERS.map(lambda text: f"({text})"),
).map(" ".join)
LOGIC = st.recursive(COMPARISONS, _logical, max_leaves=4)


class Reader:
    """Reads an expression as a textbook means it: powers, products, sums, mod, comparisons, not,
    and, or; a sign in front belongs to the whole product behind it."""

    def __init__(self, text: str) -> None:
        self.tokens = TOKEN.findall(text)
        assert "".join(self.tokens) == text.replace(" ", "")
        self.place = 0

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, token: str = "") -> str:
        found = self.peek()
        assert not token or found == token, (token, self.tokens, self.place)
        self.place += 1
        return found

    def either(self) -> Any:
        value = self.both()
        while self.peek() == "or":
            self.take()
            value = self.both() or value
        return value

    def both(self) -> Any:
        value = self.negation()
        while self.peek() == "and":
            self.take()
            value = self.negation() and value
        return value

    def negation(self) -> Any:
        if self.peek() == "not":
            self.take()
            return not self.negation()
        return self.comparison()

    def comparison(self) -> Any:
        value = self.remainder()
        if self.peek() in ("=", "≠", "<", "≤", ">", "≥"):
            sign, other = self.take(), self.remainder()
            return {
                "=": value == other,
                "≠": value != other,
                "<": value < other,
                "≤": value <= other,
                ">": value > other,
                "≥": value >= other,
            }[sign]
        return value

    def remainder(self) -> Any:
        start = self.place
        value = self.sum()
        if self.peek() == "mod":
            simple = self.place - start
            self.take()
            place = self.place
            other = self.power()
            assert simple == 1 or self.tokens[start] in "(⌊|" or "^" in self.tokens[start:place]
            return value % other
        return value

    def sum(self) -> Any:
        negative = self.peek() == "−"
        if negative:
            self.take()
        value = -self.product() if negative else self.product()
        while self.peek() in ("+", "−"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self) -> Any:
        value = self.power()
        while self.peek() in ("×", "/"):
            value = value * self.power() if self.take() == "×" else value / self.power()
        return value

    def power(self) -> Any:
        value = self.atom()
        if self.peek() == "^":
            self.take()
            return value ** self.atom()
        return value

    def atom(self) -> Any:
        token = self.take()
        if token == "(":
            value = self.either()
            self.take(")")
            return value
        if token == "⌊":
            # The one quotient under the brackets is rounded down: its sides are read apart.
            return self.floor()
        return VALUES[token] if token in VALUES else int(token)

    def floor(self) -> Any:
        end, depth = self.place, 1
        while depth:
            depth += {"⌊": 1, "⌋": -1}.get(self.tokens[end], 0)
            end += 1
        inside = self.tokens[self.place : end - 1]
        cut = _last_slash(inside)
        self.place = end
        return _read(inside[:cut]) // _read(inside[cut + 1 :])


def _last_slash(tokens: list[str]) -> int:
    depth = 0
    for place in range(len(tokens) - 1, -1, -1):
        depth += {")": 1, "⌋": 1, "(": -1, "⌊": -1}.get(tokens[place], 0)
        if tokens[place] == "/" and depth == 0:
            return place
    raise AssertionError(tokens)


def _read(tokens: list[str]) -> Any:
    reader = Reader(" ".join(tokens))
    value = reader.either()
    assert reader.place == len(reader.tokens)
    return value


def _same(code: str) -> None:
    try:
        value = eval(code, {}, dict(VALUES))
    except (ArithmeticError, ValueError, TypeError):  # TypeError: complex numbers have no order
        assume(False)
    assume(not isinstance(value, complex))
    assume(not isinstance(value, (int, float)) or abs(value) < 1e12)
    try:
        read = _read(TOKEN.findall(expression(code)))
    except (ArithmeticError, ValueError, TypeError):
        assume(False)
    assert read == value or math.isclose(read, value, rel_tol=1e-9), (expression(code), read, value)


@settings(max_examples=200, deadline=None)
@given(NUMBERS)
def test_arithmetic_keeps_its_value(code: str) -> None:
    _same(code)


@settings(max_examples=200, deadline=None)
@given(LOGIC)
def test_logic_keeps_its_value(code: str) -> None:
    _same(code)


def test_only_the_brackets_that_are_needed() -> None:
    assert expression("((a) + ((b) * (c)))") == "a + b × c"
    assert expression("(a * b) + (-c)") == "a × b + (−c)"
    assert expression("((a ** 2) + (b ** 2)) ** 0.5") == "(a^2 + b^2)^0.5"
    assert expression("(a or b == 1) and c == 2") == "(a holds or b = 1) and c = 2"
