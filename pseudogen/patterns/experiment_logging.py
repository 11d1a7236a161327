"""experiment-logging: metrics go to a writer or a tracker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.arguments import string
from pseudogen.names.evidence import FLOW, NAME, Evidence, weakest
from pseudogen.names.runs import run_from
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_ADDS = frozenset(
    [
        "add_scalar",
        "add_scalars",
        "add_image",
        "add_images",
        "add_histogram",
        "add_text",
        "add_figure",
        "add_graph",
        "add_hparams",
        "add_video",
        "add_audio",
        "add_embedding",
        "add_pr_curve",
        "add_custom_scalars",
    ]
)
"""Methods that only TensorBoard-like writers have."""

_LOGS = frozenset(
    [
        "log",
        "log_metric",
        "log_metrics",
        "log_dict",
        "log_scalar",
        "log_scalars",
        "log_image",
        "log_param",
        "log_params",
        "log_value",
        "log_table",
        "log_histogram",
        "track",
        "write_scalars",
        "write_images",
        "scalar",
        "update_summary",
        "append_loss",
        "append_acc",
        "put_scalar",
        "put_scalars",
        "log_losses",
        "update_metrics",
    ]
)
"""Methods that log when they are called on a tracker."""

_TRACKER_WORDS = frozenset(
    [
        "wandb",
        "writer",
        "tensorboard",
        "tb",
        "tracker",
        "trackers",
        "experiment",
        "mlflow",
        "neptune",
        "comet",
        "swanlab",
        "aim",
        "visdom",
        "summary",
        "summarywriter",
        "mllogger",
    ]
)
_MAKES = frozenset({"init_trackers", "create_experiment_tracker"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentLogging(Finding):
    """Facts of a tracker's creation or of a run of log calls.

    Attributes:
        form: "create" or "log".
        tracker: What is called on (the variable that receives a new tracker); None without one.
        backend: "TensorBoard", "Weights & Biases"...; None when the script does not say.
        where: The folder or project of a new tracker, as passed.
        names: Names under which values are logged, where they are plain strings.
        step: What they are logged against (`global_step`, `epoch`), as passed.
        guard: The rank condition around it; None without one.
        condition: The condition under which it is done.
    """

    pattern: ClassVar[str] = "experiment-logging"

    form: str
    tracker: str | None
    backend: str | None
    where: str | None
    names: tuple[str, ...]
    step: str | None
    guard: str | None
    condition: str | None


@dataclass(frozen=True, slots=True)
class _Log:
    tracker: str | None
    backend: str | None
    evidence: Evidence


@pattern(ExperimentLogging, calls=True)
def find_creation(site: Site, script: Script) -> Iterator[ExperimentLogging]:
    """`writer = SummaryWriter(...)`, `wandb.init(...)`, `accelerator.init_trackers(...)`."""
    told = _created(site, script)
    if told is not None:
        yield _finding(site, script, "create", told, [site], site.last)


@pattern(ExperimentLogging, calls=True)
def find_logs(site: Site, script: Script) -> Iterator[ExperimentLogging]:
    """`writer.add_scalar(...)`, `wandb.log({...})`; neighbours are one finding."""
    told = _logged(site, script)
    if told is None:
        return
    run = run_from(script.tree, site.statement, lambda s: bool(_logs_in(s, script)), 1)
    if run:
        sites = [log for statement in run for log in _logs_in(statement, script)]
        yield _finding(site, script, "log", told, sites, run[-1].last)


def _logs_in(statement: Statement, script: Script) -> list[Site]:
    return [site for site in script.calls_in(statement) if _logged(site, script) is not None]


def _finding(
    site: Site, script: Script, form: str, told: _Log, sites: list[Site], end: int
) -> ExperimentLogging:
    names = tuple(dict.fromkeys(name for log in sites for name in _names(log)))
    steps = [step for log in sites if (step := _step(log, script)) is not None]
    wheres = (
        script.argument(site, name) for name in ("log_dir", "logdir", "project", "project_name")
    )
    where = next((value for value in wheres if value is not None), None)
    return ExperimentLogging(
        line=site.line,
        end=end,
        evidence=told.evidence,
        form=form,
        tracker=told.tracker,
        backend=told.backend,
        where=text(where) if where is not None and form == "create" else None,
        names=names if form == "log" else (),
        step=steps[0] if form == "log" and len(set(steps)) == 1 else None,
        guard=script.rank_condition(site.statement),
        condition=script.condition(site.statement),
    )


def _created(site: Site, script: Script) -> _Log | None:
    target = _target(site)
    if site.known is not None:
        if site.known.api.kind != "writer":
            return None
        evidence = Evidence(site.known.evidence, (site.known.name,))
        return _Log(target, site.known.api.traits.get("backend"), evidence)
    last = site.name.rpartition(".")[2]
    found = set(words(last))
    if last in _MAKES or (last[:1].isupper() and _names_tracker(found)):
        return _Log(target, None, Evidence(NAME, (site.name,)))
    return None


def _names_tracker(found: set[str]) -> bool:
    """Whether the words of a class say that it writes metrics: WandbLogger, LossHistory."""
    backends = _TRACKER_WORDS - {"writer"} | {"log"}
    return bool(found & {"writer", "logger"} and found & backends) or {"loss", "history"} <= found


def _target(site: Site) -> str | None:
    node = site.statement.node
    return dotted(node.targets[0].target) or None if type(node) is cst.Assign else None


def _logged(site: Site, script: Script) -> _Log | None:
    """What a call logs to, or None when it logs nothing to a tracker."""
    if site.known is not None:
        if site.known.api.kind != "tracker-log":
            return None
        evidence = Evidence(site.known.evidence, (site.known.name,))
        return _Log(None, site.known.api.traits.get("backend"), evidence)
    receiver, _, method = site.name.rpartition(".")
    if not receiver or not (method in _ADDS or method in _LOGS):
        return None
    if method in _ADDS:
        return _Log(receiver, _backend(receiver, site, script), Evidence(FLOW, (receiver,)))
    return _of_tracker(receiver, method, site, script)


def _of_tracker(receiver: str, method: str, site: Site, script: Script) -> _Log | None:
    backend = _backend(receiver, site, script)
    if backend is not None:
        return _Log(receiver, backend, Evidence(FLOW, (receiver,)))
    role = script.role(site.node.func.value, site.scope)
    if role is not None and role.kind in ("accelerator", "writer") and site.node.args:
        return _Log(receiver, None, weakest(role.evidence))
    if receiver == "self" and method in ("log", "log_dict") and _is_lightning(site, script):
        return _Log(None, None, Evidence(NAME, (site.name,)))
    named = {word for part in receiver.split(".") for word in words(part)}
    if _TRACKER_WORDS & named or ("history" in named and "loss" in named):
        return _Log(receiver, None, Evidence(NAME, (receiver,)))
    if method in ("log_metrics", "log_metric", "log_dict", "update_summary") and "logger" in named:
        return _Log(receiver, None, Evidence(NAME, (site.name,)))
    return None


def _backend(receiver: str, site: Site, script: Script) -> str | None:
    """The backend of what a variable holds: `writer = SummaryWriter()`."""
    for binding in script.resolver.bindings(receiver, site.scope):
        for call in (binding.value, *_branches(binding.value)):
            if binding.how in ("assign", "with") and type(call) is cst.Call:
                known = script.known(call.func, script.tree.statements[binding.statement].scope)
                if known is not None and known.api.kind == "writer":
                    return known.api.traits.get("backend")
    return None


def _branches(value: Any) -> tuple[Any, ...]:
    return (value.body, value.orelse) if type(value) is cst.IfExp else ()


def _is_lightning(site: Site, script: Script) -> bool:
    """Whether `self` is a LightningModule: by its bases, or by its methods' names."""
    function = script.function_around(site.statement)
    if function is None or not site.node.args:
        return False
    owner = script.tree.scopes[function.scope]
    if owner.kind != "class":
        return False
    bases = script.tree.statements[owner.statement].node.bases
    names = {words(dotted(base.value))[:1] for base in bases if dotted(base.value)}
    return ("lightning",) in names or bool(
        {"training_step", "validation_step"} & set(owner.bindings)
    )


