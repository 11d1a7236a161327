"""What processes tell each other. Each function also works in a run of one process."""

from typing import Any

import torch.distributed as dist
from torch import Tensor, nn


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
