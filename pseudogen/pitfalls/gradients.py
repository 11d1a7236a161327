"""Gradients: cleared when they should be, and accumulated so that the sum is right."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from pseudogen.names.blocks import (
    around,
    branches,
    calls_of_methods,
    has_word,
    inside,
    mentions,
    method,
    neighbours,
    receiver,
    statement_at,
    uses_torch,
)
from pseudogen.names.origins import makers
from pseudogen.names.script import Script, Site
from pseudogen.patterns.batch_loop import BatchLoop
from pseudogen.patterns.gradient_accumulation import GradientAccumulation
from pseudogen.patterns.training_step import TrainingStep
from pseudogen.pitfall import ERROR, NOTE, WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_CLEARS = ("zero_grad", "clear_grad", "clear_gradients", ".grad = None", "set_to_none", "no_grad_")
_FRAMEWORKS = ("accelerat", "deepspeed", "no_sync", "fabric.", "grad_accum", "jax", "lightning")
_SCALED_LATER = ("scale_grad", "grad.mul_(", "grad.div_(", "grad /=", "grad *=", "divide_grad")
"""What divides the gradients themselves, once they are all there."""


@pitfall("gradients-never-cleared")
def check_cleared(findings: Findings) -> Iterator[Pitfall]:
    """A loop with `backward` and `step` in a file that clears no gradients at all."""
    script = findings.script
    if not uses_torch(script) or mentions(script, *_CLEARS):
        return
    for step in findings.of(TrainingStep):
        if step.how != "backward" or step.steps is None or step.optimizer is None:
            continue
        statement = statement_at(script, step.line)
        site = next((s for s in calls_of_methods(script, "step") if s.line == step.steps), None)
        made = site is not None and _is_torch_optimizer(script, site)
        loop = script.loop_around(statement)
        if loop is None or not made or _new_in(script, loop, step.optimizer):
            continue
        if findings.handed_on(step.optimizer):
            continue
        yield report(
            "gradients-never-cleared",
            ERROR,
            (step.line, step.steps),
            "flow",
            optimizer=step.optimizer,
            loss=step.loss,
        )


def _new_in(script: Script, loop: Statement, optimizer: str) -> bool:
    """Whether each round has an optimizer, and so most likely gradients, of its own."""
    bindings = script.resolver.bindings(optimizer, loop.scope)
    return any(loop.index < b.statement < loop.after for b in bindings)


def _is_torch_optimizer(script: Script, site: Site) -> bool:
    """Whether what is stepped, or passed to a scaler to be stepped, is an optimizer of PyTorch."""
    for node in (site.node.func.value, *(arg.value for arg in site.node.args)):
        made = makers(script, node, site.statement.index)
        known = [script.known(call.func, script.tree.statements[at].scope) for call, at in made]
        if known and all(k is not None and k.name.startswith("torch.optim.") for k in known):
            return True
    return False


@pitfall("gradients-cleared-too-early")
def check_too_early(findings: Findings) -> Iterator[Pitfall]:
    """`zero_grad` between `backward` and `step`, or in every round of an accumulation."""
    script = findings.script
    for site in calls_of_methods(script, "zero_grad"):
        loop = script.loop_around(site.statement)
        if loop is None:
            continue
        calls = [s for s in neighbours(script, site) if s.statement.index != site.statement.index]
        if branches(script, site.statement, loop):
            continue
        between = _between(script, site, calls)
        part = _accumulation(findings, script, loop) if between is None else None
        if between is None and part is None:
            continue
        yield report(
            "gradients-cleared-too-early",
            ERROR,
            (site.line, site.last),
            "flow",
            clears=text(site.node),
            backward=between[0] if between else None,
            step=between[1] if between else None,
            condition=part.condition if part else None,
            steps=part.steps if part else None,
        )


def _between(script: Script, site: Site, calls: list[Site]) -> tuple[int, int] | None:
    """The lines of `backward` and `step`, with the clearing between them in one block."""
    here = site.statement
    block = [s for s in calls if s.statement.parent == here.parent]
    back = [s for s in block if method(s) == "backward" and s.statement.index < here.index]
    steps = [s for s in block if _steps_same(script, s, site) and s.statement.index > here.index]
    if not back or not steps:
        return None
    since = [s for s in block if back[-1].statement.index < s.statement.index < here.index]
    again = [s for s in calls if here.index < s.statement.index < steps[0].statement.index]
    if any(method(s) == "step" for s in since) or any(method(s) == "backward" for s in again):
        return None
    return back[-1].line, steps[0].line


def _steps_same(script: Script, site: Site, clears: Site) -> bool:
    """Whether a call steps the optimizer whose gradients are cleared."""
    if method(site) != "step":
        return False
    passed = [text(arg.value) for arg in site.node.args]
    cleared = script.is_a(clears.node.func.value, clears.scope, "optimizer")
    return cleared is not None and receiver(clears) in (receiver(site), *passed)


def _accumulation(
    findings: Findings, script: Script, loop: Statement
) -> GradientAccumulation | None:
    """The condition below which the optimizer steps, in a loop whose every round clears."""
    if mentions(script, *_FRAMEWORKS[:3]):
        return None
    for part in findings.of(GradientAccumulation):
        statement = statement_at(script, part.line)
        if part.part != "condition" or not inside(loop, statement):
            continue
        below = [s for s in script.calls_below(statement) if method(s) == "step"]
        backward = any(
            method(s) == "backward" and around(script, s.statement) is loop
            for s in script.calls_below(loop)
        )
        if below and backward and script.loop_around(statement) is loop:
            return part
    return None


@pitfall("accumulated-loss-not-divided")
def check_divided(findings: Findings) -> Iterator[Pitfall]:
    """Gradients of several backward passes are added up, and nothing divides the loss."""
    script = findings.script
    if mentions(script, *_FRAMEWORKS[:4], *_SCALED_LATER):
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
        )


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
    "gradients-never-cleared": {
        _TOP + _LOOP + "    loss.backward()\n    optimizer.step()\n": [(5, 6)],
        "def train(loader, opt):\n"
        "    for x, y in loader:\n"
        "        criterion(model(x), y).backward()\n"
        "        opt.step()\n" + _TOP + "train(train_loader, optimizer)\n": [(3, 4)],
        "from torch.optim import Adam\n"
        "opt = Adam(net.parameters())\n"
        "for x, y in loader:\n"
        "    loss = loss_fn(net(x), y)\n"
        "    loss.backward()\n"
        "    opt.step()\n": [(5, 6)],
    },
    "gradients-cleared-too-early": {
        _TOP + _LOOP + "    loss.backward()\n    optimizer.zero_grad()\n    optimizer.step()\n": [
            (6, 6)
        ],
        _TOP + _LOOP + "    optimizer.zero_grad()\n"
        "    (loss / accum_steps).backward()\n"
        "    if (i + 1) % accum_steps == 0:\n"
        "        optimizer.step()\n": [(5, 5)],
    },
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
    "gradients-never-cleared": {
        "loss.backward()\noptimizer.step()": "the clearing may stand elsewhere",
        _TOP + _LOOP + "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n": (
            "they are cleared"
        ),
        _LOOP + "    loss.backward()\n    optimizer.step()\n": "the optimizer may clear them",
    },
    "gradients-cleared-too-early": {
        _TOP + _LOOP + "    loss.backward()\n    optimizer.step()\n    optimizer.zero_grad()\n": (
            "after the step is right"
        ),
        _TOP + _DIVIDED + _ROUND: "they are cleared with the step",
        _TOP + _LOOP + "    first.backward()\n    opt_a.zero_grad()\n    opt_b.step()\n": (
            "another optimizer's gradients"
        ),
    },
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
