"""optimizer-build: the optimizer is made."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.optimizer_build.facts import OptimizerBuild
from pseudogen.patterns.optimizer_build.finders import (
    find_chain,
    find_class,
    find_compiled,
    find_configured,
    find_given_back,
    find_helper,
    find_registered,
)

__all__ = [
    "OptimizerBuild",
    "find_chain",
    "find_class",
    "find_compiled",
    "find_configured",
    "find_given_back",
    "find_helper",
    "find_registered",
]


def _example(**facts: Any) -> list[OptimizerBuild]:
    facts.setdefault("end", facts["line"])
    return [OptimizerBuild(**facts)]


EXAMPLES = {
    "from torch import optim\n"
    "optimizer = optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True)": _example(
        line=2,
        evidence=Evidence(API, ("torch.optim.SGD",)),
        name="optimizer",
        api="SGD",
        params="net.parameters()",
        lr="0.1",
        lr_value=0.1,
        momentum="0.9",
        settings=("nesterov=True",),
    ),
    "opt = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], lr=rate)": _example(
        line=1,
        evidence=Evidence(NAME, ("torch.optim.Adam",)),
        name="opt",
        api="Adam",
        params="[p for p in net.parameters() if p.requires_grad]",
        trained_of="net",
        lr="rate",
    ),
    "from layers.optimizers import Adam\nmodel.compile(optimizer=Adam(1e-5))": _example(
        line=2,
        evidence=Evidence(NAME, ("Adam",)),
        api="Adam",
        lr="1e-5",
        lr_value=1e-5,
    ),
    "opt = torch.optim.AdamW(param_groups)": _example(
        line=1,
        evidence=Evidence(NAME, ("torch.optim.AdamW",)),
        name="opt",
        api="AdamW",
        params="param_groups",
        groups=True,
        lr="0.001",
        lr_default=True,
    ),
    "from torch import optim\n"
    "optimizer = {\n"
    "    'adam': optim.Adam(params, rate, betas=(beta, 0.999)),\n"
    "    'sgd': optim.SGD(params, rate, momentum=beta),\n"
    "}[kind]": _example(
        line=2,
        end=5,
        evidence=Evidence(API, ("torch.optim.Adam",)),
        name="optimizer",
        api="Adam",
        choices=("Adam", "SGD"),
        params="params",
        lr="rate",
    ),
    "from torch.optim import Adam\noptimizer = Scheduled(Adam(params), warmup_steps)": _example(
        line=2,
        evidence=Evidence(API, ("torch.optim.Adam",)),
        name="optimizer",
        api="Adam",
        params="params",
        scheduled_by="Scheduled",
    ),
    "import torch\n"
    "groups = [{'params': stem, 'lr': rate}, {'params': head, 'lr': 10 * rate}]\n"
    "optimizer = torch.optim.SGD(groups, momentum=0.9)": _example(
        line=3,
        evidence=Evidence(API, ("torch.optim.SGD",)),
        name="optimizer",
        api="SGD",
        params="groups",
        groups=True,
        group_rates=("rate", "10 * rate"),
        momentum="0.9",
    ),
    "from torch.optim import Adam\n"
    "opt = Adam([{'params': body}, {'params': head, 'lr': 0.1}])": _example(
        line=2,
        evidence=Evidence(API, ("torch.optim.Adam",)),
        name="opt",
        api="Adam",
        params="[{'params': body}, {'params': head, 'lr': 0.1}]",
        groups=True,
        group_rates=("0.1",),
        lr="0.001",
        lr_default=True,
    ),
    "optimizer = build_optimizer(config, model)": _example(
        line=1,
        evidence=Evidence(NAME, ("build_optimizer",)),
        name="optimizer",
        api="build_optimizer",
        helper=True,
        arguments=("config", "model"),
    ),
    "optimizer = cls(model.parameters(), lr=lr)": _example(
        line=1,
        evidence=Evidence(FLOW, ("optimizer",)),
        name="optimizer",
        api="cls",
        lr="lr",
        helper=True,
        arguments=("model.parameters()", "lr=lr"),
    ),
    'cfg = {"train_batch_size": 8, "optimizer": {"type": "Lamb", "params": {"lr": 0.01}}}': [
        OptimizerBuild(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("optimizer",)),
            api="Lamb",
            lr="0.01",
            lr_value=0.01,
        )
    ],
    "optim = instantiate(cfg.optimizer)": [
        OptimizerBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("instantiate",)),
            name="optim",
            api="instantiate",
            helper=True,
            arguments=("cfg.optimizer",),
        )
    ],
    (
        "import torch\n"
        "if small:\n"
        "    make = bits.AdamW8bit\n"
        "else:\n"
        "    make = torch.optim.AdamW\n"
        "optimizer = make(net.parameters(), lr=0.1)"
    ): _example(
        line=6,
        evidence=Evidence(API, ("torch.optim.AdamW",)),
        name="optimizer",
        api="AdamW",
        choices=("AdamW8bit", "AdamW"),
        params="net.parameters()",
        lr="0.1",
        lr_value=0.1,
    ),
    ("optimizer = instantiate_optimizer(optimizer, model.parameters())"): [
        OptimizerBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("instantiate_optimizer",)),
            name="optimizer",
            api="instantiate_optimizer",
            helper=True,
            arguments=(
                "optimizer",
                "model.parameters()",
            ),
        )
    ],
    "import deepspeed\n"
    "engine, optimizer, _, _ = deepspeed.initialize(model=net, config=settings)": [
        OptimizerBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("deepspeed.initialize",)),
            name="optimizer",
            api="initialize",
            helper=True,
            arguments=("model=net", "config=settings"),
        ),
    ],
    "import optax\ntx = optax.chain(optax.trace(0.9), optax.scale(-0.1))": [
        OptimizerBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("optax.chain",)),
            name="tx",
            api="chain",
            helper=True,
            arguments=("optax.trace(0.9)", "optax.scale(-0.1)"),
            parts=("trace", "scale"),
        ),
    ],
    (
        "from project.optimizers import AdamWeightDecay\n"
        "optimizer = AdamWeightDecay(learning_rate=schedule, weight_decay_rate=0.01)"
    ): [
        OptimizerBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("AdamWeightDecay",)),
            name="optimizer",
            api="AdamWeightDecay",
            helper=True,
            arguments=("learning_rate=schedule", "weight_decay_rate=0.01"),
        )
    ],
    "import optax\ntx = optax.chain(optax.clip(1.0), optax.lion(3e-4))": [
        OptimizerBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("optax.lion",)),
            name="tx",
            api="lion",
            lr="3e-4",
            lr_value=0.0003,
        ),
    ],
    "optimizer = dict(type='AdamW', lr=0.002, weight_decay=0.05)": [
        OptimizerBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("optimizer",)),
            name="optimizer",
            api="AdamW",
            lr="0.002",
            lr_value=0.002,
            weight_decay="0.05",
        ),
    ],
    "model.compile(optimizer='sgd', loss='mse')": [
        OptimizerBuild(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("model.compile",)),
            api="sgd",
        ),
    ],
    ("model, optimizer = get_model(args, device)"): [
        OptimizerBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("get_model",)),
            name="optimizer",
            api="get_model",
            helper=True,
            arguments=("args", "device"),
        )
    ],
    ("model, optimizer, scheduler = init_optimizer_and_scheduler(args, model)"): [
        OptimizerBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("init_optimizer_and_scheduler",)),
            name="optimizer",
            api="init_optimizer_and_scheduler",
            helper=True,
            arguments=("args", "model"),
        )
    ],
    ("opt = get_optimizer(args.optimizer)(model.parameters(), args.lr)\n"): [
        OptimizerBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("get_optimizer()",)),
            name="opt",
            api="get_optimizer(args.optimizer)",
            helper=True,
            arguments=("model.parameters()", "args.lr"),
        )
    ],
    ("optimizer = utils.get_std_opt(model, optim_func=opt.optim)\n"): [
        OptimizerBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("utils.get_std_opt",)),
            name="optimizer",
            api="utils.get_std_opt",
            helper=True,
            arguments=("model", "optim_func=opt.optim"),
        )
    ],
    "from torch import optim\nengine = Engine(net, optim.Adam(net.parameters(), 0.1))": _example(
        line=2,
        evidence=Evidence(API, ("torch.optim.Adam",)),
        api="Adam",
        params="net.parameters()",
        lr="0.1",
        lr_value=0.1,
    ),
}
COUNTEREXAMPLES = {
    (
        "from project.planning import SGDPlanner\noptimizer = SGDPlanner(steps=4)"
    ): "a rule of other things",
    ("model, optimizer = load_model(args, device)"): "the state of both is read",
    "kernel.compile(optimizer='O2')": "a compiler's optimizer",
    "import deepspeed\n"
    "engine, optimizer, _, _ = deepspeed.initialize(model=net, optimizer=made)": "goes through",
    "import deepspeed\nengine, _, _, _ = deepspeed.initialize(model=net)": "nothing is kept of it",
    "hook = dict(type='OptimizerHook', lr=0.1)": "a dict for something else",
    "self.optim = OptimizerNames(name)": "the name of one",
    "optimizer = DummyOptim(params)": "does nothing",
    'cfg = {"batch": 8, "optimizer": {"type": "Adam"}}': "settings of something else",
    "inner_optimizer = self._get_inner_optimizer()": "is there already",
    (
        "def groups(params):\n    return split_groups_for_optimizer(params)"
    ): "prepares what an optimizer is given",
    "optimizer = self.get_optimizer_op(name)": "an operation of a graph",
    "optimizer = accelerator.prepare(optimizer)": "wraps an optimizer made before",
    "optimizer.load_state_dict(state)": "puts saved state into it",
    "lr_scheduler = StepLR(optimizer, 30)": "that is lr-schedule",
    "norm = clip_grad_norm_(model.parameters(), 1.0)": "that is gradient-clipping",
    ("opt = get_options(args)\n"): "settings",
}
