"""layer-freezing: parameters are excluded from training."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern, speaks_of
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.freezing import (
    FREEZE_FLAGS,
    FREEZE_METHODS,
    Switch,
    assignment_switch,
    helper_switch,
    method_switch,
)
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.regex import regex
from pseudogen.syntax.build import dotted

_AVERAGES = frozenset({"ema", "swa", "averaged"})
_OTHER_ENDS = frozenset({"export", "exporter", "fuse", "fused", "strip"})
_MADE = regex(r"(?:\w+\.)*[A-Z](?!\w*[Nn]orm)\w*\(.*\)", re.DOTALL)
"""A layer that is made where it is frozen, no norm."""
_NORMS = frozenset({"bn", "bns", "batchnorm", "norms"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFreezing(Finding):
    """Facts of parameters that are excluded from training.

    Attributes:
        model: Whose parameters, as written; None when that is not seen.
        by: How: "loop" over parameters or layers, "method" (`requires_grad_`), "attribute" of a
            part, "helper" that says so in its name.
        only: The condition that picks the parameters; None for all of them.
        value: The expression that decides which of them, where it is no constant; None otherwise.
        each: Whether it decides that for each parameter, not for all of them alike.
        modules: Whether `only` picks modules, not single parameters.
        flag: What is set: `requires_grad`, `trainable` or `stop_gradient`; None for a helper.
        function: The helper, as written; None otherwise.
        norms: Whether it freezes batch norm layers, by the helper's name.
        keras: Whether it is a flag of Keras, which is looked at when the model is compiled.
        normless: Whether it is a tensor or a layer that holds no batch norm.
        average: Whether it is a moving average of weights, by its name.
        condition: The condition under which it happens.
    """

    pattern: ClassVar[str] = "layer-freezing"

    model: str | None = None
    by: str
    only: str | None = None
    value: str | None = None
    each: bool = False
    modules: bool = False
    flag: str | None = None
    function: str | None = None
    norms: bool = False
    keras: bool = False
    average: bool = False
    normless: bool = False
    condition: str | None = None


@pattern(LayerFreezing, statements=(cst.Assign,), mentions=FREEZE_FLAGS)
def find_assignment(site: Site, script: Script) -> Iterator[LayerFreezing]:
    """`p.requires_grad = False` for each parameter, `layer.trainable = False`."""
    if type(site.node.targets[0].target) is cst.Attribute:
        for switch in assignment_switch(script, site):
            yield from _finding(script, switch)


@pattern(LayerFreezing, methods=FREEZE_METHODS)
def find_method(site: Site, script: Script) -> Iterator[LayerFreezing]:
    """`model.requires_grad_(False)`."""
    switch = method_switch(script, site)
    if switch is not None:
        yield from _finding(script, switch)


@pattern(LayerFreezing, calls=speaks_of("freeze", "requires_grad", "only"))
def find_helper(site: Site, script: Script) -> Iterator[LayerFreezing]:
    """`model.freeze_backbone()`, `set_requires_grad(model, False)`."""
    switch = helper_switch(script, site)
    if switch is not None:
        yield from _finding(script, switch)


def _of_norms(function: str) -> bool:
    """Whether a helper freezes batch norm layers, by its name."""
    named = words(function)
    return bool(_NORMS & set(named)) or {"batch", "norm"} <= set(named)


_TENSORS = frozenset({"bias", "weight", "weights"})
_PLAIN = frozenset({"embedding", "linear", "parameter"})
"""Last words of makers of layers and tensors that hold no batch norm."""
_PICKED = regex(r"\bisinstance\(\w+, [\w.]*(?:Embedding|Linear)\)")
"""Modules that are picked as such layers."""


def _is_normless(switch: Switch, script: Script) -> bool:
    """Whether what is frozen is a tensor, by its name, or made as a layer without batch norm."""
    name = switch.model or ""
    if switch.by == "loop":
        return _PICKED.search(switch.only or "") is not None
    made_here = switch.evidence.names[0]
    if name.rpartition(".")[2] in _TENSORS or _MADE.fullmatch(made_here):
        return True
    found = script.reaching(name, switch.statement.index) if name else []
    made = [dotted(b.value.func) for b in found if type(b.value) is cst.Call]
    return bool(made) and all(set(words(maker)[-1:]) & _PLAIN for maker in made)


def _serves_other_ends(script: Script, switch: Switch) -> bool:
    """Whether a function that fuses layers, exports a model or makes its file smaller does it:
    nothing is trained there."""
    headers = script.tree.ancestors(switch.statement.index)
    return any(
        type(header.node) in (cst.FunctionDef, cst.ClassDef)
        and set(words(header.node.name.value)) & _OTHER_ENDS
        for header in headers
    )


def _finding(script: Script, switch: Switch) -> Iterator[LayerFreezing]:
    if switch.freezes is not False and not _serves_other_ends(script, switch):
        yield LayerFreezing(
            line=switch.statement.first,
            end=switch.end,
            evidence=switch.evidence,
            model=switch.model,
            by=switch.by,
            only=switch.only,
            value=switch.value,
            each=switch.each,
            flag=switch.flag,
            function=switch.function,
            average=bool(switch.model and _AVERAGES & set(words(switch.model))),
            norms=_of_norms(switch.function or ""),
            normless=_is_normless(switch, script),
            modules=switch.modules and switch.only is not None,
            keras=switch.flag == "trainable" and "paddle" not in script.resolver.packages,
            condition=script.condition(switch.statement),
        )


EXAMPLES = {
    "for param in model.backbone.parameters():\n    param.requires_grad = False": [
        LayerFreezing(
            line=1,
            end=2,
            evidence=Evidence(FLOW, ("model.backbone",)),
            model="model.backbone",
            by="loop",
            flag="requires_grad",
        ),
    ],
    (
        "for name, param in model.named_parameters():\n"
        '    if "head" not in name:\n'
        "        param.requires_grad = False"
    ): [
        LayerFreezing(
            line=1,
            end=3,
            evidence=Evidence(FLOW, ("model",)),
            model="model",
            by="loop",
            only='"head" not in name',
            flag="requires_grad",
        ),
    ],
    "for name, p in net.named_parameters():\n    if 'head' not in name: p.requires_grad = False": [
        LayerFreezing(
            line=1,
            end=2,
            evidence=Evidence(FLOW, ("net",)),
            model="net",
            by="loop",
            only="'head' not in name",
            flag="requires_grad",
        ),
    ],
    "vae = AutoencoderKL.from_pretrained(path)\nvae.requires_grad_(False)": [
        LayerFreezing(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("vae",)),
            model="vae",
            by="method",
            flag="requires_grad",
        ),
    ],
    "if Freeze_Train:\n    model.freeze_backbone()": [
        LayerFreezing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("model.freeze_backbone",)),
            model="model",
            by="helper",
            function="model.freeze_backbone",
            condition="Freeze_Train",
        ),
    ],
    "base_model.trainable = False": [
        LayerFreezing(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("base_model",)),
            model="base_model",
            by="attribute",
            flag="trainable",
            keras=True,
        ),
    ],
    (
        "for name, param in model.named_parameters():\n"
        '    param.requires_grad = name.startswith("head")'
    ): [
        LayerFreezing(
            line=1,
            end=2,
            evidence=Evidence(FLOW, ("model",)),
            model="model",
            by="loop",
            value='name.startswith("head")',
            each=True,
            flag="requires_grad",
        ),
    ],
    'from catalyst import utils\nutils.set_requires_grad(nets["target"], False)': [
        LayerFreezing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("utils.set_requires_grad",)),
            model='nets["target"]',
            by="helper",
            function="utils.set_requires_grad",
        )
    ],
    ("model = mark_only_lora_as_trainable(model)"): [
        LayerFreezing(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("mark_only_lora_as_trainable",)),
            model="model",
            by="helper",
            function="mark_only_lora_as_trainable",
        )
    ],
    "model.module.freeze_bn()": [
        LayerFreezing(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model.module.freeze_bn",)),
            model="model.module",
            by="helper",
            function="model.module.freeze_bn",
            norms=True,
        ),
    ],
    "for p in ema_model.parameters():\n    p.requires_grad_(False)": [
        LayerFreezing(
            line=1,
            end=2,
            evidence=Evidence(FLOW, ("ema_model",)),
            model="ema_model",
            by="loop",
            flag="requires_grad",
            average=True,
        ),
    ],
    "for i in range(count):\n    net.layers[i].trainable = False": [
        LayerFreezing(
            line=1,
            end=2,
            evidence=Evidence(FLOW, ("net.layers[:count]",)),
            model="net.layers[:count]",
            by="loop",
            flag="trainable",
            keras=True,
        ),
    ],
    "base.trainable = False\nmodel.fit(x, y)\nbase.trainable = True\nmodel.fit(x, y)": [
        LayerFreezing(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("base",)),
            model="base",
            by="attribute",
            flag="trainable",
            keras=True,
        ),
    ],
    ("requires_grad(average, False)"): [
        LayerFreezing(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("requires_grad",)),
            model="average",
            by="helper",
            function="requires_grad",
        )
    ],
    (
        "for module in net.modules():\n"
        "    if isinstance(module, Head):\n"
        "        module.requires_grad_(False)"
    ): [
        LayerFreezing(
            line=1,
            end=3,
            evidence=Evidence(FLOW, ("net",)),
            model="net",
            by="loop",
            only="isinstance(module, Head)",
            modules=True,
            flag="requires_grad",
        ),
    ],
    (
        "for name, p in net.named_parameters():\n"
        "    if small:\n"
        "        if 'a' not in name:\n"
        "            p.requires_grad_(False)\n"
        "    else:\n"
        "        if 'b' not in name:\n"
        "            p.requires_grad_(False)"
    ): [
        LayerFreezing(
            line=1,
            end=7,
            evidence=Evidence(FLOW, ("net",)),
            model="net",
            by="loop",
            only="(small and 'a' not in name) or (not small and 'b' not in name)",
            flag="requires_grad",
        ),
    ],
    "from utils import freeze_batch_norm\nfreeze_batch_norm(net)": [
        LayerFreezing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("freeze_batch_norm",)),
            model="net",
            by="helper",
            function="freeze_batch_norm",
            norms=True,
        ),
    ],
    "import paddle\nmask = paddle.create_parameter([1])\nmask.trainable = False": [
        LayerFreezing(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("mask",)),
            model="mask",
            by="attribute",
            flag="trainable",
            normless=True,
        ),
    ],
    "net = Net()\ncopy = deepcopy(net).eval().requires_grad_(False).to(device)": [
        LayerFreezing(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("deepcopy(net).eval()",)),
            model="copy",
            by="method",
            flag="requires_grad",
        ),
    ],
    "self.bins = nn.Conv2d(16, 1, 1).requires_grad_(False)": [
        LayerFreezing(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("nn.Conv2d(16, 1, 1)",)),
            model="self.bins",
            by="method",
            flag="requires_grad",
            normless=True,
        ),
    ],
    (
        "import torch.nn as nn\n"
        "for part in model.modules():\n"
        "    if isinstance(part, nn.Linear):\n"
        "        part.requires_grad_(False)"
    ): [
        LayerFreezing(
            line=2,
            end=4,
            evidence=Evidence(FLOW, ("model",)),
            model="model",
            by="loop",
            only="isinstance(part, nn.Linear)",
            modules=True,
            flag="requires_grad",
            normless=True,
        ),
    ],
    (
        "import torch.nn as nn\n"
        "class Encoder(nn.Module):\n"
        "    def __init__(self):\n"
        "        self.positions = nn.Embedding(512, 64)\n"
        "        self.positions.requires_grad_(False)"
    ): [
        LayerFreezing(
            line=5,
            end=5,
            evidence=Evidence(FLOW, ("self.positions",)),
            model="self.positions",
            by="method",
            flag="requires_grad",
            normless=True,
        ),
    ],
    (
        "import torch.nn as nn\n"
        "for name, part in model.named_modules():\n"
        "    if not wanted(name):\n"
        "        continue\n"
        "    part.requires_grad_(False)"
    ): [
        LayerFreezing(
            line=2,
            end=5,
            evidence=Evidence(FLOW, ("model",)),
            model="model",
            by="loop",
            only="wanted(name)",
            modules=True,
            flag="requires_grad",
        ),
    ],
}
COUNTEREXAMPLES = {
    (
        "import torch.nn as nn\n"
        "def fuse_layers(conv, bn):\n"
        "    fused = nn.Conv2d(3, 8, 3).requires_grad_(False)\n"
        "    return fused"
    ): "one layer takes the place of two, to predict faster",
    ("x.requires_grad_(True)"): "an input, no parameter",
    "layer.weight.requires_grad = False\n"
    "layer.weight.copy_(old)\n"
    "layer.weight.requires_grad = True": "switched off while something is written into it",
    "tracker.freeze(space_id=space)": "a page of results",
    "self.embed = Embed(3)\nself.embed.requires_grad = False": "on a module it has no effect",
    "for x in inputs:\n    x.stop_gradient = True": "tensors, no parameters",
    "config.freeze()": "a configuration is closed",
    "from multiprocessing import freeze_support\nfreeze_support()": "for frozen executables",
    "for p in model.parameters():\n    p.requires_grad = True": "that is layer-unfreezing",
    "x.requires_grad = True": "an input, no parameter",
}
