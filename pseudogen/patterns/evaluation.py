"""evaluation: the model is evaluated, by a loop or by the call of the function that holds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.arguments import string
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.iterables import EVALUATION_WORDS
from pseudogen.names.places import own_lines
from pseudogen.names.script import Script, Site
from pseudogen.names.structure import BATCH_LOOP, EVALUATION_LOOP
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_MODELS = frozenset({"ema", "model", "module", "net", "network"})
_METHODS = frozenset({"validation_step", "test_step"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation(Finding):
    """Facts of an evaluation.

    Attributes:
        how: "loop", "call", "phase" (a loop that trains or evaluates by its phase), "pass" (the
            model is called once), "episodes" (a loop over episodes in an environment), "method"
            (Lightning calls `validation_step`) or "callback" (a framework is told to evaluate).
        loader: What the loop goes over, or the loader that is passed.
        batch: The variables that hold a batch.
        call: What is called.
        result: What receives the result of the call.
        model: The model that is passed.
        per: "epoch" or "step": how often; None when unknown or only once.
        condition: The condition under which the call is made.
        eval_mode: The line of `model.eval()` in the same function.
        train_mode: The line of the `model.train()` after it.
        no_gradients: The line of `no_grad` or `inference_mode` that covers the loop.
    """

    pattern: ClassVar[str] = "evaluation"

    how: str
    loader: str | None = None
    batch: str | None = None
    call: str | None = None
    result: str | None = None
    model: str | None = None
    per: str | None = None
    condition: str | None = None
    eval_mode: int | None = None
    train_mode: int | None = None
    no_gradients: int | None = None


def _predicts(site: Site, script: Script) -> bool:
    """Whether the function around a loop, or its class, says that predictions are made."""
    headers = script.tree.ancestors(site.statement.index)
    kinds = (cst.FunctionDef, cst.ClassDef)
    named = {w for h in headers if type(h.node) in kinds for w in words(h.node.name.value)}
    return bool(named & {"predict", "prediction", "predictions"})


@pattern(Evaluation, statements=(cst.For, cst.While))
def find_loop(site: Site, script: Script) -> Iterator[Evaluation]:
    """`for x, y in val_loader:` without a training step."""
    loop = script.structure.loops.get(site.statement.index)
    if loop is None or loop.kind not in (EVALUATION_LOOP, BATCH_LOOP):
        return
    if type(site.node) is cst.While and _predicts(site, script):
        return
    phase = loop.kind == BATCH_LOOP
    if phase and not _by_phase(site, script):
        return
    eval_mode, train_mode = _modes(site, script)
    counts = type(site.node) is cst.While or script.counted_range(site.node.iter) is not None
    yield Evaluation(
        line=site.line,
        end=site.last,
        evidence=loop.evidence,
        how="phase" if phase else "episodes" if loop.unit == "episode" else "loop",
        loader=None if counts else loop.over,
        batch=None if counts else _batch(site, loop.variable),
        eval_mode=eval_mode,
        train_mode=train_mode,
        no_gradients=_no_gradients(site, script),
    )


def _batch(site: Site, variable: str | None) -> str | None:
    """What a round gets of the data, without its number: `x, y` of `i, (x, y)`."""
    iterated, target = site.node.iter, site.node.target
    numbered = type(iterated) is cst.Call and dotted(iterated.func) == "enumerate"
    if numbered and type(target) is cst.Tuple and len(target.elements) == 2:
        return text(target.elements[1].value).strip("()")
    return variable


def _by_phase(site: Site, script: Script) -> bool:
    """Whether a loop around takes the phase from a list that names an evaluation."""
    for header in script.tree.ancestors(site.statement.index):
        listed: Any = header.node.iter if type(header.node) is cst.For else None
        if type(listed) in (cst.List, cst.Tuple):
            phases = {string(e.value) for e in listed.elements}
            if phases & EVALUATION_WORDS and text(header.node.target) in text(site.node.iter):
                return True
    return False


def _modes(site: Site, script: Script) -> tuple[int | None, int | None]:
    """The lines of the last `eval()` before the loop and of the first `train()` behind it."""
    around = script.function_around(site.statement)
    calls = script.calls_below(around) if around is not None else script.call_sites()
    eval_mode = train_mode = None
    for call in calls:
        before = call.statement.index < site.statement.index
        method = call.name.rpartition(".")[2] if "." in call.name else ""
        if method == "train" and before:
            eval_mode = None
        elif method == "eval" and before and not call.node.args:
            eval_mode = call.line
        elif method == "train" and call.statement.index >= site.statement.after:
            train_mode = train_mode or call.line
    return eval_mode, train_mode if eval_mode else None


def _no_gradients(site: Site, script: Script) -> int | None:
    marks = ("no_grad", "inference_mode")
    around = script.tree.ancestors(site.statement.index)
    for block in (*around, *script.tree.below(site.statement)):
        if type(block.node) is cst.With and any(m in _items(block) for m in marks):
            return block.first
        if type(block.node) is cst.FunctionDef and block in around:
            written = " ".join(text(d.decorator) for d in block.node.decorators)
            return block.start if any(m in written for m in marks) else None
    return None


def _items(block: Statement) -> str:
    return " ".join(text(item.item) for item in block.node.items)


@pattern(Evaluation, calls=True)
def find_call(site: Site, script: Script) -> Iterator[Evaluation]:
    """`acc1 = validate(val_loader, model, criterion)`, `trainer.test(model)`."""
    evidence = script.evaluation_call(site)
    if evidence is None or type(site.statement.node) in (cst.FunctionDef, cst.ClassDef):
        return
    per = script.unit(site.statement)
    yield Evaluation(
        line=site.line,
        end=site.last,
        evidence=evidence,
        how="call",
        loader=_role(site, script, "loader"),
        model=_role(site, script, "model") or _named_model(site),
        call=site.name,
        result=_result(site),
        per=per,
        condition=script.condition(site.statement),
    )


def _role(site: Site, script: Script, kind: str) -> str | None:
    found = (a.value for a in site.node.args if script.is_a(a.value, site.scope, kind))
    return next((text(value) for value in found), None)


def _named_model(site: Site) -> str | None:
    """An argument that is a model by its name: `model_ema.module`, `ema.ema`."""
    named = (dotted(arg.value) for arg in site.node.args)
    return next((name for name in named if words(name)[-1:] and words(name)[-1] in _MODELS), None)


def _result(site: Site) -> str | None:
    node = site.statement.node
    if type(node) is cst.Assign and node.value is site.node:
        return text(node.targets[0].target)
    return None


@pattern(Evaluation, calls=True, within=(cst.Assign,))
def find_pass(site: Site, script: Script) -> Iterator[Evaluation]:
    """`net.eval()`, and below it `out = net(features)`: all data in one pass, in no loop."""
    before = script.tree.before(site.statement)
    if before is None or type(before.node) is not cst.Expr or site.known is not None:
        return
    mode = text(before.node)
    if mode != f"{site.name}.eval()" or site.statement.node.value is not site.node:
        return
    around = script.function_around(site.statement)
    block = script.tree.below(around) if around is not None else []
    trains = any(s.index in script.structure.steps for s in block)
    looped = script.loop_around(site.statement) is not None
    if trains and not looped and site.node.args:
        yield Evaluation(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, (site.name,)),
            how="pass",
            model=site.name,
            result=_result(site),
            eval_mode=before.first,
        )


@pattern(Evaluation, kinds=("evaluation-callback",))
def find_callback(site: Site, script: Script) -> Iterator[Evaluation]:
    """Stable-Baselines3's `EvalCallback(eval_env, eval_freq=500)`."""
    if site.known is not None:
        first, last = own_lines(script, site)
        yield Evaluation(
            line=first,
            end=last,
            evidence=Evidence(site.known.evidence, (site.known.name,)),
            how="callback",
            call=site.known.name.rpartition(".")[2],
        )


