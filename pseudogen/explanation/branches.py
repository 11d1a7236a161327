"""Long conditions, of which the branch around has told a part: that part is not said again."""

from __future__ import annotations

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.names.conditions import beyond, common
from pseudogen.names.script import Script
from pseudogen.syntax.tree import Statement

_LONG = 50
"""A condition no longer than this is said in full."""


class Branches:
    """The branches of a script whose conditions have been told."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._at_line = script.tree.by_line()
        self._told: set[int] = set()

    def tell(self, line: int) -> None:
        """Note that it is told under which condition the branch that begins on a line runs."""
        self._told.add(line)

    def is_told(self, line: int) -> bool:
        """Whether it is told under which condition the branch that begins on a line runs."""
        return line in self._told

    def tell_of(self, finding: Finding) -> None:
        """Note what the words of a finding tell: the branch that it is, those that it is in."""
        statement = self._at_line.get(finding.line)
        if statement is None:
            return
        if type(statement.node) is cst.If:
            self.tell(statement.first)
        condition = getattr(finding, "condition", None)
        for header in self._around(statement):
            if condition and _begins(condition, self._inside(header)):
                self.tell(header.first)

    def beyond(self, line: int, condition: str) -> tuple[str | None, int] | None:
        """What a long condition of a line asks for beyond a branch around it that has been told,
        and the line of that branch; None where there is none."""
        statement = self._at_line.get(line)
        if statement is None or len(condition) <= _LONG:
            return None
        for header in self._around(statement):
            if header.first in self._told and _begins(condition, self._inside(header)):
                return beyond(condition, self._inside(header)), header.first
        return None

    def _around(self, statement: Statement) -> list[Statement]:
        """The branches around a statement in its function, the innermost first."""
        return [
            header
            for header in self._script.tree.ancestors(statement.index)
            if type(header.node) is cst.If and header.scope == statement.scope
        ]

    def _inside(self, header: Statement) -> str | None:
        return self._script.condition(self._script.tree.statements[header.index + 1])


def _begins(condition: str, shared: str | None) -> bool:
    if shared is None or not condition.startswith(shared):
        return False
    return condition == shared or common((condition, shared)) == shared
