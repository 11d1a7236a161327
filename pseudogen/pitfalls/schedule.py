"""Schedules of the learning rate: stepped in the right place, and as often as they are made for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pseudogen.names.blocks import branches, calls_of_methods, receiver, updates_below
from pseudogen.names.evidence import NAME
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.epoch_loop import EpochLoop
from pseudogen.patterns.lr_schedule import LrSchedule
from pseudogen.patterns.lr_warmup import LrWarmup
from pseudogen.pitfall import ERROR, NOTE, WARNING, Findings, Pitfall, pitfall, report

_EPOCHS = frozenset({"epoch", "epochs"})
_STEPS = frozenset(
    {"step", "steps", "iter", "iters", "iteration", "iterations", "len", "batch", "batches"}
    | {"update", "updates", "niter", "nb"}
)
_STAIRS = ("StepLR", "MultiStepLR")
_COUNTED = (*_STAIRS, "CosineAnnealingLR", "PolynomialLR", "LinearLR")


@pitfall("scheduler-before-optimizer")
def check_order(findings: Findings) -> Iterator[Pitfall]:
    """`scheduler.step()` comes first in each round, the optimizer's step after it."""
    script = findings.script
    for made, site in _stepped(findings):
        loop = script.loop_around(site.statement)
        if loop is None or site.node.args or branches(script, site.statement, loop):
            continue
        updates = updates_below(script, loop)
        here = site.statement.index
        if not updates or min(updates) <= here:
            continue
        yield report(
            "scheduler-before-optimizer",
            WARNING,
            (site.line, site.last),
            made.evidence.kind,
            name=made.name,
            update=script.tree.statements[min(updates)].first,
            per=made.per,
        )


def _stepped(findings: Findings) -> Iterator[tuple[LrSchedule, Site]]:
    """The schedules of torch.optim that a script makes, each with the calls that step it."""
    script = findings.script
    sites = [s for s in calls_of_methods(script, "step") if receiver(s)]
    for made in findings.of(LrSchedule):
        torch = any(n.startswith("torch.optim.lr_scheduler.") for n in made.evidence.names)
        if made.action != "made" or made.name is None or not torch:
            continue
        for site in sites:
            if receiver(site) == made.name and _is_scheduler(script, site):
                yield made, site


def _is_scheduler(script: Script, site: Site) -> bool:
    role = script.role(site.node.func.value, site.scope)
    return role is not None and role.kind == "scheduler" and role.evidence.kind != NAME


@pitfall("scheduler-per-batch")
def check_per_batch(findings: Findings) -> Iterator[Pitfall]:
    """A schedule whose period counts epochs is stepped after each batch."""
    for made, site in _stepped(findings):
        if made.per != "step" or site.node.args or made.period is None:
            continue
        if made.api not in _COUNTED or not _counts_epochs(findings, made):
            continue
        yield report(
            "scheduler-per-batch",
            WARNING,
            (site.line, site.last),
            made.evidence.kind,
            name=made.name,
            api=made.api,
            period=made.period,
            made=made.line,
        )


def _counts_epochs(findings: Findings, made: LrSchedule) -> bool:
    """Whether a period says that it is in epochs: by its words, or since the drops of a staircase
    would all come within the number of epochs."""
    named = _named(made.period)
    if named & _STEPS:
        return False
    if named & _EPOCHS:
        return True
    numbers = [int(n) for n in re.findall(r"(?<![\w.])\d+(?![\w.])", made.period or "")]
    plain = re.fullmatch(r"[\s\d,\[\]()]+", made.period or "")
    ends = [loop.stop_value for loop in findings.of(EpochLoop) if loop.unit == "epoch"]
    if made.api not in _STAIRS or not plain or not numbers or len(ends) != 1 or ends[0] is None:
        return False
    return 1 < max(numbers) <= ends[0]


def _named(written: str | None) -> set[str]:
    """The words in an expression."""
    names = re.findall(r"[A-Za-z_]\w*", written or "")
    return {word for name in names for word in words(name)}


