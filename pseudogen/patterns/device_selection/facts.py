"""The facts of device-selection."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSelection(Finding):
    """Facts of a choice of device.

    Attributes:
        form: "device" (a device object or its name), "current" (the process's current device),
            "block" (current as long as a block runs),
            "visible" (which devices the process sees), "told" (a framework is told) or "flag"
            (whether one is used at all).
        target: What receives the choice, or is told; None for a call that only sets it.
        choices: The expressions it may be, in the order of the script.
        families: Of cuda, cpu, mps..., those named.
        none: Whether it makes no device visible at all.
        branches: The condition of each choice where they are those of one `if`, in order, "" for
            its `else`; () where they are not.
        test: The condition inside the expression by which the choice falls; None without one.
        falls_back: Whether the CPU is taken where no accelerator is available.
        per_process: Whether it depends on the rank, so that each process has a device of its own.
        condition: The condition under which it is done, that of its branch apart from `branches`.
    """

    pattern: ClassVar[str] = "device-selection"

    form: str
    target: str | None
    choices: tuple[str, ...]
    families: tuple[str, ...]
    none: bool = False
    branches: tuple[str, ...] = ()
    test: str | None = None
    falls_back: bool = False
    per_process: bool = False
    condition: str | None = None
