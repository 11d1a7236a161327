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


def remark(said: Remark, lang: str) -> str:
    """What was mended or assumed; one line."""
    return _say(
        said.key, SimpleNamespace(**{"cell": None, "line": said.line} | dict(said.facts)), lang
    )


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
