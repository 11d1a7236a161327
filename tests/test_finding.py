"""Which places a finder is asked about: no finding is lost because its finder was not asked."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import libcst as cst
import pytest

from pseudogen.finding import Finder, Finding, find_all, pattern, speaks_of
from pseudogen.names.evidence import NAME, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.patterns import all_finders, pattern_modules
from pseudogen.records import dataclass

INPUTS = Path(__file__).parent.parent / "golden" / "inputs"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(INPUTS.glob("*.py"))}
for identifier, module in pattern_modules().items():
    TEXTS[identifier] = "\n\n".join((*module.EXAMPLES, *module.COUNTEREXAMPLES))


def _asked_about_everything(finder: Finder) -> Finder:
    if finder.calls is None and not finder.keywords:
        return replace(finder, mentions=())
    return replace(finder, mentions=(), calls=lambda name: True, within=())


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_finders_turn_down_loses_no_finding(text: str) -> None:
    """A place that a finder turns down by a name or by what is written there has nothing for it."""
    script = Script.parse(text)
    everywhere = [_asked_about_everything(finder) for finder in all_finders()]
    assert find_all(script, all_finders()) == find_all(script, everywhere)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_whatever_is_read_is_among_the_names_of_its_statement(text: str) -> None:
    """Reads are looked for where such a name is written: `args` of `args["lr"]`."""
    script = Script.parse(text)
    named: dict[str, set[int]] = {}
    for name, places in script.tree.named.items():
        named.setdefault(name.partition(".")[0], set()).update(places)
    for statement in script.tree.statements:
        for read, _ in script.reads_of(statement):
            assert statement.index in named[re.split(r"[.\[]", read)[0]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen(Finding):
    pattern = "seen"

    name: str


def _seen(site: Site, script: Script) -> Iterator[_Seen]:
    yield _Seen(line=site.line, end=site.last, evidence=Evidence(NAME), name=site.name)


def _names(finder: Finder, code: str) -> list[str]:
    return [found.facts()["name"] for found in find_all(Script.parse(code), [finder])]


CODE = "a.save(x)\nb = Saver(x, depth=3)\nprint(x)\nfit(**options)\n"


def test_calls_are_chosen_by_name() -> None:
    assert _names(pattern(_Seen, calls=speaks_of("save"))(_seen), CODE) == ["a.save", "Saver"]


def test_calls_are_chosen_by_the_statement_around() -> None:
    finder = pattern(_Seen, calls=True, within=(cst.Assign,))(_seen)
    assert _names(finder, CODE) == ["Saver"]


def test_calls_are_chosen_by_keyword_which_stars_may_hold() -> None:
    assert _names(pattern(_Seen, keywords=("depth",))(_seen), CODE) == ["Saver", "fit"]


def test_statements_are_chosen_by_their_values() -> None:
    finder = pattern(_Seen, statements=(cst.Assign, cst.Return), values=(cst.Call,))(_seen)
    code = "a = f()\nb = 2\ndef g():\n    return 1\ndef h():\n    return f()\n"
    assert [found.line for found in find_all(Script.parse(code), [finder])] == [1, 6]


def test_places_are_chosen_by_what_is_written_in_their_lines() -> None:
    code = "learning_Rate = 2\nx = f(\n    lr,\n)\n@g(rate)\ndef h(): pass\nf(y)\n"
    statements = pattern(_Seen, statements=(cst.Assign,), mentions=("rate", "lr"))(_seen)
    assert [found.line for found in find_all(Script.parse(code), [statements])] == [1, 2]
    calls = pattern(_Seen, calls=True, mentions=("rate", "lr"))(_seen)
    assert _names(calls, code) == ["f", "g"]


def test_methods_are_last_names() -> None:
    assert _names(pattern(_Seen, methods=("save",))(_seen), CODE) == ["a.save"]
