"""Lightning: lightning, pytorch_lightning, lightning.fabric."""

from pseudogen.knowledge.api import Api

_DOCS = "https://lightning.ai/docs/pytorch/stable/"
_MODULE = Api("module", source=_DOCS + "common/lightning_module.html", traits={"holds": "model"})
_TRAINER = Api("trainer", (), {}, _DOCS + "common/trainer.html", {"settings": "lightning-trainer"})

EXACT: dict[str, Api] = {
    "lightning.LightningModule": _MODULE,
    "lightning.pytorch.LightningModule": _MODULE,
    "pytorch_lightning.LightningModule": _MODULE,
    "pytorch_lightning.core.LightningModule": _MODULE,
    "lightning.Trainer": _TRAINER,
    "lightning.pytorch.Trainer": _TRAINER,
    "lightning.pytorch.trainer.Trainer": _TRAINER,
    "pytorch_lightning.Trainer": _TRAINER,
    "pytorch_lightning.trainer.Trainer": _TRAINER,
}
for _package in ("lightning.pytorch", "pytorch_lightning"):
    EXACT[f"{_package}.Trainer.from_argparse_args"] = _TRAINER
for _module in ("pl_bolts.optimizers.lr_scheduler", "pl_bolts.optimizers"):
    EXACT[f"{_module}.LinearWarmupCosineAnnealingLR"] = Api(
        "scheduler",
        ("optimizer", "warmup_epochs", "max_epochs"),
        {},
        "https://lightning-bolts.readthedocs.io/en/stable/schedulers/warmup_cosine_annealing.html",
        {"form": "other", "warmup": "warmup_epochs", "unit": "epoch"},
    )
_STOPPING = ("monitor", "min_delta", "patience")
_SAVING = ("dirpath", "filename", "monitor")
EXACT |= {
    # optimisation
    **{
        f"{package}.callbacks.{name}": Api(
            kind, params, defaults, _DOCS + "extensions/callbacks.html"
        )
        for package in ("lightning.pytorch", "pytorch_lightning")
        for name, kind, params, defaults in (
            ("EarlyStopping", "early-stopping", _STOPPING, {"patience": "3", "mode": "'min'"}),
            ("ModelCheckpoint", "checkpoint-callback", _SAVING, {"mode": "'min'"}),
            (
                "early_stopping.EarlyStopping",
                "early-stopping",
                _STOPPING,
                {"patience": "3", "mode": "'min'"},
            ),
            ("model_checkpoint.ModelCheckpoint", "checkpoint-callback", _SAVING, {"mode": "'min'"}),
        )
    },
}
for _package in ("lightning.pytorch.callbacks", "pytorch_lightning.callbacks"):
    for _name in ("RichProgressBar", "TQDMProgressBar", "ProgressBar"):
        EXACT[f"{_package}.{_name}"] = Api("progress", (), {}, _DOCS + "common/progress_bar.html")
_STRATEGIES = {
    "DDPStrategy": "ddp",
    "FSDPStrategy": "fsdp",
    "ModelParallelStrategy": "other",
    "DeepSpeedStrategy": "deepspeed",
}
for _package in (
    "lightning.fabric.strategies",
    "lightning.pytorch.strategies",
    "lightning_fabric.strategies",
    "pytorch_lightning.strategies",
):
    for _name, _wrap in _STRATEGIES.items():
        EXACT[f"{_package}.{_name}"] = Api(
            "strategy", (), {}, _DOCS + "extensions/strategy.html", {"wrap": _wrap}
        )
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"pl": "pytorch_lightning", "L": "lightning"}
BARE: tuple[str, ...] = ()
