"""weight-averaging: a running average of the weights (EMA, SWA) is made, or updated."""

from __future__ import annotations

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.weight_averaging.facts import WeightAveraging
from pseudogen.patterns.weight_averaging.finders import (
    find_helper,
    find_incremental,
    find_known,
    find_named,
    find_set_up,
    find_update,
)
from pseudogen.patterns.weight_averaging.loops import find_loop, find_loop_by_name, find_states

__all__ = [
    "WeightAveraging",
    "find_helper",
    "find_incremental",
    "find_known",
    "find_loop",
    "find_loop_by_name",
    "find_named",
    "find_set_up",
    "find_states",
    "find_update",
]


EXAMPLES = {
    (
        "from torch.optim.swa_utils import AveragedModel\n"
        "swa_model = AveragedModel(model)\n"
        "swa_model.update_parameters(model)"
    ): [
        WeightAveraging(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.optim.swa_utils.AveragedModel",)),
            action="made",
            form="swa",
            average="swa_model",
            model="model",
            function="AveragedModel",
        ),
        WeightAveraging(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("swa_model",)),
            action="updated",
            form="swa",
            average="swa_model",
            model="model",
            function="swa_model.update_parameters",
        ),
    ],
    (
        "from project import build_model, ema\n"
        "model = build_model()\n"
        "ema_model = build_model()\n"
        "ema(model, ema_model, 0.999)"
    ): [
        WeightAveraging(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("ema_model",)),
            action="updated",
            form="ema",
            average="ema_model",
            model="model",
            function="ema",
        )
    ],
    (
        "from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn\n"
        "swa_model = AveragedModel(model)\n"
        "swa_model.avg_fn = get_ema_avg_fn(0.99)"
    ): [
        WeightAveraging(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.optim.swa_utils.AveragedModel",)),
            action="made",
            form=None,
            average="swa_model",
            model="model",
            function="AveragedModel",
        )
    ],
    (
        "from torch.optim.swa_utils import AveragedModel\n"
        "averaged = AveragedModel(model, **options)"
    ): [
        WeightAveraging(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.optim.swa_utils.AveragedModel",)),
            action="made",
            average="averaged",
            model="model",
            function="AveragedModel",
        ),
    ],
    "ema = ModelEMA(model, decay=0.999)\nif ema:\n    ema.update(model)": [
        WeightAveraging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("ema",)),
            action="made",
            form="ema",
            average="ema",
            model="model",
            function="ModelEMA",
            decay="0.999",
            decay_value=0.999,
        ),
        WeightAveraging(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("ema",)),
            action="updated",
            form="ema",
            average="ema",
            model="model",
            function="ema.update",
            condition="ema",
        ),
    ],
    (
        "for e, p in zip(ema_model.parameters(), model.parameters()):\n"
        "    e.data.mul_(decay).add_(p.data, alpha=1 - decay)"
    ): [
        WeightAveraging(
            line=1,
            end=2,
            evidence=Evidence(FLOW, ("ema_model", "model")),
            action="updated",
            form="ema",
            average="ema_model",
            model="model",
            decay="decay",
        ),
    ],
    (
        "TAU = 0.01\n"
        "old = target_net.state_dict()\n"
        "new = policy_net.state_dict()\n"
        "for name in new:\n"
        "    old[name] = new[name] * TAU + old[name] * (1 - TAU)\n"
        "target_net.load_state_dict(old)"
    ): [
        WeightAveraging(
            line=4,
            end=5,
            evidence=Evidence(FLOW, ("target_net", "policy_net")),
            action="updated",
            form="ema",
            average="target_net",
            model="policy_net",
            decay="1 - TAU",
            decay_value=0.99,
        )
    ],
    "model_ema = copy.deepcopy(model)\nupdate_ema(model_ema, model, 0.99)": [
        WeightAveraging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model_ema",)),
            action="made",
            form="ema",
            average="model_ema",
            model="model",
            function="copy.deepcopy",
        ),
        WeightAveraging(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("model_ema",)),
            action="updated",
            form="ema",
            average="model_ema",
            model="model",
            function="update_ema",
        ),
    ],
    (
        "for name, p in params.items():\n"
        "    ema_params[name].mul_(decay).add_(p.data, alpha=1 - decay)"
    ): [
        WeightAveraging(
            line=1,
            end=2,
            evidence=Evidence(NAME, ("ema_params",)),
            action="updated",
            form="ema",
            average="ema_params",
        )
    ],
    (
        "class ModelEMA:\n"
        "    def __init__(self, model, decay=0.9998):\n"
        "        self.decay = decay\n"
        "ema = ModelEMA(model)"
    ): [
        WeightAveraging(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("ema",)),
            action="made",
            form="ema",
            average="ema",
            model="model",
            function="ModelEMA",
            decay_value=0.9998,
        )
    ],
    "ema_decay = 0.995\nema_model = copy.deepcopy(model)": [
        WeightAveraging(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("ema_model",)),
            action="made",
            form="ema",
            average="ema_model",
            model="model",
            function="copy.deepcopy",
            decay="ema_decay",
            decay_value=0.995,
        )
    ],
    "update_ema(targets, online_params, rate=target_ema)": [
        WeightAveraging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("update_ema",)),
            action="updated",
            form="ema",
            function="update_ema",
        )
    ],
    "update_ema(target.parameters(), online.parameters(), 0.99)": [
        WeightAveraging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("update_ema",)),
            action="updated",
            form="ema",
            function="update_ema",
        )
    ],
    ("def update_ema(ema, model):\n    pass\nupdate_ema(ema, model)"): [
        WeightAveraging(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("ema",)),
            action="updated",
            form="ema",
            average="ema",
            model="model",
            function="update_ema",
        )
    ],
    "init_ema_weights(ema_net, model)": [
        WeightAveraging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("init_ema_weights",)),
            action="made",
            form="ema",
            model="model",
            function="init_ema_weights",
        )
    ],
    ("ema_params = [copy.deepcopy(master_params) for _ in rates]"): [
        WeightAveraging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("ema_params",)),
            action="made",
            form="ema",
            average="ema_params",
            model="master_params",
            function="copy.deepcopy",
        )
    ],
    (
        "def accumulate(first, second, decay=0.999):\n"
        "    kept = dict(first.named_parameters())\n"
        "    new = dict(second.named_parameters())\n"
        "    for k in kept.keys():\n"
        "        kept[k].data.mul_(decay).add_(new[k].data, alpha=1 - decay)"
    ): [
        WeightAveraging(
            line=4,
            end=5,
            evidence=Evidence(FLOW, ("first", "second")),
            action="updated",
            form="ema",
            average="first",
            model="second",
        )
    ],
    (
        "import copy\n"
        "import torch\n"
        "encoder = Net()\n"
        "target = copy.deepcopy(encoder)\n"
        "opt = torch.optim.SGD(encoder.parameters(), lr=0.1)\n"
        "for q, k in zip(encoder.parameters(), target.parameters()):\n"
        "    k.data.mul_(m).add_((1 - m) * q.data)"
    ): [
        WeightAveraging(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("target",)),
            action="made",
            form="ema",
            average="target",
            model="encoder",
            function="copy.deepcopy",
        ),
        WeightAveraging(
            line=6,
            end=7,
            evidence=Evidence(FLOW, ("target", "encoder")),
            action="updated",
            form="ema",
            average="target",
            model="encoder",
            decay="m",
        ),
    ],
    ("model = build_model(cfg)\nema.may_build_model_ema(cfg, model)"): [
        WeightAveraging(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("ema.may_build_model_ema",)),
            action="made",
            form="ema",
            model="model",
            function="ema.may_build_model_ema",
        )
    ],
    ("hooks = [ema.EMAHook(cfg, model)]"): [
        WeightAveraging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("ema.EMAHook",)),
            action="made",
            form="ema",
            model="model",
            function="ema.EMAHook",
        )
    ],
    "self._average_model.update_parameters(pl_module)": [
        WeightAveraging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("self._average_model",)),
            action="updated",
            average="self._average_model",
            model="pl_module",
            function="self._average_model.update_parameters",
        )
    ],
    "moment_update(model, model_ema, args.alpha)": [
        WeightAveraging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model_ema",)),
            action="updated",
            form="ema",
            average="model_ema",
            model="model",
            function="moment_update",
        )
    ],
    (
        "for old, new in zip(ema.parameters(), net.parameters()):\n"
        "    old.copy_(new.detach().lerp(old, decay))"
    ): [
        WeightAveraging(
            line=1,
            end=2,
            evidence=Evidence(FLOW, ("ema", "net")),
            action="updated",
            form="ema",
            average="ema",
            model="net",
            decay="decay",
        ),
    ],
    (
        "for slow, fast in zip(target.parameters(), net.parameters()):\n"
        "    slow.data.lerp_(fast.data, 1 - 0.99)"
    ): [
        WeightAveraging(
            line=1,
            end=2,
            evidence=Evidence(FLOW, ("target", "net")),
            action="updated",
            form="ema",
            average="target",
            model="net",
            decay="0.99",
            decay_value=0.99,
        ),
    ],
    (
        "for e, p in zip(ema.parameters(), net.parameters()):\n"
        "    e.data = beta * e.data + (1 - beta) * p.data"
    ): [
        WeightAveraging(
            line=1,
            end=2,
            evidence=Evidence(FLOW, ("ema", "net")),
            action="updated",
            form="ema",
            average="ema",
            model="net",
            decay="beta",
        ),
    ],
    "accumulate(generator_ema, generator, 0)": [
        WeightAveraging(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("generator_ema",)),
            action="copied",
            form="ema",
            average="generator_ema",
            function="accumulate",
        ),
    ],
    (
        "for old_p, p in zip(old.parameters(), net.parameters()):\n"
        "    old_p.data.copy_(tau * p.data + (1 - tau) * old_p.data)"
    ): [
        WeightAveraging(
            line=1,
            end=2,
            evidence=Evidence(FLOW, ("old", "net")),
            action="updated",
            form="ema",
            average="old",
            model="net",
            decay="1 - tau",
        ),
    ],
    (
        "import optax\n"
        "state = state.replace(target=optax.incremental_update(state.params, state.target, tau))"
    ): [
        WeightAveraging(
            line=2,
            end=2,
            evidence=Evidence(API, ("optax.incremental_update",)),
            action="updated",
            form="ema",
            average="state.target",
            model="state.params",
            function="optax.incremental_update",
        ),
    ],
}
COUNTEREXAMPLES = {
    "losses = agent.update_parameters(memory, batch_size, updates)": "an agent learns",
    "ema_sched = EMAWarmup(power=0.7)\nema_sched.step()": "a schedule of the decay",
    "smooth = ema(losses, 0.9)\nema(ema_loss, loss)": "a loss is smoothed",
    "ema_update_dict(ema_stats, {'loss': loss}, 0.9)": "averages of the loss",
    ("best_params = copy.deepcopy(master_params)"): "the best are kept",
    "self.update_parameters(self._average, model, count)": "what is averaged can't be told",
    "ema_checkpoint = find_ema_checkpoint(main_checkpoint, step, rate)": "the path of a file",
    "self.ema_params = [self._load_ema_params(rate) for rate in rates]": "comes from a file",
    (
        "for name, p in params.items():\n    velocity[name].mul_(beta).add_(p.grad, alpha=1 - beta)"
    ): "momentum of gradients",
    "loss_ema.update(loss.item())": "a loss is smoothed, no weights",
    "meter.update(loss, n)": "a mean for display",
    "for t, s in zip(target.parameters(), online.parameters()):\n    t.data.copy_(s.data)": (
        "copied, not averaged"
    ),
    (
        "total = dict(first.named_parameters())\n"
        "for k in total.keys():\n"
        "    total[k].mul_(2).add_(total[k])"
    ): "a model is changed by itself",
    (
        "import copy\n"
        "import torch\n"
        "encoder = Net()\n"
        "opt = torch.optim.SGD(encoder.parameters(), lr=0.1)\n"
        "start = copy.deepcopy(encoder)"
    ): "a copy that nothing goes into",
    (
        "total = net.state_dict()\nfor key in total:\n"
        "    total[key] = total[key] * (1 - share) + update[key] * share"
    ): "what is mixed in need not be weights",
    ("hooks = [LRHook(cfg, model)]"): "another hook",
}
