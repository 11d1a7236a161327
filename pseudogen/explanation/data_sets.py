"""Data sets that a script defines: what an item is, what is read for it, what changes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.arguments import written_pairs
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_LONGEST = 60
_MANY = 8
_FEW = 3
_READS = frozenset(
    {"decode_image", "imread", "load_image", "load_wav", "open", "read_csv", "read_file"}
    | {"read_image", "read_json", "read_parquet", "read_video", "File"}
)
"""Functions that read a file, whatever library they are of."""
_LOADERS = frozenset(
    {"librosa", "nib", "nibabel", "np", "numpy", "scipy", "sf", "sio", "soundfile", "torch"}
    | {"torchaudio"}
)
"""Libraries whose `load` reads a file."""
_OPENS = frozenset({"", "Image", "PIL.Image", "gzip"})
"""What has an `open` for files."""
_CHANGES = frozenset(
    {"augment", "augmentation", "augmentations", "augmenter", "preprocess", "tfm", "tfms"}
    | {"trans", "transform", "transforms"}
)
"""Words of what changes an item."""


@dataclass(frozen=True, slots=True)
class Read:
    """A file that is read: by which function, from what, on which line, under which condition, and
    whether once for all items, in the constructor."""

    function: str
    source: str | None
    line: int
    condition: str | None
    once: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What is applied to what, on which line, and under which condition."""

    function: str
    given: str
    line: int
    condition: str | None


@dataclass(frozen=True, slots=True)
class DataSet:
    """What a class of a data set shows of its items.

    Attributes:
        parts: What an item holds, as written; () where it is not spelt out.
        keyed: Whether the parts are the keys of a dict.
        item_line: The line that gives the item.
        size: How many items there are, as written; None where that is not one expression.
        size_line: The line that says it.
        reads: What is read.
        changes: What is applied to an item.
    """

    parts: tuple[str, ...] = ()
    keyed: bool = False
    item_line: int | None = None
    size: str | None = None
    size_line: int | None = None
    reads: tuple[Read, ...] = ()
    changes: tuple[Change, ...] = ()


def data_set(script: Script, statement: Statement) -> DataSet | None:
    """What a class shows of its items; None for one that is no data set."""
    methods = {
        s.node.name.value: s for s in script.tree.body(statement) if type(s.node) is cst.FunctionDef
    }
    given = methods.get("__getitem__")
    bases = [text(base.value) for base in statement.node.bases]
    named = any("Dataset" in base for base in bases) or "dataset" in words(_name(statement))
    if given is None or not named:
        return None
    parts, keyed, item_line = _item(script, given)
    size, size_line = _size(script, methods.get("__len__"))
    made = methods.get("__init__")
    places = [(given, False)] + ([(made, True)] if made is not None else [])
    reads = [r for method, once in places for r in _reads(script, method, once)]
    changes = list(_changes(script, given))
    return DataSet(
        parts,
        keyed,
        item_line,
        size,
        size_line,
        tuple(reads[:_FEW]),
        tuple(changes[:_FEW]),
    )


def _name(statement: Statement) -> str:
    name: str = statement.node.name.value
    return name


def _item(script: Script, method: Statement) -> tuple[tuple[str, ...], bool, int | None]:
    """(parts, whether they are keys, line) of the only thing that a method gives."""
    given = [
        (s.node.value, s.first)
        for s in script.tree.below(method)
        if type(s.node) is cst.Return and s.node.value is not None and _is_of(script, s, method)
    ]
    if len(given) != 1:
        return (), False, None
    value, line = given[0]
    pairs = written_pairs(value)
    if pairs and len(pairs) == len(getattr(value, "elements", pairs)):
        return tuple(key for key, _ in pairs[:_MANY]), True, line
    parts = [e.value for e in value.elements] if type(value) is cst.Tuple else [value]
    told = tuple(map(text, parts))
    known = len(told) <= _MANY and all(len(part) <= _LONGEST for part in told)
    known = known and type(value) is not cst.Name  # a name alone says nothing
    return (told, False, line) if known else ((), False, None)


def _is_of(script: Script, statement: Statement, method: Statement) -> bool:
    return script.function_around(statement) is method


def _size(script: Script, method: Statement | None) -> tuple[str | None, int | None]:
    body = script.tree.body(method) if method is not None else []
    last: Any = body[-1] if body else None
    alone = last is not None and type(last.node) is cst.Return and last.node.value is not None
    written = text(last.node.value) if alone else ""
    return (written, last.first) if written and len(written) <= _LONGEST else (None, None)


def _reads(script: Script, method: Statement, once: bool) -> Iterator[Read]:
    for site in script.calls_below(method):
        if _reads_file(site):
            source = text(site.node.args[0].value) if site.node.args else None
            short = source if source is not None and len(source) <= _LONGEST else None
            known, condition = _condition(script, site)
            if known:
                yield Read(site.name, short, site.line, condition, once)


def _reads_file(site: Site) -> bool:
    root, _, method = site.name.rpartition(".")
    if method == "open":
        modes = [text(arg.value).strip("rb\"'") for arg in site.node.args[1:2]]
        return root in _OPENS and bool(site.node.args) and not any(modes)
    loads = method in ("load", "read", "loadmat") and root.partition(".")[0] in _LOADERS
    own = root.startswith("self") or "(" in site.name
    return not own and (method in _READS or loads)


def _condition(script: Script, site: Site) -> tuple[bool, str | None]:
    """Whether it can be told when a call is made, and the condition; None where it always is."""
    condition = script.condition(site.statement)
    return condition is None or len(condition) <= _LONGEST, condition


def _changes(script: Script, method: Statement) -> Iterator[Change]:
    for site in script.calls_below(method):
        given = [arg.value for arg in site.node.args if arg.keyword is None]
        own = site.name.startswith("self.") and _CHANGES.intersection(words(site.name))
        if own and given and dotted(given[0]) and script.called_function(site) is None:
            known, condition = _condition(script, site)
            if known:
                yield Change(site.name, text(given[0]), site.line, condition)