@pitfall("scheduler-per-epoch")
def check_per_epoch(findings: Findings) -> Iterator[Pitfall]:
    """A schedule whose length counts batches is stepped once an epoch."""
    script = findings.script
    for made, site in _stepped(findings):
        if made.per != "epoch" or site.node.args:
            continue
        length = _length_in_steps(script, made)
        if length is None:
            continue
        yield report(
            "scheduler-per-epoch",
            WARNING,
            (site.line, site.last),
            made.evidence.kind,
            name=made.name,
            api=made.api,
            length=length,
            made=made.line,
        )


def _length_in_steps(script: Script, made: LrSchedule) -> str | None:
    """The argument that says that a schedule counts batches: `steps_per_epoch=len(loader)`."""
    site = _made_by(script, made)
    steps = script.argument_text(site, "steps_per_epoch") if site is not None else None
    if made.api == "OneCycleLR" and steps is not None and steps != "1":
        return f"steps_per_epoch={steps}"
    if made.api in ("CosineAnnealingLR", "OneCycleLR") and re.search(
        r"\blen\(\w*loader\w*\)", made.period or ""
    ):
        return made.period
    return None


def _made_by(script: Script, made: LrSchedule) -> Site | None:
    for site in script.call_sites():
        if site.line == made.line and site.known and site.known.api.kind == "scheduler":
            return site
    return None


@pitfall("scheduler-past-its-end")
def check_end(findings: Findings) -> Iterator[Pitfall]:
    """A schedule of a fixed length in a loop over more epochs."""
    loops = [loop for loop in findings.of(EpochLoop) if loop.unit == "epoch"]
    if len(loops) != 1 or loops[0].stop_value is None:
        return
    epochs = loops[0].stop_value - (loops[0].start_value or 0)
    for made, site in _stepped(findings):
        length = _length(findings.script, made)
        if made.per != "epoch" or site.node.args or length is None or length[1] >= epochs:
            continue
        if findings.script.condition(site.statement) is not None:
            continue
        ends = made.api == "OneCycleLR"
        yield report(
            "scheduler-past-its-end",
            ERROR if ends else NOTE,
            (made.line, made.end),
            made.evidence.kind,
            name=made.name,
            api=made.api,
            length=length[0],
            length_value=length[1],
            epochs=epochs,
            stepped=site.line,
            loop=loops[0].line,
        )


def _length(script: Script, made: LrSchedule) -> tuple[str, int | float] | None:
    """The length of a schedule that counts epochs, as `name=value` and as a number."""
    if made.api == "CosineAnnealingLR" and made.period and made.period_value is not None:
        return f"T_max={made.period}", made.period_value
    site = _made_by(script, made)
    if made.api != "OneCycleLR" or site is None:
        return None
    total = script.argument(site, "total_steps")
    value = script.value(total, site.statement.index) if total is not None else None
    return (f"total_steps={script.argument_text(site, 'total_steps')}", value) if value else None


@pitfall("warmup-in-epochs-per-step")
def check_warmup(findings: Findings) -> Iterator[Pitfall]:
    """The length of a warm-up is in epochs, and batches are counted."""
    for warmup in findings.of(LrWarmup):
        length = _named(warmup.length)
        if not length & _EPOCHS or length & _STEPS:
            continue
        counted = _counts_batches(findings, warmup)
        if counted is None:
            continue
        yield report(
            "warmup-in-epochs-per-step",
            WARNING,
            (warmup.line, warmup.end),
            warmup.evidence.kind,
            length=warmup.length,
            counter=warmup.counter,
            name=warmup.name,
            stepped=counted or None,
        )


def _counts_batches(findings: Findings, warmup: LrWarmup) -> int | None:
    """Where a schedule of torch.optim is stepped once a batch, or 0 when a branch compares the
    length with a counter of batches; None when neither is seen."""
    if warmup.how == "schedule":
        for made, site in _stepped(findings):
            if made.line == warmup.line and made.per == "step" and not site.node.args:
                return site.line
        return None
    counter = _named(warmup.counter)
    steps = counter & {"step", "steps", "iter", "iteration", "niter", "batch"}
    return 0 if warmup.how == "branch" and steps and not counter & _EPOCHS else None


