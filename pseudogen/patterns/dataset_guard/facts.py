"""The facts of dataset-guard."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetGuard(Finding):
    """Facts of a refusal.

    Attributes:
        test: The condition as written; an `assert` refuses when it does not hold.
        asserts: Whether it is an `assert`.
        checks: "size" (too few samples or steps), "path" (a file or folder is missing),
            "presence" (a data set or a part of it is not given) or "classes" (the data have
            another number of classes than is set).
        steps: The numbers of steps that are compared with zero, as written.
        subject: What is checked.
        message: The message as written; None without one.
        condition: The condition under which it is looked at; None when always.
        ends: "error" (an exception), "exit" (the process ends) or "return" (the function is left
            before it trains).
    """

    pattern: ClassVar[str] = "dataset-guard"

    test: str
    asserts: bool = False
    checks: str
    steps: tuple[str, ...] = ()
    subject: str
    message: str | None = None
    condition: str | None = None
    ends: str
