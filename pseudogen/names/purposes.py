"""What the author says a script is for: the description of its command line, its docstring."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import argument
from pseudogen.names.blocks import calls_of_methods
from pseudogen.names.options import joined_string
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script

_PARSERS = ("ArgParser", "ArgumentParser")
_LONG = 200
_MOST = 2
_EMPTY = frozenset(
    {
        "a", "an", "and", "arg", "args", "argument", "arguments", "basic", "cli", "code",
        "command", "config", "configuration", "demo", "description", "entry", "evaluate",
        "evaluation", "example", "experiment", "file", "for", "from", "given", "handles",
        "in", "integers", "is", "job", "line", "main", "minimal", "model", "models",
        "network", "neural", "of", "on", "option", "options", "our", "parameter",
        "parameters", "params", "parse", "parser", "parsers", "point", "process", "program",
        "py", "pytorch", "run", "running", "sample", "script", "settings", "simple", "some",
        "tensorflow", "test", "testing", "the", "this", "to", "torch", "train", "trainer",
        "training", "tutorial", "unit", "usage", "used", "using", "with", "your",
    }
)  # fmt: skip
"""Words that say nothing of what a training script is for."""
_LEGAL = re.compile(r"copyright|licen[cs]e|all rights reserved", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?。！？])(?:\s|$)|\n\s*\n|\n\s*[-=~*]{3}")


@dataclass(frozen=True, slots=True)
class Purpose:
    """The author's words, and where they stand."""

    words: str
    line: int


def purposes(script: Script) -> list[Purpose]:
    """What the descriptions of the command line say, else the first sentence of the docstring; what
    says nothing is left out."""
    told: list[Purpose] = []
    known: set[str] = set()
    for found in _described(script):
        named = _telling(found.words)
        if named and not named <= known and len(told) < _MOST:
            told.append(found)
            known |= named
    docstring = _docstring(script)
    return told or ([docstring] if docstring is not None and _telling(docstring.words) else [])


def _described(script: Script) -> Iterator[Purpose]:
    """The `description` of each parser; also what stands in the place of the program's name."""
    for site in calls_of_methods(script, *_PARSERS):
        given = argument(site.node, "description", 2)
        if given is not None and text(given) == "__doc__":
            found = _docstring(script)
            if found is not None:
                yield found
            continue
        written = _one_line(joined_string(given))
        name = _one_line(joined_string(argument(site.node, "prog", 0)))
        if written or " " in name:
            yield Purpose(written or name, site.line)


def _docstring(script: Script) -> Purpose | None:
    statements = script.tree.statements
    first: Any = statements[0].node if statements else None
    written = joined_string(first.value) if type(first) is cst.Expr else ""
    if not written or _LEGAL.search(written):
        return None
    sentence = _SENTENCE.split(written.strip(), maxsplit=1)[0]
    return Purpose(_one_line(sentence), statements[0].first)


def _one_line(written: str) -> str:
    return " ".join(written.split()).rstrip(" .。")


def _telling(written: str) -> set[str]:
    """The words in a text that say something; none in one that is no sentence or too long."""
    plain = " " in written and len(written) <= _LONG and not written.endswith((".py", ":"))
    return set(words(written)) - _EMPTY if plain else set()
