"""Warm-ups: as long as they are meant to be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pseudogen.names.script import Site
from pseudogen.names.words import words
from pseudogen.patterns.lr_schedule import LrSchedule
from pseudogen.patterns.lr_warmup import LrWarmup
from pseudogen.pitfall import WARNING, Findings, Pitfall, pitfall, report
from pseudogen.pitfalls.schedule import EPOCHS, STEPS, stepped_schedules, words_of


@pitfall("warmup-in-epochs-per-step")
def check_warmup(findings: Findings) -> Iterator[Pitfall]:
    """The length of a warm-up is in epochs, and batches are counted."""
    yield from _warming_lambdas(findings)
    for warmup in findings.of(LrWarmup):
        length = words_of(warmup.length)
        if not length & EPOCHS or length & STEPS:
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


def _warming_lambdas(findings: Findings) -> Iterator[Pitfall]:
    """`LambdaLR(optimizer, lambda s: min(1, s / warmup_epochs))`, stepped once a batch."""
    for made, site in _stepped_lambdas(findings):
        for divisor in re.findall(r"/ ([A-Za-z_][\w.]*)", made.factor or ""):
            named = set(words(divisor))
            if named & EPOCHS and {"warm", "warmup"} & named and not named & STEPS:
                yield report(
                    "warmup-in-epochs-per-step",
                    WARNING,
                    (made.line, made.end),
                    made.evidence.kind,
                    length=divisor,
                    counter=None,
                    name=made.name,
                    stepped=site.line,
                )
                break


def _stepped_lambdas(findings: Findings) -> Iterator[tuple[LrSchedule, Site]]:
    for made, site in stepped_schedules(findings):
        per_step = findings.script.unit(site.statement) == "step" and not site.node.args
        if made.api == "LambdaLR" and per_step:
            yield made, site


def _counts_batches(findings: Findings, warmup: LrWarmup) -> int | None:
    """Where a schedule of torch.optim is stepped once a batch, or 0 when a branch compares the
    length with a counter of batches; None when neither is seen."""
    if warmup.how == "schedule":
        for made, site in stepped_schedules(findings):
            per_step = findings.script.unit(site.statement) == "step"
            if made.line == warmup.line and per_step and not site.node.args:
                return site.line
        return None
    for made, site in _stepped_lambdas(findings):
        for function in findings.script.functions(made.factor or ""):
            if function.first <= warmup.line <= function.end:
                return site.line
    counter = words_of(warmup.counter)
    steps = counter & {"step", "steps", "iter", "iteration", "niter", "batch"}
    return 0 if warmup.how == "branch" and steps and not counter & EPOCHS else None


_TOP = (
    "import torch\n"
    "from torch.optim.lr_scheduler import LambdaLR, LinearLR\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
)
_LOOP = "for epoch in range(9):\n"
_BATCHES = (
    "    for x, y in train_loader:\n"
    "        optimizer.zero_grad()\n"
    "        criterion(model(x), y).backward()\n"
)
_UPDATE = "        optimizer.step()\n"
_STEP = "scheduler.step()\n"
_WARM = _TOP + "scheduler = LinearLR(optimizer, 0.1, total_iters=warmup_epochs)\n" + _LOOP
_LAMBDA = _TOP + "scheduler = LambdaLR(optimizer, lambda s: min(1, s / warmup_epochs))\n" + _LOOP
_BRANCH = (
    "def learning_rate(step):\n"
    "    if step < warmup_epochs:\n"
    "        return base_lr * step / warmup_epochs\n"
    "    return base_lr\n"
)
_FACTOR = (
    _BRANCH.replace("step", "epoch") + _TOP + "scheduler = LambdaLR(optimizer, learning_rate)\n"
)
EXAMPLES = {
    "warmup-in-epochs-per-step": {
        _WARM + _BATCHES + _UPDATE + "        " + _STEP: [(4, 4)],
        _BRANCH: [(3, 3)],
        _LAMBDA + _BATCHES + _UPDATE + "        " + _STEP: [(4, 4)],
        _FACTOR + _LOOP + _BATCHES + _UPDATE + "        " + _STEP: [(3, 3)],
    },
}
COUNTEREXAMPLES = {
    "warmup-in-epochs-per-step": {
        _WARM + _BATCHES + _UPDATE + "    " + _STEP: "it is stepped once an epoch",
        _BRANCH.replace("step", "epoch"): "epochs are counted",
        _BRANCH.replace("warmup_epochs", "warmup_steps"): "both are in batches",
        _LAMBDA + _BATCHES + _UPDATE + "    " + _STEP: "likewise for a function of the epoch",
    },
}
