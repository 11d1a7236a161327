"""Runs: neighbouring statements that do the same thing and are told once."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from pseudogen.syntax.tree import NO_STATEMENT, Statement, Tree

Wanted = Callable[[Statement], bool]


def run_from(tree: Tree, statement: Statement, wanted: Wanted, gap: int = 0) -> list[Statement]:
    """The wanted statements of the run that `statement` begins; [] when it begins none.

    A run goes on through neighbours in one block. An `if` or `with` that holds nothing but wanted
    statements is a neighbour like any other (`if cuda: torch.cuda.manual_seed(seed)`). Up to `gap`
    other statements may stand between two of a run.
    """
    outer = _outermost(tree, statement, wanted)
    neighbours = _siblings(tree, outer)
    place = neighbours.index(outer)
    before = neighbours[max(0, place - 1 - gap) : place]
    if any(_held(tree, s, wanted) for s in before):
        return []
    found = _held(tree, outer, wanted)
    missed = 0
    for neighbour in neighbours[place + 1 :]:
        held = _held(tree, neighbour, wanted)
        missed = 0 if held else missed + 1
        if missed > gap:
            break
        found += held
    return found if found[0].index == statement.index else []


def _outermost(tree: Tree, statement: Statement, wanted: Wanted) -> Statement:
    """The largest `if` or `with` around a statement that holds nothing but wanted statements."""
    while statement.parent != NO_STATEMENT:
        header = tree.statements[statement.parent]
        if not _held(tree, header, wanted):
            break
        statement = header
    return statement


def _held(tree: Tree, statement: Statement, wanted: Wanted) -> list[Statement]:
    """The statement itself when it is wanted, or all below an `if` when all of them are."""
    if wanted(statement):
        return [statement]
    if type(statement.node) not in (cst.If, cst.Else, cst.With):
        return []
    found = []
    for inner in tree.body(statement):
        held = _held(tree, inner, wanted)
        if not held:
            return []
        found += held
    return found


def _siblings(tree: Tree, statement: Statement) -> list[Statement]:
    if statement.parent != NO_STATEMENT:
        return tree.body(tree.statements[statement.parent])
    found, index = [], 0
    while index < len(tree.statements):
        found.append(tree.statements[index])
        index = tree.statements[index].after
    return found
