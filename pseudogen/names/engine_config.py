"""DeepSpeed's configuration as a dict of the script: its sections, each with its line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import string
from pseudogen.records import dataclass

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

MARKS = ("zero_optimization", "train_micro_batch_size_per_gpu", "train_batch_size")
"""Keys by one of which such a dict is known."""


@dataclass(frozen=True, slots=True)
class Section:
    """A key of the configuration, its value, and the line on which the key stands."""

    key: str
    value: Any
    line: int


def sections(site: Site, script: Script, *keys: str) -> list[Section]:
    """The sections with these keys of the dict that a statement assigns or returns, where it is a
    configuration of DeepSpeed."""
    node: Any = getattr(site.node, "value", None)
    if type(node) is not cst.Dict:
        return []
    entries = {string(e.key): e.value for e in node.elements if type(e) is cst.DictElement}
    if not set(MARKS) & entries.keys():
        return []
    return [Section(key, entries[key], _line(site, script, key)) for key in keys if key in entries]


def entry(node: Any, *path: str) -> Any:
    """`node["params"]["lr"]` of a dict literal; None where it has no such entry."""
    for key in path:
        elements = node.elements if type(node) is cst.Dict else ()
        found = (e.value for e in elements if type(e) is cst.DictElement and string(e.key) == key)
        node = next(found, None)
    return node


def _line(site: Site, script: Script, key: str) -> int:
    """The line on which a key stands first in its statement."""
    written = re.compile(rf"""["']{key}["']\s*:""")
    lines = range(site.line, site.last + 1)
    return next((n for n in lines if written.search(script.tree.lines[n - 1])), site.line)
