"""The facts of lr-warmup."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LrWarmup(Finding):
    """Facts of a warm-up.

    Attributes:
        how: "schedule" (a schedule that warms up is made), "branch" (a case of a formula),
            "formula" (a factor computed from the step), "interpolated" (the rate of each group
            goes in a straight line from a start of its own to where it is to be), "table" (the
            rates of all its steps) or "setting" (a framework is told).
        length: How long it lasts, as written.
        length_value: That where constants tell.
        unit: "step" or "epoch": what the length counts; None when that is not known.
        of_schedule: Whether the words on the schedule that has it say how it goes.
        condition: The test of that comparison.
        counter: What is compared with the length: the current step or epoch.
        relative: Whether that is a factor of the rate, or its share, not the rate itself.
        formula: How the rate is computed meanwhile; None when that takes more than one step.
        api: What makes the schedule.
        name: What holds the schedule.
        chosen: What names the schedule, where the script leaves open whether it has a warm-up.
    """

    pattern: ClassVar[str] = "lr-warmup"

    how: str
    length: str | None = None
    length_value: int | float | None = None
    unit: str | None = None
    of_schedule: bool = False
    condition: str | None = None
    counter: str | None = None
    relative: bool = False
    formula: str | None = None
    api: str | None = None
    name: str | None = None
    chosen: str | None = None
