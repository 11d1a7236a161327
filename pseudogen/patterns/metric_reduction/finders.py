"""What metric-reduction is found by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.arguments import argument
from pseudogen.names.batches import process_count
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.places import own_lines
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import alternatives, condition_of
from pseudogen.names.words import words
from pseudogen.patterns.metric_reduction.facts import MetricReduction
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_COMBINING = frozenset({"all-reduce", "reduce", "all-gather", "gather"})
_WHATS = frozenset(
    {"dict", "loss", "losses", "mean", "metric", "metrics", "scalar", "sum", "tensor", "tensors"}
    | {"value", "values"}
)
_METHODS = frozenset(
    {"accumulate_predictions", "accumulate_predictions_from_multiple_gpus"}
    | {"average_across_processes", "collect_results", "distribute_bn", "distributed_concat"}
    | {"distributed_sum", "gather_for_metrics", "mesh_reduce", "metric_average"}
    | {"nested_xla_mesh_reduce", "process_allgather", "reduce_across_processes"}
    | {"sync_between_processes", "sync_metrics", "synchronize_between_processes"}
    | {"synchronize_results"}
)
_OF_TENSORS = frozenset(
    {"tensorflow", "keras", "numpy", "functools", "einops", "torch", "mindspore"}
)
_ABOUT_IT = frozenset(
    {"delay", "should", "use", "enable", "set", "is", "needs", "no", "get", "test"}
)
_IN_PLACE = tuple(
    f"{root}.distributed.{name}"
    for root in ("torch", "paddle")
    for name in ("all_gather", "all_reduce", "gather", "reduce")
)
"""Functions that put the result into an argument; what they return is only a handle."""
_NO_METRICS = frozenset({"find", "fsdp", "fuse", "groups", "hook", "post", "pre"})
_TOGETHER = frozenset(
    {"allgather", "allreduce", "collective", "dist", "distributed", "gather", "rank", "world"}
)
"""Words of calls by which a function reaches other processes."""
_WHOLE = frozenset(
    {"all", "allgather", "allreduce", "gather", "reduce", "sync", "synchronize", "between"}
    | {"processes", "results", "metrics", "across", "ranks"}
)
"""Words of methods that combine what the object itself holds."""
_WITH = frozenset(
    {"avg", "average", "available", "batch", "batches", "coalesced", "ddp", "dist", "distributed"}
    | {"features", "embeddings", "if", "in", "into", "list", "max", "min", "nd", "needed"}
    | {"object", "objects", "outputs", "place", "predictions", "preds", "stats", "with", "worker"}
    | {"grad"}
    | {"grads", "gradient", "gradients", "params", "parameters", "data", "from", "gpus", "and"}
    | {"concat", "cat", "stack", "local", "samples", "np", "numpy", "array", "item", "count"}
    | {"counts", "score", "scores", "prediction", "labels", "logits", "var", "vars", "variable"}
    | {"acc", "accuracy", "avg", "state", "states", "weights", "statistics", "bn", "norm", "fn"}
    | {"async", "cpu", "cuda", "dp", "feat", "feats", "means", "mp", "string", "strings", "sum"}
    | {"text", "tp"}
)
"""Words beside those of names of helpers that do it: what is combined, and how."""
_STARTS = (("reduce",), ("reduced",), ("gather",))
_FORMS = {"gather_for_metrics": "all-gather", "gather": "all-gather", "reduce": "all-reduce"}
_OBJECTS = frozenset({"accelerator", "fabric", "comm", "dist", "distributed", "strategy", "utils"})


@pattern(MetricReduction, kinds=("collective",))
def find_call(site: Site, script: Script) -> Iterator[MetricReduction]:
    """`dist.all_reduce(loss)`, `hvd.allreduce(acc)`."""
    if site.known is None or site.known.api.traits["collective"] not in _COMBINING:
        return
    api = site.known.api
    value = script.argument(site, api.traits["value"])
    evidence = Evidence(site.known.evidence, (site.known.name,))
    yield _reduction(
        site, script, value, api.traits["collective"], _operation(site, script), evidence
    )


@pattern(MetricReduction, methods=("apply",), mentions=("allreduce", "allgather", "gatherlayer"))
def find_function(site: Site, script: Script) -> Iterator[MetricReduction]:
    """`loss = AllReduce.apply(loss)`: a function of autograd by which gradients go back as well."""
    named = words(site.name.rpartition(".")[0])
    form = _AUTOGRAD.get(named)
    if form is not None and len(site.node.args) > 0 and site.known is None:
        value = site.node.args[0].value
        yield _reduction(site, script, value, form, None, Evidence(NAME, (site.name,)))


_AUTOGRAD: dict[tuple[str, ...], str] = {
    ("all", "reduce"): "all-reduce",
    ("all", "gather"): "all-gather",
    ("gather", "layer"): "all-gather",
}


@pattern(MetricReduction, kinds=("metric-callback",))
def find_callback(site: Site, script: Script) -> Iterator[MetricReduction]:
    """Horovod's `MetricAverageCallback()`, which averages the metrics of each epoch."""
    if site.known is not None:
        first, last = own_lines(script, site)
        yield MetricReduction(
            line=first,
            end=last,
            evidence=Evidence(site.known.evidence, (site.known.name,)),
            call=site.name,
            value=None,
            target=None,
            form="callback",
            operation="mean",
        )


