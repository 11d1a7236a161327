"""What epoch-loop is found by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import argument
from pseudogen.names.environments import acts_below
from pseudogen.names.evidence import Evidence
from pseudogen.names.iterables import counted
from pseudogen.names.loop_bodies import drawn
from pseudogen.names.loops import Loop
from pseudogen.names.script import Script, Site
from pseudogen.names.structure import BATCH_LOOP, EPOCH_LOOP
from pseudogen.names.training import FIT_METHODS
from pseudogen.patterns.epoch_loop.facts import EpochLoop
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_ENDLESS = frozenset({"True", "(True)", "1", "(1)"})
_EPOCHS = ("max_epochs", "epochs", "num_train_epochs", "nb_epoch", "n_epochs", "num_epochs")


@pattern(EpochLoop, statements=(cst.For, cst.While))
def find_loop(site: Site, script: Script) -> Iterator[EpochLoop]:
    """`for epoch in range(epochs):`, `while step < max_steps:`."""
    loop = script.structure.loops.get(site.statement.index)
    if loop is None or loop.kind != EPOCH_LOOP or _in_batch(site.statement, script):
        return
    is_for = type(site.node) is cst.For
    limits = script.counted_range(site.node.iter) if is_for else None
    start, stop = limits or (None, None)
    at = site.statement.index
    call = drawn(script, site.statement) if loop.unit == "step" else None
    giver = script.called_function(call) if call is not None else None
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
        draws=text(call.node) if call is not None else None,
        drawn_on=(giver.start, giver.end) if giver is not None else None,
        trains_by=_trainer(site.statement, script),
        acts=acting.name if (acting := acts_below(script, site.statement)) is not None else None,
    )


def _in_batch(statement: Statement, script: Script) -> bool:
    """Whether a loop goes over the same batch several times, as PPO does: `ppo_epochs` in a loop
    over batches."""
    around = (script.structure.loops.get(s.index) for s in script.tree.ancestors(statement.index))
    return any(loop is not None and loop.kind == BATCH_LOOP for loop in around)


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
            steps=_steps(site, script),
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


def _steps(site: Site, script: Script) -> str | None:
    """`max_steps` of the trainer that Lightning has."""
    made = _makers(script, site.name.rpartition(".")[0], site.statement.index)
    given = (argument(call, "max_steps") for call in made)
    told = next((text(steps) for steps in given if steps is not None), None)
    return told if told not in ("-1", "None") else None


def _makers(script: Script, name: str, statement: int) -> list[cst.Call]:
    bindings = script.reaching(name, statement) if name else []
    return [b.value for b in bindings if type(b.value) is cst.Call]


def _keyword(call: cst.Call) -> str | None:
    for arg in call.args:
        if arg.keyword is not None and arg.keyword.value in _EPOCHS:
            return text(arg.value)
    return None
