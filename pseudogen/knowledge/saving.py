"""Saving and loading: torch, torch.distributed.checkpoint, safetensors, Flax, Orbax."""

from pseudogen.knowledge.api import Api

_DOCS = "https://docs.pytorch.org/docs/stable/"
_FLAX = "https://flax.readthedocs.io/en/latest/api_reference/flax.training.html"


def _sharded(kind: str) -> Api:
    """A call that every process makes, for its own part of the tensors."""
    page = _DOCS + "distributed.checkpoint.html"
    return Api(kind, ("state_dict", "checkpoint_id"), {}, page, {"sharded": "yes"})


EXACT: dict[str, Api] = {
    "torch.save": Api("save", ("obj", "f"), {}, _DOCS + "generated/torch.save.html"),
    "torch.distributed.checkpoint.save": _sharded("save"),
    "torch.distributed.checkpoint.save_state_dict": _sharded("save"),
    "torch.distributed.checkpoint.load": _sharded("load"),
    "safetensors.torch.save_file": Api(
        "save", ("tensors", "filename"), {}, "https://huggingface.co/docs/safetensors/api/torch"
    ),
    "safetensors.torch.save_model": Api(
        "save", ("model", "filename"), {}, "https://huggingface.co/docs/safetensors/api/torch"
    ),
    "torch_xla.core.xla_model.save": Api("save", ("obj", "f"), {}, "https://pytorch.org/xla/"),
    "flax.training.checkpoints.save_checkpoint": Api(
        "save", ("ckpt_dir", "target"), {}, _FLAX, {"state": "target"}
    ),
    "flax.training.checkpoints.restore_checkpoint": Api("load", ("dir", "target"), {}, _FLAX),
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
