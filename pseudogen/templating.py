"""The words of a language, as its templates define them, and the filters that these may use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from pseudogen.document import SPAN_KINDS, mark
from pseudogen.languages import template_root
from pseudogen.template_runtime import Templates


@cache
def templates() -> Templates:
    """The templates of all languages; words are no HTML, each format escapes what it gets."""
    return Templates(
        filters={
            "call_text": call_text,
            "made_by": made_by,
            "names": names,
            "thousands": thousands,
        },
        tests={"constant_name": str.isupper},
        marks={kind: _marks(kind) for kind in SPAN_KINDS},
    )


def _marks(kind: str) -> tuple[str, str]:
    start, end = mark("\0", kind).split("\0")
    return start, end


def made_by(findings: Iterable[Any]) -> list[str]:
    """The classes or helpers that make what findings tell of, each once; where the code picks one
    of several, all of them."""
    names = (name for f in findings for name in (f.choices or (f.api,)) if name)
    return list(dict.fromkeys(names))


def names(written: str) -> list[str]:
    """`a, b` and `(a, b), c` -> their names; anything that is not a plain list of names stays
    whole."""
    nested = re.search(r"[\w\]]\(", written) is None
    parts = [part.strip("() ") if nested else part.strip() for part in written.split(",")]
    plain = all(part.replace(".", "_").isidentifier() for part in parts)
    return parts if plain else [written]


def call_text(function: str, arguments: Sequence[str]) -> str:
    """`f(a, b)`; a call that would fill a line and more by its function alone."""
    written = f"{function}({', '.join(arguments)})"
    return written if len(written) <= 100 else function


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
    for name in template_names(lang, folder):
        for key, macro in vars(templates().module(name)).items():
            if not callable(macro):
                continue
            if key in found:
                raise ValueError(f"{lang}/{folder}: macro {key} is defined twice")
            found[key] = macro
    return SimpleNamespace(**found)


def template_names(lang: str, folder: str) -> list[str]:
    """The templates in `templates/<lang>/<folder>/`, in order."""
    paths = sorted((template_root() / lang / folder).glob("*.jinja"))
    return [f"{lang}/{folder}/{path.name}" for path in paths]


def parameters(macro: Any) -> tuple[str, ...]:
    """The names of what a macro takes."""
    code = macro.__code__
    taken: tuple[str, ...] = code.co_varnames[: code.co_argcount]
    return taken


@cache
def language(lang: str) -> Any:
    """The words that no single pattern owns: `templates/<lang>/language.jinja` as a module."""
    return templates().module(f"{lang}/language.jinja")


@cache
def explanation_words(lang: str) -> Any:
    """The frame of an explanation: `templates/<lang>/explanation.jinja` as a module."""
    return templates().module(f"{lang}/explanation.jinja")


@cache
def glance_words(lang: str) -> Any:
    """What is said at a glance: `templates/<lang>/glance.jinja` as a module."""
    return templates().module(f"{lang}/glance.jinja")


@cache
def report_words(lang: str) -> Any:
    """The frame of a list of pitfalls: `templates/<lang>/reports.jinja` as a module."""
    return templates().module(f"{lang}/reports.jinja")


@cache
def settings_words(lang: str) -> Any:
    """What is said of settings: `templates/<lang>/settings.jinja` as a module."""
    return templates().module(f"{lang}/settings.jinja")


@cache
def working_words(lang: str) -> Any:
    """What is said of numbers: `templates/<lang>/working.jinja` as a module."""
    return templates().module(f"{lang}/working.jinja")


@cache
def story_words(lang: str) -> Any:
    """What findings do together: `templates/<lang>/stories.jinja` as a module."""
    return templates().module(f"{lang}/stories.jinja")


@cache
def passage_words(lang: str) -> Any:
    """What is said of other code: `templates/<lang>/passages.jinja` as a module."""
    return templates().module(f"{lang}/passages.jinja")


@cache
def vocabulary_words(lang: str) -> Any:
    """The vocabulary: `templates/<lang>/vocabulary.jinja` as a module."""
    return templates().module(f"{lang}/vocabulary.jinja")
