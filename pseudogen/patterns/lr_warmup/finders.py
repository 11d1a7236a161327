"""What lr-warmup is found by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import argument, string
from pseudogen.names.engine_config import MARKS, entry, sections
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.modules import is_class_name
from pseudogen.names.places import own_lines
from pseudogen.names.rates import (
    is_rate,
    names_schedule,
    optimizer_passed,
    speaks_of_rate,
    speaks_of_schedule,
)
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.lr_warmup.facts import LrWarmup
from pseudogen.patterns.lr_warmup.formulas import says_warm
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_LENGTHS = (
    "num_warmup_steps",
    "warmup_steps",
    "warmup_t",
    "warmup_epochs",
    "warmup_iters",
    "total_epoch",
    "warmup_period",
    "warmup_ratio",
    "warmup_epoch",
    "warmup_num_steps",
)


_LIMITED = 2


@pattern(LrWarmup, kinds=("scheduler",))
def find_schedule(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`get_cosine_schedule_with_warmup(optimizer, num_warmup_steps=500, ...)`, `LinearLR(...)`
    that starts low."""
    if site.known is None:
        return
    parameter = site.known.api.traits.get("warmup", "")
    rising = _rising_lambda(script.argument(site, "lr_lambda"))
    if rising is not None:
        yield _made(site, script, rising, Evidence(site.known.evidence, (site.known.name,)))
        return
    reached = _first_milestone(site, script)
    if reached is not None:
        yield _made(site, script, reached, Evidence(site.known.evidence, (site.known.name,)))
        return
    rises = site.known.api.traits.get("form") == "linear-factor" and _rises(site, script)
    length = script.argument(site, "total_iters" if rises else parameter) if parameter else None
    if rises:
        length = script.argument(site, "total_iters")
    elif parameter in ("", "pct_start") or length is None or text(length) in ("0", "None"):
        return
    traits = site.known.api.traits
    yield replace(
        _made(site, script, length, Evidence(site.known.evidence, (site.known.name,))),
        unit=None if rises else traits.get("unit") or _unit(parameter),
        of_schedule=traits.get("form") in _TELLING and not rises and "period" not in traits,
    )


_TELLING = ("cosine", "polynomial", "linear", "constant", "inverse-sqrt")
"""Forms of schedules whose words tell of a warm-up."""


def _unit(name: str) -> str | None:
    """What a length counts, by the name of the parameter."""
    counted = words(name)[-1:]
    if counted in (("epochs",), ("epoch",)):
        return "epoch"
    steps = ("steps", "step", "iters", "iter", "iterations", "updates")
    return "step" if counted and counted[0] in steps else None


def _first_milestone(site: Site, script: Script) -> Any:
    """`10` in Ignite's `milestones_values=[(0, 0.0), (10, lr), (90, 0.0)]`, which starts at 0;
    None for anything else."""
    told = script.argument(site, "milestones_values")
    bound = script.reaching(dotted(told), site.statement.index) if type(told) is cst.Name else []
    told = bound[0].value if len(bound) == 1 else told
    pairs = [e.value for e in told.elements] if type(told) in (cst.List, cst.Tuple) else []
    if len(pairs) < 2 or any(type(p) is not cst.Tuple or len(p.elements) != 2 for p in pairs):
        return None
    (_, start), (reached, peak) = ([e.value for e in pair.elements] for pair in pairs[:2])
    zero = script.value(start, site.statement.index) == 0
    return reached if zero and script.value(peak, site.statement.index) != 0 else None


def _rising_lambda(factor: Any) -> Any:
    """`warmup_steps` in `lambda step: step / warmup_steps`; None for anything else."""
    body = factor.body if type(factor) is cst.Lambda else None
    if type(body) is cst.Call and dotted(body.func) == "min" and len(body.args) == _LIMITED:
        quotients = [a.value for a in body.args if type(a.value) is cst.BinaryOperation]
        body = quotients[0] if len(quotients) == 1 else None
    if type(body) is not cst.BinaryOperation or type(body.operator) is not cst.Divide:
        return None
    parameters = [p.name.value for p in factor.params.params]
    counter, length = body.left, _at_least_one(body.right)
    if type(counter) is cst.BinaryOperation and type(counter.right) is cst.Integer:
        if type(length) is cst.BinaryOperation and text(length.right) == text(counter.right):
            length = length.left  # `(step + 1) / (warmup_steps + 1)`
        counter = counter.left  # `(step + 1) / warmup_steps`
    warm = dotted(length) and says_warm(dotted(length))
    return length if warm and dotted(counter) in parameters else None


