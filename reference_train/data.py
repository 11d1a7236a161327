"""Scenes: one to five handwritten digits on a noisy canvas, made anew from (seed, epoch, index).

The digits are the 1,797 real ones that scikit-learn carries (8 x 8 pixels each), so that nothing
is downloaded. Training and validation scenes are made of different digits.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

MAX_DIGITS = 5
DIGIT_SIDES = (12, 28)  # smallest and largest side of a digit on the canvas, in pixels
INK = 0.25  # a pixel with more ink than this belongs to the digit's box
PADDING = -1  # label of a box that only fills up a batch

Floats = NDArray[np.float32]


class Digits(NamedTuple):
    """Single digits: images (N, 8, 8) from 0 to 1, and labels (N,) from 0 to 9."""

    images: Floats
    labels: NDArray[np.int64]


class Scene(NamedTuple):
    """One sample: image (1, S, S), boxes (n, 4) as x1 y1 x2 y2 in pixels, labels (n,)."""

    image: Tensor
    boxes: Tensor
    labels: Tensor
    scene_id: int


class Targets(NamedTuple):
    """The truth of a batch: boxes (B, M, 4), labels (B, M) with PADDING, scene ids (B,)."""

    boxes: Tensor
    labels: Tensor
    scene_ids: Tensor

    def to(self, device: torch.device) -> "Targets":
        """The same on another device; does not wait for copies from pinned memory."""
        return Targets(*(part.to(device, non_blocking=True) for part in self))


def load_digits() -> tuple[Digits, Digits]:
    """The digits for training (four fifths) and for validation, each class in both."""
    from sklearn.datasets import load_digits as load
    from sklearn.model_selection import train_test_split

    data = load()
    images = (data.images / 16).astype(np.float32)
    labels = data.target.astype(np.int64)
    train_images, val_images, train_labels, val_labels = train_test_split(
        images, labels, test_size=0.2, stratify=labels, random_state=0
    )
    return Digits(train_images, train_labels), Digits(val_images, val_labels)


class SceneDataset(Dataset[Scene]):
    """`length` scenes of side `canvas`, each a function of (seed, epoch, index) alone."""

    def __init__(
        self, digits: Digits, length: int, canvas: int, seed: int, max_digits: int = MAX_DIGITS
    ) -> None:
        self.digits = digits
        self.length = length
        self.canvas = canvas
        self.seed = seed
        self.max_digits = max_digits
        # In shared memory, so that loader workers that live for many epochs see it change.
        self._epoch = torch.zeros((), dtype=torch.int64)
        self._epoch.share_memory_()

    def set_epoch(self, epoch: int) -> None:
        """Make other scenes from now on: those of `epoch`."""
        self._epoch.fill_(epoch)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Scene:
        rng = np.random.default_rng((self.seed, int(self._epoch), index))
        image, boxes, labels = compose_scene(rng, self.digits, self.canvas, self.max_digits)
        return Scene(
            torch.from_numpy(image)[None], torch.from_numpy(boxes), torch.from_numpy(labels), index
        )


def build_datasets(
    train_scenes: int, val_scenes: int, canvas: int, seed: int
) -> tuple[SceneDataset, SceneDataset]:
    """Scenes for training and for validation, of different digits."""
    train_digits, val_digits = load_digits()
    train_dataset = SceneDataset(train_digits, train_scenes, canvas, seed)
    val_dataset = SceneDataset(val_digits, val_scenes, canvas, seed)
    return train_dataset, val_dataset


def compose_scene(
    rng: np.random.Generator, digits: Digits, canvas: int, max_digits: int
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Draw a scene: image (S, S) from 0 to 1, boxes (n, 4) around the ink, labels (n,).

    `n` is 1 to `max_digits`. Digits do not overlap; one that finds no place is left out.
    """
    noise = rng.uniform(0.02, 0.12)
    image = rng.standard_normal((canvas, canvas), dtype=np.float32) * np.float32(noise)
    image += np.float32(rng.uniform(0.0, 0.3))
    places: list[tuple[int, int, int]] = []
    boxes: list[Floats] = []
    labels: list[np.int64] = []
    for _ in range(rng.integers(1, max_digits + 1)):
        place = _free_place(rng, places, canvas)
        if place is None:
            continue
        left, top, side = place
        places.append(place)
        chosen = rng.integers(len(digits.labels))
        ink = resize(digits.images[chosen], side)
        image[top : top + side, left : left + side] += ink * np.float32(rng.uniform(0.5, 0.9))
        boxes.append(_ink_box(ink) + np.array([left, top, left, top], np.float32))
        labels.append(digits.labels[chosen])
    np.clip(image, 0, 1, out=image)
    return image, np.stack(boxes), np.array(labels)


def resize(digit: Floats, side: int) -> Floats:
    """Resize an (8, 8) digit to (side, side), bilinearly."""
    weights = _interpolation(digit.shape[0], side)
    return (weights @ digit @ weights.T).astype(np.float32, copy=False)


@cache
def _interpolation(source: int, target: int) -> Floats:
    """The (target, source) matrix that interpolates linearly between `source` pixels."""
    centres = (np.arange(target) + 0.5) * source / target - 0.5
    distance = np.abs(centres.clip(0, source - 1)[:, None] - np.arange(source))
    return (1 - distance).clip(0).astype(np.float32)


def _free_place(
    rng: np.random.Generator, taken: list[tuple[int, int, int]], canvas: int, tries: int = 20
) -> tuple[int, int, int] | None:
    """A square (left, top, side) that touches none of those taken, or None after `tries`."""
    for _ in range(tries):
        side = int(rng.integers(DIGIT_SIDES[0], min(DIGIT_SIDES[1], canvas) + 1))
        left, top = (int(value) for value in rng.integers(0, canvas - side + 1, 2))
        if all(
            left + side <= x or x + other <= left or top + side <= y or y + other <= top
            for x, y, other in taken
        ):
            return left, top, side
    return None


def _ink_box(ink: Floats) -> Floats:
    """The box (4,) around the inked pixels of a digit."""
    rows = np.flatnonzero((ink > INK).any(axis=1))
    columns = np.flatnonzero((ink > INK).any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32)


def detection_collate(scenes: Sequence[Scene]) -> tuple[Tensor, Targets]:
    """Batch scenes with different numbers of boxes: images (B, 1, S, S), and padded targets."""
    images = torch.stack([scene.image for scene in scenes])
    most = max(len(scene.labels) for scene in scenes)
    boxes = torch.zeros(len(scenes), most, 4)
    labels = torch.full((len(scenes), most), PADDING)
    for row, scene in enumerate(scenes):
        boxes[row, : len(scene.labels)] = scene.boxes
        labels[row, : len(scene.labels)] = scene.labels
    return images, Targets(boxes, labels, torch.tensor([scene.scene_id for scene in scenes]))
