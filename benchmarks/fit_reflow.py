"""Fit the weights of reflow's model to blocks whose layout is known.

    python -m benchmarks.fit_reflow [--whole] [ROOT...]

The roots are folders of Python code; without any, the standard library. Of the roots before
`--whole` half of the files is held out (see `benchmarks.reflow`), of those after it none. Of a
large root some files are taken. Writes `pseudogen/reading/reflow/weights.json`, the same for the
same files.

The weights are those that make the true reading of a block likely among all readings that the
search keeps (Lafferty, McCallum and Pereira, Conditional Random Fields, 2001), found by stochastic
gradient descent with a rate of its own for each feature (Duchi, Hazan and Singer, Adaptive
Subgradient Methods, 2011) and averaged over the last pass. The first pass finds which features
count, the second fits these.
"""

from __future__ import annotations

import json
import math
import random
import sys
import sysconfig
import time
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path

from benchmarks.blocks import files, held_out, samples
from benchmarks.readings import Known, known
from benchmarks.truth import true_depths
from pseudogen.reading.reflow import model
from pseudogen.reading.reflow.tokens import ReflowError

MOST_FILES, MOST_SAMPLES = 900, 12
PASSES = (0.1, 0.05)
"""The rate of each pass over the blocks."""

KEPT = 40_000
"""Weights in the file: those that change most choices by most."""

_SLIGHT = 0.005
_FIRST = 0.01


class Learner:
    """The weights while they are fitted."""

    def __init__(self) -> None:
        self.weights: dict[str, float] = {}
        self._squares: dict[str, float] = {}
        self._moved: dict[str, float] = {}
        self._time = 1
        self._chosen = False

    def score(self, features: list[str]) -> float:
        """The weight of a choice with these features."""
        weights = self.weights
        return sum([weights.get(feature, 0.0) for feature in features])

    def learn(self, block: Known, rate: float) -> None:
        """One step towards the true reading of a block."""
        for features, gradient in block.gradients(self.score):
            if abs(gradient) > _SLIGHT:
                self._step(features, gradient, rate)
        self._time += 1

    def _step(self, features: list[str], gradient: float, rate: float) -> None:
        weights, squares, moved = self.weights, self._squares, self._moved
        for feature in features:
            if self._chosen and feature not in weights:
                continue
            square = squares.get(feature, 0.0) + gradient * gradient
            squares[feature] = square
            step = rate * gradient / math.sqrt(square + _FIRST)
            weights[feature] = weights.get(feature, 0.0) - step
            moved[feature] = moved.get(feature, 0.0) - step * self._time

    def choose(self, count: int) -> None:
        """Go on with the features that count most, and average from here on."""
        worth = {f: abs(w) * math.sqrt(self._squares[f]) for f, w in self.weights.items()}
        kept = sorted(worth, key=lambda feature: (-worth[feature], feature))[:count]
        self.weights = {feature: self.weights[feature] for feature in kept}
        self._moved = {}
        self._time = 1
        self._chosen = True

    def averaged(self) -> dict[str, float]:
        """The weights, averaged over all steps since the features were chosen."""
        return {
            feature: weight - self._moved.get(feature, 0.0) / self._time
            for feature, weight in self.weights.items()
        }


def blocks_of(path: Path) -> list[tuple[str, list[int]]]:
    """The flattened blocks of a file with the depths of their statements."""
    found = []
    for sample in samples(path, MOST_SAMPLES):
        try:
            found.append((sample.flat, true_depths(sample.code)))
        except ReflowError:
            continue
    return found


def chosen_files(arguments: list[str]) -> list[Path]:
    """The files to fit to."""
    found: list[Path] = []
    whole = False
    for argument in arguments or [sysconfig.get_path("stdlib")]:
        if argument == "--whole":
            whole = True
            continue
        paths = [path for path in files([Path(argument)]) if whole or not held_out(path)]
        random.Random(1).shuffle(paths)
        found += paths[:MOST_FILES]
    return found


def fitted(blocks: list[tuple[str, list[int]]]) -> dict[str, float]:
    """The weights that the blocks teach."""
    learner = Learner()
    start = time.monotonic()
    for number, rate in enumerate(PASSES):
        if number == len(PASSES) - 1:
            learner.choose(KEPT)
        for count, (flat, depths) in enumerate(blocks):
            block = known(flat, depths)
            if block is not None:
                learner.learn(block, rate)
            if count % 10_000 == 0:
                print(f"pass {number + 1}, block {count}, {time.monotonic() - start:.0f} s")
    return learner.averaged()


def written(table: dict[str, float]) -> str:
    """The weights as JSON, some to a line."""
    pairs = [
        f"{json.dumps(name, ensure_ascii=False)}: {round(weight, 2)}"
        for name, weight in sorted(table.items())
        if round(weight, 2)
    ]
    return "{\n" + ",\n".join(", ".join(line) for line in _groups(pairs, 6)) + "\n}\n"


def _groups(items: list[str], size: int) -> Iterator[list[str]]:
    return (items[i : i + size] for i in range(0, len(items), size))


def main(arguments: list[str]) -> None:
    """Fit and write the weights."""
    with Pool() as pool:
        found = pool.imap(blocks_of, chosen_files(arguments), 20)
        blocks = [block for part in found for block in part]
    random.Random(7).shuffle(blocks)
    print(f"{len(blocks)} blocks, {sum(len(depths) for _, depths in blocks)} statements")
    table = fitted(blocks)
    Path(model.__file__).with_name("weights.json").write_text(written(table), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
