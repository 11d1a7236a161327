"""Devices of several processes: chosen before anything is put onto them."""

from __future__ import annotations

from collections.abc import Iterator

from pseudogen.names.arguments import string
from pseudogen.names.blocks import calls_of_methods, mentions, method, receiver
from pseudogen.names.evidence import NAME
from pseudogen.names.script import Script, Site
from pseudogen.pitfall import WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.text import text


@pitfall("device-set-too-late")
def check_device(findings: Findings) -> Iterator[Pitfall]:
    """`model.cuda()` first, `torch.cuda.set_device(local_rank)` afterwards."""
    script = findings.script
    if not script.workers.joins or mentions(script, "CUDA_VISIBLE_DEVICES"):
        return
    chosen = [s for s in calls_of_methods(script, "set_device") if _is_of_torch(script, s)]
    for site in calls_of_methods(script, "cuda", "to") if chosen else ():
        role = script.is_a(site.node.func.value, site.scope, "model") if receiver(site) else None
        same = [s for s in chosen if s.scope == site.scope]
        if role is None or role.kind == NAME or not same or not _goes_to_first(site):
            continue
        if same[0].statement.index < site.statement.index:
            continue
        if script.exclusive(site.statement, same[0].statement):
            continue
        yield report(
            "device-set-too-late",
            WARNING,
            (site.line, site.last),
            "flow",
            call=text(site.node),
            model=receiver(site),
            choice=text(same[0].node),
            choice_line=same[0].line,
        )
        return


def _is_of_torch(script: Script, site: Site) -> bool:
    full = script.resolver.qualified(site.name, site.scope) if site.name else ()
    return bool(site.node.args) and any(name == "torch.cuda.set_device" for name in full)


def _goes_to_first(site: Site) -> bool:
    """Whether a call puts a model onto the current GPU, whichever that is: the first one, as long
    as no other has been chosen."""
    given = [arg.value for arg in site.node.args]
    if method(site) == "cuda":
        return not given
    return len(given) == 1 and string(given[0]) == "cuda"


_TOP = (
    "import os\n"
    "import torch\n"
    "import torch.distributed as dist\n"
    "from torch.nn.parallel import DistributedDataParallel as DDP\n"
    "local_rank = int(os.environ['LOCAL_RANK'])\n"
    "dist.init_process_group('nccl')\n"
    "model = torch.nn.Linear(8, 2)\n"
)
_SET = "torch.cuda.set_device(local_rank)\n"
_WRAP = "model = DDP(model, device_ids=[local_rank])\n"
EXAMPLES = {
    "device-set-too-late": {
        _TOP + "model = model.cuda()\n" + _SET + _WRAP: [(8, 8)],
        _TOP + "model.to('cuda')\n" + _SET + _WRAP: [(8, 8)],
    },
}
COUNTEREXAMPLES = {
    "device-set-too-late": {
        _TOP + _SET + "model = model.cuda()\n" + _WRAP: "the device is chosen first",
        _TOP + "model = model.cuda(local_rank)\n" + _SET + _WRAP: "it goes to its own device",
        _TOP.replace("dist.init_process_group('nccl')\n", "") + "model.cuda()\n" + _SET: (
            "there is one process"
        ),
    },
}
