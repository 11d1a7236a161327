"""How the branch, loop or context begins that a passage stands in."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import libcst as cst

from pseudogen.explanation.clipped import formula, in_context
from pseudogen.explanation.passage import Branch, Clause
from pseudogen.explanation.readings import without_gradients
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
            return Branch("or-when", bare(node.test), header.first, _outer(script, header))
        whole = _whole(script, statement)
        alone = whole is not None or script.condition(header) is None
        if alone and not _is_in_handler(script, header):
            return Branch("when", whole or bare(node.test), header.first)
        # Inner conditions are not said as if they were all that it takes.
        test, around = _inner(script, statement, header)
        return Branch("branch", test or bare(node.test), header.first, around=around)
    if kind is cst.Else:
        return _otherwise(script, header)
    if kind is cst.ExceptHandler:
        errors = text(node.type) if node.type else ""
        return Branch("caught", errors, header.first, _outer(script, header))
    if kind is cst.Finally:
        return Branch("finally", "", header.first, _outer(script, header))
    if kind is cst.With:
        context = _context(header) if header.first not in told else None
        return branch_around(script, header, told) or context
    if kind is cst.Try:
        return branch_around(script, header, told)
    if header.first in told or kind not in (cst.For, cst.While):
        return None
    loop, code = ("each", text(node.iter)) if kind is cst.For else ("while", bare(node.test))
    return Branch(loop, code, header.first, _outer(script, header))


def _context(header: Statement) -> Branch:
    """The context of a `with`."""
    if any(map(without_gradients, header.node.items)):
        return Branch("without-gradients", "", header.first)
    return Branch("within", formula(", ".join(map(in_context, header.node.items))), header.first)


def _otherwise(script: Script, header: Statement) -> Branch | None:
    whole = script.tree.statements[header.chain]
    if type(whole.node) is not cst.If:
        kind = "no-error" if type(whole.node) is cst.Try else "unbroken"
        return Branch(kind, "", header.first, _outer(script, header))
    if whole.after != header.index or left_open(whole.node.test):
        return Branch("otherwise", "", header.first, _outer(script, header))
    test = opposite(whole.node.test)
    if len(test) > _BRIEF:
        return Branch("else", str(whole.first), header.first, _outer(script, header))
    return Branch("when", _whole(script, script.tree.body(header)[0]) or test, header.first)


def _outer(script: Script, clause: Statement) -> str:
    """The condition under which a statement is come to of which this is a clause, as much of it as
    is soon said; "" where it always is."""
    whole = script.tree.statements[clause.chain]
    around = script.tree.statements[whole.parent] if whole.parent >= 0 else whole
    return _whole(script, whole) or _inner(script, whole, around)[0] or ""


def _inner(script: Script, statement: Statement, header: Statement) -> tuple[str | None, int]:
    """As many of the conditions of a statement, from the innermost on, as are soon said; and the
    line of the branch around these, 0 where there is none."""
    found = None
    for around in (header, *script.tree.ancestors(header.index)):
        condition = script.condition(statement, around)
        if condition is None:
            break
        if len(condition) > _SOON_SAID:
            return found, around.first if around is not header else _branch_above(script, header)
        found = condition
    return found, 0


def _branch_above(script: Script, header: Statement) -> int:
    """The line of the next branch around a statement; 0 where there is none."""
    above = script.tree.ancestors(header.index)
    branches = (a.first for a in above if type(a.node) in (cst.If, cst.Else))
    return next(branches, 0)


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
    if branch is None or branch.kind not in ("when", "or-when"):
        return branch
    if len(said) == 1 and said[0].kind == "when":
        return branch._replace(kind=f"{branch.kind}-and")
    if len(said) > 1 and any(clause.inside for clause in said):
        return branch._replace(kind=branch.kind.replace("when", "branch"))
    return branch


def is_entry_guard(statement: Statement) -> bool:
    """Whether it is `if __name__ == "__main__":`."""
    test = statement.node.test if type(statement.node) is cst.If else None
    left = test.left if type(test) is cst.Comparison else None
    return type(left) is cst.Name and left.value == "__name__"
