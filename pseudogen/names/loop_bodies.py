"""What the body of a loop says of it: calls named as training is, and the absence of gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

TRAINING_WORDS = frozenset({"train", "fit", "training", "trains", "learn"})


def is_abstract(function: Any) -> bool:
    """Whether a method leaves its body to the classes derived from its own."""
    return any("abstract" in dotted(d.decorator) for d in function.decorators)


def named_training(site: Site) -> bool:
    """`train(loader, ...)`, `fit_one_epoch(...)`; not `model.train()` or `train_loader(...)`."""
    if site.known is not None or not site.node.args:
        return False
    named = words(site.name)
    if named in (("train",), ("fit",)) and "." in site.name:
        only = site.node.args[0].value
        if type(only) is cst.Name and only.value in ("True", "False", "mode"):
            return False
    verbs = set(named) & TRAINING_WORDS
    return bool(verbs) and not site.name[:1].isupper() and _is_action(named)


def _is_action(named: tuple[str, ...]) -> bool:
    """Whether the words of a function's name say that something is done: `train_one_epoch`."""
    return named[0] in TRAINING_WORDS | {"run", "do"} and named[-1] in TRAINING_WORDS | {
        "epoch",
        "step",
        "batch",
        "model",
        "iter",
        "iteration",
        "loop",
        "d",
        "g",
        "one",
        "distributed",
        "ddp",
        "amp",
        "precision",
        "epochs",
        "net",
    }


def without_gradients(script: Script, statement: Statement, function: Statement | None) -> bool:
    """Whether a loop runs under `no_grad`: around it, inside it or as a decorator; or after
    `model.eval()` in its function."""
    marks = ("no_grad", "inference_mode")
    around = [a for a in script.tree.ancestors(statement.index) if type(a.node) is cst.With]
    inside = [s for s in script.tree.below(statement) if type(s.node) is cst.With]
    for block in (*around, *inside):
        if any(mark in text(item.item) for item in block.node.items for mark in marks):
            return True
    if function is not None:
        if any(mark in text(d.decorator) for d in function.node.decorators for mark in marks):
            return True
        modes = [
            site.name.rpartition(".")[2]
            for site in script.calls_below(function)
            if site.statement.index < statement.index
            and site.name.endswith((".eval", ".train"))
            and not site.node.args
        ]
        return bool(modes) and modes[-1] == "eval"
    return False
