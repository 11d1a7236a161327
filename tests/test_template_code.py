"""Templates as plain Python: they say what Jinja says, and what is unknown is an error."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

from pseudogen.template_code import Dialect, compiled
from pseudogen.template_runtime import FILTERS, Templates

DIALECT = Dialect(FILTERS, {"odd": lambda number: number % 2 == 1}, {"code": ("<", ">")}, ())


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a macro with a body says of values; `name` is that of the template."""
    monkeypatch.setattr("pseudogen.template_runtime.template_root", lambda: tmp_path)

    def say(
        body: str, *values: Any, given: str = "one, two=2", before: str = "", name: str = "a.jinja"
    ) -> str:
        macro = f"{before}{{% macro say({given}) %}}{body}{{% endmacro %}}"
        (tmp_path / name).write_text(macro)
        tests = {"odd": lambda number: number % 2 == 1}
        templates = Templates({}, tests, {"code": ("<", ">")}, escaped=("html.jinja",))
        return str(templates.module(name).say(*values))

    return say


THINGS = [SimpleNamespace(name="a", at=1), SimpleNamespace(name="b", at=2)]
AS_JINJA_SAYS = [
    ("{{ one[0].name }}{{ one|length }}", THINGS),
    ("{{ one|map(attribute='name')|map('upper')|join('-') }}", THINGS),
    ("{{ one|map(attribute=1)|list }}", [(1, 2)]),
    ("{{ one|selectattr('at', 'equalto', 2)|map(attribute='name')|first }}", THINGS),
    ("{{ one|rejectattr('at', 'equalto', 2)|map(attribute='name')|join }}", THINGS),
    ("{{ one|select|join }}{{ one|reject|join }}", ["a", "", "b"]),
    ("{{ one|select('in', 'ca')|join }}", "abc"),
    ("{{ one|reject('equalto', 'b')|join }}", "abc"),
    ("{{ one|select('odd')|list }}", [1, 2, 3]),
    ("{{ one|unique|join }}{{ one|last }}", "aAbab"),
    ("{{ 'yes' if one }}.", False),
    ("{{ one is none }}{{ one is false }}", None),
    ("{{ (one + 1) * 2 // 3 % 5 ** 2 - -1 / 2 }}", 7),
    ("{{ 1 < one <= 3 and not (one == 3 or one in [4]) }}", 2),
    ("{{ one ~ 1 ~ none }}{{ one[1:] }}{{ one[::2] }}{{ one[:-1] }}", "abcd"),
    ("{{ {'a': 1}[one] }}{{ (1, 'b') }}{{ [one] }}", "a"),
    ("{{ one|capitalize }}{{ one|trim }}{{ one|replace('b', 'c', 1) }}{{ one|lower }}", " Abb "),
    ("{{ one|int }}{{ '4.5'|int }}{{ 'x'|int }}{{ none|int }}{{ [1, 3]|max }}", 2.5),
    ("{{ one.split()|batch(2)|map('list')|list }}", "a b c"),
    ("{{ dict(one, **{'b': 2})['b'] }}{{ '%s'.format(*[1]) }}", {"a": 1}),
    ("{% for x in one %}{{ loop.index }}{{ x }}{{ ',' if not loop.last }}{% endfor %}", "ab"),
    ("{% for x in one %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.first }}{% endfor %}", "ab"),
    ("{% for x in one %}{{ loop.nextitem if loop.first else loop.previtem }}{% endfor %}", "abc"),
    ("{% for x in one if x != 'b' %}{{ loop.index }}{{ x }}{% else %}none{% endfor %}", "abc"),
    ("{% for x in one if x != 'b' %}{{ x }}{% else %}none{% endfor %}", "bb"),
    ("{% for a, b in one %}{% for b in b %}{{ loop.last }}{% endfor %}{{ b }}{% endfor %}", ["ab"]),
    ("{% set x = 1 %}{% for y in one %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}", "ab"),
    ("{% for y in one %}{% set x = y %}{% endfor %}{% for x in one %}{{ x }}{% endfor %}", "ab"),
    ("{% set s = namespace(n=0) %}{% for y in one %}{% set s.n = y %}{{ s.n }}{% endfor %}", "ab"),
    ("{% set x %}{% set one = 2 %}<{{ one }}>{% endset %}{{ x }}{{ one }}", 1),
    ("{% set a, b = one %}{{ b }}{{ a }}{% if a %}{% set a = 5 %}{% endif %}{{ a }}", (1, 2)),
    ("{% if one == 1 %}a{% elif one == 2 %}b{% else %}c{% endif %}", 2),
    ("{% if one == 1 %}a{% endif %}", 2),
    ("{% if one %}{% if two %}x{% endif %}{% endif %}.{% set one = 3 %}{{ one }}", 1),
    ("{{ other(one) }}{{ known }}{% set known = known + 1 %}{{ known }}", 1),
]  # fmt: skip
BEFORE = "{% set known = 1 %}{% macro other(one, two=known) %}{{ one }}, {{ two }}{% endmacro %}"


