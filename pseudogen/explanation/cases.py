"""In which case a finding holds, where its own words do not say it."""

from __future__ import annotations

import libcst as cst

from pseudogen.finding import Finding
from pseudogen.names.script import Script
from pseudogen.syntax.tree import Statement

Case = tuple[str, int]
"""A condition, and the line on which its branch begins."""

_TOLD_APART = frozenset(
    {"augmentation", "batch-loop", "custom-sampler", "data-loader", "dataset-build"}
    | {"distributed-sampler", "epoch-loop", "evaluation", "loss-function"}
    | {"model-build", "optimizer-build", "parameter-groups", "steps-per-epoch", "training-step"}
)
"""What a script makes or runs one way or another: told without its condition, alternatives read
like a sequence."""


def case_of(script: Script, finding: Finding, statement: Statement) -> Case | None:
    """The condition under which the statement of a finding runs in its function, or None."""
    if finding.pattern not in _TOLD_APART:
        return None
    header = next(
        (
            around
            for around in script.tree.ancestors(statement.index)
            if around.scope == statement.scope and _is_branch(script, around)
        ),
        None,
    )
    condition = script.condition(statement) if header is not None else None
    return (condition, header.first) if condition is not None and header is not None else None


def _is_branch(script: Script, header: Statement) -> bool:
    whole = script.tree.statements[header.chain]
    return type(header.node) in (cst.If, cst.Else) and type(whole.node) is cst.If
