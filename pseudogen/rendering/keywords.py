"""The keywords of pseudocode, read from the templates that write them."""

from __future__ import annotations

from functools import cache

from pseudogen.document import Spans, spans
from pseudogen.languages import languages
from pseudogen.templating import language, template_names, templates

_GOING_ON = (
    *("else_if", "otherwise", "loop_done"),
    *("on_error", "on_any_error", "no_error", "finally_"),
)
"""The macros of lines that go on with the block before them."""


@cache
def keywords(lang: str) -> frozenset[str]:
    """Every text that the pseudocode templates of a language mark as a keyword."""
    marked = map(templates().keywords, template_names(lang, "pseudocode"))
    return frozenset(word for macros in marked for texts in macros.values() for word in texts)


@cache
def continuing() -> frozenset[str]:
    """The keywords of any language that begin no block of their own, such as "otherwise"."""
    marked = [templates().keywords(f"{lang}/pseudocode/keywords.jinja") for lang in languages()]
    return frozenset(word for macros in marked for m in _GOING_ON for word in macros.get(m, ()))


def block_end(opener: str, lang: str) -> Spans:
    """The line that closes a block begun by the keyword `opener`, in the keyword's language."""
    home = next((other for other in (lang, *languages()) if opener in keywords(other)), lang)
    return spans(str(language(home).block_end(opener)))
