"""In which case a finding holds, where its own words do not say it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.names.blocks import returns_before
from pseudogen.names.conditions import conjuncts, opposite
from pseudogen.names.script import Script
from pseudogen.records import dataclass
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement


@dataclass(frozen=True, slots=True)
class Case:
    """A branch, and when it is taken.

    Attributes:
        condition: The condition of an `if`; of an `except` the errors, "" for whatever error.
        line: The line on which the branch begins.
        tried: For an `except`, the lines that have to fail; None for an `if`.
    """

    condition: str
    line: int
    tried: tuple[int, int] | None = None


_TOLD_APART = frozenset(
    {
        "augmentation",
        "batch-loop",
        "checkpoint-resume",
        "custom-sampler",
        "data-loader",
        "dataset-build",
    }
    | {"distributed-sampler", "epoch-loop", "evaluation", "gradient-accumulation"}
    | {"loss-function", "lr-scaling", "lr-schedule", "lr-warmup"}
    | {"model-build", "optimizer-build", "parameter-groups", "rank-discovery", "steps-per-epoch"}
    | {"training-step"}
)
"""What a script makes or runs one way or another: told without its condition, alternatives read
like a sequence."""


_DEPTH = 4


class Cases:
    """In which case each finding of a script holds."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._found: dict[int, Case | None] = {}
        self._at_line = script.tree.by_line()

    def of(self, finding: Finding) -> Case | None:
        """The condition under which the statement of a finding runs in its function, or None;
        `finding` has to live as long as this. That something has failed no words of a finding
        tell."""
        if id(finding) not in self._found:
            statement = self._at_line.get(finding.line)
            case = self._case(statement, finding) if statement is not None else None
            self._found[id(finding)] = case
        return self._found[id(finding)]

    def left_before(self, finding: Finding) -> tuple[int, ...]:
        """The lines on which the function of a finding may have returned before it comes to it,
        unless what is told of the finding says that it has not; the finding stands in no loop."""
        script = self._script
        statement = self._at_line.get(finding.line)
        if statement is None or script.loop_around(statement) is not None:
            return ()
        told = conjuncts(script.condition(statement) or "")
        returns = returns_before(script, statement)
        return tuple(left.first for left in returns if not _told_by(script, left, told))

    def exclusive(self, one: int, other: int) -> bool:
        """Whether of the statements on two lines never both run."""
        first, second = self._at_line.get(one), self._at_line.get(other)
        if first is None or second is None:
            return False
        pairs = product(self._led_by(first), self._led_by(second))
        return any(self._script.exclusive(a, b) for a, b in pairs)

    def _led_by(self, statement: Statement) -> Iterator[Statement]:
        """The statement, the one call of the function around it, the one call of that..."""
        yield statement
        for _ in range(_DEPTH):
            function = self._script.function_around(statement)
            calls = self._script.structure.called_from if function is not None else {}
            callers = calls.get(function.index, []) if function is not None else []
            if len(callers) != 1:
                return
            statement = self._script.tree.statements[callers[0]]
            yield statement

    def _case(self, statement: Statement, finding: Finding) -> Case | None:
        """The case of a statement with which a finding begins: in the branch around it, or behind
        that."""
        around = self._script.tree.ancestors(statement.index)
        whole = finding.pattern in _TOLD_APART
        branches = (
            h
            for h in around
            if h.scope == statement.scope and (self._is_branch(h) if whole else _catches(h))
        )
        header = next(branches, None)
        if header is None or finding.end > header.end:
            return None
        if _catches(header):
            return self._caught(header)
        condition = self._script.condition(statement)
        return Case(condition, header.first) if condition is not None else None

    def _caught(self, handler: Statement) -> Case | None:
        """The case of an `except`: what is tried before it fails."""
        tried = self._script.tree.body(self._script.tree.statements[handler.chain])
        errors = text(handler.node.type) if handler.node.type is not None else ""
        return Case(errors, handler.first, (tried[0].start, tried[-1].end)) if tried else None

    def _is_branch(self, header: Statement) -> bool:
        if _catches(header):
            return True
        whole = self._script.tree.statements[header.chain]
        return type(header.node) in (cst.If, cst.Else) and type(whole.node) is cst.If


def _catches(header: Statement) -> bool:
    return type(header.node) is cst.ExceptHandler


def _told_by(script: Script, left: Statement, told: Collection[str]) -> bool:
    """Whether what is told of a statement says that the branch of a `return` is not taken."""
    branch = script.tree.statements[left.parent]
    return type(branch.node) is cst.If and opposite(branch.node.test) in told
