"""PaddlePaddle: paddle.io, paddle.distributed."""

from pseudogen.knowledge.api import Api

_DOCS = "https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/"

_DATA_PARALLEL = Api(
    "wrap",
    ("module", "strategy"),
    {"find_unused_parameters": "False"},
    _DOCS + "DataParallel_en.html",
    {"wrap": "ddp"},
)

EXACT: dict[str, Api] = {
    # data
    "paddle.io.DataLoader": Api(
        "loader",
        ("dataset", "feed_list", "places", "return_list", "batch_sampler", "batch_size", "shuffle"),
        {"batch_size": "1", "shuffle": "False", "drop_last": "False", "num_workers": "0"},
        _DOCS + "io/DataLoader_en.html",
    ),
    "paddle.io.DistributedBatchSampler": Api(
        "distributed-sampler",
        ("dataset", "batch_size", "num_replicas", "rank", "shuffle", "drop_last"),
        {"shuffle": "False", "drop_last": "False"},
        _DOCS + "io/DistributedBatchSampler_en.html",
        {"gives": "batches"},
    ),
    # model
    "paddle.DataParallel": _DATA_PARALLEL,
    "paddle.distributed.fleet.distributed_model": Api(
        "wrap", ("model",), {}, _DOCS + "distributed/fleet/Fleet_en.html", {"wrap": "fleet"}
    ),
    "paddle.distributed.get_world_size": Api("world-size", traits={"scope": "all"}),
    "paddle.distributed.get_rank": Api("rank"),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"paddle": "paddle"}
BARE: tuple[str, ...] = ("paddle.io.DistributedBatchSampler",)
