"""Which calls hide the whole training loop: of a framework, of a trainer of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.config_calls import CONFIG_WORDS
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

FIT_METHODS = (
    *("fit", "fit_generator", "train", "run", "fit_one_cycle", "fine_tune", "fit_flat_cos"),
    "learn",
    "run_training",
)
"""Methods that may run a framework's whole training loop."""
_FASTAI = frozenset({"fit_one_cycle", "fine_tune", "fit_flat_cos"})
_KERAS_FIT = frozenset(
    {"epochs", "validation_data", "steps_per_epoch", "callbacks", "validation_split", "train_data"}
)
_TRAINER_DATA = frozenset({"data_collator", "eval_dataset", "train_dataset"})
_ULTRALYTICS = frozenset({"data", "epochs"})


def fit_call(script: Script, site: Site) -> Evidence | None:
    """The evidence that a call runs a framework's whole training loop (`trainer.fit(model)`,
    `trainer.train()`, Keras's `model.fit(...)`), or None."""
    if site.known is not None and site.known.api.kind == "fit":
        return Evidence(site.known.evidence, (site.known.name,))
    method = site.name.rpartition(".")[2]
    if type(site.node.func) is not cst.Attribute or method not in FIT_METHODS:
        return None
    receiver = site.node.func.value
    trainer = script.is_a(receiver, site.scope, "trainer")
    if method == "learn":
        told = any(a.keyword and a.keyword.value == "total_timesteps" for a in site.node.args)
        return Evidence(FLOW, (site.name,)) if told or _runs(script, receiver, site) else None
    if method == "run" and not (trainer is not None and _runs(script, receiver, site)):
        # Ignite's `trainer.run(loader, max_epochs=10)`
        passed = {arg.keyword.value for arg in site.node.args if arg.keyword is not None}
        return Evidence(FLOW, (site.name,)) if "max_epochs" in passed else None
    if trainer is not None:
        return _trusted(script, site, trainer)
    if method == "run_training":  # of Tianshou's algorithms
        return Evidence(NAME, (site.name,)) if script.called_function(site) is None else None
    keywords = {arg.keyword.value for arg in site.node.args if arg.keyword is not None}
    if method in _FASTAI and not _switches(site):
        return Evidence(FLOW, (site.name,))
    if method == "train" and {"loaders", "num_epochs"} <= keywords:
        return Evidence(FLOW, (site.name,))  # a runner as Catalyst has them
    if method == "train" and _runs(script, receiver, site):
        return Evidence(FLOW, (site.name,))
    wanted = _ULTRALYTICS if method == "train" else _KERAS_FIT
    return Evidence(FLOW, (site.name,)) if wanted & keywords else None


_COUNTED = frozenset({"epoch", "epochs"})


def _switches(site: Site) -> bool:
    """Whether it is `encoder.fine_tune(fine_tune_encoder)`, which lets layers be trained or not:
    fastai's takes a number of epochs."""
    if not site.name.endswith(".fine_tune"):
        return False
    given = site.node.args[0].value if site.node.args else None
    named = set(words(dotted(given)))
    switch = given is None or text(given) in ("True", "False")
    return switch or ("tune" in named and not named & _COUNTED)


def _runs(script: Script, receiver: Any, site: Site) -> bool:
    """Whether a method is the one by which a framework's object trains: `run` of Catalyst's
    runners, `learn` of Stable-Baselines3's agents."""
    method = site.name.rpartition(".")[2]
    made = (b.value for b in script.resolver.bindings(dotted(receiver), site.scope))
    known = (script.known(value.func, site.scope) for value in made if type(value) is cst.Call)
    return any(row is not None and row.api.traits.get("fit") == method for row in known)


def _own_trainer(script: Script, site: Site) -> bool:
    """Whether a trainer is made by a class of the project that is given what a Hugging Face
    trainer is given: `LoraTrainer(model=model, args=args, train_dataset=data)`."""
    receiver = site.name.rpartition(".")[0]
    for binding in script.resolver.bindings(receiver, site.scope):
        if type(binding.value) is not cst.Call:
            continue
        given = {arg.keyword.value for arg in binding.value.args if arg.keyword is not None}
        if words(dotted(binding.value.func))[-1:] == ("trainer",) and {"model", "args"} <= given:
            return bool(given & _TRAINER_DATA)
    return False


def _instantiated(script: Script, site: Site) -> bool:
    """Whether Hydra makes the trainer of its part of the settings:
    `trainer = instantiate(cfg.trainer)`, told to fit a model."""
    receiver, _, method = site.name.rpartition(".")
    made = (b.value for b in script.resolver.bindings(receiver, site.scope))
    return method == "fit" and any(
        type(value) is cst.Call
        and dotted(value.func).rpartition(".")[2] == "instantiate"
        and any("trainer" in words(dotted(arg.value)) for arg in value.args)
        for value in made
    )


def _trusted(script: Script, site: Site, trainer: Evidence) -> Evidence | None:
    """A trainer counts on a framework's word, or by its name in code that shows no imports."""
    doubtful = trainer.kind == NAME and script.imports_anything
    if doubtful and not (_own_trainer(script, site) or _instantiated(script, site)):
        return Evidence(NAME, (site.name,)) if _of_project(script, site) else None
    return Evidence(API if trainer.kind == API else trainer.kind, (site.name,))


def _of_project(script: Script, site: Site) -> bool:
    """Whether a trainer of the project, whose method this script does not show, is told to train,
    once: `trainer = Trainer(cfg)` and `trainer.train()` in no loop."""
    receiver, _, method = site.name.rpartition(".")
    if method not in _WHOLE or script.loop_around(site.statement) is not None:
        return False
    moded = [text(arg.value) for arg in site.node.args] in (["True"], ["False"])
    if moded or script.called_function(site) is not None:
        return False
    made = [b.value for b in script.reaching(receiver, site.statement.index) if b.how == "assign"]
    makers = [value for value in made if type(value) is cst.Call]
    classes = [dotted(call.func) for call in makers]
    if not classes or len(classes) != len(made) or not all(map(_names_trainer, classes)):
        return False
    return any(_says_what_for(script, call, site.scope) for call in (site.node, *makers))


def _says_what_for(script: Script, call: cst.Call, scope: int) -> bool:
    """Whether a call gets a model, data or settings."""
    given = [script.role(arg.value, scope) for arg in call.args]
    settings = any(CONFIG_WORDS & set(words(dotted(arg.value))) for arg in call.args)
    return settings or any(role is not None and role.kind in _GIVEN for role in given)


_WHOLE = ("fit", "train")
_GIVEN = frozenset({"dataset", "loader", "model", "optimizer"})


def _names_trainer(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last[:1].isupper() and words(last)[-1:] == ("trainer",)
