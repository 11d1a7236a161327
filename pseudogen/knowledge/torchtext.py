"""torchtext before 0.12: iterators that batch examples of like length."""

from pseudogen.knowledge.api import Api

_DOCS = "https://torchtext.readthedocs.io/en/latest/data.html"
_ITERATOR = Api(
    "loader",
    ("dataset", "batch_size", "sort_key", "device", "batch_size_fn", "train", "repeat", "shuffle"),
    {},
    _DOCS,
)

EXACT: dict[str, Api] = {
    f"{root}.{name}": _ITERATOR
    for root in ("torchtext.data", "torchtext.legacy.data")
    for name in ("BucketIterator", "Iterator")
}
EXACT |= {
    f"{name}.splits": Api("loader", ("datasets", "batch_sizes"), {}, _DOCS) for name in list(EXACT)
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ("torchtext.data.BucketIterator",)
