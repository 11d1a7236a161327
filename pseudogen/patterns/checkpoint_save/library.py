"""Savings by a function of a library: `torch.save(model.state_dict(), path)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import string
from pseudogen.names.blocks import calls_of_methods
from pseudogen.names.evidence import API, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.checkpoint_save.facts import OTHER_WORDS, STATE_WORDS, CheckpointSave
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_NETWORKS = frozenset({"actor", "critic", "decoder", "discriminator", "encoder", "policy"})
_NO_WEIGHTS = frozenset({"opt", "optim", "optimizer", "scaler", "sched", "scheduler"})


@pattern(CheckpointSave, kinds=("save",))
def find_library(site: Site, script: Script) -> Iterator[CheckpointSave]:
    """`torch.save(model.state_dict(), path)`."""
    if site.known is None or not site.node.args:
        return
    params = site.known.api.params
    value = script.argument(site, params[0]) if params else None
    path = script.argument(site, params[1]) if len(params) > 1 else None
    if value is None or not _is_state(value, path, site, script):
        return
    made = made_of(value, site, script)
    weights_only = None if _is_added_to(value, site, script) else _weights_only(made)
    yield CheckpointSave(
        line=site.line,
        end=site.last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        how="library",
        call=site.name,
        contents=written_keys(made),
        saved=text(value) if type(value) is not cst.Dict else None,
        weights_only=weights_only,
        optimizer_saved=weights_only is not None and script.once(_saves_optimizer),
        path=_place(path, site, script),
        condition=script.condition(site.statement),
        per=script.unit(site.statement),
    )


@pattern(CheckpointSave, methods=("write",), mentions=("to_bytes", "msgpack_serialize"))
def find_written(site: Site, script: Script) -> Iterator[CheckpointSave]:
    """`f.write(flax.serialization.to_bytes(params))`."""
    given: Any = site.node.args[0].value if len(site.node.args) == 1 else None
    full = (
        script.resolver.qualified(dotted(given.func), site.scope) if type(given) is cst.Call else ()
    )
    if any(name in _SERIALIZES for name in full) and given.args:
        yield CheckpointSave(
            line=site.line,
            end=site.last,
            evidence=Evidence(API, full),
            how="library",
            call=dotted(given.func),
            saved=text(given.args[-1].value),
            path=_place(site.node.func.value, site, script),
            condition=script.condition(site.statement),
            per=script.unit(site.statement),
        )


_SERIALIZES = ("flax.serialization.to_bytes", "flax.serialization.msgpack_serialize")


def _saves_optimizer(script: Script) -> bool:
    """Whether the script saves the state of an optimizer, in whatever file."""
    return any(
        "state_dict(" in written and "opt" in written.lower()
        for site in calls_of_methods(script, "save")
        if (written := text(site.node))
    )


def _place(path: Any, site: Site, script: Script) -> str | None:
    """Where something is saved to; the path itself where it goes into an open file:
    `with open(path, "wb") as f: torch.save(state, f)`."""
    if path is None:
        return None
    for header in script.tree.ancestors(site.statement.index) if type(path) is cst.Name else ():
        for item in header.node.items if type(header.node) is cst.With else ():
            held = item.asname is not None and text(item.asname.name) == path.value
            if held and isinstance(item.item, cst.Call) and item.item.args:
                return text(item.item.args[0].value)
    return text(path)


def made_of(value: Any, site: Site, script: Script) -> Any:
    """The expression behind a variable that was assigned once."""
    name = dotted(value) if type(value) in (cst.Name, cst.Attribute) else ""
    bindings = script.reaching(name, site.statement.index) if name else []
    if len(bindings) == 1 and bindings[0].how == "assign":
        return bindings[0].value
    return value


def _is_added_to(value: Any, site: Site, script: Script) -> bool:
    """Whether something is put into a variable between its assignment and here:
    `state["classes"] = names`, `state.update(...)`."""
    name = dotted(value) if type(value) in (cst.Name, cst.Attribute) else ""
    bindings = script.reaching(name, site.statement.index) if name else []
    if len(bindings) != 1:
        return False
    between = script.tree.statements[bindings[0].statement + 1 : site.statement.index]
    return any(_puts_into(statement.node, name) for statement in between)


def _puts_into(node: Any, name: str) -> bool:
    if type(node) is cst.Assign:
        targets = [one.target for one in node.targets]
        return any(type(t) is cst.Subscript and dotted(t.value) == name for t in targets)
    called = node.value.func if type(node) is cst.Expr and type(node.value) is cst.Call else None
    return dotted(called) == f"{name}.update"


def _is_state(value: Any, path: Any, site: Site, script: Script) -> bool:
    """Whether what is saved is state of a training: not features, predictions or images."""
    made = made_of(value, site, script)
    listed = [e.value for e in made.elements] if type(made) in (cst.List, cst.Tuple) else [value]
    if any(script.is_a(one, site.scope, "model") is not None for one in listed):
        return True
    if type(made) is cst.List and _keeps_networks(listed, path):
        return True
    if ".state_dict(" in text(made):
        return True
    named = set(words(dotted(value)))
    if named & STATE_WORDS or _is_passed_state(value, site, script):
        return True
    if named & OTHER_WORDS or (type(value) is cst.Call and "state_dict" not in text(value)):
        return False
    around = script.function_around(site.statement)
    names = set(words(around.node.name.value)) if around is not None else set()
    written = text(path).lower() if path is not None else ""
    marks = ("ckpt", "checkpoint", "model", "weight", "snapshot", "state", "best", "last", "epoch")
    return bool(names & STATE_WORDS) or any(mark in written for mark in marks)


def _keeps_networks(listed: list[Any], path: Any) -> bool:
    """`[policy, statistics]` in a file of PyTorch's: by what one of them is called."""
    written = text(path) if path is not None else ""
    named = {word for one in listed for word in words(dotted(one))}
    return bool(named & _NETWORKS) and (".pt" in written or ".pth" in written)


def _is_passed_state(value: Any, site: Site, script: Script) -> bool:
    """Whether a parameter is given state of a training wherever the script calls the function."""
    bindings = script.reaching(value.value, site.statement.index) if type(value) is cst.Name else []
    if len(bindings) != 1 or bindings[0].how != "parameter":
        return False
    passed = [given for given, _ in script.passed(bindings[0])]
    return bool(passed) and all(
        "state_dict(" in text(given) or set(words(dotted(given))) & STATE_WORDS for given in passed
    )


def written_keys(value: Any) -> tuple[str, ...]:
    """The keys of a dict literal, or of `dict(...)`, in order; () of anything else."""
    if type(value) is cst.Dict:
        keys = [string(e.key) for e in value.elements if type(e) is cst.DictElement]
        return tuple(key for key in keys if key)
    if type(value) is cst.Call and dotted(value.func) == "dict":
        return tuple(a.keyword.value for a in value.args if a.keyword is not None)
    return ()


def _weights_only(value: Any) -> bool | None:
    if type(value) is cst.Call and text(value.func).endswith("state_dict"):
        owner = words(dotted(value.func).rpartition(".")[0])
        return None if set(owner) & _NO_WEIGHTS else True
    return False if len(written_keys(value)) > 1 else None
