"""epoch-reshuffle: the sampler is told the epoch, so that it draws a new order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import split
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_OTHER_ROLES = frozenset({"model", "optimizer", "scheduler", "criterion", "writer", "loss"})
_OTHER_WORDS = frozenset(
    {"logger", "self", "hook", "callback", "stats", "metrics", "super", "mixup"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochReshuffle(Finding):
    """Facts of telling a sampler the epoch.

    Attributes:
        receiver: What is told.
        receiver_role: "sampler", "loader" or "dataset"; None when the script does not say.
        epoch: What it is told.
        split: "training" or "validation", the part of the data; None when names don't tell.
        in_loop: Whether the call stands in the loop that counts the epochs.
        shuffles: False when the sampler was made with `shuffle=False`, so that the call changes
            nothing; True when it was made to shuffle; None when the script does not show it.
        sampler_line: Where the sampler is made.
        condition: The condition within the loop under which it happens.
    """

    pattern: ClassVar[str] = "epoch-reshuffle"

    receiver: str
    receiver_role: str | None = None
    epoch: str
    split: str | None = None
    in_loop: bool = False
    shuffles: bool | None = None
    sampler_line: int | None = None
    condition: str | None = None


@pattern(EpochReshuffle, methods=("set_epoch",))
def find_set_epoch(site: Site, script: Script) -> Iterator[EpochReshuffle]:
    """`train_sampler.set_epoch(epoch)`, `loader.sampler.set_epoch(epoch)`."""
    if type(site.node.func) is not cst.Attribute or not site.node.args:
        return
    receiver = site.node.func.value
    name = dotted(receiver)
    role = _role(receiver, site.scope, script)
    if role is None and (not name or _OTHER_WORDS & set(words(name))):
        return
    if role is not None and role[0] in _OTHER_ROLES:
        return
    evidence = role[1] if role is not None else Evidence(FLOW, (text(receiver),))
    made = _made(receiver, site, script)
    kind = role[0] if role is not None else None
    if made is not None and made.known is not None:
        kind = made.known.api.traits.get("gives", kind)
    loop = script.loop_around(site.statement)
    yield EpochReshuffle(
        line=site.line,
        end=site.last,
        evidence=evidence,
        receiver=text(receiver),
        receiver_role=kind,
        epoch=text(site.node.args[0].value),
        split=split(text(receiver)),
        in_loop=loop is not None,
        shuffles=_shuffles(made, script) if made is not None else None,
        sampler_line=made.line if made is not None else None,
        condition=script.condition(site.statement, beyond=loop),
    )


def _role(receiver: Any, scope: int, script: Script) -> tuple[str, Evidence] | None:
    name = dotted(receiver)
    last = words(name)[-1:]
    if last == ("sampler",):
        return "sampler", Evidence(NAME, (name,))
    role = script.role(receiver, scope)
    return (role.kind, role.evidence) if role is not None else None


def _made(receiver: Any, site: Site, script: Script) -> Site | None:
    """The call that makes the sampler, where the script shows one alone."""
    name = dotted(receiver)
    calls = [
        script.call_site(value, binding.statement, place.scope)
        for binding in script.resolver.bindings(name, site.scope)
        if binding.how == "assign"
        for place in (script.tree.statements[binding.statement],)
        for value in _calls(binding.value)
    ]
    samplers = [c for c in calls if c.known and c.known.api.kind == "distributed-sampler"]
    return samplers[0] if len(samplers) == 1 else None


def _calls(node: Any) -> list[cst.Call]:
    if type(node) is cst.IfExp:
        return _calls(node.body) + _calls(node.orelse)
    return [node] if type(node) is cst.Call else []


def _shuffles(made: Site, script: Script) -> bool | None:
    return {"True": True, "False": False}.get(script.argument_or_default(made, "shuffle") or "")


EXAMPLES = {
    (
        "for epoch in range(start_epoch, epochs):\n"
        "    if args.distributed:\n"
        "        train_sampler.set_epoch(epoch)\n"
        "    train(train_loader, model, epoch)"
    ): [
        EpochReshuffle(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("train_sampler",)),
            receiver="train_sampler",
            receiver_role="sampler",
            epoch="epoch",
            split="training",
            in_loop=True,
            condition="args.distributed",
        ),
    ],
    (
        "import torch\n"
        "sampler = torch.utils.data.DistributedSampler(val_set, shuffle=False)\n"
        "for epoch in range(10):\n"
        "    sampler.set_epoch(epoch)"
    ): [
        EpochReshuffle(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("sampler",)),
            receiver="sampler",
            receiver_role="sampler",
            epoch="epoch",
            in_loop=True,
            shuffles=False,
            sampler_line=2,
        ),
    ],
    "for epoch in range(10):\n    data_loader_train.sampler.set_epoch(epoch)": [
        EpochReshuffle(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("data_loader_train.sampler",)),
            receiver="data_loader_train.sampler",
            receiver_role="sampler",
            epoch="epoch",
            split="training",
            in_loop=True,
        ),
    ],
    "self.train_dataset.set_epoch(self.epoch)": [
        EpochReshuffle(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("self.train_dataset",)),
            receiver="self.train_dataset",
            receiver_role="dataset",
            epoch="self.epoch",
            split="training",
        ),
    ],
    (
        "from datasets.distributed import split_dataset_by_node\n"
        "stream = split_dataset_by_node(stream, rank=rank, world_size=size)\n"
        "for epoch in range(10):\n"
        "    stream.set_epoch(epoch)"
    ): [
        EpochReshuffle(
            line=4,
            end=4,
            evidence=Evidence("api", ("datasets.distributed.split_dataset_by_node",)),
            receiver="stream",
            receiver_role="dataset",
            epoch="epoch",
            in_loop=True,
            sampler_line=2,
        ),
    ],
}
COUNTEREXAMPLES = {
    "for epoch in range(9):\n    model.set_epoch(epoch)": "a model is told the epoch",
    "class Sampler:\n    def set_epoch(self, epoch):\n        self.epoch = epoch": "the definition",
    "scheduler.set_epoch(epoch)": "a learning-rate schedule is told the epoch",
}
