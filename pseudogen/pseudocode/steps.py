"""Level "steps": one line a step. Findings are their phrase, what only reports or declares is
folded into a line that says what was folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.document import SPAN_KINDS, Spans, mark
from pseudogen.finding import Finding
from pseudogen.pseudocode import comments, folding
from pseudogen.pseudocode.draft import Draft
from pseudogen.pseudocode.full import safely, said
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text as python_text
from pseudogen.syntax.tree import Statement
from pseudogen.words.patterns import finding_words


def steps(writer: Writer, findings: Sequence[Finding]) -> list[Draft]:
    """The lines of the whole script, one a step."""
    condensed = _condensed(writer, findings)
    found: list[Draft] = []
    statements = writer.script.tree.statements
    index = 0
    while index < len(statements):
        statement = statements[index]
        run = folding.run(writer, index)
        if run is not None:
            found.append(run.draft)
            index = run.after
            continue
        if comments.is_text(statement.node):
            _cover(found, statement)
            index += 1
            continue
        words = condensed.get(statement.first)
        if words is not None:
            index = _condense(writer, statement, words, found)
            continue
        for draft in said(writer, statement):
            _add(writer, found, draft, statement)
        index += 1
    return found
