"""The aspects under which a script is seen at a glance, and the findings that bear on each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pseudogen.finding import Finding
from pseudogen.following import Reached

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


_NOT_FROM_ELSEWHERE = frozenset({"layer-freezing", "layer-unfreezing", "weight-averaging"})
"""In a helper they need not concern the model that is trained."""


def _root(finding: Finding, attribute: str) -> str:
    """The variable of a fact: `net` for `net.parameters()`, `self.net` for `self.net.layers`."""
    written = getattr(finding, attribute, None) or ""
    return ".".join(written.split(".")[: 2 if written.startswith("self.") else 1])


class Found(dict[str, list[Finding]]):
    """Pattern id -> its findings, by line; an empty list where there are none. `files` names the
    file of a finding, by its `id`, where that is not the script's."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[int, str] = {}

    def __missing__(self, pattern: str) -> list[Finding]:
        return []

    @property
    def trained_models(self) -> list[Finding]:
        """The models that are trained: those whose parameters an optimizer gets, or else the first
        that is not frozen."""
        models = self["model-build"]
        updated = {_root(f, "params") for f in self["optimizer-build"]} - {""}
        frozen = {_root(f, "model") for f in self["layer-freezing"] if _root(f, "only") == ""}
        named = [f for f in models if _root(f, "target") in updated]
        free = [f for f in models if _root(f, "target") not in frozen]
        return named or ([f for f in free if _root(f, "target")] or free or models)[:1]


def found_by_pattern(findings: Iterable[Finding], reached: Iterable[Reached] = ()) -> Found:
    """The findings of each pattern; where the script itself has none, those of the functions that
    it reaches."""
    found = Found()
    for finding in sorted(findings, key=lambda f: (f.line, f.end)):
        found.setdefault(finding.pattern, []).append(finding)
    own = set(found) | _NOT_FROM_ELSEWHERE
    for function in reached:
        for finding in function.findings:
            if finding.pattern not in own:
                found.setdefault(finding.pattern, []).append(finding)
                found.files[id(finding)] = function.module
    return found


def aspect_places(aspect: str, found: Found) -> Sequence[tuple[str, int, int]]:
    """The (file, first line, last line) of the findings that bear on an aspect, in order; the file
    is "" for the script."""
    findings = (f for pattern in ASPECTS[aspect] for f in found[pattern])
    return sorted({(found.files.get(id(f), ""), f.line, f.end) for f in findings})
