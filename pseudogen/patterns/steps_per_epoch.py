"""steps-per-epoch: the number of steps in an epoch or in the run is computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.batches import Share, divided_after, divided_before
from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.names.quantities import Link
from pseudogen.names.script import Script, Site
from pseudogen.names.steps import Steps, may_count, shared, steps
from pseudogen.names.targets import split, target
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import bare, text


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsPerEpoch(Finding):
    """Facts of a number of steps.

    Attributes:
        target: What receives it.
        expression: How it is computed.
        per: "epoch" or "run".
        split: "training" or "validation", the part of the data; None when names don't tell.
        samples: The number of samples that is divided, as written; None when it is not.
        batch: The batch size it is divided by, as written; None when it is not.
        loader: The loader whose length is taken; None when none is.
        epochs: The number of epochs it is multiplied by; None when it is not.
        accumulation: The accumulation steps it is divided by; None when it is not.
        rounding: "down", "up" or None when the result may have a fraction or nothing is divided.
        given: What decides, in a conditional expression, whether another number is taken; None
            without one.
        plain: Whether these facts tell the whole computation.
        chain: Where the batch size comes from.
        samples_value: Value of `samples` where constants tell.
        batch_value: Value of `batch` where constants tell.
        value: The number of steps where constants tell.
        divided_before: The division among processes that the batch size has gone through already.
        divided_after: The division among processes that the batch size goes through later.
        sharded: Whether the script is seen to give each process a shard of the data.
    """

    pattern: ClassVar[str] = "steps-per-epoch"

    target: str
    expression: str
    per: str
    split: str | None = None
    samples: str | None = None
    batch: str | None = None
    loader: str | None = None
    epochs: str | None = None
    accumulation: str | None = None
    rounding: str | None = None
    given: str | None = None
    plain: bool = True
    chain: tuple[Link, ...] = ()
    samples_value: int | float | None = None
    batch_value: int | float | None = None
    value: int | float | None = None
    divided_before: Share | None = None
    divided_after: Share | None = None
    sharded: bool = False


@pattern(
    StepsPerEpoch,
    statements=(cst.Assign, cst.AnnAssign),
    values=(cst.BinaryOperation, cst.Call, cst.IfExp),
)
def find_assignment(site: Site, script: Script) -> Iterator[StepsPerEpoch]:
    """`epoch_step = num_train // batch_size`, `total_steps = epochs * len(loader)`."""
    if not may_count(site.node.value):
        return
    name = target(site.statement)
    if name is None:
        return
    found = steps(script, name, site.node.value, site.statement)
    if found is not None:
        yield _finding(site, script, name, site.node.value, found)


@pattern(StepsPerEpoch, keywords=("steps_per_epoch",))
def find_argument(site: Site, script: Script) -> Iterator[StepsPerEpoch]:
    """`model.fit(..., steps_per_epoch=num_train // batch_size)`."""
    for arg in site.node.args:
        rounded = type(arg.value) is cst.Call and dotted(arg.value.func) != "len"
        if arg.keyword is None or not (rounded or type(arg.value) is cst.BinaryOperation):
            continue
        if arg.keyword.value == "steps_per_epoch":
            found = steps(script, arg.keyword.value, arg.value, site.statement)
            if found is None and not rounded:
                found = shared(script, arg.value, site.statement)
            if found is not None and (
                found.batch is not None or found.loader is not None or not found.plain
            ):
                yield _finding(site, script, arg.keyword.value, arg.value, found)


def _finding(site: Site, script: Script, name: str, value: Any, found: Steps) -> StepsPerEpoch:
    here, at, batch = site.statement, site.statement.index, found.batch
    before = divided_before(script, batch, here) if batch is not None else None
    after = divided_after(script, batch, here) if batch is not None and before is None else None
    return StepsPerEpoch(
        line=site.line,
        end=site.last,
        evidence=found.evidence,
        target=name,
        expression=bare(value),
        per=found.per,
        split=split(name, _text(found.samples), _text(found.loader)),
        samples=_text(found.samples),
        batch=_text(batch),
        loader=_text(found.loader),
        epochs=_text(found.epochs),
        accumulation=_text(found.accumulation),
        rounding=found.rounding,
        given=_given(value),
        plain=found.plain,
        chain=script.chain(batch, at) if batch is not None else (),
        samples_value=script.value(found.samples, at) if found.samples is not None else None,
        batch_value=script.value(batch, at) if batch is not None else None,
        value=script.value(value, at),
        divided_before=before,
        divided_after=after,
        sharded=script.once(_sharded),
    )


def _given(value: Any) -> str | None:
    """The test of `len(loader) if steps is None else steps`, in the sense in which it counts."""
    if type(value) is not cst.IfExp:
        return None
    counted = (cst.Call, cst.BinaryOperation)
    sides = [type(side) in counted for side in (value.body, value.orelse)]
    if sides == [True, False]:
        return text(value.test)
    return f"not ({text(value.test)})" if sides == [False, True] else None


def _text(node: Any) -> str | None:
    return text(node) if node is not None else None


def _sharded(script: Script) -> bool:
    """Whether a sampler shares the data out; one that is made says for how many processes."""
    made = [
        site
        for site in script.call_sites()
        if (site.known is not None and site.known.api.kind == "distributed-sampler")
        or site.name.endswith("DistributedSampler")
    ]
    if made:
        return any(script.argument_text(site, "num_replicas") != "1" for site in made)
    return any(site.name.endswith("sampler.set_epoch") for site in script.call_sites())


EXAMPLES = {
    (
        "epoch_step = num_train // batch_size\n"
        "if distributed:\n"
        "    batch_size = batch_size // ngpus_per_node\n"
        "train_sampler.set_epoch(epoch)"
    ): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("batch_size",)),
            target="epoch_step",
            expression="num_train // batch_size",
            per="epoch",
            split="training",
            samples="num_train",
            batch="batch_size",
            rounding="down",
            divided_after=Share(
                line=3, processes="ngpus_per_node", counts="machine", condition="distributed"
            ),
            sharded=True,
        ),
    ],
    "total_steps = args.epochs * len(train_loader)": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("train_loader",)),
            target="total_steps",
            expression="args.epochs * len(train_loader)",
            per="run",
            split="training",
            loader="train_loader",
            epochs="args.epochs",
        ),
    ],
    (
        "steps = math.ceil(len(train_dataloader) / args.gradient_accumulation_steps)\n"
        "max_train_steps = args.num_train_epochs * num_update_steps_per_epoch"
    ): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("train_dataloader",)),
            target="steps",
            expression="math.ceil(len(train_dataloader) / args.gradient_accumulation_steps)",
            per="epoch",
            split="training",
            loader="train_dataloader",
            accumulation="args.gradient_accumulation_steps",
            rounding="up",
        ),
        StepsPerEpoch(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("num_update_steps_per_epoch",)),
            target="max_train_steps",
            expression="args.num_train_epochs * num_update_steps_per_epoch",
            per="run",
            split="training",
            epochs="args.num_train_epochs",
        ),
    ],
    (
        "batch_size = batch_size // world_size\n"
        "steps_per_epoch = int(len(train_dataset) / batch_size)"
    ): [
        StepsPerEpoch(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("batch_size",)),
            target="steps_per_epoch",
            expression="int(len(train_dataset) / batch_size)",
            per="epoch",
            split="training",
            samples="len(train_dataset)",
            batch="batch_size",
            rounding="down",
            chain=(Link(1, "batch_size = batch_size // world_size", None),),
            divided_before=Share(line=1, processes="world_size", counts="all", condition=None),
        ),
    ],
    "batch_size = 128\nsteps_per_epoch = 50000 // batch_size": [
        StepsPerEpoch(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("batch_size",)),
            target="steps_per_epoch",
            expression="50000 // batch_size",
            per="epoch",
            samples="50000",
            batch="batch_size",
            rounding="down",
            chain=(Link(1, "batch_size = 128", 128),),
            samples_value=50000,
            batch_value=128,
            value=390,
        ),
    ],
    "model.fit(data, epochs=3, steps_per_epoch=num_train // batch_size)": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("batch_size",)),
            target="steps_per_epoch",
            expression="num_train // batch_size",
            per="epoch",
            split="training",
            samples="num_train",
            batch="batch_size",
            rounding="down",
        ),
    ],
    "epoch_size = len(dataset) // args.batch_size": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("args.batch_size",)),
            target="epoch_size",
            expression="len(dataset) // args.batch_size",
            per="epoch",
            samples="len(dataset)",
            batch="args.batch_size",
            rounding="down",
        ),
    ],
    ("model.fit(data, steps_per_epoch=len(train_loader) // hvd.size())"): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("train_loader",)),
            target="steps_per_epoch",
            expression="len(train_loader) // hvd.size()",
            per="epoch",
            split="training",
            loader="train_loader",
            rounding="down",
            plain=False,
        )
    ],
    ("import horovod.keras as hvd\nmodel.fit(data, steps_per_epoch=500 // hvd.size())"): [
        StepsPerEpoch(
            line=2,
            end=2,
            evidence=Evidence(API, ("horovod.keras.size",)),
            target="steps_per_epoch",
            expression="500 // hvd.size()",
            per="epoch",
            rounding="down",
            plain=False,
        )
    ],
    ("model.fit_generator(flow, steps_per_epoch=max(1, num_train // batch_size), epochs=50)"): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("batch_size",)),
            target="steps_per_epoch",
            expression="max(1, num_train // batch_size)",
            per="epoch",
            split="training",
            samples="num_train",
            batch="batch_size",
            rounding="down",
            plain=False,
        )
    ],
    "steps = (num_train * args.epochs) // batch_size": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("batch_size",)),
            target="steps",
            expression="(num_train * args.epochs) // batch_size",
            per="run",
            split="training",
            samples="num_train",
            batch="batch_size",
            epochs="args.epochs",
            rounding="down",
        ),
    ],
    "rounds.iterations = cfg.total_timesteps // cfg.batch_size": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("cfg.batch_size",)),
            target="rounds.iterations",
            expression="cfg.total_timesteps // cfg.batch_size",
            per="run",
            rounding="down",
            plain=False,
        ),
    ],
    "max_iters = token_budget.tokens // tokens_per_iter": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("tokens_per_iter",)),
            target="max_iters",
            expression="token_budget.tokens // tokens_per_iter",
            per="run",
            rounding="down",
            plain=False,
        ),
    ],
    ("total_steps = int(tokens / stride * epochs / batch_size / accumulation)"): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("batch_size",)),
            target="total_steps",
            expression="int(tokens / stride * epochs / batch_size / accumulation)",
            per="run",
            rounding="down",
            plain=False,
        )
    ],
    ("num_updates = int(args.num_env_steps) // args.num_steps // args.num_processes"): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("args.num_env_steps",)),
            target="num_updates",
            expression="int(args.num_env_steps) // args.num_steps // args.num_processes",
            per="run",
            plain=False,
        )
    ],
    (
        "sampler = StatefulDistributedSampler(samples, num_replicas=1, rank=0)\n"
        "sampler.set_epoch(0)\n"
        "steps_per_epoch = len(train_loader)"
    ): [
        StepsPerEpoch(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("train_loader",)),
            target="steps_per_epoch",
            expression="len(train_loader)",
            per="epoch",
            split="training",
            loader="train_loader",
            sharded=False,
        )
    ],
    (
        "total_iters = len(pairs)\n"
        "for epoch in range(9):\n"
        "    for x, y in pairs:\n"
        "        loss = net(x, y)\n"
        "        loss.backward()"
    ): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence("flow", ("pairs",)),
            target="total_iters",
            expression="len(pairs)",
            per="epoch",
            loader="pairs",
        )
    ],
}
COUNTEREXAMPLES = {
    ("total_iters = len(pairs)"): "nothing trains on it",
    ("steps_per_second = done / batch_size / seconds"): "a rate",
    "num_batches = int(num_batches) if num_batches is not None else None": "a number gets its type",
    "speed = tokens_per_second // tokens_per_iter": "how fast it is",
    "curr_step = curr_epoch * steps_per_epoch": "where the run is",
    "division_step = n_train // (5 * batch_size)": "the steps between two evaluations",
    "num_beams = num_hypos // batch_size": "counts what a model gives back",
    "accumulate = max(round(nbs / batch_size), 1)": "that is gradient accumulation",
    "lr = base_lr * batch_size / 256": "the learning rate is scaled",
    "train_loss = total_loss / len(train_loader)": "a mean over the steps",
    "warmup_iters = warmup_epochs * len(train_loader)": "that is the warm-up's length",
    "step = epoch * len(train_loader) + i": "the place in the run, not its length",
    "max_steps = 10000": "a setting, nothing is computed",
    "n = len(train_loader.dataset)": "counts samples",
}
