"""The keywords of pseudocode, read from the templates that write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from jinja2 import nodes

from pseudogen.document import Spans, spans
from pseudogen.languages import languages, template_root
from pseudogen.templating import environment, language

_GOING_ON = (
    *("else_if", "otherwise", "loop_done"),
    *("on_error", "on_any_error", "no_error", "finally_"),
)
"""The macros of lines that go on with the block before them."""


@cache
def keywords(lang: str) -> frozenset[str]:
    """Every text that the pseudocode templates of a language mark as a keyword."""
    trees = [
        _parsed(path) for path in sorted((template_root() / lang / "pseudocode").glob("*.jinja"))
    ]
    return frozenset(word for tree in trees for word in _marked([tree]))


@cache
def continuing() -> frozenset[str]:
    """The keywords of any language that begin no block of their own, such as "otherwise"."""
    paths = [template_root() / lang / "pseudocode" / "keywords.jinja" for lang in languages()]
    macros = [macro for path in paths for macro in _parsed(path).find_all(nodes.Macro)]
    return frozenset(_marked(macro for macro in macros if macro.name in _GOING_ON))


def block_end(opener: str, lang: str) -> Spans:
    """The line that closes a block begun by the keyword `opener`, in the keyword's language."""
    home = next((other for other in (lang, *languages()) if opener in keywords(other)), lang)
    return spans(str(language(home).block_end(opener)))


def _parsed(path: Path) -> nodes.Template:
    return environment().parse(path.read_text(encoding="utf-8"))


def _marked(trees: Iterable[nodes.Node]) -> Iterator[str]:
    """The constant texts under a filter `keyword`."""
    for tree in trees:
        for node in tree.find_all(nodes.Filter):
            if node.name == "keyword" and node.node is not None:
                yield from _texts(node.node)


def _texts(node: nodes.Node) -> Iterator[str]:
    """The texts that an expression may give: one, or either of a choice."""
    match node:
        case nodes.Const(value=str() as text):
            yield text
        case nodes.CondExpr(expr1=first, expr2=second):
            yield from _texts(first)
            if second is not None:
                yield from _texts(second)
