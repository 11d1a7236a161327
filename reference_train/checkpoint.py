"""Checkpoints that are whole or not there at all, and from which a run goes on exactly."""

import math
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from reference_train.distributed import gather_objects
from reference_train.model import Detector
from reference_train.settings import Settings, SettingsError

CHECKPOINT = "checkpoint.pt"  # everything that a run needs to go on
BEST = "best.pt"  # the averaged weights with the best mAP

RandomState = dict[str, Tensor]


@dataclass
class State:
    """All that changes during a run.

    The learning rate is not among it: it is a function of the epoch (`schedule.learning_rate`).
    """

    model: Detector
    ema: AveragedModel
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    epoch: int = 0  # epochs completed
    best_map: float = -math.inf
    stale_epochs: int = 0  # epochs since the best mAP
    history: list[dict[str, float]] = field(default_factory=list)  # a row for each epoch


def save_best(state: State, settings: Settings) -> None:
    """Write the averaged weights alone, for use."""
    content = {"model": state.ema.module.state_dict(), "map50": state.best_map}
    save_atomically(content, Path(settings.output) / BEST)


def save_checkpoint(state: State, settings: Settings, random_states: list[RandomState]) -> None:
    """Write everything a run needs to go on; `random_states` are those of all processes."""
    content = {
        "model": state.model.state_dict(),
        "ema": state.ema.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "scaler": state.scaler.state_dict(),
        "epoch": state.epoch,
        "best_map": state.best_map,
        "stale_epochs": state.stale_epochs,
        "history": state.history,
        "settings": settings.same_run(),
        "random_states": random_states,
    }
    save_atomically(content, Path(settings.output) / CHECKPOINT)


def resume(
    state: State, settings: Settings, rank: int, world_size: int, device: torch.device
) -> None:
    """Go on from the last checkpoint, if there is one; without `--resume` there must be none.

    All processes must see the same one: on several machines the folder has to be a shared one.
    """
    path = Path(settings.output) / CHECKPOINT
    if path.exists():
        if not settings.resume:
            raise SettingsError(f"{path} is there already: add --resume or change --output")
        load_checkpoint(path, state, settings, rank, world_size, device)
    if len(set(gather_objects(state.epoch))) > 1:
        raise SettingsError(f"output is {settings.output!r}, but all machines must share it")


def load_checkpoint(
    path: Path, state: State, settings: Settings, rank: int, world_size: int, device: torch.device
) -> None:
    """Put a checkpoint into `state`, and this process's random generators back where they were.

    Raises SettingsError if the run cannot go on exactly, because its settings or the number of
    its processes have changed.
    """
    content = load(path, device)
    for name, value in settings.same_run().items():
        if content["settings"][name] != value:
            wanted = content["settings"][name]
            raise SettingsError(f"{name} is {value!r}, but the run in {path} has {wanted!r}")
    if len(content["random_states"]) != world_size:
        processes = len(content["random_states"])
        raise SettingsError(f"{world_size} processes, but the run in {path} has {processes}")
    state.model.load_state_dict(content["model"])
    state.ema.load_state_dict(content["ema"])
    state.optimizer.load_state_dict(content["optimizer"])
    state.scaler.load_state_dict(content["scaler"])
    state.epoch = content["epoch"]
    state.best_map = content["best_map"]
    state.stale_epochs = content["stale_epochs"]
    state.history = content["history"]
    set_random_state(content["random_states"][rank], device)


def random_state(device: torch.device) -> RandomState:
    """The states of this process's random generators.

    Scenes need none: they draw from generators of their own, made from (seed, epoch, index).
    """
    state = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def set_random_state(state: RandomState, device: torch.device) -> None:
    """Put back what `random_state` returned. Generator states always lie on the CPU."""
    torch.set_rng_state(state["cpu"].cpu())
    if device.type == "cuda":
        torch.cuda.set_rng_state(state["cuda"].cpu(), device)


def save_atomically(content: dict[str, Any], path: Path) -> None:
    """Write `content` so that a crash at any moment leaves the old file or the new one, whole.

    The new file is written beside the old one, forced to the disk, and takes its name in one step;
    the folder is forced to the disk as well, since it holds the name.
    """
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        torch.save(content, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load(path: Path, device: torch.device) -> dict[str, Any]:
    """Read a file onto `device`. With `weights_only` it cannot make the reader run code."""
    content: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    return content
