"""Accumulated gradients: summed so that the update is right, to the last batch."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from pseudogen.names.blocks import (
    calls_of_methods,
    has_word,
    mentions,
    method,
    statement_at,
)
from pseudogen.names.script import Script
from pseudogen.patterns.batch_loop import BatchLoop
from pseudogen.patterns.gradient_accumulation import GradientAccumulation
from pseudogen.patterns.training_step import TrainingStep
from pseudogen.pitfall import NOTE, WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_FRAMEWORKS = ("accelerat", "deepspeed", "no_sync", "fabric.")
_SCALED_LATER = ("scale_grad", "grad.mul_(", "grad.div_(", "grad /=", "grad *=", "divide_grad")
"""What divides the gradients themselves, once they are all there."""


@pitfall("accumulated-loss-not-divided")
def check_divided(findings: Findings) -> Iterator[Pitfall]:
    """Gradients of several backward passes are added up, and nothing divides the loss."""
    script = findings.script
    if mentions(script, *_FRAMEWORKS, *_SCALED_LATER):
        return
    for part in findings.of(GradientAccumulation):
        if part.part != "condition" or not part.steps or not _adds_up(findings, part):
            continue
        if _divides(findings, part) or (part.steps_value or 2) <= 1:
            continue
        step = _backward_of(findings, part)
        if step is None or step.loss is None:
            continue
        yield report(
            "accumulated-loss-not-divided",
            WARNING,
            (step.line, step.end),
            part.evidence.kind,
            loss=step.loss,
            steps=part.steps,
            condition=part.condition,
            condition_line=part.line,
        )


def _adds_up(findings: Findings, part: GradientAccumulation) -> bool:
    """Whether the block under the condition steps an optimizer and clears the gradients."""
    script = findings.script
    below = {method(s) for s in script.calls_below(statement_at(script, part.line))}
    return {"step", "zero_grad"} <= below


def _divides(findings: Findings, part: GradientAccumulation) -> bool:
    """Whether anything in the script is divided by, or multiplied with, the number of passes."""
    script = findings.script
    if any(f.part == "division" for f in findings.of(GradientAccumulation)):
        return True
    last = (part.steps or "").rpartition(".")[2]
    for place in script.tree.occurrences[cst.BinaryOperation]:
        if type(place.node.operator) in (cst.Divide, cst.Multiply):
            sides = (text(place.node.left), text(place.node.right))
            if _is_number_of(part, last, *sides):
                return True
    return any(
        type(s.node) is cst.AugAssign
        and type(s.node.operator) in (cst.DivideAssign, cst.MultiplyAssign)
        and _is_number_of(part, last, text(s.node.value))
        for s in script.tree.statements
    )


def _is_number_of(part: GradientAccumulation, last: str, *operands: str) -> bool:
    """Whether an operand is the number of passes, by its name or by its value."""
    value = str(part.steps_value) if part.steps_value is not None else None
    if last.isdigit():
        return last in operands
    return any(last in operand or operand == value for operand in operands)


def _backward_of(findings: Findings, part: GradientAccumulation) -> TrainingStep | None:
    script = findings.script
    loop = script.loop_around(statement_at(script, part.line))
    for step in findings.of(TrainingStep):
        statement = statement_at(script, step.line)
        if step.how == "backward" and loop is not None and script.loop_around(statement) is loop:
            return step
    return None


@pitfall("accumulation-rest-lost")
def check_rest(findings: Findings) -> Iterator[Pitfall]:
    """The batches after the last full accumulation of an epoch do not reach an update of their
    own."""
    script = findings.script
    for part in findings.of(GradientAccumulation):
        if part.part != "condition" or part.last or not _adds_up(findings, part):
            continue
        header = statement_at(script, part.line)
        loop = script.loop_around(header)
        if loop is None or _steps_later(script, loop) or "len(" in (part.condition or ""):
            continue
        over = next((b for b in findings.of(BatchLoop) if b.line == loop.first and b.loader), None)
        if over is None or over.index is None or not has_word(part.condition, over.index):
            continue
        yield report(
            "accumulation-rest-lost",
            NOTE,
            (part.line, part.end),
            part.evidence.kind,
            condition=part.condition,
            steps=part.steps,
            loader=over.loader,
            at_end=_last_batch(script, loop, over),
        )


def _last_batch(script: Script, loop: Statement, over: BatchLoop) -> str:
    """The condition that holds in the last round: `i + 1 == len(loader)`, or without the 1 where
    counting begins at 1."""
    counts = script.tree.lines[loop.first - 1].replace(" ", "")
    from_one = ",1)" in counts or "start=1)" in counts
    index = over.index if from_one else f"{over.index} + 1"
    return f"{index} == len({over.loader})"


def _steps_later(script: Script, loop: Statement) -> bool:
    """Whether the function steps an optimizer again below the loop."""
    return any(
        site.statement.index >= loop.after
        and site.statement.scope == loop.scope
        and script.is_a(getattr(site.node.func, "value", None), site.scope, "scheduler") is None
        for site in calls_of_methods(script, "step")
    )


_TOP = "import torch\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
_LOOP = "for i, (x, y) in enumerate(train_loader):\n    loss = criterion(model(x), y)\n"
_ROUND = (
    "    if (i + 1) % accum_steps == 0:\n        optimizer.step()\n        optimizer.zero_grad()\n"
)
_DIVIDED = _LOOP + "    loss = loss / accum_steps\n    loss.backward()\n"
EXAMPLES = {
    "accumulated-loss-not-divided": {
        _TOP + _LOOP + "    loss.backward()\n" + _ROUND: [(5, 5)],
        _TOP + _LOOP + "    scaler.scale(loss).backward()\n"
        "    if (i + 1) % args.accumulation_steps == 0:\n"
        "        scaler.step(optimizer)\n"
        "        scaler.update()\n"
        "        optimizer.zero_grad()\n": [(5, 5)],
        _TOP + _LOOP + "    loss.backward()\n" + _ROUND.replace("accum_steps", "4"): [(5, 5)],
    },
    "accumulation-rest-lost": {
        _TOP + _DIVIDED + _ROUND: [(7, 7)],
        _TOP + _DIVIDED.replace("i,", "step,") + _ROUND.replace("(i + 1)", "(step + 1)"): [(7, 7)],
    },
}
COUNTEREXAMPLES = {
    "accumulated-loss-not-divided": {
        _TOP + _DIVIDED + _ROUND: "it is divided",
        _TOP + (_DIVIDED + _ROUND).replace("accum_steps", "4"): "it is divided by the same number",
        _TOP + _LOOP + "    loss.backward()\n    optimizer.step()\n": "nothing is accumulated",
    },
    "accumulation-rest-lost": {
        _TOP + _DIVIDED + _ROUND.replace(" == 0", " == 0 or i + 1 == len(train_loader)"): (
            "the last batch is taken"
        ),
        _TOP + _DIVIDED + _ROUND + "optimizer.step()\n": "a last step follows",
    },
}
