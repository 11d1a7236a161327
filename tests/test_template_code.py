"""Templates as plain Python: what a macro gets, and what is an error."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

from pseudogen.template_code import PlainEnvironment


def said(body: str, *values: Any, parameters: str = "one, two=2", escape: bool = False) -> str:
    """What a macro with this body says of some values."""
    made = PlainEnvironment(undefined=jinja2.StrictUndefined, autoescape=escape)
    text = f"{{% macro say({parameters}) %}}{body}{{% endmacro %}}"
    return str(made.from_string(text).module.say(*values))  # type: ignore[attr-defined]


def test_fields_items_and_calls_are_those_of_python() -> None:
    thing = SimpleNamespace(names=["a", "b"], call=lambda x: f"<{x}>")
    assert said("{{ one.names[1] }}{{ one.call(two) }}", thing) == "b<2>"
    assert said("{{ one.call(*one.names[:1]) }}", thing) == "<a>"


def test_a_parameter_that_is_not_given_has_its_default() -> None:
    assert said("{{ one }}{{ two }}", 1) == "12"
    assert said("{{ one }}{{ two }}", 1, 3) == "13"
    with pytest.raises(jinja2.UndefinedError, match="'one' was not provided"):
        said("{{ one }}")


def test_an_unknown_field_is_an_error() -> None:
    with pytest.raises(AttributeError, match="nowhere"):
        said("{{ one.nowhere }}", SimpleNamespace())


def test_a_condition_without_another_says_nothing() -> None:
    assert said("{{ 'yes' if one }}.", False) == "."
    assert said("{{ 'yes' if one }}.", True) == "yes."


def test_items_go_through_filters_by_name_and_by_field() -> None:
    things = [SimpleNamespace(name="a"), SimpleNamespace(name="b")]
    assert said("{{ one|map(attribute='name')|map('upper')|join('-') }}", things) == "A-B"
    assert said("{{ one|map(attribute=1)|list }}", [(1, 2)]) == "[2]"
    assert said("{{ one|first }}{{ one|last }}", "abc") == "ac"


def test_items_are_chosen_by_what_they_are_and_by_a_test() -> None:
    assert said("{{ one|select|join }}{{ one|reject|join }}", ["a", "", "b"]) == "ab"
    assert said("{{ one|select('in', two)|join }}", "abc", "ca") == "ac"
    assert said("{{ one|reject('equalto', 'b')|join }}", "abc") == "ac"
    assert said("{{ one|unique|join }}", "aAbab") == "ab"


def test_a_loop_knows_where_it_stands() -> None:
    body = "{% for x in one %}{{ loop.index }}{{ x }}{{ ',' if not loop.last }}{% endfor %}"
    assert said(body, (x for x in "ab")) == "1a,2b"
    body = "{% for x in one %}{{ loop.previtem if not loop.first else loop.nextitem }}{% endfor %}"
    assert said(body, "abc") == "bab"
    body = "{% for x in one %}{{ loop.index0 }}{{ loop.revindex }}{% else %}none{% endfor %}"
    assert (said(body, "ab"), said(body, "")) == ("0211", "none")


def test_what_escapes_still_does() -> None:
    assert said("<b>{{ one }}</b>", "<", escape=True) == "<b>&lt;</b>"
    nested = "{% macro bold(x) %}<b>{{ x }}</b>{% endmacro %}{{ bold(one) }}"
    assert said(nested, "<", escape=True) == "<b>&lt;</b>"


def test_named_arguments_of_a_call_are_handed_on() -> None:
    assert said("{{ dict(one, **two)['b'] }}", {"a": 1}, {"b": 2}) == "2"
