"""PyTorch-Ignite."""

from pseudogen.knowledge.api import Api

_DOCS = "https://docs.pytorch.org/ignite/"
_HANDLERS = _DOCS + "handlers.html"
_CONTRIB = "ignite.contrib.handlers"
_DISTRIBUTED = _DOCS + "distributed.html"

EXACT: dict[str, Api] = {
    # start-up
    "ignite.utils.manual_seed": Api(
        "seed",
        ("seed",),
        {},
        _DOCS + "utils.html",
        {"library": "python numpy torch", "devices": ""},
    ),
    "ignite.distributed.device": Api("device", (), {}, _DISTRIBUTED),
    "ignite.distributed.get_rank": Api("rank", (), {}, _DISTRIBUTED),
    "ignite.distributed.get_local_rank": Api("local-rank", (), {}, _DISTRIBUTED),
    "ignite.distributed.get_world_size": Api("world-size", (), {}, _DISTRIBUTED, {"scope": "all"}),
    "ignite.distributed.barrier": Api("barrier", (), {}, _DISTRIBUTED),
    "ignite.distributed.initialize": Api("process-group", ("backend",), {}, _DISTRIBUTED),
    "ignite.distributed.finalize": Api("group-end", (), {}, _DISTRIBUTED),
    "ignite.distributed.spawn": Api(
        "worker-launch", ("backend", "fn", "args"), {}, _DISTRIBUTED, {"first": "rank"}
    ),
    "ignite.distributed.Parallel": Api("process-group", ("backend",), {}, _DISTRIBUTED),
    # data and model
    "ignite.distributed.auto_dataloader": Api("loader", ("dataset",), {}, _DISTRIBUTED),
    "ignite.distributed.auto_model": Api("wrap", ("model",), {}, _DISTRIBUTED, {"wrap": "other"}),
    # loop
    "ignite.engine.create_supervised_trainer": Api(
        "trainer", ("model", "optimizer", "loss_fn"), {}, _DOCS + "engine.html"
    ),
    "ignite.metrics.Loss": Api("metric", ("loss_fn",), {}, _DOCS + "metrics.html"),
    **{
        f"ignite.handlers.{name}": Api(kind, params, {}, _HANDLERS)
        for name, kind, params in (
            ("Checkpoint", "checkpoint-callback", ("to_save", "save_handler")),
            ("ModelCheckpoint", "checkpoint-callback", ("dirname",)),
            ("EarlyStopping", "early-stopping", ("patience", "score_function", "trainer")),
        )
    },
    **{
        f"{module}.{name}": Api(
            "scheduler", ("optimizer", "param_name", *params), {}, _HANDLERS, {"form": "other"}
        )
        for module in ("ignite.handlers", "ignite.handlers.param_scheduler", _CONTRIB)
        for name, params in (
            ("PiecewiseLinear", ("milestones_values",)),
            ("LinearCyclicalScheduler", ()),
            ("CosineAnnealingScheduler", ()),
        )
    },
    **{
        f"{module}.create_lr_scheduler_with_warmup": Api(
            "scheduler",
            ("lr_scheduler", "warmup_start_value", "warmup_duration"),
            {},
            _HANDLERS,
            {"form": "other", "warmup": "warmup_duration"},
        )
        for module in ("ignite.handlers", "ignite.handlers.param_scheduler", _CONTRIB)
    },
    **{
        f"{module}.{name}": Api("progress", (), {}, _HANDLERS)
        for module in ("ignite.handlers", _CONTRIB)
        for name in ("ProgressBar",)
    },
    **{
        f"{module}.ProgressBar": Api("progress", (), {}, _HANDLERS)
        for module in ("ignite.contrib.engines.common", "ignite.handlers.tqdm_logger")
    },
    "ignite.contrib.engines.common.setup_common_training_handlers": Api(
        "trainer-handlers", ("trainer", "train_sampler", "to_save"), {}, _DOCS, {"saves": "to_save"}
    ),
    "ignite.contrib.handlers.tqdm_logger.ProgressBar": Api("progress", (), {}, _HANDLERS),
    **{
        f"{module}.{name}": Api("writer", params, {}, _HANDLERS, {"backend": backend})
        for module in ("ignite.handlers", _CONTRIB, f"{_CONTRIB}.tensorboard_logger")
        for name, params, backend in (
            ("TensorboardLogger", ("log_dir",), "TensorBoard"),
            ("WandBLogger", (), "Weights & Biases"),
            ("MLflowLogger", (), "MLflow"),
            ("ClearMLLogger", (), "ClearML"),
            ("NeptuneLogger", (), "Neptune"),
            ("VisdomLogger", (), "Visdom"),
        )
    },
    **{
        f"ignite.contrib.engines.common.setup_{name}_logging": Api(
            "writer", ("output_path", "trainer"), {}, _DOCS, {"backend": backend}
        )
        for name, backend in (
            ("tb", "TensorBoard"),
            ("wandb", "Weights & Biases"),
            ("mlflow", "MLflow"),
            ("clearml", "ClearML"),
        )
    },
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"idist": "ignite.distributed"}
BARE: tuple[str, ...] = ()
