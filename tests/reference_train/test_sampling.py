"""Which process sees which scenes, and in which epoch."""

import hypothesis
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference_train.data import (
    PADDING,
    SceneDataset,
    build_datasets,
    detection_collate,
    load_digits,
)
from reference_train.settings import Settings
from reference_train.train import build_loaders, steps_per_epoch

DIGITS = load_digits()
BATCH = 8
few = hypothesis.settings(deadline=None, max_examples=30)


def shards(scenes, processes, epoch=None, val=False, seed=0):
    """The scene ids that each process's sampler names."""
    found = []
    for rank in range(processes):
        dataset = SceneDataset(DIGITS[0], scenes, 32, seed)
        train_sampler, _, val_loader = build_loaders(
            dataset, dataset, BATCH * processes, Settings(seed=seed), rank, processes
        )
        sampler = val_loader.sampler if val else train_sampler
        if epoch is not None:
            sampler.set_epoch(epoch)
        found.append(list(sampler))
    return found


@few
@given(scenes=st.integers(1, 90), processes=st.integers(1, 8), val=st.booleans())
def test_shards_are_disjoint_and_cover_the_data(scenes, processes, val):
    found = shards(scenes, processes, epoch=3, val=val)
    lengths = {len(shard) for shard in found}
    assert lengths == {-(-scenes // processes)}
    everything = sorted(index for shard in found for index in shard)
    assert set(everything) == set(range(scenes))
    padding = len(everything) - len(set(everything))
    assert padding == -scenes % processes


@few
@given(scenes=st.integers(20, 90), processes=st.integers(1, 8), epoch=st.integers(0, 1000))
def test_set_epoch_reshuffles(scenes, processes, epoch):
    assert shards(scenes, processes) == shards(scenes, processes)
    assert shards(scenes, processes, epoch) == shards(scenes, processes, epoch)
    assert shards(scenes, processes, epoch) != shards(scenes, processes, epoch + 1)


def test_validation_keeps_its_order():
    assert shards(10, 2, val=True) == [[0, 2, 4, 6, 8], [1, 3, 5, 7, 9]]


@few
@given(processes=st.sampled_from([1, 2, 4]), accumulation=st.sampled_from([1, 2]))
def test_a_step_sees_the_same_scenes_however_they_are_shared(processes, accumulation):
    chosen = Settings(accumulation_steps=accumulation)
    steps = steps_per_epoch(75, 16)
    seen = [[] for _ in range(steps)]
    for rank in range(processes):
        dataset = SceneDataset(DIGITS[0], 75, 32, seed=0)
        _, loader, _ = build_loaders(dataset, dataset, 16, chosen, rank, processes)
        parts = [targets.scene_ids.tolist() for _, targets in loader]
        assert len(parts) >= steps * accumulation
        for part, ids in enumerate(parts[: steps * accumulation]):
            seen[part // accumulation] += ids
    alone = shards(75, 1)[0]
    assert [set(ids) for ids in seen] == [set(alone[i * 16 : i * 16 + 16]) for i in range(steps)]
    assert all(len(ids) == 16 for ids in seen)


@few
@given(seed=st.integers(0, 10**6), index=st.integers(0, 10**6), epoch=st.integers(0, 10**4))
def test_a_scene_is_a_function_of_seed_epoch_and_index(seed, index, epoch):
    def scene(seed=seed, index=index, epoch=epoch):
        dataset = SceneDataset(DIGITS[0], 10**6 + 2, 64, seed)
        dataset.set_epoch(epoch)
        return dataset[index]

    first = scene()
    for x, y in zip(first[:3], scene()[:3], strict=True):
        assert torch.equal(x, y)
    for other in (scene(seed=seed + 1), scene(index=index + 1), scene(epoch=epoch + 1)):
        assert not torch.equal(first.image, other.image)


@few
@given(index=st.integers(0, 10**6), canvas=st.sampled_from([32, 64, 96]))
def test_boxes_hold_digits(index, canvas):
    scene = SceneDataset(DIGITS[0], 10**6 + 1, canvas, seed=0)[index]
    assert scene.image.shape == (1, canvas, canvas)
    assert scene.image.dtype == scene.boxes.dtype == torch.float32
    assert scene.image.min() >= 0
    assert scene.image.max() <= 1
    assert 1 <= len(scene.labels) <= 5
    assert scene.boxes.min() >= 0
    assert scene.boxes.max() <= canvas
    background = scene.image[0].clone()
    for left, top, right, bottom in scene.boxes.int().tolist():
        assert scene.image[0, top:bottom, left:right].mean() > scene.image.median()
        background[top:bottom, left:right] = -1  # boxes do not overlap
    area = ((scene.boxes[:, 2:] - scene.boxes[:, :2]).prod(dim=1)).sum()
    assert int((background == -1).sum()) == int(area)


@pytest.mark.parametrize("workers", [0, 2])
def test_workers_see_the_epoch(workers):
    """Loader workers live for many epochs; the scenes must change all the same."""
    train_dataset, val_dataset = build_datasets(8, 1, 32, 0)
    settings = Settings(num_workers=workers)
    _, loader, _ = build_loaders(train_dataset, val_dataset, 4, settings, 0, 1)
    for epoch in (0, 1):
        train_dataset.set_epoch(epoch)
        for images, targets in loader:
            for image, scene_id in zip(images, targets.scene_ids, strict=True):
                assert torch.equal(image, train_dataset[int(scene_id)].image)


def test_training_and_validation_share_no_digit():
    train, val = DIGITS
    assert len(train.labels) + len(val.labels) == 1797
    assert set(train.labels) == set(val.labels) == set(range(10))
    images = np.concatenate([train.images, val.images]).reshape(1797, -1)
    assert len(np.unique(images, axis=0)) == 1797


def test_collate_pads():
    dataset = SceneDataset(DIGITS[0], 50, 64, seed=0)
    scenes = [dataset[index] for index in range(50)]
    images, targets = detection_collate(scenes)
    assert images.shape == (50, 1, 64, 64)
    assert targets.scene_ids.tolist() == list(range(50))
    for row, scene in enumerate(scenes):
        real = targets.labels[row] != PADDING
        assert torch.equal(targets.labels[row, real], scene.labels)
        assert torch.equal(targets.boxes[row, real], scene.boxes)
