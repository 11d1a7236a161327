"""Gradients: cleared in every round, and not before they are used."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from pseudogen.names.blocks import (
    around,
    branches,
    calls_of_methods,
    eager_library,
    inside,
    mentions,
    method,
    names_in,
    neighbours,
    receiver,
    statement_at,
)
from pseudogen.names.evidence import FLOW, NAME
from pseudogen.names.origins import makers
from pseudogen.names.script import Script, Site
from pseudogen.patterns.gradient_accumulation import GradientAccumulation
from pseudogen.patterns.training_step import TrainingStep
from pseudogen.pitfall import ERROR, Findings, Pitfall, pitfall, report
from pseudogen.pitfalls.accelerating import accumulates, passes
from pseudogen.records import dataclass
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_CLEARS = (
    "dist_autograd",
    "distributed.autograd",
    "clear_grad",
    "clear_gradients",
    ".grad = ",
    ".grad.data = ",
    ".grad *= ",
    ".grad.data *= ",
    "reset_grad",
    ".grad.zero_(",
    ".grad.data.zero_(",
    ".grad.fill_(",
    ".grad.data.fill_(",
    "set_to_none",
    "no_grad_",
)
"""What clears gradients other than calls of `zero_grad`, or keeps those of each round apart."""
_FRAMEWORKS = ("accelerat", "deepspeed", "no_sync")
_CALLERS = 3
_CLEARING = {"torch": "zero_grad", "paddle": "clear_grad"}
"""The method of an optimizer that clears gradients."""
"""Functions between a training step and the loop that it runs in."""


@pitfall("gradients-never-cleared")
def check_cleared(findings: Findings) -> Iterator[Pitfall]:
    """A loop with `backward` and `step` in a file that clears no gradients of the optimizer."""
    script = findings.script
    if eager_library(script) is None:
        return
    told: set[str] = set()
    stepping = {s.line: s for s in reversed([*calls_of_methods(script, "step")])}
    for step in findings.of(TrainingStep):
        if step.how != "backward" or step.steps is None or step.optimizer is None:
            continue
        if step.optimizer == step.through:
            continue  # an engine clears them itself
        site = stepping.get(step.steps)
        if site is None or step.optimizer in told or findings.handed_on(step.optimizer):
            continue
        once = _cleared_before(script, step, site)
        if once is None and (_is_cleared(script, step.optimizer, site) or _clears(script)):
            continue
        made = _is_library_optimizer(script, site)
        if not _is_repeated(script, site.statement, step.optimizer, 0) or made is False:
            continue
        told.add(step.optimizer)
        yield report(
            "gradients-never-cleared",
            ERROR,
            (step.line, step.steps),
            FLOW if made else NAME,
            optimizer=step.optimizer,
            loss=step.loss,
            known=bool(made),
            clear=_CLEARING[eager_library(script) or "torch"],
            once=once.line if once is not None else None,
            loop=once.loop if once is not None else None,
        )


@dataclass(frozen=True, slots=True)
class _Once:
    """The line of a clearing that runs once, and that of the loop behind it."""

    line: int
    loop: int


def _cleared_before(script: Script, step: TrainingStep, site: Site) -> _Once | None:
    """The clearing before a loop each of whose rounds has a backward pass and a step, where no
    other clears."""
    loop = script.loop_around(site.statement)
    calls = list(calls_of_methods(script, "zero_grad"))
    if loop is None or not calls or branches(script, site.statement, loop):
        return None
    if script.loop_around(statement_at(script, step.line)) is not loop:
        return None
    for call in calls:
        before = call.scope == loop.scope and call.statement.index < loop.index
        if not before or receiver(call) != step.optimizer:
            return None
    if _clears(script, besides=("set_to_none",)) or _hands_over(script, loop, step.optimizer):
        return None
    return _Once(calls[-1].line, loop.first)


def _hands_over(script: Script, loop: Statement, optimizer: str | None) -> bool:
    """Whether a loop passes an optimizer to a function that may clear its gradients."""
    return any(
        text(arg.value) == optimizer
        for site in script.calls_below(loop)
        if method(site) not in ("step", "unscale_")
        for arg in site.node.args
    )


def _clears(script: Script, besides: tuple[str, ...] = ()) -> bool:
    """Whether something clears gradients without a call of `zero_grad`."""
    return _in_code(script, *(piece for piece in _CLEARS if piece not in besides))


def _in_code(script: Script, *pieces: str) -> bool:
    """Whether the script has one of these texts outside of comments."""
    if not mentions(script, *pieces):
        return False
    code = (line.partition("#")[0] for line in script.tree.lines)
    return any(piece in line for line in code for piece in pieces)


def _is_cleared(script: Script, optimizer: str, step: Site) -> bool:
    """Whether something may clear the gradients of an optimizer: any `zero_grad` but those of
    other optimizers that step beside it."""
    calls = list(calls_of_methods(script, "zero_grad"))
    if not calls:
        return _in_code(script, "zero_grad")
    if any(receiver(call) == optimizer for call in calls):
        return True
    near = neighbours(script, step)
    beside = {receiver(s) for s in near if method(s) == "step"}
    passed = {
        text(a.value)
        for s in near
        for a in s.node.args
        if type(a.value) in (cst.Name, cst.Attribute)
    }
    others = beside | passed
    own = _parameters(script, step)
    return not all(
        receiver(call) in others
        and script.is_a(call.node.func.value, call.scope, "optimizer") is not None
        and not own & _parameters(script, call)
        for call in calls
    )


def _parameters(script: Script, site: Site) -> set[str]:
    """The parameters that a stepped or cleared optimizer was given, by the names in what it got:
    two optimizers may share some of them."""
    return {
        name
        for given in _given(script, site)
        for name in names_in(cst.parse_expression(given))
        if "param" in name
    }


def _is_repeated(script: Script, statement: Statement, optimizer: str, depth: int) -> bool:
    """Whether a step runs again with the same optimizer: in a loop, or in a function that the
    script calls in one."""
    loop = script.loop_around(statement)
    if loop is not None:
        bindings = script.resolver.bindings(optimizer, loop.scope)
        return not any(loop.index < b.statement < loop.after for b in bindings)
    function = script.function_around(statement) if depth < _CALLERS else None
    callers = script.calls_of(function) if function is not None else []
    return any(_is_repeated(script, c.statement, optimizer, depth + 1) for c in callers)


def _is_library_optimizer(script: Script, site: Site) -> bool | None:
    """Whether what is stepped, or passed to a scaler to be stepped, is an optimizer of a library;
    None where that can't be told."""
    for node in (site.node.func.value, *(arg.value for arg in site.node.args)):
        made = makers(script, node, site.statement.index)
        known = [script.known(call.func, script.tree.statements[at].scope) for call, at in made]
        if known and all(k is not None and k.api.kind == "optimizer" for k in known):
            return True
        if any(script.defines(text(call.func).rpartition(".")[2]) for call, _ in made):
            return False  # a class of the script may clear them itself
    return None


