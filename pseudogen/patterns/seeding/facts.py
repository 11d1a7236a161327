"""The facts of seeding."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeding(Finding):
    """Facts of a run of seed calls.

    Attributes:
        seed: What is passed, where all calls pass the same.
        libraries: The generators that are seeded, of python, numpy, torch, tensorflow...; helpers
            of the script's own project give none.
        helper: The helper that is called instead, None when the libraries are called.
        every_device: Whether the generators of all accelerators are seeded; None when unknown.
        per_process: Whether the seed depends on the rank, so that processes differ.
        rank: The rank that a helper is given beside the seed; None without one.
        clock: Whether the clock or the like gives the seed, another one at each start.
        until: The line that gives the same generators up to chance again (`seed(None)`).
        several: Whether the processes of a group come here, each for itself.
        value: The seed where constants tell.
        condition: The condition under which it is done.
        seeds: What is passed where it differs, each once.
        gpu_only: Whether the generators of the GPUs alone are seeded.
    """

    pattern: ClassVar[str] = "seeding"

    seed: str | None
    libraries: tuple[str, ...]
    helper: str | None
    every_device: bool | None
    per_process: bool
    several: bool
    value: int | float | None
    condition: str | None
    rank: str | None = None
    clock: bool = False
    until: int | None = None
    seeds: tuple[str, ...] = ()
    gpu_only: bool = False
