"""The facts of data-loader."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.names.batches import Share
from pseudogen.names.quantities import Link
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DataLoader(Finding):
    """Facts of a loader.

    Attributes:
        target: What receives it; None when it is passed on at once.
        function: The class or function that makes it, as written.
        dataset: The data it reads; None when that is not shown.
        split: "training" or "validation", the part of the data; None when names don't tell.
        batch_size: As written or by default; None when unknown.
        batch_chain: Where the batch size comes from.
        batch_value: Its value where constants tell.
        share: The division that has made it the size of one process; None without one.
        shuffle: As written or by default; None when unknown.
        shuffle_given: Whether the script says so itself.
        shuffle_unless: Whether it is shuffled exactly where there is no sampler.
        sampler: The sampler as written; None without one.
        sampler_optional: Whether in some branch the sampler is None.
        shards: "always" or "sometimes", when the sampler, in all or in some branches of the
            script, gives each process a shard of its own; None when that is not seen.
        workers: Number of worker processes, as written or by default; None when unknown.
        no_workers: Whether that number is a setting whose value in the file is 0.
        workers_divided: The line that has divided it by a number of processes, and by which.
        pin_memory: As written or by default; None when unknown.
        drop_last: As written or by default; None when unknown.
        drop_keyword: The argument that says so.
        collate: The function that makes a batch of samples; None: the usual one, or unknown.
        persistent: Whether the workers outlive an epoch, as written; None when not given.
        prefetch: How many batches each worker reads ahead, as written; None when not given.
        worker_init: The function that each worker runs first; None without one.
        generator: The source of random numbers that it is given; None without one.
        built_before: The line on which the same variable has got a loader before.
        built_again: The line on which it gets another one later.
        same_call: Whether the one before is made by the very same call.
        condition: The condition under which it is made.
    """

    pattern: ClassVar[str] = "data-loader"

    target: str | None = None
    function: str
    dataset: str | None = None
    split: str | None = None
    batch_size: str | None = None
    batch_chain: tuple[Link, ...] = ()
    batch_value: int | float | None = None
    share: Share | None = None
    shuffle: str | None = None
    shuffle_given: bool = False
    shuffle_unless: bool = False
    sampler: str | None = None
    sampler_optional: bool = False
    shards: str | None = None
    workers: str | None = None
    no_workers: bool = False
    workers_divided: tuple[int, str] | None = None
    pin_memory: str | None = None
    drop_last: str | None = None
    drop_keyword: str = "drop_last"
    collate: str | None = None
    persistent: str | None = None
    prefetch: str | None = None
    worker_init: str | None = None
    generator: str | None = None
    built_before: int | None = None
    built_again: int | None = None
    same_call: bool = False
    condition: str | None = None
