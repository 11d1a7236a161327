"""Schedules of the learning rate: stepped in the right place, and as often as they are made for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pseudogen.names.blocks import (
    branches,
    calls_of_methods,
    receiver,
    statements_at,
    updates_below,
)
from pseudogen.names.evidence import NAME
from pseudogen.names.origins import makers
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.epoch_loop import EpochLoop
from pseudogen.patterns.lr_schedule import LrSchedule
from pseudogen.patterns.lr_warmup import LrWarmup
from pseudogen.pitfall import ERROR, NOTE, WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

EPOCHS = frozenset({"epoch", "epochs"})
STEPS = frozenset(
    {"step", "steps", "iter", "iters", "iteration", "iterations", "len", "batch", "batches"}
    | {"update", "updates", "niter", "nb"}
)
_STAIRS = ("StepLR", "MultiStepLR", "StepDecay", "MultiStepDecay")
_COSINES = ("CosineAnnealingLR", "CosineAnnealingDecay")
_COUNTED = (*_STAIRS, *_COSINES, "PolynomialLR", "LinearLR")


@pitfall("scheduler-before-optimizer")
def check_order(findings: Findings) -> Iterator[Pitfall]:
    """`scheduler.step()` comes first in each round, the optimizer's step after it."""
    script = findings.script
    for made, site in stepped_schedules(findings):
        loop = script.loop_around(site.statement)
        if loop is None or site.node.args:
            continue
        block = next(iter(branches(script, site.statement, loop)), loop)
        updates = updates_below(script, block)
        here = site.statement.index
        if not updates or min(updates) <= here or len(updates_below(script, loop)) > len(updates):
            continue
        yield report(
            "scheduler-before-optimizer",
            WARNING,
            (site.line, site.last),
            made.evidence.kind,
            name=receiver(site),
            update=script.tree.statements[min(updates)].first,
            per=script.unit(site.statement),
        )


def stepped_schedules(findings: Findings) -> Iterator[tuple[LrSchedule, Site]]:
    """The schedules that a script makes with a library, each with the calls that step it, also
    where it was passed on under another name."""
    script = findings.script
    schedules = [made for made in findings.of(LrSchedule) if _is_from_library(made)]
    for site in calls_of_methods(script, "step") if schedules else ():
        if not receiver(site) or not _is_scheduler(script, site):
            continue
        named = [made for made in schedules if made.name == receiver(site)]
        for made in named or _passed_on(script, site, schedules):
            yield made, site


def _is_from_library(made: LrSchedule) -> bool:
    libraries = ("torch.optim.lr_scheduler.", "transformers.", "paddle.optimizer.lr.")
    library = any(name.startswith(libraries) for name in made.evidence.names)
    return made.action == "made" and made.name is not None and library


def _passed_on(script: Script, site: Site, schedules: list[LrSchedule]) -> list[LrSchedule]:
    made = makers(script, site.node.func.value, site.statement.index)
    lines = {script.tree.statements[at].first for _, at in made}
    return [schedule for schedule in schedules if schedule.line in lines]


def _is_scheduler(script: Script, site: Site) -> bool:
    role = script.role(site.node.func.value, site.scope)
    return role is not None and role.kind == "scheduler" and role.evidence.kind != NAME


@pitfall("scheduler-per-batch")
def check_per_batch(findings: Findings) -> Iterator[Pitfall]:
    """A schedule whose period counts epochs is stepped after each batch."""
    script = findings.script
    warm = {found.line for found in findings.of(LrWarmup)}
    for made, site in stepped_schedules(findings):
        if script.unit(site.statement) != "step" or site.node.args or made.period is None:
            continue
        if made.api not in _COUNTED or made.line in warm or not _counts_epochs(findings, made):
            continue
        yield report(
            "scheduler-per-batch",
            WARNING,
            (site.line, site.last),
            made.evidence.kind,
            name=receiver(site),
            api=made.api,
            period=made.period,
            made=made.line,
        )


def _counts_epochs(findings: Findings, made: LrSchedule) -> bool:
    """Whether a period says that it is in epochs: by its words, or since the drops of a staircase
    would all come within the number of epochs."""
    named = words_of(made.period)
    if named & STEPS:
        return False
    if named & EPOCHS:
        return True
    if made.api in _COSINES and re.fullmatch(r"\d+", made.period or ""):
        loops = [loop.over for loop in findings.of(EpochLoop) if loop.unit == "epoch"]
        return any(re.search(rf"\b{made.period}\b", over or "") for over in loops)
    numbers = [int(n) for n in re.findall(r"(?<![\w.])\d+(?![\w.])", made.period or "")]
    plain = re.fullmatch(r"[\s\d,\[\]()]+", made.period or "")
    ends = [loop.stop_value for loop in findings.of(EpochLoop) if loop.unit == "epoch"]
    if made.api not in _STAIRS or not plain or not numbers or len(ends) != 1 or ends[0] is None:
        return False
    return 1 < max(numbers) <= ends[0]


def words_of(written: str | None) -> set[str]:
    """The words in an expression."""
    names = re.findall(r"[A-Za-z_]\w*", written or "")
    return {word for name in names for word in words(name)}


@pitfall("scheduler-per-epoch")
def check_per_epoch(findings: Findings) -> Iterator[Pitfall]:
    """A schedule whose length counts batches is stepped once an epoch."""
    script = findings.script
    for made, site in stepped_schedules(findings):
        if script.unit(site.statement) != "epoch" or site.node.args:
            continue
        length = _length_in_steps(script, made)
        if length is None:
            continue
        yield report(
            "scheduler-per-epoch",
            WARNING,
            (site.line, site.last),
            made.evidence.kind,
            name=receiver(site),
            api=made.api,
            length=length,
            made=made.line,
        )


