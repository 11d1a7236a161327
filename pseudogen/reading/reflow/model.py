"""How likely it is that a block ends before a statement: a log-linear model of Python's layout.

The weights are fitted by logistic regression (Hosmer and Lemeshow, Applied Logistic Regression,
2013) to blocks of the standard library and of installed training code by
`benchmarks/fit_reflow.py`; `docs/reading.md` lists them. `vocabulary` alone is set by hand.
"""

from __future__ import annotations

import json
from functools import cache
from math import exp, log1p
from pathlib import Path

from pseudogen.reading.reflow.facts import Context

_STEP_PARTS = frozenset(
    ["zero_grad", "backward", "step", "unscale_", "update", "clip_grad_norm_", "clip_grad_value_"]
)
_TOGETHER = 3.0


@cache
def weights() -> dict[str, float]:
    """The weight of each feature for "the block ends here"."""
    table: dict[str, float] = json.loads(
        Path(__file__).with_name("weights.json").read_text(encoding="utf-8")
    )
    return table


def log_odds_to_costs(score: float) -> tuple[float, float]:
    """Costs (negative log-probabilities) of staying and of leaving."""
    stay = log1p(exp(score)) if score < 30 else score
    return stay, stay - score


def vocabulary(context: Context, header: int, i: int) -> float:
    """What is known about training scripts beforehand: parts of a pattern keep together.

    The parts of a training step stand in one block, and the loop over batches in that over epochs.
    """
    facts = context.facts
    head, previous, following = facts[header], facts[i - 1], facts[i]
    parts = [fact.shape.rpartition(".")[2] in _STEP_PARTS for fact in (previous, following)]
    if all(parts) and "sched" not in following.shape.lower():
        return -_TOGETHER
    if following.statement.kind == "for" and head.statement.kind == "for":
        loops = any(fact.statement.kind == "for" for fact in facts[header + 1 : i])
        if "epoch" in head.words.lower() and "epoch" not in following.words.lower() and not loops:
            return -_TOGETHER
    return 0.0
