"""What a loop goes over: ranges, numbered elements, pairs."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.pseudocode import ranges
from pseudogen.pseudocode.calls import calls
from pseudogen.pseudocode.calls.arguments import arguments
from pseudogen.pseudocode.targets import target
from pseudogen.pseudocode.terms import SUM
from pseudogen.pseudocode.writer import Writer


def header(writer: Writer, node: cst.For) -> str:
    """The line of a `for` loop; a progress bar around what it goes over is said behind it."""
    shown = _behind_bar(writer, node.iter)
    if shown is not None:
        inner, details = shown
        line = header(writer, node.with_changes(iter=inner)).rstrip(":：")
        return writer.keyword("for_shown", line, writer.listed(details))
    text = _counted(writer, node) or _idiom(writer, node)
    if text is None:
        items = writer.alone(node.iter)
        text = writer.keyword("for_each", target(writer, node.target), items)
    return writer.keyword("asynchronously", text) if node.asynchronous is not None else text


def _behind_bar(writer: Writer, node: Any) -> tuple[cst.BaseExpression, list[str]] | None:
    """What `tqdm(loader, desc="train")` or `trange(9)` goes over, with its other arguments."""
    if type(node) is not cst.Call or any(arg.star for arg in node.args):
        return None
    key = calls.key(writer, node)
    given = [arg for arg in node.args if arg.keyword is None]
    named = arguments(writer, [arg for arg in node.args if arg.keyword is not None])
    if key == "count_progress" and given:
        return cst.Call(cst.Name("range"), given), named
    return (given[0].value, named) if key == "with_progress" and len(given) == 1 else None


def _counted(writer: Writer, node: cst.For) -> str | None:
    call = _builtin(writer, node.iter, "range")
    bounds = ranges.bounds(writer, call) if call is not None else None
    if bounds is None:
        return None
    return writer.keyword("for_range", target(writer, node.target), *bounds)


def _builtin(writer: Writer, node: Any, name: str) -> Any:
    """The call of a built-in function, None for anything else."""
    if type(node) is cst.Call and type(node.func) is cst.Name and node.func.value == name:
        return node if writer.is_builtin(name) else None
    return None


def _idiom(writer: Writer, node: cst.For) -> str | None:
    targets = _two(node.target)
    numbered = _builtin(writer, node.iter, "enumerate")
    if numbered is not None and targets is not None:
        return _numbered(writer, targets, numbered)
    pairs = _entries(node.iter)
    if pairs is not None and targets is not None:
        key, value = (target(writer, part) for part in targets)
        return writer.keyword("for_entries", key, value, writer.operand(pairs))
    together = _builtin(writer, node.iter, "zip")
    if together is not None and type(node.target) is cst.Tuple:
        return _together(writer, node.target, together)
    return None


def _two(node: Any) -> list[Any] | None:
    if type(node) is not cst.Tuple or len(node.elements) != 2:
        return None
    if any(type(element) is cst.StarredElement for element in node.elements):
        return None
    return [element.value for element in node.elements]


def _numbered(writer: Writer, targets: list[Any], call: cst.Call) -> str | None:
    """`for i, x in enumerate(xs, 1)`."""
    start = None
    plain = [arg for arg in call.args if arg.keyword is None and not arg.star]
    named = [arg for arg in call.args if arg.keyword is not None]
    if len(plain) + len(named) != len(call.args) or not plain or len(call.args) > 2:
        return None
    if named and named[0].keyword.value != "start":  # type: ignore[union-attr]
        return None
    if len(call.args) == 2:
        start = writer.text(call.args[1].value, SUM)
    number, element = (target(writer, part) for part in targets)
    items = writer.alone(plain[0].value)
    first = start or writer.vocabulary.number("0")
    return writer.keyword("for_numbered", number, element, items, first)


def _entries(node: Any) -> Any:
    """The table of `d.items()`."""
    if type(node) is cst.Call and not node.args and type(node.func) is cst.Attribute:
        return node.func.value if node.func.attr.value == "items" else None
    return None


def _together(writer: Writer, node: cst.Tuple, call: cst.Call) -> str | None:
    if len(node.elements) != len(call.args) or any(arg.keyword or arg.star for arg in call.args):
        return None
    if any(type(element) is cst.StarredElement for element in node.elements):
        return None
    targets = [target(writer, element.value) for element in node.elements]
    sources = arguments(writer, call.args)
    return writer.keyword("for_together", targets, sources)


def membership(writer: Writer, node: cst.CompFor) -> str:
    """The `for` of a comprehension: x ∈ xs, or i from 0 to n − 1."""
    call = _builtin(writer, node.iter, "range")
    bounds = ranges.bounds(writer, call) if call is not None else None
    left = target(writer, node.target)
    if bounds is not None:
        text = writer.say("counted", left, *bounds)
    else:
        text = f"{left} ∈ {_source(writer, node)}"
    return writer.say("asynchronous", text) if node.asynchronous is not None else text


def _source(writer: Writer, node: cst.CompFor) -> str:
    pairs = _entries(node.iter) if _two(node.target) is not None else None
    if pairs is not None:
        return writer.say("entries_of", writer.operand(pairs))
    return writer.alone(node.iter)
