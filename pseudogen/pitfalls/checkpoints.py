"""Checkpoints: written once, read where they belong, with the names of the same model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import calls_of_methods, inside, mentions, receiver, statement_at
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import target
from pseudogen.names.words import words
from pseudogen.names.workers import names_rank
from pseudogen.patterns.checkpoint_save import CheckpointSave
from pseudogen.patterns.parallel_wrap import ParallelWrap
from pseudogen.pitfall import NOTE, WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_ONE = frozenset({"rank", "master", "main", "primary", "chief", "leader", "proc", "gpu", "zero"})
_ON_CPU = frozenset(
    {"cache", "cached", "rng", "scheduler", "scaler", "meta", "metadata", "tokenizer"}
)
_WHOLE = ("ddp", "dp", "accelerate")
"""Ways of training in which each process has a whole model to save."""
_DEPTH = 3


@pitfall("saved-by-all-processes")
def check_save(findings: Findings) -> Iterator[Pitfall]:
    """`torch.save` in a script of several processes, without a condition on the rank."""
    script = findings.script
    wraps = findings.of(ParallelWrap)
    if not script.workers.joins or any(w.kind not in _WHOLE for w in wraps) or not wraps:
        return
    told: list[Statement] = []
    for save in findings.of(CheckpointSave):
        statement = statement_at(script, save.line)
        if save.how != "library" or save.call.rpartition(".")[2] != "save":
            continue
        if any(name.startswith("torch.distributed.") for name in save.evidence.names):
            continue  # each process writes its own shards
        if _ONE & set(_words_of(save.path)) or _by_one(script, statement):
            continue
        if any(_beside(script, earlier, statement) for earlier in told):
            continue
        told.append(statement)
        yield report(
            "saved-by-all-processes",
            WARNING,
            (save.line, save.end),
            "flow",
            call=save.call,
            path=save.path,
            asks=_asks(script),
        )


def _asks(script: Script) -> str:
    """How the script asks whether a process is the one that saves."""
    made = script.calls_of_kind("accelerator")
    name = target(made[0].statement) if made else None
    return f"{name or 'accelerator'}.is_main_process" if made else "rank == 0"


def _beside(script: Script, earlier: Statement, statement: Statement) -> bool:
    """Whether a save stands in the block of an earlier one: one condition mends both."""
    block = earlier.parent
    return block >= 0 and inside(script.tree.statements[block], statement)


def _words_of(written: str | None) -> list[str]:
    pieces = (written or "").replace("{", " ").replace("}", " ").replace(".", " ").split()
    return [word for piece in pieces for word in words(piece)]


def _by_one(script: Script, statement: Statement, depth: int = 0) -> bool:
    """Whether one process alone comes to a statement, or whether that can't be told."""
    for header in script.tree.ancestors(statement.index):
        first = script.tree.statements[header.chain]
        if type(header.node) in (cst.If, cst.Else) and type(first.node) is cst.If:
            tests = [text(first.node.test)]
            tests += [text(header.node.test)] if type(header.node) is cst.If else []
            named = {word for test in tests for word in _words_of(test.replace("(", " "))}
            if "__name__" not in tests[0] and _ONE & named:
                return True
        if type(header.node) is cst.FunctionDef:
            return _function_by_one(script, header, statement, depth)
    return False


def _function_by_one(script: Script, function: Statement, at: Statement, depth: int) -> bool:
    for early in script.tree.below(function):
        if early.index >= at.index:
            break
        tells = type(early.node) is cst.If and script.one_process(early.node.test, early.index)
        if tells and any(type(s.node) is cst.Return for s in script.tree.below(early)):
            return True
    written = " ".join(text(d.decorator) for d in function.node.decorators)
    if _ONE & set(_words_of(written)):
        return True
    if function.index in script.workers.functions:
        return False
    callers = script.calls_of(function)
    if depth >= _DEPTH or not callers:
        return True
    return all(_by_one(script, site.statement, depth + 1) for site in callers)


def _lists_safe_ones(script: Script, site: Site) -> bool:
    """Whether a load stands in `with torch.serialization.safe_globals([...]):`, which matters only
    where nothing else is unpickled."""
    around = script.tree.ancestors(site.statement.index)
    withs = (item for h in around if type(h.node) is cst.With for item in h.node.items)
    return any("safe_globals" in text(item.item) for item in withs)


@pitfall("load-without-map-location")
def check_device(findings: Findings) -> Iterator[Pitfall]:
    """`torch.load(path)`: tensors go to the device that they were saved from."""
    script = findings.script
    sites = [
        site
        for site in _loads(script)
        if script.argument(site, "map_location") is None
        and not _no_tensors(script, site)
        and not _is_told_beside(script, site)
    ]
    if sites and (script.workers.joins or mentions(script, "load_state_dict")):
        yield report(
            "load-without-map-location",
            NOTE,
            (sites[0].line, sites[0].last),
            "api",
            call=sites[0].name,
            several=script.workers.joins and not all(_by_rank(script, s) for s in sites),
            into_state=any(_into_state(script, s) for s in sites),
            places=tuple(s.line for s in sites),
        )


