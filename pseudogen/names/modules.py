"""What a script shows of its models: the classes that are one, their parameters, and what is done
with a whole model alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.evidence import NAME
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

_PARTS = frozenset({"parameters", "named_parameters", "modules", "named_modules", "children"})
_PARTS_MORE = frozenset({"named_children", "trainable_variables", "get_parameters"})
_MODULE_ENDINGS = frozenset(
    {"backbone", "block", "classification", "decoder", "encoder", "generation", "head", "layer"}
    | {"lm", "model", "net"}
)
_FORWARD = ("forward", "construct")
_TRAINING = frozenset({"backward", "zero_grad", "clear_grad", "apply_gradients", "value_and_grad"})
PARAMETER_METHODS = _PARTS | _PARTS_MORE
"""Methods that give the parameters, or the modules, of a model."""
_WHOLE_METHODS = ("parameters", "train", "to", "cuda", "compile", "fit", "init", "zero_grad")


def in_module_class(script: Script, statement: Statement) -> bool:
    """Whether a statement stands in a class that is itself a part of a model (`nn.Module`), not
    one that holds a model and its training (`LightningModule`, `Trainer`)."""
    around = next(
        (a for a in script.tree.ancestors(statement.index) if type(a.node) is cst.ClassDef), None
    )
    if around is None:
        return False
    known = [script.known(base.value, around.scope) for base in around.node.bases]
    rows = [k.api for k in known if k is not None]
    if any(row.traits.get("holds") == "model" for row in rows):
        return False
    if any(row.kind in ("module", "model") for row in rows):
        return True
    bases = {word for base in around.node.bases for word in words(dotted(base.value))[-1:]}
    if "module" in bases:
        return True
    like_module = bool(bases & _MODULE_ENDINGS) or _runs_forward(script, around)
    return like_module and not _trains(script, around)


def _runs_forward(script: Script, defined: Statement) -> bool:
    """Whether a class has the method by which frameworks run a module."""
    return any(
        type(s.node) is cst.FunctionDef and s.node.name.value in _FORWARD
        for s in script.tree.body(defined)
    )


def _trains(script: Script, defined: Statement) -> bool:
    """Whether a class makes an optimizer or takes the steps of a training."""
    return any(
        (call.known is not None and call.known.api.kind == "optimizer")
        or call.name.rpartition(".")[2] in _TRAINING
        for call in script.calls_below(defined)
    )


def parameters_of(node: Any) -> Any:
    """`model.backbone` in `model.backbone.parameters()`, `model.named_parameters()`, behind
    `list(...)`, `enumerate(...)`, `filter(...)`, slices; None for anything else."""
    while True:
        if type(node) is cst.Call:
            function = node.func
            if type(function) is cst.Attribute and function.attr.value in PARAMETER_METHODS:
                return function.value
            if type(function) is cst.Attribute and function.attr.value in ("items", "values"):
                node = function.value
                continue
            arguments = [a.value for a in node.args if type(a.value) is not cst.Lambda]
            if type(function) is not cst.Name or not arguments:
                return None
            node = arguments[-1] if function.value == "filter" else arguments[0]
        elif type(node) is cst.Subscript:
            node = node.value
        else:
            return None


@lru_cache(maxsize=1 << 14)
def is_class_name(name: str) -> bool:
    """Whether the last part of a dotted name is written as classes are: `nets.UNet`."""
    last = name.rpartition(".")[2]
    return (last[:1].isupper() and not last.isupper()) or (last.isupper() and len(last) > 1)


def fits(script: Script, name: str) -> Iterator[Site]:
    """The calls by which a trainer of a library trains what a variable holds:
    `trainer.fit(module, data)`."""
    for call in script.calls_of_method("fit"):
        function = call.node.func
        first = call.node.args[0] if call.node.args else None
        if first is None or text(first.value) != name or type(function) is not cst.Attribute:
            continue
        is_model = first.keyword is None or first.keyword.value == "model"
        if is_model and script.is_a(function.value, call.scope, "trainer") is not None:
            yield call


def is_optimized(script: Script, name: str) -> bool:
    """Whether an optimizer is made for the parameters of a variable alone:
    `Adam(D.parameters())`."""
    parameters = (f"{name}.parameters()", f"list({name}.parameters())")
    for call in script.calls_of_kind("optimizer"):
        given = script.argument(call, "params")
        if given is not None and text(given) in parameters:
            return True
    return False


def is_treated(script: Script, name: str) -> bool:
    """Whether some call takes a variable for a whole model: its parameters, its mode, its place, or
    the optimizer that is made for it."""
    return any(_treats(call, name) for call in script.call_sites())


def _treats(call: Site, name: str) -> bool:
    owner, _, method = call.name.rpartition(".")
    if owner == name:
        return method in _WHOLE_METHODS
    makes_optimizer = call.known is not None and call.known.api.kind == "optimizer"
    optimizer = makes_optimizer or method == "Optimizer"
    return optimizer and bool(call.node.args) and text(call.node.args[0].value) == name


def is_used_as_model(script: Script, site: Site) -> bool:
    """Whether what a call makes is used as only models are: by its parameters and its state."""
    node = site.statement.node
    target: Any = node.target if type(node) is cst.AnnAssign else node.targets[0].target
    role = script.role(target, site.scope) if type(target) in (cst.Name, cst.Attribute) else None
    return role is not None and role.kind == "model" and role.evidence.kind != NAME
