"""timm: PyTorch image models."""

from pseudogen.knowledge.api import Api

_DOCS = "https://huggingface.co/docs/timm/reference/data"

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
    "timm.data.Mixup": Api("mixup", ("mixup_alpha", "cutmix_alpha"), {}, _DOCS),
    "timm.data.mixup.Mixup": Api("mixup", ("mixup_alpha", "cutmix_alpha"), {}, _DOCS),
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
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"timm": "timm"}
BARE: tuple[str, ...] = (
    "timm.data.distributed_sampler.OrderedDistributedSampler",
    "timm.data.distributed_sampler.RepeatAugSampler",
)
