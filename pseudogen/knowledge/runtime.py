"""What sets up or looks after the process itself: memory, threads, precision, warnings."""

from pseudogen.knowledge.api import Api

_TORCH = "https://docs.pytorch.org/docs/stable/"
_PYTHON = "https://docs.python.org/3/library/"


def _runtime(words: str, params: tuple[str, ...], source: str) -> Api:
    return Api("runtime", params, {}, source, {"settings": words})


EXACT: dict[str, Api] = {
    "torch.cuda.empty_cache": _runtime("empty-cache", (), _TORCH + "cuda.html"),
    "torch.cuda.synchronize": _runtime("gpu-wait", ("device",), _TORCH + "cuda.html"),
    "torch.set_float32_matmul_precision": _runtime(
        "matrix-precision",
        ("precision",),
        _TORCH + "generated/torch.set_float32_matmul_precision.html",
    ),
    "torch.autograd.set_detect_anomaly": _runtime(
        "anomaly-check", ("mode",), _TORCH + "autograd.html"
    ),
    "torch.set_num_threads": _runtime(
        "cpu-threads", ("number",), _TORCH + "generated/torch.set_num_threads.html"
    ),
    "gc.collect": _runtime("garbage", (), _PYTHON + "gc.html"),
    "warnings.filterwarnings": _runtime(
        "warnings", ("action", "message", "category", "module"), _PYTHON + "warnings.html"
    ),
    "warnings.simplefilter": _runtime(
        "warnings", ("action", "category"), _PYTHON + "warnings.html"
    ),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
