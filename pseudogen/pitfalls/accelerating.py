"""Accelerate: what it does itself is neither done again nor passed by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.arguments import string
from pseudogen.names.blocks import calls_of_methods, mentions
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import target
from pseudogen.patterns.training_step import TrainingStep
from pseudogen.pitfall import ERROR, WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement


@pitfall("accumulated-loss-divided-twice")
def check_divided_twice(findings: Findings) -> Iterator[Pitfall]:
    """`accelerator.backward(loss / n)` of an accelerator that accumulates `n` passes, and divides
    by their number itself."""
    script = findings.script
    steps = passes(script)
    for site in calls_of_methods(script, "backward") if steps is not None else ():
        divides = _division(script, site, steps or "") if _is_accelerated(script, site) else None
        if divides is None:
            continue
        yield report(
            "accumulated-loss-divided-twice",
            WARNING,
            (divides.first, divides.last),
            "api",
            call=text(site.node.func),
            backward=site.line,
            steps=steps,
            inline=divides.index == site.statement.index,
        )


@pitfall("backward-without-accelerator")
def check_backward(findings: Findings) -> Iterator[Pitfall]:
    """`loss.backward()` of a model that an accelerator has prepared, which scales or divides in
    its own `backward` alone."""
    script = findings.script
    made = script.calls_of_kind("accelerator")
    back = list(calls_of_methods(script, "backward")) if len(made) == 1 else []
    if any(_is_accelerated(script, site) for site in back) or mentions(script, "GradScaler"):
        return
    prepared = {text(arg.value) for site in _preparing(script) for arg in site.node.args}
    for step in findings.of(TrainingStep) if back else ():
        if step.how != "backward" or step.through is not None or step.optimizer not in prepared:
            continue
        half = string(script.argument(made[0], "mixed_precision")) == "fp16"
        site = next(s for s in back if s.line == step.line)
        steps = passes(script)
        if steps is not None and _divided(script, site, steps) is not None:
            steps = None
        if half or steps is not None:
            yield report(
                "backward-without-accelerator",
                ERROR if half else WARNING,
                (step.line, step.end),
                "api",
                call=text(site.node),
                accelerator=target(made[0].statement) or "accelerator",
                loss=step.loss,
                optimizer=step.optimizer,
                half=half,
                steps=steps,
            )
            return


def _preparing(script: Script) -> Iterator[Site]:
    """The calls in which an accelerator prepares models and optimizers."""
    for site in calls_of_methods(script, "prepare"):
        if script.is_a(getattr(site.node.func, "value", None), site.scope, "accelerator"):
            yield site


def passes(script: Script) -> str | None:
    """Over how many passes the script's accelerator accumulates, as written; None where that is
    one, or where the script does not say."""
    made = script.calls_of_kind("accelerator")
    given = script.argument(made[0], "gradient_accumulation_steps") if len(made) == 1 else None
    if given is None:
        return None
    option = type(given) is cst.Attribute  # whose default alone is known
    alone = script.value(given, made[0].statement.index) == 1
    return text(given) if option or not alone else None


def accumulates(header: Statement) -> bool:
    """`with accelerator.accumulate(model):`."""
    return type(header.node) is cst.With and any(
        ".accumulate(" in text(item.item) for item in header.node.items
    )


def _is_accelerated(script: Script, site: Site) -> bool:
    """Whether an accelerator makes a backward pass."""
    owner = getattr(site.node.func, "value", None)
    one = len(site.node.args) == 1
    return one and script.is_a(owner, site.scope, "accelerator") is not None


def _division(script: Script, site: Site, steps: str) -> Statement | None:
    """The statement that divides what an accelerator differentiates by the number of passes."""
    return _divided_at(script, site, site.node.args[0].value, steps)


def _divided(script: Script, site: Site, steps: str) -> Statement | None:
    """The same for `loss.backward()`."""
    loss: Any = getattr(site.node.func, "value", None)
    return _divided_at(script, site, loss, steps)


def _divided_at(script: Script, site: Site, given: Any, steps: str) -> Statement | None:
    if _is_quotient(given, steps):
        return site.statement
    for binding in script.reaching(text(given), site.statement.index):
        statement = script.tree.statements[binding.statement]
        node: Any = statement.node
        shares = type(node) is cst.AugAssign and type(node.operator) is cst.DivideAssign
        if (shares and text(node.value) == steps) or _is_quotient(binding.value, steps):
            return statement
    return None


def _is_quotient(node: Any, steps: str) -> bool:
    return (
        type(node) is cst.BinaryOperation
        and type(node.operator) is cst.Divide
        and text(node.right) == steps
    )


_START = (
    "from accelerate import Accelerator\n"
    "accelerator = Accelerator(gradient_accumulation_steps=args.passes)\n"
    "model, optimizer, loader = accelerator.prepare(model, optimizer, loader)\n"
    "for batch in loader:\n"
    "    with accelerator.accumulate(model):\n"
    "        loss = model(**batch).loss\n"
)
_UPDATE = "        optimizer.step()\n        optimizer.zero_grad()\n"
_BACKWARD = "        accelerator.backward(loss)\n"
_DIVIDED = "        loss = loss / args.passes\n"
_PLAIN = "        loss.backward()\n"
_HALF = _START.replace("gradient_accumulation_steps=args.passes", "mixed_precision='fp16'")
EXAMPLES = {
    "accumulated-loss-divided-twice": {
        _START + _DIVIDED + _BACKWARD + _UPDATE: [(7, 7)],
        _START + "        loss /= args.passes\n" + _BACKWARD + _UPDATE: [(7, 7)],
        _START + _BACKWARD.replace("(loss)", "(loss / args.passes)") + _UPDATE: [(7, 7)],
        _START.replace("args.passes", "8") + _DIVIDED.replace("args.passes", "8") + _BACKWARD: [
            (7, 7)
        ],
    },
    "backward-without-accelerator": {
        _START + _PLAIN + _UPDATE: [(7, 7)],
        _HALF + _PLAIN + _UPDATE: [(7, 7)],
    },
}
COUNTEREXAMPLES = {
    "accumulated-loss-divided-twice": {
        _START + _BACKWARD + _UPDATE: "the accelerator divides alone",
        _START.replace("gradient_accumulation_steps=args.passes", "") + _DIVIDED + _BACKWARD: (
            "the accelerator does not know of several passes"
        ),
        _START + _DIVIDED.replace("args.passes", "args.weight") + _BACKWARD: "another quotient",
        _START + _DIVIDED.replace("loss =", "shown =") + _BACKWARD + _UPDATE: (
            "what is differentiated is not divided"
        ),
    },
    "backward-without-accelerator": {
        _HALF + _BACKWARD + _UPDATE: "the accelerator scales the loss",
        _HALF.replace("fp16", "bf16") + _PLAIN + _UPDATE: "nothing is scaled or divided",
        _START + _DIVIDED + _PLAIN + _UPDATE: "the script divides itself",
        _START.replace("model, optimizer, loader)", "model, loader)") + _PLAIN + _UPDATE: (
            "the accelerator knows nothing of the optimizer"
        ),
    },
}
