"""gradient-accumulation: several backward passes to one step of the optimizer."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.gradient_accumulation.facts import GradientAccumulation
from pseudogen.patterns.gradient_accumulation.finders import (
    find_arithmetic,
    find_counted,
    find_distance,
    find_flag,
    find_rounds,
    find_share,
)
from pseudogen.patterns.gradient_accumulation.processes import find_divided, find_switch
from pseudogen.patterns.gradient_accumulation.settings import (
    find_configured,
    find_context,
    find_counts,
    find_deferred_context,
    find_function,
    find_known,
    find_setting,
)

__all__ = [
    "GradientAccumulation",
    "find_arithmetic",
    "find_configured",
    "find_context",
    "find_counted",
    "find_counts",
    "find_deferred_context",
    "find_distance",
    "find_divided",
    "find_flag",
    "find_function",
    "find_known",
    "find_rounds",
    "find_setting",
    "find_share",
    "find_switch",
]


def _example(**facts: Any) -> list[GradientAccumulation]:
    facts.setdefault("end", facts["line"])
    return [GradientAccumulation(**facts)]


EXAMPLES = {
    "if (i + 1) % accum_steps == 0 or i + 1 == len(loader):\n    optimizer.step()": _example(
        line=1,
        evidence=Evidence(NAME, ("accum_steps",)),
        part="condition",
        steps="accum_steps",
        condition="(i + 1) % accum_steps == 0 or i + 1 == len(loader)",
        last=True,
    ),
    (
        "for batch in loader:\n"
        "    loss = (first(batch) + second(batch)) / passes\n"
        "    loss.backward()\n"
        "    done += 1\n"
        "    if done == passes and train:\n"
        "        done = 0\n"
        "        optimizer.step()\n"
        "        optimizer.zero_grad()"
    ): [
        GradientAccumulation(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("done == passes and train",)),
            part="division",
            steps="passes",
            loss="loss",
        ),
        GradientAccumulation(
            line=5,
            end=5,
            evidence=Evidence(FLOW, ("done == passes and train",)),
            part="condition",
            steps="passes",
            condition="done == passes and train",
            last=True,
        ),
    ],
    (
        "for batch in loader:\n"
        "    loss /= passes\n"
        "    loss.backward()\n"
        "    done += 1\n"
        "    if done == passes:\n"
        "        optimizer.step()\n"
        "        done = 0"
    ): [
        GradientAccumulation(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("done == passes",)),
            part="division",
            steps="passes",
            loss="loss",
        ),
        GradientAccumulation(
            line=5,
            end=5,
            evidence=Evidence(FLOW, ("done == passes",)),
            part="condition",
            steps="passes",
            condition="done == passes",
            last=True,
        ),
    ],
    "for i, batch in enumerate(loader):\n"
    "    scaler(loss(batch), optimizer, update=(i + 1) % accum_steps == 0)\n"
    "    if (i + 1) % accum_steps == 0:\n"
    "        optimizer.zero_grad()": [
        GradientAccumulation(
            line=line,
            end=line,
            evidence=Evidence(NAME, ("accum_steps",)),
            part="condition",
            steps="accum_steps",
            condition="(i + 1) % accum_steps == 0",
            with_step=step,
        )
        for line, step in ((2, None), (3, 2))
    ],
    "steps = 4\ngradient_accumulation_steps = 4\nloss = loss / gradient_accumulation_steps": (
        _example(
            line=3,
            evidence=Evidence(NAME, ("gradient_accumulation_steps",)),
            part="division",
            steps="gradient_accumulation_steps",
            steps_value=4,
            loss="loss",
        )
    ),
    (
        "from accelerate import Accelerator\n"
        "accelerator = Accelerator(mixed_precision='fp16')\n"
        "with accelerator.accumulate(model):\n    step()"
    ): _example(
        line=3,
        evidence=Evidence(FLOW, ("accelerator.accumulate",)),
        part="context",
        call="accelerator.accumulate",
        unset=True,
    ),
    "with accelerator.accumulate(model):\n    step()": _example(
        line=1,
        evidence=Evidence(FLOW, ("accelerator.accumulate",)),
        part="context",
        call="accelerator.accumulate",
    ),
    (
        "for i, (x, y) in enumerate(loader):\n"
        "    if i % accum_steps != 0:\n"
        "        criterion(model(x), y).backward()\n"
        "    else:\n"
        "        criterion(model(x), y).backward()\n"
        "        optimizer.step()\n"
        "        optimizer.zero_grad()"
    ): _example(
        line=2,
        evidence=Evidence(NAME, ("accum_steps",)),
        part="condition",
        steps="accum_steps",
        condition="i % accum_steps == 0",
        at_first=True,
    ),
    "scope = model.no_sync() if step % accum_steps else nullcontext()": _example(
        line=1,
        evidence=Evidence(FLOW, ("model.no_sync",)),
        part="context",
        condition="step % accum_steps",
        call="model.no_sync",
        held="scope",
    ),
    "losses = model(batch)\nloss = losses.total_loss / args.accum_steps": _example(
        line=2,
        evidence=Evidence(NAME, ("args.accum_steps",)),
        part="division",
        steps="args.accum_steps",
        loss="losses.total_loss",
        target="loss",
    ),
    "loss /= args.update_freq": _example(
        line=1,
        evidence=Evidence(NAME, ("args.update_freq",)),
        part="division",
        steps="args.update_freq",
        loss="loss",
    ),
    "wrapper = dict(optimizer=optimizer, accumulative_counts=4)": _example(
        line=1,
        evidence=Evidence(FLOW, ("accumulative_counts",)),
        part="setting",
        steps="4",
        steps_value=4,
        call="wrapper",
    ),
    "loss, grads = accumulate_gradients(grad_fn, params, batch, accum_steps)": _example(
        line=1,
        evidence=Evidence(NAME, ("accumulate_gradients",)),
        part="setting",
        steps="accum_steps",
        call="accumulate_gradients",
    ),
    'cfg = {"train_batch_size": 8, "gradient_accumulation_steps": 4}': _example(
        line=1,
        evidence=Evidence(FLOW, ("gradient_accumulation_steps",)),
        part="setting",
        steps="4",
        steps_value=4,
        call="DeepSpeed",
    ),
    (
        "for x, y in loader:\n"
        "    for part in x.split(8):\n"
        "        loss = criterion(model(part), y)\n"
        "        loss.div_(len(x) / 8)\n"
        "        loss.backward()\n"
        "    optimizer.step()"
    ): [
        GradientAccumulation(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("loss",)),
            part="division",
            steps="len(x) / 8",
            loss="loss",
        )
    ],
    (
        "for i, (x, y) in enumerate(loader):\n"
        "    loss = criterion(model(x), y) / 8\n"
        "    loss.backward()\n"
        "    if i % 8 == 7:\n"
        "        optimizer.step()\n"
        "        optimizer.zero_grad()"
    ): [
        GradientAccumulation(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("i % 8",)),
            part="division",
            steps="8",
            steps_value=8,
            loss="criterion(model(x), y)",
            target="loss",
        ),
        GradientAccumulation(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("i % 8",)),
            part="condition",
            steps="8",
            steps_value=8,
            condition="i % 8 == 7",
        ),
    ],
    (
        "for i, batch in enumerate(batches):\n"
        "    holding = (i + 1) % accum_steps != 0\n"
        "    if not holding:\n"
        "        optimizer.step()"
    ): [
        GradientAccumulation(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("accum_steps",)),
            part="condition",
            steps="accum_steps",
        ),
        GradientAccumulation(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("holding",)),
            part="condition",
            steps="accum_steps",
            condition="not holding",
        ),
    ],
    (
        "for i, batch in enumerate(batches):\n"
        "    steps_now = i % accum_steps == 0 or i == last\n"
        "    if steps_now:\n"
        "        optimizer.step()"
    ): [
        GradientAccumulation(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("accum_steps",)),
            part="condition",
            steps="accum_steps",
        ),
        GradientAccumulation(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("steps_now",)),
            part="condition",
            steps="accum_steps",
            condition="steps_now",
            last=True,
        ),
    ],
    (
        "for i, batch in enumerate(batches):\n"
        "    is_accumulating = (i + 1) % accum_steps != 0\n"
        "    if not is_accumulating:\n"
        "        optimizer.step()"
    ): [
        GradientAccumulation(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("accum_steps",)),
            part="condition",
            steps="accum_steps",
        ),
        GradientAccumulation(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("is_accumulating",)),
            part="condition",
            steps="accum_steps",
            condition="not is_accumulating",
        ),
    ],
    "import optax\ntx = optax.MultiSteps(tx, every_k_schedule=8)": _example(
        line=2,
        evidence=Evidence(API, ("optax.MultiSteps",)),
        part="setting",
        steps="8",
        steps_value=8,
        call="optax.MultiSteps",
    ),
    (
        "for x, y in train_loader:\n"
        "    loss = (lm_loss * a + mc_loss * b) / args.gradient_accumulation_steps\n"
        "    loss.backward()"
    ): [
        GradientAccumulation(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("args.gradient_accumulation_steps",)),
            part="division",
            steps="args.gradient_accumulation_steps",
            loss="lm_loss * a + mc_loss * b",
            target="loss",
        )
    ],
    ("accumulation_steps = batch_size // micro_batch_size"): [
        GradientAccumulation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("accumulation_steps",)),
            part="share",
            steps="accumulation_steps",
            call="accumulation_steps = batch_size // micro_batch_size",
        )
    ],
    ("args.batch_size //= args.accum_steps"): [
        GradientAccumulation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("args.accum_steps",)),
            part="share",
            steps="args.accum_steps",
            call="args.batch_size //= args.accum_steps",
        )
    ],
    (
        "import torch\n"
        "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "for x, y in loader:\n"
        "    n += 1\n"
        "    loss = criterion(net(x), y)\n"
        "    if half:\n"
        "        scaler.scale(loss).backward()\n"
        "        if n % cfg.every == 0:\n"
        "            scaler.step(opt)\n"
        "            scaler.update()\n"
        "            opt.zero_grad()\n"
        "    else:\n"
        "        loss.backward()\n"
        "        if n % cfg.every == 0:\n"
        "            opt.step()\n"
        "            opt.zero_grad()"
    ): [
        GradientAccumulation(
            line=8,
            end=8,
            evidence=Evidence(FLOW, ("n % cfg.every",)),
            part="condition",
            steps="cfg.every",
            condition="n % cfg.every == 0",
        ),
        GradientAccumulation(
            line=14,
            end=14,
            evidence=Evidence(FLOW, ("n % cfg.every",)),
            part="condition",
            steps="cfg.every",
            condition="n % cfg.every == 0",
        ),
    ],
    (
        "for i, batch in enumerate(loader):\n"
        "    model(batch).backward()\n"
        "    if i % accum_steps == 0:\n"
        "        optimizer.step()"
    ): [
        GradientAccumulation(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("accum_steps",)),
            part="condition",
            steps="accum_steps",
            condition="i % accum_steps == 0",
            at_first=True,
        )
    ],
    (
        "for i, batch in enumerate(loader):\n"
        "    loss.backward()\n"
        "    if i - last_step >= accumulate:\n"
        "        optimizer.step()\n"
        "        optimizer.zero_grad()\n"
        "        last_step = i"
    ): [
        GradientAccumulation(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("accumulate",)),
            part="condition",
            steps="accumulate",
            condition="i - last_step >= accumulate",
            last=True,
        )
    ],
    (
        "for batch in loader:\n"
        "    optimizer.zero_grad()\n"
        "    for i in range(chunks):\n"
        "        loss = net(batch[i])\n"
        "        loss = loss.float().mean() / chunks\n"
        "        loss.backward()\n"
        "    optimizer.step()\n"
        ""
    ): [
        GradientAccumulation(
            line=5,
            end=5,
            evidence=Evidence(NAME, ("chunks",)),
            part="division",
            steps="chunks",
            loss="loss",
        )
    ],
    "model.require_backward_grad_sync = (step == steps - 1)": _example(
        line=1,
        evidence=Evidence(FLOW, ("model.require_backward_grad_sync",)),
        part="switch",
        call="model.require_backward_grad_sync",
        condition="step == steps - 1",
    ),
    "accumulation_steps //= world_size": _example(
        line=1,
        evidence=Evidence(NAME, ("accumulation_steps",)),
        part="processes",
        steps="accumulation_steps",
        call="world_size",
    ),
    ("loss = loss / args.accumsteps\nloss.backward()"): [
        GradientAccumulation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("args.accumsteps",)),
            part="division",
            steps="args.accumsteps",
            loss="loss",
        )
    ],
    (
        "for step in range(steps):\n"
        "    optimizer.zero_grad()\n"
        "    for part in range(parts):\n"
        "        loss = model(next(batches)).mul(scale / size)\n"
        "        loss.backward()\n"
        "    optimizer.step()"
    ): [
        GradientAccumulation(
            line=3, end=3, evidence=Evidence(FLOW, ("range(parts)",)), part="rounds", steps="parts"
        ),
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
        GradientAccumulation(
            line=6,
            end=6,
            evidence=Evidence(FLOW, ("range(1, parts + 1)",)),
            part="rounds",
            steps="parts",
        ),
    ],
}
EXAMPLES |= {
    (
        "if (step + 1) % accumulation != 0 and parallel:\n"
        "    with model.no_sync():\n"
        "        total += self.training_step(model, batch)"
    ): _example(
        line=2,
        evidence=Evidence(FLOW, ("model.no_sync",)),
        part="context",
        call="model.no_sync",
    ),
    (
        "for i, (x, y) in enumerate(loader):\n"
        "    number = i + len(loader) * epoch\n"
        "    loss(model(x), y).backward()\n"
        "    if number % accumulation == 0:\n"
        "        optimizer.step()"
    ): _example(
        line=4,
        evidence=Evidence(NAME, ("accumulation",)),
        part="condition",
        steps="accumulation",
        condition="number % accumulation == 0",
        last=True,
    ),
}

COUNTEREXAMPLES = {
    "with torch.no_grad():\n    with model.no_sync():\n        losses.append(model(batch))": (
        "no gradients are computed"
    ),
    "if count % accumulation == 0 and lr_scheduler is not None:\n    lr_scheduler.step()": (
        "the step of a schedule is no update"
    ),
    "def eval_batch(parts):\n    loss = loss / accumulation_steps\n    return loss": (
        "no backward pass follows where a model is evaluated"
    ),
    (
        "for batch in loader:\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
        "    done += 1\n"
        "    if done == 50:\n"
        "        done = 0\n"
        "        save(model)"
    ): "a step in each round",
    "def forward(self, x):\n    if manual:\n        self.net.require_backward_grad_sync = False": (
        "a wrapper switches for reasons of its own"
    ),
    "remainder = batches % accum_steps": "batches that are left over",
    "updates = batches // accum_steps + int(batches % accum_steps > 0)": "rounded up",
    "model.require_forward_param_sync = False": "says nothing of gradients",
    "accumulation_steps //= 2": "by a number that is not one of processes",
    ("steps = samples // micro_batch_size"): "steps of an epoch",
    ("batch_size = batch_size // world_size"): "among processes",
    "if step % log_interval == 0:\n    print(loss)": "a print now and then",
    "loss = total / count": "a mean",
    "if step % accum_steps == 0:\n    progress_bar.update(1)": "a progress bar counts the steps",
    (
        "for i, x in enumerate(loader):\n"
        "    critic_loss(x).backward()\n"
        "    critic_optimizer.step()\n"
        "    if i % 5 == 0:\n"
        "        generator_loss(x).backward()\n"
        "        optimizer.step()\n"
        "        optimizer.zero_grad()"
    ): "another model is trained less often",
    "steps = len(loader) // accum_steps": "that is steps-per-epoch",
    (
        "for step in range(total_steps):\n"
        "    if step % update_frequency == 0:\n"
        "        loss = model(buffer.sample())\n"
        "        optimizer.zero_grad()\n"
        "        loss.backward()\n"
        "        optimizer.step()"
    ): "it trains every few rounds, on a batch of that round",
    ("if now - start >= accumulate_time:\n    print(now)"): "nothing steps",
}
