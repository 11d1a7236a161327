"""Train a digit detector with DistributedDataParallel; read it from top to bottom.

    python -m reference_train.train                                      one process
    torchrun --standalone --nproc-per-node 2 -m reference_train.train    two on this machine
    torchrun --nnodes 2 --nproc-per-node 4 --rdzv-backend c10d \\
             --rdzv-endpoint HOST:29500 -m reference_train.train         on each of two machines

Each process drives a GPU of its own (NCCL) or works on the CPU (gloo). `--resume` goes on from the
last checkpoint, if there is one; `--help` lists all settings. A run that starts again by itself
when a worker dies:

    TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 torchrun --standalone --nproc-per-node 2 \\
        --max-restarts 2 -m reference_train.train --resume

The variable gives each start a key-value store of its own. Otherwise torchrun keeps the first one,
and new workers may find the addresses of dead ones there, and wait (pytorch/pytorch#135712).
"""

import math
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import cast

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, DistributedSampler
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from reference_train.checkpoint import (
    State,
    load,
    random_state,
    resume,
    save_best,
    save_checkpoint,
)
from reference_train.data import Scene, SceneDataset, Targets, build_datasets, detection_collate
from reference_train.distributed import (
    broadcast_buffers,
    choose_device,
    gather_objects,
    mean_over_processes,
)
from reference_train.evaluate import Metrics, evaluate
from reference_train.loss import detection_loss
from reference_train.model import Detector
from reference_train.records import draw_scenes, plot_curves, record_epoch
from reference_train.schedule import learning_rate, scale_lr
from reference_train.settings import Settings, SettingsError, parse_settings

Loader = DataLoader[Scene]
Sampler = DistributedSampler[Scene]


def main(argv: Sequence[str] | None = None) -> None:
    """Train as the command line says."""
    settings = parse_settings(argv)
    rank = int(os.environ.get("RANK", "0"))
    local_rank = int(os.environ.get("LOCAL_RANK", "0"))
    world_size = int(os.environ.get("WORLD_SIZE", "1"))  # processes on all machines together
    try:
        device = choose_device(settings, local_rank)
        if world_size > 1:
            backend = "nccl" if device.type == "cuda" else "gloo"
            dist.init_process_group(backend, timeout=timedelta(seconds=settings.timeout))
        train(settings, rank, world_size, device)
    except SettingsError as error:
        raise SystemExit(f"reference_train.train: error: {error}") from error
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()


def train(settings: Settings, rank: int, world_size: int, device: torch.device) -> State:
    """Train through both phases, frozen and unfrozen; returns the state in which it ended."""
    train_dataset, val_dataset = build_datasets(
        settings.train_scenes, settings.val_scenes, settings.canvas, settings.seed
    )
    state = build_state(settings, rank, device)
    resume(state, settings, rank, world_size, device)
    start_epoch = state.epoch
    if rank == 0:
        writer = SummaryWriter(settings.output, purge_step=start_epoch)

    for epoch in range(start_epoch, settings.epochs):
        if settings.patience and state.stale_epochs >= settings.patience:
            break  # early stopping; the same on all processes, since they share the metrics

        if epoch in (start_epoch, settings.freeze_epochs):  # a phase begins
            global_batch_size = enter_phase(state.model, epoch, settings)
            model_train = wrap_model(state.model, settings, world_size, device)
            lr_schedule = build_lr_schedule(settings, global_batch_size)
            train_sampler, train_loader, val_loader = build_loaders(
                train_dataset, val_dataset, global_batch_size, settings, rank, world_size
            )
            epoch_step = steps_per_epoch(len(train_dataset), global_batch_size)

        train_dataset.set_epoch(epoch)
        train_sampler.set_epoch(epoch)
        train_loss = fit_one_epoch(
            model_train, state, train_loader, lr_schedule, epoch, epoch_step, settings, rank, device
        )
        broadcast_buffers(state.ema)
        metrics = evaluate(state.ema.module, val_loader, device)
        finish_epoch(state, epoch, train_loss, metrics, settings, rank, device)
        if rank == 0:
            record_epoch(state.history, writer, Path(settings.output))

    if rank == 0:
        plot_curves(state.history, Path(settings.output))
        draw_scenes(state.ema.module, val_dataset, Path(settings.output), device)
        writer.close()
    return state


