"""Which rounds of a loop take the step: every n-th one, or the one that completes a count."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.names.rates import names_schedule
from pseudogen.names.script import Script, Site
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_REACHED = (cst.Equal, cst.GreaterThanEqual)


def counted(header: Statement, script: Script) -> Any:
    """`n` of `if passes == n:` where the loop around counts the passes and the block begins anew:
    `passes += 1`, `passes = 0`; None of anything else."""
    loop = script.loop_around(header) if type(header.node) is cst.If else None
    comparison = _first(header.node.test) if loop is not None else None
    if comparison is None or loop is None:
        return None
    reached, steps = comparison.comparisons[0].operator, comparison.comparisons[0].comparator
    named = type(steps) in (cst.Name, cst.Attribute, cst.Integer)
    counter = comparison.left
    if type(reached) not in _REACHED or type(counter) is not cst.Name or not named:
        return None
    begins = any(_sets_zero(s, counter.value) for s in script.tree.below(header))
    grows = any(_counts(s, counter.value) for s in script.tree.below(loop))
    return steps if begins and grows else None


def _first(test: Any) -> cst.Comparison | None:
    """The comparison that a test is or, before `and`, begins with."""
    while type(test) is cst.BooleanOperation and type(test.operator) is cst.And:
        test = test.left
    return test if type(test) is cst.Comparison and len(test.comparisons) == 1 else None


def _sets_zero(statement: Statement, name: str) -> bool:
    node = statement.node
    return type(node) is cst.Assign and text(node) == f"{name} = 0"


def _counts(statement: Statement, name: str) -> bool:
    node = statement.node
    return type(node) is cst.AugAssign and text(node) == f"{name} += 1"


def is_plain_turn(operation: Any) -> bool:
    """Whether an operation has the form `i % 8` or `i % n`, whatever the names."""
    names = (cst.Name, cst.Attribute, cst.BinaryOperation)
    counts = type(operation.operator) is cst.Modulo and type(operation.left) in names
    return counts and type(operation.right) in (cst.Integer, cst.Name, cst.Attribute)


def is_step_of_rounds(header: Statement, script: Script) -> bool:
    """Whether an `if` steps and clears in some rounds what each round of its loop adds up: a
    backward pass stands in the loop and none in the block, and no other step is there."""
    loop = script.loop_around(header) if type(header.node) is cst.If else None
    if loop is None:
        return False
    below = script.calls_below(header)
    updates = any(method_of(call) == "step" and _is_optimizer(call, script) for call in below)
    if not updates or any(method_of(call) == "backward" for call in below):
        return False
    around = script.calls_below(loop)
    stepped = [
        call.statement.index
        for call in around
        if method_of(call) == "step"
        and (_is_optimizer(call, script) or not names_schedule(dotted(call.node.func)))
        and not script.exclusive(header, call.statement)
    ]
    passes = any(
        method_of(call) == "backward" and script.loop_around(call.statement) is loop
        for call in around
    )
    return passes and all(header.index < index < header.after for index in stepped)


def turn_of(divisor: Any, site: Site, script: Script) -> str | None:
    """`i % 8` where the loss is divided by 8 and every eighth round of the loop steps."""
    if type(divisor) not in (cst.Integer, cst.Name, cst.Attribute):
        return None
    loop = script.loop_around(site.statement)
    for statement in script.tree.below(loop) if loop is not None else ():
        if type(statement.node) is not cst.If:
            continue
        steps = counted(statement, script)
        same = steps is not None and text(steps) == text(divisor)
        if same and is_step_of_rounds(statement, script):
            return text(statement.node.test)
        for operation in script.operations_in(statement):
            same = is_plain_turn(operation) and text(operation.right) == text(divisor)
            if same and is_step_of_rounds(statement, script):
                return text(operation)
    return None


def _is_optimizer(call: Site, script: Script) -> bool:
    role = script.role(getattr(call.node.func, "value", None), call.scope)
    return role is not None and role.kind in ("optimizer", "scaler")


def method_of(call: Site) -> str:
    """The method that a call asks for, whatever it is asked of; the name of a plain function."""
    function = call.node.func
    return function.attr.value if type(function) is cst.Attribute else call.name
