"""experiment-logging: metrics go to a writer or a tracker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.arguments import string
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.places import own_lines
from pseudogen.names.runs import run_from
from pseudogen.names.script import Script, Site
from pseudogen.names.trackers import (
    Tracker,
    created,
    logged,
    names_creation,
    names_logging,
)
from pseudogen.records import dataclass
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentLogging(Finding):
    """Facts of a tracker's creation or of a run of log calls.

    Attributes:
        form: "create" or "log".
        tracker: What is called on (the variable that receives a new tracker); None without one.
        backend: "TensorBoard", "Weights & Biases"...; None when the script does not say.
        where: The folder or project of a new tracker, as passed.
        where_kind: "folder" or "project", which of them it is.
        names: Names under which values are logged, where they are plain strings.
        step: What they are logged against (`global_step`, `epoch`), as passed.
        several: Whether several processes may come here, with nothing known that holds all but one
            back.
        guard: The condition around it on the rank, or on the tracker, which other processes then
            lack; None without one.
        condition: The condition under which it is done; None, too, where the calls have several.
    """

    pattern: ClassVar[str] = "experiment-logging"

    form: str
    tracker: str | None
    backend: str | None
    where: str | None
    where_kind: str | None = None
    names: tuple[str, ...]
    step: str | None
    several: bool
    guard: str | None
    condition: str | None


@pattern(ExperimentLogging, kinds=("writer",), calls=names_creation)
def find_creation(site: Site, script: Script) -> Iterator[ExperimentLogging]:
    """`writer = SummaryWriter(...)`, `wandb.init(...)`, `accelerator.init_trackers(...)`."""
    told = created(script, site)
    if told is not None:
        first, last = own_lines(script, site)
        yield replace(_finding(site, script, "create", told, [site], last), line=first)


@pattern(ExperimentLogging, kinds=("tracker-log",), calls=names_logging)
def find_logs(site: Site, script: Script) -> Iterator[ExperimentLogging]:
    """`writer.add_scalar(...)`, `wandb.log({...})`; neighbours are one finding."""
    told = logged(script, site)
    if told is None:
        return
    run = run_from(script.tree, site.statement, lambda s: bool(_logs_in(s, script)), 1)
    if run:
        sites = [log for statement in run for log in _logs_in(statement, script)]
        yield _finding(site, script, "log", told, sites, run[-1].last)


def _logs_in(statement: Statement, script: Script) -> list[Site]:
    return [site for site in script.calls_in(statement) if logged(script, site) is not None]


def _finding(
    site: Site, script: Script, form: str, told: Tracker, sites: list[Site], end: int
) -> ExperimentLogging:
    names = tuple(dict.fromkeys(name for log in sites for name in _names(log)))
    steps = [step for log in sites if (step := _step(log, script)) is not None]
    where, where_kind = _where(site, script) if form == "create" else (None, None)
    guards = {_guard(log, told, script) for log in sites}
    return ExperimentLogging(
        line=site.line,
        end=end,
        evidence=told.evidence,
        form=form,
        tracker=told.name,
        backend=told.backend,
        where=where,
        where_kind=where_kind,
        names=names if form == "log" else (),
        step=steps[0] if form == "log" and len(set(steps)) == 1 else None,
        several=None in guards and not told.guarded and script.workers.joins,
        guard=_common(guards),
        condition=_common({_condition(log, script) for log in sites}),
    )


def _where(site: Site, script: Script) -> tuple[str | None, str | None]:
    """(what says where the values are kept, "folder" or "project")."""
    for name in ("log_dir", "logdir", "project", "project_name"):
        value = script.argument(site, name)
        if value is not None:
            return text(value), "project" if name.startswith("project") else "folder"
    return None, None


def _guard(log: Site, told: Tracker, script: Script) -> str | None:
    """What holds all processes but one back: a test of the rank, or of the tracker itself, which
    the others then lack."""
    choice = _choice(log)
    if choice is not None and script.one_process(choice.test, log.statement.index) is not None:
        return text(choice.test)
    tests = (script.condition(log.statement) or "").split(" and ")
    by_tracker = told.name is not None and {told.name, f"{told.name} is not None"} & set(tests)
    return script.rank_condition(log.statement) or (told.name if by_tracker else None)


def _choice(log: Site) -> cst.IfExp | None:
    """`SummaryWriter(...) if rank == 0 else None` around a call that makes the tracker."""
    value = getattr(log.statement.node, "value", None)
    return value if type(value) is cst.IfExp and value.body is log.node else None


def _condition(log: Site, script: Script) -> str | None:
    choice = _choice(log)
    tests = (script.condition(log.statement), text(choice.test) if choice is not None else None)
    return " and ".join(test for test in tests if test) or None


def _common(conditions: set[str | None]) -> str | None:
    """The condition under which all calls are made, where it is one and the same."""
    return next(iter(conditions)) if len(conditions) == 1 else None


def _names(site: Site) -> Iterator[str]:
    for arg in site.node.args:
        if arg.keyword is None and type(arg.value) is cst.Dict:
            for element in arg.value.elements:
                if type(element) is cst.DictElement and string(element.key):
                    yield string(element.key)
    if site.node.args:
        yield from _name(site.node.args[0].value)


def _name(node: Any) -> Iterator[str]:
    """`loss/{}` for "loss/{}".format(split), `loss/{split}` for f"loss/{split}"."""
    if type(node) is cst.FormattedString:
        yield text(node)[len(node.start) : -len(node.end)]
        return
    formats = type(node) is cst.Call and type(node.func) is cst.Attribute
    written = string(node.func.value if formats and node.func.attr.value == "format" else node)
    if written:
        yield written


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
            where_kind="folder",
            names=(),
            step=None,
            several=False,
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
            several=False,
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
            several=False,
            guard="rank == 0",
            condition="rank == 0",
        )
    ],
    "import wandb\n"
    "if 'weight' in name:\n"
    "    wandb.log({'norm/weight': norm})\n"
    "if 'bias' in name:\n"
    "    wandb.log({'norm/bias': norm})": [
        ExperimentLogging(
            line=3,
            end=5,
            evidence=Evidence("api", ("wandb.log",)),
            form="log",
            tracker=None,
            backend="Weights & Biases",
            where=None,
            names=("norm/weight", "norm/bias"),
            step=None,
            several=False,
            guard=None,
            condition=None,
        )
    ],
    "import torch.distributed as dist\n"
    "from torch.utils.tensorboard import SummaryWriter\n"
    "dist.init_process_group('nccl')\n"
    "writer = SummaryWriter('runs') if dist.get_rank() == 0 else None": [
        ExperimentLogging(
            line=4,
            end=4,
            evidence=Evidence("api", ("torch.utils.tensorboard.SummaryWriter",)),
            form="create",
            tracker="writer",
            backend="TensorBoard",
            where="'runs'",
            where_kind="folder",
            names=(),
            step=None,
            several=False,
            guard="dist.get_rank() == 0",
            condition="dist.get_rank() == 0",
        )
    ],
    "from project import TensorboardSummary\nself.summary = TensorboardSummary(folder)": [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("TensorboardSummary",)),
            form="create",
            tracker="self.summary",
            backend="TensorBoard",
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
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
            several=False,
            guard=None,
            condition=None,
        )
    ],
    ("import utils\nutils.summarize(writer=writer_eval, global_step=step, scalars=losses)"): [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("writer_eval",)),
            form="log",
            tracker="writer_eval",
            backend=None,
            where=None,
            names=(),
            step="step",
            several=False,
            guard=None,
            condition=None,
        )
    ],
    ('mw = tools.RunMetricWriter(folder)\nmw.measure("loss", loss)'): [
        ExperimentLogging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("tools.RunMetricWriter",)),
            form="create",
            tracker="mw",
            backend=None,
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("tools.RunMetricWriter",)),
            form="log",
            tracker="mw",
            backend=None,
            where=None,
            names=("loss",),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
    ],
    ("from utils import instantiate_loggers\nlogger = instantiate_loggers(cfg.get('logger'))"): [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("instantiate_loggers",)),
            form="create",
            tracker="logger",
            backend=None,
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        )
    ],
    (
        "from logger import SpeechLogger\n"
        "logger = SpeechLogger(folder)\n"
        "logger.log_training(loss, lr, step)"
    ): [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("SpeechLogger",)),
            form="create",
            tracker="logger",
            backend=None,
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
        ExperimentLogging(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("logger.log_training",)),
            form="log",
            tracker="logger",
            backend=None,
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
    ],
    (
        "from utils import create_tensorboard_writer\n"
        "board = create_tensorboard_writer(config, folder)"
    ): [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("create_tensorboard_writer",)),
            form="create",
            tracker="board",
            backend="TensorBoard",
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        )
    ],
    (
        "for epoch in range(9):\n"
        "    stats = train(model, loader)\n"
        "    wandb_logger.log_epoch_metrics(stats)"
    ): [
        ExperimentLogging(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("wandb_logger",)),
            form="log",
            tracker="wandb_logger",
            backend=None,
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        )
    ],
    "board = CurveLogger(folder)\nfor n in counts:\n    board.scalar_summary('loss', total, n)": [
        ExperimentLogging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("CurveLogger",)),
            form="create",
            tracker="board",
            backend=None,
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
        ExperimentLogging(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("board",)),
            form="log",
            tracker="board",
            backend=None,
            where=None,
            names=("loss",),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
    ],
    "from show import Visualizer\nvis = Visualizer(opt.env)\nvis.plot('loss', total)": [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("Visualizer",)),
            form="create",
            tracker="vis",
            backend=None,
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
        ExperimentLogging(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("vis",)),
            form="log",
            tracker="vis",
            backend=None,
            where=None,
            names=("loss",),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
    ],
    "import visdom\nboard = visdom.Visdom()\nboard.line(X=[n], Y=[total], win='loss')": [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence("api", ("visdom.Visdom",)),
            form="create",
            tracker="board",
            backend="Visdom",
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
        ExperimentLogging(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("board",)),
            form="log",
            tracker="board",
            backend="Visdom",
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
    ],
    "import lightning as L\n"
    "sink = choose_logger(cfg)\n"
    "fabric = L.Fabric(devices=2, loggers=[sink])": [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("choose_logger",)),
            form="create",
            tracker="sink",
            backend=None,
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
    ],
    (
        "from show import Visualizer\n"
        "vis = Visualizer(port) if on else None\n"
        "vis.vis_scalar('loss', n, total)"
    ): [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("Visualizer",)),
            form="create",
            tracker="vis",
            backend=None,
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition="on",
        ),
        ExperimentLogging(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("vis",)),
            form="log",
            tracker="vis",
            backend=None,
            where=None,
            names=("loss",),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
    ],
    ("board = init_summarywriter(args)"): [
        ExperimentLogging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("init_summarywriter",)),
            form="create",
            tracker="board",
            backend=None,
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        )
    ],
    "from torch.utils.tensorboard import SummaryWriter\n"
    "writer = SummaryWriter()\n"
    "for epoch in range(9):\n"
    "    writer.add_scalar(f'loss/{split}', loss, epoch)\n"
    "    writer.add_image('map/{}'.format(split), image, epoch)": [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence("api", ("torch.utils.tensorboard.SummaryWriter",)),
            form="create",
            tracker="writer",
            backend="TensorBoard",
            where=None,
            names=(),
            step=None,
            several=False,
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
            names=("loss/{split}", "map/{}"),
            step="epoch",
            several=False,
            guard=None,
            condition=None,
        ),
    ],
    ('buffer_val(writer, "faces", acc, step)'): [
        ExperimentLogging(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("writer",)),
            form="log",
            tracker="writer",
            backend=None,
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        )
    ],
}
COUNTEREXAMPLES = {
    ('buffer_val(rows, "faces", acc, step)'): "no writer gets it",
    ("canvas.plot_table(rows)"): "text is drawn into a picture",
    "from show import Visualizer\nvis = Visualizer(img)\nvis.draw(box)": "draws pictures",
    "axis.plot(losses)": "a figure, no tracker",
    "sink = create_logger(cfg)\nsink.info(text)": "a logger of texts",
    (
        "from utils import create_file_writer\nout = create_file_writer(folder)\nout.write('x')"
    ): "writes a file of texts",
    (
        "from logger import RankLogger\nlogger = RankLogger(__name__)\nlogger.info('begins')"
    ): "a log of texts",
    ("import utils\nutils.report(results, path)"): "a table of results, and no writer",
    "logger.info(f'loss {loss}')": "a text log",
    "metric_logger.update(loss=loss)": "a meter that smooths and prints",
    "y = torch.log(x)": "a logarithm",
    "import math\nself.log = math.log(x)": "a logarithm",
}
