"""Pygments lexers of the pseudocode, for pages made by Sphinx, MkDocs and the like.

The keywords come from the templates of each language. A new language is one more line at the end
of this file, and its entry point in pyproject.toml.
"""

from __future__ import annotations

import re

from pygments.lexer import RegexLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text
from pygments.util import Future

from pseudogen.rendering.keywords import keywords

_HAN = "\u4e00-\u9fff"


class _Keywords(Future):  # type: ignore[misc]
    """The pattern of a language's keywords, made when the lexer is first used.

    A keyword is a word of its own; where no spaces part words, one of several characters may also
    stand right before others.
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def get(self) -> str:
        found = sorted(keywords(self.lang), key=lambda word: (-len(word), word))
        return "|".join(map(_whole, found)) or "(?!)"


def _whole(word: str) -> str:
    long = len(word) > 1 and not word.isascii()
    after = r"(?![A-Za-z_])" if long else rf"(?![\w{_HAN}])"
    return rf"(?<![\w{_HAN}]){re.escape(word)}{after}"


def _lexer(lang: str) -> type[RegexLexer]:
    rules = [
        (r"▷.*", Comment),
        (r'"(?:\\.|[^\\"\n])*"|“[^”\n]*”', String),
        (_Keywords(lang), Keyword),
        (r"(?<![\w.])\d(?:[\d_,]*\d)?(?:\.\d+)?(?:[eE][-+−]?\d+)?", Number),
        (r"[A-Za-z]\w*(?:\.[A-Za-z_]\w*)+|[A-Za-z]\w*_\w*|_\w+", Name),
        (r"[-←→+−×·/÷=<>≤≥≠∈∉∧∨¬⌊⌋⌈⌉^|]+", Operator),
        (r"[()\[\]{}.,:;，。：；（）、]+", Punctuation),
        (r"[A-Za-z]+|\s+|.", Text),
    ]
    names = {
        "name": f"Pseudocode ({lang})",
        "aliases": [f"pseudocode-{lang}"],
        "url": None,
        "__doc__": f"Pseudocode written in the language {lang!r}.",
        "tokens": {"root": rules},
    }
    return type(f"Pseudocode{lang.title()}", (RegexLexer,), names)


PseudocodeEn = _lexer("en")
PseudocodeZh = _lexer("zh")
