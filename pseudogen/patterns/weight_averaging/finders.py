"""What weight-averaging is found by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.modules import is_class_name, parameters_of
from pseudogen.names.places import own_lines
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, condition_of
from pseudogen.names.words import words
from pseudogen.patterns.weight_averaging.facts import WeightAveraging
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import bare, text
from pseudogen.syntax.tree import Statement

_AVERAGES = frozenset({"ema", "swa", "averaged"})
_OTHER = frozenset(
    {"loss", "losses", "meter", "accuracy", "acc", "time", "grad", "reward", "metric", "lr"}
    | {"callback", "config", "hook", "sched", "schedule", "scheduler", "stats", "warmup"}
    | {"checkpoint", "ckpt", "dir", "file", "filename", "folder", "path"}
)
_LOADS = frozenset({"find", "load", "read", "restore"})
"""First words of functions that bring back an average that was made before."""
_WEIGHTS = frozenset({"model", "net", "network", "encoder", "generator", "params", "parameters"})
_DECAYS = ("decay", "ema_decay", "beta")
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
    calls=speaks_of("average", "deepcopy", *_AVERAGES),
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
    if (called | given) & _OTHER or set(words(last)[:1]) & _LOADS:
        return
    of_model = any(_of_model(arg.value, site, script) for arg in site.node.args)
    moving = {"moving", "average"} <= called
    by_class = (is_class_name(last) or "ema" in called) and bool(called & _AVERAGES or moving)
    copies = last in ("deepcopy", "AveragedModel") and (
        bool(given & _AVERAGES) or (of_model and _is_mixed_into(target, script))
    )
    weights = any({"params", "parameters"} & set(words(text(a.value))) for a in site.node.args)
    if (by_class and (of_model or given & _AVERAGES)) or (copies and (of_model or weights)):
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
    model = next((m for m in models if not _AVERAGES & set(words(dotted(m)))), None)
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
    averages = named & (_AVERAGES | {"shadow"}) or {"moving", "average"} <= named
    if not (averages or parameters) or named & _OTHER or receiver == "self":
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
    nodes = [arg.value for arg in site.node.args]
    average = next((n for n in nodes if set(words(dotted(n))) & _AVERAGES), None)
    updates = (
        "update" in named and named & (_AVERAGES | {"moment", "momentum"}) and last not in _UPDATES
    )
    updates = updates or ("accumulate" in named and average is not None)
    updates = updates or (average is not None and _mixes_models(site, words(last), script))
    if not updates or (named | set(words(dotted(average)))) & _OTHER:
        return
    if average is None and (script.defines(last) or not named & _AVERAGES):
        return
    model = next((n for n in nodes if n is not average and _of_model(n, site, script)), None)
    receiver = text(average) if average is not None else None
    updated = _updated(site, script, receiver, model)
    copies = average is not None and any(map(_keeps_none, site.node.args))
    yield replace(updated, action="copied") if copies else updated


def _keeps_none(arg: cst.Arg) -> bool:
    """`0`, `decay=0.0`: nothing is kept of the old values."""
    told = arg.keyword is None or arg.keyword.value in (*_DECAYS, "alpha", "momentum")
    return told and type(arg.value) in _NUMBERS and float(text(arg.value)) == 0


_NUMBERS = (cst.Integer, cst.Float)


def _mixes_models(site: Site, named: tuple[str, ...], script: Script) -> bool:
    """`ema(model, ema_model, decay)`, `moving_average(model, ema_model)`: a statement of its own
    that gives two models, one of them the average, to a function of the project."""
    average = named in (("ema",), ("moving", "average"), ("exponential", "moving", "average"))
    if not average or type(site.statement.node) is not cst.Expr or "." in site.name:
        return False
    models = [arg for arg in site.node.args if _of_model(arg.value, site, script)]
    return len(models) > 1


@pattern(WeightAveraging, statements=(cst.For,))
def find_loop(site: Site, script: Script) -> Iterator[WeightAveraging]:
    """`for e, p in zip(ema.parameters(), model.parameters()): e.mul_(d).add_(p, alpha=1 - d)`."""
    models = _pair(site.node)
    if models is None or not _mixes(site.statement, script):
        return
    yield WeightAveraging(
        line=site.line,
        end=site.statement.end,
        evidence=Evidence(FLOW, tuple(text(m) for m in models)),
        action="updated",
        form="ema",
        average=text(models[0]),
        model=text(models[1]),
        condition=script.condition(site.statement),
    )


@pattern(WeightAveraging, statements=(cst.For,))
def find_loop_by_name(site: Site, script: Script) -> Iterator[WeightAveraging]:
    """`for name, p in params.items(): ema_params[name].mul_(d).add_(p, alpha=1 - d)`."""
    call = site.node.iter
    if type(call) is not cst.Call or dotted(call.func) == "zip":
        return
    for mixed in script.calls_below(site.statement):
        held = _held(mixed.node) if mixed.name.rpartition(".")[2] in ("add_", "lerp_") else ""
        of = _parameters_held(held, mixed, script) if held else None
        other = _parameters_held(_added(mixed.node), mixed, script) if of is not None else None
        if of is not None and other is not None and text(of) != text(other):
            yield WeightAveraging(
                line=site.line,
                end=site.statement.end,
                evidence=Evidence(FLOW, (text(of), text(other))),
                action="updated",
                form="ema",
                average=text(of),
                model=text(other),
                condition=script.condition(site.statement),
            )
            return
        if held and set(words(held)) & _AVERAGES and not set(words(held)) & _OTHER:
            model = parameters_of(call) or _state_of(call)
            yield WeightAveraging(
                line=site.line,
                end=site.statement.end,
                evidence=Evidence(NAME, (held,)),
                action="updated",
                form="ema",
                average=held,
                model=text(model) if model is not None else None,
                condition=script.condition(site.statement),
            )
            return


@pattern(WeightAveraging, statements=(cst.For,))
def find_states(site: Site, script: Script) -> Iterator[WeightAveraging]:
    """`for key in old: old[key] = new[key] * tau + old[key] * (1 - tau)`, of two state dicts."""
    for statement in script.tree.body(site.statement):
        parts = _sum_of_items(statement.node)
        if parts is None:
            continue
        average, other, share = parts
        of, model = (_parameters_held(name, site, script) for name in (average, other))
        if of is not None and model is not None and text(of) != text(model):
            yield WeightAveraging(
                line=site.line,
                end=site.statement.end,
                evidence=Evidence(FLOW, (text(of), text(model))),
                action="updated",
                form="ema",
                average=text(of),
                model=text(model),
                decay=bare(share),
                decay_value=script.value(share, statement.index),
                condition=script.condition(site.statement),
            )
            return


def _sum_of_items(node: Any) -> tuple[str, str, Any] | None:
    """(the first table, the second, the share that the first keeps) of `a[key] = b[key] * tau +
    a[key] * (1 - tau)`, whatever the order; None for other statements."""
    target = node.targets[0].target if type(node) is cst.Assign else None
    total = node.value if type(target) is cst.Subscript else None
    if type(total) is not cst.BinaryOperation or type(total.operator) is not cst.Add:
        return None
    sides = [_scaled_item(side) for side in (total.left, total.right)]
    old = next((side for side in sides if side and text(side[0]) == text(target)), None)
    new = next((side for side in sides if side is not old), None)
    if old is None or new is None or text(new[0].slice[0]) != text(old[0].slice[0]):
        return None
    return dotted(old[0].value), dotted(new[0].value), old[1]


def _scaled_item(node: Any) -> tuple[cst.Subscript, Any] | None:
    """`a[key]` and `tau` of `tau * a[key]`."""
    if type(node) is not cst.BinaryOperation or type(node.operator) is not cst.Multiply:
        return None
    for item, factor in ((node.left, node.right), (node.right, node.left)):
        if type(item) is cst.Subscript:
            return item, factor
    return None


def _held(node: Any) -> str:
    """`ema_params` in `ema_params[name].mul_(decay).add_(p)` and `ema_params[name].lerp_(p, w)`."""
    function = node.func
    lerp = type(function) is cst.Attribute and function.attr.value == "lerp_"
    if type(function) is cst.Attribute and not lerp:
        inner = function.value
        if type(inner) is not cst.Call or type(inner.func) is not cst.Attribute:
            return ""
        function = inner.func
        if function.attr.value != "mul_":
            return ""
    base: Any = function.value if type(function) is cst.Attribute else None
    while type(base) in (cst.Subscript, cst.Attribute):
        if type(base) is cst.Attribute and base.attr.value != "data":
            break
        base = base.value
    return dotted(base) if base is not None else ""


def _added(call: cst.Call) -> str:
    """`params` in `....add_(params[name].data, alpha=1 - decay)`."""
    node: Any = call.args[0].value if call.args else None
    if type(node) is cst.Attribute and node.attr.value == "data":
        node = node.value
    if type(node) is cst.Subscript:
        node = node.value
    return dotted(node) if node is not None else ""


def _parameters_held(name: str, site: Site, script: Script) -> Any:
    """The model whose parameters a table holds by their names: `dict(model.named_parameters())`,
    `model.state_dict()`."""
    bound = script.reaching(name, site.statement.index) if name else []
    made = bound[0].value if len(bound) == 1 and bound[0].how == "assign" else None
    if type(made) is not cst.Call:
        return None
    if dotted(made.func) not in ("dict", "OrderedDict"):
        last = made.func.attr.value if type(made.func) is cst.Attribute else ""
        return _state_of(made) if last == "state_dict" else None
    return parameters_of(made) or _state_of(made.args[0].value if made.args else None)


def _is_mixed_into(name: str, script: Script) -> bool:
    """Whether a loop further down mixes a model's parameters into those of another one."""
    for statement in script.tree.statements:
        if type(statement.node) is cst.For and f"{name}.parameters()" in text(statement.node.iter):
            pair = _pair(statement.node)
            mixed = pair is not None and text(pair[0]) == name
            if mixed and _mixes(statement, script):
                return True
    return False


