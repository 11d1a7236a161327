"""lr-warmup that the script works out itself: branches, formulas, lambdas and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import argument
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.rates import (
    depends_on_time,
    gives_factor,
    holds_arithmetic,
    is_rate,
    is_time,
    names_in,
    rate_owner,
    speaks_of_rate,
)
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.lr_warmup.facts import LrWarmup
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_WARM = frozenset({"burn", "burnin", "warm", "warming", "warmup"})


def says_warm(name: str) -> bool:
    """Whether a name speaks of a warm-up, not of warm restarts."""
    named = words(name)
    return bool(set(named) & _WARM) and "restarts" not in named


@pattern(LrWarmup, statements=(cst.If,), mentions=("<",))
def find_branch(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`if step < warmup_steps: lr = base_lr * step / warmup_steps`."""
    warm = any(word in script.source(site.statement).lower() for word in ("warm", "burn"))
    compared = _compared(site.node.test) if warm else _early(site.node.test)
    if compared is None:
        return
    counter, length = compared
    for statement in _below(site.statement, script):
        value = getattr(statement.node, "value", None)
        if value is None or not holds_arithmetic(value):
            continue
        if not depends_on_time(value) and text(counter) not in names_in(value):
            continue
        if not warm and not _rises_over(statement, value, length):
            continue
        if _later(length, value):
            continue
        yield LrWarmup(
            line=statement.first,
            end=statement.last,
            evidence=Evidence(NAME, (text(length),)) if warm else Evidence(FLOW, (text(counter),)),
            how="branch",
            length=text(length),
            length_value=script.value(length, site.statement.index) if warm else None,
            counter=text(counter),
            condition=text(site.node.test),
            relative=_is_factor(statement, script),
            formula=text(value) if not _goes_on(statement, script) else None,
        )
        return


def _below(header: Statement, script: Script) -> Iterator[Statement]:
    """The statements of a branch, and those of loops over the optimizer's groups in it."""
    for statement in script.tree.body(header):
        if type(statement.node) is cst.For and "param_groups" in text(statement.node.iter):
            yield from script.tree.body(statement)
        else:
            yield statement


def _later(length: Any, value: Any) -> bool:
    """Whether a case of a formula is one behind the warm-up: it subtracts the warm-up's length, or
    lasts longer than it."""
    subtracted = any(
        isinstance(n, cst.BinaryOperation)
        and isinstance(n.operator, cst.Subtract)
        and any(says_warm(name) for name in names_in(n.right))
        for n in descendants(value)
    )
    return subtracted or (type(length) is cst.BinaryOperation and "stable" in text(length))


def _is_factor(statement: Statement, script: Script) -> bool:
    """Whether a value is a factor: by what receives it, or by the function that returns it."""
    if type(statement.node) is cst.Assign:
        target = text(statement.node.targets[0].target)
        return not is_rate(target) and words(target)[-1:] != ("lrs",)
    function = script.function_around(statement)
    named = words(function.node.name.value) if function is not None else ()
    if function is not None and gives_factor(script, function.node.name.value):
        return True
    return bool({"lambda", "factor", "multiplier", "mult", "scale"} & set(named))


def _goes_on(statement: Statement, script: Script) -> bool:
    """Whether the rate is only computed from what a case gives: `progress = step / warmup`, or
    `p = step / warmup` and below `lr = start + p * (end - start)`."""
    node = statement.node
    target = dotted(node.targets[0].target) if type(node) is cst.Assign else ""
    if {"progress", "ratio", "frac", "fraction", "pct"} & set(words(target)[-1:]):
        return True
    return any(
        type(s.node) is cst.Assign
        and is_rate(dotted(s.node.targets[0].target))
        and target in names_in(s.node.value)
        and type(getattr(s.node.value, "operator", None)) is cst.Add
        for s in script.tree.body(script.tree.statements[statement.parent])
    )