@pattern(MetricReduction, calls=speaks_of("reduce", "gather", "across", "dist", *_METHODS))
def find_helper(site: Site, script: Script) -> Iterator[MetricReduction]:
    """`reduce_tensor(loss)`, `accelerator.gather_for_metrics(x)`, `meter.all_reduce()`."""
    method = site.name.rpartition(".")[2]
    if site.known is not None or not method or method[-1] in ")]" or method[:1].isupper():
        return
    if not _names_reduction(method, site, script) or _of_one_tensor(site, script):
        return
    if set(words(method)) & _NO_METRICS or _computes_alone(site, script):
        return
    if _is_held_object(site, script):
        return
    found = set(words(method))
    form = _FORMS.get(method) or ("all-gather" if {"gather", "allgather"} & found else None)
    if form is None and ("allreduce" in found or {"all", "reduce"} <= found):
        form = "all-reduce"
    operation = "mean" if {"mean", "average"} & found else _operation_inside(site, script)
    value = _passed(site, form)
    if value is not None and type(value) in (cst.Integer, cst.Float, cst.SimpleString):
        return
    yield _reduction(site, script, value, form, operation, _evidence(site, script))


def _is_held_object(site: Site, script: Script) -> bool:
    """Whether an object that is kept is called, no function: `self.all_reduce = Ring(n)`."""
    if not site.name.startswith("self."):
        return False
    made = [b.value for b in script.resolver.bindings(site.name, site.scope) if b.how == "assign"]
    parts = [part for value in made for part in alternatives(value)]
    calls = [dotted(part.func) for part in parts if type(part) is cst.Call]
    return any(maker.rpartition(".")[2] != "partial" for maker in calls)


def _passed(site: Site, form: str | None) -> Any:
    """What a helper is given to combine; None where several things could be that."""
    given = [arg for arg in site.node.args if arg.keyword is None and not arg.star]
    if not site.node.args and type(site.node.func) is cst.Attribute:
        method = words(site.name)
        return site.node.func.value if set(method) <= _WHOLE else None
    if form in ("all-gather", "gather") and len(given) > 1 and "object" in words(site.name):
        return given[1].value
    if not given or (form in ("all-gather", "gather") and len(given) > 1):
        return None
    return given[0].value


def _operation_inside(site: Site, script: Script) -> str | None:
    """What a helper of the script does: the operation of the one all-reduce in it, a sum that it
    divides by the number of processes being a mean."""
    helper = script.called_function(site)
    inside = script.calls_below(helper) if helper is not None else []
    collectives = [s for s in inside if s.known and "collective" in s.known.api.traits]
    if helper is None or len(collectives) != 1:
        return None
    if (
        collectives[0].known is None
        or collectives[0].known.api.traits["collective"] != "all-reduce"
    ):
        return None
    operation = _operation(collectives[0], script)
    divisors = list(_divisors(helper, script))
    if operation != "sum" or not divisors:
        return operation
    counts = all(process_count(script, node, scope) is not None for node, scope in divisors)
    return "mean" if counts else None


def _divisors(helper: Statement, script: Script) -> Iterator[tuple[Any, int]]:
    for statement in script.tree.below(helper):
        node = statement.node
        if type(node) is cst.AugAssign and type(node.operator) is cst.DivideAssign:
            yield node.value, statement.scope
        for operation in script.operations_in(statement):
            if type(operation.operator) is cst.Divide:
                yield operation.right, statement.scope


