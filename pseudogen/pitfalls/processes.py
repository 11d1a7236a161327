"""Processes that wait for each other: calls for which all are needed, made or reached by one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import libcst as cst

from pseudogen.names.blocks import (
    has_word,
    method,
    names_in,
    reachable_calls,
    receiver,
    statement_at,
)
from pseudogen.names.conditions import are_opposite, conjuncts
from pseudogen.names.evidence import NAME
from pseudogen.names.script import Script, Site
from pseudogen.patterns.parallel_wrap import ParallelWrap
from pseudogen.patterns.rank_zero_guard import RankZeroGuard
from pseudogen.pitfall import ERROR, WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_LEAVES = (cst.Return, cst.Break, cst.Raise)
_EXITS = (*_LEAVES, cst.Continue)
_ACCELERATE = ("wait_for_everyone", "gather", "gather_for_metrics", "pad_across_processes")
"""Methods of an `Accelerator` that all processes have to call."""


def _needs_all(script: Script, site: Site) -> bool:
    """Whether all processes are needed for a call, and not those of a group of its own."""
    if site.known is None and method(site) in _ACCELERATE and receiver(site):
        role = script.is_a(site.node.func.value, site.scope, "accelerator")
        return role is not None and role.kind != NAME
    if site.known is None or site.known.api.kind not in ("barrier", "collective"):
        return False
    return not any(
        arg.keyword is not None and arg.keyword.value == "group" for arg in site.node.args
    )


@pitfall("collective-on-one-process")
def check_collective(findings: Findings) -> Iterator[Pitfall]:
    """`if rank == 0: dist.barrier()`: one process waits for others that never come."""
    script = findings.script
    for guard in findings.of(RankZeroGuard):
        if guard.form not in ("block", "else"):
            continue
        header = statement_at(script, guard.line)
        found = _first_call(script, header, guard)
        if found is None or _others_take_part(script, header, guard.form):
            continue
        site, inner = found
        yield report(
            "collective-on-one-process",
            ERROR,
            (site.line, site.last),
            guard.evidence.kind,
            call=site.name,
            condition=guard.condition,
            guard=guard.line,
            machine=guard.scope == "machine",
            inner=inner.name if inner is not None else None,
            inner_line=inner.line if inner is not None else None,
        )


def _first_call(
    script: Script, header: Statement, guard: RankZeroGuard
) -> tuple[Site, Site | None] | None:
    """The first call under the guard that needs all processes, or that runs a function of the
    script with such a call, and that call."""
    for site in _guarded(script, header, guard.form):
        if _needs_all(script, site):
            return site, None
        function = script.called_function(site)
        inner = None
        if function is not None and not _is_cached(function):
            inner = _waits_in(script, function)
        if inner is not None and function is not None and not _callers_vary(script, function, site):
            return site, inner
    return None


def _waits_in(script: Script, function: Statement) -> Site | None:
    """The first call in a function that needs all processes, unless one of its own parameters
    decides whether it is made."""
    parameters = [p.name.value for p in function.node.params.params]
    for site in script.calls_below(function):
        if _needs_all(script, site) and script.function_around(site.statement) is function:
            condition = script.condition(site.statement)
            decided = any(has_word(condition, name) for name in parameters)
            guarded = script.rank_condition(site.statement) is not None
            return None if decided or guarded or _leaves_early(script, function, site) else site
    return None


def _is_cached(function: Statement) -> bool:
    """Whether the function may give an earlier result, and run nothing."""
    return any("cache" in text(d.decorator) for d in function.node.decorators)


def _leaves_early(script: Script, function: Statement, site: Site) -> bool:
    """Whether the function may return before it comes to a call."""
    return any(
        type(s.node) is cst.Return and s.index < site.statement.index
        for s in script.tree.below(function)
    )


def _callers_vary(script: Script, function: Statement, site: Site) -> bool:
    """Whether the function is called elsewhere in the same function too, by the others perhaps."""
    calls = script.calls_of(function)
    return any(c is not site and c.scope == site.scope for c in calls)


def _guarded(script: Script, header: Statement, form: str) -> list[Site]:
    """The calls that one process alone reaches under a condition."""
    if form == "block":
        return script.calls_below(header)
    return [s for clause in script.tree.clauses(header) for s in script.calls_below(clause)]


def _others_take_part(script: Script, header: Statement, form: str) -> bool:
    """Whether the other processes come to such a call too: in the other branch, or under the
    opposite condition elsewhere in the function."""
    others = _guarded(script, header, "else" if form == "block" else "block")
    if any(_needs_all(script, s) for s in others):
        return True
    for site in script.call_sites():
        if site.scope != header.scope or not _needs_all(script, site):
            continue
        for around in script.tree.ancestors(site.statement.index):
            tests = _operands(around.node.test) if type(around.node) is cst.If else []
            told = [script.one_process(test, around.index) for test in tests]
            if around.index != header.index and any(t is not None and not t.holds for t in told):
                return True
    return False


def _operands(test: Any) -> list[Any]:
    """The conditions that `and` joins."""
    if type(test) is cst.BooleanOperation and type(test.operator) is cst.And:
        return [*_operands(test.left), *_operands(test.right)]
    return [test]


@pitfall("one-process-leaves")
def check_leaving(findings: Findings) -> Iterator[Pitfall]:
    """One process leaves a loop or function in which the others go on to a barrier."""
    script = findings.script
    for guard in findings.of(RankZeroGuard):
        header = statement_at(script, guard.line)
        if guard.form not in ("block", "return") or type(header.node) is not cst.If:
            continue
        for statement in script.tree.below(header):
            if not _leaves(statement) or statement.scope != header.scope:
                continue
            if guard.form == "return" and statement.parent != header.index:
                continue
            missed = _missed(findings, header, statement)
            if missed is None:
                continue
            yield report(
                "one-process-leaves",
                WARNING if type(statement.node) is cst.Raise else ERROR,
                (statement.first, statement.last),
                guard.evidence.kind,
                condition=guard.condition,
                guard=guard.line,
                leaves=type(statement.node).__name__.lower(),
                others=guard.form == "return",
                call=missed.name,
                call_line=missed.line,
            )
            break


def _leaves(statement: Statement) -> bool:
    """Whether a statement leaves a loop or function by its own decision; a plain `raise` passes on
    what has failed before."""
    node = statement.node
    return isinstance(node, _LEAVES) and not (type(node) is cst.Raise and node.exc is None)


def _missed(findings: Findings, guard: Statement, leaves: Statement) -> Site | None:
    """The first call that needs all processes and that those that leave do not reach."""
    script = findings.script
    loop = script.loop_around(guard)
    if type(leaves.node) is cst.Break:
        inner = script.loop_around(leaves)
        calls = reachable_calls(script, loop) if loop is not None and inner is loop else []
        return next((s for s in calls if _needs_all(script, s)), None) or _backward(findings, calls)
    function = script.function_around(guard)
    if function is None or _caught(script, leaves):
        return None
    if loop is not None and type(leaves.node) is cst.Return:
        again = reachable_calls(script, loop)
        found = next((s for s in again if _is_met(script, s, guard, leaves)), None)
        found = found or _backward(findings, again)
        if found is not None:
            return found
    calls = [s for s in script.calls_below(function) if s.scope == guard.scope]
    ends = max([guard.after, *(clause.after for clause in script.tree.clauses(guard))])
    after = [s for s in calls if s.statement.index >= ends]
    return next((s for s in after if _is_met(script, s, guard, leaves)), None)


def _is_met(script: Script, site: Site, guard: Statement, leaves: Statement) -> bool:
    """Whether those that go on come to a call for which all processes are needed."""
    if not _needs_all(script, site) or script.rank_condition(site.statement) is not None:
        return False
    if script.exclusive(site.statement, guard):
        return False
    rank = {
        text(part) for part in _operands(guard.node.test) if script.one_process(part, guard.index)
    }
    told, asked = _terms(script, leaves, guard) - rank, _terms(script, site.statement, guard)
    if _names(told - asked) & _names(asked - told):
        return False  # `if not shared and rank != 0: return`, and the call under `if shared:`
    return not any(
        isinstance(s.node, _EXITS)
        and s.scope == guard.scope
        and _may_follow(script, s, guard, told)
        for s in script.tree.statements[guard.after : site.statement.index]
    )


def _may_follow(script: Script, leaves: Statement, guard: Statement, told: set[str]) -> bool:
    """Whether the others, too, leave at a statement where one has left under the terms `told`."""
    terms = _terms(script, leaves, guard)
    if any(are_opposite(one, other) for one in terms for other in told):
        return False
    return not terms or bool(_names(terms) & _names(told))


def _terms(script: Script, statement: Statement, guard: Statement) -> set[str]:
    """The conditions that have to hold for a statement, beside those around the guard."""
    condition = script.condition(statement, beyond=guard)
    return set(conjuncts(condition)) if condition else set()


def _names(terms: set[str]) -> set[str]:
    """What conditions ask for, as whole dotted names."""
    found = {name for term in terms for name in _names_of(term)}
    return {name for name in found if not any(one.startswith(f"{name}.") for one in found)}


@lru_cache(maxsize=1 << 10)  # the same conditions are compared with many others
def _names_of(term: str) -> frozenset[str]:
    """All dotted names in a condition."""
    return frozenset(names_in(cst.parse_expression(term)))


def _caught(script: Script, leaves: Statement) -> bool:
    """Whether an exception that is raised there is handled in the same function."""
    return type(leaves.node) is cst.Raise and any(
        type(header.node) is cst.Try for header in script.tree.ancestors(leaves.index)
    )


def _backward(findings: Findings, calls: list[Site]) -> Site | None:
    """The backward pass in which DDP averages gradients over all processes."""
    if not any(wrap.kind == "ddp" for wrap in findings.of(ParallelWrap)):
        return None
    steps = set(findings.script.structure.steps)
    return next(
        (s for s in calls if s.statement.index in steps and text(s.node.func).endswith("backward")),
        None,
    )


_TOP = "import os\nimport torch.distributed as dist\nrank = int(os.environ['RANK'])\n"
_ROUND = "def fit():\n    for epoch in range(9):\n        value = train(epoch)\n"
_MEASURE = (
    "def measure(model):\n    value = model.error()\n    dist.all_reduce(value)\n    return value\n"
)
_ACCELERATOR = (
    "from accelerate import Accelerator\n"
    "accelerator = Accelerator()\n"
    "if accelerator.is_main_process:\n"
)
_REDUCE = "        dist.all_reduce(value)\n"
EXAMPLES = {
    "collective-on-one-process": {
        _TOP + "if rank == 0:\n    save(model)\n    dist.barrier()\n": [(6, 6)],
        _TOP + "if rank != 0:\n    pass\nelse:\n    dist.all_reduce(value)\n": [(7, 7)],
        _TOP + _MEASURE + "if rank == 0:\n    print(measure(model))\n": [(9, 9)],
        _ACCELERATOR + "    accelerator.wait_for_everyone()\n": [(4, 4)],
    },
    "one-process-leaves": {
        _TOP + _ROUND + _REDUCE + "        if rank == 0 and value > 3:\n            break\n": [
            (9, 9)
        ],
        _TOP + _ROUND + _REDUCE + "        if rank == 0 and value > 3:\n            return\n": [
            (9, 9)
        ],
        _TOP + "def finish(value):\n"
        "    if rank != 0:\n"
        "        return\n"
        "    dist.all_reduce(value)\n"
        "    print(value)\n": [(6, 6)],
        _TOP + "def main(args):\n"
        "    if is_main_process(args):\n"
        "        if os.path.exists(args.output):\n"
        "            return -1\n"
        "    if args.distributed:\n"
        "        dist.barrier()\n": [(7, 7)],
        _TOP + "def main(args, resumes):\n"
        "    if rank == 0 and not resumes:\n"
        "        return\n"
        "    if resumes:\n"
        "        if args.path is None:\n"
        "            return\n"
        "    dist.barrier()\n": [(6, 6)],
    },
}
COUNTEREXAMPLES = {
    "collective-on-one-process": {
        _TOP + "if rank == 0:\n    save(model)\ndist.barrier()\n": "all come to the barrier",
        _ACCELERATOR + "    save(model)\naccelerator.wait_for_everyone()\n": "all come to it",
        _TOP
        + "if rank != 0:\n    dist.barrier()\ndownload()\nif rank == 0:\n    dist.barrier()\n": (
            "one goes ahead, the others wait for it"
        ),
        _TOP + "if rank == 0:\n    dist.broadcast(x, 0)\nelse:\n    dist.broadcast(y, 0)\n": (
            "all take part"
        ),
        _TOP
        + _MEASURE.replace("    dist", "    if model.parallel:\n        dist")
        + "if rank == 0:\n    print(measure(model))\n": "what is passed decides",
        "from functools import cache\n"
        + _TOP
        + "@cache\n"
        + _MEASURE
        + "error = measure(model)\nif rank == 0:\n    print(measure(model))\n": (
            "the result is there already"
        ),
    },
    "one-process-leaves": {
        _TOP + "def finish(value):\n    dist.all_reduce(value)\n    if rank != 0:\n        return\n"
        "    print(value)\n": "nothing is waited for afterwards",
        _TOP + _ROUND + _REDUCE + "        if value > 3:\n            break\n": "all leave",
        _TOP + "def finish(value, shared):\n"
        "    if not shared and rank != 0:\n"
        "        return\n"
        "    if shared:\n"
        "        dist.all_reduce(value)\n": "who waits has not left",
        _TOP + "def finish(value, shared):\n"
        "    if rank == 0:\n"
        "        if shared is None:\n"
        "            return\n"
        "    if shared is not None:\n"
        "        dist.barrier()\n": "nobody waits where one leaves",
        _TOP + "def finish(value):\n"
        "    if not value:\n"
        "        if rank == 0:\n"
        "            print('nothing to do')\n"
        "            return\n"
        "        return\n"
        "    dist.barrier()\n": "the others leave, too",
        _TOP + "def finish(value):\n"
        "    if rank == 0:\n"
        "        if not value:\n"
        "            return\n"
        "    if not value:\n"
        "        return\n"
        "    dist.barrier()\n": "the others leave for the same reason",
        _TOP + "def check(path):\n"
        "    if rank == 0:\n"
        "        try:\n"
        "            compare(path)\n"
        "        except ValueError:\n"
        "            remove(path)\n"
        "            raise\n"
        "    dist.barrier()\n": "it has failed before",
    },
}
