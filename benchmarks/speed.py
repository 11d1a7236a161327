"""What pseudogen costs, as a ratio to `libcst.parse_module` of the same texts in the same run.

    python benchmarks/speed.py FOLDER [--rounds 5] [--save benchmarks/results/speed.json]

FOLDER holds real scripts (any depth). Every round measures each step once on each file, one after
the other, so that a slow moment of the machine meets all of them; of the rounds the median counts.
Beside it, where they are installed (`pip install "pseudogen[bench]"`), TorchFix, Fixit and
pyflowchart on the same files. `--cold` adds the start of whole processes.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import libcst

import pseudogen
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
    made["- and stages"] = _staged
    for lang in ("en", "zh"):
        made[f"explain {lang}"] = lambda text, lang=lang: pseudogen.explain(text, lang=lang)
    for lang in ("en", "zh"):
        made[f"pseudo {lang}"] = lambda text, lang=lang: pseudogen.pseudo(text, lang=lang)
    return made | peers()


def _staged(text: str) -> object:
    script = Script.parse(text)
    return stages(script, find_all(script, all_finders()))


def peers() -> dict[str, Step]:
    """Other tools that read the same files, where they are installed."""
    found: dict[str, Step] = {}
    try:
        from pyflowchart import Flowchart

        found["pyflowchart"] = lambda text: Flowchart.from_code(text).flowchart()
    except ImportError:
        pass
    try:
        from fixit import Config
        from fixit.config import collect_rules
        from fixit.engine import LintRunner
        from fixit.ftypes import QualifiedRule

        rules = collect_rules(Config(enable=[QualifiedRule("fixit.rules")]))
        path = Path("script.py")
        found["Fixit"] = lambda text: list(
            LintRunner(path, text.encode()).collect_violations(rules, Config(path=path))
        )
    except ImportError:
        pass
    try:
        from torchfix import TorchChecker
        from torchfix.torchfix import TorchCodemod, TorchCodemodConfig  # noqa: F401

        found["TorchFix"] = lambda text: list(TorchChecker(None, text.splitlines(True)).run())
    except (ImportError, TypeError):
        pass
    return found


def readable(folder: Path) -> list[str]:
    """The texts of all files that can be read."""
    texts = []
    for path in sorted(folder.rglob("*.py")):
        try:
            text = path.read_text(encoding="utf-8")
            pseudogen.analyze(text)
        except (UnicodeDecodeError, InputError):
            continue
        texts.append(text)
    return texts


def measure(texts: list[str], rounds: int) -> dict[str, float]:
    """Step -> seconds for all texts: the median of the rounds."""
    chosen = steps()
    seconds: dict[str, list[float]] = {name: [] for name in chosen}
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


def cold(rounds: int) -> dict[str, float]:
    """Seconds of CPU that whole processes take; the floor imports what every run needs."""
    script = Path(__file__).parent.parent / "golden" / "inputs" / "one_gpu.py"
    commands = {
        'python -c "import libcst, jinja2, click"': ["-c", "import libcst, jinja2, click"],
        "pseudogen explain one_gpu.py": ["-m", "pseudogen", "explain", str(script)],
        "pseudogen pseudo one_gpu.py": ["-m", "pseudogen", "pseudo", str(script)],
        "pseudogen --help": ["-m", "pseudogen", "--help"],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            before = os.times()
            subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
            after = os.times()
            used = after.children_user + after.children_system
            seconds[name].append(used - before.children_user - before.children_system)
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
    parser.add_argument("--cold", action="store_true", help="measure whole processes too")
    parser.add_argument("--save", type=Path, help="write the ratios to this file")
    options = parser.parse_args()
    texts = readable(options.folder)
    lines = sum(text.count("\n") for text in texts)
    print(f"{len(texts)} files, {lines} lines, median of {options.rounds} rounds")
    results = {"in process": table(measure(texts, options.rounds))}
    if options.cold:
        results["whole processes"] = table(cold(options.rounds))
    if options.save:
        machine = (
            f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        )
        record = {"date": date.today().isoformat(), "machine": machine, "files": len(texts)}
        options.save.parent.mkdir(parents=True, exist_ok=True)
        options.save.write_text(json.dumps(record | {"ratios": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
