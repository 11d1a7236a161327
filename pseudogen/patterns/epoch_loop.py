"""epoch-loop: the loop over epochs, or over the steps of the whole run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.iterables import counted
from pseudogen.names.loops import Loop
from pseudogen.names.script import Script, Site
from pseudogen.names.structure import EPOCH_LOOP
from pseudogen.names.training import FIT_METHODS
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_ENDLESS = frozenset({"True", "(True)", "1", "(1)"})
_EPOCHS = ("max_epochs", "epochs", "num_train_epochs", "nb_epoch", "n_epochs", "num_epochs")


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochLoop(Finding):
    """Facts of the loop over epochs.

    Attributes:
        variable: The variable that counts; None for a `while` or a framework's loop.
        over: What is counted, or the condition of a `while`; None for a framework's loop.
        start: The number of the first round where it is not simply 0.
        stop: The number before which it ends (of a `range`).
        start_value: The first number where constants tell.
        stop_value: The end where constants tell.
        unit: What one round is: "epoch", "episode", "step", "turn" where it takes a step on a
            condition, or "round" where it takes several steps in loops inside.
        ends_when: The conditions under which a `break`, `return` or exit in the loop's own block
            leaves it.
        trains_by: The function that each round calls to train.
        call: For a framework that hides the loop, the call.
        epochs: How many epochs that call was told to train.
    """

    pattern: ClassVar[str] = "epoch-loop"

    variable: str | None = None
    over: str | None = None
    start: str | None = None
    stop: str | None = None
    start_value: int | float | None = None
    stop_value: int | float | None = None
    unit: str = "epoch"
    ends_when: tuple[str, ...] = ()
    trains_by: str | None = None
    call: str | None = None
    epochs: str | None = None


@pattern(EpochLoop, statements=(cst.For, cst.While))
def find_loop(site: Site, script: Script) -> Iterator[EpochLoop]:
    """`for epoch in range(epochs):`, `while step < max_steps:`."""
    loop = script.structure.loops.get(site.statement.index)
    if loop is None or loop.kind != EPOCH_LOOP:
        return
    is_for = type(site.node) is cst.For
    limits = script.counted_range(site.node.iter) if is_for else None
    start, stop = limits or (None, None)
    at = site.statement.index
    yield EpochLoop(
        line=site.line,
        end=site.last,
        evidence=_evidence(loop),
        variable=_counter(loop.variable, site.node) or None,
        over=_condition(loop, site.node),
        start=text(start) if start is not None else None,
        stop=text(stop) if stop is not None else None,
        start_value=script.value(start, at) if start is not None else None,
        stop_value=script.value(stop, at) if stop is not None else None,
        unit=loop.unit,
        ends_when=_ends(site.statement, script),
        trains_by=_trainer(site.statement, script),
    )


def _counter(variable: str, node: Any) -> str:
    """What counts: `step` in `for step, batch in zip(range(n), batches):`."""
    call = node.iter if type(node) is cst.For else None
    if (
        type(call) is not cst.Call
        or dotted(call.func) != "zip"
        or type(node.target) is not cst.Tuple
    ):
        return variable
    pairs = zip(node.target.elements, call.args, strict=False)
    return next((text(e.value) for e, a in pairs if counted(a.value)), variable)


def _condition(loop: Loop, node: Any) -> str:
    """What is counted, or the condition without brackets around it; an endless loop's is written
    in several ways."""
    if loop.over in _ENDLESS:
        return "True"
    bracketed = type(node) is cst.While and node.test.lpar
    return loop.over[1:-1].strip() if bracketed else loop.over


def _evidence(loop: Loop) -> Evidence:
    """An endless loop is judged by what it does: its condition says nothing."""
    return Evidence(loop.evidence.kind, ("while",)) if loop.over in _ENDLESS else loop.evidence


def _ends(loop: Statement, script: Script) -> tuple[str, ...]:
    """The conditions of the `if`s in the loop's own block whose last statement leaves it."""
    return tuple(
        text(statement.node.test)
        for statement in script.tree.body(loop)
        if type(statement.node) is cst.If
        and statement.chain == statement.index
        and _leaves(script.tree.body(statement)[-1].node)
    )


def _leaves(node: Any) -> bool:
    call = node.value if type(node) is cst.Expr else None
    exits = type(call) is cst.Call and dotted(call.func) in ("exit", "quit", "sys.exit")
    return exits or type(node) in (cst.Break, cst.Return)


def _trainer(loop: Statement, script: Script) -> str | None:
    """The one function of the script that the loop calls and that trains."""
    names = {
        site.name
        for site in script.calls_below(loop)
        if (called := script.called_function(site)) is not None
        and called.index in script.structure.trains
        and script.loop_around(site.statement) == loop
    }
    return names.pop() if len(names) == 1 else None


@pattern(
    EpochLoop,
    kinds=("fit",),
    methods=FIT_METHODS,
)
def find_framework(site: Site, script: Script) -> Iterator[EpochLoop]:
    """`trainer.fit(model, loader)`, `trainer.train()`, Keras's `model.fit(x, y, epochs=10)`."""
    evidence = script.fit_call(site)
    if evidence is not None:
        yield EpochLoop(
            line=site.line,
            end=site.last,
            evidence=evidence,
            call=site.name,
            epochs=_epochs(site, script),
            start=_initial(site.node),
        )


def _initial(call: cst.Call) -> str | None:
    """Keras's number of the first epoch, where that is not simply 0."""
    start = next((a for a in call.args if a.keyword and a.keyword.value == "initial_epoch"), None)
    return text(start.value) if start is not None and text(start.value) != "0" else None


def _epochs(site: Site, script: Script) -> str | None:
    """The number of epochs: an argument of the call, of the trainer's constructor or of the
    settings that it is given."""
    found = _keyword(site.node)
    name = site.name.rpartition(".")[0]
    for maker in _makers(script, name, site.statement.index):
        found = found or _keyword(maker)
        for arg in maker.args:
            if found is None and arg.keyword is not None and arg.keyword.value == "args":
                inner = _makers(script, text(arg.value), site.statement.index)
                found = next((_keyword(call) for call in inner if _keyword(call)), None)
    return found


def _makers(script: Script, name: str, statement: int) -> list[cst.Call]:
    bindings = script.reaching(name, statement) if name else []
    return [b.value for b in bindings if type(b.value) is cst.Call]


def _keyword(call: cst.Call) -> str | None:
    for arg in call.args:
        if arg.keyword is not None and arg.keyword.value in _EPOCHS:
            return text(arg.value)
    return None


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
        ends_when=("step == last",),
    ),
    "from lightning.pytorch import Trainer\n"
    "trainer = Trainer(max_epochs=20)\n"
    "trainer.fit(model, train_loader)": _example(
        line=3, evidence=Evidence(API, ("trainer.fit",)), call="trainer.fit", epochs="20"
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
        )
    ],
}
COUNTEREXAMPLES = {
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
}
