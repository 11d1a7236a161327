"""The one place that knows where templates lie and how Jinja is set up."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from pseudogen.document import SPAN_KINDS, mark


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


@cache
def environment() -> Environment:
    """The Jinja environment of the words: an unknown field is an error, never an empty string."""
    made = Environment(
        loader=FileSystemLoader(template_root()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
        autoescape=False,  # words are no HTML; each format escapes what it gets
    )
    for kind in SPAN_KINDS:
        made.filters[kind] = _marker(kind)
    made.filters["thousands"] = thousands
    return made


def _marker(kind: str) -> Any:
    return lambda text: mark(str(text), kind)


def thousands(number: float) -> str:
    """`50000` -> `50,000`; `0.1` stays; a float that is whole loses its point."""
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e15:
        number = int(number)
    return f"{number:,}" if isinstance(number, int) else f"{number:.6g}"


@cache
def macros(lang: str, folder: str) -> SimpleNamespace:
    """All macros of the templates in `templates/<lang>/<folder>/`, by name.

    Raises:
        ValueError: two templates define the same macro.
    """
    found: dict[str, Any] = {}
    for path in sorted((template_root() / lang / folder).glob("*.jinja")):
        module = _template(f"{lang}/{folder}/{path.name}").module
        for name, macro in vars(module).items():
            if name.startswith("_") or not callable(macro):
                continue
            if name in found:
                raise ValueError(f"{lang}/{folder}: macro {name} is defined twice")
            found[name] = macro
    return SimpleNamespace(**found)


@cache
def language(lang: str) -> Any:
    """The words that no single pattern owns: `templates/<lang>/language.jinja` as a module."""
    return _template(f"{lang}/language.jinja").module


def _template(name: str) -> Template:
    return environment().get_template(name)
