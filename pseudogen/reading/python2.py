"""Python 2 told apart from mistakes."""

from __future__ import annotations

import re

from pseudogen.errors import InputError
from pseudogen.reading.draft import Draft
from pseudogen.reading.source import Source

_SIGNS = (
    (
        "print",
        re.compile(r"^[ \t]*+(?:.*[:;][ \t]*+)?print[ \t]++(?:[\"'\w]|>>|\(.*\)[ \t]*%)", re.M),
    ),
    ("except", re.compile(r"^[ \t]*+except[ \t]+[\w.]+[ \t]*,[ \t]*\w+[ \t]*:", re.M)),
    ("raise", re.compile(r"^[ \t]*+raise[ \t]+[\w.]+[ \t]*,[ \t]*[\"'\w]", re.M)),
    ("exec", re.compile(r"^[ \t]*+exec[ \t]+[\"'\w]", re.M)),
    ("backticks", re.compile(r"(?<!`)`[^`\n]+`(?!`)")),
    ("<>", re.compile(r"[\w)\]][ \t]*<>[ \t]*[\w(\[\"']")),
    ("long", re.compile(r"(?<![\w.])(?:0[xX][0-9a-fA-F]+|\d+)[lL](?!\w)")),
    ("octal", re.compile(r"(?<![\w.])0[0-7]+(?![\w.])")),
    ("ur", re.compile(r"(?<!\w)[uU][rR][\"']")),
)
_STRING = re.compile(
    r'"{3}(?>(?:[^\\"]++|\\.|"(?!""))*)(?:"{3}|\Z)|'
    r"'{3}(?>(?:[^\\']++|\\.|'(?!''))*)(?:'{3}|\Z)|"
    r'"(?>(?:[^"\\\n]++|\\.)*)"|' + r"'(?>(?:[^'\\\n]++|\\.)*)'|\#[^\n]*+",
    re.S,
)


def python2_sign(text: str) -> tuple[str, int] | None:
    """The first sign that a text is Python 2, and its line (from 1); None without any.

    Only asked about text that is no Python 3.
    """
    bare = _STRING.sub(_emptied, text)
    found = [
        (match.end(), sign, bare.count("\n", 0, match.end() - 1) + 1)
        for sign, pattern in _SIGNS
        if (match := pattern.search(bare))
    ]
    return min(found)[1:] if found else None


_VALID = re.compile(
    r"^[ \t]*+(?:except[ \t]+[\w.]+[ \t]*,[ \t]*[a-z_]\w*[ \t]*:|print[ \t]*>>)", re.M
)
"""What newer parsers take for something else: two exceptions, a shift of `print`."""


def refuse_valid_python2(source: Source) -> None:
    """Refuse Python 2 that is valid Python 3 by its letters.

    Raises:
        InputError: 'python2'.
    """
    if _VALID.search(source.text):
        found = _VALID.search(_STRING.sub(_emptied, source.text))
        if found:
            line = found.string.count("\n", 0, found.end() - 1) + 1
            sign = "print" if ">>" in found[0] else "except"
            raise refuse_python2(Draft.of(source), source.name, sign, line)


def _emptied(match: re.Match[str]) -> str:
    """A string without its contents, over as many lines."""
    token = match[0]
    return "" if token[0] == "#" else token[0] + "\\\n" * token.count("\n") + token[0]


def refuse_python2(draft: Draft, name: str, sign: str, line: int) -> InputError:
    """The error that says so; `line` is the line of the draft (from 1)."""
    excerpt = draft.lines[line - 1].strip()[:80]
    return InputError("python2", file=name, line=draft.line(line - 1), sign=sign, excerpt=excerpt)
