"""Data sets that a script defines are told with what an item is, what is read, what changes it."""

from __future__ import annotations

import pytest

import pseudogen

CODE = """import numpy as np
import torch
from PIL import Image
from torch.utils.data import Dataset, DataLoader
class Faces({base}):
    def __init__(self, root, transform=None):
        self.files = np.load(root / "files.npy")
        self.transform = transform
    def __len__(self):
        return {size}
    def __getitem__(self, index):
        path = self.files[index]
        image = Image.open(path)
        if self.masks:
            mask = np.load(path.with_suffix(".npy"))
        if self.transform:
            image = self.transform(image)
        return {item}
loader = DataLoader(Faces(root), batch_size=4)
"""


def told(lang: str = "en", **parts: str) -> str:
    """What is said of the class."""
    whole = {"base": "Dataset", "size": "len(self.files)", "item": "image, int(path.stem)"} | parts
    text = pseudogen.explain(CODE.format(**whole) + "\n" * 60, lang=lang)
    return next(line for line in text.splitlines() if line.startswith("- `Faces`"))


def test_the_items_of_a_data_set_are_told() -> None:
    assert told() == (
        "- `Faces` (lines 5–18): derived from `Dataset`; an item is `image` and `int(path.stem)` "
        "(line 18); for an item it reads `path` with `Image.open` (line 13); for an item it reads "
        '`path.with_suffix(".npy")` with `np.load` if `self.masks` (line 15); the constructor '
        'reads `root / "files.npy"` with `np.load` (line 7); `self.transform` is applied to '
        "`image` if `self.transform` (line 17); the number of items is `len(self.files)` (line 10)."
    )
    assert told("zh") == (
        "- `Faces`（第 5–18 行）：继承自 `Dataset`；每个样本为 `image`、`int(path.stem)`"
        "（第 18 行）；取样本时用 `Image.open` 读取 `path`（第 13 行）；若 `self.masks`，"
        "取样本时用 `np.load` 读取 "
        '`path.with_suffix(".npy")`（第 15 行）；构造时用 `np.load` 读取 `root / "files.npy"`'
        "（第 7 行）；若 `self.transform`，对 `image` 应用 `self.transform`（第 17 行）；"
        "样本数为 `len(self.files)`（第 10 行）。"
    )


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ('{"image": image, "label": 3}', "an item is a dict with `image` and `label` (line 18)"),
        ("self.transform(image)", "an item is `self.transform(image)` (line 18)"),
    ],
)
def test_what_an_item_is(item: str, said: str) -> None:
    assert said in told(item=item)


def test_a_name_alone_says_nothing_of_an_item() -> None:
    assert "an item is" not in told(item="image")


def test_a_class_that_is_no_data_set_has_no_items() -> None:
    code = CODE.format(base="Table", size="3", item="image, 1") + "\n" * 60
    assert "an item is" not in pseudogen.explain(code)
