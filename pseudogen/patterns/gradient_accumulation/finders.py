"""What gradient-accumulation is found by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.blocks import method
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.iterables import EVALUATION_WORDS
from pseudogen.names.rates import names_in
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.gradient_accumulation.facts import GradientAccumulation
from pseudogen.patterns.gradient_accumulation.turns import (
    OF_STEP,
    STEPPING,
    at_first,
    counted,
    is_plain_turn,
    is_step_of_rounds,
    of_step,
    takes_others,
    turn_of,
)
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import bare, text
from pseudogen.syntax.tree import Statement

_WORDS = frozenset({"accum", "accumulate", "accumulation", "accumulated", "acc"})
_PAIRS = frozenset(
    {("update", "freq"), ("iter", "size"), ("update", "frequency"), ("grad", "acc")}
    | {("gradient", "acc"), ("gradients", "acc")}
)
_SCHEDULES = frozenset({"sched", "scheduler", "schedulers"})
_BARS = frozenset({"bar", "pbar", "progress", "tqdm", "meter", "metric", "metrics"})
"""Words of what is updated, but has nothing to do with the optimizer's step."""
_DIVIDES = (cst.Divide, cst.FloorDivide)


def is_steps(node: Any) -> bool:
    """Whether an expression is the number of accumulation steps, by its name."""
    name = dotted(node)
    named = words(name)
    if not named:
        return False
    glued = named[-1].startswith("accum") and named[-1].endswith("steps")  # `args.accumsteps`
    if glued or set(named) & (_WORDS - {"acc"}) or (named[0] == "acc" and "steps" in named):
        return True
    return any(pair in _PAIRS for pair in pairwise(named))


