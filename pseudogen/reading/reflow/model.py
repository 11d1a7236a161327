"""How likely it is that a block ends before a statement: a log-linear model of Python's layout.

The weights are fitted to blocks of the standard library and of training code by
`benchmarks/fit_reflow.py`. `vocabulary`, `training_goes_on` and `training_is_over` alone are set by
hand; the weights are fitted beside the first.
"""

from __future__ import annotations

import json
import re
from functools import cache
from math import exp, log1p
from pathlib import Path

from pseudogen.reading.reflow.facts import Context, Facts

_STEP_PARTS = frozenset(
    ["zero_grad", "backward", "step", "unscale_", "update", "clip_grad_norm_", "clip_grad_value_"]
)
_TOGETHER = 3.0
_NEXT_PARTS = {
    "zero_grad": frozenset(["backward"]),
    "backward": frozenset(["step", "unscale_", "clip_grad_norm_", "clip_grad_value_"]),
}
_NEAR = 20
_WHOLE_EPOCH = re.compile(r"(?<![.\w])(?:train|fit|val|eval|test|run)\w*\(|\.(?:fit|step)\(")
_CHAINED = re.compile(r"\)\.backward\([^()]*\)$")
_BATCHES = re.compile(r"loader|enumerate|batch|data|iter")


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


def training_is_over(context: Context, header: int, i: int) -> float:
    """What is known besides: a model goes to evaluation within the loop that trains it only where
    the loop sets it back to training.
    """
    facts = context.facts
    owner, _, called = facts[i].shape.rpartition(".")
    if called != "eval" or facts[header].statement.kind not in ("for", "while"):
        return 0.0
    body = facts[max(header + 1, i - _NEAR) : i]
    trained = any(_step_part(fact) == "step" for fact in body)
    back = any(fact.shape == f"{owner}.train" for fact in [*body, *facts[i : i + _NEAR]])
    return _TOGETHER if trained and not back else 0.0


def training_goes_on(context: Context, header: int, i: int) -> float:
    """What is known besides: nothing ends between the parts of a training step, nor before the loop
    over batches in that over epochs.
    """
    return (
        -2 * _TOGETHER * (_step_goes_on(context, header, i) or _epoch_goes_on(context, header, i))
    )


def _step_goes_on(context: Context, header: int, i: int) -> bool:
    """Whether `i` stands between clearing the gradients, the backward pass and the update."""
    facts = context.facts
    if facts[header].statement.kind not in ("for", "while", "def"):
        return False
    body = facts[max(header + 1, i - _NEAR) : i]
    before = next((part for fact in reversed(body) if (part := _step_part(fact))), "")
    after = ""
    for fact in facts[i : i + _NEAR]:
        after = after or _step_part(fact)
        if after or fact.statement.kind in ("for", "while", "def", "class"):
            break
    return after in _NEXT_PARTS.get(before, ())


def _epoch_goes_on(context: Context, header: int, i: int) -> bool:
    """Whether the loop over batches is still to come in the loop over epochs."""
    facts = context.facts
    head = facts[header]
    if head.statement.kind != "for" or "epoch" not in head.words.lower() or i - header > _NEAR:
        return False
    if any(
        f.statement.kind == "for" or _WHOLE_EPOCH.search(f.words) for f in facts[header + 1 : i]
    ):
        return False
    for fact in facts[i : i + _NEAR]:
        if fact.statement.kind in ("for", "def", "class", "return"):
            return fact.statement.kind == "for" and bool(_BATCHES.search(fact.words.lower()))
        if _WHOLE_EPOCH.search(fact.words):
            return False
    return False


def _step_part(fact: Facts) -> str:
    if _CHAINED.search(fact.words) and fact.statement.kind == "call":
        return "backward"
    owner, _, part = fact.shape.lower().rpartition(".")
    return part if part in _STEP_PARTS and "sched" not in owner else ""
