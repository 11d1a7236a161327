"""Which rounds of a loop take the step: every n-th one, or the one that completes a count."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.names.blocks import method
from pseudogen.names.conditions import opposite
from pseudogen.names.rates import names_schedule
from pseudogen.names.script import Script, Site
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

STEPPING = frozenset(
    {"step", "zero_grad", "unscale_", "backward", "no_sync", "clip_grad_norm_", "optimizer_step"}
    | {"update", "all_reduce", "apply_gradients", "step_update"}
)
"""Methods that deal with the gradients or the step."""
OF_STEP = STEPPING - {"backward", "no_sync", "all_reduce"}
"""What is done once for all gradients that have come together."""
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
    name, below = counter.value, script.tree.below
    begins = any(_sets_zero(s.node, name) for s in below(header) if type(s.node) is cst.Assign)
    if not begins:
        return None
    grows = (_counts(s.node, name) for s in below(loop) if type(s.node) is cst.AugAssign)
    return steps if any(grows) else None


def _first(test: Any) -> cst.Comparison | None:
    """The comparison that a test is or, before `and`, begins with."""
    while type(test) is cst.BooleanOperation and type(test.operator) is cst.And:
        test = test.left
    return test if type(test) is cst.Comparison and len(test.comparisons) == 1 else None


def _sets_zero(node: cst.Assign, name: str) -> bool:
    targets = [text(target.target) for target in node.targets]
    return targets == [name] and text(node.value) == "0"


def _counts(node: cst.AugAssign, name: str) -> bool:
    adds = type(node.operator) is cst.AddAssign
    return adds and text(node.target) == name and text(node.value) == "1"


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
    updates = any(method(call) == "step" and _is_optimizer(call, script) for call in below)
    if not updates or any(method(call) == "backward" for call in below):
        return False
    around = script.calls_below(loop)
    stepped = [
        call.statement.index
        for call in around
        if method(call) == "step"
        and (_is_optimizer(call, script) or not names_schedule(dotted(call.node.func)))
        and not script.exclusive(header, call.statement)
    ]
    passes = any(
        method(call) == "backward" and script.loop_around(call.statement) is loop for call in around
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


def of_step(site: Site, script: Script) -> str:
    """What has to hold for the step: the test of an `if`, or its opposite where the step stands
    under `else`."""
    test = site.node.test
    return opposite(test, alone=True) if _is_under_else(site, script) else text(test)


def _is_under_else(site: Site, script: Script) -> bool:
    """Whether what goes with a step stands under the `else` of an `if` and not under the `if`."""
    clauses = script.tree.clauses(site.statement)
    if len(clauses) != 1 or type(clauses[0].node) is not cst.Else:
        return False
    here, there = ({method(c) for c in script.calls_below(s)} for s in (site.statement, *clauses))
    return bool(there & OF_STEP) and not here & OF_STEP


def at_first(test: Any, site: Site, script: Script) -> bool:
    """Whether the step comes with `i % n == 0`, where `i` numbers the rounds of a loop around from
    0."""
    if type(test) is not cst.Comparison or len(test.comparisons) != 1:
        return False
    (compared,) = test.comparisons
    turn = test.left
    turns = cst.NotEqual if _is_under_else(site, script) else cst.Equal
    if type(compared.operator) is not turns or text(compared.comparator) != "0":
        return False
    loop = script.loop_around(site.statement)
    if type(turn) is not cst.BinaryOperation or type(turn.left) is not cst.Name or loop is None:
        return False
    return text(turn.left) == _numbered_from_zero(loop)


def _numbered_from_zero(loop: Statement) -> str | None:
    """`i` of `for i, batch in enumerate(loader)`, of `for i in range(n)`."""
    node = loop.node
    over = node.iter if type(node) is cst.For and type(node.iter) is cst.Call else None
    if over is None or len(over.args) != 1:
        return None
    if dotted(over.func) == "range":
        return text(node.target)
    numbers = dotted(over.func) == "enumerate" and type(node.target) is cst.Tuple
    return text(node.target.elements[0].value) if numbers else None


def takes_others(test: Any) -> bool:
    """Whether a condition for the step has another way to be met than the turn:
    `i % n == 0 or i == last`; `i % n != 0 and i != last` where it says that none is made."""
    if type(test) is cst.UnaryOperation:
        test = test.expression
    if type(test) is not cst.BooleanOperation:
        return False
    compared = (n for n in descendants(test) if type(n) is cst.Comparison and "%" in text(n.left))
    skips = any(type(n.comparisons[0].operator) is cst.NotEqual for n in compared)
    return type(test.operator) is (cst.And if skips else cst.Or)
