"""Time and memory of scripts of 100 to 50,000 lines, which should grow with the lines.

    python -m benchmarks.growth SCRIPT.py [--sizes 100 1000 ...]

The script is repeated under new names of what it defines at the top, until it has so many lines.
Each size is a process of its own, without the cyclic garbage collector; CPU seconds count.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
SIZES = (100, 1_000, 5_000, 20_000, 50_000)
_DEFINED = re.compile(r"^(?:async )?(?:def|class) (\w+)", re.M)


def repeated(text: str, lines: int) -> str:
    """`text` again and again, each time with other names of its functions and classes."""
    names = sorted(set(_DEFINED.findall(text)), key=len, reverse=True)
    name = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b") if names else None
    each = text.rstrip("\n").count("\n") + 1
    copies = max(round(lines / each), 1)
    return "".join(
        (name.sub(rf"\1_{copy}", text) if name else text).rstrip("\n") + "\n"
        for copy in range(copies)
    )


def measured(path: Path, lines: int) -> dict[str, float]:
    """Microseconds a line of the parse, `explain` and `pseudo`; KiB a line at most."""
    command = [sys.executable, "-m", "benchmarks.growth", str(path), "--one", str(lines)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _one(path: Path, lines: int) -> dict[str, float]:
    import libcst

    import pseudogen

    text = repeated(path.read_text(encoding="utf-8"), lines)
    steps: dict[str, Callable[[str], object]] = {
        "parse": libcst.parse_module,
        "explain": pseudogen.explain,
        "pseudo": pseudogen.pseudo,
    }
    for step in steps.values():
        step("x = 1\n")  # loads what is loaded once
    gc.disable()
    before = _kib()
    count = text.count("\n")
    found: dict[str, float] = {"lines": count}
    for name, step in steps.items():
        start = time.process_time()
        step(text)
        found[name] = round((time.process_time() - start) / count * 1e6, 1)
    return found | {"memory": round((_kib() - before) / count, 1)}


def _kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def table(path: Path, sizes: tuple[int, ...] = SIZES) -> list[dict[str, float]]:
    """Print a row for each size, and give them."""
    print("| lines | parse, µs a line | `explain` | `pseudo` | memory, KiB a line |")
    print("|---|---|---|---|---|")
    rows = []
    for size in sizes:
        row = measured(path, size)
        rows.append(row)
        told = (f"{row['lines']:,}", *(row[key] for key in ("parse", "explain", "pseudo")))
        print(f"| {' | '.join(map(str, told))} | {row['memory']} |", flush=True)
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("script", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(_one(options.script, options.one)))
        return
    table(options.script.resolve(), tuple(options.sizes))


if __name__ == "__main__":
    main()
