"""rank-zero-guard: a block that one process alone runs."""

from __future__ import annotations

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.rank_zero_guard.facts import RankZeroGuard
from pseudogen.patterns.rank_zero_guard.finders import (
    find_block,
    find_expression,
)

__all__ = [
    "RankZeroGuard",
    "find_block",
    "find_expression",
]


EXAMPLES = {
    "if local_rank == 0:\n    torch.save(model.state_dict(), path)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("local_rank",)),
            subject="local_rank",
            condition="local_rank == 0",
            form="block",
            scope="machine",
            alone=False,
            acts=("save",),
            waits=(),
        )
    ],
    "if wanted and rank == 0:\n    print(loss)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("rank",)),
            subject="rank",
            condition="wanted and rank == 0",
            asks="rank == 0",
            besides="wanted",
            form="block",
            scope="all",
            alone=False,
            acts=("print",),
            waits=(),
        )
    ],
    "if rank == 0 and best is None:\n    print(loss)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("rank",)),
            subject="rank",
            condition="rank == 0 and best is None",
            asks="rank == 0",
            besides="best is None",
            form="block",
            scope="all",
            alone=False,
            acts=("print",),
            waits=(),
        )
    ],
    "import torch.distributed as dist\n"
    "def log(x):\n"
    "    if dist.is_initialized() and dist.get_rank() != 0:\n"
    "        return\n"
    "    print(x)": [
        RankZeroGuard(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.distributed.get_rank",)),
            subject="dist.get_rank()",
            condition="dist.is_initialized() and dist.get_rank() != 0",
            form="return",
            scope="all",
            alone=True,
            acts=(),
            waits=(),
        )
    ],
    "import os\n"
    "rank = int(os.environ.get('RANK', -1))\n"
    "main = rank in (-1, 0)\n"
    "writer = make_writer() if main else None": [
        RankZeroGuard(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("main", "rank")),
            subject="main",
            condition="main",
            form="expression",
            scope="all",
            alone=True,
            acts=(),
            waits=(),
        )
    ],
    "import torch.multiprocessing as mp\n"
    "def worker(gpu, args):\n"
    "    if not args.distributed or gpu == 0:\n"
    "        print('ready')\n"
    "mp.spawn(worker, nprocs=4, args=(args,))": [
        RankZeroGuard(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("gpu",)),
            subject="gpu",
            condition="not args.distributed or gpu == 0",
            form="block",
            scope="machine",
            alone=True,
            acts=("print",),
            waits=(),
        )
    ],
    ("import paddle\nif paddle.distributed.ParallelEnv().local_rank == 0:\n    model.save(path)"): [
        RankZeroGuard(
            line=2,
            end=2,
            evidence=Evidence(API, ("paddle.distributed.ParallelEnv().local_rank",)),
            subject="paddle.distributed.ParallelEnv().local_rank",
            condition="paddle.distributed.ParallelEnv().local_rank == 0",
            form="block",
            scope="all",
            alone=False,
            acts=("save",),
            waits=(),
        )
    ],
    "if per_node and local_rank == 0 or rank == 0:\n    download(root)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("local_rank",)),
            subject="local_rank",
            condition="per_node and local_rank == 0 or rank == 0",
            form="block",
            scope="either",
            alone=False,
            acts=("download",),
            waits=(),
        )
    ],
    "if local_rank == 0 and node_rank == 0:\n    download(root)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("local_rank",)),
            subject="local_rank",
            condition="local_rank == 0 and node_rank == 0",
            form="block",
            scope="all",
            alone=False,
            acts=("download",),
            waits=(),
        )
    ],
    "if local_rank == 0 and master_ip in endpoint:\n    server.start()": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("local_rank",)),
            subject="local_rank",
            condition="local_rank == 0 and master_ip in endpoint",
            form="block",
            scope=None,
            alone=False,
            acts=(),
            waits=(),
        )
    ],
    "if rank == 0:\n    print('saving')\n    start = time.time()": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("rank",)),
            subject="rank",
            condition="rank == 0",
            form="block",
            scope="all",
            alone=False,
            acts=(),
            waits=(),
        )
    ],
    "if rank == 0:\n    save_dir.mkdir()\n    wandb.login()\n    io.remove_checkpoint(old)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("rank",)),
            subject="rank",
            condition="rank == 0",
            form="block",
            scope="all",
            alone=False,
            acts=("directory",),
            waits=(),
        )
    ],
    "if is_master(args, local=args.log_local):\n    print(args)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("is_master",)),
            subject="is_master(args, local=args.log_local)",
            condition="is_master(args, local=args.log_local)",
            form="block",
            scope="either",
            alone=False,
            acts=("print",),
            waits=(),
        )
    ],
    "strategy.local_rank = env.rank\nif strategy.local_rank == 0:\n    print(env)": [
        RankZeroGuard(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("env.rank",)),
            subject="strategy.local_rank",
            condition="strategy.local_rank == 0",
            form="block",
            scope="all",
            alone=False,
            acts=("print",),
            waits=(),
        )
    ],
    "if rank == 0:\n    load_checkpoint(model, path)": [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("rank",)),
            subject="rank",
            condition="rank == 0",
            form="block",
            scope="all",
            alone=False,
            acts=(),
            waits=(),
        )
    ],
    (
        "if trainer.is_world_process_zero():\n"
        "    with open(path, 'w') as writer:\n"
        "        writer.write(line)"
    ): [
        RankZeroGuard(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("trainer.is_world_process_zero",)),
            subject="trainer.is_world_process_zero()",
            condition="trainer.is_world_process_zero()",
            form="block",
            scope=None,
            alone=False,
            acts=(),
            waits=(),
        )
    ],
    (
        "import torch\n"
        "import torch.distributed as dist\n"
        "if torch.cuda.device_count() == 1 or dist.get_rank() == 0:\n"
        "    save_config(cfg)\n"
        ""
    ): [
        RankZeroGuard(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.distributed.get_rank",)),
            subject="dist.get_rank()",
            condition="torch.cuda.device_count() == 1 or dist.get_rank() == 0",
            form="block",
            scope="all",
            alone=True,
            acts=("save",),
            waits=(),
        )
    ],
    ('import os\nif os.environ.get("LOCAL_RANK", "0") == "0":\n    save(model)'): [
        RankZeroGuard(
            line=2,
            end=2,
            evidence=Evidence(API, ("LOCAL_RANK",)),
            subject='os.environ.get("LOCAL_RANK", "0")',
            condition='os.environ.get("LOCAL_RANK", "0") == "0"',
            form="block",
            scope="machine",
            alone=False,
            acts=("save",),
            waits=(),
        )
    ],
    (
        "import torch.multiprocessing as mp\n"
        "def train(proc_id, nprocs):\n"
        "    if proc_id == 0:\n"
        "        print(loss)\n"
        "def run(proc_id, nprocs):\n"
        "    train(proc_id, nprocs)\n"
        "mp.spawn(run, args=(2,), nprocs=2)"
    ): [
        RankZeroGuard(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("proc_id",)),
            subject="proc_id",
            condition="proc_id == 0",
            form="block",
            scope="machine",
            alone=False,
            acts=("print",),
            waits=(),
        )
    ],
}
COUNTEREXAMPLES = {
    "if local_rank != 0:\n    raise RuntimeError('started twice')": "an error where it is another",
    "if samples_per_rank == 0:\n    return": "a number of samples",
    "if not is_last_rank:\n    send(x)": "a stage of a pipeline",
    "if rank % 2 == 0:\n    send(x)": "every other process",
    "if self.is_main_model_prefill:\n    run()": "nothing about processes",
    "if tp_rank == 0:\n    report()": "every data-parallel replica has such a process",
    'is_primary = attribute == "tokenizer"\nif is_primary:\n    save()': "no process is meant",
    "if epoch % 10 == 0:\n    save(model)": "an epoch is no process",
    "if rank != 0:\n    print_nothing()\nprint(1)": "every process but one runs the block",
    "if lora_rank > 0:\n    model = add_lora(model)": "that is the rank of a matrix",
    "rank = len(x.shape)\nif rank == 0:\n    x = x.reshape(1)": "the dimensions of a tensor",
    "for p in procs:\n    if p.local_rank == 0:\n        pull(p.log)": "all processes, one by one",
    "if node_rank == 0:\n    download()": "all processes of the first machine run it",
    "if model.fsdp_enabled or rank == 0:\n    gather(model)": "with FSDP every process runs it",
    "if not use_fsdp and rank != 0:\n    return\nevaluate()": "with FSDP every process goes on",
    "if rank == 0 or verbose:\n    print(loss)": "other processes run it too when `verbose` is set",
    (
        "def draw(place):\n"
        "    if place == 0:\n"
        "        print(place)\n"
        "for place in range(3):\n"
        "    draw(place)"
    ): "the caller passes any number",
}