@pattern(Evaluation, statements=(cst.FunctionDef,))
def find_method(site: Site, script: Script) -> Iterator[Evaluation]:
    """`def validation_step(self, batch, batch_idx):` of a Lightning module."""
    names = [p.name.value for p in site.node.params.params]
    if site.node.name.value in _METHODS and "batch" in "".join(names[1:2]):
        yield Evaluation(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (site.node.name.value,)),
            how="method",
            call=site.node.name.value,
            loader="test" if "test" in words(site.node.name.value) else "validation",
        )


def _example(**facts: Any) -> list[Evaluation]:
    facts.setdefault("end", facts["line"])
    return [Evaluation(**facts)]


EXAMPLES = {
    "model.eval()\n"
    "with torch.no_grad():\n"
    "    for x, y in val_loader:\n"
    "        loss += criterion(model(x), y)\n"
    "model.train()": _example(
        line=3,
        evidence=Evidence(NAME, ("val_loader",)),
        how="loop",
        loader="val_loader",
        batch="x, y",
        eval_mode=1,
        train_mode=5,
        no_gradients=2,
    ),
    "acc1 = validate(val_loader, model, criterion, args)": _example(
        line=1,
        evidence=Evidence(NAME, ("validate",)),
        how="call",
        loader="val_loader",
        model="model",
        call="validate",
        result="acc1",
    ),
    "from lightning import Trainer\n"
    "trainer = Trainer()\n"
    "trainer.test(model, test_loader)": _example(
        line=3,
        evidence=Evidence(API, ("lightning.Trainer",)),
        how="call",
        loader="test_loader",
        model="model",
        call="trainer.test",
    ),
    "for epoch in range(9):\n"
    '    for phase in ["train", "val"]:\n'
    "        for x, y in loaders[phase]:\n"
    "            loss = criterion(model(x), y)\n"
    '            if phase == "train":\n'
    "                loss.backward()": _example(
        line=3,
        evidence=Evidence(NAME, ("loaders",)),
        how="phase",
        loader="loaders[phase]",
        batch="x, y",
    ),
    "def accuracy(model, data_loader):\n"
    "    with torch.no_grad():\n"
    "        for x, y in data_loader:\n"
    "            hits += (model(x) == y).sum()\n"
    "    return hits\n"
    "score = accuracy(net, test_loader)": [
        Evaluation(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("data_loader",)),
            how="loop",
            loader="data_loader",
            batch="x, y",
            no_gradients=2,
        ),
        Evaluation(
            line=6,
            end=6,
            evidence=Evidence(FLOW, ("accuracy",)),
            how="call",
            loader="test_loader",
            model="net",
            call="accuracy",
            result="score",
        ),
    ],
    (
        "for epoch in range(10):\n"
        "    run_epoch(epoch, train_loader, train=True)\n"
        "    run_epoch(epoch, val_loader, train=False)"
    ): [
        Evaluation(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("val_loader",)),
            how="call",
            loader="val_loader",
            call="run_epoch",
            per="epoch",
        )
    ],
    "for name, value in evaluator.run(train_state):\n    record(name, value)": [
        Evaluation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("evaluator.run",)),
            how="call",
            call="evaluator.run",
        )
    ],
    "for i, batch in enumerate(eval_loader):\n    total += model(batch)": [
        Evaluation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("eval_loader",)),
            how="loop",
            loader="eval_loader",
            batch="batch",
        )
    ],
    (
        "def evaluate(generator, eval_loader):\n"
        "    for x, y in eval_loader:\n"
        "        x, y = x[:1], y[:1]\n"
        "        break\n"
        "    return generator.infer(x)"
    ): [
        Evaluation(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("eval_loader",)),
            how="loop",
            loader="eval_loader",
            batch="x, y",
        )
    ],
    ("from evaluation import evaluate\nevaluate(actor_critic, env_name, seed)"): [
        Evaluation(
            line=2, end=2, evidence=Evidence(NAME, ("evaluate",)), how="call", call="evaluate"
        )
    ],
    (
        "def validate(val_loader, model):\n"
        "    source = Prefetcher(val_loader)\n"
        "    x = source.next()\n"
        "    while x is not None:\n"
        "        losses.append(model(x))\n"
        "        x = source.next()"
    ): [Evaluation(line=4, end=4, evidence=Evidence(FLOW, ("x is not None",)), how="loop")],
    "from detectron2.evaluation import inference_on_dataset\n"
    "def test(cfg, model):\n"
    "    for name in cfg.DATASETS.TEST:\n"
    "        inference_on_dataset(model, build_loader(cfg, name), judges[name])": _example(
        line=4,
        evidence=Evidence(API, ("detectron2.evaluation.inference_on_dataset",)),
        how="call",
        model="model",
        call="inference_on_dataset",
    ),
    (
        "def test():\n"
        "    model.eval()\n"
        "    output = model(features, adj)\n"
        "    return accuracy(output[idx_test], labels[idx_test])\n"
        "score = test()"
    ): [
        Evaluation(
            line=5,
            end=5,
            evidence=Evidence(NAME, ("test",)),
            how="call",
            call="test",
            result="score",
        )
    ],
    (
        "from stable_baselines3.common.callbacks import EvalCallback\n"
        "callback = EvalCallback(env, eval_freq=500)"
    ): [
        Evaluation(
            line=2,
            end=2,
            evidence=Evidence(API, ("stable_baselines3.common.callbacks.EvalCallback",)),
            how="callback",
            call="EvalCallback",
        )
    ],
    (
        "def epoch():\n"
        "    loss = criterion(net(x)[train_idx], y[train_idx])\n"
        "    loss.backward()\n"
        "    net.eval()\n"
        "    out = net(x)"
    ): [
        Evaluation(
            line=5,
            end=5,
            evidence=Evidence(FLOW, ("net",)),
            how="pass",
            result="out",
            model="net",
            eval_mode=4,
        )
    ],
    (
        "from evaluate import evaluate\n"
        "for it in range(max_iter):\n"
        "    loss = net(batch)\n"
        "    loss.backward()\n"
        "    evaluate(folder, 'last.pth')"
    ): [
        Evaluation(
            line=5,
            end=5,
            evidence=Evidence(NAME, ("evaluate",)),
            how="call",
            call="evaluate",
            per="step",
        )
    ],
    (
        "def evaluate_policy(policy):\n"
        "    for _ in range(9):\n"
        "        state, done = env.reset(), False\n"
        "        while not done:\n"
        "            state, reward, done, _ = env.step(policy.select_action(state))"
    ): [
        Evaluation(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("_",)),
            how="episodes",
        )
    ],
    ("acc, threshold = perform_val(device, backbone, folder)"): [
        Evaluation(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("perform_val",)),
            how="call",
            call="perform_val",
            result="acc, threshold",
        )
    ],
}
COUNTEREXAMPLES = {
    ("perform_setup(model)"): "something else is performed",
    (
        "def collect(policy):\n"
        "    for _ in range(9):\n"
        "        state, reward, done, _ = env.step(policy.act(state))"
    ): "data are collected, nothing is measured",
    ("from rules import evaluate\nevaluate(expression)"): "another matter than the model",
    ("net.eval()\nout = net(x)"): "nothing is trained here",
    "def test():\n    check(parser)\ntest()": "a test of the code",
    "def eval(index, model):\n"
    "    return score(model(index))\n"
    "loss = eval(val_index, model)": _example(
        line=3,
        evidence=Evidence(NAME, ("eval",)),
        how="call",
        model="model",
        call="eval",
        result="loss",
    ),
}
COUNTEREXAMPLES = {
    "loss = eval(written, model)": "what Python itself evaluates",
    (
        "class PredictionLoop:\n"
        "    @torch.no_grad()\n"
        "    def run(self):\n"
        "        while True:\n"
        "            batch = next(fetcher)\n"
        "            out = model(batch)"
    ): "predicts and measures nothing",
    (
        "counts = fit(fabric=fabric, train_dataloader=a, val_dataloader=val_dataloader, eval=eval)"
    ): "a training that is told how to evaluate",
    (
        "def evaluate(model, eval_metrics):\n"
        "    for metric in eval_metrics:\n"
        "        metric.reset()\n"
        "    return model(x)"
    ): "metrics are reset, no data are gone through",
    (
        "def collect(source, model):\n"
        "    x = source.next()\n"
        "    while x is not None:\n"
        "        seen.append(x)\n"
        "        x = source.next()"
    ): "reads data and measures nothing",
    "left = self._evaluate_all()": "evaluates an expression",
    "self.validate_loop = _EvaluationLoop(self, model)": "an object is made, nothing runs yet",
    "model.eval()": "only switches the mode",
    "for x, y in val_loader:\n    counts[y] += 1": "statistics of the data, no model runs",
    "value = eval(expression)": "Python's own eval",
    "validate_args(args)": "checks the settings",
    "def build(train, test):\n    test_set = load(test)\n    return test_set": "names of data",
}
