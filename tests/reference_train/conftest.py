"""Small runs of the trainer, in this process and with torchrun."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from reference_train import train
from reference_train.checkpoint import CHECKPOINT
from reference_train.model import Backbone
from reference_train.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]
TIMEOUT = 300  # seconds; only so that a hang ends
CPU = torch.device("cpu")
SMALL = {
    "device": "cpu",
    "canvas": 32,
    "width": 8,
    "train_scenes": 74,  # of which a batch of 16 leaves 10 over
    "val_scenes": 7,  # which two processes cannot share equally
    "global_batch_size": 16,
    "frozen_global_batch_size": 32,
    "epochs": 4,
    "ema_decay": 0.9,
}


@pytest.fixture(autouse=True)
def _one_thread():
    """The sums of several threads may be added up in another order each time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def settings(tmp_path):
    """A function: the settings of a small run, with changes."""

    def make(**changes):
        return Settings(**{**SMALL, "output": str(tmp_path / "run"), **changes})

    return make


@pytest.fixture(scope="session")
def pretrained(tmp_path_factory):
    """A function: a file with backbone weights (untrained, which does not matter here)."""

    def make(norm="group"):
        path = tmp_path_factory.mktemp("backbone") / f"{norm}.pt"
        torch.save(Backbone(SMALL["width"], norm).state_dict(), path)
        return str(path)

    return make


@pytest.fixture
def run():
    """A function: train in this process; what the last checkpoint holds."""

    def train_here(settings):
        train.train(settings, rank=0, world_size=1, device=CPU)
        return read(settings.output)

    return train_here


@pytest.fixture
def launch(tmp_path):
    """A function: train with two processes; what the last checkpoint holds."""

    def train_there(settings, module="reference_train.train", torchrun=(), **environment):
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        command += ["--nproc-per-node", "2", *torchrun, "-m", module]
        finish([*command, *options(settings)], environment)
        return read(settings.output)

    return train_there


def options(settings):
    """The command line that gives these settings."""
    words = []
    for name, value in vars(settings).items():
        option = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{option}" if value else f"--no-{option}")
        else:
            words += [f"--{option}", str(value)]
    return words


def finish(command, environment):
    """Run a command to its end and fail with its output; leaves no process behind.

    Workers have sessions of their own, which torchrun ends when it is asked to end itself.
    """
    paths = os.pathsep.join([str(REPOSITORY), str(Path(__file__).parent)])
    process = subprocess.Popen(
        command,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": paths, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        output, _ = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        process.terminate()
        output, _ = process.communicate()
        pytest.fail(f"not done after {TIMEOUT} s:\n{output}")
    assert process.returncode == 0, output


def read(folder):
    return torch.load(Path(folder) / CHECKPOINT, weights_only=True)


def differences(a, b):
    """Where two checkpoints differ, by the path of the entry."""
    if isinstance(a, torch.Tensor):
        return [] if torch.equal(a, b) else [""]
    if isinstance(a, dict):
        pairs = [(key, a[key], b[key]) for key in a] if a.keys() == b.keys() else [("keys", 0, 1)]
    elif isinstance(a, list | tuple):
        pairs = [(str(i), *pair) for i, pair in enumerate(zip(a, b, strict=True))]
    else:
        return [] if a == b else [""]
    return [f"{key}/{rest}" for key, x, y in pairs for rest in differences(x, y)]
