"""The facts of checkpoint-resume."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointResume(Finding):
    """Facts of a resumption.

    Attributes:
        how: "load" (a library reads the file), "read" (a helper reads it and gives what was
            saved), "helper", "framework" (a method restores all), "latest" (the last checkpoint
            where there is one), "choice" (that one, or another file), "setting" (a runner is told
            to by its settings), "module" (a module is made with the weights of a checkpoint) or
            "argument" (a framework's training call is told the checkpoint).
        call: What is called.
        path: The file or folder.
        restores: The keys of the file that the script reads.
        into: What `load_state_dict` is called on afterwards.
        others: Whether state goes into something else in the same function, from another load.
        map_location: Where the tensors go.
        tensors: Whether there may be tensors in it: the state of a schedule or of a loss scaler has
            numbers alone.
        shared: Whether several processes read one and the same file.
        part: Whether a part alone of what a run needs is restored: one entry of the file, or what
            an option leaves.
        decided_by: What decides whether a "choice" looks for the last checkpoint at all.
        condition: The condition under which it is done.
    """

    pattern: ClassVar[str] = "checkpoint-resume"

    how: str
    call: str
    path: str | None = None
    restores: tuple[str, ...] = ()
    into: tuple[str, ...] = ()
    others: bool = False
    map_location: str | None = None
    tensors: bool = True
    shared: bool = False
    part: bool = False
    decided_by: str | None = None
    condition: str | None = None
