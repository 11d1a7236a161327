"""What optimizer-build is found by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import argument, passes, string
from pseudogen.names.config_calls import CONFIG_WORDS
from pseudogen.names.engine_config import MARKS, entry, sections
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.groups import groups_of
from pseudogen.names.modules import is_class_name
from pseudogen.names.rates import optimizer_passed
from pseudogen.names.registered import registered
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import alternatives, assigned, given_back
from pseudogen.names.trainable import trained_part
from pseudogen.names.words import suggested_role, words
from pseudogen.patterns.optimizer_build.facts import OptimizerBuild
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_MAKERS = frozenset(
    {"build", "create", "get", "make", "configure", "init", "setup", "prepare"} | {"instantiate"}
)
_SETTINGS = ("momentum", "weight_decay", "betas", "eps", "nesterov", "alpha", "foreach", "fused")


_SEARCHES = frozenset({"comet_ml", "hyperopt", "nevergrad", "optuna", "ray", "skopt"})
"""Libraries whose optimizers look for settings of a training."""

_SCHEDULING = frozenset({"noam", "noamopt", "sched", "schedule", "scheduled", "scheduling"})
"""Words of a class around an optimizer that sets its learning rate."""


@pattern(OptimizerBuild, kinds=("optimizer",))
def find_class(site: Site, script: Script) -> Iterator[OptimizerBuild]:
    """`optim.AdamW(model.parameters(), lr=1e-3)`."""
    if site.known is None or type(site.statement.node) is cst.ClassDef:
        return
    others = [s for s in script.calls_in(site.statement) if _is_optimizer(s)]
    if others[0].node is not site.node:
        return
    params = script.argument(site, "params") or script.argument(site, "parameters")
    rates = {_rate(other, script) for other in others}
    written, number, by_default = rates.pop() if len(rates) == 1 else (None, None, False)
    if _is_rate(params):  # `Adam(1e-4)`, as Keras has it
        written, number = text(params), script.value(params, site.statement.index)
        params, by_default = None, False
    groups = groups_of(script, params, site.statement.index)
    stated = [text(value) for group in groups for key, value in group if key == "lr"]
    if groups and len(stated) == len(groups):  # the rate of the optimizer reaches none of them
        written, number, by_default = None, None, False
    maker = bool(_MAKERS.intersection(words(script.class_name(site))[:1]))
    around = _handed_on(site, script)
    if by_default and around is not None:  # it may set a rate of its own
        written, by_default = None, False
    yield OptimizerBuild(
        line=site.line,
        end=site.last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        name=_target(site, script),
        api=script.class_name(site),
        helper=maker,
        arguments=tuple(text(arg) for arg in site.node.args) if maker else (),
        choices=_distinct(others) or _behind_variable(site, script),
        params=text(params) if params is not None else None,
        owners=() if groups else _owners(params, site.statement.index, script),
        trained_of=trained_part(params),
        groups=bool(groups) or _in_groups(params),
        group_rates=tuple(dict.fromkeys(stated)),
        lr=written,
        lr_value=number,
        lr_default=by_default,
        weight_decay=_passed_alike("weight_decay", others, script),
        momentum=_passed_alike("momentum", others, script),
        settings=_settings(others, script),
        condition=script.condition(site.statement),
        scheduled_by=around if _SCHEDULING & set(words(around or "")) else None,
    )


_OWNERS = re.compile(r"(?<![\w.])([A-Za-z_][\w.]*)\.(?:named_)?parameters\(")


def _owners(params: Any, statement: int, script: Script) -> tuple[str, ...]:
    """`a` and `b.head` in `params = list(a.parameters()) + list(b.head.parameters())`."""
    if type(params) is not cst.Name:
        return ()
    made = script.reaching(params.value, statement)
    if len(made) != 1 or made[0].how != "assign" or script.methods_on(params.value):
        return ()
    return tuple(dict.fromkeys(_OWNERS.findall(text(made[0].value))))


def _is_rate(params: Any) -> bool:
    """Whether a number is passed first, or what is called a learning rate."""
    named = words(dotted(params)) if params is not None else ()
    return type(params) in (cst.Float, cst.Integer) or named[-2:] == ("learning", "rate")


def _handed_on(site: Site, script: Script) -> str | None:
    """What is called with the new optimizer as an argument: `Scheduled(Adam(...), steps)`."""
    calls = script.calls_in(site.statement)
    return next((c.name for c in calls for arg in c.node.args if arg.value is site.node), None)


def _rate(site: Site, script: Script) -> tuple[str | None, int | float | None, bool]:
    """The learning rate as written, its value where constants tell, and whether it is the
    library's default."""
    rate = script.argument(site, "lr") or script.argument(site, "learning_rate")
    if rate is not None:
        return text(rate), script.value(rate, site.statement.index), False
    default = script.default(site, "lr") if not script.passes_unknown(site) else None
    return default, None, default is not None


