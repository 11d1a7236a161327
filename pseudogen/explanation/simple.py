"""Simple statements that no pattern names -> what each of them does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from pseudogen.explanation.assignments import annotated, assign, augmented, entries
from pseudogen.explanation.calls import expression
from pseudogen.explanation.clipped import LONGEST, clipped, short, targets
from pseudogen.explanation.messages import message
from pseudogen.explanation.passage import Clause
from pseudogen.names.script import Script
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement


def _returned(script: Script, statement: Statement) -> Iterator[Clause]:
    value = statement.node.value
    written = text(value) if value is not None else "None"
    if type(value) is cst.Tuple and len(value.elements) > 1:
        parts = (text(element.value) for element in value.elements)
        yield Clause("returned", parts=tuple(map(short, parts)))
    elif written != "None":
        keys = entries(value, values=False) if len(written) > LONGEST else ()
        yield Clause("returned", keys, "" if keys else clipped(value, written))
    else:
        yield Clause("left", code="function")


def _raised(script: Script, statement: Statement) -> Iterator[Clause]:
    error = statement.node.exc
    name = dotted(error.func if type(error) is cst.Call else error) if error else ""
    said = message(error.args[0].value) if type(error) is cst.Call and error.args else ""
    yield Clause("raised", code=name, parts=(said,) if said else ())


def _asserted(script: Script, statement: Statement) -> Iterator[Clause]:
    test = statement.node.test
    yield Clause("checked", code=clipped(test, text(test)))


def _deleted(script: Script, statement: Statement) -> Iterator[Clause]:
    yield Clause("deleted", tuple(targets(statement.node.target)))


READERS: dict[type, Callable[[Script, Statement], Iterator[Clause]]] = {
    cst.Assign: assign,
    cst.AnnAssign: annotated,
    cst.AugAssign: augmented,
    cst.Expr: expression,
    cst.Return: _returned,
    cst.Raise: _raised,
    cst.Assert: _asserted,
    cst.Del: _deleted,
    cst.Break: lambda script, statement: iter((Clause("left", code="loop"),)),
    cst.Continue: lambda script, statement: iter((Clause("skipped"),)),
}
