"""Frameworks that train by themselves: settings that contradict each other, steps made twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.arguments import string
from pseudogen.names.blocks import mentions, method
from pseudogen.names.script import Script, Site
from pseudogen.pitfall import ERROR, Findings, Pitfall, pitfall, report
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_STRATEGIES = ("no", "steps", "epoch")
_EVALUATION = ("eval_strategy", "evaluation_strategy")  # until Transformers 4.46 the second one


@pitfall("best-model-never-measured")
def check_strategies(findings: Findings) -> Iterator[Pitfall]:
    """`TrainingArguments(load_best_model_at_end=True)` that evaluates at other times than it
    saves: the constructor refuses it."""
    script = findings.script
    for site in script.call_sites():
        if site.known is None or site.known.api.kind != "training-arguments":
            continue
        if script.passes_unknown(site) or mentions(script, "evaluate_during_training"):
            continue
        if script.argument_text(site, "load_best_model_at_end") != "True":
            continue
        named = next((n for n in _EVALUATION if script.argument(site, n) is not None), None)
        evaluates = _strategy(script, site, named, "no")
        saves = _strategy(script, site, "save_strategy", "steps")
        if evaluates is None or saves is None or saves == evaluates:
            continue
        yield report(
            "best-model-never-measured",
            ERROR,
            (site.line, site.last),
            site.known.evidence,
            call=site.name,
            evaluates=evaluates,
            evaluates_by=named,
            saves=saves,
            saves_by="save_strategy" if script.argument(site, "save_strategy") else None,
        )


def _strategy(script: Script, site: Site, name: str | None, default: str) -> str | None:
    """A strategy as a word, `epoch` of `"epoch"` and `IntervalStrategy.EPOCH`; None where the
    script does not show it."""
    given: Any = script.argument(site, name) if name is not None else None
    if given is None:
        return default
    said = string(given) or dotted(given).rpartition(".")[2].lower()
    return said if said in _STRATEGIES else None


@pitfall("backward-made-twice")
def check_backward(findings: Findings) -> Iterator[Pitfall]:
    """A backward pass in the `training_step` of a LightningModule that leaves it to the trainer."""
    script = findings.script
    if mentions(script, "automatic_optimization"):
        return
    for function in script.functions("training_step"):
        owner = next(iter(script.tree.ancestors(function.index)), None)
        if owner is None or not _is_lightning(script, owner):
            continue
        for site in script.calls_below(function):
            manual = site.name == "self.manual_backward"
            if manual or (method(site) == "backward" and _returns_value(script, function)):
                yield report(
                    "backward-made-twice",
                    ERROR,
                    (site.line, site.last),
                    "api",
                    call=text(site.node),
                    owner=owner.node.name.value,
                    manual=manual,
                )
                break


def _is_lightning(script: Script, owner: Statement) -> bool:
    """Whether a class is a LightningModule itself, and not one of a class of the project's own,
    which may say how it is optimised."""
    if type(owner.node) is not cst.ClassDef:
        return False
    known = [script.known(base.value, owner.scope) for base in owner.node.bases]
    return any(k is not None and k.name.endswith(".LightningModule") for k in known) and all(
        k is not None for k in known
    )


def _returns_value(script: Script, function: Statement) -> bool:
    """Whether the function gives the trainer something to differentiate."""
    return any(
        type(s.node) is cst.Return and s.node.value is not None
        for s in script.tree.below(function)
        if script.function_around(s) is function
    )


_ARGUMENTS = "from transformers import TrainingArguments\nargs = TrainingArguments('out', {})\n"
_BEST = "load_best_model_at_end=True"
_MODULE = (
    "import lightning as L\n"
    "class Net(L.LightningModule):\n"
    "    def training_step(self, batch, index):\n"
    "        loss = self.loss(batch)\n"
)
_BACKWARD = "        loss.backward()\n        self.optimizers().step()\n"
EXAMPLES = {
    "best-model-never-measured": {
        _ARGUMENTS.format(_BEST): [(2, 2)],
        _ARGUMENTS.format(f"{_BEST}, evaluation_strategy='epoch'"): [(2, 2)],
        _ARGUMENTS.format(f"{_BEST}, eval_strategy='steps', save_strategy='epoch'"): [(2, 2)],
    },
    "backward-made-twice": {
        _MODULE + _BACKWARD + "        return loss\n": [(5, 5)],
        _MODULE + _BACKWARD.replace("loss.backward()", "self.manual_backward(loss)"): [(5, 5)],
    },
}
COUNTEREXAMPLES = {
    "best-model-never-measured": {
        _ARGUMENTS.format("eval_strategy='epoch'"): "no best model is asked for",
        _ARGUMENTS.format(f"{_BEST}, eval_strategy='epoch', save_strategy='epoch'"): "they agree",
        _ARGUMENTS.format(f"{_BEST}, eval_strategy='steps'"): "saving in steps is the default",
        _ARGUMENTS.format(f"{_BEST}, eval_strategy=when"): "the script does not show it",
        _ARGUMENTS.format(f"{_BEST}, **more"): "it may be among the options",
        _ARGUMENTS.format(f"{_BEST}, eval_strategy='epoch', save_strategy='best'"): (
            "it saves when it has measured a better one"
        ),
    },
    "backward-made-twice": {
        _MODULE + "        return loss\n": "the trainer makes the backward pass",
        _MODULE.replace(
            "    def tr",
            "    def __init__(self):\n        self.automatic_optimization = False\n    def tr",
        )
        + _BACKWARD
        + "        return loss\n": "the class makes it itself",
        _MODULE.replace("L.Light", "Light") + _BACKWARD + "        return loss\n": (
            "whose class that is can't be told"
        ),
    },
}
