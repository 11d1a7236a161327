"""The Pygments lexers colour what the pseudocode marks, and lose no character."""

import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.token import Comment, Keyword, Number, String, _TokenType

from pseudogen.languages import languages
from pseudogen.lexer import PseudocodeEn, PseudocodeZh
from pseudogen.rendering import render_pseudocode

from . import samples

LEXERS = {"en": PseudocodeEn, "zh": PseudocodeZh}


def tokens(lang: str, text: str, kind: _TokenType) -> list[str]:
    return [found for token, found in LEXERS[lang]().get_tokens(text) if token in kind]


def test_each_language_has_its_lexer() -> None:
    assert set(LEXERS) == set(languages())
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["entry-points"]["pygments.lexers"] == {
        f"pseudocode-{lang}": f"pseudogen.lexer:{lexer.__name__}" for lang, lexer in LEXERS.items()
    }
    for lang, lexer in LEXERS.items():
        assert lexer.aliases == [f"pseudocode-{lang}"]


@settings(deadline=None)  # the first use of a lexer reads the templates
@given(st.text() | st.sampled_from(list(samples.HOSTILE.values())), st.sampled_from(["en", "zh"]))
def test_nothing_is_lost(text: str, lang: str) -> None:
    lexer = LEXERS[lang](stripnl=False, ensurenl=False)
    kept = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    assert "".join(found for _, found in lexer.get_tokens(text)) == kept


def test_english() -> None:
    text = "if x:\n    for each i from 0 to n − 1:  ▷ one in all\n        otherwise, if y is none"
    assert tokens("en", text, Keyword) == [
        *("if", "for each", "from", "to", "otherwise, if", "none"),
    ]
    assert tokens("en", text, Number) == ["0", "1"]
    assert tokens("en", text, Comment) == ["▷ one in all"]


def test_chinese() -> None:
    text = render_pseudocode(samples.PSEUDO_CHINESE, "text")
    assert tokens("zh", text, Keyword)[:6] == ["如果", "否则", "无", "对", "从", "到"]
    assert tokens("zh", text, String) == ["“损失：100 %”"]


def test_words_that_begin_like_keywords() -> None:
    assert tokens("en", "ifs and forest import_from format", Keyword) == ["and"]
    assert tokens("zh", "对象 无关 真实", Keyword) == []


def test_numbers_and_names() -> None:
    assert tokens("en", "x1 ← 1,000 + 0.5 + 1e-5 + layer2.conv3", Number) == [
        "1,000",
        "0.5",
        "1e-5",
    ]


def test_strings_end_with_their_line() -> None:
    assert tokens("en", 'print "a \\" b" and the model\'s "open\n"c"', String) == [
        '"a \\" b"',
        '"c"',
    ]


def test_installed_entry_points_load() -> None:
    entries = entry_points(group="pygments.lexers")
    ours = [entry for entry in entries if entry.value.startswith("pseudogen.")]
    if not ours:
        pytest.skip("the package is not installed")
    assert all(entry.load() in LEXERS.values() for entry in ours)
