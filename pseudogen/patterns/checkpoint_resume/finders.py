"""What checkpoint-resume is found by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.arguments import argument, subscript_name
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.load_purposes import FILE_READS, RESUME, after_training
from pseudogen.names.loading import read
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.names.workers import names_rank
from pseudogen.patterns.checkpoint_resume.facts import CheckpointResume
from pseudogen.patterns.checkpoint_resume.named import (
    KEYWORDS,
    RESUME_WORDS,
    STATE_WORDS,
    because,
    decided_by,
    held_by,
    how_of,
    leaves_out,
    told_to_continue,
)
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_PROGRESS_KEYS = frozenset(
    {"amp", "epoch", "global_step", "iter", "iter_num", "iteration", "optimizer"}
    | {"optimizer_state", "optimizer_state_dict", "optim", "scaler", "scheduler"}
    | {"lr_scheduler", "start_epoch", "step", "training_steps"}
)
_PROGRESS = frozenset({"opt", "optimizer", "scheduler", "scaler", "optim"})
_WITHOUT_TENSORS = frozenset({"sched", "scheduler", "scaler"})
_LOADS = (".load_state_dict", ".set_state_dict")
_SETTINGS = frozenset({"args", "cfg", "config", "hparams", "opt", "options", "settings"})


@pattern(CheckpointResume, kinds=("load", *FILE_READS))
def find_load(site: Site, script: Script) -> Iterator[CheckpointResume]:
    """`checkpoint = torch.load(args.resume)` whose optimizer or epoch is read afterwards."""
    if site.known is None or not site.node.args or "sharded" in site.known.api.traits:
        return
    name, key = held_by(site), _only_key(site)
    restores, into = _uses(name, site, script) if name else ((), _directly(site, script))
    path = site.node.args[0].value
    function = script.function_around(site.statement)
    if function is not None and set(words(function.node.name.value)) & _TURNING:
        return
    measures = function is not None and _only_evaluates(function, script)
    if measures and not _restores_progress(restores, into):
        return
    if function is not None and "pretrained" in words(function.node.name.value):
        return  # it may be asked by what continues a run, too
    if not _continues(path, restores, into, site, script) or _undoes(site, script):
        return
    yield CheckpointResume(
        line=site.line,
        end=site.last,
        evidence=Evidence(FLOW, (name or site.name,)),
        how="load",
        call=site.name,
        path=text(path),
        restores=restores if key is None else (key,),
        into=into,
        others=_loads_others(into, site, script),
        map_location=script.argument_text(site, "map_location"),
        tensors=not into or any(not _WITHOUT_TENSORS & set(words(name)) for name in into),
        shared=script.workers.joins and not names_rank(path),
        part=key is not None,
        condition=script.condition(site.statement),
    )


def _only_evaluates(function: Statement, script: Script) -> bool:
    """Whether a function measures and does not train: what it reads is what it measures."""
    structure = script.structure
    return function.index in structure.evaluates and function.index not in structure.trains


def _only_key(site: Site) -> str | None:
    """The one entry of the file that is kept: `options = torch.load(path)["options"]`."""
    value: Any = getattr(site.statement.node, "value", None)
    whole = type(value) is cst.Subscript and value.value is site.node
    return subscript_name(value) or None if whole else None


def _given(site: Site) -> set[str]:
    """The words of what a function that restores is given to fill: `(params, opt_state, step)`."""
    given = [arg.value for arg in site.node.args]
    nodes = [e.value for g in given if type(g) is cst.Tuple for e in g.elements]
    return {word for node in (*given, *nodes) for word in words(dotted(node))}


_TURNING = frozenset({"average", "best", "consolidate", "convert", "export", "fp32", "merge"})
"""Words of functions that read checkpoints to make something of them."""


def _uses(name: str, site: Site, script: Script) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(keys read from it, what loads its state) below the load in the same function."""
    keys: dict[str, None] = {}
    into: dict[str, None] = {}
    around = script.function_around(site.statement)
    block = script.tree.below(around) if around is not None else script.tree.statements
    last = name.rpartition(".")[2]
    for statement in block:
        if statement.index <= site.statement.index or not hasattr(statement.node, "value"):
            continue
        if last not in script.source(statement):
            continue
        written = text(statement.node.value) if statement.node.value is not None else ""
        if name not in written or not _reaches(name, site, statement, script):
            continue
        keys |= dict.fromkeys(_keys(written, name))
        for call in script.calls_in(statement):
            loads = call.name.endswith(_LOADS)
            if loads and call.node.args and name in text(call.node.args[0].value):
                into[_receiver(call)] = None
    return tuple(keys), tuple(into)


