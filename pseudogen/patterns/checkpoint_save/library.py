"""Savings by a function of a library: `torch.save(model.state_dict(), path)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import string, written_keys, written_pairs
from pseudogen.names.blocks import calls_of_methods, is_only_there
from pseudogen.names.evidence import API, Evidence
from pseudogen.names.learners import learners
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.checkpoint_save.facts import OTHER_WORDS, STATE_WORDS, CheckpointSave
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_NETWORKS = frozenset({"actor", "critic", "decoder", "discriminator", "encoder", "policy"})
_MODELS = frozenset(
    {"actor", "agent", "backbone", "critic", "decoder", "discriminator", "ema", "encoder"}
    | {"generator", "model", "models", "module", "net", "network", "networks", "policy"}
    | {"params", "state", "student", "unet", "weights"}
)
"""Words of keys under which weights are kept."""
_HELD = frozenset({"model", "models", "module", "net", "network", "networks"})
"""Words of variables that hold a model."""
_OPTIMIZERS = frozenset({"optim", "optimiser", "optimizer", "optimizers"})
_NOTHING = re.compile(r"""["']\w+["']: None""")
_NO_WEIGHTS = frozenset({"opt", "optim", "optimizer", "scaler", "sched", "scheduler"})


@pattern(CheckpointSave, kinds=("save",))
def find_library(site: Site, script: Script) -> Iterator[CheckpointSave]:
    """`torch.save(model.state_dict(), path)`."""
    if site.known is None or not site.node.args:
        return
    params = site.known.api.params
    state = site.known.api.traits.get("state", params[0] if params else "")
    places = [name for name in params if name != state]
    given = script.argument(site, state) if state else None
    value = _converted(given)
    path = script.argument(site, places[0]) if places else None
    sharded = "sharded" in site.known.api.traits  # what it takes is a state dict
    if value is None:
        return
    put, others = _put_into(value, site, script)
    keeps = any(".state_dict(" in text(one) for _, one in put)
    if not (sharded or keeps or _is_state(value, path, site, script)):
        return
    made = made_of(value, site, script)
    made = _own_state(made, site, script) or made
    added = is_added_to(value, site, script)
    empty = type(made) is cst.Dict and not made.elements
    filled = empty and _is_handed_on(value, site, script)
    if empty and not added and not filled:
        return
    states = tuple(_states(value, site, script))
    weights_only = None if added else _weights_only(made, site, script)
    if len(states) > 1 and not added and not any(_NO_WEIGHTS & set(words(s)) for s, _ in states):
        weights_only = True
    yield CheckpointSave(
        line=site.line,
        end=site.last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        how="library",
        call=site.name,
        contents=tuple(dict.fromkeys(key for key, _ in put)) if empty else kept_keys(made),
        more=has_others(made, added=added)
        or bool(states and added)
        or (empty and others)
        or filled,
        keeps_optimizer=_keeps_optimizer(put) if empty else keeps_optimizer(made, added=added),
        saved=text(given) if type(given) is not cst.Dict else None,
        states=states,
        weights_only=weights_only,
        optimizer_saved=weights_only is not None and script.once(_saves_optimizer),
        path=_place(path, site, script),
        condition=script.condition(site.statement),
        only=is_only_there(script, site),
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


@pattern(CheckpointSave, methods=("dump",), within=(cst.Expr,))
def find_pickled(site: Site, script: Script) -> Iterator[CheckpointSave]:
    """`pickle.dump((policy_net, value_net), file)` of models that are trained."""
    full = script.resolver.qualified(site.name, site.scope)
    value: Any = site.node.args[0].value if len(site.node.args) > 1 else None
    held = [e.value for e in value.elements] if type(value) in (cst.List, cst.Tuple) else [value]
    models = [one for one in held if one is not None and _is_trained(one, site, script)]
    if models and any(name in _PICKLES for name in full) and script.structure.steps:
        yield CheckpointSave(
            line=site.line,
            end=site.last,
            evidence=Evidence(API, full),
            how="library",
            call=site.name,
            saved=text(value),
            path=_pickled_to(site.node.args[1].value, site, script),
            condition=script.condition(site.statement),
            per=script.unit(site.statement),
        )


_PICKLES = ("cloudpickle.dump", "dill.dump", "joblib.dump", "pickle.dump")


def _is_trained(node: Any, site: Site, script: Script) -> bool:
    of_model = script.is_a(node, site.scope, "model") is not None
    return of_model or dotted(node) in script.once(learners)


def _pickled_to(file: Any, site: Site, script: Script) -> str | None:
    """`path` of `open(path, "wb")`, or of the `with open(path, "wb") as file:` around."""
    opened = type(file) is cst.Call and dotted(file.func) == "open" and file.args
    return text(file.args[0].value) if opened else _place(file, site, script)


def _converted(value: Any) -> Any:
    """The state of which each tensor is converted: `state` of
    `{key: tensor.half() for key, tensor in state.items()}`."""
    over: Any = value.for_in.iter if type(value) is cst.DictComp else None
    items = type(over) is cst.Call and type(over.func) is cst.Attribute and not over.args
    return over.func.value if items and over.func.attr.value == "items" else value


def _saves_optimizer(script: Script) -> bool:
    """Whether the script saves the state of an optimizer, in whatever file."""
    return any(
        "state_dict(" in written and "opt" in written.lower()
        for site in calls_of_methods(script, "save")
        if (written := _NOTHING.sub("", text(site.node)))
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


def _states(value: Any, site: Site, script: Script) -> Iterator[tuple[str, str | None]]:
    """The objects whose state a variable holds: `state = ema.state_dict()` in one branch, and
    `state = model.state_dict()` in the other."""
    found = script.reaching(value.value, site.statement.index) if type(value) is cst.Name else []
    bindings = sorted(found, key=lambda binding: binding.statement)
    calls: list[Any] = [b.value for b in bindings if b.how == "assign"]
    taken = [
        dotted(call.func).removesuffix(".state_dict")
        for call in calls
        if type(call) is cst.Call and dotted(call.func).endswith(".state_dict")
    ]
    if not taken or len(taken) < len(bindings):
        return
    for owner, binding in zip(taken, bindings, strict=True):
        made = script.tree.statements[binding.statement]
        yield owner, script.condition(made, site.statement)


def kept_keys(made: Any) -> tuple[str, ...]:
    """The keys of a dict under which something is kept: not those of a None written there."""
    return tuple(key for key, value in written_pairs(made) if text(value) != "None")


def has_others(made: Any, *, added: bool) -> bool:
    """Whether a dict has more than keys that are written out: `{"epoch": epoch, **state}`."""
    keys = written_keys(made)
    if not keys or added:
        return bool(keys)
    return len(keys) < len(made.elements if type(made) is cst.Dict else made.args)


def keeps_optimizer(made: Any, *, added: bool) -> bool | None:
    """Whether a dict that keeps a model keeps an optimizer as well; None where it does not show."""
    pairs = written_pairs(made)
    if not any(_MODELS & set(words(key)) for key, _ in pairs):
        return None
    of_optimizers = [value for key, value in pairs if _is_of_optimizer(key, value)]
    if of_optimizers:
        return True if any(text(value) != "None" for value in of_optimizers) else None
    return None if len(pairs) < 2 or has_others(made, added=added) else False


def _is_of_optimizer(key: str, value: Any) -> bool:
    named = set(words(key))
    return bool(_OPTIMIZERS & named or ("opt" in named and "state_dict(" in text(value)))


def is_added_to(value: Any, site: Site, script: Script) -> bool:
    """Whether something is put into a variable between its assignment and here:
    `state["classes"] = names`, `state.update(...)`."""
    name = dotted(value) if type(value) in (cst.Name, cst.Attribute) else ""
    bindings = script.reaching(name, site.statement.index) if name else []
    if len(bindings) != 1:
        return False
    between = script.tree.statements[bindings[0].statement + 1 : site.statement.index]
    return any(_puts_into(statement.node, name) for statement in between)


def _is_handed_on(value: Any, site: Site, script: Script) -> bool:
    """Whether a call between the assignment of a variable and here is given it, and may fill it:
    `collect(key, model, state)`."""
    name = dotted(value)
    bindings = script.reaching(name, site.statement.index) if name else []
    if len(bindings) != 1:
        return False
    between = script.tree.statements[bindings[0].statement + 1 : site.statement.index]
    alone = (s.node.value for s in between if type(s.node) is cst.Expr)
    calls = (call for call in alone if type(call) is cst.Call)
    return any(text(arg.value) == name for call in calls for arg in call.args)


def _put_into(value: Any, site: Site, script: Script) -> tuple[tuple[tuple[str, Any], ...], bool]:
    """What a variable that held an empty dict was given under written keys in the block where it is
    saved (`state["model"] = model.state_dict()`), and whether it may hold more."""
    name = dotted(value) if type(value) is cst.Name else ""
    bindings = script.reaching(name, site.statement.index) if name else []
    empty = len(bindings) == 1 and bindings[0].how == "assign"
    if not empty or text(bindings[0].value) not in ("{}", "dict()"):
        return (), False
    between = script.tree.statements[bindings[0].statement + 1 : site.statement.index]
    filling = [statement for statement in between if _puts_into(statement.node, name)]
    found = []
    for statement in filling:
        target: Any = statement.node.targets[0].target if type(statement.node) is cst.Assign else 0
        key = string(getattr(target.slice[0].slice, "value", None)) if target else ""
        if key and statement.parent == site.statement.parent:
            found.append((key, statement.node.value))
    return tuple(found), len(found) < len(filling)


def _keeps_optimizer(put: tuple[tuple[str, Any], ...]) -> bool | None:
    """Whether a dict that was filled keeps an optimizer; None where that does not show."""
    return True if any(_is_of_optimizer(key, value) for key, value in put) else None


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
    if site.name.endswith("save_checkpoint") or dotted(value) in script.once(learners):
        return True
    if named & STATE_WORDS or _is_passed_state(value, site, script):
        return True
    if named & OTHER_WORDS or (type(value) is cst.Call and "state_dict" not in text(value)):
        return False
    around = script.function_around(site.statement)
    names = set(words(around.node.name.value)) if around is not None else set()
    written = text(path).lower() if path is not None else ""
    marks = ("ckpt", "checkpoint", "model", "weight", "snapshot", "state", "best", "last", "epoch")
    if "offload" in names:
        return False
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


def _own_state(value: Any, site: Site, script: Script) -> Any:
    """What `trainer.state_dict()` gives where a class of the script says that itself: the dict that
    it returns, or the call by which it gets one; None elsewhere."""
    if type(value) is not cst.Call or not dotted(value.func).endswith(".state_dict"):
        return None
    function = script.called_function(script.call_site(value, site.statement.index, site.scope))
    below = script.tree.below(function) if function is not None else ()
    given = [s.node.value for s in below if type(s.node) is cst.Return]
    return given[0] if len(given) == 1 else None


def _weights_only(value: Any, site: Site, script: Script) -> bool | None:
    if type(value) is cst.Call and text(value.func).endswith("state_dict"):
        owner, _, method = dotted(value.func).rpartition(".")
        if _NO_WEIGHTS.intersection(words(owner) + words(method)):
            return None
        of_model = words(method) == ("state", "dict") or _is_given_model(value, site, script)
        return True if of_model else None
    return False if len(written_keys(value)) > 1 else None


def _is_given_model(call: cst.Call, site: Site, script: Script) -> bool:
    """`get_state_dict(model)`, `cleaned_state_dict(model.state_dict())`."""
    if not call.args:
        return False
    first = call.args[0].value
    if type(first) is cst.Call:
        return _weights_only(first, site, script) is True
    named = _HELD & set(words(dotted(first)))
    return bool(named) or script.is_a(first, site.scope, "model") is not None
