"""Weights that a script reads: into which model, from which file, or with the model itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.load_purposes import INTO_MODEL, later_calls, purpose_of
from pseudogen.names.rekeying import Rekeyed, rekeyed
from pseudogen.names.targets import variable
from pseudogen.names.words import suggested_role, words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site


_NO_MODEL = frozenset({"optim", "optimizer", "optimizers", "scheduler", "scaler", "sampler"})
_OWN_LOADS = frozenset(
    {"load_parameters", "load_params", "load_pretrained", "load_weight", "load_weights"}
)
"""Methods of models of a project, which may also be given a path."""
_GIVES_MODEL = frozenset({"set_peft_model_state_dict", "load_param_into_net"})
"""Functions that are given the model and the weights."""


@dataclass(frozen=True, slots=True)
class Load:
    """A file of weights is read.

    Attributes:
        site: The call that reads it.
        path: What is read.
        purpose: PRETRAINED, RESUME, EVALUATE or SHARE (other processes get what one just wrote).
        model: The model that gets the weights, as written; None when that is not seen.
        into: The line on which it gets them; None when that is not seen.
        strict: The `strict` argument of that call, as written.
        rekeyed: How the names of the weights are changed in that call.
    """

    site: Site
    path: str | None
    purpose: str
    model: str | None
    into: int | None
    strict: str | None
    rekeyed: Rekeyed | None = None


def read(script: Script, site: Site) -> Load | None:
    """What a call of a function of FILE_READS is for; None when no model gets what it reads."""
    into = _into_model(script, site)
    if into is None:
        return None
    path = site.node.args[0].value if site.node.args else None
    plain = type(into.node.func) is not cst.Attribute
    receiver: Any = into.node.args[0].value if plain else into.node.func.value
    if script.is_a(receiver, into.scope, "model") is None:
        given = (arg.value for arg in into.node.args)
        models = (node for node in given if script.is_a(node, into.scope, "model") is not None)
        receiver = next(models, receiver)
    return Load(
        site=site,
        path=text(path) if path is not None else None,
        purpose=purpose_of(script, site, path, script.argument_text(into, "strict") == "False"),
        model=text(receiver),
        into=into.line,
        strict=script.argument_text(into, "strict"),
        rekeyed=next(filter(None, (rekeyed(arg.value) for arg in into.node.args)), None),
    )


def read_whole(script: Script, site: Site) -> Load | None:
    """What `model = torch.load(path)` is for, by which a whole model is read; None where what is
    read is no model by its name and by what is done with it."""
    name = variable(site.statement)
    whole: bool = bool(name) and site.statement.node.value is site.node and bool(site.node.args)
    if not whole or suggested_role(name) != "model" or _is_state(script, name):
        return None
    path = site.node.args[0].value
    purpose = purpose_of(script, site, path, False)
    return Load(site=site, path=text(path), purpose=purpose, model=name, into=None, strict=None)


_OF_STATE = frozenset({"copy", "get", "items", "keys", "pop", "update", "values"})


def _is_state(script: Script, name: str) -> bool:
    """Whether a variable holds the state of a model: it is looked up, or loaded into something."""
    if _OF_STATE & script.methods_on(name) or f"{name}[" in script.tree.text:
        return True
    given = (
        dotted(arg.value)
        for method in INTO_MODEL
        for call in script.calls_of_method(method)
        for arg in call.node.args
    )
    return name in given


GIVEN_WEIGHTS = ("pretrained", "weights", "weights_backbone", "encoder_weights")
"""Parameters of constructors that say which weights to come with."""


def given_weights(site: Site, script: Script) -> str | None:
    """The argument by which a constructor is told to come with weights, as written:
    `pretrained=True`; None without one."""
    passed = {arg.keyword.value if arg.keyword is not None else arg.star for arg in site.node.args}
    params = site.known.api.params if site.known is not None else ()
    named = GIVEN_WEIGHTS if "**" in passed else passed.union(params).intersection(GIVEN_WEIGHTS)
    for name in GIVEN_WEIGHTS if named else ():
        if name not in named:
            continue
        value = script.argument(site, name)
        if value is not None and not _says_none(value) and not _left_out(value, site, script):
            return f"{name}={text(value)}"
    return None


def _says_none(value: Any) -> bool:
    return text(value) in ("None", "False", "''", '""')


def _left_out(value: Any, site: Site, script: Script) -> bool:
    """Whether a value is a parameter that is passed on and by default says that there are no
    weights, in a function for which the script passes nothing else."""
    if type(value) is not cst.Name:
        return False
    bindings = script.reaching(value.value, site.statement.index)
    if len(bindings) != 1 or bindings[0].how != "parameter" or bindings[0].value is None:
        return False
    default = bindings[0].value
    passed = [given for given, _ in script.passed(bindings[0])]
    return _says_none(default) and all(_says_none(given) for given in passed)


def _into_model(script: Script, site: Site) -> Site | None:
    """The call that puts the weights into a model: the same statement's, or the next one below in
    the same function."""
    bound = variable(site.statement)
    for call in later_calls(script, site):
        name = call.name.rpartition(".")[2]
        if _loads_for_model(script, call, bound, site):
            return call
        if name in _GIVES_MODEL and len(call.node.args) > 1:
            return call
        takes = name in _OWN_LOADS and _is_given(call, bound, site)
        if (name in INTO_MODEL or takes) and type(call.node.func) is cst.Attribute:
            role = script.role(call.node.func.value, call.scope)
            other = set(words(dotted(call.node.func.value))) & _NO_MODEL
            if not other and (role is None or role.kind in ("model", "accelerator")):
                return call
    return None


def _loads_for_model(script: Script, call: Site, bound: str, site: Site) -> bool:
    """`model = load_ckpt(model, weights)`, `load_matching(model, torch.load(path))`: a helper gets
    the model and what was read for it."""
    given = [arg.value for arg in call.node.args]
    takes = words(call.name)[:1] == ("load",) and _is_given(call, bound, site)
    plain = takes and call.known is None and type(call.node.func) is cst.Name
    return plain and script.is_a(given[0], call.scope, "model") is not None


def _is_given(call: Site, bound: str, site: Site) -> bool:
    """Whether a call is given what was read: at once, or by the name of the variable."""
    given = [arg.value for arg in call.node.args]
    return any(node is site.node or (bound and dotted(node) == bound) for node in given)
