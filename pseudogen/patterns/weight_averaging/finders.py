"""What weight-averaging is found by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.arguments import argument
from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.names.modules import is_class_name, parameters_of
from pseudogen.names.places import own_lines
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, condition_of
from pseudogen.names.words import words
from pseudogen.patterns.weight_averaging.facts import WeightAveraging
from pseudogen.patterns.weight_averaging.loops import AVERAGES, OTHER, averaged_pair, mixes
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_LOADS = frozenset({"find", "load", "read", "restore"})
"""First words of functions that bring back an average that was made before."""
_WEIGHTS = frozenset({"model", "net", "network", "encoder", "generator", "params", "parameters"})
_DECAYS = ("decay", "ema_decay", "beta")
_SHARES = (*_DECAYS, "alpha", "momentum", "rate", "tau")
_UPDATES = (
    "update",
    "update_params",
    "step",
    "update_parameters",
    "update_average",
    "update_moving_average",
)


@pattern(WeightAveraging, kinds=("weight-average",))
def find_known(site: Site, script: Script) -> Iterator[WeightAveraging]:
    """`AveragedModel(model)`, `ModelEmaV3(model, decay=0.9998)`."""
    if site.known is not None and not site.name.startswith("super"):
        evidence = Evidence(site.known.evidence, (site.known.name,))
        form: str | None = site.known.api.traits["form"]
        told = any(script.argument(site, name) for name in ("multi_avg_fn", "avg_fn"))
        kept = assigned(site.statement, site.node)
        if told or script.passes_unknown(site) or _has_own_rule(kept, script):
            form = None
        yield _made(site, script, evidence, form)


def _has_own_rule(average: str | None, script: Script) -> bool:
    """Whether an average is told afterwards how to average: `swa_model.avg_fn = ...`."""
    rules = (f"{average}.{name}" for name in ("avg_fn", "multi_avg_fn"))
    return average is not None and any(script.resolver.attributes.get(rule) for rule in rules)


@pattern(
    WeightAveraging,
    calls=speaks_of("average", "deepcopy", *AVERAGES),
    within=(cst.Assign, cst.AnnAssign),
)
def find_named(site: Site, script: Script) -> Iterator[WeightAveraging]:
    """`ema = ModelEMA(model)`, `ema_model = deepcopy(model)`, `create_ema(model)`."""
    if site.known is not None and site.known.api.kind not in ("model", "module"):
        return
    target = assigned(site.statement, site.node)
    if target is None or "," in target or not site.node.args:
        return
    last = site.name.rpartition(".")[2]
    called, given = set(words(last)), set(words(target))
    if (called | given) & OTHER or set(words(last)[:1]) & _LOADS:
        return
    of_model = any(_of_model(arg.value, site, script) for arg in site.node.args)
    moving = {"moving", "average"} <= called
    by_class = (is_class_name(last) or "ema" in called) and bool(called & AVERAGES or moving)
    copies = last in ("deepcopy", "AveragedModel") and (
        bool(given & AVERAGES) or (of_model and _is_mixed_into(target, script))
    )
    weights = any({"params", "parameters"} & set(words(text(a.value))) for a in site.node.args)
    if (by_class and (of_model or given & AVERAGES)) or (copies and (of_model or weights)):
        yield _made(site, script, Evidence(NAME, (target,)), "swa" if "swa" in called else "ema")


@pattern(WeightAveraging, calls=speaks_of("ema"))
def find_set_up(site: Site, script: Script) -> Iterator[WeightAveraging]:
    """`may_build_model_ema(cfg, model)`, `EMAHook(cfg, model)`: an average that is kept elsewhere
    is set up for the model; `init_ema_params(ema_model, model)`."""
    last = site.name.rpartition(".")[2]
    named = words(last)
    hook = named == ("ema", "hook")
    sets_up = "ema" in named and {"build", "init"} & set(named)
    builds = bool(sets_up) and type(site.statement.node) is cst.Expr
    models = (a.value for a in site.node.args if _of_model(a.value, site, script))
    model = next((m for m in models if not AVERAGES & set(words(dotted(m)))), None)
    if site.known is None and model is not None and (hook or builds):
        first, end = own_lines(script, site)
        yield WeightAveraging(
            line=first,
            end=end,
            evidence=Evidence(NAME, (site.name,)),
            action="made",
            form="ema",
            model=text(model),
            function=site.name,
            condition=condition_of(script, site.statement, site.node),
        )


@pattern(WeightAveraging, methods=_UPDATES)
def find_update(site: Site, script: Script) -> Iterator[WeightAveraging]:
    """`ema.update(model)`, `swa_model.update_parameters(model)`."""
    if type(site.node.func) is not cst.Attribute:
        return
    receiver = dotted(site.node.func.value)
    named = {word for part in receiver.split(".") for word in words(part)}
    first = site.node.args[0].value if site.node.args else None
    parameters = site.node.func.attr.value == "update_parameters"
    told = bool({"average", "averaged"} & named)
    parameters = parameters and first is not None and (told or _of_model(first, site, script))
    averages = named & (AVERAGES | {"shadow"}) or {"moving", "average"} <= named
    if not (averages or parameters) or named & OTHER or receiver == "self":
        return
    if first is not None and script.is_a(first, site.scope, "loss") is not None:
        return
    yield _updated(site, script, receiver, first)


@pattern(WeightAveraging, calls=speaks_of("update", "accumulate", "ema", "average"))
def find_helper(site: Site, script: Script) -> Iterator[WeightAveraging]:
    """`update_ema(ema, model, decay)`, `momentum_update(teacher, student)`, `ema(model, average)`:
    by their names."""
    last = site.name.rpartition(".")[2]
    named = set(words(last))
    nodes = [arg.value for arg in site.node.args if not _is_share(arg)]
    average = next((n for n in nodes if set(words(dotted(n))) & AVERAGES), None)
    updates = (
        "update" in named and named & (AVERAGES | {"moment", "momentum"}) and last not in _UPDATES
    )
    updates = updates or ("accumulate" in named and average is not None)
    updates = updates or (average is not None and _mixes_models(site, words(last), script))
    if not updates or (named | set(words(dotted(average)))) & OTHER:
        return
    if average is None and (script.defines(last) or not named & AVERAGES):
        return
    models = [n for n in nodes if n is not average and _of_model(n, site, script)]
    known = models and (average is not None or len(models) == 1)
    model = models[0] if known else None  # of two, the average may be the first or the second
    receiver = text(average) if average is not None else None
    updated = _updated(site, script, receiver, model)
    copies = average is not None and any(_keeps_none(a, site, script) for a in site.node.args)
    yield replace(updated, action="copied") if copies else updated


def _is_share(arg: cst.Arg) -> bool:
    """`decay=ema_decay`: how much is kept of the old values."""
    return arg.keyword is not None and arg.keyword.value in _SHARES


def _keeps_none(arg: cst.Arg, site: Site, script: Script) -> bool:
    """`0`, `decay=0.0`: nothing is kept of the old values."""
    told = arg.keyword is None or _is_share(arg)
    plain = type(arg.value) in (cst.Integer, cst.Float)
    return told and plain and script.value(arg.value, site.statement.index) == 0


@pattern(WeightAveraging, methods=("incremental_update",))
def find_incremental(site: Site, script: Script) -> Iterator[WeightAveraging]:
    """`optax.incremental_update(params, target_params, tau)`."""
    full = script.resolver.qualified(site.name, site.scope)
    given = [argument(site.node, name, n) for n, name in enumerate(("new_tensors", "old_tensors"))]
    if "optax.incremental_update" not in full or None in given:
        return
    yield WeightAveraging(
        line=site.line,
        end=site.last,
        evidence=Evidence(API, ("optax.incremental_update",)),
        action="updated",
        form="ema",
        average=text(given[1]),
        model=text(given[0]),
        function=site.name,
        condition=script.condition(site.statement),
    )


def _mixes_models(site: Site, named: tuple[str, ...], script: Script) -> bool:
    """`ema(model, ema_model, decay)`, `moving_average(model, ema_model)`: a statement of its own
    that gives two models, one of them the average, to a function of the project."""
    average = named in (("ema",), ("moving", "average"), ("exponential", "moving", "average"))
    if not average or type(site.statement.node) is not cst.Expr or "." in site.name:
        return False
    models = [arg for arg in site.node.args if _of_model(arg.value, site, script)]
    return len(models) > 1


def _is_mixed_into(name: str, script: Script) -> bool:
    """Whether a loop further down mixes a model's parameters into those of another one."""
    for statement in script.tree.statements:
        if type(statement.node) is cst.For and f"{name}.parameters()" in text(statement.node.iter):
            pair = averaged_pair(statement.node)
            mixed = pair is not None and text(pair[0]) == name
            if mixed and mixes(statement, script):
                return True
    return False


