"""What training-step is found by."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import argument
from pseudogen.names.conditions import common, conjuncts
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.fitting import FIT_METHODS
from pseudogen.names.script import Script, Site
from pseudogen.names.training import (
    APPLY,
    CLEARING_METHODS,
    CLIPPING_METHODS,
    bare_text,
    gradients_before,
    may_step,
)
from pseudogen.names.words import words
from pseudogen.patterns.training_step.facts import TrainingStep
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_GRADIENTS = frozenset({"dout", "dy", "grad", "gradient", "gradients", "grads"})
_RATES = frozenset({"lr", "rate"})
_LOSS_WRAPPERS = frozenset({"scale", "mean", "sum"})


@pattern(TrainingStep, kinds=("training-step",), calls=may_step)
def find_step(site: Site, script: Script) -> Iterator[TrainingStep]:
    """`loss.backward()` and its forms."""
    step = script.training_step(site)
    if step is None:
        return
    loss, scaler, through = _loss(site, step.how)
    scaled = _scaled_before(site, script) if loss is not None and scaler is None else None
    loss, scaler = scaled or (loss, scaler)
    optimizer, clears, made = _surroundings(site, script, through)
    steps = made[0].line if made else None
    gradients = gradients_before(script, site) if step.how == APPLY else None
    together = _together(site, script, clears, steps) if loss is not None else []
    first = together[0] if together and together[0][1] < site.line else None
    steps_if = _condition_of_step(site, script, made) if gradients is None else None
    clips, may_clip = _clipped(site, script, made[0], steps_if) if made else (None, False)
    yield TrainingStep(
        line=gradients.line if gradients is not None else site.line,
        end=site.last,
        evidence=step.evidence,
        how=step.how,
        loss=loss,
        scaler=scaler,
        scaled=site.name.rpartition(".")[0] if scaled is not None else None,
        through=through,
        optimizer=optimizer,
        clears=clears,
        steps=site.line if gradients is not None else steps,
        steps_if=steps_if,
        clips=clips,
        may_clip=may_clip,
        later=step.how == APPLY and _in_graph(site, script),
        gradients=text(gradients.node.func) if gradients is not None else None,
        cleared=None if clears is None else "before" if clears < site.line else "after",
        adds=tuple(other for other, _ in together) if first is None else (),
        adds_on=tuple(line for _, line in together) if first is None else (),
        added_to=first[0] if first is not None else None,
        added_on=first[1] if first is not None else None,
        keeps_graph=text(argument(site.node, "retain_graph") or cst.Name("None")) == "True",
        call=text(site.node.func) if step.how not in ("backward",) else None,
    )


def _scaled_before(site: Site, script: Script) -> tuple[str, str] | None:
    """(loss, scaler) of `scaled = scaler.scale(loss)` before `scaled.backward()`."""
    name = site.name.rpartition(".")[0]
    bindings = script.reaching(name, site.statement.index) if name.isidentifier() else []
    made = bindings[0].value if len(bindings) == 1 else None
    if type(made) is not cst.Call or type(made.func) is not cst.Attribute or len(made.args) != 1:
        return None
    scales = made.func.attr.value == "scale" and "scaler" in words(dotted(made.func.value))
    return (text(made.args[0].value), text(made.func.value)) if scales else None


def _loss(site: Site, how: str) -> tuple[str | None, str | None, str | None]:
    """(loss, scaler, what else carries out the backward pass)."""
    passed = [arg.value for arg in site.node.args if arg.keyword is None and not arg.star]
    if how == "scaled-call":
        return text(passed[0]), None, None
    if how != "backward":
        return None, None, None
    receiver = site.node.func.value
    inner = receiver.func if type(receiver) is cst.Call else None
    if type(inner) is cst.Attribute and inner.attr.value in _LOSS_WRAPPERS:
        if inner.attr.value == "scale":
            return text(receiver.args[0].value), text(inner.value), None
        return text(inner.value), None, None
    if passed and not _is_gradient(passed[0]):
        by_library = words(text(receiver))[-1:] == ("autograd",)
        return text(passed[0]), None, text(receiver) if not by_library else None
    return bare_text(receiver), None, None


def _is_gradient(node: Any) -> bool:
    """Whether what `backward` is given is the gradient to start from: `y.backward(dy)`."""
    return dotted(node).startswith("torch.") or bool(_GRADIENTS & set(words(dotted(node))))


def _surroundings(
    site: Site, script: Script, through: str | None
) -> tuple[str | None, int | None, list[Site]]:
    """(optimizer, line that clears gradients, its steps) in the loop or function around it; what
    carries out the backward pass may make the step, too."""
    around = _round(site, script)
    block = script.calls_below(around) if around is not None else script.call_sites()
    clears, optimizer, steps = None, None, []
    for other in block:
        method = other.name.rpartition(".")[2]
        clearing = method in CLEARING_METHODS
        if other.scope != site.scope or not (clearing or _makes_step(method)):
            continue
        if script.exclusive(other.statement, site.statement):
            continue
        before = other.statement.index < site.statement.index
        if clearing and (before or clears is None):
            clears = clears if _mends(other, site, script) else other.line
        elif _makes_step(method) and not before and other.statement is not site.statement:
            stepped = through if other.name == f"{through}.step" else _stepped(other, script)
            optimizer = optimizer or stepped
            steps += [other] if stepped is not None and stepped == optimizer else []
    return optimizer, clears, steps


_GRAPHS = ("enable_static", "Session", "InteractiveSession", "MonitoredTrainingSession")
"""Calls of scripts that put a graph together before they run it: Paddle's, then TensorFlow 1's."""

_AT_ONCE = ("executing_eagerly()", "in_dygraph_mode()", "in_dynamic_mode()")
"""Tests that hold where operations are computed at once."""


def _in_graph(site: Site, script: Script) -> bool:
    """Whether a call only adds to a graph, as under `with program_guard(main, startup):`."""
    asked = conjuncts(script.condition(site.statement) or "")
    if any(test.endswith(_AT_ONCE) and not test.startswith("not ") for test in asked):
        return False
    if any(script.calls_of_method(name) for name in _GRAPHS):
        return True
    headers = (s.node for s in script.tree.ancestors(site.statement.index))
    contexts = (item.item for node in headers if type(node) is cst.With for item in node.items)
    return any(
        type(context) is cst.Call and dotted(context.func).rpartition(".")[2] == "program_guard"
        for context in contexts
    )


def _mends(other: Site, site: Site, script: Script) -> bool:
    """Whether a call stands where an error is caught that the backward pass may raise."""
    around = {s.index for s in script.tree.ancestors(site.statement.index)}
    return any(
        type(s.node) is cst.ExceptHandler and s.index not in around
        for s in script.tree.ancestors(other.statement.index)
    )


def _condition_of_step(site: Site, script: Script, steps: list[Site]) -> str | None:
    """What the optimizer's step is bound to beyond the backward pass, whatever branch makes it."""
    told = {script.condition(step.statement, site.statement) for step in steps}
    return told.pop() if len(told) == 1 else common(list(told))


