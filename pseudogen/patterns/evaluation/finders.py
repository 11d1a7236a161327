"""What evaluation is found by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.arguments import argument, string
from pseudogen.names.evaluation import OTHER_PURPOSES
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.iterables import EVALUATION_WORDS
from pseudogen.names.places import own_lines
from pseudogen.names.script import Script, Site
from pseudogen.names.structure import BATCH_LOOP, EVALUATION_LOOP
from pseudogen.names.targets import holder
from pseudogen.names.words import pieces, words
from pseudogen.patterns.evaluation.facts import Evaluation
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_MODELS = frozenset({"ema", "model", "module", "net", "network"})
_METHODS = frozenset({"validation_step", "test_step"})
_PIECES = ("estimate", *pieces(EVALUATION_WORDS | {"verification"}))
"""Of these one is written in a call that says that it evaluates, in lower case."""
_speaks_of_evaluation = speaks_of(*_PIECES)


def _predicts(site: Site, script: Script) -> bool:
    """Whether the function around a loop, or its class, says that predictions or features are made,
    which something else is done with."""
    headers = script.tree.ancestors(site.statement.index)
    kinds = (cst.FunctionDef, cst.ClassDef)
    named = {w for h in headers if type(h.node) in kinds for w in words(h.node.name.value)}
    return bool(named & OTHER_PURPOSES)


@pattern(Evaluation, statements=(cst.For, cst.While))
def find_loop(site: Site, script: Script) -> Iterator[Evaluation]:
    """`for x, y in val_loader:` without a training step."""
    loop = script.structure.loops.get(site.statement.index)
    if loop is None or loop.kind not in (EVALUATION_LOOP, BATCH_LOOP):
        return
    if _predicts(site, script):
        return
    phase = loop.kind == BATCH_LOOP
    if phase and not _by_phase(site, script):
        return
    switch, train_mode = _modes(site, script)
    counts = type(site.node) is cst.While or script.counted_range(site.node.iter) is not None
    yield Evaluation(
        line=site.line,
        end=site.last,
        evidence=loop.evidence,
        how="phase" if phase else "episodes" if loop.unit == "episode" else "loop",
        loader=None if counts else loop.over,
        batch=None if counts else _batch(site, loop.variable),
        eval_mode=switch.line if switch is not None else None,
        eval_condition=script.condition(switch.statement, site.statement) if switch else None,
        rounds=_rounds(site, script) if counts and loop.unit != "episode" else None,
        each=_each(site, script) if not phase else None,
        train_mode=train_mode,
        no_gradients=_no_gradients(site, script),
        first_only=_left_at_once(site, script),
    )


def _rounds(site: Site, script: Script) -> str | None:
    """`9` of `for k in range(9):`."""
    limits = script.counted_range(site.node.iter) if type(site.node) is cst.For else None
    start, stop = limits or (None, None)
    return text(stop) if stop is not None and (start is None or text(start) == "0") else None


def _each(site: Site, script: Script) -> str | None:
    """`["train", "val"]` of `for split in ["train", "val"]:` around a loop."""
    around = script.loop_around(site.statement)
    iterated = around.node.iter if around is not None and type(around.node) is cst.For else None
    written = type(iterated) in (cst.List, cst.Tuple)
    return text(iterated) if written else None


def _left_at_once(site: Site, script: Script) -> bool:
    """Whether the body of a loop ends with `break`, and no round begins another before."""
    body = script.tree.body(site.statement)
    below = script.tree.below(site.statement)
    return (
        bool(body)
        and type(body[-1].node) is cst.Break
        and not any(type(statement.node) is cst.Continue for statement in below)
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


def _modes(site: Site, script: Script) -> tuple[Site | None, int | None]:
    """The last `eval()` before the loop and the line of the first `train()` behind it, which may
    come in the next round of a loop around."""
    around = script.function_around(site.statement)
    calls = script.calls_below(around) if around is not None else script.call_sites()
    switch: Site | None = None
    train_mode: int | None = None
    again: int | None = None
    loop = script.loop_around(site.statement)
    begins = loop.index if loop is not None else site.statement.index
    for call in calls:
        before = call.statement.index < site.statement.index
        method = call.name.rpartition(".")[2] if "." in call.name else ""
        if method == "train" and call.node.args and text(call.node.args[0].value) == "False":
            continue
        if method == "train" and before:
            switch = None
            again = call.line if call.statement.index > begins else None
        elif method == "eval" and before and not call.node.args:
            switch = call
        elif method == "train" and call.statement.index >= site.statement.after:
            train_mode = train_mode or call.line
    return switch, (train_mode or again) if switch else None


def _no_gradients(site: Site, script: Script) -> int | None:
    marks = ("no_grad", "inference_mode")
    around = script.tree.ancestors(site.statement.index)
    for block in (*script.tree.below(site.statement), *around):
        if type(block.node) is cst.With and any(m in _items(block) for m in marks):
            return block.first
        if type(block.node) is cst.FunctionDef and block in around:
            written = " ".join(text(d.decorator) for d in block.node.decorators)
            return block.start if any(m in written for m in marks) else None
    return None


def _items(block: Statement) -> str:
    return " ".join(text(i.item) for i in block.node.items if type(i.item) is cst.Call)


@pattern(Evaluation, kinds=("evaluation",))
def find_known(site: Site, script: Script) -> Iterator[Evaluation]:
    """Detectron2's `inference_on_dataset(model, loader, evaluator)`."""
    return _call(site, script)


