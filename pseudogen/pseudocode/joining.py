"""A function put where it is called: what its parameters are there, and what becomes of its
result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from pseudogen.names.script import Script
from pseudogen.pseudocode.draft import Draft
from pseudogen.pseudocode.expressions import bare
from pseudogen.pseudocode.operators import augmented
from pseudogen.pseudocode.writer import Writer
from pseudogen.records import dataclass
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text as python_text
from pseudogen.syntax.tree import Statement


@dataclass(frozen=True, slots=True)
class Joined:
    """A call that the body of its function stands for.

    `given` has a line for each parameter that is called otherwise outside, by its name; `result`
    the line that hands the result over, with the names that get it.
    """

    given: tuple[tuple[str, Draft], ...]
    result: tuple[tuple[str, ...], Draft] | None


def whole_call(node: Any) -> cst.Call | None:
    """The call that a statement consists of, whatever is done with its value."""
    kind = type(node)
    if kind not in _WITH_VALUES or type(node.value) is not cst.Call:
        return None
    found: cst.Call = node.value
    return found


_WITH_VALUES = frozenset({cst.Expr, cst.Assign, cst.AugAssign, cst.Return})


def joined(
    writer: Writer, statement: Statement, function: Statement, call: cst.Call | None = None
) -> Joined | None:
    """How the body of a function stands in the place of its call, which is all of the statement
    or, for a constructor, the given part of it; None where a name would mean two things there, or
    the result cannot be told."""
    call = call or whole_call(statement.node)
    values = _values(writer.script, call, statement, function) if call is not None else None
    if values is None:
        return None
    used = {n.value for n in descendants(function.node.body) if type(n) is cst.Name}
    given: list[tuple[str, Draft]] = []
    for name, value, scope in values:
        if name not in used or python_text(value) == name:
            continue
        if writer.script.resolver.bindings(name, statement.scope):
            return None
        writer.enter(statement)
        writer.scope = scope
        text = f"{writer.vocabulary.code(name)} ← {bare(writer, value)}"
        given.append((name, _draft(statement, text)))
    if type(statement.node) in (cst.Expr, cst.Return) or _is_constructor(function):
        return Joined(tuple(given), None)
    result = _result(writer, statement, function)
    return Joined(tuple(given), result) if result is not None else None


def _is_constructor(function: Statement) -> bool:
    return bool(function.node.name.value == "__init__")


def _draft(statement: Statement, text: str) -> Draft:
    place = statement.start, statement.last
    return Draft(text, 0, place, None, statement.index)


def _values(
    script: Script, call: cst.Call, statement: Statement, function: Statement
) -> list[tuple[str, Any, int]] | None:
    """What each parameter is, with the scope in which that is written; None where stars hide it.
    A command that is handed the function, and nothing else, fills the parameters in itself."""
    if any(python_text(arg.value) == function.node.name.value for arg in call.args):
        return [] if len(call.args) == 1 else None
    declared = function.node.params
    params = [*declared.posonly_params, *declared.params]
    bound = type(call.func) is cst.Attribute or _is_constructor(function)
    if script.tree.scopes[function.scope].kind == "class" and bound:
        params = params[1:]
    known = [param.name.value for param in (*params, *declared.kwonly_params)]
    found: dict[str, tuple[Any, int]] = {
        param.name.value: (param.default, function.scope)
        for param in (*params, *declared.kwonly_params)
        if param.default is not None
    }
    for place, arg in enumerate(call.args):
        if arg.star or (arg.keyword is None and place >= len(params)):
            return None
        name = arg.keyword.value if arg.keyword is not None else params[place].name.value
        if name not in known:
            return None
        found[name] = arg.value, statement.scope
    return [(name, *found[name]) for name in known if name in found]


def _differing(targets: Sequence[Any], value: Any) -> tuple[Any, Any] | None:
    """`a, c` and `a, b`: c and b, which alone have something to say; None where nothing can be
    left out."""
    target = targets[0]
    if len(targets) != 1 or type(target) is not cst.Tuple or type(value) is not cst.Tuple:
        return None
    if len(target.elements) != len(value.elements):
        return None
    pairs = [
        (old, new)
        for old, new in zip(target.elements, value.elements, strict=True)
        if python_text(old.value) != python_text(new.value)
    ]
    if not pairs or len(pairs) == len(value.elements):
        return None
    if len(pairs) == 1:
        return pairs[0][0].value, pairs[0][1].value
    olds, news = zip(*pairs, strict=True)
    return target.with_changes(elements=olds), value.with_changes(elements=news)


def _result(
    writer: Writer, statement: Statement, function: Statement
) -> tuple[tuple[str, ...], Draft] | None:
    """The line that gives the targets of a call what the function returns."""
    script = writer.script
    returned = [
        below
        for below in script.tree.below(function)
        if type(below.node) is cst.Return and script.function_around(below) is function
    ]
    if len(returned) != 1 or returned[0].node.value is None:
        return None
    node, value = statement.node, returned[0].node.value
    kept = [node.target] if type(node) is cst.AugAssign else [t.target for t in node.targets]
    names = tuple(n.value for n in descendants(kept) if type(n) is cst.Name)
    pair = _differing(kept, value)
    if pair is not None:
        kept, value = [pair[0]], pair[1]
    writer.enter(statement)
    targets = [bare(writer, target) for target in kept]
    writer.enter(returned[0])
    if type(node) is cst.AugAssign:
        value_text = augmented(writer, node.with_changes(value=value))[0]
    else:
        value_text = bare(writer, value)
    text = " ← ".join([*targets, value_text])
    return (() if targets == [value_text] else names), _draft(statement, text)
