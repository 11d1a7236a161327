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
    "paddle.io.BatchSampler": Api(
        "sampler",
        ("dataset", "sampler", "shuffle", "batch_size", "drop_last"),
        {"shuffle": "False", "drop_last": "False"},
        _DOCS + "io/BatchSampler_en.html",
        {"form": "batch"},
    ),
    "paddle.io.RandomSampler": Api(
        "sampler",
        ("data_source", "replacement"),
        {},
        _DOCS + "io/Overview_en.html",
        {"form": "random"},
    ),
    "paddle.io.SequenceSampler": Api(
        "sampler", ("data_source",), {}, _DOCS + "io/Overview_en.html", {"form": "sequential"}
    ),
    "paddle.io.WeightedRandomSampler": Api(
        "sampler",
        ("weights", "num_samples", "replacement"),
        {},
        _DOCS + "io/Overview_en.html",
        {"form": "weighted"},
    ),
    "paddle.io.Dataset": Api("dataset", source=_DOCS + "io/Dataset_en.html"),
    "paddle.io.IterableDataset": Api("dataset", source=_DOCS + "io/Dataset_en.html"),
    "paddle.io.TensorDataset": Api("dataset", source=_DOCS + "io/Dataset_en.html"),
    "paddle.io.random_split": Api(
        "dataset", ("dataset", "lengths"), {}, _DOCS + "io/Overview_en.html", {"part": "split"}
    ),
    "paddle.vision.transforms.Compose": Api(
        "compose",
        ("transforms",),
        {},
        _DOCS + "vision/transforms/Compose_en.html",
        {"order": "sequence"},
    ),
    # model
    "paddle.nn.Layer": Api("module", source=_DOCS + "nn/Layer_en.html"),
    "paddle.nn.Sequential": Api("module", source=_DOCS + "nn/Sequential_en.html"),
    "paddle.Model": Api("model", ("network",), {}, _DOCS + "Model_en.html"),
    "paddle.nn.SyncBatchNorm.convert_sync_batchnorm": Api(
        "sync-batchnorm", ("layer",), {}, _DOCS + "nn/SyncBatchNorm_en.html"
    ),
    "paddle.jit.to_static": Api(
        "compile", ("function",), {}, _DOCS + "jit/to_static_en.html", {"form": "to_static"}
    ),
    "paddle.load": Api("load-file", ("path",), {}, _DOCS + "load_en.html"),
    "paddle.DataParallel": _DATA_PARALLEL,
    "paddle.distributed.fleet.distributed_model": Api(
        "wrap", ("model",), {}, _DOCS + "distributed/fleet/Fleet_en.html", {"wrap": "fleet"}
    ),
    "paddle.distributed.get_world_size": Api("world-size", traits={"scope": "all"}),
    "paddle.distributed.get_rank": Api("rank"),
}
FAMILIES: dict[str, Api] = {
    "paddle.vision.models": Api("model", source=_DOCS + "vision/Overview_en.html"),
    "paddle.vision.datasets": Api("dataset", source=_DOCS + "vision/Overview_en.html"),
}
ROOTS: dict[str, str] = {"paddle": "paddle"}
BARE: tuple[str, ...] = ("paddle.io.DistributedBatchSampler",)
