"""Methods that a framework calls by their names: those of Lightning's modules and of callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

PREPARING = (
    "prepare_data",
    "setup",
    "configure_model",
    "train_dataloader",
    "val_dataloader",
    "configure_optimizers",
    "on_fit_start",
    "on_train_start",
)
TRAINING = (
    "on_train_epoch_start",
    "on_train_batch_start",
    "training_step",
    "on_before_optimizer_step",
    "configure_gradient_clipping",
    "optimizer_step",
    "lr_scheduler_step",
    "on_train_batch_end",
)
EVALUATING = (
    "on_validation_start",
    "on_validation_epoch_start",
    "validation_step",
    "validation_epoch_end",
    "on_validation_epoch_end",
    "test_dataloader",
    "test_step",
    "test_epoch_end",
    "on_test_epoch_end",
)
_LAST = ("training_epoch_end", "on_train_epoch_end", "on_train_end", "on_fit_end")
_ORDER = {name: place for place, name in enumerate((*PREPARING, *TRAINING, *EVALUATING, *_LAST))}
"""The hooks in the order in which `trainer.fit` first comes to them."""
CALLED_BACK = frozenset(
    f"on_{what}_{when}"
    for what in ("batch", "epoch", "step", "train_batch")
    for when in ("begin", "end", "start")
)
"""Methods of callbacks that run in the loops of the training."""
OF_TRAINERS = frozenset({"compute_loss", "log", "save_model", "_save_checkpoint", "training_step"})
"""Methods of Hugging Face's trainers that run in the loop of the training."""
_STEPS = frozenset({"training_step", "validation_step"})


def is_module(script: Script, owner: Statement) -> bool:
    """Whether a class is a Lightning module, by its bases or by its methods' names."""
    bases = {words(dotted(base.value))[:1] for base in owner.node.bases if dotted(base.value)}
    return ("lightning",) in bases or bool(_STEPS & set(script.scope_of(owner.index).bindings))


def is_callback(owner: Statement) -> bool:
    """Whether a class is a callback, by its bases: `keras.callbacks.Callback`."""
    bases = (words(dotted(base.value).rpartition(".")[2]) for base in owner.node.bases)
    return any(named[-1:] == ("callback",) for named in bases)


def is_trainer(script: Script, owner: Statement) -> bool:
    """Whether a class is one of Hugging Face's trainers by its bases."""
    full = (
        name
        for base in owner.node.bases
        for name in script.resolver.qualified(dotted(base.value), owner.scope)
    )
    return any(n.startswith(("transformers.", "trl.")) and n.endswith("Trainer") for n in full)


def hooks(script: Script, only: Statement | None = None) -> list[Statement]:
    """The hooks that the modules of a script, or one of its classes, define, in the order in which
    they first run."""
    found = [
        method
        for owner in ((only,) if only is not None else script.tree.statements)
        if type(owner.node) is cst.ClassDef and is_module(script, owner)
        for method in script.tree.body(owner)
        if type(method.node) is cst.FunctionDef and method.node.name.value in _ORDER
    ]
    return sorted(found, key=lambda method: _ORDER[method.node.name.value])
