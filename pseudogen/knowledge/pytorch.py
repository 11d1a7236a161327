"""PyTorch: torch, torch.nn, torch.optim, torch.utils.data, torch.distributed."""

from pseudogen.knowledge.api import Api

_DOCS = "https://docs.pytorch.org/docs/stable/"

_DATA = _DOCS + "data.html"
_DATA_LOADER = Api(
    "loader",
    (
        "dataset",
        "batch_size",
        "shuffle",
        "sampler",
        "batch_sampler",
        "num_workers",
        "collate_fn",
        "pin_memory",
        "drop_last",
    ),
    {
        "batch_size": "1",
        "shuffle": "False",
        "num_workers": "0",
        "pin_memory": "False",
        "drop_last": "False",
    },
    _DATA + "#torch.utils.data.DataLoader",
)
_DISTRIBUTED_SAMPLER = Api(
    "distributed-sampler",
    ("dataset", "num_replicas", "rank", "shuffle", "seed", "drop_last"),
    {"shuffle": "True", "seed": "0", "drop_last": "False"},
    _DATA + "#torch.utils.data.distributed.DistributedSampler",
)
_DDP = Api(
    "wrap",
    ("module", "device_ids", "output_device"),
    {"find_unused_parameters": "False"},
    _DOCS + "generated/torch.nn.parallel.DistributedDataParallel.html",
    {"wrap": "ddp"},
)
_DP = Api(
    "wrap",
    ("module", "device_ids", "output_device"),
    {},
    _DOCS + "generated/torch.nn.DataParallel.html",
    {"wrap": "dp"},
)
_FSDP = Api(
    "wrap",
    ("module", "process_group", "sharding_strategy"),
    {},
    _DOCS + "fsdp.html",
    {"wrap": "fsdp"},
)
_FULLY_SHARD = Api(
    "wrap",
    ("module",),
    {},
    _DOCS + "distributed.fsdp.fully_shard.html",
    {"wrap": "fsdp", "place": "in"},
)
_TENSOR_PARALLEL = Api(
    "wrap",
    ("module", "device_mesh", "parallelize_plan"),
    {},
    _DOCS + "distributed.tensor.parallel.html",
    {"wrap": "tensor"},
)
_DISTRIBUTED = _DOCS + "distributed.html"
_RANDOM = _DOCS + "random.html"
_CUDA = _DOCS + "cuda.html"
_ACCELERATOR = _DOCS + "accelerator.html"
_CUDNN = _DOCS + "backends.html#torch.backends.cudnn"
_REPRODUCIBILITY = _DOCS + "notes/randomness.html"
_INIT_PROCESS_GROUP = Api(
    "process-group",
    ("backend", "init_method", "timeout", "world_size", "rank"),
    {"init_method": "'env://'"},
    _DISTRIBUTED + "#torch.distributed.init_process_group",
)
_SPAWN = Api(
    "worker-launch",
    ("fn", "args", "nprocs", "join", "daemon", "start_method"),
    {"nprocs": "1", "join": "True", "start_method": "'spawn'"},
    _DOCS + "multiprocessing.html#torch.multiprocessing.spawn.spawn",
    {"first": "rank"},
)
_PROCESS = Api(
    "worker-launch",
    ("group", "target", "name", "args"),
    {},
    "https://docs.python.org/3/library/multiprocessing.html#multiprocessing.Process",
)


def _seed(library: str, devices: str = "", of: str = "") -> Api:
    traits = {"library": library, "devices": devices, "of": of}
    return Api("seed", ("seed",), {}, _RANDOM, traits)


def _set_device(family: str) -> Api:
    return Api("set-device", ("device",), {}, _CUDA, {"family": family})


def _collective(form: str, *params: str, value: str = "tensor") -> Api:
    """`value` is the parameter whose argument is combined."""
    traits = {"collective": form, "value": value}
    return Api("collective", params, {"op": "ReduceOp.SUM"}, _DISTRIBUTED, traits)


