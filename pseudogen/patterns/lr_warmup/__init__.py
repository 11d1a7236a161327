"""lr-warmup: the learning rate is raised at the start."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.lr_warmup.facts import LrWarmup
from pseudogen.patterns.lr_warmup.finders import (
    find_callback,
    find_configured,
    find_named,
    find_registered,
    find_schedule,
)
from pseudogen.patterns.lr_warmup.formulas import (
    find_branch,
    find_formula,
    find_interpolated,
    find_lambda,
    find_table,
)

__all__ = [
    "LrWarmup",
    "find_branch",
    "find_callback",
    "find_configured",
    "find_formula",
    "find_interpolated",
    "find_lambda",
    "find_named",
    "find_registered",
    "find_schedule",
    "find_table",
]


def _example(**facts: Any) -> list[LrWarmup]:
    facts.setdefault("end", facts["line"])
    return [LrWarmup(**facts)]


EXAMPLES = {
    "warmup_iters = 2000\n"
    "def get_lr(it):\n"
    "    if it < warmup_iters:\n"
    "        return max_lr * (it + 1) / warmup_iters\n"
    "    return max_lr": _example(
        line=4,
        evidence=Evidence(NAME, ("warmup_iters",)),
        how="branch",
        length="warmup_iters",
        length_value=2000,
        condition="it < warmup_iters",
        counter="it",
        formula="max_lr * (it + 1) / warmup_iters",
    ),
    "if step < warmup_steps:\n    progress = step / max(1, warmup_steps)": _example(
        line=2,
        evidence=Evidence(NAME, ("warmup_steps",)),
        how="branch",
        length="warmup_steps",
        condition="step < warmup_steps",
        counter="step",
        relative=True,
    ),
    "if step < warmup_steps:\n"
    "    p = step / warmup_steps\n"
    "    lr = start_lr + p * (end_lr - start_lr)": _example(
        line=2,
        evidence=Evidence(NAME, ("warmup_steps",)),
        how="branch",
        length="warmup_steps",
        condition="step < warmup_steps",
        counter="step",
        relative=True,
    ),
    "from transformers import get_linear_schedule_with_warmup\n"
    "scheduler = get_linear_schedule_with_warmup(optimizer, 500, total)": _example(
        line=2,
        evidence=Evidence(API, ("transformers.get_linear_schedule_with_warmup",)),
        how="schedule",
        length="500",
        length_value=500,
        api="get_linear_schedule_with_warmup",
        name="scheduler",
        unit="step",
        of_schedule=True,
    ),
    "lr_scale = min(1.0, (step + 1) / warmup_steps)": _example(
        line=1,
        evidence=Evidence(NAME, ("warmup_steps",)),
        how="formula",
        length="warmup_steps",
        formula="min(1.0, (step + 1) / warmup_steps)",
    ),
    "from torch.optim.lr_scheduler import LinearLR\n"
    "warmup = LinearLR(optimizer, start_factor=0.01, total_iters=5)": _example(
        line=2,
        evidence=Evidence(API, ("torch.optim.lr_scheduler.LinearLR",)),
        how="schedule",
        length="5",
        length_value=5,
        api="LinearLR",
        name="warmup",
    ),
    (
        "import horovod.keras as hvd\n"
        "callbacks = [hvd.callbacks.LearningRateWarmupCallback(initial_lr=lr, warmup_epochs=3)]"
    ): [
        LrWarmup(
            line=2,
            end=2,
            evidence=Evidence(API, ("horovod.keras.callbacks.LearningRateWarmupCallback",)),
            how="schedule",
            length="3",
            length_value=3,
            api="LearningRateWarmupCallback",
            unit="epoch",
        )
    ],
    ("if args.warmup:\n    warmup(optimizer, args.warmup, iteration, args.lr)"): [
        LrWarmup(line=2, end=2, evidence=Evidence(NAME, ("warmup",)), how="schedule", api="warmup")
    ],
    "lr_fn = create_learning_rate_schedule(total, base_lr, cfg.warmup_steps)": _example(
        line=1,
        evidence=Evidence(NAME, ("create_learning_rate_schedule",)),
        how="schedule",
        length="cfg.warmup_steps",
        api="create_learning_rate_schedule",
        name="lr_fn",
        unit="step",
    ),
    (
        'cfg = {"zero_optimization": {"stage": 2},\n'
        '       "scheduler": {"type": "WarmupLR", "params": {"warmup_num_steps": 90}}}'
    ): _example(
        line=2,
        evidence=Evidence(FLOW, ("scheduler",)),
        how="schedule",
        length="90",
        length_value=90,
        api="WarmupLR",
    ),
    (
        "param_scheduler = [\n"
        "    dict(type='LinearLR', start_factor=0.001, by_epoch=False, begin=0, end=500),\n"
        "    dict(type='MultiStepLR', milestones=[8, 11]),\n"
        "]"
    ): _example(
        line=2,
        evidence=Evidence(NAME, ("param_scheduler",)),
        how="schedule",
        length="500",
        length_value=500,
        api="LinearLR",
    ),
    (
        "for epoch in range(90):\n"
        "    if epoch < 5:\n"
        "        lr = lr * float(1 + step + epoch * n) / (5. * n)"
    ): [
        LrWarmup(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("epoch",)),
            how="branch",
            length="5",
            condition="epoch < 5",
            counter="epoch",
            formula="lr * float(1 + step + epoch * n) / (5. * n)",
        )
    ],
    "schedule = get_scheduler(kind, optimizer, num_warmup_steps=9)": _example(
        line=1,
        evidence=Evidence(NAME, ("get_scheduler",)),
        how="schedule",
        length="9",
        length_value=9,
        api="get_scheduler",
        name="schedule",
        chosen="kind",
        unit="step",
    ),
    "from transformers import get_scheduler\n"
    "scheduler = get_scheduler(args.schedule, optimizer, num_warmup_steps=9)": _example(
        line=2,
        evidence=Evidence(API, ("transformers.get_scheduler",)),
        how="schedule",
        length="9",
        length_value=9,
        api="get_scheduler",
        name="scheduler",
        chosen="args.schedule",
        unit="step",
    ),
    (
        "from torch.optim.lr_scheduler import LambdaLR\n"
        "first = LambdaLR(optimizer, lambda step: step / warmup_steps)"
    ): [
        LrWarmup(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.optim.lr_scheduler.LambdaLR",)),
            how="schedule",
            length="warmup_steps",
            api="LambdaLR",
            name="first",
        )
    ],
    (
        "def burn_schedule(i):\n"
        "    if i < config.burn_in:\n"
        "        factor = pow(i / config.burn_in, 4)\n"
        "    return factor"
    ): [
        LrWarmup(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("config.burn_in",)),
            how="branch",
            length="config.burn_in",
            condition="i < config.burn_in",
            counter="i",
            relative=True,
            formula="pow(i / config.burn_in, 4)",
        )
    ],
    "rate = WarmUp(initial_learning_rate=0.1, decay_schedule_fn=rate, warmup_steps=500)": [
        LrWarmup(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("WarmUp",)),
            how="schedule",
            length="500",
            length_value=500,
            unit="step",
            api="WarmUp",
            name="rate",
        )
    ],
    (
        "def rate_at(step):\n"
        "    lr = peak\n"
        "    if warmup_steps:\n"
        "        lr *= jnp.minimum(step / warmup_steps, 1.0)\n"
        "    return lr"
    ): [
        LrWarmup(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("warmup_steps",)),
            how="formula",
            length="warmup_steps",
            formula="jnp.minimum(step / warmup_steps, 1.0)",
        ),
    ],
    "warmup_lr_schedule = np.linspace(start_lr, base_lr, warmup_steps)": _example(
        line=1,
        evidence=Evidence(NAME, ("warmup_lr_schedule",)),
        how="table",
        length="warmup_steps",
        formula="np.linspace(start_lr, base_lr, warmup_steps)",
        name="warmup_lr_schedule",
    ),
    (
        "from ignite.handlers import PiecewiseLinear\n"
        "points = [(0, 0.0), (warm, lr), (total, 0.0)]\n"
        "handler = PiecewiseLinear(optimizer, 'lr', milestones_values=points)"
    ): _example(
        line=3,
        evidence=Evidence(API, ("ignite.handlers.PiecewiseLinear",)),
        how="schedule",
        length="warm",
        api="PiecewiseLinear",
        name="handler",
    ),
    (
        "from torch.optim.lr_scheduler import LambdaLR\n"
        "shape = lambda n: min(1.0, n / warm_steps)\n"
        "scheduler = LambdaLR(optimizer, shape)"
    ): [
        LrWarmup(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("shape",)),
            how="formula",
            length="warm_steps",
            relative=True,
            formula="min(1.0, n / warm_steps)",
        )
    ],
    ("optim = PolyOptimizer(net, lr0=0.1, warmup_steps=100)"): [
        LrWarmup(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("PolyOptimizer",)),
            how="setting",
            length="warmup_steps=100",
            length_value=100,
            api="PolyOptimizer",
        )
    ],
    (
        "from torch.optim.lr_scheduler import LambdaLR\n"
        "rising = LambdaLR(optimizer, lambda n: min((n + 1) / cfg.warmup, 1.0))"
    ): [
        LrWarmup(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.optim.lr_scheduler.LambdaLR",)),
            how="schedule",
            length="cfg.warmup",
            api="LambdaLR",
            name="rising",
        )
    ],
    "schedule = PolyLRSchedule(optimizer, warmup_lr_init=1e-6, warmup_t=steps)": _example(
        line=1,
        evidence=Evidence(NAME, ("PolyLRSchedule",)),
        how="schedule",
        length="steps",
        api="PolyLRSchedule",
        name="schedule",
    ),
    (
        "import torch\n"
        "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "if n <= nw:\n"
        "    for group in opt.param_groups:\n"
        "        group['lr'] = np.interp(n, [0, nw], [hyp['warmup_bias_lr'], group['initial_lr']])"
    ): [
        LrWarmup(
            line=5,
            end=5,
            evidence=Evidence(NAME, ("np.interp",)),
            how="interpolated",
            length="nw",
            condition="n <= nw",
            counter="n",
        )
    ],
    (
        "def lr_lambda(step):\n"
        "    return 1.0 / step**0.5 if step > warmup_steps else step / warmup_steps**1.5\n"
        ""
    ): [
        LrWarmup(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("warmup_steps",)),
            how="formula",
            length="warmup_steps",
            formula="1.0 / step ** 0.5 if step > warmup_steps else step / warmup_steps ** 1.5",
        )
    ],
    (
        "from torch.optim.lr_scheduler import LambdaLR\n"
        "rises = LambdaLR(opt, lambda step: min(1.0, (step + 1) / (args.warmup_steps + 1)))"
    ): [
        LrWarmup(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.optim.lr_scheduler.LambdaLR",)),
            how="schedule",
            length="args.warmup_steps",
            api="LambdaLR",
            name="rises",
        )
    ],
    (
        "from torch.optim.lr_scheduler import LambdaLR\n"
        "scheduler = LambdaLR(optimizer, lambda step: min(step / max(1, warmup_steps), 1.0))"
    ): [
        LrWarmup(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.optim.lr_scheduler.LambdaLR",)),
            how="schedule",
            length="warmup_steps",
            api="LambdaLR",
            name="scheduler",
        )
    ],
    (
        "if epoch <= warmup_epochs:\n"
        "    for group in optimizer.param_groups:\n"
        '        group["lr"] = base_lr / warmup_epochs * epoch'
    ): [
        LrWarmup(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("warmup_epochs",)),
            how="branch",
            length="warmup_epochs",
            condition="epoch <= warmup_epochs",
            counter="epoch",
            formula="base_lr / warmup_epochs * epoch",
        )
    ],
    ("scheduler = SCHEDULERS[args.scheduler](optimizer, args.train_steps * args.warmup)"): [
        LrWarmup(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("SCHEDULERS[]",)),
            how="schedule",
            length="args.train_steps * args.warmup",
            api="SCHEDULERS[]",
            name="scheduler",
        )
    ],
    (
        "import torch\n"
        "def get_lr(it):\n"
        "    if it < warmup_iters:\n"
        "        return it / warmup_iters\n"
        "    return 1.0\n"
        "schedules = [torch.optim.lr_scheduler.LambdaLR(opt, get_lr) for opt in optimizers]"
    ): [
        LrWarmup(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("warmup_iters",)),
            how="branch",
            length="warmup_iters",
            condition="it < warmup_iters",
            counter="it",
            relative=True,
            formula="it / warmup_iters",
        ),
    ],
}
COUNTEREXAMPLES = {
    "self.warmup_steps = [(v - warmup_lr) / warmup_t for v in rates_t]": "the size of one step",
    (
        "from torch.optim.lr_scheduler import LambdaLR\n"
        "falling = LambdaLR(optimizer, lambda n: min(cfg.warmup / (n + 1), 1.0))"
    ): "it falls",
    ("optim = PolyOptimizer(net, lr0=0.1, warmup_steps=0)"): "none",
    ("shape = lambda n: min(1.0, n / warm_steps)"): "no schedule gets it",
    "warmup_momentum = np.linspace(0.8, 0.9, steps)": "nothing says that it is about the rate",
    (
        "from torch.optim.lr_scheduler import LambdaLR\n"
        "first = LambdaLR(optimizer, lambda step: 1 / (1 + step))"
    ): "falls from the start",
    ("if epoch < 5:\n    lr = 0.1 * epoch / 40"): "divided by another length",
    "for _ in range(warmup_steps):\n    model(x)": "runs the model before measuring its speed",
    "if step > warmup_steps:\n    log(step)": "no rate is computed",
    "warmup_steps = int(0.1 * total_steps)": "a length, no rate",
    "scheduler = CosineAnnealingWarmRestarts(optimizer, 10)": "restarts are no warm-up",
    (
        "from ignite.handlers import PiecewiseLinear\n"
        "handler = PiecewiseLinear(optimizer, 'lr', [(0, lr), (total, 0.0)])"
    ): "falls from the start",
    (
        "import torch\n"
        "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "if n <= last:\n"
        "    for group in opt.param_groups:\n"
        "        group['lr'] = np.interp(n, times, rates)"
    ): "a table of rates",
}
