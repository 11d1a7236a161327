"""How much of the algorithm a statement is: what an outline keeps first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.names.environments import acts
from pseudogen.names.loop_bodies import drawn
from pseudogen.names.script import Script, Site
from pseudogen.names.structure import (
    BATCH_LOOP,
    EPOCH_LOOP,
    EVALUATION_LOOP,
    called_function,
)
from pseudogen.names.words import suggested_role, words
from pseudogen.pseudocode.calls import calls
from pseudogen.pseudocode.ingredients import ingredients
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.tree import Statement

CORE, NEAR, MAIN, SIDE, NONE = 4, 3, 2, 1, 0
"""NEAR is what the core reads itself: without it a listing speaks of what it has not made."""

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
    **dict.fromkeys(("batch-division", "parallel-wrap"), NEAR),
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
            "weight-averaging",
        ),
        MAIN,
    ),
    **dict.fromkeys(
        (
            "augmentation",
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
_KINDS: Mapping[str, int] = {
    "criterion": CORE,
    "optimizer": CORE,
    "scheduler": MAIN,
    "trainer": CORE,
    "training-arguments": MAIN,
    "wrap": MAIN,
}
_NEEDED = frozenset({"criterion", "loader", "model", "optimizer", "scheduler", "trainer"})
_SAVED = frozenset({"checkpoint", "checkpoints", "ckpt", "model", "snapshot", "state", "weights"})
_ROLES = frozenset({"model", "criterion", "loss"})


def weights(writer: Writer, findings: Sequence[Finding]) -> dict[int, int]:
    """The weight of each statement that has one, by index."""
    script = writer.script
    found: dict[int, int] = {}
    losing: list[int] = []
    draws: set[int] = set()
    counted: set[int] = set()
    at_line: dict[int, int] = {}
    holding = script.tree.by_line()
    for finding in findings:
        weight = _PATTERNS.get(finding.pattern, NONE)
        if getattr(finding, "action", None) == "updated" and weight == MAIN:
            weight = NEAR  # the weights that an average holds are trained as well
        update = getattr(finding, "steps", None) if finding.pattern == "training-step" else None
        for line in (finding.line, update or finding.line):
            first = holding[line].first
            at_line[first] = max(weight, at_line.get(first, NONE))
    averaging = _averaging(script, findings)
    structure = script.structure
    running = structure.trains | structure.evaluates
    stepping, hooked = _stepping(script), hooks(script, findings)
    losses = _backpropagated(script) | _returned(script, hooked)
    for statement in script.tree.statements:
        weight = at_line.get(statement.first, NONE)
        loop = structure.loops.get(statement.index)
        if loop is not None and loop.kind != EVALUATION_LOOP:
            call = drawn(script, statement)
            if call is not None:
                draws.add(call.statement.index)
        if loop is not None:
            weight = MAIN if loop.kind == EVALUATION_LOOP and structure.steps else CORE
        within = script.function_around(statement)
        steps = within is not None and within.index in stepping | hooked
        if type(statement.node) is cst.Return and within is not None and within.index in hooked:
            weight = CORE
        made = _makes(script, statement, losses, steps)
        if made and (steps or script.loop_around(statement) is not None):
            losing.append(statement.index)
        weight = max(weight, made, _said(writer, statement, running, steps))
        if averaging and weight < NEAR and _calls_one_of(script, statement, averaging):
            weight = NEAR
        weight = CORE if statement.index in draws else weight
        if loop is not None:
            counted |= set(_counting(script, statement, statement))
        if weight:
            found[statement.index] = weight
    found.update(dict.fromkeys(counted, CORE))
    _add_wrappings(script, found)
    _add_ingredients(script, found, losing, stepping | hooked)
    _add_ends(script, found)
    return found


def _add_ends(script: Script, found: dict[int, int]) -> None:
    """Add what ends each `while True:` of which something is shown, and what is counted for it."""
    for statement in script.tree.statements:
        if type(statement.node) is not cst.Break:
            continue
        loop = script.loop_around(statement)
        if loop is None or type(loop.node) is not cst.While or dotted(loop.node.test) != "True":
            continue
        if any(found.get(index) for index in range(loop.index, loop.after)):
            around = script.tree.statements[statement.parent]
            ends = (statement.index, *_counting(script, around, loop))
            found.update(dict.fromkeys(ends, CORE))


def _add_wrappings(script: Script, found: dict[int, int]) -> None:
    """Add what makes something else of what is made before: `model = Wrapper(model, head)`."""
    for statement in script.tree.statements:
        node = statement.node
        call: Any = node.value if type(node) is cst.Assign else None
        if type(call) is not cst.Call or found.get(statement.index, NONE) >= NEAR:
            continue
        name = dotted(node.targets[0].target)
        if not name or all(dotted(arg.value) != name for arg in call.args):
            continue
        made = (binding.statement for binding in script.reaching(name, statement.index))
        if any(found.get(each) == CORE for each in made) and script.loop_around(statement) is None:
            found[statement.index] = NEAR


def _averaging(script: Script, findings: Sequence[Finding]) -> frozenset[int]:
    """The functions that take the present weights into an average: `soft_update(target, net)`."""
    holding = script.tree.by_line()
    lines = (finding.line for finding in findings if finding.pattern == "weight-averaging")
    around = (script.function_around(holding[line]) for line in lines)
    return frozenset(function.index for function in around if function is not None)


def _calls_one_of(script: Script, statement: Statement, functions: frozenset[int]) -> bool:
    """Whether a statement is a call of one of some functions."""
    call = statement.node.value if type(statement.node) is cst.Expr else None
    if type(call) is not cst.Call:
        return False
    site = script.call_site(call, statement.index, statement.scope)
    return called_function(script, site) in functions


def _add_ingredients(
    script: Script, found: dict[int, int], losses: Sequence[int], stepping: frozenset[int]
) -> None:
    """Add what makes the losses, and then what else the more important statements read."""
    for index, distance in ingredients(script, losses, stepping).items():
        weight = CORE if distance == 0 else NEAR if distance == 1 else SIDE
        found[index] = max(weight, found.get(index, NONE))
    roots = [index for index, weight in found.items() if weight >= MAIN]
    for index in ingredients(script, roots, stepping):
        found.setdefault(index, SIDE)


def _counting(script: Script, asking: Statement, loop: Statement | None) -> Iterator[int]:
    """The statements of a loop that count up what its end is decided by: `step += 1`."""
    if type(asking.node) not in (cst.If, cst.While) or loop is None:
        return
    asked = {n.value for n in descendants(asking.node.test) if type(n) is cst.Name}
    for below in script.tree.below(loop):
        if type(below.node) is cst.AugAssign and dotted(below.node.target) in asked:
            yield below.index


def saves(node: Any) -> bool:
    """Whether a statement runs a function whose name says that it saves the state of training."""
    if type(node) is not cst.Expr or type(node.value) is not cst.Call:
        return False
    named = words(dotted(node.value.func))
    return named[:1] == ("save",) and bool(_SAVED.intersection(named))


def _said(writer: Writer, statement: Statement, running: frozenset[int], steps: bool) -> int:
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
    if acts(site) and writer.script.structure.steps:
        return NEAR
    if site.known is not None and site.known.api.kind in _KINDS:
        return _KINDS[site.known.api.kind]
    return max(_runs(writer, site, running), _forward(writer, statement, value, steps))


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


def hooks(script: Script, findings: Sequence[Finding]) -> frozenset[int]:
    """The functions that a framework calls for each step of the training."""
    lines = {finding.line for finding in findings if finding.pattern == "training-step"}
    statements = script.tree.statements
    found = {s.index for s in statements if s.first in lines and type(s.node) is cst.FunctionDef}
    return frozenset(found - script.structure.trains)


def fits(script: Script, findings: Sequence[Finding]) -> frozenset[int]:
    """The statements that leave the whole training to a framework: `trainer.train()`."""
    lines = {finding.line for finding in findings if finding.pattern == "epoch-loop"}
    simple = (s for s in script.tree.statements if s.after == s.index + 1)
    return frozenset(s.index for s in simple if s.first in lines)


def _stepping(script: Script) -> frozenset[int]:
    """The functions that do a step of the training."""
    found: set[int] = set()
    for step in script.structure.steps:
        around = script.function_around(script.tree.statements[step])
        while around is not None:
            found.add(around.index)
            around = script.function_around(around)
    return frozenset(found)


def _returned(script: Script, functions: frozenset[int]) -> frozenset[tuple[str, int]]:
    """What functions that a framework calls for a step return: the loss."""
    found: set[tuple[str, int]] = set()
    for index in functions:
        for below in script.tree.below(script.tree.statements[index]):
            if type(below.node) is cst.Return and type(below.node.value) is cst.Name:
                found.add((below.node.value.value, below.scope))
    return frozenset(found)


def _makes(
    script: Script, statement: Statement, losses: frozenset[tuple[str, int]], steps: bool
) -> int:
    """The weight of what a statement gives a value to: a loss, or what the training needs."""
    node = statement.node
    if type(node) is cst.AugAssign:
        name = getattr(node.target, "value", None)
        return CORE if (name, statement.scope) in losses else NONE
    if type(node) is not cst.Assign:
        return NONE
    target: Any = node.targets[0].target
    targets = [e.value for e in target.elements] if type(target) is cst.Tuple else [target]
    looped = script.loop_around(statement) is not None
    if looped or steps:
        names = [getattr(each, "value", None) for each in targets]
        if any((name, statement.scope) in losses for name in names):
            return CORE
    if looped or not (type(node.value) is cst.Call or _is_entry(node.value)):
        return NONE
    roles = {suggested_role(dotted(each)) for each in targets if dotted(each)}
    if "optimizer" in roles:
        return CORE
    return MAIN if roles & _NEEDED else NONE


def _is_entry(node: Any) -> bool:
    """`checkpoint["net"]`."""
    index = node.slice[0].slice if type(node) is cst.Subscript and len(node.slice) == 1 else None
    return type(index) is cst.Index and type(index.value) is cst.SimpleString


def _runs(writer: Writer, site: Site, running: frozenset[int]) -> int:
    """A call of a function of the script that trains or evaluates."""
    return CORE if called_function(writer.script, site) in running else NONE


def _forward(writer: Writer, statement: Statement, call: cst.Call, steps: bool) -> int:
    """The model or the criterion applied inside a loop, or the work of the loop left to a function
    from elsewhere."""
    script = writer.script
    kind = next(
        (
            script.structure.loops[above.index].kind
            for above in script.tree.ancestors(statement.index)
            if above.index in script.structure.loops
        ),
        BATCH_LOOP if steps else None,
    )
    if kind is None or type(call.func) not in (cst.Name, cst.Attribute):
        return NONE
    applied_to = call.func
    if type(applied_to) is cst.Attribute and applied_to.attr.value == "forward":
        applied_to = applied_to.value
    role = script.role(applied_to, statement.scope)
    made = script.role(call, statement.scope)
    applied = role is not None and role.kind in _ROLES
    if applied or (made is not None and made.kind == "loss"):
        return SIDE if kind == EVALUATION_LOOP else CORE
    if kind == EPOCH_LOOP and type(call.func) is cst.Name:
        named = "train" in words(call.func.value) and bool(call.args)
        return CORE if named or _takes_optimizer(writer, call) else NONE
    return NONE


def _takes_optimizer(writer: Writer, call: cst.Call) -> bool:
    roles = (writer.script.role(arg.value, writer.scope) for arg in call.args)
    return any(role is not None and role.kind == "optimizer" for role in roles)
