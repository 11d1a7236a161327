"""metric-reduction: a value is combined across processes."""

from __future__ import annotations

from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.patterns.metric_reduction.facts import MetricReduction
from pseudogen.patterns.metric_reduction.finders import (
    find_call,
    find_callback,
    find_function,
    find_helper,
)

__all__ = [
    "MetricReduction",
    "find_call",
    "find_callback",
    "find_function",
    "find_helper",
]


EXAMPLES = {
    "import torch.distributed as dist\n"
    "dist.all_reduce(loss, op=dist.ReduceOp.SUM)\n"
    "loss /= world_size": [
        MetricReduction(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.distributed.all_reduce",)),
            call="dist.all_reduce",
            value="loss",
            target=None,
            form="all-reduce",
            operation="sum",
            among="all",
            divided_by="world_size",
            guard=None,
        )
    ],
    "task = group.process_group.all_gather(part, whole)": [
        MetricReduction(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("group.process_group.all_gather",)),
            call="group.process_group.all_gather",
            value=None,
            target=None,
            form="all-gather",
            operation=None,
            among=None,
            divided_by=None,
            guard=None,
        )
    ],
    "from accelerate import Accelerator\n"
    "accelerator = Accelerator()\n"
    "preds = accelerator.gather_for_metrics(preds)": [
        MetricReduction(
            line=3,
            end=3,
            evidence=Evidence(API, ("accelerate.Accelerator",)),
            call="accelerator.gather_for_metrics",
            value="preds",
            target="preds",
            form="all-gather",
            operation=None,
            among="all",
            divided_by=None,
            guard=None,
        )
    ],
    ("import horovod.keras as hvd\ncallbacks = [hvd.callbacks.MetricAverageCallback()]"): [
        MetricReduction(
            line=2,
            end=2,
            evidence=Evidence(API, ("horovod.keras.callbacks.MetricAverageCallback",)),
            call="hvd.callbacks.MetricAverageCallback",
            value=None,
            target=None,
            form="callback",
            operation="mean",
        )
    ],
    "acc1 = reduce_tensor(acc1)": [
        MetricReduction(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("reduce_tensor",)),
            call="reduce_tensor",
            value="acc1",
            target="acc1",
            form=None,
            operation=None,
            divided_by=None,
            guard=None,
        )
    ],
    ("import torch_xla.core.xla_model as xm\nloss = xm.mesh_reduce('loss', loss, sum)"): [
        MetricReduction(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch_xla.core.xla_model.mesh_reduce",)),
            call="xm.mesh_reduce",
            value="loss",
            target="loss",
            form="all-reduce",
            operation=None,
            among="all",
            divided_by=None,
            guard=None,
        )
    ],
    ("losses = get_all_reduce_mean(losses)"): [
        MetricReduction(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("get_all_reduce_mean",)),
            call="get_all_reduce_mean",
            value="losses",
            target="losses",
            form="all-reduce",
            operation="mean",
            divided_by=None,
            guard=None,
        )
    ],
    "import torch.distributed as dist\ndist.all_gather_object(found, mine, group=workers)\n": [
        MetricReduction(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.distributed.all_gather_object",)),
            call="dist.all_gather_object",
            value="mine",
            target=None,
            form="all-gather",
            operation=None,
            among="group",
            group="workers",
        )
    ],
    (
        "import torch.distributed as dist\n"
        "def collect(found, rank):\n"
        "    if rank == 0:\n"
        "        everything = [None] * dist.get_world_size()\n"
        "        dist.gather_object(found, everything, dst=0)\n"
        "    else:\n"
        "        dist.gather_object(found, None, dst=0)\n"
    ): [
        MetricReduction(
            line=line,
            end=line,
            evidence=Evidence(API, ("torch.distributed.gather_object",)),
            call="dist.gather_object",
            value="found",
            target=None,
            form="gather",
            operation=None,
            among="all",
            condition=condition,
            shared=True,
            sends=condition != "rank == 0",
        )
        for line, condition in ((5, "rank == 0"), (7, "rank != 0"))
    ],
    "names = comm.allgather(name) if several else [name]": [
        MetricReduction(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("comm.allgather",)),
            call="comm.allgather",
            value="name",
            target=None,
            form="all-gather",
            operation=None,
            condition="several",
        )
    ],
    ("loss = AllReduce.apply(loss)"): [
        MetricReduction(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("AllReduce.apply",)),
            call="AllReduce.apply",
            value="loss",
            target="loss",
            form="all-reduce",
            operation=None,
        )
    ],
    "import torch\nimport torch.distributed as dist\n"
    "first = torch.zeros(1)\ndist.all_reduce(first)": [
        MetricReduction(
            line=4,
            end=4,
            evidence=Evidence(API, ("torch.distributed.all_reduce",)),
            call="dist.all_reduce",
            value="first",
            target=None,
            form="all-reduce",
            operation="sum",
            among="all",
            idle=True,
        ),
    ],
    "import torch\nimport torch.distributed as dist\n"
    "total = torch.zeros(1)\ntotal += loss\ndist.all_reduce(total)": [
        MetricReduction(
            line=5,
            end=5,
            evidence=Evidence(API, ("torch.distributed.all_reduce",)),
            call="dist.all_reduce",
            value="total",
            target=None,
            form="all-reduce",
            operation="sum",
            among="all",
        ),
    ],
    "import paddle\npaddle.distributed.all_reduce(paddle.zeros([1]))": [
        MetricReduction(
            line=2,
            end=2,
            evidence=Evidence(API, ("paddle.distributed.all_reduce",)),
            call="paddle.distributed.all_reduce",
            value="paddle.zeros([1])",
            target=None,
            form="all-reduce",
            operation="sum",
            among="all",
            idle=True,
        ),
    ],
    ("losses = all_gather_if_needed(losses.detach(), rank, world_size)"): [
        MetricReduction(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("all_gather_if_needed",)),
            call="all_gather_if_needed",
            value=None,
            target="losses",
            form="all-gather",
            operation=None,
        )
    ],
    (
        "from functools import partial\n"
        "class Meter:\n"
        "    def __init__(self, group):\n"
        "        self.all_reduce = partial(reduce_all, group=group)\n"
        "    def update(self, loss):\n"
        "        return self.all_reduce(loss)"
    ): [
        MetricReduction(
            line=6,
            end=6,
            evidence=Evidence(NAME, ("self.all_reduce",)),
            call="self.all_reduce",
            value="loss",
            target=None,
            form="all-reduce",
            operation=None,
        ),
    ],
}
COUNTEREXAMPLES = {
    (
        "class Experts:\n"
        "    def __init__(self, n):\n"
        "        self.all_reduce = RingReduce(n) if n > 1 else None\n"
        "    def forward(self, hidden, picked):\n"
        "        return self.all_reduce(hidden, picked)"
    ): "an object that the class keeps",
    "padded = accelerator.pad_across_processes(batch)": "is made equally long, not combined",
    "mean = losses.reduce_mean()": "a value is asked for its mean",
    "insert_allreduce_ops(block, index)": "a program is changed",
    "kind = self.infer_allgather_dist_type(value, axis)": "a type is found out",
    "costs.append(AllgatherOpCost(op))": "a record of what it costs",
    "groups = find_all_fuse_all_reduce_groups(block)": "searches a program",
    "def reduce_mean(values, index):\n"
    "    total = values.sum(index)\n"
    "    return total / len(index)\n"
    "mean = reduce_mean(mask, cells)": "the function computes on its own",
    "import tensorflow as tf\nloss = tf.reduce_mean(x)": "the mean of one tensor",
    "import torch\ny = torch.gather(x, 1, index)": "an indexing of one tensor",
    "import torch.distributed as dist\ndist.broadcast(w, src=0)": "sent out, not combined",
    "from functools import reduce\nn = reduce(mul, shape)": "a fold over a list",
    ("y = Square.apply(x)"): "a function of one process",
}