def _at_least_one(node: Any) -> Any:
    """`warmup_steps` in `max(1, warmup_steps)`."""
    if type(node) is not cst.Call or dotted(node.func) != "max" or len(node.args) != _LIMITED:
        return node
    names = [arg.value for arg in node.args if dotted(arg.value)]
    return names[0] if len(names) == 1 else node


def _rises(site: Site, script: Script) -> bool:
    """Whether a linear factor rises: it starts below 1 and ends at 1."""
    start = script.argument(site, "start_factor")
    end = script.argument(site, "end_factor")
    value = script.value(start, site.statement.index) if start is not None else 1 / 3
    goal = script.value(end, site.statement.index) if end is not None else 1.0
    warm = says_warm(_target(site) or "")
    return warm or (value is not None and goal is not None and value < goal)


def _made(site: Site, script: Script, length: Any, evidence: Evidence) -> LrWarmup:
    return LrWarmup(
        line=site.line,
        end=site.last,
        evidence=evidence,
        how="schedule",
        length=text(length) if length is not None else None,
        length_value=script.value(length, site.statement.index) if length is not None else None,
        api=site.name.rpartition(".")[2],
        name=_target(site) if getattr(site.statement.node, "value", None) is site.node else None,
        chosen=_chosen(site, script),
    )


def _chosen(site: Site, script: Script) -> str | None:
    """What names the schedule, where it may be one without a warm-up."""
    if site.known is None and site.name.rpartition(".")[2] == "get_scheduler":
        given = argument(site.node, "name", 0)
        return text(given) if given is not None and type(given) is not cst.SimpleString else None
    traits = site.known.api.traits if site.known is not None else {}
    name = script.argument(site, "name") if traits.get("form") == "named" else None
    return text(name) if name is not None and type(name) is not cst.SimpleString else None


def _target(site: Site) -> str | None:
    node = site.statement.node
    return text(node.targets[0].target) if type(node) is cst.Assign else None


def _may_warm(name: str) -> bool:
    return speaks_of_schedule(name) or says_warm(name) or _names_optimizer(name)


def _lasts(told: cst.Arg) -> bool:
    """Whether an argument is the length of a warm-up, and there is one: `warmup_steps=500`."""
    counted = {"steps", "step", "iters", "iter", "epochs", "epoch", "ratio", "updates"}
    key = text(told.keyword) if told.keyword is not None else ""
    return bool(counted & set(words(key))) and text(told.value) not in ("0", "0.0", "None", "False")


def _names_optimizer(name: str) -> bool:
    return words(name)[-1:] in (("optimizer",), ("optim",), ("optimiser",))


