"""The learning rate beside the number of samples that a step of all processes sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from pseudogen.names.blocks import mentions, statement_at, statements_at
from pseudogen.names.origins import makers
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
    wrapped = any(wrap.kind == "ddp" for wrap in findings.of(ParallelWrap))
    if not wrapped or not script.structure.steps or mentions(script, *_SCALES):
        return
    if any(isinstance(found, LrScaling | BatchDivision) for found in findings.all):
        return
    loader = next((x for x in findings.of(DataLoader) if _is_share(script, x)), None)
    for optimizer in findings.of(OptimizerBuild):
        known = optimizer.lr is not None and not optimizer.lr_default
        known = known and not _is_schedule(script, optimizer)
        if loader is None or not known or optimizer.evidence.kind == "name":
            continue
        yield report(
            "lr-not-scaled",
            NOTE,
            (optimizer.line, optimizer.end),
            optimizer.evidence.kind,
            lr=optimizer.lr,
            batch_size=_batch_size(script, loader),
            loader=loader.line,
        )
        return


def _is_schedule(script: Script, optimizer: OptimizerBuild) -> bool:
    """Whether the rate is a schedule, as in PaddlePaddle, which may follow by itself."""
    at = statement_at(script, optimizer.line).index
    made = (b.value for b in script.reaching(optimizer.lr or "", at))
    return any(type(value) is cst.Call for value in made)


def _is_share(script: Script, loader: DataLoader) -> bool:
    """Whether each process reads a shard in batches of a size that no count of processes has
    gone into, as far as the script shows."""
    size = _batch_size(script, loader) or ""
    undivided = loader.share is None and not any(mark in size for mark in ("//", "/", "world"))
    training = loader.split != "validation"
    whole = training and loader.shards is not None and bool(size) and undivided
    return whole and not _is_quotient(script, size)


def _batch_size(script: Script, loader: DataLoader) -> str | None:
    """The batch size of a loader, or of the sampler of batches that it gets."""
    sites = (s for at in statements_at(script, loader.line) for s in script.calls_in(at))
    for site in sites if loader.batch_size is None else ():
        given = script.argument(site, "batch_sampler")
        made = makers(script, given, site.statement.index) if given is not None else []
        for call, at in made if len(made) == 1 else ():
            scope = script.tree.statements[at].scope
            return script.argument_text(script.call_site(call, at, scope), "batch_size")
    return loader.batch_size


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
_BATCHES = (
    "from torch.utils.data import BatchSampler\n"
    "batches = BatchSampler(DistributedSampler(data), 64, drop_last=True)\n"
    "loader = DataLoader(data, batch_sampler=batches)\n"
)
EXAMPLES = {
    "lr-not-scaled": {
        _TOP + _LOADER + _TRAIN: [(6, 6)],
        _TOP + _LOADER.replace("64", "args.batch_size") + _TRAIN.replace("args.lr", "0.1"): [
            (6, 6)
        ],
        _TOP + _BATCHES + _TRAIN: [(8, 8)],
    },
}
COUNTEREXAMPLES = {
    "lr-not-scaled": {
        _TOP + _BATCHES.replace("64", "args.batch // world_size") + _TRAIN: "a share is loaded",
        _TOP + _LOADER + _TRAIN.replace("=args.lr", "=args.lr * world_size"): "it is scaled",
        _TOP + _LOADER.replace("64", "64 // world_size") + _TRAIN: "the batch is divided",
        _TOP + "bs = int(bs / shares)\n" + _LOADER.replace("64", "bs") + _TRAIN: (
            "the batch is divided, by whatever"
        ),
    },
}
