"""Trackers of experiments: TensorBoard, Weights & Biases, MLflow and their kin.

The trait `method` tells rows apart that log ("log") from rows that end a run ("end").
"""

from pseudogen.knowledge.api import Api

_TENSORBOARD = "https://docs.pytorch.org/docs/stable/tensorboard.html"
_WANDB = "https://docs.wandb.ai/ref/python/"
_MLFLOW = "https://mlflow.org/docs/latest/python_api/mlflow.html"
_SWANLAB = "https://docs.swanlab.cn/en/api/py-init.html"
_COMET = "https://www.comet.com/docs/v2/api-and-sdk/python-sdk/reference/Experiment/"
_NEPTUNE = "https://docs.neptune.ai/api/neptune/"
_AIM = "https://aimstack.readthedocs.io/en/latest/refs/sdk.html"
_CLEARML = "https://clear.ml/docs/latest/docs/references/sdk/task"
_LIGHTNING = "https://lightning.ai/docs/pytorch/stable/api_references.html#loggers"
_TENSORFLOW = "https://www.tensorflow.org/api_docs/python/tf/summary"
_KERAS = "https://keras.io/api/callbacks/"
_PADDLE = "https://github.com/PaddlePaddle/VisualDL/blob/develop/docs/components/README.md"
_DVC = "https://dvc.org/doc/dvclive/live"
_VISDOM = "https://github.com/fossasia/visdom"


def _writer(backend: str, source: str, *params: str) -> Api:
    return Api("writer", params, {}, source, {"backend": backend})


def _log(backend: str, source: str, *params: str) -> Api:
    return Api("tracker-log", params, {}, source, {"backend": backend})


def _end(backend: str, source: str) -> Api:
    return Api("tracker-end", (), {}, source, {"backend": backend})


EXACT: dict[str, Api] = {
    "torch.utils.tensorboard.SummaryWriter": _writer("TensorBoard", _TENSORBOARD, "log_dir"),
    "torch.utils.tensorboard.writer.SummaryWriter": _writer("TensorBoard", _TENSORBOARD, "log_dir"),
    "tensorboardX.SummaryWriter": _writer("TensorBoard", _TENSORBOARD, "log_dir"),
    "tensorboard_logger.Logger": _writer("TensorBoard", _TENSORBOARD, "logdir"),
    "tensorboard_logger.configure": _writer("TensorBoard", _TENSORBOARD, "logdir"),
    "tensorboard_logger.log_value": _log("TensorBoard", _TENSORBOARD, "name", "value", "step"),
    "tensorflow.summary.create_file_writer": _writer("TensorBoard", _TENSORFLOW, "logdir"),
    "tensorflow.summary.FileWriter": _writer("TensorBoard", _TENSORFLOW, "logdir"),
    "tensorflow.compat.v1.summary.FileWriter": _writer("TensorBoard", _TENSORFLOW, "logdir"),
    "tensorflow.summary.scalar": _log("TensorBoard", _TENSORFLOW, "name", "data", "step"),
    "flax.metrics.tensorboard.SummaryWriter": _writer("TensorBoard", _TENSORBOARD, "log_dir"),
    "clu.metric_writers.create_default_writer": _writer("TensorBoard", _TENSORBOARD, "logdir"),
    "visualdl.LogWriter": _writer("VisualDL", _PADDLE, "logdir"),
    "wandb.init": _writer("Weights & Biases", _WANDB + "init"),
    "wandb.log": _log("Weights & Biases", _WANDB + "log", "data", "step"),
    "wandb.run.log": _log("Weights & Biases", _WANDB + "log", "data", "step"),
    "wandb.finish": _end("Weights & Biases", _WANDB + "finish"),
    "wandb.run.finish": _end("Weights & Biases", _WANDB + "finish"),
    "wandb.join": _end("Weights & Biases", _WANDB + "finish"),
    "swanlab.init": _writer("SwanLab", _SWANLAB),
    "swanlab.log": _log("SwanLab", _SWANLAB, "data", "step"),
    "swanlab.finish": _end("SwanLab", _SWANLAB),
    "mlflow.start_run": _writer("MLflow", _MLFLOW),
    "mlflow.set_experiment": _writer("MLflow", _MLFLOW),
    "mlflow.autolog": _writer("MLflow", _MLFLOW),
    "mlflow.pytorch.autolog": _writer("MLflow", _MLFLOW),
    "mlflow.log_metric": _log("MLflow", _MLFLOW, "key", "value", "step"),
    "mlflow.log_metrics": _log("MLflow", _MLFLOW, "metrics", "step"),
    "mlflow.log_param": _log("MLflow", _MLFLOW, "key", "value"),
    "mlflow.log_params": _log("MLflow", _MLFLOW, "params"),
    "mlflow.end_run": _end("MLflow", _MLFLOW),
    "comet_ml.Experiment": _writer("Comet", _COMET),
    "comet_ml.OfflineExperiment": _writer("Comet", _COMET),
    "comet_ml.start": _writer("Comet", _COMET),
    "comet_ml.init": _writer("Comet", _COMET),
    "neptune.init": _writer("Neptune", _NEPTUNE),
    "neptune.init_run": _writer("Neptune", _NEPTUNE),
    "neptune.log_metric": _log("Neptune", _NEPTUNE),
    "neptune.stop": _end("Neptune", _NEPTUNE),
    "aim.Run": _writer("Aim", _AIM),
    "clearml.Task.init": _writer("ClearML", _CLEARML),
    "trackio.init": _writer("Trackio", "https://huggingface.co/docs/trackio/index"),
    "trackio.log": _log("Trackio", "https://huggingface.co/docs/trackio/index"),
    "trackio.finish": _end("Trackio", "https://huggingface.co/docs/trackio/index"),
    "dvclive.Live": _writer("DVCLive", _DVC),
    "visdom.Visdom": _writer("Visdom", _VISDOM),
    "keras.callbacks.TensorBoard": _writer("TensorBoard", _KERAS, "log_dir"),
    "tensorflow.keras.callbacks.TensorBoard": _writer("TensorBoard", _KERAS, "log_dir"),
    "keras.callbacks.CSVLogger": _writer("CSV", _KERAS, "filename"),
    "tensorflow.keras.callbacks.CSVLogger": _writer("CSV", _KERAS, "filename"),
    "wandb.keras.WandbCallback": _writer("Weights & Biases", _WANDB),
    "wandb.integration.keras.WandbMetricsLogger": _writer("Weights & Biases", _WANDB),
}
_LOGGERS = {
    "TensorBoardLogger": "TensorBoard",
    "WandbLogger": "Weights & Biases",
    "CSVLogger": "CSV",
    "MLFlowLogger": "MLflow",
    "CometLogger": "Comet",
    "NeptuneLogger": "Neptune",
    "TestTubeLogger": "Test Tube",
}
for _package in (
    "lightning.pytorch.loggers",
    "pytorch_lightning.loggers",
    "lightning.fabric.loggers",
    "pytorch_lightning.logging",
    "pytorch_lightning.logging.test_tube",
):
    EXACT |= {
        f"{_package}.{name}": Api(
            "writer", (), {}, _LIGHTNING, {"backend": backend, "guarded": "yes"}
        )
        for name, backend in _LOGGERS.items()
    }
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {
    "wandb": "wandb",
    "mlflow": "mlflow",
    "swanlab": "swanlab",
    "tf": "tensorflow",
}
BARE: tuple[str, ...] = (
    "torch.utils.tensorboard.SummaryWriter",
    "lightning.pytorch.loggers.TensorBoardLogger",
    "lightning.pytorch.loggers.WandbLogger",
)