def _names_reduction(method: str, site: Site, script: Script) -> bool:
    found = words(method)
    pairs = {"all", "reduce"} <= set(found) or {"all", "gather"} <= set(found)
    if {"all", "reduce"} <= set(found) and {"mean", "average", "sum"} & set(found):
        return True
    if found[:1] and found[0] in _ABOUT_IT:
        return False
    if method in _METHODS:
        return True
    if pairs or {"allreduce", "allgather"} & set(found):
        return set(found) <= _WHOLE | _WHATS | _WITH
    if {"distributed", "dist"} & set(found) and {"mean", "average", "sum"} & set(found):
        return True
    across = "across" in found and not {"pad", "print", "log", "split", "test"} & set(found)
    if across and {"gpus", "processes", "ranks", "replicas"} & set(found):
        return True
    if found[:1] in _STARTS and len(found) > 1 and set(found[1:]) <= _WHATS:
        return not _of_value(site)
    if method not in ("gather", "reduce", "gather_object"):
        return False
    role = script.role(site.node.func.value, site.scope) if "." in site.name else None
    if role is not None and role.kind == "accelerator":
        return True
    receiver = words(site.name.rpartition(".")[0])
    return bool(receiver) and receiver[-1] in _OBJECTS


def _of_value(site: Site) -> bool:
    """`losses.reduce_mean()`: a value is asked for its mean, no module or object of processes."""
    receiver = words(site.name.rpartition(".")[0])
    return bool(receiver) and not site.node.args and not set(receiver) & _OBJECTS


def _computes_alone(site: Site, script: Script) -> bool:
    """Whether a function of the script is called whose body asks nothing of other processes."""
    defined = script.called_function(site)
    if defined is None or defined.after - defined.index < 2:
        return False
    calls = script.calls_below(defined)
    asks = any(call.known is not None and call.known.api.kind == "collective" for call in calls)
    told = any(any(set(words(part)) & _TOGETHER for part in call.name.split(".")) for call in calls)
    return not asks and not told


def _of_one_tensor(site: Site, script: Script) -> bool:
    """Whether it is an operation on one tensor (`tf.reduce_mean`), or starts a search only."""
    root = site.name.partition(".")[0]
    if root in ("tf", "K", "F", "np", "torch", "ops", "jnp"):
        return True
    full = script.resolver.qualified(site.name, site.scope)
    return any(name.partition(".")[0] in _OF_TENSORS for name in full)


def _evidence(site: Site, script: Script) -> Evidence:
    """A helper of the script that calls a collective itself is known by its body."""
    defined = script.called_function(site)
    if defined is not None:
        for call in script.calls_below(defined):
            if call.known is not None and call.known.api.kind == "collective":
                return Evidence(FLOW, (site.name,))
    if type(site.node.func) is cst.Attribute:
        role = script.role(site.node.func.value, site.scope)
        if role is not None and role.kind == "accelerator":
            return role.evidence
    return Evidence(NAME, (site.name,))


_HANDLES = frozenset({"task", "tasks", "handle", "handles", "work", "req", "request", "future"})
"""Words of what a call gives that has only begun: to be waited for, no result."""


def _reduction(
    site: Site,
    script: Script,
    value: Any,
    form: str | None,
    operation: str | None,
    evidence: Evidence,
) -> MetricReduction:
    node = site.statement.node
    in_place = evidence.kind == API and evidence.names[0].startswith(_IN_PLACE)
    assigned = type(node) is cst.Assign and node.value is site.node and not in_place
    target = _target(node.targets[0].target) if assigned else None
    if set(words(target or "")) & _HANDLES:
        target = None
    others = _elsewhere(site, script)
    guard = script.rank_condition(site.statement) if not others else None
    branches = [site.statement, *(call.statement for call in others)]
    return MetricReduction(
        line=site.line,
        end=site.last,
        evidence=evidence,
        call=site.name,
        value=text(value) if value is not None else None,
        target=target,
        form=form,
        operation=operation,
        among=_among(site, script, evidence),
        group=_group(site, script),
        divided_by=_divisor(site, script, text(value)) if value is not None else None,
        guard=guard,
        condition=condition_of(script, site.statement, site.node) if guard is None else None,
        shared=bool(others) and any(script.rank_condition(branch) for branch in branches),
        idle=_is_timed(site, script) or _is_constant(value, site, script),
        sends=form == "gather" and _sends(site.node),
    )