def _passed_alike(name: str, sites: list[Site], script: Script) -> str | None:
    """What is passed for a parameter, where it is the same for all the classes."""
    passed = {script.argument_text(site, name) for site in sites}
    return passed.pop() if len(passed) == 1 else None


def _is_optimizer(site: Site) -> bool:
    return site.known is not None and site.known.api.kind == "optimizer"


def _distinct(sites: list[Site]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(s.name.rpartition(".")[2] for s in sites))
    return names if len(names) > 1 else ()


def _behind_variable(site: Site, script: Script) -> tuple[str, ...]:
    """The classes that a variable may hold: `make = Adam8bit if small else Adam`."""
    if "." in site.name:
        return ()
    bindings = script.reaching(site.name, site.statement.index)
    values = [b.value for b in reversed(bindings) if b.how == "assign" and b.value is not None]
    branches = [v for value in values for v in alternatives(value)]
    names = [dotted(value).rpartition(".")[2] for value in branches]
    told = len(values) == len(bindings) and all(is_class_name(name) for name in names)
    return tuple(dict.fromkeys(names)) if told else ()


def _settings(sites: list[Site], script: Script) -> tuple[str, ...]:
    told = ("momentum", "weight_decay")
    found = ((key, _passed_alike(key, sites, script)) for key in _SETTINGS if key not in told)
    return tuple(f"{key}={value}" for key, value in found if value is not None)


def _in_groups(params: Any) -> bool:
    if type(params) is cst.List:
        return any(type(e.value) is cst.Dict for e in params.elements)
    named = words(dotted(params)) if params is not None else ()
    return bool(named) and named[-1] in ("groups", "group", "dicts")


def _target(site: Site, script: Script) -> str | None:
    """What holds the optimizer: what it is assigned to, also in `opt = wrapped(Adam(...))`; not
    `engine` in `engine = Engine(Adam(...))`."""
    node = site.statement.node
    direct = assigned(site.statement, site.node)
    if direct is not None or type(node) is not cst.Assign:
        return direct
    around = script.known(node.value.func, site.scope) if type(node.value) is cst.Call else None
    if around is not None and around.api.kind in ("optimizer", "optimizer-chain"):
        return text(node.targets[0].target)
    elements = getattr(node.targets[0].target, "elements", None)
    names = [text(e.value) for e in elements] if elements else [text(node.targets[0].target)]
    return next((name for name in names if _OPTIMIZERS & set(words(name))), None)


@pattern(
    OptimizerBuild,
    statements=(cst.Assign, cst.AnnAssign, cst.Return),
    values=(cst.Call,),
    mentions=("opt",),
)
def find_helper(site: Site, script: Script) -> Iterator[OptimizerBuild]:
    """`optimizer = build_optimizer(config, model)`, `optimizer = cls(model.parameters(), lr)`."""
    call = site.node.value
    if script.known(call.func, site.scope) is not None:
        return
    made = script.call_site(call, site.statement.index, site.scope)
    target = _assigned(site)
    evidence = _helper(made, target)
    if evidence is None:
        return
    passed = optimizer_passed(script, made)
    if passed is not None and words(made.name)[:1] == ("instantiate",):
        passed = None  # settings of one: `instantiate(cfg.optimizer)`
    settings = type(passed) is cst.Attribute and set(words(dotted(passed.value))) & CONFIG_WORDS
    passed = None if settings else passed  # `get_optimizer(model, name=args.optim)`
    described = passed is not None and text(passed) == target and _passes_params(call)
    if (passed is not None and not described) or _inner(made, script):
        return
    yield OptimizerBuild(
        line=site.line,
        end=site.last,
        evidence=evidence,
        name=_named(target),
        api=text(call.func),
        lr=script.argument_text(made, "lr"),
        weight_decay=script.argument_text(made, "weight_decay"),
        helper=True,
        arguments=tuple(text(arg) for arg in call.args),
        condition=script.condition(site.statement),
    )


