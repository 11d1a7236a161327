"""Dicts made of another one's entries, under other names or only some: `{k[7:]: v for k, v in
state.items()}`."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from pseudogen.records import dataclass
from pseudogen.syntax.text import bare, text


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """How the entries of a dict become those of another.

    Attributes:
        source: The dict, as written.
        name: The variable that holds the name of an entry.
        becomes: Its name in the new dict; None where it stays.
        tests: What an entry has to meet to be taken.
    """

    source: str
    name: str
    becomes: str | None
    tests: tuple[str, ...]


def rekeyed(node: Any) -> Rekeyed | None:
    """What a comprehension does with the names of a dict's entries; None of anything else, as of
    one that changes what stands under them."""
    if type(node) is not cst.DictComp or node.for_in.inner_for_in is not None:
        return None
    over: Any = node.for_in.iter
    target: Any = node.for_in.target
    items = type(over) is cst.Call and not over.args and type(over.func) is cst.Attribute
    pair = type(target) is cst.Tuple and len(target.elements) == 2
    if not items or not pair or over.func.attr.value != "items":
        return None
    name, value = (text(element.value) for element in target.elements)
    becomes = text(node.key) if text(node.key) != name else None
    if text(node.value) != value or not re.search(rf"\b{re.escape(name)}\b", becomes or name):
        return None
    tests = tuple(bare(condition.test) for condition in node.for_in.ifs)
    return Rekeyed(text(over.func.value), name, becomes, tests) if becomes or tests else None
