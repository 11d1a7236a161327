"""distributed-sampler: a sampler that gives each process its own shard of the data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern, speaks_of
from pseudogen.names.arguments import shares_out
from pseudogen.names.batches import process_count
from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.names.modules import is_class_name
from pseudogen.names.registered import registered
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, condition_of, split
from pseudogen.names.words import MAKING, suggested_role, words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributedSampler(Finding):
    """Facts of a sampler that shares the data out among processes.

    Attributes:
        target: What receives it; None when it is passed on at once.
        function: The class or function that makes it, as written.
        dataset: The data that is shared out.
        split: "training" or "validation", the part of the data; None when names don't tell.
        shuffle: Whether it shuffles, as written or by default; None when that is unknown.
        shuffle_given: Whether the script says so itself, or the class knows no other way.
        seed: The seed as written, None when the default holds.
        drop_last: As written or by default; None when unknown.
        replicas: Into how many shards, as written; None: as many as the group has processes.
        rank: Which shard, as written; None: that of the process.
        pads: Whether samples are repeated to make all shards equally long; None when unknown.
        condition: The condition under which it is made.
        counts_epochs: Whether it counts the epochs itself, with each round through it; None where
            only its class could tell.
        told_epoch: The line on which it is told the epoch; None when this file does not do it.
    """

    pattern: ClassVar[str] = "distributed-sampler"

    target: str | None = None
    function: str
    dataset: str | None = None
    split: str | None = None
    shuffle: str | None = None
    shuffle_given: bool = False
    seed: str | None = None
    drop_last: str | None = None
    replicas: str | None = None
    rank: str | None = None
    pads: bool | None = None
    condition: str | None = None
    counts_epochs: bool | None = False
    told_epoch: int | None = None


@pattern(DistributedSampler, kinds=("distributed-sampler",))
def find_known(site: Site, script: Script) -> Iterator[DistributedSampler]:
    """A sampler class of a library."""
    if site.known is not None:
        yield _finding(site, script, Evidence(site.known.evidence, (site.known.name,)))


@pattern(DistributedSampler, calls=speaks_of("sampler"))
def find_named(site: Site, script: Script) -> Iterator[DistributedSampler]:
    """`DistributedEvalSampler(...)`, `make_distributed_sampler(...)`: a name that says both, or a
    sampler that is told which process it is for (`LengthSampler(data, rank=r, world_size=n)`)."""
    if site.known is not None:
        return
    named = words(site.name)
    distributed = "distributed" in named or "dist" in named
    distributed = distributed or (is_class_name(site.name) and shares_out(site.node))
    makes = distributed and (named[0] in MAKING or is_class_name(site.name))
    if makes and "sampler" in named and _gives(site):
        found = _finding(site, script, Evidence(NAME, (site.name,)))
        first = _dataset(site, script) if shares_out(site.node) else None
        of_data = first is None or script.is_a(first, site.scope, "dataset") is not None
        yield found if of_data else replace(found, dataset=None)


_REGISTERED = frozenset({"DefaultSampler", "DistributedSampler", "InfiniteSampler"})
"""Types of samplers by which MMEngine gives each process its own part."""


@pattern(DistributedSampler, calls=lambda name: name == "dict")
def find_registered(site: Site, script: Script) -> Iterator[DistributedSampler]:
    """`sampler=dict(type="DefaultSampler", shuffle=True)`, from which MMEngine makes it."""
    found = registered(site, script)
    if found is not None and found[1] == "sampler" and found[0] in _REGISTERED:
        made = _finding(site, script, Evidence(NAME, (found[0],)))
        yield replace(made, function=found[0])


@pattern(DistributedSampler, methods=("shard",))
def find_shard(site: Site, script: Script) -> Iterator[DistributedSampler]:
    """`dataset.shard(world_size, rank)` of data sets that cut themselves."""
    if type(site.node.func) is not cst.Attribute or len(site.node.args) < 2:
        return
    count = site.node.args[0].value
    evidence = process_count(script, count, site.scope)
    if evidence is not None:
        yield _finding(site, script, evidence, site.node.func.value, text(count))


def _says_order(site: Site, script: Script) -> bool:
    """Whether it is passed whether to shuffle, or there is no parameter for it."""
    fixed = site.known is not None and "shuffle" not in site.known.api.params
    return fixed or script.argument(site, "shuffle") is not None


def _pads(site: Site, drop_last: str | None) -> bool | None:
    """Whether samples are repeated to make shards equal. A sampler of batches always does:
    `drop_last` says there what becomes of its last batch."""
    if site.name.endswith("BatchSampler"):
        return True
    return {"False": True, "True": False}.get(drop_last or "")


def _gives(site: Site) -> bool:
    """Whether the result of the call is kept or handed on."""
    return type(site.statement.node) is not cst.Expr


def _finding(
    site: Site, script: Script, evidence: Evidence, data: Any = None, count: str | None = None
) -> DistributedSampler:
    dataset = data if data is not None else _dataset(site, script)
    name = assigned(site.statement, site.node)
    known = evidence.kind == API or site.known is not None
    drop_last = script.argument_or_default(site, "drop_last")
    return DistributedSampler(
        line=site.line,
        end=site.last,
        evidence=evidence,
        target=name,
        function=site.name,
        dataset=text(dataset) if dataset is not None else None,
        split=split(name, text(dataset) if dataset is not None else None),
        shuffle=script.argument_or_default(site, "shuffle"),
        shuffle_given=_says_order(site, script),
        seed=script.argument_text(site, "seed"),
        drop_last=drop_last,
        replicas=count or script.argument_text(site, "num_replicas"),
        rank=script.argument_text(site, "rank") or script.argument_text(site, "index"),
        pads=_pads(site, drop_last) if known else None,
        condition=condition_of(script, site.statement, site.node),
        counts_epochs=_counts_epochs(site),
        told_epoch=_told_epoch(name, site, script),
    )


def _counts_epochs(site: Site) -> bool | None:
    """PyTorch's does not; a sampler of a project may."""
    if site.known is not None:
        return "epochs" in site.known.api.traits
    name = site.name.rpartition(".")[2]
    return None if is_class_name(name) and name != "DistributedSampler" else False


