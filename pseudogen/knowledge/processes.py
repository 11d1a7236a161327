"""How the frameworks besides torch.distributed start processes, join them and let them speak."""

from pseudogen.knowledge.api import Api

_ACCELERATE = "https://huggingface.co/docs/accelerate/package_reference/"
_LIGHTNING = "https://lightning.ai/docs/fabric/stable/api/fabric_methods.html"
_HOROVOD = "https://horovod.readthedocs.io/en/stable/api.html"
_DEEPSPEED = "https://deepspeed.readthedocs.io/en/latest/initialize.html"
_PADDLE = (
    "https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/distributed/Overview_en.html"
)
_JAX = "https://docs.jax.dev/en/latest/jax.distributed.html"
_JAX_LAX = "https://docs.jax.dev/en/latest/jax.lax.html#parallel-operators"
_XLA = "https://docs.pytorch.org/xla/master/learn/api-guide.html"
_TENSORFLOW = "https://www.tensorflow.org/api_docs/python/tf/distribute"
_DETECTRON = "https://detectron2.readthedocs.io/en/latest/modules/engine.html"
_MMENGINE = "https://mmengine.readthedocs.io/en/latest/api/dist.html"
_MULTIPROCESSING = "https://docs.python.org/3/library/multiprocessing.html"


def _group(framework: str, source: str, *params: str) -> Api:
    return Api("process-group", params, {}, source, {"framework": framework})


def _launch(source: str, *params: str, first: str = "") -> Api:
    return Api("worker-launch", params, {}, source, {"first": first})


def _collective(
    form: str, source: str, op: str = "", *params: str, value: str = "tensor", part: str = ""
) -> Api:
    """`value` is the parameter whose argument is combined; `part` says that the processes along an
    axis do it, not all of them."""
    traits = {"collective": form, "value": value} | ({"part": part} if part else {})
    return Api("collective", params or (value,), {"op": op} if op else {}, source, traits)


def _broadcast(value: str) -> Api:
    return _collective("broadcast", _HOROVOD, "", value, "root_rank", value=value)


_FABRIC = Api(
    "accelerator",
    ("accelerator", "strategy", "devices", "num_nodes", "precision"),
    {},
    _LIGHTNING,
    {"framework": "Fabric"},
)

