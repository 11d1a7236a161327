"""Names of saved weights: with or without the prefix of a wrapper, as they are read later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import calls_of_methods, mentions, receiver
from pseudogen.names.origins import attribute_bindings
from pseudogen.names.script import Script, Site
from pseudogen.patterns.checkpoint_resume import CheckpointResume
from pseudogen.patterns.checkpoint_save import CheckpointSave
from pseudogen.pitfall import WARNING, Findings, Pitfall, pitfall, report
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Binding, Statement

_PREFIX = ('"module."', "'module.'", "consume_prefix")
_DEPTH = 2
"""What a script writes that takes the prefix away, or puts it in front, itself."""


@dataclass(frozen=True, slots=True)
class _State:
    """A call that gives out or reads a state: the name of the model behind it, and the statement
    that has wrapped it where the names of the state begin with the prefix."""

    site: Site
    model: str
    wrap: Statement | None


@pitfall("checkpoint-module-prefix")
def check_prefix(findings: Findings) -> Iterator[Pitfall]:
    """The wrapped model's state is saved and the bare model reads it, or the other way round."""
    script = findings.script
    if not findings.of(CheckpointResume) or mentions(script, *_PREFIX):
        return
    loads = [s for s in _states(script, "load_state_dict") if "pretrain" not in text(s.site.node)]
    for saved in _saved(findings):
        same = [load for load in loads if load.model == saved.model]
        if not same or any((load.wrap is None) is (saved.wrap is None) for load in same):
            continue
        wrap = saved.wrap or same[0].wrap or _wrap_below(script, saved)
        if wrap is None or (saved.wrap is not None and mentions(script, ".module.state_dict")):
            continue
        yield report(
            "checkpoint-module-prefix",
            WARNING,
            (saved.site.line, saved.site.last),
            "flow",
            model=saved.model,
            wrap_line=wrap.first,
            condition=script.condition(wrap),
            load=text(same[0].site.node.func),
            load_line=same[0].site.line,
            prefixed=saved.wrap is not None,
        )
        return


def _saved(findings: Findings) -> list[_State]:
    """The states that go into checkpoints; those that stand beside others in one come first, and
    alone, since these are what training goes on from."""
    saves = findings.of(CheckpointSave)
    whole = [s for s in saves if len(s.contents or ()) > 1]
    states = _states(findings.script, "state_dict")
    kept = [s for s in states if any(c.line <= s.site.line <= c.end for c in whole or saves)]
    return kept or [s for s in states if type(s.site.statement.node) is cst.Assign]


def _states(script: Script, method: str) -> list[_State]:
    found = (_state(script, site) for site in calls_of_methods(script, method) if receiver(site))
    return [state for state in found if state is not None]


def _state(script: Script, site: Site) -> _State | None:
    """What a call speaks of; None where the script does not wrap that."""
    name = receiver(site)
    if name.endswith(".module"):
        return _State(site, name.removesuffix(".module"), None)
    wrap = _wrap_before(script, name, site)
    if wrap is not None:
        return _State(site, name, wrap)
    bare = _alias(script, name, site)
    return _State(site, bare or name, None)


def _alias(script: Script, name: str, site: Site) -> str | None:
    """`model` where `bare_model = model` or `bare_model = model.module` holds."""
    found = script.reaching(name, site.statement.index)
    found = found or attribute_bindings(script, name, site.scope)
    values = {
        text(b.value).removesuffix(".module")
        for b in found
        if b.how == "assign" and type(b.value) in (cst.Name, cst.Attribute)
    }
    return values.pop() if found and len(values) == 1 else None


def _wrap_before(script: Script, name: str, site: Site) -> Statement | None:
    """The statement that has wrapped a model when a call runs."""
    here = script.reaching(name, site.statement.index)
    own = here or attribute_bindings(script, name, site.scope)
    for binding in own:
        statement = script.tree.statements[binding.statement]
        if _is_wrap(script, binding, statement) and _comes_before(script, statement, site):
            return statement
        passed = _wrap_passed(script, binding) if binding.how == "parameter" else None
        if passed is not None:
            return passed
    return None


def _wrap_passed(script: Script, parameter: Binding) -> Statement | None:
    """The statement that has wrapped what the script passes for a parameter."""
    for node, at in script.passed(parameter):
        for binding in script.reaching(dotted(node), at) if node is not None else ():
            statement = script.tree.statements[binding.statement]
            if _is_wrap(script, binding, statement):
                return statement
    return None


def _is_wrap(script: Script, binding: Binding, statement: Statement) -> bool:
    return _is_wrapped(script, binding.value, statement, 0)


def _is_wrapped(script: Script, value: Any, statement: Statement, depth: int) -> bool:
    """Whether a value is a wrapped model: made here, or by a function of the script that returns
    nothing else."""
    if type(value) is not cst.Call:
        return False
    site = script.call_site(value, statement.index, statement.scope)
    function = script.called_function(site) if depth < _DEPTH else None
    if function is not None:
        return _returns_wrapped(script, function, depth + 1)
    known = script.known(value.func, statement.scope)
    if known is None or known.api.kind != "wrap" or known.api.traits.get("names") == "bare":
        return False
    return known.api.traits.get("wrap") in ("ddp", "dp")


