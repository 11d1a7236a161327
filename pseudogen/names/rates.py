"""Learning rates and schedules as names and expressions tell them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import subscript_name
from pseudogen.names.blocks import mentions
from pseudogen.names.modules import is_class_name
from pseudogen.names.words import pieces, words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import CHILDREN, descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

_TIME_WORDS = frozenset(
    {"epoch", "iter", "iteration", "iters", "it", "itr", "progress", "step", "t", "updates"}
)
_COUNTERS = (("current", "idx"), ("cur", "idx"), ("global", "idx"))
_LENGTH_WORDS = frozenset(
    {"accum", "accumulation", "end", "max", "per", "size", "steps", "total", "warm", "warmup"}
)
_SCHEDULE_WORDS = frozenset(
    {"sch", "schd", "schdr", "sche", "sched", "schedule", "scheduler", "schedulers"}
)
RATE_PIECES = ("lr", "rate")
"""One of these is in every name of a learning rate, in lower case."""
SCHEDULE_PIECES = (*RATE_PIECES, *pieces(_SCHEDULE_WORDS))
"""Likewise of a learning rate or of a schedule of it."""
_SETTERS = frozenset(
    {"adjust", "set", "update", "decay", "schedule", "apply", "change", "reduce", "step"} | {"poly"}
)
_NO_MAKERS = frozenset({"dummy", "find", "names", "log", "print", "count", "len", "is", "has"})
"""Words of functions that make no schedule, or one that does nothing."""
_RECORDS = (("config",), ("configs",), ("type",), ("name",), ("progress",), ("chunk",), ("names",))
"""Last words of what only tells of a schedule."""
_ABOUT_TRAINING = frozenset(
    {"args", "cfg", "config", "configs", "epoch", "epochs", "hparams", "optim", "optimizer"}
    | {"optimizers", "opt", "scheduler", "schedulers", "sched", "schedule", "steps", "warmup"}
)
"""Words of what the maker of a scheduler of learning rates is given."""
_OTHER_SCHEDULES = frozenset(
    {"asha", "batching", "beta", "budget", "cache", "ddim", "ddpm", "diffusion", "discrete", "dpm"}
    | {"dropout", "ema", "epsilon", "euler", "job", "kl", "mask", "momentum", "noise", "pndm"}
    | {"profiler", "sampling", "task", "teacher", "temp", "temperature", "timestep", "wd"}
)

_OF_NOISE = ("add_noise", "num_inference_steps", "num_train_timesteps", "set_timesteps")
"""What a script that deals with the noise of a diffusion writes."""


def is_rate(name: str) -> bool:
    """Whether a name is that of a learning rate: `lr`, `args.base_lr`, `learning_rate`,
    `Init_lr_fit`; not `lr_scheduler` or `lr_decay_type`."""
    named = words(name)
    if not named:
        return False
    pairs = list(pairwise(named))
    if ("learning", "rate") in pairs:
        return named[-1] in ("rate", "fit", "init", "start", "max", "min", "base", "new")
    if "lr" not in named and "lrs" not in named:
        return False
    if ("lr", "per") in pairs:
        return named[-1] in ("img", "image", "sample")  # for a batch of one
    return named[-1] in ("lr", "fit", "init", "start", "max", "min", "base", "new", "this", "now")


@lru_cache(maxsize=1 << 13)
def speaks_of_rate(name: str) -> bool:
    """Whether a function's name speaks of a learning rate: `adjust_learning_rate`, `set_lr`."""
    named = words(name)
    return "lr" in named or ("learning", "rate") in pairwise(named)


@lru_cache(maxsize=1 << 13)
def names_schedule(name: str) -> bool:
    """Whether a name is that of a schedule of the learning rate, and of nothing else that is
    scheduled (noise, momentum, weight decay)."""
    named = set(words(name.replace("()", "").replace("[]", "")))
    whole = set(words(name.replace(".", "_").replace("()", "").replace("[]", "")))
    return bool(named & _SCHEDULE_WORDS) and not whole & _OTHER_SCHEDULES


@lru_cache(maxsize=1 << 13)
def speaks_of_schedule(name: str) -> bool:
    """Whether a function's name speaks of a learning rate or of a schedule of it."""
    return speaks_of_rate(name) or names_schedule(name)


def terms_in(node: Any) -> Iterator[Any]:
    """The names, attributes and calls in an expression, from the outside inwards; a call's
    function is no term of its own, its arguments are."""
    stack: list[Any] = [node]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is tuple or kind is list:
            stack.extend(item)
            continue
        if kind in (cst.Name, cst.Attribute) and dotted(item):
            yield item
            continue
        if kind is cst.Call:
            yield item
            stack.extend(arg.value for arg in item.args)
            continue
        children = CHILDREN.get(kind)
        if children is not None:
            stack.append(children(item))


def names_in(node: Any) -> Iterator[str]:
    """The dotted names in an expression, calls' functions included."""
    for term in terms_in(node):
        name = dotted(term.func) if type(term) is cst.Call else dotted(term)
        if name:
            yield name


