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
    # model
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
