"""The package tensor_parallel, which splits transformers over GPUs."""

from pseudogen.knowledge.api import Api

_DOCS = "https://github.com/BlackSamorez/tensor_parallel"

EXACT: dict[str, Api] = {
    f"tensor_parallel.{name}": Api("wrap", ("module", "device_ids"), {}, _DOCS, {"wrap": "tensor"})
    for name in ("tensor_parallel", "TensorParallel", "TensorParallelPreTrainedModel")
}
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {}
BARE: tuple[str, ...] = ()
