"""barrier: processes wait for each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted

_WAITS = (
    "barrier",
    "barrier_worker",
    "monitored_barrier",
    "rendezvous",
    "synchronize_processes",
    "wait_for_all",
    "wait_for_everyone",
)
_ORDERS = (
    "barrier_context",
    "main_process_first",
    "local_main_process_first",
    "torch_distributed_zero_first",
    "rank_zero_first",
    "wait_for_the_master",
    "wait_for_master",
)
_SYNCS = ("dist_barrier", "dist_sync", "distributed_sync", "sync_processes")
"""Helpers of projects, which may also bring values together."""
_SETTINGS = frozenset({"args", "cfg", "conf", "config", "opt", "opts"})
_ASKED = ("get_rank", "get_world_size", "is_main_process")
_SPEAKERS = frozenset({"dist", "comm", "distributed", "mpu", "ptd", "synchronization"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Barrier(Finding):
    """Facts of a barrier.

    Attributes:
        call: What is called, as written.
        first_goes_ahead: Whether one process does a block before the others (`with
            main_process_first():`); otherwise all wait for all.
        among: "all" when all processes of the run wait, "group" when those of the group that is
            passed do; None when the call does not say.
        group: The group that is passed, as written; None without one.
        met: Lines of the same call under other rank conditions, where the other processes wait.
        each_machine: Whether one process of each machine is known to go ahead.
        guard: The rank condition around it that would keep some processes away; None without one.
        condition: The condition under which it is done.
    """

    pattern: ClassVar[str] = "barrier"

    call: str
    first_goes_ahead: bool
    among: str | None = None
    group: str | None = None
    met: tuple[int, ...] = ()
    each_machine: bool = False
    guard: str | None = None
    condition: str | None = None


@pattern(Barrier, kinds=("barrier",))
def find_call(site: Site, script: Script) -> Iterator[Barrier]:
    """`dist.barrier()`."""
    if site.known is not None:
        yield _barrier(site, script, False, Evidence(site.known.evidence, (site.known.name,)))


@pattern(Barrier, methods=(*_WAITS, *_ORDERS, *_SYNCS, "synchronize"))
def find_method(site: Site, script: Script) -> Iterator[Barrier]:
    """`accelerator.wait_for_everyone()`, `comm.synchronize()`, `with main_process_first():`."""
    if site.known is not None:
        return
    receiver, _, method = site.name.rpartition(".")
    if method in _SYNCS and not _gets_settings(site):
        return
    if method == "synchronize" and not _of_processes(receiver, site, script):
        return
    evidence = Evidence(NAME, (site.name,))
    role = script.role(site.node.func.value, site.scope) if receiver else None
    if role is not None and role.kind == "accelerator":
        evidence = role.evidence
    yield _barrier(site, script, method in _ORDERS, evidence)


def _gets_settings(site: Site) -> bool:
    """Whether a statement calls a helper with settings alone: `distributed_sync(args)`."""
    whole = type(site.statement.node) is cst.Expr and site.statement.node.value is site.node
    return whole and all(dotted(arg.value) in _SETTINGS for arg in site.node.args)


def _of_processes(receiver: str, site: Site, script: Script) -> bool:
    """Whether `synchronize` is that of processes, not the one that waits for a GPU."""
    modules = script.resolver.qualified(site.name, site.scope) or (receiver,)
    if not receiver and modules == (receiver,):  # of `from utils import *`
        return any(call.name in _ASKED for call in script.call_sites())
    if not receiver and any(_gives_rank(name.rpartition(".")[0], script) for name in modules):
        return True
    return any(
        _SPEAKERS & {word for part in name.split(".")[:-1] or [name] for word in words(part)}
        for name in (*modules, receiver + ".")
    )


def _gives_rank(module: str, script: Script) -> bool:
    """Whether a module is also asked for the rank: `from utils import get_rank, synchronize`."""
    return bool(module) and any(
        f"{module}.{name}" in script.resolver.qualified(name, 0) for name in _ASKED
    )


def _met_elsewhere(site: Site, script: Script, guard: str) -> tuple[int, ...]:
    """Lines of the same call in the function under other conditions of the rank: first the others
    wait, then the one that went ahead."""
    lines = (
        call.line
        for call in script.call_sites()
        if call.scope == site.scope
        and call.node is not site.node
        and call.name == site.name
        and (other := script.rank_condition(call.statement)) is not None
        and other != guard
    )
    return tuple(dict.fromkeys(lines))


def _each_machine(site: Site, script: Script) -> bool:
    """Whether one process of each machine goes ahead: `local_main_process_first()`,
    `torch_distributed_zero_first(local_rank)`."""
    if "local" in words(site.name):
        return True
    first = site.node.args[0].value if site.node.args else None
    number = script.rank(first, site.statement.index) if first is not None else None
    return number is not None and number.kind == "local-rank"


def _barrier(site: Site, script: Script, ahead: bool, evidence: Evidence) -> Barrier:
    guard = script.rank_condition(site.statement)
    met = _met_elsewhere(site, script, guard) if guard is not None else ()
    group = script.argument_text(site, "group") if site.known is not None else None
    group = None if group == "None" else group
    everybody = "all" if evidence.kind == API else None
    return Barrier(
        line=site.line,
        end=site.last,
        evidence=evidence,
        call=site.name,
        first_goes_ahead=ahead,
        among="group" if group else everybody,
        group=group,
        met=met,
        each_machine=ahead and _each_machine(site, script),
        guard=None if met else guard,
        condition=script.condition(site.statement),
    )


EXAMPLES = {
    "import torch\nif distributed:\n    torch.distributed.barrier()": [
        Barrier(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.distributed.barrier",)),
            call="torch.distributed.barrier",
            first_goes_ahead=False,
            among="all",
            guard=None,
            condition="distributed",
        )
    ],
    "from accelerate import Accelerator\n"
    "accelerator = Accelerator()\n"
    "accelerator.wait_for_everyone()": [
        Barrier(
            line=3,
            end=3,
            evidence=Evidence(API, ("accelerate.Accelerator",)),
            call="accelerator.wait_for_everyone",
            first_goes_ahead=False,
            among="all",
            guard=None,
            condition=None,
        )
    ],
    "from detection.utils import comm\nif rank == 0:\n    comm.synchronize()": [
        Barrier(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("comm.synchronize",)),
            call="comm.synchronize",
            first_goes_ahead=False,
            guard="rank == 0",
            condition="rank == 0",
        )
    ],
    "with training_args.main_process_first(desc='map'):\n    data = data.map(f)": [
        Barrier(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("training_args.main_process_first",)),
            call="training_args.main_process_first",
            first_goes_ahead=True,
            guard=None,
            condition=None,
        )
    ],
    "with torch_distributed_zero_first(LOCAL_RANK):\n    data = load(root)": [
        Barrier(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("torch_distributed_zero_first",)),
            call="torch_distributed_zero_first",
            first_goes_ahead=True,
            each_machine=True,
        )
    ],
    (
        "import torch.distributed as dist\n"
        "def first(rank):\n"
        "    if rank != 0:\n"
        "        dist.barrier()\n"
        "    prepare()\n"
        "    if rank == 0:\n"
        "        dist.barrier()"
    ): [
        Barrier(
            line=4,
            end=4,
            evidence=Evidence(API, ("torch.distributed.barrier",)),
            call="dist.barrier",
            first_goes_ahead=False,
            among="all",
            met=(7,),
            guard=None,
            condition="rank != 0",
        ),
        Barrier(
            line=7,
            end=7,
            evidence=Evidence(API, ("torch.distributed.barrier",)),
            call="dist.barrier",
            first_goes_ahead=False,
            among="all",
            met=(4,),
            guard=None,
            condition="rank == 0",
        ),
    ],
    ("from project.utils import get_rank, synchronize\nrank = get_rank()\nsynchronize()"): [
        Barrier(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("synchronize",)),
            call="synchronize",
            first_goes_ahead=False,
        )
    ],
    ("with barrier_context():\n    data = CIFAR10(root, download=True)"): [
        Barrier(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("barrier_context",)),
            call="barrier_context",
            first_goes_ahead=True,
        )
    ],
    ("from utils.distributed import *\nrank = get_rank()\nsynchronize()\n"): [
        Barrier(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("synchronize",)),
            call="synchronize",
            first_goes_ahead=False,
        )
    ],
    ("distributed_sync(args)"): [
        Barrier(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("distributed_sync",)),
            call="distributed_sync",
            first_goes_ahead=False,
        )
    ],
}
COUNTEREXAMPLES = {
    "import torch\ntorch.cuda.synchronize()": "the process waits for its GPU",
    "worker.join()": "the parent waits for a child",
    ("from clocks import synchronize\nsynchronize()"): "clocks, for all we know",
    ("from helpers import *\nsynchronize()\n"): "it may wait for a GPU",
    ("total = dist_sync(total)"): "values are brought together",
}
