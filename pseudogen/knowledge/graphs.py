"""Graph libraries: PyTorch Geometric and DGL."""

from pseudogen.knowledge.api import Api

_PYG = "https://pytorch-geometric.readthedocs.io/en/latest/modules/loader.html"
_DGL = "https://www.dgl.ai/dgl_docs/api/python/dgl.dataloading.html"

EXACT: dict[str, Api] = {
    "torch_geometric.loader.DataLoader": Api(
        "loader",
        ("dataset", "batch_size", "shuffle"),
        {"batch_size": "1", "shuffle": "False"},
        _PYG,
    ),
    "torch_geometric.data.DataLoader": Api(
        "loader", ("dataset", "batch_size", "shuffle"), {}, _PYG
    ),
    "torch_geometric.loader.NeighborLoader": Api("loader", ("dataset",), {}, _PYG),
    "torch_geometric.loader.NeighborSampler": Api("loader", (), {}, _PYG),
    "torch_geometric.data.NeighborSampler": Api("loader", (), {}, _PYG),
    "torch_geometric.loader.DataListLoader": Api(
        "loader", ("dataset", "batch_size", "shuffle"), {}, _PYG
    ),
    "dgl.dataloading.DataLoader": Api("loader", ("dataset",), {}, _DGL),
    "dgl.dataloading.GraphDataLoader": Api("loader", ("dataset",), {}, _DGL),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ("torch_geometric.loader.NeighborLoader", "dgl.dataloading.GraphDataLoader")
