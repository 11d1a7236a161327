"""The facts of progress-display."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressDisplay(Finding):
    """Facts of a display of progress.

    Attributes:
        how: "bar" (made), "postfix" (values shown beside a bar), "log" (an iterable that prints
            on its way) or "print".
        call: What is called.
        over: What the bar goes along with.
        total: The number of rounds that the bar is told.
        text: What stands before the bar.
        shown_if: When a bar is shown, where that is decided; None for always.
        shown: What is shown beside it, or printed where the call itself says what.
        more: Whether more is printed than that.
        every: Every how many rounds something is printed.
        every_value: That where constants tell.
        per: "epoch" or "step": how often the place is reached.
        condition: The condition under which it is printed.
    """

    pattern: ClassVar[str] = "progress-display"

    how: str
    call: str
    over: str | None = None
    total: str | None = None
    text: str | None = None
    shown_if: str | None = None
    shown: tuple[str, ...] = ()
    more: bool = False
    every: str | None = None
    every_value: int | float | None = None
    per: str | None = None
    condition: str | None = None
