"""Activations: not applied before a loss that applies one itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import mentions
from pseudogen.names.origins import makers
from pseudogen.names.script import Script, Site
from pseudogen.pitfall import ERROR, Findings, Pitfall, pitfall, report
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_ACTIVATIONS = {
    "softmax": ("cross_entropy", "nll_loss", "CrossEntropyLoss", "NLLLoss"),
    "sigmoid": ("binary_cross_entropy_with_logits", "BCEWithLogitsLoss"),
}
"""What is applied once too often (or without its logarithm) -> before which losses."""
_LIBRARIES = ("torch", "paddle")
_LAYERS = {
    f"{library}.nn.{layer}": layer.lower()
    for library in _LIBRARIES
    for layer in ("Softmax", "Sigmoid")
}
_OWN_LAYER = re.compile(r"self\.\w+")
_WRITTEN = ("softmax", "sigmoid", "Softmax", "Sigmoid")
_SEQUENCES = tuple(f"{library}.nn.Sequential" for library in _LIBRARIES)


@pitfall("softmax-before-loss")
def check_activation(findings: Findings) -> Iterator[Pitfall]:
    """`F.cross_entropy(logits.softmax(1), y)`: the loss applies a softmax itself."""
    script = findings.script
    if not mentions(script, *_WRITTEN):
        return
    told: set[int] = set()
    for site in script.call_sites():
        loss = _loss(script, site) if site.node.args else None
        if loss is None or site.node.args[0].keyword is not None:
            continue
        applied = _applied(script, site.node.args[0].value, site.statement.index, site.scope)
        if applied is None or not any(loss == one for one in _ACTIVATIONS[applied[0]]):
            continue
        if applied[1] in told:
            continue  # the same model in training and in evaluation
        told.add(applied[1])
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
        functional = site.known.api.kind == "functional-loss" and _is_ours(site.known.name)
        if not functional or script.argument(site, "use_softmax") is not None:
            return None
        return site.known.name.rpartition(".")[2]
    if not _may_be_criterion(script, site):
        return None
    if type(site.node.func) is cst.Call:
        made = [(site.node.func, site.statement.index)]
    else:
        made = makers(script, site.node.func, site.statement.index)
    losses = {_criterion(script, call, at) for call, at in made}
    return losses.pop() if len(losses) == 1 else None


def _may_be_criterion(script: Script, site: Site) -> bool:
    """Whether a call has the form `criterion(outputs, targets)`: two arguments, and no function of
    the script or of a module by that name."""
    given = len(site.node.args) == 2 or type(site.node.func) is cst.Call
    function = type(site.node.func) in (cst.Name, cst.Attribute, cst.Call)
    return given and function and script.called_function(site) is None


def _criterion(script: Script, call: cst.Call, at: int) -> str | None:
    known = script.known(call.func, script.tree.statements[at].scope)
    if known is None or known.api.kind != "criterion" or not _is_ours(known.name):
        return None
    plain = any(a.keyword is not None and a.keyword.value == "use_softmax" for a in call.args)
    return None if plain else known.name.rpartition(".")[2]


def _is_ours(name: str) -> bool:
    """Whether a function or class is of a library whose losses are called like these."""
    return name.startswith(tuple(f"{library}." for library in _LIBRARIES))


def _applied(script: Script, node: Any, statement: int, scope: int) -> tuple[str, int] | None:
    """("softmax" or "sigmoid", its line) when an expression is the result of it; else None."""
    if type(node) is cst.Call:
        here = script.tree.statements[statement].first
        kind = _activation(script, node, scope)
        return (kind, here) if kind else _activation_of_model(script, node, statement)
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
        ours = any(_is_ours(full) for full in module)
        own = _OWN_LAYER.fullmatch(dotted(call.func))  # it may be a log-softmax by that name
        return name if ours or not (module or own) else None
    if type(call.func) is cst.Name:
        full = script.resolver.qualified(name, scope)
        return next((k for k in _ACTIVATIONS for f in full if f.endswith(f"functional.{k}")), None)
    if type(call.func) is cst.Call:
        layer = script.resolver.qualified(dotted(call.func.func), scope)
        return next((_LAYERS[f] for f in layer if f in _LAYERS), None)
    return None


def _activation_of_model(script: Script, call: cst.Call, at: int) -> tuple[str, int] | None:
    """What a model applies last that is made here: a layer of its own, or one of the library."""
    if dotted(call.func) in ("self", "self.forward"):
        return _of_forward(script, _class_around(script, at))
    made = makers(script, call.func, at) if dotted(call.func) else []
    if len(made) != 1:
        return None
    call, at = made[0]
    scope = script.tree.statements[at].scope
    layer = _layer(script, call, scope)
    if layer is not None:
        return layer, script.tree.statements[at].first
    owner = [b.statement for b in script.resolver.bindings(dotted(call.func) or "?", scope)]
    return _of_forward(script, script.tree.statements[owner[0]]) if len(owner) == 1 else None


def _class_around(script: Script, at: int) -> Statement | None:
    """The class in one of whose methods a statement stands."""
    function = script.function_around(script.tree.statements[at])
    headers = script.tree.ancestors(function.index) if function is not None else []
    return next(iter(headers), None)


def _of_forward(script: Script, owner: Statement | None) -> tuple[str, int] | None:
    """What the `forward` of a class applies last."""
    if owner is None or type(owner.node) is not cst.ClassDef:
        return None
    forward = [
        s
        for s in script.tree.body(owner)
        if type(s.node) is cst.FunctionDef and s.node.name.value == "forward"
    ]
    return _returned(script, forward[0]) if len(forward) == 1 else None


def _layer(script: Script, call: cst.Call, scope: int) -> str | None:
    """The activation that a layer is: `nn.Softmax(dim=1)`, or the last one of `nn.Sequential`."""
    for full in script.resolver.qualified(dotted(call.func), scope):
        if full in _LAYERS:
            return _LAYERS[full]
        last = call.args[-1] if full in _SEQUENCES and call.args else None
        if last is not None and not last.star and type(last.value) is cst.Call:
            return _layer(script, last.value, scope)
    return None


def _returned(script: Script, function: Statement) -> tuple[str, int] | None:
    found = [
        _applied_here(script, s)
        for s in script.tree.below(function)
        if type(s.node) is cst.Return and s.scope != function.scope
    ]
    return found[0] if len(found) == 1 else None


def _applied_here(script: Script, statement: Statement) -> tuple[str, int] | None:
    """What a `return` of `forward` applies last: a function, or a layer that the class has."""
    node: Any = statement.node.value
    if type(node) is cst.Name:
        found = script.reaching(node.value, statement.index)
        node = found[0].value if len(found) == 1 and found[0].how == "assign" else None
    if type(node) is not cst.Call:
        return None
    kind = _activation(script, node, statement.scope)
    if kind is None and dotted(node.func).startswith("self."):
        made = makers(script, node.func, statement.index)
        kinds = {_layer(script, call, script.tree.statements[at].scope) for call, at in made}
        kind = kinds.pop() if len(kinds) == 1 else None
    return (kind, statement.first) if kind else None


_TOP = (
    "import torch\n"
    "from torch import nn\n"
    "from torch.nn import functional as F\n"
    "criterion = nn.CrossEntropyLoss()\n"
)
_NET = (
    "class Net(nn.Module):\n"
    "    def __init__(self):\n"
    "        self.softmax = nn.Softmax(dim=1)\n"
    "    def forward(self, x):\n"
    "        return self.softmax(self.head(x))\n"
    "net = Net()\n"
)
_PASSED = (
    "def step(model, loss_of, x, y):\n"
    "    out = model(x)\n"
    "    out = out.softmax(dim=-1)\n"
    "    return loss_of(out, y)\n"
    "step(net, criterion, x, y)\n"
)
_LIGHTNING = (
    "class Net(LightningModule):\n"
    "    def forward(self, x):\n"
    "        return self.head(x).softmax(dim=1)\n"
    "    def training_step(self, batch, index):\n"
    "        return F.cross_entropy(self(batch[0]), batch[1])\n"
)
EXAMPLES = {
    "softmax-before-loss": {
        _TOP + "probabilities = F.softmax(model(x), dim=1)\nloss = criterion(probabilities, y)\n": [
            (6, 6)
        ],
        _TOP + "loss = F.binary_cross_entropy_with_logits(model(x).sigmoid(), y)\n": [(5, 5)],
        _TOP + _NET + "loss = criterion(net(x), y)\n": [(11, 11)],
        _TOP + _PASSED: [(8, 8)],
        _TOP + _LIGHTNING: [(9, 9)],
        _TOP + "net = nn.Sequential(nn.Linear(8, 2), nn.Softmax(dim=1)).to(device)\n"
        "loss = criterion(net(x), y)\n": [(6, 6)],
    },
}
COUNTEREXAMPLES = {
    "softmax-before-loss": {
        _TOP + "loss = criterion(model(x), y)\n": "the loss gets logits",
        _TOP + "loss = F.nll_loss(F.log_softmax(model(x), 1), y)\n": "that is what it expects",
        _TOP + _NET.replace("nn.Softmax", "nn.LogSoftmax") + "loss = criterion(net(x), y)\n": (
            "softmax of a log-softmax changes nothing"
        ),
        _TOP + _LIGHTNING.replace("self(", "self.head("): "a part of it gives the logits",
        _TOP + "loss = F.binary_cross_entropy(model(x).sigmoid(), y)\n": "it wants probabilities",
        _TOP + _PASSED + "step(net, nn.NLLLoss2d(), x, y)\n": "what else is passed is unknown",
    },
}
