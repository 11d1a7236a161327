"""device-selection: the device is chosen or made current."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.arguments import string
from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.names.runs import run_from
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_FAMILIES = ("cuda", "cpu", "mps", "xpu", "npu", "mlu", "hpu", "gpu", "tpu")
_CHOOSING = frozenset(
    {"select", "get", "init", "setup", "choose", "prepare", "set", "current", "find"}
)
_VISIBLE = ("CUDA_VISIBLE_DEVICES", "ASCEND_RT_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES")
_TARGETS = frozenset(
    {
        "device",
        "devices",
        "self",
        "type",
        "main",
        "local",
        "train",
        "default",
        "ids",
        "gpu",
        "n",
        "id",
    }
)
_FLAG_WORDS = frozenset({"cuda", "gpu", "accel", "mps", "npu", "accelerator", "xpu"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSelection(Finding):
    """Facts of a choice of device.

    Attributes:
        form: "device" (a device object or its name), "current" (the process's current device),
            "visible" (which devices the process sees) or "flag" (whether one is used at all).
        target: What receives the choice; None for a call that only sets it.
        choices: The expressions it may be, in the order of the script.
        families: Of cuda, cpu, mps..., those named.
        test: The condition inside the expression by which the choice falls; None without one.
        falls_back: Whether the CPU is taken where no accelerator is available.
        per_process: Whether it depends on the rank, so that each process has a device of its own.
        condition: The condition under which it is done.
    """

    pattern: ClassVar[str] = "device-selection"

    form: str
    target: str | None
    choices: tuple[str, ...]
    families: tuple[str, ...]
    test: str | None
    falls_back: bool
    per_process: bool
    condition: str | None


@dataclass(frozen=True, slots=True)
class _Choice:
    form: str
    target: str | None
    value: Any
    evidence: Evidence


@pattern(DeviceSelection, statements=(cst.Assign, cst.AnnAssign, cst.Expr, cst.Return, cst.With))
def find_choice(site: Site, script: Script) -> Iterator[DeviceSelection]:
    """`device = torch.device(...)`, `torch.cuda.set_device(rank)`; branches of a choice are one."""
    choice = _choice(site.statement, script)
    if choice is None:
        return
    run = (
        run_from(script.tree, site.statement, lambda s: _same(_choice(s, script), choice))
        if choice.form == "device" and type(site.node) is cst.Assign
        else [site.statement]
    )
    if not run:
        return
    values = [c.value for c in (_choice(s, script) for s in run) if c is not None]
    families = _families(values)
    index = site.statement.index
    test = _test(values[0]) if len(values) == 1 else None
    yield DeviceSelection(
        line=site.line,
        end=run[-1].last,
        evidence=choice.evidence,
        form=choice.form,
        target=choice.target,
        choices=tuple(dict.fromkeys(text(value) for value in values)),
        families=families,
        test=test,
        falls_back=choice.form == "device"
        and "cpu" in families
        and _asks_availability(test, run, script),
        per_process=any(_by_rank(value, index, script) for value in values),
        condition=script.condition(site.statement),
    )


def _test(value: Any) -> str | None:
    """The condition of the first conditional expression in a value."""
    tests = (node.test for node in descendants(value) if isinstance(node, cst.IfExp))
    return next((text(test) for test in tests), None)


def _asks_availability(test: str | None, run: list[Statement], script: Script) -> bool:
    """Whether a choice depends on what the machine has, by its conditions or what they hold."""
    if test is not None:
        return "is_available" in test
    for header in (s for statement in run for s in script.tree.ancestors(statement.index)):
        if type(header.node) is cst.If:
            tested = header.node.test
            bindings = script.reaching(dotted(tested), header.index) if dotted(tested) else []
            values = (b.value for b in bindings if b.how == "assign")
            if any("is_available" in text(value) for value in (tested, *values)):
                return True
    return False


def _same(one: _Choice | None, other: _Choice) -> bool:
    return one is not None and (one.form, one.target) == (other.form, other.target)


def _choice(statement: Statement, script: Script) -> _Choice | None:
    node = statement.node
    kind = type(node)
    if kind is cst.Expr and type(node.value) is cst.Call:
        return _set_current(node.value, statement, script)
    if kind is cst.With:
        return next(
            (c for item in node.items if (c := _set_current(item.item, statement, script))), None
        )
    if kind is cst.Return:
        made = _device_made(node.value, statement, script) if node.value is not None else None
        return _Choice("device", None, node.value, made) if made is not None else None
    if kind is cst.Assign or (kind is cst.AnnAssign and node.value is not None):
        target = node.target if kind is cst.AnnAssign else node.targets[0].target
        return _assigned(target, node.value, statement, script)
    return None


def _set_current(call: Any, statement: Statement, script: Script) -> _Choice | None:
    """`torch.cuda.set_device(0)`, `with torch.cuda.device(1):`."""
    known = script.known(call.func, statement.scope) if type(call) is cst.Call else None
    if known is None or known.api.kind not in ("set-device", "device-context") or not call.args:
        return None
    form = "visible" if known.api.traits.get("family") == "visible" else "current"
    return _Choice(
        form,
        None,
        call.args[-1 if form == "visible" else 0].value,
        Evidence(known.evidence, (known.name,)),
    )


def _assigned(target: Any, value: Any, statement: Statement, script: Script) -> _Choice | None:
    if type(target) is cst.Subscript:
        if any(name in text(target) for name in _VISIBLE):
            return _Choice("visible", text(target), value, Evidence(API, (text(target),)))
        if string(_key(target)) != "device":
            return None
    name = dotted(target) or text(target)
    made = _device_made(value, statement, script)
    if made is not None:
        return _Choice("device", name, value, made) if "cpu" not in words(name) else None
    found = words(name) or tuple(words(text(target)))
    if type(target) is cst.Tuple:
        found = tuple(w for e in target.elements for w in words(dotted(e.value)))
    if {"device", "devices"} & set(found) and set(found) <= _TARGETS:
        chosen = _chosen_by_name(value, found)
        return _Choice("device", text(target), value, chosen) if chosen is not None else None
    if _FLAG_WORDS & set(found) and _checks_availability(value, statement, script):
        return _Choice("flag", name, value, Evidence(API, ("is_available",)))
    return None


def _key(node: cst.Subscript) -> Any:
    index = node.slice[0].slice
    return index.value if type(index) is cst.Index else None


def _device_made(value: Any, statement: Statement, script: Script) -> Evidence | None:
    """The evidence that an expression makes a device by a library's call."""
    if type(value) is cst.IfExp:
        made = _device_made(value.body, statement, script)
        return made or _device_made(value.orelse, statement, script)
    if type(value) is cst.BooleanOperation:
        return _device_made(value.left, statement, script)
    known = script.known(value.func, statement.scope) if type(value) is cst.Call else None
    if known is not None and known.api.kind in ("device", "set-device"):
        return Evidence(known.evidence, (known.name,))
    return None


def _chosen_by_name(value: Any, found: tuple[str, ...]) -> Evidence | None:
    """What a variable called `device` is given: "cuda:0", `accelerator.device`, `get_device()`."""
    kind = type(value)
    if kind is cst.IfExp:
        return _chosen_by_name(value.body, found) or _chosen_by_name(value.orelse, found)
    written = _leading(value)
    if written:
        family = written.partition(":")[0]
        return Evidence(NAME, (family,)) if family in _FAMILIES else None
    name = dotted(value.func if kind is cst.Call else value)
    last = words(name)
    if kind is cst.Call and {"device", "devices", "gpu"} & set(last) and _CHOOSING & set(last):
        return Evidence(NAME, (name,))
    receiver = words(name.rpartition(".")[0])
    if kind is cst.Attribute and last == ("device",) and {"accelerator", "fabric"} & set(receiver):
        return Evidence(NAME, (name,))
    return None


def _leading(value: Any) -> str:
    """How the string begins that an expression makes: "cuda:0", f"cuda:{rank}"."""
    kind = type(value)
    if kind is cst.FormattedString:
        return text(value).lstrip("fF").strip("'\"")
    if kind is cst.BinaryOperation:
        return _leading(value.left)
    if kind is cst.Call and type(value.func) is cst.Attribute:
        return _leading(value.func.value) if value.func.attr.value == "format" else ""
    return string(value)


def _checks_availability(value: Any, statement: Statement, script: Script) -> bool:
    if type(value) is cst.BooleanOperation:
        sides = (value.left, value.right)
        return any(_checks_availability(side, statement, script) for side in sides)
    known = script.known(value.func, statement.scope) if type(value) is cst.Call else None
    return known is not None and known.api.kind == "device-check"


def _families(values: list[Any]) -> tuple[str, ...]:
    """The device families that expressions name, in strings or names, in their order."""
    found: dict[str, None] = {}
    for node in (n for value in values for n in descendants(value)):
        if isinstance(node, cst.Name | cst.FormattedStringText):
            written = node.value
        else:
            written = string(node)
        family = written.partition(":")[0].lower()
        if family in _FAMILIES:
            found[family] = None
    return tuple(found)


def _by_rank(value: Any, index: int, script: Script) -> bool:
    parts = (n for n in descendants(value) if type(n) in (cst.Name, cst.Attribute, cst.Call))
    return any(script.rank(part, index) is not None for part in parts)


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
            test=None,
            falls_back=False,
            per_process=False,
            condition="use_cuda",
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
}
COUNTEREXAMPLES = {
    "model = model.to(device)": "the device was chosen before",
    "import torch\nx = torch.zeros(3, device=torch.device('cpu'))": "where one tensor lies",
    "import torch\ncpu_device = torch.device('cpu')": "where results are brought, not the choice",
    "device = images.device": "the device of something is read",
}
