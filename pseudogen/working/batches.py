"""Batch arithmetic: samples a process, a step and an epoch, from what constants tell."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeVar

from pseudogen.finding import Finding
from pseudogen.names.quantities import Link, Number
from pseudogen.names.script import Script
from pseudogen.names.words import words
from pseudogen.patterns.batch_division import BatchDivision
from pseudogen.patterns.data_loader import DataLoader
from pseudogen.patterns.dataset_build import DatasetBuild
from pseudogen.patterns.gradient_accumulation import GradientAccumulation
from pseudogen.patterns.steps_per_epoch import StepsPerEpoch
from pseudogen.records import dataclass
from pseudogen.working.data_sizes import SIZES

F = TypeVar("F", bound=Finding)
_ALONE = frozenset({"parallel-wrap", "process-group-init", "worker-launch", "distributed-sampler"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Batches:
    """Numbers of a training step and epoch. What is not known is None.

    Attributes:
        line: The division of the batch, or the loader.
        batch: The batch size as written, before it is divided.
        batch_value: That in numbers.
        processes: The number of processes as written; None for a run in one process.
        processes_value: That in numbers; 1 for a run in one process.
        machine: Whether the processes are those of one machine only.
        divided: Whether the script divides the batch among the processes.
        each: Samples that one process loads a step.
        together: Samples of all processes a step.
        accumulation: Over how many steps gradients are added up before an update.
        samples: Training samples of an epoch.
        share: Samples of one process in an epoch.
        shares: Whether each process gets a share of its own.
        steps: Steps of an epoch.
        left_out: Samples of one process that no full batch holds, where those are dropped.
        last: The size of a smaller last batch, where there is one and it is used.
        epochs: Epochs of the run.
        sources: Where the batch size comes from.
    """

    line: int
    batch: str
    batch_value: int
    processes: str | None = None
    processes_value: int = 1
    machine: bool = False
    divided: bool = False
    each: int
    together: int
    accumulation: int | None = None
    samples: int | None = None
    share: int | None = None
    shares: bool = False
    steps: int | None = None
    left_out: int = 0
    last: int | None = None
    epochs: int | None = None
    sources: tuple[Link, ...] = ()

    @property
    def lost(self) -> int:
        """How many samples a step has less than the batch size says."""
        return self.batch_value - self.together if self.divided else 0

    @property
    def telling(self) -> bool:
        """Whether anything follows from the numbers that the script does not say itself."""
        return self.processes is not None or self.steps is not None or bool(self.accumulation)


def batches(script: Script, findings: Sequence[Finding], epochs: int | None) -> Batches | None:
    """The batch arithmetic of training; None where too little is known."""
    loader = _training_loader(findings)
    made = _divided(script, findings) or _undivided(script, findings, loader)
    if made is None:
        return None
    accumulation = _accumulation(findings)
    samples = _samples(script, findings, loader)
    facts = _epoch(made, samples, loader) if samples and loader is not None else {}
    told = Batches(
        **{**made, **facts},  # type: ignore[arg-type]
        accumulation=accumulation if accumulation and accumulation > 1 else None,
        epochs=epochs,
    )
    return told if told.telling else None


def _divided(script: Script, findings: Sequence[Finding]) -> dict[str, object] | None:
    """The first division whose two numbers are known."""
    for f in _all(BatchDivision, findings):
        count = _whole(f.processes_value) or _given_count(script, f.counts)
        batch = _whole(f.batch_value)
        whole = "*" not in f.expression and " if " not in f.expression
        if batch and count and whole and f.per == "process":
            each = batch // count
            return {
                "line": f.line,
                "batch": f.batch,
                "batch_value": batch,
                "processes": f.processes,
                "processes_value": count,
                "machine": f.counts == "machine",
                "divided": True,
                "each": each,
                "together": each * count,
                "shares": True,
                "sources": tuple(link for link in f.chain if link.line != f.line),
            }
    return None


def _undivided(
    script: Script, findings: Sequence[Finding], loader: DataLoader | None
) -> dict[str, object] | None:
    batch = _whole(loader.batch_value) if loader is not None else None
    if loader is None or batch is None or loader.share is not None:
        return None
    alone = not any(f.pattern in _ALONE for f in findings)
    sharded = loader.shards is not None
    count = _given_count(script, "all") if sharded else None
    if not alone and count is None:
        return None
    return {
        "line": loader.line,
        "batch": loader.batch_size or "",
        "batch_value": batch,
        "processes": _count_name(script) if count else None,
        "processes_value": count or 1,
        "each": batch,
        "together": batch * (count or 1),
        "shares": sharded,
        "sources": loader.batch_chain,
    }


def _epoch(made: dict[str, object], samples: int, loader: DataLoader) -> dict[str, object]:
    """What follows from the number of samples; nothing where batches may or may not be full."""
    count, each = int(str(made["processes_value"])), int(str(made["each"]))
    facts: dict[str, object] = {"samples": samples}
    if each < 1 or loader.drop_last not in ("True", "False") or (count > 1 and made["machine"]):
        return facts
    share = math.ceil(samples / count)
    full, rest = divmod(share, each)
    drops = loader.drop_last == "True"
    return {
        **facts,
        "share": share,
        "steps": full if drops or not rest else full + 1,
        "left_out": rest if drops else 0,
        "last": rest if rest and not drops else None,
    }


def _training_loader(findings: Sequence[Finding]) -> DataLoader | None:
    """The one loader of the training data, or the only loader at all."""
    loaders = list(_all(DataLoader, findings))
    training = [f for f in loaders if f.split == "training"]
    if len(training) == 1:
        return training[0]
    return loaders[0] if len(loaders) == 1 and loaders[0].split is None else None


def _accumulation(findings: Sequence[Finding]) -> int | None:
    told = {_whole(f.steps_value) for f in _all(GradientAccumulation, findings)} - {None}
    return told.pop() if len(told) == 1 else None


def _samples(script: Script, findings: Sequence[Finding], loader: DataLoader | None) -> int | None:
    """How many samples an epoch of training has: as the script computes with it, as the user says
    it (`samples`), or as the data set is known to have."""
    told = {
        _whole(f.samples_value)
        for f in _all(StepsPerEpoch, findings)
        if f.split == "training" and f.samples_value is not None
    }
    if len(told) == 1:
        return told.pop()
    if "samples" in script.given:
        script.given_used.add("samples")
        return _whole(script.given["samples"])
    made = [
        f
        for f in _all(DatasetBuild, findings)
        if loader is not None and f.target and f.target == loader.dataset
    ]
    return _known_size(made[0]) if len(made) == 1 else None


def _known_size(data: DatasetBuild) -> int | None:
    """The size of a well-known data set of torchvision."""
    name = data.function.rpartition(".")[2]
    known = name in SIZES and data.evidence.kind == "api" and data.train == "True"
    return SIZES[name][0] if known else None


def _given_count(script: Script, counts: str | None) -> int | None:
    """A number of processes that the user has given, where the script counts all of them."""
    name = _count_name(script)
    if name is None or counts == "machine":
        return None
    script.given_used.add(name)
    return _whole(script.given[name])


def _count_name(script: Script) -> str | None:
    """A given name that counts the processes of the whole run."""
    return next((n for n in script.given if set(words(n)) & {"world", "processes"}), None)


def _whole(value: Number | None) -> int | None:
    """A positive whole number, or None."""
    return int(value) if value is not None and value > 0 and float(value).is_integer() else None


def _all(kind: type[F], findings: Iterable[Finding]) -> Iterable[F]:
    return (f for f in findings if isinstance(f, kind))
