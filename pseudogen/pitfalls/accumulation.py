"""Accumulated gradients: summed so that the update is right, to the last batch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import (
    calls_of_methods,
    has_word,
    mentions,
    method,
    names_in,
    statement_at,
)
from pseudogen.names.evidence import NAME
from pseudogen.names.script import Script
from pseudogen.names.words import words
from pseudogen.patterns.batch_loop import BatchLoop
from pseudogen.patterns.gradient_accumulation import GradientAccumulation
from pseudogen.patterns.training_step import TrainingStep
from pseudogen.pitfall import NOTE, WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_FRAMEWORKS = (
    *(".accumulate(", "gradient_accumulation_steps=", "GradientAccumulationPlugin"),
    *("deepspeed", "no_sync", "fabric."),
)
"""What divides the loss itself, or may."""
_PASSES = frozenset({"accum", "accumulate", "accumulation", "accumulated", "micro", "microbatches"})
"""Words of the number of passes to one step."""
_NO_LOSS = frozenset(
    {"len", "batch", "batches", "bs", "size", "epoch", "epochs", "step", "steps", "num", "n", "lr"}
    | {"examples", "features", "samples", "iters", "iter", "updates", "rate", "world", "gpus"}
    | {"total", "max", "tokens", "workers"}
)
"""Words of operands that count, and of rates."""
_ARITHMETIC = {"len", "int", "float", "max", "min", "round", "ceil", "math.ceil"}
_LAST = frozenset({"end", "final", "full", "last", "rest", "sync", "update"})
"""Words of a flag that may stand for the last batch of an epoch."""
_SCALED_LATER = ("scale_grad", "grad.mul_(", "grad.div_(", "grad /=", "grad *=", "divide_grad")
"""What divides the gradients themselves, once they are all there."""


@pitfall("accumulated-loss-not-divided")
def check_divided(findings: Findings) -> Iterator[Pitfall]:
    """Gradients of several backward passes are added up, and nothing divides the loss."""
    found = list(_added_up(findings))
    if found and not mentions(findings.script, *_FRAMEWORKS, *_SCALED_LATER):
        yield from found


def _added_up(findings: Findings) -> Iterator[Pitfall]:
    """Where gradients are added up whose loss nothing divides."""
    for part in findings.of(GradientAccumulation):
        if part.part != "condition" or not part.steps or not _adds_up(findings, part):
            continue
        step = _backward_of(findings, part)
        if step is None or _divides(findings, part.steps, part.steps_value):
            continue
        where = {"condition": part.condition, "condition_line": part.line}
        yield from _undivided(step, part.evidence.kind, part.steps, **where)
    for step, loop, steps in _passes(findings):
        value = findings.script.value(steps, loop.index)
        if not _divides(findings, text(steps), value):
            yield from _undivided(step, NAME, text(steps), loop=loop.first)


def _undivided(step: TrainingStep, evidence: str, steps: str, **where: Any) -> Iterator[Pitfall]:
    if step.loss is not None:
        yield report(
            "accumulated-loss-not-divided",
            WARNING,
            (step.line, step.end),
            evidence,
            loss=step.loss,
            steps=steps,
            condition=where.get("condition"),
            condition_line=where.get("condition_line"),
            loop=where.get("loop"),
        )


def _adds_up(findings: Findings, part: GradientAccumulation) -> bool:
    """Whether the block under the condition steps an optimizer and clears the gradients."""
    script = findings.script
    below = {method(s) for s in script.calls_below(statement_at(script, part.line))}
    return {"step", "zero_grad"} <= below


def _passes(findings: Findings) -> Iterator[tuple[TrainingStep, Statement, Any]]:
    """The backward passes in `for _ in range(accumulation_steps)`, whose step comes below that
    loop, each with the loop and the count."""
    script = findings.script
    for step in findings.of(TrainingStep):
        back = statement_at(script, step.line)
        loop = script.loop_around(back)
        if step.how != "backward" or loop is None or type(loop.node) is not cst.For:
            continue
        counted = script.counted_range(loop.node.iter)
        named = set(words(text(counted[1]))) if counted and counted[1] is not None else set()
        if not counted or not named & _PASSES or not _steps_later(script, loop):
            continue
        if not any(method(s) == "step" for s in script.calls_below(loop)):
            yield step, loop, counted[1]


def _divides(findings: Findings, steps: str, value: int | float | None) -> bool:
    """Whether a loss may be divided by, or multiplied with, the number of passes; or whether
    there is only one."""
    script = findings.script
    if value is not None and value <= 1 and "." not in steps:
        return True  # of an option that is only the default
    if any(f.part == "division" for f in findings.of(GradientAccumulation)):
        return True
    for place in script.tree.occurrences[cst.BinaryOperation]:
        left, right = text(place.node.left), text(place.node.right)
        operator = type(place.node.operator)
        scaled = [left] if _is_number_of(steps, value, right) else []
        scaled += [right] if _is_number_of(steps, value, left) else []
        if operator is cst.Divide:
            scaled = [side for side in scaled if side is left]
        if operator in (cst.Divide, cst.Multiply) and not all(_counts(side) for side in scaled):
            return True
    return any(
        type(s.node) is cst.AugAssign
        and type(s.node.operator) in (cst.DivideAssign, cst.MultiplyAssign)
        and _is_number_of(steps, value, text(s.node.value))
        for s in script.tree.statements
    )


def _is_number_of(steps: str, value: int | float | None, operand: str) -> bool:
    """Whether an operand is the number of passes, by its name or by its value."""
    last = steps.rpartition(".")[2]
    if last.isdigit():
        return last == operand
    return last in operand or (value is not None and operand == str(value))


def _counts(operand: str) -> bool:
    """Whether an operand counts steps, samples or the like, or is a rate: no loss."""
    if set(re.findall(r"([\w.]+)\(", operand)) - _ARITHMETIC:
        return False
    names = (words(name) for name in re.findall(r"[A-Za-z_][\w.]*", operand))
    named = {word for name in names for word in name}
    return bool(named & _NO_LOSS) and not {"loss", "losses"} & named


def _backward_of(findings: Findings, part: GradientAccumulation) -> TrainingStep | None:
    script = findings.script
    loop = script.loop_around(statement_at(script, part.line))
    for step in findings.between(TrainingStep, loop.first, loop.end) if loop is not None else ():
        statement = statement_at(script, step.line)
        if step.how == "backward" and script.loop_around(statement) is loop:
            return step
    return None


@pitfall("accumulation-rest-lost")
def check_rest(findings: Findings) -> Iterator[Pitfall]:
    """The batches after the last full accumulation of an epoch do not reach an update of their
    own."""
    script = findings.script
    for part in findings.of(GradientAccumulation):
        if part.part != "condition" or not _adds_up(findings, part):
            continue
        header = statement_at(script, part.line)
        if part.last and len(list(_alternatives(getattr(header.node, "test", None)))) < 2:
            continue  # a flag says so
        loop = script.loop_around(header)
        if loop is None or _steps_later(script, loop) or "len(" in (part.condition or ""):
            continue
        over = next((b for b in findings.of(BatchLoop) if b.line == loop.first and b.loader), None)
        if over is None or over.index is None or not has_word(part.condition, over.index):
            continue
        if _takes_last(header, over.index) or _skips_rest(script, loop, over.index):
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
            first_alone=_first_alone(script, part, loop, over),
            cleared=_cleared_before(script, loop),
        )


def _takes_last(header: Statement, index: str) -> bool:
    """Whether another operand of an `or` may hold for the last batch: it speaks of the index, or of
    what is last."""
    operands = list(_alternatives(getattr(header.node, "test", None)))
    return len(operands) > 1 and any(
        "%" not in text(operand)
        and (
            has_word(text(operand), index)
            or _LAST & {w for n in names_in(operand) for w in words(n)}
        )
        for operand in operands
    )


def _alternatives(test: Any) -> Iterator[Any]:
    """The operands of `or`."""
    if type(test) is cst.BooleanOperation and type(test.operator) is cst.Or:
        yield from _alternatives(test.left)
        yield from _alternatives(test.right)
    else:
        yield test


def _skips_rest(script: Script, loop: Statement, index: str) -> bool:
    """Whether batches beyond the last full accumulation are left out: `if i // n >= steps:
    continue`."""
    return any(
        type(s.node) is cst.Continue and has_word(_counted(script, s), index)
        for s in script.tree.below(loop)
    )


def _counted(script: Script, leaves: Statement) -> str:
    """The condition around a statement, with the quotients that its names stand for."""
    header = next(iter(script.tree.ancestors(leaves.index)))
    if type(header.node) is not cst.If:
        return ""
    found = [text(header.node.test)]
    for name in names_in(header.node.test):
        found += [text(b.value) for b in script.reaching(name, header.index) if b.value]
    return " ".join(written for written in found if "//" in written)


def _cleared_before(script: Script, loop: Statement) -> int | None:
    """The line where each epoch clears the gradients before its batches."""
    epoch = script.loop_around(loop) or script.function_around(loop)
    if epoch is None:
        return None
    return next(
        (
            site.line
            for site in calls_of_methods(script, "zero_grad")
            if site.scope == loop.scope and epoch.index < site.statement.index < loop.index
        ),
        None,
    )


def _last_batch(script: Script, loop: Statement, over: BatchLoop) -> str:
    """The condition that holds in the last round: `i + 1 == len(loader)`, or without the 1 where
    counting begins at 1."""
    index = over.index if _from_one(script, loop) else f"{over.index} + 1"
    return f"{index} == len({over.loader})"


def _from_one(script: Script, loop: Statement) -> bool:
    """Whether the batches are counted from 1."""
    counts = script.tree.lines[loop.first - 1].replace(" ", "")
    return ",1)" in counts or "start=1)" in counts


def _first_alone(
    script: Script, part: GradientAccumulation, loop: Statement, over: BatchLoop
) -> str | None:
    """The index where `i % steps == 0` holds for the first batch already."""
    plain = part.condition == f"{over.index} % {part.steps} == 0"
    return over.index if plain and not _from_one(script, loop) else None


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
_MICRO = (
    "for step in range(1000):\n"
    "    for micro_step in range(gradient_accumulation_steps):\n"
    "        loss = model(*next(batches))\n"
    "        loss.backward()\n"
    "    optimizer.step()\n"
    "    optimizer.zero_grad()\n"
)
EXAMPLES = {
    "accumulated-loss-not-divided": {
        _TOP + _LOOP + "    loss.backward()\n" + _ROUND: [(5, 5)],
        _TOP + _LOOP + "    scaler.scale(loss).backward()\n"
        "    if (i + 1) % args.accumulation_steps == 0:\n"
        "        scaler.step(optimizer)\n"
        "        scaler.update()\n"
        "        optimizer.zero_grad()\n": [(5, 5)],
        _TOP + _LOOP + "    loss.backward()\n" + _ROUND.replace("accum_steps", "4"): [(5, 5)],
        _TOP + _MICRO: [(6, 6)],
        _TOP
        + "updates = len(train_loader) / accum_steps\n"
        + _LOOP
        + "    loss.backward()\n"
        + _ROUND: [(6, 6)],
    },
    "accumulation-rest-lost": {
        _TOP + _DIVIDED + _ROUND: [(7, 7)],
        _TOP + _DIVIDED + _ROUND.replace("(i + 1)", "i"): [(7, 7)],
        _TOP + _DIVIDED + _ROUND.replace(" == 0", " == 0 or args.debug"): [(7, 7)],
        _TOP + _DIVIDED.replace("i,", "step,") + _ROUND.replace("(i + 1)", "(step + 1)"): [(7, 7)],
    },
}
COUNTEREXAMPLES = {
    "accumulated-loss-not-divided": {
        _TOP + _DIVIDED + _ROUND: "it is divided",
        _TOP
        + _MICRO.replace("batches))\n", "batches)) / gradient_accumulation_steps\n"): "so it is",
        _TOP + (_DIVIDED + _ROUND).replace("accum_steps", "4"): "it is divided by the same number",
        _TOP + _LOOP + "    loss.backward()\n    optimizer.step()\n": "nothing is accumulated",
    },
    "accumulation-rest-lost": {
        _TOP + _DIVIDED + _ROUND.replace(" == 0", " == 0 or i + 1 == len(train_loader)"): (
            "the last batch is taken"
        ),
        _TOP + _DIVIDED + _ROUND + "optimizer.step()\n": "a last step follows",
        _TOP + _DIVIDED + _ROUND.replace(" == 0", " == 0 or is_last"): "so a flag says",
        _TOP + _DIVIDED + _ROUND.replace(" == 0", " == 0 or i + 1 == batches"): "so it may be",
        _TOP
        + _LOOP
        + "    update = i // accum_steps\n    if update >= updates:\n        continue\n"
        + "    loss = loss / accum_steps\n    loss.backward()\n"
        + _ROUND: "the last ones are left out",
    },
}
