"""Losses: given what they expect, and summed up without their graphs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import has_word, inside, method, statement_at, uses_torch
from pseudogen.names.script import Script, Site
from pseudogen.patterns.training_step import TrainingStep
from pseudogen.pitfall import ERROR, WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_ACTIVATIONS = {
    "softmax": ("cross_entropy", "nll_loss", "CrossEntropyLoss", "NLLLoss"),
    "sigmoid": ("binary_cross_entropy_with_logits", "BCEWithLogitsLoss"),
}
"""What is applied once too often (or without its logarithm) -> before which losses."""
_LAYERS = {"torch.nn.Softmax": "softmax", "torch.nn.Sigmoid": "sigmoid"}


@pitfall("softmax-before-loss")
def check_activation(findings: Findings) -> Iterator[Pitfall]:
    """`F.cross_entropy(logits.softmax(1), y)`: the loss applies a softmax itself."""
    script = findings.script
    for site in script.call_sites():
        loss = _loss(script, site) if site.node.args else None
        if loss is None or site.node.args[0].keyword is not None:
            continue
        applied = _applied(script, site.node.args[0].value, site.statement.index, site.scope)
        if applied is None or not any(loss == one for one in _ACTIVATIONS[applied[0]]):
            continue
        yield report(
            "softmax-before-loss",
            ERROR,
            (site.line, site.last),
            "flow",
            activation=applied[0],
            loss=loss,
            given=text(site.node.args[0].value),
            where=applied[1] if applied[1] != site.line else None,
            wants="log" if loss in ("nll_loss", "NLLLoss") else "logits",
        )


def _loss(script: Script, site: Site) -> str | None:
    """The loss of torch that a call computes: a function, or a criterion that was made before."""
    if site.known is not None:
        functional = site.known.api.kind == "functional-loss" and "torch" in site.known.name
        return site.known.name.rpartition(".")[2] if functional else None
    criterion = site.node.func
    name = dotted(criterion)
    made = criterion if type(criterion) is cst.Call else None
    if made is None and name:
        values = [b.value for b in script.resolver.bindings(name, site.scope)]
        made = values[0] if len(values) == 1 and type(values[0]) is cst.Call else None
    known = script.known(made.func, site.scope) if made is not None else None
    if known is None or known.api.kind != "criterion" or not known.name.startswith("torch."):
        return None
    return known.name.rpartition(".")[2]


def _applied(script: Script, node: Any, statement: int, scope: int) -> tuple[str, int] | None:
    """("softmax" or "sigmoid", its line) when an expression is the result of it; else None."""
    if type(node) is cst.Call:
        here = script.tree.statements[statement].first
        kind = _activation(script, node, scope)
        return (kind, here) if kind else _activation_of_model(script, node, scope)
    name = dotted(node)
    bindings = script.reaching(name, statement) if name else []
    if len(bindings) != 1 or bindings[0].how != "assign" or type(bindings[0].value) is not cst.Call:
        return None
    binding = bindings[0]
    return _applied(
        script, binding.value, binding.statement, script.tree.statements[binding.statement].scope
    )


def _activation(script: Script, call: cst.Call, scope: int) -> str | None:
    name = dotted(call.func).rpartition(".")[2]
    if type(call.func) is cst.Attribute and name in _ACTIVATIONS and "(" not in name:
        module = script.resolver.qualified(dotted(call.func), scope)
        torch = any(full.startswith("torch.") for full in module)
        return name if torch or not module else None
    if type(call.func) is cst.Name:
        full = script.resolver.qualified(name, scope)
        return next((k for k in _ACTIVATIONS for f in full if f.endswith(f"functional.{k}")), None)
    if type(call.func) is cst.Call:
        layer = script.resolver.qualified(dotted(call.func.func), scope)
        return next((_LAYERS[f] for f in layer if f in _LAYERS), None)
    return None


def _activation_of_model(script: Script, call: cst.Call, scope: int) -> tuple[str, int] | None:
    """What the `forward` of a model of this file applies last, where the model is made here."""
    made = script.resolver.bindings(dotted(call.func), scope) if dotted(call.func) else []
    classes = [
        inner.statement
        for binding in made
        if binding.how == "assign" and type(binding.value) is cst.Call
        for inner in script.resolver.bindings(dotted(binding.value.func) or "?", scope)
        if inner.how == "class"
    ]
    if len(made) != 1 or len(classes) != 1:
        return None
    owner = script.tree.statements[classes[0]]
    forward = [
        s
        for s in script.tree.body(owner)
        if type(s.node) is cst.FunctionDef and s.node.name.value == "forward"
    ]
    return _returned(script, forward[0]) if len(forward) == 1 else None


def _returned(script: Script, function: Statement) -> tuple[str, int] | None:
    found = [
        _applied_here(script, s)
        for s in script.tree.below(function)
        if type(s.node) is cst.Return and s.scope != function.scope
    ]
    return found[0] if len(found) == 1 else None


def _applied_here(script: Script, statement: Statement) -> tuple[str, int] | None:
    node: Any = statement.node.value
    kind = _activation(script, node, statement.scope) if type(node) is cst.Call else None
    if kind is not None:
        return kind, statement.first
    name = dotted(node.func) if type(node) is cst.Call else ""
    layers = script.resolver.bindings(name, statement.scope) if name.startswith("self.") else []
    if len(layers) == 1 and type(layers[0].value) is cst.Call:
        full = script.resolver.qualified(dotted(layers[0].value.func), statement.scope)
        kind = next((_LAYERS[f] for f in full if f in _LAYERS), None)
    return (kind, statement.first) if kind else None


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
            total = _total(script, statement, step.loss)
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
                appended=type(statement.node) is cst.Expr,
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
_NET = (
    "class Net(nn.Module):\n"
    "    def __init__(self):\n"
    "        self.softmax = nn.Softmax(dim=1)\n"
    "    def forward(self, x):\n"
    "        return self.softmax(self.head(x))\n"
    "net = Net()\n"
)
EXAMPLES = {
    "softmax-before-loss": {
        _TOP + "probabilities = F.softmax(model(x), dim=1)\nloss = criterion(probabilities, y)\n": [
            (7, 7)
        ],
        _TOP + "loss = F.binary_cross_entropy_with_logits(model(x).sigmoid(), y)\n": [(6, 6)],
        _TOP + _NET + "loss = criterion(net(x), y)\n": [(12, 12)],
    },
    "loss-keeps-graph": {
        _TOP + _LOOP + "    total += loss\n": [(12, 12)],
        _TOP + _LOOP.replace("total = 0.0", "losses = []") + "    losses.append(loss)\n": [
            (12, 12)
        ],
    },
}
COUNTEREXAMPLES = {
    "softmax-before-loss": {
        _TOP + "loss = criterion(model(x), y)\n": "the loss gets logits",
        _TOP + "loss = F.nll_loss(F.log_softmax(model(x), 1), y)\n": "that is what it expects",
        _TOP + "loss = F.binary_cross_entropy(model(x).sigmoid(), y)\n": "it wants probabilities",
    },
    "loss-keeps-graph": {
        _TOP + _LOOP + "    total += loss.item()\n": "a number is added",
        _TOP + _LOOP + "    loss = loss.detach()\n    total += loss\n": "it has no graph any more",
        _TOP + "for x, y in train_loader:\n"
        "    total = 0.0\n"
        "    for part in heads:\n"
        "        loss = criterion(part(x), y)\n"
        "        total += loss\n"
        "    total.backward()\n": "the sum is differentiated",
    },
}