def _length_in_steps(script: Script, made: LrSchedule) -> str | None:
    """The argument that says that a schedule counts batches: `steps_per_epoch=len(loader)`."""
    site = _made_by(script, made)
    if site is None:
        return None
    steps = script.argument_text(site, "steps_per_epoch")
    if made.api == "OneCycleLR" and steps is not None and steps != "1":
        return f"steps_per_epoch={steps}"
    for name in ("T_max", "total_steps", "total_iters", "num_training_steps"):
        node = script.argument(site, name)
        if node is not None and _has_batches(script, node, site.statement.index):
            return text(node)
    return None


def _has_batches(script: Script, node: Any, at: int) -> bool:
    """Whether the length of a loader goes into a number, directly or by way of a variable."""
    if re.search(r"\blen\([\w.]*(loader|_dl)\w*\)", text(node)):
        return True
    name = dotted(node)
    found = script.reaching(name, at) if name else []
    return (
        len(found) == 1
        and found[0].how == "assign"
        and _has_batches(script, found[0].value, found[0].statement)
    )


def _made_by(script: Script, made: LrSchedule) -> Site | None:
    for statement in statements_at(script, made.line):
        for site in script.calls_in(statement):
            if site.known and site.known.api.kind == "scheduler":
                return site
    return None


@pitfall("scheduler-past-its-end")
def check_end(findings: Findings) -> Iterator[Pitfall]:
    """A schedule of a fixed length in a loop over more epochs."""
    loops = [loop for loop in findings.of(EpochLoop) if loop.unit == "epoch"]
    if len(loops) != 1 or loops[0].stop_value is None:
        return
    epochs = loops[0].stop_value - (loops[0].start_value or 0)
    script = findings.script
    for made, site in stepped_schedules(findings):
        length = _length(script, made)
        once = script.unit(site.statement) == "epoch" and not site.node.args
        if not once or length is None or length[1] >= epochs:
            continue
        if script.condition(site.statement) is not None:
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
    if made.api in _COSINES and made.period and made.period_value is not None:
        return f"T_max={made.period}", made.period_value
    site = _made_by(script, made)
    if made.api != "OneCycleLR" or site is None:
        return None
    total = script.argument(site, "total_steps")
    value = script.value(total, site.statement.index) if total is not None else None
    return (f"total_steps={script.argument_text(site, 'total_steps')}", value) if value else None


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
_WARMED = (
    "import torch\n"
    "from transformers import get_linear_schedule_with_warmup\n"
    "optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)\n"
    "total = len(train_loader) * 3\n"
    "scheduler = get_linear_schedule_with_warmup(optimizer, 10, total)\n"
    "for epoch in range(3):\n"
)
_PASSED = (
    "def train(loader, opt, schedule):\n"
    "    for x, y in loader:\n"
    "        opt.zero_grad()\n"
    "        criterion(model(x), y).backward()\n"
    "        opt.step()\n"
    "        schedule.step()\n"
)
_EVERY = "        if step % 4 == 3:\n"
EXAMPLES = {
    "scheduler-before-optimizer": {
        _STAIRCASE + "    " + _STEP + _BATCHES + _UPDATE: [(6, 6)],
        _COSINE + _BATCHES + "        " + _STEP + _UPDATE: [(9, 9)],
        _COSINE + _BATCHES + _EVERY + "            " + _STEP + "    " + _UPDATE: [(10, 10)],
    },
    "scheduler-per-batch": {
        _COSINE + _BATCHES + _UPDATE + "        " + _STEP: [(10, 10)],
        _STAIRCASE + _BATCHES + _UPDATE + "        " + _STEP: [(10, 10)],
        _PASSED + _COSINE + "    train(train_loader, optimizer, scheduler)\n": [(6, 6)],
    },
    "scheduler-per-epoch": {
        _CYCLE + _BATCHES + _UPDATE + "    " + _STEP: [(10, 10)],
        _COSINE.replace("T_max=epochs", "len(train_loader) * epochs")
        + _BATCHES
        + _UPDATE
        + "    "
        + _STEP: [(10, 10)],
        _WARMED + _BATCHES + _UPDATE + "    " + _STEP: [(11, 11)],
    },
    "scheduler-past-its-end": {
        _TOTAL + _BATCHES + _UPDATE + "    " + _STEP: [(4, 4)],
        _TOTAL.replace(_ONE + "total_steps=50)", "scheduler = CosineAnnealingLR(optimizer, 50)")
        + _BATCHES
        + _UPDATE
        + "    "
        + _STEP: [(4, 4)],
    },
}
COUNTEREXAMPLES = {
    "scheduler-before-optimizer": {
        _COSINE + _BATCHES + _EVERY + "    " + _UPDATE + "            " + _STEP: "likewise, below",
        _STAIRCASE + "    if epoch:\n        " + _STEP + _BATCHES + _UPDATE: "not at first",
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
        _WARMED + _BATCHES + _UPDATE + "        " + _STEP: "the length is in batches, too",
        _CYCLE + _BATCHES + _UPDATE + "        " + _STEP: "it is stepped after each batch",
        _COSINE + _BATCHES + _UPDATE + "    " + _STEP: "its period is in epochs",
    },
    "scheduler-past-its-end": {
        _TOTAL.replace("50", "90") + _BATCHES + _UPDATE + "    " + _STEP: "it is long enough",
        _COSINE + _BATCHES + _UPDATE + "    " + _STEP: "the numbers are unknown",
    },
}
