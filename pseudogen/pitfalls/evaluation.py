"""Evaluation: back to training mode afterwards, and without gradients meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import (
    calls_of_methods,
    eager_library,
    inside,
    mentions,
    method,
    reachable_calls,
    receiver,
    statement_at,
)
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.epoch_loop import EpochLoop
from pseudogen.patterns.evaluation import Evaluation
from pseudogen.pitfall import NOTE, WARNING, Findings, Pitfall, pitfall, report
from pseudogen.pitfalls.modes import acts_alike
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_COPIES = frozenset({"ema", "teacher", "target", "best", "ref", "copy", "swa", "avg", "averaged"})
_GRADIENTS_OFF = (
    *("no_grad", "inference_mode", "set_grad_enabled", "requires_grad_(False)"),
    "volatile=",  # before PyTorch 0.4
)
_CALLS = 2
"""Functions between a loop and the one that is looked at."""
_MODES = frozenset({"eval", "train", "to", "state_dict", "parameters", "module"})
"""Methods of a model that do not run it."""
_SWITCHES = ("set_grad_enabled", "requires_grad_(False)", "enable_grad", "LightningModule")
_GRADIENTS_USED = ("autograd.grad", ".backward(", "stop_gradient", "LightningModule", "enable_grad")


@pitfall("no-return-to-train")
def check_mode(findings: Findings) -> Iterator[Pitfall]:
    """`model.eval()` in the loop over epochs, and `model.train()` nowhere in it."""
    script = findings.script
    if eager_library(script) is None:
        return
    for loop in findings.of(EpochLoop):
        header = statement_at(script, loop.line)
        if loop.call is not None or type(header.node) not in (cst.For, cst.While):
            continue
        calls = reachable_calls(script, header)
        if any(_goes_back(script, s) for s in calls) or not _trains(script, header):
            continue
        switched = _switched(script, header, calls)
        if switched is not None:
            site, model = switched
            if findings.handed_on(model) or _has_own_mode(calls, model, receiver(site)):
                continue
            if acts_alike(script, site.node.func.value, site.statement.index):
                continue
            yield report(
                "no-return-to-train",
                WARNING,
                (site.line, site.last),
                "flow",
                model=model,
                loop=loop.line,
                call=text(site.node),
            )


def _goes_back(script: Script, site: Site) -> bool:
    """`model.train()`, or a helper of another file that is called so; not the script's own
    `self.train()`, whose calls are looked at themselves."""
    named = words(method(site))
    trains = named == ("train",) or ("train" in named and bool({"mode", "set"} & set(named)))
    return trains and "." in site.name and script.called_function(site) is None


def _has_own_mode(calls: list[Site], *models: str) -> bool:
    """Whether a method of the model's own prepares it for training: `model.train_head()`."""
    return any(receiver(s) in models and "train" in words(method(s)) for s in calls)


def _trains(script: Script, loop: Statement) -> bool:
    """Whether a training step that this file shows runs in the loop."""
    if any(inside(loop, script.tree.statements[i]) for i in script.structure.steps):
        return True
    functions = (script.called_function(site) for site in script.calls_below(loop))
    return any(f is not None and f.index in script.structure.trains for f in functions)


def _switched(script: Script, loop: Statement, calls: list[Site]) -> tuple[Site, str] | None:
    """The call that puts the trained model into evaluation mode, and the model's name in the
    loop."""
    evals = [s for s in calls if _evaluates(s)]
    if any(_trains_in_it(script, s) for s in evals):
        return None
    used = {s.name for s in calls if inside(loop, s.statement) or s.name.startswith("self.")}
    used |= {text(a.value) for s in script.calls_below(loop) for a in s.node.args}
    free = {(s.name, _free(script, s.name, s)) for s in calls}
    for site in evals:
        model = receiver(site)
        if not inside(loop, site.statement):
            home = _free(script, model, site)
            shared = home is not None and (model, home) in free
            model = (
                model if shared else _passed_for(script, model, site.statement.index, loop) or ""
            )
            used |= {model} if shared else set()
        if model and model in used and not _COPIES & set(words(model.replace(".", "_"))):
            return site, model
    return None


def _evaluates(site: Site) -> bool:
    """`model.eval()` as a statement."""
    plain = method(site) == "eval" and not site.node.args and bool(receiver(site))
    return plain and type(site.statement.node) is cst.Expr


def _trains_in_it(script: Script, site: Site) -> bool:
    """Whether a training step follows in the same function: the model is trained in evaluation
    mode on purpose, as a linear classifier on frozen features is."""
    for index in script.structure.steps:
        step = script.tree.statements[index]
        if step.index > site.statement.index and step.scope == site.scope:
            return script.condition(site.statement, beyond=step) is None
    return False


def _free(script: Script, name: str, site: Site) -> int | None:
    """The scope around a function from which the function takes a name; None for its own."""
    home = script.resolver.home(name, site.scope)
    return home.index if home is not None and home.index != site.scope else None


