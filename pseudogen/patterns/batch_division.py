"""batch-division: a global batch size is divided into a per-process one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.evidence import NAME, Evidence, weakest
from pseudogen.names.quantities import Link
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_DIVISIONS = (cst.Divide, cst.FloorDivide)
_DIVIDING_ASSIGNMENTS = (cst.DivideAssign, cst.FloorDivideAssign)
_MACHINE_WORDS = frozenset({"node", "local", "machine"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDivision(Finding):
    """Facts of a division of the batch size.

    Attributes:
        target: What receives the result.
        batch: What is divided.
        processes: By what.
        drops_rest: Whether the division drops the remainder (`//`, `int(a / b)`).
        counts: "machine" when the divisor counts the processes of one machine, "all" when it counts
            all of them, None when the script does not say.
        condition: The condition under which it is done; None without one.
        chain: Where the batch size comes from.
        batch_value: Its value where constants tell.
        processes_value: The number of processes where constants tell.
    """

    pattern: ClassVar[str] = "batch-division"

    target: str
    batch: str
    processes: str
    drops_rest: bool
    counts: str | None
    condition: str | None
    chain: tuple[Link, ...]
    batch_value: int | float | None
    processes_value: int | float | None


@pattern(BatchDivision, statements=(cst.Assign, cst.AnnAssign))
def find_assignment(site: Site, script: Script) -> Iterator[BatchDivision]:
    """`batch_size = batch_size // world_size`, also inside `int(...)`."""
    value, rounded = site.node.value, False
    if type(value) is cst.Call and dotted(value.func) in ("int", "math.floor", "floor"):
        value, rounded = (value.args[0].value if value.args else None), True
    if type(value) is cst.BinaryOperation and type(value.operator) in _DIVISIONS:
        target = site.node.target if type(site.node) is cst.AnnAssign else _only_target(site.node)
        drops = rounded or type(value.operator) is cst.FloorDivide
        yield from _division(site, script, text(target), value.left, value.right, drops)


@pattern(BatchDivision, statements=(cst.AugAssign,))
def find_in_place(site: Site, script: Script) -> Iterator[BatchDivision]:
    """`batch_size //= world_size`."""
    node = site.node
    if type(node.operator) in _DIVIDING_ASSIGNMENTS:
        drops = type(node.operator) is cst.FloorDivideAssign
        yield from _division(site, script, text(node.target), node.target, node.value, drops)


@pattern(BatchDivision, kinds=("loader", "dataset"))
def find_in_call(site: Site, script: Script) -> Iterator[BatchDivision]:
    """`DataLoader(data, batch_size=batch_size // world_size)`."""
    value = script.argument(site, "batch_size")
    if type(value) is cst.BinaryOperation and type(value.operator) in _DIVISIONS:
        drops = type(value.operator) is cst.FloorDivide
        yield from _division(site, script, "batch_size", value.left, value.right, drops)


def _division(
    site: Site, script: Script, target: str, batch: Any, processes: Any, drops_rest: bool
) -> Iterator[BatchDivision]:
    size = script.is_a(batch, site.scope, "batch-size")
    count = script.role(processes, site.scope)
    if size is None or count is None or count.kind != "process-count":
        return
    at = site.statement.index
    yield BatchDivision(
        line=site.line,
        end=site.last,
        evidence=weakest(size, count.evidence),
        target=target,
        batch=text(batch),
        processes=text(processes),
        drops_rest=drops_rest,
        counts=_counts(processes, site, script),
        condition=script.condition(site.statement),
        chain=script.chain(batch, at),
        batch_value=script.value(batch, at),
        processes_value=script.value(processes, at),
    )


def _only_target(node: cst.Assign) -> Any:
    return node.targets[0].target


def _counts(processes: Any, site: Site, script: Script) -> str | None:
    """Whether a count is of one machine or of all: by the call that makes it, or by its name."""
    for expression in (processes, *_values(processes, site, script)):
        known = script.known(expression.func, site.scope) if type(expression) is cst.Call else None
        if known is not None and "scope" in known.api.traits:
            return known.api.traits["scope"]
    named = set(words(dotted(processes)))
    if "per" in named or named & _MACHINE_WORDS:
        return "machine"
    return "all" if "world" in named else None


def _values(node: Any, site: Site, script: Script) -> Iterator[Any]:
    name = dotted(node)
    for binding in script.reaching(name, site.statement.index) if name else ():
        if binding.how == "assign":
            yield binding.value


EXAMPLES = {
    "per_gpu_batch_size = args.batch_size // world_size": [
        BatchDivision(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("args.batch_size", "world_size")),
            target="per_gpu_batch_size",
            batch="args.batch_size",
            processes="world_size",
            drops_rest=True,
            counts="all",
            condition=None,
            chain=(),
            batch_value=None,
            processes_value=None,
        )
    ],
    "if distributed:\n    batch_size //= ngpus_per_node": [
        BatchDivision(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("batch_size", "ngpus_per_node")),
            target="batch_size",
            batch="batch_size",
            processes="ngpus_per_node",
            drops_rest=True,
            counts="machine",
            condition="distributed",
            chain=(),
            batch_value=None,
            processes_value=None,
        )
    ],
    "import torch\nn = torch.cuda.device_count()\nbs = 64\nbs = int(bs / n)": [
        BatchDivision(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("bs",)),
            target="bs",
            batch="bs",
            processes="n",
            drops_rest=True,
            counts="machine",
            condition=None,
            chain=(Link(3, "bs = 64", 64),),
            batch_value=64,
            processes_value=None,
        )
    ],
}
COUNTEREXAMPLES = {
    "steps = len(dataset) // batch_size": "that is steps-per-epoch",
    "half = batch_size // 2": "a constant is no number of processes",
    "lr = base_lr * batch_size / world_size": "that scales the learning rate",
}