def _loads_others(into: tuple[str, ...], site: Site, script: Script) -> bool:
    """Whether the same function puts state into something else, too."""
    around = script.function_around(site.statement)
    calls = script.calls_below(around) if around is not None else script.call_sites()
    return any(
        (c.name.endswith(_LOADS) and _receiver(c) not in into)
        or (c.known is not None and c.known.api.kind == "load" and "sharded" in c.known.api.traits)
        for c in calls
    )


def _directly(site: Site, script: Script) -> tuple[str, ...]:
    """What gets its state from a load within the same statement:
    `model.load_state_dict(torch.load(path))`."""
    read = text(site.node)
    return tuple(
        _receiver(call)
        for call in script.calls_in(site.statement)
        if call.name.endswith(_LOADS) and call.node.args and text(call.node.args[0].value) == read
    )


def _receiver(call: Site) -> str:
    """What a method is called on, as written: `unwrap(model)` of `unwrap(model).load(state)`."""
    function = call.node.func
    return text(function.value) if type(function) is cst.Attribute else ""


def _reaches(name: str, site: Site, statement: Statement, script: Script) -> bool:
    """Whether what the load gave is what the name holds at a later statement."""
    made = {binding.statement for binding in script.reaching(name, statement.index)}
    return site.statement.index in made


def _keys(written: str, name: str) -> Iterator[str]:
    for opening in (f"{name}[", f"{name}.get(", f"{name}.pop("):
        for piece in written.split(opening)[1:]:
            if piece[:1] in "\"'":
                yield piece[1:].partition(piece[0])[0]


def _continues(
    path: Any, restores: tuple[str, ...], into: tuple[str, ...], site: Site, script: Script
) -> bool:
    """Whether a loaded file continues a run: by what is read from it, or why it is loaded."""
    if _restores_progress(restores, into):
        return True
    restores_all = site.known is not None and site.known.name.endswith(".restore_checkpoint")
    if restores_all and "state" in _given(site):
        return True
    load = read(script, site)
    if load is not None:
        return load.purpose == RESUME
    if site.known is not None and site.known.api.kind == "load" and _goes_on(site, script):
        return True
    named = {word for part in text(path).split(".") for word in words(part)}
    return bool((named | because(site, script)) & RESUME_WORDS)


def _goes_on(site: Site, script: Script) -> bool:
    """Whether what is loaded is told to train further below: `agent.learn(...)`."""
    name = held_by(site)
    return name is not None and any(
        call.name.rpartition(".")[0] == name and script.fit_call(call) is not None
        for call in script.calls_after(site.statement)
    )


@pattern(
    CheckpointResume, calls=speaks_of("load", "resume", "restore", "restart"), keywords=KEYWORDS
)
def find_named(site: Site, script: Script) -> Iterator[CheckpointResume]:
    """`load_checkpoint(config, model, optimizer)`, `accelerator.load_state(dir)`."""
    if not site.name or type(site.statement.node) is cst.FunctionDef:
        return
    how = told_to_continue(site, script) or (how_of(site, script) if site.known is None else None)
    if how == "helper" and _reads_settings(site):
        return
    if how is None or (how != "argument" and after_training(script, site.statement)):
        return
    function = script.function_around(site.statement)
    if function is not None and set(words(function.node.name.value)) & _TURNING:
        return
    if _undoes(site, script):
        return
    path = _path(site, how, script)
    yield CheckpointResume(
        line=site.line,
        end=site.last,
        evidence=Evidence(FLOW if how != "helper" else NAME, (site.name,)),
        how=how,
        call=site.name,
        path=text(path) if path is not None else None,
        part=leaves_out(site),
        decided_by=decided_by(site) if how == "choice" else None,
        condition=script.condition(site.statement),
    )