def _passed_for(script: Script, name: str, at: int, loop: Statement, depth: int = 0) -> str | None:
    """What the loop passes for the parameter on which `eval()` is called, also by way of a
    function between; `self.model` stays."""
    if name.startswith("self."):
        return name
    for binding in script.reaching(name, at):
        passed = script.passed(binding) if binding.how == "parameter" else []
        named = [(dotted(n), s) for n, s in passed if n is not None]
        here = [given for given, s in named if _within(script, s, loop)]
        if here:
            return here[0]
        for given, s in named if depth < _CALLS else ():
            found = _passed_for(script, given, s, loop, depth + 1) if given else None
            if found is not None:
                return found
    return None


def _within(script: Script, statement: int, loop: Statement) -> bool:
    return inside(loop, script.tree.statements[statement])


@pitfall("evaluation-with-gradients")
def check_gradients(findings: Findings) -> Iterator[Pitfall]:
    """A loop that evaluates, without `no_grad` in its function or around the calls of it."""
    script = findings.script
    if eager_library(script) is None or "jax" in script.resolver.packages:
        return  # JAX computes gradients where it is told to
    for found in findings.of(Evaluation):
        if found.how != "loop" or found.no_gradients is not None:
            continue
        loop = statement_at(script, found.line)
        model = _model_called(script, loop)
        if model is None or _is_off(script, loop, found.eval_mode is not None):
            continue
        function = script.function_around(loop)
        yield report(
            "evaluation-with-gradients",
            NOTE,
            (found.line, found.end),
            found.evidence.kind,
            model=model,
            loader=found.loader,
            elsewhere=function is not None and not script.calls_of(function),
            library=eager_library(script),
        )


def _model_called(script: Script, loop: Statement) -> str | None:
    """The model that the loop calls; None when none is seen."""
    switched = {receiver(s) for s in calls_of_methods(script, "eval") if s.scope == loop.scope} - {
        ""
    }
    for site in script.calls_below(loop):
        root = any(site.name == name or site.name.startswith(f"{name}.") for name in switched)
        runs = root and method(site) not in _MODES and script.called_function(site) is None
        if site.known is None and site.name and (runs or _is_model(script, site)):
            return site.name
    return None


def _is_model(script: Script, site: Site) -> bool:
    named = set(words(site.name.rpartition(".")[2]))
    role = script.role(site.node.func, site.scope)
    if script.called_function(site) is not None or site.name[:1].isupper():
        return False
    return (role is not None and role.kind == "model") or bool(named & {"model", "net"})


def _is_off(script: Script, loop: Statement, evaluates: bool) -> bool:
    """Whether gradients are off in the loop for all that can be seen, or are used there. A
    function that the file does not call is looked at when it switches the mode itself
    (`evaluates`)."""
    function = script.function_around(loop)
    block = function or loop
    lines = script.tree.lines[block.start - 1 : block.end]
    written = "\n".join(lines)
    inner = "\n".join(script.tree.lines[loop.start - 1 : loop.end])
    if any(mark in inner for mark in (*_GRADIENTS_OFF, *_GRADIENTS_USED)):
        return True
    if any(mark in written for mark in _SWITCHES) or _stands_under(script, loop):
        return True
    if function is None:
        return mentions(script, "set_grad_enabled")
    if "self" in [p.name.value for p in function.node.params.params[:1]] and _in_module(
        script, function
    ):
        return True
    callers = script.calls_of(function)
    if not callers:
        return not evaluates or script.tree.scopes[function.scope].kind == "class"
    return any(_covered(script, site) for site in callers)


def _stands_under(script: Script, statement: Statement) -> bool:
    """Whether a statement stands below `with torch.no_grad()`, or in a function decorated so."""
    for header in script.tree.ancestors(statement.index):
        parts: list[Any] = []
        if type(header.node) is cst.With:
            parts = [item.item for item in header.node.items]
        elif type(header.node) is cst.FunctionDef:
            parts = [d.decorator for d in header.node.decorators]
        if any(mark in text(part) for part in parts for mark in _GRADIENTS_OFF):
            return True
    return False


def _in_module(script: Script, function: Statement) -> bool:
    """Whether a method belongs to a class of a framework that may turn gradients off."""
    owner = script.tree.statements[function.parent] if function.parent >= 0 else None
    return owner is not None and type(owner.node) is cst.ClassDef and bool(owner.node.bases)


def _covered(script: Script, site: Site, depth: int = 0) -> bool:
    """Whether a call stands under `no_grad`, directly or where its own function is called."""
    for header in script.tree.ancestors(site.statement.index):
        if type(header.node) is cst.With:
            written = " ".join(text(item.item) for item in header.node.items)
            if any(mark in written for mark in _GRADIENTS_OFF):
                return True
        if type(header.node) is cst.FunctionDef:
            written = " ".join(text(d.decorator) for d in header.node.decorators)
            if any(mark in written for mark in _GRADIENTS_OFF):
                return True
            callers = script.calls_of(header) if depth < 2 else []
            return any(_covered(script, caller, depth + 1) for caller in callers)
    return False


