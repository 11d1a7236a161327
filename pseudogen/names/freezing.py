"""Where parameters are taken out of training, and let in again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.conditions import opposite
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.iterables import counted_range
from pseudogen.names.modules import parameters_of
from pseudogen.names.targets import assigned
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

FREEZE_METHODS = ("requires_grad_",)

_FLAGS = {"requires_grad": False, "trainable": False, "stop_gradient": True}
"""Attribute of a parameter or layer -> the value that freezes it."""
FREEZE_FLAGS = tuple(_FLAGS)
_OTHER_RECEIVERS = frozenset(
    {"args", "cfg", "config", "conf", "gc", "mp", "multiprocessing", "opt"}
)
_OTHER_WORDS = frozenset({"before", "support", "time", "graph", "requirements", "dict", "set"})
_WEIGHTS = frozenset({"weight", "bias", "weights", "embedding", "embeddings", "token", "tokens"})


@dataclass(frozen=True, slots=True)
class Switch:
    """Parameters are switched off or on.

    Attributes:
        statement: The loop, assignment or call that does it.
        end: The last line that belongs to it.
        freezes: True, False, or None when a variable of the script decides.
        model: Whose parameters, as written; None when that is not seen.
        by: How: "loop", "method", "attribute" or "helper".
        only: The condition within the loop that picks the parameters; None for all of them.
        value: What decides, when `freezes` is None.
        each: Whether that differs between the parameters, as it speaks of them.
        modules: Whether `only` picks modules, not single parameters.
        evidence: What it rests on.
        flag: The attribute that is set, `requires_grad`, `trainable` or `stop_gradient`; None for
            a helper.
        function: The helper, as written; None otherwise.
    """

    statement: Statement
    end: int
    freezes: bool | None
    model: str | None
    by: str
    only: str | None
    value: str | None
    evidence: Evidence
    flag: str | None = None
    function: str | None = None
    each: bool = False
    modules: bool = False


def assignment_switch(script: Script, site: Site) -> Iterator[Switch]:
    """`p.requires_grad = False` in a loop over parameters, or for a part of a model."""
    for target in site.node.targets:
        node = target.target
        if type(node) is not cst.Attribute or node.attr.value not in _FLAGS:
            continue
        loop = _loop_over_parts(script, site)
        value = text(site.node.value)
        freezes = _freezes(node.attr.value, value)
        if freezes is None and node.attr.value == "stop_gradient":
            continue  # what is written there says what is not trained
        if loop is not None:
            if _all_skips_told(script, loop, site):
                yield _loop_switch(script, site, loop, freezes, value, node.attr.value)
        elif (
            freezes is not None
            and _is_part(script, node.value, node.attr.value, site)
            and not _set_back(script, site, text(node), value)
        ):
            yield Switch(
                site.statement,
                site.last,
                freezes,
                text(node.value),
                "attribute",
                None,
                None,
                Evidence(FLOW, (text(node.value),)),
                node.attr.value,
            )


def _set_back(script: Script, site: Site, target: str, value: str) -> bool:
    """Whether the same block sets the same attribute to the other value without training in
    between: off and on again while something is written into it."""
    other = {"True": "False", "False": "True"}[value]
    return any(
        type(s.node) is cst.Assign
        and text(s.node.targets[0].target) == target
        and text(s.node.value) == other
        and not _trains_between(script, site.statement, s)
        for s in script.tree.statements
        if s.parent == site.statement.parent
    )


def _trains_between(script: Script, one: Statement, other: Statement) -> bool:
    first, last = sorted((one.index, other.index))
    between = script.tree.statements[first + 1 : last]
    calls = (call for statement in between for call in script.calls_in(statement))
    return any(call.name.rpartition(".")[2] in ("fit", "fit_generator") for call in calls)


def _skips(script: Script, loop: Statement, place: Statement) -> list[Statement]:
    """The `continue`s of a loop that stand before the place."""
    below = script.tree.below(loop)
    return [s for s in below if type(s.node) is cst.Continue and s.index < place.index]


def _all_skips_told(script: Script, loop: Statement, site: Site) -> bool:
    """Whether each of them stands right below an `if` of the loop, so that its test can be told."""
    parents = [script.tree.statements[s.parent] for s in _skips(script, loop, site.statement)]
    return all(type(p.node) is cst.If and p.parent == loop.index for p in parents)


def _picked(script: Script, loop: Statement, site: Site) -> str | None:
    """The condition in a loop under which it switches something in this way, at this place or at
    another; None for always."""
    written, kind = script.source(site.statement).strip(), type(site.statement.node)
    below = (s for s in script.tree.below(loop) if type(s.node) is kind)  # no `if` on its line
    same = [s for s in below if script.source(s).strip() == written]
    tests = [_reached(script, loop, s) for s in same]
    told = [test for test in tests if test is not None]
    if len(told) < len(tests):
        return None
    return told[0] if len(told) == 1 else " or ".join(f"({test})" for test in told)


def _reached(script: Script, loop: Statement, place: Statement) -> str | None:
    """The condition in a loop under which a place is reached; None for always."""
    tests = [script.tree.statements[s.parent].node.test for s in _skips(script, loop, place)]
    told = [opposite(test, len(tests) == 1) for test in tests if "requires_grad" not in text(test)]
    if place.parent != loop.index:
        inner = script.condition(place, beyond=loop)
        told += [inner] if inner and inner not in told else []
    return " and ".join(told) or None


def _freezes(attribute: str, value: str) -> bool | None:
    if value not in ("True", "False"):
        return None
    return (value == "True") == _FLAGS[attribute]


def _loop_over_parts(script: Script, site: Site) -> Statement | None:
    """The loop around whose variable is switched and that runs over parts of a model."""
    assigns = type(site.node) is cst.Assign
    node: Any = site.node.targets[0].target if assigns else site.node.func
    name = dotted(node.value)
    name = name if "[" in name else name.partition(".")[0]
    for around in script.tree.ancestors(site.statement.index):
        if type(around.node) is cst.For and around.scope == site.scope:
            bound = {part.strip(" ()") for part in text(around.node.target).split(",")}
            indexed = any(
                type(part) is cst.Name and part.value in bound and "[" in name
                for part in descendants(node)
            )
            if _marks_tensors(node, around.node.iter):
                return None
            if indexed or (name in bound and _over_parts(around.node.iter)):
                return around
    return None


def _marks_tensors(node: Any, over: Any) -> bool:
    """Whether Paddle's `stop_gradient`, which any tensor has, is set on other things than the
    parameters of a model."""
    attribute = node.attr.value if type(node) is cst.Attribute else ""
    return attribute == "stop_gradient" and parameters_of(over) is None


def _over_parts(node: Any) -> bool:
    if parameters_of(node) is not None:
        return True
    return bool({"layers", "params", "parameters", "blocks", "modules"} & set(words(dotted(node))))


def _loop_switch(
    script: Script, site: Site, loop: Statement, freezes: bool | None, value: str, flag: str
) -> Switch:
    model = parameters_of(loop.node.iter)
    target: Any = site.node.targets[0].target if type(site.node) is cst.Assign else None
    if model is None and target is not None and "[" in dotted(target):
        model = target.value
    owner = text(model) if model is not None else text(loop.node.iter)
    if type(model) is cst.Subscript:
        owner = _numbered(model, loop)
    return Switch(
        loop,
        loop.end,
        freezes,
        owner,
        "loop",
        _picked(script, loop, site),
        value if freezes is None else None,
        Evidence(FLOW, (owner,)),
        flag,
        each=freezes is None and _speaks_of_parts(loop, site),
        modules=_over_modules(loop.node.iter),
    )


_MODULES = frozenset({"modules", "children", "named_modules", "named_children"})


def _over_modules(node: Any) -> bool:
    """Whether a loop runs over modules: `for name, part in model.named_modules()`."""
    calls = [part for part in descendants(node) if type(part) is cst.Call]
    return any(dotted(call.func).rpartition(".")[2] in _MODULES for call in calls)


def _numbered(part: cst.Subscript, loop: Statement) -> str:
    """`net.layers[:n]` for `net.layers[i]` in a loop over `range(n)`."""
    limits, whole = counted_range(loop.node.iter), text(part.value)
    if limits is None or limits[1] is None or text(part.slice[0]) != text(loop.node.target):
        return text(part)
    first, end = limits[0], text(limits[1])
    if first is None and end == f"len({whole})":
        return whole
    return f"{whole}[{text(first) if first is not None else ''}:{end}]"


def _speaks_of_parts(loop: Statement, site: Site) -> bool:
    """Whether what is assigned in a loop over parameters names one of its variables."""
    bound = {n.value for n in descendants(loop.node.target) if isinstance(n, cst.Name)}
    node = site.node
    given = node.value if type(node) is cst.Assign else node.args
    return any(isinstance(n, cst.Name) and n.value in bound for n in descendants(given))


def _is_part(script: Script, node: Any, attribute: str, site: Site) -> bool:
    """Whether `x` in `x.requires_grad = False` is a part of a model, not an input."""
    name = dotted(node)
    if attribute == "requires_grad" and _is_module(script, name, site):
        return False  # PyTorch sets the attribute and freezes nothing
    if _model_in(script, node, site.scope):
        return True
    root = name.partition(".")[0]
    if attribute == "trainable":
        return bool(name) and name != "self"
    if attribute == "stop_gradient" or "." not in name:
        return False
    return root != "self" and bool(set(words(name)) & _WEIGHTS)


def method_switch(script: Script, site: Site) -> Switch | None:
    """`model.requires_grad_(False)`, in a loop over parameters too."""
    if type(site.node.func) is not cst.Attribute:
        return None
    first = site.node.args[0].value if site.node.args else None
    value = text(first) if first is not None else "True"
    freezes = _freezes("requires_grad", value)
    loop = _loop_over_parts(script, site)
    if loop is not None:
        told = _all_skips_told(script, loop, site)
        return _loop_switch(script, site, loop, freezes, value, "requires_grad") if told else None
    receiver = site.node.func.value
    of_model = _model_in(script, receiver, site.scope)
    if not of_model and (freezes is not True or not dotted(receiver)):
        return None
    if freezes is None and not of_model:
        return None
    evidence = Evidence(FLOW, (text(receiver),))
    decides = value if freezes is None else None
    return Switch(
        site.statement,
        site.last,
        freezes,
        _switched(site, receiver),
        "method",
        None,
        decides,
        evidence,
        "requires_grad",
    )


def _switched(site: Site, receiver: Any) -> str:
    """Whose parameters `requires_grad_` switches: `net` in `net.train().requires_grad_()`, and of
    what is just made, as in `ema = deepcopy(net).requires_grad_(False)`, the name that it gets."""
    while _keeps_object(receiver):
        receiver = receiver.func.value
    made = assigned(site.statement, site.node) if type(receiver) is cst.Call else None
    return made or text(receiver)


def _keeps_object(node: Any) -> bool:
    """`net.train()`, `net.to(device)`: what is asked is what comes back."""
    method = type(node) is cst.Call and type(node.func) is cst.Attribute
    return method and node.func.attr.value in _GIVE_SELF


_GIVE_SELF = frozenset({"cpu", "cuda", "eval", "float", "half", "to", "train"})


def _is_module(script: Script, name: str, site: Site) -> bool:
    """Whether a name is seen to hold a module that was made for it, no parameter."""
    bound = script.resolver.bindings(name, site.scope) if name else []
    made = [b.value for b in bound if b.how == "assign" and type(b.value) is cst.Call]
    return bool(made) and not any(
        {"parameter", "tensor", "zeros", "randn", "ones", "empty"} & set(words(dotted(call.func)))
        for call in made
    )


def _model_in(script: Script, node: Any, scope: int) -> bool:
    """Whether an expression is a model or a part of one: `model.head`, `model.eval()`."""
    while True:
        if script.is_a(node, scope, "model") is not None:
            return True
        if type(node) is cst.Call:
            node = node.func
        elif type(node) is cst.Attribute:
            node = node.value
        else:
            return False


def helper_switch(script: Script, site: Site) -> Switch | None:
    """`model.freeze_backbone()`, `unfreeze(model)`, `set_requires_grad(nets, False)`."""
    last = site.name.rpartition(".")[2]
    named = words(last)
    receiver = site.name.rpartition(".")[0]
    others = _OTHER_WORDS - {"set"} if "requires" in named else _OTHER_WORDS
    if not named or set(named) & others or set(words(receiver)) & _OTHER_RECEIVERS:
        return None
    freezes = _helper_freezes(site, named) if not last.endswith("_") else None
    if (
        freezes is None
        or site.known is not None
        or (script.defines(last) and receiver in ("", "self") and "requires" not in named)
    ):
        return None
    first = site.node.args[0].value if site.node.args else None
    if not receiver and first is None:
        return None
    if any(a.keyword and a.keyword.value.endswith(("id", "name", "path")) for a in site.node.args):
        return None
    if last == "freeze" and _quantizes(script, site.statement):
        return None
    outer = _of_module(script, receiver, site)
    model = receiver if receiver not in ("", "self", "utils") and not outer else None
    if model is None and outer and first is None:
        return None
    if model is None and first is not None:
        model = text(first)
    evidence = Evidence(NAME, (site.name,))
    return Switch(
        site.statement,
        site.last,
        freezes,
        model,
        "helper",
        None,
        None,
        evidence,
        function=site.name,
    )


def _of_module(script: Script, receiver: str, site: Site) -> bool:
    """Whether a helper is a function of a module or of a class, which gets what it freezes."""
    root = receiver.partition(".")[0]
    bound = script.resolver.bindings(root, site.scope) if root else []
    return any(b.how in ("import", "class") for b in bound)


def _quantizes(script: Script, statement: Statement) -> bool:
    """Whether a function or class around it quantizes: `freeze` there fixes the numbers used."""
    around = (s for s in script.tree.ancestors(statement.index))
    names = [s.node.name.value for s in around if type(s.node) in (cst.FunctionDef, cst.ClassDef)]
    return any("quant" in name.lower() for name in names)


def _helper_freezes(site: Site, named: tuple[str, ...]) -> bool | None:
    if named[0] in ("freeze", "unfreeze"):
        return named[0] == "freeze"
    if "only" in named and {"optimize", "trainable"} & set(named):
        return True if site.node.args else None
    switches = named == ("requires", "grad") or named[0] in ("set", "toggle")
    if "requires" in named and "grad" in named and switches and site.node.args:
        values = [text(arg.value) for arg in site.node.args]
        if "False" in values or "True" in values:
            return "False" in values
    return None