def _pair(node: cst.For) -> tuple[Any, Any] | None:
    """(the average, the model) of `for e, p in zip(ema.parameters(), model.parameters())`: the
    average is the one whose values are changed; None for other loops."""
    call: Any = node.iter
    if type(call) is not cst.Call or dotted(call.func) != "zip" or len(call.args) < 2:
        return None
    first, second = (parameters_of(a.value) or _state_of(a.value) for a in call.args[:2])
    if first is None or second is None:
        return None
    target: Any = node.target
    names = [text(e.value) for e in target.elements] if type(target) is cst.Tuple else []
    return (second, first) if len(names) > 1 and _changes(node.body, names[1]) else (first, second)


def _changes(body: Any, name: str) -> bool:
    """Whether a block changes the values of a variable in place."""
    written = text(body)
    return any(
        f"{name}{data}.{method}(" in written
        for data in ("", ".data")
        for method in ("mul_", "lerp_", "copy_")
    )


def _mixes(loop: Statement, script: Script) -> bool:
    """Whether the loop mixes old and new values in place, and not just copies them."""
    for call in script.calls_below(loop):
        method = call.name.rpartition(".")[2]
        if method in ("mul_", "lerp_"):
            return True
        if method == "copy_" and call.node.args:
            mixed = call.node.args[0].value
            return type(mixed) is cst.BinaryOperation or _is_lerp(mixed)
    return any(
        type(s.node) is cst.Assign
        and text(s.node.targets[0].target).endswith(".data")
        and type(s.node.value) is cst.BinaryOperation
        for s in script.tree.below(loop)
    )


def _is_lerp(node: Any) -> bool:
    """`new.lerp(old, decay)`."""
    function = node.func if type(node) is cst.Call else None
    return type(function) is cst.Attribute and function.attr.value == "lerp"


def _state_of(node: Any) -> Any:
    """`model` in `model.state_dict().values()`."""
    while type(node) is cst.Call and type(node.func) is cst.Attribute:
        if node.func.attr.value == "state_dict":
            return node.func.value
        node = node.func.value
    return None


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