def build_state(settings: Settings, rank: int, device: torch.device) -> State:
    """Model, averaged weights, optimizer and scaler, as they are before the first step."""
    torch.manual_seed(settings.seed)  # the same first weights in every process
    torch.use_deterministic_algorithms(settings.deterministic)
    model = Detector(settings.width, settings.norm, settings.dropout)
    if settings.pretrained:
        model.backbone.load_state_dict(load(Path(settings.pretrained), torch.device("cpu")))
    if settings.sync_batchnorm:
        model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
    model.to(device)
    ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(settings.ema_decay))
    optimizer = build_optimizer(model, settings)
    scaler = torch.amp.GradScaler(device.type, enabled=settings.precision == "fp16")
    torch.manual_seed(settings.seed + rank)  # from here on each process draws for itself
    return State(model, ema, optimizer, scaler)


def build_optimizer(model: nn.Module, settings: Settings) -> torch.optim.Optimizer:
    """Optimizer with two groups: weights decay; norms and biases, which have one axis, do not."""
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    if settings.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=settings.lr, momentum=settings.momentum)
    return torch.optim.AdamW(groups, lr=settings.lr, betas=(settings.momentum, 0.999))


def enter_phase(model: Detector, epoch: int, settings: Settings) -> int:
    """Freeze or unfreeze the backbone; returns the phase's global batch size.

    With a frozen backbone there is less to compute and to store: its batches can be larger.
    """
    if epoch < settings.freeze_epochs:
        model.freeze_backbone()
        return settings.frozen_global_batch_size
    model.unfreeze_backbone()
    return settings.global_batch_size


def wrap_model(
    model: Detector, settings: Settings, world_size: int, device: torch.device
) -> nn.Module:
    """The model as it is trained: compiled if wanted, its gradients averaged over the processes.

    Made anew for each phase, since DDP looks only once which parameters are frozen.
    """
    model_train: nn.Module = model
    if settings.compile:
        model_train = cast(nn.Module, torch.compile(model))
    if world_size > 1:
        device_ids = [device.index] if device.type == "cuda" else None
        model_train = DistributedDataParallel(model_train, device_ids=device_ids)
    return model_train


def build_lr_schedule(settings: Settings, global_batch_size: int) -> Callable[[float], float]:
    """The learning rate as a function of the position in epochs, for a phase's batch size."""
    return partial(
        learning_rate,
        peak=scale_lr(settings.lr, global_batch_size, settings.reference_batch_size),
        epochs=settings.epochs,
        warmup_epochs=settings.warmup_epochs,
        decay=settings.lr_decay,
        min_ratio=settings.min_lr_ratio,
    )


def build_loaders(
    train_dataset: SceneDataset,
    val_dataset: SceneDataset,
    global_batch_size: int,
    settings: Settings,
    rank: int,
    world_size: int,
) -> tuple[Sampler, Loader, Loader]:
    """This process's share of the scenes, in batches for one pass through the model.

    Each process takes `batch_size` scenes to a step, in `accumulation_steps` equal parts.
    """
    if global_batch_size % (world_size * settings.accumulation_steps):
        raise SettingsError(
            f"the batch of {global_batch_size} scenes cannot be divided evenly among {world_size} "
            f"processes with {settings.accumulation_steps} accumulation steps each"
        )
    batch_size = global_batch_size // world_size
    part_size = batch_size // settings.accumulation_steps
    train_sampler: Sampler = DistributedSampler(
        train_dataset, world_size, rank, shuffle=True, seed=settings.seed
    )
    val_sampler: Sampler = DistributedSampler(val_dataset, world_size, rank, shuffle=False)
    train_loader = build_loader(train_dataset, train_sampler, part_size, True, settings)
    val_loader = build_loader(val_dataset, val_sampler, part_size, False, settings)
    return train_sampler, train_loader, val_loader


def build_loader(
    dataset: SceneDataset, sampler: Sampler, batch_size: int, drop_last: bool, settings: Settings
) -> Loader:
    """Batches of the scenes that the sampler names."""
    return DataLoader(
        dataset,
        batch_size=batch_size,
        sampler=sampler,
        drop_last=drop_last,
        collate_fn=detection_collate,
        num_workers=settings.num_workers,
        persistent_workers=settings.num_workers > 0,
        pin_memory=torch.cuda.is_available(),
        generator=torch.Generator(),  # of its own: the model's random numbers stay untouched
    )


