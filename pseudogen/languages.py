"""Where the templates lie, and which languages they speak. Imports nothing heavy."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


@cache
def template_root() -> Path:
    """The folder of the templates: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


@cache
def languages() -> tuple[str, ...]:
    """The codes of the languages that have templates."""
    return tuple(sorted(p.parent.name for p in template_root().glob("*/language.jinja")))


def locale_language() -> str:
    """The language that the environment asks for, if there are templates for it; else "en"."""
    wanted = next((os.environ[v] for v in _LOCALE_VARIABLES if os.environ.get(v)), "")
    code = wanted.partition("_")[0].partition(".")[0].lower()
    return code if code in languages() else "en"
