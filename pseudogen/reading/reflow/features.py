"""What speaks for or against the end of a block before a statement, as features of the model."""

from __future__ import annotations

from collections.abc import Iterator

from pseudogen.reading.reflow.blocks import Block
from pseudogen.reading.reflow.branches import branch_features
from pseudogen.reading.reflow.facts import Context, bucket
from pseudogen.reading.reflow.later import later_features

_RECEIVERS = ("self", "cls")
_NEAR = 20


def features(context: Context, place: Block, i: int, inner: Block | None) -> Iterator[str]:
    """What speaks for or against ending the block `place` before statement `i`.

    `inner` is the block directly within it that ends here too.
    """
    header, chain, children = place.header, place.chain, place.children
    outer = place.parent.header if place.parent else -1
    facts = context.facts
    head, previous, following = facts[header], facts[i - 1], facts[i]
    block, kind, before = head.statement.kind, following.statement.kind, previous.statement.kind
    around = facts[outer].statement.kind if outer >= 0 else "none"
    left = "inner" if inner else before
    yield "bias"
    yield f"{block}"
    yield f"guard {head.guard}"
    yield f"{block} children {bucket(children)}"
    yield f"guard {head.guard} children {bucket(min(children, 3))}"
    yield f"{block} next {kind}"
    yield f"guard {head.guard} next {following.guard}"
    yield f"{block} previous {left}"
    yield f"previous {left} next {kind}"
    yield f"{block} in {around}"
    yield f"{block} in {around} next {kind}"
    yield f"{block} length {bucket(i - header)}"
    yield f"{block} previous {left} next {kind}"
    yield f"{block} children {bucket(min(children, 3))} next {kind}"
    if len(following.shape) < 20:
        yield f"{block} shape {following.shape}"
    yield f"shape {following.shape if len(following.shape) < 20 else 'long'}"
    yield f"before {previous.shape if len(previous.shape) < 20 else 'long'}"
    yield from _names(context, header, chain, i, block, kind)
    yield from _likeness(context, header, chain, i, block, kind, inner is not None, around)
    yield from _words(context, place, i, inner, block)
    yield from _siblings(context, place, i, inner, block, kind)
    yield from _ahead(context, place, i, block, kind)
    yield from later_features(context, place, i, inner, block, kind)
    yield from branch_features(context, place, i, inner, block, kind)
    left_over = len(facts) - i
    yield f"{block} rest {bucket(left_over)}"


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
        yield f"{block} made at distance {bucket(i - max(made))}"
        yield f"guard {head.guard} made inside"
    if changed:
        yield f"{block} changed inside {bucket(i - max(changed))} {bool(made)}"
    if before:
        yield f"{block} from before {bucket(header - max(before))} {bool(made)}"
    if head.binds & following.binds:
        yield f"{block} binds the header's target {kind}"
    needed = max(context.made_reach[max(header + 1, i - _NEAR) : i], default=-1)
    yield f"{block} block still needed {bucket(needed - i) if needed >= i else None}"
    wanted = context.reach[header]
    yield f"{block} header still needed {bucket(wanted - i) if wanted >= i else None}"
    yield f"{block} needed {needed >= i} {bool(made)} {wanted >= i} {inside}"
    yield f"{block} shares {bool((head.uses | head.binds) & following.uses)}"
    yield f"{block} next binds what the header reads {bool(head.uses & following.binds)}"
    later = context.later[i]
    yield f"{block} {kind} used {bucket(later)}"
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


def _overlap(count: int) -> str:
    return str(count) if count < 3 else "3"


def _words(
    context: Context, place: Block, i: int, inner: Block | None, block: str
) -> Iterator[str]:
    """Words shared with the header, the block so far and what stands before it."""
    facts = context.facts
    head, following = facts[place.header], facts[i]
    last = facts[inner.chain if inner else i - 1]
    before = facts[place.chain - 1].parts if place.chain > 0 else frozenset[str]()
    to_head = len(following.parts & head.parts)
    to_last = len(following.parts & last.parts)
    to_before = len(following.parts & before)
    yield f"{block} words head {_overlap(to_head)} last {_overlap(to_last)} {inner is not None}"
    yield f"{block} words head {_overlap(to_head)} before {_overlap(to_before)}"
    yield f"{block} words last {_overlap(to_last)} before {_overlap(to_before)}"
    nearer = (to_last > to_before) - (to_last < to_before)
    yield f"{block} nearer {nearer} {min(place.children, 2)}"
    paths = following.paths & head.paths
    yield f"{block} path of header {max((p.count('.') for p in paths), default=-1)}"
    yield f"{block} path of last {bool(following.paths & last.paths)} {inner is not None}"
    body = facts[max(place.header + 1, i - _NEAR) : i]
    made = any(fact.attributes & following.paths for fact in body)
    yield f"{block} path made {made}"
    shared = [len(fact.parts & following.parts) for fact in body]
    yield f"{block} words body {_overlap(max(shared, default=0))} before {_overlap(to_before)}"
    for word in sorted(following.parts):
        yield f"{block} word {word}"
    for word in sorted(head.parts):
        yield f"header word {word} {min(place.children, 2)}"


def _siblings(
    context: Context, place: Block, i: int, inner: Block | None, block: str, kind: str
) -> Iterator[str]:
    """The statement next to the last one of the block, and next to the branch before."""
    facts = context.facts
    following = facts[i]
    if inner:
        last, branch = facts[inner.chain], facts[inner.header].statement.kind
        shut = last.statement.kind
        yield f"{block} closes {shut} {branch} next {kind}"
        yield f"{block} closes {last.guard} next {following.guard}"
        yield f"{block} closes children {bucket(inner.children)} {kind == shut}"
        if kind == shut:
            alike = last.guard == following.guard, bool(last.uses & following.uses)
            yield f"{block} again {alike}"
            yield f"{block} again started {last.words[:8] == following.words[:8]}"
    if place.twin:
        gap = place.twin.header + 1 + i - (place.header + 1)
        as_many = (place.children > place.twin.children) - (place.children < place.twin.children)
        yield f"{block} as many {as_many} {kind}"
        if gap < place.header:
            twin = facts[gap]
            alike = twin.shape == following.shape, twin.statement.kind == kind
            yield f"{block} aligned {as_many} {alike}"
            yield f"{block} aligned binds {bool(twin.binds & following.binds)} {as_many}"
        else:
            yield f"{block} aligned {as_many} none"
    said = context.same[i]
    if said >= 0:
        where = "inside" if said > place.header else "branch" if said > place.chain else "before"
        yield f"{block} said {where} {kind}"


def _ahead(context: Context, place: Block, i: int, block: str, kind: str) -> Iterator[str]:
    """What comes after the statement."""
    facts = context.facts
    kinds = [fact.statement.kind for fact in facts[i + 1 : i + 3]] + ["end", "end"]
    yield f"{block} next {kind} {kinds[0]}"
    yield f"{block} next {kind} {kinds[0]} {kinds[1]}"
    yield f"next {kind} {kinds[0]} children {min(place.children, 3)}"
    yield f"guard {facts[place.header].guard} next {kind} {kinds[0]}"
    if i + 1 < len(facts):
        alike = [facts[j].shape == facts[i].shape for j in (i + 1, i - 1)]
        yield f"{block} group {alike}"
    if i + 1 == len(facts):
        yield f"{block} last {kind} {min(place.children, 3)}"
