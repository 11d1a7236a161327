"""Findings -> stages: the way through a script, in the order in which it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

import libcst as cst

from pseudogen.explanation.order import run_order
from pseudogen.finding import Finding
from pseudogen.names import structure
from pseudogen.names.script import Script
from pseudogen.records import dataclass
from pseudogen.syntax.tree import Statement
from pseudogen.vocabulary import ANYWHERE, STAGE_OF

TRAINING = "training"
EVALUATION = "evaluation"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of the script that serves one purpose.

    `kind` is start-up, data, model, optimisation, loop, training or evaluation; `function` the
    function it stands in (None at the top level); `condition` what it runs under, where that is
    the same for all of it.
    """

    kind: str
    lines: tuple[int, int]
    function: str | None
    condition: str | None
    findings: tuple[Finding, ...]


def stages(script: Script, findings: Sequence[Finding]) -> tuple[Stage, ...]:
    """The stages in the order in which they run; each finding is in exactly one."""
    place = {index: number for number, index in enumerate(run_order(script))}
    holders = _statements_of(script, findings)
    ordered = sorted(zip(findings, holders, strict=True), key=lambda pair: place[pair[1].index])
    groups: list[_Group] = []
    latest: dict[str | None, _Group] = {}  # what other functions do in between parts no stage
    for finding, statement in ordered:
        function = _function_name(script, statement)
        last = latest.get(function)
        kind = _kind(script, finding, statement)
        if kind is None:
            near = last or (groups[-1] if groups else None)
            kind = near.kind if near else STAGE_OF[finding.pattern]
        if last is None or last.kind != kind:
            last = latest[function] = _Group(kind, function)
            groups.append(last)
        last.pairs.append((finding, statement))
    return tuple(_stage(script, group) for group in groups)


@dataclass(slots=True)
class _Group:
    kind: str
    function: str | None
    pairs: list[tuple[Finding, Statement]] = field(default_factory=list)


def _statements_of(script: Script, findings: Sequence[Finding]) -> list[Statement]:
    """The first statement on the anchor line of each finding."""
    at_line: dict[int, Statement] = {}
    for statement in script.tree.statements:
        at_line.setdefault(statement.first, statement)
    return [at_line[finding.line] for finding in findings]


def _function_name(script: Script, statement: Statement) -> str | None:
    function = script.function_around(statement)
    return function.node.name.value if function is not None else None


def _kind(script: Script, finding: Finding, statement: Statement) -> str | None:
    """The stage of a finding by itself; None for what belongs wherever it stands."""
    around = [statement, *script.tree.ancestors(statement.index)]
    kinds = {
        script.structure.loops[s.index].kind for s in around if s.index in script.structure.loops
    }
    function = script.function_around(statement)
    inside = function.index if function is not None else -1
    if structure.EVALUATION_LOOP in kinds or (
        inside in script.structure.evaluates and inside not in script.structure.trains
    ):
        return EVALUATION
    if kinds:
        return TRAINING
    return None if finding.pattern in ANYWHERE else STAGE_OF[finding.pattern]


def _stage(script: Script, group: _Group) -> Stage:
    findings = tuple(finding for finding, _ in group.pairs)
    conditions = {script.condition(statement) for _, statement in group.pairs}
    first = min(finding.line for finding in findings)
    last = max(_end(finding, statement) for finding, statement in group.pairs)
    condition = conditions.pop() if len(conditions) == 1 else None
    return Stage(group.kind, (first, last), group.function, condition, findings)


def _end(finding: Finding, statement: Statement) -> int:
    """A loop's stage ends where the loop does."""
    loop = type(statement.node) in (cst.For, cst.While)
    return max(finding.end, statement.end if loop else 0)
