"""process-group-init: the process joins its group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern, speaks_of
from pseudogen.names.arguments import string
from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.text import text

_VERBS = frozenset({"init", "setup", "initialize", "set", "launch", "start", "prepare"})
_OBJECTS = frozenset({"distributed", "dist", "ddp", "horovod", "nccl"})
_HELPER_WORDS = (
    _VERBS
    | _OBJECTS
    | frozenset(
        {"backend", "device", "env", "environment", "gpu", "group", "if", "mode", "multi"}
        | {"parallel", "process", "pytorch", "slurm", "torch", "training", "up"}
    )
)
_OF_A_COPY = frozenset({"device_ids", "find_unused_parameters", "static_graph"})
"""Keywords of what wraps a model, once the group is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessGroupInit(Finding):
    """Facts of the call by which a process joins its group.

    Attributes:
        call: What is called, as written.
        framework: "PyTorch", "Accelerate", "Horovod"...; None for a helper known by its name.
        backend: What carries the messages ("nccl", "gloo"), as passed; None when not passed.
        meeting: Where the processes meet (`init_method`), as passed.
        world_size: The number of processes, as passed.
        rank: The number of this process, as passed.
        options: Names of the other arguments.
        condition: The condition under which it is done.
    """

    pattern: ClassVar[str] = "process-group-init"

    call: str
    framework: str | None
    backend: str | None
    meeting: str | None
    world_size: str | None
    rank: str | None
    options: tuple[str, ...]
    condition: str | None


@pattern(ProcessGroupInit, kinds=("process-group", "accelerator"))
def find_call(site: Site, script: Script) -> Iterator[ProcessGroupInit]:
    """`dist.init_process_group("nccl")`, `Accelerator()`, `hvd.init()`."""
    if site.known is not None and not _is_second_mesh(site, script):
        framework = site.known.api.traits.get("framework", "PyTorch")
        if "_shared_state != {}" in (script.condition(site.statement) or ""):
            return  # it has been joined before
        if site.known.name.startswith("accelerate."):
            framework = "Accelerate"
        evidence = Evidence(site.known.evidence, (site.known.name,))
        yield _joining(site, script, framework, evidence)


def _is_second_mesh(site: Site, script: Script) -> bool:
    """Whether a device mesh is laid over a group that another call has joined."""
    if site.known is None or site.known.api.traits.get("group") != "mesh":
        return False
    return script.once(_joins_without_mesh)


def _joins_without_mesh(script: Script) -> bool:
    """Whether a script has a call by which the process joins its group, a helper's or its own
    function's, beside those that lay a mesh over the group."""
    return any(
        (site.known.api.kind == "process-group" and "group" not in site.known.api.traits)
        if site.known is not None
        else _names_joining(site.name)
        for site in script.call_sites()
    )


def _names_joining(name: str) -> bool:
    """`_init_dist_connection()`, `self._setup_distributed()`."""
    found = set(words(name))
    return bool(found & {"init", "initialize", "setup"} and found & _OBJECTS)


@pattern(ProcessGroupInit, calls=lambda name: name == "getattr()", mentions=("init_dist",))
def find_chosen(site: Site, script: Script) -> Iterator[ProcessGroupInit]:
    """`getattr(utils, "init_dist_" + args.launcher)(port, backend="nccl")`."""
    asked = site.node.func
    if type(asked) is not cst.Call or len(asked.args) < 2:
        return
    name = asked.args[1].value
    name = name.left if type(name) is cst.BinaryOperation else name
    if (string(name) or "").startswith(("init_dist_", "init_distributed_")):
        found = _joining(site, script, None, Evidence(NAME, (text(asked),)))
        yield replace(found, call=text(asked))


@pattern(ProcessGroupInit, calls=speaks_of("setup", *_OBJECTS))
def find_helper(site: Site, script: Script) -> Iterator[ProcessGroupInit]:
    """`utils.init_distributed_mode(args)`: a helper of the project, known by its name."""
    found = set(words(site.name))
    if found == {"setup"}:  # `setup` of a module whose name says what it sets up
        origins = script.resolver.qualified(site.name, site.scope)
        found |= _OBJECTS & {w for name in origins for part in name.split(".") for w in words(part)}
    if site.known is not None or not found & _OBJECTS or not found <= _HELPER_WORDS:
        return
    if words(site.name) == ("set", "distributed"):
        return  # a switch of an object
    if any(arg.keyword is not None and arg.keyword.value in _OF_A_COPY for arg in site.node.args):
        return
    whole = found & _VERBS or site.name.endswith("DistributedInit")
    if whole and "model" not in found and script.called_function(site) is None:
        yield _joining(site, script, None, Evidence(NAME, (site.name,)))


