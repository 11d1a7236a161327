"""timm: PyTorch image models."""

from pseudogen.knowledge.api import Api

_DOCS = "https://huggingface.co/docs/timm/reference/data"

_MIXUP = Api(
    "mixup",
    ("mixup_alpha", "cutmix_alpha", "cutmix_minmax", "prob", "switch_prob"),
    {"mixup_alpha": "1.", "cutmix_alpha": "0.", "prob": "1.0", "switch_prob": "0.5"},
    _DOCS,
)

EXACT: dict[str, Api] = {
    # data
    "timm.data.create_loader": Api(
        "loader",
        ("dataset", "input_size", "batch_size"),
        {},
        _DOCS,
    ),
    "timm.data.create_dataset": Api("dataset", ("name", "root", "split"), {}, _DOCS),
    "timm.data.create_transform": Api("compose", ("input_size",), {}, _DOCS),
    "timm.data.Mixup": _MIXUP,
    "timm.data.mixup.Mixup": _MIXUP,
    # model
    "timm.create_model": Api(
        "model",
        ("model_name", "pretrained"),
        {"pretrained": "False"},
        "https://huggingface.co/docs/timm/reference/models",
    ),
    "timm.models.create_model": Api(
        "model",
        ("model_name", "pretrained"),
        {"pretrained": "False"},
        "https://huggingface.co/docs/timm/reference/models",
    ),
    "timm.layers.convert_sync_batchnorm": Api("sync-batchnorm", ("module",), {}, _DOCS),
    "timm.data.distributed_sampler.OrderedDistributedSampler": Api(
        "distributed-sampler", ("dataset", "num_replicas", "rank"), {"shuffle": "False"}, _DOCS
    ),
    "timm.data.distributed_sampler.RepeatAugSampler": Api(
        "distributed-sampler",
        ("dataset", "num_replicas", "rank", "shuffle"),
        {"shuffle": "True"},
        _DOCS,
    ),
}
_SCORES = {"expects": "logits"}
_OPTIM = "https://huggingface.co/docs/timm/reference/"
EXACT |= {
    # optimisation
    "timm.optim.create_optimizer": Api("optimizer", ("args", "model"), {}, _OPTIM + "optimizers"),
    "timm.optim.create_optimizer_v2": Api(
        "optimizer", ("model_or_params", "opt", "lr"), {}, _OPTIM + "optimizers"
    ),
    "timm.optim.optim_factory.create_optimizer": Api(
        "optimizer", ("args", "model"), {}, _OPTIM + "optimizers"
    ),
    "timm.scheduler.create_scheduler": Api(
        "scheduler", ("args", "optimizer"), {}, _OPTIM + "schedulers", {"form": "named"}
    ),
    "timm.scheduler.create_scheduler_v2": Api(
        "scheduler", ("optimizer", "sched"), {}, _OPTIM + "schedulers", {"form": "named"}
    ),
    "timm.utils.dispatch_clip_grad": Api(
        "clip", ("parameters", "value", "mode"), {}, _OPTIM, {"limit": "value"}
    ),
    "timm.utils.NativeScaler": Api("scaler", (), {}, _OPTIM, {"wrapper": "native"}),
    "timm.utils.ApexScaler": Api("scaler", (), {}, _OPTIM, {"wrapper": "apex"}),
    **{
        f"{module}.{name}": Api(
            "scheduler",
            ("optimizer", *params),
            {},
            _OPTIM + "schedulers",
            {"form": form, "warmup": "warmup_t", **traits},
        )
        for module in ("timm.scheduler", "timm.scheduler.cosine_lr", "timm.scheduler.step_lr")
        for name, params, form, traits in (
            (
                "CosineLRScheduler",
                ("t_initial", "lr_min"),
                "cosine",
                {"period": "t_initial", "floor": "lr_min"},
            ),
            (
                "StepLRScheduler",
                ("decay_t", "decay_rate"),
                "step",
                {"period": "decay_t", "factor": "decay_rate"},
            ),
            (
                "MultiStepLRScheduler",
                ("decay_t", "decay_rate"),
                "multi-step",
                {"period": "decay_t", "factor": "decay_rate"},
            ),
            ("TanhLRScheduler", ("t_initial",), "other", {}),
            ("PolyLRScheduler", ("t_initial",), "polynomial", {"period": "t_initial"}),
            ("PlateauLRScheduler", ("decay_rate",), "other", {}),
        )
    },
    "timm.loss.LabelSmoothingCrossEntropy": Api(
        "criterion", ("smoothing",), {"smoothing": "0.1"}, _OPTIM, _SCORES | {"task": "classes"}
    ),
    "timm.loss.SoftTargetCrossEntropy": Api(
        "criterion", (), {}, _OPTIM, _SCORES | {"task": "soft"}
    ),
    "timm.loss.BinaryCrossEntropy": Api(
        "criterion", ("smoothing",), {"smoothing": "0.1"}, _OPTIM, _SCORES | {"task": "binary"}
    ),
    "timm.loss.JsdCrossEntropy": Api("criterion", (), {}, _OPTIM),
    "timm.loss.AsymmetricLossMultiLabel": Api("criterion", (), {}, _OPTIM),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"timm": "timm"}
BARE: tuple[str, ...] = (
    "timm.data.Mixup",
    "timm.loss.SoftTargetCrossEntropy",
    "timm.data.distributed_sampler.OrderedDistributedSampler",
    "timm.data.distributed_sampler.RepeatAugSampler",
)
