"""Findings -> stages: the way through a script, in the order in which it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import field

import libcst as cst

from pseudogen.explanation.order import run_order
from pseudogen.explanation.passage import Passage
from pseudogen.finding import Finding
from pseudogen.following import Reached
from pseudogen.names import hooks, structure
from pseudogen.names.script import Script
from pseudogen.records import dataclass, replace
from pseudogen.syntax.tree import NO_STATEMENT, Statement
from pseudogen.vocabulary import ANYWHERE, STAGE_OF, STAGES

TRAINING = "training"
EVALUATION = "evaluation"
AROUND = "loop"
_FIRST = "start-up"
_AROUND = "loop"
_OPTIMISATION = "optimisation"
_OF_STEP = frozenset(
    {"gradient-accumulation", "gradient-clipping", "metric-reduction", "mixed-precision"}
    | {"progress-display", "rank-zero-guard", "training-step"}
)
"""What is told of a training step, where no loss, optimizer or schedule is made."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of the script that serves one purpose.

    `kind` is start-up, data, model, optimisation, loop, training or evaluation; `place` is "before"
    or "after" for a loop stage that comes before or after the training; `function` the
    function it stands in, a method with its class (None at the top level); `condition` what it
    runs under, where that is the same for all of it.
    """

    kind: str
    lines: tuple[int, int]
    function: str | None
    condition: str | None
    findings: tuple[Finding, ...]
    reached: tuple[Reached, ...] = ()
    passages: tuple[Passage, ...] = ()
    place: str | None = None

    @property
    def title(self) -> str:
        """What it is called by: its place, else its kind, or "step" for a training step alone."""
        patterns = {finding.pattern for finding in self.findings}
        if "training-step" in patterns and patterns <= _OF_STEP and self.kind == _OPTIMISATION:
            return "step"
        return self.place or self.kind


def stages(
    script: Script, findings: Sequence[Finding], reached: Sequence[Reached] = ()
) -> tuple[Stage, ...]:
    """The stages in the order in which they run; each finding is in exactly one, and so is each
    function of another file that is reached, with the call that leads to it."""
    place = {index: number for number, index in enumerate(run_order(script))}
    holders = [*_statements_of(script, findings), *(_holding(script, r.line) for r in reached)]
    told: list[Finding | Reached] = [*findings, *reached]
    ordered = sorted(zip(told, holders, strict=True), key=lambda pair: place[pair[1].index])
    groups: list[_Group] = []
    latest: dict[int, _Group] = {}  # what other functions do in between parts no stage
    homes = [home_of(script, statement) for _, statement in ordered]
    kinds = _kinds(script, ordered, homes)
    for number, (finding, statement) in enumerate(ordered):
        home, kind = homes[number], kinds[number]
        function = script.tree.statements[home] if home != NO_STATEMENT else None
        last = latest.get(home)
        if last is not None and last.pairs[-1][1] is statement and isinstance(finding, Reached):
            kind = last.kind  # what a call leads to stands with what is said of the call
        if last is not None and _in_passing(script, finding, statement):
            kind = None
        if kind is None and last is not None:
            kind = AROUND if _is_behind(script, last, statement) else last.kind
        elif kind is None:
            behind = zip(kinds[number:], homes[number:], strict=True)
            near = groups[-1].kind if groups and home != NO_STATEMENT else _FIRST
            kind = next((k for k, there in behind if k is not None and there == home), near)
        if last is None or last.kind != kind:
            last = latest[home] = _Group(kind, _name(script, function))
            groups.append(last)
        last.pairs.append((finding, statement))
    return _placed(script, [_stage(script, group) for group in groups])


def _placed(script: Script, found: Sequence[Stage]) -> tuple[Stage, ...]:
    """The stages; of those around the training it is said whether they come before or after it."""
    training = [stage for stage in found if stage.kind == TRAINING]
    begun = found.index(training[0]) if training else 0
    placed = []
    for number, stage in enumerate(found):
        if training and stage.kind == _AROUND and number < begun:
            stage = replace(stage, place="before")
        elif training and stage.kind == _AROUND and _is_after(script, stage, training):
            stage = replace(stage, place="after")
        placed.append(stage)
    return tuple(placed)


def _is_after(script: Script, stage: Stage, training: Sequence[Stage]) -> bool:
    """Whether a stage stands behind the loops over the epochs of its function, or shuts down."""
    if stage.findings and all(finding.pattern == "shutdown" for finding in stage.findings):
        return True
    at = script.tree.by_line()
    ends = [
        at[finding.line].end
        for other in training
        if other.function == stage.function
        for finding in other.findings
        if finding.pattern == "epoch-loop"
    ]
    return bool(ends) and stage.lines[0] > max(ends)


def trainer_elsewhere(script: Script, found: Sequence[Stage], line: int) -> Reached | None:
    """The one function of another file that the loop on a line calls and that trains."""
    loop = script.tree.by_line()[line]
    called = (r for stage in found for r in stage.reached)
    trainers = [
        r
        for r in called
        if r.direct and loop.first < r.line <= loop.end
        if any(finding.pattern == "training-step" for finding in r.findings)
    ]
    return trainers[0] if len(trainers) == 1 else None


def _is_behind(script: Script, group: _Group, statement: Statement) -> bool:
    """Whether a statement of the training's function comes behind its loop."""
    inside = (s for _, s in group.pairs if structure.unit(script, s) is not None)
    return (
        group.kind == TRAINING
        and next(inside, None) is not None
        and structure.unit(script, statement) is None
    )


