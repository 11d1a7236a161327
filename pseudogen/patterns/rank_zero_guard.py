"""rank-zero-guard: a block that one process alone runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.processes import OneProcess
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_EXITS = (cst.Return, cst.Continue, cst.Break)
_WAITING = frozenset({"barrier", "collective"})
_SAVING = frozenset({"save", "saves", "dump"})
_WEIGHTS = frozenset({"checkpoint", "ckpt", "model"})
_LOGGING = frozenset({"add", "init", "log", "save", "start", "summary", "watch", "write"})
"""First words of what a tracker is given, or made with."""
_TRACKERS = frozenset({"comet", "mlflow", "scalar", "scalars", "tensorboard", "wandb", "writer"})
_PRINTING = frozenset({"debug", "error", "info", "print", "pprint", "warn", "warning"})
_ACTS: dict[str, frozenset[str]] = {
    "evaluate": frozenset({"evaluate", "validate", "eval", "validation"}),
    "directory": frozenset({"makedirs", "mkdir"}),
    "download": frozenset({"download"}),
}


_NO_ACTS = frozenset(
    {
        "active",
        "after",
        "before",
        "check",
        "close",
        "delete",
        "end",
        "finish",
        "get",
        "on",
        "remove",
    }
    | {"set"}
)
"""First words of methods that tell of an act, end what does it, or ask for something."""
_READING = frozenset({"find", "load", "read", "restore", "resume"})
"""Words of calls that read a checkpoint and write none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankZeroGuard(Finding):
    """Facts of a guard.

    Attributes:
        subject: What is asked: `rank`, `is_main_process()`.
        condition: The whole condition as written.
        asks: Of a block's condition, what speaks of the process.
        besides: Of a block's condition, what `and` joins to that.
        form: "block", "else" (the other branch is the one process's), "return" (the others leave
            here) or "expression".
        scope: "machine" when one process of each machine passes, "all" when one of the whole run
            does, "either" when the condition decides which, None when the script does not say.
        alone: Whether a run without processes passes too.
        acts: What the block does, of save, log, evaluate, directory, download; print if it does
            nothing else.
        waits: Lines in the block of calls for which the other processes are needed.
    """

    pattern: ClassVar[str] = "rank-zero-guard"

    subject: str
    condition: str
    asks: str | None = None
    besides: str | None = None
    form: str
    scope: str | None
    alone: bool
    acts: tuple[str, ...]
    waits: tuple[int, ...]


@pattern(RankZeroGuard, statements=(cst.If,))
def find_block(site: Site, script: Script) -> Iterator[RankZeroGuard]:
    """`if rank == 0:` and `if not is_main_process(): return`."""
    test = site.node.test
    told = script.one_process(test, site.statement.index)
    if told is None:
        return
    form, guarded = "block", script.tree.below(site.statement)
    if not told.holds:
        last = _last(script, site.statement)
        if last is not None and type(last.node) is cst.Raise:
            return  # it is made sure which process this is
        if site.node.orelse is not None:
            form, guarded = "else", _other_branches(script, site.statement)
        elif last is not None and isinstance(last.node, _EXITS):
            form, guarded = "return", []
        else:
            return
    yield _guard(site, script, told, test, form, guarded)


@pattern(RankZeroGuard, expressions=(cst.IfExp,))
def find_expression(site: Site, script: Script) -> Iterator[RankZeroGuard]:
    """`writer = SummaryWriter() if rank == 0 else None`."""
    told = script.one_process(site.node.test, site.statement.index)
    if told is not None:
        yield _guard(site, script, told, site.node.test, "expression", [])


def _guard(
    site: Site,
    script: Script,
    told: OneProcess,
    test: cst.BaseExpression,
    form: str,
    guarded: list[Statement],
) -> RankZeroGuard:
    calls = [call for statement in guarded for call in script.calls_in(statement)]
    asks, besides = _parted(test, told.subject) if form == "block" else ("", "")
    acts = tuple(
        dict.fromkeys(
            act for call in calls for act in _acts(call.name) if not _writes_file(call, script)
        )
    )
    return RankZeroGuard(
        line=site.line,
        end=site.last,
        evidence=told.evidence,
        subject=told.subject,
        condition=text(test),
        asks=asks if besides else None,
        besides=besides or None,
        form=form,
        scope=told.scope,
        alone=told.alone,
        acts=acts or (("print",) if _only_prints(script, guarded) else ()),
        waits=tuple(dict.fromkeys(call.line for call in calls if _waits(call))),
    )


def _writes_file(call: Site, script: Script) -> bool:
    """`with open(path, "w") as writer: writer.write(line)`."""
    receiver, _, method = call.name.rpartition(".")
    bound = script.reaching(receiver, call.statement.index) if method == "write" else []
    return any(b.how == "with" and text(b.value).startswith("open(") for b in bound)


