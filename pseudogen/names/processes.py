"""Conditions that one process of a run alone meets."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import argument
from pseudogen.names.evidence import API, FLOW, NAME, Evidence, weakest
from pseudogen.names.words import words
from pseudogen.names.workers import DEPTH, SEPARATORS, Rank, rank
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

_FLAGS = frozenset(
    {
        ("main", "process"),
        ("main", "proc"),
        ("master", "process"),
        ("master", "proc"),
        ("master", "node"),
        ("main", "node"),
        ("master", "ordinal"),
        ("main", "rank"),
        ("master", "rank"),
        ("rank", "zero"),
        ("global", "zero"),
        ("process", "zero"),
        ("first", "worker"),
        ("main", "worker"),
        ("lead", "process"),
        ("primary", "process"),
        ("world", "master"),
        ("is", "main"),
        ("is", "master"),
        ("is", "primary"),
        ("is", "chief"),
        ("is", "leader"),
        ("is", "coordinator"),
    }
)
_TELLING = frozenset({"RANK", "dist", "gpu", "id", "index", "node", "proc", "process", "rank"})
_RANK_ZERO = re.compile(r"(^|_)(is_)?rank_?0$|(^|_)isRank0$")
_DISTRIBUTED_WORDS = frozenset(
    {"ddp", "dist", "distributed", "fsdp", "horovod", "initialized", "multiprocessing", "nprocs"}
    | {"nranks", "parallel"}
)
_ADDRESSES = frozenset({"addr", "address", "endpoint", "host", "hostname", "ip"})


@dataclass(frozen=True, slots=True)
class OneProcess:
    """A condition that singles out one process.

    Attributes:
        subject: What is asked: `rank`, `is_main_process()`.
        scope: "machine" when one process of each machine meets it, "all" when one of the whole run
            does, "either" when the condition decides which, None when the script does not say.
        holds: Whether the condition is true on that process (False for `rank != 0`).
        alone: Whether the condition also lets a run without processes pass (`rank in (-1, 0)`,
            `not distributed or rank == 0`).
        evidence: What that rests on.
    """

    subject: str
    scope: str | None
    holds: bool
    alone: bool
    evidence: Evidence


def rank_condition(script: Script, statement: Statement) -> str | None:
    """The innermost condition around a statement, in its function, that singles out one process;
    None without one."""
    for header in script.tree.ancestors(statement.index):
        if header.scope != statement.scope:
            break
        if type(header.node) is cst.If and script.one_process(header.node.test, header.index):
            return text(header.node.test)
    return None


def one_process(script: Script, test: Any, statement: int, depth: int = 0) -> OneProcess | None:
    """What a condition says if it is true, or false, on one process alone; None for others."""
    kind = type(test)
    if depth > DEPTH:
        return None
    if kind is cst.UnaryOperation and type(test.operator) is cst.Not:
        return _negated(script, test.expression, statement, depth)
    if kind is cst.BooleanOperation:
        return _joined(script, test, statement, depth)
    if kind is cst.Comparison and len(test.comparisons) == 1:
        return _compared(script, test, statement)
    return _flag(script, test, statement, depth)


def _negated(script: Script, inner: Any, statement: int, depth: int) -> OneProcess | None:
    found = one_process(script, inner, statement, depth + 1)
    if found is not None:
        return replace(found, holds=not found.holds)
    number = rank(script, inner, statement)
    if number is None or number.kind == "node-rank":
        return None
    return OneProcess(text(inner), _scope(number), True, False, number.evidence)


def _joined(
    script: Script, test: cst.BooleanOperation, statement: int, depth: int
) -> OneProcess | None:
    """`a and b` is true on one process if one of them is; `a or b` if one is and the other asks
    whether there is more than one process at all."""
    both = type(test.operator) is cst.And
    sides = ((test.left, test.right), (test.right, test.left))
    for side, other in sides:
        found = one_process(script, side, statement, depth + 1)
        if found is None:
            continue
        if found.holds is both:
            if _of_first_machine(script, other, both, statement):
                return replace(found, scope="all")
            return replace(found, scope=None) if _asks_which_machine(other) else found
        second = one_process(script, other, statement, depth + 1)
        if second is not None and second.holds is found.holds:
            return replace(
                found, scope=_joint_scope(found, second), alone=found.alone or second.alone
            )
        if _asks_whether_distributed(other) and _distributed(other) in (both, None):
            return replace(found, alone=True)
    return None


def _of_first_machine(script: Script, node: Any, holds: bool, statement: int) -> bool:
    """Whether a condition holds, or does not hold, on the first machine alone: `node_rank == 0`."""
    if type(node) is not cst.Comparison or text(node.comparisons[0].comparator) != "0":
        return False
    if type(node.comparisons[0].operator) is not (cst.Equal if holds else cst.NotEqual):
        return False
    number = rank(script, node.left, statement)
    named = words(dotted(node.left)) == ("node", "rank")
    return named or (number is not None and number.kind == "node-rank")


def _asks_which_machine(node: Any) -> bool:
    """Whether names in a condition speak of a machine's address: which ones pass is then open."""
    names = (dotted(n) for n in descendants(node) if type(n) in (cst.Name, cst.Attribute))
    return any(_ADDRESSES & set(words(name)) for name in names)