def _name(script: Script, function: Statement | None) -> str | None:
    """The name of a function, that of a method behind its class."""
    if function is None:
        return None
    around = script.tree.statements[function.parent] if function.parent >= 0 else None
    of_class = around is not None and type(around.node) is cst.ClassDef
    owner = f"{around.node.name.value}." if around is not None and of_class else ""
    return f"{owner}{function.node.name.value}"


def _in_passing(script: Script, told: Finding | Reached, statement: Statement) -> bool:
    """Whether it begins no stage behind others: switches of the libraries, settings that are read
    under a condition, for what is made there, and arithmetic of the processes."""
    kind = getattr(told, "pattern", "")
    reads = kind == "config-parsing" and script.condition(statement) is not None
    shares = kind == "gradient-accumulation" and getattr(told, "part", "") == "processes"
    return reads or shares or kind == "determinism"


def home_of(script: Script, statement: Statement) -> int:
    """The function that a statement stands in or is, by index."""
    is_function = type(statement.node) is cst.FunctionDef
    function = statement if is_function else script.function_around(statement)
    return function.index if function is not None else NO_STATEMENT


def _kinds(
    script: Script, ordered: Sequence[tuple[Finding | Reached, Statement]], homes: Sequence[int]
) -> list[str | None]:
    """The stage of each finding by itself; what is found in one statement has one stage: that of
    the training where it runs the loop, else the one that comes first."""
    kinds = [_kind(script, *one, home) for one, home in zip(ordered, homes, strict=True)]
    of_statement: dict[int, set[str]] = {}
    for kind, (told, statement) in zip(kinds, ordered, strict=True):
        if kind is not None and isinstance(told, Finding):
            of_statement.setdefault(statement.index, set()).add(kind)
    runs = {s.index for told, s in ordered if getattr(told, "pattern", "") == "epoch-loop"}
    for number, (told, statement) in enumerate(ordered):
        several = of_statement.get(statement.index, set())
        if kinds[number] is not None and isinstance(told, Finding) and len(several) > 1:
            first = next((kind for kind in STAGES if kind in several), kinds[number])
            kinds[number] = TRAINING if statement.index in runs else first
    return kinds


