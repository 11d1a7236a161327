"""What pseudogen costs, as ratios to the parser that it stands on, all from one run.

    python -m benchmarks.speed FOLDER [--rounds 5] [--peers BIN] [--save RESULTS.json]

FOLDER holds real scripts (any depth). In process, the floor is `libcst.parse_module` of the same
texts; for a start, the import of libcst, jinja2 and click; for many files, one process that parses
them all. Every round measures each row once, one after the other, so that a slow moment of the
machine meets all of them; of the rounds the median counts, of CPU time. `--peers` is the `bin`
folder of an environment with TorchFix, Fixit and pyflowchart (TorchFix asks for an older libcst
than pseudogen, so that it has to be one of their own). The tables are Markdown, as the README and
`docs/performance.md` have them.
"""

from __future__ import annotations

import argparse
import gc
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
from benchmarks import growth, processes, stages
from pseudogen.errors import InputError
from pseudogen.finding import find_all
from pseudogen.names.script import Script
from pseudogen.patterns import all_finders

Step = Callable[[str], object]
_GROWN = 130
"""Lines of the script that is repeated: the one of the folder that comes nearest."""


def steps() -> dict[str, Step]:
    """What is measured, by name; the floor first. All of it as a caller meets it."""
    made: dict[str, Step] = {"`libcst.parse_module`": libcst.parse_module}
    made["- syntax and names (the parse included)"] = _uncollected(Script.parse)
    made["- and findings"] = _uncollected(lambda text: find_all(Script.parse(text), all_finders()))
    made["- and pitfalls"] = pseudogen.analyze
    for lang in ("en", "zh"):
        made[f"`explain`, {lang}"] = lambda text, lang=lang: pseudogen.explain(text, lang=lang)
    for lang in ("en", "zh"):
        made[f"`pseudo`, {lang}"] = lambda text, lang=lang: pseudogen.pseudo(text, lang=lang)
    return made


def _uncollected(step: Step) -> Step:
    """The step without the collector, as `analyze`, `explain` and `pseudo` run."""

    def run(text: str) -> None:
        gc.disable()
        try:
            step(text)
        finally:
            gc.enable()

    return run


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
    """Step -> CPU seconds for all texts: the median of the rounds."""
    chosen = steps()
    seconds: dict[str, list[float]] = {name: [] for name in chosen}
    for step in chosen.values():
        step(max(texts, key=len))  # loads what is loaded once
    for _ in range(rounds):
        totals = dict.fromkeys(chosen, 0.0)
        for text in texts:
            for name, step in chosen.items():
                start = time.process_time()
                step(text)
                totals[name] += time.process_time() - start
        for name, total in totals.items():
            seconds[name].append(total)
    return {name: statistics.median(values) for name, values in seconds.items()}


def table(title: str, seconds: dict[str, float]) -> dict[str, float]:
    """Print a table of ratios to the first row, and give them."""
    floor = next(iter(seconds.values()))
    print(f"\n| {title} | ratio | seconds |\n|---|---|---|")
    for name, value in seconds.items():
        print(f"| {name} | {value / floor:.2f} | {value:.2f} |")
    return {name.replace("`", ""): round(value / floor, 3) for name, value in seconds.items()}


def grown(texts: dict[str, str]) -> Path:
    """The script that is repeated."""
    return Path(min(texts, key=lambda name: (abs(texts[name].count("\n") - _GROWN), name)))


def readme(process: dict[str, float], start: dict[str, float], many: dict[str, float]) -> None:
    """Print the README's table: CPU of whole programs, and the ratios of one process."""
    print("\nFor the README\n\n| all files | CPU |\n|---|---|")
    for name, ratio in many.items():
        print(f"| {name} | {ratio:.1f} |")
    told = ", ".join(f"{name.replace('`', '')} {ratio:.2f}" for name, ratio in process.items())
    print(f"\nIn one process: {told}.")
    print("A start: " + ", ".join(f"{name} {ratio:.2f}" for name, ratio in start.items()) + ".")


def main() -> None:
    """Measure, print, and save when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", type=Path, help="bin folder of an environment with other tools")
    parser.add_argument("--short", action="store_true", help="ten files, no corpora, no growth")
    parser.add_argument("--save", type=Path, help="write the ratios to this file")
    options = parser.parse_args()
    texts = readable(options.folder.resolve())
    if options.short:
        texts = dict(list(texts.items())[:10])
    lines = sum(text.count("\n") for text in texts.values())
    print(f"{machine()}; {len(texts)} files, {lines} lines, median of {options.rounds} rounds")
    process = table("in process", measure(list(texts.values()), options.rounds))
    parts = table("by stage", stages.measured(list(texts.values()), options.rounds))
    start = processes.table(
        "a start", processes.measured(processes.cold_runs(), 3 * options.rounds)
    )
    results: dict[str, object] = {"in process": process, "by stage": parts, "a start": start}
    if not options.short:
        runs = processes.many_runs(list(texts), options.peers)
        many = processes.table("many files", processes.measured(runs, options.rounds))
        print("\nGrowth")
        results |= {"many files": many, "growth": growth.table(grown(texts))}
        readme(process, _cpu(start), _cpu(many))
    if options.save:
        record = {"date": date.today().isoformat(), "machine": machine()}
        record |= {"files": len(texts), "lines": lines, "rounds": options.rounds}
        record |= {"other tools": processes.versions(options.peers)}
        options.save.parent.mkdir(parents=True, exist_ok=True)
        options.save.write_text(json.dumps(record | {"ratios": results}, indent=2) + "\n")


def _cpu(ratios: dict[str, dict[str, float]]) -> dict[str, float]:
    return {name: both["cpu"] for name, both in ratios.items()}


def machine() -> str:
    """What the figures were measured on."""
    versions = f"Python {platform.python_version()}, libcst {version('libcst')}"
    return f"{platform.machine()}, {os.cpu_count()} cores, {versions}"


if __name__ == "__main__":
    main()
