"""Learning rate and step arithmetic: pure functions of numbers."""

import math


def scale_lr(lr: float, global_batch_size: int, reference_batch_size: int) -> float:
    """Scale a learning rate in proportion to the batch size (Goyal et al. 2017, section 2.1)."""
    return lr * global_batch_size / reference_batch_size


def warmup_factor(position: float, warmup_epochs: float) -> float:
    """Share of the peak learning rate during a linear warm-up.

    `position` and `warmup_epochs` are in epochs. Rises from 0.1 at 0 to 1 at `warmup_epochs`.
    """
    return 0.1 + 0.9 * position / warmup_epochs


def cosine_factor(progress: float, min_ratio: float) -> float:
    """Half a cosine, from 1 at progress 0 to `min_ratio` at 1 (Loshchilov and Hutter 2017)."""
    return min_ratio + (1 - min_ratio) * (1 + math.cos(math.pi * progress)) / 2


def step_factor(progress: float, min_ratio: float, drops: int = 3) -> float:
    """A staircase of `drops` equal ratios, from 1 to `min_ratio`.

    The steps lie at equal distances: with 3 drops at progress 1/4, 2/4 and 3/4.
    """
    done = min(int(progress * (drops + 1)), drops)
    return float(min_ratio ** (done / drops))


def learning_rate(
    position: float,
    *,
    peak: float,
    epochs: int,
    warmup_epochs: float,
    decay: str,
    min_ratio: float,
) -> float:
    """Learning rate at `position`, in epochs since the start: 2.5 is the middle of the third epoch.

    Linear warm-up to `peak` over `warmup_epochs`, then `decay` ("cosine" or "step") down to
    `min_ratio * peak` at `epochs`.
    """
    if position < warmup_epochs:
        return peak * warmup_factor(position, warmup_epochs)
    progress = min((position - warmup_epochs) / (epochs - warmup_epochs), 1.0)
    if decay == "cosine":
        return peak * cosine_factor(progress, min_ratio)
    return peak * step_factor(progress, min_ratio)
