"""What stands further on in the text: what a jump, a return or a test of a loop still needs."""

from __future__ import annotations

from collections.abc import Iterator

from pseudogen.reading.reflow.blocks import Block
from pseudogen.reading.reflow.facts import Context, bucket

_LOOPS = frozenset(["for", "while"])
_SCOPES = frozenset(["def", "class"])
_RECEIVERS = ("self", "cls")
_NEAR = 20


def later_features(
    context: Context, place: Block, i: int, inner: Block | None, block: str, kind: str
) -> Iterator[str]:
    """What speaks for or against ending `place` before statement `i`, looking further on."""
    head, following = context.facts[place.header], context.facts[i]
    yield f"depth {min(place.depth, 3)} next {kind}"
    yield f"{block} depth {min(place.depth, 3)} rest {bucket(len(context.facts) - i)}"
    if following.guard == "if __name__":
        yield f"main at {min(place.depth, 2)}"
    if block in _LOOPS:
        yield from _loop(context, place, i, block, kind)
    if block == "def":
        yield from _function(context, place, i, kind)
    if kind == "else" and block in ("for", "while"):
        yield f"{block} else broken {_broken(context, place, i)}"
    yield from _values(context, place, i, block, kind)
    sets = (head.paths & following.attributes) or (head.uses & following.binds)
    if sets:
        yield f"{block} sets what the header reads {following.value} {inner is not None}"
        yield f"guard {head.guard} sets what it reads {following.value}"


def _within(context: Context, place: Block, kinds: frozenset[str]) -> bool:
    """Whether one of the blocks around `place`, in the same function, is of these kinds."""
    outer = place.parent
    while outer is not None:
        kind = context.facts[outer.header].statement.kind
        if kind in kinds:
            return True
        if kind in _SCOPES:
            return False
        outer = outer.parent
    return False


def _loop(context: Context, place: Block, i: int, block: str, kind: str) -> Iterator[str]:
    nested = _within(context, place, _LOOPS)
    jump = context.jumps[i]
    yield f"{block} before jump {bucket(jump - i) if jump >= 0 else None} {nested}"
    if block == "while":
        tested = context.facts[place.header].uses
        body = context.facts[max(place.header + 1, i - _NEAR) : i]
        moved = any(fact.binds & tested for fact in body)
        yield f"while test moved {moved} {bool(context.facts[i].binds & tested)} {bool(tested)}"
        soon = [j for j, fact in enumerate(context.facts[i : i + 4]) if fact.binds & tested]
        yield f"while test moved {moved} soon {soon[0] if soon else None}"


def _function(context: Context, place: Block, i: int, kind: str) -> Iterator[str]:
    nested = _within(context, place, frozenset(["def"]))
    answer = context.answers[i]
    bare = context.bare_answer
    yield f"def before return {bucket(answer - i) if answer >= 0 else None} {nested} {bare}"
    head = context.facts[place.header]
    receiver = next((p for p in head.parameters[1:2] if p in _RECEIVERS), "")
    if receiver:
        used = context.receivers[i]
        distance = bucket(used - i) if used >= 0 else None
        yield f"method before receiver {distance} {nested} {kind == 'def'}"


def _broken(context: Context, place: Block, i: int) -> bool:
    return any(f.statement.kind == "break" for f in context.facts[place.header : i])


def _values(context: Context, place: Block, i: int, block: str, kind: str) -> Iterator[str]:
    """Initial values stand before the loop that changes them, results after it."""
    facts = context.facts
    previous, following = facts[i - 1], facts[i]
    made = header = changed = before = False
    for first, last in context.origins[i]:
        made |= first > place.header
        changed |= first <= place.header < last
        header |= last == place.header
        before |= last < place.header
    found = f"{made} {header} {changed} {before}"
    yield f"{block} {kind} origins {found}"
    yield f"{block} {previous.statement.kind} {kind} origins {made} {header or changed}"
    if following.value:
        yield f"{block} value {following.value} {previous.value}"
        ahead = facts[i + 1 : i + 4]
        loop = next((f for f in ahead if f.statement.opens), None)
        if loop is not None:
            used = bool(loop.uses & following.binds)
            yield f"{block} value {following.value} before {loop.statement.kind} {used}"
    if following.binds:
        before_it = facts[max(0, place.header - 3) : place.header]
        rebound = any(fact.binds & following.binds for fact in before_it)
        yield f"{block} {kind} bound just before {rebound} {following.value}"
