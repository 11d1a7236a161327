"""MONAI: medical imaging."""

from pseudogen.knowledge.api import Api

_DOCS = "https://docs.monai.io/en/stable/"
_LOADER = Api(
    "loader",
    ("dataset", "num_workers"),
    {},
    _DOCS + "data.html#dataloader",
)

EXACT: dict[str, Api] = {
    "monai.data.DataLoader": _LOADER,
    "monai.data.ThreadDataLoader": _LOADER,
}
FAMILIES: dict[str, Api] = {
    "monai.networks.nets": Api("model", source=_DOCS + "networks.html#nets"),
}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
