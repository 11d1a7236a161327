"""lr-schedule: a schedule of the learning rate is made, stepped, or applied by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.arguments import argument, string
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.rates import (
    asks_formula,
    depends_on_time,
    holds_arithmetic,
    is_rate,
    is_time,
    makes_schedule,
    names_schedule,
    optimizer_passed,
    rate_owner,
    returns_rate,
    sets_rate,
)
from pseudogen.names.script import Script, Site
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_STEPS = ("step", "step_update", "step_epoch", "step_batch")


@dataclass(frozen=True, slots=True, kw_only=True)
class LrSchedule(Finding):
    """Facts of a schedule of the learning rate.

    Attributes:
        action: "made", "stepped", "set" (`group["lr"] = ...`), "helper" (a function that sets it
            is called), "formula" (a function of the epoch or step), "computed" (the rate for this
            epoch or step).
        name: What holds the schedule, or the function.
        api: The library's class, without its module.
        form: "step", "cosine", "plateau"...; None when the script does not say.
        optimizer: Whose learning rate it is.
        period: Every how many steps of the schedule, until when, or at which milestones.
        period_value: The period where constants tell.
        factor: What the rate is multiplied by.
        factor_value: The factor where constants tell.
        floor: The lowest rate.
        peak: The highest rate of schedules that rise first.
        warmup: The steps of a warm-up that belongs to the schedule.
        parameters: Everything passed to a helper or factory, as written.
        base: The learning rate that the optimizer was made with.
        base_value: That rate where constants tell.
        per: "epoch" or "step": how often it is stepped, set or computed.
        watched: The value that a plateau schedule is given.
        value: The formula or the value that is set.
        variable: What receives the value, for "set" and "computed".
        counter: The parameter of a formula that is the epoch or step.
    """

    pattern: ClassVar[str] = "lr-schedule"

    action: str
    name: str | None = None
    api: str | None = None
    form: str | None = None
    optimizer: str | None = None
    period: str | None = None
    period_value: int | float | None = None
    factor: str | None = None
    factor_value: int | float | None = None
    floor: str | None = None
    peak: str | None = None
    warmup: str | None = None
    parameters: tuple[str, ...] = ()
    base: str | None = None
    base_value: int | float | None = None
    per: str | None = None
    watched: str | None = None
    value: str | None = None
    variable: str | None = None
    counter: str | None = None


@pattern(LrSchedule, kinds=("scheduler",))
def find_made(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`StepLR(optimizer, step_size=30)`."""
    if site.known is None:
        return
    traits = site.known.api.traits
    name = _holder(site)
    passed = {key: _passed(site, script, traits.get(key)) for key in ("period", "factor")}
    optimizer = script.argument(site, "optimizer")
    base, base_value = _base(optimizer, site, script)
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        action="made",
        name=name,
        api=site.known.name.rpartition(".")[2],
        form=traits.get("form"),
        optimizer=text(optimizer) if optimizer is not None else None,
        period=passed["period"][0],
        period_value=passed["period"][1],
        factor=passed["factor"][0],
        factor_value=passed["factor"][1],
        floor=_passed(site, script, traits.get("floor"))[0],
        peak=_passed(site, script, traits.get("peak"))[0],
        warmup=script.argument_text(site, traits.get("warmup", "")),
        base=base,
        base_value=base_value,
        per=_stepped_per(name, script),
    )


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


def _holder(site: Site) -> str | None:
    """The variable to which the statement assigns the call itself."""
    node = site.statement.node
    if type(node) is cst.Assign and node.value is site.node:
        return text(node.targets[0].target)
    return None


def _base(optimizer: Any, site: Site, script: Script) -> tuple[str | None, int | float | None]:
    """The learning rate that an optimizer was made with, where the script makes it."""
    name = dotted(optimizer) if optimizer is not None else ""
    made = script.reaching(name, site.statement.index) if name else []
    if len(made) != 1 or type(made[0].value) is not cst.Call:
        return None, None
    maker = script.call_site(made[0].value, made[0].statement, site.scope)
    rate = script.argument(maker, "lr")
    if maker.known is None or maker.known.api.kind != "optimizer" or rate is None:
        return None, None
    return text(rate), script.value(rate, made[0].statement)


