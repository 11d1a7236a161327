"""The optimizer gets the parameters that the model ends up with."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from pseudogen.names.blocks import has_word, mentions, method, receiver, statement_at
from pseudogen.names.script import Script, Site
from pseudogen.patterns.layer_unfreezing import LayerUnfreezing
from pseudogen.patterns.optimizer_build import OptimizerBuild
from pseudogen.patterns.parallel_wrap import ParallelWrap
from pseudogen.pitfall import ERROR, NOTE, Findings, Pitfall, pitfall, report
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement


@pitfall("optimizer-before-move")
def check_move(findings: Findings) -> Iterator[Pitfall]:
    """The optimizer is made from parameters on the CPU, and the model is moved afterwards."""
    script = findings.script
    told: set[int] = set()
    for optimizer in findings.of(OptimizerBuild):
        made = statement_at(script, optimizer.line)
        model = _owner(script, made)
        if model is None or optimizer.evidence.kind == "name" or _is_moved(script, model, made):
            continue
        for site in script.call_sites():
            if site.scope != made.scope or site.statement.index <= made.index:
                continue
            if receiver(site) != model or not _moves(site):
                continue
            if script.exclusive(site.statement, made) or _made_again(script, model, made, site):
                continue
            if site.line in told:
                break
            told.add(site.line)
            yield report(
                "optimizer-before-move",
                NOTE,
                (optimizer.line, optimizer.end),
                optimizer.evidence.kind,
                optimizer=optimizer.name,
                model=model,
                move=text(site.node),
                move_line=site.line,
            )
            break


def _owner(script: Script, statement: Statement) -> str | None:
    """`model` in `SGD(model.parameters(), ...)`; None where a condition chooses the parameters."""
    if any(type(part) is cst.IfExp for part in descendants(statement.node)):
        return None
    for site in script.calls_in(statement):
        if method(site) == "parameters" and receiver(site):
            return receiver(site)
    return None


def _moves(site: Site) -> bool:
    """Whether a call puts a model onto an accelerator."""
    if method(site) == "cuda":
        return True
    given = [text(arg.value) for arg in site.node.args]
    return (
        method(site) == "to"
        and bool(given)
        and not any(
            word in given[0]
            for word in ("cpu", "dtype", "float", "half", "torch.b", "memory_format")
        )
    )


def _is_moved(script: Script, model: str, made: Statement) -> bool:
    """Whether the model is on its device already when the optimizer is made."""
    values = [text(b.value) for b in script.reaching(model, made.index) if b.value is not None]
    return any(".to(" in value or ".cuda(" in value for value in values) or any(
        receiver(site) == model and _moves(site)
        for site in script.call_sites()
        if site.scope == made.scope and site.statement.index < made.index
    )


def _made_again(script: Script, name: str, made: Statement, site: Site) -> bool:
    """Whether the variable gets another value between the optimizer and the move, or whether
    another optimizer follows."""
    between = range(made.index + 1, site.statement.index)
    bindings = script.resolver.bindings(name, made.scope)
    later = any(
        other.known is not None
        and other.known.api.kind == "optimizer"
        and other.statement.index > site.statement.index
        for other in script.call_sites()
    )
    return later or any(b.statement in between for b in bindings)


@pitfall("optimizer-before-sharding")
def check_sharding(findings: Findings) -> Iterator[Pitfall]:
    """The optimizer is made before FSDP replaces the parameters by shards."""
    for wrap in findings.of(ParallelWrap):
        if wrap.kind != "fsdp" or wrap.before_optimizer is not False or wrap.model is None:
            continue
        optimizer = next(
            (o for o in findings.of(OptimizerBuild) if o.line == wrap.optimizer_line), None
        )
        if optimizer is None or not has_word(optimizer.params, wrap.model):
            continue
        yield report(
            "optimizer-before-sharding",
            ERROR,
            (optimizer.line, optimizer.end),
            wrap.evidence.kind,
            optimizer=optimizer.name,
            model=wrap.model,
            wrap=wrap.function,
            wrap_line=wrap.line,
        )


@pitfall("optimizer-misses-unfrozen")
def check_filter(findings: Findings) -> Iterator[Pitfall]:
    """The optimizer got the unfrozen parameters alone, and others are unfrozen later."""
    script = findings.script
    if mentions(script, "add_param_group"):
        return
    optimizers = findings.of(OptimizerBuild)
    for optimizer in optimizers:
        made = statement_at(script, optimizer.line)
        if not _filters(script, optimizer, made):
            continue
        for switch in findings.of(LayerUnfreezing):
            later = statement_at(script, switch.line)
            if later.scope != made.scope or later.index <= made.index or switch.only is not None:
                continue
            if any(o.line > optimizer.line for o in optimizers) or script.exclusive(made, later):
                continue
            yield report(
                "optimizer-misses-unfrozen",
                ERROR,
                (switch.line, switch.end),
                switch.evidence.kind,
                optimizer=optimizer.name,
                optimizer_line=optimizer.line,
                model=switch.model,
            )


def _filters(script: Script, optimizer: OptimizerBuild, made: Statement) -> bool:
    """Whether the optimizer gets those parameters alone that require gradients when it is made."""
    if "requires_grad" in (optimizer.params or ""):
        return True
    found = script.reaching(optimizer.params or "", made.index)
    return bool(found) and all("requires_grad" in text(b.value) for b in found if b.value)


_TOP = (
    "import torch\n"
    "from torch import nn\n"
    "from torch.nn.parallel import DistributedDataParallel as DDP\n"
    "from torch.distributed.fsdp import FullyShardedDataParallel as FSDP\n"
)
_SGD = "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
_TRAINABLE = "filter(lambda p: p.requires_grad, model.parameters())"
_FILTERED = f"optimizer = torch.optim.SGD({_TRAINABLE}, lr=0.1)\n"
_FREEZE = "for p in model.parameters():\n    p.requires_grad = False\n"
_UNFREEZE = "for p in model.backbone.parameters():\n    p.requires_grad = True\n"
EXAMPLES = {
    "optimizer-before-move": {
        _TOP + "model = build()\n" + _SGD + "model.cuda()\n": [(6, 6)],
        _TOP + "model = build()\n" + _SGD + "model = model.to(device)\n": [(6, 6)],
    },
    "optimizer-before-sharding": {
        _TOP + _SGD + "model = FSDP(model)\n": [(5, 5)],
        _TOP + _SGD + "sharded = FSDP(model, use_orig_params=True)\n": [(5, 5)],
    },
    "optimizer-misses-unfrozen": {
        _TOP + _FREEZE + _FILTERED + _UNFREEZE: [(8, 9)],
        _TOP + _FILTERED + "for epoch in range(9):\n"
        "    if epoch == 3:\n"
        "        model.backbone.requires_grad_(True)\n"
        "    train(model, optimizer)\n": [(8, 8)],
    },
}
COUNTEREXAMPLES = {
    "optimizer-before-move": {
        _TOP + "model = build()\nmodel.cuda()\n" + _SGD: "the model is moved first",
        _TOP + _SGD + "other.cuda()\n": "another model is moved",
        _TOP
        + _SGD.replace("(model.parameters()", "(model.parameters() if whole else head.parameters()")
        + "if not whole:\n    model.cuda()\n": "the optimizer may have others",
        _TOP + "model = build().to(device)\n" + _SGD + "model.to(device)\n": "it is there already",
    },
    "optimizer-before-sharding": {
        _TOP + "model = FSDP(model)\n" + _SGD: "the optimizer comes last",
        _TOP + _SGD + "model = DDP(model)\n": "DDP keeps the parameters",
    },
    "optimizer-misses-unfrozen": {
        _TOP + _FREEZE + _SGD + _UNFREEZE: "the optimizer has all parameters",
        _TOP + _FREEZE + _FILTERED + _UNFREEZE + _FILTERED: "a new optimizer follows",
    },
}
