"""PyTorch: mixed precision and gradient clipping."""

from pseudogen.knowledge.api import Api

_DOCS = "https://docs.pytorch.org/docs/stable/"
_AUTOCAST = Api(
    "autocast", ("device_type", "dtype", "enabled"), {}, _DOCS + "amp.html#torch.autocast"
)
_CUDA_AUTOCAST = Api("autocast", ("enabled", "dtype"), {}, _DOCS + "amp.html", {"device": "cuda"})
_SCALER = Api("scaler", ("device",), {"enabled": "True"}, _DOCS + "amp.html#torch.amp.GradScaler")
_CLIP = _DOCS + "generated/torch.nn.utils."


def _clip_norm() -> Api:
    return Api(
        "clip",
        ("parameters", "max_norm", "norm_type"),
        {"norm_type": "2.0"},
        _CLIP + "clip_grad_norm_.html",
        {"clip": "norm", "limit": "max_norm"},
    )


def _clip_value() -> Api:
    return Api(
        "clip",
        ("parameters", "clip_value"),
        {},
        _CLIP + "clip_grad_value_.html",
        {"clip": "value", "limit": "clip_value"},
    )


EXACT: dict[str, Api] = {
    "torch.autocast": _AUTOCAST,
    "torch.amp.autocast": _AUTOCAST,
    "torch.amp.autocast_mode.autocast": _AUTOCAST,
    "torch.cuda.amp.autocast": _CUDA_AUTOCAST,
    "torch.cuda.amp.autocast_mode.autocast": _CUDA_AUTOCAST,
    "torch.cpu.amp.autocast": Api("autocast", ("enabled", "dtype"), {}, _DOCS + "amp.html"),
    "torch.npu.amp.autocast": _CUDA_AUTOCAST,
    "torch.amp.GradScaler": _SCALER,
    "torch.amp.grad_scaler.GradScaler": _SCALER,
    "torch.cuda.amp.GradScaler": Api(
        "scaler", ("init_scale",), {"enabled": "True"}, _DOCS + "amp.html"
    ),
    "torch.cuda.amp.grad_scaler.GradScaler": Api("scaler", (), {"enabled": "True"}, _DOCS),
    "torch.distributed.fsdp.sharded_grad_scaler.ShardedGradScaler": Api(
        "scaler", (), {"enabled": "True"}, _DOCS + "fsdp.html"
    ),
    "torch.distributed.fsdp.MixedPrecision": Api(
        "precision-policy", ("param_dtype", "reduce_dtype"), {}, _DOCS + "fsdp.html"
    ),
    "torch.distributed.fsdp.MixedPrecisionPolicy": Api(
        "precision-policy", ("param_dtype", "reduce_dtype"), {}, _DOCS + "fsdp.html"
    ),
    "torch.nn.utils.clip_grad_norm_": _clip_norm(),
    "torch.nn.utils.clip_grad_norm": _clip_norm(),
    "torch.nn.utils.clip_grad.clip_grad_norm_": _clip_norm(),
    "torch.nn.utils.clip_grads_with_norm_": Api(
        "clip",
        ("parameters", "max_norm", "total_norm"),
        source=_CLIP + "clip_grads_with_norm_.html",
        traits={"clip": "norm", "limit": "max_norm"},
    ),
    "torch.nn.utils.clip_grad_value_": _clip_value(),
    "torch.nn.utils.clip_grad.clip_grad_value_": _clip_value(),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"autocast": "torch.autocast"}
BARE: tuple[str, ...] = (
    "torch.autocast",
    "torch.amp.GradScaler",
    "torch.nn.utils.clip_grad_norm_",
    "torch.nn.utils.clip_grad_value_",
)
