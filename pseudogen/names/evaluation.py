"""Which calls evaluate: functions of the script that do, framework calls, helpers by name."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import string
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.iterables import EVALUATION_WORDS
from pseudogen.names.loop_bodies import told_not_to_explore
from pseudogen.names.loops import EVALUATION_LOOP
from pseudogen.names.measuring import MODEL_WORDS
from pseudogen.names.targets import assigned
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

_SETTINGS = frozenset({"args", "arguments", "config", "configuration", "generation", "mixin"})
_PHASES = frozenset({"eval", "evaluation", "test", "val", "valid", "validation"})
_VERBS = (EVALUATION_WORDS - {"dev"}) | {"verification"}
_LEADING = frozenset({"callback", "perform", "run", "do", "estimate", "final", "online", "repeat"})
_OBJECTS = frozenset(
    {"acc", "accuracy", "agent", "all", "and", "best", "checkpoint", "ckpt", "classifier", "coco"}
    | {"ddp", "dist", "distributed", "dp", "ema", "encoder", "epoch", "final", "fn", "from", "full"}
    | {"func", "generation", "imagenet", "in", "knn", "linear", "list", "log", "loop", "loss"}
    | {"map", "metrics", "model", "multi", "net", "network", "on", "one", "perplexity", "policy"}
    | {"ppl", "print", "retrieval", "round", "save", "seg", "shot", "single", "student", "teacher"}
    | {"testset", "train", "training", "tta", "valset", "voc", "wer", "with", "zero"}
)
"""What a function that evaluates may name beside the verb; anything else is another matter."""
OTHER_PURPOSES = frozenset(
    {"calibrate", "collect", "extract", "predict", "prediction", "predictions"}
)
"""Words of functions that run a model over data for what it gives, not to measure it."""
_RECORDS = frozenset({"checkpoint", "checkpoints", "log", "logs", "save"})
"""Words of functions that do other things, and evaluate at times."""
_RESULTS = frozenset(
    {"acc", "accuracy", "auc", "iou", "miou", "map", "psnr", "recall", "score", "ssim"}
)
"""Words of what an evaluation gives."""
_MAKING = frozenset({"build", "create", "get", "init", "load", "make", "prepare", "setup"})
_LOADERS = frozenset({"dataloader", "dataloaders", "dataset", "loader", "loaders", "sampler"})
_CALLBACKS = (("on", "epoch", "end"), ("run",))
_TRAINER_METHODS = frozenset({"evaluate", "evaluate_generator", "validate", "test"})


def evaluation_call(script: Script, site: Site) -> Evidence | None:
    """The evidence that a call evaluates the model, or None; calls inside an evaluating loop are
    part of that loop."""
    if site.known is not None and site.known.api.kind == "evaluation":
        inside = _inside_evaluation(script, site)
        return None if inside else Evidence(site.known.evidence, (site.known.name,))
    if not site.name or site.known is not None:
        return None
    if _makes(site.name) and not _tests(script, site):
        return None
    called = script.called_function(site)
    data = _evaluation_data(script, site) if site.node.args else None
    if called is None and data is None and not may_evaluate(site.name):
        return None
    if _inside_evaluation(script, site) or words(site.name)[:1] in (("fit",), ("calibrate",)):
        return None
    if type(site.statement.node) is cst.For and not site.node.args:
        return None
    if called is not None and called.index in script.structure.measures:
        said = set(words(site.name))
        other = said & OTHER_PURPOSES or (said & _RECORDS and not said & _VERBS)
        return Evidence(FLOW, (site.name,)) if not other else None
    if called is None and data is not None and _measures(script, site):
        return Evidence(NAME, (site.name, text(data)))
    told = _told_to_evaluate(site, data) if data is not None else None
    if told is not None or (called is not None and called.index in script.structure.trains):
        return told or _switched_to_evaluate(site)
    if called is None and not may_evaluate(site.name):
        return None
    named = _framework(script, site) or _plays(site)
    return named or _by_name(script, site, called is not None)


_MEASURED = frozenset(
    {"acc", "accuracy", "auc", "bleu", "loss", "map", "metric", "metrics", "mse", "ndcg"}
    | {"perplexity", "ppl", "recall", "score", "scores"}
)
"""Words of functions that measure, where they get a model and data held out."""


def _measures(script: Script, site: Site) -> bool:
    """`metrics(model, test_loader, k)`, `compute_accuracy(net, val_loader)`."""
    named = set(words(site.name))
    if not named & _MEASURED or named & {"train", "training", "fit", "log", "plot"}:
        return False
    given = (arg.value for arg in site.node.args)
    return any(script.is_a(node, site.scope, "model") is not None for node in given)


def _tests(script: Script, site: Site) -> bool:
    """`Procedure.Test(dataset, model, epoch)`: a function in capitals, by a module that holds it
    and by what becomes of its result, nothing."""
    if "." not in site.name or words(site.name) not in (("test",), ("evaluate",), ("validate",)):
        return False
    whole = type(site.statement.node) is cst.Expr and site.statement.node.value is site.node
    imported = script.resolver.bindings(site.name.partition(".")[0], site.scope)
    module = whole and any(binding.how == "import" for binding in imported)
    given = (arg.value for arg in site.node.args if module)
    return any(script.is_a(node, site.scope, "model") is not None for node in given)


@lru_cache(maxsize=1 << 14)
def _makes(name: str) -> bool:
    """Whether a name is that of a class, or of a function that makes a loader: what they make
    may serve an evaluation, but they evaluate nothing."""
    named = words(name)
    gets = named[:1] and named[0] in _MAKING and named[-1] in _LOADERS
    return bool(gets) or name.rpartition(".")[2].lstrip("_")[:1].isupper()


@lru_cache(maxsize=1 << 14)
def may_evaluate(name: str) -> bool:
    """Whether a call of this name may evaluate, by the name alone: most can't."""
    receiver, _, method = name.rpartition(".")
    named = words(name)
    return (
        method in _TRAINER_METHODS
        or bool(_VERBS & set(named))
        or named == ("estimate", "loss")
        or _names_player(name)
        or (named in _CALLBACKS and bool(EVALUATION_WORDS & set(words(receiver))))
    )


