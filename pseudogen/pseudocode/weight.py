"""How much of the algorithm a statement is: what an outline keeps first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.names.script import Site
from pseudogen.names.structure import called_function
from pseudogen.pseudocode.calls import calls
from pseudogen.pseudocode.writer import Writer
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
            "seeding",
            "steps-per-epoch",
            "sync-batchnorm",
            "worker-launch",
        ),
        SIDE,
    ),
}
_CALLS: Mapping[str, int] = {
    "backpropagate": CORE,
    "clear_gradients": MAIN,
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
    for statement in script.tree.statements:
        weight = at_line.get(statement.first, NONE)
        if statement.index in structure.loops:
            weight = CORE
        weight = max(weight, _said(writer, statement, running))
        if weight:
            found[statement.index] = weight
    return found


def _said(writer: Writer, statement: Statement, running: frozenset[int]) -> int:
    """The weight of what a statement calls."""
    node = statement.node
    value: Any = getattr(node, "value", None) if type(node) in (cst.Expr, cst.Assign) else None
    if type(value) is not cst.Call:
        return NONE
    writer.enter(statement)
    weight = _CALLS.get(calls.key(writer, value), NONE)
    if weight:
        return weight
    site = writer.script.call_site(value, statement.index, statement.scope)
    if site.known is not None and site.known.api.kind in _KINDS:
        return _KINDS[site.known.api.kind]
    return max(_runs(writer, site, running), _forward(writer, statement, value))


def _runs(writer: Writer, site: Site, running: frozenset[int]) -> int:
    """A call of a function of the script that trains or evaluates."""
    return CORE if called_function(writer.script, site) in running else NONE


def _forward(writer: Writer, statement: Statement, call: cst.Call) -> int:
    """The model or the criterion applied inside a loop of the training."""
    loops = writer.script.structure.loops
    if not any(above.index in loops for above in writer.script.tree.ancestors(statement.index)):
        return NONE
    if type(call.func) not in (cst.Name, cst.Attribute):
        return NONE
    role = writer.script.role(call.func, statement.scope)
    made = writer.script.role(call, statement.scope)
    applied = role is not None and role.kind in _ROLES
    return MAIN if applied or (made is not None and made.kind == "loss") else NONE
