"""PaddlePaddle: paddle.io, paddle.distributed."""

from pseudogen.knowledge.api import Api

_DOCS = "https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/"

_DATA_PARALLEL = Api(
    "wrap",
    ("module", "strategy"),
    {"find_unused_parameters": "False"},
    _DOCS + "DataParallel_en.html",
    {"wrap": "ddp", "names": "bare"},  # its state is that of the model within
)

EXACT: dict[str, Api] = {
    # data
    "paddle.io.DataLoader": Api(
        "loader",
        ("dataset", "feed_list", "places", "return_list", "batch_sampler", "batch_size", "shuffle"),
        {"batch_size": "1", "shuffle": "False", "drop_last": "False", "num_workers": "0"},
        _DOCS + "io/DataLoader_en.html",
    ),
    "paddle.io.DistributedBatchSampler": Api(
        "distributed-sampler",
        ("dataset", "batch_size", "num_replicas", "rank", "shuffle", "drop_last"),
        {"shuffle": "False", "drop_last": "False"},
        _DOCS + "io/DistributedBatchSampler_en.html",
        {"gives": "batches", "epochs": "counted"},  # each round through it is an epoch more
    ),
    "paddle.io.BatchSampler": Api(
        "sampler",
        ("dataset", "sampler", "shuffle", "batch_size", "drop_last"),
        {"shuffle": "False", "drop_last": "False"},
        _DOCS + "io/BatchSampler_en.html",
        {"form": "batch"},
    ),
    "paddle.io.RandomSampler": Api(
        "sampler",
        ("data_source", "replacement"),
        {},
        _DOCS + "io/Overview_en.html",
        {"form": "random"},
    ),
    "paddle.io.SequenceSampler": Api(
        "sampler", ("data_source",), {}, _DOCS + "io/Overview_en.html", {"form": "sequential"}
    ),
    "paddle.io.WeightedRandomSampler": Api(
        "sampler",
        ("weights", "num_samples", "replacement"),
        {},
        _DOCS + "io/Overview_en.html",
        {"form": "weighted"},
    ),
    "paddle.io.Dataset": Api("dataset", source=_DOCS + "io/Dataset_en.html"),
    "paddle.io.IterableDataset": Api("dataset", source=_DOCS + "io/Dataset_en.html"),
    "paddle.io.TensorDataset": Api("dataset", source=_DOCS + "io/Dataset_en.html"),
    "paddle.io.random_split": Api(
        "dataset", ("dataset", "lengths"), {}, _DOCS + "io/Overview_en.html", {"part": "split"}
    ),
    "paddle.vision.transforms.Compose": Api(
        "compose",
        ("transforms",),
        {},
        _DOCS + "vision/transforms/Compose_en.html",
        {"order": "sequence"},
    ),
    # model
    "paddle.nn.Layer": Api("module", source=_DOCS + "nn/Layer_en.html"),
    "paddle.nn.Sequential": Api("module", source=_DOCS + "nn/Sequential_en.html"),
    "paddle.Model": Api("model", ("network",), {}, _DOCS + "Model_en.html"),
    "paddle.nn.SyncBatchNorm.convert_sync_batchnorm": Api(
        "sync-batchnorm", ("layer",), {}, _DOCS + "nn/SyncBatchNorm_en.html"
    ),
    "paddle.jit.to_static": Api(
        "compile", ("function",), {}, _DOCS + "jit/to_static_en.html", {"form": "to_static"}
    ),
    "paddle.load": Api("load-file", ("path",), {}, _DOCS + "load_en.html"),
    "paddle.DataParallel": _DATA_PARALLEL,
    "paddle.distributed.fleet.distributed_model": Api(
        "wrap", ("model",), {}, _DOCS + "distributed/fleet/Fleet_en.html", {"wrap": "fleet"}
    ),
    "paddle.distributed.fleet.distributed_optimizer": Api(
        "wrap",
        ("optimizer",),
        {},
        _DOCS + "distributed/fleet/Fleet_en.html",
        {"wrap": "other", "wraps": "optimizer"},
    ),
    "paddle.distributed.get_world_size": Api("world-size", traits={"scope": "all"}),
    "paddle.distributed.get_rank": Api("rank"),
    "paddle.distributed.ParallelEnv().rank": Api("rank"),
    "paddle.distributed.ParallelEnv().local_rank": Api("rank"),  # an alias of `rank`
    "paddle.distributed.ParallelEnv().nranks": Api("world-size", traits={"scope": "all"}),
    "paddle.distributed.ParallelEnv().world_size": Api("world-size", traits={"scope": "all"}),
}
_COSINE = ("learning_rate", "T_max", "eta_min")
_SHAPE = {
    "step": {"factor": "gamma"},
    "multi-step": {"factor": "gamma"},
    "cosine": {"floor": "eta_min"},
}
_ADAM = ("learning_rate", "beta1", "beta2", "epsilon", "parameters", "weight_decay")
EXACT |= {
    # optimisation
    "paddle.optimizer.lr.autoincreased_step_counter": Api("step-counter"),
    "paddle.optimizer.lr.LinearWarmup": Api(
        "scheduler",
        ("learning_rate", "warmup_steps", "start_lr", "end_lr"),
        {},
        _DOCS + "optimizer/lr/LinearWarmup_en.html",
        {"form": "other", "warmup": "warmup_steps"},
    ),
    **{
        f"paddle.optimizer.lr.{name}": Api(
            "scheduler",
            ("learning_rate", period, "gamma") if period != "T_max" else _COSINE,
            {"eta_min": "0"} if period == "T_max" else {"gamma": "0.1"},
            _DOCS + f"optimizer/lr/{name}_en.html",
            {"form": form, "period": period} | _SHAPE[form],
        )
        for name, form, period in (
            ("StepDecay", "step", "step_size"),
            ("MultiStepDecay", "multi-step", "milestones"),
            ("CosineAnnealingDecay", "cosine", "T_max"),
        )
    },
    **{
        f"paddle.optimizer.{name}": Api(
            "optimizer", params, {"learning_rate": "0.001"}, _DOCS + f"optimizer/{name}_en.html"
        )
        for name, params in (
            ("SGD", ("learning_rate", "parameters", "weight_decay")),
            ("Momentum", ("learning_rate", "momentum", "parameters")),
            ("Adam", _ADAM),
            ("AdamW", _ADAM),
            ("RMSProp", ("learning_rate", "rho", "epsilon", "momentum")),
            ("Lamb", ("learning_rate",)),
            ("Adagrad", ("learning_rate",)),
        )
    },
    **{
        f"paddle.nn.{name}": Api("criterion", (), {}, _DOCS + f"nn/{name}_en.html")
        for name in (
            "CrossEntropyLoss",
            "MSELoss",
            "L1Loss",
            "BCELoss",
            "BCEWithLogitsLoss",
            "NLLLoss",
            "SmoothL1Loss",
            "KLDivLoss",
            "CTCLoss",
        )
    },
    **{
        f"paddle.nn.functional.{name}": Api("functional-loss", ("input", "label"), {}, _DOCS)
        for name in (
            "cross_entropy",
            "softmax_with_cross_entropy",
            "mse_loss",
            "l1_loss",
            "binary_cross_entropy",
            "binary_cross_entropy_with_logits",
            "nll_loss",
        )
    },
    "paddle.amp.auto_cast": Api("autocast", ("enable",), {}, _DOCS + "amp/auto_cast_en.html"),
    **{
        f"paddle.static.amp.{name}": Api(
            "precision", ("program",), {}, _DOCS + "static/Overview_en.html"
        )
        for name in ("cast_model_to_fp16", "fp16_utils.cast_model_to_fp16")
    },
    "paddle.amp.decorate": Api(
        "precision",
        ("models", "optimizers", "level"),
        {},
        _DOCS + "amp/decorate_en.html",
        {"converts": "some"},
    ),
    "paddle.amp.GradScaler": Api("scaler", (), {}, _DOCS + "amp/GradScaler_en.html"),
    "paddle.nn.ClipGradByGlobalNorm": Api(
        "clip", ("clip_norm",), {}, _DOCS, {"clip": "norm", "limit": "clip_norm"}
    ),
    "paddle.nn.ClipGradByNorm": Api(
        "clip", ("clip_norm",), {}, _DOCS, {"clip": "norm", "limit": "clip_norm"}
    ),
    "paddle.save": Api("save", ("obj", "path"), {}, _DOCS + "save_en.html"),
    "paddle.load": Api("load", ("path",), {}, _DOCS + "load_en.html"),
}
FAMILIES: dict[str, Api] = {
    "paddle.vision.models": Api("model", source=_DOCS + "vision/Overview_en.html"),
    "paddle.vision.datasets": Api("dataset", source=_DOCS + "vision/Overview_en.html"),
    "paddle.optimizer.lr": Api(
        "scheduler", (), {}, _DOCS + "optimizer/lr/Overview_en.html", {"form": "other"}
    ),
}
ROOTS: dict[str, str] = {"paddle": "paddle"}
BARE: tuple[str, ...] = ("paddle.io.DistributedBatchSampler",)
