"""The backbone stays as it is in the frozen phase, and moves in the other."""

import pytest
import torch

from reference_train import train
from reference_train.model import Detector


@pytest.mark.parametrize("norm", ["group", "batch"])
def test_frozen_backbone_does_not_change(settings, pretrained, run, monkeypatch, norm):
    path = pretrained(norm)
    before = torch.load(path, weights_only=True)
    after = []  # the model after each epoch
    finish_epoch = train.finish_epoch

    def record(state, *rest):
        after.append({name: value.clone() for name, value in state.model.state_dict().items()})
        finish_epoch(state, *rest)

    monkeypatch.setattr(train, "finish_epoch", record)
    run(settings(epochs=3, pretrained=path, freeze_epochs=2, norm=norm))
    for name, value in before.items():
        full = "backbone." + name
        assert torch.equal(after[0][full], value), name
        assert torch.equal(after[1][full], value), name
        assert not torch.equal(after[2][full], value), name
    for name, value in after[1].items():
        if name.startswith("head."):
            assert not torch.equal(value, after[0][name]), name


def test_each_phase_has_its_batch_and_its_learning_rate(settings, pretrained, run, monkeypatch):
    seen = []
    training_step = train.training_step

    def record(model_train, images, targets, state, *rest):
        seen.append((state.epoch, len(images), state.optimizer.param_groups[0]["lr"]))
        return training_step(model_train, images, targets, state, *rest)

    monkeypatch.setattr(train, "training_step", record)
    chosen = settings(
        epochs=2, pretrained=pretrained(), freeze_epochs=1, warmup_epochs=0, reference_batch_size=16
    )
    run(chosen)
    assert [(epoch, size) for epoch, size, _ in seen] == [(0, 32)] * 2 + [(1, 16)] * 4
    assert seen[0][2] == pytest.approx(2 * chosen.lr)  # twice the reference batch
    assert seen[2][2] == pytest.approx(chosen.lr * (1 + chosen.min_lr_ratio) / 2)  # half-way


def test_freezing_can_be_undone():
    model = Detector(width=8, norm="batch")
    model.train()
    model.freeze_backbone()
    assert not any(parameter.requires_grad for parameter in model.backbone.parameters())
    assert all(parameter.requires_grad for parameter in model.head.parameters())
    assert model.head.training
    assert not model.train().backbone.training
    model.unfreeze_backbone()
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert model.backbone.training
