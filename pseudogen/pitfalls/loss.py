"""Losses: summed up without their graphs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import eager_library, has_word, inside, method, statement_at
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
    if eager_library(script) is None:
        return
    for loop, back, loss in (*_losses(findings), *_returned(findings)):
        for statement in script.tree.below(loop):
            total = _total(script, statement, loss) or _metered(script, statement, loss)
            if total is None or statement.scope != loop.scope:
                continue
            if _is_number(script, statement, back, loss) or _is_used(script, loop, total):
                continue
            yield report(
                "loss-keeps-graph",
                WARNING,
                (statement.first, statement.last),
                "flow",
                total=total,
                loss=loss,
                loop=loop.first,
                appended=".append(" in text(statement.node),
            )


_Kept = tuple[Statement, Statement, str]
"""A loop, the statement in it after which a loss still has its graph, and the loss."""


def _losses(findings: Findings) -> Iterator[_Kept]:
    """The losses that are differentiated in a loop itself."""
    script = findings.script
    for step in findings.of(TrainingStep):
        back = statement_at(script, step.line)
        loop = script.loop_around(back)
        if step.how == "backward" and loop is not None and _is_made_in(script, loop, step.loss):
            yield loop, back, step.loss or ""


def _is_made_in(script: Script, loop: Statement, loss: str | None) -> bool:
    """Whether a loss is a variable, or what each round gets from a model: `outputs.loss`."""
    whole, dot, part = (loss or "").partition(".")
    if not dot:
        return whole.isidentifier()
    bindings = script.resolver.bindings(whole, loop.scope) if part.isidentifier() else []
    made = [b for b in bindings if loop.index < b.statement < loop.after]
    return bool(made) and all(b.how == "assign" and type(b.value) is cst.Call for b in made)


def _returned(findings: Findings) -> Iterator[_Kept]:
    """`loss = train_step(batch)` in a loop, of a function that returns the loss as it is."""
    script = findings.script
    for function, lost in _giving(findings).items():
        for site in script.calls_of(script.tree.statements[function]):
            loop = script.loop_around(site.statement)
            node: Any = site.statement.node
            plain = type(node) is cst.Assign and node.value is site.node
            name = text(node.targets[0].target) if plain else ""
            if loop is not None and lost and name.isidentifier():
                yield loop, site.statement, name


def _giving(findings: Findings) -> dict[int, str]:
    """The functions that differentiate a loss and return it as it is, and its name."""
    script = findings.script
    found: dict[int, str] = {}
    for step in findings.of(TrainingStep):
        back = statement_at(script, step.line)
        function = script.function_around(back)
        if step.how != "backward" or not step.loss or function is None:
            continue
        given = [s for s in script.tree.below(function) if type(s.node) is cst.Return]
        bindings = script.resolver.bindings(step.loss, back.scope)
        kept = all(b.statement < back.index for b in bindings)
        if given and kept and all(text(s.node.value) == step.loss for s in given if s.node.value):
            found[function.index] = step.loss
    return found


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
    if type(call.func) is not cst.Attribute or dotted(call.args[0].value) != loss:
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
    names = {loss, loss.partition(".")[0]}
    bindings = [b for name in names for b in script.resolver.bindings(name, statement.scope)]
    if any(first < b.statement <= last for b in bindings):
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
_GIVES = (
    "def step(x, y):\n"
    "    loss = criterion(model(x), y)\n"
    "    loss.backward()\n"
    "    optimizer.step()\n"
    "    return loss\n"
    "for x, y in train_loader:\n"
    "    loss = step(x, y)\n"
)
_OUTPUTS = "for batch in train_loader:\n    outputs = model(**batch)\n    outputs.loss.backward()\n"
EXAMPLES = {
    "loss-keeps-graph": {
        _TOP + _LOOP + "    total += loss\n": [(12, 12)],
        _TOP + _LOOP.replace("total = 0.0", "losses = []") + "    losses.append(loss)\n": [
            (12, 12)
        ],
        _TOP + _GIVES + "    total += loss\n": [(13, 13)],
        _TOP + _METER + _LOOP + "    losses.update(loss, len(x))\n": [(17, 17)],
        _TOP + _OUTPUTS + "    total += outputs.loss\n": [(9, 9)],
    },
}
COUNTEREXAMPLES = {
    "loss-keeps-graph": {
        _TOP + _LOOP + "    total += loss.item()\n": "a number is added",
        _TOP + _GIVES.replace("return loss", "return loss.item()") + "    total += loss\n": (
            "the function returns a number"
        ),
        _TOP + _METER + _LOOP + "    losses.update(loss.item(), len(x))\n": "the mean of numbers",
        _TOP
        + _METER.replace("value * n", "float(value) * n")
        + _LOOP
        + "    losses.update(loss)\n": ("it makes numbers of them"),
        _TOP + _OUTPUTS + "    total += outputs.loss.item()\n": "a number of the outputs",
        _TOP + _OUTPUTS + "    outputs = freed(outputs)\n    total += outputs.loss\n": (
            "they are others by then"
        ),
        _TOP + _LOOP + "    loss = loss.detach()\n    total += loss\n": "it has no graph any more",
        _TOP + "for x, y in train_loader:\n"
        "    total = 0.0\n"
        "    for part in heads:\n"
        "        loss = criterion(part(x), y)\n"
        "        total += loss\n"
        "    total.backward()\n": "the sum is differentiated",
    },
}
