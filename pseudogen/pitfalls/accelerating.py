"""Accelerate: what it does itself is not done again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import calls_of_methods
from pseudogen.names.script import Script, Site
from pseudogen.pitfall import WARNING, Findings, Pitfall, pitfall, report
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
    """The statement that divides what is differentiated by the number of passes, on its way to a
    backward pass."""
    given: Any = site.node.args[0].value
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
EXAMPLES = {
    "accumulated-loss-divided-twice": {
        _START + _DIVIDED + _BACKWARD + _UPDATE: [(7, 7)],
        _START + "        loss /= args.passes\n" + _BACKWARD + _UPDATE: [(7, 7)],
        _START + _BACKWARD.replace("(loss)", "(loss / args.passes)") + _UPDATE: [(7, 7)],
        _START.replace("args.passes", "8") + _DIVIDED.replace("args.passes", "8") + _BACKWARD: [
            (7, 7)
        ],
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
}
