"""mixed-precision: autocast, a loss scaler, training in half precision."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.mixed_precision.facts import MixedPrecision
from pseudogen.patterns.mixed_precision.finders import (
    find_alias,
    find_configured,
    find_context,
    find_conversion,
    find_default,
    find_handed,
    find_learner,
    find_library,
    find_named_scaler,
    find_option,
    find_partial,
    find_setting,
    find_static,
    find_wrapper,
)

__all__ = [
    "MixedPrecision",
    "find_alias",
    "find_configured",
    "find_context",
    "find_conversion",
    "find_default",
    "find_handed",
    "find_learner",
    "find_library",
    "find_named_scaler",
    "find_option",
    "find_partial",
    "find_setting",
    "find_static",
    "find_wrapper",
]


def _example(**facts: Any) -> list[MixedPrecision]:
    facts.setdefault("end", facts["line"])
    return [MixedPrecision(**facts)]


EXAMPLES = {
    "import torch\nscaler = torch.amp.GradScaler(enabled=use_amp)": _example(
        line=2,
        evidence=Evidence(API, ("torch.amp.GradScaler",)),
        part="scaler",
        name="scaler",
        api="GradScaler",
        enabled="use_amp",
    ),
    "import torch\n"
    'ctx = torch.autocast("cuda", dtype=torch.bfloat16)\n'
    "with ctx:\n"
    "    loss = model(x)": [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.autocast",)),
            part="context",
            name="ctx",
            api="autocast",
            dtype="torch.bfloat16",
            device='"cuda"',
        ),
        MixedPrecision(
            line=3, end=3, evidence=Evidence(FLOW, ("ctx",)), part="context", name="ctx"
        ),
    ],
    "loss_scaler = NativeScaler()": _example(
        line=1,
        evidence=Evidence(NAME, ("NativeScaler",)),
        part="scaler",
        name="loss_scaler",
        api="NativeScaler",
    ),
    'import lightning as L\ntrainer = L.Trainer(precision="bf16-mixed")': _example(
        line=2,
        evidence=Evidence(API, ("lightning.Trainer",)),
        part="setting",
        name="trainer",
        api="Trainer",
        setting='precision="bf16-mixed"',
    ),
    ("optimizer.amp_init(place)"): [
        MixedPrecision(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("optimizer.amp_init",)),
            part="conversion",
            api="amp_init",
        )
    ],
    ("from flax.training import dynamic_scale as scaling\nscale = scaling.DynamicScale()"): [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(API, ("flax.training.dynamic_scale.DynamicScale",)),
            part="scaler",
            name="scale",
            api="DynamicScale",
        )
    ],
    'cfg = {"train_batch_size": 8, "fp16": {"enabled": half}}': [
        MixedPrecision(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("fp16",)),
            part="setting",
            api="DeepSpeed",
            enabled="half",
            setting="fp16",
        )
    ],
    (
        "import pytorch_lightning as pl\n"
        "settings = {'max_epochs': 9}\n"
        "settings['precision'] = 16\n"
        "trainer = pl.Trainer(**settings)"
    ): [
        MixedPrecision(
            line=3,
            end=3,
            evidence=Evidence(API, ("pytorch_lightning.Trainer",)),
            part="setting",
            api="Trainer",
            setting="precision=16",
        )
    ],
    (
        "from torch.distributed.fsdp import FullyShardedDataParallel as FSDP\n"
        "model = FSDP(model, mixed_precision=policy)"
    ): [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.distributed.fsdp.FullyShardedDataParallel",)),
            part="setting",
            name="model",
            api="FullyShardedDataParallel",
            setting="mixed_precision=policy",
        )
    ],
    ("if args.amp:\n    cfg.optim_wrapper.type = 'AmpOptimWrapper'"): [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(API, ("AmpOptimWrapper",)),
            part="policy",
            api="AmpOptimWrapper",
            condition="args.amp",
        )
    ],
    ("self.trainer = MixedPrecisionTrainer(model=model, use_fp16=True)"): [
        MixedPrecision(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("MixedPrecisionTrainer",)),
            part="policy",
            name="self.trainer",
            api="MixedPrecisionTrainer",
        )
    ],
    (
        "import paddle\n"
        "model, optimizer = paddle.amp.decorate(model, optimizer, level='O2', dtype='float16')"
    ): [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(API, ("paddle.amp.decorate",)),
            part="conversion",
            name="model, optimizer",
            api="decorate",
        )
    ],
    (
        "from transformers import Trainer\n"
        "model = model.half()\n"
        "trainer = Trainer(model=model, args=args, train_dataset=data)\n"
        "trainer.train()"
    ): [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("model",)),
            part="conversion",
            name="model",
            api="half",
            dtype="half",
        )
    ],
    ("import haiku as hk\nhk.mixed_precision.set_policy(Net, policy)"): [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(API, ("haiku.mixed_precision.set_policy",)),
            part="policy",
            api="set_policy",
        )
    ],
    "from fastai.vision.all import *\nlearn = Learner(dls, net).to_fp16()": [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(API, ("fastai.vision.all.Learner",)),
            part="policy",
            api="to_fp16",
        )
    ],
    (
        "import tensorflow as tf\n"
        'tf.config.optimizer.set_experimental_options({"auto_mixed_precision": True})'
    ): [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("tf.config.optimizer.set_experimental_options",)),
            part="setting",
            api="set_experimental_options",
            setting="auto_mixed_precision=True",
        )
    ],
    (
        "from torch.distributed.fsdp import FullyShardedDataParallel as FSDP\n"
        "net = FSDP(net, mixed_precision=policy)"
    ): [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.distributed.fsdp.FullyShardedDataParallel",)),
            part="setting",
            name="net",
            api="FullyShardedDataParallel",
            setting="mixed_precision=policy",
        )
    ],
    (
        "from functools import partial\n"
        "import torch\n"
        "amp_autocast = partial(torch.autocast, device_type='cuda', dtype=torch.bfloat16)"
    ): [
        MixedPrecision(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.autocast",)),
            part="context",
            name="amp_autocast",
            api="autocast",
            dtype="torch.bfloat16",
        )
    ],
    ("import torch\namp_autocast = torch.cuda.amp.autocast"): [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.cuda.amp.autocast",)),
            part="context",
            name="amp_autocast",
            api="autocast",
        )
    ],
    ("import torch\ntorch.set_default_dtype(torch.bfloat16)"): [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.set_default_dtype",)),
            part="policy",
            api="set_default_dtype",
        )
    ],
    "cast = get_autocast(args.precision)\nwith cast():\n    y = model(x)": [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("cast",)),
            part="context",
            api="cast",
            maker="get_autocast(args.precision)",
        )
    ],
    "from utils import autocast\nwith autocast(args.half and cuda):\n    y = model(x)": [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("autocast",)),
            part="context",
            api="autocast",
            enabled="args.half and cuda",
        )
    ],
    (
        "from apex.fp16_utils import FP16_Optimizer\n"
        "optimizer = FP16_Optimizer(optimizer, dynamic_loss_scale=True)\n"
        ""
    ): [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(API, ("apex.fp16_utils.FP16_Optimizer",)),
            part="conversion",
            name="optimizer",
            api="FP16_Optimizer",
        )
    ],
    'import torch\nscaler = torch.amp.GradScaler("cuda") if new else torch.cuda.amp.GradScaler()': [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.amp.GradScaler",)),
            part="scaler",
            name="scaler",
            api="GradScaler",
        )
    ],
    (
        "from utils.amp import MixedPrecisionManager\n"
        "amp = MixedPrecisionManager(args.amp)\n"
        "with amp.context():\n"
        "    loss = model(batch)"
    ): [
        MixedPrecision(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("MixedPrecisionManager",)),
            part="policy",
            name="amp",
            api="MixedPrecisionManager",
        ),
        MixedPrecision(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("amp.context",)),
            part="context",
            api="context",
        ),
    ],
}
COUNTEREXAMPLES = {
    (
        "import torch\nfrom torch.optim import SGD\nmodel = Net()\n"
        "optimizer = SGD(model.parameters(), lr=0.1)\n"
        "loss = model(x)\nloss.backward()\noptimizer.step()\n"
        "def evaluation_loop(loader):\n    model.to(torch.float16)"
    ): "the model is converted to be evaluated",
    (
        "from torch.distributed.fsdp import FullyShardedDataParallel as FSDP\n"
        "net = FSDP(net, mixed_precision=None)"
    ): "full precision",
    "from models import Net\nmodel = Net()\nloss = model(x).sum()\nloss.backward()\n"
    "model.half().float()": "values are rounded, the type stays",
    "from sklearn.preprocessing import StandardScaler\nscaler = StandardScaler()": "of features",
    "settings['precision'] = 16\nshow(**settings)": "no framework gets it",
    "x = x.half()": "a tensor, no model",
    "with torch.no_grad():\n    model(x)": "switches gradients off",
    "scaler.update()": "use of a scaler made before",
    ("import torch\ntorch.set_default_dtype(torch.float64)"): "that is more precise than usual",
}
