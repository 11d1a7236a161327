"""All numbers that are worked out of a script."""

from __future__ import annotations

from collections.abc import Sequence

from pseudogen.finding import Finding
from pseudogen.names.quantities import Number
from pseudogen.names.script import Script
from pseudogen.records import dataclass
from pseudogen.working.batches import Batches, batches
from pseudogen.working.course import Course
from pseudogen.working.rates import courses
from pseudogen.working.run import Run


@dataclass(frozen=True, slots=True)
class Working:
    """The numbers of a script.

    `given` are those that the user has given and that the script has a place for, `unused` the
    names of the others.
    """

    batches: Batches | None = None
    courses: tuple[Course, ...] = ()
    given: tuple[tuple[str, Number], ...] = ()
    unused: tuple[str, ...] = ()


def work_out(script: Script, findings: Sequence[Finding]) -> Working:
    """Work out what constants, defaults and given numbers tell."""
    run = Run(script, findings)
    told = batches(script, findings, run.rounds.get("epoch"))
    rates = tuple(courses(script, findings, run))
    used = tuple((n, v) for n, v in script.given.items() if n in script.given_used)
    return Working(told, rates, used, tuple(n for n in script.given if n not in script.given_used))
