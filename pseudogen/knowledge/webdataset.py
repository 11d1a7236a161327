"""WebDataset: data sets in tar files."""

from pseudogen.knowledge.api import Api

_DOCS = "https://webdataset.github.io/webdataset/"
_DATASET = Api("dataset", ("urls",), {}, _DOCS)

EXACT: dict[str, Api] = {
    "webdataset.WebDataset": _DATASET,
    "webdataset.DataPipeline": Api("dataset", (), {}, _DOCS),
    "webdataset.WebLoader": Api("loader", ("dataset",), {}, _DOCS),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"wds": "webdataset"}
BARE: tuple[str, ...] = ("webdataset.WebDataset", "webdataset.WebLoader")
