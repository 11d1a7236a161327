"""Findings that belong together: what several of them do in one is a story of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import libcst as cst

from pseudogen.explanation.alternating import Alternating, alternating
from pseudogen.explanation.continuing import Continuing, continuing
from pseudogen.finding import Finding
from pseudogen.names.script import Script
from pseudogen.names.training import CLEARING_METHODS
from pseudogen.records import dataclass, replace
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_PARTS = ("training-step", "gradient-clipping", "mixed-precision")
_CONSTANTS = ("True", "False", "None")


@dataclass(frozen=True, slots=True)
class Part:
    """A step of a story: what it is, where, and the code that does it.

    `other` is the code that does it in another branch, and its line, `needs` the lines of what
    only prepares it. `condition` is what it depends on, where the backward pass and the parts
    before it do not; `until` the line of the last part that depends on that, too; `each` what a
    loop runs over in which it is repeated before the parameters are updated once."""

    kind: str
    line: int
    code: str
    other: tuple[str, int] | None = None
    needs: tuple[int, ...] = ()
    condition: str | None = None
    until: int | None = None
    each: str | None = None

    @property
    def lines(self) -> set[int]:
        """The lines of which it speaks."""
        return {self.line, *self.needs, *((self.other[1],) if self.other else ())}


@dataclass(frozen=True, slots=True)
class ScaledStep:
    """One training step in mixed precision, in the order in which its parts run: "forward",
    "backward", "unscale", "clip", "step", "update" and, before or behind these, "clear"."""

    line: int
    lines: tuple[int, int]
    parts: tuple[Part, ...]
    condition: str | None = None

    @property
    def told(self) -> set[int]:
        """The lines of which it speaks."""
        return {line for part in self.parts for line in part.lines}

    def tells(self, finding: Finding) -> bool:
        """Whether it says what a finding is."""
        return finding.pattern in _PARTS and finding.line in self.told

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of its parts, in their order."""
        return tuple(part.kind for part in self.parts)


@dataclass(frozen=True, slots=True)
class SharedData:
    """The two branches of `if distributed:` around samplers and batch size.

    Attributes:
        line: Where the story begins.
        lines: From the `if` to the end of its last branch.
        condition: The condition of the branch that shares the data out.
        branch: The lines of that branch.
        samplers: The samplers made in it, and where.
        division: The division of the batch size in it, and where.
        machine: Whether it divides by the processes of one machine.
        settings: Constants set in it: (code, line).
        otherwise: The lines of the `else`; None without one.
        defaults: Constants set there.
        loaders: The loaders that get what either branch has set, and where.
    """

    line: int
    lines: tuple[int, int]
    condition: str
    branch: tuple[int, int]
    samplers: tuple[tuple[str, int], ...]
    division: tuple[str, int] | None
    machine: bool
    settings: tuple[tuple[str, int], ...]
    otherwise: tuple[int, int] | None
    defaults: tuple[tuple[str, int], ...]
    loaders: tuple[tuple[str, int], ...]

    @property
    def told(self) -> set[int]:
        """The lines of which it speaks."""
        return set(range(self.lines[0], self.lines[1] + 1))

    def tells(self, finding: Finding) -> bool:
        """Whether it says what a finding is."""
        return False  # each adds to it: shuffling, seeds, remainders


Story = ScaledStep | SharedData | Continuing | Alternating


_TOLD = frozenset({"training-step", "distributed-sampler", "batch-division", "checkpoint-resume"})


def stories(script: Script, findings: Sequence[Finding]) -> list[Story]:
    """The stories of a script, by line."""
    if not any(finding.pattern in _TOLD for finding in findings):
        return []
    at = script.tree.by_line()
    placed = [(finding, at[finding.line]) for finding in findings]
    found: list[Story] = [
        *_scaled_steps(script, placed),
        *_shared_data(script, placed),
        *continuing(script, placed),
        *alternating(script, placed),
    ]
    return sorted(found, key=lambda story: story.line)


_Placed = Sequence[tuple[Finding, Statement]]


def _fact(finding: Finding, name: str) -> Any:
    return getattr(finding, name, None)


# One step in mixed precision


def _scaled_steps(script: Script, placed: _Placed) -> Iterator[Story]:
    for finding, statement in placed:
        scaled = _fact(finding, "scaler") and _fact(finding, "how") == "backward"
        if finding.pattern != "training-step" or not scaled:
            continue
        calls = _calls_after(script, finding, statement)
        last = max((part.line for part in calls), default=finding.line)
        scales = f"{_fact(finding, 'scaler')}.scale({_fact(finding, 'loss')})"
        backward = f"{_fact(finding, 'scaled') or scales}.backward()"
        needs = _scaled_before(script, statement)
        parts = [Part("backward", finding.line, backward, needs=needs), *calls]
        parts += _clearing(script, finding, statement)
        for other, place in placed:
            near = script.loop_around(place) == script.loop_around(statement)
            if place.scope != statement.scope:
                continue
            if other.pattern == "gradient-clipping" and finding.line < other.line < last:
                parts.append(Part("clip", other.line, _clipping(other, place)))
            elif near and _is_context(other, place) and other.line < finding.line:
                parts.append(Part("forward", other.line, _context(place)))
        parts.sort(key=lambda part: part.line)
        if {"backward", "step", "update"} <= {part.kind for part in parts}:
            lines = (parts[0].line, parts[-1].line)
            told = tuple(_surrounded(script, parts, statement))
            yield ScaledStep(parts[0].line, lines, told, script.condition(statement))