def _early(test: Any) -> tuple[Any, Any] | None:
    """(counter, length) of `epoch < 5`."""
    if type(test) is not cst.Comparison or len(test.comparisons) != 1:
        return None
    right = test.comparisons[0].comparator
    early = type(test.comparisons[0].operator) in (cst.LessThan, cst.LessThanEqual)
    counts = early and type(right) is cst.Integer and is_time(dotted(test.left))
    return (test.left, right) if counts else None


def _rises_over(statement: Statement, value: Any, length: Any) -> bool:
    """Whether a learning rate is multiplied by a time and divided by the length:
    `lr = lr * (step + epoch * n) / (5.0 * n)`."""
    node = statement.node
    target = dotted(node.targets[0].target) if type(node) is cst.Assign else ""
    if not is_rate(target) or type(value) is not cst.BinaryOperation:
        return False
    if type(value.operator) is not cst.Divide or not depends_on_time(value.left):
        return False
    numbers: list[Any] = [
        n for n in descendants(value.right) if type(n) in (cst.Integer, cst.Float)
    ]
    return any(float(n.value) == float(length.value) for n in numbers)


def _compared(test: Any) -> tuple[Any, Any] | None:
    """(counter, length) of `step < warmup_steps`, alone or in an `and`."""
    stack = [test]
    while stack:
        node = stack.pop()
        if type(node) is cst.BooleanOperation:
            stack += [node.right, node.left]
        elif type(node) is cst.Comparison and len(node.comparisons) == 1:
            operator = type(node.comparisons[0].operator)
            right = node.comparisons[0].comparator
            if operator in (cst.LessThan, cst.LessThanEqual) and any(
                says_warm(name) for name in names_in(right)
            ):
                return node.left, right
    return None


@pattern(LrWarmup, statements=(cst.Assign, cst.AugAssign, cst.Return), mentions=("warm",))
def find_formula(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`lr_scale = min(1.0, (step + 1) / warmup_steps)`."""
    value = site.node.value
    if value is None or not holds_arithmetic(value):
        return
    lengths = [name for name in names_in(value) if says_warm(name) and not is_rate(name)]
    if not lengths or not any(is_time(name) for name in names_in(value)):
        return
    if _in_warm_branch(site, script) or not _about_rate(site, script):
        return
    divisions = [
        op for op in script.operations_in(site.statement) if type(op.operator) is cst.Divide
    ]
    divides = bool(divisions) and not _only_shares(divisions)
    limited = any(mark in text(value) for mark in _LIMITS) or _chooses(value)
    target = _set_by(site.node)
    if divides and (limited or says_warm(target)):
        yield LrWarmup(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (lengths[0],)),
            how="formula",
            length=lengths[0],
            formula=text(value),
        )


def _chooses(value: Any) -> bool:
    """`step / warmup if step < warmup else step ** -0.5`, either way round."""
    test = value.test if type(value) is cst.IfExp else None
    if type(test) is not cst.Comparison:
        return False
    return any(says_warm(name) for name in names_in(test))


@pattern(LrWarmup, statements=(cst.Assign,), values=(cst.Call,), mentions=("interp",))
def find_interpolated(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`group["lr"] = np.interp(step, [0, n], [warmup_lr, group["initial_lr"]])` where
    `step <= n`."""
    call, target = site.node.value, site.node.targets[0].target
    owner = rate_owner(script, target, site)
    around = (h for h in script.tree.ancestors(site.statement.index) if type(h.node) is cst.If)
    header = next(around, None)
    written = text(call)
    says = "warm" in written
    if not dotted(call.func).endswith("interp") or owner is None or header is None:
        return
    compared = _limited(header.node.test)
    if compared is None or not (says or says_warm(dotted(compared[1]))):
        return
    counter, length = compared
    yield LrWarmup(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (written.partition("(")[0],)),
        how="interpolated",
        length=text(length),
        length_value=script.value(length, header.index),
        condition=text(header.node.test),
        counter=text(counter),
    )


