"""It learns. (benchmarks/train_learning.py trains with the default settings to the end.)"""

from pathlib import Path

import pytest
from conftest import CPU

from reference_train import pretrain
from reference_train.checkpoint import BEST, load
from reference_train.evaluate import evaluate
from reference_train.model import Detector
from reference_train.train import build_datasets, build_loaders


def test_loss_falls_and_map_rises(settings, run):
    chosen = settings(
        width=16,
        train_scenes=1024,
        val_scenes=100,
        reference_batch_size=16,
        epochs=6,
    )
    history = run(chosen)["history"]
    assert history[-1]["train_loss"] < 0.7 * history[0]["train_loss"]
    assert history[-1]["val_loss"] < 0.7 * history[0]["val_loss"]
    _, _, val_loader = build_loaders(*build_datasets(16, 100, 32, 0), 16, chosen, 0, 1)
    chance = evaluate(Detector(width=16).eval(), val_loader, CPU)
    assert chance.map50 < 0.02
    assert history[-1]["map50"] > 0.2

    trained = Detector(width=16)
    trained.load_state_dict(load(Path(chosen.output) / BEST, CPU)["model"])
    best = max(row["map50"] for row in history)
    assert evaluate(trained, val_loader, CPU).map50 == pytest.approx(best)
    names = {path.name for path in Path(chosen.output).iterdir()}
    assert {"metrics.csv", "curves.png", "scenes.png", "best.pt", "checkpoint.pt"} < names
    assert any(name.startswith("events.") for name in names)


def test_pretrained_backbone_is_used(settings, run, tmp_path, capsys):
    path = tmp_path / "backbone.pt"
    pretrain.main(["--output", str(path), "--epochs", "4", "--scenes", "1024", "--width", "8"])
    share = float(capsys.readouterr().out.split("%")[0])
    assert share > 30  # by chance: 10
    frozen = run(settings(epochs=1, warmup_epochs=0, pretrained=str(path), freeze_epochs=1))
    for name, value in load(path, CPU).items():
        assert (frozen["model"]["backbone." + name] == value).all(), name
