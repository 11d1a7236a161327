"""The facts of weight-averaging."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightAveraging(Finding):
    """Facts of an average of weights.

    Attributes:
        action: "made", "updated", or "copied": the update is told to keep no old
            values.
        form: "ema" (exponential), "swa" (plain mean); None when the script does not say.
        average: What holds the average, as written.
        model: Whose weights are averaged, as written; None when that is not seen.
        function: What is called, as written; None for a loop written out.
        decay: The share that the old average keeps, as written: what the call is given, else the
            one setting that is named so; None without either.
        decay_value: That share where constants tell, be it by default.
        condition: The condition under which it happens.
    """

    pattern: ClassVar[str] = "weight-averaging"

    action: str
    form: str | None = None
    average: str | None = None
    model: str | None = None
    function: str | None = None
    decay: str | None = None
    decay_value: float | None = None
    condition: str | None = None

    @property
    def window(self) -> int | None:
        """About how many of the last updates count in an exponential average."""
        known = self.decay_value is not None and 0 < self.decay_value < 1
        return round(1 / (1 - self.decay_value)) if known and self.decay_value else None