@pattern(OptimizerBuild, methods=("compile",), mentions=("opt",))
def find_compiled(site: Site, script: Script) -> Iterator[OptimizerBuild]:
    """`model.compile(optimizer="adam", loss="mse")` of Keras: an optimizer by its name."""
    told = string(argument(site.node, "optimizer", 0))
    keras = told and argument(site.node, "loss") is not None
    if keras and type(site.node.func) is cst.Attribute:
        yield OptimizerBuild(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, (site.name,)),
            api=told,
            condition=script.condition(site.statement),
        )


@pattern(OptimizerBuild, kinds=("wrap",))
def find_given_back(site: Site, script: Script) -> Iterator[OptimizerBuild]:
    """`engine, optimizer, _, _ = deepspeed.initialize(model=model, config=config)`: the framework
    makes it of its configuration."""
    name = given_back(site, "optimizer")
    if site.known is None or name is None or passes(site, script, "optimizer"):
        return
    yield OptimizerBuild(
        line=site.line,
        end=site.last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        name=name,
        api=site.name.rpartition(".")[2],
        helper=True,
        arguments=tuple(text(arg) for arg in site.node.args),
        condition=script.condition(site.statement),
    )


@pattern(OptimizerBuild, calls=lambda name: name == "dict")
def find_registered(site: Site, script: Script) -> Iterator[OptimizerBuild]:
    """`optimizer = dict(type="SGD", lr=0.1, momentum=0.9)`, from which MMEngine makes it."""
    found = registered(site, script)
    if found is None or found[1] != "optimizer":
        return
    written, number, _ = _rate(site, script)
    yield OptimizerBuild(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (found[1],)),
        name=_target(site, script),
        api=found[0],
        lr=written,
        lr_value=number,
        weight_decay=script.argument_text(site, "weight_decay"),
        momentum=script.argument_text(site, "momentum"),
        settings=_settings([site], script),
        condition=script.condition(site.statement),
    )


@pattern(OptimizerBuild, statements=(cst.Assign, cst.Return), values=(cst.Dict,), mentions=MARKS)
def find_configured(site: Site, script: Script) -> Iterator[OptimizerBuild]:
    """`{"zero_optimization": ..., "optimizer": {"type": "Adam", "params": ...}}` of DeepSpeed."""
    for section in sections(site, script, "optimizer"):
        rate, decay = (entry(section.value, "params", n) for n in ("lr", "weight_decay"))
        if string(entry(section.value, "type")):
            yield OptimizerBuild(
                line=section.line,
                end=section.line,
                evidence=Evidence(FLOW, ("optimizer",)),
                api=string(entry(section.value, "type")),
                lr=text(rate) if rate is not None else None,
                lr_value=script.value(rate, site.statement.index) if rate is not None else None,
                weight_decay=text(decay) if decay is not None else None,
            )


@pattern(OptimizerBuild, kinds=("optimizer-chain",))
def find_chain(site: Site, script: Script) -> Iterator[OptimizerBuild]:
    """`tx = optax.chain(optax.clip(1.0), optax.trace(0.9), optax.scale(-lr))`: an optimizer made of
    its steps, where no step is an optimizer of its own."""
    made = [call for call in script.calls_in(site.statement) if call.known is not None]
    chains = [c for c in made if c.known and c.known.api.kind == "optimizer-chain"]
    if site.known is None or chains[0].node is not site.node or any(map(_is_optimizer, made)):
        return
    yield OptimizerBuild(
        line=site.line,
        end=site.last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        name=_target(site, script),
        api=site.known.name.rpartition(".")[2],
        helper=True,
        arguments=tuple(text(arg) for arg in site.node.args),
        parts=tuple(filter(None, map(_made_by, site.node.args))),
        condition=script.condition(site.statement),
    )


