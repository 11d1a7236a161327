import ast
import io
import tokenize
import warnings

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pseudogen.errors import InputError
from pseudogen.reading import read_bytes, read_text, repaired
from pseudogen.reading.reflow import ReflowError, reflow
from pseudogen.syntax.parsing import parse
from tests.reading.programs import PROGRAMS, SIMPLE

LAYOUT = {tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)


def flatten(code):
    return " ".join(line.strip() for line in code.split("\n")).strip()


def tokens(code):
    found = tokenize.generate_tokens(io.StringIO(code).readline)
    return [token.string for token in found if token.type not in LAYOUT]


def outcome(read, *errors):
    """What `read` gives, or the error that it raises."""
    try:
        return read(), None
    except errors as error:
        return None, error


def valid(code):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except SyntaxError:
        return False
    return True


@SLOW
@given(PROGRAMS)
def test_code_with_its_breaks_is_not_changed_by_reading(code):
    assert valid(code)
    source = read_text(code, "-")
    assert source.text == code
    assert repaired(source) is source


@SLOW
@given(PROGRAMS)
def test_reflowed_code_parses_and_keeps_every_token_in_order(code):
    result = reflow(flatten(code))
    assert valid(result.text)
    assert tokens(result.text) == tokens(code)
    assert len(result.lines) == result.text.count("\n")


@SLOW
@given(PROGRAMS)
def test_statements_stay_whole(code):
    def simple(text):
        return [
            ast.unparse(node)
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Assign | ast.AugAssign | ast.Assert | ast.Import | ast.Delete)
        ]

    assert sorted(simple(reflow(flatten(code)).text)) == sorted(simple(code))


@SLOW
@given(st.lists(SIMPLE, min_size=1, max_size=8))
def test_breaks_between_simple_statements_are_the_only_reading(lines):
    code = "\n".join(lines) + "\n"
    assert reflow(code).text == code


@SLOW
@given(PROGRAMS)
def test_reflow_of_its_own_result_changes_nothing(code):
    once = reflow(flatten(code)).text
    assert repaired(read_text(once, "-")).text == once


@SLOW
@given(PROGRAMS, st.data())
def test_a_part_of_a_program_is_read_or_refused_clearly(code, data):
    first = data.draw(st.integers(0, len(code) - 1))
    last = data.draw(st.integers(first + 1, len(code)))
    source, error = outcome(lambda: repaired(read_text(code[first:last], "-")), InputError)
    if error is not None:
        assert error.key in ("syntax-error", "empty", "python2")
        return
    parse(source.text, "-")
    assert len(source.places) in (0, source.text.count("\n"))


PIECES = st.sampled_from(
    ["if ", "else:", "x", " = ", "(", ")", "[", "]", "{", "}", ":", ",", "\n", "    ", "\t",
     "'", '"""', "#", "\\", "lambda ", "for ", " in ", "def f", "class A", "@", "match ", "case ",
     "print x", ">>> ", "... ", "```", "+", "-", "1 ", "2. ", "“", "”", "：", "，", "\u200b",
     "&lt;", "!ls", "%time", "try:", "except ", "return", "yield", "...", "f'{", "}'", "\r", "\f",
     "é", "`", "0777", "async ", "await ", "*", "import ", "from ", ";", "not ", "is ", "->", "=="]
)  # fmt: skip


@SLOW
@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_read_or_refused_clearly(text):
    source, error = outcome(lambda: repaired(read_text(text, "-")), InputError)
    if error is None:
        parse(source.text, "-")
        return
    assert error.key in ("syntax-error", "empty", "python2", "bad-notebook", "no-code-cells")
    assert error.line is None or 1 <= error.line <= text.count("\n") + text.count("\r") + 1


@SLOW
@given(st.lists(PIECES, max_size=30).map("".join))
def test_reflow_of_any_text_parses_or_says_why_not(text):
    result, error = outcome(lambda: reflow(text), ReflowError)
    if error is None:
        assert len(result.lines) == result.text.count("\n")
        return
    assert 0 <= error.position <= len(text)


@SLOW
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_clearly(data):
    source, error = outcome(lambda: read_bytes(data, "f.py"), InputError)
    if error is None:
        assert not {"\r", "\0"} & set(source.text)
        return
    assert error.file == "f.py"
