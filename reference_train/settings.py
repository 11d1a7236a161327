"""All settings of a run: a frozen dataclass; each field is a command-line option and is checked."""

import argparse
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints


class SettingsError(ValueError):
    """A setting that cannot work; the message names it and says what is allowed."""


@dataclass(frozen=True)
class Range:
    """The allowed values of a number, both ends included."""

    low: float = 0
    high: float = math.inf

    def __str__(self) -> str:
        return f"at least {self.low}" if self.high == math.inf else f"{self.low} to {self.high}"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What defines a run. A batch size is always that of one update, over all processes."""

    # Where
    output: Annotated[str, "folder for checkpoints, metrics and pictures"] = "runs/digits"
    resume: Annotated[bool, "go on from the checkpoint in the output folder, if there is one"] = (
        False
    )
    device: Annotated[Literal["auto", "cpu", "cuda"], "auto: cuda where there is one"] = "auto"
    seed: Annotated[int, Range(), "of weights, scenes and order"] = 0
    timeout: Annotated[int, Range(1), "seconds that a process waits for the others"] = 600
    deterministic: Annotated[bool, "refuse operations whose result varies from run to run"] = False

    # Data
    train_scenes: Annotated[int, Range(1), "scenes in an epoch"] = 4096
    val_scenes: Annotated[int, Range(1), "scenes for validation"] = 512
    canvas: Annotated[int, Range(32, 1024), "side of a scene in pixels, a multiple of 8"] = 64
    num_workers: Annotated[int, Range(), "loader processes for each training process"] = 0

    # Model
    width: Annotated[int, Range(8), "channels of the first layer, a multiple of 8"] = 16
    norm: Annotated[Literal["group", "batch"], "kind of normalization"] = "group"
    sync_batchnorm: Annotated[bool, "batch statistics over all processes (CUDA only)"] = False
    dropout: Annotated[float, Range(0, 0.9), "share of features that the head drops"] = 0.0
    pretrained: Annotated[str, "backbone weights from reference_train.pretrain"] = ""
    compile: Annotated[bool, "compile the model with torch.compile"] = False

    # Phases
    epochs: Annotated[int, Range(1), "in both phases together"] = 12
    freeze_epochs: Annotated[int, Range(), "epochs with a frozen backbone, at the start"] = 0
    frozen_global_batch_size: Annotated[int, Range(1), "scenes behind one update, frozen"] = 128
    global_batch_size: Annotated[int, Range(1), "scenes behind one update, unfrozen"] = 64
    accumulation_steps: Annotated[int, Range(1), "backward passes to one update"] = 1

    # Optimisation
    optimizer: Annotated[Literal["adamw", "sgd"], "update rule"] = "adamw"
    lr: Annotated[float, Range(1e-8, 10), "peak learning rate at the reference batch size"] = 2e-3
    reference_batch_size: Annotated[int, Range(1), "batch size that --lr is meant for"] = 64
    momentum: Annotated[float, Range(0, 0.999), "of SGD; the first beta of AdamW"] = 0.9
    weight_decay: Annotated[float, Range(0, 1), "of weights; norms and biases have none"] = 0.05
    lr_decay: Annotated[Literal["cosine", "step"], "shape of the decay"] = "cosine"
    warmup_epochs: Annotated[float, Range(), "epochs of linear warm-up"] = 1.0
    min_lr_ratio: Annotated[float, Range(0, 1), "last learning rate / peak learning rate"] = 0.01
    clip_norm: Annotated[float, Range(), "largest norm of the gradient; 0: no clipping"] = 10.0
    precision: Annotated[Literal["fp32", "bf16", "fp16"], "of the forward pass"] = "fp32"
    ema_decay: Annotated[float, Range(0, 0.99999), "of the averaged weights"] = 0.99

    # Evaluation
    patience: Annotated[int, Range(), "epochs without a better mAP before stopping; 0: never"] = 0

    def __post_init__(self) -> None:
        for name, annotation in get_type_hints(Settings, include_extras=True).items():
            _check(name, getattr(self, name), annotation)
        for name in ("canvas", "width"):
            if getattr(self, name) % 8:
                raise _refusal(name, getattr(self, name), "a multiple of 8")
        if self.freeze_epochs > self.epochs:
            raise _refusal("freeze_epochs", self.freeze_epochs, f"at most epochs ({self.epochs})")
        if self.warmup_epochs >= self.epochs:
            raise _refusal("warmup_epochs", self.warmup_epochs, f"below epochs ({self.epochs})")
        if self.freeze_epochs and not self.pretrained:
            raise _refusal("freeze_epochs", self.freeze_epochs, "0 without pretrained weights")
        if self.pretrained and not Path(self.pretrained).is_file():
            raise _refusal("pretrained", self.pretrained, "a file of reference_train.pretrain")
        if self.sync_batchnorm and self.norm != "batch":
            raise _refusal("sync_batchnorm", True, "off unless norm is batch")

    def same_run(self) -> dict[str, Any]:
        """The settings that a resumed run must share with the interrupted one."""
        free = {"output", "resume", "device", "timeout", "num_workers", "pretrained", "compile"}
        return {name: value for name, value in asdict(self).items() if name not in free}


def parse_settings(argv: Sequence[str] | None = None) -> Settings:
    """Read the settings from the command line (`argv`, or `sys.argv`); exits with 2 on an error."""
    parser = argparse.ArgumentParser(
        prog="reference_train.train",
        description="Train a digit detector.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    hints = get_type_hints(Settings, include_extras=True)
    for setting in fields(Settings):
        _add_option(parser, setting.name, setting.default, hints[setting.name])
    try:
        return Settings(**vars(parser.parse_args(argv)))
    except SettingsError as error:
        parser.error(str(error))


def _add_option(parser: argparse.ArgumentParser, name: str, default: Any, annotation: Any) -> None:
    kind, *_, text = get_args(annotation)
    options: dict[str, Any] = {"default": default, "help": text}
    if kind is bool:
        options["action"] = argparse.BooleanOptionalAction
    elif get_origin(kind) is Literal:
        options["choices"] = get_args(kind)
    else:
        options["type"] = kind
    parser.add_argument("--" + name.replace("_", "-"), **options)


def _check(name: str, value: Any, annotation: Any) -> None:
    kind, *limits, _ = get_args(annotation)
    for limit in limits:
        if not limit.low <= value <= limit.high:
            raise _refusal(name, value, str(limit))
    if get_origin(kind) is Literal and value not in get_args(kind):
        raise _refusal(name, value, "one of " + ", ".join(get_args(kind)))


def _refusal(name: str, value: Any, allowed: str) -> SettingsError:
    return SettingsError(f"{name} is {value!r}, but it must be {allowed}")
