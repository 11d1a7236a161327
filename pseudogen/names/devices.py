"""Devices: which statements choose one."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import string, subscript_name
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.words import pieces, words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

FAMILIES = ("cuda", "cpu", "mps", "xpu", "npu", "mlu", "hpu", "gpu", "tpu")
_CHOOSING = frozenset(
    {"select", "get", "init", "setup", "choose", "prepare", "set", "current", "find"}
)
_CHOOSING_WORDS = _CHOOSING | frozenset(
    {"accelerator", "auto", "available", "best", "compute", "cuda", "device", "devices"}
    | {"gpu", "gpus", "local", "the", "to", "torch", "train", "training", "use", "with"}
)
_FORMER = (("old",), ("orig",), ("origin",), ("original",), ("prev",), ("previous",))
_SETS_GPU = tuple((verb, gpu) for verb in ("set", "setup", "select") for gpu in ("gpu", "gpus"))
"""Words of helpers that make a GPU, or some of them, those that the process works with."""
_VISIBLE = ("CUDA_VISIBLE_DEVICES", "ASCEND_RT_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES")
_TARGETS = frozenset(
    {"device", "devices", "gpu", "id", "ids", "local", "main", "n", "self", "train", "type"}
)
_FLAG_NAMES = frozenset(
    {"accel", "accelerator", "available", "cuda", "device", "gpu", "gpus", "has", "have", "is"}
    | {"mps", "n", "npu", "on", "self", "use", "with", "xpu"}
)
_FLAG_WORDS = frozenset({"cuda", "gpu", "accel", "mps", "npu", "accelerator", "xpu"})
DEVICE_PIECES = ("device", *pieces(_FLAG_WORDS))
"""Of these one is written where a name speaks of devices, in lower case."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of device.

    `form` is "device" (a device object or its name), "current" (the process's current device),
    "block" (current as long as a block runs), "visible" (which devices the process sees) or "flag"
    (whether one is used at all); `target` is
    what receives it (None for a call that only sets it), `value` the expression chosen.
    """

    form: str
    target: str | None
    value: Any
    evidence: Evidence


def choice_of(script: Script, statement: Statement) -> Choice | None:
    """The choice of a device that a statement makes, or None."""
    node = statement.node
    kind = type(node)
    if kind is cst.Expr and type(node.value) is cst.Call:
        return _set_current(node.value, statement, script)
    if kind is cst.With:
        found = (_set_current(item.item, statement, script) for item in node.items)
        chosen = next((c for c in found if c is not None), None)
        return replace(chosen, form="block") if chosen is not None else None
    if kind is cst.Return:
        made = _device_made(node.value, statement, script) if node.value is not None else None
        if _reads_device(node.value, statement, script) or _is_property(statement, script):
            return None
        return Choice("device", None, node.value, made) if made is not None else None
    if kind is cst.Assign or (kind is cst.AnnAssign and node.value is not None):
        target = node.target if kind is cst.AnnAssign else node.targets[0].target
        return _assigned(target, node.value, statement, script)
    return None


def _reads_device(value: Any, statement: Statement, script: Script) -> bool:
    """Whether a function of another purpose turns a name that it has read into a device."""
    function = script.function_around(statement)
    named = set(words(function.node.name.value)) if function is not None else {"device"}
    passed = value.args[0].value if type(value) is cst.Call and value.args else None
    return type(passed) is cst.Subscript and not named & {"device", "devices", "gpu"}


def _is_property(statement: Statement, script: Script) -> bool:
    """Whether a property tells where something is, without a look at what there is."""
    function = script.function_around(statement)
    marks = function.node.decorators if function is not None else ()
    told = any(dotted(mark.decorator).endswith("property") for mark in marks)
    return told and "available" not in text(statement.node)


def _set_current(call: Any, statement: Statement, script: Script) -> Choice | None:
    """`torch.cuda.set_device(0)`, `with torch.cuda.device(1):`."""
    known = script.known(call.func, statement.scope) if type(call) is cst.Call else None
    if known is None and type(call) is cst.Call and len(call.args) == 1:
        function: Any = call.func
        if type(function) is cst.Attribute and function.attr.value == "set_device":
            receiver = words(dotted(function.value).rstrip("()"))
            if {"accelerator", "cuda"} & set(receiver):
                return Choice("current", None, call.args[0].value, Evidence(NAME, ("set_device",)))
        name = dotted(function)
        if words(name) in _SETS_GPU and not script.defines(name.rpartition(".")[2]):
            return Choice("current", None, call.args[0].value, Evidence(NAME, (name,)))
    if known is None or known.api.kind not in ("set-device", "device-context") or not call.args:
        return None
    if words(dotted(call.args[0].value))[:1] in _FORMER:
        return None  # what was current before becomes so again
    form = "visible" if known.api.traits.get("family") == "visible" else "current"
    return Choice(
        form,
        None,
        call.args[0].value,
        Evidence(known.evidence, (known.name,)),
    )


def may_set(name: str) -> bool:
    """Whether a call of this name may make a device current, by the name alone."""
    return name.endswith("set_device") or words(name) in _SETS_GPU


def _assigned(target: Any, value: Any, statement: Statement, script: Script) -> Choice | None:
    if type(target) is cst.Subscript:
        if any(name in text(target) for name in _VISIBLE):
            return Choice("visible", text(target), value, Evidence(API, (text(target),)))
        if subscript_name(target) != "device":
            return None
    name = dotted(target) or text(target)
    if name.rpartition(".")[2] == "visible_device_list":
        return Choice("visible", name, value, Evidence(FLOW, (name,)))
    made = _device_made(value, statement, script)
    if made is not None and _converts(name, value, statement, script):
        return None
    if made is not None:
        other = name == "_" or {"cpu", "context"} & set(words(name)) or _places_nothing(value)
        held = text(target) if type(target) is cst.Subscript else name
        return Choice("device", held, value, made) if not other else None
    if type(target) is cst.Tuple:
        found = tuple(w for e in target.elements for w in words(dotted(e.value)))
    else:
        found = words(name) or words(text(target))
    if not _speaks_of_devices(found):
        return None
    mapped = value.body if type(value) is cst.IfExp else value
    if found == ("device", "map") and type(mapped) is cst.Dict and len(mapped.elements) == 1:
        if name in text(mapped.elements[0].value):
            return None  # what is chosen already gets another form
        return Choice("device", name, value, Evidence(NAME, (name,)))
    if {"device", "devices"} & set(found) and _is_share(value, statement, script):
        return Choice("device", name, value, Evidence(API, (dotted(value.right.func),)))
    about = _about(found)
    if about == "device":
        described = f"{script.condition(statement) or ''} {text(value)}"
        if "isinstance(" in described or "device.type" in described:
            return None  # a device that is there already is described
        if _asks_paddle(value, statement, script) or found[-1:] in (("id",), ("index",)):
            return None
        chosen = _chosen_by_name(value, found)
        return Choice("device", text(target), value, chosen) if chosen is not None else None
    if about == "flag" and _checks_availability(value, statement, script):
        return Choice("flag", name, value, Evidence(API, ("is_available",)))
    return None


def _converts(name: str, value: Any, statement: Statement, script: Script) -> bool:
    """`if isinstance(device, str): device = torch.device(device)`: an argument gets its type."""
    given = [arg.value for arg in value.args] if type(value) is cst.Call else []
    if len(given) != 1 or dotted(given[0]) != name:
        return False
    bound = script.reaching(name, statement.index)
    return any(binding.how == "parameter" for binding in bound)


def _asks_paddle(value: Any, statement: Statement, script: Script) -> bool:
    """`get_device()` of Paddle tells which device is in use."""
    name = dotted(value.func) if type(value) is cst.Call else ""
    full = script.resolver.qualified(name, statement.scope) if name else ()
    return any(q.startswith("paddle.") for q in full)


def _places_nothing(value: Any) -> bool:
    """Whether the device is "meta", on which tensors have no content."""
    return any(string(node) == "meta" for node in descendants(value))


@lru_cache(maxsize=1 << 13)
def _speaks_of_devices(named: tuple[str, ...]) -> bool:
    """Whether a name with these words may be that of a device or of a flag for one."""
    return bool({"device", "devices"} & set(named)) or bool(_about(named))


@lru_cache(maxsize=1 << 13)
def _about(named: tuple[str, ...]) -> str:
    """What a name with these words is for: a "device", a "flag" for one, or "" for neither."""
    found = set(named)
    if {"device", "devices"} & found and found <= _TARGETS:
        return "device"
    return "flag" if _FLAG_WORDS & found and found <= _FLAG_NAMES else ""


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
        return Evidence(NAME, (family,)) if family in FAMILIES else None
    name = dotted(value.func if kind is cst.Call else value)
    last = words(name)
    chosen = {"device", "devices", "gpu"} & set(last) and _CHOOSING & set(last)
    looked_up = kind is cst.Call and any(
        words(dotted(arg.value))[-1:] in (("id",), ("idx",), ("index",)) for arg in value.args
    )
    of_other = "." in name and bool(_asks_another(words(name.rpartition(".")[0])))
    if kind is cst.Call and chosen and not looked_up and set(last) <= _CHOOSING_WORDS:
        return Evidence(NAME, (name,)) if not of_other else None
    receiver = words(name.rpartition(".")[0])
    if kind is cst.Attribute and last == ("device",) and {"accelerator", "fabric"} & set(receiver):
        return Evidence(NAME, (name,))
    return None


def _is_share(value: Any, statement: Statement, script: Script) -> bool:
    """Whether a rank is brought into the range of a machine's devices:
    `rank % torch.cuda.device_count()`."""
    if type(value) is not cst.BinaryOperation or type(value.operator) is not cst.Modulo:
        return False
    count: Any = value.right
    known = script.known(count.func, statement.scope) if type(count) is cst.Call else None
    return known is not None and known.api.kind == "device-count"


def _asks_another(receiver: tuple[str, ...]) -> set[str]:
    """Words of receivers that are asked for a device of theirs, or for the one in use."""
    return {"cluster", "machine", "mesh", "paddle", "place", "model", "tensor", "device"} & set(
        receiver
    )


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
    if ".type ==" in text(value) or ".type !=" in text(value) or "isinstance(" in text(value):
        return False  # a device that was chosen before is described
    if type(value) is cst.BooleanOperation:
        sides = (value.left, value.right)
        return any(_checks_availability(side, statement, script) for side in sides)
    if type(value) is cst.IfExp and text(value.body) == "True" and text(value.orelse) == "False":
        return _checks_availability(value.test, statement, script)
    known = script.known(value.func, statement.scope) if type(value) is cst.Call else None
    return known is not None and known.api.kind == "device-check"
