"""torchvision: models, data sets, transforms."""

from pseudogen.knowledge.api import Api

_DOCS = "https://docs.pytorch.org/vision/stable/"
_COMPOSE = Api(
    "compose",
    ("transforms",),
    {},
    _DOCS + "generated/torchvision.transforms.Compose.html",
    {"order": "sequence"},
)


def _choice(order: str) -> Api:
    return Api("compose", ("transforms",), {}, _DOCS + "transforms.html", {"order": order})


EXACT: dict[str, Api] = {
    "torchvision.transforms.Compose": _COMPOSE,
    "torchvision.transforms.transforms.Compose": _COMPOSE,
    "torchvision.transforms.v2.Compose": _COMPOSE,
    "torchvision.transforms.RandomChoice": _choice("one"),
    "torchvision.transforms.v2.RandomChoice": _choice("one"),
    "torchvision.transforms.RandomOrder": _choice("any order"),
}
FAMILIES: dict[str, Api] = {
    "torchvision.models": Api("model", source=_DOCS + "models.html"),
    "torchvision.datasets": Api("dataset", source=_DOCS + "datasets.html"),
}
ROOTS: dict[str, str] = {
    "torchvision": "torchvision",
    "transforms": "torchvision.transforms",
}
BARE: tuple[str, ...] = ()
