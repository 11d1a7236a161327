"""What pseudogen costs, as ratios to the parser that it stands on, all from one run.

    python -m benchmarks.speed FOLDER [--rounds 5] [--peers BIN] [--save RESULTS.json]

FOLDER holds real scripts (any depth). In process, the floor is `libcst.parse_module` of the same
texts; for a start, the import of libcst, jinja2 and click; for many files, one process that parses
them all. Every round measures each row once, one after the other, so that a slow moment of the
machine meets all of them; of the rounds the median counts. `--peers` is the `bin` folder of an
environment with TorchFix, Fixit and pyflowchart (TorchFix asks for an older libcst than pseudogen,
so that it has to be one of their own).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path

import libcst

import pseudogen
from benchmarks import processes
from pseudogen.errors import InputError
from pseudogen.explanation.stages import stages
from pseudogen.finding import find_all
from pseudogen.names.script import Script
from pseudogen.patterns import all_finders

Step = Callable[[str], object]
FLOOR = "libcst.parse_module"


def steps() -> dict[str, Step]:
    """What is measured, by name; the floor first."""
    made: dict[str, Step] = {FLOOR: libcst.parse_module}
    made["- syntax and names"] = Script.parse
    made["- and findings"] = lambda text: find_all(Script.parse(text), all_finders())
    made["- and pitfalls"] = pseudogen.analyze
    made["- and stages"] = _staged
    for lang in ("en", "zh"):
        made[f"explain {lang}"] = lambda text, lang=lang: pseudogen.explain(text, lang=lang)
    for lang in ("en", "zh"):
        made[f"pseudo {lang}"] = lambda text, lang=lang: pseudogen.pseudo(text, lang=lang)
    return made


def _staged(text: str) -> object:
    script = Script.parse(text)
    return stages(script, find_all(script, all_finders()))


def readable(folder: Path) -> dict[str, str]:
    """Name -> text of all files that can be read."""
    texts = {}
    for path in sorted(folder.rglob("*.py")):
        try:
            text = path.read_text(encoding="utf-8")
            pseudogen.analyze(text)
        except (UnicodeDecodeError, InputError):
            continue
        texts[str(path)] = text
    return texts


def measure(texts: list[str], rounds: int) -> dict[str, float]:
    """Step -> seconds for all texts: the median of the rounds."""
    chosen = steps()
    seconds: dict[str, list[float]] = {name: [] for name in chosen}
    for text in texts[:1]:
        for step in chosen.values():
            step(text)  # loads what is loaded once
    for _ in range(rounds):
        totals = dict.fromkeys(chosen, 0.0)
        for text in texts:
            for name, step in chosen.items():
                start = time.perf_counter()
                step(text)
                totals[name] += time.perf_counter() - start
        for name, total in totals.items():
            seconds[name].append(total)
    return {name: statistics.median(values) for name, values in seconds.items()}


def table(seconds: dict[str, float]) -> dict[str, float]:
    """Print a table of ratios to the first row, and give them."""
    floor = next(iter(seconds.values()))
    for name, value in seconds.items():
        print(f"{name:44} {value:8.3f} s {value / floor:7.2f} x")
    return {name: round(value / floor, 3) for name, value in seconds.items()}


def main() -> None:
    """Measure, print, and save when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", type=Path, help="bin folder of an environment with other tools")
    parser.add_argument("--short", action="store_true", help="ten files, no whole corpora")
    parser.add_argument("--save", type=Path, help="write the ratios to this file")
    options = parser.parse_args()
    texts = readable(options.folder)
    if options.short:
        texts = dict(list(texts.items())[:10])
    lines = sum(text.count("\n") for text in texts.values())
    print(f"{machine()}; {len(texts)} files, {lines} lines, median of {options.rounds} rounds")
    print("\nIn process")
    results: dict[str, object] = {
        "in process": table(measure(list(texts.values()), options.rounds))
    }
    print("\nA start")
    cold = processes.measured(processes.cold_runs(), options.rounds)
    results["a start"] = processes.table(cold)
    if not options.short:
        print("\nMany files")
        runs = processes.many_runs(list(texts), options.peers)
        results["many files"] = processes.table(processes.measured(runs, options.rounds))
    if options.save:
        record = {"date": date.today().isoformat(), "machine": machine()}
        record |= {"files": len(texts), "lines": lines, "rounds": options.rounds}
        options.save.parent.mkdir(parents=True, exist_ok=True)
        options.save.write_text(json.dumps(record | {"ratios": results}, indent=2) + "\n")


def machine() -> str:
    """What the figures were measured on."""
    versions = f"Python {platform.python_version()}, libcst {version('libcst')}"
    return f"{platform.machine()}, {os.cpu_count()} cores, {versions}"


if __name__ == "__main__":
    main()
