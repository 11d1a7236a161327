"""The facts of metric-reduction."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricReduction(Finding):
    """Facts of a value that is combined.

    Attributes:
        call: What is called, as written.
        value: What is combined; None when the call does not say.
        target: What receives the result; None when it is put in place.
        form: "all-reduce", "reduce", "all-gather", "gather", "callback" (a framework averages all
            metrics); None for a helper whose name does not say which.
        operation: "sum", "mean", "max"...; None when unknown.
        among: "devices" when devices along an axis take part (JAX), "all" when all processes of
            the run do, "group" when those of the group that is passed do; None when the call does
            not say.
        group: The group that is passed, as written; None without one.
        divided_by: By what the script divides the sum just after; None when it does not.
        guard: The rank condition around it, which would keep the others away; None without one.
        condition: The condition under which it is done, where `guard` is none.
        shared: Whether the others make the same call in another branch.
        idle: Whether the result does not matter: a constant is combined, or the call is timed.
        sends: Whether this branch only hands its value over to the process that collects them.
    """

    pattern: ClassVar[str] = "metric-reduction"

    call: str
    value: str | None
    target: str | None
    form: str | None
    operation: str | None
    among: str | None = None
    group: str | None = None
    divided_by: str | None = None
    guard: str | None = None
    condition: str | None = None
    shared: bool = False
    idle: bool = False
    sends: bool = False