def _evaluation_data(script: Script, site: Site) -> Any:
    """The first argument that is data for an evaluation, or None."""
    for arg in site.node.args:
        kind = type(arg.value)
        if (kind is cst.Name or kind is cst.Attribute) and _is_evaluation_data(
            script, site, arg.value
        ):
            return arg.value
    return None


def _told_to_evaluate(site: Site, data: Any) -> Evidence | None:
    """`run_epoch(epoch, val_loader, train=False)`, `run(eval_loader, mode=Mode.EVAL)`: a function
    that also trains gets data for an evaluation and is told that it is one."""
    for arg in site.node.args:
        key = arg.keyword.value if arg.keyword is not None else ""
        off = text(arg.value) == "False" and key in ("train", "training", "is_train", "is_training")
        member = text(arg.value).rpartition(".")[2] if type(arg.value) is cst.Attribute else ""
        last = string(arg.value) or member
        if off or (arg.value is not data and last.lower() in _PHASES):
            return Evidence(FLOW, (text(data),))
    return None


def _switched_to_evaluate(site: Site) -> Evidence | None:
    """`run_epoch(epoch, validate=True)`: a function that also trains is told not to."""
    for arg in site.node.args:
        key = arg.keyword.value if arg.keyword is not None else ""
        if text(arg.value) == "True" and _SWITCHES.intersection(words(key)):
            return Evidence(FLOW, (f"{key}=True",))
    return None


_SWITCHES = frozenset({"eval", "evaluate", "evaluation", "val", "valid", "validate", "validation"})


def _is_evaluation_data(script: Script, site: Site, node: Any) -> bool:
    """Whether a name or attribute is that of a loader of data for an evaluation."""
    # Of a dotted name the last part is what it is called by.
    named = node.value if type(node) is cst.Name else node.attr.value
    if not _speaks_of_evaluation(named) or not dotted(node):
        return False
    return (
        bool({"loader", "dataloader"} & set(words(named)))
        or script.is_a(node, site.scope, "loader") is not None
    )


