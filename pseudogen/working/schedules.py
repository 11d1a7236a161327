"""Learning-rate schedules as pure functions of the step: the libraries' formulas, nothing else.

Each takes the base rate, the number of the step (how often the schedule has been stepped), and the
parameters of the library's class under their own names.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Milestones = Sequence[float]


def step(base: float, t: float, *, step_size: float, gamma: float) -> float:
    """torch.optim.lr_scheduler.StepLR: base · gamma^⌊t / step_size⌋."""
    return float(base * float(gamma) ** (t // step_size))


def multi_step(base: float, t: float, *, milestones: Milestones, gamma: float) -> float:
    """torch.optim.lr_scheduler.MultiStepLR: base · gamma^(milestones reached)."""
    return float(base * float(gamma) ** sum(1 for milestone in milestones if t >= milestone))


def exponential(base: float, t: float, *, gamma: float) -> float:
    """torch.optim.lr_scheduler.ExponentialLR: base · gamma^t."""
    return float(base * float(gamma) ** t)


def cosine(base: float, t: float, *, T_max: float, eta_min: float) -> float:  # noqa: N803
    """torch.optim.lr_scheduler.CosineAnnealingLR, the closed form; it rises again after T_max."""
    return eta_min + (base - eta_min) * (1 + math.cos(math.pi * t / T_max)) / 2


def cosine_restarts(
    base: float,
    t: float,
    *,
    T_0: float,  # noqa: N803
    T_mult: float,  # noqa: N803
    eta_min: float,
) -> float:
    """torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; each cycle T_mult times as long."""
    if T_0 < 1 or T_mult < 1:
        raise ValueError
    length = T_0
    if T_mult == 1:
        t %= T_0
    while t >= length:
        t -= length
        length *= T_mult
    return eta_min + (base - eta_min) * (1 + math.cos(math.pi * t / length)) / 2


def linear_factor(
    base: float, t: float, *, start_factor: float, end_factor: float, total_iters: float
) -> float:
    """torch.optim.lr_scheduler.LinearLR: a factor that goes evenly from one value to another."""
    return base * (start_factor + (end_factor - start_factor) * min(t, total_iters) / total_iters)


def constant_factor(base: float, t: float, *, factor: float, total_iters: float) -> float:
    """torch.optim.lr_scheduler.ConstantLR: base · factor until total_iters, then base."""
    return base * factor if t < total_iters else base


def polynomial(base: float, t: float, *, total_iters: float, power: float) -> float:
    """torch.optim.lr_scheduler.PolynomialLR: base · (1 − t / total_iters)^power."""
    return float(base * (1 - min(t, total_iters) / total_iters) ** power)


def one_cycle(
    _base: float,
    t: float,
    *,
    max_lr: float,
    total_steps: float,
    pct_start: float,
    div_factor: float,
    final_div_factor: float,
) -> float:
    """torch.optim.lr_scheduler.OneCycleLR with its cosine annealing in two phases."""
    start, final = max_lr / div_factor, max_lr / div_factor / final_div_factor
    top = pct_start * total_steps - 1
    if t <= top:
        return _annealed(start, max_lr, t / top)
    return _annealed(max_lr, final, (t - top) / (total_steps - 1 - top))


def _annealed(start: float, end: float, part: float) -> float:
    return end + (start - end) / 2 * (1 + math.cos(math.pi * part))


# timm.scheduler: the base class sets the rates of the warm-up, t counts from its start.


def _warming(base: float, t: float, warmup_t: float, warmup_lr_init: float) -> float:
    return warmup_lr_init + t * (base - warmup_lr_init) / warmup_t


def timm_cosine(
    base: float,
    t: float,
    *,
    t_initial: float,
    lr_min: float,
    warmup_t: float,
    warmup_lr_init: float,
    warmup_prefix: bool,
) -> float:
    """timm.scheduler.CosineLRScheduler with one cycle (cycle_limit=1), k_decay=1."""
    if t < warmup_t:
        return _warming(base, t, warmup_t, warmup_lr_init)
    t -= warmup_t if warmup_prefix else 0
    if t >= t_initial:
        return lr_min
    return lr_min + (base - lr_min) * (1 + math.cos(math.pi * t / t_initial)) / 2


def timm_step(
    base: float,
    t: float,
    *,
    decay_t: float,
    decay_rate: float,
    warmup_t: float,
    warmup_lr_init: float,
    warmup_prefix: bool,
) -> float:
    """timm.scheduler.StepLRScheduler: base · decay_rate^⌊t / decay_t⌋ after the warm-up."""
    if t < warmup_t:
        return _warming(base, t, warmup_t, warmup_lr_init)
    t -= warmup_t if warmup_prefix else 0
    return float(base * float(decay_rate) ** (t // decay_t))


# transformers.optimization: factors of LambdaLR, so base times a function of the step.


def _warmed(t: float, num_warmup_steps: float) -> float:
    return t / max(1, num_warmup_steps)


def _progress(t: float, warmup: float, total: float) -> float:
    return (t - warmup) / max(1, total - warmup)


def warm_constant(base: float, t: float, *, num_warmup_steps: float) -> float:
    """transformers.get_constant_schedule_with_warmup."""
    return base * (_warmed(t, num_warmup_steps) if t < num_warmup_steps else 1)


def warm_linear(
    base: float, t: float, *, num_warmup_steps: float, num_training_steps: float
) -> float:
    """transformers.get_linear_schedule_with_warmup: down to 0 at num_training_steps."""
    if t < num_warmup_steps:
        return base * _warmed(t, num_warmup_steps)
    left = (num_training_steps - t) / max(1, num_training_steps - num_warmup_steps)
    return base * max(0.0, left)


def warm_cosine(
    base: float, t: float, *, num_warmup_steps: float, num_training_steps: float, num_cycles: float
) -> float:
    """transformers.get_cosine_schedule_with_warmup: num_cycles waves, half a one by default."""
    if t < num_warmup_steps:
        return base * _warmed(t, num_warmup_steps)
    progress = _progress(t, num_warmup_steps, num_training_steps)
    return base * max(0.0, (1 + math.cos(2 * math.pi * num_cycles * progress)) / 2)


def warm_cosine_restarts(
    base: float, t: float, *, num_warmup_steps: float, num_training_steps: float, num_cycles: float
) -> float:
    """transformers.get_cosine_with_hard_restarts_schedule_with_warmup."""
    if t < num_warmup_steps:
        return base * _warmed(t, num_warmup_steps)
    progress = _progress(t, num_warmup_steps, num_training_steps)
    if progress >= 1:
        return 0.0
    return base * max(0.0, (1 + math.cos(math.pi * (num_cycles * progress % 1))) / 2)


def warm_polynomial(
    base: float,
    t: float,
    *,
    num_warmup_steps: float,
    num_training_steps: float,
    lr_end: float,
    power: float,
) -> float:
    """transformers.get_polynomial_decay_schedule_with_warmup: down to lr_end."""
    if t < num_warmup_steps:
        return base * _warmed(t, num_warmup_steps)
    if t > num_training_steps:
        return lr_end
    left = 1 - (t - num_warmup_steps) / (num_training_steps - num_warmup_steps)
    return float((base - lr_end) * left**power + lr_end)