_START_UP: dict[str, Api] = {
    "torch.distributed.init_process_group": _INIT_PROCESS_GROUP,
    "torch.distributed.distributed_c10d.init_process_group": _INIT_PROCESS_GROUP,
    "torch.distributed.init_device_mesh": Api(
        "process-group", ("device_type", "mesh_shape"), {}, _DISTRIBUTED, {"group": "mesh"}
    ),
    "torch.distributed.device_mesh.init_device_mesh": Api(
        "process-group", ("device_type", "mesh_shape"), {}, _DISTRIBUTED, {"group": "mesh"}
    ),
    "torch.distributed.destroy_process_group": Api("group-end", ("group",), {}, _DISTRIBUTED),
    "torch.distributed.barrier": Api("barrier", ("group",), {}, _DISTRIBUTED),
    "torch.distributed.monitored_barrier": Api("barrier", ("group",), {}, _DISTRIBUTED),
    "torch.distributed.get_rank": Api("rank", ("group",), {}, _DISTRIBUTED),
    "torch.distributed.get_node_local_rank": Api("local-rank", (), {}, _DISTRIBUTED),
    "torch.distributed.all_reduce": _collective("all-reduce", "tensor", "op", "group"),
    "torch.distributed.reduce": _collective("reduce", "tensor", "dst", "op", "group"),
    "torch.distributed.all_gather": _collective("all-gather", "tensor_list", "tensor", "group"),
    "torch.distributed.all_gather_into_tensor": _collective(
        "all-gather", "output_tensor", "input_tensor", "group", value="input_tensor"
    ),
    "torch.distributed.all_gather_object": _collective(
        "all-gather", "object_list", "obj", "group", value="obj"
    ),
    "torch.distributed.gather": _collective("gather", "tensor", "gather_list", "dst", "group"),
    "torch.distributed.gather_object": _collective(
        "gather", "obj", "object_gather_list", "dst", "group", value="obj"
    ),
    "torch.distributed.broadcast": _collective("broadcast", "tensor", "src", "group"),
    "torch.distributed.broadcast_object_list": _collective(
        "broadcast", "object_list", "src", "group", value="object_list"
    ),
    "torch.distributed.reduce_scatter": _collective("reduce-scatter", "output", "input_list"),
    "torch.distributed.nn.all_reduce": _collective("all-reduce", "tensor", "op", "group"),
    "torch.distributed.nn.functional.all_reduce": _collective(
        "all-reduce", "tensor", "op", "group"
    ),
    "torch.distributed.nn.functional.all_gather": _collective("all-gather", "tensor", "group"),
    "torch.distributed.nn.all_gather": _collective("all-gather", "tensor", "group"),
    "torch.distributed.rpc.init_rpc": Api(
        "process-group", ("name", "backend", "rank", "world_size"), {}, _DOCS + "rpc.html"
    ),
    "torch.distributed.rpc.shutdown": Api("group-end", (), {}, _DOCS + "rpc.html"),
    "torch.multiprocessing.spawn": _SPAWN,
    "torch.multiprocessing.spawn.spawn": _SPAWN,
    "torch.multiprocessing.start_processes": _SPAWN,
    "torch.multiprocessing.Process": _PROCESS,
    "torch.manual_seed": _seed("torch", "all"),
    "torch.random.manual_seed": _seed("torch", "all"),
    "torch.seed": _seed("torch", "all"),
    "torch.cuda.manual_seed": _seed("torch", "current", "gpu"),
    "torch.cuda.manual_seed_all": _seed("torch", "all", "gpu"),
    "torch.cuda.random.manual_seed": _seed("torch", "current", "gpu"),
    "torch.cuda.random.manual_seed_all": _seed("torch", "all", "gpu"),
    "torch.mps.manual_seed": _seed("torch", "current", "gpu"),
    "torch.xpu.manual_seed": _seed("torch", "current", "gpu"),
    "torch.xpu.manual_seed_all": _seed("torch", "all", "gpu"),
    "torch.npu.manual_seed": _seed("torch", "current", "gpu"),
    "torch.npu.manual_seed_all": _seed("torch", "all", "gpu"),
    "torch.use_deterministic_algorithms": Api(
        "determinism", ("mode",), {"warn_only": "False"}, _REPRODUCIBILITY
    ),
    "torch.set_deterministic": Api("determinism", ("mode",), {}, _REPRODUCIBILITY),
    "torch.set_deterministic_debug_mode": Api("determinism", ("mode",), {}, _REPRODUCIBILITY),
    "torch.backends.cudnn.deterministic": Api("determinism-flag", source=_CUDNN),
    "torch.backends.cudnn.benchmark": Api("determinism-flag", source=_CUDNN),
    "torch.backends.cudnn.enabled": Api("determinism-flag", source=_CUDNN),
    "torch.device": Api("device", ("type", "index"), {}, _DOCS + "tensor_attributes.html"),
    "torch.accelerator.current_accelerator": Api("device", (), {}, _ACCELERATOR),
    "torch.accelerator.set_device_index": _set_device("accelerator"),
    "torch.accelerator.set_device_idx": _set_device("accelerator"),
    "torch.accelerator.device_count": Api("device-count", traits={"scope": "machine"}),
    "torch.cuda.set_device": _set_device("cuda"),
    "torch.npu.set_device": _set_device("npu"),
    "torch.xpu.set_device": _set_device("xpu"),
    "torch.mlu.set_device": _set_device("mlu"),
    "torch.cuda.device": Api("device-context", ("device",), {}, _CUDA, {"family": "cuda"}),
    "torch.set_default_device": _set_device("default"),
    "torch.cuda.is_available": Api("device-check", source=_CUDA),
    "torch.accelerator.is_available": Api("device-check", source=_ACCELERATOR),
    "torch.backends.mps.is_available": Api("device-check", source=_CUDA),
    "torch.xpu.is_available": Api("device-check", source=_CUDA),
    "torch.npu.is_available": Api("device-check", source=_CUDA),
}

