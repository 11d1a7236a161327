"""Random generators outside PyTorch: Python, NumPy, TensorFlow, Keras, Paddle, MindSpore, JAX."""

from pseudogen.knowledge.api import Api


def _seed(library: str, source: str, devices: str = "") -> Api:
    return Api("seed", ("seed",), {}, source, {"library": library, "devices": devices})


def _helper(source: str) -> Api:
    return _seed("python numpy torch", source, "all")


_PYTHON = "https://docs.python.org/3/library/random.html#random.seed"
_NUMPY = "https://numpy.org/doc/stable/reference/random/generated/numpy.random.seed.html"
_TENSORFLOW = "https://www.tensorflow.org/api_docs/python/tf/random/set_seed"
_KERAS = "https://keras.io/api/utils/python_utils/#set_random_seed-function"
_JAX = "https://docs.jax.dev/en/latest/random-numbers.html"
_FLAX = "https://flax.readthedocs.io/en/latest/guides/randomness.html"
_PADDLE = "https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/seed_en.html"
_LIGHTNING = "https://lightning.ai/docs/pytorch/stable/common/trainer.html#reproducibility"
_TRANSFORMERS = (
    "https://huggingface.co/docs/transformers/internal/trainer_utils#transformers.set_seed"
)
_ACCELERATE = (
    "https://huggingface.co/docs/accelerate/package_reference/utilities#accelerate.utils.set_seed"
)
_TIMM = "https://github.com/huggingface/pytorch-image-models/blob/main/timm/utils/random.py"

EXACT: dict[str, Api] = {
    "random.seed": _seed("python", _PYTHON),
    "numpy.random.seed": _seed("numpy", _NUMPY),
    "cupy.random.seed": _seed("cupy", _NUMPY),
    "tensorflow.random.set_seed": _seed("tensorflow", _TENSORFLOW),
    "tensorflow.set_random_seed": _seed("tensorflow", _TENSORFLOW),
    "tensorflow.compat.v1.set_random_seed": _seed("tensorflow", _TENSORFLOW),
    "keras.utils.set_random_seed": _seed("keras", _KERAS),
    "tensorflow.keras.utils.set_random_seed": _seed("keras", _KERAS),
    "tensorflow.config.experimental.enable_op_determinism": Api("determinism", source=_TENSORFLOW),
    "jax.random.PRNGKey": _seed("jax", _JAX),
    "jax.random.key": _seed("jax", _JAX),
    "haiku.PRNGSequence": _seed("jax", _JAX),
    "flax.nnx.Rngs": _seed("jax", _FLAX),
    "paddle.seed": _seed("paddle", _PADDLE),
    "paddle.framework.random._manual_seed": _seed("paddle", _PADDLE),
    "lightning.seed_everything": _helper(_LIGHTNING),
    "lightning.pytorch.seed_everything": _helper(_LIGHTNING),
    "lightning.fabric.seed_everything": _helper(_LIGHTNING),
    "lightning.fabric.utilities.seed.seed_everything": _helper(_LIGHTNING),
    "pytorch_lightning.seed_everything": _helper(_LIGHTNING),
    "pytorch_lightning.utilities.seed.seed_everything": _helper(_LIGHTNING),
    "transformers.set_seed": _helper(_TRANSFORMERS),
    "transformers.trainer_utils.set_seed": _helper(_TRANSFORMERS),
    "transformers.enable_full_determinism": Api("determinism", source=_TRANSFORMERS),
    "accelerate.utils.set_seed": _helper(_ACCELERATE),
    "timm.utils.random_seed": _helper(_TIMM),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {
    "np": "numpy",
    "random": "random",
    "tf": "tensorflow",
    "pl": "lightning.pytorch",
    "paddle": "paddle",
}
BARE: tuple[str, ...] = ()
