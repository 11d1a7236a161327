"""A part of the pseudocode: some lines, or one function."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from pseudogen.document import Lines
from pseudogen.errors import InputError
from pseudogen.names.script import Script
from pseudogen.pseudocode.draft import Draft
from pseudogen.syntax.tree import Statement


def cut(
    script: Script, drafts: list[Draft], lines: Lines | None, function: str | None
) -> list[Draft]:
    """The drafts that speak of the wanted part, moved to the left margin.

    Raises:
        InputError: 'no-such-function', 'no-such-lines'.
    """
    if function is not None:
        statement = _defined(script, function)
        drafts = _within(drafts, (statement.start, statement.end))
    if lines is not None:
        if lines[0] > lines[1] or lines[0] > len(script.tree.lines):
            raise InputError("no-such-lines", first=lines[0], last=lines[1])
        drafts = _within(drafts, lines)
    margin = min((draft.depth for draft in drafts), default=0)
    return [replace(draft, depth=draft.depth - margin) for draft in drafts] if margin else drafts


def _within(drafts: list[Draft], lines: Lines) -> list[Draft]:
    first, last = lines
    return [draft for draft in drafts if draft.source[0] <= last and draft.source[1] >= first]


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
