"""Horovod: horovod.torch, horovod.tensorflow, horovod.keras."""

from pseudogen.knowledge.api import Api

_DOCS = "https://horovod.readthedocs.io/en/stable/api.html"

EXACT: dict[str, Api] = {}
for _package in (
    "horovod.torch",
    "horovod.tensorflow",
    "horovod.tensorflow.keras",
    "horovod.keras",
):
    EXACT |= {
        f"{_package}.size": Api("world-size", source=_DOCS, traits={"scope": "all"}),
        f"{_package}.local_size": Api("world-size", source=_DOCS, traits={"scope": "machine"}),
        f"{_package}.rank": Api("rank", source=_DOCS),
        f"{_package}.local_rank": Api("local-rank", source=_DOCS),
        f"{_package}.DistributedOptimizer": Api(
            "wrap", ("optimizer",), {}, _DOCS, {"wrap": "horovod", "wraps": "optimizer"}
        ),
        f"{_package}.DistributedGradientTape": Api(
            "wrap", ("gradtape",), {}, _DOCS, {"wrap": "horovod", "wraps": "tape"}
        ),
    }
for _package in ("horovod.tensorflow.keras", "horovod.keras"):
    _CALLBACKS = f"{_package}.callbacks."
    EXACT |= {
        _CALLBACKS + "LearningRateWarmupCallback": Api(
            "warmup", ("initial_lr", "warmup_epochs"), {"warmup_epochs": "5"}, _DOCS
        ),
        _CALLBACKS + "MetricAverageCallback": Api("metric-callback", (), {}, _DOCS),
        _CALLBACKS + "LearningRateScheduleCallback": Api(
            "scheduler",
            ("initial_lr", "multiplier", "start_epoch", "end_epoch"),
            {},
            _DOCS,
            {"form": "other", "factor": "multiplier", "unit": "epoch"},
        ),
    }
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"hvd": "horovod.torch"}
BARE: tuple[str, ...] = ()
