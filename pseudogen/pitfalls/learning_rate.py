"""The learning rate beside the number of samples that a step of all processes sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pseudogen.names.blocks import mentions
from pseudogen.names.script import Script
from pseudogen.patterns.batch_division import BatchDivision
from pseudogen.patterns.data_loader import DataLoader
from pseudogen.patterns.lr_scaling import LrScaling
from pseudogen.patterns.optimizer_build import OptimizerBuild
from pseudogen.patterns.parallel_wrap import ParallelWrap
from pseudogen.pitfall import NOTE, Findings, Pitfall, pitfall, report

_SCALES = ("scale_lr", "lr_scale", "scaled_lr", "lr *", "learning_rate *", "total_batch", "nbs")


@pitfall("lr-not-scaled")
def check_rate(findings: Findings) -> Iterator[Pitfall]:
    """Each process loads a whole batch, and the learning rate is that of one process."""
    script = findings.script
    if not script.structure.steps or mentions(script, *_SCALES):
        return
    if any(isinstance(found, LrScaling | BatchDivision) for found in findings.all):
        return
    loader = next((x for x in findings.of(DataLoader) if _is_share(script, x)), None)
    wrapped = any(wrap.kind == "ddp" for wrap in findings.of(ParallelWrap))
    for optimizer in findings.of(OptimizerBuild):
        known = optimizer.lr is not None and not optimizer.lr_default
        if not wrapped or loader is None or not known or optimizer.evidence.kind == "name":
            continue
        yield report(
            "lr-not-scaled",
            NOTE,
            (optimizer.line, optimizer.end),
            optimizer.evidence.kind,
            lr=optimizer.lr,
            batch_size=loader.batch_size,
            loader=loader.line,
        )
        return


def _is_share(script: Script, loader: DataLoader) -> bool:
    """Whether each process reads a shard in batches of a size that no count of processes has
    gone into, as far as the script shows."""
    size = loader.batch_size or ""
    undivided = loader.share is None and not any(mark in size for mark in ("//", "/", "world"))
    training = loader.split != "validation"
    whole = training and loader.shards == "always" and bool(size) and undivided
    return whole and not _is_quotient(script, size)


def _is_quotient(script: Script, size: str) -> bool:
    """Whether a batch size is divided anywhere in the script, by whatever."""
    quotient = re.compile(rf"{re.escape(size)} = [^\n]*/|{re.escape(size)} //?= ")
    return quotient.search(script.tree.text) is not None


_TOP = (
    "import torch\n"
    "from torch.nn.parallel import DistributedDataParallel as DDP\n"
    "from torch.utils.data import DataLoader, DistributedSampler\n"
)
_LOADER = "loader = DataLoader(data, batch_size=64, sampler=DistributedSampler(data))\n"
_TRAIN = (
    "model = DDP(net)\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)\n"
    "for x, y in loader:\n"
    "    criterion(model(x), y).backward()\n"
)
EXAMPLES = {
    "lr-not-scaled": {
        _TOP + _LOADER + _TRAIN: [(6, 6)],
        _TOP + _LOADER.replace("64", "args.batch_size") + _TRAIN.replace("args.lr", "0.1"): [
            (6, 6)
        ],
    },
}
COUNTEREXAMPLES = {
    "lr-not-scaled": {
        _TOP + _LOADER + _TRAIN.replace("=args.lr", "=args.lr * world_size"): "it is scaled",
        _TOP + _LOADER.replace("64", "64 // world_size") + _TRAIN: "the batch is divided",
        _TOP + "bs = int(bs / shares)\n" + _LOADER.replace("64", "bs") + _TRAIN: (
            "the batch is divided, by whatever"
        ),
    },
}
