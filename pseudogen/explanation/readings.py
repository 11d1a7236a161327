"""Statements that no pattern names -> what each of them does, in the few ways that syntax shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import libcst as cst

from pseudogen.explanation.calls import DECLARES
from pseudogen.explanation.clipped import in_context, short, targets
from pseudogen.explanation.messages import reports
from pseudogen.explanation.passage import Clause
from pseudogen.explanation.simple import READERS
from pseudogen.names.arguments import argument, string
from pseudogen.names.conditions import left_open, opposite
from pseudogen.names.script import Script
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import bare, text
from pseudogen.syntax.tree import Statement

_DEEP = 2
_SEVERAL = 3
_SHOWN = 4
_SPACE = 240
"""So many different calls of one function, and as long ones, are shown with their arguments."""
_FEW = 3
"""So few simple statements are told at any depth."""
_SOME = 6
"""So many are told one by one in a branch."""

_COMPOUND: frozenset[type] = frozenset(
    (
        cst.If,
        cst.Else,
        cst.For,
        cst.While,
        cst.With,
        cst.Try,
        cst.ExceptHandler,
        cst.Finally,
    )
)
_GROUPED = frozenset(
    {"metered", "moved", "mode", "made", "result", "kept", "called", "printed", "deleted", "set"}
    | {"sent"}
)


_ONE_BY_ONE = frozenset({"called", "metered"})
"""What is told with all of its parts, though some are the same."""


def is_read(statement: Statement, declared: frozenset[int]) -> bool:
    """Whether a statement is worth a word; not so imports, definitions, docstrings, what is a
    setting (the statements `declared`) and what does nothing."""
    node = statement.node
    kind = type(node)
    if statement.index in declared:
        return False
    if kind is cst.Expr:
        if type(node.value) is not cst.Call:
            return type(node.value) in (cst.Yield, cst.Await)
        return dotted(node.value.func).rpartition(".")[2] not in DECLARES
    if kind is cst.Assign and type(node.value) is cst.Call:
        return dotted(node.value.func).rpartition(".")[2] not in DECLARES
    return kind in READERS or kind in _COMPOUND


def clauses(script: Script, statements: Sequence[Statement], depth: int = 0) -> list[Clause]:
    """What statements of one block do, those alike that follow each other as one."""
    return together(_clauses(script, statement, depth) for statement in statements)


def one_by_one(script: Script, statements: Sequence[Statement]) -> list[list[Clause]]:
    """What each statement of a block does, for `together`."""
    return [list(_clauses(script, statement, 0)) for statement in statements]


def together(each: Iterable[Iterable[Clause]]) -> list[Clause]:
    """What each of some statements does, with those alike that follow each other as one."""
    found: list[Clause] = []
    for said in each:
        for clause in said:
            if found and _alike(found[-1], clause):
                before = found.pop()
                names = tuple(dict.fromkeys(before.names + clause.names))
                parts = before.parts + clause.parts
                parts = parts if clause.kind in _ONE_BY_ONE else tuple(dict.fromkeys(parts))
                clause = Clause(before.kind, names, before.code, parts)
            found.append(clause)
    counted = [_counted(clause) if clause.kind == "called" else clause for clause in found]
    return list(_either_way(counted))


def _either_way(found: Sequence[Clause]) -> Iterator[Clause]:
    """The two branches of a condition as one where the same is said of both."""
    waiting: Clause | None = None
    for clause in found:
        if waiting is not None and clause.kind == "otherwise" and clause.inside == waiting.inside:
            yield Clause("depends", code=waiting.code, inside=waiting.inside)
            waiting = None
            continue
        if waiting is not None:
            yield waiting
        waiting = clause if clause.kind == "when" else None
        if waiting is None:
            yield clause
    if waiting is not None:
        yield waiting


def _counted(clause: Clause) -> Clause:
    """Many calls of one function as their number, where they are alike or there is no room."""
    parts = clause.parts
    names = {part.partition("(")[0] for part in parts}
    different = tuple(dict.fromkeys(parts))
    shown = len(parts) == len(different) <= _SHOWN and sum(map(len, parts)) <= _SPACE
    if len(parts) < _SEVERAL or len(names) > 1 or shown:
        return Clause(clause.kind, clause.names, clause.code, different)
    first = different[:1] if len(different) > 1 else ()
    return Clause("repeated", tuple(names), str(len(parts)), first)


def _alike(before: Clause, clause: Clause) -> bool:
    if clause.kind == "metered" and set(before.names) & set(clause.names):
        return False
    same = before.kind == clause.kind and before.code == clause.code
    messages = clause.kind == "printed" and not before.names and not clause.names
    told = bool(before.parts) == bool(clause.parts)
    return same and clause.kind in _GROUPED and (messages or told)


def _clauses(script: Script, statement: Statement, depth: int) -> Iterable[Clause]:
    kind = type(statement.node)
    if kind in _COMPOUND:
        return _of_block(script, statement, depth)
    return READERS[kind](script, statement) if kind in READERS else ()


def summary(script: Script, statements: Sequence[Statement]) -> Clause | None:
    """What many statements, at any depth, set and call; None when they do neither."""
    names: dict[str, None] = {}
    called: dict[str, None] = {}
    conditional = False
    for statement in statements:
        for inner in (statement, *script.tree.below(statement)):
            node = inner.node
            said = len(names) + len(called)
            if type(node) is cst.Assign:
                for target in node.targets:
                    names.update(dict.fromkeys(targets(target.target)))
            elif type(node) in (cst.AugAssign, cst.AnnAssign):
                names.update(dict.fromkeys(targets(node.target)))
            value = getattr(node, "value", None)
            if type(node) in (cst.Expr, cst.Assign) and type(value) is cst.Call:
                name = dotted(value.func)
                receiver, _, method = name.rpartition(".")
                if type(node) is cst.Assign and not method[:1].isupper():
                    continue  # that its target gets a value says as much
                if name and "(" not in name and not reports(name, receiver, method):
                    called[name if "[" not in name else text(value.func)] = None
            if len(names) + len(called) > said and not conditional:
                conditional = _is_conditional(script, inner, statement)
    if not names and not called:
        return None
    return Clause("summary", tuple(names), "conditional" if conditional else "", tuple(called))


def _is_conditional(script: Script, inner: Statement, outer: Statement) -> bool:
    """Whether a statement in another one, or that one itself, only runs under a condition."""
    around = (script.tree.statements[outer.parent],) if outer.parent >= 0 else ()
    above = script.tree.ancestors(inner.index)
    inside = above[: above.index(around[0])] if around else above
    return any(type(header.node) in _CONDITIONAL for header in inside)


_CONDITIONAL = (cst.If, cst.Else, cst.ExceptHandler)


# Blocks


def _of_block(script: Script, statement: Statement, depth: int) -> Iterator[Clause]:
    node, kind = statement.node, type(statement.node)
    body = script.tree.body(statement)
    if kind is cst.Try:
        yield from clauses(script, body, depth) or _imported(body)
        return
    if kind is cst.With:
        yield from _with(script, node.items, body, depth)
        return
    if kind is cst.If and left_open(node.test) and not script.tree.clauses(statement):
        yield from clauses(script, body, depth)
        return
    nested = kind is cst.If and len(body) == 1 and type(body[0].node) is cst.If
    inside = _inside(script, body, depth - 1 if nested else depth)
    if not inside and (_passes_by(script, statement) or _lets_pass(script, statement)):
        inside = (Clause("idle"),)
    elif not inside and kind in (cst.If, cst.Else, cst.ExceptHandler):
        inside = tuple(_imported(body))
    if not inside:
        return
    silent = _silent_before(script, statement, depth) if kind is cst.Else else ""
    if silent:
        yield Clause("when", code=silent, inside=inside)
    elif kind is cst.If:
        word = "when" if statement.chain == statement.index else "or-when"
        test = bare(node.test)
        if len(inside) == 1 and inside[0].kind == "when" and not _goes_on(script, statement):
            test = f"{_operand(test)} and {_operand(inside[0].code)}"
            inside = inside[0].inside
        yield Clause(word, code=test, inside=inside)
    elif kind is cst.For:
        yield Clause("each", (text(node.target),), text(node.iter), inside=inside)
    elif kind is cst.While:
        yield Clause("while", code=bare(node.test), inside=inside)
    elif kind is cst.ExceptHandler:
        name = (text(node.name.name),) if node.name is not None else ()
        yield Clause("caught", name, text(node.type) if node.type else "", inside=inside)
    else:
        whole = type(script.tree.statements[statement.chain].node)
        word = _LAST_CLAUSES.get(whole, "unbroken")
        yield Clause("finally" if kind is cst.Finally else word, inside=inside)


_LAST_CLAUSES: dict[type, str] = {cst.If: "otherwise", cst.Try: "no-error"}
"""What `else` says behind the blocks of a statement; behind a loop, that nothing has left it."""


def _imported(body: Sequence[Statement]) -> Iterator[Clause]:
    """What is imported where nothing else is tried."""
    for statement in body:
        node = statement.node
        if type(node) in (cst.Import, cst.ImportFrom) and type(node.names) is not cst.ImportStar:
            names = [text(alias.name) for alias in node.names]
            module = f"{text(node.module)}." if getattr(node, "module", None) else ""
            yield Clause("imported", tuple(f"{module}{name}" for name in names))


def _goes_on(script: Script, statement: Statement) -> bool:
    """Whether an `elif` or `else` follows a branch: it is not for what fails a test in there."""
    first = script.tree.statements[statement.chain]
    return any(clause.index > statement.index for clause in script.tree.clauses(first))


def _lets_pass(script: Script, statement: Statement) -> bool:
    """Whether an error is caught and nothing done about it."""
    body = script.tree.body(statement)
    return type(statement.node) is cst.ExceptHandler and all(type(s.node) is cst.Pass for s in body)


def _passes_by(script: Script, statement: Statement) -> bool:
    """Whether a branch has but a `pass`, and an `elif` behind it rests on its condition."""
    behind = script.tree.clauses(statement)
    followed = bool(behind) and type(behind[0].node) is cst.If
    return followed and all(type(s.node) is cst.Pass for s in script.tree.body(statement))


def _silent_before(script: Script, clause: Statement, depth: int) -> str:
    """When an `else` is reached, where nothing is said of the one branch before it."""
    first = script.tree.statements[clause.chain]
    if type(first.node) is not cst.If or first.after != clause.index or left_open(first.node.test):
        return ""
    silent = not _inside(script, script.tree.body(first), depth)
    return opposite(first.node.test, alone=True) if silent else ""


def _operand(test: str) -> str:
    return f"({test})" if " or " in test or " if " in test else test


def _with(
    script: Script, items: Sequence[cst.WithItem], body: Sequence[Statement], depth: int
) -> Iterator[Clause]:
    """What is done in the block of a `with`, each context around those behind it."""
    for place, item in enumerate(items):
        call: Any = item.item
        if _opens(item):
            path = argument(call, "file", 0)
            if path is not None:
                how = _how_opened(argument(call, "mode", 1))
                name = (text(item.asname.name),) if item.asname is not None else ()
                yield Clause("opened", name, short(text(path)), (how,))
            continue
        rest = items[place + 1 :]
        inside = tuple(_with(script, rest, body, depth)) if rest else _inside(script, body, depth)
        if inside and without_gradients(item):
            yield Clause("without-gradients", inside=inside)
        elif inside:
            yield Clause("within", code=in_context(item), inside=inside)
        return
    yield from clauses(script, body, depth)


def _how_opened(mode: Any) -> str:
    """What for a file is opened: w, a, x or r; "" where that is not seen, or is several things."""
    written = string(mode) if mode is not None else "r"
    if not written or "+" in written:
        return ""
    return next((sign for sign in "wax" if sign in written), "r")


def opens(node: Any) -> bool:
    """Whether a `with` does nothing but open files."""
    return type(node) is cst.With and all(map(_opens, node.items))


def _opens(item: cst.WithItem) -> bool:
    return type(item.item) is cst.Call and dotted(item.item.func) in ("open", "io.open")


def without_gradients(item: cst.WithItem) -> bool:
    """Whether a context has no gradients computed, whatever the settings are."""
    written = text(item.item)
    return type(item.item) is cst.Call and any(mark in written for mark in _WITHOUT_GRADIENTS)


_WITHOUT_GRADIENTS = ("no_grad(", "inference_mode(")
"""Calls whose contexts have no gradients computed."""


def _inside(script: Script, body: Sequence[Statement], depth: int) -> tuple[Clause, ...]:
    body = [statement for statement in body if is_read(statement, frozenset())]
    if (depth + 1 < _DEEP and len(body) <= _SOME) or _are_few(script, body):
        return tuple(clauses(script, body, depth + 1))
    stops = [c for s in body for c in _clauses(script, s, _DEEP) if c.kind in _LAST]
    whole = summary(script, [s for s in body if type(s.node) not in (cst.Raise, cst.Return)])
    return (*((whole,) if whole else ()), *stops)


def _are_few(script: Script, body: Sequence[Statement]) -> bool:
    """Whether the statements of a block, with those in blocks of theirs, are so few that each is
    told; blocks in what `else` follows would be taken for what it belongs to."""
    if not body or len(body) > _FEW:
        return False
    blocks = any(type(statement.node) in _COMPOUND for statement in body)
    if blocks and _goes_on(script, script.tree.statements[body[0].parent]):
        return False
    held = (inner for s in body for inner in (s, *script.tree.below(s)))
    return sum(type(inner.node) not in _COMPOUND for inner in held) <= _FEW


_LAST = frozenset({"raised", "ended", "returned", "left", "skipped"})