@lru_cache(maxsize=1 << 14)
def _speaks_of_evaluation(name: str) -> bool:
    return bool(EVALUATION_WORDS & set(words(name)))


def _inside_evaluation(script: Script, site: Site) -> bool:
    return any(
        (loop := script.structure.loops.get(a.index)) is not None and loop.kind == EVALUATION_LOOP
        for a in script.tree.ancestors(site.statement.index)
    )


def _framework(script: Script, site: Site) -> Evidence | None:
    """`trainer.validate(model, loader)`, Keras's `model.evaluate(x, y)`."""
    method = site.name.rpartition(".")[2]
    if method not in _TRAINER_METHODS or type(site.node.func) is not cst.Attribute:
        return None
    role = script.role(site.node.func.value, site.scope)
    if role is not None and role.kind == "trainer":
        return role.evidence if role.evidence.kind != NAME else Evidence(NAME, (site.name,))
    if role is not None and role.kind == "model" and method.startswith("evaluate"):
        return Evidence(FLOW, (site.name,))
    return None


def _plays(site: Site) -> Evidence | None:
    """`test_collector.collect(n_episode=10)` of Tianshou, `eval_sampler.sample(policy, 5,
    deterministic=True)`: the policy plays whole episodes."""
    whole = any(arg.keyword and arg.keyword.value == "n_episode" for arg in site.node.args)
    told = whole or told_not_to_explore(site)
    return Evidence(NAME, (site.name,)) if told and _names_player(site.name) else None


def _names_player(name: str) -> bool:
    """Whether a name says that episodes are gathered for an evaluation."""
    receiver, _, method = name.rpartition(".")
    named = words(receiver)
    return method in _GATHERS and named[-1:] in _PLAYERS and bool(_VERBS & set(named))


_GATHERS = frozenset({"collect", "rollout", "run", "sample"})
_PLAYERS = (("collector",), ("runner",), ("sampler",))


def _by_name(script: Script, site: Site, defined: bool) -> Evidence | None:
    """`validate(val_loader, model)`, `self._valid_epoch(epoch)`, `estimate_loss()`."""
    named = words(site.name)
    receiver = site.name.rpartition(".")[0]
    builtin = site.name == "eval" and not defined
    if not named or builtin or set(named) - _OBJECTS - _VERBS - _LEADING:
        if named[:1] and named[0] in _VERBS and _of_evaluation_module(script, site, receiver):
            return Evidence(NAME, (site.name,))
        if named[-1:] and named[-1] in _VERBS and not receiver and _gives_result(script, site):
            return Evidence(NAME, (site.name,))
        return _callback(script, site, receiver, named)
    action = named[0] in _VERBS or (named[0] in _LEADING and bool(_VERBS & set(named[1:])))
    if not action and named != ("estimate", "loss"):
        return _callback(script, site, receiver, named)
    if (named == ("eval",) and not site.node.args) or _of_settings(script, site):
        return None
    if receiver and receiver != "self" and not _handles_model(script, site):
        return None
    exact = named in (("validate",), ("evaluate",), ("test",), ("estimate", "loss"))
    own = defined and exact and not receiver and _looks_at_results(script, site)
    if _handles_model(script, site) or receiver == "self" or (exact and not defined) or own:
        vague = receiver == "self" and not site.node.args and "all" in named
        enough = (
            exact
            or _without_gradients(script, site)
            or (len(named) > 1 and not vague)
            or _handles_model(script, site)
        )
        return Evidence(NAME, (site.name,)) if enough and _plausible(script, site) else None
    return None


def _gives_result(script: Script, site: Site) -> bool:
    """`acc = faces_test(model, pairs)`: a function gets the model and gives what is called a
    result."""
    target = assigned(site.statement, site.node) or ""
    results = {word for name in target.split(",") for word in words(name.strip())} & _RESULTS
    given = (script.is_a(arg.value, site.scope, "model") for arg in site.node.args)
    return bool(results) and any(found is not None for found in given)