EXACT: dict[str, Api] = {
    # Accelerate, Fabric, DeepSpeed
    "accelerate.Accelerator": Api(
        "accelerator",
        ("device_placement", "split_batches", "mixed_precision", "gradient_accumulation_steps"),
        {},
        _ACCELERATE + "accelerator",
        {"framework": "Accelerate"},
    ),
    "accelerate.accelerator.Accelerator": Api(
        "accelerator", (), {}, _ACCELERATE + "accelerator", {"framework": "Accelerate"}
    ),
    "accelerate.PartialState": _group("Accelerate", _ACCELERATE + "state"),
    "accelerate.notebook_launcher": _launch(
        _ACCELERATE + "launchers", "function", "args", "num_processes"
    ),
    "accelerate.debug_launcher": _launch(
        _ACCELERATE + "launchers", "function", "args", "num_processes"
    ),
    "lightning.Fabric": _FABRIC,
    "lightning.fabric.Fabric": _FABRIC,
    "lightning_fabric.Fabric": _FABRIC,
    "deepspeed.init_distributed": _group("DeepSpeed", _DEEPSPEED, "dist_backend"),
    "deepspeed.comm.init_distributed": _group("DeepSpeed", _DEEPSPEED, "dist_backend"),
    # PaddlePaddle
    "paddle.distributed.init_parallel_env": _group("Paddle", _PADDLE),
    "paddle.distributed.fleet.init": _group("Paddle", _PADDLE, "role_maker", "is_collective"),
    "paddle.distributed.spawn": _launch(_PADDLE, "fn", "args", "nprocs"),
    "paddle.distributed.barrier": Api("barrier", ("group",), {}, _PADDLE),
    "paddle.distributed.all_reduce": _collective(
        "all-reduce", _PADDLE, "SUM", "tensor", "op", "group"
    ),
    "paddle.distributed.reduce": _collective(
        "reduce", _PADDLE, "SUM", "tensor", "dst", "op", "group"
    ),
    "paddle.distributed.all_gather": _collective(
        "all-gather", _PADDLE, "", "tensor_list", "tensor", "group"
    ),
    "paddle.distributed.all_gather_object": _collective(
        "all-gather", _PADDLE, "", "object_list", "obj", "group", value="obj"
    ),
    "paddle.distributed.destroy_process_group": Api("group-end", source=_PADDLE),
    "paddle.set_device": Api("set-device", ("device",), {}, _PADDLE, {"family": "paddle"}),
    "paddle.CUDAPlace": Api("device", ("id",), {}, _PADDLE),
    "paddle.device.set_device": Api("set-device", ("device",), {}, _PADDLE, {"family": "paddle"}),
    # JAX
    "jax.distributed.initialize": _group("JAX", _JAX, "coordinator_address", "num_processes"),
    "jax.distributed.shutdown": Api("group-end", source=_JAX),
    "jax.lax.pmean": _collective(
        "all-reduce", _JAX_LAX, "mean", "x", "axis_name", value="x", part="axis"
    ),
    "jax.lax.psum": _collective(
        "all-reduce", _JAX_LAX, "sum", "x", "axis_name", value="x", part="axis"
    ),
    "jax.lax.pmax": _collective(
        "all-reduce", _JAX_LAX, "max", "x", "axis_name", value="x", part="axis"
    ),
    "jax.lax.all_gather": _collective(
        "all-gather", _JAX_LAX, "", "x", "axis_name", value="x", part="axis"
    ),
    "jax.experimental.multihost_utils.process_allgather": _collective("all-gather", _JAX),
    "jax.experimental.multihost_utils.sync_global_devices": Api("barrier", source=_JAX),
    # PyTorch/XLA
    "torch_xla.distributed.xla_multiprocessing.spawn": _launch(
        _XLA, "fn", "args", "nprocs", first="index"
    ),
    "torch_xla.launch": _launch(_XLA, "fn", "args", first="index"),
    "torch_xla.core.xla_model.xla_device": Api("device", source=_XLA),
    "torch_xla.core.xla_model.rendezvous": Api("barrier", source=_XLA),
    "torch_xla.core.xla_model.mesh_reduce": _collective(
        "all-reduce", _XLA, "", "tag", "data", value="data"
    ),
    "torch_xla.core.xla_model.all_reduce": _collective(
        "all-reduce", _XLA, "", "op", "inputs", value="inputs"
    ),
    "torch_xla.core.xla_model.get_ordinal": Api("rank", source=_XLA),
    "torch_xla.core.xla_model.xrt_world_size": Api("world-size", source=_XLA),
    # TensorFlow
    "tensorflow.distribute.MultiWorkerMirroredStrategy": _group("TensorFlow", _TENSORFLOW),
    "tensorflow.distribute.experimental.MultiWorkerMirroredStrategy": _group(
        "TensorFlow", _TENSORFLOW
    ),
    "tensorflow.config.set_visible_devices": Api(
        "set-device", ("devices",), {}, _TENSORFLOW, {"family": "visible"}
    ),
    "tensorflow.config.experimental.set_visible_devices": Api(
        "set-device", ("devices",), {}, _TENSORFLOW, {"family": "visible"}
    ),
    # detectron2, MMEngine
    "detectron2.engine.launch": _launch(_DETECTRON, "main_func", "num_gpus_per_machine"),
    "detectron2.utils.comm.synchronize": Api("barrier", source=_DETECTRON),
    "detectron2.utils.comm.get_rank": Api("rank", source=_DETECTRON),
    "detectron2.utils.comm.reduce_dict": _collective("reduce", _DETECTRON),
    "detectron2.utils.comm.gather": _collective("gather", _DETECTRON),
    "detectron2.utils.comm.all_gather": _collective("all-gather", _DETECTRON),
    "mmengine.dist.init_dist": _group("MMEngine", _MMENGINE, "launcher", "backend"),
    "mmengine.dist.barrier": Api("barrier", source=_MMENGINE),
    "mmengine.dist.all_reduce": _collective("all-reduce", _MMENGINE, "sum"),
    "mmcv.runner.init_dist": _group("MMCV", _MMENGINE, "launcher", "backend"),
    # not what their names suggest
    "torch.cuda.synchronize": Api("device-wait"),
    "torch.accelerator.synchronize": Api("device-wait"),
    "torch.mps.synchronize": Api("device-wait"),
    "torch.npu.synchronize": Api("device-wait"),
    "multiprocessing.Process": _launch(
        _MULTIPROCESSING + "#multiprocessing.Process", "group", "target", "name", "args"
    ),
    "multiprocessing.context.Process": _launch(
        _MULTIPROCESSING + "#multiprocessing.Process", "group", "target", "name", "args"
    ),
}
for _package in (
    "horovod.torch",
    "horovod.tensorflow",
    "horovod.tensorflow.keras",
    "horovod.keras",
):
    EXACT |= {
        f"{_package}.init": _group("Horovod", _HOROVOD),
        f"{_package}.shutdown": Api("group-end", source=_HOROVOD),
        f"{_package}.allreduce": _collective("all-reduce", _HOROVOD, "average", "tensor"),
        f"{_package}.allreduce_": _collective("all-reduce", _HOROVOD, "average", "tensor"),
        f"{_package}.allgather": _collective("all-gather", _HOROVOD),
        f"{_package}.allgather_object": _collective("all-gather", _HOROVOD, "", "obj", value="obj"),
        f"{_package}.barrier": Api("barrier", source=_HOROVOD),
        f"{_package}.broadcast": _broadcast("tensor"),
        f"{_package}.broadcast_": _broadcast("tensor"),
        f"{_package}.broadcast_object": _broadcast("obj"),
        f"{_package}.broadcast_parameters": _broadcast("params"),
        f"{_package}.broadcast_optimizer_state": _broadcast("optimizer"),
        f"{_package}.broadcast_variables": _broadcast("variables"),
    }
EXACT["horovod.run"] = _launch(_HOROVOD, "func", "args", "kwargs", "np")
EXACT["horovod.run.run"] = EXACT["horovod.run"]
FAMILIES: dict[str, Api] = {}
ROOTS: dict[str, str] = {
    "hvd": "horovod.torch",
    "deepspeed": "deepspeed",
    "jax": "jax",
    "lax": "jax.lax",
    "paddle": "paddle",
    "xm": "torch_xla.core.xla_model",
    "xmp": "torch_xla.distributed.xla_multiprocessing",
    "accelerate": "accelerate",
}
BARE: tuple[str, ...] = ("accelerate.Accelerator", "accelerate.notebook_launcher")