def _is_timed(site: Site, script: Script) -> bool:
    """Whether a function that measures how fast the call is makes it."""
    function = script.function_around(site.statement)
    return function is not None and bool(_TIMED & set(words(function.node.name.value)))


_TIMED = frozenset({"bench", "benchmark", "perf", "warmup"})
_CONSTANTS = frozenset({"empty", "full", "ones", "tensor", "to_tensor", "zeros"})


def _is_constant(value: Any, site: Site, script: Script) -> bool:
    """Whether a tensor of constants is combined into which nothing was put since: a first message
    that sets up the connections."""
    if type(value) is cst.Call:
        return _of_constants(value)
    name = value.value if type(value) is cst.Name else ""
    made = script.reaching(name, site.statement.index) if name else []
    if len(made) != 1 or made[0].how != "assign" or not _of_constants(made[0].value):
        return False
    between = script.tree.statements[made[0].statement + 1 : site.statement.index]
    mentioned = re.compile(rf"\b{name}\b")
    return not any(mentioned.search(script.source(statement)) for statement in between)


def _of_constants(node: Any) -> bool:
    if type(node) is cst.IfExp:
        return _of_constants(node.body) and _of_constants(node.orelse)
    if type(node) is not cst.Call or dotted(node.func).rpartition(".")[2] not in _CONSTANTS:
        return False
    parts = (part for arg in node.args if not arg.keyword for part in descendants(arg.value))
    return not any(type(part) in (cst.Name, cst.Call) for part in parts)


def _sends(call: cst.Call) -> bool:
    """Whether no place for what is collected is given: `gather_object(found, None, dst=0)`."""
    return any(
        text(arg.value) == "None" and (arg.keyword is None or "list" in arg.keyword.value)
        for arg in call.args[1:2]
    )


def _target(node: Any) -> str | None:
    """What receives a result: a name, or several."""
    if type(node) is cst.Tuple and all(dotted(element.value) for element in node.elements):
        return ", ".join(dotted(element.value) for element in node.elements)
    return dotted(node) or None


def _among(site: Site, script: Script, evidence: Evidence) -> str | None:
    """Which processes take part, as far as a documented call says."""
    if evidence.kind != API:
        return None
    if site.known is not None and "part" in site.known.api.traits:
        return "devices" if site.known.api.traits["part"] == "axis" else None
    return "group" if _group(site, script) else "all"


def _group(site: Site, script: Script) -> str | None:
    """The group that a documented call is given, as written."""
    if site.known is None:
        return None
    given = script.argument_text(site, "group")
    return None if given in (None, "None") else given


def _elsewhere(site: Site, script: Script) -> list[Site]:
    """The same call in other branches, by which other processes may make it."""
    function = script.function_around(site.statement)
    calls = script.calls_below(function) if function is not None else script.call_sites()
    return [
        call
        for call in calls
        if call.name == site.name and script.exclusive(call.statement, site.statement)
    ]


def _operation(site: Site, script: Script) -> str | None:
    if site.known is None or site.known.api.traits["collective"] not in ("all-reduce", "reduce"):
        return None
    given = script.argument(site, "op") or argument(site.node, "average")
    written = text(given) if given is not None else site.known.api.defaults.get("op", "")
    last = written.rpartition(".")[2].lower()
    known = {
        "sum": "sum",
        "avg": "mean",
        "average": "mean",
        "mean": "mean",
        "max": "max",
        "min": "min",
    }
    return known.get(last)


def _divisor(site: Site, script: Script, value: str) -> str | None:
    """What the next statements divide the value by: `loss /= world_size`."""
    statements = script.tree.statements
    for statement in statements[site.statement.index + 1 : site.statement.index + 3]:
        node = statement.node
        if type(node) is cst.AugAssign and type(node.operator) is cst.DivideAssign:
            if text(node.target) == value:
                return text(node.value)
        elif type(node) is cst.Assign and type(node.value) is cst.BinaryOperation:
            division = node.value
            if type(division.operator) is cst.Divide and text(division.left) == value:
                return text(division.right)
    return None
