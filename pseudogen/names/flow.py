"""Which of the assignments to a name can have made its value at a statement."""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter

import libcst as cst

from pseudogen.names.resolve import Resolver
from pseudogen.syntax.tree import Binding, Statement, Tree


def reaching(resolver: Resolver, name: str, statement: int) -> list[Binding]:
    """The bindings of `name` that may hold when `statement` runs, the latest first.

    Within a function: those before the statement that no later one replaces, branches that
    exclude each other told apart. A name of an outer scope: all its bindings there. What a loop
    carries around from below the statement is left out (`carried` gives it).
    """
    tree = resolver.tree
    here = tree.statements[statement].scope
    home = resolver.home(name, here)
    if home is None:
        return []
    bindings = resolver.bindings(name, here)
    if home.index != here:
        return bindings[::-1]
    return _last_before(tree, bindings, statement)


def carried(resolver: Resolver, name: str, statement: int) -> list[Binding]:
    """The bindings at or below `statement` that reach it in the next round of a loop around it."""
    tree = resolver.tree
    here = tree.statements[statement].scope
    home = resolver.home(name, here)
    if home is None or home.index != here:
        return []
    loops = [s for s in tree.ancestors(statement) if type(s.node) in (cst.For, cst.While)]
    if not loops:
        return []
    return [b for b in home.bindings[name] if statement <= b.statement < loops[-1].after]


def _last_before(tree: Tree, bindings: list[Binding], statement: int) -> list[Binding]:
    found: list[Binding] = []
    branches: dict[int, set[int]] = {}
    there = tree.branches(statement)
    before = bisect_left(bindings, statement, key=attrgetter("statement"))
    for place in range(before - 1, -1, -1):
        binding = bindings[place]
        if there and exclusive(tree, binding.statement, statement):
            continue
        found.append(binding)
        if place and _always_runs(tree, binding.statement, statement, branches):
            break
    return found


def _always_runs(tree: Tree, index: int, later: int, branches: dict[int, set[int]]) -> bool:
    """Whether whoever comes to `later` has passed `index`, alone or, with the branches seen so
    far, through every branch of an `if` with `else`."""
    parent = _holder(tree, index)
    while parent is not None:
        if parent.index < later < parent.after:
            return True
        if type(parent.node) not in (cst.If, cst.Else):
            return False
        chain = [tree.statements[parent.chain], *tree.clauses(tree.statements[parent.chain])]
        seen = branches.setdefault(parent.chain, set())
        seen.add(parent.index)
        if type(chain[-1].node) is not cst.Else or len(seen) < len(chain):
            return False
        parent = _holder(tree, parent.chain)
    return True


def _holder(tree: Tree, index: int) -> Statement | None:
    """The header or clause whose block holds the statement; `with` blocks always run, and a
    function or class ends the search."""
    parent = tree.statements[index].parent
    while parent >= 0 and type(tree.statements[parent].node) is cst.With:
        parent = tree.statements[parent].parent
    if parent < 0 or type(tree.statements[parent].node) in (cst.FunctionDef, cst.ClassDef):
        return None
    return tree.statements[parent]


def exclusive(tree: Tree, one: int, other: int) -> bool:
    """Whether two statements are in different branches of the same `if`."""
    here, there = tree.branches(one), tree.branches(other)
    if not here or not there or here is there:
        return False
    return any(here.get(chain, branch) != branch for chain, branch in there.items())
