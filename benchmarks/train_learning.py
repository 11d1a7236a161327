"""How well and how fast the reference trainer learns with its default settings.

    python benchmarks/train_learning.py

Trains on two CPU threads, and writes the time, the mAP of each epoch and the machine into
benchmarks/results/train_learning.json. Exits with 1 if the goal is missed.
"""

import csv
import datetime
import json
import platform
import sys
import tempfile
import time
from pathlib import Path

import torch

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from reference_train import train  # noqa: E402

RESULT = REPOSITORY / "benchmarks" / "results" / "train_learning.json"
GOAL_MAP50 = 0.90
GOAL_SECONDS = 600
THREADS = 2


def main() -> int:
    """Train once and write the result; 0 if the goal is reached."""
    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        train.main(["--output", folder, "--device", "cpu"])
        seconds = time.perf_counter() - start
        with (Path(folder) / "metrics.csv").open(encoding="utf-8") as file:
            maps = [float(row["map50"]) for row in csv.DictReader(file)]
    reached = max(maps) >= GOAL_MAP50 and seconds <= GOAL_SECONDS
    result = {
        "command": "python benchmarks/train_learning.py",
        "goal": f"mAP@0.5 >= {GOAL_MAP50} within {GOAL_SECONDS} s on {THREADS} CPU cores",
        "reached": reached,
        "seconds": round(seconds, 1),
        "best_map50": round(max(maps), 4),
        "map50_by_epoch": [round(value, 4) for value in maps],
        "date": datetime.date.today().isoformat(),
        "machine": machine(THREADS),
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))
    return 0 if reached else 1


def machine(threads: int) -> dict[str, str | int]:
    """What the figures were measured on."""
    return {
        "processor": processor(),
        "threads": threads,
        "system": platform.system(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def processor() -> str:
    """The processor's name as the system gives it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