@pitfall("gradients-cleared-too-early")
def check_too_early(findings: Findings) -> Iterator[Pitfall]:
    """`zero_grad` between `backward` and `step`, or in every round of an accumulation."""
    script = findings.script
    yield from _accelerated(script)
    for site in calls_of_methods(script, *_CLEARING.values()):
        loop = around(script, site.statement)
        if loop is None:
            continue
        calls = [s for s in neighbours(script, site) if s.statement.index != site.statement.index]
        between = _between(script, site, calls)
        always = not branches(script, site.statement, loop)
        part = _accumulation(findings, script, loop) if between is None and always else None
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
            context=None,
        )


def _accelerated(script: Script) -> Iterator[Pitfall]:
    """`zero_grad` at the start of `with accelerator.accumulate(model):`."""
    steps = passes(script)
    for site in calls_of_methods(script, "zero_grad") if steps is not None else ():
        around_it = script.tree.ancestors(site.statement.index)
        context = next((header for header in around_it if accumulates(header)), None)
        below = script.calls_below(context) if context is not None else []
        back = [s for s in below if method(s) == "backward"]
        if context is None or not back or site.statement.index > back[0].statement.index:
            continue
        if any(_steps_same(script, s, site) for s in below):
            yield report(
                "gradients-cleared-too-early",
                ERROR,
                (site.line, site.last),
                "flow",
                clears=text(site.node),
                backward=None,
                step=None,
                condition=None,
                steps=steps,
                context=context.first,
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
    if cleared is not None:
        return receiver(clears) in (receiver(site), *passed)
    return f"{receiver(clears)}.parameters()" in _given(script, site)


def _given(script: Script, site: Site) -> set[str]:
    """What the optimizer got to update that is stepped, or passed to a scaler to be stepped."""
    nodes = (site.node.func.value, *(arg.value for arg in site.node.args))
    made = (call for node in nodes for call, _ in makers(script, node, site.statement.index))
    return {text(call.args[0].value) for call in made if call.args}


def _accumulation(
    findings: Findings, script: Script, loop: Statement
) -> GradientAccumulation | None:
    """The condition below which the optimizer steps, in a loop whose every round clears."""
    if mentions(script, *_FRAMEWORKS):
        return None
    for part in findings.between(GradientAccumulation, loop.first, loop.end):
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


_TOP = "import torch\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
_LOOP = "for i, (x, y) in enumerate(train_loader):\n    loss = criterion(model(x), y)\n"
_ROUND = (
    "    if (i + 1) % accum_steps == 0:\n        optimizer.step()\n        optimizer.zero_grad()\n"
)
_DIVIDED = _LOOP + "    loss = loss / accum_steps\n    loss.backward()\n"
_ACCELERATED = (
    "import torch\n"
    "from accelerate import Accelerator\n"
    "accelerator = Accelerator(gradient_accumulation_steps=4)\n"
    "optimizer = accelerator.prepare(torch.optim.SGD(model.parameters(), lr=0.1))\n"
    "for x, y in train_loader:\n"
    "    with accelerator.accumulate(model):\n"
)
_START = "        optimizer.zero_grad()\n"
_BACK = "        accelerator.backward(criterion(model(x), y))\n        optimizer.step()\n"
EXAMPLES = {
    "gradients-never-cleared": {
        _TOP + _LOOP + "    loss.backward()\n    optimizer.step()\n": [(5, 6)],
        "def train(loader, opt):\n"
        "    for x, y in loader:\n"
        "        criterion(model(x), y).backward()\n"
        "        opt.step()\n" + _TOP + "train(train_loader, optimizer)\n": [(3, 4)],
        _TOP + "optimizer.zero_grad()\n" + _LOOP + "    loss.backward()\n    optimizer.step()\n": [
            (6, 7)
        ],
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
        _TOP + _LOOP + "    loss.backward()\n    model.zero_grad()\n    optimizer.step()\n": [
            (6, 6)
        ],
        _ACCELERATED + _START + _BACK: [(7, 7)],
        _TOP + _LOOP + "    optimizer.zero_grad()\n"
        "    (loss / accum_steps).backward()\n"
        "    if (i + 1) % accum_steps == 0:\n"
        "        optimizer.step()\n": [(5, 5)],
    },
}
COUNTEREXAMPLES = {
    "gradients-never-cleared": {
        "import torch\nfor x, y in loader:\n    loss = criterion(self.engine(x), y)\n"
        "    self.engine.backward(loss)\n    self.engine.step()\n": "an engine clears them itself",
        "loss.backward()\noptimizer.step()": "the clearing may stand elsewhere",
        _TOP + _LOOP + "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n": (
            "they are cleared"
        ),
        _LOOP + "    loss.backward()\n    optimizer.step()\n": "the optimizer may clear them",
        _TOP + _LOOP + "    loss.backward()\n    optimizer.step()\n    w.grad.zero_()\n": (
            "a gradient is cleared by itself"
        ),
        "import torch\n"
        "opt_a = torch.optim.SGD(a.parameters(), lr=0.1)\n"
        "opt_b = torch.optim.SGD(chain(a.parameters(), b.parameters()), lr=0.1)\n"
        "for x, y in loader:\n"
        "    opt_a.zero_grad()\n    a(x).backward()\n    opt_a.step()\n"
        "    b(x).backward()\n    opt_b.step()\n": "they share parameters",
        _TOP + _LOOP + "    loss.backward()\n    optimizer.step()\n    w.grad = zeros_like(w)\n": (
            "it gets another value"
        ),
        _TOP + "optimizer.zero_grad()\n" + _LOOP + "    loss.backward()\noptimizer.step()\n": (
            "all of them make one update"
        ),
        _TOP
        + "optimizer.zero_grad()\n"
        + _LOOP
        + "    loss.backward()\n    optimizer.step()\n    finish(optimizer)\n": (
            "a function in each round may clear them"
        ),
    },
    "gradients-cleared-too-early": {
        _TOP + _LOOP + "    loss.backward()\n    optimizer.step()\n    optimizer.zero_grad()\n": (
            "after the step is right"
        ),
        _TOP + _DIVIDED + _ROUND: "they are cleared with the step",
        _TOP + _LOOP + "    first.backward()\n    opt_a.zero_grad()\n    opt_b.step()\n": (
            "another optimizer's gradients"
        ),
        _TOP + _LOOP + "    loss.backward()\n    critic.zero_grad()\n    optimizer.step()\n": (
            "another model's gradients"
        ),
        _ACCELERATED + _BACK + _START: "the step has used them",
        _ACCELERATED.replace("=4", "=1") + _START + _BACK: "each pass makes an update",
    },
}
