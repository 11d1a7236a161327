"""lr-schedule: a schedule of the learning rate is made, stepped, or applied by hand."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.lr_schedule.by_hand import (
    find_assigned,
    find_computed,
    find_formula,
    find_helper,
    find_lambda,
    find_lowered,
    find_set,
    find_table,
)
from pseudogen.patterns.lr_schedule.facts import LrSchedule
from pseudogen.patterns.lr_schedule.objects import (
    find_configured,
    find_factory,
    find_made,
    find_registered,
    find_returned,
    find_setting,
    find_stepped,
)

__all__ = [
    "LrSchedule",
    "find_assigned",
    "find_computed",
    "find_configured",
    "find_factory",
    "find_formula",
    "find_helper",
    "find_lambda",
    "find_lowered",
    "find_made",
    "find_registered",
    "find_returned",
    "find_set",
    "find_setting",
    "find_stepped",
    "find_table",
]


def _example(**facts: Any) -> list[LrSchedule]:
    facts.setdefault("end", facts["line"])
    return [LrSchedule(**facts)]


_STEP_LR = "torch.optim.lr_scheduler.StepLR"
EXAMPLES = {
    "for epoch in range(epochs):\n"
    "    if epoch > warm:\n"
    "        scheduler.step(epoch)\n"
    "    for images, labels in train_loader:\n"
    "        criterion(net(images), labels).backward()\n"
    "        optimizer.step()": _example(
        line=3,
        evidence=Evidence(NAME, ("scheduler",)),
        action="stepped",
        name="scheduler",
        per="epoch",
        position="epoch",
        condition="epoch > warm",
    ),
    "policy = PolyLR(base_lr, power, total)": [
        LrSchedule(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("PolyLR",)),
            action="made",
            name="policy",
            api="PolyLR",
            parameters=("base_lr", "power", "total"),
        )
    ],
    "for item in schedulers:\n    item.step(epoch)": [
        LrSchedule(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("item",)),
            action="stepped",
            name="item",
            position="epoch",
        )
    ],
    "lr_scheduler.step()": [
        LrSchedule(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("lr_scheduler",)),
            action="stepped",
            name="lr_scheduler",
        )
    ],
    "lr = policy_lr.get_lr(current_idx)": [
        LrSchedule(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("lr",)),
            action="computed",
            variable="lr",
            value="policy_lr.get_lr(current_idx)",
        )
    ],
    "for epoch in range(epochs):\n"
    "    epoch_loss = train(train_loader, model, optimizer)\n"
    "    scheduler.step(mean(epoch_loss))": _example(
        line=3,
        evidence=Evidence(NAME, ("scheduler",)),
        action="stepped",
        name="scheduler",
        per="epoch",
        watched="mean(epoch_loss)",
    ),
    "from torch.optim.lr_scheduler import StepLR\n"
    "scheduler = StepLR(optimizer, step_size=30)": _example(
        line=2,
        evidence=Evidence(API, (_STEP_LR,)),
        action="made",
        name="scheduler",
        api="StepLR",
        form="step",
        optimizer="optimizer",
        period="30",
        period_value=30,
        factor="0.1",
        factor_value=0.1,
    ),
    "from torch.optim.lr_scheduler import ReduceLROnPlateau\n"
    "plan = ReduceLROnPlateau(optimizer, 'max', patience=5)\n"
    "plan.step(score)": [
        LrSchedule(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.optim.lr_scheduler.ReduceLROnPlateau",)),
            action="made",
            name="plan",
            api="ReduceLROnPlateau",
            form="plateau",
            optimizer="optimizer",
            period="5",
            period_value=5,
            factor="0.1",
            factor_value=0.1,
            goal="max",
            fed=3,
        ),
        LrSchedule(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.optim.lr_scheduler.ReduceLROnPlateau",)),
            action="stepped",
            name="plan",
            watched="score",
        ),
    ],
    "for epoch in range(9):\n"
    "    train(train_loader, model, optimizer)\n"
    "    scheduler.step(val_loss)": _example(
        line=3,
        evidence=Evidence(NAME, ("scheduler",)),
        action="stepped",
        name="scheduler",
        per="epoch",
        watched="val_loss",
    ),
    "set_optimizer_lr(optimizer, lr_scheduler_func, epoch)": _example(
        line=1,
        evidence=Evidence(NAME, ("set_optimizer_lr",)),
        action="helper",
        name="set_optimizer_lr",
        optimizer="optimizer",
        parameters=("optimizer", "lr_scheduler_func", "epoch"),
    ),
    "lr_scheduler_func = get_lr_scheduler(decay_type, Init_lr_fit, Min_lr_fit, epochs)": _example(
        line=1,
        evidence=Evidence(NAME, ("get_lr_scheduler",)),
        action="made",
        name="lr_scheduler_func",
        api="get_lr_scheduler",
        parameters=("decay_type", "Init_lr_fit", "Min_lr_fit", "epochs"),
    ),
    "lr = base_lr * 0.5 ** (epoch // 10)\n"
    "for group in optimizer.param_groups:\n"
    '    group["lr"] = lr': [
        LrSchedule(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("lr",)),
            action="computed",
            variable="lr",
            value="base_lr * 0.5 ** (epoch // 10)",
        ),
        LrSchedule(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ('group["lr"]',)),
            action="set",
            optimizer="optimizer",
            value="lr",
            variable='group["lr"]',
        ),
    ],
    "passed = np.sum(epoch > milestones)\nlr = lr * 0.1**passed": _example(
        line=2,
        evidence=Evidence(NAME, ("lr",)),
        action="computed",
        variable="lr",
        value="lr * 0.1 ** passed",
        made_by=("passed = np.sum(epoch > milestones)",),
    ),
    "import math\n"
    "def get_lr(step):\n"
    "    if step > last:\n"
    "        return low\n"
    "    part = step / last\n"
    "    return low + 0.5 * (1 + math.cos(math.pi * part)) * (high - low)": _example(
        line=2,
        end=6,
        evidence=Evidence(NAME, ("get_lr",)),
        action="formula",
        name="get_lr",
        parameters=("step",),
        counter="step",
        cosine="0.5 * (1 + math.cos(math.pi * part)) * (high - low)",
        top="(high - low)",
        progress="part",
        cases=(
            ("step > last", "low"),
            ("", "low + 0.5 * (1 + math.cos(math.pi * part)) * (high - low)"),
        ),
    ),
    "def get_lr(step):\n    return max_lr * (1 - step / max_steps) ** 0.9": _example(
        line=1,
        end=2,
        evidence=Evidence(NAME, ("get_lr",)),
        action="formula",
        name="get_lr",
        parameters=("step",),
        counter="step",
        cases=(("", "max_lr * (1 - step / max_steps) ** 0.9"),),
    ),
    (
        "from torch.optim.lr_scheduler import OneCycleLR\n"
        "scheduler = OneCycleLR(optimizer, max_lr=0.1, total_steps=9000, pct_start=0.2)"
    ): [
        LrSchedule(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.optim.lr_scheduler.OneCycleLR",)),
            action="made",
            name="scheduler",
            api="OneCycleLR",
            form="one-cycle",
            optimizer="optimizer",
            period="9000",
            period_value=9000,
            peak="0.1",
            warmup="0.2",
        )
    ],
    ("import utils\nutils.update_linear_schedule(agent.optimizer, step, total)"): [
        LrSchedule(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("utils.update_linear_schedule",)),
            action="helper",
            name="utils.update_linear_schedule",
            optimizer="agent.optimizer",
            parameters=(
                "agent.optimizer",
                "step",
                "total",
            ),
        )
    ],
    "param_scheduler = [dict(type='MultiStepLR', milestones=[8, 11], gamma=0.1)]": _example(
        line=1,
        evidence=Evidence(NAME, ("param_scheduler",)),
        action="made",
        name="param_scheduler",
        api="MultiStepLR",
        form="other",
    ),
    'cfg = {"train_batch_size": 8, "scheduler": {"type": "WarmupLR", "params": {}}}': _example(
        line=1,
        evidence=Evidence(FLOW, ("scheduler",)),
        action="made",
        api="WarmupLR",
        form="constant",
    ),
    ("factor = epoch // 30\nlr = base_lr * (0.1 ** factor)"): [
        LrSchedule(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("lr",)),
            action="computed",
            value="base_lr * (0.1 ** factor)",
            variable="lr",
            made_by=("factor = epoch // 30",),
        )
    ],
    (
        "from project import WarmupPolyScheduler\n"
        "plan = WarmupPolyScheduler(optim, power=0.9)\n"
        "for x in loader:\n"
        "    plan.step()"
    ): [
        LrSchedule(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("WarmupPolyScheduler",)),
            action="stepped",
            name="plan",
        )
    ],
    "rate = plan.get_last_lr()[0]\n"
    "for group in other_optimizer.param_groups:\n"
    "    group['lr'] = rate": _example(
        line=3,
        evidence=Evidence(FLOW, ("group['lr']",)),
        action="set",
        optimizer="other_optimizer",
        value="rate",
        variable="group['lr']",
        copied=True,
    ),
    "for step in range(100):\n"
    "    if anneal:\n"
    "        left = 1 - step / 100\n"
    "        optimizer.param_groups[0]['lr'] = left * 0.1": _example(
        line=4,
        evidence=Evidence(FLOW, ("optimizer.param_groups[0]['lr']",)),
        action="set",
        optimizer="optimizer",
        value="left * 0.1",
        variable="optimizer.param_groups[0]['lr']",
        condition="anneal",
        made_by=("left = 1 - step / 100",),
    ),
    (
        "for epoch in range(epochs):\n"
        "    for i, (x, y) in enumerate(train_loader):\n"
        "        self.scheduler(self.optimizer, i, epoch)\n"
        "        loss.backward()"
    ): _example(
        line=3,
        evidence=Evidence(NAME, ("self.scheduler",)),
        action="helper",
        name="self.scheduler",
        optimizer="self.optimizer",
        parameters=("self.optimizer", "i", "epoch"),
        per="step",
    ),
    (
        "import tensorflow as tf\n"
        "optimizer = tf.keras.optimizers.Adam()\n"
        "for x, y in train_loader:\n"
        "    with tf.GradientTape() as tape:\n"
        "        loss = criterion(y, model(x))\n"
        "    grads = tape.gradient(loss, model.trainable_variables)\n"
        "    optimizer.apply_gradients(zip(grads, model.trainable_variables))\n"
        "    global_steps.assign_add(1)\n"
        "    lr = base_lr * (1 - global_steps / total_steps)\n"
        "    optimizer.lr.assign(lr)"
    ): [
        LrSchedule(
            line=9,
            end=9,
            evidence=Evidence(NAME, ("lr",)),
            action="computed",
            per="step",
            value="base_lr * (1 - global_steps / total_steps)",
            variable="lr",
        ),
        LrSchedule(
            line=10,
            end=10,
            evidence=Evidence(FLOW, ("optimizer.lr",)),
            action="set",
            optimizer="optimizer",
            per="step",
            value="lr",
            variable="optimizer.lr",
        ),
    ],
    (
        "lr = build_lr(cfg.OPTIMIZER, len(train_loader))\n"
        "for epoch in range(epochs):\n"
        "    for x, y in train_loader:\n"
        "        criterion(net(x), y).backward()\n"
        "        optimizer.step()\n"
        "    lr.step()"
    ): [
        LrSchedule(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("build_lr",)),
            action="made",
            name="lr",
            api="build_lr",
            parameters=("cfg.OPTIMIZER", "len(train_loader)"),
            per="epoch",
        ),
        LrSchedule(
            line=6,
            end=6,
            evidence=Evidence(NAME, ("lr",)),
            action="stepped",
            name="lr",
            per="epoch",
        ),
    ],
    (
        "from detectron2.projects.deeplab import build_lr_scheduler\n"
        "def schedule(cfg, optimizer):\n"
        "    return build_lr_scheduler(cfg, optimizer)"
    ): [
        LrSchedule(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("build_lr_scheduler",)),
            action="made",
            api="build_lr_scheduler",
            optimizer="optimizer",
            parameters=("cfg", "optimizer"),
        )
    ],
    (
        "from tensorflow import keras\n"
        "from tensorflow.keras import backend as K\n"
        "class Decay(keras.callbacks.Callback):\n"
        "    def on_epoch_begin(self, epoch, logs=None):\n"
        "        K.set_value(self.model.optimizer.lr, self.rule(epoch))"
    ): [
        LrSchedule(
            line=5,
            end=5,
            evidence=Evidence(FLOW, ("self.model.optimizer.lr",)),
            action="set",
            optimizer="self.model.optimizer",
            value="self.rule(epoch)",
            variable="self.model.optimizer.lr",
        )
    ],
    (
        "for step, (x, y) in enumerate(train_loader):\n    lr_scheduler(step)\n    loss.backward()"
    ): _example(
        line=2,
        evidence=Evidence(NAME, ("lr_scheduler",)),
        action="helper",
        name="lr_scheduler",
        parameters=("step",),
        per="step",
    ),
    "lr_schedule = np.linspace(0.1, 0.0, total_steps)": _example(
        line=1,
        evidence=Evidence(NAME, ("lr_schedule",)),
        action="table",
        variable="lr_schedule",
        value="np.linspace(0.1, 0.0, total_steps)",
    ),
    "lr_schedule = [base_lr * (1 - t / n) for t in range(n)]": _example(
        line=1,
        evidence=Evidence(NAME, ("lr_schedule",)),
        action="table",
        variable="lr_schedule",
        value="[base_lr * (1 - t / n) for t in range(n)]",
    ),
    ("for x in loader:\n    lr_sche.step()"): [
        LrSchedule(
            line=2, end=2, evidence=Evidence(NAME, ("lr_sche",)), action="stepped", name="lr_sche"
        )
    ],
    (
        "from torch.optim.lr_scheduler import LambdaLR\n"
        "def lambda_rule(epoch):\n"
        "    return 1.0 - max(0, epoch - 50) / 50\n"
        "plan = LambdaLR(optimizer, lambda_rule)"
    ): [
        LrSchedule(
            line=2,
            end=3,
            evidence=Evidence(NAME, ("lambda_rule",)),
            action="formula",
            name="lambda_rule",
            parameters=("epoch",),
            relative=True,
            counter="epoch",
            cases=(("", "1.0 - max(0, epoch - 50) / 50"),),
        ),
        LrSchedule(
            line=4,
            end=4,
            evidence=Evidence(API, ("torch.optim.lr_scheduler.LambdaLR",)),
            action="made",
            name="plan",
            api="LambdaLR",
            form="lambda",
            optimizer="optimizer",
            factor="lambda_rule",
        ),
    ],
    "import optax\nscale = optax.scale_by_schedule(rate_at)": [
        LrSchedule(
            line=2,
            end=2,
            evidence=Evidence("api", ("optax.scale_by_schedule",)),
            action="made",
            name="scale",
            api="scale_by_schedule",
            form="function",
            factor="rate_at",
        ),
    ],
    (
        "from torch.optim.lr_scheduler import LambdaLR\n"
        "shape = lambda n: 1 - n / total\n"
        "scheduler = LambdaLR(optimizer, lambda n: shape(n + start))"
    ): [
        LrSchedule(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("shape",)),
            action="formula",
            name="shape",
            parameters=("n",),
            value="1 - n / total",
            relative=True,
            counter="n",
        ),
        LrSchedule(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.optim.lr_scheduler.LambdaLR",)),
            action="made",
            name="scheduler",
            api="LambdaLR",
            form="lambda",
            optimizer="optimizer",
            factor="lambda n: shape(n + start)",
        ),
    ],
    (
        "import torch\n"
        "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "lr_scheduler = StepLRWarmup(optimizer=opt, warmup_iters=500)"
    ): [
        LrSchedule(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("StepLRWarmup",)),
            action="made",
            name="lr_scheduler",
            api="StepLRWarmup",
            optimizer="opt",
            parameters=("optimizer=opt", "warmup_iters=500"),
        )
    ],
    (
        "from transformers import get_cosine_schedule_with_warmup\n"
        "scheduler = get_cosine_schedule_with_warmup(optimizer, 100, total_steps)"
    ): [
        LrSchedule(
            line=2,
            end=2,
            evidence=Evidence(API, ("transformers.get_cosine_schedule_with_warmup",)),
            action="made",
            name="scheduler",
            api="get_cosine_schedule_with_warmup",
            form="cosine",
            optimizer="optimizer",
            warmup="100",
            total="total_steps",
        )
    ],
    ("for epoch in range(9):\n    optimizer.scheduler_step(val_loss)\n"): [
        LrSchedule(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("optimizer",)),
            action="stepped",
            name="optimizer",
            watched="val_loss",
        )
    ],
    "def advance(scheduler, epoch=None):\n    scheduler.step(epoch)": _example(
        line=2,
        evidence=Evidence(NAME, ("scheduler",)),
        action="stepped",
        name="scheduler",
    ),
    ('lr = get_lr(state["iter_num"]) if decay_lr else learning_rate'): [
        LrSchedule(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("lr",)),
            action="computed",
            value='get_lr(state["iter_num"]) if decay_lr else learning_rate',
            variable="lr",
        )
    ],
    (
        "class WarmScheduler:\n"
        "    def step(self):\n"
        "        for group in self.optimizer.param_groups:\n"
        '            group["lr"] = self.rate()'
    ): [
        LrSchedule(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ('group["lr"]',)),
            action="set",
            optimizer="self.optimizer",
            value="self.rate()",
            variable='group["lr"]',
            own_scheduler=True,
        ),
    ],
    (
        "seen = start * 1000\n"
        "while True:\n"
        "    loss.backward()\n"
        "    for group in optimizer.param_groups:\n"
        '        group["lr"] = rate * min(seen / warm, 1)\n'
        "    optimizer.step()\n"
        "    seen += size"
    ): [
        LrSchedule(
            line=5,
            end=5,
            evidence=Evidence(FLOW, ('group["lr"]',)),
            action="set",
            optimizer="optimizer",
            per="step",
            value="rate * min(seen / warm, 1)",
            variable='group["lr"]',
        ),
    ],
    "import argparse\n"
    "from transformers import get_scheduler\n"
    "parser = argparse.ArgumentParser()\n"
    "parser.add_argument('--lr-scheduler', default='cosine')\n"
    "args = parser.parse_args()\n"
    "schedule = get_scheduler(args.lr_scheduler, optimizer, num_warmup_steps=9)": _example(
        line=6,
        evidence=Evidence(API, ("transformers.get_scheduler",)),
        action="made",
        name="schedule",
        api="get_scheduler",
        form="named",
        optimizer="optimizer",
        warmup="9",
        choice="--lr-scheduler",
        choice_default="'cosine'",
    ),
    "import argparse\n"
    "parser = argparse.ArgumentParser()\n"
    "parser.add_argument('--lr-scheduler', default='cosine')\n"
    "args = parser.parse_args()\n"
    "args.lr_scheduler = pick()\n"
    "schedule = build_scheduler(args.lr_scheduler, optimizer)": _example(
        line=6,
        evidence=Evidence(NAME, ("build_scheduler",)),
        action="made",
        name="schedule",
        api="build_scheduler",
        optimizer="optimizer",
        parameters=("args.lr_scheduler", "optimizer"),
    ),
}
COUNTEREXAMPLES = {
    (
        "from tensorflow.keras import backend as K\nK.set_value(model.optimizer.lr, 0.001)"
    ): "set once, before the training",
    "for item in stages:\n    item.step(epoch)": "whatever the stages are",
    "import paddle\nrate = paddle.optimizer.lr.NoamDecay(512, 4000).get_lr()": (
        "one rate, asked of a schedule that nobody keeps"
    ),
    (
        "from torch.optim.lr_scheduler import LambdaLR\nshape = lambda n: 1 - n / total"
    ): "no schedule gets it",
    "for step, x in enumerate(train_loader):\n    noise_scheduler(step)\n    loss.backward()": (
        "a diffusion's noise"
    ),
    "lr_schedules = [get(name) for name in names]": "objects are collected",
    "wd_schedule = np.linspace(0.04, 0.4, n)": "a schedule of the weight decay",
    "lr_value = lr_scheduler()": "asks for the present rate",
    "schedule = self._create_schedule(budget)": "nothing says that it is about the learning rate",
    "wrapper.set_lr_scheduler(lr_scheduler)": "the schedule is handed on",
    "lr_scheduler_type = SchedulerType(name)": "the name of one",
    (
        "def rates(optimizer):\n"
        "    lr = []\n"
        "    for group in optimizer.param_groups:\n"
        "        lr += [group['lr']]\n"
        "    return lr"
    ): "rates are collected",
    (
        "def linear_schedule(start_e, end_e, duration, t):\n"
        "    slope = (end_e - start_e) / duration\n"
        "    return max(slope * t + start_e, end_e)"
    ): "of an exploration",
    (
        "total = args.batch_size * args.accum_iter\nlr = base_lr * total / 256"
    ): "scaled once by the batch size",
    "schedule = Interleaved(stages, n_microbatches=4)": "the schedule of a pipeline",
    "add_lr_decay_table_pass(program, steps)": "a pass over a program",
    'lr = optimizer.param_groups[0]["lr"]': "only reads the rate",
    "latents = noise_scheduler.step(noise, t, latents)": "the schedule of a diffusion's noise",
    (
        "class Denoiser:\n"
        "    def __init__(self, scheduler):\n"
        "        self.scheduler = scheduler\n"
        "    def run(self, x, steps):\n"
        "        self.scheduler.set_timesteps(steps)\n"
        "        for t in self.scheduler.timesteps:\n"
        "            x = self.scheduler.step(self.net(x, t), t, x).prev_sample\n"
        "        return x"
    ): "the schedule of a diffusion's noise",
    "scheduler = scheduler_class(**scheduler_config)\nscheduler.set_timesteps(20)": (
        "likewise where it is made"
    ),
    "scheduler = EulerDiscreteScheduler(timestep_spacing='leading', steps_offset=1)": (
        "likewise by its name alone"
    ),
    "lr = scheduler.get_last_lr()[0]": "only reads the rate",
    'groups = [{"params": head, "lr": lr}]': "that is parameter-groups",
    "optimizer.step()": "that updates the parameters",
    (
        "import torch\n"
        "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "lr_scheduler = RateMonitor(opt)"
    ): "it shows the rate",
}