def _stepped_per(name: str | None, script: Script) -> str | None:
    """How often `name.step()` is called in training."""
    if name is None:
        return None
    units = {
        script.unit(site.statement)
        for site in script.call_sites()
        if site.name.rpartition(".")[0] == name and site.name.endswith(_STEPS)
    }
    return units.pop() if len(units) == 1 else None


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


@pattern(LrSchedule, methods=_STEPS)
def find_stepped(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`scheduler.step()`, `lr_scheduler.step_update(step)`."""
    if type(site.node.func) is not cst.Attribute:
        return
    receiver = site.node.func.value
    written = site.name.rpartition(".")[0]
    role = script.role(receiver, site.scope)
    passed = [arg.value for arg in site.node.args if arg.keyword is None]
    known = role is not None and role.kind == "scheduler" and role.evidence.kind != NAME
    if not known and (not names_schedule(written) or len(passed) > 2):
        return
    evidence = role.evidence if role is not None and known else Evidence(NAME, (written,))
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=evidence,
        action="stepped",
        name=text(receiver),
        per=script.unit(site.statement),
        watched=text(passed[0]) if passed and not depends_on_time(passed[0]) else None,
    )


@pattern(LrSchedule, statements=(cst.Assign, cst.AugAssign))
def find_set(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`param_group["lr"] = lr`, `optimizer.learning_rate = lr`."""
    target = site.node.target if type(site.node) is cst.AugAssign else site.node.targets[0].target
    optimizer = rate_owner(script, target, site)
    if optimizer is None:
        return
    value = text(site.node.value)
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=Evidence(FLOW, (text(target),)),
        action="set",
        optimizer=optimizer or None,
        value=value if type(site.node) is cst.Assign else text(site.node),
        variable=text(target),
        per=script.unit(site.statement),
    )


@pattern(LrSchedule, calls=True)
def find_helper(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`adjust_learning_rate(optimizer, epoch)`, `set_optimizer_lr(optimizer, schedule, epoch)`."""
    if not sets_rate(script, site):
        return
    optimizer = optimizer_passed(script, site)
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (site.name,)),
        action="helper",
        name=site.name,
        optimizer=text(optimizer) if optimizer is not None else None,
        parameters=tuple(text(arg.value) for arg in site.node.args),
        per=script.unit(site.statement),
    )


@pattern(LrSchedule, statements=(cst.Assign,))
def find_factory(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`lr_scheduler = build_scheduler(config, optimizer)`: a helper makes the schedule."""
    call = site.node.value
    if type(call) is not cst.Call:
        return
    made = script.call_site(call, site.statement.index, site.scope)
    target = text(site.node.targets[0].target)
    if not makes_schedule(script, made, target):
        return
    optimizer = optimizer_passed(script, made)
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (made.name,)),
        action="made",
        name=target,
        api=made.name.rpartition(".")[2],
        optimizer=text(optimizer) if optimizer is not None else None,
        parameters=tuple(text(arg.value) for arg in call.args),
        per=_stepped_per(target, script),
    )


@pattern(LrSchedule, statements=(cst.Assign, cst.AnnAssign))
def find_computed(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`lr = args.lr * 0.1 ** (epoch // 30)`, `lr = get_lr(step)`."""
    node = site.node
    target = node.target if type(node) is cst.AnnAssign else node.targets[0].target
    if not is_rate(dotted(target)) or node.value is None:
        return
    computed = holds_arithmetic(node.value) and depends_on_time(node.value)
    if not computed and not asks_formula(script, node.value, site.scope):
        return
    around = script.function_around(site.statement)
    if around is not None and returns_rate(script, around):
        return
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (text(target),)),
        action="computed",
        variable=text(target),
        value=text(node.value),
        per=script.unit(site.statement),
    )


@pattern(LrSchedule, statements=(cst.AugAssign, cst.Assign))
def find_lowered(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`lr /= 4.0`, `lr = lr * 0.5` inside the loop over the epochs or batches."""
    node = site.node
    target = node.target if type(node) is cst.AugAssign else node.targets[0].target
    if not is_rate(dotted(target)) or type(target) is cst.Subscript:
        return
    if type(node) is cst.Assign:
        again = type(node.value) is cst.BinaryOperation and text(node.value.left) == text(target)
        if not again or depends_on_time(node.value):
            return
    per = script.unit(site.statement)
    if per is not None:
        yield LrSchedule(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (text(target),)),
            action="computed",
            variable=text(target),
            value=text(node if type(node) is cst.AugAssign else node.value),
            per=per if script.condition(site.statement) is None else None,
        )


