"""How the branch, loop or context begins that a passage stands in."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import libcst as cst

from pseudogen.explanation.clipped import short
from pseudogen.explanation.passage import Branch, Clause
from pseudogen.explanation.readings import WITHOUT_GRADIENTS
from pseudogen.names.conditions import left_open, opposite
from pseudogen.names.script import Script
from pseudogen.syntax.text import bare, text
from pseudogen.syntax.tree import Statement

_SOON_SAID = 100
"""A condition with those around it is said whole where it is no longer than this."""
_BRIEF = 40
"""The opposite of a longer condition is told by the line of that."""


def branch_around(script: Script, statement: Statement, told: AbstractSet[int]) -> Branch | None:
    """The branch, loop or context around a statement, unless a finding tells of it: `told` are the
    lines of which findings speak."""
    if statement.parent < 0:
        return None
    header = script.tree.statements[statement.parent]
    node, kind = header.node, type(header.node)
    if kind is cst.If and (text(node.test) == "True" or left_open(node.test)):
        return branch_around(script, header, told)
    if kind is cst.If and not is_entry_guard(header):
        # An `elif` is reached only where the tests before it fail.
        if header.chain != header.index:
            return "or-when", bare(node.test), header.first
        whole = _whole(script, statement)
        alone = whole is not None or script.condition(header) is None
        if alone and not _is_in_handler(script, header):
            return "when", whole or bare(node.test), header.first
        # Inner conditions are not said as if they were all that it takes.
        return "branch", _inner(script, statement, header) or bare(node.test), header.first
    if kind is cst.Else:
        return _otherwise(script, header)
    if kind is cst.ExceptHandler:
        return "caught", text(node.type) if node.type else "", header.first
    if kind is cst.Finally:
        return "finally", "", header.first
    if header.first in told:
        return None
    if kind is cst.With:
        return branch_around(script, header, told) or _context(header)
    if kind is cst.For:
        return "each", text(node.iter), header.first
    return ("while", bare(node.test), header.first) if kind is cst.While else None


def _context(header: Statement) -> Branch:
    """The context of a `with`."""
    written = [text(item.item) for item in header.node.items]
    if any(mark in one for one in written for mark in WITHOUT_GRADIENTS):
        return "without-gradients", "", header.first
    return "within", short(", ".join(written)), header.first


def _otherwise(script: Script, header: Statement) -> Branch | None:
    whole = script.tree.statements[header.chain]
    if type(whole.node) is not cst.If:
        kind = "no-error" if type(whole.node) is cst.Try else "unbroken"
        return kind, "", header.first
    if whole.after != header.index or left_open(whole.node.test):
        return "otherwise", "", header.first
    test = opposite(whole.node.test)
    if len(test) > _BRIEF:
        return "else", str(whole.first), header.first
    return "when", _whole(script, script.tree.body(header)[0]) or test, header.first


def _inner(script: Script, statement: Statement, header: Statement) -> str | None:
    """As many of the conditions of a statement, from the innermost on, as are soon said."""
    found = None
    for around in (header, *script.tree.ancestors(header.index)):
        condition = script.condition(statement, around)
        if condition is None or len(condition) > _SOON_SAID:
            break
        found = condition
    return found


def _is_in_handler(script: Script, statement: Statement) -> bool:
    """Whether a statement only runs where an error has been caught."""
    above = script.tree.ancestors(statement.index)
    return any(type(a.node) is cst.ExceptHandler and a.scope == statement.scope for a in above)


def _whole(script: Script, statement: Statement) -> str | None:
    """The condition of a statement with those of the branches around its own, where that is
    soon said."""
    condition = script.condition(statement)
    return condition if condition is not None and len(condition) <= _SOON_SAID else None


def with_blocks(branch: Branch | None, said: Sequence[Clause]) -> Branch | None:
    """A branch in which there are blocks: its condition joins that of a block alone, and else is
    not said in the same words as theirs."""
    if branch is None or branch[0] not in ("when", "or-when"):
        return branch
    if len(said) == 1 and said[0].kind == "when":
        return f"{branch[0]}-and", *branch[1:]
    if any(clause.kind in ("when", "or-when", "otherwise") for clause in said):
        return branch[0].replace("when", "branch"), *branch[1:]
    return branch


def is_entry_guard(statement: Statement) -> bool:
    """Whether it is `if __name__ == "__main__":`."""
    test = statement.node.test if type(statement.node) is cst.If else None
    left = test.left if type(test) is cst.Comparison else None
    return type(left) is cst.Name and left.value == "__name__"
