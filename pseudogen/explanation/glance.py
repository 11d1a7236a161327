"""The aspects under which a script is seen at a glance, and the findings that bear on each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pseudogen.finding import Finding

ASPECTS: dict[str, tuple[str, ...]] = {
    "data": ("dataset-build", "data-loader"),
    "model": ("model-build", "pretrained-weights"),
    "freezing": ("layer-freezing", "layer-unfreezing"),
    "parallel": ("parallel-wrap", "process-group-init", "worker-launch"),
    "sharding": ("distributed-sampler", "epoch-reshuffle"),
    "batch": ("batch-division",),
    "precision": ("mixed-precision",),
    "loss": ("loss-function",),
    "optimizer": ("optimizer-build",),
    "schedule": ("lr-schedule", "lr-warmup", "lr-scaling"),
    "gradients": ("gradient-accumulation", "gradient-clipping"),
    "averaging": ("weight-averaging",),
    "loop": ("epoch-loop", "early-stopping"),
    "evaluation": ("evaluation", "best-tracking"),
    "checkpoints": ("checkpoint-save", "checkpoint-resume"),
    "logging": ("experiment-logging",),
}
"""Aspect -> the patterns that bear on it, in the order of the table."""


class Found(dict[str, list[Finding]]):
    """Pattern id -> its findings, by line; an empty list where there are none."""

    def __missing__(self, pattern: str) -> list[Finding]:
        return []


def found_by_pattern(findings: Iterable[Finding]) -> Found:
    """The findings of each pattern."""
    found = Found()
    for finding in sorted(findings, key=lambda f: (f.line, f.end)):
        found.setdefault(finding.pattern, []).append(finding)
    return found


def aspect_lines(aspect: str, found: Found) -> Sequence[tuple[int, int]]:
    """The lines of the findings that bear on an aspect, in order."""
    findings = (f for pattern in ASPECTS[aspect] for f in found[pattern])
    return sorted({(f.line, f.end) for f in findings})
