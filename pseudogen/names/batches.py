"""Batch sizes: whether one is divided by a number of processes, where, and by what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import subscript_name
from pseudogen.names.evidence import FLOW, NAME, Evidence, weakest
from pseudogen.names.words import suggested_role, words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Binding, Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

MACHINE = "machine"
ALL = "all"

_DIVIDE = (cst.Divide, cst.FloorDivide)
_DIVIDE_ASSIGN = (cst.DivideAssign, cst.FloorDivideAssign)
_FLOORS = frozenset({"int", "floor", "math.floor", "np.floor"})
_ROUNDED = frozenset({*_FLOORS, "round", "ceil", "math.ceil", "np.ceil", "max"})
_MACHINE_WORDS = frozenset({"node", "local", "machine"})
_DEVICE_WORDS = frozenset({"gpus", "devices", "gpu", "device"})
_NAMES = (cst.Name, cst.Attribute)
_BATCHES = (("batch",), ("global", "batch"), ("total", "batch"))
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Division:
    """`batch // processes`: the two expressions, whether the remainder is dropped, and what the
    finding that it is a division of the batch rests on."""

    batch: Any
    processes: Any
    drops_rest: bool
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Share:
    """The place where a batch size was or is divided.

    `line` is where, `processes` by what, `counts` as `counted` tells it, `condition` what has to
    hold beyond what holds at the place that asks.
    """

    line: int
    processes: str
    counts: str | None
    condition: str | None


def division(script: Script, node: Any, scope: int) -> Division | None:
    """A division of a batch size by a number of processes, also inside `int(...)`, `max(1, ...)`
    or a conditional expression."""
    drops = False
    if type(node) is cst.IfExp:
        return division(script, node.body, scope) or division(script, node.orelse, scope)
    while type(node) is cst.Call and dotted(node.func) in _ROUNDED and node.args:
        drops = drops or dotted(node.func) in _FLOORS
        node = next(
            (a.value for a in node.args if type(a.value) in (cst.BinaryOperation, cst.Call)), None
        )
    if type(node) is not cst.BinaryOperation:
        return None
    if type(node.operator) is cst.Multiply and type(node.right) is cst.Integer:
        return division(script, node.left, scope)
    if type(node.operator) not in _DIVIDE:
        return None
    drops = drops or type(node.operator) is cst.FloorDivide
    return divided(script, node.left, node.right, drops, scope)


def divided(script: Script, batch: Any, by: Any, drops: bool, scope: int) -> Division | None:
    """`batch` over `by`, when the one is a batch size and the other a number of processes."""
    count = process_count(script, by, scope)
    size = _batch_size(script, batch, scope) if count is not None else None
    if size is None and count is not None and words(dotted(batch)) in _BATCHES:
        size = Evidence(NAME, (text(batch),))  # no batch of samples is divided by processes
    if size is None or count is None:
        return None
    return Division(batch, by, drops, weakest(size, count))


def _batch_size(script: Script, node: Any, scope: int) -> Evidence | None:
    """What says that a name, `config["batch_size"]` or a part or multiple of it is a batch size."""
    if type(node) is cst.BinaryOperation and type(node.operator) in (*_DIVIDE, cst.Multiply):
        left = _batch_size(script, node.left, scope)
        return left if process_count(script, node.right, scope) is None else None
    key = subscript_name(node)
    if key:
        return Evidence(NAME, (text(node),)) if suggested_role(key) == "batch-size" else None
    return script.is_a(node, scope, "batch-size")


def process_count(script: Script, node: Any, scope: int) -> Evidence | None:
    """What says that an expression counts processes or GPUs: `world_size`, `max(1, n_gpu)`,
    `len(device_ids)`, `nodes * gpus_per_node`."""
    if type(node) is cst.BinaryOperation and type(node.operator) is cst.Multiply:
        left = process_count(script, node.left, scope)
        return left or process_count(script, node.right, scope)
    if type(node) is cst.Call and dotted(node.func) in ("max", "int"):
        counts = (process_count(script, arg.value, scope) for arg in node.args)
        return next((count for count in counts if count is not None), None)
    if type(node) is cst.Call and dotted(node.func) == "len" and len(node.args) == 1:
        named = words(dotted(node.args[0].value))
        if _DEVICE_WORDS & set(named):
            return Evidence(NAME, (text(node),))
        return None
    key = subscript_name(node)
    if key and suggested_role(key) == "process-count":
        return Evidence(NAME, (text(node),))
    found = script.is_a(node, scope, "process-count")
    if found is None and type(node) in _NAMES and words(dotted(node))[-1:] == ("gpus",):
        return Evidence(NAME, (text(node),))  # a list of them is no operand
    return found or _from_environment(script, node, scope)


def _from_environment(script: Script, node: Any, scope: int) -> Evidence | None:
    """A variable that gets what launchers set: `world = int(os.environ["WORLD_SIZE"])`."""
    name = dotted(node) if type(node) in _NAMES else ""
    found = script.resolver.bindings(name, scope) if name else []
    values = [text(b.value) for b in found if b.how == "assign" and type(b.value) is cst.Call]
    set_there = any("WORLD_SIZE" in v and ("environ" in v or "getenv" in v) for v in values)
    return Evidence(FLOW, (name,)) if set_there and len(values) == len(found) else None


def counted(script: Script, processes: Any, statement: Statement) -> str | None:
    """Whether a count is of one MACHINE or of ALL: by the call that makes it, or by its name."""
    scope = _trait(script, processes, statement, "scope")
    if scope is not None:
        return scope
    named = set(words(dotted(processes) or subscript_name(processes)))
    if "per" in named or named & _MACHINE_WORDS:
        return MACHINE
    return ALL if "world" in named else None


def unit(script: Script, processes: Any, statement: Statement) -> str:
    """What a count counts: "process", or "device" where one process drives several (JAX)."""
    if type(processes) is cst.Call and text(processes).endswith("n_gpu)"):
        return "device"  # `max(1, n_gpu)`: the devices that one process uses, none on a CPU
    return _trait(script, processes, statement, "unit") or "process"


def _trait(script: Script, processes: Any, statement: Statement, trait: str) -> str | None:
    """What the tables say of the call that makes a count."""
    name = dotted(processes)
    bindings = script.reaching(name, statement.index) if name else []
    made = [b.value for b in bindings if b.how == "assign"]
    for expression in (processes, *made):
        call = type(expression) is cst.Call
        known = script.known(expression.func, statement.scope) if call else None
        if known is not None and trait in known.api.traits:
            return known.api.traits[trait]
    return None


def divided_before(script: Script, node: Any, statement: Statement) -> Share | None:
    """The division through which a batch size has come to a statement, or None."""
    direct = division(script, node, statement.scope)
    if direct is not None:
        return _share(script, direct, statement, statement)
    return next(_divisions(script, node, statement.index, statement, 0), None)


def _divisions(
    script: Script, node: Any, index: int, asking: Statement, depth: int
) -> Iterator[Share]:
    name = dotted(node)
    if not name or depth > _DEPTH:
        return
    for binding in script.reaching(name, index):
        place = script.tree.statements[binding.statement]
        found = _bound_division(script, binding, place.scope)
        if found is not None:
            yield _share(script, found, place, asking)
        elif binding.how == "assign":
            yield from _divisions(script, binding.value, binding.statement, asking, depth + 1)


def divided_after(script: Script, node: Any, statement: Statement) -> Share | None:
    """The division that a batch size meets below a statement that uses it undivided, or None."""
    name = dotted(node)
    reaching = script.reaching(name, statement.index) if name else []
    known = {id(binding) for binding in reaching}
    for binding in script.resolver.bindings(name, statement.scope) if name else ():
        place = script.tree.statements[binding.statement]
        if place.index <= statement.index or place.scope != statement.scope:
            continue
        found = _bound_division(script, binding, place.scope)
        if found is None:
            if binding.how == "assign":
                return None
            continue
        before = {id(b) for b in script.reaching(name, place.index)}
        if before & known or not (before or known):
            return _share(script, found, place, statement)
    return None


def _bound_division(script: Script, binding: Binding, scope: int) -> Division | None:
    if binding.how == "assign":
        return division(script, binding.value, scope)
    if binding.how == "augment" and type(binding.value.operator) in _DIVIDE_ASSIGN:
        node = binding.value
        drops = type(node.operator) is cst.FloorDivideAssign
        return divided(script, node.target, node.value, drops, scope)
    return None


def workers_divided(script: Script, node: Any, statement: Statement) -> tuple[int, str] | None:
    """(line, by what) of `workers = (workers + devices - 1) // devices` before a statement."""
    name = dotted(node)
    for binding in script.reaching(name, statement.index) if name else ():
        place = script.tree.statements[binding.statement]
        for inner in _rounded(binding.value):
            if type(inner) is not cst.BinaryOperation or type(inner.operator) not in _DIVIDE:
                continue
            counts = process_count(script, inner.right, place.scope) is not None
            if counts and any("workers" in words(dotted(n)) for n in descendants(inner.left)):
                return place.first, text(inner.right)
    return None


def _rounded(value: Any) -> Iterator[Any]:
    """What a value is before it is rounded or kept above a least one: `max(1, int(w / n))`."""
    if type(value) is not cst.Call:
        yield value
    elif dotted(value.func) in _ROUNDED:
        for arg in value.args:
            yield from _rounded(arg.value)


def _share(script: Script, found: Division, place: Statement, asking: Statement) -> Share:
    return Share(
        line=place.first,
        processes=text(found.processes),
        counts=counted(script, found.processes, place),
        condition=script.condition(place, beyond=asking),
    )