EXACT: dict[str, Api] = _START_UP | {
    "torch.utils.data.DataLoader": _DATA_LOADER,
    "torch.utils.data.dataloader.DataLoader": _DATA_LOADER,
    "torchdata.stateful_dataloader.StatefulDataLoader": _DATA_LOADER,
    "torch.utils.data.DistributedSampler": _DISTRIBUTED_SAMPLER,
    "torch.utils.data.distributed.DistributedSampler": _DISTRIBUTED_SAMPLER,
    "torch.nn.parallel.DistributedDataParallel": _DDP,
    "torch.nn.parallel.distributed.DistributedDataParallel": _DDP,
    "torch.nn.DataParallel": _DP,
    "torch.nn.parallel.DataParallel": _DP,
    "torch.distributed.fsdp.FullyShardedDataParallel": _FSDP,
    "torch.distributed.fsdp.fully_shard": _FULLY_SHARD,
    "torch.distributed._composable.fsdp.fully_shard": _FULLY_SHARD,
    "torch.distributed.fsdp.fully_sharded_data_parallel.FullyShardedDataParallel": _FSDP,
    "torch.nn.parallel.data_parallel": Api(
        "wrap",
        ("module", "inputs", "device_ids", "output_device"),
        {},
        _DOCS + "generated/torch.nn.functional.torch.nn.parallel.data_parallel.html",
        {"wrap": "dp"},
    ),
    "torch.distributed._composable.replicate.replicate": _DDP,
    "torch.distributed.tensor.parallel.parallelize_module": _TENSOR_PARALLEL,
    "torch.nn.Module": Api("module"),
    "torch.nn.Sequential": Api("module"),
    "torch.cuda.device_count": Api("device-count", traits={"scope": "machine"}),
    "torch.distributed.get_world_size": Api("world-size", ("group",), traits={"scope": "all"}),
    "torch.distributed.get_rank": Api("rank", ("group",)),
    "torch.amp.GradScaler": Api("scaler", ("device",)),
    "torch.cuda.amp.GradScaler": Api("scaler"),
}

FAMILIES: dict[str, Api] = {}

ROOTS: dict[str, str] = {
    "torch": "torch",
    "nn": "torch.nn",
    "optim": "torch.optim",
    "F": "torch.nn.functional",
    "dist": "torch.distributed",
    "cudnn": "torch.backends.cudnn",
    "mp": "torch.multiprocessing",
    "DDP": "torch.nn.parallel.DistributedDataParallel",
    "FSDP": "torch.distributed.fsdp.FullyShardedDataParallel",
}
"""What the usual short names stand for in code that does not show its imports."""

BARE: tuple[str, ...] = (
    "torch.utils.data.DataLoader",
    "torch.utils.data.distributed.DistributedSampler",
    "torch.nn.parallel.DistributedDataParallel",
    "torch.nn.DataParallel",
    "torch.distributed.fsdp.FullyShardedDataParallel",
    "torch.amp.GradScaler",
    "torch.distributed.init_process_group",
    "torch.distributed.destroy_process_group",
)
"""Names whose last component says enough on its own."""
