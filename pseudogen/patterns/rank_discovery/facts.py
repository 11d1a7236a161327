"""The facts of rank-discovery."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One number that is read: `what` (rank, local rank, world size, local world size, node rank,
    device count), into which name, and `where`: "environment", "group" (the library is asked),
    "arguments", or None where a helper gets it from somewhere. `exact` says whether the name gets
    the number itself, not something made of it; `test` what it says instead: that the variable is
    "set" or "unset", or that there are "several" processes. Where another line (`per_machine`,
    under a condition) multiplies the number by the devices of a machine, it counts machines
    before. `condition` says when it is read, where others of the run are read in other cases."""

    name: str
    what: str
    where: str | None
    variable: str | None
    exact: bool = True
    test: str | None = None
    per_machine: int | None = None
    per_machine_if: str | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RankDiscovery(Finding):
    """Facts of a run of reads.

    Attributes:
        reads: What is read, in the order of the script.
        launcher: The launcher whose variables these all are ("torchrun", "Slurm"), None if unknown.
        condition: The condition under which it is done.
    """

    pattern: ClassVar[str] = "rank-discovery"

    reads: tuple[Read, ...]
    launcher: str | None
    condition: str | None