def _names(site: Site) -> Iterator[str]:
    for arg in site.node.args:
        if arg.keyword is None and type(arg.value) is cst.Dict:
            for element in arg.value.elements:
                if type(element) is cst.DictElement and string(element.key):
                    yield string(element.key)
    if site.node.args and string(site.node.args[0].value):
        yield string(site.node.args[0].value)


def _step(site: Site, script: Script) -> str | None:
    for name in ("global_step", "step"):
        value = script.argument(site, name)
        if value is not None:
            return text(value)
    adds = site.name.rpartition(".")[2] in ("add_scalar", "add_scalars", "add_histogram")
    places = [arg for arg in site.node.args if arg.keyword is None and not arg.star]
    return text(places[2].value) if adds and len(places) > 2 else None


EXAMPLES = {
    "from torch.utils.tensorboard import SummaryWriter\n"
    "writer = SummaryWriter('runs/a')\n"
    "for step, loss in enumerate(losses):\n"
    "    writer.add_scalar('loss', loss, step)\n"
    "    writer.add_scalar('lr', lr, step)": [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence("api", ("torch.utils.tensorboard.SummaryWriter",)),
            form="create",
            tracker="writer",
            backend="TensorBoard",
            where="'runs/a'",
            names=(),
            step=None,
            guard=None,
            condition=None,
        ),
        ExperimentLogging(
            line=4,
            end=5,
            evidence=Evidence(FLOW, ("writer",)),
            form="log",
            tracker="writer",
            backend="TensorBoard",
            where=None,
            names=("loss", "lr"),
            step="step",
            guard=None,
            condition=None,
        ),
    ],
    "import wandb\nif rank == 0:\n    wandb.log({'loss': loss, 'lr': lr}, step=it)": [
        ExperimentLogging(
            line=3,
            end=3,
            evidence=Evidence("api", ("wandb.log",)),
            form="log",
            tracker=None,
            backend="Weights & Biases",
            where=None,
            names=("loss", "lr"),
            step="it",
            guard="rank == 0",
            condition="rank == 0",
        )
    ],
    "loss_history.append_loss(epoch, loss, val_loss)": [
        ExperimentLogging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("loss_history",)),
            form="log",
            tracker="loss_history",
            backend=None,
            where=None,
            names=(),
            step=None,
            guard=None,
            condition=None,
        )
    ],
}
COUNTEREXAMPLES = {
    "logger.info(f'loss {loss}')": "a text log",
    "metric_logger.update(loss=loss)": "a meter that smooths and prints",
    "y = torch.log(x)": "a logarithm",
    "import math\nself.log = math.log(x)": "a logarithm",
}
