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
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"apex": "apex"}
BARE: tuple[str, ...] = ()