def _limited(test: Any) -> tuple[Any, Any] | None:
    """(counter, length) of `step <= length`."""
    if type(test) is not cst.Comparison or len(test.comparisons) != 1:
        return None
    early = type(test.comparisons[0].operator) in (cst.LessThan, cst.LessThanEqual)
    return (test.left, test.comparisons[0].comparator) if early else None


@pattern(LrWarmup, statements=(cst.Assign,), values=(cst.Lambda,), mentions=("warm", "burn"))
def find_lambda(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`factor = lambda step: min(1.0, step / warmup_steps)`, which `LambdaLR` gets."""
    value, name = site.node.value, text(site.node.targets[0].target)
    counters = {p.name.value for p in value.params.params}
    rises = (
        n
        for n in descendants(value.body)
        if type(n) is cst.BinaryOperation
        and type(n.operator) is cst.Divide
        and any(says_warm(length) for length in names_in(n.right))
        and counters & set(names_in(n.left))
    )
    rise = next(rises, None)
    if rise is None or "min(" not in text(value.body) or not gives_factor(script, name):
        return
    length = next(found for found in names_in(rise.right) if says_warm(found))
    yield LrWarmup(
        line=site.line,
        end=site.last,
        evidence=Evidence(FLOW, (name,)),
        how="formula",
        length=length,
        relative=True,
        formula=text(value.body),
    )


@pattern(LrWarmup, statements=(cst.Assign,), values=(cst.Call,), mentions=("linspace",))
def find_table(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`warmup_lr_schedule = np.linspace(start_lr, base_lr, warmup_steps)`."""
    target, call = text(site.node.targets[0].target), site.node.value
    rises = dotted(call.func).endswith(".linspace") and len(call.args) >= _LINSPACE
    if not rises or not says_warm(target):
        return
    if not (speaks_of_rate(target) or any(is_rate(name) for name in names_in(call.args[1].value))):
        return
    length = argument(call, "num", 2)
    yield LrWarmup(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (target,)),
        how="table",
        length=text(length) if length is not None else None,
        formula=text(call),
        name=target,
    )


def _only_shares(divisions: list[Any]) -> bool:
    """Whether what is divided by the length of the warm-up has nothing to do with the time: the
    size of one step, `[(rate - start) / warmup_steps for rate in rates]`."""
    by_length = [op for op in divisions if any(says_warm(name) for name in names_in(op.right))]
    return bool(by_length) and not any(
        is_time(name) for op in by_length for name in names_in(op.left)
    )


_LINSPACE = 3
"""So many arguments say from where to where, and in how many values."""
_LIMITS = ("min(", "minimum(", "clip(", "** -1.5")
"""What ends a rise in a formula."""


def _set_by(node: Any) -> str:
    """What an assignment sets; "" for a return."""
    if type(node) is cst.AugAssign:
        return text(node.target)
    return text(node.targets[0].target) if type(node) is cst.Assign else ""


def _in_warm_branch(site: Site, script: Script) -> bool:
    """Whether the statement stands under a comparison with the warm-up, or after it."""
    return any(
        type(header.node) in (cst.If, cst.Else) and _compares_warm(_test(header, script))
        for header in script.tree.ancestors(site.statement.index)
    )


def _compares_warm(test: str) -> bool:
    return "warm" in test and ("<" in test or ">" in test)


def _test(header: Statement, script: Script) -> str:
    first = header if type(header.node) is cst.If else script.tree.statements[header.chain]
    return text(first.node.test) if type(first.node) is cst.If else ""


def _about_rate(site: Site, script: Script) -> bool:
    """Whether a formula is one for a learning rate: by its target or its function."""
    target = _set_by(site.node)
    if target and (is_rate(target) or speaks_of_rate(target) or says_warm(target)):
        return True
    around = script.function_around(site.statement)
    if around is None:
        return False
    name = around.node.name.value
    return speaks_of_rate(name) or says_warm(name) or "schedule" in words(name)
