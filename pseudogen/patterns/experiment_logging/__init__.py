"""experiment-logging: metrics go to a writer or a tracker."""

from __future__ import annotations

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.experiment_logging.facts import ExperimentLogging
from pseudogen.patterns.experiment_logging.finders import (
    find_creation,
    find_logs,
)

__all__ = [
    "ExperimentLogging",
    "find_creation",
    "find_logs",
]


EXAMPLES = {
    "loss_history.append_loss(epoch + 1, total / epoch_step)": [
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
            values=("total / epoch_step",),
        )
    ],
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
    "import wandb\nwandb.log({**losses, 'epoch': epoch})\n": [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence("api", ("wandb.log",)),
            form="log",
            tracker=None,
            backend="Weights & Biases",
            where=None,
            names=("epoch",),
            others=True,
            step=None,
            several=False,
            guard=None,
            condition=None,
        )
    ],
    "import wandb\nwandb.log({'samples': [wandb.Image(x) for x in images]})\n": [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence("api", ("wandb.log",)),
            form="log",
            tracker=None,
            backend="Weights & Biases",
            where=None,
            names=("samples",),
            what="media",
            step=None,
            several=False,
            guard=None,
            condition=None,
        )
    ],
    "import wandb\nwandb.log({'loss': loss, 'masks': wandb.Image(masks)})\n": [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence("api", ("wandb.log",)),
            form="log",
            tracker=None,
            backend="Weights & Biases",
            where=None,
            names=("loss", "masks"),
            step=None,
            several=False,
            guard=None,
            condition=None,
        )
    ],
    "import mlflow\nmlflow.set_experiment('digits')\nmlflow.log_params(settings)\n": [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence("api", ("mlflow.set_experiment",)),
            form="experiment",
            tracker=None,
            backend="MLflow",
            where="'digits'",
            where_kind="experiment",
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
        ExperimentLogging(
            line=3,
            end=3,
            evidence=Evidence("api", ("mlflow.log_params",)),
            form="log",
            tracker=None,
            backend="MLflow",
            where=None,
            names=(),
            what="settings",
            step=None,
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
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
            further=(
                (("norm/weight",), "'weight' in name"),
                (("norm/bias",), "'bias' in name"),
            ),
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
            values=("loss", "val_loss"),
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
            values=("losses",),
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
            values=("loss", "lr"),
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
            values=("stats",),
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
    (
        "from detectron2.utils.events import JSONWriter, TensorboardXWriter\n"
        'writers = [JSONWriter("metrics.json"), TensorboardXWriter("out")] if is_main else []\n'
        "for iteration in range(max_iter):\n"
        "    losses.backward()\n"
        "    for writer in writers:\n"
        "        writer.write()"
    ): [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(API, ("detectron2.utils.events.JSONWriter",)),
            form="create",
            tracker="writers",
            backend=None,
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition="is_main",
        ),
        ExperimentLogging(
            line=6,
            end=6,
            evidence=Evidence(API, ("detectron2.utils.events.JSONWriter",)),
            form="log",
            tracker="writer",
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
        "from project.utils import WandBLogger\n"
        "tracker = WandBLogger(config=settings)\n"
        'tracker.log({"loss": loss})'
    ): [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("WandBLogger",)),
            form="create",
            tracker="tracker",
            backend="Weights & Biases",
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
            evidence=Evidence(NAME, ("tracker",)),
            form="log",
            tracker="tracker",
            backend=None,
            where=None,
            names=("loss",),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
    ],
    (
        "from logger import Logger\n"
        "self.logger = Logger(work_dir)\n"
        'self.logger.log("train/reward", reward, step)'
    ): [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("Logger",)),
            form="create",
            tracker="self.logger",
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
            evidence=Evidence(NAME, ("self.logger.log",)),
            form="log",
            tracker="self.logger",
            backend=None,
            where=None,
            names=("train/reward",),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
    ],
    (
        "from ignite.contrib.handlers.tensorboard_logger import OutputHandler, TensorboardLogger\n"
        'tb_logger = TensorboardLogger("runs")\n'
        'tb_logger.attach(trainer, log_handler=OutputHandler(tag="training"), event_name=event)'
    ): [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(
                API, ("ignite.contrib.handlers.tensorboard_logger.TensorboardLogger",)
            ),
            form="create",
            tracker="tb_logger",
            backend="TensorBoard",
            where='"runs"',
            where_kind="folder",
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
        ExperimentLogging(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("tb_logger.attach",)),
            form="log",
            tracker="tb_logger",
            backend="TensorBoard",
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
    ],
    (
        "from tianshou.trainer import OffPolicyTrainerParams\n"
        'logger = factory.create_logger(log_dir="log")\n'
        "algorithm.run_training(OffPolicyTrainerParams(max_epochs=10, logger=logger))"
    ): [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("factory.create_logger",)),
            form="create",
            tracker="logger",
            backend=None,
            where='"log"',
            where_kind="folder",
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        )
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
            names=("loss/{split}", "map/…"),
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
            values=("acc",),
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
    (
        "from torch.utils.tensorboard import SummaryWriter\n"
        "class Logger:\n"
        "    def __init__(self):\n"
        "        self.writer = SummaryWriter()\n"
        "    def write_results(self, results):\n"
        "        for key in results:\n"
        "            self.writer.add_scalar(key, results[key])\n"
        "logger = Logger()\n"
        "logger.write_results(scores)"
    ): [
        ExperimentLogging(
            line=4,
            end=4,
            evidence=Evidence(API, ("torch.utils.tensorboard.SummaryWriter",)),
            form="create",
            tracker="self.writer",
            backend="TensorBoard",
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
        ExperimentLogging(
            line=7,
            end=7,
            evidence=Evidence(FLOW, ("self.writer",)),
            form="log",
            tracker="self.writer",
            backend="TensorBoard",
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
        ExperimentLogging(
            line=9,
            end=9,
            evidence=Evidence(FLOW, ("logger.write_results",)),
            form="log",
            values=("scores",),
            tracker="logger",
            backend="TensorBoard",
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
    ],
    (
        "from tensorboardX import SummaryWriter\n"
        "writer = SummaryWriter()\n"
        "pictures.visualize_batch(writer, images, step)"
    ): [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(API, ("tensorboardX.SummaryWriter",)),
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
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("writer",)),
            form="log",
            values=("images",),
            tracker="writer",
            backend="TensorBoard",
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
    ],
    ("mlflow_logger.on_log(args, epoch, values)"): [
        ExperimentLogging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("mlflow_logger",)),
            form="log",
            values=("values",),
            tracker="mlflow_logger",
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
        "from torch.utils.tensorboard import SummaryWriter\n"
        "writer = SummaryWriter('runs')\n"
        "for step, loss in enumerate(losses):\n"
        "    if step % 10 == 0:\n"
        "        writer.add_scalar('loss', loss, step)\n"
        "        if averaged:\n"
        "            writer.add_scalar('mean', mean, step)"
    ): [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.utils.tensorboard.SummaryWriter",)),
            form="create",
            tracker="writer",
            backend="TensorBoard",
            where="'runs'",
            where_kind="folder",
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
        ExperimentLogging(
            line=5,
            end=7,
            evidence=Evidence(FLOW, ("writer",)),
            form="log",
            tracker="writer",
            backend="TensorBoard",
            where=None,
            names=("loss",),
            step="step",
            several=False,
            guard=None,
            condition="step % 10 == 0",
            further=((("mean",), "averaged"),),
        ),
    ],
    (
        "import pytorch_lightning as pl\n"
        "logger = DetectionLogger(save_dir)\n"
        "trainer = pl.Trainer(logger=logger, max_epochs=3)\n"
        ""
    ): [
        ExperimentLogging(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("DetectionLogger",)),
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
    "writer = LogWriter('runs')\nwriter.add_scalar(tag=name, step=count, value=acc)": [
        ExperimentLogging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("LogWriter",)),
            form="create",
            tracker="writer",
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
            evidence=Evidence(FLOW, ("writer",)),
            form="log",
            tracker="writer",
            backend=None,
            where=None,
            names=(),
            step="count",
            several=False,
            guard=None,
            condition=None,
            values=("acc",),
        ),
    ],
    "import wandb\n"
    "from torch.utils.tensorboard import SummaryWriter\n"
    "def note(writer: SummaryWriter, name, value, step):\n"
    "    writer.add_scalar(name, value, global_step=step, new_style=True)\n"
    "    wandb.log({'loss': loss})": [
        ExperimentLogging(
            line=4,
            end=5,
            evidence=Evidence(FLOW, ("writer",)),
            form="log",
            tracker="writer",
            backend=None,
            also=((None, "Weights & Biases"),),
            where=None,
            names=("loss",),
            others=True,
            step="step",
            several=False,
            guard=None,
            condition=None,
        )
    ],
    "tracker.log_metric(name, value, run_id=run_id)": [
        ExperimentLogging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("tracker",)),
            form="log",
            tracker="tracker",
            backend=None,
            where=None,
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
            values=("value",),
        )
    ],
    "tracker.log_metrics(dict(zip(keys, results)), epochs)": [
        ExperimentLogging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("tracker",)),
            form="log",
            tracker="tracker",
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
        "from lightning.pytorch import Trainer\n"
        "from lightning.pytorch.loggers import TensorBoardLogger\n"
        "trainer = Trainer(logger=TensorBoardLogger(save_dir='runs'))"
    ): [
        ExperimentLogging(
            line=3,
            end=3,
            evidence=Evidence(API, ("lightning.pytorch.loggers.TensorBoardLogger",)),
            form="create",
            tracker=None,
            backend="TensorBoard",
            nested=True,
            where="'runs'",
            where_kind="folder",
            names=(),
            step=None,
            several=False,
            guard=None,
            condition=None,
        ),
    ],
    ('Run.log_metric("train/loss", loss, step=step)'): [
        ExperimentLogging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("Run",)),
            form="log",
            tracker="Run",
            backend=None,
            where=None,
            names=("train/loss",),
            step="step",
            several=False,
            guard=None,
            condition=None,
        )
    ],
    (
        "if isinstance(value, float):\n"
        "    tb_writer.add_scalar(key, value, step)\n"
        "else:\n"
        "    tb_writer.add_text(key, value, step)"
    ): [
        ExperimentLogging(
            line=2,
            end=4,
            evidence=Evidence(FLOW, ("tb_writer",)),
            form="log",
            tracker="tb_writer",
            backend=None,
            where=None,
            names=(),
            step="step",
            several=False,
            guard=None,
            condition=None,
        ),
    ],
}
COUNTEREXAMPLES = {
    (
        "import logging\n"
        'logger = logging.getLogger("run")\n'
        'logger.log(logging.INFO, "loss %f", loss)'
    ): "a text at a level",
    (
        'files = [open("a.txt"), open("b.txt")]\nfor file in files:\n    file.write()'
    ): "files are written",
    "embedded = self.add_embedding(times)": "a layer, which gives what it computes",
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
    (
        "class Logger:\n"
        "    def write_results(self, results):\n"
        "        self.file.write(str(results))\n"
        "logger = Logger()\n"
        "logger.write_results(scores)"
    ): "texts go to a file",
}
