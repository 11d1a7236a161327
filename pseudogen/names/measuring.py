"""Whether a loop over data measures a model: by what it runs, and by the function around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.names.iterables import EVALUATION_WORDS
from pseudogen.names.loop_bodies import TRAINING_WORDS, without_gradients
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

MODEL_WORDS = frozenset(
    {"model", "net", "network", "encoder", "decoder", "generator", "discriminator"}
    | {"classifier", "backbone", "student", "teacher", "engine", "forward", "predict"}
    | {"actor", "agent", "critic", "infer", "inference", "unet", "gan", "transformer"}
    | {"policy", "apply"}
)
_NO_EVALUATION = frozenset(
    {"benchmark", "cache", "calibrate", "calibration", "export", "embed", "embeddings"}
    | {"encode", "extract", "features", "generate", "preprocess", "profile", "sample"}
    | {"calibrated", "plot", "speed", "statistics", "stats", "throughput", "visualize", "warmup"}
)
_ASKS = frozenset({"assert", "check", "ensure", "is", "verify"})
_RESULTS = (
    *("acc", "auc", "bleu", "confusion", "correct", "criterion", "dice_", "elbo", "err", "evaluat"),
    *("f1", "iou", "loss", "mae", "measure", "meter", "metric", "mse", "nll", "perplexity", "ppl"),
    *("precision", "psnr", "recall", "reward", "score", "ssim", "top1", "wer"),
)
"""What is written where a model is measured."""
_MEASURING = frozenset({"eval", "evaluate", "test", "validate"})
_MEASURES = frozenset({"loss", "metrics"})
_OF_MODELS = frozenset({"compile", "cuda", "eval", "fit", "load", "parameters", "save", "state"})
_OF_MODELS |= {"to", "train", "training"}
"""Words of methods by which a model is handled, not asked."""


def function_words(script: Script, statement: Statement) -> set[str]:
    """The words of the name of the function around a statement; none outside of functions."""
    function = script.function_around(statement)
    return set(words(function.node.name.value)) if function is not None else set()


def has_other_purpose(named: set[str]) -> bool:
    """Whether the words of a function's name say that it runs a model for what it gives, or only
    to look at it."""
    return bool(named & _NO_EVALUATION)


def evaluates(script: Script, statement: Statement, over: str) -> bool:
    """Whether a loop over data without a training step measures a model."""
    function = script.function_around(statement)
    name = function_words(script, statement)
    if has_other_purpose(name) and not name & EVALUATION_WORDS:
        return False
    if "valid" in name and name & _ASKS:
        return False  # `check_batch_valid(batch)` looks at the data
    below = (site.known.api.kind for site in script.calls_below(statement) if site.known)
    if "evaluation" in below or not _runs_model(script, statement):
        return False  # or each round is told to evaluate on a whole data set
    named = set(words(over)) | set(words(over.replace(".", "_")))
    if name & TRAINING_WORDS:
        name = set()  # `train_and_evaluate` does both
    if named & TRAINING_WORDS and not named & EVALUATION_WORDS:
        return bool(name & EVALUATION_WORDS)
    if (named | name) & EVALUATION_WORDS:
        return True
    return without_gradients(script, statement, function) and _speaks_of_result(script, function)


def samples(script: Script, statement: Statement, over: str) -> bool:
    """Whether a loop in a function that evaluates only takes a batch, which a model then gets
    below it."""
    function = script.function_around(statement)
    name = function_words(script, statement)
    told = name & EVALUATION_WORDS and set(words(over)) & EVALUATION_WORDS
    if not told or function is None or name & TRAINING_WORDS:
        return False
    calls = script.calls_below(function)
    return _runs_model(script, function) or any("infer" in words(c.name) for c in calls)


def _runs_model(script: Script, statement: Statement) -> bool:
    """Whether the body calls a model or a criterion."""
    return any(_runs(script, site) for site in script.calls_below(statement))


def _runs(script: Script, site: Site) -> bool:
    role = script.role(site.node.func, site.scope)
    if role is not None and role.kind in ("model", "criterion"):
        return True
    if _tests_itself(script, site):
        return True
    last = set(words(site.name))
    if last & MODEL_WORDS or (last & EVALUATION_WORDS and "step" in last):
        return True
    if last and last <= _MEASURING and _gets_batch(site):  # `engine.eval(x, y)`
        return True
    if _asks_model(script, site):
        return True
    measures = bool(site.node.args) and last & (EVALUATION_WORDS | _MEASURES)
    return bool(measures) and script.called_function(site) is not None


def _tests_itself(script: Script, site: Site) -> bool:
    """`model.test()`: a model that holds its networks and the batch runs them."""
    function = site.node.func
    tests = type(function) is cst.Attribute and function.attr.value in ("test", "validate")
    return tests and script.is_a(function.value, site.scope, "model") is not None


def _asks_model(script: Script, site: Site) -> bool:
    """`rating = recommender_model.get_rating(users)`: a method of a model gives something for
    what it is given."""
    whole = getattr(site.statement.node, "value", None) is site.node
    if not whole or type(site.statement.node) is not cst.Assign or not _gets_batch(site):
        return False
    if set(words(site.name)) & _OF_MODELS:
        return False
    return script.is_a(site.node.func.value, site.scope, "model") is not None


def _gets_batch(site: Site) -> bool:
    """Whether a method is given something, and that is no whole data set."""
    given = [set(words(dotted(arg.value))) for arg in site.node.args]
    whole = {"data", "dataset", "loader", "dataloader"}
    return (
        type(site.node.func) is cst.Attribute
        and bool(given)
        and not any(map(whole.intersection, given))
    )


def _speaks_of_result(script: Script, function: Statement | None) -> bool:
    """Whether a function speaks of a result; one that only runs a model over data measures it not.
    What stands in no function leaves that open."""
    return function is None or any(
        any(map(script.written[statement.index].__contains__, _RESULTS))
        for statement in (function, *script.tree.below(function))
    )
