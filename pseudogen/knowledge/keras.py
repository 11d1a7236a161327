"""Keras, alone and in TensorFlow."""

from pseudogen.knowledge.api import Api

_DOCS = "https://keras.io/api/"
_OPTIMIZER = Api("optimizer", ("learning_rate",), {"learning_rate": "0.001"}, _DOCS + "optimizers/")
_SCHEDULE = Api(
    "scheduler", (), {}, _DOCS + "optimizers/learning_rate_schedules/", {"form": "other"}
)
_COSINE = Api(
    "scheduler",
    ("initial_learning_rate", "decay_steps", "alpha"),
    {},
    _SCHEDULE.source,
    {"form": "cosine", "period": "decay_steps", "unit": "step", "warmup": "warmup_steps"},
)
_CALLBACKS = _DOCS + "callbacks/"
_OPTIMIZERS = (
    "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lion", "Nadam",
    "RMSprop", "SGD",
)  # fmt: skip
_LOSSES = (
    "BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy", "CosineSimilarity",
    "Huber", "KLDivergence", "MeanAbsoluteError", "MeanSquaredError", "Poisson",
    "SparseCategoricalCrossentropy",
)  # fmt: skip


def _rows(root: str) -> dict[str, Api]:
    rows = {f"{root}.optimizers.{name}": _OPTIMIZER for name in _OPTIMIZERS}
    rows |= {f"{root}.optimizers.legacy.{name}": _OPTIMIZER for name in _OPTIMIZERS}
    loss = Api("criterion", (), {}, _DOCS + "losses/")
    rows |= {f"{root}.losses.{name}": loss for name in _LOSSES}
    rows[f"{root}.optimizers.schedules.CosineDecay"] = _COSINE
    rows[f"{root}.callbacks.LearningRateScheduler"] = Api(
        "scheduler",
        ("schedule",),
        {},
        _CALLBACKS + "learning_rate_scheduler/",
        {"form": "function", "factor": "schedule", "unit": "epoch"},
    )
    rows[f"{root}.callbacks.ReduceLROnPlateau"] = Api(
        "scheduler",
        ("monitor", "factor", "patience"),
        {"factor": "0.1", "patience": "10", "monitor": "'val_loss'"},
        _CALLBACKS + "reduce_lr_on_plateau/",
        {"form": "plateau", "factor": "factor", "period": "patience"},
    )
    rows[f"{root}.callbacks.EarlyStopping"] = Api(
        "early-stopping",
        ("monitor", "min_delta", "patience"),
        {"monitor": "'val_loss'", "patience": "0"},
        _CALLBACKS + "early_stopping/",
    )
    rows[f"{root}.callbacks.ModelCheckpoint"] = Api(
        "checkpoint-callback",
        ("filepath", "monitor"),
        {},
        _CALLBACKS + "model_checkpoint/",
    )
    rows[f"{root}.mixed_precision.LossScaleOptimizer"] = Api(
        "loss-scale", ("inner_optimizer",), {}, _DOCS + "mixed_precision/"
    )
    rows[f"{root}.mixed_precision.experimental.set_policy"] = Api(
        "precision-policy", ("policy",), {}, _DOCS + "mixed_precision/"
    )
    rows[f"{root}.mixed_precision.set_global_policy"] = Api(
        "precision-policy", ("policy",), {}, _DOCS + "mixed_precision/"
    )
    return rows


EXACT: dict[str, Api] = {
    **_rows("keras"),
    **_rows("tensorflow.keras"),
    **{f"tensorflow.optimizers.{name}": _OPTIMIZER for name in _OPTIMIZERS},
    **{f"tensorflow.optimizers.legacy.{name}": _OPTIMIZER for name in _OPTIMIZERS},
    **{
        f"tensorflow.losses.{name}": Api("criterion", (), {}, _DOCS + "losses/") for name in _LOSSES
    },
    **{
        f"tensorflow.{module}train.{name}Optimizer": Api(
            "optimizer",
            ("learning_rate",),
            {},
            "https://www.tensorflow.org/api_docs/python/tf/compat/v1/train",
        )
        for module in ("", "compat.v1.")
        for name in (
            *("Adadelta", "Adagrad", "Adam", "Ftrl", "GradientDescent", "Momentum"),
            *("ProximalAdagrad", "ProximalGradientDescent", "RMSProp"),
        )
    },
    "tensorflow.clip_by_global_norm": Api(
        "clip",
        ("t_list", "clip_norm"),
        {},
        "https://www.tensorflow.org/api_docs/python/tf/clip_by_global_norm",
        {"clip": "norm", "limit": "clip_norm"},
    ),
}
FAMILIES: dict[str, Api] = {
    "keras.optimizers.schedules": _SCHEDULE,
    "tensorflow.keras.optimizers.schedules": _SCHEDULE,
}
ROOTS: dict[str, str] = {"tf": "tensorflow", "keras": "keras"}
BARE: tuple[str, ...] = ()
