"""worker-launch: the script starts its own workers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pseudogen.finding import Finding, pattern
from pseudogen.names.arguments import argument
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_TRAINING = frozenset({"train", "trainer", "training", "main", "run", "rank", "ddp", "fit"})
_COUNTS = ("nprocs", "num_processes", "num_gpus_per_machine", "num_gpus_per_node", "np", "num_gpus")
_ANEW = frozenset({"spawn", "forkserver"})
"""Methods of starting by which a worker begins with an interpreter that has imported nothing."""
_MAIN = frozenset({"main", "worker", "train", "training", "run", "trainer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLaunch(Finding):
    """Facts of a launch.

    Attributes:
        call: What is called, as written.
        function: The function that each worker runs, as written; None when unknown.
        count: How many are started, as passed; None when the call does not say.
        numbered: Whether each worker gets its number as the first argument.
        local: Whether that is its number on its machine.
        waits: Whether the call returns only when the workers have ended; None when unknown.
        count_value: How many, where constants tell.
        condition: The condition under which it is done.
        imports_anew: Whether each worker is seen to import the script anew; one that is forked does
            not.
    """

    pattern: ClassVar[str] = "worker-launch"

    call: str
    function: str | None
    count: str | None
    numbered: bool
    waits: bool | None
    count_value: int | float | None
    condition: str | None
    imports_anew: bool = False
    local: bool = False


@pattern(WorkerLaunch, kinds=("worker-launch",))
def find_call(site: Site, script: Script) -> Iterator[WorkerLaunch]:
    """`mp.spawn(worker, nprocs=n)`, `mp.Process(target=train)`, `horovod.run(main)`."""
    if site.known is None:
        return
    function = _function(site, script)
    evidence = Evidence(site.known.evidence, (site.known.name,))
    if "target" in site.known.api.params:
        if not function or not _trains(function, site, script):
            return
        evidence = Evidence(FLOW, (function,))
    yield _launch(site, script, function, evidence)


@pattern(WorkerLaunch, methods=("launch", "spawn", "start_processes", "notebook_launcher", "run"))
def find_helper(site: Site, script: Script) -> Iterator[WorkerLaunch]:
    """`launch(main, args.num_gpus, ...)` and `fabric.launch()`."""
    if site.known is not None or script.called_function(site) is not None:
        return
    receiver, _, method = site.name.rpartition(".")
    if method == "launch" and words(receiver) == ("fabric",):
        yield _launch(site, script, None, Evidence(NAME, (site.name,)))
        return
    first = dotted(site.node.args[0].value) if site.node.args else ""
    if method != "run" and first and _MAIN & set(words(first)) and len(site.node.args) > 1:
        yield _launch(site, script, first, Evidence(NAME, (site.name, first)))


def _function(site: Site, script: Script) -> str | None:
    names = ("fn", "target", "function", "func", "main_func")
    found = (script.argument(site, name) for name in names)
    given = next((value for value in found if value is not None), None)
    return dotted(given) or None if given is not None else None


def _trains(function: str, site: Site, script: Script) -> bool:
    """Whether a process's target is the training, not, say, a reader of data."""
    for binding in script.resolver.bindings(function, site.scope):
        if binding.how == "function":
            held = script.calls_below(script.tree.statements[binding.statement])
            kinds = {call.known.api.kind for call in held if call.known is not None}
            if kinds & {"process-group", "wrap"} or binding.statement in script.structure.trains:
                return True
    return bool(_TRAINING & set(words(function)))


def _launch(site: Site, script: Script, function: str | None, evidence: Evidence) -> WorkerLaunch:
    counts = (script.argument(site, name) or argument(site.node, name) for name in _COUNTS)
    count = next((value for value in counts if value is not None), None)
    api = site.known.api if site.known is not None else None
    joins = script.argument_text(site, "join") or script.default(site, "join")
    return WorkerLaunch(
        line=site.line,
        end=site.last,
        evidence=evidence,
        call=site.name,
        function=function,
        count=text(count) if count is not None else None,
        numbered=api is not None and api.traits.get("first") in ("rank", "index"),
        waits={"True": True, "False": False}.get(joins or ""),
        count_value=script.value(count, site.statement.index) if count is not None else None,
        condition=script.condition(site.statement),
        local=api is not None and api.traits.get("first") == "rank",
        imports_anew=_started(site, script) in _ANEW,
    )


def _started(site: Site, script: Script) -> str:
    return (script.argument_or_default(site, "start_method") or "").strip("'\"")


EXAMPLES = {
    "import torch\nimport torch.multiprocessing as mp\nmp.spawn(worker, nprocs=4, args=(args,))": [
        WorkerLaunch(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.multiprocessing.spawn",)),
            call="mp.spawn",
            function="worker",
            count="4",
            numbered=True,
            waits=True,
            count_value=4,
            condition=None,
            imports_anew=True,
            local=True,
        )
    ],
    "import torch.multiprocessing as mp\nmp.start_processes(work, nprocs=2, start_method='fork')": [
        WorkerLaunch(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.multiprocessing.start_processes",)),
            call="mp.start_processes",
            function="work",
            count="2",
            numbered=True,
            waits=True,
            count_value=2,
            condition=None,
            local=True,
        )
    ],
    "import torch_xla\ntorch_xla.launch(work, args=(flags,))": [
        WorkerLaunch(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch_xla.launch",)),
            call="torch_xla.launch",
            function="work",
            count=None,
            numbered=True,
            waits=None,
            count_value=None,
            condition=None,
        )
    ],
    "from multiprocessing import Process\n"
    "for rank in range(size):\n"
    "    p = Process(target=run, args=(rank, size))": [
        WorkerLaunch(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("run",)),
            call="Process",
            function="run",
            count=None,
            numbered=False,
            waits=None,
            count_value=None,
            condition=None,
        )
    ],
    "from mylib.core import launch\nlaunch(main, args.num_gpus, num_machines=1, args=(args,))": [
        WorkerLaunch(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("launch", "main")),
            call="launch",
            function="main",
            count=None,
            numbered=False,
            waits=None,
            count_value=None,
            condition=None,
        )
    ],
}
COUNTEREXAMPLES = {
    "from multiprocessing import Process\np = Process(target=read_images)": "it reads data",
    "from multiprocessing import Pool\npool = Pool(4)": "a pool for tasks, not for training",
    "subprocess.run(main, check=True)": "another program is run",
}