def _surrounded(script: Script, parts: Sequence[Part], backward: Statement) -> Iterator[Part]:
    """The parts with what stands around each of them and not around all."""
    at = script.tree.by_line()
    step = next(at[part.line] for part in parts if part.kind == "step")
    shared = {header.index for header in script.tree.ancestors(step.index)}
    conditions = [script.condition(at[part.line], backward) or "" for part in parts]
    told = ""  # of the parts before
    for number, (part, condition) in enumerate(zip(parts, conditions, strict=True)):
        loop = script.loop_around(at[part.line])
        repeats = loop is not None and loop.index not in shared and type(loop.node) is cst.For
        new, until = condition, part.line
        if told and (condition == told or condition.startswith(f"{told} and ")):
            new = condition[len(told) :].removeprefix(" and ")
        else:
            told = condition
            for other, also in zip(parts[number:], conditions[number:], strict=True):
                if not (also == told or also.startswith(f"{told} and ")):
                    break
                until = other.line
        yield replace(
            part,
            condition=new or None,
            until=until if new and until != part.line else None,
            each=text(loop.node.iter) if loop is not None and repeats else None,
        )


def _clearing(script: Script, finding: Finding, statement: Statement) -> Iterator[Part]:
    """The call that clears the gradients, where it is one of the same loop."""
    for call in chain.from_iterable(map(script.calls_of_method, CLEARING_METHODS)):
        same = call.scope == statement.scope and call.line == _fact(finding, "clears")
        if same and script.loop_around(call.statement) is not None:
            yield Part("clear", call.line, text(call.node))


def _clipping(finding: Finding, place: Statement) -> str:
    """The call that clips, its limit included; "" where no single call does."""
    value = getattr(place.node, "value", None)
    if isinstance(value, cst.Call):
        return text(value)
    return str(_fact(finding, "call") or "")


def _calls_after(script: Script, finding: Finding, statement: Statement) -> list[Part]:
    """The scaler's other calls in the same function, behind the backward pass."""
    function = script.function_around(statement)
    inside = script.calls_below(function) if function is not None else script.call_sites()
    parts = []
    for kind, method in (("unscale", "unscale_"), ("step", "step"), ("update", "update")):
        name = f"{_fact(finding, 'scaler')}.{method}"
        behind = [s for s in inside if s.name == name and s.line > finding.line]
        if behind:
            first, others = behind[0], behind[1:2]
            either = [s for s in others if script.exclusive(first.statement, s.statement)]
            other = (text(either[0].node), either[0].line) if either else None
            parts.append(Part(kind, first.line, text(first.node), other))
    return parts


def _scaled_before(script: Script, statement: Statement) -> tuple[int, ...]:
    """The line of `scaled = scaler.scale(loss)` before `scaled.backward()`."""
    call = getattr(statement.node, "value", None)
    receiver = dotted(call.func).rpartition(".")[0] if type(call) is cst.Call else ""
    made = script.reaching(receiver, statement.index) if receiver.isidentifier() else []
    if len(made) != 1 or type(made[0].value) is not cst.Call:
        return ()
    return (script.tree.statements[made[0].statement].first,)


def _context(place: Statement) -> str:
    """The item of `with no_grad(), autocast():` that changes the precision."""
    items = [text(item.item) for item in place.node.items]
    return next((item for item in items if "autocast" in item), items[0])


def _is_context(finding: Finding, place: Statement) -> bool:
    """Whether a finding is `with autocast():`."""
    context = finding.pattern == "mixed-precision" and _fact(finding, "part") == "context"
    return context and type(place.node) is cst.With


# The two branches around samplers and batch size


def _shared_data(script: Script, placed: _Placed) -> Iterator[Story]:
    branches: dict[int, list[Finding]] = {}
    for finding, statement in placed:
        shares = finding.pattern in ("distributed-sampler", "batch-division")
        if shares and statement.parent >= 0:
            branches.setdefault(statement.parent, []).append(finding)
    for index, members in branches.items():
        header = script.tree.statements[index]
        alone = type(header.node) is cst.If and header.chain == header.index
        if alone and len({f.pattern for f in members}) > 1:
            yield _branches(script, header, members, placed)


def _branches(
    script: Script, header: Statement, members: Sequence[Finding], placed: _Placed
) -> SharedData:
    others = [c for c in script.tree.clauses(header) if type(c.node) is cst.Else]
    other = others[0] if len(script.tree.clauses(header)) == 1 and others else None
    division = next((f for f in members if f.pattern == "batch-division"), None)
    samplers = [f for f in members if f.pattern == "distributed-sampler" and _fact(f, "target")]
    names = {_fact(f, "target") for f in samplers}
    loaders = [
        (str(_fact(f, "target")), f.line)
        for f, place in placed
        if f.pattern == "data-loader"
        and f.line > header.end
        and place.parent == header.parent
        and _fact(f, "target")
        and _fact(f, "sampler") in names
    ]
    return SharedData(
        line=header.first,
        lines=(header.first, other.end if other is not None else header.end),
        condition=text(header.node.test),
        branch=(header.first, header.end),
        samplers=tuple((str(_fact(f, "target")), f.line) for f in samplers),
        division=(str(_fact(division, "expression")), division.line) if division else None,
        machine=_fact(division, "counts") == "machine" if division else False,
        settings=tuple(_constants(script, header)),
        otherwise=(other.first, other.end) if other is not None else None,
        defaults=tuple(_constants(script, other)) if other is not None else (),
        loaders=tuple(loaders),
    )


def _constants(script: Script, header: Statement) -> Iterator[tuple[str, int]]:
    """The assignments of a constant right in a branch."""
    for statement in script.tree.body(header):
        if type(statement.node) is cst.Assign and text(statement.node.value) in _CONSTANTS:
            yield text(statement.node), statement.first
