"""Losses: summed up without their graphs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import has_word, inside, method, statement_at, uses_torch
from pseudogen.names.script import Script
from pseudogen.patterns.training_step import TrainingStep
from pseudogen.pitfall import WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement


@pitfall("loss-keeps-graph")
def check_sum(findings: Findings) -> Iterator[Pitfall]:
    """`total_loss += loss` in the loop over batches: each sum holds on to its graph."""
    script = findings.script
    if not uses_torch(script):
        return
    for step in findings.of(TrainingStep):
        if step.how != "backward" or not step.loss or not step.loss.isidentifier():
            continue
        loop = script.loop_around(statement_at(script, step.line))
        if loop is None:
            continue
        back = statement_at(script, step.line)
        for statement in script.tree.below(loop):
            total = _total(script, statement, step.loss) or _metered(script, statement, step.loss)
            if total is None or statement.scope != loop.scope:
                continue
            if _is_number(script, statement, back, step.loss) or _is_used(script, loop, total):
                continue
            yield report(
                "loss-keeps-graph",
                WARNING,
                (statement.first, statement.last),
                "flow",
                total=total,
                loss=step.loss,
                loop=loop.first,
                appended=".append(" in text(statement.node),
            )


def _total(script: Script, statement: Statement, loss: str) -> str | None:
    """`total` in `total += loss`, `total = total + loss` and `losses.append(loss)`."""
    node: Any = statement.node
    if type(node) is cst.AugAssign and type(node.operator) is cst.AddAssign:
        return dotted(node.target) or None if _is_loss(node.value, loss) else None
    if type(node) is cst.Assign and type(node.value) is cst.BinaryOperation:
        target = text(node.targets[0].target)
        again = type(node.value.operator) is cst.Add and text(node.value.left) == target
        return target if again and _is_loss(node.value.right, loss) else None
    if type(node) is cst.Expr and type(node.value) is cst.Call:
        call: Any = node.value
        appends = type(call.func) is cst.Attribute and call.func.attr.value == "append"
        if appends and len(call.args) == 1 and text(call.args[0].value) == loss:
            return dotted(call.func.value) or None
    return None


def _metered(script: Script, statement: Statement, loss: str) -> str | None:
    """`meter` in `meter.update(loss, n)`, whose class in this file adds up what it is given."""
    call: Any = getattr(statement.node, "value", None)
    if type(statement.node) is not cst.Expr or type(call) is not cst.Call or not call.args:
        return None
    if text(call.args[0].value) != loss or type(call.func) is not cst.Attribute:
        return None
    site = script.call_site(call, statement.index, statement.scope)
    function = script.called_function(site)
    names = [p.name.value for p in function.node.params.params] if function is not None else []
    if function is None or len(names) < 2 or names[0] != "self":
        return None
    sums = any(
        type(s.node) is cst.AugAssign
        and type(s.node.operator) is cst.AddAssign
        and dotted(s.node.target).startswith("self.")
        and _is_loss(s.node.value, names[1])
        for s in script.tree.below(function)
    )
    written = "\n".join(script.tree.lines[function.first : function.end])
    marks = (".item()", ".detach()", "float(", "reduce", ".data", f"{names[1]} =")
    freed = any(mark in written for mark in marks)
    return dotted(call.func.value) or None if sums and not freed else None


def _is_loss(node: Any, loss: str) -> bool:
    """`loss` itself, or a multiple of it."""
    if type(node) is cst.BinaryOperation and type(node.operator) in (cst.Multiply, cst.Divide):
        return text(node.left) == loss
    return text(node) == loss


def _is_number(script: Script, statement: Statement, back: Statement, loss: str) -> bool:
    """Whether the loss is another value by then, or the sum is made without gradients."""
    first, last = sorted((back.index, statement.index))
    bindings = script.resolver.bindings(loss, statement.scope)
    if any(first <= b.statement <= last for b in bindings):
        return True
    return any(
        type(header.node) is cst.With and "no_grad" in text(header.node.items[0].item)
        for header in script.tree.ancestors(statement.index)
    )


def _is_used(script: Script, loop: Statement, total: str) -> bool:
    """Whether the sum is differentiated itself, made anew in the loop, or freed of its graph."""
    bindings = script.resolver.bindings(total, loop.scope)
    if any(
        b.how == "assign" and inside(loop, script.tree.statements[b.statement]) for b in bindings
    ):
        plain = [b for b in bindings if inside(loop, script.tree.statements[b.statement])]
        if any(not has_word(text(b.value), total) for b in plain if b.how == "assign"):
            return True
    if any(name in (f"{total}.backward", f"{total}.clear") for name in _names(script, loop)):
        return True
    return any(
        has_word(text(arg.value), total)
        and method(site) not in ("append", "print", "len")
        and "backward" in site.name
        for site in script.calls_below(loop)
        for arg in site.node.args
    )


def _names(script: Script, loop: Statement) -> set[str]:
    return {site.name for site in script.calls_below(loop)}


_TOP = (
    "import torch\n"
    "from torch import nn\n"
    "from torch.nn import functional as F\n"
    "criterion = nn.CrossEntropyLoss()\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
)
_LOOP = (
    "total = 0.0\n"
    "for x, y in train_loader:\n"
    "    loss = criterion(model(x), y)\n"
    "    optimizer.zero_grad()\n"
    "    loss.backward()\n"
    "    optimizer.step()\n"
)
_METER = (
    "class Mean:\n"
    "    def update(self, value, n=1):\n"
    "        self.sum += value * n\n"
    "        self.count += n\n"
    "losses = Mean()\n"
)
EXAMPLES = {
    "loss-keeps-graph": {
        _TOP + _LOOP + "    total += loss\n": [(12, 12)],
        _TOP + _LOOP.replace("total = 0.0", "losses = []") + "    losses.append(loss)\n": [
            (12, 12)
        ],
        _TOP + _METER + _LOOP + "    losses.update(loss, len(x))\n": [(17, 17)],
    },
}
COUNTEREXAMPLES = {
    "loss-keeps-graph": {
        _TOP + _LOOP + "    total += loss.item()\n": "a number is added",
        _TOP + _METER + _LOOP + "    losses.update(loss.item(), len(x))\n": "the mean of numbers",
        _TOP
        + _METER.replace("value * n", "float(value) * n")
        + _LOOP
        + "    losses.update(loss)\n": ("it makes numbers of them"),
        _TOP + _LOOP + "    loss = loss.detach()\n    total += loss\n": "it has no graph any more",
        _TOP + "for x, y in train_loader:\n"
        "    total = 0.0\n"
        "    for part in heads:\n"
        "        loss = criterion(part(x), y)\n"
        "        total += loss\n"
        "    total.backward()\n": "the sum is differentiated",
    },
}
