"""The one place that knows how Jinja is set up."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from types import SimpleNamespace
from typing import Any

from jinja2 import FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, Template
from jinja2.bccache import Bucket

from pseudogen import template_code
from pseudogen.document import SPAN_KINDS, mark
from pseudogen.folders import own_folder
from pseudogen.languages import template_root
from pseudogen.template_code import PlainEnvironment


class _CompiledTemplates(FileSystemBytecodeCache):
    """Compiled templates in a folder of the user's own; a folder that is full is no fault."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


@cache
def compiled_templates(setup: str) -> _CompiledTemplates | None:
    """In the cache folder of the user, where they outlive the next start of the machine, else in
    its folder for what is temporary; None where neither is safe: then each run compiles them.
    What a template becomes depends on how Jinja is set up and on the compiler here, so that each
    `setup` of each compiler has its own."""
    own = own_folder("templates")
    try:
        folder = os.fspath(own) if own is not None else None
        compiler = os.stat(template_code.__file__).st_mtime_ns  # noqa: PTH116 (quicker)
        return _CompiledTemplates(folder, f"{setup}_{compiler:x}_%s.cache")
    except (OSError, RuntimeError):
        return None


@cache
def environment() -> PlainEnvironment:
    """The Jinja environment of the words: an unknown field is an error, never an empty string."""
    made = PlainEnvironment(
        loader=FileSystemLoader(template_root()),
        bytecode_cache=compiled_templates("plain_words"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
        autoescape=False,  # words are no HTML; each format escapes what it gets
    )
    for kind in SPAN_KINDS:
        made.filters[kind] = _marker(kind)
    made.tests["constant_name"] = str.isupper
    made.filters["thousands"] = thousands
    made.filters["made_by"] = made_by
    made.filters["names"] = names
    made.filters["call_text"] = call_text
    made.filters["join"] = _joined
    return made


def _marker(kind: str) -> Any:
    start, end = mark("\0", kind).split("\0")
    return lambda text: f"{start}{text}{end}"


def _joined(parts: Iterable[Any], between: str = "") -> str:
    return between.join(map(str, parts))


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


@cache
def explanation_words(lang: str) -> Any:
    """The frame of an explanation: `templates/<lang>/explanation.jinja` as a module."""
    return _template(f"{lang}/explanation.jinja").module


@cache
def glance_words(lang: str) -> Any:
    """What is said at a glance: `templates/<lang>/glance.jinja` as a module."""
    return _template(f"{lang}/glance.jinja").module


@cache
def report_words(lang: str) -> Any:
    """The frame of a list of pitfalls: `templates/<lang>/reports.jinja` as a module."""
    return _template(f"{lang}/reports.jinja").module


@cache
def settings_words(lang: str) -> Any:
    """What is said of settings: `templates/<lang>/settings.jinja` as a module."""
    return _template(f"{lang}/settings.jinja").module


@cache
def working_words(lang: str) -> Any:
    """What is said of numbers: `templates/<lang>/working.jinja` as a module."""
    return _template(f"{lang}/working.jinja").module


@cache
def story_words(lang: str) -> Any:
    """What findings do together: `templates/<lang>/stories.jinja` as a module."""
    return _template(f"{lang}/stories.jinja").module


@cache
def passage_words(lang: str) -> Any:
    """What is said of other code: `templates/<lang>/passages.jinja` as a module."""
    return _template(f"{lang}/passages.jinja").module


@cache
def vocabulary_words(lang: str) -> Any:
    """The vocabulary: `templates/<lang>/vocabulary.jinja` as a module."""
    return _template(f"{lang}/vocabulary.jinja").module


def _template(name: str) -> Template:
    return environment().get_template(name)
