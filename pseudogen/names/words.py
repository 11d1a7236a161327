"""Identifiers -> the words in them, and the role that a name suggests on its own."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")

_GLUED = {f"{part}dataloader": (part, "dataloader") for part in ("train", "val", "valid", "test")}
"""Words that are written as one."""

MAKING = frozenset(
    {"build", "construct", "create", "generate", "get", "init", "initialize", "initialise", "load"}
    | {"make", "prepare", "set", "setup"}
)
"""First words of functions that make something and hand it over."""

_ENDINGS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("batch", "size"), "batch-size"),
    (("batchsize",), "batch-size"),
    (("bs",), "batch-size"),
    (("bsz",), "batch-size"),
    (("bsize",), "batch-size"),
    (("world", "size"), "process-count"),
    (("worldsize",), "process-count"),
    (("ngpus", "per", "node"), "process-count"),
    (("gpus", "per", "node"), "process-count"),
    (("nproc", "per", "node"), "process-count"),
    (("ngpus",), "process-count"),
    (("ngpu",), "process-count"),
    (("num", "gpus"), "process-count"),
    (("num", "gpu"), "process-count"),
    (("n", "gpus"), "process-count"),
    (("n", "gpu"), "process-count"),
    (("gpu", "num"), "process-count"),
    (("gpu", "count"), "process-count"),
    (("gpu", "nums"), "process-count"),
    (("nprocs",), "process-count"),
    (("num", "procs"), "process-count"),
    (("num", "processes"), "process-count"),
    (("num", "replicas"), "process-count"),
    (("num", "devices"), "process-count"),
    (("num", "of", "devices"), "process-count"),
    (("num", "of", "gpus"), "process-count"),
    (("n", "devices"), "process-count"),
    (("n", "procs"), "process-count"),
    (("device", "count"), "process-count"),
    (("process", "count"), "process-count"),
    (("trainers", "num"), "process-count"),
    (("num", "trainers"), "process-count"),
    (("nranks",), "process-count"),
    (("num", "ranks"), "process-count"),
    (("dp", "size"), "process-count"),
    (("dp", "world", "size"), "process-count"),
    (("data", "parallel", "size"), "process-count"),
    (("learning", "rate"), "learning-rate"),
    (("lr",), "learning-rate"),
    (("scheduler",), "scheduler"),
    (("sched",), "scheduler"),
    (("scheduler", "func"), "schedule-function"),
    (("lr", "func"), "schedule-function"),
    (("sampler",), "sampler"),
    (("loader",), "loader"),
    (("dataloader",), "loader"),
    (("loaders",), "loader"),
    (("dataloaders",), "loader"),
    (("trainloader",), "loader"),
    (("testloader",), "loader"),
    (("valloader",), "loader"),
    (("train", "dl"), "loader"),
    (("val", "dl"), "loader"),
    (("valid", "dl"), "loader"),
    (("test", "dl"), "loader"),
    (("train", "iter"), "loader"),
    (("dataset",), "dataset"),
    (("datasets",), "dataset"),
    (("train", "set"), "dataset"),
    (("val", "set"), "dataset"),
    (("valid", "set"), "dataset"),
    (("test", "set"), "dataset"),
    (("data", "set"), "dataset"),
    (("train", "ds"), "dataset"),
    (("val", "ds"), "dataset"),
    (("eval", "ds"), "dataset"),
    (("valid", "ds"), "dataset"),
    (("test", "ds"), "dataset"),
    (("trainset",), "dataset"),
    (("testset",), "dataset"),
    (("valset",), "dataset"),
    (("optimizer",), "optimizer"),
    (("optimiser",), "optimizer"),
    (("optim",), "optimizer"),
    (("scaler",), "scaler"),
    (("criterion",), "criterion"),
    (("loss", "fn"), "criterion"),
    (("loss", "func"), "criterion"),
    (("loss", "function"), "criterion"),
    (("writer",), "writer"),
    (("model",), "model"),
    (("net",), "model"),
    (("network",), "model"),
    (("epoch",), "epoch"),
    (("rank",), "rank"),
    (("device",), "device"),
    (("loss",), "loss"),
    (("trainer",), "trainer"),
    (("fabric",), "accelerator"),
)
_NO_MODELS = frozenset({"datamodel", "viewmodel"})
_PARTS = frozenset({"eval", "test", "train", "training", "val", "valid", "validation"})
_OF_DATA = ("dataset", "loader", "sampler")
"""Roles of things of which a script has one for each part of the data: `data_loader_val`."""
_BY_LENGTH = sorted(_ENDINGS, key=lambda row: -len(row[0]))


def pieces(wanted: frozenset[str]) -> tuple[str, ...]:
    """The shortest of some words: whatever has one of the words in it has one of these."""
    return tuple(
        word
        for word in sorted(wanted)
        if not any(other in word for other in wanted if other != word)
    )


@lru_cache(maxsize=1 << 15)
def words(name: str) -> tuple[str, ...]:
    """The words of an identifier in lower case: `ngpus_per_node`, `BatchSize`, `trainLoader2`.

    Of a dotted name the last component counts: `args.batch_size` has the words of `batch_size`.
    """
    last = name.rpartition(".")[2]
    found = tuple(word.lower() for word in _WORD.findall(last) if not word.isdigit())
    return (*found[:-1], *_GLUED[found[-1]]) if found and found[-1] in _GLUED else found


@lru_cache(maxsize=1 << 15)
def suggested_role(name: str) -> str | None:
    """The role whose usual name an identifier ends with, as whole words; the longest one wins.

    `train_sampler` suggests a sampler, `sampler_seed` nothing, `lr_scheduler` a scheduler.
    """
    found = words(name)
    for ending, role in _BY_LENGTH:
        if found[-len(ending) :] == ending:
            return role
    if found[:2] == ("batch", "size"):
        return "batch-size"
    if found[-1:] and found[-1].endswith("model") and found[-1] not in _NO_MODELS:
        return "model"  # `recmodel`, `mymodel`
    if found[-1:] and found[-1] in _PARTS:
        whole = suggested_role("_".join(found[:-1]))
        return whole if whole in _OF_DATA else None
    return None
