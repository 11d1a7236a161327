"""What always holds, whatever the program."""

import ast
import io
import re
import tokenize

from hypothesis import given, settings
from hypothesis import strategies as st

from pseudogen.names.script import Script
from pseudogen.pseudocode import DETAILS
from tests.pseudocode.programs import PROGRAMS
from tests.pseudocode.saying import lines, text, texts

LANGUAGES = ("en", "zh")
CHOICES = st.tuples(st.sampled_from(DETAILS), st.sampled_from(LANGUAGES))
PYTHON_ONLY = re.compile(
    r"\*\*|//|[=!]=|:=|->|[-+*/%@&|^]=|\b__\w+__\b|"
    r"\b(?:self|None|True|False|lambda|def|elif|isinstance|nonlocal|del|pass|raise|except|assert)\b"
)
KEPT_OTHERWISE = {
    "self": "the object",
    "int": "integer",
    "print": "an order",
}
"""Identifiers that are words of the language itself, and what stands for them."""


@settings(max_examples=60, deadline=None)
@given(PROGRAMS, CHOICES)
def test_every_statement_has_a_line(code: str, choice: tuple[str, str]) -> None:
    detail, lang = choice
    covered = set()
    for line in lines(code, lang, detail):
        covered.update(range(line.source[0], line.source[1] + 1))
    for statement in Script.parse(code).tree.statements:
        assert set(range(statement.start, statement.last + 1)) <= covered


@settings(max_examples=60, deadline=None)
@given(PROGRAMS, st.sampled_from(LANGUAGES))
def test_depth_is_nesting(code: str, lang: str) -> None:
    depths = {s.first: s.depth for s in reversed(Script.parse(code).tree.statements)}
    for line in lines(code, lang, "full"):
        if line.source[0] in depths and not text(line).startswith("▷"):
            assert line.depth == depths[line.source[0]]


@settings(max_examples=60, deadline=None)
@given(PROGRAMS, CHOICES)
def test_no_token_that_only_python_has(code: str, choice: tuple[str, str]) -> None:
    detail, lang = choice
    for line in lines(code, lang, detail):
        said = "".join(span.text for span in line.text if span.kind not in ("string", "comment"))
        assert not PYTHON_ONLY.search(said), said


@settings(max_examples=60, deadline=None)
@given(PROGRAMS, CHOICES)
def test_second_run_is_the_same(code: str, choice: tuple[str, str]) -> None:
    detail, lang = choice
    assert lines(code, lang, detail) == lines(code, lang, detail)


@settings(max_examples=60, deadline=None)
@given(PROGRAMS, CHOICES)
def test_layout_does_not_matter(code: str, choice: tuple[str, str]) -> None:
    """Python's own writer sets brackets, quotes and spaces anew; the words stay."""
    detail, lang = choice
    code = ast.unparse(ast.parse(code))
    code = ast.unparse(ast.parse(code))
    spread = _spread_out(code)
    assert texts(spread, lang, detail) == texts(code, lang, detail)


def _spread_out(code: str) -> str:
    """The same code with a line break after each opening bracket and each comma in brackets."""
    depth, pieces, end = 0, [], (1, 0)
    rows = code.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.start[0] > len(rows):
            break
        if token.start != end and token.start[0] == end[0]:
            pieces.append(rows[end[0] - 1][end[1] : token.start[1]])
        elif token.start[0] != end[0]:
            pieces.append(rows[token.start[0] - 1][: token.start[1]])
        pieces.append(token.string)
        end = token.end
        if token.string in ("(", "[", "{"):
            depth += 1
            pieces.append("\n  ")
        elif token.string in (")", "]", "}"):
            depth -= 1
        elif token.string == "," and depth:
            pieces.append("\n")
    return "".join(pieces)


@settings(max_examples=60, deadline=None)
@given(PROGRAMS, st.sampled_from(LANGUAGES))
def test_full_keeps_names_numbers_and_strings(code: str, lang: str) -> None:
    said = "\n".join(texts(code, lang, "full"))
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.NAME and not _is_keyword(token.string):
            assert token.string in said or token.string in KEPT_OTHERWISE
        elif token.type == tokenize.NUMBER and len(token.string) > 1:
            value = ast.literal_eval(token.string)
            others = [value - 1, value + 1] if isinstance(value, int) else []
            assert any(str(other) in said for other in (token.string, *others))
        elif token.type == tokenize.STRING and token.string[0] != "f":
            content = ast.literal_eval(token.string)
            assert all(piece in said for piece in re.findall(r"[^\W\d_]+", content))


def _is_keyword(name: str) -> bool:
    import keyword

    return keyword.iskeyword(name) or keyword.issoftkeyword(name)
