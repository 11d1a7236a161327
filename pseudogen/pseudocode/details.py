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
    {"checkpoint-resume", "checkpoint-save", "config-parsing", "custom-sampler", "data-loader"}
    | {"dataset-build", "distributed-sampler", "epoch-loop", "evaluation"}
    | {"loss-function", "lr-schedule", "lr-warmup", "model-build", "model-compile"}
    | {"optimizer-build", "pretrained-weights", "seeding", "training-step", "weight-averaging"}
)
"""Patterns whose words may leave out arguments that were passed without a name."""

_CHAINED = frozenset({"data-loader", "dataset-build"})
"""Patterns whose words may leave out methods without arguments: `data.repeat().batch(4)`."""

_GIVES = " ← "
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
    target, arrow, value = text.rpartition(_GIVES)
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


def _is_constant(arg: cst.Arg) -> bool:
    return type(arg.value) is cst.Name and arg.value.value in _CONSTANTS


def _state(saving: cst.Call) -> cst.Arg | None:
    """The argument that holds what is saved, whose parts the words name: a table, or the first."""
    tables = (arg for arg in saving.args if type(arg.value) is cst.Dict)
    return next(tables, saving.args[0] if saving.args else None)


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
        made = {"experiment-logging"} if _GIVES in self.text else set()
        unnamed = _UNNAMED.issuperset(self.patterns - made)
        state = _state(node) if "checkpoint-save" in self.patterns else None
        for arg in node.args:
            if arg.keyword is None and not arg.star and (not unnamed or arg is state):
                continue
            if not self._is_said(arg) and not (state and self._is_open_file(arg)):
                yield arg

    def _is_open_file(self, arg: cst.Arg) -> bool:
        """Whether an argument is the file that a `with` around has opened: its path is said."""
        at = self.writer.statement
        if type(arg.value) is not cst.Name or at is None:
            return False
        bindings = self.writer.script.reaching(arg.value.value, at.index)
        return any(binding.how == "with" for binding in bindings)

    def _is_said(self, arg: cst.Arg) -> bool:
        if arg.star:
            return False
        keyword = arg.keyword.value if arg.keyword is not None else ""
        if any(keyword in _SPOKEN.get(pattern or "", ()) for pattern in self.patterns):
            decided = type(arg.value) is not cst.Name or _is_constant(arg)
            return keyword != "shuffle" or decided or self.writer.text(arg.value) in self.text
        if _is_constant(arg):
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