def _parted(test: cst.BaseExpression, subject: str) -> tuple[str, str]:
    """What a condition says of processes, and what else it asks."""
    asks: list[str] = []
    besides: list[str] = []
    for part in _parts(test):
        speaks = subject in part or not _PROCESSES.isdisjoint(words(part))
        (asks if speaks else besides).append(part)
    return " and ".join(asks), " and ".join(besides)


_PROCESSES = frozenset(
    {"dist", "distributed", "initialized", "is", "local", "machine", "main", "master", "node"}
    | {"process", "rank", "world"}
)


def _parts(test: cst.BaseExpression) -> tuple[str, ...]:
    """What `and` joins."""
    if type(test) is cst.BooleanOperation and type(test.operator) is cst.And:
        return *_parts(test.left), *_parts(test.right)
    return (text(test),)


def _acts(name: str) -> Iterator[str]:
    """What a call of a name does."""
    parts = name.split(".")
    seen = words(parts[-1]) or ("",)
    if seen[0] in _NO_ACTS:
        return
    if seen[0] in _LOGGING and not _TRACKERS.isdisjoint(w for part in parts for w in words(part)):
        yield "log"
    elif _READING.isdisjoint(seen) and (
        not _SAVING.isdisjoint(seen) or (seen[0] == "write" and not _WEIGHTS.isdisjoint(seen))
    ):
        yield "save"
    yield from (act for act, named in _ACTS.items() if not named.isdisjoint(seen))


def _waits(call: Site) -> bool:
    """Whether a call needs the other processes."""
    known = call.known is not None and call.known.api.kind in _WAITING
    return known or call.name.rpartition(".")[2] == "barrier"


def _only_prints(script: Script, guarded: list[Statement]) -> bool:
    """Whether all that a block does is to print, whatever decides what is printed."""
    simple = [s for s in guarded if isinstance(s.node, cst.BaseSmallStatement)]
    return bool(simple) and all(_prints(script, statement) for statement in simple)


def _prints(script: Script, statement: Statement) -> bool:
    value = getattr(statement.node, "value", None)
    if type(statement.node) is not cst.Expr or type(value) is not cst.Call:
        return False
    return bool(_PRINTING.intersection(words(dotted(value.func))[:1]))


def _last(script: Script, header: Statement) -> Statement | None:
    body = script.tree.body(header)
    return body[-1] if body else None


def _other_branches(script: Script, header: Statement) -> list[Statement]:
    return [s for clause in script.tree.clauses(header) for s in script.tree.below(clause)]


