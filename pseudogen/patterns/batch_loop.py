"""batch-loop: the loop over batches of the training data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.arguments import argument
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.iterables import holds_count
from pseudogen.names.loop_bodies import drawn_together
from pseudogen.names.script import Script, Site
from pseudogen.names.structure import BATCH_LOOP
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import bare, text
from pseudogen.syntax.tree import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLoop(Finding):
    """Facts of the loop over batches.

    Attributes:
        batch: The variable or variables that hold the batch; None where the body draws it itself.
        index: The variable that numbers the batches (`enumerate`).
        first: The number of the first batch, where that is not 0.
        loader: What the batches come from; None where the body draws them itself.
        over: What is counted, or the condition of a `while`, where the body draws the batches.
        draws: The calls by which the body takes its next batch, one from each source.
        limit: The condition of a `break` in the loop's own block.
        progress: Whether a progress bar goes along (`tqdm`).
        in_epochs: Whether an epoch loop of the same function stands around it.
        phases: Whether the loader is picked by a key (`loaders[phase]`).
    """

    pattern: ClassVar[str] = "batch-loop"

    batch: str | None = None
    index: str | None = None
    first: str | None = None
    loader: str | None = None
    over: str | None = None
    draws: tuple[str, ...] = ()
    limit: str | None = None
    progress: bool = False
    in_epochs: bool = False
    phases: bool = False


@pattern(BatchLoop, statements=(cst.For, cst.While))
def find(site: Site, script: Script) -> Iterator[BatchLoop]:
    """`for batch in loader:`, `for i, (x, y) in enumerate(tqdm(loader)):`."""
    loop = script.structure.loops.get(site.statement.index)
    if loop is None or loop.kind != BATCH_LOOP:
        return
    counts = type(site.node) is cst.While or script.counted_range(site.node.iter) is not None
    counts = counts or holds_count(script, site.node.iter, site.statement)
    index, batch = (None, None) if counts else _targets(site, script)
    yield BatchLoop(
        line=site.line,
        end=site.last,
        evidence=loop.evidence,
        batch=batch,
        index=index,
        first=_first(site, script) if index is not None else None,
        loader=None if counts else loop.over,
        over=loop.over if counts else None,
        draws=_draws(site.statement, script) if counts else (),
        limit=_limit(site.statement, script),
        progress="tqdm" in text(site.node.iter) if type(site.node) is cst.For else False,
        in_epochs=any(a.index in script.structure.loops for a in _around(site, script)),
        phases=not counts and _picks_by_phase(loop.over),
    )


def _picks_by_phase(over: str) -> bool:
    """Whether a key that stands for a phase picks what a loop goes over: `loaders[phase]`."""
    _, opening, key = over.partition("[")
    return bool(opening) and words(key.removesuffix("]"))[-1:] in _PHASES and key[:1].isalpha()


_PHASES = (("phase",), ("mode",), ("split",), ("stage",))


def _around(site: Site, script: Script) -> list[Statement]:
    return [a for a in script.tree.ancestors(site.statement.index) if a.scope == site.scope]


def _targets(site: Site, script: Script) -> tuple[str | None, str]:
    """(index, batch) of the loop's targets: `i, (x, y)` of `enumerate` has an index."""
    target = site.node.target
    if type(target) is cst.Tuple and len(target.elements) == 2 and _is_numbered(site, script):
        first, second = (element.value for element in target.elements)
        return text(first), _unbracketed(second)
    return None, _unbracketed(target)


def _is_numbered(site: Site, script: Script) -> bool:
    """Whether the loop goes over `enumerate(...)`, or over a variable that holds one."""
    over = site.node.iter
    if type(over) is not cst.Name:
        return "enumerate(" in text(over)
    made = [b.value for b in script.reaching(over.value, site.statement.index)]
    return any(value is not None and "enumerate(" in text(value) for value in made)


def _first(site: Site, script: Script) -> str | None:
    """`1` in `enumerate(loader, 1)`, `done` in `enumerate(loader, start=done)`."""
    over = site.node.iter
    made = script.reaching(over.value, site.statement.index) if type(over) is cst.Name else []
    for value in [over, *(binding.value for binding in made)]:
        for node in descendants(value) if value is not None else ():
            if type(node) is cst.Call and dotted(node.func) == "enumerate":
                start = argument(node, "start", 1)
                return text(start) if start is not None and text(start) != "0" else None
    return None


