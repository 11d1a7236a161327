"""The patterns of `match`, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import libcst as cst

from pseudogen.pseudocode.terms import OR
from pseudogen.pseudocode.writer import Writer


def shape(writer: Writer, node: Any) -> str:
    """What a value must look like."""
    write = _SHAPES.get(type(node))
    return write(writer, node) if write is not None else writer.as_written(node)[0]


def is_wildcard(node: Any) -> bool:
    """`_`, which everything matches."""
    return type(node) is cst.MatchAs and node.pattern is None and node.name is None


def _value(writer: Writer, node: cst.MatchValue) -> str:
    return writer.text(node.value, OR)


def _as(writer: Writer, node: cst.MatchAs) -> str:
    if node.name is None:
        return writer.say("anything")
    inner = writer.say("anything") if node.pattern is None else _inner(writer, node.pattern)
    return writer.say("called", inner, writer.text(node.name))


def _inner(writer: Writer, node: Any) -> str:
    text = shape(writer, node)
    return f"({text})" if type(node) in (cst.MatchOr, cst.MatchAs) else text


def _or(writer: Writer, node: cst.MatchOr) -> str:
    return writer.say("either", [_inner(writer, element.pattern) for element in node.patterns])


def _sequence(writer: Writer, node: Any) -> str:
    return f"[{writer.listed([_element(writer, element) for element in node.patterns])}]"


def _element(writer: Writer, node: Any) -> str:
    if type(node) is cst.MatchStar:
        name = writer.text(node.name) if node.name is not None else None
        return writer.say("further_elements", name)
    return shape(writer, node.value)


def _mapping(writer: Writer, node: cst.MatchMapping) -> str:
    entries = [
        f"{writer.text(element.key, OR)}: {shape(writer, element.pattern)}"
        for element in node.elements
    ]
    if node.rest is not None:
        entries.append(writer.say("further_elements", writer.text(node.rest)))
    return writer.say("table_like", f"{{{writer.listed(entries)}}}" if entries else None)


def _class(writer: Writer, node: cst.MatchClass) -> str:
    parts = [shape(writer, element.value) for element in node.patterns]
    parts += [
        f"{writer.vocabulary.code(element.key.value)} = {shape(writer, element.pattern)}"
        for element in node.kwds
    ]
    return writer.say("instance_like", writer.text(node.cls), writer.listed(parts))


_SHAPES: Mapping[type, Callable[[Writer, Any], str]] = {
    cst.MatchValue: _value,
    cst.MatchSingleton: _value,
    cst.MatchAs: _as,
    cst.MatchOr: _or,
    cst.MatchList: _sequence,
    cst.MatchTuple: _sequence,
    cst.MatchMapping: _mapping,
    cst.MatchClass: _class,
}
