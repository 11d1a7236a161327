"""Hugging Face Datasets and Evaluate."""

from pseudogen.knowledge.api import Api

_DOCS = "https://huggingface.co/docs/datasets/package_reference/"

EXACT: dict[str, Api] = {
    "datasets.load_dataset": Api(
        "dataset",
        ("path", "name"),
        {},
        _DOCS + "loading_methods#datasets.load_dataset",
        {"chosen by": "name data_dir data_files split"},
    ),
    "datasets.load_from_disk": Api(
        "dataset", ("dataset_path",), {}, _DOCS + "loading_methods#datasets.load_from_disk"
    ),
    "datasets.concatenate_datasets": Api(
        "dataset", ("dsets",), {}, _DOCS + "main_classes", {"part": "concatenation"}
    ),
    "datasets.interleave_datasets": Api(
        "dataset", ("datasets",), {}, _DOCS + "main_classes", {"part": "concatenation"}
    ),
    "datasets.distributed.split_dataset_by_node": Api(
        "distributed-sampler",
        ("dataset", "rank", "num_replicas"),
        {},
        _DOCS + "main_classes#datasets.distributed.split_dataset_by_node",
        {"gives": "dataset"},
    ),
}
EXACT |= {
    "evaluate.load": Api(
        "measure",
        ("path", "config_name"),
        {},
        "https://huggingface.co/docs/evaluate/package_reference/loading_methods",
    ),
}
FAMILIES: dict[str, Api] = {
    "datasets.Dataset": Api("dataset", source=_DOCS + "main_classes#datasets.Dataset"),
}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = (
    "datasets.load_dataset",
    "datasets.distributed.split_dataset_by_node",
)
