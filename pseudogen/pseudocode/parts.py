"""A part of the pseudocode: some lines, or one function."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from pseudogen.document import Lines
from pseudogen.errors import InputError
from pseudogen.names.script import Script
from pseudogen.pseudocode.draft import Draft
from pseudogen.syntax.tree import NO_STATEMENT, Statement


def cut(
    script: Script, drafts: list[Draft], lines: Lines | None, function: str | None
) -> list[Draft]:
    """The drafts that speak of the wanted part, moved to the left margin.

    Raises:
        InputError: 'no-such-function', 'no-such-lines'.
    """
    if function is not None:
        statement = _defined(script, function)
        drafts = _within(script, drafts, (statement.start, statement.end))
    if lines is not None:
        if lines[0] > lines[1] or lines[0] > len(script.tree.lines):
            raise InputError("no-such-lines", first=lines[0], last=lines[1])
        drafts = _within(script, drafts, lines)
    margin = min((draft.depth for draft in drafts), default=0)
    return [replace(draft, depth=draft.depth - margin) for draft in drafts] if margin else drafts


def _within(script: Script, drafts: list[Draft], part: Lines) -> list[Draft]:
    """The drafts that say a statement of the part; comments by where they stand. What goes in and
    what comes out of the whole is neither."""
    first, last = part
    found = []
    for draft in drafts:
        start, end = draft.source
        if draft.statement != NO_STATEMENT:
            statement = script.tree.statements[draft.statement]
            start, end = max(start, statement.start), max(statement.last, min(end, statement.end))
        if start <= last and end >= first and not draft.whole:
            found.append(draft)
    return found


def _defined(script: Script, name: str) -> Statement:
    *owners, last = name.split(".")
    for statement in script.tree.statements:
        if type(statement.node) not in (cst.FunctionDef, cst.ClassDef):
            continue
        if statement.node.name.value != last:
            continue
        around = [
            s.node.name.value
            for s in script.tree.ancestors(statement.index)
            if type(s.node) in (cst.FunctionDef, cst.ClassDef)
        ]
        if around[: len(owners)] == owners[::-1]:
            return statement
    raise InputError("no-such-function", name=name)
