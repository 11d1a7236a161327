"""The settings of a script as a table of the explanation and as objects of its JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pseudogen.document import Block, Heading, Lines, Span, Spans, Table, plain, spans
from pseudogen.explanation.handed import Handed, Place
from pseudogen.following import Reached
from pseudogen.names.environments import acting
from pseudogen.names.known_settings import AMOUNTS, VARYING, known_setting
from pseudogen.names.script import Script
from pseudogen.names.settings import Setting, distinct
from pseudogen.templating import explanation_words, settings_words
from pseudogen.words.patterns import spaced_words

_MANY_LINES = 6
_LONG_DEFAULT, _LONG_HELP = 40, 160


def settings_section(
    script: Script, lang: str, part: Lines | None, reached: Sequence[Reached] = ()
) -> list[Block]:
    """The heading and the table of the settings that are declared or read in a part of the script
    (None: in all of it); nothing where there are none. `reached` are the functions of other files
    in which they may be read."""
    found = settings_in(script, part)
    if not found:
        return []
    header = tuple(spans(cell) for cell in settings_words(lang).header)
    handed = Handed(script, reached)
    rows = tuple(_row(handed, script, setting, lang) for setting in found)
    return [Heading(2, spans(explanation_words(lang).settings)), Table(header, rows)]


def settings_in(script: Script, part: Lines | None) -> list[Setting]:
    """The settings that are declared or read in a part of the script, by line."""
    found = distinct(script.settings)
    if part is None:
        return found
    first, last = part
    return [s for s in found if any(first <= n <= last for n in (s.line, *script.uses(s)))]


def setting_json(script: Script, setting: Setting, lang: str) -> dict[str, Any]:
    """A setting as `pseudogen/schemas/explain.json` describes it."""
    return {
        "name": setting.name,
        "default": setting.default,
        "type": setting.kind,
        "origin": setting.origin,
        "line": setting.line,
        "lines": list(script.uses(setting)),
        "flag": setting.flag,
        "choices": list(setting.choices),
        "required": setting.required,
        "help": setting.help,
        "kind": known_setting(setting.name),
        "text": plain(_doing(script, setting, script.uses(setting), lang)),
    }


def _row(handed: Handed, script: Script, setting: Setting, lang: str) -> tuple[Spans, ...]:
    uses = script.uses(setting)
    idle = not handed.acting(setting)
    elsewhere = handed.elsewhere(setting) if idle else []
    whole = handed.whole(setting) if idle and not elsewhere else None
    return (
        _named(setting, lang),
        _default(setting, lang),
        (Span(_places(setting.line, uses, elsewhere)),),
        _doing(script, setting, uses, lang, whole),
    )


def _named(setting: Setting, lang: str) -> Spans:
    """A setting as a user writes it; with the name that the script reads where that is another."""
    read = setting.name.rpartition(".")[2]
    alike = setting.typed.lstrip("-").rpartition(".")[2].replace("-", "_") == read
    return spans(settings_words(lang).named(setting.typed, None if alike else setting.name))


def _default(setting: Setting, lang: str) -> Spans:
    if setting.required:
        return spans(settings_words(lang).must_be_given)
    if setting.default is None:
        return ()
    return (Span(_short(setting.default, _LONG_DEFAULT), "code"),)


def _short(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _places(declared: int, uses: Sequence[int], elsewhere: Sequence[tuple[str, int]]) -> str:
    """`42 → 180, 269, engine.py:30`: where a setting is declared, and where it acts."""
    acts = [str(line) for line in uses if line != declared]
    acts += [f"{file}:{line}" for file, line in elsewhere]
    shown = ", ".join(acts[:_MANY_LINES]) + (", …" if len(acts) > _MANY_LINES else "")
    return f"{declared} → {shown}" if shown else str(declared)


def _doing(
    script: Script,
    setting: Setting,
    uses: Sequence[int],
    lang: str,
    whole: tuple[str, Sequence[Place]] | None = None,
) -> Spans:
    """The author's words, the choices, what a setting of this kind does, and what gets the object
    that holds it. Of a kind that projects define in different ways the author's words stand alone;
    of one that nothing here reads, what it does can't be told."""
    help_ = _short(setting.help, _LONG_HELP).rstrip("。.") if setting.help else ""
    kind = known_setting(setting.name)
    if help_ and kind in VARYING:
        kind = None
    if kind in AMOUNTS and setting.default in ("True", "False"):
        kind = None
    if kind == "epochs" and script.once(acting):
        kind = None  # an epoch need not go through data that are there
    unread = not uses and _is_unread(script, setting)
    choices = [choice.strip("\"'") for choice in setting.choices]
    told = None if unread else kind
    said = settings_words(lang).doing(help_, told, choices, unread, whole)
    return spaced_words(said, lang)


def _is_unread(script: Script, setting: Setting) -> bool:
    """Whether the value that a class or the module gives a name is read nowhere in the file, of
    which no use is seen."""
    name = setting.name.rpartition(".")[2]
    written = script.tree.text
    if not name.isidentifier():
        return False
    if setting.origin == "class":
        by_name = re.search(rf"\.{name}\b|getattr\(|\bvars\(|__dict__", written)
        return by_name is None
    return setting.origin == "constant" and len(re.findall(rf"\b{name}\b", written)) == 1