@dataclass(slots=True)
class _Group:
    kind: str
    function: str | None
    pairs: list[tuple[Finding | Reached, Statement]] = field(default_factory=list)


def _statements_of(script: Script, findings: Sequence[Finding]) -> list[Statement]:
    """The first statement on the anchor line of each finding, or the one that it lies in."""
    at_line = script.tree.by_line()
    return [at_line[finding.line] for finding in findings]


def _holding(script: Script, line: int) -> Statement:
    """The innermost statement that a line belongs to."""
    return [s for s in script.tree.statements if s.start <= line <= s.end][-1]


def _stage_of(told: Finding | Reached) -> str | None:
    """The stage that most of what is told belongs to; None for what belongs anywhere."""
    if isinstance(told, Finding):
        return STAGE_OF[told.pattern] if told.pattern not in ANYWHERE else None
    kinds = Counter(STAGE_OF[f.pattern] for f in told.findings if f.pattern not in ANYWHERE)
    return kinds.most_common(1)[0][0] if kinds else None


def _kind(script: Script, told: Finding | Reached, statement: Statement, inside: int) -> str | None:
    """The stage of what is told by itself, in the function `inside`; None for what belongs wherever
    it stands."""
    found = script.structure
    around = (statement, *script.tree.ancestors(statement.index))
    kinds = {found.loops[s.index].kind for s in around if s.index in found.loops}
    hook = _hook(script, inside)
    if hook is not None:
        return hook
    if structure.EVALUATION_LOOP in kinds or (
        inside in found.evaluates and inside not in found.trains
    ):
        return EVALUATION
    stage = _stage_of(told)
    unit = structure.unit(script, statement)
    trains = unit == "step" or (unit == "epoch" and inside in found.trains)
    works_out = type(statement.node) is cst.Return and stage == STAGE_OF["lr-schedule"]
    trains = trains and not works_out
    if stage == _AROUND and (unit is not None or _called_in_loops(script, inside)):
        return TRAINING  # a function that the loop calls, to save what it has reached
    return TRAINING if kinds or (trains and stage is not None) else stage


def _called_in_loops(script: Script, function: int) -> bool:
    """Whether all calls of a function stand in loops of the training, whichever these are."""
    callers = script.structure.called_from.get(function, [])
    units = [structure.unit(script, script.tree.statements[index]) for index in callers]
    return bool(units) and None not in units


def _hook(script: Script, function: int) -> str | None:
    """The stage of what a framework calls in its loops; None for other functions."""
    method = script.tree.statements[function] if function != NO_STATEMENT else None
    owner = script.tree.statements[method.parent] if method and method.parent >= 0 else None
    if method is None or owner is None or type(owner.node) is not cst.ClassDef:
        return None
    name = method.node.name.value
    called_back = name in hooks.CALLED_BACK and hooks.is_callback(owner)
    if called_back or (name in hooks.OF_TRAINERS and hooks.is_trainer(script, owner)):
        return TRAINING
    kind = TRAINING if name in hooks.TRAINING else EVALUATION if name in hooks.EVALUATING else None
    return kind if kind and hooks.is_module(script, owner) else None


def _stage(script: Script, group: _Group) -> Stage:
    findings = tuple(told for told, _ in group.pairs if isinstance(told, Finding))
    reached = tuple(told for told, _ in group.pairs if isinstance(told, Reached))
    conditions = {script.condition(statement) for _, statement in group.pairs}
    first = min(told.line for told, _ in group.pairs)
    last = max(_end(told, statement) for told, statement in group.pairs)
    condition = conditions.pop() if len(conditions) == 1 else None
    return Stage(group.kind, (first, last), group.function, condition, findings, reached)


def _end(told: Finding | Reached, statement: Statement) -> int:
    """A loop's stage ends where the loop does."""
    if isinstance(told, Reached):
        return told.line
    loop = type(statement.node) in (cst.For, cst.While)
    return max(told.end, statement.end if loop else 0)
