"""Models wrapped for several processes: frozen, converted and complete before the wrap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import inside, method, receiver, statement_at
from pseudogen.names.origins import makers
from pseudogen.names.script import Script
from pseudogen.patterns.layer_freezing import LayerFreezing
from pseudogen.patterns.layer_unfreezing import LayerUnfreezing
from pseudogen.patterns.parallel_wrap import ParallelWrap
from pseudogen.patterns.sync_batchnorm import SyncBatchnorm
from pseudogen.pitfall import ERROR, WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement


@pitfall("frozen-after-wrap")
def check_frozen(findings: Findings) -> Iterator[Pitfall]:
    """Parameters are frozen, or let in again, after DDP has looked which ones are."""
    script = findings.script
    switches: list[LayerFreezing | LayerUnfreezing] = [
        *findings.of(LayerFreezing),
        *findings.of(LayerUnfreezing),
    ]
    for wrap in findings.of(ParallelWrap):
        if wrap.kind != "ddp" or wrap.target is None:
            continue
        looks = wrap.find_unused_parameters not in (None, "False")  # nothing is waited for then
        made = statement_at(script, wrap.line)
        for switch in switches:
            later = statement_at(script, switch.line)
            if later.scope != made.scope or later.index <= made.index:
                continue
            freezes = isinstance(switch, LayerFreezing)
            if isinstance(switch, LayerFreezing) and switch.value is not None:
                continue  # a value decides which way
            if switch.by == "helper" or (freezes and looks) or _in_turns(switch, switches):
                continue
            model = _unaliased(script, switch, later)
            if _nothing_trained(switch, model, wrap):
                continue
            if not _same(model, wrap) or _wrapped_again(findings, wrap, later):
                continue
            yield report(
                "frozen-after-wrap",
                ERROR,
                (switch.line, switch.end),
                switch.evidence.kind,
                model=switch.model,
                wrapped=wrap.target,
                wrap_line=wrap.line,
                freezes=freezes,
            )


def _in_turns(
    switch: LayerFreezing | LayerUnfreezing, switches: list[LayerFreezing | LayerUnfreezing]
) -> bool:
    """Whether the same parameters are frozen here and let in there, as in adversarial training,
    where each model is looked at in turn."""
    return any(o.model == switch.model and type(o) is not type(switch) for o in switches)


def _nothing_trained(
    switch: LayerFreezing | LayerUnfreezing, model: str | None, wrap: ParallelWrap
) -> bool:
    """Whether the wrapped model as a whole is frozen, as a teacher is: no gradient comes to it,
    and without the first of them DDP waits for no other."""
    whole = (model or "").removesuffix(".module") in (wrap.target, wrap.model)
    if not isinstance(switch, LayerFreezing) or not whole:
        return False
    return switch.only is None and switch.value is None


def _unaliased(
    script: Script, switch: LayerFreezing | LayerUnfreezing, at: Statement
) -> str | None:
    """What is switched, with `model.module` in the place of a name that stands for it."""
    name, dot, part = (switch.model or "").partition(".")
    found = script.reaching(name, at.index) if name else []
    values = [text(b.value) for b in found if b.how == "assign"]
    plain = len(values) == len(found) == 1 and values[0].endswith(".module")
    return values[0] + dot + part if plain else switch.model


def _same(model: str | None, wrap: ParallelWrap) -> bool:
    """Whether the switched parameters belong to the wrapped model."""
    root = (model or "").split(".module")[0]
    names = (wrap.target, wrap.model)
    return any(name and (root == name or root.startswith(f"{name}.")) for name in names)


def _wrapped_again(findings: Findings, wrap: ParallelWrap, switch: Statement) -> bool:
    """Whether the model is wrapped anew after the switch, or at the start of each round."""
    script = findings.script
    for other in findings.of(ParallelWrap):
        statement = statement_at(script, other.line)
        if other.kind != "ddp" or statement.scope != switch.scope:
            continue
        loop = script.loop_around(statement)
        if statement.index > switch.index or (loop is not None and inside(loop, switch)):
            return True
    return False


@pitfall("wrap-of-frozen-model")
def check_all_frozen(findings: Findings) -> Iterator[Pitfall]:
    """A model all of whose parameters are frozen is wrapped in DDP, which refuses it."""
    script = findings.script
    for wrap in findings.of(ParallelWrap):
        if wrap.kind != "ddp" or wrap.model is None:
            continue
        made = statement_at(script, wrap.line)
        for frozen in findings.of(LayerFreezing):
            earlier = statement_at(script, frozen.line)
            whole = frozen.model == wrap.model and frozen.only is None and frozen.value is None
            if not whole or frozen.by not in ("loop", "method") or frozen.condition is not None:
                continue
            if earlier.scope != made.scope or earlier.index > made.index:
                continue
            if _let_in(findings, wrap.model, earlier, made):
                continue
            yield report(
                "wrap-of-frozen-model",
                ERROR,
                (wrap.line, wrap.end),
                wrap.evidence.kind,
                model=wrap.model,
                frozen=frozen.line,
                wrap=wrap.function,
            )


def _let_in(findings: Findings, model: str, frozen: Statement, wrap: Statement) -> bool:
    """Whether something between the freezing and the wrap may add parameters that are trained."""
    script = findings.script
    if any(frozen.first < u.line <= wrap.first for u in findings.of(LayerUnfreezing)):
        return True
    between = script.tree.statements[frozen.after : wrap.index]
    for statement in between:
        if type(statement.node) is cst.Assign:
            target = text(statement.node.targets[0].target)
            moved = target == model and _keeps(script, statement, model)
            if (target == model or target.startswith(f"{model}.")) and not moved:
                return True
        for site in script.calls_in(statement):
            if site.known is not None and site.known.api.kind == "sync-batchnorm":
                continue
            moves = receiver(site) == model and method(site) in ("to", "cuda", "train", "eval")
            given = [text(arg.value).partition(".")[0] for arg in site.node.args]
            if (site.name.startswith(f"{model}.") and not moves) or model in given:
                return True
    return False


def _keeps(script: Script, statement: Statement, model: str) -> bool:
    """Whether `model = ...` moves the model or converts its batch norm, and adds nothing."""
    node = statement.node.value
    if type(node) is not cst.Call:
        return False
    known = script.known(node.func, statement.scope)
    converts = known is not None and known.api.kind == "sync-batchnorm"
    return converts or dotted(node.func) in (f"{model}.to", f"{model}.cuda")


@pitfall("syncbn-after-wrap")
def check_syncbn(findings: Findings) -> Iterator[Pitfall]:
    """Batch norm is converted after the model has been wrapped."""
    for sync in findings.of(SyncBatchnorm):
        if sync.before_wrap is not False or sync.wrap_line is None or sync.wrap_line > sync.line:
            continue
        wrap = next((w for w in findings.of(ParallelWrap) if w.line == sync.wrap_line), None)
        wrapped = wrap is not None and _same(sync.model, wrap)
        script = findings.script
        apart = script.exclusive(
            statement_at(script, sync.line), statement_at(script, sync.wrap_line)
        )
        if wrapped and not apart:
            yield report(
                "syncbn-after-wrap",
                WARNING,
                (sync.line, sync.end),
                sync.evidence.kind,
                model=sync.model,
                convert=sync.function,
                wrap_line=sync.wrap_line,
            )


@pitfall("wrap-with-unused-layer")
def check_unused(findings: Findings) -> Iterator[Pitfall]:
    """DDP around a model with a layer that its class makes and never uses."""
    script = findings.script
    for wrap in findings.of(ParallelWrap):
        if wrap.kind != "ddp" or wrap.model is None or wrap.find_unused_parameters is not None:
            continue
        for owner in _classes(script, wrap):
            layer = _unused(script, owner)
            if layer is not None:
                yield report(
                    "wrap-with-unused-layer",
                    ERROR,
                    (wrap.line, wrap.end),
                    "flow",
                    model=wrap.model,
                    owner=owner.node.name.value,
                    layer=layer[0],
                    layer_line=layer[1],
                )


def _classes(script: Script, wrap: ParallelWrap) -> Iterator[Statement]:
    """The class of this file of which the wrapped model is an instance."""
    statement = statement_at(script, wrap.line)
    site = next((s for s in script.calls_in(statement) if s.name == wrap.function), None)
    node = site.node.args[0].value if site is not None and site.node.args else None
    for call, at in makers(script, node, statement.index) if node is not None else ():
        scope = script.tree.statements[at].scope
        for inner in script.resolver.bindings(dotted(call.func) or "?", scope):
            if inner.how == "class":
                yield script.tree.statements[inner.statement]


_LAYERS = ("Linear", "Conv1d", "Conv2d", "Conv3d", "Embedding", "BatchNorm1d", "BatchNorm2d")
_LOOKS_AROUND = ("getattr", "modules()", "children()", "_modules", "add_module", "__dict__")


def _unused(script: Script, owner: Statement) -> tuple[str, int] | None:
    """A layer with parameters whose only mention in the file is where the class makes it."""
    if not all(script.known(base.value, owner.scope) for base in owner.node.bases):
        return None
    written = "\n".join(script.tree.lines[owner.first - 1 : owner.end])
    if any(mark in written for mark in _LOOKS_AROUND):
        return None
    for statement in script.tree.below(owner):
        node: Any = statement.node
        if type(node) is not cst.Assign or type(node.value) is not cst.Call:
            continue
        name = dotted(node.targets[0].target)
        full = script.resolver.qualified(dotted(node.value.func), statement.scope)
        layer = any(f.startswith("torch.nn.") and f.endswith(_LAYERS) for f in full)
        if layer and name.startswith("self.") and script.tree.text.count(name[4:]) == 1:
            return name, statement.first
    return None


_TOP = (
    "import torch\n"
    "from torch import nn\n"
    "from torch.nn.parallel import DistributedDataParallel as DDP\n"
    "from torch.distributed.fsdp import FullyShardedDataParallel as FSDP\n"
)
_WRAP = "ddp_model = DDP(model, device_ids=[rank])\n"
_FREEZE = "for p in model.parameters():\n    p.requires_grad = False\n"
_UNFREEZE = "for p in model.backbone.parameters():\n    p.requires_grad = True\n"
_SYNC = "model = nn.SyncBatchNorm.convert_sync_batchnorm(model)\n"
_NET = (
    "class Net(nn.Module):\n"
    "    def __init__(self):\n"
    "        super().__init__()\n"
    "        self.body = nn.Linear(8, 8)\n"
    "        self.auxiliary = nn.Linear(8, 2)\n"
    "    def forward(self, x):\n"
    "        return self.body(x)\n"
    "model = Net().to(rank)\n"
)
EXAMPLES = {
    "frozen-after-wrap": {
        _TOP + _WRAP + _FREEZE.replace("model.", "model.backbone."): [(6, 7)],
        _TOP + _WRAP + "ddp_model.module.backbone.requires_grad_(False)\n": [(6, 6)],
        _TOP + _WRAP + "bare = ddp_model.module\nbare.backbone.requires_grad_(False)\n": [(7, 7)],
        _TOP
        + _WRAP.replace("device_ids=[rank]", "find_unused_parameters=True")
        + "ddp_model.module.backbone.requires_grad_(True)\n": [(6, 6)],
    },
    "wrap-of-frozen-model": {
        _TOP + _FREEZE + _WRAP: [(7, 7)],
        _TOP + "model.requires_grad_(False)\nmodel.cuda()\nmodel = DDP(model)\n": [(7, 7)],
        _TOP + _FREEZE + _SYNC + _WRAP: [(8, 8)],
    },
    "syncbn-after-wrap": {
        _TOP + "model = DDP(model)\n" + _SYNC: [(6, 6)],
        _TOP + _WRAP + _SYNC.replace("(model)", "(ddp_model)"): [(6, 6)],
    },
    "wrap-with-unused-layer": {
        _TOP + _NET + _WRAP: [(13, 13)],
        _TOP + _NET.replace("Linear(8, 2)", "Embedding(8, 2)") + "model = DDP(model)\n": [(13, 13)],
        _TOP + _NET + "class Trainer:\n    def __init__(self):\n        self.net = Net()\n"
        "        self.net = DDP(self.net)\n": [(16, 16)],
    },
}
COUNTEREXAMPLES = {
    "frozen-after-wrap": {
        _TOP + _FREEZE.replace("model.", "model.backbone.") + _WRAP: "they are frozen first",
        _TOP + _WRAP + _FREEZE.replace("model.", "model.backbone.") + _WRAP: (
            "the model is wrapped anew"
        ),
        _TOP + "teacher = DDP(teacher)\n" + _FREEZE.replace("model.", "teacher."): (
            "nothing of it is trained"
        ),
        _TOP
        + "teacher = DDP(teacher)\nbare = teacher.module\n"
        + _FREEZE.replace("model.", "bare."): "nor by another name",
        _TOP
        + _WRAP.replace("device_ids=[rank]", "find_unused_parameters=args.unused")
        + "ddp_model.module.backbone.requires_grad_(False)\n": "DDP may look for unused ones",
        _TOP + _WRAP + "ddp_model.module.backbone.requires_grad_(epoch > 3)\n": (
            "it may be the one or the other"
        ),
    },
    "wrap-of-frozen-model": {
        _TOP + _FREEZE + "model.head = nn.Linear(8, 2)\n" + _WRAP: "a new layer is trained",
        _TOP + _FREEZE + _UNFREEZE + _WRAP: "some of them are let in again",
    },
    "syncbn-after-wrap": {
        _TOP + _SYNC + "model = DDP(model)\n": "it is converted first",
        _TOP + "teacher = DDP(teacher)\n" + _SYNC: "another model is converted",
    },
    "wrap-with-unused-layer": {
        _TOP + _NET + _WRAP.replace("device_ids=[rank]", "find_unused_parameters=True"): (
            "DDP looks for unused parameters"
        ),
        _TOP + _NET.replace("self.body(x)", "self.auxiliary(self.body(x))") + _WRAP: (
            "the layer is used"
        ),
    },
}
