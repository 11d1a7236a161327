"""Learning rates that a script computes by a formula of its own."""

from __future__ import annotations

from contextlib import suppress

import libcst as cst

from pseudogen.names.rates import is_time, names_in
from pseudogen.names.script import Script
from pseudogen.patterns.lr_schedule import LrSchedule
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.tree import Statement
from pseudogen.working.course import Course, Rate, curve, points
from pseudogen.working.formula import Formula, UnknownValueError
from pseudogen.working.run import Run

_MANY_POINTS = 8
_MANY_ROUNDS = 400


@dataclass(frozen=True, slots=True)
class _Written:
    """A formula of the script: what it gives, by which counter, and where it is."""

    name: str
    line: int
    counter: str
    rate: Rate
    formula: Formula
    marks: list[tuple[float, str]]
    relative: bool = False


def of_function(
    script: Script, finding: LrSchedule, statement: Statement, run: Run
) -> Course | None:
    """The rate that `def get_lr(step): ...` gives."""
    counter = finding.counter
    if counter is None:
        return None
    formula = Formula(script, statement.index + 1)

    def rate(t: float) -> float:
        return float(formula.call(statement, {counter: t}))

    marks = _thresholds(script, statement, counter)
    name, relative = finding.name or "", finding.relative
    written = _Written(name, finding.line, counter, rate, formula, marks, relative)
    return _of_formula(written, finding.per, run)


def of_assignment(
    script: Script, finding: LrSchedule, statement: Statement, run: Run
) -> Course | None:
    """The rate of `lr = base_lr * 0.1 ** (epoch // 30)`, alone or in a function that is told the
    epoch."""
    node, variable = statement.node.value, finding.variable or ""
    counters = {name for name in names_in(node) if is_time(name)}
    if len(counters) != 1 or not variable.isidentifier():
        return None
    counter = counters.pop()
    function = script.function_around(statement)
    if function is not None and counter in parameter_names(function):
        return _of_setter(script, finding, function, counter, run)
    if script.condition(statement) is not None:
        return None
    formula = Formula(script, statement.index)

    def rate(t: float) -> float:
        return float(formula.expression(node, {counter: t}))

    written = _Written(variable, finding.line, counter, rate, formula, [])
    return _of_formula(written, finding.per, run)


def _of_setter(
    script: Script, finding: LrSchedule, function: Statement, counter: str, run: Run
) -> Course | None:
    """`def adjust_learning_rate(optimizer, epoch): lr = ...`"""
    formula, variable = Formula(script, function.index + 1), finding.variable or ""

    def rate(t: float) -> float:
        return float(formula.set_by(function, variable, {counter: t}))

    marks = _thresholds(script, function, counter)
    written = _Written(variable, function.first, counter, rate, formula, marks)
    return _of_formula(written, finding.per, run)


def parameter_names(function: Statement) -> list[str]:
    """The names of the plain parameters of a function."""
    return [param.name.value for param in function.node.params.params]


def _of_formula(written: _Written, per: str | None, run: Run) -> Course | None:
    unit = per or ("epoch" if "epoch" in written.counter else None)
    rounds, marks = run.rounds.get(unit), written.marks
    last = rounds - 1 if rounds is not None else max((at for at, _ in marks), default=0)
    if last < 1:
        return None
    if not marks and last <= _MANY_ROUNDS:
        marks = _jumps(written.rate, int(last))
    if rounds is None and _goes_on(written.rate, last):
        return None
    end = "last" if rounds is not None else "end"
    told = points(written.rate, last, marks[:_MANY_POINTS], end)
    return Course(
        name=written.name,
        api=None,
        line=written.line,
        unit=unit,
        counter=written.counter,
        points=tuple(told),
        curve=curve(written.rate, last),
        relative=written.relative,
        sources=tuple(written.formula.sources()),
    )


def _goes_on(rate: Rate, last: float) -> bool:
    """Whether a rate changes behind the last case that a formula tells apart: where the run ends is
    then not known, and what comes is not told."""
    with suppress(UnknownValueError, ArithmeticError, ValueError):
        return not rate(last + 1) == rate(last + 2) == rate(2 * last)
    return False


def _jumps(rate: Rate, last: int) -> list[tuple[float, str]]:
    """The rounds at which a rate that is constant in stretches changes."""
    rates = [rate(t) for t in range(last + 1)]
    changes = [t for t in range(1, last + 1) if rates[t] != rates[t - 1]]
    return [(t, "change") for t in changes] if len(changes) <= _MANY_POINTS else []


def _thresholds(script: Script, function: Statement, counter: str) -> list[tuple[float, str]]:
    """The numbers with which the conditions of a function compare its counter."""
    formula, found = Formula(script, function.index + 1), []
    for statement in script.tree.below(function):
        test = statement.node.test if type(statement.node) is cst.If else None
        if type(test) is not cst.Comparison or dotted(test.left) != counter:
            continue
        bound = test.comparisons[0].comparator
        with suppress(UnknownValueError):
            at = formula.expression(bound, {})
            warm = any(_is_of_warm_up(name) for name in names_in(bound))
            if type(at) in (int, float) and at > 0:
                found.append((at, "warm-up" if warm else "case"))
    return found


def _is_of_warm_up(name: str) -> bool:
    """`warmup_steps`; a `warmdown` comes at the end."""
    return "warm" in name.lower().replace("warmdown", "").replace("warm_down", "")
