"""Schedules that are objects: of a library, of a setting, or of a helper of the project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import argument, string
from pseudogen.names.config_calls import CONFIG_WORDS
from pseudogen.names.engine_config import MARKS, entry, sections
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.known_settings import known_setting
from pseudogen.names.places import own_lines
from pseudogen.names.quantities import assigned_elsewhere
from pseudogen.names.rates import (
    SCHEDULE_PIECES,
    base_rate,
    depends_on_time,
    is_rate,
    makes_schedule,
    names_in,
    names_schedule,
    optimizer_passed,
    schedules_noise,
    speaks_of_rate,
    speaks_of_schedule,
)
from pseudogen.names.reads import read_name
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, holder
from pseudogen.names.words import MAKING, words
from pseudogen.patterns.lr_schedule.facts import LrSchedule
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_STEPS = ("step", "step_update", "step_epoch", "step_batch", "scheduler_step")


@pattern(LrSchedule, kinds=("scheduler",))
def find_made(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`StepLR(optimizer, step_size=30)`."""
    if site.known is None or _is_asked(site, script):
        return
    traits = site.known.api.traits
    either = type(getattr(site.statement.node, "value", None)) is cst.IfExp
    name = assigned(site.statement, site.node) if either else holder(site)
    passed = {key: _passed(site, script, traits.get(key)) for key in ("period", "factor")}
    optimizer = script.argument(site, "optimizer")
    base, base_value = _base(optimizer, site, script)
    first, last = own_lines(script, site)
    choice, choice_default = _choice(site.node, script)
    yield LrSchedule(
        line=first,
        end=last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        action="made",
        name=name,
        api=script.class_name(site),
        choice=choice,
        choice_default=choice_default,
        form=traits.get("form"),
        optimizer=text(optimizer) if optimizer is not None else None,
        period=passed["period"][0],
        period_value=passed["period"][1],
        factor=passed["factor"][0],
        factor_value=passed["factor"][1],
        floor=_passed(site, script, traits.get("floor"))[0],
        peak=_passed(site, script, traits.get("peak"))[0],
        warmup=script.argument_text(site, traits.get("warmup", "")),
        total=script.argument_text(site, traits.get("total", "")),
        base=base,
        base_value=base_value,
        per=_stepped_per(name, script),
        goal=_goal(site, script) if traits.get("form") == "plateau" else None,
        fed=_fed(name, script) if traits.get("form") == "plateau" else None,
    )


def _choice(call: cst.Call, script: Script) -> tuple[str | None, str | None]:
    """The setting, among what a call gets, that names the schedule, and the name that it has by
    default."""
    for arg in call.args:
        name = read_name(arg.value)
        setting = script.settings.get(name) if known_setting(name) == "schedule" else None
        default = setting.default if setting is not None else None
        plain = default is not None and default[:1] in ("'", '"')
        if setting is not None and plain and not assigned_elsewhere(script, name):
            return setting.typed, default
    return None, None


def _is_asked(site: Site, script: Script) -> bool:
    """Whether a schedule is made to be asked for one rate: `NoamDecay(512, 4000).get_lr()`."""
    asked = (call for call in script.calls_in(site.statement) if call.name.endswith("().get_lr"))
    return any(site.node in (call.node, call.node.func.value) for call in asked)


def _goal(site: Site, script: Script) -> str | None:
    """Which way the watched value is to go."""
    mode = script.argument_or_default(site, "mode")
    return mode.strip("'\"") if mode in ("'max'", '"max"', "'min'", '"min"') else None


def _fed(name: str | None, script: Script) -> int | None:
    """The line of `scheduler.step(value)`."""
    steps = (s for s in script.calls_of_method("step") if name and s.name == f"{name}.step")
    return next((site.line for site in steps if site.node.args), None)


def _passed(
    site: Site, script: Script, parameter: str | None
) -> tuple[str | None, int | float | None]:
    """(text, value) of an argument, its default included."""
    if parameter is None:
        return None, None
    node = script.argument(site, parameter)
    if node is not None:
        return text(node), script.value(node, site.statement.index)
    default = script.default(site, parameter)
    if default is None or script.passes_unknown(site):
        return None, None
    return default, script.value(cst.parse_expression(default), site.statement.index)


def _base(optimizer: Any, site: Site, script: Script) -> tuple[str | None, int | float | None]:
    """The learning rate that an optimizer was made with, where the script makes it."""
    found = base_rate(script, optimizer, site)
    if found is None:
        return None, None
    return text(found[0]), script.value(*found)


