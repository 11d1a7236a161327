"""MMEngine and the MMCV that came before it."""

from pseudogen.knowledge.api import Api

_DOCS = "https://mmengine.readthedocs.io/en/latest/"

_WRAP = Api("wrap", ("module", "device_ids"), {}, _DOCS, {"wrap": "ddp"})

EXACT: dict[str, Api] = {
    # data
    "mmengine.dataset.DefaultSampler": Api(
        "distributed-sampler",
        ("dataset", "shuffle", "seed", "round_up"),
        {"shuffle": "True"},
        _DOCS + "api/dataset.html",
    ),
    "mmengine.dataset.InfiniteSampler": Api(
        "distributed-sampler",
        ("dataset", "shuffle", "seed"),
        {"shuffle": "True"},
        _DOCS + "api/dataset.html",
    ),
    # training
    **{
        f"mmengine.{name}": Api("trainer", ("cfg",), {}, _DOCS + "api/runner.html")
        for name in (
            "runner.Runner",
            "runner.Runner.from_cfg",
            "runner.FlexibleRunner.from_cfg",
            "registry.RUNNERS.build",
        )
    },
    **{
        f"{name}": Api("fit", ("model", "dataset", "cfg"), {}, "https://mmcv.readthedocs.io/")
        for name in (
            "mmdet.apis.train_detector",
            "mmdet3d.apis.train_model",
            "mmseg.apis.train_segmentor",
            "mmcls.apis.train_model",
            "mmaction.apis.train_model",
            "mmpose.apis.train_model",
        )
    },
    **{
        f"mmengine._strategy.{name}": Api(
            "strategy", (), {}, _DOCS + "api/strategy.html", {"wrap": wrap, "prepares": "yes"}
        )
        for name, wrap in (
            ("DDPStrategy", "ddp"),
            ("FSDPStrategy", "fsdp"),
            ("DeepSpeedStrategy", "deepspeed"),
            ("ColossalAIStrategy", "other"),
        )
    },
    # optimisation
    **{
        f"{module}.{name}": Api(
            "scheduler", ("optimizer",), {}, _DOCS + "api/optim.html", {"form": "other"}
        )
        for module in ("mmengine.optim", "mmengine.optim.scheduler")
        for name in (
            *("ConstantLR", "CosineAnnealingLR", "CosineRestartLR", "ExponentialLR", "LinearLR"),
            *("MultiStepLR", "OneCycleLR", "PolyLR", "ReduceOnPlateauLR", "StepLR"),
        )
    },
    # metrics go to the visualizer; its backends keep them
    "mmengine.visualization.Visualizer": Api(
        "writer", ("name",), {}, _DOCS + "api/visualization.html"
    ),
    # model
    **{
        f"mmengine.model.{name}": Api("module", source=_DOCS + "api/model.html")
        for name in ("BaseModel", "BaseModule")
    },
    "mmengine.model.MMDistributedDataParallel": _WRAP,
    "mmcv.parallel.MMDistributedDataParallel": _WRAP,
    "mmcv.parallel.MMDataParallel": Api(
        "wrap", ("module", "device_ids"), {}, _DOCS, {"wrap": "dp"}
    ),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"mmengine": "mmengine"}
BARE: tuple[str, ...] = (
    "mmengine.model.MMDistributedDataParallel",
    "mmcv.parallel.MMDataParallel",
)