def _made_by(arg: cst.Arg) -> str:
    """`trace` for `optax.trace(0.9)`."""
    return dotted(arg.value.func).rpartition(".")[2] if type(arg.value) is cst.Call else ""


def _assigned(site: Site) -> str | None:
    if type(site.node) is cst.Return:
        return None
    target = site.node.target if type(site.node) is cst.AnnAssign else site.node.targets[0].target
    return text(target)


def _inner(made: Site, script: Script) -> bool:
    """Whether a library's optimizer is made inside the same statement."""
    return any(_is_optimizer(site) for site in script.calls_in(made.statement))


_OPTIMIZERS = frozenset({"opt", "opts", "optim", "optimizer", "optimizers"})
_NO_MAKERS = frozenset({"dummy", "fake"})
_PAIRS = frozenset({"model", "models", "training"})
"""What a helper is said to make that gives the optimizer beside it: `model, optimizer = ...`."""


def _named(target: str | None) -> str | None:
    """The optimizer among what receives the result: `optimizer` of `(model, optimizer)`."""
    parts = [part.strip() for part in (target or "").strip("()").split(",") if part.strip()]
    if len(parts) < 2:
        return target
    return next((part for part in parts if suggested_role(part) == "optimizer"), target)


def _helper(made: Site, target: str | None) -> Evidence | None:
    """What tells that a helper makes an optimizer: what is assigned and passed, or its name."""
    function = text(made.node.func)
    named = set(words(made.name.replace("()", "").replace("[]", "") or function))
    about = bool(named & {"optimizer", "optimizers", "optim", "optimiser", "opt"})
    first = target.strip("()").split(", ") if target else []
    holds = any(suggested_role(part) == "optimizer" for part in first)
    if named & _NO_MAKERS or words(made.name)[-1:] in (("names",), ("type",), ("config",)):
        return None
    if "get" in named and not made.node.args and made.name.startswith("self."):
        return None  # one that is there already
    if {"op", "ops", "for"} & named or made.name.partition(".")[0] in _SEARCHES:
        return None  # operations of a static graph, searches for settings
    if target is None:
        return Evidence(NAME, (made.name,)) if about and _passes_params(made.node) else None
    if named & {"prepare", "load", "wrap", "state", "initialize", "hyper", "study"}:
        return None
    if "scheduler" in named and not (about and len(first) > 1):
        return None
    pair = len(first) > 1 and bool(named & _PAIRS) and bool(made.node.args)
    if (about or pair) and named & _MAKERS and holds:
        return Evidence(NAME, (made.name,))
    if holds and _passes_params(made.node):
        return Evidence(FLOW, (target,))
    if about and named & _MAKERS and words(target)[-1:] == ("opt",) and _passes_params(made.node):
        return Evidence(NAME, (made.name,))
    passed = {arg.keyword.value for arg in made.node.args if arg.keyword is not None}
    if holds and is_class_name(made.name.rpartition(".")[2]) and named & _RULES and passed & _RATES:
        return Evidence(NAME, (made.name,))
    if holds and (about or named & {"instantiate", "build"}) and made.node.args:
        return Evidence(NAME, (made.name or function,))
    return None


_RULES = frozenset(
    {"adafactor", "adagrad", "adam", "adamw", "lamb", "lars", "lion", "muon", "nadam", "novograd"}
    | {"radam", "ranger", "rmsprop", "sgd"}
)
"""Words of classes that are called after the rule of an optimizer."""
_RATES = frozenset({"learning_rate", "lr"})


def _passes_params(call: cst.Call) -> bool:
    """Whether parameters are passed: `model.parameters()`, `params`, `param_groups`."""
    for arg in call.args:
        if ".parameters(" in text(arg.value) or ".trainable_" in text(arg.value):
            return True
        named = words(dotted(arg.value))
        if named and named[0] in ("params", "param", "parameters", "grouped"):
            return True
    return False
