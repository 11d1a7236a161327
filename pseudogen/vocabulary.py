"""The vocabulary: the ids of the patterns, by the stage of a training script they belong to."""

from __future__ import annotations

STAGES: dict[str, tuple[str, ...]] = {
    "start-up": (
        "config-parsing",
        "seeding",
        "determinism",
        "device-selection",
        "rank-discovery",
        "process-group-init",
        "worker-launch",
        "rank-zero-guard",
        "barrier",
        "experiment-logging",
    ),
    "data": (
        "dataset-build",
        "augmentation",
        "distributed-sampler",
        "custom-sampler",
        "data-loader",
        "batch-division",
        "steps-per-epoch",
        "dataset-guard",
        "epoch-reshuffle",
    ),
    "model": (
        "model-build",
        "pretrained-weights",
        "layer-freezing",
        "layer-unfreezing",
        "sync-batchnorm",
        "parallel-wrap",
        "model-compile",
        "weight-averaging",
    ),
    "optimisation": (
        "loss-function",
        "parameter-groups",
        "optimizer-build",
        "lr-scaling",
        "lr-schedule",
        "lr-warmup",
        "mixed-precision",
        "gradient-accumulation",
        "gradient-clipping",
        "training-step",
    ),
    "loop": (
        "epoch-loop",
        "batch-loop",
        "evaluation",
        "metric-reduction",
        "progress-display",
        "checkpoint-save",
        "checkpoint-resume",
        "best-tracking",
        "early-stopping",
        "shutdown",
    ),
}
"""Stage -> ids, in the order in which a script usually comes to them."""

STAGE_OF: dict[str, str] = {pattern: stage for stage, ids in STAGES.items() for pattern in ids}
IDS: tuple[str, ...] = tuple(STAGE_OF)

ANYWHERE = frozenset(
    {
        "barrier",
        "device-selection",
        "experiment-logging",
        "metric-reduction",
        "progress-display",
        "rank-zero-guard",
    }
)
"""Patterns that serve whatever stands around them, and so belong to the stage they stand in."""
