"""The facts of experiment-logging."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentLogging(Finding):
    """Facts of a tracker's creation or of a run of log calls.

    Attributes:
        form: "create", "log" or "experiment" (the one that the runs from here on belong to).
        tracker: What is called on (the variable that receives a new tracker); None without one.
        backend: "TensorBoard", "Weights & Biases"...; None when the script does not say.
        nested: Whether a new tracker is handed on at once, to a call or into a list.
        also: The other trackers that a run of log calls goes to: (tracker, backend) of each.
        where: The folder or project of a new tracker, as passed.
        where_kind: "folder" or "project", which of them it is.
        names: Names under which values are logged, where they are plain strings; those of `further`
            aside.
        others: Whether other values go with those of `names`.
        what: "settings", "media" (images, figures, tables, sound) or "text", where the calls say
            that they log these; None for values.
        values: Where no names are known, what is logged, as far as it is soon said.
        step: What they are logged against (`global_step`, `epoch`), as passed.
        several: Whether several processes may come here, with nothing known that holds all but one
            back.
        guard: The condition around it on the rank, or on the tracker, which other processes then
            lack; None without one.
        condition: The condition under which it is done: what is common to all of the calls.
        further: Names that are logged only under a further condition, with that: ((names),
            condition).
    """

    pattern: ClassVar[str] = "experiment-logging"

    form: str
    tracker: str | None
    backend: str | None
    nested: bool = False
    also: tuple[tuple[str | None, str | None], ...] = ()
    where: str | None
    where_kind: str | None = None
    names: tuple[str, ...]
    others: bool = False
    what: str | None = None
    step: str | None
    several: bool
    guard: str | None
    condition: str | None
    values: tuple[str, ...] = ()
    further: tuple[tuple[tuple[str, ...], str], ...] = ()
