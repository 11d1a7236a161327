import tracemalloc

import pytest

import pseudogen
from pseudogen.errors import InputError
from pseudogen.syntax.parsing import parse, parse_with_lines


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("x = 1\ny = (1,\nz = 2\n", 2, "never_closed"),
        ("x = 1\ny = 'abc\n", 2, "unterminated_string"),
        ("for i in x\n    pass\n", 1, "expected_colon"),
        ("if x:\ny = 1\n", 2, "expected_block"),
        ("x = 1\n  y = 2\n", 2, "unexpected_indent"),
        ("x = 1\nprint x\n", 2, "python2_print"),
        ("x = (1]\n", 1, "bracket_mismatch"),
        ("x = 1)\n", 1, "unmatched"),
        ("f() = 1\n", 1, "bad_target"),
        ("x = 1 $ 2\n", 1, "other"),
        (
            "".join(" " * i + "if a:\n" for i in range(120)) + " " * 120 + "b\n",
            101,
            "too_many_indents",
        ),
        ('""rb""\n', 1, "other"),
        ("x = '\ud800'\n", 1, "other"),
    ],
)
def test_a_syntax_error_names_its_line_and_reason(text, line, reason):
    with pytest.raises(InputError) as caught:
        parse(text, "f.py")
    error = caught.value
    assert (error.key, error.file, error.line) == ("syntax-error", "f.py", line)
    assert error.facts["reason"] == reason


def test_an_unclosed_bracket_is_the_error_and_not_the_length_that_follows():
    text = "x = (1,\n" + "".join(f"y{i} = a.b.c + {i}\n" for i in range(2_000))
    with pytest.raises(InputError) as caught:
        parse(text, "f.py")
    assert (caught.value.key, caught.value.line) == ("syntax-error", 1)


def test_code_on_one_line_is_a_syntax_error_and_no_long_expression():
    with pytest.raises(InputError) as caught:
        parse("x = a.b " * 3_000, "f.py")
    assert caught.value.key == "syntax-error"


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 199 + "1" + ")" * 199,
        "x = " + " + ".join(["a"] * 900),
        "if a:\n    b\n" + "elif a:\n    b\n" * 2_000,
        "".join("    " * i + "if a:\n" for i in range(90)) + "    " * 90 + "b\n",
    ],
)
def test_deep_code_is_parsed(text):
    assert len(parse(text, "f.py").body) == 1


def test_the_lines_come_with_the_tree():
    parsed = parse_with_lines("x = (1,\n     2)\ny = 3\n", "f.py")
    assert parsed.lines == [(1, 2), (3, 3)]
    assert len(parsed.module.body) == len(parsed.lines)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("x = [" + "1, " * 700_000 + "]", "line-too-long"),
        ("x = 1; " * 300_000, "line-too-long"),
        ("x = 1\n" * 250_000, "too-many-lines"),
    ],
)
def test_what_is_too_large_is_refused_before_a_tree_is_built(text, key):
    """A tree of these takes hundreds of megabytes."""
    tracemalloc.start()
    try:
        with pytest.raises(pseudogen.InputError) as caught:
            pseudogen.explain(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.key == key
    assert peak < 100_000_000


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("x = " + " + ".join(["a"] * 10_000), "expression-too-long"),
        ("x = " + "(" * 2_000 + "1" + ")" * 2_000, "too-deep"),
        ("x = (" + "'a' " * 30_000 + ")", "too-many-strings"),
    ],
)
def test_what_is_too_deep_is_said_in_words_of_its_own(text, key):
    with pytest.raises(pseudogen.InputError) as caught:
        pseudogen.explain("y = 1\n" + text)
    assert (caught.value.key, caught.value.line) == (key, 2)


def test_an_error_far_into_a_long_text_is_that_of_its_beginning():
    with pytest.raises(InputError) as caught:
        parse("x = 1\ny = = 2\n" + "z = 1\n" * 200_001, "f.py")
    assert (caught.value.key, caught.value.line) == ("syntax-error", 2)
