"""Schedules that are made for updates, each of several passes: stepped once for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import (
    branches,
    inside,
    mentions,
    names_in,
    receiver,
    statement_at,
    statements_at,
    updates_below,
)
from pseudogen.names.script import Script, Site
from pseudogen.patterns.gradient_accumulation import GradientAccumulation
from pseudogen.patterns.lr_schedule import LrSchedule
from pseudogen.pitfall import WARNING, Findings, Pitfall, pitfall, report
from pseudogen.pitfalls.schedule import stepped_schedules
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_FRAMEWORKS = ("accelerat", "deepspeed", "fabric.")
"""Whose schedules may wait for the update themselves."""
_LENGTHS = ("T_max", "total_steps", "total_iters", "num_training_steps")
_DIVIDES = (cst.Divide, cst.FloorDivide)
_DEPTH = 4
"""Variables between the length of a schedule and a division."""


@pitfall("scheduler-in-every-pass")
def check_passes(findings: Findings) -> Iterator[Pitfall]:
    """`scheduler.step()` after each batch, of a schedule whose length counts updates."""
    script = findings.script
    if not findings.of(GradientAccumulation) or mentions(script, *_FRAMEWORKS):
        return
    for made, site in stepped_schedules(findings):
        part = _turn(findings, site) if not site.node.args else None
        length = _length(script, made, part.steps or "") if part is not None else None
        if part is None or length is None:
            continue
        yield report(
            "scheduler-in-every-pass",
            WARNING,
            (site.line, site.last),
            made.evidence.kind,
            name=receiver(site),
            api=made.api,
            made=made.line,
            length=length,
            steps=part.steps,
            condition=part.condition,
            condition_line=part.line,
        )


def _turn(findings: Findings, site: Site) -> GradientAccumulation | None:
    """The condition below which alone the loop of a call updates, where the call waits for none."""
    script = findings.script
    loop = script.loop_around(site.statement)
    if loop is None or branches(script, site.statement, loop):
        return None
    for part in findings.of(GradientAccumulation):
        header = statement_at(script, part.line)
        if part.part != "condition" or part.steps is None or part.steps_value == 1:
            continue
        if script.loop_around(header) is loop and _updates_there(script, header, loop):
            return part
    return None


def _updates_there(script: Script, header: Statement, loop: Statement) -> bool:
    """Whether all updates of a loop stand under a condition."""
    updates = [script.tree.statements[index] for index in updates_below(script, loop)]
    return bool(updates) and all(inside(header, update) for update in updates)


def _length(script: Script, made: LrSchedule, steps: str) -> str | None:
    """The length of a schedule as written, where a division by the number of passes goes into
    it."""
    for statement in statements_at(script, made.line):
        for site in script.calls_in(statement):
            if site.known is None or site.known.api.kind != "scheduler":
                continue
            for name in _LENGTHS:
                node = script.argument(site, name)
                if node is not None and _is_divided(script, node, statement.index, steps, 0):
                    return text(node)
    return None


def _is_divided(script: Script, node: Any, at: int, steps: str, depth: int) -> bool:
    """Whether a value is divided, or one of the variables that it is made of."""
    quotients = (part for part in descendants(node) if type(part) is cst.BinaryOperation)
    if any(type(q.operator) in _DIVIDES and text(q.right) == steps for q in quotients):
        return True
    return depth < _DEPTH and any(
        binding.value is not None
        and _is_divided(script, binding.value, binding.statement, steps, depth + 1)
        for name in names_in(node)
        for binding in script.reaching(name, at)
    )


_TOP = (
    "import torch\n"
    "from torch.optim.lr_scheduler import CosineAnnealingLR\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
    "updates = len(loader) // args.accum_steps\n"
    "scheduler = CosineAnnealingLR(optimizer, T_max=updates * args.epochs)\n"
    "for epoch in range(args.epochs):\n"
    "    for i, (x, y) in enumerate(loader):\n"
    "        loss = criterion(model(x), y) / args.accum_steps\n"
    "        loss.backward()\n"
    "        if (i + 1) % args.accum_steps == 0:\n"
    "            optimizer.step()\n"
    "            optimizer.zero_grad()\n"
)
_STEP = "        scheduler.step()\n"
_WARMED = _TOP.replace(
    "torch.optim.lr_scheduler import CosineAnnealingLR",
    "transformers import get_linear_schedule_with_warmup",
).replace(
    "CosineAnnealingLR(optimizer, T_max=updates * args.epochs)",
    "get_linear_schedule_with_warmup(optimizer, 10, args.epochs * updates)",
)
EXAMPLES = {
    "scheduler-in-every-pass": {
        _TOP + _STEP: [(13, 13)],
        _WARMED + _STEP: [(13, 13)],
    },
}
COUNTEREXAMPLES = {
    "scheduler-in-every-pass": {
        _TOP + "    " + _STEP: "it waits for the update",
        _TOP.replace(" // args.accum_steps", "") + _STEP: "its length counts batches, too",
        _TOP.replace("        if (i", "        optimizer.step()\n        if (i") + _STEP: (
            "each pass makes an update"
        ),
        _TOP + _STEP.replace("    ", "", 1): "it is stepped once an epoch",
    },
}
