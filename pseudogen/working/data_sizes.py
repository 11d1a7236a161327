"""How many samples the well-known data sets of torchvision have, as their authors state it."""

SIZES: dict[str, tuple[int, int]] = {
    "MNIST": (60_000, 10_000),
    "FashionMNIST": (60_000, 10_000),
    "KMNIST": (60_000, 10_000),
    "CIFAR10": (50_000, 10_000),
    "CIFAR100": (50_000, 10_000),
}
"""Class of `torchvision.datasets` -> (training samples, test samples), for `train=True` and
`train=False`."""