def _stepped_per(name: str | None, script: Script) -> str | None:
    """How often `name.step()` is called in training."""
    if name is None:
        return None
    units = {
        None if _now_and_then(site, script) else script.unit(site.statement)
        for site in script.call_sites()
        if site.name.endswith(_STEPS) and site.name.rpartition(".")[0] == name
    }
    return units.pop() if len(units) == 1 else None


@pattern(LrSchedule, calls=lambda name: name == "dict", within=(cst.Assign,))
def find_registered(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`param_scheduler = [dict(type="MultiStepLR", milestones=[8, 11])]`, from which MMEngine makes
    the schedules."""
    told = argument(site.node, "type") if type(site.statement.node) is cst.Assign else None
    made = string(told) or dotted(told).rpartition(".")[2] if told is not None else ""
    if not made:
        return
    holder = text(site.statement.node.targets[0].target)
    listed = names_schedule(holder) and (made.endswith("LR") or "Annealing" in made)
    if not listed or "Momentum" in made:
        return
    first, last = own_lines(script, site)
    yield LrSchedule(
        line=first,
        end=last,
        evidence=Evidence(NAME, (holder,)),
        action="made",
        name=holder,
        api=made,
        form="other",
    )


_CONFIGURED = {"WarmupLR": "constant", "WarmupDecayLR": "linear", "WarmupCosineLR": "cosine"}
"""DeepSpeed's schedules: what comes after the warm-up."""


@pattern(LrSchedule, statements=(cst.Assign, cst.Return), values=(cst.Dict,), mentions=MARKS)
def find_configured(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`{"zero_optimization": ..., "scheduler": {"type": "WarmupLR"}}` of DeepSpeed."""
    for section in sections(site, script, "scheduler"):
        made = string(entry(section.value, "type"))
        warmup = entry(section.value, "params", "warmup_num_steps")
        if made:
            yield LrSchedule(
                line=section.line,
                end=section.line,
                evidence=Evidence(FLOW, ("scheduler",)),
                action="made",
                api=made,
                form=_CONFIGURED.get(made, "other"),
                warmup=text(warmup) if warmup is not None and made in _CONFIGURED else None,
            )


@pattern(LrSchedule, kinds=("training-arguments",))
def find_setting(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`TrainingArguments(lr_scheduler_type="cosine")`."""
    told = argument(site.node, "lr_scheduler_type")
    if told is None or site.known is None:
        return
    named = string(told).replace("_with_warmup", "").replace("_with_restarts", "-restarts")
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        action="made",
        api=site.known.name.rpartition(".")[2],
        form=named if named in ("linear", "cosine", "constant", "cosine-restarts") else "named",
        warmup=text(steps) if (steps := argument(site.node, "warmup_steps")) else None,
        parameters=(f"lr_scheduler_type={text(told)}",),
        per="step",
    )


def _is_of_schedules(receiver: cst.Name, site: Site, script: Script) -> bool:
    """Whether a loop goes over schedules: `for item in schedulers: item.step()`."""
    bound = script.reaching(receiver.value, site.statement.index)
    return bool(bound) and all(b.how == "for" and names_schedule(dotted(b.value)) for b in bound)


@pattern(LrSchedule, methods=_STEPS)
def find_stepped(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`scheduler.step()`, `lr_scheduler.step_update(step)`."""
    if type(site.node.func) is not cst.Attribute:
        return
    receiver = site.node.func.value
    written = site.name.rpartition(".")[0]
    role = script.role(receiver, site.scope)
    passed = [arg.value for arg in site.node.args if arg.keyword is None]
    scheduler = role if role is not None and role.kind == "scheduler" else None
    known = scheduler is not None and (
        scheduler.evidence.kind != NAME or names_schedule(scheduler.evidence.names[0])
    )
    if site.name.endswith("optimizer.scheduler_step") and passed:
        known, role = True, None
    listed = not known and type(receiver) is cst.Name and _is_of_schedules(receiver, site, script)
    by_name = names_schedule(written) or _makes_rates(written, site, script)
    if not known and not listed and (not by_name or len(passed) > 2):
        return
    evidence = role.evidence if role is not None and known else Evidence(NAME, (written,))
    if evidence.kind == NAME and _of_noise(site, evidence, script):
        return
    passed = [] if passed and _is_optional(passed[0], site, script) else passed
    told = text(passed[0]) if passed else None
    timed = bool(passed) and depends_on_time(passed[0]) and not _is_result(passed[0])
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=evidence,
        action="stepped",
        name=text(receiver),
        per=None if _now_and_then(site, script) else script.unit(site.statement),
        watched=None if timed else told,
        position=told if timed else None,
        condition=script.condition(site.statement),
    )


def _makes_rates(name: str, site: Site, script: Script) -> bool:
    """Whether what is called a rate was made by a helper for that, as Paddle's schedules are:
    `lr = build_lr(cfg, steps)`."""
    made = script.reaching(name, site.statement.index) if is_rate(name) else []
    calls = [words(dotted(b.value.func)) for b in made if type(b.value) is cst.Call]
    return bool(calls) and all(n[:1] and n[0] in MAKING and n[-1] == "lr" for n in calls)


def _of_noise(site: Site, evidence: Evidence, script: Script) -> bool:
    """Whether a step is of the schedule of a diffusion's noise: its result is what counts, as in
    `latents = scheduler.step(noise, t, latents)[0]`."""
    node: Any = site.statement.node
    if any(map(speaks_of_rate, (site.name, *evidence.names))):
        return False
    alone = type(node) is cst.Expr and node.value is site.node
    return not alone and (len(site.node.args) > 2 or schedules_noise(script))


_RESULTS = frozenset(
    {"acc", "accuracy", "error", "f1", "loss", "losses", "map", "metric", "metrics", "miou"}
    | {"score", "scores"}
)


def _is_result(node: Any) -> bool:
    """Whether an argument is what a schedule watches: `np.mean(epoch_loss)`, `metrics[epoch]`."""
    return any(_RESULTS & set(words(name)) for name in names_in(node))


def _is_optional(node: Any, site: Site, script: Script) -> bool:
    """Whether an argument is a parameter that may be left out: `def step(epoch=None)`."""
    bindings = script.reaching(node.value, site.statement.index) if type(node) is cst.Name else []
    return any(b.how == "parameter" and b.value and text(b.value) == "None" for b in bindings)


def _now_and_then(site: Site, script: Script) -> bool:
    """Whether a condition lets only some rounds of a loop come to a statement: `i % n == 0`."""
    loop = script.loop_around(site.statement)
    headers = script.tree.ancestors(site.statement.index)
    return loop is not None and any(
        type(h.node) is cst.If and h.index > loop.index and "%" in text(h.node.test)
        for h in headers
    )


def _schedule_among(target: Any) -> str:
    """The name that receives the schedule: `scheduler` of `optimizer, scheduler`."""
    if type(target) is cst.Tuple:
        named = [text(element.value) for element in target.elements]
        schedules = [name for name in named if speaks_of_schedule(name)]
        if len(schedules) == 1:
            return schedules[0]
    return text(target)


@pattern(LrSchedule, statements=(cst.Return,), values=(cst.Call,), mentions=SCHEDULE_PIECES)
def find_returned(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`return build_lr_scheduler(cfg, optimizer)`: the schedule of a helper is handed on."""
    call = site.node.value
    named = words(dotted(call.func))
    makes = named[:1] and named[0] in MAKING and named[-1] in ("scheduler", "schedule")
    if not makes or "." in dotted(call.func) or script.known(call.func, site.scope) is not None:
        return
    made = script.call_site(call, site.statement.index, site.scope)
    optimizer = optimizer_passed(script, made)
    if optimizer is None or not names_schedule(made.name) or script.called_function(made):
        return
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (made.name,)),
        action="made",
        api=text(call.func),
        optimizer=text(optimizer),
        parameters=tuple(text(arg) for arg in call.args),
    )


def _optimizer_given(script: Script, made: Site) -> Any:
    """The optimizer that a helper is given; None for settings of one: `cfg.OPTIMIZER`."""
    optimizer = optimizer_passed(script, made)
    settings = type(optimizer) is cst.Attribute and CONFIG_WORDS & set(
        words(dotted(optimizer.value))
    )
    return None if settings else optimizer


@pattern(LrSchedule, statements=(cst.Assign,), values=(cst.Call,), mentions=SCHEDULE_PIECES)
def find_factory(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`lr_scheduler = build_scheduler(config, optimizer)`: a helper makes the schedule."""
    call = site.node.value
    if not speaks_of_schedule(dotted(call.func)):
        return
    made = script.call_site(call, site.statement.index, site.scope)
    target = _schedule_among(site.node.targets[0].target)
    if not makes_schedule(script, made, target):
        return
    optimizer = _optimizer_given(script, made)
    choice, choice_default = _choice(call, script)
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (made.name,)),
        action="made",
        name=target,
        api=text(call.func),
        optimizer=text(optimizer) if optimizer is not None else None,
        parameters=tuple(text(arg) for arg in call.args),
        per=_stepped_per(target, script),
        choice=choice,
        choice_default=choice_default,
    )
