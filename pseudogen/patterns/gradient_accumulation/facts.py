"""The facts of gradient-accumulation."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientAccumulation(Finding):
    """Facts of a part of an accumulation.

    Attributes:
        part: "condition" (only every n-th time), "division" (the loss is divided), "share" (the
            batch is), "context" (no synchronization, or the framework's context), "switch" (whether
            there is synchronization is set), "rounds" (a loop goes backward several times before
            the step), "processes" (the backward passes are shared out among
            processes), or "setting" (a framework does it).
        steps: Over how many backward passes, as written.
        steps_value: That where constants tell.
        unset: Of a framework's context, whether the framework is set up here without a number.
        with_step: Of an `if`, the line of a call before it that makes the step and is given the
            same condition.
        condition: The condition, for "condition" and "switch", and for a context that is chosen by
            one.
        held: The variable that holds such a context.
        loss: What is divided.
        target: What gets the result of that, where it is something else.
        call: The context or switch, the framework's call, the statement that divides the batch, or
            the number of processes.
        last: Whether the condition also takes other batches, as the last one of the epoch, or does
            not begin anew with an epoch.
        at_first: Whether the very first batch alone meets the condition, as its number is 0.
        skips: Whether, where the condition holds, the rest of the round is left out.
    """

    pattern: ClassVar[str] = "gradient-accumulation"

    part: str
    steps: str | None = None
    steps_value: int | float | None = None
    condition: str | None = None
    loss: str | None = None
    target: str | None = None
    call: str | None = None
    held: str | None = None
    last: bool = False
    at_first: bool = False
    skips: bool = False
    unset: bool = False
    with_step: int | None = None
