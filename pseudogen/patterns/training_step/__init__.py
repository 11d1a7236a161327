"""training-step: forward, backward and the optimizer's step."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.training_step.facts import TrainingStep
from pseudogen.patterns.training_step.finders import (
    find_framework,
    find_method,
    find_step,
)

__all__ = [
    "TrainingStep",
    "find_framework",
    "find_method",
    "find_step",
]


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
    "for batch in loader:\n    trainer.run_generator_one_step(batch)": [
        TrainingStep(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("trainer.run_generator_one_step",)),
            how="engine",
            call="trainer.run_generator_one_step",
        )
    ],
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
    "    optimizer.zero_grad()\n"
    "    loss = criterion(model(x), y)\n"
    "    loss.backward()\n"
    "    penalty = measure(model)\n"
    "    penalty.backward()\n"
    "    optimizer.step()": [
        TrainingStep(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("loss",)),
            how="backward",
            loss="loss",
            optimizer="optimizer",
            clears=2,
            steps=7,
            cleared="before",
            adds=("penalty",),
            adds_on=(6,),
        ),
        TrainingStep(
            line=6,
            end=6,
            evidence=Evidence(FLOW, ("penalty",)),
            how="backward",
            loss="penalty",
            optimizer="optimizer",
            clears=2,
            steps=7,
            cleared="before",
            added_to="loss",
            added_on=4,
        ),
    ],
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
    "for i, (x, y) in enumerate(loader):\n"
    "    loss = criterion(model(x), y)\n"
    "    loss.backward()\n"
    "    if i % 4 == 3:\n"
    "        if half:\n"
    "            scaler.step(optimizer)\n"
    "        else:\n"
    "            optimizer.step()\n"
    "        optimizer.zero_grad()": _example(
        line=3,
        evidence=Evidence(FLOW, ("loss",)),
        how="backward",
        loss="loss",
        optimizer="optimizer",
        clears=9,
        steps=6,
        steps_if="i % 4 == 3",
        cleared="after",
    ),
    "for x, y in loader:\n"
    "    try:\n"
    "        criterion(model(x), y).backward()\n"
    "    except RuntimeError:\n"
    "        optimizer.zero_grad()": _example(
        line=3,
        evidence=Evidence(FLOW, ("criterion",)),
        how="backward",
        loss="criterion(model(x), y)",
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
    "for x, y in loader:\n    engine.backward(loss)\n    engine.step()": _example(
        line=2,
        evidence=Evidence(FLOW, ("engine",)),
        how="backward",
        loss="loss",
        through="engine",
        optimizer="engine",
        steps=3,
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
        scaled="scaled",
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
    (
        "from core.ppo import ppo_step\n"
        "for batch in batches:\n"
        "    ppo_step(policy_net, value_net, optimizer_policy, batch)"
    ): [
        TrainingStep(
            line=3, end=3, evidence=Evidence(NAME, ("ppo_step",)), how="engine", call="ppo_step"
        )
    ],
    "for images, boxes in loader:\n    total = util.train_step(images, boxes)": _example(
        line=2,
        evidence=Evidence(NAME, ("util.train_step",)),
        how="engine",
        call="util.train_step",
    ),
    (
        "for batch in train_loader:\n"
        "    outputs = net.train_step(batch)\n"
        '    outputs["loss"].backward()\n'
        "    optimizer.step()"
    ): [
        TrainingStep(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("outputs[]",)),
            how="backward",
            loss='outputs["loss"]',
            optimizer="optimizer",
            steps=4,
        )
    ],
    "from stable_baselines3 import PPO\nagent = PPO('MlpPolicy', env)\nagent.learn(9000)": _example(
        line=3,
        evidence=Evidence(FLOW, ("agent.learn",)),
        how="fit",
        call="agent.learn",
    ),
    (
        "import jax\n"
        "def train_step(state, batch):\n"
        "    grad_fn = jax.value_and_grad(loss_fn)\n"
        "    loss, grad = grad_fn(state.optimizer.target)\n"
        "    optimizer = state.optimizer.apply_gradient(grad, learning_rate=rate)\n"
        "    return state.replace(optimizer=optimizer)"
    ): [
        TrainingStep(
            line=4,
            end=5,
            evidence=Evidence(FLOW, ("state.optimizer",)),
            how="apply",
            steps=5,
            gradients="grad_fn",
            call="state.optimizer.apply_gradient",
        )
    ],
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
    (
        "from colossalai.trainer import Trainer\n"
        "trainer = Trainer(engine=engine)\n"
        "trainer.fit(loader, epochs=9)"
    ): [
        TrainingStep(
            line=3, end=3, evidence=Evidence(API, ("trainer.fit",)), how="fit", call="trainer.fit"
        )
    ],
    "for i, (x, y) in enumerate(loader):\n"
    "    loss = criterion(model(x), y)\n"
    "    loss.backward()\n"
    "    if (i + 1) % 4 == 0:\n"
    "        optimizer.step()\n"
    "        optimizer.zero_grad()": _example(
        line=3,
        evidence=Evidence(FLOW, ("loss",)),
        how="backward",
        loss="loss",
        optimizer="optimizer",
        clears=6,
        steps=5,
        steps_if="(i + 1) % 4 == 0",
        cleared="after",
    ),
    "for x, y in loader:\n"
    "    loss = criterion(model(x), y)\n"
    "    loss.backward()\n"
    "    if scaler:\n"
    "        scaler.step(optimizer)\n"
    "    else:\n"
    "        optimizer.step()": _example(
        line=3,
        evidence=Evidence(FLOW, ("loss",)),
        how="backward",
        loss="loss",
        optimizer="optimizer",
        steps=5,
    ),
    "with paddle.static.program_guard(main, startup):\n    optimizer.minimize(loss)": _example(
        line=2,
        evidence=Evidence(FLOW, ("optimizer",)),
        how="apply",
        call="optimizer.minimize",
        later=True,
    ),
    "optimizer.minimize(loss)\nwith tf.Session() as session:\n    session.run(init)": _example(
        line=1,
        evidence=Evidence(FLOW, ("optimizer",)),
        how="apply",
        call="optimizer.minimize",
        later=True,
    ),
    "session = tf.Session()\nif tf.executing_eagerly():\n    optimizer.minimize(loss)": _example(
        line=3,
        evidence=Evidence(FLOW, ("optimizer",)),
        how="apply",
        call="optimizer.minimize",
    ),
    ("for x, y in train_loader:\n    metrics = engine.train(x, y)"): [
        TrainingStep(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("engine.train",)),
            how="engine",
            call="engine.train",
        )
    ],
    (
        "import torch\n"
        "first = torch.optim.SGD(net.head.parameters(), lr=0.1)\n"
        "second = torch.optim.SGD(net.body.parameters(), lr=0.1)\n"
        "optimizers = [first, second]\n"
        "for step in range(steps):\n"
        "    for part in range(1, parts + 1):\n"
        "        x, y = next(batches)\n"
        "        criterion(net(x), y).backward()\n"
        "    for opt, schedule in zip(optimizers, schedules):\n"
        "        opt.step()\n"
        "        schedule.step()\n"
        "    net.zero_grad()"
    ): [
        TrainingStep(
            line=8,
            end=8,
            evidence=Evidence(FLOW, ("criterion",)),
            how="backward",
            loss="criterion(net(x), y)",
            optimizer="opt",
            clears=12,
            steps=10,
            cleared="after",
        ),
    ],
    "for x, y in loader:\n"
    "    criterion(model(x), y).backward()\n"
    "    if args.clip:\n"
    "        clip_grad_norm_(model.parameters(), args.clip)\n"
    "    optimizer.step()": _example(
        line=2,
        evidence=Evidence(FLOW, ("criterion",)),
        how="backward",
        loss="criterion(model(x), y)",
        optimizer="optimizer",
        steps=5,
        clips=4,
        may_clip=True,
    ),
    "for i, (x, y) in enumerate(loader):\n"
    "    criterion(model(x), y).backward()\n"
    "    if i % 4 == 0:\n"
    "        clip_grad_norm_(model.parameters(), 1.0)\n"
    "        optimizer.step()": _example(
        line=2,
        evidence=Evidence(FLOW, ("criterion",)),
        how="backward",
        loss="criterion(model(x), y)",
        optimizer="optimizer",
        steps=5,
        steps_if="i % 4 == 0",
        clips=4,
    ),
    "for x, y in loader:\n"
    "    criterion(model(x), y).backward()\n"
    "    norm = clip_grad_norm_(model.parameters(), float('inf'))\n"
    "    optimizer.step()": _example(
        line=2,
        evidence=Evidence(FLOW, ("criterion",)),
        how="backward",
        loss="criterion(model(x), y)",
        optimizer="optimizer",
        steps=4,
    ),
}
COUNTEREXAMPLES = {
    (
        "from core.steps import denoising_step\n"
        "for batch in batches:\n"
        "    denoising_step(net, batch)"
    ): "no optimizer is given",
    "def backward(ctx, dy):\n    y = ctx.run()\n    y.backward(dy)\n    return dy": (
        "the gradient of an output goes through a layer written by hand"
    ),
    "for name in names:\n    job.run_one(name)": "no step of a training",
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
    "def count_flops(model, x):\n    model(x).sum().backward()": "run for its cost alone",
    "from sklearn.preprocessing import StandardScaler\n"
    "scaler = StandardScaler()\n"
    "scaler.fit(x)": "statistics of features are no training loop",
    "self.backward(x)": "the method of the script holds the step",
    (
        "import torch\nfor seed in seeds:\n    trainer.train(seed, train_data)"
    ): "a whole training in each round",
    ("for flag in (True, False):\n    net.train(flag)"): "sets a mode",
    (
        "import xgboost\n"
        "for feature in features:\n"
        "    booster = xgboost.train(params, columns[feature])\n"
        "    booster = xgboost.train(params, feature)"
    ): "a library trains a whole model in each round",
}
