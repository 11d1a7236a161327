"""Keras: models, applications, wraps of tf.distribute."""

from pseudogen.knowledge.api import Api

_DOCS = "https://keras.io/api/"
_STRATEGY = "https://www.tensorflow.org/api_docs/python/tf/distribute/"

_MODEL = Api("model", source=_DOCS + "models/")
_APPLICATION = Api("model", source=_DOCS + "applications/", defaults={"weights": "'imagenet'"})

EXACT: dict[str, Api] = {
    **{
        f"{root}.{name}": _MODEL
        for root in ("tensorflow.keras", "keras")
        for name in ("Model", "Sequential", "models.Model", "models.Sequential")
    },
    **{
        f"tensorflow.distribute.{name}": Api(
            "wrap", (), {}, _STRATEGY + name, {"wrap": "strategy", "wraps": "strategy"}
        )
        for name in (
            "MirroredStrategy",
            "MultiWorkerMirroredStrategy",
            "TPUStrategy",
            "experimental.MultiWorkerMirroredStrategy",
            "experimental.TPUStrategy",
        )
    },
    **{
        f"{root}.multi_gpu_model": Api(
            "wrap", ("model", "gpus"), {}, _DOCS + "utils/", {"wrap": "other"}
        )
        for root in ("tensorflow.keras.utils", "keras.utils", "keras.utils.multi_gpu_utils")
    },
    "tensorflow.config.optimizer.set_jit": Api(
        "compile",
        ("enabled",),
        {},
        "https://www.tensorflow.org/api_docs/python/tf/config/optimizer/set_jit",
        {"form": "xla"},
    ),
    "tensorflow.function": Api(
        "compile",
        ("func",),
        {},
        "https://www.tensorflow.org/api_docs/python/tf/function",
        {"form": "tf.function"},
    ),
}
FAMILIES: dict[str, Api] = {
    "tensorflow.keras.applications": _APPLICATION,
    "keras.applications": _APPLICATION,
    "keras_cv.models": Api("model", source="https://keras.io/keras_cv/api/models/"),
    "keras_hub.models": Api("model", source="https://keras.io/keras_hub/api/models/"),
}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ("keras.utils.multi_gpu_model",)
