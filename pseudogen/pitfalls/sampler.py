"""Samplers: told the epoch, and not together with `shuffle`."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from pseudogen.names.blocks import (
    calls_of_methods,
    has_word,
    inside,
    mentions,
    receiver,
    statement_at,
)
from pseudogen.names.iterables import unwrapped
from pseudogen.names.origins import makers
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import target
from pseudogen.patterns.data_loader import DataLoader
from pseudogen.patterns.distributed_sampler import DistributedSampler
from pseudogen.patterns.epoch_loop import EpochLoop
from pseudogen.pitfall import ERROR, WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_STEPS_BACK = 4
"""Loader, its sampler of batches, and the sampler of that; one more for a wrapped loader."""
_CALLERS = 2
"""Functions between a loop and the training step that it runs."""


@pitfall("sampler-without-set-epoch")
def check_set_epoch(findings: Findings) -> Iterator[Pitfall]:
    """A shuffling distributed sampler whose loader an epoch loop reads, never told the epoch."""
    script = findings.script
    samplers = findings.of(DistributedSampler)
    if not samplers or _may_tell_epoch(script):
        return
    for sampler in samplers:
        if sampler.shuffle != "True" or sampler.split == "validation":
            continue
        if sampler.counts_epochs is not False:
            continue
        for loader in _loaders_of(findings, sampler) if sampler.target else ():
            loop = _loop_that_reads(findings, loader)
            if loop is not None and not findings.handed_on(sampler.target, loader):
                yield report(
                    "sampler-without-set-epoch",
                    WARNING,
                    (sampler.line, sampler.end),
                    sampler.evidence.kind,
                    sampler=sampler.target,
                    loader=loader,
                    epoch=(loop.variable or "").strip("_") or None,
                    loop=loop.line,
                )
                break
        else:
            yield from _read_elsewhere(findings, sampler)


def _read_elsewhere(findings: Findings, sampler: DistributedSampler) -> Iterator[Pitfall]:
    """The loop over epochs of another function or class that trains from a loader with the
    sampler, where the script's own calls lead there."""
    script = findings.script
    loops = [loop for loop in findings.of(EpochLoop) if loop.call is None and loop.unit == "epoch"]
    for statement in _training_loops(script) if len(loops) == 1 else ():
        loader = text(unwrapped(statement.node.iter))
        names = [name for name in (loader, sampler.target) if name]
        if script.unit(statement) != "epoch" or findings.handed_on(*names):
            continue
        if sampler.line in _sampler_lines(script, statement):
            yield report(
                "sampler-without-set-epoch",
                WARNING,
                (sampler.line, sampler.end),
                sampler.evidence.kind,
                sampler=_name_there(script, sampler, statement) or f"{loader}.sampler",
                loader=loader,
                epoch=(loops[0].variable or "").strip("_") or None,
                loop=loops[0].line,
            )
            return


def _name_there(script: Script, sampler: DistributedSampler, loop: Statement) -> str | None:
    """The name of a sampler where it is one in the function of a loop, too."""
    name = sampler.target
    made = statement_at(script, sampler.line)
    shared = name is not None and (made.scope == loop.scope or name.startswith("self."))
    return name if shared else None


def _training_loops(script: Script) -> Iterator[Statement]:
    """The loops that hold a training step, or call a function that has one without a loop."""
    steps = [script.tree.statements[i] for i in script.structure.steps]
    found = [loop for step in steps for loop in _loops_around(script, step, 0)]
    seen = {loop.index: loop for loop in found if type(loop.node) is cst.For}
    yield from seen.values()


def _loops_around(script: Script, statement: Statement, depth: int) -> list[Statement]:
    loop = script.loop_around(statement)
    if loop is not None:
        return [loop, *_loops_around(script, loop, _CALLERS)]  # a loop over parts of a batch
    function = script.function_around(statement) if depth < _CALLERS else None
    if function is None:
        return []
    callers = (site.statement for site in script.calls_of(function))
    return [found for caller in callers for found in _loops_around(script, caller, depth + 1)]


def _sampler_lines(script: Script, loop: Statement) -> set[int]:
    """The lines on which the samplers of the loader that a loop reads are made."""
    lines: set[int] = set()
    waiting = [(unwrapped(loop.node.iter), loop.index)]
    for _ in range(_STEPS_BACK):
        if not waiting:
            break
        node, at = waiting.pop()
        for call, where in makers(script, node, at):
            lines.add(script.tree.statements[where].first)
            site = script.call_site(call, where, script.tree.statements[where].scope)
            given = (script.argument(site, name) for name in ("sampler", "batch_sampler"))
            waiting += [(value, where) for value in given if value is not None]
    return lines


