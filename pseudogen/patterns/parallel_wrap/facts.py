"""The facts of parallel-wrap."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelWrap(Finding):
    """Facts of a wrap.

    Attributes:
        kind: "ddp", "dp", "fsdp", "deepspeed", "accelerate", "fabric", "horovod", "pmap"...
        target: What receives it; None when the model is changed in place or passed on.
        function: What is called, as written.
        model: What is wrapped, as written; None when it can't be told.
        prepared: All that is passed at once to a framework that prepares several objects.
        device_ids: As written; None when not given.
        find_unused_parameters: As written; None when not given.
        static_graph: As written; None when not given.
        broadcast_buffers: As written; None when not given.
        sharding: The sharding strategy as written; None when not given.
        condition: The condition under which it is done.
        optimizer_line: Where the optimizer is made, in the same function; None when not shown.
        setting: How a trainer is told to train on several devices, as written.
        bare_names: Whether the names in its state are those of the model, without a prefix.
        teacher: Whether the model is one that another follows, by its names: it is not trained.
        before_optimizer: Whether that is below the wrap; None when the optimizer is not shown.
    """

    pattern: ClassVar[str] = "parallel-wrap"

    kind: str
    target: str | None = None
    function: str
    model: str | None = None
    prepared: tuple[str, ...] = ()
    device_ids: str | None = None
    find_unused_parameters: str | None = None
    static_graph: str | None = None
    broadcast_buffers: str | None = None
    sharding: str | None = None
    condition: str | None = None
    optimizer_line: int | None = None
    setting: str | None = None
    bare_names: bool = False
    teacher: bool = False
    before_optimizer: bool | None = None
