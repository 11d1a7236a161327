"""Savings by helpers, by methods of models and trainers, and by callbacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.arguments import argument, string, written_keys
from pseudogen.names.blocks import calls_of_methods, is_only_there
from pseudogen.names.conditions import conjunction
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.handing import handed_under
from pseudogen.names.places import own_lines
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, called, condition_of
from pseudogen.names.words import words
from pseudogen.patterns.checkpoint_save.facts import OTHER_WORDS, STATE_WORDS, CheckpointSave
from pseudogen.patterns.checkpoint_save.library import (
    has_others,
    is_added_to,
    keeps_optimizer,
    kept_keys,
    made_of,
)
from pseudogen.regex import regex
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_PATHS = ("path", "filepath", "output_dir", "save_directory", "save_dir", "filename", "file_path")
_NO_PATHS = frozenset(
    {"cfg", "checkpoint", "ckpt", "dict", "epoch", "iter", "iteration", "model", "models", "net"}
    | {"network", "optimizer", "params", "state", "states", "step", "steps", "trainer", "weights"}
)
"""Last words of what a method that saves is given beside the path."""
_PATH_WORDS = frozenset(
    {"dest", "destination", "dir", "directory", "dirname", "file", "filename", "filepath"}
    | {"folder", "out", "output", "path", "prefix"}
)
_KEEPERS = frozenset(
    {"agent", "checkpoint", "checkpointer", "ckpt", "learner", "policy", "saver", "snapshot"}
)
"""Words of what a training state is kept in, and whose `save` writes it."""
_OTHER_PLACES = frozenset(
    {"config", "convert", "export", "exporter", "extractor", "logger", "offload", "processing"}
    | {"processor", "tokenizer", "tokenizers"}
)
"""Words of functions and classes that save something else, or another form of the model."""
_METHODS = {
    "save_pretrained": "model",
    "save_weights": "model",
    "save_parameters": "model",
    "save_lora_weights": "model",
    "save_state": "training",
}
"""Methods of frameworks and what they save."""
_PREDICTING = frozenset({"coremltools", "onnx", "onnxruntime", "openvino", "tensorrt"})
"""Packages of models that are not trained further."""


_PARTS = frozenset({"one", "shard", "table", "with"})
"""Words of methods that save a part of a model, or something with it."""


@pattern(
    CheckpointSave, calls=speaks_of("save", "store", "dump", "checkpointer.step", "checkpoint")
)
def find_named(site: Site, script: Script) -> Iterator[CheckpointSave]:
    """`save_checkpoint({...}, is_best)`, `accelerator.save_state(dir)`, `model.save(path)`."""
    if site.known is not None or not site.name or type(site.statement.node) is cst.FunctionDef:
        return
    how = _how(site, script)
    if how is None or (not site.node.args and assigned(site.statement, site.node) is not None):
        return  # what has no place is kept in memory
    first = site.node.args[0].value if site.node.args else None
    kept, added = _kept(site, script)
    condition = condition_of(script, site.statement, site.node)
    unsaid = site.name.startswith("super()") and condition is not None  # what a base class does
    yield CheckpointSave(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME if how == "helper" else FLOW, (called(site),)),
        how=how,
        call=called(site),
        contents=kept_keys(kept),
        more=has_others(kept, added=added),
        keeps_optimizer=keeps_optimizer(kept, added=added),
        whole=None if unsaid else _saved(site, script),
        path=_path(first, site, script) if how == "framework" else None,
        condition=conjunction(condition, _writes_if(site)),
        only=is_only_there(script, site),
        per=script.unit(site.statement),
    )


def _saved(site: Site, script: Script) -> str | None:
    """What a method saves; `save_state()` of a trainer only writes down how far it has come."""
    method = site.name.rpartition(".")[2]
    if method == "save_state" and not site.node.args:
        role = script.role(site.node.func.value, site.scope)
        if role is not None and role.kind == "trainer":
            return "progress"
    return _METHODS.get(method) or _whole(site, script)


def _writes_if(site: Site) -> str | None:
    """On which process `save_pretrained` writes: `is_main_process=accelerator.is_main_process`."""
    given = argument(site.node, "is_main_process")
    return text(given) if given is not None and text(given) not in ("True", "False") else None


@pattern(CheckpointSave, keywords=("optimizer",), within=(cst.Expr,))
def find_noun(site: Site, script: Script) -> Iterator[CheckpointSave]:
    """`checkpoint(model=model, optimizer=optimizer, step=step)` among the steps of the training."""
    named = words(site.name.rpartition(".")[2])
    passed = {arg.keyword.value for arg in site.node.args if arg.keyword is not None}
    if named[-1:] not in (("checkpoint",), ("ckpt",)) or _READS.intersection(named):
        return
    if "save" in named or not passed & {"epoch", "step"} or not _among_steps(site, script):
        return
    yield CheckpointSave(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (site.name,)),
        how="helper",
        call=site.name,
        condition=condition_of(script, site.statement, site.node),
        only=is_only_there(script, site),
        per=script.unit(site.statement),
    )


_READS = frozenset({"find", "get", "load", "read", "restore", "resume"})


def _among_steps(site: Site, script: Script) -> bool:
    """Whether a call stands in a loop of the training."""
    around = script.tree.ancestors(site.statement.index)
    return any(header.index in script.structure.loops for header in around)


def _kept(site: Site, script: Script) -> tuple[Any, bool]:
    """The dict that a call saves: its first argument, or another that is, or holds, one with state
    in it; and whether something is put into it before."""
    for place, arg in enumerate(site.node.args):
        made = made_of(arg.value, site, script)
        first = place == 0 and made is arg.value
        if written_keys(made) and (first or "state_dict(" in text(made)):
            return made, is_added_to(arg.value, site, script)
    return None, False


def _whole(site: Site, script: Script) -> str | None:
    """ "model" where the name of a helper or method says that a model is saved, and it is not given
    the optimizer as well."""
    name = site.name
    if any(script.is_a(arg.value, site.scope, "optimizer") is not None for arg in site.node.args):
        return None
    method = set(words(name))
    model = {"model", "models", "network", "networks", "weight", "weights", "pretrained", "lora"}
    if method & {"checkpoint", "checkpoints", "ckpt", "snapshot"} or method & _PARTS:
        return None
    beside = method & {"optim", "optimizer", "rng", "scaler", "scheduler"}
    if beside:
        return None if method & model else "part"
    of_model = words(name) == ("save",) and {"model", "net"} & set(words(name.rpartition(".")[0]))
    return "model" if method & model or of_model else None


def _around(site: Site, script: Script) -> set[str]:
    """The words of the names of the functions and classes around a call."""
    return {
        word
        for header in script.tree.ancestors(site.statement.index)
        if type(header.node) in (cst.FunctionDef, cst.ClassDef)
        for word in words(header.node.name.value)
    }


def _path(first: Any, site: Site, script: Script) -> str | None:
    """Where a framework's method saves to: what a keyword says, or the first argument where that
    is not by its name the state itself or the number of the step."""
    named = (argument(site.node, name) for name in _PATHS)
    told = next((node for node in named if node is not None), None)
    if told is not None or first is None:
        return text(told) if told is not None else None
    if site.node.args[0].keyword is not None or site.node.args[0].star:
        return None
    return text(first) if _is_path(first, site, script) else None


def _is_path(node: Any, site: Site, script: Script) -> bool:
    """Whether an argument is a path: a text, one that is put together, or by its name; the only
    argument of a `save` is one unless it is the state by its name, or counts a loop."""
    if type(node) in (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString):
        return True
    if type(node) is cst.BinaryOperation:
        return True
    if type(node) is cst.Call:
        return dotted(node.func).endswith(("join", "Path"))
    found = words(dotted(node))
    if set(found) & _NO_PATHS or type(node) not in (cst.Name, cst.Attribute):
        return bool(set(found[-1:]) & _PATH_WORDS)
    alone = words(site.name)[-1:] == ("save",) and len(site.node.args) == 1
    counts = (b.how for b in script.reaching(dotted(node), site.statement.index))
    return bool(set(found) & _PATH_WORDS) or (alone and not {"for", "augment"} & set(counts))


def _how(site: Site, script: Script) -> str | None:
    """How a call that no table knows saves the state of a training, by its name and by what it
    gets: the `how` of a finding; None where it does not show that it does."""
    receiver, _, method = site.name.rpartition(".")
    named = words(site.name)
    if method == "step" and "checkpointer" in words(receiver) and site.node.args:
        return "due"
    around = _around(site, script)
    if site.name[:1].isupper() or around & _OTHER_PLACES:
        return None
    asked = "framework" if receiver and receiver != "self" else "helper"
    if named[:1] == ("save",) and len(named) > 1 and _names_state_file(site):
        return asked
    if _saves_other(site, script):
        return None
    if method in _METHODS:
        mixed = receiver in ("self", "super()") and "mixin" in around  # of whatever it goes with
        return None if mixed or set(named) & OTHER_WORDS else "framework"
    if named[:2] == ("safe", "save"):
        named = named[1:]
    if named == ("save",):
        return _how_of_save(site, script)
    saves = named[:1] in (("save",), ("store",), ("dump",)) or named[:2] == ("maybe", "save")
    if named[-1:] == ("save",) and set(named[:-1]) <= STATE_WORDS:
        named, saves = ("save", *named[:-1]), True  # `model_save(path)`
    if saves and set(named[1:]) & STATE_WORDS and not set(named) & OTHER_WORDS:
        return asked
    return "helper" if _is_helper(named, site, script) else None


def _saves_other(site: Site, script: Script) -> bool:
    """Whether something else than a state is saved, or a state is only put together."""
    receiver = site.name.rpartition(".")[0]
    translates = any(a.keyword and a.keyword.value == "_extra_files" for a in site.node.args)
    return (
        translates
        or bool(set(words(receiver.replace(".", "_"))) & (OTHER_WORDS | {"plt", "fig"}))
        or _other_library(receiver, site, script)
        or _puts_together(site, script)
    )


def _how_of_save(site: Site, script: Script) -> str | None:
    """The same for `utils.save(model, path)`, `accelerator.save(state)`, `self.save(path)`."""
    receiver, _, method = site.name.rpartition(".")
    of_state = _first_is_model(site, script) or _first_is_state(site)
    if len(site.node.args) > 1 and of_state:
        return "helper" if _of_project(site, script) else None
    if method in ("save", "_save") and type(site.node.func) is cst.Attribute:
        role = script.role(site.node.func.value, site.scope)
        of_role = role is not None and role.kind in ("accelerator", "model", "trainer")
        if of_role or _keeps_checkpoints(receiver, site, script):
            return "framework"
    own = method == "save" and receiver == "self" and script.called_function(site) is not None
    return "helper" if own else None


def _keeps_checkpoints(receiver: str, site: Site, script: Script) -> bool:
    """Whether an object keeps checkpoints, by its name or by that of what makes it."""
    made = (b.value for b in script.reaching(receiver, site.statement.index) if receiver)
    makers = (words(dotted(value.func)) for value in made if type(value) is cst.Call)
    by_name = bool(receiver) and bool(set(words(receiver)) & _KEEPERS)
    return by_name or any("checkpoint" in maker for maker in makers)


def _is_helper(named: tuple[str, ...], site: Site, script: Script) -> bool:
    """Whether a function saves a state by the words of its name and by what it gets."""
    if named[:1] == ("save",) and _first_is_model(site, script):
        return not set(named) & OTHER_WORDS
    if named[-1:] == ("save",) and any(map(_names_file, site.node.args)):
        return True  # `my_save(state, "model.ckpt")`
    if named == ("save", "on", "master"):
        return bool(site.node.args)
    given = [script.role(arg.value, site.scope) for arg in site.node.args]
    kinds = {role.kind for role in given if role is not None}
    if named[:1] in _TENDING and named[1:] in (("checkpoint",), ("checkpoints",)):
        return "optimizer" in kinds
    if named[:1] == ("save",) and named[1:] in (("latest",), ("last",), ("best",)):
        return {"model", "optimizer"} <= kinds
    return site.name == "checkpoint" and _calls_own_save(site, script)


def _first_is_state(site: Site) -> bool:
    """Whether the first argument is the state of something: `save(model.state_dict(), path)`."""
    first = site.node.args[0].value if site.node.args else None
    return type(first) is cst.Call and dotted(first.func).endswith(".state_dict")


def _of_project(site: Site, script: Script) -> bool:
    """Whether a function is imported from a module that belongs to no library of the tables."""
    full = script.resolver.qualified(site.name, site.scope)
    roots = {name.partition(".")[0] for name in full}
    return bool(roots) and not roots & script.resolver.tables.packages


def _names_state_file(site: Site) -> bool:
    """`logger.save_pickle(data, "model.pkl")`: the file is called after a state, and of a kind that
    holds one."""
    for arg in site.node.args:
        stem, _, kind = string(arg.value).rpartition("/")[2].rpartition(".")
        if kind in _STATE_FILES and set(words(stem)) & (STATE_WORDS | {"model", "policy"}):
            return True
    return False


_STATE_FILES = frozenset({"ckpt", "h5", "msgpack", "npz", "pickle", "pkl", "pt", "pth"})


_TENDING = (("handle",), ("manage",), ("write",))
"""First words of functions that save when it is time."""


def _names_file(arg: cst.Arg) -> bool:
    """Whether an argument names a file of weights: `f"{folder}/step-{step}.pth"`."""
    return _FILE.search(text(arg.value)) is not None


_FILE = regex(r"\.(ckpt|pth|pt|safetensors)['\"]")


def _calls_own_save(site: Site, script: Script) -> bool:
    """Whether a function of the script is called that writes files of weights."""
    called = script.called_function(site)
    inside = script.calls_below(called) if called is not None else []
    return any(c.known is not None and c.known.api.kind == "save" for c in inside)


def _puts_together(site: Site, script: Script) -> bool:
    """Whether the state is only put together, to be written by another call: `state = dump(model)`,
    `state = save_checkpoint(model)` before `torch.save(state, path)`."""
    name = assigned(site.statement, site.node)
    if name is None or words(site.name)[:1] == ("dump",):
        return name is not None
    return any(
        call.known is not None and call.known.api.kind == "save" and _is_given(call, name)
        for call in calls_of_methods(script, "save")
    )


def _is_given(call: Site, name: str) -> bool:
    return any(dotted(arg.value) == name for arg in call.node.args)


def _first_is_model(site: Site, script: Script) -> bool:
    """Whether the first argument is a model: `save_hf_format(model, tokenizer, args)`."""
    first = site.node.args[0].value if site.node.args else None
    return first is not None and script.is_a(first, site.scope, "model") is not None


def _other_library(receiver: str, site: Site, script: Script) -> bool:
    """Whether what is saved was made by a library whose models are run, not trained."""
    made = (b.value for b in script.reaching(receiver, site.statement.index) if b.how == "assign")
    names = [dotted(value.func) for value in made if type(value) is cst.Call]
    full = {f for name in (site.name, *names) for f in script.resolver.qualified(name, site.scope)}
    return bool({name.partition(".")[0] for name in full} & _PREDICTING)


@pattern(CheckpointSave, kinds=("trainer", "trainer-handlers"))
def find_setting(site: Site, script: Script) -> Iterator[CheckpointSave]:
    """Composer's `Trainer(save_folder="checkpoints")`."""
    told = site.known.api.traits.get("saves") if site.known is not None else None
    given = script.argument(site, told) if told else None
    if site.known is not None and given is not None and text(given) != "None":
        yield CheckpointSave(
            line=site.line,
            end=site.last,
            evidence=Evidence(site.known.evidence, (site.known.name,)),
            how="callback",
            call=site.name,
            path=text(given) if _PATH_WORDS & set(words(told or "")) else None,
            condition=script.condition(site.statement),
        )


_BETTER = {"min": "lower", "max": "higher"}


@pattern(CheckpointSave, kinds=("checkpoint-callback",))
def find_callback(site: Site, script: Script) -> Iterator[CheckpointSave]:
    """`ModelCheckpoint(monitor="val_loss", save_top_k=3)`."""
    if site.known is None:
        return
    best = argument(site.node, "save_best_only")
    path = script.argument(site, "filepath") or argument(site.node, "dirpath")
    monitor = script.argument(site, "monitor")
    first, last = own_lines(script, site)
    yield CheckpointSave(
        line=first,
        end=last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        how="callback",
        call=site.known.name.rpartition(".")[2],
        path=text(path) if path is not None else None,
        monitor=text(monitor) if monitor is not None else None,
        best_only=best is not None and text(best) == "True",
        keep=script.argument_text(site, "save_top_k"),
        better=_BETTER.get(string(argument(site.node, "mode"))),
        last=script.argument_text(site, "save_last") == "True",
        condition=conjunction(script.condition(site.statement), handed_under(script, site)),
    )