@pattern(
    GradientAccumulation,
    statements=(cst.If, cst.Assign, cst.AugAssign, cst.Expr, cst.Return, cst.With),
    mentions=("%", "/", "div_"),
)
def find_arithmetic(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`if (i + 1) % accum_steps == 0:`, `loss = loss / accum_steps`."""
    deferred = type(site.node) is cst.Assign and "no_sync" in script.source(site.statement)
    if deferred and ".no_sync" in text(site.node.value):
        return  # see `find_deferred_context`
    for operation in script.operations_in(site.statement):
        if _is_turn(operation) and _steps_below(site, script):
            if _defers_alone(site, script):
                return  # see `find_context`
            if _counts_rest(operation, site, script):
                return
            facts = _condition(site, script) or _passed(site, operation)
            facts["with_step"] = _with_step(site, script, text(operation))
            if _goes_on(operation.left, site, script):
                facts["last"] = True
            yield _found(site, script, operation.right, part="condition", **facts)
            return
        if is_plain_turn(operation) and is_step_of_rounds(site.statement, script):
            found = _found(
                site, script, operation.right, part="condition", **_condition(site, script)
            )
            yield replace(found, evidence=Evidence(FLOW, (text(operation),)))
            return
        divides = type(operation.operator) is cst.Divide and not _reports(site)
        if divides and not _evaluates(site, script):
            loss = _loss(operation.left, site, script) or _sum_of_losses(operation, site, script)
            if loss is not None and is_steps(operation.right):
                yield _found(site, script, operation.right, **_quotient(site, loss))
                return
            if loss is not None and _is_number_of_passes(operation.right, site, script):
                yield _found(site, script, operation.right, **_quotient(site, loss))
                return
            turn = turn_of(operation.right, site, script) if loss is not None else None
            if turn is not None:
                found = _found(site, script, operation.right, **_quotient(site, loss))
                yield replace(found, evidence=Evidence(FLOW, (turn,)))
                return
    yield from _divided_in_place(site, script)


@pattern(GradientAccumulation, statements=(cst.If,), mentions=("acc",))
def find_distance(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`if n - last_step >= accumulate:` around the optimizer's step."""
    test = site.node.test
    if type(test) is not cst.Comparison or len(test.comparisons) != 1:
        return
    reached, steps = test.comparisons[0].operator, test.comparisons[0].comparator
    since = type(test.left) is cst.BinaryOperation and type(test.left.operator) is cst.Subtract
    enough = type(reached) in (cst.GreaterThan, cst.GreaterThanEqual)
    if since and enough and is_steps(steps) and _steps_below(site, script):
        # What is counted since the last step may go on from one epoch to the next.
        facts = _condition(site, script) | {"last": True}
        yield _found(site, script, steps, part="condition", **facts)


@pattern(
    GradientAccumulation,
    statements=(cst.Assign, cst.AugAssign),
    mentions=("/",),
)
def find_share(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`accumulation_steps = batch_size // micro_batch_size`, `batch_size //= accum_steps`."""
    node: Any = site.node
    over: Any = None
    by: Any = None
    if type(node) is cst.AugAssign:
        divides = type(node.operator) in (cst.DivideAssign, cst.FloorDivideAssign)
        over, by, target = node.target, node.value, node.target
    else:
        target, value = node.targets[0].target, node.value
        if type(value) is cst.Call and dotted(value.func) in ("int", "max") and value.args:
            value = value.args[-1].value
        divides = type(value) is cst.BinaryOperation and type(value.operator) in _DIVIDES
        if divides:
            over, by = value.left, value.right
    if not divides or not _is_batch(over, site, script):
        return
    if _is_batch(target, site, script) and is_steps(by):
        yield replace(_found(site, script, by, part="share"), call=text(node))
    elif is_steps(target) and "micro" in words(dotted(by)) and _is_batch(by, site, script):
        yield replace(_found(site, script, target, part="share"), call=text(node))


@pattern(GradientAccumulation, statements=(cst.For,), mentions=("range(",))
def find_rounds(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`for _ in range(rounds): ... loss.backward()` before the one step of a round of the training;
    where the loss is divided by the rounds, that tells of them."""
    rounds = _rounds(site.node.iter)
    if rounds is None or script.loop_around(site.statement) is None:
        return
    asked = {method(call) for call in script.calls_below(site.statement)}
    if "backward" not in asked or asked & {"step", "zero_grad"}:
        return
    below = script.tree.below(site.statement)
    divisors = {text(o.right) for s in below for o in script.operations_in(s) if _divides(o)}
    if text(rounds) not in divisors and _steps_behind(site.statement, script):
        found = _found(site, script, rounds, part="rounds")
        yield replace(
            found, end=site.statement.first, evidence=Evidence(FLOW, (text(site.node.iter),))
        )


def _rounds(over: Any) -> Any:
    """`n` of `range(n)` and of `range(1, n + 1)`, where it is no plain number; None of others."""
    if type(over) is not cst.Call or dotted(over.func) != "range":
        return None
    given: list[Any] = [arg.value for arg in over.args]
    if len(given) == 2 and text(given[0]) == "1" and type(given[1]) is cst.BinaryOperation:
        one = type(given[1].operator) is cst.Add and text(given[1].right) == "1"
        given = [given[1].left] if one else given
    return given[0] if len(given) == 1 and type(given[0]) is not cst.Integer else None


def _divides(operation: Any) -> bool:
    return type(operation.operator) in _DIVIDES


def _steps_behind(loop: Statement, script: Script) -> bool:
    """Whether an optimizer takes its step behind a loop, in the same round of the one around."""
    behind = (s for s in script.tree.statements[loop.after :] if s.parent == loop.parent)
    calls = (call for s in behind for call in (*script.calls_in(s), *script.calls_below(s)))
    stepping = (call for call in calls if method(call) == "step")
    return any(
        script.training_step(call) is not None or _is_optimizer(call, script) for call in stepping
    )


def _is_optimizer(call: Site, script: Script) -> bool:
    return script.is_a(call.node.func.value, call.scope, "optimizer") is not None


@pattern(GradientAccumulation, statements=(cst.If,), mentions=("=",))
def find_counted(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`if passes == n:` around the step, where the passes since the last one are counted."""
    steps = counted(site.statement, script)
    if steps is not None and is_step_of_rounds(site.statement, script):
        # What is counted since the last step may go on from one epoch to the next.
        facts = _condition(site, script) | {"last": True}
        found = _found(site, script, steps, part="condition", **facts)
        yield replace(found, evidence=Evidence(FLOW, (text(site.node.test),)))


def _is_batch(node: Any, site: Site, script: Script) -> bool:
    return script.is_a(node, site.scope, "batch-size") is not None


@pattern(GradientAccumulation, statements=(cst.If,))
def find_flag(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`if not is_accumulating:`, where `is_accumulating = step % accum_steps != 0`."""
    tested: Any = site.node.test
    if type(tested) is cst.UnaryOperation and type(tested.operator) is cst.Not:
        tested = tested.expression
    if type(tested) is not cst.Name:
        return
    bindings = script.reaching(tested.value, site.statement.index)
    if len(bindings) != 1 or bindings[0].how != "assign":
        return
    made = script.tree.statements[bindings[0].statement]
    turn = next((o for o in script.operations_in(made) if _is_turn(o)), None)
    if turn is not None and _steps_below(site, script):
        facts = {"condition": of_step(site, script), "last": takes_others(bindings[0].value)}
        found = _found(site, script, turn.right, part="condition", **facts)
        yield replace(found, evidence=Evidence(FLOW, (tested.value,)))


def _evaluates(site: Site, script: Script) -> bool:
    """Whether a function that evaluates, by its name, does it: no backward pass follows."""
    function = script.function_around(site.statement)
    named = set(words(function.node.name.value)) if function is not None else set()
    return bool(named & EVALUATION_WORDS) and "train" not in named


def _reports(site: Site) -> bool:
    """Whether values are handed over to be shown: `return Stats(loss / steps)`, a total of them."""
    if type(site.node) is cst.Return:
        return type(site.node.value) is cst.Call
    if type(site.node) is cst.AugAssign:
        return bool(set(words(text(site.node.target))) & {"sum", "total", "avg", "average", "mean"})
    return False


def _divided_in_place(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`loss /= accum_steps`, `loss.div_(parts)` in a loop of several backward passes to a step."""
    divided: Any = None
    divisor: Any = None
    if type(site.node) is cst.AugAssign and type(site.node.operator) is cst.DivideAssign:
        divided, divisor = site.node.target, site.node.value
    elif type(site.node) is cst.Expr and type(site.node.value) is cst.Call:
        call = site.node.value
        if type(call.func) is cst.Attribute and call.func.attr.value == "div_" and call.args:
            divided, divisor = call.func.value, call.args[0].value
    loss = _loss(divided, site, script) if divided is not None else None
    if loss is None or _reports(site) or _evaluates(site, script):
        return
    turn = turn_of(divisor, site, script)
    if is_steps(divisor):
        yield _found(site, script, divisor, **_quotient(site, loss))
    elif turn is not None:
        found = _found(site, script, divisor, **_quotient(site, loss))
        yield replace(found, evidence=Evidence(FLOW, (turn,)))
    elif _several_passes(site, script):
        found = _found(site, script, divisor, **_quotient(site, loss))
        yield replace(found, evidence=Evidence(FLOW, (loss,)))


def _several_passes(site: Site, script: Script) -> bool:
    """Whether the loop around holds a backward pass, and the step stands in the loop around it."""
    inner = script.loop_around(site.statement)
    outer = script.loop_around(inner) if inner is not None else None
    if inner is None or outer is None:
        return False
    inside = {call.name.rpartition(".")[2] for call in script.calls_below(inner)}
    around = {call.name.rpartition(".")[2] for call in script.calls_below(outer)}
    return "backward" in inside and "step" in around - inside


_RESTS = frozenset({"left", "leftover", "remainder", "remaining", "rest"})


def _counts_rest(operation: Any, site: Site, script: Script) -> bool:
    """Whether it counts the batches that are left over: `rest = n % accum_steps`, or a number that
    is rounded up by them, `n // accum_steps + (n % accum_steps > 0)`."""
    if type(site.node) is not cst.Assign:
        return False
    left_over = set(words(text(site.node.targets[0].target))) & _RESTS
    by = text(operation.right)
    return bool(left_over and site.node.value is operation) or any(
        type(other.operator) is cst.FloorDivide and text(other.right) == by
        for other in script.operations_in(site.statement)
    )


def _is_number_of_passes(divisor: Any, site: Site, script: Script) -> bool:
    """Whether a loop around makes that many backward passes before the step behind it:
    `for i in range(chunks):`."""
    loop = script.loop_around(site.statement)
    over = loop.node.iter if loop is not None and type(loop.node) is cst.For else None
    if type(divisor) not in (cst.Name, cst.Attribute) or type(over) is not cst.Call:
        return False
    counted = dotted(over.func) == "range" and len(over.args) == 1
    same = counted and text(over.args[0].value) == text(divisor)
    return same and _several_passes(site, script)


def _is_turn(operation: Any) -> bool:
    """Whether an operation is `step % accum_steps`, not the formatting of a text."""
    texts = (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)
    counts = type(operation.operator) is cst.Modulo and type(operation.left) not in texts
    return counts and is_steps(operation.right)


def _steps_below(site: Site, script: Script) -> bool:
    """Whether the block of an `if` deals with the gradients or the step; a flag or an argument
    may do so anywhere."""
    if type(site.node) is not cst.If:
        return True
    chain = [site.statement, *script.tree.clauses(site.statement)]
    stepping = any(
        method in STEPPING and not (_BARS | _SCHEDULES) & set(words(receiver))
        for part in chain
        for receiver, _, method in (call.name.rpartition(".") for call in script.calls_below(part))
    )
    steps = stepping and not _starts_anew(site, script)
    return steps or _skips(site, script)


def _defers_alone(site: Site, script: Script) -> bool:
    """Whether the block of an `if` only puts the combining of the gradients off: `with
    model.no_sync():` of all but the last pass."""
    if type(site.node) is not cst.If:
        return False
    made = {method(call) for call in script.calls_below(site.statement)}
    return "no_sync" in made and not made & OF_STEP


def _starts_anew(site: Site, script: Script) -> bool:
    """Whether the block of an `if` clears the gradients, then makes a backward pass and a step: a
    training every few rounds, as in reinforcement learning; nothing adds up before."""
    made = [method(call) for call in script.calls_below(site.statement)]
    if not {"zero_grad", "backward", "step"} <= set(made):
        return False
    return made.index("zero_grad") < made.index("backward") < made.index("step")


def _found(site: Site, script: Script, steps: Any, **facts: Any) -> GradientAccumulation:
    return GradientAccumulation(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (text(steps),)),
        steps=text(steps),
        steps_value=script.value(steps, site.statement.index),
        **facts,
    )


def _quotient(site: Site, loss: str | None) -> dict[str, Any]:
    """A division: of what, and what gets the result where that is something else."""
    targets = site.node.targets if type(site.node) is cst.Assign else ()
    target = text(targets[0].target) if len(targets) == 1 else loss
    return {"part": "division", "loss": loss, "target": target if target != loss else None}


def _condition(site: Site, script: Script) -> dict[str, Any]:
    test = getattr(site.node, "test", None)
    if type(site.node) is not cst.If:
        return {}
    return {
        "condition": of_step(site, script),
        "last": takes_others(test),
        "at_first": at_first(test, site, script),
        "skips": _skips(site, script),
    }


def _goes_on(counted: Any, site: Site, script: Script) -> bool:
    """Whether a number is that of a batch in the whole run: `n = i + batches * epoch`."""
    if type(counted) is not cst.Name:
        return False
    made = script.reaching(counted.value, site.statement.index)
    value = made[0].value if len(made) == 1 and made[0].how == "assign" else None
    if type(value) is not cst.BinaryOperation or type(value.operator) is not cst.Add:
        return False
    sides = [side for side in (value.left, value.right) if type(side) is cst.BinaryOperation]
    return any(
        type(side.operator) is cst.Multiply and "epoch" in words(text(side)) for side in sides
    )


def _passed(site: Site, operation: Any) -> dict[str, Any]:
    """The condition that a step is given: `scaler(loss, update=(i + 1) % steps == 0)`."""
    call = getattr(site.node, "value", None)
    turns = [
        arg.value
        for arg in (call.args if type(call) is cst.Call else ())
        if type(arg.value) is cst.Comparison
        and text(arg.value.left) == text(operation)
        and type(arg.value.comparisons[0].operator) is cst.Equal
    ]
    return {"condition": bare(turns[0])} if len(turns) == 1 else {}


def _with_step(site: Site, script: Script, turn: str) -> int | None:
    """The line of a call before an `if` in the same block that is given the same turn: what stands
    below goes with the step that it makes."""
    loop = script.loop_around(site.statement)
    if type(site.node) is not cst.If or loop is None:
        return None
    before = (
        call.line
        for call in script.calls_below(loop)
        if call.statement.index < site.statement.index
        and call.statement.parent == site.statement.parent
        and any(text(arg.value).startswith(turn) for arg in call.node.args)
    )
    return next(before, None)


def _skips(site: Site, script: Script) -> bool:
    return any(type(s.node) is cst.Continue for s in script.tree.body(site.statement))


def _sum_of_losses(operation: Any, site: Site, script: Script) -> str | None:
    """`loss` in `loss = (first_loss + second_loss) / n`."""
    node = site.node
    whole = type(node) is cst.Assign and node.value is operation
    if not whole or type(operation.left) is not cst.BinaryOperation:
        return None
    return _loss(node.targets[0].target, site, script)


def _loss(node: Any, site: Site, script: Script) -> str | None:
    """The text of what is divided where it is a loss, or made of one: `loss.float().mean()`."""
    while type(node) is cst.Call and type(node.func) is cst.Attribute:
        if node.func.attr.value not in ("float", "mean", "sum", "to", "type_as"):
            break
        node = node.func.value
    role = script.role(node, site.scope)
    named = set(words(dotted(node)))
    if (role is not None and role.kind == "loss") or named & {"loss", "losses"}:
        return text(node)
    called = type(node) is cst.Call and {"criterion", "loss"} & set(words(dotted(node.func)))
    added = type(node) is cst.BinaryOperation and any(
        {"loss", "losses"} & set(words(name)) for name in names_in(node)
    )
    return bare(node) if called or added else None
