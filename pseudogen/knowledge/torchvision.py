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


_FOLDER = ("root", "transform", "target_transform", "loader", "is_valid_file")
_HALVES = ("root", "train", "transform", "target_transform", "download")
_SPLITS = ("root", "split", "transform", "target_transform", "download")
_DATASETS: dict[str, tuple[str, ...]] = {
    "ImageFolder": _FOLDER,
    "CIFAR10": _HALVES,
    "CIFAR100": _HALVES,
    "MNIST": _HALVES,
    "FashionMNIST": _HALVES,
    "KMNIST": _HALVES,
    "SVHN": _SPLITS,
    "LSUN": ("root", "classes", "transform", "target_transform"),
    "FakeData": ("size", "image_size", "num_classes", "transform", "target_transform"),
}
"""Data set -> its parameters in order."""

EXACT: dict[str, Api] = {
    **{
        f"torchvision.datasets.{name}": Api("dataset", params, {}, _DOCS + "datasets.html")
        for name, params in _DATASETS.items()
    },
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
