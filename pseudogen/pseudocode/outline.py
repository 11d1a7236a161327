"""Level "outline": the algorithm as it would stand in a paper, in some forty lines at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.names.script import Script
from pseudogen.names.structure import EVALUATION_LOOP
from pseudogen.pseudocode.draft import Draft
from pseudogen.pseudocode.phrasing import neutral
from pseudogen.pseudocode.steps import steps
from pseudogen.pseudocode.terms import ATOM
from pseudogen.pseudocode.weight import CORE, weights
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.text import text as python_text
from pseudogen.syntax.tree import NO_STATEMENT

MOST_LINES = 40
_KEPT_ABOVE = frozenset({cst.If, cst.Else, cst.For, cst.While, cst.FunctionDef, cst.ClassDef})
_REST = "…"


def outline(writer: Writer, findings: Sequence[Finding]) -> list[Draft]:
    """The lines that the algorithm needs; each stands for the source up to the next one."""
    drafts = [draft for draft in steps(writer, findings) if draft.statement != NO_STATEMENT]
    weight = weights(writer, findings)
    if not any(value == CORE for value in weight.values()):
        return _spread(writer.script, _definitions(writer.script, drafts))
    order = sorted(weight, key=lambda index: (-weight[index], index))
    core = sum(value == CORE for value in weight.values())
    few, many = core, len(order)
    while few < many:
        middle = (few + many + 1) // 2
        if len(_chosen(writer.script, drafts, order[:middle])) + 2 <= MOST_LINES:
            few = middle
        else:
            many = middle - 1
    kept = _chosen(writer.script, drafts, order[:few])
    return _spread(writer.script, _ends(writer, kept) + kept)


def _definitions(script: Script, drafts: list[Draft]) -> list[Draft]:
    """The outline of code that trains nothing: what it defines, or all of it when it is short."""
    if len(drafts) <= MOST_LINES // 2:
        return drafts
    kinds = (cst.FunctionDef, cst.ClassDef)
    found = [d for d in drafts if type(script.tree.statements[d.statement].node) in kinds]
    for deepest in (2, 1, 0):
        kept = [draft for draft in found if draft.depth <= deepest]
        if len(kept) <= MOST_LINES:
            break
    return kept or drafts[:MOST_LINES]


def _chosen(script: Script, drafts: list[Draft], chosen: Sequence[int]) -> list[Draft]:
    """The drafts of the chosen statements and the headers that they stand under."""
    statements = script.tree.statements
    wanted = {index for index in chosen if not _in_handler(script, index)}
    headers: set[int] = set()
    for index in wanted:
        for above in script.tree.ancestors(index):
            if type(above.node) in _KEPT_ABOVE:
                headers.add(above.index)
    empty = set()
    for index in list(headers):
        if type(statements[index].node) in (cst.If, cst.Else):
            before = [s for s in _chain(script, index) if s < index and s not in headers]
            empty.update(before)
    kept = wanted | headers | empty
    found = []
    for draft in drafts:
        start = statements[draft.statement]
        if draft.statement not in kept or draft.source[1] < start.first:
            continue
        depth = sum(above.index in kept for above in script.tree.ancestors(draft.statement))
        found.append(replace(draft, depth=depth))
        if draft.statement in empty:
            found.append(replace(draft, text=_REST, depth=depth + 1))
    return found


def _in_handler(script: Script, index: int) -> bool:
    """Whether a statement only runs after an error."""
    return any(
        type(above.node) in (cst.ExceptHandler, cst.ExceptStarHandler)
        for above in script.tree.ancestors(index)
    )


def _chain(script: Script, index: int) -> list[int]:
    """The branches of the `if` that a branch belongs to."""
    first = script.tree.statements[script.tree.statements[index].chain]
    if type(first.node) is not cst.If:
        return []
    return [first.index, *(clause.index for clause in script.tree.clauses(first))]


def _ends(writer: Writer, kept: list[Draft]) -> list[Draft]:
    """The lines that name what goes in and what comes out."""
    script = writer.script
    used = " ".join(
        python_text(script.tree.statements[draft.statement].node)
        if script.tree.statements[draft.statement].after == draft.statement + 1
        else draft.text
        for draft in kept
    )
    data: dict[str, None] = {}
    models: dict[str, None] = {}
    for draft in kept:
        statement = script.tree.statements[draft.statement]
        for name, binding in _bound(script, draft.statement):
            role = script.role(binding, statement.scope)
            if role is not None and role.kind == "dataset":
                data[name] = None
            if role is not None and role.kind == "model":
                models[name] = None
    settings = [name for name in script.settings if name in used]
    found = []
    if data or settings:
        names = [neutral(writer, name, ATOM) for name in (*data, *settings)]
        found.append(Draft(writer.keyword("input", names), 0, (1, 1)))
    if models and any(loop.kind != EVALUATION_LOOP for loop in script.structure.loops.values()):
        names = [neutral(writer, name, ATOM) for name in list(models)[:1]]
        found.append(Draft(writer.keyword("output", names), 0, (1, 1)))
    return found


def _bound(script: Script, index: int) -> list[tuple[str, cst.BaseExpression]]:
    node = script.tree.statements[index].node
    if type(node) is not cst.Assign:
        return []
    targets = [target.target for target in node.targets]
    return [(python_text(t), t) for t in targets if type(t) in (cst.Name, cst.Attribute)]


def _spread(script: Script, drafts: list[Draft]) -> list[Draft]:
    """Each line stands for the source from its own start to the start of the next."""
    starts = sorted({draft.source[0] for draft in drafts})
    end = max((s.end for s in script.tree.statements), default=1)
    found = []
    for draft in drafts:
        place = starts.index(draft.source[0])
        last = starts[place + 1] - 1 if place + 1 < len(starts) else max(end, draft.source[1])
        first = 1 if place == 0 else draft.source[0]
        found.append(replace(draft, source=(first, max(last, first))))
    return found
