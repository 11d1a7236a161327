"""The facts of rank-zero-guard."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RankZeroGuard(Finding):
    """Facts of a guard.

    Attributes:
        subject: What is asked: `rank`, `is_main_process()`.
        condition: The whole condition as written.
        asks: Of a block's condition, what speaks of the process.
        besides: Of a block's condition, what `and` joins to that.
        form: "block", "else" (the other branch is the one process's), "return" (the others leave
            here) or "expression".
        scope: "machine" when one process of each machine passes, "all" when one of the whole run
            does, "either" when the condition decides which, None when the script does not say.
        alone: Whether a run without processes passes too.
        acts: What the block does, of save, log, evaluate, directory, download; print if it does
            nothing else.
        waits: Lines in the block of calls for which the other processes are needed.
    """

    pattern: ClassVar[str] = "rank-zero-guard"

    subject: str
    condition: str
    asks: str | None = None
    besides: str | None = None
    form: str
    scope: str | None
    alone: bool
    acts: tuple[str, ...]
    waits: tuple[int, ...]