@pattern(LrSchedule, statements=(cst.Assign,))
def find_lambda(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`lf = lambda x: (1 - x / epochs) * 0.99 + 0.01`, passed to `LambdaLR`."""
    value = site.node.value
    if type(value) is not cst.Lambda or not holds_arithmetic(value.body):
        return
    name = text(site.node.targets[0].target)
    made = (s for s in script.call_sites() if s.known and s.known.api.kind == "scheduler")
    if any(script.argument_text(s, "lr_lambda") == name for s in made):
        parameters = tuple(p.name.value for p in value.params.params)
        yield LrSchedule(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, (name,)),
            action="formula",
            name=name,
            value=text(value.body),
            parameters=parameters,
            counter=parameters[0] if parameters else None,
        )


@pattern(LrSchedule, statements=(cst.FunctionDef,))
def find_formula(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`def get_lr(step): ... return min_lr + coeff * (max_lr - min_lr)`."""
    if returns_rate(script, site.statement):
        names = tuple(p.name.value for p in site.node.params.params)
        yield LrSchedule(
            line=site.line,
            end=site.statement.end,
            evidence=Evidence(NAME, (site.node.name.value,)),
            action="formula",
            name=site.node.name.value,
            parameters=names,
            counter=next((name for name in names if is_time(name)), None),
        )


def _example(**facts: Any) -> list[LrSchedule]:
    facts.setdefault("end", facts["line"])
    return [LrSchedule(**facts)]


_STEP_LR = "torch.optim.lr_scheduler.StepLR"
EXAMPLES = {
    "from torch.optim.lr_scheduler import StepLR\n"
    "scheduler = StepLR(optimizer, step_size=30)": _example(
        line=2,
        evidence=Evidence(API, (_STEP_LR,)),
        action="made",
        name="scheduler",
        api="StepLR",
        form="step",
        optimizer="optimizer",
        period="30",
        period_value=30,
        factor="0.1",
        factor_value=0.1,
    ),
    "for epoch in range(9):\n"
    "    train(train_loader, model, optimizer)\n"
    "    scheduler.step(val_loss)": _example(
        line=3,
        evidence=Evidence(NAME, ("scheduler",)),
        action="stepped",
        name="scheduler",
        per="epoch",
        watched="val_loss",
    ),
    "set_optimizer_lr(optimizer, lr_scheduler_func, epoch)": _example(
        line=1,
        evidence=Evidence(NAME, ("set_optimizer_lr",)),
        action="helper",
        name="set_optimizer_lr",
        optimizer="optimizer",
        parameters=("optimizer", "lr_scheduler_func", "epoch"),
    ),
    "lr_scheduler_func = get_lr_scheduler(decay_type, Init_lr_fit, Min_lr_fit, epochs)": _example(
        line=1,
        evidence=Evidence(NAME, ("get_lr_scheduler",)),
        action="made",
        name="lr_scheduler_func",
        api="get_lr_scheduler",
        parameters=("decay_type", "Init_lr_fit", "Min_lr_fit", "epochs"),
    ),
    "lr = base_lr * 0.5 ** (epoch // 10)\n"
    "for group in optimizer.param_groups:\n"
    '    group["lr"] = lr': [
        LrSchedule(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("lr",)),
            action="computed",
            variable="lr",
            value="base_lr * 0.5 ** (epoch // 10)",
        ),
        LrSchedule(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ('group["lr"]',)),
            action="set",
            optimizer="optimizer",
            value="lr",
            variable='group["lr"]',
        ),
    ],
    "def get_lr(step):\n    return max_lr * (1 - step / max_steps) ** 0.9": _example(
        line=1,
        end=2,
        evidence=Evidence(NAME, ("get_lr",)),
        action="formula",
        name="get_lr",
        parameters=("step",),
        counter="step",
    ),
}
COUNTEREXAMPLES = {
    'lr = optimizer.param_groups[0]["lr"]': "only reads the rate",
    "latents = noise_scheduler.step(noise, t, latents)": "the schedule of a diffusion's noise",
    "lr = scheduler.get_last_lr()[0]": "only reads the rate",
    'groups = [{"params": head, "lr": lr}]': "that is parameter-groups",
    "optimizer.step()": "that updates the parameters",
}