def _dataset(site: Site, script: Script) -> Any:
    given = script.argument(site, "dataset")
    if given is not None:
        return given
    passed: list[Any] = [arg.value for arg in site.node.args if arg.keyword is None]
    if site.known is not None or len(passed) < 2:
        return passed[0] if passed else None
    # Samplers of the project's own may take something else first.
    return next((v for v in passed if suggested_role(dotted(v)) == "dataset"), passed[0])


def _told_epoch(name: str | None, site: Site, script: Script) -> int | None:
    """The line on which the sampler is told the epoch, itself or through a loader that has it."""
    home = script.resolver.home(name, site.scope) if name else None
    if home is None:
        return None
    told = [
        call
        for call in script.calls_of_method("set_epoch")
        if call.name.endswith(".set_epoch") and not _bound_apart(call, home, script)
    ]
    owners = {name} | {
        f"{assigned(loader.statement, loader.node)}.sampler"
        for loader in (script.calls_of_kind("loader") if told else ())
        if script.argument_text(loader, "sampler") == name
    }
    lines = [c.line for c in told if c.name.removesuffix(".set_epoch") in owners]
    return lines[0] if lines else None


def _bound_apart(call: Site, home: Any, script: Script) -> bool:
    """Whether the receiver is another variable of that name, one that its own function assigns."""
    name = call.name.removesuffix(".set_epoch")
    own = script.resolver.home(name, call.scope)
    if own is None or own is home:
        return False
    return any(binding.how == "assign" for binding in own.bindings[name])


