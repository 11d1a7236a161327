"""Learning rates worked out: findings of schedules -> their course through the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Any

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.names.blocks import statements_at
from pseudogen.names.quantities import Link
from pseudogen.names.rates import base_rate
from pseudogen.names.script import Script, Site
from pseudogen.patterns.lr_schedule import LrSchedule
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.tree import Statement
from pseudogen.working.course import Course, Rate, curve, points
from pseudogen.working.formula import Formula, UnknownValueError
from pseudogen.working.rules import IGNORED, Rule, rule_of
from pseudogen.working.run import Run, statement_at
from pseudogen.working.written import of_assignment, of_function, parameter_names

_ASSIGNMENTS = frozenset([cst.Assign, cst.AnnAssign, cst.AugAssign])


def courses(script: Script, findings: Sequence[Finding], run: Run) -> list[Course]:
    """The learning rates that constants tell, by line; nothing of a schedule that is not known."""
    found: dict[tuple[int, str], Course] = {}
    for finding in findings:
        if isinstance(finding, LrSchedule):
            course = _course(script, finding, run)
            if course is not None:
                found.setdefault((course.line, course.name), course)
    parts = {name for course in found.values() for name in course.parts}
    return [course for course in found.values() if course.name not in parts]


def _course(script: Script, finding: LrSchedule, run: Run) -> Course | None:
    statement = statement_at(script, finding.line)
    if statement is None:
        return None
    try:
        if finding.action == "made":
            return _of_library(script, finding, statement, run)
        if finding.action == "formula" and type(statement.node) is cst.FunctionDef:
            return of_function(script, finding, statement, run)
        assignment = _assignment(script, finding.line) if finding.action == "computed" else None
        if assignment is not None:
            return of_assignment(script, finding, assignment, run)
    except (UnknownValueError, ArithmeticError, TypeError, ValueError):
        return None
    return None


def _assignment(script: Script, line: int) -> Statement | None:
    """The first assignment on a line: in `if a: lr = b` it is not the first statement."""
    on_line = (s for s in statements_at(script, line) if s.first == line)
    return next((s for s in on_line if type(s.node) in _ASSIGNMENTS), None)


# Schedules of libraries


def _of_library(
    script: Script, finding: LrSchedule, statement: Statement, run: Run
) -> Course | None:
    site = next(
        (
            s
            for s in script.calls_in(statement)
            if s.known is not None
            and s.known.api.kind == "scheduler"
            and s.known.name.rpartition(".")[2] == finding.api
        ),
        None,
    )
    made = _rate_of(script, site) if site is not None else None
    if site is None or made is None:
        return None
    last, end = _length(made, run.rounds.get(finding.per))
    if last is None or last < 1:
        return None
    return Course(
        name=finding.name or finding.api or "",
        api=finding.api,
        line=finding.line,
        unit=finding.per,
        counter=None,
        points=tuple(points(made.rate, last, made.marks, end)),
        curve=curve(made.rate, last),
        relative=made.relative,
        sources=tuple(made.sources),
        parts=made.parts,
    )


@dataclass(frozen=True, slots=True)
class _Made:
    """A schedule of a library: its rate by step, its marks, and where it ends (None: nowhere)."""

    rate: Rate
    relative: bool
    sources: list[Link]
    marks: list[tuple[float, str]] = field(default_factory=list)
    length: float | None = None
    parts: tuple[str, ...] = ()


def _rate_of(script: Script, site: Site) -> _Made | None:
    """The rate of a schedule as a function of its step; None where something is not known."""
    if site.known is None or script.passes_unknown(site):
        return None
    if site.known.name.endswith("SequentialLR"):
        return _sequence(script, site)
    sources: list[Link] = []
    base = _base(script, site, sources)
    if site.known.name.endswith("LambdaLR"):
        factor, scale = _factor(script, site), base if base is not None else 1.0
        return _Made(lambda t: scale * factor(t), base is None, sources)
    rule = rule_of(site.known.name)
    if rule is None or not _understood(site, rule):
        return None
    values = _parameters(script, site, rule, sources)
    base = values.get("max_lr", base)
    if base is None and not rule.scales(values):
        return None
    start = 1.0 if base is None else base
    return _Made(
        lambda t: rule.rate(start, t, **values),
        base is None,
        sources,
        rule.marks(values),
        rule.length(values),
    )


def _sequence(script: Script, site: Site) -> _Made | None:
    """`SequentialLR(optimizer, [warmup, cosine], milestones=[5])`: each schedule counts anew."""
    listed, at = script.argument(site, "schedulers"), site.statement.index
    if type(listed) is not cst.List:
        return None
    turns = Formula(script, at).expression(script.argument(site, "milestones"), {})
    names = [dotted(element.value) for element in listed.elements]
    made = [_part(script, name, site) for name in names]
    parts = [part for part in made if part is not None]
    if len(parts) < len(made) or len(turns) != len(parts) - 1:
        return None

    def rate(t: float) -> float:
        place = sum(1 for turn in turns if t >= turn)
        return parts[place].rate(t - (turns[place - 1] if place else 0))

    end = parts[-1].length
    return _Made(
        rate,
        any(part.relative for part in parts),
        [link for part in parts for link in part.sources],
        [(turn, "next") for turn in turns],
        turns[-1] + end if end is not None and turns else None,
        tuple(names),
    )


def _part(script: Script, name: str, site: Site) -> _Made | None:
    bindings = script.reaching(name, site.statement.index) if name else []
    if len(bindings) != 1 or type(bindings[0].value) is not cst.Call:
        return None
    binding = bindings[0]
    return _rate_of(script, script.call_site(binding.value, binding.statement, site.scope))


def _base(script: Script, site: Site, sources: list[Link]) -> float | None:
    found = base_rate(script, script.argument(site, "optimizer"), site)
    if found is None:
        return None
    sources += script.chain(*found)
    return script.value(*found)


def _understood(site: Site, rule: Rule) -> bool:
    """Whether every argument is one that the rule knows."""
    known = {*rule.needs, *rule.defaults, *IGNORED}
    params = site.known.api.params if site.known is not None else ()
    return all(
        arg.keyword.value in known if arg.keyword is not None else place < len(params)
        for place, arg in enumerate(site.node.args)
    )


def _parameters(script: Script, site: Site, rule: Rule, sources: list[Link]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    at = site.statement.index
    for name in (*rule.needs, *rule.defaults):
        node = script.argument(site, name)
        if node is not None:
            values[name] = Formula(script, at).expression(node, {})
            sources += script.chain(node, at)
        elif name in rule.defaults:
            values[name] = rule.defaults[name]
        elif name == "total_steps":
            values[name] = _total_steps(script, site, sources)
        else:
            raise UnknownValueError
    return values


def _total_steps(script: Script, site: Site, sources: list[Link]) -> float:
    total = 1.0
    for name in ("epochs", "steps_per_epoch"):
        node = script.argument(site, name)
        if node is None:
            raise UnknownValueError
        total *= Formula(script, site.statement.index).expression(node, {})
        sources += script.chain(node, site.statement.index)
    return total


def _factor(script: Script, site: Site) -> Rate:
    """The function that a `LambdaLR` is given."""
    node: Any = script.argument(site, "lr_lambda")
    at = site.statement.index
    if type(node) is cst.Name:
        bindings = script.reaching(node.value, at)
        if len(bindings) != 1:
            raise UnknownValueError
        at = bindings[0].statement
        statement = script.tree.statements[at]
        if type(statement.node) is cst.FunctionDef:
            return _function(script, statement)
        node = bindings[0].value
    if type(node) is not cst.Lambda or len(node.params.params) != 1:
        raise UnknownValueError
    formula, counter = Formula(script, at), node.params.params[0].name.value
    return lambda t: float(formula.call(node, {counter: t}))


def _function(script: Script, statement: Statement) -> Rate:
    """What a function of the script returns, by its one parameter."""
    parameters = parameter_names(statement)
    if len(parameters) != 1:
        raise UnknownValueError
    formula, counter = Formula(script, statement.index + 1), parameters[0]
    return lambda t: float(formula.call(statement, {counter: t}))


def _length(made: _Made, rounds: int | None) -> tuple[float | None, str]:
    """(the last step that is told, what it is): the run's last round, else the schedule's end."""
    if rounds is not None:
        return rounds - 1, "last"
    if made.length is not None:
        return made.length, "end"
    return max(made.marks, default=(None, "end"))
