"""PyTorch: batch norm across processes, compilation, averaged weights, files of weights."""

from pseudogen.knowledge.api import Api

_DOCS = "https://docs.pytorch.org/docs/stable/"
_SYNC = Api(
    "sync-batchnorm",
    ("module", "process_group"),
    {},
    _DOCS + "generated/torch.nn.SyncBatchNorm.html",
)
_SCRIPT = Api(
    "compile", ("obj",), {}, _DOCS + "generated/torch.jit.script.html", {"form": "script"}
)
_LOAD = Api(
    "load-file",
    ("f", "map_location", "pickle_module"),
    {},
    _DOCS + "generated/torch.load.html",
)
_URL = Api(
    "load-url",
    ("url", "model_dir", "map_location"),
    {},
    _DOCS + "hub.html#torch.hub.load_state_dict_from_url",
)

EXACT: dict[str, Api] = {
    "torch.nn.SyncBatchNorm.convert_sync_batchnorm": _SYNC,
    "torch.nn.modules.batchnorm.SyncBatchNorm.convert_sync_batchnorm": _SYNC,
    "torch.compile": Api(
        "compile",
        ("model",),
        {"mode": "'default'", "fullgraph": "False"},
        _DOCS + "generated/torch.compile.html",
        {"form": "torch.compile"},
    ),
    "torch.jit.script": _SCRIPT,
    "torch.jit.trace": Api(
        "compile",
        ("func", "example_inputs"),
        {},
        _DOCS + "generated/torch.jit.trace.html",
        {"form": "trace"},
    ),
    "torch.optim.swa_utils.AveragedModel": Api(
        "weight-average",
        ("model", "device", "avg_fn"),
        {},
        _DOCS + "optim.html#weight-averaging-swa-and-ema",
        {"form": "swa"},
    ),
    "torch.jit.freeze": Api("inference", ("mod",), {}, _DOCS + "generated/torch.jit.freeze.html"),
    "torch.load": _LOAD,
    "torch.hub.load_state_dict_from_url": _URL,
    "torch.utils.model_zoo.load_url": _URL,
    "safetensors.torch.load_file": Api(
        "load-file", ("filename",), {}, "https://huggingface.co/docs/safetensors/api/torch"
    ),
    "torch.hub.load": Api("model", ("repo_or_dir", "model"), {}, _DOCS + "hub.html#torch.hub.load"),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {"model_zoo": "torch.utils.model_zoo"}
BARE: tuple[str, ...] = (
    "torch.nn.SyncBatchNorm.convert_sync_batchnorm",
    "torch.optim.swa_utils.AveragedModel",
    "torch.hub.load_state_dict_from_url",
)
