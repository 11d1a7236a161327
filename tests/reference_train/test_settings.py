"""Settings: options of the command line, each of them checked."""

import dataclasses

import pytest
import torch
from conftest import options

from reference_train import train
from reference_train.distributed import choose_device
from reference_train.settings import Settings, SettingsError, parse_settings

WRONG = {
    "epochs": (0, "at least 1"),
    "seed": (-1, "at least 0"),
    "global_batch_size": (0, "at least 1"),
    "dropout": (1.0, "0 to 0.9"),
    "canvas": (60, "a multiple of 8"),
    "width": (12, "a multiple of 8"),
    "norm": ("layer", "one of group, batch"),
    "freeze_epochs": (2, "0 without pretrained weights"),
    "warmup_epochs": (12, "below epochs (12)"),
    "pretrained": ("nowhere.pt", "a file of reference_train.pretrain"),
    "sync_batchnorm": (True, "off unless norm is batch"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_named_with_what_is_allowed(name):
    value, allowed = WRONG[name]
    with pytest.raises(SettingsError) as caught:
        Settings(**{name: value})
    assert str(caught.value) == f"{name} is {value!r}, but it must be {allowed}"


def test_a_wrong_option_ends_with_status_2(capsys):
    with pytest.raises(SystemExit) as caught:
        train.main(["--global-batch-size", "0"])
    assert caught.value.code == 2
    assert "global_batch_size is 0, but it must be at least 1" in capsys.readouterr().err


def test_each_setting_is_an_option():
    assert parse_settings([]) == Settings()
    changed = Settings(lr=0.5, resume=True, compile=True, norm="batch", epochs=3, output="there")
    assert parse_settings(options(changed)) == changed


def test_a_resumed_run_may_differ_in_where_but_not_in_what():
    names = {field.name for field in dataclasses.fields(Settings)}
    where = names - set(Settings().same_run())
    assert where == {
        "output",
        "resume",
        "device",
        "timeout",
        "num_workers",
        "pretrained",
        "compile",
    }


def test_what_a_cpu_cannot_do_is_refused():
    for changes in ({"precision": "fp16"}, {"sync_batchnorm": True, "norm": "batch"}):
        with pytest.raises(SettingsError, match=next(iter(changes))):
            choose_device(Settings(device="cpu", **changes), 0)
    assert choose_device(Settings(device="cpu", precision="bf16"), 0) == torch.device("cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_missing_gpu_is_one_clear_line():
    with pytest.raises(SystemExit) as caught:
        train.main(["--device", "cuda"])
    assert "there is no GPU for local rank 0" in str(caught.value.code)


@pytest.mark.parametrize(
    "changes",
    [{"precision": "bf16"}, {"optimizer": "sgd", "lr_decay": "step"}, {"clip_norm": 0}],
    ids=str,
)
def test_variants_run(settings, run, changes):
    assert run(settings(epochs=2, **changes))["epoch"] == 2


def test_norms_and_biases_do_not_decay(settings):
    state = train.build_state(settings(weight_decay=0.1), 0, torch.device("cpu"))
    decaying, plain = state.optimizer.param_groups
    assert (decaying["weight_decay"], plain["weight_decay"]) == (0.1, 0)
    assert {p.ndim for p in decaying["params"]} == {4}
    assert {p.ndim for p in plain["params"]} == {1}
    count = sum(len(group["params"]) for group in state.optimizer.param_groups)
    assert count == len(list(state.model.parameters()))


def test_clipping_limits_the_gradient(settings, run, monkeypatch):
    norms = []
    clip = torch.nn.utils.clip_grad_norm_

    def record(parameters, limit):
        parameters = list(parameters)
        clip(parameters, limit)
        grads = [p.grad for p in parameters if p.grad is not None]
        norms.append(torch.cat([grad.flatten() for grad in grads]).norm().item())

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", record)
    run(settings(epochs=2, clip_norm=0.5))
    assert norms
    assert max(norms) == pytest.approx(0.5, rel=1e-3)


def test_a_diverged_run_stops(settings, run, monkeypatch):
    monkeypatch.setattr(train, "detection_loss", lambda p, _: p.objectness.sum(dim=1) * torch.nan)
    with pytest.raises(FloatingPointError, match="the loss of epoch 0 is nan"):
        run(settings())
