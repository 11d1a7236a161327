"""Samplers of projects that others copy from: DeiT, Detectron2."""

from pseudogen.knowledge.api import Api

_DEIT = "https://github.com/facebookresearch/deit/blob/main/samplers.py"
_DETECTRON = "https://detectron2.readthedocs.io/en/latest/modules/data.html"

EXACT: dict[str, Api] = {
    "samplers.RASampler": Api(
        "distributed-sampler",
        ("dataset", "num_replicas", "rank", "shuffle"),
        {"shuffle": "True"},
        _DEIT,
    ),
    "detectron2.data.samplers.TrainingSampler": Api(
        "distributed-sampler", ("size", "shuffle", "seed"), {"shuffle": "True"}, _DETECTRON
    ),
    "detectron2.data.samplers.InferenceSampler": Api(
        "distributed-sampler", ("size",), {"shuffle": "False"}, _DETECTRON
    ),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ("samplers.RASampler",)
