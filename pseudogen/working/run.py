"""How long a run is, where constants tell."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.names.blocks import statements_at
from pseudogen.names.script import Script
from pseudogen.patterns.epoch_loop import EpochLoop
from pseudogen.patterns.steps_per_epoch import StepsPerEpoch
from pseudogen.syntax.tree import Statement


class Run:
    """How long a run from its beginning is, in epochs and in steps, where constants tell."""

    def __init__(self, script: Script, findings: Sequence[Finding]) -> None:
        self.rounds: dict[str | None, int] = {}
        for unit in ("epoch", "step"):
            loops = [f for f in findings if isinstance(f, EpochLoop) and f.unit == unit]
            if len(loops) == 1 and loops[0].stop_value is not None:
                start = _fresh_start(script, loops[0])
                rounds = loops[0].stop_value - start if start is not None else 0
                if rounds > 0 and float(rounds).is_integer():
                    self.rounds[unit] = int(rounds)
        totals = {
            f.value
            for f in findings
            if isinstance(f, StepsPerEpoch) and f.per == "run" and f.value is not None
        }
        if len(totals) == 1:
            self.rounds.setdefault("step", int(totals.pop()))


def _fresh_start(script: Script, loop: EpochLoop) -> float | None:
    """The number of the first round of a run that resumes nothing."""
    if loop.start is None or loop.start_value is not None:
        return loop.start_value or 0
    setting = script.settings.get(loop.start)
    nodes = [setting.expression] if setting is not None else []
    statement = statement_at(script, loop.line)
    if not nodes and statement is not None:
        nodes = [b.value for b in script.reaching(loop.start, statement.index)]
    numbers = {int(n.value, 0) for n in nodes if type(n) is cst.Integer}
    return numbers.pop() if len(numbers) == 1 else None


def statement_at(script: Script, line: int) -> Statement | None:
    """The first statement that starts on a line."""
    return next(iter(statements_at(script, line)), None)
