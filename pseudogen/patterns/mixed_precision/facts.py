"""The facts of mixed-precision."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedPrecision(Finding):
    """Facts of a part of mixed-precision training.

    Attributes:
        part: "scaler" (made), "context" (operations run in lower precision), "setting" (a
            framework is told), "conversion" (the model itself is converted) or "policy".
        name: What holds the scaler, or the context.
        api: The class or function, without its module.
        dtype: The number format, as written.
        device: The type of device, as written.
        maker: For a context that a helper gives, the call that decides what it does, as written.
        enabled: The condition under which it has an effect, as written.
        condition: The condition under which the statement runs.
        setting: For a framework, the argument as `name=value`.
    """

    pattern: ClassVar[str] = "mixed-precision"

    part: str
    name: str | None = None
    api: str | None = None
    dtype: str | None = None
    device: str | None = None
    maker: str | None = None
    enabled: str | None = None
    condition: str | None = None
    setting: str | None = None
