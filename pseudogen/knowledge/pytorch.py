"""PyTorch: torch, torch.nn, torch.optim, torch.utils.data, torch.distributed."""

from pseudogen.knowledge.api import Api

_DOCS = "https://docs.pytorch.org/docs/stable/"

_DATA = _DOCS + "data.html"
_DATA_LOADER = Api(
    "loader",
    (
        "dataset",
        "batch_size",
        "shuffle",
        "sampler",
        "batch_sampler",
        "num_workers",
        "collate_fn",
        "pin_memory",
        "drop_last",
    ),
    {
        "batch_size": "1",
        "shuffle": "False",
        "num_workers": "0",
        "pin_memory": "False",
        "drop_last": "False",
    },
    _DATA + "#torch.utils.data.DataLoader",
)
_DISTRIBUTED_SAMPLER = Api(
    "distributed-sampler",
    ("dataset", "num_replicas", "rank", "shuffle", "seed", "drop_last"),
    {"shuffle": "True", "seed": "0", "drop_last": "False"},
    _DATA + "#torch.utils.data.distributed.DistributedSampler",
)
_DDP = Api(
    "wrap",
    ("module", "device_ids", "output_device"),
    {"find_unused_parameters": "False"},
    _DOCS + "generated/torch.nn.parallel.DistributedDataParallel.html",
    {"wrap": "ddp"},
)
_DP = Api(
    "wrap",
    ("module", "device_ids", "output_device"),
    {},
    _DOCS + "generated/torch.nn.DataParallel.html",
    {"wrap": "dp"},
)
_FSDP = Api("wrap", ("module",), {}, _DOCS + "fsdp.html", {"wrap": "fsdp"})


def _optimizer(*params: str) -> Api:
    return Api("optimizer", ("params", "lr", *params), {}, _DOCS + "optim.html")


def _scheduler(form: str, *params: str, unit: str = "") -> Api:
    return Api(
        "scheduler",
        ("optimizer", *params),
        {},
        _DOCS + "optim.html#how-to-adjust-learning-rate",
        {"form": form, "unit": unit},
    )


EXACT: dict[str, Api] = {
    "torch.utils.data.DataLoader": _DATA_LOADER,
    "torch.utils.data.dataloader.DataLoader": _DATA_LOADER,
    "torch.utils.data.DistributedSampler": _DISTRIBUTED_SAMPLER,
    "torch.utils.data.distributed.DistributedSampler": _DISTRIBUTED_SAMPLER,
    "torch.nn.parallel.DistributedDataParallel": _DDP,
    "torch.nn.parallel.distributed.DistributedDataParallel": _DDP,
    "torch.nn.DataParallel": _DP,
    "torch.nn.parallel.DataParallel": _DP,
    "torch.distributed.fsdp.FullyShardedDataParallel": _FSDP,
    "torch.distributed.fsdp.fully_shard": _FSDP,
    "torch.nn.Module": Api("module"),
    "torch.nn.Sequential": Api("module"),
    "torch.cuda.device_count": Api("device-count", traits={"scope": "machine"}),
    "torch.distributed.get_world_size": Api("world-size", ("group",), traits={"scope": "all"}),
    "torch.distributed.get_rank": Api("rank", ("group",)),
    "torch.optim.SGD": _optimizer("momentum", "dampening", "weight_decay", "nesterov"),
    "torch.optim.Adam": _optimizer("betas", "eps", "weight_decay", "amsgrad"),
    "torch.optim.AdamW": _optimizer("betas", "eps", "weight_decay", "amsgrad"),
    "torch.optim.lr_scheduler.StepLR": _scheduler("step", "step_size", "gamma"),
    "torch.optim.lr_scheduler.MultiStepLR": _scheduler("multi-step", "milestones", "gamma"),
    "torch.optim.lr_scheduler.ExponentialLR": _scheduler("exponential", "gamma"),
    "torch.optim.lr_scheduler.CosineAnnealingLR": _scheduler("cosine", "T_max", "eta_min"),
    "torch.optim.lr_scheduler.LambdaLR": _scheduler("lambda", "lr_lambda"),
    "torch.optim.lr_scheduler.ReduceLROnPlateau": _scheduler("plateau", "mode", "factor"),
    "torch.optim.lr_scheduler.OneCycleLR": _scheduler("one-cycle", "max_lr", unit="step"),
    "torch.amp.GradScaler": Api("scaler", ("device",)),
    "torch.cuda.amp.GradScaler": Api("scaler"),
    "torch.utils.tensorboard.SummaryWriter": Api("writer", ("log_dir",)),
}

FAMILIES: dict[str, Api] = {
    "torch.optim": _optimizer(),
    "torch.optim.lr_scheduler": _scheduler("other"),
}

ROOTS: dict[str, str] = {
    "torch": "torch",
    "nn": "torch.nn",
    "optim": "torch.optim",
    "F": "torch.nn.functional",
    "dist": "torch.distributed",
    "DDP": "torch.nn.parallel.DistributedDataParallel",
    "FSDP": "torch.distributed.fsdp.FullyShardedDataParallel",
}
"""What the usual short names stand for in code that does not show its imports."""

BARE: tuple[str, ...] = (
    "torch.utils.data.DataLoader",
    "torch.utils.data.distributed.DistributedSampler",
    "torch.nn.parallel.DistributedDataParallel",
    "torch.nn.DataParallel",
    "torch.distributed.fsdp.FullyShardedDataParallel",
    "torch.optim.SGD",
    "torch.optim.Adam",
    "torch.optim.AdamW",
    "torch.optim.lr_scheduler.StepLR",
    "torch.optim.lr_scheduler.MultiStepLR",
    "torch.optim.lr_scheduler.CosineAnnealingLR",
    "torch.optim.lr_scheduler.LambdaLR",
    "torch.amp.GradScaler",
    "torch.utils.tensorboard.SummaryWriter",
)
"""Names whose last component says enough on its own."""
