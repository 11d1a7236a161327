"""The schedules of the libraries as data: formula, parameters with defaults, points of interest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from pseudogen.records import dataclass
from pseudogen.working import schedules

Values = Mapping[str, Any]
Marks = list[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A schedule of a library.

    Attributes:
        rate: The formula, from `schedules`.
        needs: The parameters that have no default.
        defaults: Parameter -> documented default. Parameters that are in neither change the
            formula: a call that passes one is not worked out.
        marks: (step, why) of the points worth telling: "warm-up", "milestone", "restart".
        length: The step at which the schedule ends, where it says so itself.
        scales: Whether the rates are proportional to the base rate.
    """

    rate: Callable[..., float]
    needs: tuple[str, ...] = ()
    defaults: Values = field(default_factory=dict)
    marks: Callable[[Values], Marks] = lambda _: []
    length: Callable[[Values], float | None] = lambda _: None
    scales: Callable[[Values], bool] = lambda _: True


_MANY_TURNS = 4


def _turns(every: str) -> Callable[[Values], Marks]:
    return lambda v: [(v[every] * n, "milestone") for n in range(1, _MANY_TURNS)]


def _at(parameter: str, why: str) -> Callable[[Values], Marks]:
    return lambda v: [(v[parameter], why)] if v[parameter] else []


def _restarts(v: Values) -> Marks:
    marks, length, begin = [], v["T_0"], 0
    for _ in range(1, _MANY_TURNS):
        begin += length
        length *= v["T_mult"]
        marks.append((begin, "restart"))
    return marks


def _ends(parameter: str) -> Callable[[Values], float | None]:
    return lambda v: float(v[parameter])


def _timm_end(v: Values) -> float:
    return float(v["t_initial"] + (v["warmup_t"] if v["warmup_prefix"] else 0))


def _timm_steps(v: Values) -> Marks:
    shift = v["warmup_t"] if v["warmup_prefix"] else 0
    turns = [(shift + v["decay_t"] * n, "milestone") for n in range(1, _MANY_TURNS)]
    return _at("warmup_t", "warm-up")(v) + turns


_TIMM = {"warmup_t": 0, "warmup_lr_init": 0.0}
_HF = ("num_warmup_steps", "num_training_steps")
_WARM = _at("num_warmup_steps", "warm-up")
_TRAINED = _ends("num_training_steps")


def _floorless(v: Values) -> bool:
    return bool(v["eta_min"] == 0)


RULES: dict[str, Rule] = {
    "torch.optim.lr_scheduler.StepLR": Rule(
        schedules.step, ("step_size",), {"gamma": 0.1}, _turns("step_size")
    ),
    "torch.optim.lr_scheduler.MultiStepLR": Rule(
        schedules.multi_step,
        ("milestones",),
        {"gamma": 0.1},
        lambda v: [(m, "milestone") for m in v["milestones"]],
    ),
    "torch.optim.lr_scheduler.ExponentialLR": Rule(schedules.exponential, ("gamma",)),
    "torch.optim.lr_scheduler.CosineAnnealingLR": Rule(
        schedules.cosine, ("T_max",), {"eta_min": 0.0}, length=_ends("T_max"), scales=_floorless
    ),
    "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts": Rule(
        schedules.cosine_restarts,
        ("T_0",),
        {"T_mult": 1, "eta_min": 0.0},
        _restarts,
        scales=_floorless,
    ),
    "torch.optim.lr_scheduler.LinearLR": Rule(
        schedules.linear_factor,
        defaults={"start_factor": 1 / 3, "end_factor": 1.0, "total_iters": 5},
        length=_ends("total_iters"),
    ),
    "torch.optim.lr_scheduler.ConstantLR": Rule(
        schedules.constant_factor,
        defaults={"factor": 1 / 3, "total_iters": 5},
        length=_ends("total_iters"),
    ),
    "torch.optim.lr_scheduler.PolynomialLR": Rule(
        schedules.polynomial,
        defaults={"total_iters": 5, "power": 1.0},
        length=_ends("total_iters"),
    ),
    "torch.optim.lr_scheduler.OneCycleLR": Rule(
        schedules.one_cycle,
        ("max_lr", "total_steps"),
        {"pct_start": 0.3, "div_factor": 25.0, "final_div_factor": 1e4},
        lambda v: [(round(v["pct_start"] * v["total_steps"] - 1), "peak")],
        lambda v: float(v["total_steps"] - 1),
    ),
    "transformers.get_constant_schedule_with_warmup": Rule(
        schedules.warm_constant, ("num_warmup_steps",), marks=_WARM
    ),
    "transformers.get_linear_schedule_with_warmup": Rule(
        schedules.warm_linear, _HF, marks=_WARM, length=_TRAINED
    ),
    "transformers.get_cosine_schedule_with_warmup": Rule(
        schedules.warm_cosine, _HF, {"num_cycles": 0.5}, _WARM, _TRAINED
    ),
    "transformers.get_cosine_with_hard_restarts_schedule_with_warmup": Rule(
        schedules.warm_cosine_restarts, _HF, {"num_cycles": 1}, _WARM, _TRAINED
    ),
    "transformers.get_polynomial_decay_schedule_with_warmup": Rule(
        schedules.warm_polynomial,
        _HF,
        {"lr_end": 1e-7, "power": 1.0},
        _WARM,
        _TRAINED,
        lambda _: False,
    ),
    "timm.scheduler.CosineLRScheduler": Rule(
        schedules.timm_cosine,
        ("t_initial",),
        {"lr_min": 0.0, "warmup_prefix": False, **_TIMM},
        _at("warmup_t", "warm-up"),
        _timm_end,
        lambda v: v["lr_min"] == 0 and v["warmup_lr_init"] == 0,
    ),
    "timm.scheduler.StepLRScheduler": Rule(
        schedules.timm_step,
        ("decay_t",),
        {"decay_rate": 1.0, "warmup_prefix": True, **_TIMM},
        _timm_steps,
        scales=lambda v: v["warmup_lr_init"] == 0,
    ),
}
"""Qualified name -> rule. OneCycleLR's `total_steps` may come as epochs × steps_per_epoch."""
IGNORED = frozenset(
    {"optimizer", "last_epoch", "verbose", "cycle_momentum", "base_momentum", "max_momentum"}
    | {"epochs", "steps_per_epoch", "t_in_epochs", "initialize"}
)
"""Parameters that leave the rates as they are, or that are looked at apart."""


_PACKAGES = frozenset(name.partition(".")[0] for name in RULES)
_BY_LAST = {name.rpartition(".")[2]: rule for name, rule in RULES.items()}


def rule_of(name: str) -> Rule | None:
    """The rule of a class or function by its qualified name, or by what code without imports
    calls it; which module of a package it comes from does not count."""
    package, _, last = name.rpartition(".")
    if "." in package and package.partition(".")[0] not in _PACKAGES:
        return None
    return _BY_LAST.get(last)
