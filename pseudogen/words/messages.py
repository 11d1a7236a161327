"""Input errors and remarks -> one sentence each."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

from pseudogen.document import plain
from pseudogen.errors import InputError
from pseudogen.names.module_files import NotRead
from pseudogen.reading.source import Remark
from pseudogen.templating import macros
from pseudogen.words.patterns import spaced_words


def message(error: InputError, lang: str) -> str:
    """What is wrong with the input, where, and what to do; one line."""
    facts = SimpleNamespace(**{"cell": None, "file": error.file, "line": error.line} | error.facts)
    return _say(error.key, facts, lang)


_REPEATED = frozenset(
    ["full_width", "symbol", "curly_quote", "odd_space", "invisible", "html_entity", "left_out",
     "line_joined"]
)  # fmt: skip
"""Remarks that are said once for all lines that they are about."""


def remarks(said: Sequence[Remark], lang: str) -> list[tuple[int, str]]:
    """What was mended or assumed: a line of words each, with the first line that it is about."""
    lines: dict[Remark, list[int]] = {}
    for i, one in enumerate(said):
        # Those that are not said together keep a place of their own.
        same = Remark(one.key, 0 if one.key in _REPEATED else -1 - i, one.facts)
        lines.setdefault(same, []).append(one.line)
    return [
        (found[0], _say(one.key, _facts(one, sorted(set(found))), lang))
        for one, found in lines.items()
    ]


def _facts(said: Remark, lines: list[int]) -> SimpleNamespace:
    return SimpleNamespace(**{"cell": None, "places": lines} | dict(said.facts))


def not_read(modules: Sequence[NotRead], lang: str) -> list[str]:
    """Which modules of the project were not read; a line for each reason."""
    by_reason: dict[str, list[str]] = {}
    for module in modules:
        by_reason.setdefault(module.reason, []).append(module.module)
    return [
        _say("not_read", SimpleNamespace(reason=reason, modules=names), lang)
        for reason, names in by_reason.items()
    ]


def _say(key: str, facts: SimpleNamespace, lang: str) -> str:
    macro = getattr(macros(lang, "messages"), key.replace("-", "_"))
    return plain(spaced_words(macro(facts), lang))
