"""The facts of best-tracking."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BestTracking(Finding):
    """Facts of keeping the best result.

    Attributes:
        value: The new result.
        best: The best one so far.
        better: "lower" or "higher": which results count as better; None where `asked` decides.
        asked: The method of the result that is asked whether it is better.
        ties: Whether an equal result replaces the best one, too.
        margin: By how much a result has to be better; None when any difference is enough.
        flag: The variable that keeps the outcome of the comparison.
        updates: The line on which the best result is replaced.
        saves: The line on which a checkpoint is saved below the comparison.
        either: What also leads to that, beside the comparison: `keep_all` in
            `loss < best or keep_all`.
        besides: What else has to hold for that: `args.save` in `loss < best and args.save`.
        per: "epoch" or "step": how often.
    """

    pattern: ClassVar[str] = "best-tracking"

    value: str
    best: str
    better: str | None
    asked: str | None = None
    ties: bool = False
    margin: str | None = None
    flag: str | None = None
    updates: int | None = None
    saves: int | None = None
    either: str | None = None
    besides: str | None = None
    per: str | None = None