def _joining(
    site: Site, script: Script, framework: str | None, evidence: Evidence
) -> ProcessGroupInit:
    told = ("backend", "dist_backend", "init_method", "world_size", "rank")
    keywords = (arg.keyword.value for arg in site.node.args if arg.keyword is not None)
    backend = script.argument(site, "backend") or script.argument(site, "dist_backend")
    plain = framework is not None
    return ProcessGroupInit(
        line=site.line,
        end=site.last,
        evidence=evidence,
        call=site.name,
        framework=framework,
        backend=(string(backend) or text(backend)) if plain and backend else None,
        meeting=script.argument_text(site, "init_method"),
        world_size=script.argument_text(site, "world_size"),
        rank=script.argument_text(site, "rank"),
        options=tuple(name for name in keywords if name not in told),
        condition=script.condition(site.statement),
    )


EXAMPLES = {
    "import torch.distributed as dist\n"
    "if args.distributed:\n"
    "    dist.init_process_group(backend='nccl', init_method=args.url, rank=args.rank)": [
        ProcessGroupInit(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.distributed.init_process_group",)),
            call="dist.init_process_group",
            framework="PyTorch",
            backend="nccl",
            meeting="args.url",
            world_size=None,
            rank="args.rank",
            options=(),
            condition="args.distributed",
        )
    ],
    "from accelerate import Accelerator\naccelerator = Accelerator(mixed_precision='fp16')": [
        ProcessGroupInit(
            line=2,
            end=2,
            evidence=Evidence(API, ("accelerate.Accelerator",)),
            call="Accelerator",
            framework="Accelerate",
            backend=None,
            meeting=None,
            world_size=None,
            rank=None,
            options=("mixed_precision",),
            condition=None,
        )
    ],
    "import utils\nutils.init_distributed_mode(args)": [
        ProcessGroupInit(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("utils.init_distributed_mode",)),
            call="utils.init_distributed_mode",
            framework=None,
            backend=None,
            meeting=None,
            world_size=None,
            rank=None,
            options=(),
            condition=None,
        )
    ],
    ("import colossalai\ncolossalai.launch_from_torch(config='./config.py')"): [
        ProcessGroupInit(
            line=2,
            end=2,
            evidence=Evidence(API, ("colossalai.launch_from_torch",)),
            call="colossalai.launch_from_torch",
            framework="ColossalAI",
            backend=None,
            meeting=None,
            world_size=None,
            rank=None,
            options=("config",),
            condition=None,
        )
    ],
    (
        "import utils\n"
        "utils_rank = getattr(utils, 'init_dist_%s' % args.launcher)(args.port, backend='nccl')\n"
        ""
    ): [
        ProcessGroupInit(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("getattr(utils, 'init_dist_%s' % args.launcher)",)),
            call="getattr(utils, 'init_dist_%s' % args.launcher)",
            framework=None,
            backend=None,
            meeting=None,
            world_size=None,
            rank=None,
            options=(),
            condition=None,
        )
    ],
}
COUNTEREXAMPLES = {
    "from torch.distributed.device_mesh import init_device_mesh\n"
    "def _init_dist_connection():\n"
    "    join()\n"
    "_init_dist_connection()\n"
    "mesh = init_device_mesh('cuda', (2,))": "a mesh is laid over the group that is there",
    (
        "from accelerate import PartialState\n"
        "if PartialState._shared_state != {}:\n"
        "    count = PartialState().num_processes"
    ): "asks a group that was joined before",
    "task.prepare_distributed(device_ids=[device])": "a model is wrapped",
    "import torch.distributed as dist\nready = dist.is_initialized()": "it only asks",
    "def setup_ddp(rank):\n    pass\nsetup_ddp(0)": "the body of the helper is read instead",
    ("import models\nmodel = getattr(models, 'init_%s' % args.arch)(10)\n"): "a model is chosen",
}