def _may_tell_epoch(script: Script) -> bool:
    """Whether something other than a data set is told the epoch, or a framework may do it."""
    if mentions(script, ".prepare(", "setup_dataloaders", "use_distributed_sampler"):
        return True
    return any(
        script.is_a(site.node.func.value, site.scope, "dataset") is None
        for site in calls_of_methods(script, "set_epoch")
        if receiver(site)
    )


def _loaders_of(findings: Findings, sampler: DistributedSampler) -> Iterator[str]:
    """What holds the loaders that get the sampler, also from a function that makes them, and by
    way of a sampler of batches."""
    script = findings.script
    lines = {loader.line for loader in findings.of(DataLoader)}
    names = {sampler.target}
    for site in script.call_sites():
        if not any(dotted(arg.value) in names for arg in site.node.args):
            continue
        if site.name.rpartition(".")[2] == "BatchSampler":
            names |= {target(site.statement)} - {None}
            continue
        made = script.called_function(site)
        makes = made is not None and any(made.first < line <= made.end for line in lines)
        holder = target(site.statement)
        if holder and (makes or site.line in lines) and type(site.statement.node) is not cst.For:
            yield holder


def _loop_that_reads(findings: Findings, loader: str) -> EpochLoop | None:
    """The loop over epochs that trains from `loader`, with the training step in this file."""
    script = findings.script
    for loop in findings.of(EpochLoop):
        if loop.call is not None or loop.unit != "epoch":
            continue
        header = statement_at(script, loop.line)
        for statement in script.tree.below(header):
            if _reads_to_train(script, statement, header, loader):
                return loop
    return None


def _reads_to_train(script: Script, statement: Statement, loop: Statement, loader: str) -> bool:
    if _trains_over(script, statement, loader):
        return True
    return any(_trains_from(script, site, loader) for site in script.calls_in(statement))


def _trains_over(script: Script, statement: Statement, loader: str) -> bool:
    """Whether a statement is a loop over the loader with a training step in it."""
    if type(statement.node) is not cst.For or not has_word(text(statement.node.iter), loader):
        return False
    return any(inside(statement, script.tree.statements[i]) for i in script.structure.steps)


def _trains_from(script: Script, site: Site, loader: str) -> bool:
    function = script.called_function(site)
    if function is None or function.index not in script.structure.trains:
        return False
    if loader.startswith("self."):
        return any(_trains_over(script, inner, loader) for inner in script.tree.below(function))
    return any(dotted(arg.value) == loader for arg in site.node.args)


@pitfall("sampler-and-shuffle")
def check_shuffle(findings: Findings) -> Iterator[Pitfall]:
    """`DataLoader(data, sampler=sampler, shuffle=True)`: the constructor refuses it."""
    script = findings.script
    for site in script.call_sites():
        if site.known is None or site.known.api.kind != "loader" or "torch" not in site.known.name:
            continue
        sampler = script.argument(site, "sampler")
        shuffle = script.argument_text(site, "shuffle")
        if sampler is None or not (shuffle == "True" or _is_true(script, site)):
            continue
        if _is_sampler(script, sampler, site):
            yield report(
                "sampler-and-shuffle",
                ERROR,
                (site.line, site.last),
                site.known.evidence,
                sampler=text(sampler),
                shuffle=shuffle,
            )


def _is_true(script: Script, site: Site) -> bool:
    """Whether a variable passed as `shuffle` is True whichever assignment holds."""
    name = dotted(script.argument(site, "shuffle"))
    found = script.reaching(name, site.statement.index) if name else []
    return bool(found) and all(b.how == "assign" and text(b.value) == "True" for b in found)


def _is_sampler(script: Script, node: object, site: Site) -> bool:
    """Whether an expression is a sampler whichever assignment holds, and never None."""
    if type(node) is cst.Call:
        return script.is_a(node, site.scope, "sampler") is not None
    found = script.reaching(dotted(node), site.statement.index)
    return bool(found) and all(
        b.how == "assign"
        and type(b.value) is cst.Call
        and script.is_a(b.value, site.scope, "sampler") is not None
        for b in found
    )