def _of_evaluation_module(script: Script, site: Site, receiver: str) -> bool:
    """`evaluate.validate_kitti(model)`: a function of a module that is called after evaluations,
    which gets the model."""
    if not receiver or not set(words(receiver)) & _VERBS:
        return False
    imported = any(b.how == "import" for b in script.resolver.bindings(receiver, site.scope))
    return imported and any(
        script.is_a(arg.value, site.scope, "model") is not None for arg in site.node.args
    )


def _looks_at_results(script: Script, site: Site) -> bool:
    """Whether a function of the script puts the model into evaluation mode, or has it evaluated:
    `test()` that asks `evaluate(test_loader, model)`."""
    called = script.called_function(site)
    for call in script.calls_below(called) if called is not None else ():
        mode = call.name.endswith(".eval") and not call.node.args
        asks = words(call.name) in (("validate",), ("evaluate",), ("test",)) and call.node.args
        if mode or (asks and call.name != site.name and _handles_model(script, call)):
            return True
    return False


def _without_gradients(script: Script, site: Site) -> bool:
    """Whether a function of the script runs something without gradients: `self.val()`."""
    called = script.called_function(site)
    below = script.tree.below(called) if called is not None else ()
    blocks = (item for s in below if type(s.node) is cst.With for item in s.node.items)
    return any("no_grad" in text(item.item) for item in blocks)


def _of_settings(script: Script, site: Site) -> bool:
    """Whether a method is called in a class of settings, which validates itself."""
    return not site.node.args and any(
        type(a.node) is cst.ClassDef and set(words(a.node.name.value)) & _SETTINGS
        for a in script.tree.ancestors(site.statement.index)
    )


def _plausible(script: Script, site: Site) -> bool:
    """Whether what is passed speaks for a model's evaluation, or says nothing."""
    if not site.node.args:
        return True
    if _handles_model(script, site):
        return True
    if _imports_evaluation(script, site):
        return True
    passed = {word for arg in site.node.args for word in words(dotted(arg.value))}
    return bool(
        passed & {"epoch", "args", "conf", "config", "cfg", "opt", "step", "loader", "dataloader"}
    )


def _imports_evaluation(script: Script, site: Site) -> bool:
    """Whether a function called `evaluate` is imported from a module that is called so as well:
    `from evaluate import evaluate`."""
    full = script.resolver.qualified(site.name, site.scope)
    return any(
        set(words(part)) & _VERBS
        for name in full
        for part in name.rpartition(".")[0].split(".")
        if name != site.name
    )


def _handles_model(script: Script, site: Site) -> bool:
    """Whether a model or a loader is passed, or the call is a method of one."""
    for arg in site.node.args:
        role = script.role(arg.value, site.scope)
        if role is not None and role.kind in ("model", "loader"):
            return True
        named = set(words(dotted(arg.value)))
        if named & (MODEL_WORDS - {"apply", "engine", "policy"}):
            return True
        if named & {"loader", "dataloader"} or ("iter" in named and named & EVALUATION_WORDS):
            return True
    receiver = site.name.rpartition(".")[0]
    return bool(receiver) and bool(set(words(receiver)) & {"model", "engine", "trainer", "net"})


def _callback(script: Script, site: Site, receiver: str, named: tuple[str, ...]) -> Evidence | None:
    """`eval_callback.on_epoch_end(epoch, model)`, `eval_callback.on_epoch_end(epoch + 1)`."""
    wanted = EVALUATION_WORDS & set(words(receiver)) if receiver else set()
    if wanted and named in _CALLBACKS:
        passed = " ".join(text(arg.value) for arg in site.node.args)
        epoch = named[-1] == "end" and "epoch" in passed
        runs = named == ("run",) and words(receiver)[-1:] == ("evaluator",) and "state" in passed
        if epoch or runs or _handles_model(script, site) or "model" in passed:
            return Evidence(NAME, (site.name,))
    return None