def holds_arithmetic(node: Any) -> bool:
    """Whether an expression computes: an operation on numbers, a power, a cosine."""
    stack: list[Any] = [node]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is tuple or kind is list:
            stack.extend(item)
            continue
        if kind is cst.BinaryOperation:
            return True
        if kind is cst.Call and dotted(item.func).rpartition(".")[2] in ("cos", "pow", "exp"):
            return True
        children = CHILDREN.get(kind)
        if children is not None:
            stack.append(children(item))
    return False


def is_time(name: str) -> bool:
    """Whether a name is that of the current epoch or step: `epoch`, `iter_num`, `global_step`;
    not `max_epoch` or `warmup_steps`."""
    whole = words(name)
    named = set(whole)
    if whole in _COUNTERS or named == {"global", "steps"}:
        return True
    return bool(named & _TIME_WORDS) and not named & _LENGTH_WORDS


def depends_on_time(node: Any) -> bool:
    """Whether an expression names an epoch or a step: `0.1 ** (epoch // 30)`."""
    return any(is_time(name) for name in names_in(node)) or _looks_up_time(node)


def _looks_up_time(node: Any) -> bool:
    """`state["iter_num"]`: a table that holds the place in the run is asked for it."""
    key = subscript_name(node)
    return bool(key) and is_time(key)


def sets_rate(script: Script, site: Site) -> bool:
    """Whether a call's name says that it sets the learning rate of an optimizer:
    `adjust_learning_rate(optimizer, epoch)`, `self.set_lr(...)`, `self.scheduler(optimizer, i)`."""
    whole: Any = getattr(site.statement.node, "value", None)
    if site.known is not None or not site.name or site.node is not whole:
        return False
    named = set(words(site.name))
    of_rate = is_rate(site.name) or words(site.name)[-1:] in (("rate",), ("lrs",), ("rates",))
    of_rate = of_rate or optimizer_passed(script, site) is not None
    if (
        speaks_of_rate(site.name)
        and named & _SETTERS
        and of_rate
        and not named & {"get", "log", "logger", "pass", "scheduler", "schedulers"}
    ):
        return bool(site.node.args) or "." in site.name
    own = site.name.removeprefix("self.")
    return (
        type(site.statement.node) is cst.Expr
        and names_schedule(site.name)
        and ("." not in own or words(site.name)[0] in _SETTERS - {"step"})
        and (optimizer_passed(script, site) is not None or _told_time(script, site))
    )


def _told_time(script: Script, site: Site) -> bool:
    """`scheduler(step)`, `self.lr_scheduler(epoch)` in training: an object that is called is told
    the time."""
    passed = [arg.value for arg in site.node.args]
    if len(passed) != 1 or not depends_on_time(passed[0]):
        return False
    return script.called_function(site) is None and script.unit(site.statement) is not None


def optimizer_passed(script: Script, site: Site) -> Any:
    """The argument of a call that is an optimizer, or None."""
    passed = (arg.value for arg in site.node.args)
    return next((p for p in passed if script.is_a(p, site.scope, "optimizer") is not None), None)


def base_rate(script: Script, optimizer: Any, site: Site) -> tuple[Any, int] | None:
    """The learning rate that an optimizer was made with, and the statement that makes it; None
    unless the script makes it in one place and says the rate."""
    name = dotted(optimizer) if optimizer is not None else ""
    made = script.reaching(name, site.statement.index) if name else []
    if len(made) != 1 or type(made[0].value) is not cst.Call:
        return None
    maker = script.call_site(made[0].value, made[0].statement, site.scope)
    rate = script.argument(maker, "lr")
    if maker.known is None or maker.known.api.kind != "optimizer" or rate is None:
        return None
    return rate, made[0].statement


def makes_schedule(script: Script, site: Site, target: str) -> bool:
    """Whether a helper's and its target's names say that it makes a schedule:
    `lr_scheduler = build_scheduler(config, optimizer)`."""
    named = words(site.name)
    function = speaks_of_rate(site.name) and named[-1:] in (("fn",), ("func",), ("function",))
    function = function or (named[-1:] == ("lr",) and "step" in script.methods_on(target))
    makes = function and named[:1] in (("create",), ("make",), ("build",), ("get",))
    makes = makes or _is_class_of_rates(script, site)
    if site.known is not None or not (names_schedule(site.name) or makes):
        return False
    if site.name.endswith(("state_dict", ".pop", ".get")):
        return False
    if named[-1:] == ("scheduler",) and set(words(target)) & {"value", "rate"}:
        return False  # a schedule is asked for the present rate
    passed = {word for arg in site.node.args for word in words(dotted(arg.value))}
    if {"cache", "microbatches", "queue", "requests", "stage", "stages"} & passed:
        return False  # of a pipeline, of requests
    first = words(target.strip("()").split(", ")[0])
    if set(named) & _NO_MAKERS or named[-1:] in _RECORDS or first[-1:] in _RECORDS:
        return False
    if not _of_a_rate(script, site, target):
        return False
    holds = any(names_schedule(part) for part in target.strip("()").split(", "))
    return holds or ("," not in target and speaks_of_rate(target))


