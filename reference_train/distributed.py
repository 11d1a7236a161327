"""What each process drives, and what processes tell each other.

Each function also works in a run of one process.
"""

from typing import Any

import torch
import torch.distributed as dist

# Not used here. Its functions have, as the default of an argument, the process group there is when
# it is imported. DDP imports it; were that the first time, the group and its threads would live on
# after `destroy_process_group`, and a thread that works while Python ends aborts the process.
import torch.distributed.nn
from torch import Tensor, nn

from reference_train.settings import Settings, SettingsError


def choose_device(settings: Settings, local_rank: int) -> torch.device:
    """The GPU that this process drives, or the CPU."""
    if settings.device == "cuda" or (settings.device == "auto" and torch.cuda.is_available()):
        if local_rank >= torch.cuda.device_count():
            raise SettingsError(f"device is cuda, but there is no GPU for local rank {local_rank}")
        device = torch.device("cuda", local_rank)
        torch.cuda.set_device(device)
    else:
        device = torch.device("cpu")
    if device.type == "cpu" and settings.precision == "fp16":
        raise SettingsError("precision is 'fp16', but on a CPU it must be fp32 or bf16")
    if device.type == "cpu" and settings.sync_batchnorm:
        raise SettingsError("sync_batchnorm is on, but it works on GPUs only")
    return device


def mean_over_processes(value: Tensor) -> Tensor:
    """The mean of a tensor over all processes; every process gets it."""
    if dist.is_initialized():
        value = value.clone()
        dist.all_reduce(value)
        value /= dist.get_world_size()
    return value


def gather_objects(value: Any) -> list[Any]:
    """The objects of all processes in the order of their ranks; every process gets them."""
    if not dist.is_initialized():
        return [value]
    values = [None] * dist.get_world_size()
    dist.all_gather_object(values, value)
    return values


def broadcast_object(value: Any) -> Any:
    """The object of rank 0; every process gets it."""
    if dist.is_initialized():
        holder = [value]
        dist.broadcast_object_list(holder, src=0)
        return holder[0]
    return value


def broadcast_buffers(model: nn.Module) -> None:
    """Give every process rank 0's buffers: batch statistics differ where they are not shared."""
    if dist.is_initialized():
        for buffer in model.buffers():
            dist.broadcast(buffer, src=0)
