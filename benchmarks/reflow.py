"""How well reflow puts the breaks back: flattened blocks of real code against the truth.

    python -m benchmarks.reflow [ROOT...]

The roots are folders of Python code; without any, the standard library. Only files that the model
was not fitted to count (`--all` takes every file). Prints what share parses, what share of the
statements stands at the right depth and what share of the blocks has the same syntax tree, next to
never leaving a block until forced and to leaving it after one statement. Exits with 1 when a
threshold is missed.
"""

from __future__ import annotations

import ast
import sys
import sysconfig
import warnings
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from benchmarks.blocks import Sample, files, held_out, samples
from benchmarks.truth import true_depths
from pseudogen.reading.reflow import ReflowError, reflow

THRESHOLDS = {"parse": 1.0, "depth": 0.92, "identical": 0.70}


@dataclass
class Tally:
    """Counts of blocks (all, parsed, identical) and of statements (all, at their depth)."""

    blocks: int = 0
    parsed: int = 0
    identical: int = 0
    statements: int = 0
    placed: int = 0

    def shares(self) -> dict[str, float]:
        """The three figures, each from 0 to 1."""
        return {
            "parse": self.parsed / max(self.blocks, 1),
            "depth": self.placed / max(self.statements, 1),
            "identical": self.identical / max(self.blocks, 1),
        }


def measure(sample: Sample, tally: Tally, failures: list[str]) -> None:
    """Reflow one block and count."""
    true = true_depths(sample.code)
    tally.blocks += 1
    tally.statements += len(true)
    try:
        text = reflow(sample.flat).text
        tree = _tree(text)
    except (ReflowError, SyntaxError) as error:
        failures.append(f"{sample.path.name}: {error}")
        return
    tally.parsed += 1
    tally.identical += tree == _tree(sample.code)
    tally.placed += sum(a == b for a, b in zip_longest(true_depths(text), true) if b is not None)


def _tree(text: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.dump(ast.parse(text))


def main(arguments: list[str]) -> int:
    """Measure, print, and say whether the thresholds are met."""
    roots = [Path(a) for a in arguments if a != "--all"] or [Path(sysconfig.get_path("stdlib"))]
    tally, failures = Tally(), list[str]()
    for path in files(roots):
        if "--all" in arguments or held_out(path):
            for sample in samples(path):
                measure(sample, tally, failures)
    print(f"{tally.blocks} blocks, {tally.statements} statements")
    shares = tally.shares()
    for name, share in shares.items():
        print(f"{name:10s} {share:7.2%}  (at least {THRESHOLDS[name]:.0%})")
    for failure in failures[:20]:
        print("failed:", failure)
    return int(any(shares[name] < THRESHOLDS[name] for name in THRESHOLDS))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
