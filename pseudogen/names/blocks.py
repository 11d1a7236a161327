"""Where statements stand towards each other: rounds of loops, branches, what runs before what."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import libcst as cst

from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

Thing = TypeVar("Thing")
_BRANCHES = (cst.If, cst.Else, cst.ExceptHandler, cst.ExceptStarHandler, cst.MatchCase)


def grouped(keyed: Iterable[tuple[str, Thing]]) -> dict[str, list[Thing]]:
    """Key -> the things that have it, in their order."""
    found: dict[str, list[Thing]] = {}
    for key, thing in keyed:
        found.setdefault(key, []).append(thing)
    return found


def method(site: Site) -> str:
    """The last component of what is called: `step` of `self.optimizer.step()`, `backward` of
    `(loss / 2).backward()`."""
    function = site.node.func
    return function.attr.value if type(function) is cst.Attribute else site.name


def receiver(site: Site) -> str:
    """What a method is called on, as a dotted name; "" for a plain function."""
    return site.name.rpartition(".")[0]


def around(script: Script, statement: Statement) -> Statement | None:
    """The innermost loop around a statement in its function, or else the function."""
    return script.loop_around(statement) or script.function_around(statement)


def inside(block: Statement, statement: Statement) -> bool:
    """Whether a statement stands in the block of a header, at any depth."""
    return block.index < statement.index < block.after


def neighbours(script: Script, site: Site) -> list[Site]:
    """The calls that share a round with `site`: of the innermost loop around it, or else of its
    function or the module; branches that exclude it are left out."""
    block = around(script, site.statement)
    calls = script.calls_below(block) if block is not None else script.call_sites()
    found = [call for call in calls if call.scope == site.scope]
    # What stands in one block is excluded together.
    blocks = {call.statement.parent: call.statement for call in found}
    apart = {block for block, one in blocks.items() if script.exclusive(one, site.statement)}
    return [call for call in found if call.statement.parent not in apart]


def branches(script: Script, statement: Statement, block: Statement | None) -> list[Statement]:
    """The branches around a statement below `block`: it does not always run when `block` does."""
    return [
        header
        for header in script.tree.ancestors(statement.index)
        if type(header.node) in _BRANCHES and (block is None or inside(block, header))
    ]


def names_in(node: Any) -> set[str]:
    """All dotted names in an expression, and the names in them."""
    found: set[str] = set()
    for part in descendants(node):
        if type(part) in (cst.Name, cst.Attribute):
            found.add(dotted(part))
    return found


def has_word(text: str | None, name: str | None) -> bool:
    """Whether `name` stands in `text` as a whole name: `loss` in `loss / 2`, not in `loss_sum`."""
    if not text or not name:
        return False
    place = text.find(name)
    while place >= 0:
        end = place + len(name)
        around = text[place - 1 : place] + text[end : end + 1]
        if not _IN_NAME.search(around) and (place == 0 or around[0] != "."):
            return True
        place = text.find(name, place + 1)
    return False


_IN_NAME = re.compile(r"\w")


def mentions(script: Script, *pieces: str) -> bool:
    """Whether the script has one of these texts anywhere: reason enough to stay silent."""
    found = script.mentioned
    for piece in pieces:
        if piece not in found:
            found[piece] = piece in script.tree.text
    return any(map(found.__getitem__, pieces))


def statements_at(script: Script, line: int) -> list[Statement]:
    """The statements that start on a line; without one, the statement that goes on there."""
    statements = script.tree.statements
    place = bisect_left(statements, line, key=_first)
    found = statements[place : bisect_right(statements, line, place, key=_first)]
    return found or [s for s in statements[max(place - 1, 0) : place] if line <= s.last]


def statement_at(script: Script, line: int) -> Statement:
    """The first statement that starts on a line.

    Raises:
        StopIteration: there is none.
    """
    return next(iter(statements_at(script, line)))


def _first(statement: Statement) -> int:
    return statement.first


def calls_of_methods(script: Script, *methods: str) -> Iterator[Site]:
    """The calls whose last component is one of `methods`, in the order of the source."""
    called = [found for name in methods if (found := script.calls_of_method(name))]
    if len(called) < 2:
        return iter(called[0] if called else ())
    return (site for site in script.call_sites() if method(site) in methods)


def returns_before(script: Script, statement: Statement) -> Iterator[Statement]:
    """Each `return` before a statement that may leave its function, so that it is not come to."""
    return _leaving(script, statement, script.function_around(statement), (cst.Return,))


def left_before(script: Script, statement: Statement) -> bool:
    """Whether a statement may not be come to: a `return` before it leaves its function, or a
    `continue` or `break` the round of its loop."""
    loop = script.loop_around(statement)
    left = _leaving(script, statement, loop, (cst.Continue, cst.Break))
    rounds = any(script.loop_around(other) is loop for other in left)
    return rounds or next(returns_before(script, statement), None) is not None


def _leaving(
    script: Script, statement: Statement, block: Statement | None, kinds: tuple[type, ...]
) -> Iterator[Statement]:
    """What stands in a block before a statement, is of one of some kinds, and does not exclude the
    statement."""
    return (
        other
        for other in (script.tree.statements[block.index + 1 : statement.index] if block else ())
        if type(other.node) in kinds
        and other.scope == statement.scope
        and not script.exclusive(other, statement)
    )


def is_only_there(script: Script, site: Site) -> bool:
    """Whether a call is not come to everywhere that its condition holds, and no other branch makes
    the same call."""
    if not left_before(script, site.statement):
        return False
    same = (other.statement for other in script.call_sites() if other.name == site.name)
    return not any(script.exclusive(other, site.statement) for other in same)


def eager_library(script: Script) -> str | None:
    """The library that the script imports in which a training step is written out: "torch" or
    "paddle", whose optimizers, modes and graphs work alike."""
    return next((name for name in ("torch", "paddle") if name in script.resolver.packages), None)


def reachable_calls(script: Script, block: Statement, depth: int = 3) -> list[Site]:
    """The calls below a header, and those in the functions of the script that they run."""
    found: list[Site] = []
    seen: set[int] = set()
    waiting = [(block, 0)]
    while waiting:
        header, level = waiting.pop()
        for site in script.calls_below(header):
            found.append(site)
            function = script.called_function(site) if level < depth else None
            if function is not None and function.index not in seen:
                seen.add(function.index)
                waiting.append((function, level + 1))
    return found


def updates_below(script: Script, block: Statement) -> list[int]:
    """The indexes of the statements below a header that update the weights: `optimizer.step()`,
    or a call of a function of the script that trains."""
    return [site.statement.index for site in script.calls_below(block) if _updates(script, site)]


def _updates(script: Script, site: Site) -> bool:
    if method(site) == "step" and receiver(site):
        role = script.role(site.node.func.value, site.scope)
        return role is not None and role.kind in ("optimizer", "scaler")
    function = script.called_function(site)
    return function is not None and function.index in script.structure.trains
