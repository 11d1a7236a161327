"""What a value is given to: names, and several at once."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.pseudocode.writer import Writer


def target(writer: Writer, node: Any) -> str:
    """The variables of a loop or an assignment; several stand in brackets."""
    return f"({_parts(writer, node)})" if _is_several(node) else writer.text(node)


def bare_target(writer: Writer, node: Any) -> str:
    """The target of an assignment: a tuple needs no brackets there."""
    return _parts(writer, node) if _is_several(node) else writer.text(node)


def _is_several(node: Any) -> bool:
    return type(node) in (cst.Tuple, cst.List) and len(node.elements) > 1


def _parts(writer: Writer, node: Any) -> str:
    """The targets inside a tuple or a list; in `a, *b` the rest goes to b."""
    return writer.listed(
        [
            writer.say("the_rest", writer.text(element.value))
            if type(element) is cst.StarredElement
            else target(writer, element.value)
            for element in node.elements
        ]
    )