_TOP = "import torch\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
_ROUND = (
    "    for x, y in train_loader:\n"
    "        optimizer.zero_grad()\n"
    "        criterion(model(x), y).backward()\n"
    "        optimizer.step()\n"
)
_EVALUATE = (
    "def evaluate(model, val_loader):\n"
    "    model.eval()\n"
    "    for x, y in val_loader:\n"
    "        correct = (model(x).argmax(1) == y).sum()\n"
    "    return correct\n"
)
_CLASS = (
    "class Trainer:\n"
    "    def train_epoch(self):\n"
    "        for x, y in self.train_loader:\n"
    "            optimizer.zero_grad()\n"
    "            criterion(self.model(x), y).backward()\n"
    "            optimizer.step()\n"
    "    def evaluate(self):\n"
    "        self.model.eval()\n"
    "        return measure(self.model)\n"
    "    def fit(self):\n"
    "        for epoch in range(9):\n"
    "            self.train_epoch()\n"
    "            self.evaluate()\n"
)
_TRAIN = "model.train()\nfor epoch in range(9):\n"
_CALL = "    evaluate(model, val_loader)\n"
_NET = (
    "from torch import nn\n"
    "class Net(nn.Module):\n"
    "    def __init__(self):\n"
    "        super().__init__()\n"
    "        self.layers = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())\n"
    "    def forward(self, x):\n"
    "        return self.layers(x).view(x.size(0), -1)\n"
    "model = Net()\n"
)
_INLINE = "    model.eval()\n    with torch.no_grad():\n        print(model(x_val))\n"
_BETWEEN = (
    "def one_epoch(net):\n"
    "    for x, y in train_loader:\n"
    "        optimizer.zero_grad()\n"
    "        criterion(net(x), y).backward()\n"
    "        optimizer.step()\n"
    "    evaluate(net, val_loader)\n"
    "for epoch in range(9):\n"
    "    one_epoch(model)\n"
)
EXAMPLES = {
    "no-return-to-train": {
        _TOP + _EVALUATE + _TRAIN + _ROUND + _CALL: [(4, 4)],
        _TOP + _TRAIN + _ROUND + _INLINE: [(9, 9)],
        _TOP + _CLASS: [(10, 10)],
        _TOP + _EVALUATE + _BETWEEN: [(4, 4)],
        _NET + _TOP + _TRAIN + _ROUND + _INLINE: [(17, 17)],
    },
    "evaluation-with-gradients": {
        _TOP + _EVALUATE + "accuracy = evaluate(model, val_loader)\n": [(5, 5)],
        _TOP + _EVALUATE: [(5, 5)],
        _TOP + "model.eval()\nfor x, y in test_loader:\n"
        "    correct += (model(x).argmax(1) == y).sum()\n": [(4, 4)],
    },
}
COUNTEREXAMPLES = {
    "no-return-to-train": {
        _TOP + _EVALUATE + "for epoch in range(9):\n    model.train()\n" + _ROUND + _CALL: (
            "each round goes back"
        ),
        _TOP + _EVALUATE + _TRAIN + _ROUND + "    evaluate(ema_model, val_loader)\n": (
            "another model is evaluated"
        ),
        _TOP + _TRAIN + _ROUND + "model.eval()\n": "the training is over",
        _NET.replace("nn.BatchNorm2d(8), ", "") + _TOP + _TRAIN + _ROUND + _INLINE: (
            "its layers act alike in both modes"
        ),
        _NET.replace("nn.BatchNorm2d(8), ", "")
        + "other = Net()\n"
        + _TOP
        + _EVALUATE
        + _TRAIN
        + _ROUND
        + _CALL
        + "evaluate(other, val_loader)\n": ("so do those of both models"),
        _TOP + _EVALUATE + "for epoch in range(9):\n    model.train_head()\n" + _ROUND + _CALL: (
            "the model has a method of its own for that"
        ),
        _TOP
        + _EVALUATE
        + "def fit():\n    model.eval()\n"
        + _ROUND
        + "for epoch in range(9):\n    fit()\n"
        + _CALL: "the rest of it is frozen: it is trained in evaluation mode",
    },
    "evaluation-with-gradients": {
        _TOP + "@torch.no_grad()\n" + _EVALUATE + "evaluate(model, val_loader)\n": "decorated",
        _TOP
        + _EVALUATE.replace("model(x)", "model(Variable(x, volatile=True))")
        + "evaluate(model, val_loader)\n": "so the first versions turned them off",
        _TOP + _EVALUATE + "with torch.no_grad():\n    evaluate(model, val_loader)\n": (
            "the caller turns them off"
        ),
        "import jax\n" + _TOP + _EVALUATE + "evaluate(model, val_loader)\n": "JAX keeps none",
        _TOP + _EVALUATE.replace("    model.eval()\n", ""): "the caller may turn them off",
    },
}