_LOADER = (
    "from torch.utils.data import DataLoader, DistributedSampler\n"
    "train_sampler = DistributedSampler(train_set)\n"
    "train_loader = DataLoader(train_set, batch_size=32, sampler=train_sampler)\n"
)
_ELSEWHERE = (
    "from torch.utils.data import DataLoader, DistributedSampler\n"
    "def prepare(dataset):\n"
    "    return DataLoader(dataset, batch_size=32, sampler=DistributedSampler(dataset))\n"
    "class Trainer:\n"
    "    def __init__(self, loader):\n"
    "        self.loader = loader\n"
    "    def batch(self, x, y):\n"
    "        self.model(x, y).backward()\n"
    "    def epoch(self):\n"
    "        for x, y in self.loader:\n"
    "            self.batch(x, y)\n"
    "    def fit(self):\n"
    "        for epoch in range(90):\n"
    "            self.epoch()\n"
    "trainer = Trainer(prepare(data))\n"
    "trainer.fit()\n"
)
_BATCHED = _LOADER.replace("_size=32, sampler=train_sampler", "_sampler=batches").replace(
    "train_loader", "batches = BatchSampler(train_sampler, 32, True)\ntrain_loader"
)
_TRAIN = (
    "def train(loader, model):\n"
    "    for x, y in loader:\n"
    "        loss = model(x, y)\n"
    "        loss.backward()\n"
    "for epoch in range(start, epochs):\n"
    "    train(train_loader, model)\n"
)
EXAMPLES = {
    "sampler-without-set-epoch": {
        _LOADER + "for epoch in range(90):\n"
        "    for x, y in train_loader:\n"
        "        loss = criterion(model(x), y)\n"
        "        loss.backward()\n"
        "        optimizer.step()\n": [(2, 2)],
        _LOADER + _TRAIN: [(2, 2)],
        "from torch.utils.data import DataLoader, DistributedSampler\n"
        "class Trainer:\n"
        "    def __init__(self, data):\n"
        "        self.sampler = DistributedSampler(data)\n"
        "        self.loader = DataLoader(data, batch_size=32, sampler=self.sampler)\n"
        "    def train_epoch(self):\n"
        "        for x, y in self.loader:\n"
        "            self.model(x, y).backward()\n"
        "    def fit(self):\n"
        "        for epoch in range(90):\n"
        "            self.train_epoch()\n": [(4, 4)],
        _ELSEWHERE: [(3, 3)],
        _BATCHED + _TRAIN: [(2, 2)],
    },
    "sampler-and-shuffle": {
        "from torch.utils.data import DataLoader, DistributedSampler\n"
        "loader = DataLoader(data, shuffle=True, sampler=DistributedSampler(data))": [(2, 2)],
        "from torch.utils.data import DataLoader, RandomSampler\n"
        "sampler = RandomSampler(data)\n"
        "loader = DataLoader(data, 32, True, sampler)": [(3, 3)],
    },
}
COUNTEREXAMPLES = {
    "sampler-without-set-epoch": {
        _LOADER.replace("= DistributedSampler(", "= SortedDistributedSampler(")
        + _TRAIN: "a class of the project may count its rounds itself",
        "import paddle\n"
        "batches = paddle.io.DistributedBatchSampler(train_set, batch_size=8, shuffle=True)\n"
        "train_loader = paddle.io.DataLoader(train_set, batch_sampler=batches)\n"
        + _TRAIN: "it counts its rounds itself",
        _ELSEWHERE.replace(
            "    def epoch",
            "    def tell(self, n):\n        self.loader.sampler.set_epoch(n)\n    def epoch",
        ): "it is told somewhere",
        _ELSEWHERE.replace("DistributedSampler(dataset)", "RandomSampler(dataset)"): "no shards",
        _LOADER: "the loop may stand elsewhere",
        _LOADER + "for epoch in range(90):\n"
        "    train_sampler.set_epoch(epoch)\n"
        "    for x, y in train_loader:\n"
        "        model(x, y).backward()\n": "it is told",
        _LOADER.replace("(train_set)\n", "(train_set, shuffle=False)\n")
        + "for epoch in range(90):\n"
        "    for x, y in train_loader:\n"
        "        model(x, y).backward()\n": "it does not shuffle",
        _LOADER + "for epoch in range(90):\n"
        "    train_one_epoch(train_loader, model)\n": "another file may tell it",
    },
    "sampler-and-shuffle": {
        "from torch.utils.data import DataLoader, DistributedSampler\n"
        "sampler = DistributedSampler(data) if distributed else None\n"
        "loader = DataLoader(data, shuffle=sampler is None, sampler=sampler)": "one or the other",
        "from torch.utils.data import DataLoader\n"
        "loader = DataLoader(data, shuffle=True, sampler=sampler)": "the sampler may be None",
    },
}
