"""The facts of training-step."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStep(Finding):
    """Facts of a training step.

    Attributes:
        how: "backward", "scaled-call" (a loss scaler called with loss and optimizer), "apply"
            (gradients computed before are applied), "engine" (a framework runs the step),
            "learner" (an object that holds model and optimizer is told to learn), "fit"
            (a framework runs all of them) or "method" (Lightning calls `training_step`).
        loss: What is differentiated.
        scaler: The loss scaler in `scaler.scale(loss).backward()`.
        scaled: The name that the scaled loss has, where a statement before gives it one.
        through: What carries out `backward` when it is not the loss: an accelerator, an engine.
        optimizer: The optimizer whose `step` follows.
        clears: The line on which gradients are cleared, in the same loop.
        steps: The line on which the optimizer's step follows, or gradients are applied.
        steps_if: The condition under which it follows; None where it always does.
        clips: The line between the backward pass and the step on which gradients are clipped.
        may_clip: Whether that depends on more than the step does.
        later: Whether what is told goes into a graph that is run later (Paddle, TensorFlow 1).
        gradients: What computes the gradients that are applied; None when that is not seen.
        cleared: "before" or "after" the backward pass.
        adds: The losses whose gradients are added before the same step of the optimizer.
        adds_on: Their lines.
        added_to: The loss to whose gradient this one's is added before that step.
        added_on: Its line.
        keeps_graph: Whether `retain_graph=True` keeps the graph.
        call: The call, for "engine", "learner", "fit" and "apply".
    """

    pattern: ClassVar[str] = "training-step"

    how: str
    loss: str | None = None
    scaler: str | None = None
    scaled: str | None = None
    through: str | None = None
    optimizer: str | None = None
    clears: int | None = None
    steps: int | None = None
    steps_if: str | None = None
    clips: int | None = None
    may_clip: bool = False
    later: bool = False
    gradients: str | None = None
    cleared: str | None = None
    adds: tuple[str, ...] = ()
    adds_on: tuple[int, ...] = ()
    added_to: str | None = None
    added_on: int | None = None
    keeps_graph: bool = False
    call: str | None = None
