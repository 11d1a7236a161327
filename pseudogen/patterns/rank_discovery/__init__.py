"""rank-discovery: rank, local rank or world size is read from the environment, the arguments or
the group."""

from __future__ import annotations

from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.patterns.rank_discovery.facts import RankDiscovery, Read
from pseudogen.patterns.rank_discovery.finders import (
    find_environment,
    find_reads,
    find_renamed,
)

__all__ = ["RankDiscovery", "Read", "find_environment", "find_reads", "find_renamed"]


EXAMPLES = {
    "import os\nrank = int(os.environ['RANK'])\nworld_size = int(os.environ['WORLD_SIZE'])": [
        RankDiscovery(
            line=2,
            end=3,
            evidence=Evidence(API, ("RANK", "WORLD_SIZE")),
            reads=(
                Read(name="rank", what="rank", where="environment", variable="RANK"),
                Read(
                    name="world_size", what="world size", where="environment", variable="WORLD_SIZE"
                ),
            ),
            launcher="torchrun",
            condition=None,
        )
    ],
    'opt["rank"], opt["world_size"] = get_dist_info()': [
        RankDiscovery(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("get_dist_info",)),
            reads=(
                Read(name='opt["rank"]', what="rank", where=None, variable=None),
                Read(name='opt["world_size"]', what="world size", where=None, variable=None),
            ),
            launcher=None,
            condition=None,
        )
    ],
    "import os\nddp = int(os.environ.get('RANK', -1)) != -1": [
        RankDiscovery(
            line=2,
            end=2,
            evidence=Evidence(API, ("RANK",)),
            reads=(
                Read(
                    name="ddp",
                    what="rank",
                    where="environment",
                    variable="RANK",
                    exact=False,
                    test="set",
                ),
            ),
            launcher="torchrun",
            condition=None,
        )
    ],
    "import os\nseveral = int(os.environ.get('WORLD_SIZE', 1)) > 1": [
        RankDiscovery(
            line=2,
            end=2,
            evidence=Evidence(API, ("WORLD_SIZE",)),
            reads=(
                Read(
                    name="several",
                    what="world size",
                    where="environment",
                    variable="WORLD_SIZE",
                    exact=False,
                    test="several",
                ),
            ),
            launcher="torchrun",
            condition=None,
        )
    ],
    "import os\n"
    "def work(gpu, devices, args):\n"
    "    args.rank = int(os.environ['RANK'])\n"
    "    if args.spawned:\n"
    "        args.rank = args.rank * devices + gpu": [
        RankDiscovery(
            line=3,
            end=3,
            evidence=Evidence(API, ("RANK",)),
            reads=(
                Read(
                    name="args.rank",
                    what="rank",
                    where="environment",
                    variable="RANK",
                    per_machine=5,
                    per_machine_if="args.spawned",
                ),
            ),
            launcher="torchrun",
            condition=None,
        )
    ],
    "import torch.distributed as dist\nif distributed:\n    rank = dist.get_rank()": [
        RankDiscovery(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.distributed.get_rank",)),
            reads=(Read(name="rank", what="rank", where="group", variable=None),),
            launcher=None,
            condition="distributed",
        )
    ],
    "import os\n"
    "places['gpu'] = int(os.environ['LOCAL_RANK'])\n"
    "tasks = os.environ['SLURM_NTASKS']": [
        RankDiscovery(
            line=2,
            end=3,
            evidence=Evidence(API, ("LOCAL_RANK", "SLURM_NTASKS")),
            reads=(
                Read(
                    name="places['gpu']",
                    what="local rank",
                    where="environment",
                    variable="LOCAL_RANK",
                ),
                Read(name="tasks", what="world size", where="environment", variable="SLURM_NTASKS"),
            ),
            launcher=None,
            condition=None,
        )
    ],
    "rank, world_size = get_dist_info()": [
        RankDiscovery(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("get_dist_info",)),
            reads=(
                Read(name="rank", what="rank", where=None, variable=None),
                Read(name="world_size", what="world size", where=None, variable=None),
            ),
            launcher=None,
            condition=None,
        )
    ],
    ("local_rank = model_engine.local_rank"): [
        RankDiscovery(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model_engine.local_rank",)),
            reads=(
                Read(
                    name="local_rank", what="local rank", where="group", variable=None, exact=True
                ),
            ),
            launcher=None,
            condition=None,
        )
    ],
    "import paddle.distributed as dist\nlocal_rank = dist.ParallelEnv().local_rank": [
        RankDiscovery(
            line=2,
            end=2,
            evidence=Evidence(API, ("paddle.distributed.ParallelEnv().local_rank",)),
            reads=(Read(name="local_rank", what="rank", where="group", variable=None, exact=True),),
            launcher=None,
            condition=None,
        )
    ],
    "import torch.distributed as dist\n"
    "if size is None:\n"
    "    size = dist.get_world_size()\n"
    "if rank is None:\n"
    "    rank = dist.get_rank()": [
        RankDiscovery(
            line=3,
            end=5,
            evidence=Evidence(
                API, ("torch.distributed.get_world_size", "torch.distributed.get_rank")
            ),
            reads=(
                Read(
                    name="size",
                    what="world size",
                    where="group",
                    variable=None,
                    condition="size is None",
                ),
                Read(
                    name="rank",
                    what="rank",
                    where="group",
                    variable=None,
                    condition="rank is None",
                ),
            ),
            launcher=None,
            condition=None,
        ),
    ],
}
COUNTEREXAMPLES = {
    "shard_rank = mesh.get_group(0).rank()": "a place in one dimension of a mesh",
    "import os\nnode_rank = int(os.getenv('PADDLE_TRAINER_ID'))": "a machine's, by its name",
    "import torch.distributed as dist\nplace = dist.get_rank(group)": "a place in a group",
    "peer = group.get_global_rank(place)": "translates another one's rank",
    "self.writes = self.should_save_on_this_rank(flag)": "a decision",
    "index = topology.get_data_parallel_rank()": "a place in one dimension of a mesh",
    'dp_rank = device_mesh["dp"].get_local_rank()': "a place in one dimension of a mesh",
    "proc.rank = server.rank": "is handed on",
    "target = group.get_group_rank(rank)": "translates a rank that is given",
    "holder.rank = self.global_rank": "is known already and handed on",
    "chunk_rank = self.get_virtual_pp_rank(step, forward=False)": "a stage of a pipeline",
    "import os\nos.environ['RANK'] = '0'": "the variable is set, not read",
    "lora_rank = args.lora_rank": "the rank of a matrix",
    "self.rank = rank": "a rank that is known already is kept",
}
