"""parallel-wrap: the model is wrapped for data- or model-parallel training."""

from __future__ import annotations

from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.patterns.parallel_wrap.facts import ParallelWrap
from pseudogen.patterns.parallel_wrap.finders import (
    find_decorator,
    find_known,
    find_learner,
    find_named,
    find_own,
    find_prepare,
    find_strategy,
    find_trainer,
)

__all__ = [
    "ParallelWrap",
    "find_decorator",
    "find_known",
    "find_learner",
    "find_named",
    "find_own",
    "find_prepare",
    "find_strategy",
    "find_trainer",
]


EXAMPLES = {
    (
        "from torch.nn.parallel import DistributedDataParallel as DDP\n"
        "model = DDP(model, device_ids=[local_rank], find_unused_parameters=True)\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)"
    ): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.nn.parallel.DistributedDataParallel",)),
            kind="ddp",
            target="model",
            function="DDP",
            model="model",
            device_ids="[local_rank]",
            find_unused_parameters="True",
            optimizer_line=3,
            before_optimizer=True,
        ),
    ],
    "model = create_model(opt)\nmodel.parallelize()": [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("model",)),
            kind="other",
            function="model.parallelize",
            model="model",
        )
    ],
    "if a or b:\n"
    "    model = accelerator.prepare(model) if c else accelerator.prepare_model(\n"
    "        model, evaluation_mode=True\n"
    "    )": [
        ParallelWrap(
            line=2,
            end=4,
            evidence=Evidence(NAME, ("accelerator",)),
            kind="accelerate",
            target="model",
            function="accelerator.prepare",
            model="model",
            condition="(a or b) and c",
        ),
    ],
    "model, optimizer, loader = accelerator.prepare(model, optimizer, loader)": [
        ParallelWrap(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("accelerator",)),
            kind="accelerate",
            target="model, optimizer, loader",
            function="accelerator.prepare",
            model="model",
            prepared=("model", "optimizer", "loader"),
        ),
    ],
    ("import deepspeed\nengine, optimizer, _, _ = deepspeed.initialize(args=args, model=net)"): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("deepspeed.initialize",)),
            kind="deepspeed",
            target="engine, optimizer",
            function="deepspeed.initialize",
            model="net",
        ),
    ],
    (
        "import horovod.torch as hvd\n"
        "optimizer = hvd.DistributedOptimizer(optimizer, named_parameters=model.named_parameters())"
    ): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("horovod.torch.DistributedOptimizer",)),
            kind="horovod",
            target="optimizer",
            function="hvd.DistributedOptimizer",
            model="optimizer",
        ),
    ],
    "if torch.cuda.device_count() > 1:\n    net = torch.nn.DataParallel(net).cuda()": [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("torch.nn.DataParallel",)),
            kind="dp",
            target="net",
            function="torch.nn.DataParallel",
            model="net",
            condition="torch.cuda.device_count() > 1",
        ),
    ],
    (
        "from torch.distributed.fsdp import fully_shard\n"
        "for layer in model.layers:\n"
        "    fully_shard(layer)\n"
        "fully_shard(model)"
    ): [
        ParallelWrap(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.distributed.fsdp.fully_shard",)),
            kind="fsdp",
            function="fully_shard",
            model="layer",
        ),
        ParallelWrap(
            line=4,
            end=4,
            evidence=Evidence(API, ("torch.distributed.fsdp.fully_shard",)),
            kind="fsdp",
            function="fully_shard",
            model="model",
        ),
    ],
    (
        "from mmengine._strategy import FSDPStrategy\n"
        "strategy = FSDPStrategy()\n"
        "net = strategy.prepare(net, optim_wrapper=optim)"
    ): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("mmengine._strategy.FSDPStrategy",)),
            kind="fsdp",
            function="FSDPStrategy",
        ),
        ParallelWrap(
            line=3,
            end=3,
            evidence=Evidence(API, ("mmengine._strategy.FSDPStrategy",)),
            kind="fsdp",
            target="net",
            function="strategy.prepare",
            model="net",
        ),
    ],
    ("from distributed import apply_gradient_allreduce\nmodel = apply_gradient_allreduce(model)"): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("apply_gradient_allreduce",)),
            kind="other",
            target="model",
            function="apply_gradient_allreduce",
            model="model",
        )
    ],
    ("import ignite.distributed as idist\nmodel = idist.auto_model(model)"): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("ignite.distributed.auto_model",)),
            kind="other",
            target="model",
            function="idist.auto_model",
            model="model",
        )
    ],
    (
        "from project import apply_data_parallel_wrapper\n"
        "model = apply_data_parallel_wrapper(config, model)"
    ): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("apply_data_parallel_wrapper",)),
            kind="other",
            target="model",
            function="apply_data_parallel_wrapper",
            model="model",
        )
    ],
    "from lightning.fabric.strategies import FSDPStrategy\n"
    "how = FSDPStrategy(sharding_strategy='FULL_SHARD') if many else 'auto'": [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("lightning.fabric.strategies.FSDPStrategy",)),
            kind="fsdp",
            function="FSDPStrategy",
            sharding="'FULL_SHARD'",
            condition="many",
        ),
    ],
    ("import paddle\noptimizer = paddle.distributed.fleet.distributed_optimizer(optimizer)"): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("paddle.distributed.fleet.distributed_optimizer",)),
            kind="other",
            target="optimizer",
            function="paddle.distributed.fleet.distributed_optimizer",
            model="optimizer",
        )
    ],
    ("import tensorflow as tf\nstrategy = tf.distribute.MirroredStrategy()"): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("tensorflow.distribute.MirroredStrategy",)),
            kind="strategy",
            target="strategy",
            function="tf.distribute.MirroredStrategy",
        )
    ],
    (
        "import functools, jax\n"
        "@functools.partial(jax.pmap, axis_name='chips')\n"
        "def advance(state, batch):\n"
        "    return state"
    ): [
        ParallelWrap(
            line=3,
            end=3,
            evidence=Evidence(API, ("jax.pmap",)),
            kind="pmap",
            function="jax.pmap",
            model="advance",
        ),
    ],
    (
        "from fastai.vision.all import *\n"
        "learn = vision_learner(dls, resnet18)\n"
        "with learn.distrib_ctx():\n"
        "    learn.fine_tune(3)"
    ): [
        ParallelWrap(
            line=3,
            end=3,
            evidence=Evidence(API, ("fastai.vision.all.vision_learner",)),
            kind="ddp",
            function="learn.distrib_ctx",
        )
    ],
    ("model = CustomDataParallel(model, num_gpus)"): [
        ParallelWrap(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("CustomDataParallel",)),
            kind="dp",
            target="model",
            function="CustomDataParallel",
            model="model",
        )
    ],
    ("from lightning import Trainer\ntrainer = Trainer(devices=4, strategy=args.strategy)"): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("lightning.Trainer",)),
            kind="lightning",
            function="Trainer",
            setting="strategy=args.strategy",
        )
    ],
    (
        "import colossalai\n"
        "engine, loader, _, _ = colossalai.initialize(net, optimizer, criterion, loader)"
    ): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("colossalai.initialize",)),
            kind="other",
            target="engine, loader",
            function="colossalai.initialize",
            model="net",
        )
    ],
    ("parts = UserDataParallel(parts, device_ids=gpus)\n"): [
        ParallelWrap(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("UserDataParallel",)),
            kind="dp",
            target="parts",
            function="UserDataParallel",
            model="parts",
            device_ids="gpus",
        )
    ],
    "from torch.nn.parallel import DistributedDataParallel\n"
    "guide = build(opt.teacher_name)\n"
    "guide = DistributedDataParallel(guide)": [
        ParallelWrap(
            line=3,
            end=3,
            evidence=Evidence("api", ("torch.nn.parallel.DistributedDataParallel",)),
            kind="ddp",
            target="guide",
            function="DistributedDataParallel",
            model="guide",
            teacher=True,
        ),
    ],
    ("import tensor_parallel as tp\npolicy = tp.tensor_parallel(policy, sharded=True)"): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("tensor_parallel.tensor_parallel",)),
            kind="tensor",
            target="policy",
            function="tp.tensor_parallel",
            model="policy",
        )
    ],
}
COUNTEREXAMPLES = {
    "model = self.accelerator.prepare_model(model, evaluation_mode=True)": "to be evaluated",
    "data.parallelize()": "no model",
    "import deepspeed\nnet = deepspeed.initialize(model=net, model_parameters=[])": "no training",
    "policy = fsdp_auto_wrap_policy(model)": "says how to wrap, wraps nothing",
    "train_loader = accelerator.prepare(train_loader)": "only the data are prepared",
    "policies.apply_fsdp_checkpointing(model)": "activations are computed anew",
    "if isinstance(model, torch.nn.DataParallel):\n    pass": "asks, wraps nothing",
    "features = pipeline.prepare(text)": "prepares no model",
    ("names = TextDataParallel(names)"): "no model is wrapped",
    ("group = init_data_parallel(rank)\n"): "nothing is wrapped",
}