EXAMPLES = {
    "if local_rank == 0:\n    torch.save(model.state_dict(), path)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("local_rank",)),
            subject="local_rank",
            condition="local_rank == 0",
            form="block",
            scope="machine",
            alone=False,
            acts=("save",),
            waits=(),
        )
    ],
    "if wanted and rank == 0:\n    print(loss)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("rank",)),
            subject="rank",
            condition="wanted and rank == 0",
            asks="rank == 0",
            besides="wanted",
            form="block",
            scope="all",
            alone=False,
            acts=("print",),
            waits=(),
        )
    ],
    "import torch.distributed as dist\n"
    "def log(x):\n"
    "    if dist.is_initialized() and dist.get_rank() != 0:\n"
    "        return\n"
    "    print(x)": [
        RankZeroGuard(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.distributed.get_rank",)),
            subject="dist.get_rank()",
            condition="dist.is_initialized() and dist.get_rank() != 0",
            form="return",
            scope="all",
            alone=True,
            acts=(),
            waits=(),
        )
    ],
    "import os\n"
    "rank = int(os.environ.get('RANK', -1))\n"
    "main = rank in (-1, 0)\n"
    "writer = make_writer() if main else None": [
        RankZeroGuard(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("main", "rank")),
            subject="main",
            condition="main",
            form="expression",
            scope="all",
            alone=True,
            acts=(),
            waits=(),
        )
    ],
    "import torch.multiprocessing as mp\n"
    "def worker(gpu, args):\n"
    "    if not args.distributed or gpu == 0:\n"
    "        print('ready')\n"
    "mp.spawn(worker, nprocs=4, args=(args,))": [
        RankZeroGuard(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("gpu",)),
            subject="gpu",
            condition="not args.distributed or gpu == 0",
            form="block",
            scope="machine",
            alone=True,
            acts=("print",),
            waits=(),
        )
    ],
    ("import paddle\nif paddle.distributed.ParallelEnv().local_rank == 0:\n    model.save(path)"): [
        RankZeroGuard(
            line=2,
            end=2,
            evidence=Evidence(API, ("paddle.distributed.ParallelEnv().local_rank",)),
            subject="paddle.distributed.ParallelEnv().local_rank",
            condition="paddle.distributed.ParallelEnv().local_rank == 0",
            form="block",
            scope="all",
            alone=False,
            acts=("save",),
            waits=(),
        )
    ],
    "if per_node and local_rank == 0 or rank == 0:\n    download(root)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("local_rank",)),
            subject="local_rank",
            condition="per_node and local_rank == 0 or rank == 0",
            form="block",
            scope="either",
            alone=False,
            acts=("download",),
            waits=(),
        )
    ],
    "if local_rank == 0 and node_rank == 0:\n    download(root)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("local_rank",)),
            subject="local_rank",
            condition="local_rank == 0 and node_rank == 0",
            form="block",
            scope="all",
            alone=False,
            acts=("download",),
            waits=(),
        )
    ],
    "if local_rank == 0 and master_ip in endpoint:\n    server.start()": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("local_rank",)),
            subject="local_rank",
            condition="local_rank == 0 and master_ip in endpoint",
            form="block",
            scope=None,
            alone=False,
            acts=(),
            waits=(),
        )
    ],
    "if rank == 0:\n    print('saving')\n    start = time.time()": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("rank",)),
            subject="rank",
            condition="rank == 0",
            form="block",
            scope="all",
            alone=False,
            acts=(),
            waits=(),
        )
    ],
    "if rank == 0:\n    save_dir.mkdir()\n    wandb.login()\n    io.remove_checkpoint(old)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("rank",)),
            subject="rank",
            condition="rank == 0",
            form="block",
            scope="all",
            alone=False,
            acts=("directory",),
            waits=(),
        )
    ],
    "if is_master(args, local=args.log_local):\n    print(args)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("is_master",)),
            subject="is_master(args, local=args.log_local)",
            condition="is_master(args, local=args.log_local)",
            form="block",
            scope="either",
            alone=False,
            acts=("print",),
            waits=(),
        )
    ],
    "strategy.local_rank = env.rank\nif strategy.local_rank == 0:\n    print(env)": [
        RankZeroGuard(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("env.rank",)),
            subject="strategy.local_rank",
            condition="strategy.local_rank == 0",
            form="block",
            scope="all",
            alone=False,
            acts=("print",),
            waits=(),
        )
    ],
    "if rank == 0:\n    load_checkpoint(model, path)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("rank",)),
            subject="rank",
            condition="rank == 0",
            form="block",
            scope="all",
            alone=False,
            acts=(),
            waits=(),
        )
    ],
    (
        "if trainer.is_world_process_zero():\n"
        "    with open(path, 'w') as writer:\n"
        "        writer.write(line)"
    ): [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("trainer.is_world_process_zero",)),
            subject="trainer.is_world_process_zero()",
            condition="trainer.is_world_process_zero()",
            form="block",
            scope=None,
            alone=False,
            acts=(),
            waits=(),
        )
    ],
    (
        "import torch\n"
        "import torch.distributed as dist\n"
        "if torch.cuda.device_count() == 1 or dist.get_rank() == 0:\n"
        "    save_config(cfg)\n"
        ""
    ): [
        RankZeroGuard(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.distributed.get_rank",)),
            subject="dist.get_rank()",
            condition="torch.cuda.device_count() == 1 or dist.get_rank() == 0",
            form="block",
            scope="all",
            alone=True,
            acts=("save",),
            waits=(),
        )
    ],
}
COUNTEREXAMPLES = {
    "if local_rank != 0:\n    raise RuntimeError('started twice')": "an error where it is another",
    "if samples_per_rank == 0:\n    return": "a number of samples",
    "if not is_last_rank:\n    send(x)": "a stage of a pipeline",
    "if rank % 2 == 0:\n    send(x)": "every other process",
    "if self.is_main_model_prefill:\n    run()": "nothing about processes",
    "if tp_rank == 0:\n    report()": "every data-parallel replica has such a process",
    'is_primary = attribute == "tokenizer"\nif is_primary:\n    save()': "no process is meant",
    "if epoch % 10 == 0:\n    save(model)": "an epoch is no process",
    "if rank != 0:\n    print_nothing()\nprint(1)": "every process but one runs the block",
    "if lora_rank > 0:\n    model = add_lora(model)": "that is the rank of a matrix",
    "rank = len(x.shape)\nif rank == 0:\n    x = x.reshape(1)": "the dimensions of a tensor",
    "for p in procs:\n    if p.local_rank == 0:\n        pull(p.log)": "all processes, one by one",
    "if node_rank == 0:\n    download()": "all processes of the first machine run it",
    "if model.fsdp_enabled or rank == 0:\n    gather(model)": "with FSDP every process runs it",
    "if not use_fsdp and rank != 0:\n    return\nevaluate()": "with FSDP every process goes on",
    "if rank == 0 or verbose:\n    print(loss)": "other processes run it too when `verbose` is set",
}
