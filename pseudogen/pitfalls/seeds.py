"""Seeds that are alike where processes or workers should draw different random numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import names_in, statement_at
from pseudogen.names.script import Script, Site
from pseudogen.patterns.parallel_wrap import ParallelWrap
from pseudogen.patterns.process_group_init import ProcessGroupInit
from pseudogen.patterns.seeding import Seeding
from pseudogen.patterns.worker_launch import WorkerLaunch
from pseudogen.pitfall import NOTE, WARNING, Findings, Pitfall, pitfall, report
from pseudogen.regex import regex
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_SEEDS = ("seed", "manual_seed")
_TELLS_APART = ("initial_seed", "get_worker_info", "rank", "SeedSequence", "spawn_key")
_DRAWN = regex(r"\brand(om|int|range|bits)?\b|\btime\b|urandom|\bentropy\b")

_TRAINING = frozenset({"torch", "paddle"})
"""The libraries from whose generators weights and dropout come."""


@pitfall("seed-alike-in-processes")
def check_processes(findings: Findings) -> Iterator[Pitfall]:
    """All processes of a run start from one seed, and none of them from another one later."""
    script = findings.script
    seedings = [s for s in findings.of(Seeding) if s.evidence.kind != "name"]
    if not _several(findings) or not script.structure.steps:
        return
    if not seedings or any(s.per_process or _by_rank(script, s) for s in findings.of(Seeding)):
        return
    first = next((s for s in seedings if _seeds_training(s)), None)
    if first is None or _in_worker_function(script, first) or _is_drawn(script, first):
        return
    if not script.workers.functions or _reaches_workers(script, first):
        yield report(
            "seed-alike-in-processes",
            NOTE,
            (first.line, first.end),
            first.evidence.kind,
            seed=first.seed,
        )


@pitfall("seed-misses-workers")
def check_started_workers(findings: Findings) -> Iterator[Pitfall]:
    """A seed is set where the workers are started, and none in what the workers run.

    A started process begins with generators of its own; of the script only the lines outside of
    functions run in it, and the function that it was started for.
    """
    script = findings.script
    seedings = [s for s in findings.of(Seeding) if s.evidence.kind != "name"]
    if not script.workers.functions or any(_reaches_workers(script, s) for s in seedings):
        return
    launches = [w for w in findings.of(WorkerLaunch) if _begins_anew(w)]
    first = next((s for s in seedings if _seeds_training(s)), None)
    if first is not None and launches:
        yield report(
            "seed-misses-workers",
            WARNING,
            (first.line, first.end),
            first.evidence.kind,
            seed=first.seed,
            call=launches[0].call,
            launch=launches[0].line,
            function=launches[0].function,
        )


def _begins_anew(launch: WorkerLaunch) -> bool:
    """Whether the workers are new interpreters; a forked one goes on with the generators it got."""
    return any(name.endswith("multiprocessing.spawn") for name in launch.evidence.names)


def _reaches_workers(script: Script, seeding: Seeding) -> bool:
    """Whether a seeding runs in the workers that the script starts, as far as calls tell."""
    statement = statement_at(script, seeding.line)
    function = script.function_around(statement)
    return function is None or function.index in _run_by_workers(script)


def _run_by_workers(script: Script) -> set[int]:
    """The functions that the started workers run, by index."""
    reached: set[int] = set()
    waiting = list(script.workers.functions)
    while waiting:
        index = waiting.pop()
        if index not in reached:
            reached.add(index)
            calls = script.calls_below(script.tree.statements[index])
            called = (script.called_function(site) for site in calls)
            waiting.extend(f.index for f in called if f is not None)
    return reached


def _several(findings: Findings) -> bool:
    """Whether the script is seen to join a group and to train one model on all of it."""
    joins = any(g.framework in ("PyTorch", "Paddle") for g in findings.of(ProcessGroupInit))
    return joins and any(w.kind == "ddp" for w in findings.of(ParallelWrap))


def _by_rank(script: Script, seeding: Seeding) -> bool:
    """Whether the lines of a seeding speak of a rank in any way."""
    lines = script.tree.lines[seeding.line - 1 : seeding.end]
    return any("rank" in line or "device_specific" in line for line in lines)


def _seeds_training(seeding: Seeding) -> bool:
    """Whether a known seed goes to the generator from which first weights come; those of GPUs
    alone give dropout."""
    names = seeding.evidence.names
    on_gpu = bool(names) and all(name.startswith("torch.cuda.") for name in names)
    return bool(seeding.seed and _TRAINING & set(seeding.libraries)) and not on_gpu


def _is_drawn(script: Script, seeding: Seeding) -> bool:
    """Whether the seed is itself a random number or a time, another one in each process."""
    statement = statement_at(script, seeding.line)
    values = (b.value for b in script.reaching(seeding.seed or "", statement.index))
    return any(v is not None and _DRAWN.search(text(v)) for v in values)


def _in_worker_function(script: Script, seeding: Seeding) -> bool:
    statement = statement_at(script, seeding.line)
    function = script.function_around(statement)
    name = function.node.name.value if function is not None else ""
    return "worker" in name and "init" in name


@pitfall("seed-alike-in-workers")
def check_workers(findings: Findings) -> Iterator[Pitfall]:
    """`worker_init_fn` gives all workers of a loader the same seed."""
    script = findings.script
    for site in script.call_sites():
        if site.known is None or site.known.api.kind != "loader":
            continue
        given = script.argument(site, "worker_init_fn")
        found = _constant_seed(script, given, site) if given is not None else None
        if found is not None:
            yield report(
                "seed-alike-in-workers",
                WARNING,
                (found[0], found[0]),
                "flow",
                seed=found[1],
                loader=site.line,
            )


def _constant_seed(script: Script, given: Any, site: Site) -> tuple[int, str] | None:
    """The line and text of a seed that does not depend on the worker, where no other does."""
    if type(given) is cst.Lambda:
        worker = given.params.params[0].name.value if given.params.params else ""
        call = given.body
        seed = call.args[0].value if type(call) is cst.Call and call.args else None
        seeds = type(call) is cst.Call and dotted(call.func).rpartition(".")[2] in _SEEDS
        alike = seeds and seed is not None and not _depends(seed, worker)
        return (site.line, text(seed)) if alike else None
    function = _function(script, given, site)
    if function is None:
        return None
    written = "\n".join(script.tree.lines[function.first : function.end])
    parameters = [p.name.value for p in function.node.params.params]
    if any(mark in written for mark in _TELLS_APART) or len(parameters) != 1:
        return None
    calls = [s for s in script.calls_below(function) if s.known and s.known.api.kind == "seed"]
    seeds_ = [(s, script.argument(s, "seed")) for s in calls]
    if not calls or parameters[0] in written:
        return None
    first, value = seeds_[0]
    return (first.line, text(value)) if value is not None else None


def _depends(node: Any, worker: str) -> bool:
    written = text(node)
    return worker in names_in(node) or any(mark in written for mark in _TELLS_APART)


def _function(script: Script, given: Any, site: Site) -> Statement | None:
    name = dotted(given)
    found = script.resolver.bindings(name, site.scope) if name else []
    if len(found) != 1 or found[0].how != "function":
        return None
    return script.tree.statements[found[0].statement]


_TOP = (
    "import random\n"
    "import torch\n"
    "import torch.distributed as dist\n"
    "from torch.nn.parallel import DistributedDataParallel as DDP\n"
    "from torch.utils.data import DataLoader\n"
    "dist.init_process_group('nccl')\n"
    "rank = dist.get_rank()\n"
)
_TRAIN = "model = DDP(net)\nfor x, y in loader:\n    criterion(model(x), y).backward()\n"
_SPAWN = (
    "import torch\n"
    "import torch.multiprocessing as mp\n"
    "def work(rank, args):\n"
    "    train(args)\n"
    "def main():\n"
    "    torch.manual_seed(args.seed)\n"
    "    mp.spawn(work, args=(args,), nprocs=4)\n"
)
_WORKERS = "def init(worker):\n    random.seed(7)\n"
_LOADER = "loader = DataLoader(data, num_workers=4, worker_init_fn=init)\n"
EXAMPLES = {
    "seed-alike-in-processes": {
        _TOP + "torch.manual_seed(args.seed)\n" + _TRAIN: [(8, 8)],
        _TOP + "random.seed(0)\ntorch.manual_seed(0)\n" + _TRAIN: [(8, 9)],
    },
    "seed-misses-workers": {
        _SPAWN: [(6, 6)],
        _SPAWN.replace("main()", "start()")
        .replace("import torch\n", "import torch, random\n", 1)
        .replace("    torch.manual_seed", "    random.seed(args.seed)\n    torch.manual_seed"): [
            (6, 7)
        ],
    },
    "seed-alike-in-workers": {
        _TOP + _WORKERS + _LOADER: [(9, 9)],
        _TOP + _LOADER.replace("init)", "lambda i: random.seed(7))"): [(8, 8)],
    },
}
COUNTEREXAMPLES = {
    "seed-alike-in-processes": {
        _TOP + "torch.manual_seed(args.seed + rank)\n" + _TRAIN: "each process has its own",
        "import torch\ntorch.manual_seed(args.seed)\n": "there is one process",
        _TOP + "torch.cuda.manual_seed(args.seed)\n" + _TRAIN: "weights come from another one",
        _TOP + "seed = random.randint(1, 1000)\ntorch.manual_seed(seed)\n" + _TRAIN: (
            "each process draws its own"
        ),
    },
    "seed-misses-workers": {
        _SPAWN.replace("    train(args)\n", "    torch.manual_seed(rank)\n    train(args)\n"): (
            "each worker sets a seed"
        ),
        _SPAWN + "def train(args):\n    torch.manual_seed(args.seed)\n": (
            "what the workers call sets one"
        ),
        _SPAWN.replace("    torch.manual_seed(args.seed)\n", "") + "torch.manual_seed(0)\n": (
            "lines outside of functions run in each worker"
        ),
    },
    "seed-alike-in-workers": {
        _TOP + _WORKERS.replace("7", "7 + worker") + _LOADER: "each worker has its own",
        _TOP + _WORKERS.replace("7", "torch.initial_seed() % 2**32") + _LOADER: (
            "PyTorch gives each worker its own initial seed"
        ),
    },
}
