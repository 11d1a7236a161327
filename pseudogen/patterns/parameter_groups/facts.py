"""The facts of parameter-groups."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterGroups(Finding):
    """Facts of a split of the parameters.

    Attributes:
        how: "lists" (parameters are sorted into lists), "dicts" (a list of groups is written
            out) or "helper" (a function returns the groups).
        names: The lists, or what holds the groups.
        groups: How many groups there are.
        settings: The settings in which the groups differ, without the parameters themselves.
        free: Of lists those whose parameters get a weight decay of 0.
        undecayed: How many of the groups that are seen have a weight decay of 0.
        call: The function that returns the groups.
    """

    pattern: ClassVar[str] = "parameter-groups"

    how: str
    names: tuple[str, ...] = ()
    groups: int | None = None
    settings: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    undecayed: int = 0
    call: str | None = None
