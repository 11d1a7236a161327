"""NVIDIA Apex."""

from pseudogen.knowledge.api import Api

_DOCS = "https://nvidia.github.io/apex/"

EXACT: dict[str, Api] = {
    "apex.parallel.convert_syncbn_model": Api(
        "sync-batchnorm", ("module", "process_group"), {}, _DOCS + "parallel.html"
    ),
    "apex.parallel.DistributedDataParallel": Api(
        "wrap", ("module",), {}, _DOCS + "parallel.html", {"wrap": "ddp"}
    ),
}
EXACT |= {
    # optimisation
    **{
        f"apex.optimizers.{name}": Api("optimizer", ("params", "lr"), {}, _DOCS + "optimizers.html")
        for name in ("FusedAdam", "FusedSGD", "FusedLAMB", "FusedNovoGrad")
    },
    "apex.amp.initialize": Api(
        "precision", ("models", "optimizers", "enabled", "opt_level"), {}, _DOCS + "amp.html"
    ),
    "apex.fp16_utils.FP16_Optimizer": Api(
        "precision",
        ("init_optimizer", "static_loss_scale", "dynamic_loss_scale"),
        {},
        _DOCS + "fp16_utils.html",
        {"dtype": "float16"},
    ),
    "apex.contrib.clip_grad.clip_grad_norm_": Api(
        "clip",
        ("parameters", "max_norm", "norm_type"),
        {"norm_type": "2.0"},
        _DOCS,
        {"clip": "norm", "limit": "max_norm"},
    ),
    "apex.amp.scale_loss": Api("loss-scale", ("loss", "optimizers"), {}, _DOCS + "amp.html"),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"apex": "apex"}
BARE: tuple[str, ...] = ()
