"""Settings that the whole field calls by the same names, and what each of them is."""

from __future__ import annotations

from functools import lru_cache

from pseudogen.names.words import words

KNOWN: dict[str, str] = {
    "batch-size": "* batch size, batchsize, * bs, bsz",
    "epochs": (
        "epochs, num epochs, n epochs, max epochs, max epoch, nepochs, num epoch, total epochs, "
        "total epoch, train epochs, num train epochs, nb epochs, training epochs"
    ),
    "start-epoch": "start epoch, init epoch, initial epoch, begin epoch",
    "max-steps": (
        "max steps, max iters, max iter, total steps, train steps, max train steps, "
        "num iterations, total iters, num training steps"
    ),
    "learning-rate": (
        "lr, learning rate, base lr, init lr, initial lr, max lr, base learning rate, initial "
        "learning rate, peak lr, max learning rate"
    ),
    "min-lr": "min lr, lr min, eta min, min learning rate, lr end, final lr",
    "schedule": (
        "scheduler, lr scheduler, sched, lr schedule, lr scheduler type, lr decay type, "
        "scheduler type"
    ),
    "milestones": "milestones, lr steps, lr milestones, decay epochs, lr decay epochs",
    "lr-factor": "lr gamma, lr decay rate, lr decay factor, lr factor",
    "warmup-length": (
        "warmup, warmup epochs, warmup epoch, warmup steps, warmup iters, num warmup steps, "
        "warm up epochs, warm up steps, warmup t, lr warmup epochs"
    ),
    "warmup-ratio": "warmup ratio, warmup proportion, warmup fraction",
    "warmup-lr": "warmup lr, warmup start lr, warmup lr init, warmup bias lr",
    "optimizer": "optimizer, optim, opt, optimizer type, optimizer name, optim name",
    "momentum": "momentum, sgd momentum",
    "betas": "betas, adam beta, opt betas, adam betas",
    "epsilon": "opt eps, adam eps, adam epsilon",
    "weight-decay": "weight decay, wd, l reg, weight decay rate",
    "gradient-clipping": (
        "grad clip, clip grad, max grad norm, clip grad norm, grad norm, clip max norm, "
        "gradient clipping, gradient clip val, clip norm, clip gradient"
    ),
    "accumulation": (
        "* accumulation steps, accum steps, accum iter, grad accum, accumulate, accum freq, "
        "grad accum steps, accumulation, accumulate grad batches"
    ),
    "mixed-precision": (
        "amp, use amp, fp, use fp, bf, half, mixed precision, use mixed precision, no amp, "
        "disable amp"
    ),
    "data-type": "dtype, amp dtype, precision, torch dtype",
    "loss-scale": "loss scale, static loss scale, init scale",
    "seed": "seed, random seed, manual seed, rng seed",
    "workers": (
        "workers, num workers, n workers, nworkers, num data workers, data loader workers, "
        "dataloader num workers, loader workers"
    ),
    "prefetch-factor": "prefetch factor",
    "pin-memory": "pin mem, pin memory, no pin mem",
    "resume": (
        "resume, resume from, resume from checkpoint, auto resume, resume path, resume checkpoint"
    ),
    "output-folder": (
        "output dir, save dir, out dir, output, checkpoint dir, save path, work dir, ckpt dir, "
        "log dir, logdir"
    ),
    "pretrained": (
        "pretrained, pretrain, use pretrained, pretrained weights, pretrained model, pretrained "
        "path"
    ),
    "process-count": "world size, worldsize, nprocs, num processes",
    "rank": "rank, global rank, dist rank",
    "local-rank": "local rank",
    "backend": "dist backend, distributed backend",
    "rendezvous": "dist url, init method, master addr, master port, dist port",
    "sync-batchnorm": "sync bn, syncbn, use sync bn",
    "device": "device, gpu, gpu id, gpu ids, device ids, local device",
    "no-accelerator": "no cuda, no gpu, disable cuda, no accel",
    "compile": "compile, torch compile, torchcompile, compile model",
    "recomputation": (
        "gradient checkpointing, grad checkpointing, use checkpoint, activation checkpointing"
    ),
    "dropout": "dropout, drop, drop rate, dropout rate, dropout prob, dropout p",
    "drop-path": "drop path, drop path rate",
    "label-smoothing": "label smoothing, smoothing, label smooth",
    "mixup": "mixup, mixup alpha, mixup prob",
    "cutmix": "cutmix, cutmix alpha, cutmix prob",
    "mosaic": "mosaic, mosaic prob",
    "patience": "patience, early stopping patience, early stop patience",
    "ema": "ema, model ema, use ema",
    "ema-decay": "ema decay, model ema decay, ema rate",
    "log-interval": (
        "log interval, print freq, log freq, log every, log steps, logging steps, print every, "
        "print interval, log every n steps, stdout interval, logging interval"
    ),
    "save-interval": (
        "save interval, save freq, save every, save steps, save period, checkpointing steps, "
        "checkpoint interval, save epoch freq, ckpt freq"
    ),
    "eval-interval": (
        "eval interval, eval freq, eval every, eval steps, eval period, val interval, val freq, "
        "valid interval, eval iter freq, validation interval, evaluation interval, val every, "
        "val check interval, eval every n steps"
    ),
    "evaluate-only": "evaluate, eval, eval only, test only, only eval",
    "model-name": "arch, model name, backbone, model name or path, model type",
    "image-size": "img size, image size, imgsz, crop size",
    "input-size": "input size, input shape",
    "class-count": "num classes, nb classes, n classes, class num, num class",
    "layer-count": "n layer, n layers, num layers, num hidden layers",
    "head-count": "n head, n heads, num heads, num attention heads",
    "width": "n embd, d model, hidden size, hidden dim, embed dim, embedding dim",
    "context-length": (
        "block size, seq len, seq length, max seq len, max seq length, max length, context "
        "length, sequence length"
    ),
    "vocabulary-size": "vocab size, n vocab",
    "data-folder": "data dir, data path, data root, dataset path, dataset dir",
    "dry-run": "dry run, fast dev run",
}
"""Kind of setting -> its usual names, as words; before one that begins with `*` may stand others.
Digits are no words: `fp16` is `fp`, `beta1` is `beta`."""

VARYING = frozenset({"process-count", "rank", "device", "betas", "gradient-clipping", "resume"})
"""Kinds that projects define in different ways: what their author says of them comes first."""


AMOUNTS = frozenset(
    {"label-smoothing", "dropout", "drop-path", "learning-rate", "momentum", "weight-decay"}
    | {"gradient-clipping", "accumulation", "warmup-length", "loss-scale", "prefetch-factor"}
)
"""Kinds that say how much: a switch of such a name only turns the thing on or off."""


_NAMES = {name: kind for kind, names in KNOWN.items() for name in names.split(", ")}


_NEGATIONS = frozenset({"disable", "no", "not", "skip", "without"})


@lru_cache(maxsize=1024)
def known_setting(name: str) -> str | None:
    """The kind of a setting by its usual name, as whole words: `args.num_epochs` -> "epochs".

    `disable_amp` and `no_cuda` switch off what the rest of the name says, and are of no kind.
    """
    found = words(name.rpartition("[")[2].strip("\"']"))
    if _NEGATIONS.intersection(found):
        return None
    endings = (" ".join(("*", *found[start:])) for start in range(len(found)))
    return next((_NAMES[n] for n in (" ".join(found), *endings) if n in _NAMES), None)
