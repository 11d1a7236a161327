"""The facts of early-stopping."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyStopping(Finding):
    """Facts of an early stop.

    Attributes:
        how: "condition" (an `if` that stops), "callback" (a framework stops) or "object" (a
            helper that counts is made).
        condition: The condition that stops.
        counter: What counts how often in a row no better result came, as the code shows it.
        patience: How long it may not improve, as written.
        patience_value: That where constants tell.
        action: What is done: "break", "return", "flag" or "exit"; None for callbacks.
        monitor: The metric that a callback watches.
        name: What holds the callback or helper.
        unused: Whether the script never uses the callback that it makes.
        per: "epoch" or "step": how often the condition is looked at.
        goes_on: The line of the loop of the training that goes on around the one that a `break`
            leaves; None where there is none or something leaves it, too.
    """

    pattern: ClassVar[str] = "early-stopping"

    how: str
    condition: str | None = None
    counter: str | None = None
    patience: str | None = None
    patience_value: int | float | None = None
    action: str | None = None
    monitor: str | None = None
    name: str | None = None
    per: str | None = None
    unused: bool = False
    goes_on: int | None = None
