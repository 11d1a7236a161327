"""Comprehensions in set-builder writing: [x^2 | x ∈ xs, x > 0]."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.pseudocode import loops
from pseudogen.pseudocode.terms import AND, ATOM, Term
from pseudogen.pseudocode.writer import Writer


def of_list(writer: Writer, node: cst.ListComp) -> Term:
    """`[e for x in xs if c]` -> [e | x ∈ xs, c]."""
    return f"[{_built(writer, _element(writer, node), node)}]", ATOM


def of_set(writer: Writer, node: cst.SetComp) -> Term:
    """`{e for x in xs}` -> {e | x ∈ xs}."""
    return f"{{{_built(writer, _element(writer, node), node)}}}", ATOM


def of_values(writer: Writer, node: cst.GeneratorExp) -> Term:
    """A generator: values one after the other, as if they were a list."""
    return f"({_built(writer, _element(writer, node), node)})", ATOM


def of_table(writer: Writer, node: cst.DictComp) -> Term:
    """`{k: v for ...}` -> {k: v | ...}."""
    entry = f"{writer.item(node.key)}: {writer.item(node.value)}"
    return f"{{{_built(writer, entry, node)}}}", ATOM


def of_merged(writer: Writer, node: Any) -> Term:
    """`{**d for d in ds}`: the entries of all of them."""
    entry = writer.say("all_entries", writer.text(node.value, ATOM))
    return f"{{{_built(writer, entry, node)}}}", ATOM


def _element(writer: Writer, node: Any) -> str:
    if type(node.elt) is cst.StarredElement:
        return writer.say("all_of", writer.text(node.elt.value, ATOM))
    return writer.alone(node.elt)


def _built(writer: Writer, element: str, node: Any) -> str:
    parts: list[str] = []
    part = node.for_in
    while part is not None:
        parts.append(loops.membership(writer, part))
        parts += [writer.condition(condition.test, AND) for condition in part.ifs]
        part = part.inner_for_in
    return f"{element} | {writer.listed(parts)}"