def _returns_wrapped(script: Script, function: Statement, depth: int) -> bool:
    found = [
        s
        for s in script.tree.below(function)
        if type(s.node) is cst.Return and script.function_around(s) is function
    ]
    return bool(found) and all(_gives_wrapped(script, s, depth) for s in found)


def _gives_wrapped(script: Script, statement: Statement, depth: int) -> bool:
    """Whether a `return` gives a wrapped model, whichever assignment to its name holds."""
    value = statement.node.value
    if type(value) is not cst.Name:
        return _is_wrapped(script, value, statement, depth)
    bindings = script.reaching(value.value, statement.index)
    return bool(bindings) and all(
        b.how == "assign"
        and _is_wrapped(script, b.value, script.tree.statements[b.statement], depth)
        for b in bindings
    )


def _comes_before(script: Script, wrap: Statement, site: Site) -> bool:
    """Whether a wrap has happened when a call runs, in the same function or in one that the
    wrapping one calls."""
    if wrap.scope == site.scope:
        return wrap.index < site.statement.index
    function = script.function_around(site.statement)
    callers = script.calls_of(function) if function is not None else []
    beside = [caller.statement.index for caller in callers if caller.scope == wrap.scope]
    return all(index > wrap.index for index in beside)


def _wrap_below(script: Script, saved: _State) -> Statement | None:
    """A wrap of the model anywhere, for a bare state that a wrapped model reads."""
    for scope in script.tree.scopes:
        for binding in scope.bindings.get(saved.model, ()):
            statement = script.tree.statements[binding.statement]
            if _is_wrap(script, binding, statement):
                return statement
    return None


_TOP = (
    "import torch\n"
    "import torch.distributed as dist\n"
    "from torch.nn.parallel import DistributedDataParallel as DDP\n"
    "dist.init_process_group('nccl')\n"
    "rank = dist.get_rank()\n"
)
_WRAP = "model = DDP(model, device_ids=[rank])\n"
_RESUME = (
    "if args.resume:\n"
    "    checkpoint = torch.load(args.resume, map_location='cpu', weights_only=True)\n"
    "    start_epoch = checkpoint['epoch']\n"
    "    model.load_state_dict(checkpoint['model'])\n"
)
_STATE = "torch.save({'epoch': epoch, 'model': model.state_dict()}, args.resume)\n"
_BARE = (
    "bare_model = model\n"
    "if args.distributed:\n"
    "    model = DDP(model, device_ids=[rank])\n"
    "    bare_model = model.module\n"
)
_CLASS = (
    "class Trainer:\n"
    "    def __init__(self, net):\n"
    "        self.net = DDP(net, device_ids=[rank])\n"
    "        if args.resume:\n"
    "            self.resume(args.resume)\n"
    "    def resume(self, path):\n"
    "        checkpoint = torch.load(path, map_location='cpu', weights_only=True)\n"
    "        self.start_epoch = checkpoint['epoch']\n"
    "        self.net.load_state_dict(checkpoint['model'])\n"
    "    def save(self, epoch):\n"
    "        torch.save({'epoch': epoch, 'model': self.net.module.state_dict()}, args.resume)\n"
)
EXAMPLES = {
    "checkpoint-module-prefix": {
        _TOP + _RESUME + _WRAP + "if rank == 0:\n    " + _STATE: [(12, 12)],
        _TOP + _RESUME + "model = torch.nn.DataParallel(model)\n" + _STATE: [(11, 11)],
        _TOP + _WRAP + _RESUME + _STATE.replace("model.state", "model.module.state"): [(11, 11)],
        _TOP + _BARE + _RESUME.replace("model.load", "bare_model.load") + _STATE: [(14, 14)],
        _TOP + _CLASS: [(16, 16)],
    },
}
COUNTEREXAMPLES = {
    "checkpoint-module-prefix": {
        _TOP + _RESUME + _WRAP + _STATE.replace("model.state", "model.module.state"): (
            "the bare model is saved"
        ),
        _TOP + _WRAP + _RESUME + _STATE: "the wrapped model reads it again",
        _TOP
        + _WRAP
        + _RESUME.replace("model.load", "model.module.load")
        + _STATE.replace("model.state", "model.module.state"): "the bare one reads it again",
        _TOP
        + _BARE
        + _RESUME.replace("model.load", "bare_model.load")
        + _STATE.replace("model.state", "bare_model.state"): "both are the bare model",
        _TOP + _CLASS.replace("net.module", "net"): "both are the wrapped model",
        _TOP
        + "def resume(model):\n"
        + _RESUME.replace("\n", "\n    ").replace("if args", "    if args", 1).rstrip(" ")
        + _WRAP
        + "resume(model)\n"
        + _STATE: "the wrapped model is passed",
    },
}
