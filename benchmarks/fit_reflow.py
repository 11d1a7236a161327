"""Fit the weights of reflow's model to blocks whose layout is known.

    python -m benchmarks.fit_reflow [ROOT...]

The roots are folders of Python code; without any, the standard library. Half of the files is held
out (see `benchmarks.reflow`). Writes `pseudogen/reading/reflow/weights.json`.
"""

from __future__ import annotations

import json
import sys
import sysconfig
from collections import Counter
from pathlib import Path

from benchmarks.blocks import files, held_out, samples
from benchmarks.truth import true_depths
from pseudogen.reading.reflow import model
from pseudogen.reading.reflow.comments import tokenized
from pseudogen.reading.reflow.facts import context_of, facts_of
from pseudogen.reading.reflow.grammar import Grammar
from pseudogen.reading.reflow.search import Block, Options
from pseudogen.reading.reflow.tokens import ReflowError

RAREST = 8
SMALLEST = 0.02


class Recorder:
    """Stands in for the model: notes the features of every choice that the truth makes."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.left: list[int] = []

    def record(self, flat: str, depths: list[int]) -> None:
        """Go through the statements of `flat` along their true depths."""
        source, _ = tokenized(flat, 100_000)
        code = Grammar(source).statements()
        if len(code) != len(depths):
            return
        context = context_of([facts_of(source, statement) for statement in code])
        asked: list[tuple[Block, list[str]]] = []

        def note(block: Block, i: int, inner: bool) -> float:
            outer = block.parent.header if block.parent else -1
            found = model.features(
                context, block.header, block.chain, i, block.children, inner, outer
            )
            asked.append((block, list(found)))
            return 0.0

        options = Options(context, note)
        top: Block | None = None
        for i, depth in enumerate(depths):
            asked.clear()
            chosen = [option for option in options.at(i, top) if option.depth == depth]
            if len(chosen) != 1:
                return
            for block, row in asked:
                stays = block.header not in chosen[0].closed
                if stays and block.depth > depth:
                    continue
                self.rows.append(row)
                self.left.append(0 if stays else 1)
                if stays:
                    break
            top = options.opened(i, chosen[0].top)


def main(roots: list[str]) -> None:
    """Fit on the files that are not held out and write the weights."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    recorder = Recorder()
    for path in files([Path(root) for root in roots] or [Path(sysconfig.get_path("stdlib"))]):
        if held_out(path):
            continue
        for sample in samples(path, 25):
            try:
                recorder.record(sample.flat, true_depths(sample.code))
            except ReflowError:
                continue
    counts = Counter(feature for row in recorder.rows for feature in row)
    rows = [{f: 1.0 for f in row if counts[f] >= RAREST} for row in recorder.rows]
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform(rows)
    fitted = LogisticRegression(C=0.3, max_iter=400).fit(matrix, recorder.left)
    table = dict(zip(vectorizer.get_feature_names_out(), fitted.coef_[0], strict=True))
    table["bias"] = table.get("bias", 0.0) + fitted.intercept_[0]
    kept = {name: round(value, 2) for name, value in sorted(table.items()) if abs(value) > SMALLEST}
    text = json.dumps(kept, indent=0, ensure_ascii=False)
    Path(model.__file__).with_name("weights.json").write_text(text + "\n", encoding="utf-8")
    accuracy = fitted.score(matrix, recorder.left)
    print(f"{len(rows)} choices, {len(kept)} weights, accuracy {accuracy:.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
