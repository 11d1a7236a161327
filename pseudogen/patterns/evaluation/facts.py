"""The facts of evaluation."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation(Finding):
    """Facts of an evaluation.

    Attributes:
        how: "loop", "call", "phase" (a loop that trains or evaluates by its phase), "pass" (the
            model is called once), "episodes" (a loop over episodes in an environment), "method"
            (Lightning calls `validation_step`), "callback" (a framework is told to evaluate) or
            "fit" (Keras does it after each epoch of the training).
        loader: What the loop goes over, or the loader that is passed.
        batch: The variables that hold a batch.
        rounds: How many batches a loop draws that goes over none.
        each: What a loop around goes over.
        call: What is called.
        result: What receives the result of the call.
        model: The model that is passed.
        per: "epoch", "epochs" (those that the condition picks) or "step": how often; None when
            unknown or only once.
        condition: The condition under which the call is made.
        eval_mode: The line of `model.eval()` in the same function.
        eval_condition: The condition under which that is called, beyond that of the loop.
        train_mode: The line of the `model.train()` after it.
        no_gradients: The line of `no_grad` or `inference_mode` that covers the loop.
        first_only: Whether the loop is left at the end of its first round.
    """

    pattern: ClassVar[str] = "evaluation"

    how: str
    loader: str | None = None
    batch: str | None = None
    rounds: str | None = None
    each: str | None = None
    call: str | None = None
    result: str | None = None
    model: str | None = None
    per: str | None = None
    condition: str | None = None
    eval_mode: int | None = None
    eval_condition: str | None = None
    train_mode: int | None = None
    no_gradients: int | None = None
    first_only: bool = False
