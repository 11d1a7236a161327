"""steps-per-epoch: the number of steps in an epoch or in the run is computed."""

from __future__ import annotations

from pseudogen.names.batches import Share
from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.names.quantities import Link
from pseudogen.patterns.steps_per_epoch.facts import StepsPerEpoch
from pseudogen.patterns.steps_per_epoch.finders import (
    find_argument,
    find_assignment,
)

__all__ = [
    "StepsPerEpoch",
    "find_argument",
    "find_assignment",
]


EXAMPLES = {
    (
        "epoch_step = num_train // batch_size\n"
        "if distributed:\n"
        "    batch_size = batch_size // ngpus_per_node\n"
        "train_sampler.set_epoch(epoch)"
    ): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("batch_size",)),
            target="epoch_step",
            expression="num_train // batch_size",
            per="epoch",
            split="training",
            samples="num_train",
            batch="batch_size",
            rounding="down",
            divided_after=Share(
                line=3, processes="ngpus_per_node", counts="machine", condition="distributed"
            ),
            sharded=True,
        ),
    ],
    "total_iteration = cfg.nepochs * cfg.niters_per_epoch": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("cfg.niters_per_epoch",)),
            target="total_iteration",
            expression="cfg.nepochs * cfg.niters_per_epoch",
            per="run",
            epochs="cfg.nepochs",
        )
    ],
    "total_iters = len(train_loader) * cfg['epochs']": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("train_loader",)),
            target="total_iters",
            expression="len(train_loader) * cfg['epochs']",
            per="run",
            split="training",
            loader="train_loader",
            epochs="cfg['epochs']",
        )
    ],
    "import math\ntrain_size = int(math.ceil(len(train_set) / settings['batch_size']))": [
        StepsPerEpoch(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("settings['batch_size']",)),
            target="train_size",
            expression="int(math.ceil(len(train_set) / settings['batch_size']))",
            per="epoch",
            split="training",
            samples="len(train_set)",
            batch="settings['batch_size']",
            rounding="up",
        )
    ],
    "epoch_iters = np.int(dataset.__len__() / batch_size / gpus)": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("batch_size",)),
            target="epoch_iters",
            expression="np.int(dataset.__len__() / batch_size / gpus)",
            per="epoch",
            rounding="down",
            plain=False,
        )
    ],
    "args.epoch_size = len(train_loader)": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("train_loader",)),
            target="args.epoch_size",
            expression="len(train_loader)",
            per="epoch",
            split="training",
            loader="train_loader",
        )
    ],
    "total_steps = args.epochs * len(train_loader)": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("train_loader",)),
            target="total_steps",
            expression="args.epochs * len(train_loader)",
            per="run",
            split="training",
            loader="train_loader",
            epochs="args.epochs",
        ),
    ],
    (
        "steps = math.ceil(len(train_dataloader) / args.gradient_accumulation_steps)\n"
        "max_train_steps = args.num_train_epochs * num_update_steps_per_epoch"
    ): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("train_dataloader",)),
            target="steps",
            expression="math.ceil(len(train_dataloader) / args.gradient_accumulation_steps)",
            per="epoch",
            split="training",
            loader="train_dataloader",
            accumulation="args.gradient_accumulation_steps",
            rounding="up",
        ),
        StepsPerEpoch(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("num_update_steps_per_epoch",)),
            target="max_train_steps",
            expression="args.num_train_epochs * num_update_steps_per_epoch",
            per="run",
            split="training",
            epochs="args.num_train_epochs",
        ),
    ],
    (
        "batch_size = batch_size // world_size\n"
        "steps_per_epoch = int(len(train_dataset) / batch_size)"
    ): [
        StepsPerEpoch(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("batch_size",)),
            target="steps_per_epoch",
            expression="int(len(train_dataset) / batch_size)",
            per="epoch",
            split="training",
            samples="len(train_dataset)",
            batch="batch_size",
            rounding="down",
            chain=(Link(1, "batch_size = batch_size // world_size", None),),
            divided_before=Share(line=1, processes="world_size", counts="all", condition=None),
        ),
    ],
    "batch_size = 128\nsteps_per_epoch = 50000 // batch_size": [
        StepsPerEpoch(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("batch_size",)),
            target="steps_per_epoch",
            expression="50000 // batch_size",
            per="epoch",
            samples="50000",
            batch="batch_size",
            rounding="down",
            chain=(Link(1, "batch_size = 128", 128),),
            samples_value=50000,
            batch_value=128,
            value=390,
        ),
    ],
    "model.fit(data, epochs=3, steps_per_epoch=num_train // batch_size)": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("batch_size",)),
            target="steps_per_epoch",
            expression="num_train // batch_size",
            per="epoch",
            split="training",
            samples="num_train",
            batch="batch_size",
            rounding="down",
        ),
    ],
    "epoch_size = len(dataset) // args.batch_size": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("args.batch_size",)),
            target="epoch_size",
            expression="len(dataset) // args.batch_size",
            per="epoch",
            samples="len(dataset)",
            batch="args.batch_size",
            rounding="down",
        ),
    ],
    ("model.fit(data, steps_per_epoch=len(train_loader) // hvd.size())"): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("train_loader",)),
            target="steps_per_epoch",
            expression="len(train_loader) // hvd.size()",
            per="epoch",
            split="training",
            loader="train_loader",
            rounding="down",
            plain=False,
        )
    ],
    ("import horovod.keras as hvd\nmodel.fit(data, steps_per_epoch=500 // hvd.size())"): [
        StepsPerEpoch(
            line=2,
            end=2,
            evidence=Evidence(API, ("horovod.keras.size",)),
            target="steps_per_epoch",
            expression="500 // hvd.size()",
            per="epoch",
            rounding="down",
            plain=False,
        )
    ],
    ("model.fit_generator(flow, steps_per_epoch=max(1, num_train // batch_size), epochs=50)"): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("batch_size",)),
            target="steps_per_epoch",
            expression="max(1, num_train // batch_size)",
            per="epoch",
            split="training",
            samples="num_train",
            batch="batch_size",
            rounding="down",
            plain=False,
        )
    ],
    "steps = (num_train * args.epochs) // batch_size": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("batch_size",)),
            target="steps",
            expression="(num_train * args.epochs) // batch_size",
            per="run",
            split="training",
            samples="num_train",
            batch="batch_size",
            epochs="args.epochs",
            rounding="down",
        ),
    ],
    "rounds.iterations = cfg.total_timesteps // cfg.batch_size": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("cfg.batch_size",)),
            target="rounds.iterations",
            expression="cfg.total_timesteps // cfg.batch_size",
            per="run",
            rounding="down",
            plain=False,
        ),
    ],
    "max_iters = token_budget.tokens // tokens_per_iter": [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("tokens_per_iter",)),
            target="max_iters",
            expression="token_budget.tokens // tokens_per_iter",
            per="run",
            rounding="down",
            plain=False,
        ),
    ],
    ("total_steps = int(tokens / stride * epochs / batch_size / accumulation)"): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("batch_size",)),
            target="total_steps",
            expression="int(tokens / stride * epochs / batch_size / accumulation)",
            per="run",
            rounding="down",
            plain=False,
        )
    ],
    ("num_updates = int(args.num_env_steps) // args.num_steps // args.num_processes"): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("args.num_env_steps",)),
            target="num_updates",
            expression="int(args.num_env_steps) // args.num_steps // args.num_processes",
            per="run",
            plain=False,
        )
    ],
    (
        "sampler = StatefulDistributedSampler(samples, num_replicas=1, rank=0)\n"
        "sampler.set_epoch(0)\n"
        "steps_per_epoch = len(train_loader)"
    ): [
        StepsPerEpoch(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("train_loader",)),
            target="steps_per_epoch",
            expression="len(train_loader)",
            per="epoch",
            split="training",
            loader="train_loader",
            sharded=False,
        )
    ],
    (
        "total_iters = len(pairs)\n"
        "for epoch in range(9):\n"
        "    for x, y in pairs:\n"
        "        loss = net(x, y)\n"
        "        loss.backward()"
    ): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence("flow", ("pairs",)),
            target="total_iters",
            expression="len(pairs)",
            per="epoch",
            loader="pairs",
        )
    ],
    ("total_steps = steps_per_epoch * args.train_num"): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("steps_per_epoch",)),
            target="total_steps",
            expression="steps_per_epoch * args.train_num",
            per="run",
            plain=False,
        )
    ],
    (
        "import numpy as np\n"
        "total = len(dataset)\n"
        "steps_per_epoch = np.ceil(total / batch_size).astype(np.int32)"
    ): [
        StepsPerEpoch(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("batch_size",)),
            target="steps_per_epoch",
            expression="np.ceil(total / batch_size).astype(np.int32)",
            per="epoch",
            samples="total",
            batch="batch_size",
            rounding="up",
        )
    ],
    ("num_steps = args.samples * args.epochs / gpus / args.accum / args.batch_size"): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("args.batch_size",)),
            target="num_steps",
            expression="args.samples * args.epochs / gpus / args.accum / args.batch_size",
            per="run",
            plain=False,
        )
    ],
    ("max_iters = max_steps * gradient_accumulation_steps"): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("max_steps",)),
            target="max_iters",
            expression="max_steps * gradient_accumulation_steps",
            per="run",
            plain=False,
        )
    ],
    ("max_step = (args.max_epoch * data.num_batches + world_size - 1) // world_size"): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("data.num_batches",)),
            target="max_step",
            expression="(args.max_epoch * data.num_batches + world_size - 1) // world_size",
            per="run",
            epochs="args.max_epoch",
            rounding="up",
            plain=False,
        )
    ],
    ('total_batch = len(users) // config["bpr_batch_size"] + 1'): [
        StepsPerEpoch(
            line=1,
            end=1,
            evidence=Evidence(NAME, ('config["bpr_batch_size"]',)),
            target="total_batch",
            expression='len(users) // config["bpr_batch_size"] + 1',
            per="epoch",
            samples="len(users)",
            batch='config["bpr_batch_size"]',
            rounding="down",
            plain=False,
        )
    ],
    (
        "from torch.optim import SGD\n"
        "optimizer = SGD(agent.parameters(), lr=0.1)\n"
        "num_updates = total_timesteps // args.batch_size\n"
        "for update in range(1, num_updates + 1):\n"
        "    states = collect(agent)\n"
        "    for start in range(0, len(states), 64):\n"
        "        agent.loss(states[start:start + 64]).backward()\n"
        "        optimizer.step()"
    ): [
        StepsPerEpoch(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("args.batch_size",)),
            target="num_updates",
            expression="total_timesteps // args.batch_size",
            per="run",
            rounding="down",
            plain=False,
            of_rounds=True,
        )
    ],
}
COUNTEREXAMPLES = {
    ("total_iters = len(pairs)"): "nothing trains on it",
    "parts_steps = global_batch_size // degree // settings['micro_batch_size']": "parts of a batch",
    ("steps_per_second = done / batch_size / seconds"): "a rate",
    "num_batches = int(num_batches) if num_batches is not None else None": "a number gets its type",
    "speed = tokens_per_second // tokens_per_iter": "how fast it is",
    "curr_step = curr_epoch * steps_per_epoch": "where the run is",
    "division_step = n_train // (5 * batch_size)": "the steps between two evaluations",
    "num_beams = num_hypos // batch_size": "counts what a model gives back",
    "accumulate = max(round(nbs / batch_size), 1)": "that is gradient accumulation",
    "lr = base_lr * batch_size / 256": "the learning rate is scaled",
    "train_loss = total_loss / len(train_loader)": "a mean over the steps",
    "warmup_iters = warmup_epochs * len(train_loader)": "that is the warm-up's length",
    "step = epoch * len(train_loader) + i": "the place in the run, not its length",
    "max_steps = 10000": "a setting, nothing is computed",
    "n = len(train_loader.dataset)": "counts samples",
    ("log_every = steps_per_epoch * args.times"): "no number of all steps",
    ("iters = np.arange(len(train_loader) * epochs)"): "a table of all steps",
    (
        "def sample_images(model):\n    n_rounds = (50000 - len(done)) // batch_size"
    ): "nothing is trained",
    ("n_sample_batches = n_samples // eval_batch_size"): "batches of samples that a model draws",
}
