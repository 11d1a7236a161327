"""What branches and targets still lack: names that the other branch binds, targets not yet used."""

from __future__ import annotations

from collections.abc import Iterator

from pseudogen.reading.reflow.blocks import Block
from pseudogen.reading.reflow.facts import Context, Facts, bucket

_NEAR = 20
_SOON = 6


def branch_features(
    context: Context, place: Block, i: int, inner: Block | None, block: str, kind: str
) -> Iterator[str]:
    """What speaks for or against ending `place` before statement `i`, by what branches bind."""
    facts = context.facts
    body = facts[max(place.header + 1, i - _NEAR) : i]
    if place.chain < place.header:
        yield from _answered(facts, place, i, body, block, kind)
    if facts[i].statement.branch:
        yield from _answering(facts, place, i, body, block, kind)
    targets = facts[place.header].binds
    if targets and block in ("for", "with"):
        used = sum(bool(fact.uses & targets) for fact in body)
        ahead = [bool(fact.uses & targets) for fact in facts[i : i + _SOON]]
        soon = ahead.index(True) if True in ahead else None
        yield f"{block} target used {min(used, 3)} soon {soon} {inner is not None}"
    yield from _onward(facts, place, i, body, block, kind)


def _answered(
    facts: list[Facts], place: Block, i: int, body: list[Facts], block: str, kind: str
) -> Iterator[str]:
    """How much of what the earlier branches bind this one has bound, and what comes next of it."""
    earlier = _bound(facts[place.chain + 1 : min(place.header, place.chain + 1 + _NEAR)])
    here = _bound(body)
    following = facts[i]
    both = earlier & here
    missing = earlier - here
    soon = facts[i : i + _SOON]
    lacked = sum(bool(_bound([fact]) & missing) for fact in soon)
    read = next((j for j, fact in enumerate(soon) if fact.paths & both), None)
    unread = missing - {name for name in missing if any(name in fact.paths for fact in soon)}
    binds = bool(_bound([following]) & missing)
    yield f"{block} branch binds missing {binds} {lacked > 0} {kind}"
    yield f"{block} branch whole {bool(earlier)} {min(len(missing), 2)} reads both in {read}"
    yield f"{block} branch both {min(len(both), 2)} missing {min(len(missing), 2)} {lacked > 0}"
    yield f"{block} branch unread {min(len(unread), 2)} {read is not None} {kind}"


def _answering(
    facts: list[Facts], place: Block, i: int, body: list[Facts], block: str, kind: str
) -> Iterator[str]:
    """Whether the statements of the branch that begins bind, or do, what those of the block do."""
    answer = facts[i + 1 : i + 1 + _SOON]
    named = len(_bound(body) & _bound(answer))
    direct = len(_bound(body[:_SOON]) & _bound(answer))
    shaped = len({fact.shape for fact in body} & {fact.shape for fact in answer})
    yield f"{block} {kind} answers names {min(named, 3)} {min(direct, 3)}"
    yield f"{block} {kind} answers shapes {min(shaped, 3)} {bucket(place.children)}"
    said = {word for fact in body for word in fact.parts}
    heard = {word for fact in answer[:2] for word in fact.parts}
    share = 4 * len(said & heard) // max(1, len(heard))
    yield f"{block} {kind} answers words {share}"


def _onward(
    facts: list[Facts], place: Block, i: int, body: list[Facts], block: str, kind: str
) -> Iterator[str]:
    """Whether the next statements work on with what the block makes, or with what stood before."""
    made = _bound(body)
    head = facts[place.header]
    soon = facts[i : i + 4]
    works = "".join("b" if f.paths & made else "h" if f.paths & head.paths else "-" for f in soon)
    yield f"{block} onward {works} {min(place.children, 2)}"
    yield f"{block} {kind} onward {works[:2]}"


def _bound(facts: list[Facts]) -> frozenset[str]:
    return frozenset().union(*(fact.binds | fact.attributes for fact in facts))
