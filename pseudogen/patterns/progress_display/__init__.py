"""progress-display: progress is shown, by a bar or by printing the loss now and then."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.progress_display.bars import (
    find_added,
    find_bar,
    find_called_bar,
    find_description,
    find_made_bar,
    find_named_bar,
    find_postfix,
)
from pseudogen.patterns.progress_display.facts import ProgressDisplay
from pseudogen.patterns.progress_display.finders import (
    find_helper,
    find_logging_loop,
    find_print,
)

__all__ = [
    "ProgressDisplay",
    "find_added",
    "find_bar",
    "find_called_bar",
    "find_description",
    "find_helper",
    "find_logging_loop",
    "find_made_bar",
    "find_named_bar",
    "find_postfix",
    "find_print",
]


def _example(**facts: Any) -> list[ProgressDisplay]:
    facts.setdefault("end", facts["line"])
    return [ProgressDisplay(**facts)]


EXAMPLES = {
    (
        "for step, batch in enumerate(loader):\n"
        "    loss = model(batch)\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
        "    if step % 50 == 0:\n"
        "        message = 'step {}'.format(step)\n"
        "        for key, value in losses.items():\n"
        "            message += ' {}: {:.3f}'.format(key, value)\n"
        "        print(message)"
    ): [
        ProgressDisplay(
            line=9,
            end=9,
            evidence=Evidence(FLOW, ("print",)),
            how="print",
            call="print",
            every="50",
            every_value=50,
            per="step",
            condition="step % 50 == 0",
        )
    ],
    "bar = Bar('Train', max=len(loader))": [
        ProgressDisplay(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("Bar",)),
            how="bar",
            call="Bar",
            total="len(loader)",
        )
    ],
    "bar.set_description(written, refresh=False)\nbar.set_description(desc='loss ' + value)": [
        ProgressDisplay(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("bar",)),
            how="postfix",
            call="bar.set_description",
            shown=("written",),
        ),
        ProgressDisplay(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("bar",)),
            how="postfix",
            call="bar.set_description",
            shown=("'loss ' + value",),
        ),
    ],
    "bar = Progbar(total, width=20)": [
        ProgressDisplay(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("Progbar",)),
            how="bar",
            call="Progbar",
            total="total",
        )
    ],
    "bar.add(len(images), values=logs)": [
        ProgressDisplay(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("bar",)),
            how="postfix",
            call="bar.add",
            shown=("logs",),
        )
    ],
    (
        "for step, batch in enumerate(loader):\n"
        "    loss = model(batch)\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
        "    if step % 50 == 0:\n"
        "        for stage in range(3):\n"
        "            print(stage, losses[stage])"
    ): [
        ProgressDisplay(
            line=7,
            end=7,
            evidence=Evidence(FLOW, ("print",)),
            how="print",
            call="print",
            shown=("stage", "losses[stage]"),
            every="50",
            every_value=50,
            per="step",
            condition="step % 50 == 0",
        )
    ],
    "from progress.bar import Bar\nbar = Bar('Training', max=len(loader))": [
        ProgressDisplay(
            line=2,
            end=2,
            evidence=Evidence(API, ("progress.bar.Bar",)),
            how="bar",
            call="Bar",
            total="len(loader)",
            text="'Training'",
        )
    ],
    (
        "for step, batch in enumerate(loader):\n"
        "    model(batch).backward()\n"
        "    optimizer.step()\n"
        "    if step % 50 == 0:\n"
        "        logging.info('%d %f', step, top1.avg)"
    ): [
        ProgressDisplay(
            line=5,
            end=5,
            evidence=Evidence(FLOW, ("logging.info",)),
            how="print",
            call="logging.info",
            shown=("step", "top1.avg"),
            every="50",
            every_value=50,
            per="step",
            condition="step % 50 == 0",
        )
    ],
    (
        "for step, batch in enumerate(loader):\n"
        "    loss = model(batch)\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
        "    if counter.needs_printing():\n"
        "        view.print_losses(step, losses)"
    ): [
        ProgressDisplay(
            line=6,
            end=6,
            evidence=Evidence(FLOW, ("view.print_losses",)),
            how="print",
            call="view.print_losses",
            shown=("step", "losses"),
            per="step",
            condition="counter.needs_printing()",
        )
    ],
    (
        "for step, batch in enumerate(loader):\n"
        "    loss = model(batch)\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
        "    if step % every == 0:\n"
        "        train_writer.write('Loss {}'.format(loss.item()))"
    ): [
        ProgressDisplay(
            line=6,
            end=6,
            evidence=Evidence(FLOW, ("train_writer.write",)),
            how="print",
            call="train_writer.write",
            shown=("loss.item()",),
            every="every",
            per="step",
            condition="step % every == 0",
        )
    ],
    "from tqdm import tqdm\npbar = tqdm(loader, desc='train')": _example(
        line=2,
        evidence=Evidence(API, ("tqdm.tqdm",)),
        how="bar",
        call="tqdm",
        over="loader",
        text="'train'",
    ),
    (
        "from callback import ProgressBar\n"
        "pbar = ProgressBar(n_total=len(loader), desc='Training')\n"
        "for step, batch in enumerate(loader):\n"
        "    pbar(step, {'loss': loss.item()})"
    ): [
        ProgressDisplay(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("ProgressBar",)),
            how="bar",
            call="ProgressBar",
            total="len(loader)",
            text="'Training'",
        ),
        ProgressDisplay(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("pbar",)),
            how="postfix",
            call="pbar",
            shown=("loss",),
        ),
    ],
    "pbar.set_postfix(loss=loss.item())": _example(
        line=1,
        evidence=Evidence(FLOW, ("pbar",)),
        how="postfix",
        call="pbar.set_postfix",
        shown=("loss",),
    ),
    "for i, batch in enumerate(train_loader):\n"
    "    loss = model(batch)\n"
    "    loss.backward()\n"
    "    if i % 50 == 0:\n"
    "        print(i, loss.item())": _example(
        line=5,
        evidence=Evidence(FLOW, ("print",)),
        how="print",
        call="print",
        shown=("i", "loss.item()"),
        every="50",
        every_value=50,
        per="step",
        condition="i % 50 == 0",
    ),
    "for x, y in metric_logger.log_every(data_loader, 10, header):\n    step(x, y)": _example(
        line=1,
        evidence=Evidence(NAME, ("metric_logger.log_every",)),
        how="log",
        call="metric_logger.log_every",
        over="data_loader",
        every="10",
        every_value=10,
    ),
    'batches = progress_bar(loader, desc="train", total=steps)': [
        ProgressDisplay(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("progress_bar",)),
            how="bar",
            call="progress_bar",
            over="loader",
            total="steps",
            text='"train"',
        ),
    ],
    (
        "for step, batch in enumerate(loader):\n"
        "    train_step(state, batch)\n"
        "    if step % 100 == 0:\n"
        "        logging.info(f'step {step}, images/sec: {rate}')"
    ): [
        ProgressDisplay(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("logging.info",)),
            how="print",
            call="logging.info",
            every="100",
            every_value=100,
            per="step",
            condition="step % 100 == 0",
        ),
    ],
    (
        "for step, batch in enumerate(loader):\n"
        "    train_step(batch)\n"
        "    if step % print_freq == 0:\n"
        "        log_info(trainer, step)"
    ): [
        ProgressDisplay(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("log_info",)),
            how="print",
            call="log_info",
            every="print_freq",
            per="step",
            condition="step % print_freq == 0",
        ),
    ],
    (
        "for i, (x, y) in enumerate(loader):\n"
        "    loss = step(x, y)\n"
        "    progress_bar(i, len(loader), f'loss {loss:.3f}')"
    ): [
        ProgressDisplay(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("progress_bar",)),
            how="bar",
            call="progress_bar",
            total="len(loader)",
        )
    ],
    (
        "for i, x in enumerate(loader):\n"
        "    loss = model(x)\n"
        "    loss.backward()\n"
        "    if i % 10 == 0:\n"
        "        logger.debug('loss: {}'.format(loss.item()))"
    ): [
        ProgressDisplay(
            line=5,
            end=5,
            evidence=Evidence(FLOW, ("logger.debug",)),
            how="print",
            call="logger.debug",
            shown=("loss.item()",),
            every="10",
            every_value=10,
            per="step",
            condition="i % 10 == 0",
        )
    ],
    (
        "for i, x in enumerate(loader):\n"
        "    loss = model(x)\n"
        "    loss.backward()\n"
        "    if args.print_loss:\n"
        "        print('loss', loss)"
    ): [
        ProgressDisplay(
            line=5,
            end=5,
            evidence=Evidence(FLOW, ("print",)),
            how="print",
            call="print",
            shown=("loss",),
            per="step",
            condition="args.print_loss",
        )
    ],
    (
        "for i, batch in enumerate(train_loader):\n"
        "    criterion(net(batch), y).backward()\n"
        "    optimizer.step()\n"
        '    if i % cfg.get("log_interval", 10) == 0:\n'
        "        log_batch(records, i, epoch)"
    ): [
        ProgressDisplay(
            line=5,
            end=5,
            evidence=Evidence(NAME, ("log_batch",)),
            how="print",
            call="log_batch",
            every='cfg.get("log_interval", 10)',
            per="step",
            condition='i % cfg.get("log_interval", 10) == 0',
        )
    ],
    (
        "import json\n"
        "for i, x in enumerate(loader):\n"
        "    loss = model(x)\n"
        "    loss.backward()\n"
        "    if i % 10 == 0:\n"
        "        stats = dict(step=i, loss=loss.item())\n"
        "        print(json.dumps(stats))"
    ): [
        ProgressDisplay(
            line=7,
            end=7,
            evidence=Evidence(FLOW, ("print",)),
            how="print",
            call="print",
            shown=("json.dumps(stats)",),
            every="10",
            every_value=10,
            per="step",
            condition="i % 10 == 0",
        )
    ],
    (
        "import tensorflow as tf\n"
        "def train_step(x, y):\n"
        "    with tf.GradientTape() as tape:\n"
        "        loss = criterion(y, model(x))\n"
        "    grads = tape.gradient(loss, model.trainable_variables)\n"
        "    optimizer.apply_gradients(zip(grads, model.trainable_variables))\n"
        '    tf.print("step", step, "loss", loss)\n'
        "for x, y in train_loader:\n"
        "    train_step(x, y)"
    ): [
        ProgressDisplay(
            line=7,
            end=7,
            evidence=Evidence(FLOW, ("tf.print",)),
            how="print",
            call="tf.print",
            shown=("step", "loss"),
            per="step",
        )
    ],
    (
        "import logging\n"
        "for step in range(steps):\n"
        "    loss = model(next(batches))\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
        "    if step % every == 0:\n"
        '        logging.info("%s %s", step, train_scalars)'
    ): [
        ProgressDisplay(
            line=7,
            end=7,
            evidence=Evidence(FLOW, ("logging.info",)),
            how="print",
            call="logging.info",
            shown=("step", "train_scalars"),
            every="every",
            per="step",
            condition="step % every == 0",
        )
    ],
    (
        "def train(epoch):\n"
        "    loss = criterion(net(x), y)\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
        "    print(epoch, loss.item())\n"
        "for epoch in range(9):\n"
        "    train(epoch)"
    ): [
        ProgressDisplay(
            line=5,
            end=5,
            evidence=Evidence(FLOW, ("print",)),
            how="print",
            call="print",
            shown=("epoch", "loss.item()"),
            per="epoch",
        )
    ],
    (
        "for step, batch in enumerate(train_loader):\n"
        "    loss = net(batch)\n"
        "    loss.backward()\n"
        '    place = f"step {step}: "\n'
        '    results = f"loss {loss.item()}"\n'
        "    pbar.write(place + results)"
    ): [
        ProgressDisplay(
            line=6,
            end=6,
            evidence=Evidence(FLOW, ("pbar.write",)),
            how="print",
            call="pbar.write",
            shown=("place + results",),
            per="step",
        )
    ],
    (
        "for t in range(max_steps):\n"
        "    agent.learn(memory)\n"
        "    if done:\n"
        "        print(t, episode_reward)"
    ): [
        ProgressDisplay(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("print",)),
            how="print",
            call="print",
            shown=("t", "episode_reward"),
            per="step",
            condition="done",
        )
    ],
    (
        "for step, batch in enumerate(train_loader):\n"
        "    loss = net(batch)\n"
        "    loss.backward()\n"
        "    printline(step, loss.item())"
    ): [
        ProgressDisplay(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("printline",)),
            how="print",
            call="printline",
            shown=("step", "loss.item()"),
            per="step",
        )
    ],
    "from tqdm import trange\nfor i in trange(0, n, size, desc='\\r'):\n    show(i)": _example(
        line=2,
        evidence=Evidence(API, ("tqdm.trange",)),
        how="bar",
        call="trange",
        over="range(0, n, size)",
    ),
    "from tqdm import tqdm\n"
    "if verbose:\n"
    "    wrap = tqdm\n"
    "else:\n"
    "    wrap = iter\n"
    "for name in wrap(names):\n"
    "    show(name)": [
        ProgressDisplay(
            line=6,
            end=6,
            evidence=Evidence("api", ("tqdm.tqdm",)),
            how="bar",
            call="wrap",
            over="names",
            shown_if="verbose",
        ),
    ],
    (
        "for batch in train_loader:\n"
        "    model(batch).mean().backward()\n"
        "    if last_log is None or time.time() - last_log > 60:\n"
        '        rank0_print(f"step {step}: loss {loss:.3f}")'
    ): [
        ProgressDisplay(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("rank0_print",)),
            how="print",
            call="rank0_print",
            shown=("step", "loss"),
            per="step",
            condition="last_log is None or time.time() - last_log > 60",
        )
    ],
    ("from tqdm import tqdm\nfor batch in tqdm(loader, disable=not verbose):\n    train(batch)"): [
        ProgressDisplay(
            line=2,
            end=2,
            evidence=Evidence(API, ("tqdm.tqdm",)),
            how="bar",
            call="tqdm",
            over="loader",
            shown_if="verbose",
        ),
    ],
}
COUNTEREXAMPLES = {
    (
        "for step, batch in enumerate(train_loader):\n"
        "    loss = net(batch)\n"
        "    loss.backward()\n"
        "    printline(step)"
    ): "no result",
    "bar = Bar('Train', width=3)": "a bar of a chart, or of anything: no end is told",
    "table.add(len(images), values=logs)": "no bar",
    (
        "for step, batch in enumerate(loader):\n"
        "    loss = model(batch)\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
        "    if step % 50 == 0:\n"
        "        line = 'files'\n"
        "        for name in names:\n"
        "            line += name\n"
        "        print(line)"
    ): "names of files, no results",
    (
        "for t in range(max_steps):\n"
        "    agent.learn(memory)\n"
        "    if broken:\n"
        "        print(t, episode_reward)"
    ): "each time that something is wrong",
    (
        "for step, batch in enumerate(train_loader):\n"
        "    loss = net(batch)\n"
        "    loss.backward()\n"
        '    place = f"step {step}: "\n'
        "    pbar.write(place + suffix)"
    ): "no result",
    (
        "def test():\n    print(loss.item())\nfor epoch in range(9):\n    train(epoch)"
    ): "printed once",
    "callback = TQDMProgressBar(refresh_rate=10)": "a callback, no bar yet",
    "pbar = make()\npbar(step)": "only counts on",
    (
        "for i, x in enumerate(loader):\n"
        "    loss = model(x)\n"
        "    loss.backward()\n"
        "    if torch.isnan(loss):\n"
        "        print('loss is broken', loss)"
    ): "an error is told",
    "for epoch in range(epochs):\n    print('%10s' * 2 % ('epoch', 'loss'))": "a heading",
    "from tqdm import tqdm\nbar = tqdm(disable=True)": "nothing is shown",
    'print("loading data")': "says what happens, shows no progress",
    "print(f'test loss {loss}')": "one result at the end",
    "if epoch % 10 == 0:\n    print('saving')": "no result is shown",
    (
        "for epoch in range(9):\n"
        "    loss.backward()\n"
        "    opt.step()\n"
        "    if epoch % 2 == 0:\n"
        "        if loss < best:\n"
        "            print('stopped at', loss)\n"
        "            break"
    ): "the last words of the run",
}
