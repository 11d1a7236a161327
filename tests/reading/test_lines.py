import ast
from pathlib import Path

import pytest

from pseudogen.errors import InputError
from pseudogen.syntax.lines import scan

OWN = sorted((Path(__file__).parents[2] / "pseudogen").rglob("*.py"))


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_every_statement_starts_a_logical_line(path):
    text = path.read_text(encoding="utf-8")
    lines = scan(text).lines
    starts = {first for first, _ in lines}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.stmt):
            assert node.lineno in starts
    simple = {(n.lineno, n.end_lineno) for n in ast.walk(ast.parse(text)) if type(n) is ast.Assign}
    assert simple <= set(lines)


def test_brackets_strings_comments_and_continuations_belong_to_their_line():
    text = 'x = (1,  # (\n  2)\n\n# note\ny = """a\n)"""\nz = 1 + \\\n  2\n@d\ndef f(): pass'
    assert scan(text).lines == [(1, 2), (5, 6), (7, 8), (9, 9), (10, 10)]


def test_brackets_may_go_deeper_than_most_do():
    text = "x = f(g(h(1,\n  [2, {3: 4}])),\n  5)\ny = {(a, b): [c]}\nz = (1\n"
    assert scan(text).lines == [(1, 3), (4, 4), (5, 5)]


def test_text_without_code_has_no_lines():
    assert scan("").lines == []
    assert scan("\n\n  # only a comment\n").lines == []


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("x = 1\ny = " + "(" * 2000 + ")" * 2000, "too-deep", 2),
        ('f"{' + "(" * 3000 + ")" * 3000 + '}"', "too-deep", 1),
        ("x = 1\n\n" + "+".join(["a"] * 10_000), "expression-too-long", 3),
        ("x = a" + ".b(1, 2)" * 5_000, "expression-too-long", 1),
        ("x = " + "lambda a, b: " * 5_000 + "1", "expression-too-long", 1),
        ("x = [" + "1," * 1_000_000 + "]", "line-too-long", 1),
        ("x = {" + "'k': [1, 2], " * 100_000 + "}", "line-too-long", 1),
        ("x = 1; " * 200_000, "line-too-long", 1),
        ("x = (" + "'a' " * 5_000 + ")", "too-many-strings", 1),
        ("x = (\n" + "'a'  # a note\n" * 5_000 + ")", "too-many-strings", 1),
        ("if a:\n  b\n" + "elif a:\n  b\n" * 6_000, "too-many-elifs", 10_003),
        ("a\n" * 200_001, "too-many-lines", None),
    ],
)
def test_what_no_stack_holds_is_refused_with_its_line(text, key, line):
    with pytest.raises(InputError) as caught:
        scan(text, "f.py")
    assert (caught.value.key, caught.value.line, caught.value.file) == (key, line, "f.py")


@pytest.mark.parametrize(
    "text",
    ['"' * 9_001, 'x = """' + '\\"""' * 500_000, "'\n" * 100_000, "\\\n" * 500_000, "(" * 150],
)
def test_hostile_text_is_scanned_in_one_pass(text):
    assert isinstance(scan(text).lines, list)


def test_strings_between_commas_are_no_expression():
    assert scan("x = [" + "'a', " * 5_000 + "]").closed


def test_long_data_is_no_deep_expression():
    assert not scan("x = [" + "(1, 'a'), " * 5_000 + "]").large_stack
    assert not scan('x = """' + "a + b " * 50_000 + '"""').large_stack
    assert scan("x = " + " + ".join(["a"] * 600)).large_stack
    assert not scan("x = (1,\ny = 2\n").closed
