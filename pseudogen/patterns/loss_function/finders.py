"""What loss-function is found by."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile, takewhile
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.arguments import argument, string
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.modules import is_class_name
from pseudogen.names.places import own_lines
from pseudogen.names.registered import registered
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, inline_condition
from pseudogen.names.words import suggested_role, words
from pseudogen.patterns.loss_function.facts import LossFunction
from pseudogen.patterns.loss_function.named import (
    CLASS_ENDINGS,
    action_of,
    makes,
    serves_other_ends,
    target_of,
)
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_NO_TRAINING = frozenset({"entropy", "log_prob", "kl_divergence"})
"""Methods of distributions, for which the function of a loss gives a property."""
_CRITERION_PIECES = ("criterion", "loss")
_GROUPS = (cst.Dict, cst.List, cst.Tuple)
_MOVES = frozenset({"to", "cuda", "cpu", "float", "half", "double"})
"""Methods of a criterion that give it back."""

_BOTH = 2


@pattern(LossFunction, kinds=("criterion", "functional-loss"))
def find_library(site: Site, script: Script) -> Iterator[LossFunction]:
    """`nn.CrossEntropyLoss()`, `F.cross_entropy(output, target)`."""
    if site.known is None or type(site.statement.node) is cst.ClassDef:
        return
    if _measures(site, script) or _is_read(site):
        return
    called = _called_at_once(site, script)
    made = site.known.api.kind == "criterion" and called is None
    if not made and not (called or site.node).args:
        return
    others = [s for s in script.calls_in(site.statement) if s.known and _kind(s) == _kind(site)]
    if others[0].node is not site.node:
        return
    traits = site.known.api.traits
    names = tuple(dict.fromkeys(s.name.rpartition(".")[2] for s in others))

    def told(setting: str) -> str | None:
        passed = {script.argument_text(s, setting) or script.default(s, setting) for s in others}
        return passed.pop() if len(passed) == 1 else None

    yield LossFunction(
        line=site.line,
        end=site.last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        action="made" if made else "computed",
        name=_holder(site) if made else target_of(site),
        api=script.class_name(site),
        choices=names if len(names) > 1 else (),
        chosen_by=_chosen_by(site) if len(names) == _BOTH == len(others) else None,
        several=len(names) > 1 and _is_group(site),
        task=traits.get("task") or None,
        expects=traits.get("expects") or None,
        reduction=told("reduction"),
        weight=told("weight"),
        positive_weight=told("pos_weight"),
        smoothing=told("label_smoothing") or told("smoothing"),
        ignore=told("ignore_index"),
        inputs=() if made else _inputs(called or site.node, int(traits.get("inputs", "2"))),
        part=not made and _is_part(called or site.node, site),
        added=not made and _is_added(called or site.node, site),
        condition=_condition(site, script, others),
    )


def _measures(site: Site, script: Script) -> bool:
    """Whether what the function of a loss gives is another quantity: a property of a distribution,
    the cost of pairs that may be matched, or an error that is computed without gradients."""
    function = script.function_around(site.statement)
    if function is None:
        return False
    decorators = {words(text(d.decorator).partition("(")[0]) for d in function.node.decorators}
    named = set(words(target_of(site) or function.node.name.value))
    without = ("no", "grad") in decorators and not named & {"loss", "losses", "criterion"}
    pairs = "pair" in words(function.node.name.value)
    return without or pairs or function.node.name.value in _NO_TRAINING


def _called_at_once(site: Site, script: Script) -> Any:
    """The call of a criterion that is made for it alone: `-nn.NLLLoss()(output, target)`."""
    calls = script.calls_in(site.statement)
    return next((other.node for other in calls if other.node.func is site.node), None)


def _is_group(site: Site) -> bool:
    """Whether a statement puts values side by side: `losses = {"mask": ..., "dice": ...}`."""
    return type(getattr(site.statement.node, "value", None)) in _GROUPS


def _chosen_by(site: Site) -> str | None:
    """`test` of `criterion = A() if test else B()`."""
    value = getattr(site.statement.node, "value", None)
    return text(value.test) if type(value) is cst.IfExp and value.body is site.node else None


def _is_added(call: Any, site: Site) -> bool:
    """Whether a statement does nothing but add what a call gives: `loss += dice_loss(x, y)`."""
    node = site.statement.node
    adds = type(node) is cst.AugAssign and type(node.operator) is cst.AddAssign
    return adds and node.value is call


def _is_part(call: cst.Call, site: Site) -> bool:
    """Whether a variable gets more than what the call gives: `w * mse_loss(x, y)`, `loss += ...`"""
    node = site.statement.node
    whole = type(node) in (cst.Assign, cst.AnnAssign) and node.value is call
    return target_of(site) is not None and not whole


def _condition(site: Site, script: Script, others: list[Site]) -> str | None:
    """The condition under which it is reached, that of `f() if test else g()` included."""
    around = script.condition(site.statement)
    within = inline_condition(site.statement, site.node) if len(others) == 1 else None
    return " and ".join(test for test in (around, within) if test) or None


_SETTINGS = frozenset(
    {"axis", "blank", "cfg", "config", "delta", "device", "eps", "epsilon", "fn", "full", "gamma"}
    | {"index", "margin", "name", "num", "classes", "reduction", "scale", "smooth", "smoothing"}
    | {"swap", "weight", "weights"}
)
"""Last words of what a loss is told beside the values that it compares."""
_LETTERS = frozenset({"alpha", "beta", "p"})
"""Such words that are values just as often: behind those that are compared, they are settings."""
_SETTING_STARTS = frozenset({"is", "num", "return", "smooth", "soft", "use"})
_TRUTHS = frozenset({"target", "targets", "label", "labels"})
_COMPARED = _TRUTHS | {"input", "inputs", "logits", "output", "outputs", "pred", "preds"}
"""Last words of the keywords by which a loss gets the values that it compares."""


def _is_input(node: Any, behind: bool = False) -> bool:
    """Whether a loss compares what it is given; `behind` two other values or more."""
    if type(node) not in (cst.Name, cst.Attribute):
        return type(node) not in (cst.SimpleString, cst.Integer, cst.Float)
    name = dotted(node).rpartition(".")[2]
    named = words(name)
    counts = name.startswith("n_") or bool(set(named[:1]) & _SETTING_STARTS)
    if text(node) in ("None", "True", "False") or counts:
        return False
    if set(named) & _TRUTHS and "smoothing" not in named:
        return True
    letter = (behind or type(node) is cst.Attribute) and set(named[-1:]) & _LETTERS
    return not letter and not set(named[-1:]) & _SETTINGS


def _inputs(call: cst.Call, most: int | None = None) -> tuple[str, ...]:
    """The values that a function is given by place, up to the settings behind them, or else by the
    usual keywords."""
    given = [arg.value for arg in call.args if arg.keyword is None and not arg.star][:most]
    values = list(dropwhile(lambda node: not _is_input(node), given))
    plain = [n for _, n in takewhile(lambda at: _is_input(at[1], at[0] > 1), enumerate(values))]
    if plain:
        return tuple(text(node) for node in plain)
    named = [a for a in call.args if a.keyword is not None and _last(a) in _COMPARED]
    named = [arg for arg in named if _is_input(arg.value)]
    whole = any(_last(arg) not in _TRUTHS for arg in named)
    return tuple(text(arg.value) for arg in named) if whole else ()


def _last(arg: cst.Arg) -> str:
    return words(arg.keyword.value if arg.keyword is not None else "")[-1:][0]


def _kind(site: Site) -> str:
    return site.known.api.kind if site.known is not None else ""


def _is_read(site: Site) -> bool:
    """Whether only a value of it is read: `ignored = nn.CrossEntropyLoss().ignore_index`."""
    value = getattr(site.statement.node, "value", None)
    return type(value) is cst.Attribute and value.value is site.node


def _holder(site: Site) -> str | None:
    """What holds a criterion that is made: what it is assigned to; not `engine` in `engine =
    Engine(nn.MSELoss())`, unless it is called a loss itself."""
    name = target_of(site)
    direct = assigned(site.statement, site.node) is not None
    named = CLASS_ENDINGS & {word for part in (name or "").split(",") for word in words(part)}
    return name if direct or named else None


@pattern(LossFunction, methods=("compile",), mentions=("loss",))
def find_compiled(site: Site, script: Script) -> Iterator[LossFunction]:
    """`model.compile(optimizer="adam", loss="mse")` of Keras: a loss by its name, or what a
    function of the project makes."""
    told = argument(site.node, "loss") if type(site.node.func) is cst.Attribute else None
    if told is None or any(
        s.known and _kind(s) == "criterion" for s in script.calls_in(site.statement)
    ):
        return
    single = string(told) or (dotted(told.func) if type(told) is cst.Call else "")
    parts = [e.value for e in told.elements] if type(told) in (cst.Dict, cst.List) else []
    makes = parts and all(type(p) in (cst.Call, cst.Lambda) or string(p) for p in parts)
    function = _function_given(told, site, script)
    single = single or function
    if single or makes:
        yield LossFunction(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, (site.name,)),
            action="computed" if function else "made",
            api=single.rpartition(".")[2] if single else text(told),
            condition=script.condition(site.statement),
        )


def _function_given(told: Any, site: Site, script: Script) -> str:
    """The name of a function that computes the loss: `loss=hybrid_loss`, which is imported or
    defined; "" for what is made elsewhere."""
    name = dotted(told) if type(told) in (cst.Name, cst.Attribute) else ""
    bound = script.resolver.bindings(name.partition(".")[0], site.scope) if name else []
    function = bool(bound) and all(b.how in ("import", "function") for b in bound)
    says = {"loss", "crossentropy", "entropy", "error"} & set(words(name))
    return name if function and says else ""


@pattern(LossFunction, methods=("Lambda",), within=(cst.Assign,), mentions=("loss",))
def find_layer(site: Site, script: Script) -> Iterator[LossFunction]:
    """`model_loss = Lambda(yolo_loss, name="loss")(outputs)` of Keras: a layer computes it."""
    function = dotted(site.node.args[0].value) if site.node.args else ""
    full = script.resolver.qualified(site.name, site.scope)
    of_keras = any("keras" in name.split(".") for name in full)
    if of_keras and words(function)[-1:] == ("loss",):
        yield LossFunction(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (function,)),
            action="computed",
            name=target_of(site),
            api=function.rpartition(".")[2],
            condition=script.condition(site.statement),
        )


@pattern(LossFunction, calls=lambda name: name == "dict", mentions=("loss",))
def find_registered(site: Site, script: Script) -> Iterator[LossFunction]:
    """`loss_cls=dict(type="FocalLoss", gamma=2.0)` of MMEngine."""
    found = registered(site, script)
    if found is not None and "loss" in words(found[1]) and words(found[0])[-1:] == ("loss",):
        first, last = own_lines(script, site)
        yield LossFunction(
            line=first,
            end=last,
            evidence=Evidence(NAME, (found[1],)),
            action="made",
            name=found[1],
            api=found[0],
            task=_task(found[0]),
            condition=script.condition(site.statement),
        )


@pattern(LossFunction, calls=speaks_of("entropy", "criterion", "loss"))
def find_named(site: Site, script: Script) -> Iterator[LossFunction]:
    """`FocalLoss(gamma=2)`, `dice_loss(pred, target)`, `criterion = build_criterion(args)`."""
    own = site.known is None or site.known.api.kind == "module"
    if not own or site.name[-1:] in ("", ")") or type(site.statement.node) is cst.ClassDef:
        return
    action = action_of(site, script)
    if action is None or serves_other_ends(site, script):
        return
    made_at_once = action == "made" and _called_at_once(site, script) is not None
    action = "computed" if made_at_once else action
    called = _called_at_once(site, script) if made_at_once else site.node
    group = [s for s in script.calls_in(site.statement) if action_of(s, script) == "computed"]
    names = tuple(dict.fromkeys(s.name.rpartition(".")[2] for s in group if _is_group(site)))
    yield LossFunction(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (site.name,)),
        action=action,
        choices=names if len(names) > 1 else (),
        several=len(names) > 1,
        name=target_of(site),
        maker=action == "made" and makes(site.name.rpartition(".")[2]),
        task=_task(site.name) if len(names) < _BOTH else None,
        api=text(site.node.func) if site.name[-1] == "]" else site.name.rpartition(".")[2],
        inputs=_inputs(called) if action == "computed" else (),
        part=action == "computed" and _is_part(called, site),
        added=action == "computed" and _is_added(called, site),
        condition=_condition(site, script, [site]),
    )


_TASKS = {"dice": "overlap", "focal": "focal"}
"""What a word of a loss's name says that it is for."""


