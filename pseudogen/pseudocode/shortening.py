"""Lines that are too long for an outline, without what the algorithm does not need."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.pseudocode.draft import Draft
from pseudogen.pseudocode.statements import line
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.tree import Statement

_LONG = 160
"""Characters of a line that takes more than two lines of a page."""

_OF_THE_ALGORITHM = frozenset(
    {"gradient_accumulation_steps", "label_smoothing_factor", "learning_rate", "lr_scheduler_type"}
    | {"max_grad_norm", "max_steps", "num_train_epochs", "optim", "per_device_train_batch_size"}
    | {"per_gpu_train_batch_size", "warmup_ratio", "warmup_steps", "weight_decay", "fp16", "bf16"}
)
"""Options of a framework's training that an outline speaks of."""


def shortened(writer: Writer, statement: Statement, draft: Draft) -> Draft:
    """A long line of a training's options with those that matter, of a function without the
    defaults of its parameters; any other line as it is."""
    if draft.pattern is not None or len(draft.text) < _LONG or draft.source[1] < statement.first:
        return draft
    node = statement.node
    if type(node) is cst.FunctionDef:
        short = node.with_changes(params=_without_defaults(node.params))
        return replace(draft, text=line(writer, replace(statement, node=short)))
    if type(node) is cst.Assign and _is_options(writer, statement):
        return replace(draft, text=_with_few(writer, statement))
    return draft


def _is_options(writer: Writer, statement: Statement) -> bool:
    """Whether a statement holds the options of a framework's training."""
    call = statement.node.value
    if type(call) is not cst.Call:
        return False
    site = writer.script.call_site(call, statement.index, statement.scope)
    return site.known is not None and site.known.api.kind == "training-arguments"


def _with_few(writer: Writer, statement: Statement) -> str:
    """`options = TrainingArguments(...)` with those that matter."""
    node = statement.node
    args: Any = node.value.args
    kept = [arg for arg in args if arg.keyword and arg.keyword.value in _OF_THE_ALGORITHM]
    short = node.with_changes(value=node.value.with_changes(args=kept))
    text = line(writer, replace(statement, node=short))
    left_out = ["", "…"] if kept else ["…"]
    return f"{text[:-1]}{writer.listed(left_out)})" if text.endswith(")") else text


def _without_defaults(params: cst.Parameters) -> cst.Parameters:
    kinds = ("posonly_params", "params", "kwonly_params")
    bare = {
        kind: [
            each.with_changes(default=None, equal=cst.MaybeSentinel.DEFAULT)
            for each in getattr(params, kind)
        ]
        for kind in kinds
    }
    return params.with_changes(**bare)