EXAMPLES = {
    (
        "from torch.utils.data.distributed import DistributedSampler\n"
        "train_sampler = DistributedSampler(train_dataset, shuffle=True)\n"
        "for epoch in range(epochs):\n"
        "    train_sampler.set_epoch(epoch)"
    ): [
        DistributedSampler(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.utils.data.distributed.DistributedSampler",)),
            target="train_sampler",
            function="DistributedSampler",
            dataset="train_dataset",
            split="training",
            shuffle="True",
            shuffle_given=True,
            drop_last="False",
            pads=True,
            told_epoch=4,
        ),
    ],
    "from timm.data.distributed_sampler import OrderedDistributedSampler\n"
    "sampler = OrderedDistributedSampler(dataset)": [
        DistributedSampler(
            line=2,
            end=2,
            evidence=Evidence(API, ("timm.data.distributed_sampler.OrderedDistributedSampler",)),
            target="sampler",
            function="OrderedDistributedSampler",
            dataset="dataset",
            shuffle="False",
            shuffle_given=True,
        )
    ],
    (
        "from torch.utils import data\n"
        "n = dist.get_world_size()\n"
        "sampler = data.DistributedSampler(val_set, n, shuffle=False) if distributed else None"
    ): [
        DistributedSampler(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.utils.data.DistributedSampler",)),
            target="sampler",
            function="data.DistributedSampler",
            dataset="val_set",
            split="validation",
            shuffle="False",
            shuffle_given=True,
            drop_last="False",
            replicas="n",
            pads=True,
            condition="distributed",
        ),
    ],
    (
        "from torch.utils.data import DistributedSampler\n"
        "def build(data):\n"
        "    sampler = DistributedSampler(data)\n"
        "    return sampler\n"
        "def again(self):\n"
        "    sampler = self.sampler\n"
        "    sampler.set_epoch(1)"
    ): [
        DistributedSampler(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.utils.data.DistributedSampler",)),
            target="sampler",
            function="DistributedSampler",
            dataset="data",
            shuffle="True",
            drop_last="False",
            pads=True,
        ),
    ],
    "val_sampler = DistributedEvalSampler(val_dataset)": [
        DistributedSampler(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("DistributedEvalSampler",)),
            target="val_sampler",
            function="DistributedEvalSampler",
            dataset="val_dataset",
            split="validation",
            counts_epochs=None,
        ),
    ],
    "dataset = dataset.shard(num_shards=world_size, index=rank)": [
        DistributedSampler(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("world_size",)),
            target="dataset",
            function="dataset.shard",
            dataset="dataset",
            replicas="world_size",
            rank="rank",
        ),
    ],
    (
        "import paddle\n"
        "sampler = paddle.io.DistributedBatchSampler(train_set, batch_size=64, drop_last=True)"
    ): [
        DistributedSampler(
            line=2,
            end=2,
            evidence=Evidence(API, ("paddle.io.DistributedBatchSampler",)),
            target="sampler",
            function="paddle.io.DistributedBatchSampler",
            dataset="train_set",
            split="training",
            shuffle="False",
            drop_last="True",
            pads=True,
            counts_epochs=True,
        ),
    ],
    "train_dataloader = dict(sampler=dict(type='DefaultSampler', shuffle=True))": [
        DistributedSampler(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("DefaultSampler",)),
            function="DefaultSampler",
            shuffle="True",
            shuffle_given=True,
        ),
    ],
    "batches = LengthSampler(lengths, world_size=world_size, rank=rank)": [
        DistributedSampler(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("LengthSampler",)),
            target="batches",
            function="LengthSampler",
            rank="rank",
            counts_epochs=None,
        ),
    ],
}
COUNTEREXAMPLES = {
    "sampler = RandomSampler(dataset)": "draws from all the data in every process",
    "if isinstance(loader.sampler, DistributedSampler):\n    pass": "asks, makes nothing",
    "parts = tensor.shard(3, 0)": "no number of processes",
}
