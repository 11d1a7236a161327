"""How much of a bare training loop's speed the reference trainer reaches.

    python benchmarks/train_throughput.py
    torchrun --standalone --nproc-per-node 8 benchmarks/train_throughput.py

The bare loop trains the same model on one batch that lies on the device already: no loader, no
DDP, no averaged weights, no clipping, no progress. Both are timed in turn, in this one run, and
the medians compared. Any setting of the trainer can be given as an option. Without options it
measures on GPUs a model wide enough to occupy them, and on the CPU the default one. Writes
benchmarks/results/train_throughput.json.
"""

import datetime
import json
import os
import statistics
import sys
import time
from pathlib import Path

import torch
import torch.distributed as dist

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from benchmarks.train_learning import machine  # noqa: E402
from reference_train import train  # noqa: E402
from reference_train.data import build_datasets, detection_collate  # noqa: E402
from reference_train.distributed import choose_device  # noqa: E402
from reference_train.loss import detection_loss  # noqa: E402
from reference_train.settings import Settings, parse_settings  # noqa: E402

RESULT = REPOSITORY / "benchmarks" / "results" / "train_throughput.json"
GOAL = 0.9
ROUNDS = 5
STEPS = {"cuda": 100, "cpu": 8}  # in a round


def main() -> int:
    """Measure and write the result; 0 if the goal is reached."""
    rank = int(os.environ.get("RANK", "0"))
    world_size = int(os.environ.get("WORLD_SIZE", "1"))
    options = sys.argv[1:] or (gpu_options(world_size) if torch.cuda.is_available() else [])
    settings = parse_settings(options)
    device = choose_device(settings, int(os.environ.get("LOCAL_RANK", "0")))
    if world_size > 1:
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        bare, trainer = measure(settings, rank, world_size, device)
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()
    if rank == 0:
        write(settings, world_size, device, bare, trainer)
    return 0 if trainer >= GOAL * bare else 1


def gpu_options(world_size: int) -> list[str]:
    """A model and a batch that keep a large GPU busy."""
    workers = max((os.cpu_count() or 1) // world_size - 1, 0)
    return [
        *("--canvas", "128", "--width", "64", "--precision", "bf16"),
        *("--global-batch-size", str(256 * world_size), "--num-workers", str(workers)),
    ]


def measure(
    settings: Settings, rank: int, world_size: int, device: torch.device
) -> tuple[float, float]:
    """Scenes a second and process, of the bare loop and of the trainer: medians of the rounds."""
    steps = STEPS[device.type]
    batch_size = settings.global_batch_size // world_size
    train_dataset, val_dataset = build_datasets(
        steps * settings.global_batch_size, 1, settings.canvas, settings.seed
    )
    state = train.build_state(settings, rank, device)
    model_train = train.wrap_model(state.model, settings, world_size, device)
    lr_schedule = train.build_lr_schedule(settings, settings.global_batch_size)
    _, train_loader, _ = train.build_loaders(
        train_dataset, val_dataset, settings.global_batch_size, settings, rank, world_size
    )
    bare = BareLoop(settings, batch_size, device)
    rates: dict[str, list[float]] = {"bare": [], "trainer": []}
    for epoch in range(ROUNDS + 1):  # the first is a warm-up
        for name in rates:
            synchronize(device)
            start = time.perf_counter()
            if name == "bare":
                bare.run(steps)
            else:
                train.fit_one_epoch(
                    *(model_train, state, train_loader, lr_schedule),
                    *(epoch, steps, settings, rank, device),
                )
            synchronize(device)
            rates[name].append(steps * batch_size / (time.perf_counter() - start))
    return statistics.median(rates["bare"][1:]), statistics.median(rates["trainer"][1:])


class BareLoop:
    """The least that trains: forward, backward, update; one batch, on the device already."""

    def __init__(self, settings: Settings, batch_size: int, device: torch.device) -> None:
        state = train.build_state(settings, 0, device)
        self.model, self.optimizer = state.model, state.optimizer
        dataset, _ = build_datasets(batch_size, 1, settings.canvas, settings.seed)
        images, targets = detection_collate([dataset[index] for index in range(batch_size)])
        self.images, self.targets = images.to(device), targets.to(device)
        is_mixed = settings.precision != "fp32"
        self.autocast = torch.autocast(device.type, torch.bfloat16, enabled=is_mixed)

    def run(self, steps: int) -> None:
        """Train for a number of steps."""
        for _ in range(steps):
            with self.autocast:
                predictions = self.model(self.images)
            detection_loss(predictions, self.targets).mean().backward()
            self.optimizer.step()
            self.optimizer.zero_grad()


def synchronize(device: torch.device) -> None:
    """Wait for the device, and for the other processes."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    if dist.is_initialized():
        dist.barrier()


def write(
    settings: Settings, world_size: int, device: torch.device, bare: float, trainer: float
) -> None:
    """Write and print the figures with what they were measured on."""
    is_cuda = device.type == "cuda"
    result = {
        "command": "python benchmarks/train_throughput.py",
        "goal": f"trainer / bare loop >= {GOAL}",
        "reached": trainer >= GOAL * bare,
        "ratio": round(trainer / bare, 3),
        "bare_scenes_per_second": round(bare, 1),
        "trainer_scenes_per_second": round(trainer, 1),
        "processes": world_size,
        "device": torch.cuda.get_device_name(device) if is_cuda else "cpu",
        "settings": settings.same_run(),
        "date": datetime.date.today().isoformat(),
        "machine": machine(torch.get_num_threads()),
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    sys.exit(main())
