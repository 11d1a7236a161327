"""What whole processes cost: a start, many files, and other tools on the same files."""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
SMALL = ROOT / "golden" / "inputs" / "one_gpu.py"
RESULTS = "results.sqlite"
PSEUDOGEN = (sys.executable, "-m", "pseudogen")
PARSE_ALL = (
    "import sys, pathlib, libcst\n"
    "for name in sys.argv[1:]: libcst.parse_module(pathlib.Path(name).read_bytes())"
)


@dataclass(frozen=True)
class Run:
    """A row: commands that belong together.

    `fresh`: results of former runs are taken away before; `bare`: there are no compiled templates
    either, as after an installation. `once`: one round is enough.
    """

    name: str
    commands: tuple[tuple[str, ...], ...]
    fresh: bool = False
    bare: bool = False
    once: bool = False


@dataclass(frozen=True)
class Cost:
    """Seconds of one round."""

    cpu: float
    wall: float


def cold_runs() -> list[Run]:
    """A start; the floor imports what every run needs."""
    explain = (*PSEUDOGEN, "explain", str(SMALL))
    return [
        Run(
            '`python -c "import libcst, jinja2, click"`',
            ((sys.executable, "-c", "import libcst, jinja2, click"),),
        ),
        Run("`pseudogen explain`, the first run of all", (explain,), bare=True),
        Run("`pseudogen explain`, a script not seen before", (explain,), fresh=True),
        Run("the same again", (explain,)),
        Run("`pseudogen explain --no-cache`", ((*explain, "--no-cache"),)),
        Run("`pseudogen pseudo --no-cache`", ((*PSEUDOGEN, "pseudo", str(SMALL), "--no-cache"),)),
        Run("`pseudogen --help`", ((*PSEUDOGEN, "--help"),)),
    ]


def many_runs(files: list[str], peers: Path | None) -> list[Run]:
    """Many files; the floor parses them and does nothing else."""
    runs = [Run("`libcst.parse_module` of each", ((sys.executable, "-c", PARSE_ALL, *files),))]
    for command in ("explain", "pseudo"):
        asked = (*PSEUDOGEN, command, *files)
        runs += [
            Run(f"`pseudogen {command} --jobs 1`", ((*asked, "--jobs", "1"),), fresh=True),
            Run(f"`pseudogen {command} --jobs 2`", ((*asked, "--jobs", "2"),), fresh=True),
            Run(f"`pseudogen {command}`, nothing changed", (asked,)),
        ]
    return runs + list(_peers(files, peers))


def _peers(files: list[str], folder: Path | None) -> Iterable[Run]:
    """Other tools, where they are installed."""

    def found(name: str) -> str | None:
        return shutil.which(name, path=str(folder) if folder else None)

    if program := found("torchfix"):
        yield Run("TorchFix", ((program, *files),), once=True)
    if program := found("fixit"):
        yield Run("Fixit", ((program, "--quiet", "lint", *files),), once=True)
    if program := found("pyflowchart"):
        yield Run(
            "pyflowchart, a process for each",
            tuple((program, name) for name in files),
            once=True,
        )


def measured(runs: list[Run], rounds: int) -> dict[str, Cost]:
    """Row -> the median of the rounds; each round runs every row, the slow tools in the first."""
    seen: dict[str, list[Cost]] = {run.name: [] for run in runs}
    with tempfile.TemporaryDirectory() as kept:
        for _ in range(rounds):
            for run in runs:
                if run.once and seen[run.name]:
                    continue
                if run.fresh:
                    Path(kept, RESULTS).unlink(missing_ok=True)
                with tempfile.TemporaryDirectory() as empty:
                    seen[run.name].append(_once(run, empty if run.bare else kept))
    return {
        name: Cost(
            statistics.median(cost.cpu for cost in costs),
            statistics.median(cost.wall for cost in costs),
        )
        for name, costs in seen.items()
    }


def _once(run: Run, kept: str) -> Cost:
    environment = os.environ | {"PSEUDOGEN_CACHE": kept, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, start = _cpu(), time.perf_counter()
    for command in run.commands:
        subprocess.run(
            command,
            env=environment if command[0] == sys.executable else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,  # a linter that finds something says so by its status
        )
    return Cost(_cpu() - before, time.perf_counter() - start)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def table(title: str, costs: dict[str, Cost]) -> dict[str, dict[str, float]]:
    """Print a table of ratios to the first row, and give them."""
    floor = next(iter(costs.values()))
    print(f"\n| {title} | CPU | wall | CPU seconds |\n|---|---|---|---|")
    ratios = {}
    for name, cost in costs.items():
        cpu, wall = cost.cpu / floor.cpu, cost.wall / floor.wall
        print(f"| {name} | {cpu:.2f} | {wall:.2f} | {cost.cpu:.2f} |")
        ratios[name.replace("`", "")] = {"cpu": round(cpu, 3), "wall": round(wall, 3)}
    return ratios


def versions(folder: Path | None) -> list[str]:
    """The other tools, and the libcst that they stand on."""
    python = folder / "python" if folder is not None else None
    if python is None or not python.exists():
        return []
    asked = (
        "from importlib.metadata import version\n"
        "for name in ('torchfix', 'fixit', 'pyflowchart', 'libcst'):\n"
        "    print(name, version(name))"
    )
    done = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()