def _of_model(node: Any, site: Site, script: Script) -> bool:
    return script.is_a(node, site.scope, "model") is not None or parameters_of(node) is not None


def _made(site: Site, script: Script, evidence: Evidence, form: str | None) -> WeightAveraging:
    nodes = [a.value for a in site.node.args if a.keyword is None]
    named = (n for n in nodes if set(words(dotted(n).rpartition(".")[2])) & _WEIGHTS)
    model = next((n for n in nodes if _of_model(n, site, script)), next(named, None))
    decay, value = _decay(site, script)
    return WeightAveraging(
        line=site.line,
        end=site.last,
        evidence=evidence,
        action="made",
        form=form,
        average=assigned(site.statement, site.node),
        model=text(model) if model is not None else None,
        function=site.name,
        decay=decay,
        decay_value=value,
        condition=condition_of(script, site.statement, site.node),
    )


def _decay(site: Site, script: Script) -> tuple[str | None, float | None]:
    """(the decay as written, its value) of an average that a call makes."""
    node = next((d for n in _DECAYS if (d := script.argument(site, n)) is not None), None)
    if node is not None:
        value = script.value(node, site.statement.index)
        setting = script.settings.get(text(node))
        if value is None and setting is not None and setting.expression is not None:
            value = script.value(setting.expression, setting.statement)
        return text(node), value
    if script.passes_unknown(site):
        return None, None
    default = _default(site, script)
    if default is not None:
        return None, script.value(default, site.statement.index)
    named = [s for s in script.settings.values() if set(words(s.name)) >= {"ema", "decay"}]
    if len(named) != 1 or site.known is not None or named[0].expression is None:
        return None, None
    return named[0].name, script.value(named[0].expression, named[0].statement)


def _default(site: Site, script: Script) -> Any:
    """The default of the decay in the class or function of the script that a call runs."""
    called = script.called_function(site)
    if called is None:
        makers = [f for f in script.functions("__init__") if _class_of(f, script) == site.name]
        called = makers[0] if len(makers) == 1 else None
    params = called.node.params if called is not None else None
    for param in (*params.params, *params.kwonly_params) if params is not None else ():
        if param.name.value in _DECAYS:
            return param.default
    return None


def _class_of(function: Statement, script: Script) -> str | None:
    around = script.tree.statements[function.parent] if function.parent >= 0 else None
    return around.node.name.value if around and type(around.node) is cst.ClassDef else None


def _updated(site: Site, script: Script, receiver: str | None, model: Any) -> WeightAveraging:
    named = set(words(receiver or site.name))
    form = "swa" if "swa" in named else "ema" if "ema" in named else None
    return WeightAveraging(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (receiver or site.name,)),
        action="updated",
        form=form if not _has_own_rule(receiver, script) else None,
        average=receiver,
        model=text(model) if model is not None else None,
        function=site.name,
        condition=script.condition(site.statement),
    )
