"""What the loops and functions of a script are: epoch loop, batch loop, evaluation, main."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

EPOCH_LOOP = "epoch-loop"
BATCH_LOOP = "batch-loop"
EVALUATION_LOOP = "evaluation-loop"

_WRAPPERS = frozenset(
    {
        "cycle",
        "enumerate",
        "islice",
        "iter",
        "log_every",
        "prefetcher",
        "progress_bar",
        "skip_first_batches",
        "tqdm",
        "track",
        "track_iter_progress",
        "zip",
    }
)
_TRAINING_WORDS = frozenset({"train", "fit"})
_EVALUATION_WORDS = frozenset(
    {
        "dev",
        "eval",
        "evaluate",
        "evaluation",
        "inference",
        "test",
        "val",
        "valid",
        "validate",
        "validation",
    }
)
_EPOCH_WORDS = frozenset({"epoch", "epochs", "ep"})


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop that is part of the training.

    `kind` is one of the constants above; `over` is the text of the loader (batch and evaluation
    loops) or of what is counted; `variable` the loop's target.
    """

    kind: str
    variable: str
    over: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Structure:
    """`loops` by index of the statement; `trains` the indexes of functions that hold, or call a
    function that holds, a training step; `evaluates` likewise for evaluation loops."""

    loops: dict[int, Loop]
    trains: frozenset[int]
    evaluates: frozenset[int]


def analyse(script: Script) -> Structure:
    """Classify the loops and functions of a script."""
    steps = _training_statements(script)
    trains = _holders(script, steps)
    loops: dict[int, Loop] = {}
    for statement in script.tree.statements:
        kind = type(statement.node)
        if kind is cst.For:
            loop = _for_loop(script, statement, steps, trains)
        elif kind is cst.While:
            loop = _while_loop(script, statement, steps)
        else:
            continue
        if loop is not None:
            loops[statement.index] = loop
    evaluating = [index for index, loop in loops.items() if loop.kind == EVALUATION_LOOP]
    return Structure(loops, trains, _holders(script, evaluating))


def _training_statements(script: Script) -> list[int]:
    """Statements that send gradients back: `loss.backward()` and its forms in the frameworks."""
    found = []
    for site in script.call_sites():
        receiver, _, method = site.name.rpartition(".")
        backward = method == "backward" and bool(receiver) and not receiver.startswith("super")
        if backward or (site.known is not None and site.known.api.kind == "training-step"):
            found.append(site.statement.index)
    return found


def _holders(script: Script, statements: list[int]) -> frozenset[int]:
    """Functions that hold one of the statements, or call a function that does, directly or not."""
    tree = script.tree
    holders: set[int] = set()
    for index in statements:
        function = script.function_around(tree.statements[index])
        if function is not None:
            holders.add(function.index)
    calls = [(site, script.function_around(site.statement)) for site in script.call_sites()]
    grown = True
    while grown:
        grown = False
        for site, around in calls:
            if around is None or around.index in holders:
                continue
            if called_function(script, site) in holders:
                holders.add(around.index)
                grown = True
    return frozenset(holders)


def called_function(script: Script, site: Site) -> int | None:
    """The index of the `def` that a call runs, where the script defines it: `train(...)`,
    `self.train(...)`."""
    name = site.name
    for binding in script.resolver.bindings(name, site.scope) if name else ():
        if binding.how == "function":
            return binding.statement
    if name.startswith("self.") and name.count(".") == 1:
        function = script.function_around(site.statement)
        owner = script.tree.scopes[function.scope] if function is not None else None
        if owner is not None and owner.kind == "class":
            for binding in owner.bindings.get(name.removeprefix("self."), ()):
                if binding.how == "function":
                    return binding.statement
    return None


def _for_loop(
    script: Script, statement: Statement, steps: list[int], trains: frozenset[int]
) -> Loop | None:
    node = statement.node
    loader = _loader(script, node.iter, statement)
    variable = text(node.target)
    trains_inside = any(statement.index < step < statement.after for step in steps)
    if loader is not None:
        expression, evidence = loader
        if trains_inside or _calls_into(script, statement, trains):
            return Loop(BATCH_LOOP, variable, expression, evidence)
        if _evaluates(script, statement, expression):
            return Loop(EVALUATION_LOOP, variable, expression, evidence)
        return None
    named = words(variable) and words(variable)[-1] in _EPOCH_WORDS
    counted = text(node.iter)
    if named:
        flows = trains_inside or _calls_into(script, statement, trains)
        return Loop(EPOCH_LOOP, variable, counted, Evidence(FLOW if flows else NAME, (variable,)))
    return None


def _while_loop(script: Script, statement: Statement, steps: list[int]) -> Loop | None:
    if any(statement.index < step < statement.after for step in steps):
        condition = text(statement.node.test)
        return Loop(EPOCH_LOOP, "", condition, Evidence(FLOW, (condition,)))
    return None


def _loader(script: Script, node: Any, statement: Statement) -> tuple[str, Evidence] | None:
    """The text of the loader that an iterable goes through, behind `enumerate`, `tqdm`..."""
    if type(node) is cst.Call:
        name = dotted(node.func).rpartition(".")[2]
        if name in _WRAPPERS:
            candidates = [arg.value for arg in node.args if arg.keyword is None]
            found = (_loader(script, candidate, statement) for candidate in candidates)
            return next((loader for loader in found if loader is not None), None)
    role = script.role(node, statement.scope)
    if role is not None and role.kind == "loader":
        return text(node), role.evidence
    for binding in script.reaching(dotted(node), statement.index) if dotted(node) else ():
        if binding.how in ("assign", "with") and type(binding.value) is cst.Call:
            name = dotted(binding.value.func).rpartition(".")[2]
            if name in _WRAPPERS:
                return _loader(script, binding.value, script.tree.statements[binding.statement])
    return None


def _calls_into(script: Script, statement: Statement, functions: frozenset[int]) -> bool:
    """Whether the body calls one of these functions, or one named as they are named."""
    for site in script.calls_below(statement):
        called = called_function(script, site)
        if called in functions:
            return True
        if called is None and _TRAINING_WORDS & set(words(site.name)) and site.node.args:
            return True
    return False


def _evaluates(script: Script, statement: Statement, loader: str) -> bool:
    """Whether a loop over data without a training step measures a model."""
    if _EVALUATION_WORDS & set(words(loader)):
        return True
    function = script.function_around(statement)
    if function is not None and _EVALUATION_WORDS & set(words(function.node.name.value)):
        return True
    return any(
        "no_grad" in text(item.item) or "inference_mode" in text(item.item)
        for ancestor in script.tree.ancestors(statement.index)
        if type(ancestor.node) is cst.With
        for item in ancestor.node.items
    )
