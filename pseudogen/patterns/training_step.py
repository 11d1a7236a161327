"""training-step: forward, backward and the optimizer's step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.arguments import argument
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.training import (
    APPLY,
    FIT_METHODS,
    bare_text,
    gradients_before,
    may_step,
)
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_GRADIENTS = frozenset({"dout", "dy", "grad", "gradient", "gradients", "grads"})
_RATES = frozenset({"lr", "rate"})
_LOSS_WRAPPERS = frozenset({"scale", "mean", "sum"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStep(Finding):
    """Facts of a training step.

    Attributes:
        how: "backward", "scaled-call" (a loss scaler called with loss and optimizer), "apply"
            (gradients computed before are applied), "engine" (a framework runs the step),
            "learner" (an object that holds model and optimizer is told to learn), "fit"
            (a framework runs all of them) or "method" (Lightning calls `training_step`).
        loss: What is differentiated.
        scaler: The loss scaler in `scaler.scale(loss).backward()`.
        through: What carries out `backward` when it is not the loss: an accelerator, an engine.
        optimizer: The optimizer whose `step` follows.
        clears: The line on which gradients are cleared, in the same loop.
        steps: The line on which the optimizer's step follows, or gradients are applied.
        gradients: What computes the gradients that are applied; None when that is not seen.
        cleared: "before" or "after" the backward pass.
        keeps_graph: Whether `retain_graph=True` keeps the graph.
        call: The call, for "engine", "learner", "fit" and "apply".
    """

    pattern: ClassVar[str] = "training-step"

    how: str
    loss: str | None = None
    scaler: str | None = None
    through: str | None = None
    optimizer: str | None = None
    clears: int | None = None
    steps: int | None = None
    gradients: str | None = None
    cleared: str | None = None
    keeps_graph: bool = False
    call: str | None = None


@pattern(TrainingStep, kinds=("training-step",), calls=may_step)
def find_step(site: Site, script: Script) -> Iterator[TrainingStep]:
    """`loss.backward()` and its forms."""
    step = script.training_step(site)
    if step is None:
        return
    loss, scaler, through = _loss(site, step.how)
    scaled = _scaled_before(site, script) if loss is not None and scaler is None else None
    loss, scaler = scaled or (loss, scaler)
    optimizer, clears, steps = _surroundings(site, script)
    gradients = gradients_before(script, site) if step.how == APPLY else None
    yield TrainingStep(
        line=gradients.line if gradients is not None else site.line,
        end=site.last,
        evidence=step.evidence,
        how=step.how,
        loss=loss,
        scaler=scaler,
        through=through,
        optimizer=optimizer,
        clears=clears,
        steps=site.line if gradients is not None else steps,
        gradients=text(gradients.node.func) if gradients is not None else None,
        cleared=None if clears is None else "before" if clears < site.line else "after",
        keeps_graph=text(argument(site.node, "retain_graph") or cst.Name("None")) == "True",
        call=text(site.node.func) if step.how not in ("backward",) else None,
    )


def _scaled_before(site: Site, script: Script) -> tuple[str, str] | None:
    """(loss, scaler) of `scaled = scaler.scale(loss)` before `scaled.backward()`."""
    name = site.name.rpartition(".")[0]
    bindings = script.reaching(name, site.statement.index) if name.isidentifier() else []
    made = bindings[0].value if len(bindings) == 1 else None
    if type(made) is not cst.Call or type(made.func) is not cst.Attribute or len(made.args) != 1:
        return None
    scales = made.func.attr.value == "scale" and "scaler" in words(dotted(made.func.value))
    return (text(made.args[0].value), text(made.func.value)) if scales else None


def _loss(site: Site, how: str) -> tuple[str | None, str | None, str | None]:
    """(loss, scaler, what else carries out the backward pass)."""
    passed = [arg.value for arg in site.node.args if arg.keyword is None and not arg.star]
    if how == "scaled-call":
        return text(passed[0]), None, None
    if how != "backward":
        return None, None, None
    receiver = site.node.func.value
    inner = receiver.func if type(receiver) is cst.Call else None
    if type(inner) is cst.Attribute and inner.attr.value in _LOSS_WRAPPERS:
        if inner.attr.value == "scale":
            return text(receiver.args[0].value), text(inner.value), None
        return text(inner.value), None, None
    if passed and not _is_gradient(passed[0]):
        by_library = words(text(receiver))[-1:] == ("autograd",)
        return text(passed[0]), None, text(receiver) if not by_library else None
    return bare_text(receiver), None, None


def _is_gradient(node: Any) -> bool:
    """Whether what `backward` is given is the gradient to start from: `y.backward(dy)`."""
    return dotted(node).startswith("torch.") or bool(_GRADIENTS & set(words(dotted(node))))


def _surroundings(site: Site, script: Script) -> tuple[str | None, int | None, int | None]:
    """(optimizer, line of `zero_grad`, line of `step`) in the loop or function around a step."""
    around = _round(site, script)
    block = script.calls_below(around) if around is not None else script.call_sites()
    clears, optimizer, steps = None, None, None
    for other in block:
        if other.scope != site.scope or script.exclusive(other.statement, site.statement):
            continue
        method = other.name.rpartition(".")[2]
        before = other.statement.index < site.statement.index
        if method == "zero_grad" and (before or clears is None):
            clears = other.line
        elif _makes_step(method) and other.statement.index > site.statement.index and steps is None:
            optimizer, steps = _stepped(other, script)
    return optimizer, clears, steps


def _makes_step(method: str) -> bool:
    """Whether a method is `step`, or one that does more than that: `step_and_update_lr`."""
    return method == "step" or (method.startswith("step_") and bool(_RATES & set(words(method))))


def _round(site: Site, script: Script) -> Statement | None:
    """The loop of which one round is the training step (not a loop over micro-batches in it), or
    else the function."""
    for ancestor in script.tree.ancestors(site.statement.index):
        if ancestor.index in script.structure.loops or type(ancestor.node) is cst.FunctionDef:
            return ancestor
    return script.loop_around(site.statement)


def _stepped(site: Site, script: Script) -> tuple[str | None, int | None]:
    """The optimizer of `optimizer.step()` or `scaler.step(optimizer)`, and the line."""
    receiver = site.node.func.value
    if script.is_a(receiver, site.scope, "optimizer") is not None:
        return text(receiver), site.line
    passed = site.node.args[0].value if site.node.args else None
    if passed is not None and script.is_a(passed, site.scope, "optimizer") is not None:
        return text(passed), site.line
    return None, None


@pattern(
    TrainingStep,
    kinds=("fit",),
    methods=FIT_METHODS,
)
def find_framework(site: Site, script: Script) -> Iterator[TrainingStep]:
    """`trainer.fit(model, loader)`, `trainer.train()`: the framework runs the steps."""
    evidence = script.fit_call(site)
    if evidence is not None:
        yield TrainingStep(
            line=site.line, end=site.last, evidence=evidence, how="fit", call=site.name
        )


@pattern(TrainingStep, statements=(cst.FunctionDef,))
def find_method(site: Site, script: Script) -> Iterator[TrainingStep]:
    """`def training_step(self, batch, batch_idx):` of a Lightning module that optimizes
    automatically."""
    if site.node.name.value != "training_step" or not _in_class(site.statement, script):
        return
    names = [p.name.value for p in site.node.params.params]
    manual = any(script.training_step(c) is not None for c in script.calls_below(site.statement))
    if names[1:2] and "batch" in names[1] and not manual:
        returned = _returned(site.statement, script)
        yield TrainingStep(
            line=site.line, end=site.last, evidence=_framework(script), how="method", loss=returned
        )


def _in_class(statement: Statement, script: Script) -> bool:
    return script.tree.scopes[statement.scope].kind == "class"


def _framework(script: Script) -> Evidence:
    return Evidence(FLOW if script.imports_anything else NAME, ("training_step",))


def _returned(function: Statement, script: Script) -> str | None:
    for statement in script.tree.below(function):
        if type(statement.node) is cst.Return and type(statement.node.value) is cst.Name:
            return statement.node.value.value
    return None


def _example(**facts: Any) -> list[TrainingStep]:
    facts.setdefault("end", facts["line"])
    return [TrainingStep(**facts)]


EXAMPLES = {
    "for x, y in loader:\n"
    "    optimizer.zero_grad()\n"
    "    criterion(model(x), y).backward()\n"
    "    optimizer.step_and_update_lr()": _example(
        line=3,
        evidence=Evidence(FLOW, ("criterion",)),
        how="backward",
        loss="criterion(model(x), y)",
        optimizer="optimizer",
        clears=2,
        steps=4,
        cleared="before",
    ),
    "for x, y in loader:\n"
    "    optimizer.zero_grad()\n"
    "    loss = criterion(model(x), y)\n"
    "    loss.backward()\n"
    "    optimizer.step()": _example(
        line=4,
        evidence=Evidence(FLOW, ("loss",)),
        how="backward",
        loss="loss",
        optimizer="optimizer",
        clears=2,
        steps=5,
        cleared="before",
    ),
    "for x, y in loader:\n"
    "    (criterion(model(x), y) / 4).backward()\n"
    "    optimizer.step()\n"
    "    optimizer.zero_grad()": _example(
        line=2,
        evidence=Evidence(FLOW, ("criterion(model(x), y) / 4",)),
        how="backward",
        loss="criterion(model(x), y) / 4",
        optimizer="optimizer",
        clears=4,
        steps=3,
        cleared="after",
    ),
    "for batch in loader:\n"
    "    scaler.scale(model(batch)).backward()\n"
    "    scaler.step(optimizer)\n"
    "    scaler.update()\n"
    "    optimizer.zero_grad(set_to_none=True)": _example(
        line=2,
        evidence=Evidence(FLOW, ("scaler.scale",)),
        how="backward",
        loss="model(batch)",
        scaler="scaler",
        optimizer="optimizer",
        clears=5,
        steps=3,
        cleared="after",
    ),
    "for x, y in loader:\n    loss = criterion(model(x), y)\n    (loss / 4).backward()": _example(
        line=3,
        evidence=Evidence(FLOW, ("loss / 4",)),
        how="backward",
        loss="loss / 4",
    ),
    "grad_norm = loss_scaler(loss, optimizer, parameters=model.parameters())": _example(
        line=1,
        evidence=Evidence(NAME, ("loss_scaler",)),
        how="scaled-call",
        loss="loss",
        call="loss_scaler",
    ),
    "accelerator.backward(loss)": _example(
        line=1,
        evidence=Evidence(FLOW, ("accelerator",)),
        how="backward",
        loss="loss",
        through="accelerator",
    ),
    "from transformers import Trainer\n"
    "trainer = Trainer(model=model, args=args)\n"
    "trainer.train(resume_from_checkpoint=True)": _example(
        line=3, evidence=Evidence(API, ("trainer.train",)), how="fit", call="trainer.train"
    ),
    "runner.train(model=net, loaders=loaders, num_epochs=9)": _example(
        line=1,
        evidence=Evidence(FLOW, ("runner.train",)),
        how="fit",
        call="runner.train",
    ),
    "from detectron2.engine import AMPTrainer, SimpleTrainer\n"
    "trainer = (AMPTrainer if half else SimpleTrainer)(model, loader, optim)\n"
    "trainer.train(0, 90)": _example(
        line=3,
        evidence=Evidence(API, ("trainer.train",)),
        how="fit",
        call="trainer.train",
    ),
    "for step in range(steps):\n    loss = engine.train_batch()": _example(
        line=2,
        evidence=Evidence(FLOW, ("engine.train_batch",)),
        how="engine",
        call="engine.train_batch",
    ),
    (
        "import jax, optax\n"
        "def update(params, state, batch):\n"
        "    grad_fn = jax.value_and_grad(loss_fn)\n"
        "    loss, grads = grad_fn(params, batch)\n"
        "    updates, state = tx.update(grads, state)\n"
        "    return optax.apply_updates(params, updates), state"
    ): [
        TrainingStep(
            line=4,
            end=6,
            evidence=Evidence(API, ("optax.apply_updates",)),
            how="apply",
            steps=6,
            gradients="grad_fn",
            call="optax.apply_updates",
        )
    ],
    ("for update in range(num_updates):\n    losses = agent.update(rollouts)"): [
        TrainingStep(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("agent.update",)),
            how="learner",
            call="agent.update",
        )
    ],
    (
        "from lightning import Trainer\n"
        "import hydra\n"
        "trainer: Trainer = hydra.utils.instantiate(cfg.trainer)\n"
        "trainer.fit(model=model, datamodule=datamodule)"
    ): [
        TrainingStep(
            line=4, end=4, evidence=Evidence(FLOW, ("trainer.fit",)), how="fit", call="trainer.fit"
        )
    ],
    ("from mmengine.runner import Runner\nrunner = Runner.from_cfg(cfg)\nrunner.train()"): [
        TrainingStep(
            line=3, end=3, evidence=Evidence(API, ("runner.train",)), how="fit", call="runner.train"
        )
    ],
    "scaled = scaler.scale(loss)\nscaled.backward()": _example(
        line=2,
        evidence=Evidence(FLOW, ("scaled",)),
        how="backward",
        loss="loss",
        scaler="scaler",
    ),
    (
        "from ignite.engine import create_supervised_trainer\n"
        "trainer = create_supervised_trainer(model, optimizer, criterion)\n"
        "trainer.run(train_loader, max_epochs=10)"
    ): [
        TrainingStep(
            line=3, end=3, evidence=Evidence(FLOW, ("trainer.run",)), how="fit", call="trainer.run"
        )
    ],
    (
        "from project.trainer import LoraTrainer\n"
        "trainer = LoraTrainer(model=model, args=training_args, train_dataset=data)\n"
        "trainer.train(resume_from_checkpoint=path)"
    ): [
        TrainingStep(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("trainer.train",)),
            how="fit",
            call="trainer.train",
        )
    ],
    "for images, boxes in loader:\n    total = util.train_step(images, boxes)": _example(
        line=2,
        evidence=Evidence(NAME, ("util.train_step",)),
        how="engine",
        call="util.train_step",
    ),
    "from stable_baselines3 import PPO\nagent = PPO('MlpPolicy', env)\nagent.learn(9000)": _example(
        line=3,
        evidence=Evidence(FLOW, ("agent.learn",)),
        how="fit",
        call="agent.learn",
    ),
    (
        "from torch.utils.data import DataLoader\n"
        "expert = DataLoader(pairs)\n"
        "for _ in range(9):\n"
        "    discriminator.update(expert, rollouts)"
    ): [
        TrainingStep(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("discriminator.update",)),
            how="learner",
            call="discriminator.update",
        )
    ],
    ("for a, b in zip(train_loader_a, train_loader_b):\n    trainer.dis_update(a, b)"): [
        TrainingStep(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("trainer.dis_update",)),
            how="learner",
            call="trainer.dis_update",
        )
    ],
    (
        "from agents import Agent\n"
        "player = Agent(args)\n"
        "for t in range(args.max_timesteps):\n"
        "    player.learn(memory)"
    ): [
        TrainingStep(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("player.learn",)),
            how="learner",
            call="player.learn",
        )
    ],
    "def run(tensor, *args):\n    tensor.backward(*args)": _example(
        line=2, evidence=Evidence(FLOW, ("tensor",)), how="backward", loss="tensor"
    ),
    "import torch\nloss.backward(grad)": _example(
        line=2, evidence=Evidence(FLOW, ("loss",)), how="backward", loss="loss"
    ),
    "import paddle\npaddle.autograd.backward(loss)": _example(
        line=2, evidence=Evidence(FLOW, ("paddle.autograd",)), how="backward", loss="loss"
    ),
}
COUNTEREXAMPLES = {
    "for x in loader:\n    dx = loss_node.backward(scaler=scaler)": "the gradient of an input",
    ("trainer.dis_update(a, b)"): "once, in no loop",
    (
        "from torch.utils.data import DataLoader\nprogress.update(DataLoader(pairs))"
    ): "no network is updated",
    "optimizer.minimize(loss, startup_program=start)": "operations are added to a program",
    "optimizer.minimize(loss, startup_program, parameters)": "operations are added to a program",
    "if in_pir_mode():\n    optimizer.minimize(loss)": "operations are added to a program",
    (
        "class Wrapper:\n"
        "    def train_step(self, data):\n"
        "        return self.inner.train_step(data)"
    ): "a method hands on what it is given",
    (
        "from project.trainer import HorseTrainer\n"
        "trainer = HorseTrainer(name='x')\n"
        "trainer.train()"
    ): "nothing tells what it trains",
    ("worker.run(queue)\napp.run(port=80)"): "nothing that trains",
    "policy_ckpt_dict.update({'seed': seed})": "a dictionary is filled",
    "output.backward(grad_output)": "the gradient of an output is handed on",
    "class Wrapped:\n    def minimize(self, loss):\n        return self.inner_opt.minimize(loss)": (
        "a wrapper hands it on"
    ),
    ("agent.train()\npolicy.update_target()"): "a mode, and another network's copy",
    'logger.update_params({"batch_size": batch_size})': "a logger is told",
    "def backward(self, *grads):\n    return self.base.backward(self, *grads)": "a formula",
    "Base.backward(ctx, grad)": "the gradient formula of another class",
    "class Clamp(Function):\n"
    "    @staticmethod\n"
    "    def backward(ctx, grad):\n"
    "        return grad": "a gradient formula, no step",
    "model.train()": "only switches the mode",
    "from sklearn.preprocessing import StandardScaler\n"
    "scaler = StandardScaler()\n"
    "scaler.fit(x)": "statistics of features are no training loop",
    "self.backward(x)": "the method of the script holds the step",
}