@pattern(Evaluation, calls=True, mentions=_PIECES)
def find_call(site: Site, script: Script) -> Iterator[Evaluation]:
    """`acc1 = validate(val_loader, model, criterion)`, `trainer.test(model)`."""
    return _call(site, script)


@pattern(Evaluation, statements=(cst.FunctionDef,))
def find_calls_of(site: Site, script: Script) -> Iterator[Evaluation]:
    """`run(model, data)` of a function that evaluates, whatever it is called."""
    if site.statement.index in script.structure.measures:
        for call in script.calls_of(site.statement):
            if not _speaks_of_evaluation(script.written[call.statement.index]):
                yield from _call(call, script)


def _call(site: Site, script: Script) -> Iterator[Evaluation]:
    evidence = script.evaluation_call(site)
    if evidence is None or type(site.statement.node) in (cst.FunctionDef, cst.ClassDef):
        return
    if any(c.known and c.known.api.kind == "evaluation-callback" for c in _around(site, script)):
        return  # `EvalHook(500, lambda: do_test(cfg, model))` is told as the callback
    per, condition = script.unit(site.statement), script.condition(site.statement)
    if per == "epoch" and condition and ("%" in condition or "epoch" in condition):
        per = "epochs"
    yield Evaluation(
        line=site.line,
        end=site.last,
        evidence=evidence,
        how="call",
        loader=_role(site, script, "loader"),
        model=_role(site, script, "model") or _named_model(site),
        call=site.name,
        result=holder(site),
        per=per,
        condition=condition,
    )


def _around(site: Site, script: Script) -> list[Site]:
    """The other calls of a statement, if there are any."""
    calls = script.calls_in(site.statement)
    return calls if len(calls) > 1 else []


def _role(site: Site, script: Script, kind: str) -> str | None:
    found = (a.value for a in site.node.args if script.is_a(a.value, site.scope, kind))
    return next((text(value) for value in found), None)


def _named_model(site: Site) -> str | None:
    """An argument that is a model by its name: `model_ema.module`, `ema.ema`."""
    named = (dotted(arg.value) for arg in site.node.args)
    return next((name for name in named if words(name)[-1:] and words(name)[-1] in _MODELS), None)


@pattern(Evaluation, methods=("eval",))
def find_pass(site: Site, script: Script) -> Iterator[Evaluation]:
    """`net.eval()`, and below it `out = net(features)`: all data in one pass, in no loop."""
    run = _run_below(site, script)
    if run is None or script.loop_around(run.statement) is not None:
        return
    around = script.function_around(run.statement)
    block = script.tree.below(around) if around is not None else []
    if any(s.index in script.structure.steps for s in block):
        yield Evaluation(
            line=run.line,
            end=run.last,
            evidence=Evidence(FLOW, (run.name,)),
            how="pass",
            model=run.name,
            result=holder(run),
            eval_mode=site.line,
        )


def _run_below(site: Site, script: Script) -> Site | None:
    """The call of a model that is put into evaluation, in an assignment right below."""
    model, statement = site.name.removesuffix(".eval"), site.statement
    if type(statement.node) is not cst.Expr or text(statement.node.value) != f"{model}.eval()":
        return None
    below = script.tree.statements[statement.after : statement.after + 1]
    value = below[0].node.value if below and type(below[0].node) is cst.Assign else None
    if type(value) is not cst.Call or below[0].parent != statement.parent or not value.args:
        return None
    run = script.call_site(value, below[0].index, below[0].scope)
    return run if run.name == model and run.known is None else None


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


@pattern(Evaluation, methods=("fit", "fit_generator"), mentions=("validation_",))
def find_fit(site: Site, script: Script) -> Iterator[Evaluation]:
    """Keras's `model.fit(x, y, validation_data=(a, b))`: after each epoch, on data held out."""
    evidence = script.fit_call(site)
    data = argument(site.node, "validation_data")
    share = argument(site.node, "validation_split")
    given = [text(node) for node in (data, share) if node is not None]
    if evidence is None or not set(given) - {"None", "0", "0.0", "0."}:
        return
    yield Evaluation(
        line=site.line,
        end=site.last,
        evidence=evidence,
        how="fit",
        loader=text(data) if data is not None and text(data) != "None" else None,
        call=site.name,
        per="epoch",
        condition=script.condition(site.statement),
    )


@pattern(Evaluation, statements=(cst.FunctionDef,))
def find_method(site: Site, script: Script) -> Iterator[Evaluation]:
    """`def validation_step(self, batch, batch_idx):` of a Lightning module."""
    if site.node.name.value not in _METHODS:
        return
    names = [p.name.value for p in site.node.params.params]
    if "batch" in "".join(names[1:2]):
        yield Evaluation(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (site.node.name.value,)),
            how="method",
            call=site.node.name.value,
            loader="test" if "test" in words(site.node.name.value) else "validation",
        )