@pytest.mark.parametrize(("body", "value"), AS_JINJA_SAYS)
def test_it_says_what_jinja_says(said: Any, body: str, value: Any) -> None:
    jinja = jinja2.Environment(undefined=jinja2.StrictUndefined)
    text = BEFORE + f"{{% macro say(one, two=2) %}}{body}{{% endmacro %}}"
    expected = str(jinja.from_string(text).module.say(value))  # type: ignore[attr-defined]
    assert said(body, value, before=BEFORE) == expected


def test_what_escapes_says_what_jinja_says(said: Any) -> None:
    jinja = jinja2.Environment(autoescape=True)
    for body in (
        "<b>{{ one }}</b>{{ one ~ '<' }}{{ '&' if one }}",
        "{% set x %}<i>{{ one }}</i>{% endset %}{{ x }}",
        "{% for c in one %}<i>{{ c }}{% endfor %}",
    ):
        nested = "{% macro in(one) %}" + body + "{% endmacro %}"
        text = nested + "{% macro say(one) %}<p>{{ in(one) }}{% endmacro %}"
        expected = str(jinja.from_string(text).module.say("<"))  # type: ignore[attr-defined]
        found = said("<p>{{ in(one) }}", "<", before=nested, given="one", name="html.jinja")
        assert found == expected


def test_a_parameter_that_is_not_given_is_an_error(said: Any) -> None:
    with pytest.raises(TypeError, match="'one'"):
        said("{{ one }}")


def test_an_unknown_field_is_an_error(said: Any) -> None:
    with pytest.raises(AttributeError, match="nowhere"):
        said("{{ one.nowhere }}", SimpleNamespace())


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{{ nobody }}", "'nobody' is undefined"),
        ("{% for x in one %}{% endfor %}{{ x }}", "'x' is undefined"),
        ("{{ one|nothing }}", "No filter named 'nothing'"),
        ("{{ one|map('nothing') }}", "No filter named 'nothing'"),
        ("{{ one is nothing }}", "No test named 'nothing'"),
        ("{{ one|join(d=1) }}", "takes no names"),
        ("{% filter upper %}{% endfilter %}", "no code for FilterBlock"),
    ],
)
def test_what_is_unknown_is_an_error_in_its_line(body: str, message: str) -> None:
    with pytest.raises(jinja2.TemplateAssertionError, match=message) as failure:
        compiled(f"{{% macro say(one) %}}\n\n{body}{{% endmacro %}}", "a.jinja", DIALECT)
    assert (failure.value.name, failure.value.lineno) == ("a.jinja", 3)


def test_an_error_at_work_names_the_line_of_the_template(said: Any) -> None:
    with pytest.raises(AttributeError) as failure:
        said("\n\n{{ one.nowhere }}", 1)
    code = traceback.extract_tb(failure.value.__traceback__)[-1]
    assert (code.filename, code.lineno) == ("a.jinja", 3)


def test_named_arguments_and_marks(said: Any) -> None:
    other = "{% macro other(a, b=1) %}{{ a }}{{ b|code }}{% endmacro %}"
    assert said("{{ other(b=two, a=one) }}{{ [1]|map('code')|join }}", 5, before=other) == "5<2><1>"


def test_a_changed_template_is_compiled_anew(said: Any) -> None:
    assert said("{{ one }}", 1) == "1"
    assert said("{{ one }}!", 1) == "1!"


def test_others_see_what_is_defined_for_them(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("pseudogen.template_runtime.template_root", lambda: tmp_path)
    (tmp_path / "a").write_text(
        "{% import 'b' as b %}{% set x = b.y %}{% macro _own() %}{% endmacro %}"
        "{% macro z() %}{{ ('if' if x else 'or')|keyword }}{{ 'and'|keyword }}{% endmacro %}"
    )
    (tmp_path / "b").write_text("{% set y = 3 %}")
    templates = Templates({}, marks={"keyword": ("", "")})
    assert sorted(vars(templates.module("a"))) == ["x", "z"]
    assert templates.module("a").x == 3
    assert templates.keywords("a") == {"z": ["if", "or", "and"]}