def _into_state(script: Script, site: Site, whole: bool = False) -> bool:
    """Whether what is read, or a part of it, is given to something as its state; with `whole`, all
    of it at once."""
    node = site.statement.node
    assigned = type(node) is cst.Assign and node.value is site.node
    name = text(node.targets[0].target) if assigned else text(site.node)
    loads = calls_of_methods(script, "load_state_dict")
    passed = [text(s.node.args[0].value) for s in loads if s.node.args]
    return name in passed or (not whole and any(written.startswith(name) for written in passed))


def _is_told_beside(script: Script, site: Site) -> bool:
    """Whether the other branch of an `if` loads with `map_location`: this one is for the devices
    that were saved from."""
    return any(
        script.argument(other, "map_location") is not None
        and script.exclusive(other.statement, site.statement)
        for other in _loads(script)
    )


def _by_rank(script: Script, site: Site) -> bool:
    """Whether each process reads a file of its own, or one process alone reads."""
    return names_rank(site.node) or script.rank_condition(site.statement) is not None


def _no_tensors(script: Script, site: Site) -> bool:
    """Whether a statement speaks of things that lie on no accelerator."""
    written = " ".join(script.tree.lines[site.line - 1 : site.last])
    named = {word for name in re.findall(r"[A-Za-z_]\w*", written) for word in words(name)}
    return bool(_ON_CPU & named)


def _loads(script: Script) -> list[Site]:
    """The calls of `torch.load` whose arguments can all be seen."""
    return [
        site
        for site in calls_of_methods(script, "load")
        if site.known is not None
        and site.known.name == "torch.load"
        and site.known.evidence == "api"
        and not any(arg.star for arg in site.node.args)
        and not _from_memory(script, site)
        and not _in_test(script, site)
        and not _written_before(script, site)
        and script.argument(site, "pickle_module") is None
    ]


def _in_test(script: Script, site: Site) -> bool:
    """Whether a test, or a function that tests have in common, reads in order to look at what has
    been written before."""
    function = script.function_around(site.statement)
    if function is None or not any(type(s.node) is cst.Assert for s in script.tree.below(function)):
        return False
    testing = (function, *(script.function_around(c.statement) for c in script.calls_of(function)))
    return any(f is not None and f.node.name.value.startswith("test_") for f in testing)


def _from_memory(script: Script, site: Site) -> bool:
    """Whether it reads from a buffer that the script has filled itself, not from a file."""
    given = site.node.args[0].value if site.node.args else None
    name = text(given) if given is not None else ""
    values = [text(b.value) for b in script.reaching(name, site.statement.index) if b.value]
    rewound = any(receiver(s) == name for s in script.calls_of_method("seek"))
    return rewound or any("BytesIO(" in value for value in (name, *values))


def _written_before(script: Script, site: Site) -> bool:
    """Whether the same function has just written the file that it reads."""
    if not site.node.args:
        return False
    path = text(site.node.args[0].value)
    return any(
        s.scope == site.scope
        and s.statement.index < site.statement.index
        and path in [text(arg.value) for arg in s.node.args[1:]]
        for s in script.calls_of_method("save")
    )


@pitfall("load-runs-code")
def check_weights_only(findings: Findings) -> Iterator[Pitfall]:
    """`torch.load` with `weights_only=False`, or without saying."""
    script = findings.script
    told = {site.line: script.argument(site, "weights_only") for site in _loads(script)}
    sites = [site for site in _loads(script) if not _is_aware(script, site)]
    for said in (False, True):
        found = [s for s in sites if _unpickles(told[s.line], said)]
        if found:
            yield report(
                "load-runs-code",
                NOTE,
                (found[0].line, found[0].last),
                "api",
                call=found[0].name,
                said=said,
                state=all(_into_state(script, s, whole=True) for s in found),
                places=tuple(s.line for s in found),
            )


def _unpickles(given: Any, said: bool) -> bool:
    """Whether `weights_only` is said to be False, or else not said at all."""
    return given is not None and text(given) == "False" if said else given is None


def _is_aware(script: Script, site: Site) -> bool:
    """Whether a load that does not say `weights_only` has its reasons: what may be unpickled is
    listed, the caller has asked for it, or it is for versions that do not know the argument."""
    if script.argument(site, "weights_only") is not None:
        return False
    asked = "weights_only" in (script.condition(site.statement) or "")
    return asked or _lists_safe_ones(script, site) or _is_second_try(script, site)


def _is_second_try(script: Script, site: Site) -> bool:
    """Whether it stands in the handler of a `try` that calls the same function."""
    for header in script.tree.ancestors(site.statement.index):
        if type(header.node) is cst.ExceptHandler:
            tried = script.tree.statements[header.chain]
            return any(other.name == site.name for other in script.calls_below(tried))
    return False