def _joint_scope(one: OneProcess, other: OneProcess) -> str | None:
    """Of two conditions of which either lets a process pass."""
    if one.scope == other.scope:
        return one.scope
    return "either" if one.scope and other.scope else None


def _asks_whether_distributed(node: Any) -> bool:
    """Whether names in a condition, each by its last component, speak of several processes."""
    nodes = descendants(node)
    inner = {id(n.value) for n in nodes if isinstance(n, cst.Attribute)}
    inner |= {id(n.attr) for n in nodes if isinstance(n, cst.Attribute)}
    whole = [n for n in nodes if type(n) in (cst.Name, cst.Attribute) and id(n) not in inner]
    names = [dotted(n) for n in whole]
    if any(name.endswith((".is_available", ".is_initialized")) for name in names):
        return True
    seen = {word for name in names for word in words(name)}
    counts = {"world", "size"} <= seen or {"device", "count"} <= seen
    return bool(_DISTRIBUTED_WORDS & seen or counts or "rank" in seen)


def _distributed(node: Any) -> bool | None:
    """Whether a condition about processes holds where there are several (`world_size > 1`) or where
    there is one (`not args.distributed`); None where that does not show."""
    kind = type(node)
    if kind is cst.UnaryOperation and type(node.operator) is cst.Not:
        inner = _distributed(node.expression)
        return None if inner is None else not inner
    if kind is cst.BooleanOperation:
        sides = {_distributed(node.left), _distributed(node.right)}
        return sides.pop() if len(sides) == 1 else None
    if kind is cst.Comparison:
        return None
    single = {"single", "no", "non", "not", "without", "one"} & set(words(text(node)))
    return None if single else True


def _compared(script: Script, test: cst.Comparison, statement: int) -> OneProcess | None:
    left: Any = test.left
    target = test.comparisons[0]
    right, operator = target.comparator, type(target.operator)
    if operator not in _SINGLING:
        return None
    if type(left) in (cst.Integer, cst.UnaryOperation) and text(left) in ("0", "-1"):
        left, right = right, left
    holds = _singles_out(operator, text(right), words(dotted(right)))
    if holds is None:
        return None
    modulo = type(left) is cst.BinaryOperation and type(left.operator) is cst.Modulo
    if modulo and text(left.right) in ("2", "3"):
        return None  # every other process
    number = rank(script, left.left if modulo else left, statement)
    if number is None or number.kind == "node-rank":
        return None
    scope = "machine" if modulo else _scope(number)
    return OneProcess(text(left), scope, holds, "-1" in text(right), number.evidence)


