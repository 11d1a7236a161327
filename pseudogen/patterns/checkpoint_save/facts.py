"""What is told of a saving, and the words by which state of a training is known."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass

STATE_WORDS = frozenset(
    {"checkpoint", "checkpoints", "ckpt", "ckpts", "lora", "model", "models", "network"}
    | {"networks", "optimizer", "parameters", "pretrained", "recovery", "snapshot", "state"}
    | {"states", "weight"}
    | {"weights"}
)
OTHER_WORDS = frozenset(
    {"arg", "architecture", "args", "attention", "cache", "card", "compression", "config"}
    | {"dataset", "embedding", "embeddings", "extractor", "hyper", "inference", "info", "memory"}
    | {"offload"}
    | {"onnx", "processing", "program", "quantized", "table", "template"}
    | {"features", "info"}
    | {
        "figure",
        "grid",
        "history",
        "image",
        "images",
        "img",
        "info",
        "log",
        "logs",
        "loss",
        "losses",
    }
    | {"metrics", "outputs", "plot", "predictions", "preds", "processor", "results", "sample"}
    | {"samples", "tokenizer", "vocab"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSave(Finding):
    """Facts of a saving.

    Attributes:
        how: "library" (`torch.save`), "helper", "framework" (a method of a model or trainer),
            "callback" (the framework saves by itself) or "due" (a method that saves every so many
            calls).
        call: What is called.
        contents: The keys of what is saved, where a dict literal shows them; not of a None there.
        more: Whether it holds more than these keys.
        keeps_optimizer: Whether a dict that keeps a model keeps an optimizer as well; None where
            that does not show.
        saved: What is saved, as written.
        states: Of a variable that is saved, the objects whose state it holds, each with the
            condition under which it is the one.
        weights_only: Whether it is a state dict of one thing alone; None when unknown.
        whole: "model", "training", "part" of the state of a training, or "progress" (how far it has
            come, without weights): what a helper or a framework's method saves by what it is; None
            when unknown.
        optimizer_saved: Whether an optimizer's state is saved, here or elsewhere; told where it is
            known what is saved here.
        path: Where to, as written.
        condition: The condition under which it is saved.
        only: Whether a `return` or `continue` before it may keep it from being come to, so that the
            condition alone does not suffice.
        per: "epoch" or "step": how often the place is reached; None when unknown or once.
        monitor: The metric that a callback watches.
        best_only: Whether a callback keeps the best alone.
        keep: How many of the best it is told to keep.
        better: "lower" or "higher": which value of the metric is the better one.
        last: Whether it is told to keep the last one, too.
    """

    pattern: ClassVar[str] = "checkpoint-save"

    how: str
    call: str
    contents: tuple[str, ...] = ()
    more: bool = False
    keeps_optimizer: bool | None = None
    saved: str | None = None
    states: tuple[tuple[str, str | None], ...] = ()
    weights_only: bool | None = None
    whole: str | None = None
    optimizer_saved: bool = False
    path: str | None = None
    condition: str | None = None
    only: bool = False
    per: str | None = None
    monitor: str | None = None
    best_only: bool = False
    keep: str | None = None
    better: str | None = None
    last: bool = False
