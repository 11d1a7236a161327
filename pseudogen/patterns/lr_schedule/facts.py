"""What is told of a schedule of the learning rate."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LrSchedule(Finding):
    """Facts of a schedule of the learning rate.

    Attributes:
        action: "made", "stepped", "set" (`group["lr"] = ...`), "helper" (a function that sets it
            is called), "formula" (a function of the epoch or step), "computed" (the rate for this
            epoch or step).
        name: What holds the schedule, or the function.
        api: The library's class, without its module.
        form: "step", "cosine", "plateau"...; None when the script does not say.
        optimizer: Whose learning rate it is.
        period: Every how many steps of the schedule, until when, or at which milestones.
        period_value: The period where constants tell.
        factor: What the rate is multiplied by.
        factor_value: The factor where constants tell.
        floor: The lowest rate.
        peak: The highest rate of schedules that rise first.
        warmup: The steps of a warm-up that belongs to the schedule.
        total: The step at which a schedule with a warm-up has come to its end.
        parameters: Everything passed to a helper or factory, as written.
        choice: The setting that names the schedule, as a user writes it.
        choice_default: The name that it has by default, as written.
        base: The learning rate that the optimizer was made with.
        base_value: That rate where constants tell.
        per: "epoch" or "step": how often it is stepped, set or computed.
        watched: The value that a plateau schedule is given.
        goal: Of a plateau schedule, whether the value is to become "max" or "min".
        fed: The line of a step that gives a plateau schedule its value.
        position: The epoch or step that a schedule is told when it is stepped.
        value: The formula or the value that is set.
        copied: Whether what is set is the rate that a scheduler gives (`get_last_lr()`).
        own_scheduler: Whether it is set in a class that is a scheduler itself.
        variable: What receives the value, for "set" and "computed".
        relative: Whether a formula gives a factor of the initial rate, not the rate itself.
        counter: The parameter of a formula that is the epoch or step.
        condition: The condition under which it is stepped or set.
        cosine: The half cosine in a formula, as written.
        top: What that begins with before it falls to 0.
        progress: What goes from 0 to 1 meanwhile.
        cases: (condition, value) of each case of a formula; the last one's condition is "".
        made_by: The assignments that the value is worked out by, the last one first.
    """

    pattern: ClassVar[str] = "lr-schedule"

    action: str
    name: str | None = None
    api: str | None = None
    form: str | None = None
    optimizer: str | None = None
    period: str | None = None
    period_value: int | float | None = None
    factor: str | None = None
    factor_value: int | float | None = None
    floor: str | None = None
    peak: str | None = None
    warmup: str | None = None
    total: str | None = None
    parameters: tuple[str, ...] = ()
    base: str | None = None
    base_value: int | float | None = None
    per: str | None = None
    watched: str | None = None
    goal: str | None = None
    fed: int | None = None
    position: str | None = None
    value: str | None = None
    variable: str | None = None
    relative: bool = False
    counter: str | None = None
    condition: str | None = None
    cosine: str | None = None
    top: str | None = None
    progress: str | None = None
    cases: tuple[tuple[str, str], ...] = ()
    made_by: tuple[str, ...] = ()
    copied: bool = False
    own_scheduler: bool = False
    choice: str | None = None
    choice_default: str | None = None
