"""What epoch-loop is found by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import argument
from pseudogen.names.environments import acts_below
from pseudogen.names.evidence import NAME, Evidence
from pseudogen.names.fitting import FIT_METHODS
from pseudogen.names.iterables import by_ones, counted
from pseudogen.names.loop_bodies import drawn
from pseudogen.names.loops import Loop
from pseudogen.names.script import Script, Site
from pseudogen.names.structure import BATCH_LOOP, EPOCH_LOOP
from pseudogen.names.words import words
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
        stop_value=script.value(stop, at) if stop is not None and _by_ones(site.node) else None,
        unit=loop.unit,
        ends_when=_ends(site.statement, script),
        draws=text(call.node) if call is not None else None,
        drawn_on=(giver.start, giver.end) if giver is not None else None,
        trains_by=_trainer(site.statement, script),
        acts=acting.name if (acting := acts_below(script, site.statement)) is not None else None,
        rounds=_rounds(site.statement, script) if loop.unit == "epoch" else None,
    )


def _by_ones(loop: Any) -> bool:
    return type(loop) is not cst.For or by_ones(loop.iter)


def _in_batch(statement: Statement, script: Script) -> bool:
    """Whether a loop goes over the same batch several times, as PPO does: `ppo_epochs` in a loop
    over batches."""
    around = (script.structure.loops.get(s.index) for s in script.tree.ancestors(statement.index))
    return any(loop is not None and loop.kind == BATCH_LOOP for loop in around)


def _counter(variable: str, node: Any) -> str:
    """What counts: `step` in `for step, batch in zip(range(n), batches):`, `epoch` in
    `for i, epoch in enumerate(range(1, n)):`."""
    call = node.iter if type(node) is cst.For else None
    if type(call) is not cst.Call or type(node.target) is not cst.Tuple:
        return variable
    elements = node.target.elements
    if dotted(call.func) == "enumerate" and len(elements) == 2 and counted(call.args[0].value):
        return text(elements[1].value)
    if dotted(call.func) != "zip":
        return variable
    pairs = zip(elements, call.args, strict=False)
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
    """The conditions of the `if`s in the loop's own block whose last statement leaves it, and of
    those in loops inside whose last statement leaves them all."""
    ifs = [
        statement
        for statement in script.tree.below(loop)
        if type(statement.node) is cst.If and statement.chain == statement.index
    ]
    return tuple(text(s.node.test) for s in ifs if _ends_by(s, loop, script))


def _ends_by(branch: Statement, loop: Statement, script: Script) -> bool:
    last = script.tree.body(branch)[-1].node
    if branch.parent == loop.index:
        return _leaves(last)
    if type(last) is cst.Break or not _leaves(last) or branch.scope != loop.scope:
        return False
    around = script.tree.ancestors(branch.index)
    inside = around[: around.index(loop)] if loop in around else around
    return loop in around and all(type(h.node) in (cst.For, cst.While, cst.With) for h in inside)


def _leaves(node: Any) -> bool:
    call = node.value if type(node) is cst.Expr else None
    exits = type(call) is cst.Call and dotted(call.func) in ("exit", "quit", "sys.exit")
    return exits or type(node) in (cst.Break, cst.Return)


def _rounds(loop: Statement, script: Script) -> str | None:
    """The fixed number of steps that the one loop over batches inside takes, however many batches
    the data have."""
    loops = script.structure.loops
    inside = [
        statement
        for statement in script.tree.below(loop)
        if statement.index in loops and loops[statement.index].kind == BATCH_LOOP
    ]
    if len(inside) != 1 or type(inside[0].node) is not cst.For or not _by_ones(inside[0].node):
        return None
    limits = script.counted_range(inside[0].node.iter)
    stop = limits[1] if limits is not None else None
    return text(stop) if stop is not None and _is_fixed(stop, script) else None


def _is_fixed(number: Any, script: Script) -> bool:
    """Whether a number is written out, or an option that nothing else replaces."""
    name = text(number)
    setting = script.settings.get(name)
    if setting is None or setting.origin == "key" or "len(" in (setting.default or ""):
        return type(number) is cst.Integer
    given = len(re.findall(rf"(?<![\w.]){re.escape(name)}\s*=(?!=)", script.tree.text))
    return given == (1 if setting.origin == "constant" else 0)


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
        known = evidence.kind != NAME
        epochs, steps = _epochs(site, script, known), _steps(site, script, known)
        if steps is not None and _either(site, script, known):
            epochs, steps = None, steps if steps.isdigit() else None
        yield EpochLoop(
            line=site.line,
            end=site.last,
            evidence=evidence,
            call=site.name,
            trainer=_trainer_class(site, script),
            epochs=epochs,
            steps=steps,
            start=_initial(site.node),
        )


def _trainer_class(site: Site, script: Script) -> str | None:
    """The class of the trainer whose method it is, as written; None for that of a model."""
    name = site.name.rpartition(".")[0]
    made = {dotted(call.func) for call in _makers(script, name, site.statement.index)}
    only = made.pop() if len(made) == 1 else ""
    last = only.rpartition(".")[2]
    return only if last[:1].isupper() and "trainer" in words(last) else None


def _initial(call: cst.Call) -> str | None:
    """Keras's number of the first epoch, where that is not simply 0."""
    start = next((a for a in call.args if a.keyword and a.keyword.value == "initial_epoch"), None)
    return text(start.value) if start is not None and text(start.value) != "0" else None


def _epochs(site: Site, script: Script, known: bool) -> str | None:
    """The number of epochs: an argument of the call, of the constructor of a trainer that is known
    or of the settings that it is given."""
    calls = (site.node, *_set_up(site, script, known))
    return next((found for call in calls if (found := _keyword(call)) is not None), None)


def _steps(site: Site, script: Script, known: bool) -> str | None:
    """`max_steps` of a trainer or of the settings that it is given."""
    given = (argument(call, "max_steps") for call in _set_up(site, script, known))
    told = next((text(steps) for steps in given if steps is not None), None)
    return told if told not in ("-1", "None") else None


def _either(site: Site, script: Script, known: bool) -> bool:
    """Whether steps count instead of epochs where both are set, as in the settings of
    Transformers: not whichever ends first."""
    given = _set_up(site, script, known)
    return any(argument(call, "num_train_epochs") is not None for call in given)


def _set_up(site: Site, script: Script, known: bool) -> Iterator[cst.Call]:
    """The calls that make the trainer whose method it is, each with those that make the settings
    it is given; of one that is not `known`, to which epochs may be those that are behind it, only
    the settings."""
    for maker in _makers(script, site.name.rpartition(".")[0], site.statement.index):
        if known:
            yield maker
        made = script.call_site(maker, site.statement.index, site.scope)
        settings = script.argument(made, "args")
        if type(settings) is cst.Call:
            yield settings
        elif settings is not None:
            yield from _makers(script, text(settings), site.statement.index)


def _makers(script: Script, name: str, statement: int) -> list[cst.Call]:
    bindings = script.reaching(name, statement) if name else []
    return [b.value for b in bindings if type(b.value) is cst.Call]


def _keyword(call: cst.Call) -> str | None:
    for arg in call.args:
        if arg.keyword is not None and arg.keyword.value in _EPOCHS:
            return text(arg.value)
    return None
