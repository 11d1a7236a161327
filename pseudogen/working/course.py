"""What is worked out of a learning rate: the points worth telling, and the curve."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pseudogen.names.quantities import Link
from pseudogen.records import dataclass

Rate = Callable[[float], float]
COLUMNS = 32
"""How many points of the curve are worked out."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a schedule.

    `at` is the step, `rate` the learning rate there, `why` one of "start", "warm-up", "peak",
    "milestone", "restart", "change", "case" (of a formula), "next" (schedule of several), "middle",
    "last" (the last round of the run) and "end" (of the schedule).
    """

    at: float
    rate: float
    why: str


@dataclass(frozen=True, slots=True)
class Course:
    """A learning rate through a run.

    Attributes:
        name: What holds the schedule, or the function or variable that gives the rate.
        api: The library's class; None for a formula of the script.
        line: Where it is.
        unit: What is counted, "epoch" or "step"; None for calls of the schedule's step.
        counter: The variable that counts, for a formula of the script.
        points: The points worth telling, in order.
        curve: Rates at equal distances from the first to the last step.
        relative: Whether the rates are multiples of an initial one that is not known.
        sources: The numbers that it rests on, as the script has them.
        parts: The names of the schedules of which it is made up.
    """

    name: str
    api: str | None
    line: int
    unit: str | None
    counter: str | None
    points: tuple[Point, ...]
    curve: tuple[float, ...]
    relative: bool = False
    sources: tuple[Link, ...] = ()
    parts: tuple[str, ...] = ()


def points(rate: Rate, last: float, marks: Iterable[tuple[float, str]], end: str) -> list[Point]:
    """Start, marks, middle and end of a schedule that is told up to the step `last`; the middle
    only where there is no mark between."""
    wanted: dict[float, str] = {0: "start"}
    for at, why in marks:
        if 0 < at <= last:
            wanted.setdefault(at, why)
    if not any(why != "warm-up" and 0 < at < last for at, why in wanted.items()):
        wanted.setdefault((last + (end == "last")) // 2, "middle")
    wanted.setdefault(last, end)
    return [Point(at, rate(at), wanted[at]) for at in sorted(wanted)]


def curve(rate: Rate, last: float) -> tuple[float, ...]:
    """The rates at equal distances from step 0 to step `last`; whole steps where there are
    enough of them."""
    count = min(COLUMNS, int(last) + 1)
    if count < 2:
        return ()
    return tuple(rate(round(last * place / (count - 1))) for place in range(count))
