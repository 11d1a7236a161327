"""batch-division: a global batch size is divided into a per-process one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.batches import Division, counted, divided, division, unit
from pseudogen.names.evidence import NAME, Evidence
from pseudogen.names.quantities import Link
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import target
from pseudogen.names.words import suggested_role, words
from pseudogen.records import dataclass
from pseudogen.syntax.text import text


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDivision(Finding):
    """Facts of a division of the batch size.

    Attributes:
        target: What receives the result; None for an argument of a call.
        expression: The division as written.
        per: Who gets the result as its batch, "process" or "device".
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

    target: str | None = None
    expression: str
    per: str
    batch: str
    processes: str
    drops_rest: bool = False
    counts: str | None = None
    condition: str | None = None
    chain: tuple[Link, ...] = ()
    batch_value: int | float | None = None
    processes_value: int | float | None = None


_LOOKING = (("assert",), ("check",), ("compare",), ("validate",), ("verify",))
"""First words of functions that look at what others have set."""


@pattern(
    BatchDivision,
    statements=(cst.Assign, cst.AnnAssign),
    values=(cst.BinaryOperation, cst.Call, cst.Dict),
    mentions=("/",),
)
def find_assignment(site: Site, script: Script) -> Iterator[BatchDivision]:
    """`batch_size = batch_size // world_size`, also inside `int(...)`."""
    if type(site.node.value) in (cst.BinaryOperation, cst.Call):
        found = division(script, site.node.value, site.scope)
        if found is not None:
            name = target(site.statement) or ""
            yield from _finding(site, script, name, text(site.node.value), found)
    elif type(site.node.value) is cst.Dict:
        for element in site.node.value.elements:
            if type(element) is cst.DictElement and type(element.value) is cst.BinaryOperation:
                found = division(script, element.value, site.scope)
                if found is not None:
                    key, value = text(element.key), text(element.value)
                    yield from _finding(site, script, key, value, found)


@pattern(BatchDivision, statements=(cst.AugAssign,))
def find_in_place(site: Site, script: Script) -> Iterator[BatchDivision]:
    """`batch_size //= world_size`."""
    node = site.node
    if type(node.operator) in (cst.DivideAssign, cst.FloorDivideAssign):
        drops = type(node.operator) is cst.FloorDivideAssign
        found = divided(script, node.target, node.value, drops, site.scope)
        sign = "//" if drops else "/"
        expression = f"{text(node.target)} {sign} {text(node.value)}"
        if found is not None:
            yield from _finding(site, script, text(node.target), expression, found)


@pattern(BatchDivision, calls=True, mentions=("/",))
def find_in_call(site: Site, script: Script) -> Iterator[BatchDivision]:
    """`DataLoader(data, batch_size=batch_size // world_size)`, whatever is called; without the
    keyword only where a loader is made."""
    for arg in site.node.args:
        kind = type(arg.value)
        if kind is not cst.BinaryOperation and kind is not cst.Call:
            continue
        name = arg.keyword.value if arg.keyword is not None else "batch_size"
        named = arg.keyword is not None and suggested_role(name) == "batch-size"
        if named or (arg.keyword is None and suggested_role(site.name) == "loader"):
            found = division(script, arg.value, site.scope)
            if found is not None and script.rank_condition(site.statement) is None:
                yield from _finding(site, script, None, text(arg.value), found)


def _counts_passes(target: str) -> bool:
    """Whether a name is that of a number of backward passes: `grad_accum_steps`."""
    named = set(words(target.rpartition(".")[2]))
    return bool(named & {"accum", "accumulate", "accumulation"}) and "size" not in named


def _finding(
    site: Site, script: Script, target: str | None, expression: str, found: Division
) -> Iterator[BatchDivision]:
    at = site.statement.index
    function = script.function_around(site.statement)
    compares = function is not None and words(function.node.name.value)[:1] in _LOOKING
    if compares or words(text(found.batch))[:1] == ("last",):
        return  # what is there is looked at, or the rest of the data is shared out
    if _counts_passes(target or ""):
        return  # the batch is not shared out, but made up of so many backward passes
    yield BatchDivision(
        line=site.line,
        end=site.last,
        evidence=found.evidence,
        target=target,
        expression=expression,
        per=unit(script, found.processes, site.statement),
        batch=text(found.batch),
        processes=text(found.processes),
        drops_rest=found.drops_rest,
        counts=counted(script, found.processes, site.statement),
        condition=script.condition(site.statement),
        chain=script.chain(found.batch, at),
        batch_value=script.value(found.batch, at),
        processes_value=script.value(found.processes, at),
    )


EXAMPLES = {
    "per_gpu_batch_size = args.batch_size // world_size": [
        BatchDivision(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("args.batch_size", "world_size")),
            target="per_gpu_batch_size",
            expression="args.batch_size // world_size",
            per="process",
            batch="args.batch_size",
            processes="world_size",
            drops_rest=True,
            counts="all",
        ),
    ],
    "if distributed:\n    batch_size //= ngpus_per_node": [
        BatchDivision(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("batch_size", "ngpus_per_node")),
            target="batch_size",
            expression="batch_size // ngpus_per_node",
            per="process",
            batch="batch_size",
            processes="ngpus_per_node",
            drops_rest=True,
            counts="machine",
            condition="distributed",
        ),
    ],
    "import torch\nn = torch.cuda.device_count()\nbs = 64\nbs = int(bs / n)": [
        BatchDivision(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("bs",)),
            target="bs",
            expression="int(bs / n)",
            per="process",
            batch="bs",
            processes="n",
            drops_rest=True,
            counts="machine",
            chain=(Link(3, "bs = 64", 64),),
            batch_value=64,
        ),
    ],
    "import jax\nper_device = batch_size // jax.local_device_count()": [
        BatchDivision(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("batch_size",)),
            target="per_device",
            expression="batch_size // jax.local_device_count()",
            per="device",
            batch="batch_size",
            processes="jax.local_device_count()",
            drops_rest=True,
            counts="machine",
        ),
    ],
    ("batch_size = global_batch_size // num_of_devices"): [
        BatchDivision(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("global_batch_size", "num_of_devices")),
            target="batch_size",
            expression="global_batch_size // num_of_devices",
            per="process",
            batch="global_batch_size",
            processes="num_of_devices",
            drops_rest=True,
        )
    ],
    ("args.bsize = args.bsize // args.nranks"): [
        BatchDivision(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("args.bsize", "args.nranks")),
            target="args.bsize",
            expression="args.bsize // args.nranks",
            per="process",
            batch="args.bsize",
            processes="args.nranks",
            drops_rest=True,
            chain=(
                Link(
                    line=1,
                    code="args.bsize = args.bsize // args.nranks",
                    value=None,
                    carried=False,
                    given=False,
                ),
            ),
        )
    ],
    "batch_size = total_batch_size // (passes * world_size)": [
        BatchDivision(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("total_batch_size", "world_size")),
            target="batch_size",
            expression="total_batch_size // (passes * world_size)",
            per="process",
            batch="total_batch_size",
            processes="(passes * world_size)",
            drops_rest=True,
        ),
    ],
}
COUNTEREXAMPLES = {
    "local_size = last_batch_size // world_size": "the last batch alone",
    "def compare_settings(args):\n    size = args.batch_size // world_size": "it is only looked at",
    "steps = len(dataset) // batch_size": "that is steps-per-epoch",
    "grad_accum_steps = total_batch_size // (B * T * world_size)": "a number of backward passes",
    "half = batch_size // 2": "a constant is no number of processes",
    "lr = base_lr * batch_size / world_size": "that scales the learning rate",
}