def _unbracketed(target: Any) -> str:
    nested = (cst.Tuple, cst.List)
    elements = target.elements if type(target) in nested else ()
    if any(type(element.value) in nested for element in elements):
        return ", ".join(name for name in _leaves(target) if name != "_")
    return text(target)[1:-1] if type(target) is cst.List else bare(target)


def _leaves(target: Any) -> Iterator[str]:
    """The names of `(a, b), c`."""
    if type(target) in (cst.Tuple, cst.List):
        for element in target.elements:
            yield from _leaves(element.value)
    else:
        yield text(target)


def _draws(loop: Statement, script: Script) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text(call.node) for call in drawn_together(script, loop)))


def _limit(loop: Statement, script: Script) -> str | None:
    for statement in script.tree.body(loop):
        block = script.tree.body(statement) if type(statement.node) is cst.If else []
        if block and all(type(s.node) is cst.Break for s in block):
            return bare(statement.node.test)
    return None


def _example(**facts: Any) -> list[BatchLoop]:
    facts.setdefault("end", facts["line"])
    return [BatchLoop(**facts)]


EXAMPLES = {
    "progress = enumerate(train_loader)\n"
    "if is_main:\n"
    "    progress = tqdm(progress)\n"
    "for i, (images, target) in progress:\n"
    "    criterion(model(images), target).backward()": _example(
        line=4,
        evidence=Evidence(NAME, ("train_loader",)),
        batch="images, target",
        index="i",
        loader="train_loader",
    ),
    (
        "for epoch in range(9):\n"
        "    bar = tqdm(range(rounds))\n"
        "    batches = iter(loader)\n"
        "    for i in bar:\n"
        "        loss = model(next(batches))\n"
        "        loss.backward()\n"
        "        optimizer.step()"
    ): _example(
        line=4,
        evidence=Evidence(FLOW, ("i",)),
        over="bar",
        draws=("next(batches)",),
        in_epochs=True,
    ),
    "for i, (images, target) in enumerate(train_loader):\n"
    "    loss = criterion(model(images), target)\n"
    "    loss.backward()": _example(
        line=1,
        evidence=Evidence(NAME, ("train_loader",)),
        batch="images, target",
        index="i",
        loader="train_loader",
    ),
    "from torch.utils.data import DataLoader\n"
    "from tqdm import tqdm\n"
    "batches = DataLoader(data)\n"
    "for epoch in range(9):\n"
    "    for batch in tqdm(batches):\n"
    "        accelerator.backward(model(batch))": _example(
        line=5,
        evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
        batch="batch",
        loader="batches",
        progress=True,
        in_epochs=True,
    ),
    (
        "def train_epoch(engine):\n"
        "    for i in range(engine.iter_per_epoch):\n"
        "        batch = next(engine.batches)\n"
        "        engine.loss(batch).backward()"
    ): [
        BatchLoop(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("i",)),
            over="range(engine.iter_per_epoch)",
            draws=("next(engine.batches)",),
        )
    ],
    "for epoch in range(epochs):\n"
    "    for step in range(steps_per_epoch):\n"
    "        x, y = next(labelled)\n"
    "        z = next(unlabelled)\n"
    "        loss = model(x, y) + model(z)\n"
    "        loss.backward()": _example(
        line=2,
        evidence=Evidence(FLOW, ("step",)),
        over="range(steps_per_epoch)",
        draws=("next(labelled)", "next(unlabelled)"),
        in_epochs=True,
    ),
    "for epoch in range(epochs):\n"
    "    for step in range(steps_per_epoch):\n"
    "        x, y = next(stream)\n"
    "        loss = model(x, y)\n"
    "        loss.backward()": _example(
        line=2,
        evidence=Evidence(FLOW, ("step",)),
        over="range(steps_per_epoch)",
        draws=("next(stream)",),
        in_epochs=True,
    ),
    "for iteration, batch in enumerate(gen):\n"
    "    if iteration >= epoch_step:\n"
    "        break\n"
    "    loss = model(batch)\n"
    "    loss.backward()": _example(
        line=1,
        evidence=Evidence(FLOW, ("gen",)),
        batch="batch",
        index="iteration",
        loader="gen",
        limit="iteration >= epoch_step",
    ),
    (
        "for i, batch in enumerate(endless(train_loader)):\n"
        "    loss = model(batch)\n"
        "    loss.backward()"
    ): [
        BatchLoop(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("train_loader",)),
            batch="batch",
            index="i",
            loader="train_loader",
        )
    ],
    (
        "for epoch in range(3):\n"
        "    for piece in pieces:\n"
        "        for n in range(len(piece) // batch_size):\n"
        "            loss = net(piece[n * batch_size:(n + 1) * batch_size])\n"
        "            loss.backward()"
    ): [
        BatchLoop(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("n",)),
            over="range(len(piece) // batch_size)",
            in_epochs=True,
        )
    ],
    "for step, ((a, b), _) in enumerate(train_loader, start=epoch * len(train_loader)):\n"
    "    criterion(model(a), b).backward()": _example(
        line=1,
        evidence=Evidence(NAME, ("train_loader",)),
        batch="a, b",
        index="step",
        first="epoch * len(train_loader)",
        loader="train_loader",
    ),
    (
        "def train(iterator, epoch):\n"
        "    for i in range(cfg.epoch_iters):\n"
        "        loss = model(next(iterator))\n"
        "        loss.backward()\n"
        "        optimizer.step()\n"
        "for epoch in range(9):\n"
        "    train(iterator, epoch)\n"
        ""
    ): [
        BatchLoop(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("i",)),
            over="range(cfg.epoch_iters)",
            draws=("next(iterator)",),
        )
    ],
    (
        "import tensorflow as tf\n"
        "train_ds = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)\n"
        "def train_step(images, labels):\n"
        "    with tf.GradientTape() as tape:\n"
        "        loss = loss_fn(labels, model(images))\n"
        "    gradients = tape.gradient(loss, model.trainable_variables)\n"
        "    optimizer.apply_gradients(zip(gradients, model.trainable_variables))\n"
        "for images, labels in train_ds:\n"
        "    train_step(images, labels)"
    ): [
        BatchLoop(
            line=8,
            end=8,
            evidence=Evidence(FLOW, ("train_ds",)),
            batch="images, labels",
            loader="train_ds",
        )
    ],
    (
        "def train_original(dataset, model, bpr):\n"
        "    model.train()\n"
        "    for users, items in utils.minibatch(samples, batch_size=64):\n"
        "        loss += bpr.stage_one(users, items)"
    ): [
        BatchLoop(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("utils.minibatch",)),
            batch="users, items",
            loader="utils.minibatch(samples, batch_size=64)",
        )
    ],
    (
        "def fit_one_epoch(model, gen, gen_val):\n"
        "    model.train()\n"
        "    for batch in gen:\n"
        "        model(batch).backward()\n"
        "    for batch in gen_val:\n"
        "        total += loss(model(batch))"
    ): [
        BatchLoop(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("gen",)),
            batch="batch",
            loader="gen",
        )
    ],
}
COUNTEREXAMPLES = {
    (
        "for i in range(steps):\n"
        "    for domain in ['first', 'second']:\n"
        "        loss = model(next(batches[domain]))\n"
        "        loss.backward()\n"
        "        optimizer.step()"
    ): "names of data sets, not batches",
    "for op in block.ops:\n    op.loss.backward()": "operations of a graph",
    "with torch.no_grad():\n    for x, y in val_loader:\n        model(x)": "that is evaluation",
    "for images, _ in train_loader:\n    mean += images.mean()": "statistics of the data",
    "for epoch in range(3):\n    train(train_loader, model)": "that is the epoch loop",
    (
        "while played < max_timesteps:\n"
        "    state = env.reset()\n"
        "    for t in range(max_ep_len):\n"
        "        state, reward, done, _ = env.step(agent.act(state))\n"
        "        if played % update_every == 0:\n"
        "            agent.update(memory)"
    ): "each round is a move in an environment, few of them train",
    (
        "for episode in range(episodes):\n"
        "    while not done:\n"
        "        action = env.action_space.sample()\n"
        "        state, reward, done, _ = env.step(action)\n"
        "        if len(memory) > batch_size:\n"
        "            agent.update_parameters(memory, batch_size)"
    ): "actions are drawn, no batches",
    (
        "def count(dataset, model):\n"
        "    model.train()\n"
        "    for users, items in utils.minibatch(samples, batch_size=64):\n"
        "        total += len(users)"
    ): "the function trains nothing",
}
