"""The pitfalls in a language: all of them, each with what is said of an example of it."""

from __future__ import annotations

from pseudogen.document import (
    Block,
    Document,
    Heading,
    Listing,
    Paragraph,
    Spans,
    Table,
    mark,
)
from pseudogen.document import spans as marked
from pseudogen.finding import find_all
from pseudogen.names.script import Script
from pseudogen.patterns import all_finders
from pseudogen.pitfall import SEVERITIES, Findings, Pitfall, check_all
from pseudogen.pitfalls import all_checkers, pitfall_modules
from pseudogen.templating import explanation_words, vocabulary_words
from pseudogen.words.patterns import spaced_words
from pseudogen.words.pitfalls import pitfall_words


def pitfalls_document(lang: str) -> Document:
    """All pitfalls by subject: a table of their ids and severities, then a part for each."""
    words = vocabulary_words(lang).pitfalls
    blocks: list[Block] = [Heading(1, marked(words["title"]))]
    blocks += [Paragraph(spaced_words(words["about"], lang))]
    parts: list[Block] = []
    rows = []
    for module in pitfall_modules():
        for identifier, examples in module.EXAMPLES.items():
            found = [_first(code, identifier) for code in examples]
            severity = _severities(found, lang)
            name = pitfall_words(found[0], lang).title
            rows.append((marked(mark(identifier, "code")), severity, name))
            parts += _part(identifier, next(iter(examples)), found[0], lang)
    header = tuple(marked(cell) for cell in words["header"])
    return Document((*blocks, Table(header, tuple(rows)), *parts), lang)


def _first(code: str, identifier: str) -> Pitfall:
    """The first report of a pitfall in one of its examples."""
    script = Script.parse(code)
    checkers = [checker for checker in all_checkers() if checker.id == identifier]
    return check_all(Findings(script, find_all(script, all_finders())), checkers)[0]


def _severities(found: list[Pitfall], lang: str) -> Spans:
    """The severities that the examples have, the worst first."""
    names = explanation_words(lang).severities
    seen = {one.severity for one in found}
    return marked(", ".join(names[severity] for severity in SEVERITIES if severity in seen))


def _part(identifier: str, code: str, found: Pitfall, lang: str) -> list[Block]:
    """One pitfall: an example, why it bites, and what to change."""
    said = pitfall_words(found, lang)
    label = marked(explanation_words(lang).labels["change"])
    return [
        Heading(2, said.title, marked(mark(identifier, "code"))),
        Listing(tuple(code.rstrip("\n").split("\n")), 1),
        *(Paragraph(paragraph) for paragraph in said.why),
        *(Paragraph(paragraph, label) for paragraph in said.change),
    ]