_EMPTY = ("''", '""')


def _path(site: Site, how: str, script: Script) -> Any:
    """What a call is given to go on from; None where that does not show."""
    first = site.node.args[0].value if site.node.args else None
    if how == "argument":
        path = next((given for k in KEYWORDS if (given := argument(site.node, k))), None)
    elif first is None or script.is_a(first, site.scope, "model") is not None:
        path = None
    elif how == "module" or (how in ("framework", "choice") and _may_be_path(first, site)):
        path = first
    else:
        path = None
    return path if path is None or text(path) not in _EMPTY else None


def _may_be_path(first: Any, site: Site) -> bool:
    """Whether the first argument of a method that restores may be the path, by its name and by
    that of its parameter."""
    key = site.node.args[0].keyword
    passed = set(words(dotted(first)))
    filled = passed & {"dict", "state", "states", "items"}
    named = not key or bool({"ckpt", "dir", "file", "folder", "path"} & set(words(key.value)))
    return named and not filled


@pattern(CheckpointResume, calls=speaks_of("load", "restore", "read"), within=(cst.Assign,))
def find_read(site: Site, script: Script) -> Iterator[CheckpointResume]:
    """`saved = load_checkpoint(path)`, of which the optimizer or the epoch is read afterwards."""
    if (
        not held_by(site)
        or not _is_reader(site)
        or how_of(site, script)
        or after_training(script, site.statement)
    ):
        return
    restores, into = _read_from(site, script)
    if not (restores or into) or not _continues_with(site, script):
        return
    yield CheckpointResume(
        line=site.line,
        end=site.last,
        evidence=Evidence(FLOW, (held_by(site) or site.name,)),
        how="read",
        call=site.name,
        restores=restores,
        into=into,
        condition=script.condition(site.statement),
    )


def _is_reader(site: Site) -> bool:
    """`load_checkpoint(path)`, whose result alone is assigned."""
    named = words(site.name)
    of_state = named[:1] in (("load",), ("restore",), ("read",)) and set(named[1:]) & STATE_WORDS
    value = getattr(site.statement.node, "value", None)
    return site.known is None and bool(of_state and site.node.args) and value is site.node


def _read_from(site: Site, script: Script) -> tuple[tuple[str, ...], tuple[str, ...]]:
    name = held_by(site)
    return _uses(name, site, script) if name else ((), ())


def _continues_with(site: Site, script: Script) -> bool:
    """Whether what a helper reads continues a run, or what it reads beside in the same block:
    weights may lie in one file, and the optimizer's state in another."""
    beside = [
        call
        for call in script.call_sites()
        if call.name == site.name
        and call.statement.parent == site.statement.parent
        and type(call.statement.node) is cst.Assign
        and _is_reader(call)
    ]
    found = [_read_from(call, script) for call in beside]
    restores = tuple(key for keys, _ in found for key in keys)
    into = tuple(name for _, names in found for name in names)
    return bool(into) and _restores_progress(restores, into)


def _restores_progress(restores: tuple[str, ...], into: tuple[str, ...]) -> bool:
    """Whether an optimizer gets its state, by the keys that are read or by its name."""
    named = {word for name in into for word in words(name)}
    return bool(set(restores) & _PROGRESS_KEYS or named & _PROGRESS)


def _reads_settings(site: Site) -> bool:
    """`options = load_checkpoint(path)[0].args`: the settings alone are taken."""
    value = getattr(site.statement.node, "value", None)
    return type(value) is cst.Attribute and bool(_SETTINGS & set(words(value.attr.value)))


def _undoes(site: Site, script: Script) -> bool:
    """Whether the same function has saved what is read: it goes back to a state of its own run."""
    function = script.function_around(site.statement)
    path = dotted(site.node.args[0].value) if site.node.args else ""
    if function is None or not path:
        return False
    return any(
        call.line < site.line
        and "save" in words(call.name)
        and not script.exclusive(call.statement, site.statement)
        and any(dotted(arg.value) == path for arg in call.node.args)
        for call in script.calls_below(function)
    )
