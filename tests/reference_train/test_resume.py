"""A run that was interrupted and resumed ends as if nothing had happened."""

from pathlib import Path

import pytest
import torch
from conftest import CPU, differences, read

from reference_train import train
from reference_train.checkpoint import BEST
from reference_train.settings import SettingsError

EPOCHS = 4


class InterruptedRunError(Exception):
    pass


def interrupt_after(epochs, monkeypatch):
    """Break off when this many epochs are done and saved."""

    def stop(history, writer, folder):
        if len(history) == epochs:
            writer.close()
            raise InterruptedRunError

    monkeypatch.setattr(train, "record_epoch", stop)


@pytest.fixture
def resumable(settings, pretrained):
    """Settings that use every kind of state: both phases, dropout, batch statistics, workers."""
    backbone = pretrained("batch")

    def make(name, **changes):
        return settings(
            output=settings().output + name,
            norm="batch",
            dropout=0.3,
            pretrained=backbone,
            freeze_epochs=2,
            epochs=EPOCHS,
            **changes,
        )

    return make


@pytest.mark.parametrize("changes", [{}, {"num_workers": 1, "accumulation_steps": 2}])
def test_interrupted_after_any_epoch(resumable, run, changes):
    whole = run(resumable("whole", **changes))
    for epochs in range(1, EPOCHS):
        name = f"after{epochs}"
        with pytest.MonkeyPatch.context() as monkeypatch:
            interrupt_after(epochs, monkeypatch)
            with pytest.raises(InterruptedRunError):
                run(resumable(name, **changes))
        assert read(resumable(name).output)["epoch"] == epochs
        torch.manual_seed(99)  # the interrupted process is gone, and with it its random numbers
        resumed = run(resumable(name, resume=True, **changes))
        assert differences(whole, resumed) == []
        files = [Path(resumable(run).output) / "metrics.csv" for run in ("whole", name)]
        assert files[0].read_text() == files[1].read_text()


def test_the_random_numbers_matter(resumable, run):
    """Dropout makes the weights depend on them: a resumed run must put them back."""
    whole = run(resumable("whole"))
    with pytest.MonkeyPatch.context() as monkeypatch:
        interrupt_after(1, monkeypatch)
        with pytest.raises(InterruptedRunError):
            run(resumable("part"))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("reference_train.checkpoint.set_random_state", lambda *_: None)
        resumed = run(resumable("part", resume=True))
    assert any(path.startswith("model/") for path in differences(whole, resumed))


def test_resuming_a_finished_run_changes_nothing(settings, run):
    done = run(settings(epochs=2))
    assert differences(done, run(settings(epochs=2, resume=True))) == []


def test_resume_without_a_checkpoint_starts(settings, run):
    assert run(settings(epochs=2, resume=True))["epoch"] == 2


def test_another_run_is_not_overwritten(settings, run):
    run(settings(epochs=2))
    with pytest.raises(SettingsError, match="is there already: add --resume"):
        run(settings(epochs=2))


def test_what_would_not_go_on_exactly_is_refused(settings, run):
    run(settings(epochs=2))
    with pytest.raises(SettingsError, match=r"lr is 0\.5, but the run in .* has 0\.002"):
        run(settings(epochs=2, lr=0.5, resume=True))
    with pytest.raises(SettingsError, match=r"2 processes, but the run in .* has 1"):
        train.train(settings(epochs=2, resume=True), rank=0, world_size=2, device=CPU)


def test_early_stopping_stays_stopped(settings, run, monkeypatch):
    maps = iter([0.5, 0.6, 0.6, 0.4, 0.9])

    def evaluate(*_):
        return train.Metrics(val_loss=1.0, map50=next(maps), map=0.1)

    monkeypatch.setattr(train, "evaluate", evaluate)
    stopped = run(settings(epochs=5, patience=2))
    assert (stopped["epoch"], stopped["best_map"], stopped["stale_epochs"]) == (4, 0.6, 2)
    assert run(settings(epochs=5, patience=2, resume=True))["epoch"] == 4
    best = torch.load(Path(settings().output) / BEST, weights_only=True)
    assert best["map50"] == 0.6
