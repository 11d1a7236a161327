"""The facts of epoch-loop."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochLoop(Finding):
    """Facts of the loop over epochs.

    Attributes:
        variable: The variable that counts; None for a `while` or a framework's loop.
        over: What is counted, or the condition of a `while`; None for a framework's loop.
        start: The number of the first round where it is not simply 0.
        stop: The number before which it ends (of a `range`).
        start_value: The first number where constants tell.
        stop_value: The end where constants tell.
        unit: What one round is: "epoch", "episode", "step", "turn" where it takes a step on a
            condition, or "round" where it takes several steps in loops inside.
        ends_when: The conditions under which a `break`, `return` or exit in the loop's own block
            leaves it.
        draws: Of a loop over steps: the call by which the body takes its next batch.
        drawn_on: The lines of the function of the script that gives it.
        trains_by: The function that each round calls to train.
        rounds: The fixed number of steps that the loop over batches inside takes.
        acts: The call by which each round acts in an environment (`env.step`).
        call: For a framework that hides the loop, the call.
        trainer: The class of the trainer whose method that call is.
        epochs: How many epochs that call was told to train.
        steps: How many steps the framework is told to make at most.
    """

    pattern: ClassVar[str] = "epoch-loop"

    variable: str | None = None
    over: str | None = None
    start: str | None = None
    stop: str | None = None
    start_value: int | float | None = None
    stop_value: int | float | None = None
    unit: str = "epoch"
    ends_when: tuple[str, ...] = ()
    draws: str | None = None
    drawn_on: tuple[int, int] | None = None
    trains_by: str | None = None
    rounds: str | None = None
    acts: str | None = None
    call: str | None = None
    trainer: str | None = None
    epochs: str | None = None
    steps: str | None = None
