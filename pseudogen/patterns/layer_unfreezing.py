"""layer-unfreezing: parameters that were excluded from training are let in again."""

from __future__ import annotations

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
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerUnfreezing(Finding):
    """Facts of parameters that are let in again.

    Attributes:
        model: Whose parameters, as written; None when that is not seen.
        by: How: "loop" over parameters or layers, "method" (`requires_grad_`), "attribute" of a
            part, "helper" that says so in its name.
        only: The condition that picks the parameters; None for all of them.
        but: The condition that picks those of the loop that it then freezes; None for none.
        modules: Whether `only` picks modules, not single parameters.
        flag: What is set: `requires_grad`, `trainable` or `stop_gradient`; None for a helper.
        function: The helper, as written; None otherwise.
        condition: The condition under which it happens.
    """

    pattern: ClassVar[str] = "layer-unfreezing"

    model: str | None = None
    by: str
    only: str | None = None
    but: str | None = None
    modules: bool = False
    flag: str | None = None
    function: str | None = None
    condition: str | None = None


@pattern(LayerUnfreezing, statements=(cst.Assign,), mentions=FREEZE_FLAGS)
def find_assignment(site: Site, script: Script) -> Iterator[LayerUnfreezing]:
    """`p.requires_grad = True` for each parameter, `layer.trainable = True`."""
    if type(site.node.targets[0].target) is cst.Attribute:
        for switch in assignment_switch(script, site):
            yield from _finding(script, switch)


@pattern(LayerUnfreezing, methods=FREEZE_METHODS)
def find_method(site: Site, script: Script) -> Iterator[LayerUnfreezing]:
    """`model.requires_grad_(True)`."""
    switch = method_switch(script, site)
    if switch is not None:
        yield from _finding(script, switch)


@pattern(LayerUnfreezing, calls=speaks_of("freeze", "requires_grad"))
def find_helper(site: Site, script: Script) -> Iterator[LayerUnfreezing]:
    """`model.unfreeze_backbone()`, `set_requires_grad(model, True)`."""
    switch = helper_switch(script, site)
    if switch is not None:
        yield from _finding(script, switch)


def _frozen_after(script: Script, switch: Switch) -> str | None:
    """The condition under which the same loop freezes a parameter that it has let in."""
    if switch.by != "loop" or switch.only is not None:
        return None
    for statement in script.tree.below(switch.statement):
        if type(statement.node) is cst.Assign:
            for other in assignment_switch(
                script, Site(statement.node, statement, statement.scope)
            ):
                if other.freezes and other.only is not None:
                    return other.only
    return None


def _finding(script: Script, switch: Switch) -> Iterator[LayerUnfreezing]:
    if switch.freezes is False:
        yield LayerUnfreezing(
            line=switch.statement.first,
            end=switch.end,
            evidence=switch.evidence,
            model=switch.model,
            by=switch.by,
            only=switch.only,
            but=_frozen_after(script, switch),
            modules=switch.modules and switch.only is not None,
            flag=switch.flag,
            function=switch.function,
            condition=script.condition(switch.statement),
        )


EXAMPLES = {
    "for param in model.backbone.parameters():\n    param.requires_grad = True": [
        LayerUnfreezing(
            line=1,
            end=2,
            evidence=Evidence(FLOW, ("model.backbone",)),
            model="model.backbone",
            by="loop",
            flag="requires_grad",
        ),
    ],
    "model.Unfreeze_backbone()": [
        LayerUnfreezing(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model.Unfreeze_backbone",)),
            model="model",
            by="helper",
            function="model.Unfreeze_backbone",
        ),
    ],
    ("if epoch == 5:\n    for p in model.layer4.parameters():\n        p.requires_grad_(True)"): [
        LayerUnfreezing(
            line=2,
            end=3,
            evidence=Evidence(FLOW, ("model.layer4",)),
            model="model.layer4",
            by="loop",
            flag="requires_grad",
            condition="epoch == 5",
        ),
    ],
    (
        "for name, param in model.named_parameters():\n"
        "    param.requires_grad = True\n"
        "    if name in frozen:\n"
        "        param.requires_grad = False"
    ): [
        LayerUnfreezing(
            line=1,
            end=4,
            evidence=Evidence(FLOW, ("model",)),
            model="model",
            by="loop",
            but="name in frozen",
            flag="requires_grad",
        ),
    ],
    ("net = Net()\nnet.train().requires_grad_(True).to(device)"): [
        LayerUnfreezing(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("net.train()",)),
            model="net",
            by="method",
            flag="requires_grad",
        ),
    ],
}
COUNTEREXAMPLES = {
    "images.requires_grad_(True)": "an input, no parameter",
    "for p in model.parameters():\n    p.requires_grad = False": "that is layer-freezing",
    "import flax\nparams = flax.core.unfreeze(params)": "makes a dict changeable",
}