def _task(name: str) -> str | None:
    """What a loss is for, where its name says one thing: `DiceLoss`; not `DiceFocalLoss`."""
    said = {_TASKS[word] for word in words(name.rpartition(".")[2]) if word in _TASKS}
    return said.pop() if len(said) == 1 else None


@pattern(LossFunction, methods=("cosine_similarity",), within=(cst.Assign, cst.Return))
def find_similarity(site: Site, script: Script) -> Iterator[LossFunction]:
    """`return -F.cosine_similarity(p, z).mean()` of a function that computes a loss."""
    full = script.resolver.qualified(site.name, site.scope)
    around = script.function_around(site.statement)
    name = target_of(site) or (around.node.name.value if around is not None else "")
    if "torch.nn.functional.cosine_similarity" in full and "loss" in words(name):
        yield LossFunction(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, (name,)),
            action="computed",
            name=target_of(site),
            api="cosine_similarity",
            inputs=tuple(text(a.value) for a in site.node.args if a.keyword is None),
            part=_is_part(site.node, site),
            condition=_condition(site, script, [site]),
        )


@pattern(LossFunction, statements=(cst.Assign,), values=(cst.Call,), mentions=_CRITERION_PIECES)
def find_held(site: Site, script: Script) -> Iterator[LossFunction]:
    """`criterion = nn.CosineSimilarity(dim=1).cuda()`: an object of another class is what the loss
    is computed with, as the name says."""
    made, target = site.node.value, target_of(site) or ""
    while type(made.func) is cst.Attribute and made.func.attr.value in _MOVES:
        made = made.func.value
        if type(made) is not cst.Call:
            return
    named = suggested_role(target) == "criterion" or words(target)[:1] == ("criterion",)
    if not named or not is_class_name(dotted(made.func)):
        return
    called = script.call_site(made, site.statement.index, site.scope)
    other = called.known is not None and called.known.api.kind not in ("module", "model")
    if other or action_of(called, script) or target in {text(arg.value) for arg in made.args}:
        return  # a loss by its own name, or something around the criterion
    yield LossFunction(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (target,)),
        action="held",
        name=target,
        api=called.name.rpartition(".")[2],
        condition=_condition(site, script, [site]),
    )
