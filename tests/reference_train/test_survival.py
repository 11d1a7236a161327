"""A run outlives the death of a worker, and a checkpoint that of its writer."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from conftest import REPOSITORY, differences

from reference_train.checkpoint import save_atomically


def test_a_killed_worker_is_started_again(settings, launch, tmp_path):
    mark = tmp_path / "killed"
    plain = settings(epochs=3, dropout=0.3)
    whole = launch(plain)
    survived = launch(
        settings(epochs=3, dropout=0.3, output=plain.output + "killed", resume=True),
        module="killed_worker",
        torchrun=["--max-restarts", "2"],
        KILLED_MARK=str(mark),
        TORCH_DISABLE_SHARE_RDZV_TCP_STORE="1",  # see the head of train.py
    )
    assert mark.exists()
    assert differences(whole, survived) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the names of threads")
def test_the_threads_of_the_process_group_end_with_it(settings, launch):
    launch(settings(epochs=3), module="left_threads")


# Saves a second checkpoint over a first one, and is killed by its own hand on the way.
KILLED_WRITER = """
import os, signal, sys
from pathlib import Path
import torch
from reference_train import checkpoint

path, moment = Path(sys.argv[1]), sys.argv[2]
checkpoint.save_atomically({"value": torch.full((10**5,), 1.0)}, path)

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

class Dying:  # a file that takes half of what it is given
    def __init__(self, file):
        self.file = file
    def write(self, data):
        self.file.write(bytes(data)[: len(data) // 2])
        self.file.flush()
        if len(data) > 1000:
            die()
        return len(data)
    def flush(self):
        self.file.flush()

save, replace = torch.save, Path.replace
if moment == "writing":
    torch.save = lambda content, file: save(content, Dying(file))
elif moment == "written":
    os.fsync = die
elif moment == "before renaming":
    Path.replace = die
elif moment == "after renaming":
    Path.replace = lambda *names: (replace(*names), die())
checkpoint.save_atomically({"value": torch.full((10**5,), 2.0)}, path)
"""


@pytest.mark.parametrize(
    ("moment", "value"),
    [("writing", 1), ("written", 1), ("before renaming", 1), ("after renaming", 2), ("never", 2)],
)
def test_a_kill_during_a_save_leaves_a_whole_checkpoint(tmp_path, moment, value):
    path = tmp_path / "checkpoint.pt"
    command = [sys.executable, "-c", KILLED_WRITER, str(path), moment]
    code = subprocess.run(command, cwd=REPOSITORY, timeout=120, check=False).returncode
    assert code == (0 if moment == "never" else -9)
    content = torch.load(path, weights_only=True)
    assert torch.equal(content["value"], torch.full((10**5,), float(value)))
    save_atomically({"value": torch.zeros(1)}, path)  # what was left behind is in nobody's way
    assert [file.name for file in Path(tmp_path).iterdir()] == ["checkpoint.pt"]