def _clipped(
    site: Site, script: Script, step: Site, steps_if: str | None
) -> tuple[int | None, bool]:
    """The line between a backward pass and a step on which gradients are clipped, and whether that
    depends on more than the step does."""
    end = step.statement.index
    for other in takewhile(lambda c: c.statement.index < end, script.calls_after(site.statement)):
        known = other.known is not None and other.known.api.kind == "clip"
        if other.scope != site.scope or not (known or _clips_by_name(other)):
            continue
        if any(text(arg.value).replace('"', "'") in _NO_LIMIT for arg in other.node.args):
            continue
        asked = conjuncts(script.condition(other.statement, site.statement) or "")
        told = conjuncts(steps_if or "")
        return other.line, not set(asked) <= {*told, ""}
    return None, False


def _clips_by_name(site: Site) -> bool:
    return site.known is None and site.name.rpartition(".")[2] in CLIPPING_METHODS


_NO_LIMIT = ("None", "float('inf')", "math.inf", "inf")


def _together(
    site: Site, script: Script, clears: int | None, steps: int | None
) -> list[tuple[str, int]]:
    """(loss, line) of the other backward passes of a round between the line that clears gradients
    and that of the step: these gradients add up."""
    around = _round(site, script)
    if around is None or clears is None or steps is None or not clears < site.line < steps:
        return []
    found = []
    for other in script.calls_below(around):
        if not clears < other.line < steps or other.name.rpartition(".")[2] != "backward":
            continue
        same = other.scope == site.scope and other.statement.parent == site.statement.parent
        step = script.training_step(other) if same and other.node is not site.node else None
        loss = _loss(other, step.how)[0] if step is not None else None
        if loss is not None:
            found.append((loss, other.line))
    return found


def _makes_step(method: str) -> bool:
    """Whether a method is `step`, or one that does more than that: `step_and_update_lr`."""
    return method == "step" or (method.startswith("step_") and bool(_RATES & set(words(method))))


def _round(site: Site, script: Script) -> Statement | None:
    """The loop of which one round is the training step (not a loop over micro-batches in it), or
    else the function."""
    for ancestor in script.tree.ancestors(site.statement.index):
        if ancestor.index in script.structure.loops or type(ancestor.node) is cst.FunctionDef:
            return ancestor
    return script.loop_around(site.statement)


def _stepped(site: Site, script: Script) -> str | None:
    """The optimizer of `optimizer.step()` or `scaler.step(optimizer)`."""
    receiver = site.node.func.value
    if script.is_a(receiver, site.scope, "optimizer") is not None:
        return text(receiver)
    passed = site.node.args[0].value if site.node.args else None
    if passed is not None and script.is_a(passed, site.scope, "optimizer") is not None:
        return text(passed)
    return None


@pattern(
    TrainingStep,
    kinds=("fit",),
    methods=FIT_METHODS,
)
def find_framework(site: Site, script: Script) -> Iterator[TrainingStep]:
    """`trainer.fit(model, loader)`, `trainer.train()`: the framework runs the steps."""
    evidence = script.fit_call(site)
    if evidence is not None:
        yield TrainingStep(
            line=site.line, end=site.last, evidence=evidence, how="fit", call=site.name
        )


@pattern(TrainingStep, statements=(cst.FunctionDef,))
def find_method(site: Site, script: Script) -> Iterator[TrainingStep]:
    """`def training_step(self, batch, batch_idx):` of a Lightning module that optimizes
    automatically."""
    if site.node.name.value != "training_step" or not _in_class(site.statement, script):
        return
    names = [p.name.value for p in site.node.params.params]
    manual = any(script.training_step(c) is not None for c in script.calls_below(site.statement))
    if names[1:2] and "batch" in names[1] and not manual:
        returned = _returned(site.statement, script)
        yield TrainingStep(
            line=site.line, end=site.last, evidence=_framework(script), how="method", loss=returned
        )


def _in_class(statement: Statement, script: Script) -> bool:
    return script.tree.scopes[statement.scope].kind == "class"


def _framework(script: Script) -> Evidence:
    return Evidence(FLOW if script.imports_anything else NAME, ("training_step",))


def _returned(function: Statement, script: Script) -> str | None:
    for statement in script.tree.below(function):
        if type(statement.node) is cst.Return and type(statement.node.value) is cst.Name:
            return statement.node.value.value
    return None