_TOP = (
    "import torch\n"
    "from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, MultiStepLR, OneCycleLR\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
)
_BATCHES = (
    "    for x, y in train_loader:\n"
    "        optimizer.zero_grad()\n"
    "        criterion(model(x), y).backward()\n"
)
_UPDATE = "        optimizer.step()\n"
_STEP = "scheduler.step()\n"
_STAIRCASE = _TOP + "scheduler = MultiStepLR(optimizer, [30, 60])\nfor epoch in range(90):\n"
_COSINE = _TOP + "scheduler = CosineAnnealingLR(optimizer, T_max=epochs)\n"
_COSINE += "for epoch in range(epochs):\n"
_ONE = "scheduler = OneCycleLR(optimizer, 0.1, "
_TOTAL = _TOP + _ONE + "total_steps=50)\nfor epoch in range(90):\n"
_CYCLE = _TOP + _ONE + "steps_per_epoch=len(train_loader), epochs=9)\nfor epoch in range(9):\n"
_WARM = _TOP + "scheduler = LinearLR(optimizer, 0.1, total_iters=warmup_epochs)\n"
_WARM += "for epoch in range(9):\n"
_BRANCH = (
    "def learning_rate(step):\n"
    "    if step < warmup_epochs:\n"
    "        return base_lr * step / warmup_epochs\n"
    "    return base_lr\n"
)
EXAMPLES = {
    "scheduler-before-optimizer": {
        _STAIRCASE + "    " + _STEP + _BATCHES + _UPDATE: [(6, 6)],
        _COSINE + _BATCHES + "        " + _STEP + _UPDATE: [(9, 9)],
    },
    "scheduler-per-batch": {
        _COSINE + _BATCHES + _UPDATE + "        " + _STEP: [(10, 10)],
        _STAIRCASE + _BATCHES + _UPDATE + "        " + _STEP: [(10, 10)],
    },
    "scheduler-per-epoch": {
        _CYCLE + _BATCHES + _UPDATE + "    " + _STEP: [(10, 10)],
        _COSINE.replace("T_max=epochs", "len(train_loader) * epochs")
        + _BATCHES
        + _UPDATE
        + "    "
        + _STEP: [(10, 10)],
    },
    "scheduler-past-its-end": {
        _TOTAL + _BATCHES + _UPDATE + "    " + _STEP: [(4, 4)],
        _TOTAL.replace(_ONE + "total_steps=50)", "scheduler = CosineAnnealingLR(optimizer, 50)")
        + _BATCHES
        + _UPDATE
        + "    "
        + _STEP: [(4, 4)],
    },
    "warmup-in-epochs-per-step": {
        _WARM + _BATCHES + _UPDATE + "        " + _STEP: [(4, 4)],
        _BRANCH: [(3, 3)],
    },
}
COUNTEREXAMPLES = {
    "scheduler-before-optimizer": {
        _STAIRCASE + _BATCHES + _UPDATE + "    " + _STEP: "the optimizer steps first",
        _STAIRCASE + "    scheduler.step(epoch)\n" + _BATCHES + _UPDATE: "it is told the epoch",
    },
    "scheduler-per-batch": {
        _COSINE + _BATCHES + _UPDATE + "    " + _STEP: "it is stepped once an epoch",
        _COSINE.replace("T_max=epochs", "T_max=epochs * len(train_loader)")
        + _BATCHES
        + _UPDATE
        + "        "
        + _STEP: "its period is in batches",
        _STAIRCASE.replace("[30, 60]", "[30000, 60000]")
        + _BATCHES
        + _UPDATE
        + "        "
        + _STEP: "its milestones are in batches",
    },
    "scheduler-per-epoch": {
        _CYCLE + _BATCHES + _UPDATE + "        " + _STEP: "it is stepped after each batch",
        _COSINE + _BATCHES + _UPDATE + "    " + _STEP: "its period is in epochs",
    },
    "scheduler-past-its-end": {
        _TOTAL.replace("50", "90") + _BATCHES + _UPDATE + "    " + _STEP: "it is long enough",
        _COSINE + _BATCHES + _UPDATE + "    " + _STEP: "the numbers are unknown",
    },
    "warmup-in-epochs-per-step": {
        _WARM + _BATCHES + _UPDATE + "    " + _STEP: "it is stepped once an epoch",
        _BRANCH.replace("step", "epoch"): "epochs are counted",
        _BRANCH.replace("warmup_epochs", "warmup_steps"): "both are in batches",
    },
}
