"""DeepSpeed."""

from pseudogen.knowledge.api import Api

_DOCS = "https://deepspeed.readthedocs.io/en/latest/initialize.html"

EXACT: dict[str, Api] = {
    "deepspeed.initialize": Api(
        "wrap",
        ("args", "model", "optimizer", "model_parameters", "training_data", "lr_scheduler"),
        {},
        _DOCS,
        {"wrap": "deepspeed", "gives": "model optimizer loader scheduler"},
    ),
}
for _module in ("deepspeed.pipe", "deepspeed.runtime.pipe", "deepspeed.runtime.pipe.module"):
    EXACT[f"{_module}.PipelineModule"] = Api(
        "wrap",
        (),
        {},
        "https://deepspeed.readthedocs.io/en/latest/pipeline.html",
        {"wrap": "other"},
    )
EXACT |= {
    # optimisation
    **{
        f"deepspeed.ops.{module}.{name}": Api(
            "optimizer", ("params", "lr"), {}, "https://deepspeed.readthedocs.io/"
        )
        for module, name in (
            ("adam", "DeepSpeedCPUAdam"),
            ("adam", "FusedAdam"),
            ("lamb", "FusedLamb"),
        )
    },
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"deepspeed": "deepspeed"}
BARE: tuple[str, ...] = ()
