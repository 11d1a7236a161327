"""The story of updates that are made in turn: several models, each with an optimizer of its own,
learn in one loop, as generator and discriminator do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.names.script import Script
from pseudogen.records import dataclass, replace
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_PARAMETERS = re.compile(r"([\w.]+)\.parameters\(\)")
_DETACHED = re.compile(r"([\w.]+)\.detach\(\)")
_LONGEST = 80
_SEVERAL = 2

_Placed = Sequence[tuple[Finding, Statement]]


@dataclass(frozen=True, slots=True)
class Update:
    """One of the updates of a round.

    Attributes:
        optimizer: The optimizer that makes it.
        models: Whose parameters that has.
        losses: What is differentiated, and where; with its formula and the line of that where
            it is put together from others.
        clears: Where the gradients are cleared.
        steps: Where the step is made.
        condition: When, beyond what holds for the whole round.
        detached: What goes in without a way back, where, and the model that made it.
        through: What another update detaches and this one does not, and the models that it goes
            through.
    """

    optimizer: str
    models: tuple[str, ...]
    losses: tuple[tuple[str, int, tuple[str, int] | None], ...]
    clears: int | None
    steps: int
    condition: str | None
    detached: tuple[tuple[str, tuple[int, ...], str | None], ...]
    through: tuple[tuple[str, str | None, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Alternating:
    """The updates of a round, in their order.

    Attributes:
        line: Where the story begins.
        lines: From the first line of the first update to the step of the last.
        updates: The updates.
        left_over: Models in which a later update leaves gradients that are not for it, the
            optimizer whose they are, and where that one's gradients are cleared.
    """

    line: int
    lines: tuple[int, int]
    updates: tuple[Update, ...]
    left_over: tuple[tuple[str, ...], str, int] | None

    @property
    def apart(self) -> bool:
        """Whether no model is one of two updates."""
        models = [model for update in self.updates for model in update.models]
        return len(set(models)) == len(models)

    @property
    def told(self) -> set[int]:
        """The lines of which it speaks."""
        lines = {update.steps for update in self.updates}
        lines |= {update.clears for update in self.updates if update.clears is not None}
        for _, line, formula in (loss for update in self.updates for loss in update.losses):
            lines |= {line, formula[1]} if formula else {line}
        return lines

    def tells(self, finding: Finding) -> bool:
        """Whether it says what a finding is."""
        return finding.pattern == "training-step" and finding.line in self.told


def alternating(script: Script, placed: _Placed) -> Iterator[Alternating]:
    """The stories of loops in which several optimizers make updates of their own."""
    models = {
        str(made): tuple(dict.fromkeys(_PARAMETERS.findall(str(_fact(finding, "params")))))
        for finding, _ in placed
        if finding.pattern == "optimizer-build" and (made := _fact(finding, "name"))
    }
    loops: dict[int, list[tuple[Any, Statement]]] = {}
    for finding, statement in placed:
        loop = script.loop_around(statement)
        if loop is not None and _is_update(finding):
            loops.setdefault(loop.index, []).append((finding, statement))
    for index, steps in loops.items():
        groups = _grouped(steps)
        known = [models.get(optimizer, ()) for optimizer in groups]
        apart = len(set(known)) == len(known) and () not in known
        if len(groups) >= _SEVERAL and apart:
            round_ = _Round(script, script.tree.statements[index], models)
            yield round_.story(list(groups.values()))


def _is_update(finding: Finding) -> bool:
    plain = finding.pattern == "training-step" and _fact(finding, "how") == "backward"
    return bool(plain and _fact(finding, "optimizer") and _fact(finding, "steps")) and not _fact(
        finding, "scaler"
    )


def _grouped(
    steps: Sequence[tuple[Any, Statement]],
) -> dict[str, list[tuple[Any, Statement]]]:
    """The backward passes of each optimizer; none where one makes several steps in a round."""
    groups: dict[str, list[tuple[Any, Statement]]] = {}
    for finding, statement in steps:
        groups.setdefault(finding.optimizer, []).append((finding, statement))
    single = all(len({finding.steps for finding, _ in group}) == 1 for group in groups.values())
    return groups if single else {}


def _fact(finding: Finding, name: str) -> Any:
    return getattr(finding, name, None)


class _Round:
    """One loop, and the models of its optimizers."""

    def __init__(self, script: Script, loop: Statement, models: dict[str, tuple[str, ...]]) -> None:
        self.script = script
        self.loop = loop
        self.models = models
        self.body = script.tree.below(loop)
        self.at_line = script.tree.by_line()

    def story(self, groups: Sequence[list[tuple[Any, Statement]]]) -> Alternating:
        """The updates of the loop as one."""
        updates: list[Update] = []
        first = self.loop.first + 1
        for group in groups:
            updates.append(self._update(group, first))
            first = updates[-1].steps + 1
        told = self._with_ways(updates)
        begin = min(self._begin(update) for update in told)
        return Alternating(
            line=begin,
            lines=(begin, max(update.steps for update in told)),
            updates=tuple(told),
            left_over=self._left_over(told),
        )

    def _update(self, group: list[tuple[Any, Statement]], first: int) -> Update:
        finding, statement = group[0]
        return Update(
            optimizer=finding.optimizer,
            models=self.models[finding.optimizer],
            losses=tuple((f.loss, f.line, self._formula(f.loss, s)) for f, s in group),
            clears=finding.clears,
            steps=finding.steps,
            condition=self.script.condition(statement, self.loop),
            detached=self._detached(first, finding.steps),
        )

    def _begin(self, update: Update) -> int:
        lines = [update.steps, *(line for _, line, _ in update.losses)]
        return min([*lines, update.clears] if update.clears is not None else lines)

    def _formula(self, loss: str, statement: Statement) -> tuple[str, int] | None:
        """How a loss is put together from others, and where."""
        made = [b for b in self.script.reaching(loss, statement.index) if b.how == "assign"]
        value = made[0].value if len(made) == 1 else None
        if type(value) is not cst.BinaryOperation or len(text(value)) > _LONGEST:
            return None
        return text(value), self.script.tree.statements[made[0].statement].first

    def _between(self, first: int, last: int) -> Iterator[Statement]:
        return (s for s in self.body if first <= s.first <= last)

    def _detached(
        self, first: int, last: int
    ) -> tuple[tuple[str, tuple[int, ...], str | None], ...]:
        """What is detached in the lines of an update on its way into a call."""
        found: dict[str, list[Statement]] = {}
        for statement in self._between(first, last):
            for name in _DETACHED.findall(self.script.source(statement)):
                if self._maker(name, statement) is not None:
                    found.setdefault(name, []).append(statement)
        return tuple(
            (name, tuple(dict.fromkeys(s.first for s in places)), self._maker(name, places[0]))
            for name, places in found.items()
        )

    def _maker(self, name: str, statement: Statement) -> str | None:
        """The model, one of those that learn here, that computed a value."""
        for binding in self.script.reaching(name, statement.index):
            called = dotted(binding.value.func) if type(binding.value) is cst.Call else ""
            if any(called in models for models in self.models.values()):
                return called
        return None

    def _with_ways(self, updates: Sequence[Update]) -> list[Update]:
        """The updates, with what goes into them that another one detaches."""
        told = []
        first = self.loop.first + 1
        for update in updates:
            ways = []
            others = [d for other in updates if other is not update for d in other.detached]
            for name, _, maker in others:
                through = self._through(name, first, update.steps)
                if through and maker in update.models:
                    ways.append((name, maker, through))
            told.append(replace(update, through=tuple(ways)))
            first = update.steps + 1
        return told

    def _through(self, name: str, first: int, last: int) -> tuple[str, ...]:
        """The models that get a value as it is in the lines of an update."""
        found = []
        for statement in self._between(first, last):
            for site in self.script.calls_in(statement):
                given = any(text(arg.value) == name for arg in site.node.args)
                if given and any(site.name in models for models in self.models.values()):
                    found.append(site.name)
        return tuple(dict.fromkeys(found))

    def _left_over(self, updates: Sequence[Update]) -> tuple[tuple[str, ...], str, int] | None:
        """What the last update leaves in models that are not its own."""
        last = updates[-1]
        ways = {name for _, _, through in last.through for name in through} - set(last.models)
        for update in updates[:-1]:
            left = tuple(name for name in update.models if name in ways)
            if left and update.clears is not None and update.clears < update.losses[0][1]:
                return left, update.optimizer, update.clears
        return None
