"""However a batch is divided, the same training comes out."""

import pytest
import torch

from reference_train.data import build_datasets
from reference_train.settings import SettingsError
from reference_train.train import build_loaders, steps_per_epoch

STEPS = 20
# Dividing a batch changes only the order in which its gradients are added up: a relative error of
# about 6e-8 (half the spacing of float32) for each addition. SGD hands it on about as it is (Adam
# would blow it up where a gradient is almost 0), but it grows from step to step; measured after
# 20 steps: about 1e-5. Weights are of the order of 0.1, and another batch moves them by 1e-2.
TOLERANCE = 1e-4


@pytest.fixture
def division(settings):
    def make(name, **changes):
        output = settings().output + name
        return settings(
            output=output,
            optimizer="sgd",
            lr=0.02,
            reference_batch_size=16,
            train_scenes=STEPS // 2 * 16 + 10,
            epochs=2,
            warmup_epochs=0.5,
            **changes,
        )

    return make


def furthest(a, b):
    return max((a["model"][name] - b["model"][name]).abs().max().item() for name in a["model"])


def test_processes_and_accumulation_reach_the_same_weights(division, run, launch):
    alone = run(division("alone"))
    runs = {
        "accumulated": run(division("accumulated", accumulation_steps=4)),
        "two processes": launch(division("two")),
        "both": launch(division("both", accumulation_steps=2)),
    }
    for name, other in runs.items():
        assert furthest(alone, other) < TOLERANCE, name
        assert other["ema"]["n_averaged"] == alone["ema"]["n_averaged"] == STEPS, name
        for row, other_row in zip(alone["history"], other["history"], strict=True):
            assert row["lr"] == other_row["lr"], name
            # The validation scenes do not divide either; none is counted twice.
            assert row == pytest.approx(other_row, abs=1e-4), name
        assert other["history"][1]["train_loss"] < other["history"][0]["train_loss"] * 0.9, name


def test_the_tolerance_tells_another_batch_apart(division, run):
    alone = run(division("alone"))
    other = run(division("other", global_batch_size=32))
    assert furthest(alone, other) > 100 * TOLERANCE


@pytest.mark.parametrize(
    ("batch", "processes", "accumulation"), [(15, 2, 1), (4, 8, 1), (12, 2, 4)]
)
def test_a_batch_that_does_not_divide_is_refused(settings, batch, processes, accumulation):
    chosen = settings(accumulation_steps=accumulation)
    with pytest.raises(SettingsError, match=f"{batch} scenes.*{processes} processes"):
        build_loaders(*build_datasets(74, 7, 32, 0), batch, chosen, 0, processes)


def test_too_few_scenes_are_refused():
    assert steps_per_epoch(33, 16) == 2
    with pytest.raises(SettingsError, match=r"train_scenes is 15.*at least a batch of 16"):
        steps_per_epoch(15, 16)


def test_each_loss_is_independent_of_the_rest_of_the_batch(settings):
    """Otherwise the mean over a batch would depend on how it is divided."""
    from reference_train.data import detection_collate
    from reference_train.loss import detection_loss
    from reference_train.model import Detector

    dataset, _ = build_datasets(6, 1, 64, 0)
    scenes = [dataset[index] for index in range(6)]
    model = Detector(width=8)

    def losses(part):
        images, targets = detection_collate(part)
        return detection_loss(model(images), targets)

    one_by_one = torch.cat([losses([scene]) for scene in scenes])
    assert len({len(scene.labels) for scene in scenes}) > 1
    torch.testing.assert_close(losses(scenes), one_by_one)