@pattern(LrWarmup, kinds=("training-arguments",), calls=_may_warm)
def find_named(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`GradualWarmupScheduler(optimizer, 1, 5)`, `TrainingArguments(warmup_steps=500)`."""
    if site.known is not None and site.known.api.kind == "training-arguments":
        yield from _setting(site, script)
        return
    if site.known is not None or not site.name or type(site.statement.node) is cst.FunctionDef:
        return
    named = words(site.name)
    schedule = names_schedule(site.name) or speaks_of_rate(site.name) or _is_warm_up(site)
    told = next((a for a in site.node.args if _tells_length(a)), None)
    if told is not None and schedule and text(told.value) not in ("False", "None", "0"):
        length, unit = _told_length(site)
        yield replace(_made(site, script, length, Evidence(NAME, (site.name,))), unit=unit)
    elif told is not None and _names_optimizer(site.name) and _lasts(told):
        yield LrWarmup(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (site.name,)),
            how="setting",
            length=f"{text(told.keyword)}={text(told.value)}",
            length_value=script.value(told.value, site.statement.index),
            api=site.name,
        )
    elif is_rate(_target(site) or ""):
        return  # the rate of one step is worked out, by a function told where it is written
    elif says_warm(site.name) and site.node.args and named[:1] != ("get",):
        if not schedule and optimizer_passed(script, site) is None:
            return
        yield _made(site, script, _length(site), Evidence(NAME, (site.name,)))


def _is_warm_up(site: Site) -> bool:
    """`rate = WarmUp(initial_learning_rate=0.1, warmup_steps=500)`: a class that is called a
    warm-up gets a learning rate."""
    rates = any(arg.keyword is not None and is_rate(arg.keyword.value) for arg in site.node.args)
    return is_class_name(site.name.rpartition(".")[2]) and says_warm(site.name) and rates


_NO_LENGTHS = frozenset(
    {"bias", "decay", "factor", "init", "lr", "lrs", "method", "mode", "momentum", "multiplier"}
    | {"power", "prefix", "rate", "start", "strategy", "type"}
)
"""Words of settings of a warm-up that are not its length."""


@pattern(LrWarmup, kinds=("warmup",))
def find_callback(site: Site, script: Script) -> Iterator[LrWarmup]:
    """Horovod's `LearningRateWarmupCallback(initial_lr=lr, warmup_epochs=5)`."""
    if site.known is not None:
        length = script.argument(site, "warmup_epochs")
        default = script.argument_or_default(site, "warmup_epochs")
        first, last = own_lines(script, site)
        made = _made(site, script, length, Evidence(site.known.evidence, (site.known.name,)))
        made = replace(made, line=first, end=last, unit="epoch")
        yield made if length is not None else replace(made, length=default)


@pattern(LrWarmup, calls=lambda name: name == "dict", mentions=("linearlr",))
def find_registered(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`param_scheduler = [dict(type="LinearLR", start_factor=0.001, end=500), ...]` of MMEngine."""
    node = site.statement.node
    holder = text(node.targets[0].target) if type(node) is cst.Assign else ""
    made, start = argument(site.node, "type"), argument(site.node, "start_factor")
    factor = script.value(start, site.statement.index) if start is not None else None
    linear = (string(made) or dotted(made).rpartition(".")[2]) == "LinearLR" if made else False
    if site.name != "dict" or not linear or not names_schedule(holder):
        return
    if factor is not None and factor < 1:
        first, last = own_lines(script, site)
        yield replace(
            _made(site, script, argument(site.node, "end"), Evidence(NAME, (holder,))),
            line=first,
            end=last,
            api="LinearLR",
            name=None,
        )


@pattern(LrWarmup, statements=(cst.Assign, cst.Return), values=(cst.Dict,), mentions=MARKS)
def find_configured(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`{"zero_optimization": ..., "scheduler": {"type": "WarmupLR"}}` of DeepSpeed."""
    for section in sections(site, script, "scheduler"):
        made = string(entry(section.value, "type"))
        length = entry(section.value, "params", "warmup_num_steps")
        if says_warm(made):
            yield LrWarmup(
                line=section.line,
                end=section.line,
                evidence=Evidence(FLOW, ("scheduler",)),
                how="schedule",
                length=text(length) if length is not None else None,
                length_value=script.value(length, site.statement.index) if length else None,
                api=made,
            )


def _length(site: Site) -> Any:
    return next((v for n in _LENGTHS if (v := argument(site.node, n)) is not None), None)


def _tells_length(arg: cst.Arg) -> bool:
    """`warmup_steps=500`, or a setting for it at its place: `config.warmup_steps`."""
    if arg.keyword is not None:
        return says_warm(arg.keyword.value)
    if type(arg.value) is cst.BinaryOperation and type(arg.value.operator) is cst.Multiply:
        sides = (dotted(arg.value.left), dotted(arg.value.right))  # `steps * warmup_ratio`
        counted = any(words(side)[-1:] in _UNITS for side in sides)
        return counted and any(says_warm(side) for side in sides)
    named = words(dotted(arg.value))
    return says_warm(dotted(arg.value)) and named[-1:] in _UNITS


_UNITS = (("steps",), ("iters",), ("epochs",), ("iterations",), ("ratio",), ("updates",))


def _told_length(site: Site) -> tuple[Any, str | None]:
    """What an argument says of the length, and what that counts: `warmup_steps=100`, not
    `warmup_lr=1e-6`."""
    for arg in site.node.args:
        named = words(arg.keyword.value) if arg.keyword else ()
        if _tells_length(arg) and not set(named) & _NO_LENGTHS:
            length = arg.value if text(arg.value) not in ("True", "False", "None", "0") else None
            return length, _unit(arg.keyword.value if arg.keyword else dotted(arg.value))
    return None, None


def _setting(site: Site, script: Script) -> Iterator[LrWarmup]:
    for name in ("warmup_steps", "warmup_ratio"):
        value = argument(site.node, name)
        if value is not None and text(value) not in ("0", "0.0") and site.known is not None:
            yield LrWarmup(
                line=site.line,
                end=site.last,
                evidence=Evidence(site.known.evidence, (site.known.name,)),
                how="setting",
                length=f"{name}={text(value)}",
                length_value=script.value(value, site.statement.index),
                api=site.name,
            )