_TOP = (
    "import torch\n"
    "import torch.distributed as dist\n"
    "from torch.nn.parallel import DistributedDataParallel as DDP\n"
    "dist.init_process_group('nccl')\n"
    "rank = dist.get_rank()\n"
)
_WRAP = "model = DDP(model, device_ids=[rank])\n"
_SAVE = "torch.save(model.state_dict(), 'checkpoint.pt')\n"
_ACCELERATED = (
    "import torch\n"
    "from accelerate import Accelerator\n"
    "accelerator = Accelerator()\n"
    "model, optimizer, loader = accelerator.prepare(model, optimizer, loader)\n"
)
EXAMPLES = {
    "saved-by-all-processes": {
        _TOP + _WRAP + _SAVE: [(7, 7)],
        _TOP + _WRAP + "def save(epoch):\n    torch.save(model.state_dict(), f'epoch{epoch}.pt')\n"
        "save(3)\n": [(8, 8)],
        _TOP + _WRAP + "class Trainer:\n    def fit(self):\n        for epoch in range(9):\n"
        "            torch.save(model.state_dict(), 'last.pt')\n"
        "            if epoch == 8:\n                torch.save(model.state_dict(), 'end.pt')\n"
        "Trainer().fit()\n": [(10, 10)],
        _ACCELERATED + "torch.save(accelerator.unwrap_model(model).state_dict(), 'a.pt')\n": [
            (5, 5)
        ],
    },
    "load-without-map-location": {
        "import torch\nnet.load_state_dict(torch.load('a.pt', weights_only=True))": [(2, 2)],
        _TOP + "a = torch.load('a.pt', weights_only=True)\nb = torch.load('b.pt')\n": [(6, 6)],
    },
    "load-runs-code": {
        "import torch\nstate = torch.load('a.pt', map_location='cpu')": [(2, 2)],
        "import torch\nstate = torch.load('a.pt', weights_only=False)": [(2, 2)],
        "import torch\nstate = torch.load('a.pt')\nrest = torch.load('b.pt', weights_only=False)": [
            (2, 2),
            (3, 3),
        ],
    },
}
COUNTEREXAMPLES = {
    "saved-by-all-processes": {
        _TOP + _WRAP + "if rank == 0:\n    " + _SAVE: "one process saves",
        _TOP + _WRAP + "torch.save(model.state_dict(), f'checkpoint_{rank}.pt')\n": (
            "each process has a file of its own"
        ),
        _ACCELERATED + "if accelerator.is_main_process:\n    " + _SAVE: "one of them saves",
        _TOP + _WRAP + "def save():\n    " + _SAVE: "the caller may ask for the rank",
        _TOP + _WRAP + "import torch.distributed.checkpoint as dcp\n"
        "dcp.save({'model': model.state_dict()}, checkpoint_id=folder)\n": "each has its shards",
    },
    "load-without-map-location": {
        "import torch\nnet.load_state_dict(torch.load('a.pt', map_location='cpu'))": (
            "it says where to"
        ),
        "import torch\nnet.load_state_dict(torch.load('a.pt', **options))": (
            "it may be among the options"
        ),
        "import torch\n"
        "if gpu is None:\n"
        "    state = torch.load('a.pt')\n"
        "else:\n"
        "    state = torch.load('a.pt', map_location=f'cuda:{gpu}')\n"
        "net.load_state_dict(state)\n": "the other branch says where to",
        "import torch\nshape = torch.load(meta_file(path))['shape']\n"
        "net.load_state_dict(state)\n": "there are no tensors in it",
    },
    "load-runs-code": {
        "import torch\nstate = torch.load('a.pt', weights_only=True)": "only weights are read",
        "import torch\n"
        "with torch.serialization.safe_globals([Net]):\n"
        "    net = torch.load('a.pt')": ("what may be unpickled is listed"),
        "import torch\nstate = torch.load('a.pt', weights_only=safe)": "the script decides",
        "import io\nimport torch\nstate = torch.load(io.BytesIO(message))": "it reads no file",
        "import torch\nmessage.seek(0)\nstate = torch.load(message)": "a buffer",
        "import torch\ntorch.save(state, path)\nstate = torch.load(path)": "its own file",
        "import torch\nstate = torch.load(path, pickle_module=own)": "another module reads",
        "import torch\n"
        "def test_saving(tmp_path):\n"
        "    save(tmp_path / 'a.pt')\n"
        "    assert torch.load(tmp_path / 'a.pt')\n": "the test has written it",
        "import torch\n"
        "def compare(path):\n"
        "    assert torch.load(path) == expected\n"
        "def test_saving(tmp_path):\n"
        "    compare(save(tmp_path / 'a.pt'))\n": "a test compares by it what it has written",
        "import torch\n"
        "try:\n"
        "    state = torch.load('a.pt', weights_only=True)\n"
        "except TypeError:\n"
        "    state = torch.load('a.pt')\n": "older versions do not know the argument",
        "import torch\n"
        "def read(path, weights_only):\n"
        "    if not weights_only:\n"
        "        return torch.load(path)\n": "the caller decides",
    },
}
