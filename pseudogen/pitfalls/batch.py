"""Batch sizes divided among processes: twice, with a rest, for one machine only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import has_word, inside, statement_at
from pseudogen.names.script import Script
from pseudogen.names.words import words
from pseudogen.patterns.batch_division import BatchDivision
from pseudogen.patterns.data_loader import DataLoader
from pseudogen.pitfall import ERROR, NOTE, WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_NODES = frozenset({"nodes", "nnodes", "machines", "nnode"})


@pitfall("batch-divided-again")
def check_again(findings: Findings) -> Iterator[Pitfall]:
    """`batch_size //= world_size` in a loop that does not set `batch_size` anew."""
    script = findings.script
    for division in findings.of(BatchDivision):
        if division.target is None or division.target != division.batch:
            continue
        statement = statement_at(script, division.line)
        loop = script.loop_around(statement)
        if loop is not None and _goes_on(script, loop, statement, division.batch):
            yield report(
                "batch-divided-again",
                ERROR,
                (division.line, division.end),
                division.evidence.kind if division.evidence.kind == "api" else "flow",
                batch=division.batch,
                processes=division.processes,
                loop=loop.first,
                over=text(loop.node.iter) if type(loop.node) is cst.For else None,
            )


def _goes_on(script: Script, loop: Statement, division: Statement, batch: str) -> bool:
    """Whether the quotient of one round is what the next round divides: nothing in the loop sets
    the name anew, and the loop does not end with the round."""
    bindings = script.resolver.bindings(batch, division.scope)
    again = [b for b in bindings if loop.index <= b.statement < loop.after]
    ends = any(
        type(s.node) in (cst.Break, cst.Return) and s.parent in (loop.index, division.parent)
        for s in script.tree.below(loop)
    )
    once = any(
        type(header.node) in (cst.If, cst.Else) and inside(loop, header)
        for header in script.tree.ancestors(division.index)
    )
    conditional = once and not _about_distribution(script, division, loop)
    return len(again) == 1 and not ends and not conditional


def _about_distribution(script: Script, statement: Statement, loop: Statement) -> bool:
    """Whether the conditions in the loop only ask whether the run is distributed, which does not
    change from round to round."""
    condition = script.condition(statement, beyond=script.tree.statements[loop.index + 1])
    return condition is None or set(words(condition)) <= {"distributed", "args", "ddp", "is"}


@pitfall("batch-remainder")
def check_remainder(findings: Findings) -> Iterator[Pitfall]:
    """A batch size that is not a multiple of the divisor, or that nothing checks."""
    script = findings.script
    told: set[tuple[str, str]] = set()
    for division in findings.of(BatchDivision):
        batch, count = division.batch_value, division.processes_value
        if not division.drops_rest or _is_checked(script, division):
            continue
        if "per_device" in (division.target or "") and division.processes.startswith("max("):
            continue  # the product of the two, taken apart again
        if batch is None or count is None:
            pair = (division.batch, division.processes)
            if pair in told or not findings.of(DataLoader) or not script.structure.steps:
                continue
            told.add(pair)
            severity, each = NOTE, None
        elif count <= 0 or batch % count == 0:
            continue
        else:
            each = int(batch // count)
            severity = WARNING if each else ERROR
        yield report(
            "batch-remainder",
            severity,
            (division.line, division.end),
            division.evidence.kind,
            batch=division.batch,
            processes=division.processes,
            batch_value=batch if each is not None else None,
            processes_value=count if each is not None else None,
            each=each,
            plain=" " not in division.processes,
            machine=division.counts == "machine",
            per=division.per,
        )


def _is_checked(script: Script, division: BatchDivision) -> bool:
    """Whether the script takes a remainder with this batch size, or corrects the quotient."""
    names = (division.batch, division.batch.rpartition(".")[2])
    for place in script.tree.occurrences[cst.BinaryOperation]:
        if type(place.node.operator) is cst.Modulo or _is_multiple(place.node):
            left = text(place.node.left).partition(" // ")[0]
            if any(has_word(left, name) or left.endswith(name) for name in names):
                return True
            if text(place.node.right) == division.processes and _is_batch(left):
                return True  # under the name that it has elsewhere
    return any(
        site.name in ("max", "divmod") and any(has_word(text(site.node), name) for name in names)
        for site in script.call_sites()
    )


def _is_batch(name: str) -> bool:
    return bool({"batch", "bs", "bsz"} & set(words(name)))


def _is_multiple(node: Any) -> bool:
    """`x // n * n`, which is a multiple of `n`; the size that comes out divides."""
    if type(node.operator) is not cst.Multiply or type(node.left) is not cst.BinaryOperation:
        return False
    divides = type(node.left.operator) is cst.FloorDivide
    return divides and text(node.left.right) == text(node.right)


@pitfall("batch-divided-by-one-machine")
def check_machine(findings: Findings) -> Iterator[Pitfall]:
    """A division by the GPUs of one machine in a script that knows of several machines."""
    script = findings.script
    for division in findings.of(BatchDivision):
        if division.counts != "machine" or division.per != "process":
            continue
        nodes = _machines(script, division.processes)
        if nodes is None:
            continue
        yield report(
            "batch-divided-by-one-machine",
            NOTE,
            (division.line, division.end),
            division.evidence.kind,
            batch=division.batch,
            processes=division.processes,
            total=nodes[1],
            total_line=nodes[0],
        )


def _machines(script: Script, processes: str) -> tuple[int, str] | None:
    """The line and text where the number of processes is multiplied by that of machines."""
    for place in script.tree.occurrences[cst.BinaryOperation]:
        if type(place.node.operator) is not cst.Multiply:
            continue
        sides = (text(place.node.left), text(place.node.right))
        counts = [set(words(side)) for side in sides]
        gpus = any({"per", "node"} <= c or {"device", "count"} <= c for c in counts)
        gpus = gpus or processes in sides
        if gpus and any(c & _NODES or {"world", "size"} <= c for c in counts):
            return script.tree.statements[place.statement].first, text(place.node)
    return None


_LOOP = "for phase in (1, 2):\n    batch_size = batch_size // world_size\n    fit(batch_size)\n"
_LAUNCH = "args.world_size = ngpus_per_node * args.world_size\n"
EXAMPLES = {
    "batch-divided-again": {
        _LOOP: [(2, 2)],
        "for epoch in range(epochs):\n"
        "    if distributed:\n"
        "        batch_size //= ngpus_per_node\n"
        "    train(batch_size)\n": [(3, 3)],
    },
    "batch-remainder": {
        "batch_size = 30\nworld_size = 4\nbatch_size = batch_size // world_size": [(3, 3)],
        "batch_size = 4\nworld_size = 8\nper_gpu = batch_size // world_size": [(3, 3)],
        "from torch.utils.data import DataLoader\n"
        "loader = DataLoader(data, batch_size=args.batch_size // world_size)\n"
        "for x, y in loader:\n    model(x, y).backward()\n": [(2, 2)],
    },
    "batch-divided-by-one-machine": {
        _LAUNCH + "args.batch_size = int(args.batch_size / ngpus_per_node)": [(2, 2)],
        "import torch\n"
        "gpus = torch.cuda.device_count()\n"
        "world_size = num_nodes * torch.cuda.device_count()\n"
        "per_process = batch_size // torch.cuda.device_count()": [(4, 4)],
    },
}
COUNTEREXAMPLES = {
    "batch-divided-again": {
        "batch_size = batch_size // world_size": "it happens once",
        "for phase in (1, 2):\n"
        "    batch_size = sizes[phase]\n"
        "    batch_size = batch_size // world_size\n": "each round sets it anew",
        "for phase in (1, 2):\n"
        "    if phase == 2:\n"
        "        batch_size = batch_size // world_size\n": "one round alone divides",
    },
    "batch-remainder": {
        "batch_size = 32\nworld_size = 4\nbatch_size = batch_size // world_size": "it divides",
        "if distributed:\n    batch_size = batch_size // world_size": "the loop is not in view",
        "from torch.utils.data import DataLoader\n"
        "assert args.batch_size % world_size == 0\n"
        "loader = DataLoader(data, batch_size=args.batch_size // world_size)\n"
        "for x, y in loader:\n    model(x, y).backward()\n": "it is checked",
        "from torch.utils.data import DataLoader\n"
        "args.batch_size = args.batch_size // world_size * world_size\n"
        "loader = DataLoader(data, batch_size=args.batch_size // world_size)\n"
        "for x, y in loader:\n    model(x, y).backward()\n": "it was made a multiple",
        "from torch.utils.data import DataLoader\n"
        "bs = options.batch_size\n"
        "loader = DataLoader(data, batch_size=bs // world_size)\n"
        "for x, y in loader:\n    model(x, y).backward()\n"
        "def main(options):\n"
        "    assert options.batch_size % world_size == 0\n": "it is checked under another name",
    },
    "batch-divided-by-one-machine": {
        "args.batch_size = int(args.batch_size / ngpus_per_node)": "one machine is all there is",
        _LAUNCH + "args.batch_size = args.batch_size // args.world_size": "it counts all",
    },
}
