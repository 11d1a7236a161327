"""FairScale."""

from pseudogen.knowledge.api import Api

_DOCS = "https://fairscale.readthedocs.io/en/stable/api/"

_FSDP = Api("wrap", ("module",), {}, _DOCS + "nn/fsdp.html", {"wrap": "fsdp"})

EXACT: dict[str, Api] = {
    "fairscale.nn.FullyShardedDataParallel": _FSDP,
    "fairscale.nn.data_parallel.FullyShardedDataParallel": _FSDP,
    "fairscale.nn.data_parallel.ShardedDataParallel": Api(
        "wrap", ("module", "sharded_optimizer"), {}, _DOCS + "nn/sharded_ddp.html", {"wrap": "ddp"}
    ),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
