"""The facts of steps-per-epoch."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.names.batches import Share
from pseudogen.names.quantities import Link
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsPerEpoch(Finding):
    """Facts of a number of steps.

    Attributes:
        target: What receives it.
        expression: How it is computed.
        per: "epoch" or "run".
        split: "training" or "validation", the part of the data; None when names don't tell.
        samples: The number of samples that is divided, as written; None when it is not.
        batch: The batch size it is divided by, as written; None when it is not.
        loader: The loader whose length is taken; None when none is.
        epochs: The number of epochs it is multiplied by; None when it is not.
        accumulation: The accumulation steps it is divided by; None when it is not.
        rounding: "down", "up" or None when the result may have a fraction or nothing is divided.
        given: What decides, in a conditional expression, whether another number is taken; None
            without one.
        plain: Whether these facts tell the whole computation.
        chain: Where the batch size comes from.
        samples_value: Value of `samples` where constants tell.
        batch_value: Value of `batch` where constants tell.
        value: The number of steps where constants tell.
        divided_before: The division among processes that the batch size has gone through already.
        divided_after: The division among processes that the batch size goes through later.
        sharded: Whether the script is seen to give each process a shard of the data.
        of_rounds: Whether it numbers the rounds of a loop each of which takes several steps.
    """

    pattern: ClassVar[str] = "steps-per-epoch"

    target: str
    expression: str
    per: str
    split: str | None = None
    samples: str | None = None
    batch: str | None = None
    loader: str | None = None
    epochs: str | None = None
    accumulation: str | None = None
    rounding: str | None = None
    given: str | None = None
    plain: bool = True
    chain: tuple[Link, ...] = ()
    samples_value: int | float | None = None
    batch_value: int | float | None = None
    value: int | float | None = None
    divided_before: Share | None = None
    divided_after: Share | None = None
    sharded: bool = False
    of_rounds: bool = False
