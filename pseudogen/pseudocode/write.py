"""A script and its findings -> pseudocode."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pseudogen.deep import roomy
from pseudogen.document import Lines, Pseudocode, PseudoLine, Span, spans
from pseudogen.finding import Finding
from pseudogen.names.script import Script
from pseudogen.pseudocode.draft import Draft
from pseudogen.pseudocode.expressions import EXPRESSIONS, TESTS
from pseudogen.pseudocode.full import full
from pseudogen.pseudocode.outline import outline
from pseudogen.pseudocode.parts import cut
from pseudogen.pseudocode.spacing import spaced
from pseudogen.pseudocode.steps import steps
from pseudogen.pseudocode.vocabulary import Vocabulary
from pseudogen.pseudocode.writer import Writer
from pseudogen.reading.inert import inert
from pseudogen.templating import language

DETAILS = ("full", "steps", "outline")
NAMES = ("code", "words")
KEYWORDS = ("local", "english")


@roomy
def write(
    script: Script,
    findings: Sequence[Finding],
    *,
    lang: str,
    detail: str = "steps",
    names: str = "code",
    keywords: str = "local",
    lines: Lines | None = None,
    function: str | None = None,
    caption: str = "",
) -> Pseudocode:
    """The pseudocode of a script.

    Args:
        script: The script.
        findings: What patterns found in it; at the level of steps each is one line.
        lang: The language of the words.
        detail: One of DETAILS: every statement a line, one line a step, or the algorithm alone.
        names: "code" leaves identifiers as they are, "words" puts them into words.
        keywords: "local" or "english".
        lines: Only this part of the source, first and last line inclusive.
        function: Only the function or class of this name (`Net.forward` for a method).
        caption: What the pseudocode is called.

    Raises:
        InputError: 'no-such-function' or 'no-such-lines'.
    """
    if detail not in DETAILS or names not in NAMES or keywords not in KEYWORDS:
        raise ValueError(f"unknown choice among {detail!r}, {names!r}, {keywords!r}")
    vocabulary = Vocabulary(lang, names, keywords)
    writer = Writer(script, vocabulary, EXPRESSIONS, TESTS, types=detail == "full")
    drafts = cut(script, _DETAILS[detail](writer, findings), lines, function)
    if detail == "outline" and (lines or function):
        drafts = drafts or cut(script, steps(writer, findings), lines, function)
    joins = language(lang).line_joint == ""
    return Pseudocode(
        lines=tuple(_line(draft, joins) for draft in drafts),
        caption=(Span(inert(caption), "code"),) if caption else (),
        lang=lang,
    )


def _line(draft: Draft, joins: bool) -> PseudoLine:
    text = spans(draft.text)
    return PseudoLine(
        text=spaced(text) if joins else text,
        depth=draft.depth,
        source=draft.source,
        pattern=draft.pattern,
    )


_DETAILS: dict[str, Callable[[Writer, Sequence[Finding]], list[Draft]]] = {
    "full": lambda writer, findings: full(writer),
    "steps": steps,
    "outline": outline,
}