def _is_class_of_rates(script: Script, site: Site) -> bool:
    """`PolynomialLRWarmup(optimizer, warmup_iters=5)`: a class that by its name deals with the
    learning rate of the optimizer that it is given."""
    of_rate = is_class_name(site.name) and speaks_of_rate(site.name)
    return of_rate and optimizer_passed(script, site) is not None


def _of_a_rate(script: Script, site: Site, target: str) -> bool:
    """Whether names say that what is scheduled is a learning rate: those of the helper and what
    receives it, an optimizer or rate that it is given, or settings whose names say so."""
    if optimizer_passed(script, site) is not None:
        return True
    names = [site.name, *target.strip("()").split(", ")]
    given = [*names_in(tuple(arg.value for arg in site.node.args))]
    given += [arg.keyword.value for arg in site.node.args if arg.keyword is not None]
    if any(speaks_of_rate(name) for name in (*names, *given)):
        return True
    told = {word for name in given for part in name.split(".") for word in words(part)}
    scheduler = any(words(name)[-1:] in (("scheduler",), ("sched",)) for name in names)
    return scheduler and bool(told & _ABOUT_TRAINING) and not schedules_noise(script)


def schedules_noise(script: Script) -> bool:
    """Whether a script deals with schedules of a diffusion's noise, which are called schedulers
    and have steps too: `scheduler.step(noise, t, latents)`."""
    return mentions(script, *_OF_NOISE)


def rate_owner(script: Script, target: Any, site: Site) -> str | None:
    """The optimizer whose rate an assignment target is (`group["lr"]`, `optimizer.lr`); "" when
    it can't be told which; None when the target is no optimizer's rate."""
    if type(target) is cst.Attribute:
        named = target.attr.value in ("lr", "learning_rate")
        owned = named and script.is_a(target.value, site.scope, "optimizer") is not None
        return text(target.value) if owned else None
    if subscript_name(target) != "lr":
        return None
    group = target.value
    if "param_groups" in text(group):
        return text(group).partition(".param_groups")[0]
    for header in script.tree.ancestors(site.statement.index):
        if type(header.node) is cst.For and "param_groups" in text(header.node.iter):
            groups = text(header.node.iter).removeprefix("enumerate(").removeprefix("zip(")
            return groups.partition(".param_groups")[0]
    return "" if {"param", "group"} <= set(words(dotted(group))) else None


RATE_GIVERS = ("assign", "set_value")
"""Methods by which Keras's variables are set."""


def rate_given(site: Site) -> tuple[str, Any] | None:
    """(rate, value) of `optimizer.lr.assign(value)`, `K.set_value(optimizer.lr, value)`; None for
    any other call."""
    target, _, method = site.name.rpartition(".")
    passed = [arg.value for arg in site.node.args]
    if method == "set_value" and len(passed) > 1:
        target = dotted(passed.pop(0))
    if method not in RATE_GIVERS or len(passed) != 1 or not is_rate(target):
        return None
    return target, passed[0]


def asks_formula(script: Script, value: Any, scope: int) -> bool:
    """Whether a rate comes from a function of the epoch or step: `get_lr(step) if decay else x`."""
    if type(value) is cst.IfExp:
        value = value.body
    if type(value) is not cst.Call or not value.args:
        return False
    function = dotted(value.func)
    passed = [arg.value for arg in value.args]
    reads = any(script.is_a(p, scope, "optimizer") is not None for p in passed)
    named = speaks_of_rate(function) or names_schedule(function)
    return named and not reads and any(depends_on_time(p) for p in passed)


def gives_factor(script: Script, name: str) -> bool:
    """Whether a schedule of a library gets a function as its factor, by itself or in a function
    that calls it: `LambdaLR(optimizer, lambda step: factor(step + start))`."""
    for site in script.calls_of_kind("scheduler"):
        given = script.argument(site, "lr_lambda")
        if given is None:
            continue
        calls = type(given) is cst.Lambda and any(
            type(part) is cst.Call and dotted(part.func) == name for part in descendants(given)
        )
        if calls or text(given) == name:
            return True
    return False


def returns_rate(script: Script, function: Statement) -> bool:
    """Whether a function gives the learning rate for an epoch or step that it is passed."""
    node = function.node
    name = node.name.value
    if not speaks_of_rate(name) and not names_schedule(name):
        return False
    params = [p.name.value for p in node.params.params]
    if not any(is_time(p) for p in params) or any("optim" in p for p in params):
        return False
    if not speaks_of_rate(name) and any({"e", "eps", "epsilon"} & set(words(p)) for p in params):
        return False  # of an exploration
    below = script.tree.below(function)
    if any(type(s.node) is cst.FunctionDef for s in below):
        return False
    returned = [s.node.value for s in below if type(s.node) is cst.Return and s.node.value]
    computed = any(holds_arithmetic(s.node) for s in below if type(s.node) is cst.Assign)
    return any(holds_arithmetic(r) or (computed and is_rate(dotted(r))) for r in returned)
