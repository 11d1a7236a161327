"""shutdown: the group, writers or trackers are closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pseudogen.finding import Finding, pattern, speaks_of
from pseudogen.names.evidence import API, FLOW, NAME, Evidence, weakest
from pseudogen.names.roles import Role
from pseudogen.names.runs import run_from
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.tree import Statement

_CLOSES = frozenset({"close", "finish", "end", "stop", "shutdown", "flush_and_close"})
_TRACKERS = frozenset(
    ["writer", "tensorboard", "tb", "tracker", "experiment", "wandb", "run", "history", "summary"]
)
_OTHER_WRITERS = frozenset({"audio", "csv", "excel", "file", "image", "json", "pdf", "video"})
_CLEANS = frozenset({"cleanup", "destroy", "shutdown", "teardown", "finalize"})
_DISTRIBUTED = frozenset({"distributed", "dist", "ddp"})
_GROUPS = frozenset({"distributed", "dist", "ddp", "process", "group", "parallel", "model"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shutdown(Finding):
    """Facts of a run of closing calls.

    Attributes:
        calls: What is called, as written.
        closes: What is closed, of "group", "tracker".
        group: The one group that is left, as written; None for that of all processes.
        guard: The rank condition around it; None without one.
        condition: The condition under which it is done.
    """

    pattern: ClassVar[str] = "shutdown"

    calls: tuple[str, ...]
    closes: tuple[str, ...]
    group: str | None = None
    guard: str | None
    condition: str | None


@pattern(
    Shutdown,
    kinds=("group-end", "tracker-end"),
    calls=speaks_of("end_training", *_CLOSES, *_CLEANS),
)
def find_calls(site: Site, script: Script) -> Iterator[Shutdown]:
    """`dist.destroy_process_group()`, `writer.close()`; neighbours are one finding."""
    if _closed(site, script) is None or "lambda" in script.source(site.statement):
        return
    condition = script.condition(site.statement)
    run = run_from(
        script.tree,
        site.statement,
        lambda s: bool(_closings(s, script)) and script.condition(s) == condition,
    )
    if not run:
        return
    sites = [call for statement in run for call in _closings(statement, script)]
    told = [t for t in (_closed(call, script) for call in sites) if t is not None]
    yield Shutdown(
        line=site.line,
        end=run[-1].last,
        evidence=weakest(*(evidence for _, evidence in told)),
        calls=tuple(dict.fromkeys(call.name for call in sites)),
        closes=tuple(dict.fromkeys(what for what, _ in told)),
        group=_group(sites, script),
        guard=script.rank_condition(site.statement),
        condition=condition,
    )


def _group(sites: list[Site], script: Script) -> str | None:
    """The group that the only call of a run leaves, where it is told one."""
    if len(sites) != 1 or sites[0].known is None or sites[0].known.api.kind != "group-end":
        return None
    group = script.argument_text(sites[0], "group")
    return group if group != "None" else None


def _closings(statement: Statement, script: Script) -> list[Site]:
    return [call for call in script.calls_in(statement) if _closed(call, script) is not None]


def _closed(site: Site, script: Script) -> tuple[str, Evidence] | None:
    """What a call closes, and on what that rests."""
    if site.known is not None:
        what = {"group-end": "group", "tracker-end": "tracker"}.get(site.known.api.kind)
        return (what, Evidence(site.known.evidence, (site.known.name,))) if what else None
    receiver, _, method = site.name.rpartition(".")
    if method == "end_training":
        return "tracker", Evidence(NAME, (site.name,))
    if method in _CLOSES and receiver and not site.node.args:
        return _closed_tracker(receiver, site, script)
    found = set(words(method))
    helper = bool(_CLEANS & found) and bool(_GROUPS & found) and found <= _CLEANS | _GROUPS | {"up"}
    origins = (receiver, *script.resolver.qualified(site.name, site.scope))
    of_group = bool(
        _DISTRIBUTED & {w for name in origins for part in name.split(".") for w in words(part)}
    )
    of_group = of_group or (method == "cleanup" and not receiver and _beside_group(site, script))
    if (helper or (method == "cleanup" and of_group)) and script.called_function(site) is None:
        if len(site.node.args) > 1:
            return None
        return "group", Evidence(NAME, (site.name,))
    return None


def _beside_group(site: Site, script: Script) -> bool:
    """Whether a function comes from a module that also gives some for several processes:
    `from gpu import distributed_gather, cleanup`."""
    modules = {n.rpartition(".")[0] for n in script.resolver.qualified(site.name, site.scope)}
    bound = script.tree.scopes[0].bindings.items()
    imported = (name for name, found in bound if any(b.how == "import" for b in found))
    return any(
        _DISTRIBUTED & set(words(name))
        and {n.rpartition(".")[0] for n in script.resolver.qualified(name, 0)} & modules - {""}
        for name in imported
    )


def _closed_tracker(receiver: str, site: Site, script: Script) -> tuple[str, Evidence] | None:
    if set(words(receiver)) & _OTHER_WRITERS:
        return None
    role = script.role(site.node.func.value, site.scope)
    if role is not None:
        return ("tracker", role.evidence) if _keeps_tracker(role) else None
    named = set(words(receiver)) - ({"tracker"} if site.name.endswith(".stop") else set())
    finished = site.name.endswith("logger.finish")  # what logs texts has no end
    if finished or _TRACKERS & named or {"metric", "logger"} <= named:
        return "tracker", Evidence(NAME, (receiver,))
    own = script.called_function(site)
    for call in script.calls_below(own) if own is not None else ():
        if call.name.startswith("self.") and call.name.rpartition(".")[2] in _CLOSES:
            held = script.role(call.node.func.value, call.scope)
            if held is not None and _keeps_tracker(held):
                return "tracker", Evidence(FLOW, (site.name,))
    return None


def _keeps_tracker(role: Role) -> bool:
    """Whether what is closed is a tracker, or a trainer that closes its trackers (Composer's)."""
    composer = role.kind == "trainer" and role.evidence.names[0].startswith("composer.")
    return role.kind == "writer" or composer


EXAMPLES = {
    "import torch.distributed as dist\nif ddp:\n    dist.destroy_process_group()": [
        Shutdown(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.distributed.destroy_process_group",)),
            calls=("dist.destroy_process_group",),
            closes=("group",),
            guard=None,
            condition="ddp",
        )
    ],
    "from torch.utils.tensorboard import SummaryWriter\n"
    "log = SummaryWriter()\n"
    "log.add_scalar('loss', 0.1, 1)\n"
    "log.close()": [
        Shutdown(
            line=4,
            end=4,
            evidence=Evidence(API, ("torch.utils.tensorboard.SummaryWriter",)),
            calls=("log.close",),
            closes=("tracker",),
            guard=None,
            condition=None,
        )
    ],
    "from composer import Trainer\ntrainer = Trainer(model=net)\ntrainer.close()": [
        Shutdown(
            line=3,
            end=3,
            evidence=Evidence(API, ("composer.Trainer",)),
            calls=("trainer.close",),
            closes=("tracker",),
            guard=None,
            condition=None,
        )
    ],
    "import wandb\n"
    "import torch.distributed as dist\n"
    "if rank == 0:\n"
    "    wandb.finish()\n"
    "dist.destroy_process_group()": [
        Shutdown(
            line=4,
            end=4,
            evidence=Evidence(API, ("wandb.finish",)),
            calls=("wandb.finish",),
            closes=("tracker",),
            guard="rank == 0",
            condition="rank == 0",
        ),
        Shutdown(
            line=5,
            end=5,
            evidence=Evidence(API, ("torch.distributed.destroy_process_group",)),
            calls=("dist.destroy_process_group",),
            closes=("group",),
            guard=None,
            condition=None,
        ),
    ],
    "import wandb\nfrom utils.dist import cleanup_ddp\nwandb.finish()\ncleanup_ddp()": [
        Shutdown(
            line=3,
            end=4,
            evidence=Evidence(NAME, ("cleanup_ddp",)),
            calls=("wandb.finish", "cleanup_ddp"),
            closes=("tracker", "group"),
            guard=None,
            condition=None,
        )
    ],
    (
        "from torch.utils.tensorboard import SummaryWriter\n"
        "class Logger:\n"
        "    def __init__(self):\n"
        "        self.writer = SummaryWriter()\n"
        "    def close(self):\n"
        "        self.writer.close()\n"
        "logger = Logger()\n"
        "logger.close()"
    ): [
        Shutdown(
            line=6,
            end=6,
            evidence=Evidence(API, ("torch.utils.tensorboard.SummaryWriter",)),
            calls=("self.writer.close",),
            closes=("tracker",),
            guard=None,
            condition=None,
        ),
        Shutdown(
            line=8,
            end=8,
            evidence=Evidence(FLOW, ("logger.close",)),
            calls=("logger.close",),
            closes=("tracker",),
            guard=None,
            condition=None,
        ),
    ],
    ("from gpu import cleanup, distributed_gather\ncleanup(args)"): [
        Shutdown(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("cleanup",)),
            calls=("cleanup",),
            closes=("group",),
            guard=None,
            condition=None,
        )
    ],
    ("for logger in self.loggers:\n    logger.finish()"): [
        Shutdown(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("logger",)),
            calls=("logger.finish",),
            closes=("tracker",),
            guard=None,
            condition=None,
        )
    ],
    ("import torch.distributed as dist\ndist.destroy_process_group(replica_group)"): [
        Shutdown(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.distributed.destroy_process_group",)),
            calls=("dist.destroy_process_group",),
            closes=("group",),
            group="replica_group",
            guard=None,
            condition=None,
        ),
    ],
}
COUNTEREXAMPLES = {
    (
        "def on_train_end(self):\n    self.emissions_tracker.stop()"
    ): "what it measures is no value of the training",
    "import wandb\nhooks.add('end', lambda _: wandb.finish())": "is said to be done later",
    "excel_writer.close()": "a table is written",
    "f = open('log.txt', 'w')\nf.close()": "a file of text",
    "pbar.close()": "a progress bar",
    "plt.close()": "a figure",
    ("from files import cleanup, read_all\ncleanup(args)"): "nothing says of what",
}
