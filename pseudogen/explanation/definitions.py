"""Functions and classes in which nothing was recognised: what their author says, what they give."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

import libcst as cst

from pseudogen.explanation.captions import comment_above, first_sentence
from pseudogen.explanation.data_sets import DataSet, data_set
from pseudogen.explanation.passage import Clause, Passage
from pseudogen.explanation.passages import passages_in
from pseudogen.explanation.readings import clauses, is_read
from pseudogen.explanation.stages import Stage
from pseudogen.names.script import Script
from pseudogen.records import dataclass, replace
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_LONGEST = 90
_MANY = 8
"""Of more definitions than this it is not told what they do."""
_FEW = 6
"""So much of what a function does is told."""
_DEFINITIONS = (cst.FunctionDef, cst.ClassDef)


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, a method or a class.

    Attributes:
        name: Its name, that of a method with its class.
        lines: Where it stands.
        says: The first sentence of its docstring, or the comment above it; None without one.
        bases: Of a class: what it is derived from.
        methods: Of a class: its methods.
        returns: Of a function: the different values that it returns.
        called: The lines on which the script calls it.
        handed: The lines on which it is an argument of a call, alone or in a list.
        does: Of a function without a docstring: what its statements do, where these are few; what
            it returns, too.
        code: Where all is to be told: what a function does, piece by piece.
        items: Of a class that is a data set: what its items are.
    """

    name: str
    lines: tuple[int, int]
    says: str | None
    bases: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    called: tuple[int, ...] = ()
    handed: tuple[int, ...] = ()
    does: tuple[Clause, ...] = ()
    code: tuple[Passage, ...] = ()
    items: DataSet | None = None

    @property
    def tells(self) -> bool:
        """Whether there is anything to say of it but its name."""
        told = self.says or self.methods or self.returns or self.called or self.handed
        return bool(told or self.does or self.code or self.items)


def definitions(
    script: Script,
    found: Sequence[Stage],
    part: tuple[int, int] | None = None,
    *,
    in_full: bool = False,
) -> tuple[Definition, ...]:
    """The definitions of a script in which no stage stands; of a class in which one does, the
    methods in which none does; of a function, what it defines for itself. In full they are told
    with their code, and so are the methods of all classes."""
    told = {f.line for stage in found for f in stage.findings}
    lines = sorted(told | {r.line for stage in found for r in stage.reached})
    made: list[Definition] = []
    for statement in script.tree.statements:
        if statement.parent < 0 and type(statement.node) in _DEFINITIONS:
            made += _untold(script, statement, lines, in_full)
    inside = part or (1, len(script.tree.lines))
    told_of = [d for d in made if d.tells and inside[0] <= d.lines[0] <= d.lines[1] <= inside[1]]
    return tuple(d if len(told_of) <= _MANY else replace(d, does=()) for d in told_of)


def _untold(
    script: Script, statement: Statement, lines: Sequence[int], in_full: bool
) -> Iterator[Definition]:
    name = statement.node.name.value
    told = _holds_one(statement, lines)
    if type(statement.node) is cst.FunctionDef:
        if not told:
            yield _function(script, statement, name, in_full)
        if told or in_full:
            yield from _inner(script, statement, lines, in_full)
        return
    items = data_set(script, statement)
    if not told or items is not None:
        yield replace(_class(script, statement, name), items=items)
    for method in _methods(script, statement) if told or in_full else ():
        special = method.node.name.value.startswith("__")
        if not _holds_one(method, lines) and (in_full or not special):
            yield _function(script, method, f"{name}.{method.node.name.value}", in_full)
        if in_full or _holds_one(method, lines):
            yield from _inner(script, method, lines, in_full)


def _inner(
    script: Script, function: Statement, lines: Sequence[int], in_full: bool
) -> Iterator[Definition]:
    """The functions that a function defines for itself."""
    for statement in script.tree.below(function):
        if type(statement.node) is cst.FunctionDef and not _holds_one(statement, lines):
            yield _function(script, statement, statement.node.name.value, in_full)


def _holds_one(statement: Statement, lines: Sequence[int]) -> bool:
    """Whether one of some sorted lines is a line of the statement."""
    place = bisect_left(lines, statement.start)
    return place < len(lines) and lines[place] <= statement.end


def _methods(script: Script, statement: Statement) -> list[Statement]:
    return [s for s in script.tree.body(statement) if type(s.node) is cst.FunctionDef]


def _bases(statement: Statement) -> list[Any]:
    return [base.value for base in statement.node.bases]


def _class(script: Script, statement: Statement, name: str) -> Definition:
    methods = [m.node.name.value for m in _methods(script, statement)]
    return Definition(
        name,
        (statement.start, statement.end),
        first_sentence(script, statement),
        bases=tuple(b for b in map(text, _bases(statement)) if b != "object"),
        methods=tuple(m for m in methods if not m.startswith("_")),
    )


def _function(script: Script, statement: Statement, name: str, in_full: bool) -> Definition:
    returned = [
        text(inner.node.value)
        for inner in script.tree.below(statement)
        if type(inner.node) is cst.Return
        and inner.node.value is not None
        and script.function_around(inner) is statement
    ]
    known = returned and all(len(value) <= _LONGEST for value in returned)
    called = script.structure.called_from.get(statement.index, ())
    says = first_sentence(script, statement)
    code = passages_in(script, statement) if in_full else ()
    return Definition(
        name,
        (statement.start, statement.end),
        says or comment_above(script.tree.lines, statement.start),
        returns=tuple(dict.fromkeys(returned)) if known and not code else (),
        called=tuple(sorted({line for index in called for line in _lines_of(script, index, name)})),
        handed=_handed(script, statement),
        does=_does(script, statement) if says is None and not code else (),
        code=code,
    )


def _lines_of(script: Script, caller: int, name: str) -> list[int]:
    """The lines of a statement on which it calls a function."""
    statement = script.tree.statements[caller]
    last = name.rpartition(".")[2]
    calls = re.compile(rf"(?<!\w){last}\s*\(")
    lines = range(statement.first, statement.last + 1)
    return [n for n in lines if calls.search(script.tree.lines[n - 1])] or [statement.first]


def _handed(script: Script, function: Statement) -> tuple[int, ...]:
    """The lines of the calls that get a function as an argument."""
    name = function.node.name.value
    lines = {
        line
        for line, scope in script.once(_names_passed).get(name, ())
        if {b.statement for b in script.resolver.bindings(name, scope)} == {function.index}
    }
    return tuple(sorted(lines))


def _names_passed(script: Script) -> dict[str, list[tuple[int, int]]]:
    """The names that are arguments of calls, alone or in a list, with line and scope of each."""
    found: dict[str, list[tuple[int, int]]] = {}
    for site in script.call_sites():
        for arg in site.node.args:
            kind = type(arg.value)
            if kind is cst.Name:
                found.setdefault(arg.value.value, []).append((site.line, site.scope))
            for element in arg.value.elements if kind in (cst.List, cst.Tuple) else ():
                if type(element.value) is cst.Name:
                    found.setdefault(element.value.value, []).append((site.line, site.scope))
    return found


def _does(script: Script, function: Statement) -> tuple[Clause, ...]:
    """What the statements of a function do; nothing of one that only returns."""
    body = [s for s in script.tree.body(function) if is_read(s, frozenset())]
    if all(type(s.node) is cst.Return for s in body):
        return ()
    if sum(1 for s in script.tree.below(function) if type(s.node) in _DEFINITIONS):
        return ()
    said = clauses(script, body)
    gives = type(body[-1].node) is cst.Return
    return tuple(said) if len(said) <= _FEW + gives else ()
