"""Fit the weights of reflow's model to blocks whose layout is known.

    python -m benchmarks.fit_reflow [--whole] [ROOT...]

The roots are folders of Python code; without any, the standard library. Of the roots before
`--whole` half of the files is held out (see `benchmarks.reflow`), of those after it none. Of a
large root some files are taken. Writes `pseudogen/reading/reflow/weights.json`.
"""

from __future__ import annotations

import json
import random
import sys
import sysconfig
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path

from benchmarks.blocks import files, held_out, samples
from benchmarks.truth import true_depths
from pseudogen.reading.reflow import model
from pseudogen.reading.reflow.blocks import Block
from pseudogen.reading.reflow.comments import tokenized
from pseudogen.reading.reflow.facts import context_of, facts_of
from pseudogen.reading.reflow.features import features
from pseudogen.reading.reflow.grammar import Grammar
from pseudogen.reading.reflow.search import Options
from pseudogen.reading.reflow.tokens import ReflowError

MOST_FILES, MOST_SAMPLES = 900, 25
RAREST = 12
KEPT = 14_000
"""Weights in the file: those that change most choices by most."""

Row = tuple[list[str], int]
"""The features of a choice, and 1 where the block ends."""


def recorded(flat: str, depths: list[int]) -> list[Row]:
    """The choices along the true depths of the statements of `flat`."""
    source, _ = tokenized(flat, 100_000)
    code = Grammar(source).statements()
    if len(code) != len(depths):
        return []
    context = context_of([facts_of(source, statement) for statement in code])
    asked: list[tuple[Block, list[str]]] = []

    def note(block: Block, i: int, inner: Block | None) -> float:
        asked.append((block, sorted(set(features(context, block, i, inner)))))
        return 0.0

    rows: list[Row] = []
    options = Options(context, note)
    top: Block | None = None
    for i, depth in enumerate(depths):
        asked.clear()
        chosen = [option for option in options.at(i, top) if option.depth == depth]
        if len(chosen) != 1:
            break
        for block, row in asked:
            stays = block.header not in chosen[0].closed
            if stays and block.depth > depth:
                continue
            rows.append((row, 0 if stays else 1))
            if stays:
                break
        top = options.opened(i, chosen[0].top)
    return rows


def rows_of(path: Path) -> list[Row]:
    """The choices in the blocks of a file."""
    found: list[Row] = []
    for sample in samples(path, MOST_SAMPLES):
        try:
            found += recorded(sample.flat, true_depths(sample.code))
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


def fitted(rows: Iterator[Row]) -> tuple[dict[str, float], str]:
    """The weights, and a line about the fit: once with all features, then with those that count."""
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    numbers: dict[str, int] = {}
    indices, ends, left = [], [0], []
    for row, label in rows:
        indices += [numbers.setdefault(feature, len(numbers)) for feature in row]
        ends.append(len(indices))
        left.append(label)
    names = np.array(list(numbers))
    matrix = csr_matrix((np.ones(len(indices)), indices, ends), (len(left), len(names)))
    counts = np.asarray(matrix.sum(0)).ravel()
    kept = np.flatnonzero(counts >= RAREST)
    for last in (False, True):
        fit = LogisticRegression(C=0.3, max_iter=200, tol=1e-5).fit(matrix[:, kept], left)
        weights = fit.coef_[0]
        if not last:
            order = np.argsort(-np.abs(weights) * np.sqrt(counts[kept]))
            kept = np.sort(kept[order[:KEPT]])
    table = dict(zip(names[kept].tolist(), weights.tolist(), strict=True))
    table["bias"] = table.get("bias", 0.0) + fit.intercept_[0]
    score = fit.score(matrix[:, kept], left)
    return table, f"{len(left)} choices, {len(table)} weights, accuracy {score:.3f}"


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
        found = pool.imap(rows_of, chosen_files(arguments), 20)
        table, line = fitted(row for rows in found for row in rows)
    Path(model.__file__).with_name("weights.json").write_text(written(table), encoding="utf-8")
    print(line)


if __name__ == "__main__":
    main(sys.argv[1:])
