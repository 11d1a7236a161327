import json

from hypothesis import given
from hypothesis import strategies as st

from pseudogen.json_format import to_json
from pseudogen.reading import inert


def test_what_steers_a_display_becomes_visible():
    assert inert("\x1b[31mred\x07") == "\\x1b[31mred\\x07"
    assert inert("a\u202eb\u2066c\u200f") == "a\\u202eb\\u2066c\\u200f"
    assert inert("\ue000\ue0ff\u2028\ud800\x9b\r") == "\\ue000\\ue0ff\\u2028\\ud800\\x9b\\x0d"


def test_what_is_harmless_stays():
    text = "x = '数据'\t# {{ }} </script> \\input é 😀\n"
    assert inert(text) == text


@given(st.text())
def test_json_says_the_same_and_shows_nothing_harmful(text):
    written = to_json({"text": text})
    assert json.loads(written) == {"text": text}
    assert all(c == "\n" or c.isprintable() for c in written)


@given(st.text())
def test_once_is_enough_and_nothing_harmful_is_left(text):
    shown = inert(text)
    assert inert(shown) == shown
    assert all(c in "\t\n" or ord(c) >= 0x20 for c in shown)
    shown.encode("utf-8")
