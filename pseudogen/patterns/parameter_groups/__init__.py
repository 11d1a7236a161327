"""parameter-groups: parameters are split into groups with their own settings."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.patterns.parameter_groups.facts import ParameterGroups
from pseudogen.patterns.parameter_groups.finders import (
    find_configured,
    find_dicts,
    find_helper,
    find_lists,
)

__all__ = [
    "ParameterGroups",
    "find_configured",
    "find_dicts",
    "find_helper",
    "find_lists",
]


def _example(**facts: Any) -> list[ParameterGroups]:
    facts.setdefault("end", facts["line"])
    return [ParameterGroups(**facts)]


EXAMPLES = {
    "decay, no_decay = [], []\n"
    "for name, p in model.named_parameters():\n"
    "    if p.ndim < 2:\n"
    "        no_decay.append(p)\n"
    "    else:\n"
    "        decay.append(p)": _example(
        line=1,
        evidence=Evidence(FLOW, ("decay", "no_decay")),
        how="lists",
        names=("decay", "no_decay"),
        groups=2,
    ),
    (
        "groups = [{'params': a, 'weight_decay': 0}, {'params': b, 'weight_decay': 0},\n"
        "          {'params': c}]"
    ): [
        ParameterGroups(
            line=1,
            end=2,
            evidence=Evidence(FLOW, ("params",)),
            how="dicts",
            names=("groups",),
            groups=3,
            settings=("weight_decay",),
            undecayed=2,
        )
    ],
    (
        "table = dict(model.named_parameters())\n"
        "slow = []\n"
        "fast = []\n"
        "for name, p in table.items():\n"
        "    if 'head' in name:\n"
        "        fast.append(p)\n"
        "    else:\n"
        "        slow.append(p)"
    ): [
        ParameterGroups(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("slow", "fast")),
            how="lists",
            names=("slow", "fast"),
            groups=2,
        )
    ],
    (
        "groups = [{'params': depth.parameters(), 'lr': rate},\n"
        "          {'params': pose.parameters(), 'lr': rate}]"
    ): [
        ParameterGroups(
            line=1,
            end=2,
            evidence=Evidence(FLOW, ("params",)),
            how="dicts",
            names=("groups",),
            groups=2,
        )
    ],
    "decay, free, names = [], [], []\n"
    "for name, p in model.named_parameters():\n"
    "    names.append(name)\n"
    "    if p.ndim < 2:\n"
    "        free.append(p)\n"
    "    else:\n"
    "        decay.append(p)\n"
    'groups = [{"params": decay}, {"params": free, "weight_decay": 0.0}]': _example(
        line=1,
        evidence=Evidence(FLOW, ("decay", "free")),
        how="lists",
        names=("decay", "free"),
        groups=2,
        free=("free",),
    ),
    "groups = [\n"
    '    {"params": head.parameters(), "lr": 1e-3},\n'
    '    {"params": backbone.parameters(), "lr": 1e-4, "weight_decay": 0.0},\n'
    "]": _example(
        line=1,
        end=4,
        evidence=Evidence(FLOW, ("params",)),
        how="dicts",
        names=("groups",),
        groups=2,
        settings=("lr", "weight_decay"),
        undecayed=1,
    ),
    "kept, free = [], []\n"
    "for name, p in named_params:\n"
    "    if p.ndim == 1:\n"
    "        free.append(p)\n"
    "    else:\n"
    "        kept.append(p)": _example(
        line=1,
        evidence=Evidence(FLOW, ("kept", "free")),
        how="lists",
        names=("kept", "free"),
        groups=2,
    ),
    "wrapper = dict(optimizer=optimizer, paramwise_cfg=dict(norm_decay_mult=0.))": _example(
        line=1,
        evidence=Evidence(FLOW, ("paramwise_cfg",)),
        how="helper",
        call="paramwise_cfg",
    ),
    "param_groups = get_parameter_groups(model, args.weight_decay)": _example(
        line=1,
        evidence=Evidence(NAME, ("get_parameter_groups",)),
        how="helper",
        names=("param_groups",),
        call="get_parameter_groups",
    ),
    (
        "params = []\n"
        "for key, value in net.named_parameters():\n"
        "    if 'bias' in key:\n"
        "        params += [{'params': [value], 'weight_decay': 0}]\n"
        "    else:\n"
        "        params += [{'params': [value], 'weight_decay': decay}]"
    ): [
        ParameterGroups(
            line=1,
            end=4,
            evidence=Evidence(FLOW, ("params",)),
            how="dicts",
            settings=("weight_decay",),
            undecayed=1,
        )
    ],
    (
        "def configure(self, decay):\n"
        "    matrices = [p for p in self.parameters() if p.dim() >= 2]\n"
        "    vectors = [p for p in self.parameters() if p.dim() < 2]\n"
        "    groups = [\n"
        "        {'params': matrices, 'weight_decay': decay},\n"
        "        {'params': vectors, 'weight_decay': 0.0},\n"
        "    ]\n"
        "    return groups"
    ): [
        ParameterGroups(
            line=2,
            end=7,
            evidence=Evidence(FLOW, ("params",)),
            how="dicts",
            names=("groups",),
            groups=2,
            settings=("weight_decay",),
            undecayed=1,
        )
    ],
    (
        "groups = []\n"
        "for part in old:\n"
        "    groups.append(dict(params=part.parameters(), lr=base))\n"
        "for part in new:\n"
        "    groups.append(dict(params=part.parameters(), lr=base * 10))"
    ): [
        ParameterGroups(
            line=1,
            end=3,
            evidence=Evidence(FLOW, ("params",)),
            how="dicts",
            settings=("lr",),
        )
    ],
    ("plain, norms = separate_bn_params(net)"): [
        ParameterGroups(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("separate_bn_params",)),
            how="helper",
            names=("plain, norms",),
            call="separate_bn_params",
        )
    ],
    ("policies = model.get_optim_policies()"): [
        ParameterGroups(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model.get_optim_policies",)),
            how="helper",
            names=("policies",),
            call="model.get_optim_policies",
        )
    ],
    (
        "groups = list()\n"
        "if hasattr(model, 'trunk'):\n"
        "    groups.append({'params': model.trunk.parameters(), 'lr': lr})\n"
        "groups.append({'params': model.head.parameters(), 'lr': lr * 10})\n"
        ""
    ): [
        ParameterGroups(
            line=1, end=3, evidence=Evidence(FLOW, ("params",)), how="dicts", settings=("lr",)
        )
    ],
}
COUNTEREXAMPLES = {
    'events.append({"name": mode, "params": params})': "what an event is reported with",
    'params = [{"params": list(table.values()), "lr": rate}]': "one group alone",
    "group_to_param_map, rest = group_param(infos, size)": "buckets of parameters",
    ("params = separate_params(net)"): "nothing is split",
    "opt = SGD([{'params': [weight]}], lr=0.1)": "one group, and nothing is split",
    "self.parts = self.split_params(grads, worker, workers)": "parameters are shared out",
    "params = self.update_param_group(params)": "handles groups that are there already",
    "names = duplicate_param_group_names(param_groups)": "is about groups that are there already",
    "best = hooks.get_best_param_group_id(optimizer)": "one of the groups is named",
    "for group in optimizer.param_groups:\n    group['lr'] = lr": "that is lr-schedule",
    "names, values = [], []\nfor item in items:\n    names.append(item)": "no parameters",
    "kept, sizes = [], []\n"
    "for p in model.parameters():\n"
    "    kept.append(p)\n"
    "    sizes.append(p.numel())": "one list of parameters, and one of their sizes",
    'optimizer.add_param_group({"params": bias})': "adds to a split that began before",
}
