"""What a call does by its name alone: it makes a loss, or computes one."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.names.config_calls import CONFIG_WORDS
from pseudogen.names.modules import is_class_name
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned
from pseudogen.names.words import suggested_role, words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_MAKERS = frozenset({"build", "create", "get", "make", "init", "setup", "define", "instantiate"})
_NO_LOSS = frozenset(
    {"set", "add", "all", "append", "average", "avg", "backward", "clear", "compile", "display"}
    | {"draw", "dump", "estimate", "eval", "evaluate", "gather", "get", "handle", "history"}
    | {"load", "log", "meter", "monitor", "parse", "plot", "print", "process", "record"}
    | {"reduce", "report", "reset", "save", "scale", "show", "smooth", "sync", "test"}
    | {"train", "training", "update", "val", "valid", "validate", "validation", "write"}
)
_NO_MEASURED = frozenset({"loss", "losses", "kind", "mode", "name", "type", "weight", "weights"})
"""Words of what is no output of a model: losses that were computed before, and settings."""
_GIVES = (("loss", "factory"), ("loss", "function"), ("loss", "computer"))
CLASS_ENDINGS = frozenset({"loss", "criterion", "losses"})


def action_of(site: Site, script: Script) -> str | None:
    """What a call of no library does by its name: a loss is "made" or "computed"; None for
    anything else."""
    named = words(site.name)
    if not named or site.name.startswith("super()"):
        return None
    if site.name.rpartition(".")[2][:1].isupper():
        return _action_of_class(site, named)
    direct = getattr(site.statement.node, "value", None) is site.node
    target = target_of(site) if direct else assigned(site.statement, site.node)
    if target is not None and named[-1] == "loss" and suggested_role(target) == "criterion":
        passed = {text(arg.value) for arg in site.node.args}
        return None if target in passed else "made"
    if named[0] in _MAKERS and {"criterion", "criterions", "loss", "losses"} & set(named[1:]):
        if _gets_value(site, script, named):
            return "computed"
        holds = "criterion" in named or _holds_loss(target, site, named, script)
        return "made" if holds else None
    return "computed" if _computes(site, script, named) else None


def _action_of_class(site: Site, named: tuple[str, ...]) -> str | None:
    """The same for a name in capitals."""
    last, args = site.name.rpartition(".")[2], site.node.args
    told = bool(args) and all(arg.keyword is not None for arg in args)
    if told and "loss" in named and "loss" in words(target_of(site) or ""):
        return "made"  # `self.compute_loss_ab = ComputeLoss_ab(num_classes=80)`
    if "_" in last and len(args) > 1:
        return "computed" if named[-1] == "loss" else None
    if named[-1] == "losses" and any(arg.keyword for arg in args):
        return None  # a record of several losses
    if "with" in named or target_of(site) in {text(arg.value) for arg in args}:
        return None  # `NetWithLoss(net, criterion)`, `model = ModelAndLoss(model)`
    entropy = named[-2:] == ("cross", "entropy")
    return "made" if named[-1] in CLASS_ENDINGS or named[-2:] in _GIVES or entropy else None


def _holds_loss(target: str | None, site: Site, named: tuple[str, ...], script: Script) -> bool:
    """Whether a variable that a maker fills holds the loss, by its name, by what the maker gets, or
    as it is called below."""
    if target is None:
        return False
    if suggested_role(target.partition(",")[0]) == "criterion" or _of_settings(site, named):
        return True
    called = any(call.name == target for call in script.call_sites())
    return called and named[0] == "init" and named[-1] == "loss"


def _computes(site: Site, script: Script, named: tuple[str, ...]) -> bool:
    """Whether a function (no object that holds a criterion) computes a loss."""
    if named == ("training", "losses") and len(site.node.args) > 1:
        return site.name.partition(".")[0] not in ("self", "super()")
    computes = named[-1] == "loss" or named[-2:] == ("cross", "entropy")
    computes = computes or ("loss" in named and _asks_criterion(site, script))
    computes = computes or (named[-1] == "criterion" and _hands_criterion(site, script))
    chosen = "losses" in named or "loss" in named
    if site.name.endswith("[]") and chosen and "loss" in words(target_of(site) or ""):
        return len(site.node.args) > 1  # `loss = loss_registry[cfg.loss](model, x)`
    other = named[0] in _NO_LOSS and not (named[0] == "smooth" and _of_no_loss(site))
    if not computes or len(named) < 2 or other or not _compares(site, script):
        return False
    root = site.name.partition(".")[0]
    if root in ("self", "super()", "model", "criterion") or "(" in site.name:
        return False
    bound = script.resolver.bindings(root, site.scope)
    return all(binding.how in ("import", "function") for binding in bound)


def _compares(site: Site, script: Script) -> bool:
    """Whether a function is given values that a loss is computed from: several, or outputs alone
    for a loss by name, `loss_gen, parts = generator_loss(scores)`."""
    args = site.node.args
    if len(args) != 1:
        return len(args) > 1
    given = args[0].value
    named = set(words(dotted(given)))
    alone = type(given) is cst.Name and args[0].keyword is None and not args[0].star
    unpacks = type(site.statement.node) is cst.Assign and assigned(site.statement, site.node)
    return bool(
        alone
        and unpacks
        and "loss" in words(target_of(site) or "")
        and not named & (_NO_MEASURED | CONFIG_WORDS)
        and script.is_a(given, site.scope, "loader") is None
        and script.is_a(given, site.scope, "model") is None
    )


def _asks_criterion(site: Site, script: Script) -> bool:
    """`total, loss = multi_loss_fusion(outputs, labels)`: a function of the script asks a criterion
    and gives what is called a loss."""
    called = script.called_function(site)
    if called is None or "loss" not in words(target_of(site) or ""):
        return False
    for call in script.calls_below(called):
        role = script.role(call.node.func, call.scope)
        functional = call.known is not None and call.known.api.kind == "functional-loss"
        if functional or (role is not None and role.kind == "criterion"):
            return True
    return False


def _hands_criterion(site: Site, script: Script) -> bool:
    """`loss = mixup_criterion(criterion, outputs, targets_a, targets_b, lam)`: a function gets the
    criterion and what it is to compare."""
    given = [arg.value for arg in site.node.args]
    handed = any(script.is_a(node, site.scope, "criterion") is not None for node in given)
    return handed and "loss" in words(target_of(site) or "")


def _of_no_loss(site: Site) -> bool:
    """`loss = smooth_loss(depth)`: how smooth something is, which is not a loss already."""
    return not any("loss" in words(dotted(arg.value)) for arg in site.node.args)


def _gets_value(site: Site, script: Script, named: tuple[str, ...]) -> bool:
    """`smooth_loss = get_smooth_loss(disparity, image)`, whose result is not called below."""
    target = target_of(site) or ""
    values = words(target)[-1:] == ("loss",) and named[0] == "get" and named[-1] == "loss"
    plain = [a.value for a in site.node.args if type(a.value) is cst.Name and a.keyword is None]
    if not values or len(plain) < 2 or len(plain) != len(site.node.args):
        return False
    if any(set(words(dotted(node))) & CONFIG_WORDS for node in plain):
        return False
    return _adds_up(target, site, script)


def _adds_up(target: str, site: Site, script: Script) -> bool:
    """Whether a value is used in arithmetic below."""
    block = script.tree.statements[site.statement.after : site.statement.after + 12]
    return any(
        target in (text(operation.left), text(operation.right))
        for statement in block
        if statement.scope == site.scope
        for operation in script.operations_in(statement)
    )


def _of_settings(site: Site, named: tuple[str, ...]) -> bool:
    """Whether a maker of losses gets settings alone: `train_loss, val_loss = create_loss(cfg)`."""
    passed = [set(words(dotted(arg.value))) for arg in site.node.args]
    return (
        named[-1] in ("loss", "losses") and bool(passed) and all(p & CONFIG_WORDS for p in passed)
    )


def makes(name: str) -> bool:
    """Whether a function makes the loss, rather than being its class (`v8DetectionLoss`)."""
    return not is_class_name(name) and (name == name.lower() or words(name)[0] in _MAKERS)


def serves_other_ends(site: Site, script: Script) -> bool:
    """Whether it is a cost by which pairs are matched, a score, let fall, or put into a
    register."""
    node = site.statement.node
    if type(node) is cst.Assign and text(node.targets[0].target).lstrip("(").startswith("_,"):
        return True  # the loss itself is let fall
    about = {word for name in (target_of(site) or "").split(",") for word in words(name)}
    value = getattr(site.statement.node, "value", None)
    registers = type(value) is cst.Call and "register" in words(dotted(value.func))
    return bool(about & {"cost", "score"}) or registers or "pair" in words(site.name)


def target_of(site: Site) -> str | None:
    """What a statement assigns to; of several results of a call, the loss."""
    node = site.statement.node
    if type(node) is cst.Assign:
        receiver: Any = node.targets[0].target
        if type(receiver) is cst.Tuple and type(node.value) is cst.Call:
            return _loss_of([text(element.value) for element in receiver.elements])
        return text(receiver)
    return text(node.target) if type(node) in (cst.AugAssign, cst.AnnAssign) else None


def _loss_of(names: list[str]) -> str | None:
    """Which of the results of a call is the loss, by their names; all that may be."""
    named = [n for n in names if {"loss", "losses", "entropy", "criterion"} & set(words(n))]
    return ", ".join(named) or None
