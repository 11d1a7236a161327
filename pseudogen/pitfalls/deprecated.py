"""Calls that PyTorch still has and advises against: one report for each kind in a file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pseudogen.names.arguments import string
from pseudogen.names.blocks import calls_of_methods, mentions
from pseudogen.names.script import Script
from pseudogen.pitfall import NOTE, Findings, Pitfall, pitfall, report
from pseudogen.regex import regex

_LAUNCH = regex(
    r"(-m[\s'\",]+torch\.distributed\.launch|^(?!.*://).*distributed/launch\.py)\b"
    r"(?!\s*(\.\.\.|…))"
)
"""A command, not the mention of the module in a remark or the address of its source."""


@pitfall("deprecated-amp")
def check_amp(findings: Findings) -> Iterator[Pitfall]:
    """`torch.cuda.amp.autocast()` and `torch.cuda.amp.GradScaler()`."""
    script = findings.script
    sites = [
        site
        for site in calls_of_methods(script, "autocast", "GradScaler")
        if site.known is not None
        and site.known.evidence == "api"
        and site.known.name.startswith(("torch.cuda.amp.", "torch.cpu.amp."))
        and not _falls_back(script, site.known.name.rpartition(".")[2])
    ]
    for device in ("cuda", "cpu"):
        found = [(s, s.known.name) for s in sites if s.known is not None]
        found = [(s, name) for s, name in found if name.startswith(f"torch.{device}.")]
        if not found:
            continue
        line = found[0][0].line
        yield report(
            "deprecated-amp",
            NOTE,
            (line, line),
            "api",
            functions=tuple(dict.fromkeys(name.rpartition(".")[2] for _, name in found)),
            device=device,
            by_position=any(
                name.endswith("autocast") and s.node.args and s.node.args[0].keyword is None
                for s, name in found
            ),
            places=tuple(dict.fromkeys(s.line for s, _ in found)),
        )


def _falls_back(script: Script, function: str) -> bool:
    """Whether the script has the new function too, and the old one for older versions only."""
    return mentions(script, f"torch.amp.{function}", f"torch.{function}", "torch.amp import")


@pitfall("deprecated-launch")
def check_launch(findings: Findings) -> Iterator[Pitfall]:
    """`python -m torch.distributed.launch`."""
    script = findings.script
    if not mentions(script, "torch.distributed.launch", "distributed/launch.py"):
        return
    lines = [n for n, line in enumerate(script.tree.lines, 1) if _launches(line)]
    if lines and "torchrun" not in script.tree.text:
        yield report("deprecated-launch", NOTE, (lines[0], lines[0]), "api", places=tuple(lines))


def _launches(line: str) -> bool:
    """Whether a line has the command, and not in a remark."""
    found = _LAUNCH.search(line)
    return found is not None and "#" not in line[: found.start()]


@pitfall("local-rank-argument")
def check_argument(findings: Findings) -> Iterator[Pitfall]:
    """`parser.add_argument("--local_rank")`, which torchrun does not pass."""
    script = findings.script
    if mentions(script, "LOCAL_RANK", "deepspeed"):
        return  # the launcher of DeepSpeed passes the argument
    for site in calls_of_methods(script, "add_argument"):
        names = [string(arg.value) for arg in site.node.args if arg.keyword is None]
        if "--local_rank" not in names or "--local-rank" in names or not script.workers.joins:
            continue
        if re.search(r"\.local_rank\b(?!\s*=[^=])", script.tree.text):
            yield report(
                "local-rank-argument", NOTE, (site.line, site.last), "flow", name="--local_rank"
            )
            return


_JOIN = "import torch.distributed as dist\ndist.init_process_group('nccl')\n"
EXAMPLES = {
    "deprecated-amp": {
        "import torch\nscaler = torch.cuda.amp.GradScaler()\n"
        "with torch.cuda.amp.autocast():\n    loss = model(x)\n": [(2, 2)],
        "from torch.cuda.amp import autocast\nwith autocast():\n    loss = model(x)\n": [(2, 2)],
    },
    "deprecated-launch": {
        '"""python -m torch.distributed.launch --nproc_per_node=8 train.py"""\n': [(1, 1)],
        "x = 1\ncommand = ['python', '-m', 'torch.distributed.launch']\n": [(2, 2)],
    },
    "local-rank-argument": {
        _JOIN + "parser.add_argument('--local_rank', type=int)\nuse(args.local_rank)\n": [(3, 3)],
        _JOIN + "parser.add_argument(\n    '--local_rank',\n    default=0,\n)\n"
        "device = parser.parse_args().local_rank\n": [(3, 6)],
    },
}
COUNTEREXAMPLES = {
    "deprecated-amp": {
        "import torch\nscaler = torch.amp.GradScaler('cuda')\n": "that is the new one",
        "from apex import amp\nwith amp.scale_loss(loss, optimizer) as scaled:\n"
        "    scaled.backward()\n": "another library",
    },
    "deprecated-launch": {
        '"""torchrun --nproc-per-node 8 train.py"""\n': "that is the new one",
        "from torch.distributed.launcher import elastic_launch\n": "another module",
        "# torch.distributed.launch sets LOCAL_RANK, too\n": "a remark",
        "# VARIANT=1 python -m torch.distributed.launch ...\n": "a remark on a variable",
        "# python -m torch.distributed.launch --nproc_per_node=8 train.py\n": "a remark",
        "# From https://example.org/torch/distributed/launch.py\n": "an address",
    },
    "local-rank-argument": {
        _JOIN + "import os\nparser.add_argument('--local_rank')\nos.environ['LOCAL_RANK']\n": (
            "the variable is read, too"
        ),
        "parser.add_argument('--local_rank', type=int)\n": "no group is joined",
        "import deepspeed\ndeepspeed.init_distributed()\n"
        "parser.add_argument('--local_rank', type=int)\nuse(args.local_rank)\n": (
            "the launcher of DeepSpeed passes it"
        ),
        _JOIN + "parser.add_argument('--local_rank', type=int)\n": "it is read nowhere here",
    },
}
