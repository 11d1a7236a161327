"""How much of the algorithm a statement is: what an outline keeps first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.names.script import Script, Site
from pseudogen.names.structure import (
    BATCH_LOOP,
    EPOCH_LOOP,
    EVALUATION_LOOP,
    called_function,
)
from pseudogen.names.words import suggested_role, words
from pseudogen.pseudocode.calls import calls
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.tree import Statement

CORE, MAIN, SIDE, NONE = 3, 2, 1, 0

_PATTERNS: Mapping[str, int] = {
    **dict.fromkeys(
        (
            "batch-loop",
            "checkpoint-save",
            "data-loader",
            "epoch-loop",
            "evaluation",
            "loss-function",
            "model-build",
            "optimizer-build",
            "training-step",
        ),
        CORE,
    ),
    **dict.fromkeys(
        (
            "checkpoint-resume",
            "distributed-sampler",
            "early-stopping",
            "epoch-reshuffle",
            "gradient-accumulation",
            "gradient-clipping",
            "layer-freezing",
            "layer-unfreezing",
            "lr-scaling",
            "lr-schedule",
            "lr-warmup",
            "metric-reduction",
            "parallel-wrap",
            "weight-averaging",
        ),
        MAIN,
    ),
    **dict.fromkeys(
        (
            "augmentation",
            "batch-division",
            "best-tracking",
            "custom-sampler",
            "dataset-build",
            "mixed-precision",
            "model-compile",
            "pretrained-weights",
            "process-group-init",
            "steps-per-epoch",
            "sync-batchnorm",
            "worker-launch",
        ),
        SIDE,
    ),
}
_CALLS: Mapping[str, int] = {
    "backpropagate": CORE,
    "clear_gradients": CORE,
    "clip_gradients": MAIN,
    "clip_gradient_values": MAIN,
    "evaluation_mode": SIDE,
    "load_state": MAIN,
    "save": CORE,
    "set_epoch": MAIN,
    "step_optimizer": CORE,
    "step_scaled": CORE,
    "step_schedule": MAIN,
    "training_mode": SIDE,
    "unscale": SIDE,
}
_KINDS: Mapping[str, int] = {"optimizer": CORE, "criterion": CORE, "scheduler": MAIN, "wrap": MAIN}
_NEEDED = frozenset({"criterion", "loader", "model", "optimizer", "scheduler"})
_SAVED = frozenset({"checkpoint", "checkpoints", "ckpt", "model", "snapshot", "state", "weights"})
_ROLES = frozenset({"model", "criterion", "loss"})


def weights(writer: Writer, findings: Sequence[Finding]) -> dict[int, int]:
    """The weight of each statement that has one, by index."""
    script = writer.script
    found: dict[int, int] = {}
    at_line: dict[int, int] = {}
    for finding in findings:
        weight = _PATTERNS.get(finding.pattern, NONE)
        at_line[finding.line] = max(weight, at_line.get(finding.line, NONE))
    structure = script.structure
    running = structure.trains | structure.evaluates
    losses = _backpropagated(script)
    for statement in script.tree.statements:
        weight = at_line.get(statement.first, NONE)
        loop = structure.loops.get(statement.index)
        if loop is not None:
            weight = MAIN if loop.kind == EVALUATION_LOOP and structure.steps else CORE
        weight = max(weight, _said(writer, statement, running), _makes(script, statement, losses))
        if weight:
            found[statement.index] = weight
    return found


def saves(node: Any) -> bool:
    """Whether a statement runs a function whose name says that it saves the state of training."""
    if type(node) is not cst.Expr or type(node.value) is not cst.Call:
        return False
    named = words(dotted(node.value.func))
    return named[:1] == ("save",) and bool(_SAVED.intersection(named))


def _said(writer: Writer, statement: Statement, running: frozenset[int]) -> int:
    """The weight of what a statement calls."""
    node = statement.node
    value: Any = getattr(node, "value", None) if type(node) in (cst.Expr, cst.Assign) else None
    if type(value) is not cst.Call:
        return NONE
    if saves(node):
        return CORE
    writer.enter(statement)
    weight = _CALLS.get(calls.key(writer, value), NONE)
    if weight:
        return weight
    site = writer.script.call_site(value, statement.index, statement.scope)
    if site.known is not None and site.known.api.kind in _KINDS:
        return _KINDS[site.known.api.kind]
    return max(_runs(writer, site, running), _forward(writer, statement, value))


def _backpropagated(script: Script) -> frozenset[tuple[str, int]]:
    """What the training goes back from, as names with the scopes that hold them."""
    found: set[tuple[str, int]] = set()
    for site in script.call_sites():
        function: Any = site.node.func
        if type(function) is cst.Attribute and function.attr.value == "backward":
            values = [function.value, *(arg.value for arg in site.node.args)]
            names = [n.value for n in descendants(values) if type(n) is cst.Name]
            found.update((name, site.scope) for name in names)
    return frozenset(found)


def _steps(script: Script, statement: Statement) -> bool:
    """Whether a statement stands in a function that does a step of the training."""
    function = script.function_around(statement)
    return function is not None and any(
        function.index < step < function.after for step in script.structure.steps
    )


def _makes(script: Script, statement: Statement, losses: frozenset[tuple[str, int]]) -> int:
    """The weight of what a statement gives a value to: a loss, or what the training needs."""
    node = statement.node
    if type(node) is cst.AugAssign:
        name = getattr(node.target, "value", None)
        return MAIN if (name, statement.scope) in losses else NONE
    if type(node) is not cst.Assign:
        return NONE
    target: Any = node.targets[0].target
    targets = [e.value for e in target.elements] if type(target) is cst.Tuple else [target]
    if script.loop_around(statement) is not None or _steps(script, statement):
        names = [getattr(each, "value", None) for each in targets]
        return CORE if any((name, statement.scope) in losses for name in names) else NONE
    if type(node.value) is not cst.Call:
        return NONE
    roles = {suggested_role(dotted(each)) for each in targets if dotted(each)}
    return MAIN if roles & _NEEDED else NONE


def _runs(writer: Writer, site: Site, running: frozenset[int]) -> int:
    """A call of a function of the script that trains or evaluates."""
    return CORE if called_function(writer.script, site) in running else NONE


def _forward(writer: Writer, statement: Statement, call: cst.Call) -> int:
    """The model or the criterion applied inside a loop, or the work of the loop left to a function
    from elsewhere."""
    script = writer.script
    kind = next(
        (
            script.structure.loops[above.index].kind
            for above in script.tree.ancestors(statement.index)
            if above.index in script.structure.loops
        ),
        BATCH_LOOP if _steps(script, statement) else None,
    )
    if kind is None or type(call.func) not in (cst.Name, cst.Attribute):
        return NONE
    role = script.role(call.func, statement.scope)
    made = script.role(call, statement.scope)
    applied = role is not None and role.kind in _ROLES
    if applied or (made is not None and made.kind == "loss"):
        return SIDE if kind == EVALUATION_LOOP else CORE
    if kind == EPOCH_LOOP and type(call.func) is cst.Name and _takes_optimizer(writer, call):
        return CORE
    return NONE


def _takes_optimizer(writer: Writer, call: cst.Call) -> bool:
    roles = (writer.script.role(arg.value, writer.scope) for arg in call.args)
    return any(role is not None and role.kind == "optimizer" for role in roles)
