"""What the phrase of a finding leaves out of the call behind it: arguments are never lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import libcst as cst

from pseudogen.document import spans
from pseudogen.pseudocode.calls import calls
from pseudogen.pseudocode.calls.arguments import arguments
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_SPOKEN = {
    "data-loader": frozenset({"dataset", "batch_size", "sampler", "shuffle"}),
    "distributed-sampler": frozenset({"dataset", "shuffle"}),
    "loss-function": frozenset({"input", "target", "logits", "labels", "reduction"}),
    "metric-reduction": frozenset({"op", "tensor", "reduce_op"}),
    "optimizer-build": frozenset({"params", "parameters", "lr", "learning_rate"}),
    "process-group-init": frozenset({"backend"}),
}
"""Arguments that the words of a pattern always speak of, whatever their values are."""

_WORDED = frozenset({"ignore_index", "label_smoothing"})
"""Arguments that the words of a pattern may speak of: they do where they have its value."""

_UNNAMED = frozenset(
    {"data-loader", "dataset-build", "distributed-sampler", "epoch-loop", "loss-function"}
    | {"lr-schedule", "lr-warmup", "model-build", "optimizer-build", "weight-averaging"}
)
"""Patterns whose words may leave out arguments that were passed without a name."""

_CHAINED = frozenset({"data-loader", "dataset-build"})
"""Patterns whose words may leave out methods without arguments: `data.repeat().batch(4)`."""

_CONSTANTS = frozenset({"True", "False", "None"})
_LITERALS = (cst.Integer, cst.Float, cst.SimpleString, cst.UnaryOperation)


def complete(
    writer: Writer, statement: Statement, said: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Phrases of a statement with their patterns; the first one with what none of them says of the
    call that the statement consists of."""
    first, *_ = said
    text = _completed(writer, statement, first, said)
    return {text: said[first]} | {t: said[t] for t in list(said)[1:]}


def _completed(
    writer: Writer, statement: Statement, text: str, said: Mapping[str, str | None]
) -> str:
    writer.enter(statement)
    node: Any = getattr(statement.node, "value", None)
    moved: list[cst.Call] = []
    while type(node) is cst.Call and calls.key(writer, node) in calls.MOVES:
        moved.append(node)
        node = getattr(node.func, "value", None)
    found = _Unsaid(writer, " ".join(said), frozenset(said.values())).of(node)
    if found:
        text = writer.say("with_details", text, _bare(writer.listed(found)))
    target, arrow, value = text.rpartition(" ← ")
    for call in reversed(moved):
        value = calls.moved(writer, call, value)
    return f"{target}{arrow}{value}" if arrow else text


def _bare(text: str) -> str:
    """A text without brackets around all of it: others stand there already."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for sign in text[:-1]:
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return text
    return text[1:-1]


class _Unsaid:
    """What the phrase of some patterns does not say. A number or a string in it is said of one
    argument only."""

    def __init__(self, writer: Writer, text: str, patterns: frozenset[str | None]) -> None:
        self.writer = writer
        self.patterns = patterns
        self.left = [span.text for span in spans(text) if span.kind in ("code", "number", "string")]
        self.text = text

    def of(self, node: Any) -> list[str]:
        """The arguments of a call, and of the calls whose values it is a method of."""
        if type(node) is not cst.Call or "progress-display" in self.patterns:
            return []
        function: Any = node.func
        inner = function.value if type(function) is cst.Attribute else None
        unsaid = arguments(self.writer, list(self._unsaid(node)))
        silent = not node.args and bool(_CHAINED & self.patterns)
        if type(inner) is cst.Call and (unsaid or silent):
            method = self.writer.vocabulary.code(function.attr.value)
            unsaid = [f"{method}({self.writer.listed(arguments(self.writer, node.args))})"]
        return [*self.of(inner), *unsaid]

    def _unsaid(self, node: cst.Call) -> Iterator[cst.Arg]:
        for arg in node.args:
            if arg.keyword is None and not arg.star and not _UNNAMED.issuperset(self.patterns):
                continue
            if not self._is_said(arg):
                yield arg

    def _is_said(self, arg: cst.Arg) -> bool:
        if arg.star:
            return False
        keyword = arg.keyword.value if arg.keyword is not None else ""
        if any(keyword in _SPOKEN.get(pattern or "", ()) for pattern in self.patterns):
            return True
        if type(arg.value) is cst.Name and arg.value.value in _CONSTANTS:
            return False
        said = self.writer.text(arg.value)
        if keyword in _WORDED and said in self.text:
            return True
        if keyword and f"{keyword}={text(arg.value)}" in "".join(
            span.text for span in spans(self.text)
        ):
            return True
        if not isinstance(arg.value, _LITERALS):
            return said in self.text
        plain = "".join(span.text for span in spans(said))
        others = any(pattern in _SPOKEN for pattern in self.patterns)
        if plain not in self.left or (keyword and others):
            return False
        self.left.remove(plain)
        return True
