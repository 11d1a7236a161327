"""epoch-loop: the loop over epochs, or over the steps of the whole run."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.epoch_loop.facts import EpochLoop
from pseudogen.patterns.epoch_loop.finders import (
    find_framework,
    find_loop,
)

__all__ = [
    "EpochLoop",
    "find_framework",
    "find_loop",
]


def _example(**facts: Any) -> list[EpochLoop]:
    facts.setdefault("end", facts["line"])
    return [EpochLoop(**facts)]


EXAMPLES = {
    "for epoch in range(start_epoch, 90):\n    train_one_epoch(model, loader, optimizer)": _example(
        line=1,
        evidence=Evidence(FLOW, ("epoch",)),
        variable="epoch",
        over="range(start_epoch, 90)",
        start="start_epoch",
        stop="90",
        stop_value=90,
    ),
    "for n, epoch in enumerate(range(1, 91)):\n    train_one_epoch(model, loader)": _example(
        line=1,
        evidence=Evidence(FLOW, ("n, epoch",)),
        variable="epoch",
        over="enumerate(range(1, 91))",
        start="1",
        start_value=1,
        stop="91",
        stop_value=91,
    ),
    (
        "with trange(total_steps) as bar:\n"
        "    for step in bar:\n"
        "        loss = model(next(batches))\n"
        "        loss.backward()\n"
        "        optimizer.step()"
    ): [
        EpochLoop(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("step",)),
            variable="step",
            over="bar",
            unit="step",
            draws="next(batches)",
        )
    ],
    "while True:\n"
    "    for x, y in train_loader:\n"
    "        criterion(net(x), y).backward()\n"
    "        if step == last:\n"
    "            exit()": [
        EpochLoop(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("while",)),
            over="True",
            ends_when=("step == last",),
        )
    ],
    "parser.add_argument('--per-epoch', type=int, default=100)\n"
    "for epoch in range(9):\n"
    "    for step in range(args.per_epoch):\n"
    "        criterion(net(next(batches)), y).backward()\n"
    "        optimizer.step()": [
        EpochLoop(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("epoch",)),
            variable="epoch",
            over="range(9)",
            stop="9",
            stop_value=9,
            rounds="args.per_epoch",
        )
    ],
    "for epoch in range(0, 9, 3):\n"
    "    for start in range(0, 512, 64):\n"
    "        criterion(net(data[start : start + 64]), y).backward()\n"
    "        optimizer.step()": [
        EpochLoop(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("epoch",)),
            variable="epoch",
            over="range(0, 9, 3)",
            start="0",
            start_value=0,
            stop="9",
        )
    ],
    "step = 0\n"
    "while step < max_steps:\n"
    "    loss = model(next(batches))\n"
    "    loss.backward()\n"
    "    step += 1\n"
    "    if step == patience:\n"
    "        break": _example(
        line=2,
        evidence=Evidence(FLOW, ("step < max_steps",)),
        over="step < max_steps",
        unit="step",
        draws="next(batches)",
        ends_when=("step == patience",),
    ),
    "from torch.optim import SGD\n"
    "optimizer = SGD(agent.parameters(), lr=0.1)\n"
    "for iteration in range(20):\n"
    "    states = collect(agent)\n"
    "    for start in range(0, len(states), 64):\n"
    "        agent.loss(states[start:start + 64]).backward()\n"
    "        optimizer.step()": _example(
        line=3,
        evidence=Evidence(FLOW, ("iteration",)),
        variable="iteration",
        over="range(20)",
        stop="20",
        stop_value=20,
        unit="round",
    ),
    "while (\n"
    "    step < max_steps or not max_steps\n"
    "):\n"
    "    loss = model(next(batches))\n"
    "    loss.backward()": _example(
        line=1,
        end=3,
        evidence=Evidence(FLOW, ("(step < max_steps or not max_steps)",)),
        over="step < max_steps or not max_steps",
        unit="step",
        draws="next(batches)",
    ),
    "import sys\n"
    "while(True):\n"
    "    loss = model(next(batches))\n"
    "    loss.backward()\n"
    "    step += 1\n"
    "    if step == last:\n"
    "        print('done')\n"
    "        sys.exit()": _example(
        line=2,
        evidence=Evidence(FLOW, ("while",)),
        over="True",
        unit="step",
        draws="next(batches)",
        ends_when=("step == last",),
    ),
    "from lightning.pytorch import Trainer\n"
    "trainer = Trainer(max_epochs=20)\n"
    "trainer.fit(model, train_loader)": _example(
        line=3,
        evidence=Evidence(API, ("trainer.fit",)),
        call="trainer.fit",
        trainer="Trainer",
        epochs="20",
    ),
    "for i in range(num_epochs):\n"
    "    for batch in train_loader:\n"
    "        model(batch).backward()": _example(
        line=1,
        evidence=Evidence(FLOW, ("i",)),
        variable="i",
        over="range(num_epochs)",
        stop="num_epochs",
    ),
    "for _ in range(10):\n"
    "    loss = model(torch.rand(4, 8)).sum()\n"
    "    loss.backward()\n"
    "    optimizer.step()": _example(
        line=1,
        evidence=Evidence(FLOW, ("_",)),
        variable="_",
        over="range(10)",
        stop="10",
        stop_value=10,
        unit="step",
    ),
    "for micro_step in range(total_steps):\n"
    "    loss = engine(next(batches))\n"
    "    engine.backward(loss)\n"
    "    engine.step()": _example(
        line=1,
        evidence=Evidence(FLOW, ("micro_step",)),
        variable="micro_step",
        over="range(total_steps)",
        stop="total_steps",
        unit="step",
        draws="next(batches)",
    ),
    "for ep in range(5):\n    run(model, train_loader, optimizer)": _example(
        line=1,
        evidence=Evidence(NAME, ("ep",)),
        variable="ep",
        over="range(5)",
        stop="5",
        stop_value=5,
    ),
    ("for epoch in range(start, epochs):\n    program.run(train_loader, executor)"): [
        EpochLoop(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("epoch",)),
            variable="epoch",
            over="range(start, epochs)",
            start="start",
            stop="epochs",
        )
    ],
    (
        "class Base:\n"
        "    @abstractmethod\n"
        "    def _train_epoch(self, epoch):\n"
        "        raise NotImplementedError\n"
        "    def fit(self):\n"
        "        for epoch in range(self.epochs):\n"
        "            self._train_epoch(epoch)"
    ): [
        EpochLoop(
            line=6,
            end=6,
            evidence=Evidence(FLOW, ("epoch",)),
            variable="epoch",
            over="range(self.epochs)",
            stop="self.epochs",
        )
    ],
    ("from mmengine.registry import RUNNERS\nrunner = RUNNERS.build(cfg)\nrunner.train()"): [
        EpochLoop(line=3, end=3, evidence=Evidence(API, ("runner.train",)), call="runner.train")
    ],
    (
        "import jax, optax\n"
        "def make_update(tx):\n"
        "    def update(params, state, batch):\n"
        "        loss, grads = jax.value_and_grad(loss_fn)(params, batch)\n"
        "        updates, state = tx.update(grads, state)\n"
        "        return optax.apply_updates(params, updates), state\n"
        "    return jax.pmap(update)\n"
        "update = make_update(tx)\n"
        "for step in range(total_steps):\n"
        "    params, state = update(params, state, next(batches))"
    ): [
        EpochLoop(
            line=9,
            end=9,
            evidence=Evidence(FLOW, ("step",)),
            variable="step",
            over="range(total_steps)",
            stop="total_steps",
            unit="step",
            draws="next(batches)",
            trains_by="update",
        )
    ],
    "for step, batch in zip(range(first, 900), batches):\n"
    "    loss = net(batch)\n"
    "    loss.backward()": _example(
        line=1,
        evidence=Evidence(FLOW, ("step, batch",)),
        variable="step",
        over="zip(range(first, 900), batches)",
        start="first",
        stop="900",
        stop_value=900,
        unit="step",
    ),
    (
        "while played < max_timesteps:\n"
        "    state = env.reset()\n"
        "    for t in range(max_ep_len):\n"
        "        action = agent.act(state)\n"
        "        state, reward, done, _ = env.step(action)\n"
        "        played += 1\n"
        "        if played % update_every == 0:\n"
        "            agent.update(memory)"
    ): [
        EpochLoop(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("played < max_timesteps",)),
            over="played < max_timesteps",
            unit="turn",
            acts="env.step",
        )
    ],
    (
        "def improve(memory):\n"
        "    for part in memory:\n"
        "        loss = criterion(net(part), part)\n"
        "        loss.backward()\n"
        "        optimizer.step()\n"
        "for i_iter in range(max_iters):\n"
        "    memory = collect(net)\n"
        "    improve(memory)"
    ): [
        EpochLoop(
            line=6,
            end=6,
            evidence=Evidence(FLOW, ("i_iter",)),
            variable="i_iter",
            over="range(max_iters)",
            stop="max_iters",
            unit="round",
            trains_by="improve",
        )
    ],
    ("from project import HorseTrainer\ntrainer = HorseTrainer(cfg, epochs=0)\ntrainer.train()"): [
        EpochLoop(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("trainer.train",)),
            call="trainer.train",
            trainer="HorseTrainer",
        )
    ],
    "import keras\n"
    "model = keras.Sequential(layers)\n"
    "model.fit(x, y, initial_epoch=start, epochs=90)": _example(
        line=3,
        evidence=Evidence(FLOW, ("model.fit",)),
        call="model.fit",
        epochs="90",
        start="start",
    ),
    "from catalyst import dl\n"
    "class Digits(dl.Runner):\n    pass\n"
    "runner = Digits()\n"
    "runner.run()": _example(line=5, evidence=Evidence(API, ("runner.run",)), call="runner.run"),
    (
        "for t in range(int(args.max_timesteps)):\n"
        "    state = env.step(act(state))\n"
        "    agent.learn(memory)"
    ): [
        EpochLoop(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("t",)),
            variable="t",
            over="range(int(args.max_timesteps))",
            stop="int(args.max_timesteps)",
            unit="step",
            acts="env.step",
        )
    ],
    ("import hydra\ntrainer = hydra.utils.instantiate(cfg.trainer)\ntrainer.fit(model, data)"): [
        EpochLoop(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("trainer.fit",)),
            call="trainer.fit",
        )
    ],
    (
        "for step in range(max_steps):\n"
        "    state = env.step(act(state))\n"
        "    if step >= start_steps:\n"
        "        agent.learn(memory)"
    ): [
        EpochLoop(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("step",)),
            variable="step",
            over="range(max_steps)",
            stop="max_steps",
            unit="turn",
            acts="env.step",
        )
    ],
    (
        "for step in range(max_steps):\n"
        "    x = get_batch()\n"
        "    if half:\n"
        "        scaler.scale(net(x)).backward()\n"
        "    else:\n"
        "        net(x).backward()"
    ): [
        EpochLoop(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("step",)),
            variable="step",
            over="range(max_steps)",
            stop="max_steps",
            unit="step",
            draws="get_batch()",
        )
    ],
    (
        "import torch\n"
        "opt = torch.optim.Adam(net.parameters(), lr=0.1)\n"
        "steps = range(args.iter)\n"
        "if show:\n"
        "    steps = tqdm(steps)\n"
        "for i in steps:\n"
        "    x = next(batches)\n"
        "    opt.zero_grad()\n"
        "    loss = net(x)\n"
        "    loss.backward()\n"
        "    opt.step()"
    ): [
        EpochLoop(
            line=6,
            end=6,
            evidence=Evidence(FLOW, ("i",)),
            variable="i",
            over="steps",
            unit="step",
            draws="next(batches)",
        )
    ],
    (
        "from lightning import Trainer\n"
        "trainer = Trainer(max_epochs=1000, max_steps=args.steps)\n"
        "trainer.fit(module)"
    ): [
        EpochLoop(
            line=3,
            end=3,
            evidence=Evidence(API, ("trainer.fit",)),
            call="trainer.fit",
            epochs="1000",
            steps="args.steps",
            trainer="Trainer",
        )
    ],
    (
        "from transformers import Trainer, TrainingArguments\n"
        "trainer = Trainer(model, TrainingArguments(num_train_epochs=3, max_steps=500))\n"
        "trainer.train()"
    ): [
        EpochLoop(
            line=3,
            end=3,
            evidence=Evidence(API, ("trainer.train",)),
            call="trainer.train",
            steps="500",
            trainer="Trainer",
        )
    ],
    ("result = algorithm.run_training(params)"): [
        EpochLoop(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("algorithm.run_training",)),
            call="algorithm.run_training",
        )
    ],
    (
        "for it in range(1, args.max_epoch + 1):\n"
        "    loss = trainer.train_network(train_loader, verbose=True)"
    ): [
        EpochLoop(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("it",)),
            variable="it",
            over="range(1, args.max_epoch + 1)",
            start="1",
            stop="args.max_epoch + 1",
            start_value=1,
        )
    ],
    (
        "for epoch in range(config.epochs):\n"
        "    output = procedure.bpr_train_original(dataset, recmodel, bpr, epoch)"
    ): [
        EpochLoop(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("epoch",)),
            variable="epoch",
            over="range(config.epochs)",
            stop="config.epochs",
        )
    ],
    ("for epoch in range(opt.epochs):\n    hit, mrr = train_test(model, train_data, test_data)"): [
        EpochLoop(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("epoch",)),
            variable="epoch",
            over="range(opt.epochs)",
            stop="opt.epochs",
        )
    ],
    (
        "for step in range(max_steps):\n"
        "    if step % 250 == 0:\n"
        "        net.eval()\n"
        "        for _ in range(20):\n"
        "            x, y = val_data.next_batch()\n"
        "            total += criterion(net(x), y)\n"
        "    x, y = train_data.next_batch()\n"
        "    criterion(net(x), y).backward()\n"
        "    optimizer.step()"
    ): [
        EpochLoop(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("step",)),
            variable="step",
            over="range(max_steps)",
            stop="max_steps",
            unit="step",
            draws="train_data.next_batch()",
        )
    ],
}
COUNTEREXAMPLES = {
    "encoder.fine_tune(fine_tune_encoder)": "lets layers be trained or not",
    "encoder.fine_tune()": "likewise, by its default",
    (
        "from project import HorseTrainer\n"
        "trainer = HorseTrainer(cfg)\n"
        "for part in parts:\n"
        "    trainer.train(part)"
    ): "one of several things that are done in a loop",
    "for batch in train_loader:\n"
    "    for _ in range(ppo_epochs):\n"
    "        loss = model(batch)\n"
    "        loss.backward()\n"
    "        optimizer.step()": "the same batch, several times",
    (
        "import hydra\nrunner = hydra.utils.instantiate(cfg.step)\nrunner.fit(model, data)"
    ): "what it is, only the settings say",
    ("for t in range(horizon):\n    agent.learn(memory)"): "no run of so many steps",
    "from catalyst import dl\nrunner = make(dl.Runner)\nengine.run()": "no trainer",
    "for i in range(step_5):\n    loss = forward(i)\n    loss.backward()": "a stage of a pipeline",
    "for epoch in range(100):\n    rates.append(schedule(epoch))": "a plot of a schedule",
    "for batch in train_loader:\n    model(batch).backward()": "one pass is a batch loop",
    "from sklearn.svm import SVC\nclassifier = SVC()\nclassifier.fit(x, y)": "no epochs are known",
    "for fold in range(5):\n    scores.append(cross_validate(fold))": "folds are no epochs",
    ("def run_training(params):\n    print(params)\nrun_training(1)"): "what it does is seen",
    (
        "def train(iterator, epoch):\n"
        "    for i in range(cfg.epoch_iters):\n"
        "        loss = model(next(iterator))\n"
        "        loss.backward()\n"
        "        optimizer.step()\n"
        ""
    ): "the steps of one epoch",
}
