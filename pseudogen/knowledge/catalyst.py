"""Catalyst: runners that hide the loop, and their callbacks and loggers."""

from pseudogen.knowledge.api import Api

_DOCS = "https://catalyst-team.github.io/catalyst/api/"
_RUNNER = Api("trainer", (), {}, _DOCS + "runners.html", {"fit": "run"})
_CALLBACKS = _DOCS + "callbacks.html"
_LOGGERS = _DOCS + "loggers.html"

EXACT: dict[str, Api] = {
    **{
        f"catalyst.dl.{name}": _RUNNER
        for name in ("IRunner", "Runner", "SupervisedRunner", "ISupervisedRunner", "ConfigRunner")
    },
    "catalyst.dl.CheckpointCallback": Api("checkpoint-callback", ("logdir",), {}, _CALLBACKS),
    "catalyst.dl.EarlyStoppingCallback": Api("early-stopping", ("patience",), {}, _CALLBACKS),
    "catalyst.dl.TqdmCallback": Api("progress", (), {}, _CALLBACKS),
    **{
        f"catalyst.dl.{name}": Api("writer", (), {}, _LOGGERS, {"backend": backend})
        for name, backend in (
            ("TensorboardLogger", "TensorBoard"),
            ("CSVLogger", "CSV"),
            ("WandbLogger", "Weights & Biases"),
            ("MLflowLogger", "MLflow"),
            ("CometLogger", "Comet"),
            ("NeptuneLogger", "Neptune"),
        )
    },
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
