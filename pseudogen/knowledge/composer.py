"""MosaicML's Composer."""

from pseudogen.knowledge.api import Api

_DOCS = "https://docs.mosaicml.com/projects/composer/en/stable/api_reference/"

EXACT: dict[str, Api] = {
    **{
        f"composer.{module}Trainer": Api(
            "trainer",
            (),
            {},
            _DOCS + "generated/composer.Trainer.html",
            {"saves": "save_folder"},
        )
        for module in ("", "trainer.")
    },
    **{
        f"composer.loggers.{name}": Api("writer", (), {}, _DOCS, {"backend": backend})
        for name, backend in (
            ("WandBLogger", "Weights & Biases"),
            ("TensorboardLogger", "TensorBoard"),
            ("MLFlowLogger", "MLflow"),
            ("CometMLLogger", "Comet"),
            ("NeptuneLogger", "Neptune"),
        )
    },
    **{
        f"composer.{name}": Api("early-stopping", ("monitor",), {}, _DOCS)
        for name in ("callbacks.EarlyStopper", "callbacks.early_stopper.EarlyStopper")
    },
    "composer.callbacks.CheckpointSaver": Api("checkpoint-callback", ("folder",), {}, _DOCS),
    **{
        f"composer.optim.{name}": Api("optimizer", ("params", "lr"), {}, _DOCS)
        for name in ("DecoupledAdamW", "DecoupledSGDW")
    },
    **{
        f"composer.optim.{name}": Api("scheduler", (), {}, _DOCS, {"form": "other", **traits})
        for name, traits in (
            ("CosineAnnealingScheduler", {}),
            ("CosineAnnealingWithWarmupScheduler", {"warmup": "t_warmup"}),
            ("LinearScheduler", {}),
            ("LinearWithWarmupScheduler", {"warmup": "t_warmup"}),
            ("ConstantWithWarmupScheduler", {"warmup": "t_warmup"}),
            ("MultiStepScheduler", {}),
            ("PolynomialScheduler", {}),
        )
    },
    "composer.algorithms.EMA": Api("weight-average", ("half_life",), {}, _DOCS, {"form": "ema"}),
    "composer.algorithms.SWA": Api("weight-average", (), {}, _DOCS, {"form": "swa"}),
    "composer.algorithms.GradientClipping": Api(
        "clip", ("clipping_type", "clipping_threshold"), {}, _DOCS, {"limit": "clipping_threshold"}
    ),
    **{
        f"composer.{module}.{name}": Api("module", (), {}, _DOCS + "composer.models.html")
        for module in ("models", "models.base", "models.huggingface", "core")
        for name in ("ComposerModel", "ComposerClassifier", "HuggingFaceModel")
    },
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