_TRUE_ON_ZERO = {(cst.Equal, "0"), (cst.Is, "0"), (cst.LessThanEqual, "0"), (cst.LessThan, "1")}
_FALSE_ON_ZERO = {
    (cst.NotEqual, "0"),
    (cst.IsNot, "0"),
    (cst.GreaterThan, "0"),
    (cst.GreaterThanEqual, "1"),
}
_SINGLING = {operator for operator, _ in _TRUE_ON_ZERO | _FALSE_ON_ZERO} | {cst.In, cst.NotIn}


_ZERO_AS_TEXT = ("'0'", '"0"')
"""What a variable of the environment is compared with."""


def _singles_out(operator: type, right: str, named: tuple[str, ...]) -> bool | None:
    """Whether a comparison of a rank is true on one process, or false on one; None for neither."""
    if {"main", "master"} & set(named) or right in _ZERO_AS_TEXT:
        right = "0"
    if (operator, right) in _TRUE_ON_ZERO:
        return True
    if (operator, right) in _FALSE_ON_ZERO:
        return False
    if operator in (cst.In, cst.NotIn) and right[:1] in ("(", "[", "{"):
        members = set(right.strip("([{}])").replace(" ", "").split(",")) - {""}
        if "0" in members and members <= {"0", "-1", "None"}:
            return operator is cst.In
    return None


def _flag(script: Script, test: Any, statement: int, depth: int) -> OneProcess | None:
    """`master_process`, `is_main_process()`, `accelerator.is_main_process`."""
    name = dotted(test.func if type(test) is cst.Call else test)
    if not name or "[" in name:
        return None
    found = _assigned_flag(script, name, statement, depth) if type(test) is not cst.Call else None
    if found is not None:
        kind = FLOW if found.evidence.kind == API else found.evidence.kind
        evidence = Evidence(kind, tuple(dict.fromkeys((name, *found.evidence.names))))
        return replace(found, subject=text(test), evidence=evidence)
    last, found_words = name.rpartition(".")[2], words(name)
    pairs = {pair for pair in pairwise(found_words) if pair[0] != "is" or pair == found_words[-2:]}
    if not (_FLAGS & pairs or _RANK_ZERO.search(last)):
        return None
    if type(test) is not cst.Call and _holds_other(script, name, statement):
        return None
    evidence = _flag_evidence(script, test, name, statement)
    return OneProcess(text(test), _flag_scope(test, found_words), True, False, evidence)


def _flag_scope(test: Any, named: tuple[str, ...]) -> str | None:
    """`is_local_main_process`, `is_master(args, local=True)`."""
    if "local" in named:
        return "machine"
    local = argument(test, "local") if type(test) is cst.Call else None
    if local is None:
        return None
    return {"True": "machine", "False": "all"}.get(text(local), "either")


def _holds_other(script: Script, name: str, statement: int) -> bool:
    """Whether a flag with such a name is seen to hold something that is not about processes."""
    made = [b for b in script.reaching(name, statement) if b.how == "assign" and b.value]
    return any(
        type(b.value) is cst.Comparison and not set(SEPARATORS.split(text(b.value))) & _TELLING
        for b in made
    )


def _assigned_flag(script: Script, name: str, statement: int, depth: int) -> OneProcess | None:
    """What a variable says whose assignments are all such conditions, or plain truth values."""
    told = None
    for binding in script.reaching(name, statement):
        if binding.how != "assign" or binding.position is not None:
            return None
        found = one_process(script, binding.value, binding.statement, depth + 1)
        if found is None and text(binding.value) not in ("True", "False"):
            return None
        told = told or found
    return told


def _flag_evidence(script: Script, test: Any, name: str, statement: int) -> Evidence:
    receiver = test.func if type(test) is cst.Call else test
    if type(receiver) is cst.Attribute:
        role = script.role(receiver.value, script.tree.statements[statement].scope)
        if role is not None and role.kind == "accelerator":
            return weakest(role.evidence)
    return Evidence(NAME, (name,))


def _scope(number: Rank) -> str | None:
    return {"local-rank": "machine", "rank": "all"}.get(number.kind)
