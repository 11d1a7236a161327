"""device-selection: the device is chosen or made current."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.arguments import string
from pseudogen.names.devices import FAMILIES, Choice, choice_of
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.runs import run_from
from pseudogen.names.script import Script, Site
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_DENIAL = re.compile(r"\bnot (?!in\b)")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSelection(Finding):
    """Facts of a choice of device.

    Attributes:
        form: "device" (a device object or its name), "current" (the process's current device),
            "block" (current as long as a block runs),
            "visible" (which devices the process sees) or "flag" (whether one is used at all).
        target: What receives the choice; None for a call that only sets it.
        choices: The expressions it may be, in the order of the script.
        families: Of cuda, cpu, mps..., those named.
        none: Whether it makes no device visible at all.
        branches: The condition of each choice where they are those of one `if`, in order, "" for
            its `else`; () where they are not.
        test: The condition inside the expression by which the choice falls; None without one.
        falls_back: Whether the CPU is taken where no accelerator is available.
        per_process: Whether it depends on the rank, so that each process has a device of its own.
        condition: The condition under which it is done, that of its branch apart from `branches`.
    """

    pattern: ClassVar[str] = "device-selection"

    form: str
    target: str | None
    choices: tuple[str, ...]
    families: tuple[str, ...]
    none: bool = False
    branches: tuple[str, ...] = ()
    test: str | None = None
    falls_back: bool = False
    per_process: bool = False
    condition: str | None = None


@pattern(DeviceSelection, statements=(cst.Assign, cst.AnnAssign, cst.Expr, cst.Return, cst.With))
def findchoice_of(site: Site, script: Script) -> Iterator[DeviceSelection]:
    """`device = torch.device(...)`, `torch.cuda.set_device(rank)`; branches of a choice are one."""
    choice = choice_of(script, site.statement)
    if choice is None:
        return
    run = (
        run_from(script.tree, site.statement, lambda s: _same(choice_of(script, s), choice))
        if choice.form == "device" and type(site.node) is cst.Assign
        else [site.statement]
    )
    if not run:
        return
    if choice.evidence.kind == NAME and not _whole(run, choice, script):
        return
    values = [c.value for c in (choice_of(script, s) for s in run) if c is not None]
    families = _families(values)
    index = site.statement.index
    branches = _branches(run, values, script)
    around = script.tree.statements[run[0].parent] if branches else site.statement
    test = _test(values[0]) if len(values) == 1 else None
    none = choice.form == "visible" and text(choice.value) in ("[]", "'-1'", '"-1"', "''", '""')
    yield DeviceSelection(
        line=site.line,
        end=run[-1].last,
        evidence=choice.evidence,
        form=choice.form,
        target=choice.target,
        choices=tuple(dict.fromkeys(text(value) for value in values)),
        families=families,
        none=none,
        branches=branches,
        test=test,
        falls_back=choice.form == "device"
        and "cpu" in families
        and _asks_availability(_tests(values) if len(values) == 1 else "", run, script),
        per_process=any(_by_rank(value, index, script) for value in values),
        condition=script.condition(around),
    )


def _whole(run: list[Statement], choice: Choice, script: Script) -> bool:
    """Whether a choice between branches has all of them: none gives the name something else."""
    if len(run) < 2 or choice.target is None or run[0].parent < 0:
        return True
    first = script.tree.statements[run[0].parent]
    if type(first.node) is not cst.If:
        return True
    end = max(clause.after for clause in (first, *script.tree.clauses(first)))
    indexes = {statement.index for statement in run}
    bound = script.resolver.bindings(choice.target, run[0].scope)
    return not any(first.index < b.statement < end and b.statement not in indexes for b in bound)


def _branches(run: list[Statement], values: list[Any], script: Script) -> tuple[str, ...]:
    """The conditions of the branches of one `if`, of which each makes one choice of its own."""
    first = script.tree.statements[run[0].parent] if run[0].parent >= 0 else None
    if first is None or type(first.node) is not cst.If or len(run) < 2:
        return ()
    headers = [first, *script.tree.clauses(first)]
    if [s.parent for s in run] != [h.index for h in headers] or type(headers[-1].node) is cst.If:
        return ()
    if len({text(value) for value in values}) < len(values):
        return ()
    return tuple(text(h.node.test) if type(h.node) is cst.If else "" for h in headers)


def _test(value: Any) -> str | None:
    """The condition by which a value is an accelerator, else the CPU; None where it is not that
    simple."""
    found = [node for node in descendants(value) if isinstance(node, cst.IfExp)]
    if len(found) != 1:
        return None
    taken = _families([found[0].body])
    clear = taken and "cpu" not in taken and _is_cpu(found[0].orelse)
    return text(found[0].test) if clear else None


def _is_cpu(node: Any) -> bool:
    """Whether an expression is the CPU and nothing else: "cpu", `torch.device("cpu")`."""
    if type(node) is cst.Call and len(node.args) == 1:
        node = node.args[0].value
    return string(node).partition(":")[0] == "cpu"


def _tests(values: list[Any]) -> str:
    """The conditions inside values."""
    nodes = (node for value in values for node in descendants(value))
    return " ".join(text(node.test) for node in nodes if isinstance(node, cst.IfExp))


def _asks_availability(tests: str, run: list[Statement], script: Script) -> bool:
    """Whether a choice depends on what the machine has, by its conditions or what they hold."""
    if tests:
        return "is_available" in tests
    if len(run) == 1 and not _DENIAL.search(script.condition(run[0]) or ""):
        return False  # the CPU, whatever is there
    for header in (s for statement in run for s in script.tree.ancestors(statement.index)):
        if type(header.node) is cst.If:
            tested = header.node.test
            bindings = script.reaching(dotted(tested), header.index) if dotted(tested) else []
            values = (b.value for b in bindings if b.how == "assign")
            if any("is_available" in text(value) for value in (tested, *values)):
                return True
    return False


def _same(one: Choice | None, other: Choice) -> bool:
    """Whether a statement makes the same choice, not one that changes what was chosen."""
    if one is None or (one.form, one.target) != (other.form, other.target):
        return False
    nodes = descendants(one.value)
    members = {id(node.attr) for node in nodes if isinstance(node, cst.Attribute)}
    read = {dotted(node) for node in nodes if id(node) not in members}
    return one.value is other.value or one.target not in read


def _families(values: list[Any]) -> tuple[str, ...]:
    """The device families that expressions name, in strings or names, in their order; not what
    is taken only where a variable of the environment is missing."""
    nodes = [n for value in values for n in descendants(value)]
    defaults = {id(inner) for n in nodes if _asks_environment(n) for inner in descendants(n)}
    found: dict[str, None] = {}
    for node in nodes:
        if id(node) in defaults:
            continue
        if isinstance(node, cst.Name | cst.FormattedStringText):
            written = node.value
        else:
            written = string(node)
        family = written.partition(":")[0].lower()
        if family in FAMILIES:
            found[family] = None
    return tuple(found)


def _asks_environment(node: Any) -> bool:
    return type(node) is cst.Call and dotted(node.func).endswith(("environ.get", "getenv"))


def _by_rank(value: Any, index: int, script: Script) -> bool:
    """Whether a rank goes into a value, or into what a name in it was given."""
    read = [n for n in descendants(value) if type(n) in (cst.Name, cst.Attribute, cst.Call)]
    if any(script.rank(part, index) is not None for part in read):
        return True
    names = {dotted(part) for part in read if type(part) is not cst.Call}
    given = [b for name in names if name for b in script.reaching(name, index)]
    return any(
        script.rank(part, bound.statement) is not None
        for bound in given
        if bound.how == "assign" and type(bound.value) in (cst.Call, cst.Subscript)
        for part in descendants(bound.value)
        if type(part) in (cst.Name, cst.Attribute, cst.Call)
    )


EXAMPLES = {
    "import torch\ndevice = torch.device('cuda' if torch.cuda.is_available() else 'cpu')": [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.device",)),
            form="device",
            target="device",
            choices=("torch.device('cuda' if torch.cuda.is_available() else 'cpu')",),
            families=("cuda", "cpu"),
            test="torch.cuda.is_available()",
            falls_back=True,
            per_process=False,
            condition=None,
        )
    ],
    "import torch\n"
    "if use_cuda:\n"
    "    device = torch.device('cuda')\n"
    "elif use_mps:\n"
    "    device = torch.device('mps')\n"
    "else:\n"
    "    device = torch.device('cpu')": [
        DeviceSelection(
            line=3,
            end=7,
            evidence=Evidence(API, ("torch.device",)),
            form="device",
            target="device",
            choices=("torch.device('cuda')", "torch.device('mps')", "torch.device('cpu')"),
            families=("cuda", "mps", "cpu"),
            branches=("use_cuda", "use_mps", ""),
            test=None,
            falls_back=False,
            per_process=False,
            condition=None,
        )
    ],
    "import os, torch\ntorch.cuda.set_device(int(os.environ['LOCAL_RANK']))": [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.cuda.set_device",)),
            form="current",
            target=None,
            choices=("int(os.environ['LOCAL_RANK'])",),
            families=(),
            test=None,
            falls_back=False,
            per_process=True,
            condition=None,
        )
    ],
    "import os\nos.environ['CUDA_VISIBLE_DEVICES'] = '0,1'": [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(API, ("os.environ['CUDA_VISIBLE_DEVICES']",)),
            form="visible",
            target="os.environ['CUDA_VISIBLE_DEVICES']",
            choices=("'0,1'",),
            families=(),
            test=None,
            falls_back=False,
            per_process=False,
            condition=None,
        )
    ],
    "import os, torch\n"
    "device = torch.device('cuda' if torch.cuda.is_available() else os.getenv('DEVICE', 'cpu'))": [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.device",)),
            form="device",
            target="device",
            choices=(
                "torch.device('cuda' if torch.cuda.is_available() else os.getenv('DEVICE', 'cpu'))",
            ),
            families=("cuda",),
        )
    ],
    ("import torch\nindex = int(visible.split(',')[local_rank])\ntorch.cuda.set_device(index)"): [
        DeviceSelection(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.cuda.set_device",)),
            form="current",
            target=None,
            choices=("index",),
            families=(),
            per_process=True,
        )
    ],
    (
        "import torch\n"
        "if torch.cuda.is_available() and kind not in runs_on_gpu:\n"
        "    device = torch.device('cpu')"
    ): [
        DeviceSelection(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.device",)),
            form="device",
            target="device",
            choices=("torch.device('cpu')",),
            families=("cpu",),
            condition="torch.cuda.is_available() and kind not in runs_on_gpu",
        )
    ],
    (
        "import horovod.keras as hvd\n"
        "config.gpu_options.visible_device_list = str(hvd.local_rank())"
    ): [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("config.gpu_options.visible_device_list",)),
            form="visible",
            target="config.gpu_options.visible_device_list",
            choices=("str(hvd.local_rank())",),
            families=(),
            test=None,
            falls_back=False,
            per_process=True,
            condition=None,
        )
    ],
    (
        "import torch\n"
        "import torch.distributed as dist\n"
        "device = dist.get_rank() % torch.cuda.device_count()"
    ): [
        DeviceSelection(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.cuda.device_count",)),
            form="device",
            target="device",
            choices=("dist.get_rank() % torch.cuda.device_count()",),
            families=("cuda",),
            test=None,
            falls_back=False,
            per_process=True,
            condition=None,
        )
    ],
    ('import os\ndevice_map = {"": int(os.environ.get("LOCAL_RANK") or 0)}'): [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("device_map",)),
            form="device",
            target="device_map",
            choices=('{"": int(os.environ.get("LOCAL_RANK") or 0)}',),
            families=(),
            test=None,
            falls_back=False,
            per_process=True,
            condition=None,
        )
    ],
    ("import torch\ncuda = True if torch.cuda.is_available() else False"): [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(API, ("is_available",)),
            form="flag",
            target="cuda",
            choices=("True if torch.cuda.is_available() else False",),
            families=("cuda",),
            test=None,
            falls_back=False,
            per_process=False,
            condition=None,
        )
    ],
    (
        "from deepspeed.accelerator import get_accelerator\n"
        "get_accelerator().set_device(local_rank)"
    ): [
        DeviceSelection(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("set_device",)),
            form="current",
            target=None,
            choices=("local_rank",),
            families=(),
            test=None,
            falls_back=False,
            per_process=True,
            condition=None,
        )
    ],
}
COUNTEREXAMPLES = {
    "import paddle\npaddle.set_device(origin_device)": "the former device becomes current again",
    (
        "import torch\nis_cuda = device.type == 'cuda' and torch.cuda.is_available()"
    ): "a device that was chosen is described",
    "if has_gpu:\n    device = 'gpu'\nelif has_xpu:\n    device = 'xpu'\n"
    "else:\n    device = place.type()": "what the last branch gives is not known",
    "device_id = get_device(local_rank)": "a number is looked up",
    "import torch\ndef f(device):\n    device = torch.device(device)": "an argument gets its type",
    "device_map = {'': device_map}": "what is chosen already gets another form",
    "from paddle.device import get_device\ndevice = get_device()": "the one in use",
    (
        "device_map = infer_device_map(model, max_memory)"
    ): "parts of a model are placed, by a plan made elsewhere",
    ("import torch\nshare = index % torch.cuda.device_count()"): "a number of another thing",
    "import torch\nwith torch.device('meta'):\n    pass\nempty = torch.device('meta')": "a place "
    "where tensors have no content",
    "import torch\n_ = torch.device(name)": "a name is checked",
    "device = paddle.get_device()": "the device in use is asked for",
    "device = self.cluster.get_device(device_id)": "one device is looked up",
    'device_type = device.type if device is not None else "cpu"': "the device is read",
    "import torch\ndevice = torch.get_default_device()": "the device is asked for, not chosen",
    'if isinstance(place, Place):\n    device = "cpu"': "describes a place that is there",
    "device = self.get_op_device_for_program(variable)": "asks for the place of an operation",
    "import torch\ndef unflatten(saved):\n    return torch.device(saved['name'])": (
        "a device's name is read back"
    ),
    "model = model.to(device)": "the device was chosen before",
    "import torch\nx = torch.zeros(3, device=torch.device('cpu'))": "where one tensor lies",
    "import torch\ncpu_device = torch.device('cpu')": "where results are brought, not the choice",
    "device = images.device": "the device of something is read",
}
