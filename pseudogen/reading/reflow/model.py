"""How likely it is that a block ends before a statement: a log-linear model of Python's layout.

The weights are fitted by logistic regression (Hosmer and Lemeshow, Applied Logistic Regression,
2013) to blocks of the standard library and of installed training code by
`benchmarks/fit_reflow.py`; `docs/reading.md` lists them. `vocabulary` alone is set by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from math import exp, log1p
from pathlib import Path

from pseudogen.reading.reflow.facts import Context

_RECEIVERS = ("self", "cls")
_STEP_PARTS = frozenset(
    ["zero_grad", "backward", "step", "unscale_", "update", "clip_grad_norm_", "clip_grad_value_"]
)
_TOGETHER = 3.0
_NEAR = 20


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


def _bucket(number: int) -> str:
    return str(number) if number < 5 else "5" if number < 8 else "8" if number < 15 else "15"


def features(
    context: Context, header: int, chain: int, i: int, children: int, inner: bool, outer: int
) -> Iterator[str]:
    """What speaks for or against ending the block of `header` before statement `i`.

    `chain` is the index of the first header of its compound statement (the `if` of an `else`),
    `children` how many statements it holds by now, `inner` how many blocks within it end here
    too, `outer` the index of the header that encloses it (-1: none).
    """
    facts = context.facts
    head, previous, following = facts[header], facts[i - 1], facts[i]
    block, kind, before = head.statement.kind, following.statement.kind, previous.statement.kind
    around = facts[outer].statement.kind if outer >= 0 else "none"
    left = "inner" if inner else before
    yield "bias"
    yield f"{block}"
    yield f"guard {head.guard}"
    yield f"{block} children {_bucket(children)}"
    yield f"guard {head.guard} children {_bucket(min(children, 3))}"
    yield f"{block} next {kind}"
    yield f"guard {head.guard} next {following.guard}"
    yield f"{block} previous {left}"
    yield f"previous {left} next {kind}"
    yield f"{block} in {around}"
    yield f"{block} in {around} next {kind}"
    yield f"{block} length {_bucket(i - header)}"
    yield f"{block} previous {left} next {kind}"
    yield f"{block} children {_bucket(min(children, 3))} next {kind}"
    if len(following.shape) < 20:
        yield f"{block} shape {following.shape}"
    yield f"shape {following.shape if len(following.shape) < 20 else 'long'}"
    yield f"before {previous.shape if len(previous.shape) < 20 else 'long'}"
    yield from _names(context, header, chain, i, block, kind)
    yield from _likeness(context, header, chain, i, block, kind, inner, around)
    left_over = len(facts) - i
    yield f"{block} rest {_bucket(left_over)}"


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


def _names(
    context: Context, header: int, chain: int, i: int, block: str, kind: str
) -> Iterator[str]:
    """Names of the next statement: those the header binds, the block makes or changes."""
    facts = context.facts
    head, following = facts[header], facts[i]
    origins = context.origins[i]
    inside = any(last == header for _, last in origins)
    yield f"{block} header's name {inside}"
    made = [first for first, _ in origins if first > header]
    changed = [last for first, last in origins if first <= header < last]
    before = [last for _, last in origins if last < header]
    yield f"{block} made inside {min(len(made), 3)} {kind}"
    yield f"{block} made {bool(made)} header {inside} changed {bool(changed)} before {bool(before)}"
    if made:
        yield f"{block} made at distance {_bucket(i - max(made))}"
        yield f"guard {head.guard} made inside"
    if changed:
        yield f"{block} changed inside {_bucket(i - max(changed))} {bool(made)}"
    if before:
        yield f"{block} from before {_bucket(header - max(before))} {bool(made)}"
    if head.binds & following.binds:
        yield f"{block} binds the header's target {kind}"
    needed = max(context.made_reach[max(header + 1, i - _NEAR) : i], default=-1)
    yield f"{block} block still needed {_bucket(needed - i) if needed >= i else None}"
    wanted = context.reach[header]
    yield f"{block} header still needed {_bucket(wanted - i) if wanted >= i else None}"
    yield f"{block} needed {needed >= i} {bool(made)} {wanted >= i} {inside}"
    yield f"{block} shares {bool((head.uses | head.binds) & following.uses)}"
    yield f"{block} next binds what the header reads {bool(head.uses & following.binds)}"
    later = context.later[i]
    yield f"{block} {kind} used {_bucket(later)}"
    if block == "def":
        name = head.parameters[0]
        soon = [j for j, fact in enumerate(facts[i : i + 4]) if name in fact.uses]
        yield f"own name used {soon[0] if soon else None}"
        receiver = next((p for p in head.parameters[1:2] if p in _RECEIVERS), "")
        if receiver:
            yield f"method uses receiver {receiver in following.uses} {kind == 'def'}"
        if kind == "def":
            own = following.parameters[1:2] == head.parameters[1:2]
            yield f"function like this one {own} {receiver != ''}"
        yield f"parameters used {bool(set(head.parameters[1:]) & following.uses)}"
    if block == "class" and kind == "def":
        receiver = next((p for p in following.parameters[1:2] if p in _RECEIVERS), "")
        yield f"class gets method {receiver != ''}"
    if block == "class":
        yield f"class uses self {'self' in following.uses}"


def _likeness(
    context: Context,
    header: int,
    chain: int,
    i: int,
    block: str,
    kind: str,
    inner: bool,
    around: str,
) -> Iterator[str]:
    """Statements that look alike stand together."""
    facts = context.facts
    head, previous, following = facts[header], facts[i - 1], facts[i]
    same = previous.shape == following.shape
    yield f"{block} like previous {same} {bool(inner)}"
    yield f"{block} shares with previous {bool(previous.uses & following.uses)} {bool(inner)}"
    last, now = previous.shape.rpartition(".")[2], following.shape.rpartition(".")[2]
    if last != previous.shape and now != following.shape:
        yield f"pair {last} {now}"
        yield f"{block} {_receiver(previous.shape) == _receiver(following.shape)} receiver"
    if following.attributes & previous.attributes:
        yield f"{block} same attribute"
    if chain > 0:
        sibling = facts[chain - 1]
        yield f"{block} like sibling {sibling.shape == following.shape} {same}"
    if following.statement.branch:
        yield from _mirror(context, header, chain, i, block, kind, around)
    if chain < header:
        merged = following.uses & previous.binds
        both = any(fact.binds & merged for fact in facts[chain + 1 : min(header, chain + _NEAR)])
        yield f"{block} uses what both branches bind {both} {bool(merged)}"
        earlier = facts[chain + 1 : min(header, chain + _NEAR)]
        named = any(fact.binds & following.binds for fact in earlier)
        shaped = any(fact.shape == following.shape for fact in earlier)
        yield f"{block} as in earlier branch {named} {shaped}"
    if kind == block:
        yield f"{block} header again {head.words == following.words}"
        alike = bool(head.uses & following.uses), head.guard == following.guard
        yield f"{block} header alike {alike}"
        yield f"{block} started alike {head.words[:12] == following.words[:12]}"
    if following.binds and any(
        fact.binds & following.binds for fact in facts[max(header + 1, i - _NEAR) : i]
    ):
        yield f"{block} binds again"


def _receiver(shape: str) -> str:
    return shape.rpartition(".")[0]


def _mirror(
    context: Context, header: int, chain: int, i: int, block: str, kind: str, around: str
) -> Iterator[str]:
    """A branch looks like the block before it, and its condition like the first one."""
    facts = context.facts
    first, branch = facts[chain], facts[i]
    yield f"{block} {facts[i - 1].statement.kind} {kind} in {around}"
    if branch.uses:
        alike = bool(first.uses & branch.uses), first.guard[2:] == branch.guard[4:]
        yield f"{block} {kind} condition alike {alike}"
        yield f"{block} {kind} started alike {first.words[2:8] == branch.words[4:10]}"
    if i + 1 < len(facts):
        answer = facts[i + 1]
        body = facts[header + 1 : i][:_NEAR]
        named = any(
            fact.binds & answer.binds or fact.attributes & answer.attributes for fact in body
        )
        shaped = any(fact.shape == answer.shape for fact in body)
        start = facts[header + 1]
        yield f"{block} {kind} mirrors {named} {shaped}"
        kinds = f"{start.statement.kind} {answer.statement.kind}"
        yield f"{block} {kind} starts like {start.shape == answer.shape} {kinds}"