def steps_per_epoch(num_train: int, global_batch_size: int) -> int:
    """How many whole batches an epoch has."""
    epoch_step = num_train // global_batch_size
    if epoch_step == 0:
        raise SettingsError(
            f"train_scenes is {num_train}, but it must be at least a batch of {global_batch_size}"
        )
    return epoch_step


def fit_one_epoch(
    model_train: nn.Module,
    state: State,
    train_loader: Loader,
    lr_schedule: Callable[[float], float],
    epoch: int,
    epoch_step: int,
    settings: Settings,
    rank: int,
    device: torch.device,
) -> float:
    """Train for `epoch_step` steps; returns the mean loss of a scene over all processes.

    A step takes `accumulation_steps` parts of a batch through the model, one after the other.
    """
    model_train.train()
    loss_sum = torch.zeros((), device=device)
    is_hidden = rank != 0 or not sys.stderr.isatty()
    progress = tqdm(total=epoch_step, desc=f"epoch {epoch}", disable=is_hidden)
    for iteration, (images, targets) in enumerate(train_loader):
        step, part = divmod(iteration, settings.accumulation_steps)
        if step == epoch_step:
            break  # the scenes left over are less than a batch
        if part == 0:
            lr = lr_schedule(epoch + step / epoch_step)
            set_optimizer_lr(state.optimizer, lr)
        images = images.to(device, non_blocking=True)
        is_last_part = part == settings.accumulation_steps - 1
        loss = training_step(model_train, images, targets.to(device), state, is_last_part, settings)
        loss_sum += loss
        if is_last_part:
            progress.update()
            if rank == 0 and step % 20 == 0:  # reading the loss waits for the device
                progress.set_postfix(loss=f"{loss.item():.3f}", lr=f"{lr:.1e}")
    progress.close()
    parts = epoch_step * settings.accumulation_steps
    train_loss = mean_over_processes(loss_sum / parts).item()
    if not math.isfinite(train_loss):
        raise FloatingPointError(f"the loss of epoch {epoch} is {train_loss}: try a smaller lr")
    return train_loss


def set_optimizer_lr(optimizer: torch.optim.Optimizer, lr: float) -> None:
    """Set the learning rate of all parameter groups."""
    for param_group in optimizer.param_groups:
        param_group["lr"] = lr


def training_step(
    model_train: nn.Module,
    images: Tensor,
    targets: Targets,
    state: State,
    is_last_part: bool,
    settings: Settings,
) -> Tensor:
    """Add the gradients of one part of a batch, and after the last part update the weights.

    Images (B, 1, S, S); returns the mean loss (). Only the last part's backward pass averages the
    gradients over the processes: it averages what all parts have added up to.
    """
    optimizer, scaler = state.optimizer, state.scaler
    is_mixed = settings.precision != "fp32"
    dtype = torch.float16 if settings.precision == "fp16" else torch.bfloat16
    sync: AbstractContextManager[None] = nullcontext()
    if isinstance(model_train, DistributedDataParallel) and not is_last_part:
        sync = model_train.no_sync()
    with sync:
        with torch.autocast(images.device.type, dtype, enabled=is_mixed):
            predictions = model_train(images)
        loss = detection_loss(predictions, targets).mean()
        scaler.scale(loss / settings.accumulation_steps).backward()
    if is_last_part:
        scaler.unscale_(optimizer)  # so that the limit applies to the true gradients
        if settings.clip_norm:
            nn.utils.clip_grad_norm_(state.model.parameters(), settings.clip_norm)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()
        state.ema.update_parameters(state.model)
    return loss.detach()


def finish_epoch(
    state: State,
    epoch: int,
    train_loss: float,
    metrics: Metrics,
    settings: Settings,
    rank: int,
    device: torch.device,
) -> None:
    """Keep count of the epochs and of the best mAP, and save: rank 0 writes for all processes."""
    lr = state.optimizer.param_groups[0]["lr"]
    state.history.append({"epoch": epoch, "lr": lr, "train_loss": train_loss, **asdict(metrics)})
    state.epoch = epoch + 1
    is_best = metrics.map50 > state.best_map
    if is_best:
        state.best_map = metrics.map50
        state.stale_epochs = 0
    else:
        state.stale_epochs += 1
    random_states = gather_objects(random_state(device))
    if rank == 0:
        if is_best:
            save_best(state, settings)
        save_checkpoint(state, settings, random_states)


if __name__ == "__main__":
    main()
