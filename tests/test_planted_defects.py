"""One defect planted in the reference trainer gives its pitfall, where it is, and no other.

The edits change the text alone; nothing of it is run. What the trainer has no place for is planted
in the small trainers below.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pseudogen.finding import find_all
from pseudogen.names.script import Script
from pseudogen.patterns import all_finders
from pseudogen.pitfall import Findings, Pitfall, check_all
from pseudogen.pitfalls import all_checkers

TRAINER = Path(__file__).parent.parent / "reference_train"

DISTRIBUTED = """\
import os

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(64, 32)
        self.head = nn.Linear(32, 10)

    def forward(self, x):
        return self.head(self.body(x))


def main(args, train_set, val_set):
    dist.init_process_group("nccl")
    rank, world_size = dist.get_rank(), dist.get_world_size()
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    model = Net().to(device)
    if args.resume:
        checkpoint = torch.load(args.resume, map_location="cpu", weights_only=True)
        start_epoch = checkpoint["epoch"]
        model.load_state_dict(checkpoint["model"])
    model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
    model = DistributedDataParallel(model, device_ids=[device.index])
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr * world_size)
    train_sampler = DistributedSampler(train_set)
    val_sampler = DistributedSampler(val_set, shuffle=False)
    train_loader = DataLoader(train_set, batch_size=args.batch_size, sampler=train_sampler)
    val_loader = DataLoader(val_set, batch_size=args.batch_size, sampler=val_sampler)
    best_accuracy = 0.0
    for epoch in range(start_epoch, args.epochs):
        train_sampler.set_epoch(epoch)
        model.train()
        for x, y in train_loader:
            loss = nn.functional.cross_entropy(model(x.to(device)), y.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        accuracy = evaluate(model, val_loader, device)
        if accuracy > best_accuracy:
            best_accuracy = accuracy
        if rank == 0:
            torch.save({"epoch": epoch, "model": model.module.state_dict()}, args.output)
        dist.barrier()


@torch.no_grad()
def evaluate(model, val_loader, device):
    model.eval()
    right = 0
    for x, y in val_loader:
        right += int((model(x.to(device)).argmax(1).cpu() == y).sum())
    return right / len(val_loader.dataset)


if __name__ == "__main__":
    main(*prepare())
"""
"""A trainer of one file, with all that several processes need."""

SCHEDULED = """\
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, OneCycleLR


def train(model, train_loader, epochs=90, warmup_epochs=5, accumulation_steps=4):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    scheduler = CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        for index, (x, y) in enumerate(train_loader):
            loss = torch.nn.functional.cross_entropy(model(x), y)
            (loss / accumulation_steps).backward()
            if (index + 1) % accumulation_steps == 0 or index + 1 == len(train_loader):
                optimizer.step()
                optimizer.zero_grad()
        scheduler.step()
"""
"""A trainer with a schedule of the library, and with accumulated gradients."""

SPAWNED = """\
import torch
import torch.multiprocessing as mp


def work(rank, args):
    torch.manual_seed(args.seed + rank)
    train(rank, args)


def main(args):
    mp.spawn(work, args=(args,), nprocs=args.gpus)
"""

LIGHTNING = """\
import lightning as L
import torch
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint


class Net(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(8, 2)

    def training_step(self, batch, index):
        x, y = batch
        loss = torch.nn.functional.cross_entropy(self.layer(x), y)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, index):
        x, y = batch
        self.log("val_acc", (self.layer(x).argmax(1) == y).float().mean())

    def configure_optimizers(self):
        return torch.optim.AdamW(self.parameters(), lr=1e-3)


def main(train_loader, val_loader):
    keep = ModelCheckpoint(monitor="val_acc", mode="max", save_top_k=1)
    stop = EarlyStopping(monitor="val_acc", mode="max", patience=5)
    trainer = L.Trainer(max_epochs=10, callbacks=[keep, stop])
    trainer.fit(Net(), train_loader, val_loader)
"""

ARGUMENTS = """\
from transformers import AutoModelForSequenceClassification, Trainer, TrainingArguments


def main(name, train_set, val_set, measure):
    model = AutoModelForSequenceClassification.from_pretrained(name)
    arguments = TrainingArguments(
        "out",
        eval_strategy="epoch",
        save_strategy="epoch",
        load_best_model_at_end=True,
        metric_for_best_model="f1",
        num_train_epochs=3,
    )
    Trainer(
        model, arguments, train_dataset=train_set, eval_dataset=val_set, compute_metrics=measure
    ).train()
"""

ACCELERATED = """\
from accelerate import Accelerator


def train(model, optimizer, loader, passes):
    accelerator = Accelerator(gradient_accumulation_steps=passes)
    model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
    for batch in loader:
        with accelerator.accumulate(model):
            loss = model(**batch).loss
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
"""

KERAS = """\
from tensorflow import keras


def main(images, labels):
    model = keras.Sequential()
    model.add(keras.layers.Dense(64, activation="relu"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, epochs=5)
"""

SIZES = """\
from torch.utils.data import DataLoader

GLOBAL_BATCH = 32
WORLD_SIZE = 8


def make_loader(train_set):
    batch_size = GLOBAL_BATCH // WORLD_SIZE
    return DataLoader(train_set, batch_size=batch_size, shuffle=True)
"""
"""A global batch and a number of processes that stand in the code."""

OWN = {
    "ACCELERATED": ACCELERATED,
    "KERAS": KERAS,
    "SIZES": SIZES,
    "LIGHTNING": LIGHTNING,
    "ARGUMENTS": ARGUMENTS,
    "DISTRIBUTED": DISTRIBUTED,
    "SCHEDULED": SCHEDULED,
    "SPAWNED": SPAWNED,
}
FILES = sorted(path.name for path in TRAINER.glob("*.py"))


@dataclass(frozen=True)
class Planted:
    """A defect: the pitfall, the file (of the trainer, or above), what is replaced by what, the
    line at which the report begins, without its indent, and some of the facts of the report."""

    pitfall: str
    file: str
    edits: tuple[tuple[str, str], ...]
    at: str
    facts: dict[str, Any]


def planted(pitfall: str, file: str, *edits: tuple[str, str], at: str, **facts: Any) -> Planted:
    return Planted(pitfall, file, edits, at, facts)


_NORM = "            nn.utils.clip_grad_norm_(state.model.parameters(), settings.clip_norm)\n"
_UNSCALE = "        scaler.unscale_(optimizer)  # so that the limit applies to the true gradients\n"
_CLIP = f"        if settings.clip_norm:\n{_NORM}"
_PRETRAIN_STEP = "            loss.backward()\n            optimizer.step()\n"
_NORMED = "        self.body = nn.Sequential(nn.Linear(64, 32), nn.BatchNorm1d(32))\n"
_WRAP = "    model = DistributedDataParallel(model, device_ids=[device.index])\n"
_SYNC = "    model = nn.SyncBatchNorm.convert_sync_batchnorm(model)\n"
_SGD = "    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr * world_size)\n"
_COSINE = "scheduler = CosineAnnealingLR(optimizer, T_max=epochs)"
_AFTER_EPOCH = "        scheduler.step()\n"
_PER_BATCH = (_AFTER_EPOCH, "            scheduler.step()\n")
_LAST = " or index + 1 == len(train_loader)"
_DIVIDED = "    batch_size = global_batch_size // world_size\n"

DEFECTS = (
    planted(
        "sampler-without-set-epoch",
        "train.py",
        ("        train_sampler.set_epoch(epoch)\n", ""),
        at="train_sampler: Sampler = DistributedSampler(",
    ),
    planted(
        "sampler-and-shuffle",
        "DISTRIBUTED",
        ("sampler=train_sampler)", "sampler=train_sampler, shuffle=True)"),
        at="train_loader = DataLoader(train_set, batch_size=args.batch_size, "
        "sampler=train_sampler, shuffle=True)",
    ),
    planted(
        "batch-divided-again",
        "train.py",
        (
            "    for epoch in range(start_epoch, settings.epochs):\n",
            "    batch_size = settings.global_batch_size\n"
            "    for epoch in range(start_epoch, settings.epochs):\n"
            "        batch_size = batch_size // world_size\n",
        ),
        at="batch_size = batch_size // world_size",
    ),
    planted(
        "batch-remainder",
        "train.py",
        (
            "    if global_batch_size % (world_size * settings.accumulation_steps):\n",
            "    if world_size < settings.accumulation_steps:\n",
        ),
        at=_DIVIDED.strip(),
    ),
    planted(
        "batch-remainder",
        "SIZES",
        ("GLOBAL_BATCH = 32", "GLOBAL_BATCH = 30"),
        at="batch_size = GLOBAL_BATCH // WORLD_SIZE",
        each=3,
    ),
    planted(
        "batch-remainder",
        "SIZES",
        ("GLOBAL_BATCH = 32", "GLOBAL_BATCH = 4"),
        at="batch_size = GLOBAL_BATCH // WORLD_SIZE",
        each=0,
    ),
    planted(
        "batch-divided-by-one-machine",
        "train.py",
        (
            '    world_size = int(os.environ.get("WORLD_SIZE", "1"))',
            "    gpus_per_node = torch.cuda.device_count()\n"
            "    world_size = settings.nodes * gpus_per_node",
        ),
        (_DIVIDED, "    batch_size = global_batch_size // torch.cuda.device_count()\n"),
        at="batch_size = global_batch_size // torch.cuda.device_count()",
    ),
    planted(
        "ignored-unknown",
        "DISTRIBUTED",
        (_WRAP, _WRAP.replace("\n", "  # pseudogen: ignore[wrap-with-unused-layers]\n")),
        at=f"{_WRAP.strip()}  # pseudogen: ignore[wrap-with-unused-layers]",
    ),
    planted(
        "drop-last-on-validation",
        "pretrain.py",
        (
            "val_dataset, BATCH_SIZE, collate_fn=detection_collate)",
            "val_dataset, BATCH_SIZE, drop_last=True, collate_fn=detection_collate)",
        ),
        at="val_loader = DataLoader[Scene](val_dataset, BATCH_SIZE, drop_last=True, "
        "collate_fn=detection_collate)",
    ),
    planted(
        "shuffle-on-validation",
        "pretrain.py",
        (
            "val_dataset, BATCH_SIZE, collate_fn=detection_collate)",
            "val_dataset, BATCH_SIZE, shuffle=True, collate_fn=detection_collate)",
        ),
        at="val_loader = DataLoader[Scene](val_dataset, BATCH_SIZE, shuffle=True, "
        "collate_fn=detection_collate)",
    ),
    planted(
        "padded-evaluation",
        "DISTRIBUTED",
        (
            "    return right / len(val_loader.dataset)",
            "    right = torch.tensor(right, device=device)\n"
            "    dist.all_reduce(right)\n"
            "    return right / len(val_loader.dataset)",
        ),
        at="val_sampler = DistributedSampler(val_set, shuffle=False)",
    ),
    planted(
        "gradients-never-cleared",
        "pretrain.py",
        ("            optimizer.zero_grad()\n", ""),
        at="loss.backward()",
    ),
    planted(
        "gradients-cleared-too-early",
        "pretrain.py",
        ("            optimizer.zero_grad()\n", ""),
        (
            _PRETRAIN_STEP,
            "            loss.backward()\n"
            "            optimizer.zero_grad()\n"
            "            optimizer.step()\n",
        ),
        at="optimizer.zero_grad()",
    ),
    planted(
        "gradients-cleared-too-early",
        "SCHEDULED",
        (
            "                optimizer.step()\n                optimizer.zero_grad()\n",
            "                optimizer.step()\n            optimizer.zero_grad()\n",
        ),
        at="optimizer.zero_grad()",
        backward=None,
    ),
    planted(
        "accumulated-loss-not-divided",
        "SCHEDULED",
        ("(loss / accumulation_steps).backward()", "loss.backward()"),
        at="loss.backward()",
    ),
    planted(
        "accumulation-rest-lost",
        "SCHEDULED",
        (_LAST, ""),
        at="if (index + 1) % accumulation_steps == 0:",
    ),
    planted(
        "clip-before-unscale",
        "train.py",
        (_UNSCALE, ""),
        at=_NORM.strip(),
    ),
    planted(
        "clip-after-step",
        "train.py",
        (_CLIP, ""),
        (
            "        scaler.step(optimizer)\n",
            "        scaler.step(optimizer)\n"
            "        nn.utils.clip_grad_norm_(state.model.parameters(), settings.clip_norm)\n",
        ),
        at=_NORM.strip(),
    ),
    planted(
        "scaler-update-missing",
        "train.py",
        ("        scaler.update()\n", ""),
        at="scaler.step(optimizer)",
    ),
    planted(
        "scheduler-before-optimizer",
        "SCHEDULED",
        (_AFTER_EPOCH, ""),
        ("        for index", "        scheduler.step()\n        for index"),
        at="scheduler.step()",
    ),
    planted("scheduler-per-batch", "SCHEDULED", _PER_BATCH, at="scheduler.step()"),
    planted(
        "scheduler-per-epoch",
        "SCHEDULED",
        (
            _COSINE,
            "scheduler = OneCycleLR(optimizer, 1e-3, epochs=epochs, "
            "steps_per_epoch=len(train_loader))",
        ),
        at="scheduler.step()",
    ),
    planted(
        "scheduler-past-its-end",
        "SCHEDULED",
        (_COSINE, "scheduler = CosineAnnealingLR(optimizer, T_max=50)"),
        ("range(epochs)", "range(90)"),
        at="scheduler = CosineAnnealingLR(optimizer, T_max=50)",
    ),
    planted(
        "warmup-in-epochs-per-step",
        "schedule.py",
        ("    position: float,\n", "    global_step: int,\n"),
        (
            "    if position < warmup_epochs:\n"
            "        return peak * warmup_factor(position, warmup_epochs)\n"
            "    progress = min((position - ",
            "    if global_step < warmup_epochs:\n"
            "        return peak * global_step / warmup_epochs\n"
            "    progress = min((global_step - ",
        ),
        at="return peak * global_step / warmup_epochs",
    ),
    planted(
        "no-return-to-train",
        "DISTRIBUTED",
        ("        self.body = nn.Linear(64, 32)\n", _NORMED),
        ("        model.train()\n", ""),
        at="model.eval()",
    ),
    planted(
        "evaluation-with-gradients",
        "DISTRIBUTED",
        ("@torch.no_grad()\n", ""),
        at="for x, y in val_loader:",
    ),
    planted(
        "softmax-before-loss",
        "pretrain.py",
        ("cross_entropy(model(images),", "cross_entropy(model(images).softmax(dim=1),"),
        at="loss = functional.cross_entropy(model(images).softmax(dim=1), targets.labels[:, 0])",
    ),
    planted(
        "softmax-before-loss",
        "loss.py",
        ("predictions.objectness, positive", "predictions.objectness.sigmoid(), positive"),
        at="objectness = functional.binary_cross_entropy_with_logits(",
    ),
    planted(
        "softmax-before-loss",
        "pretrain.py",
        (
            "functional.cross_entropy(model(images),",
            "functional.nll_loss(model(images).softmax(1),",
        ),
        at="loss = functional.nll_loss(model(images).softmax(1), targets.labels[:, 0])",
        wants="log",
    ),
    planted(
        "loss-keeps-graph",
        "pretrain.py",
        ("    model.train()\n", "    model.train()\n    total = 0.0\n"),
        (_PRETRAIN_STEP, _PRETRAIN_STEP + "            total += loss\n"),
        at="total += loss",
    ),
    planted(
        "optimizer-before-move",
        "pretrain.py",
        ("    model.train()\n", "    model.cuda()\n    model.train()\n"),
        at="optimizer = torch.optim.AdamW(model.parameters(), lr=lr)",
    ),
    planted(
        "optimizer-before-sharding",
        "DISTRIBUTED",
        (
            "from torch.nn.parallel import DistributedDataParallel\n",
            "from torch.distributed.fsdp import FullyShardedDataParallel\n",
        ),
        (_WRAP, ""),
        (_SGD, f"{_SGD}    model = FullyShardedDataParallel(model)\n"),
        at=_SGD.strip(),
    ),
    planted(
        "optimizer-misses-unfrozen",
        "DISTRIBUTED",
        (_WRAP, ""),
        (
            _SGD,
            "    model.body.requires_grad_(False)\n"
            "    parameters = [p for p in model.parameters() if p.requires_grad]\n"
            "    optimizer = torch.optim.SGD(parameters, lr=args.lr * world_size)\n",
        ),
        (
            "        model.train()\n",
            "        model.train()\n"
            "        if epoch == args.freeze_epochs:\n"
            "            model.body.requires_grad_(True)\n",
        ),
        at="model.body.requires_grad_(True)",
    ),
    planted(
        "frozen-after-wrap",
        "train.py",
        (
            "    return model_train\n\n\ndef build_lr",
            "        model_train.module.backbone.requires_grad_(False)\n"
            "    return model_train\n\n\ndef build_lr",
        ),
        at="model_train.module.backbone.requires_grad_(False)",
    ),
    planted(
        "frozen-after-wrap",
        "DISTRIBUTED",
        (_SYNC + _WRAP, f"    model.body.requires_grad_(False)\n{_SYNC}{_WRAP}"),
        (
            "        model.train()\n",
            "        model.train()\n"
            "        if epoch == args.freeze_epochs:\n"
            "            model.module.body.requires_grad_(True)\n",
        ),
        at="model.module.body.requires_grad_(True)",
        freezes=False,
    ),
    planted(
        "wrap-of-frozen-model",
        "DISTRIBUTED",
        (_WRAP, f"    model.requires_grad_(False)\n{_WRAP}"),
        (_SYNC, ""),
        at=_WRAP.strip(),
    ),
    planted(
        "syncbn-after-wrap",
        "DISTRIBUTED",
        (_SYNC + _WRAP, _WRAP + _SYNC),
        at=_SYNC.strip(),
    ),
    planted(
        "wrap-with-unused-layer",
        "DISTRIBUTED",
        (
            "        self.head = nn.Linear(32, 10)\n",
            "        self.head = nn.Linear(32, 10)\n        self.auxiliary = nn.Linear(32, 4)\n",
        ),
        (_SYNC, ""),
        at=_WRAP.strip(),
    ),
    planted(
        "collective-on-one-process",
        "distributed.py",
        (
            "    if dist.is_initialized():\n        value = value.clone()\n",
            "    if dist.get_rank() == 0:\n        value = value.clone()\n",
        ),
        at="dist.all_reduce(value)",
    ),
    planted(
        "one-process-leaves",
        "distributed.py",
        (
            "    values = [None] * dist.get_world_size()\n",
            "    if dist.get_rank() != 0:\n"
            "        return [value]\n"
            "    values = [None] * dist.get_world_size()\n",
        ),
        at="return [value]",
    ),
    planted(
        "one-process-leaves",
        "DISTRIBUTED",
        (
            "    model = Net().to(device)\n",
            "    if rank == 0:\n"
            "        if args.output.exists() and not args.resume:\n"
            "            return\n"
            "    model = Net().to(device)\n",
        ),
        at="return",
        others=False,
        call="dist.barrier",
    ),
    planted(
        "seed-alike-in-processes",
        "train.py",
        ("torch.manual_seed(settings.seed + rank)", "torch.manual_seed(settings.seed)"),
        at="torch.manual_seed(settings.seed)  # the same first weights in every process",
    ),
    planted(
        "seed-misses-workers",
        "SPAWNED",
        ("    torch.manual_seed(args.seed + rank)\n", ""),
        ("    mp.spawn", "    torch.manual_seed(args.seed)\n    mp.spawn"),
        at="torch.manual_seed(args.seed)",
    ),
    planted(
        "seed-alike-in-workers",
        "train.py",
        (
            "        collate_fn=detection_collate,\n        num_workers",
            "        collate_fn=detection_collate,\n"
            "        worker_init_fn=lambda worker: torch.manual_seed(settings.seed),\n"
            "        num_workers",
        ),
        at="return DataLoader(",
    ),
    planted(
        "saved-by-all-processes",
        "DISTRIBUTED",
        (
            "        if rank == 0:\n            torch.save(",
            "        if epoch:\n            torch.save(",
        ),
        at='torch.save({"epoch": epoch, "model": model.module.state_dict()}, args.output)',
    ),
    planted(
        "checkpoint-module-prefix",
        "DISTRIBUTED",
        ("model.module.state_dict()", "model.state_dict()"),
        at='torch.save({"epoch": epoch, "model": model.state_dict()}, args.output)',
    ),
    planted(
        "checkpoint-module-prefix",
        "DISTRIBUTED",
        (
            "    if args.resume:\n"
            '        checkpoint = torch.load(args.resume, map_location="cpu", weights_only=True)\n'
            '        start_epoch = checkpoint["epoch"]\n'
            '        model.load_state_dict(checkpoint["model"])\n',
            "",
        ),
        (
            _SGD,
            "    if args.resume:\n"
            '        checkpoint = torch.load(args.resume, map_location="cpu", weights_only=True)\n'
            '        start_epoch = checkpoint["epoch"]\n'
            f'        model.load_state_dict(checkpoint["model"])\n{_SGD}',
        ),
        at='torch.save({"epoch": epoch, "model": model.module.state_dict()}, args.output)',
        prefixed=False,
    ),
    planted(
        "unscaled-in-every-pass",
        "SCHEDULED",
        ("    for epoch in", '    scaler = torch.amp.GradScaler("cuda")\n    for epoch in'),
        (
            "            (loss / accumulation_steps).backward()\n",
            "            scaler.scale(loss / accumulation_steps).backward()\n"
            "            scaler.unscale_(optimizer)\n",
        ),
        (
            "                optimizer.step()\n",
            "                scaler.step(optimizer)\n                scaler.update()\n",
        ),
        at="scaler.unscale_(optimizer)",
    ),
    planted(
        "load-without-map-location",
        "checkpoint.py",
        ("torch.load(path, map_location=device, ", "torch.load(path, "),
        at="content: dict[str, Any] = torch.load(path, weights_only=True)",
    ),
    planted(
        "load-runs-code",
        "checkpoint.py",
        ("weights_only=True)", "weights_only=False)"),
        at="content: dict[str, Any] = torch.load(path, map_location=device, weights_only=False)",
    ),
    planted(
        "lr-not-scaled",
        "DISTRIBUTED",
        ("lr=args.lr * world_size", "lr=args.lr"),
        at="optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)",
    ),
    planted(
        "best-compared-wrong-way",
        "train.py",
        ("metrics.map50 > state.best_map", "metrics.map50 < state.best_map"),
        at="is_best = metrics.map50 < state.best_map",
    ),
    planted(
        "best-never-beaten",
        "DISTRIBUTED",
        ("best_accuracy = 0.0", 'best_accuracy = float("inf")'),
        at="if accuracy > best_accuracy:",
    ),
    planted(
        "bool-option",
        "pretrain.py",
        ('"--epochs", type=int, default=8)', '"--epochs", type=bool, default=8)'),
        at='parser.add_argument("--epochs", type=bool, default=8)',
    ),
    planted(
        "deprecated-amp",
        "train.py",
        ("torch.autocast(images.device.type, dtype, ", "torch.cuda.amp.autocast("),
        at="with torch.cuda.amp.autocast(enabled=is_mixed):",
    ),
    planted(
        "deprecated-launch",
        "train.py",
        (
            "    torchrun --standalone --nproc-per-node 2 -m reference_train.train    two on this "
            "machine\n    torchrun --nnodes 2",
            "    python -m torch.distributed.launch --nproc-per-node 2 -m reference_train.train\n"
            "    python -m torch.distributed.launch --nnodes 2",
        ),
        ("    TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 torchrun ", "    TORCH_DISABLE=1 "),
        ("Otherwise torchrun keeps", "Otherwise it keeps"),
        at="python -m torch.distributed.launch --nproc-per-node 2 -m reference_train.train",
    ),
    planted(
        "local-rank-argument",
        "DISTRIBUTED",
        (
            '    device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))\n',
            '    parser.add_argument("--local_rank", type=int)\n'
            '    device = torch.device("cuda", parser.parse_args().local_rank)\n',
        ),
        at='parser.add_argument("--local_rank", type=int)',
    ),
    planted(
        "clip-in-every-pass",
        "SCHEDULED",
        (
            "            (loss / accumulation_steps).backward()\n",
            "            (loss / accumulation_steps).backward()\n"
            "            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n",
        ),
        at="torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)",
    ),
    planted(
        "monitored-wrong-way",
        "LIGHTNING",
        ('"val_acc", mode="max", save_top_k', '"val_acc", save_top_k'),
        at='keep = ModelCheckpoint(monitor="val_acc", save_top_k=1)',
    ),
    planted(
        "monitored-wrong-way",
        "ARGUMENTS",
        ('"f1",', '"f1",\n        greater_is_better=False,'),
        at="arguments = TrainingArguments(",
    ),
    planted(
        "best-model-never-measured",
        "ARGUMENTS",
        ('        save_strategy="epoch",\n', ""),
        at="arguments = TrainingArguments(",
    ),
    planted(
        "backward-made-twice",
        "LIGHTNING",
        ('        self.log("train_loss", loss)\n', "        self.manual_backward(loss)\n"),
        at="self.manual_backward(loss)",
    ),
    planted(
        "gradients-never-cleared",
        "DISTRIBUTED",
        ("            optimizer.zero_grad()\n", ""),
        ("        model.train()\n", "        model.train()\n        optimizer.zero_grad()\n"),
        at="loss.backward()",
        once=40,
    ),
    planted(
        "device-set-too-late",
        "DISTRIBUTED",
        ("Net().to(device)\n", "Net().cuda()\n    torch.cuda.set_device(device)\n"),
        at="model = Net().cuda()",
    ),
    planted(
        "clip-before-backward",
        "DISTRIBUTED",
        (
            "            loss.backward()\n",
            "            nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n"
            "            loss.backward()\n",
        ),
        at="nn.utils.clip_grad_norm_(model.parameters(), 1.0)",
    ),
    planted(
        "accumulated-loss-divided-twice",
        "ACCELERATED",
        (".loss\n", ".loss / passes\n"),
        at="loss = model(**batch).loss / passes",
        steps="passes",
    ),
    planted(
        "backward-without-accelerator",
        "ACCELERATED",
        ("accelerator.backward(loss)", "loss.backward()"),
        at="loss.backward()",
        steps="passes",
    ),
    planted(
        "gradients-cleared-too-early",
        "ACCELERATED",
        ("            optimizer.zero_grad()\n", ""),
        ("            loss = model", "            optimizer.zero_grad()\n            loss = model"),
        at="optimizer.zero_grad()",
        steps="passes",
    ),
    planted(
        "scheduler-in-every-pass",
        "SCHEDULED",
        ("T_max=epochs", "T_max=epochs * len(train_loader) // accumulation_steps"),
        _PER_BATCH,
        at="scheduler.step()",
        steps="accumulation_steps",
    ),
    planted(
        "raw-outputs-as-probabilities",
        "KERAS",
        (', activation="softmax"', ""),
        at='model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])',
        layer="keras.layers.Dense(10)",
    ),
    planted(
        "evaluation-in-training-mode",
        "DISTRIBUTED",
        ("        self.body = nn.Linear(64, 32)\n", _NORMED),
        ("    model.eval()\n", ""),
        at="for x, y in val_loader:",
        layer="nn.BatchNorm1d",
    ),
    planted(
        "resume-without-optimizer",
        "DISTRIBUTED",
        ("module.state_dict()}", 'module.state_dict(), "optimizer": optimizer.state_dict()}'),
        at='checkpoint = torch.load(args.resume, map_location="cpu", weights_only=True)',
        key="optimizer",
    ),
)


def source(name: str) -> str:
    return OWN[name] if name in OWN else (TRAINER / name).read_text(encoding="utf-8")


def reports(code: str) -> list[Pitfall]:
    script = Script.parse(code)
    return check_all(Findings(script, find_all(script, all_finders())), all_checkers())


@pytest.mark.parametrize("name", [*FILES, *OWN])
def test_the_trainer_as_it_is_has_no_pitfall(name: str) -> None:
    assert reports(source(name)) == []


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda d: f"{d.pitfall}-{d.file}")
def test_a_planted_defect_is_found_and_nothing_else(defect: Planted) -> None:
    code = source(defect.file)
    for old, new in defect.edits:
        assert code.count(old) == 1, old
        code = code.replace(old, new)
    lines = code.splitlines()
    found = reports(code)
    assert [(one.id, lines[one.lines[0] - 1].strip()) for one in found] == [
        (defect.pitfall, defect.at)
    ]
    assert defect.facts.items() <= dict(found[0].facts).items()


def test_each_pitfall_is_planted() -> None:
    planted_ids = {defect.pitfall for defect in DEFECTS}
    missing = [checker.id for checker in all_checkers() if checker.id not in planted_ids]
    assert not missing, f"no defect of the table gives {', '.join(missing)}"
