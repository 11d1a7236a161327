"""Libraries that average weights: torch_ema, ema_pytorch, diffusers."""

from pseudogen.knowledge.api import Api


def _ema(source: str, *params: str) -> Api:
    return Api("weight-average", params, {}, source, {"form": "ema"})


EXACT: dict[str, Api] = {
    "torch_ema.ExponentialMovingAverage": _ema(
        "https://github.com/fadel/pytorch_ema", "parameters", "decay"
    ),
    "ema_pytorch.EMA": _ema("https://github.com/lucidrains/ema-pytorch", "model"),
    "diffusers.training_utils.EMAModel": _ema(
        "https://github.com/huggingface/diffusers", "parameters", "decay"
    ),
    "timm.utils.ModelEma": _ema("https://huggingface.co/docs/timm", "model", "decay"),
    "timm.utils.ModelEmaV2": _ema("https://huggingface.co/docs/timm", "model", "decay"),
    "timm.utils.ModelEmaV3": _ema("https://huggingface.co/docs/timm", "model", "decay"),
    "tensorflow.train.ExponentialMovingAverage": _ema(
        "https://www.tensorflow.org/api_docs/python/tf/train/ExponentialMovingAverage", "decay"
    ),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
