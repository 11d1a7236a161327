"""PyTorch: data sets and samplers of torch.utils.data."""

from pseudogen.knowledge.api import Api

_DATA = "https://docs.pytorch.org/docs/stable/data.html"
_DATASET = Api("dataset", source=_DATA + "#torch.utils.data.Dataset")
_PART = Api(
    "dataset", ("dataset", "indices"), {}, _DATA + "#torch.utils.data.Subset", {"part": "subset"}
)
_SPLIT = Api(
    "dataset",
    ("dataset", "lengths", "generator"),
    {},
    _DATA + "#torch.utils.data.random_split",
    {"part": "split"},
)
_JOINED = Api(
    "dataset",
    ("datasets",),
    {},
    _DATA + "#torch.utils.data.ConcatDataset",
    {"part": "concatenation"},
)


def _sampler(form: str, *params: str, **defaults: str) -> Api:
    source = f"{_DATA}#data-loading-order-and-sampler"
    return Api("sampler", params, defaults, source, {"form": form})


_SAMPLERS: dict[str, Api] = {
    "Sampler": _sampler("own", "data_source"),
    "RandomSampler": _sampler(
        "random", "data_source", "replacement", "num_samples", replacement="False"
    ),
    "SequentialSampler": _sampler("sequential", "data_source"),
    "WeightedRandomSampler": _sampler(
        "weighted", "weights", "num_samples", "replacement", replacement="True"
    ),
    "SubsetRandomSampler": _sampler("subset", "indices"),
    "BatchSampler": _sampler("batch", "sampler", "batch_size", "drop_last"),
}

EXACT: dict[str, Api] = {
    "torch.Generator": Api(
        "random-generator",
        ("device",),
        {},
        "https://docs.pytorch.org/docs/stable/generated/torch.Generator.html",
    ),
    "torch.utils.data.Dataset": _DATASET,
    "torch.utils.data.IterableDataset": _DATASET,
    "torch.utils.data.dataset.Dataset": _DATASET,
    "torch.utils.data.TensorDataset": Api(
        "dataset", (), {}, _DATA + "#torch.utils.data.TensorDataset", {"part": "tensors"}
    ),
    "torch.utils.data.Subset": _PART,
    "torch.utils.data.dataset.Subset": _PART,
    "torch.utils.data.random_split": _SPLIT,
    "torch.utils.data.dataset.random_split": _SPLIT,
    "torch.utils.data.ConcatDataset": _JOINED,
    "torch.utils.data.ChainDataset": _JOINED,
    "torch.utils.data.StackDataset": _JOINED,
    **{f"torch.utils.data.{name}": row for name, row in _SAMPLERS.items()},
    **{f"torch.utils.data.sampler.{name}": row for name, row in _SAMPLERS.items()},
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = (
    "torch.utils.data.TensorDataset",
    "torch.utils.data.ConcatDataset",
    "torch.utils.data.random_split",
    "torch.utils.data.RandomSampler",
    "torch.utils.data.SequentialSampler",
    "torch.utils.data.WeightedRandomSampler",
    "torch.utils.data.SubsetRandomSampler",
    "torch.utils.data.BatchSampler",
)
