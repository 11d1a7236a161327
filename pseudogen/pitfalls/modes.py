"""Modes of a model: evaluated in the mode for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import (
    calls_of_methods,
    eager_library,
    mentions,
    method,
    receiver,
    statement_at,
)
from pseudogen.names.origins import makers
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.evaluation import Evaluation
from pseudogen.pitfall import WARNING, Findings, Pitfall, pitfall, report
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_LAYERS = re.compile(r"(Alpha)?Dropout([123]d)?|(Sync)?BatchNorm([123][dD])?")
_FUNCTIONS = re.compile(r"(alpha_)?dropout([123]d)?")
_PLAIN = re.compile(
    r"(Lazy)?(Linear|Bilinear|Conv(Transpose)?[123]d)|Embedding|(Layer|Group)Norm|RNN|GRU|LSTM"
    r"|Adaptive\w+Pool[123]d|(Max|Avg)Pool[123]d|Upsample|Flatten|Unflatten|Identity|Parameter"
    r"|LeakyReLU|ReLU6?|P?ReLU|[GS]?ELU|SiLU|Sigmoid|Tanh|(Log)?Softmax|Sequential|Module\w+"
)
"""Layers that act alike in training and in evaluation."""
_SWITCHES = ("LightningModule", "set_mode", "eval_mode", ".training =", "set_training")
"""What may put a model into another mode, besides its own methods."""
_MODES = frozenset({"eval", "evaluation", "inference", "mode", "freeze"})
"""Words of functions of other files that may switch the mode of what they are passed."""
_DEPTH = 2
"""Classes of the script between a model and a layer of it."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """A layer that acts otherwise in training: its class, and the line that makes it."""

    name: str
    line: int


@pitfall("evaluation-in-training-mode")
def check_mode(findings: Findings) -> Iterator[Pitfall]:
    """A loop that evaluates a model with dropout or batch norm, in a script without `.eval()`."""
    script = findings.script
    if eager_library(script) is None or not script.structure.steps or _switches(script):
        return
    for found in findings.of(Evaluation):
        loop = statement_at(script, found.line)
        if found.how != "loop" or found.no_gradients is None or not _is_run_here(script, loop):
            continue
        model = _evaluated(script, loop)
        layer = _layer_of(script, model) if model is not None else None
        if model is None or layer is None or findings.handed_on(model.name):
            continue
        yield report(
            "evaluation-in-training-mode",
            WARNING,
            (found.line, found.end),
            "flow",
            model=model.name,
            loader=found.loader,
            layer=layer.name,
            layer_line=layer.line,
            dropout="dropout" in layer.name.lower(),
        )
        return


def _switches(script: Script) -> bool:
    """Whether something in the script may put the model into evaluation mode."""
    evaluates = any(not site.node.args for site in calls_of_methods(script, "eval"))
    trains = any(
        receiver(site) and len(site.node.args) == 1 and script.called_function(site) is None
        for site in calls_of_methods(script, "train")
    )
    helps = any(
        _MODES & set(words(site.name)) and site.node.args
        for site in script.call_sites()
        if site.known is None and "." not in site.name and not script.defines(site.name)
    )
    return evaluates or trains or helps or mentions(script, *_SWITCHES, ".eval,", ".eval)")


def _is_run_here(script: Script, loop: Statement) -> bool:
    """Whether all that runs before a loop is in view: it stands in no function, or in one that the
    script calls itself."""
    function = script.function_around(loop)
    return function is None or bool(script.calls_of(function))


def _evaluated(script: Script, loop: Statement) -> Site | None:
    """The call of a model in a loop."""
    return next(
        (
            site
            for site in script.calls_below(loop)
            if site.known is None
            and site.node.args
            and script.called_function(site) is None
            and script.is_a(site.node.func, site.scope, "model") is not None
        ),
        None,
    )


def _layer_of(script: Script, model: Site) -> _Layer | None:
    """A layer of the called model that acts otherwise in training, where this file shows it."""
    owner = _class_of(script, model.node.func, model.statement.index)
    return _layer_in(script, owner) if owner is not None else None


def _class_of(script: Script, model: Any, at: int) -> Statement | None:
    """The class of the script of which a model is an instance."""
    owners = _classes_of(script, model, at)
    return owners[0] if len(owners) == 1 else None


def _classes_of(script: Script, model: Any, at: int) -> list[Statement]:
    """The classes of the script of which a model may be an instance; [] where it may be one of
    something else."""
    found: list[Statement] = []
    for call, made in makers(script, model, at):
        scope = script.tree.statements[made].scope
        bindings = script.resolver.bindings(dotted(call.func) or "?", scope)
        if len(bindings) != 1 or bindings[0].how != "class":
            return []
        found.append(script.tree.statements[bindings[0].statement])
    return found


def acts_alike(script: Script, model: Any, at: int) -> bool:
    """Whether a model does the same in both modes: its class is in view and has plain layers alone,
    none of which drops values or keeps statistics."""
    owners = _classes_of(script, model, at)
    return bool(owners) and all(_has_plain_layers(script, owner) for owner in owners)


def _has_plain_layers(script: Script, owner: Statement) -> bool:
    bases = [script.resolver.qualified(dotted(b.value), owner.scope) for b in owner.node.bases]
    module = bases == [("torch.nn.Module",)]
    return module and all(_is_plain(script, site) for site in script.calls_below(owner))


def _is_plain(script: Script, site: Site) -> bool:
    """Whether a call makes a layer that acts alike in both modes, or no layer at all."""
    name = method(site)
    if not name[:1].isupper():
        return not _FUNCTIONS.fullmatch(name)
    full = script.resolver.qualified(site.name, site.scope) if site.name else ()
    known = any(one.startswith("torch.nn.") for one in full)
    drops = any(a.keyword is not None and a.keyword.value == "dropout" for a in site.node.args)
    return known and _PLAIN.fullmatch(name) is not None and not drops


def _layer_in(script: Script, owner: Statement, depth: int = 0) -> _Layer | None:
    """A layer that a class makes, or a class of the script that it makes a part of."""
    inner: list[Statement] = []
    for site in script.calls_below(owner):
        if _differs(script, site):
            return _Layer(site.name, site.line)
        bindings = script.resolver.bindings(site.name, site.scope) if site.name else []
        inner += [script.tree.statements[b.statement] for b in bindings if b.how == "class"]
    for part in inner if depth < _DEPTH else ():
        found = _layer_in(script, part, depth + 1)
        if found is not None:
            return found
    return None


def _differs(script: Script, site: Site) -> bool:
    """Whether a call makes a layer that acts otherwise in training, whatever the settings are, or
    applies dropout in training alone."""
    full = script.resolver.qualified(site.name, site.scope) if site.name else ()
    if not any(name.startswith(("torch.nn.", "paddle.nn.")) for name in full):
        return False
    if any(type(header.node) is cst.If for header in script.tree.ancestors(site.statement.index)):
        return False
    if _FUNCTIONS.fullmatch(method(site)):
        return any(text(arg.value) == "self.training" for arg in site.node.args)
    if not _LAYERS.fullmatch(method(site)):
        return False
    if "BatchNorm" in method(site):
        return not any("track" in text(arg) or "use_global" in text(arg) for arg in site.node.args)
    given = site.node.args[0].value if site.node.args else None
    return given is None or bool(script.value(given, site.statement.index))


_NET = (
    "import torch\n"
    "from torch import nn\n"
    "class Net(nn.Module):\n"
    "    def __init__(self):\n"
    "        super().__init__()\n"
    "        self.body = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5))\n"
    "    def forward(self, x):\n"
    "        return self.body(x)\n"
)
_TRAIN = (
    "model = Net()\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
    "for epoch in range(9):\n"
    "    for x, y in train_loader:\n"
    "        optimizer.zero_grad()\n"
    "        criterion(model(x), y).backward()\n"
    "        optimizer.step()\n"
)
_INLINE = (
    "    with torch.no_grad():\n"
    "        for x, y in val_loader:\n"
    "            correct += (model(x).argmax(1) == y).sum().item()\n"
)
_FUNCTION = (
    "@torch.no_grad()\n"
    "def evaluate(net, loader):\n"
    "    correct = 0\n"
    "    for x, y in loader:\n"
    "        correct += (net(x).argmax(1) == y).sum().item()\n"
    "    return correct\n"
)
_CALL = "    print(evaluate(model, val_loader))\n"
_BLOCK = _NET.replace("Net(nn", "Block(nn").replace("Dropout(0.5)", "BatchNorm1d(8)")
EXAMPLES = {
    "evaluation-in-training-mode": {
        _NET + _TRAIN + _INLINE: [(17, 17)],
        _NET + _FUNCTION + _TRAIN + _CALL: [(12, 12)],
        _NET
        + "def train(model, loader):\n    model.train()\n"
        + _FUNCTION
        + _TRAIN
        + "    train(model, other_loader)\n"
        + _CALL: [(14, 14)],
        _BLOCK + "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.block = Block()\n" + _TRAIN + _INLINE: [(21, 21)],
        _NET.replace(", nn.Dropout(0.5)", "").replace(
            "self.body(x)", "nn.functional.dropout(self.body(x), training=self.training)"
        )
        + _TRAIN
        + _INLINE: [(17, 17)],
    },
}
COUNTEREXAMPLES = {
    "evaluation-in-training-mode": {
        _NET + _TRAIN + "    model.eval()\n" + _INLINE: "it is put into evaluation mode",
        _NET.replace(", nn.Dropout(0.5)", "") + _TRAIN + _INLINE: "no layer acts otherwise",
        _NET.replace("0.5", "0.0") + _TRAIN + _INLINE: "nothing is dropped",
        _NET.replace("0.5", "args.p") + _TRAIN + _INLINE: "nothing may be dropped",
        _NET + _FUNCTION + _TRAIN: "another file may have put it into evaluation mode",
        "import torch\n" + _TRAIN.replace("Net()", "load_net()") + _INLINE: (
            "what layers the model has is not in view"
        ),
        _NET + _TRAIN + "    model.train(False)\n" + _INLINE: "so it is, by another way",
        _NET + _TRAIN + "    to_eval(model)\n" + _INLINE: "a function of another file may do it",
    },
}
