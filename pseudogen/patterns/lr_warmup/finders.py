"""What lr-warmup is found by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import argument, string
from pseudogen.names.engine_config import MARKS, entry, sections
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.places import own_lines
from pseudogen.names.rates import (
    depends_on_time,
    gives_factor,
    holds_arithmetic,
    is_rate,
    is_time,
    names_in,
    names_schedule,
    optimizer_passed,
    rate_owner,
    speaks_of_rate,
    speaks_of_schedule,
)
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.lr_warmup.facts import LrWarmup
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_WARM = frozenset({"burn", "burnin", "warm", "warming", "warmup"})
_LENGTHS = (
    "num_warmup_steps",
    "warmup_steps",
    "warmup_t",
    "warmup_epochs",
    "warmup_iters",
    "total_epoch",
    "warmup_period",
    "warmup_ratio",
    "warmup_epoch",
    "warmup_num_steps",
)


def _says_warm(name: str) -> bool:
    named = words(name)
    return bool(set(named) & _WARM) and "restarts" not in named


@pattern(LrWarmup, statements=(cst.If,), mentions=("<",))
def find_branch(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`if step < warmup_steps: lr = base_lr * step / warmup_steps`."""
    warm = any(word in script.source(site.statement).lower() for word in ("warm", "burn"))
    compared = _compared(site.node.test) if warm else _early(site.node.test)
    if compared is None:
        return
    counter, length = compared
    for statement in script.tree.body(site.statement):
        value = getattr(statement.node, "value", None)
        if value is None or not holds_arithmetic(value):
            continue
        if not depends_on_time(value) and text(counter) not in names_in(value):
            continue
        if not warm and not _rises_over(statement, value, length):
            continue
        if _later(length, value):
            continue
        yield LrWarmup(
            line=statement.first,
            end=statement.last,
            evidence=Evidence(NAME, (text(length),)) if warm else Evidence(FLOW, (text(counter),)),
            how="branch",
            length=text(length),
            length_value=script.value(length, site.statement.index) if warm else None,
            counter=text(counter),
            condition=text(site.node.test),
            relative=_is_factor(statement, script),
            formula=text(value) if not _goes_on(statement, script) else None,
        )
        return


def _later(length: Any, value: Any) -> bool:
    """Whether a case of a formula is one behind the warm-up: it subtracts the warm-up's length, or
    lasts longer than it."""
    subtracted = any(
        isinstance(n, cst.BinaryOperation)
        and isinstance(n.operator, cst.Subtract)
        and any(_says_warm(name) for name in names_in(n.right))
        for n in descendants(value)
    )
    return subtracted or (type(length) is cst.BinaryOperation and "stable" in text(length))


def _is_factor(statement: Statement, script: Script) -> bool:
    """Whether a value is a factor: by what receives it, or by the function that returns it."""
    if type(statement.node) is cst.Assign:
        target = text(statement.node.targets[0].target)
        return not is_rate(target) and words(target)[-1:] != ("lrs",)
    function = script.function_around(statement)
    named = words(function.node.name.value) if function is not None else ()
    return bool({"lambda", "factor", "multiplier", "mult", "scale"} & set(named))


def _goes_on(statement: Statement, script: Script) -> bool:
    """Whether the rate is only computed from what a case gives: `progress = step / warmup`, or
    `p = step / warmup` and below `lr = start + p * (end - start)`."""
    node = statement.node
    target = dotted(node.targets[0].target) if type(node) is cst.Assign else ""
    if {"progress", "ratio", "frac", "fraction", "pct"} & set(words(target)[-1:]):
        return True
    return any(
        type(s.node) is cst.Assign
        and is_rate(dotted(s.node.targets[0].target))
        and target in names_in(s.node.value)
        and type(getattr(s.node.value, "operator", None)) is cst.Add
        for s in script.tree.body(script.tree.statements[statement.parent])
    )


def _early(test: Any) -> tuple[Any, Any] | None:
    """(counter, length) of `epoch < 5`."""
    if type(test) is not cst.Comparison or len(test.comparisons) != 1:
        return None
    right = test.comparisons[0].comparator
    early = type(test.comparisons[0].operator) in (cst.LessThan, cst.LessThanEqual)
    counts = early and type(right) is cst.Integer and is_time(dotted(test.left))
    return (test.left, right) if counts else None


def _rises_over(statement: Statement, value: Any, length: Any) -> bool:
    """Whether a learning rate is multiplied by a time and divided by the length:
    `lr = lr * (step + epoch * n) / (5.0 * n)`."""
    node = statement.node
    target = dotted(node.targets[0].target) if type(node) is cst.Assign else ""
    if not is_rate(target) or type(value) is not cst.BinaryOperation:
        return False
    if type(value.operator) is not cst.Divide or not depends_on_time(value.left):
        return False
    numbers: list[Any] = [
        n for n in descendants(value.right) if type(n) in (cst.Integer, cst.Float)
    ]
    return any(float(n.value) == float(length.value) for n in numbers)


def _compared(test: Any) -> tuple[Any, Any] | None:
    """(counter, length) of `step < warmup_steps`, alone or in an `and`."""
    stack = [test]
    while stack:
        node = stack.pop()
        if type(node) is cst.BooleanOperation:
            stack += [node.right, node.left]
        elif type(node) is cst.Comparison and len(node.comparisons) == 1:
            operator = type(node.comparisons[0].operator)
            right = node.comparisons[0].comparator
            if operator in (cst.LessThan, cst.LessThanEqual) and any(
                _says_warm(name) for name in names_in(right)
            ):
                return node.left, right
    return None


@pattern(LrWarmup, statements=(cst.Assign, cst.AugAssign, cst.Return), mentions=("warm",))
def find_formula(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`lr_scale = min(1.0, (step + 1) / warmup_steps)`."""
    value = site.node.value
    if value is None or not holds_arithmetic(value):
        return
    lengths = [name for name in names_in(value) if _says_warm(name) and not is_rate(name)]
    if not lengths or not any(is_time(name) for name in names_in(value)):
        return
    if _in_warm_branch(site, script) or not _about_rate(site, script):
        return
    divisions = [
        op for op in script.operations_in(site.statement) if type(op.operator) is cst.Divide
    ]
    divides = bool(divisions) and not _only_shares(divisions)
    limited = any(mark in text(value) for mark in _LIMITS) or _chooses(value)
    target = _set_by(site.node)
    if divides and (limited or _says_warm(target)):
        yield LrWarmup(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (lengths[0],)),
            how="formula",
            length=lengths[0],
            formula=text(value),
        )


def _chooses(value: Any) -> bool:
    """`step / warmup if step < warmup else step ** -0.5`, either way round."""
    test = value.test if type(value) is cst.IfExp else None
    if type(test) is not cst.Comparison:
        return False
    return any(_says_warm(name) for name in names_in(test))


@pattern(LrWarmup, statements=(cst.Assign,), values=(cst.Call,), mentions=("interp",))
def find_interpolated(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`group["lr"] = np.interp(step, [0, n], [warmup_lr, group["initial_lr"]])` where
    `step <= n`."""
    call, target = site.node.value, site.node.targets[0].target
    owner = rate_owner(script, target, site)
    around = (h for h in script.tree.ancestors(site.statement.index) if type(h.node) is cst.If)
    header = next(around, None)
    written = text(call)
    says = "warm" in written
    if not dotted(call.func).endswith("interp") or owner is None or header is None:
        return
    compared = _limited(header.node.test)
    if compared is None or not (says or _says_warm(dotted(compared[1]))):
        return
    counter, length = compared
    yield LrWarmup(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (written.partition("(")[0],)),
        how="interpolated",
        length=text(length),
        length_value=script.value(length, header.index),
        condition=text(header.node.test),
        counter=text(counter),
    )


def _limited(test: Any) -> tuple[Any, Any] | None:
    """(counter, length) of `step <= length`."""
    if type(test) is not cst.Comparison or len(test.comparisons) != 1:
        return None
    early = type(test.comparisons[0].operator) in (cst.LessThan, cst.LessThanEqual)
    return (test.left, test.comparisons[0].comparator) if early else None


@pattern(LrWarmup, statements=(cst.Assign,), values=(cst.Lambda,), mentions=("warm", "burn"))
def find_lambda(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`factor = lambda step: min(1.0, step / warmup_steps)`, which `LambdaLR` gets."""
    value, name = site.node.value, text(site.node.targets[0].target)
    counters = {p.name.value for p in value.params.params}
    rises = (
        n
        for n in descendants(value.body)
        if type(n) is cst.BinaryOperation
        and type(n.operator) is cst.Divide
        and any(_says_warm(length) for length in names_in(n.right))
        and counters & set(names_in(n.left))
    )
    rise = next(rises, None)
    if rise is None or "min(" not in text(value.body) or not gives_factor(script, name):
        return
    length = next(found for found in names_in(rise.right) if _says_warm(found))
    yield LrWarmup(
        line=site.line,
        end=site.last,
        evidence=Evidence(FLOW, (name,)),
        how="formula",
        length=length,
        relative=True,
        formula=text(value.body),
    )


@pattern(LrWarmup, statements=(cst.Assign,), values=(cst.Call,), mentions=("linspace",))
def find_table(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`warmup_lr_schedule = np.linspace(start_lr, base_lr, warmup_steps)`."""
    target, call = text(site.node.targets[0].target), site.node.value
    rises = dotted(call.func).endswith(".linspace") and len(call.args) >= _LINSPACE
    if not rises or not _says_warm(target):
        return
    if not (speaks_of_rate(target) or any(is_rate(name) for name in names_in(call.args[1].value))):
        return
    length = argument(call, "num", 2)
    yield LrWarmup(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (target,)),
        how="table",
        length=text(length) if length is not None else None,
        formula=text(call),
        name=target,
    )


def _only_shares(divisions: list[Any]) -> bool:
    """Whether what is divided by the length of the warm-up has nothing to do with the time: the
    size of one step, `[(rate - start) / warmup_steps for rate in rates]`."""
    by_length = [op for op in divisions if any(_says_warm(name) for name in names_in(op.right))]
    return bool(by_length) and not any(
        is_time(name) for op in by_length for name in names_in(op.left)
    )


_LIMITED = 2
_LINSPACE = 3
"""How many arguments say from where to where, and in how many values."""
_LIMITS = ("min(", "minimum(", "clip(", "** -1.5")
"""What ends a rise in a formula."""


def _set_by(node: Any) -> str:
    """What an assignment sets; "" for a return."""
    if type(node) is cst.AugAssign:
        return text(node.target)
    return text(node.targets[0].target) if type(node) is cst.Assign else ""


def _in_warm_branch(site: Site, script: Script) -> bool:
    """Whether the statement stands under a comparison with the warm-up, or after it."""
    return any(
        type(header.node) in (cst.If, cst.Else) and _compares_warm(_test(header, script))
        for header in script.tree.ancestors(site.statement.index)
    )


def _compares_warm(test: str) -> bool:
    return "warm" in test and ("<" in test or ">" in test)


def _test(header: Statement, script: Script) -> str:
    first = header if type(header.node) is cst.If else script.tree.statements[header.chain]
    return text(first.node.test) if type(first.node) is cst.If else ""


def _about_rate(site: Site, script: Script) -> bool:
    """Whether a formula is one for a learning rate: by its target or its function."""
    target = _set_by(site.node)
    if target and (is_rate(target) or speaks_of_rate(target) or _says_warm(target)):
        return True
    around = script.function_around(site.statement)
    if around is None:
        return False
    name = around.node.name.value
    return speaks_of_rate(name) or _says_warm(name) or "schedule" in words(name)


@pattern(LrWarmup, kinds=("scheduler",))
def find_schedule(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`get_cosine_schedule_with_warmup(optimizer, num_warmup_steps=500, ...)`, `LinearLR(...)`
    that starts low."""
    if site.known is None:
        return
    parameter = site.known.api.traits.get("warmup", "")
    rising = _rising_lambda(script.argument(site, "lr_lambda"))
    if rising is not None:
        yield _made(site, script, rising, Evidence(site.known.evidence, (site.known.name,)))
        return
    reached = _first_milestone(site, script)
    if reached is not None:
        yield _made(site, script, reached, Evidence(site.known.evidence, (site.known.name,)))
        return
    rises = site.known.api.traits.get("form") == "linear-factor" and _rises(site, script)
    length = script.argument(site, "total_iters" if rises else parameter) if parameter else None
    if rises:
        length = script.argument(site, "total_iters")
    elif parameter in ("", "pct_start") or length is None or text(length) in ("0", "None"):
        return
    traits = site.known.api.traits
    yield replace(
        _made(site, script, length, Evidence(site.known.evidence, (site.known.name,))),
        unit=None if rises else traits.get("unit") or _unit(parameter),
        of_schedule=traits.get("form") in _TELLING and not rises and "period" not in traits,
    )


_TELLING = ("cosine", "polynomial", "linear", "constant", "inverse-sqrt")
"""Forms of schedules whose words tell of a warm-up."""


def _unit(name: str) -> str | None:
    """What a length counts, by the name of the parameter."""
    counted = words(name)[-1:]
    if counted in (("epochs",), ("epoch",)):
        return "epoch"
    steps = ("steps", "step", "iters", "iter", "iterations", "updates")
    return "step" if counted and counted[0] in steps else None


def _first_milestone(site: Site, script: Script) -> Any:
    """`10` in Ignite's `milestones_values=[(0, 0.0), (10, lr), (90, 0.0)]`, which starts at 0;
    None for anything else."""
    told = script.argument(site, "milestones_values")
    bound = script.reaching(dotted(told), site.statement.index) if type(told) is cst.Name else []
    told = bound[0].value if len(bound) == 1 else told
    pairs = [e.value for e in told.elements] if type(told) in (cst.List, cst.Tuple) else []
    if len(pairs) < 2 or any(type(p) is not cst.Tuple or len(p.elements) != 2 for p in pairs):
        return None
    (_, start), (reached, peak) = ([e.value for e in pair.elements] for pair in pairs[:2])
    zero = script.value(start, site.statement.index) == 0
    return reached if zero and script.value(peak, site.statement.index) != 0 else None


def _rising_lambda(factor: Any) -> Any:
    """`warmup_steps` in `lambda step: step / warmup_steps`; None for anything else."""
    body = factor.body if type(factor) is cst.Lambda else None
    if type(body) is cst.Call and dotted(body.func) == "min" and len(body.args) == _LIMITED:
        quotients = [a.value for a in body.args if type(a.value) is cst.BinaryOperation]
        body = quotients[0] if len(quotients) == 1 else None
    if type(body) is not cst.BinaryOperation or type(body.operator) is not cst.Divide:
        return None
    parameters = [p.name.value for p in factor.params.params]
    warm = dotted(body.right) and _says_warm(dotted(body.right))
    counter = body.left
    if type(counter) is cst.BinaryOperation and type(counter.right) is cst.Integer:
        counter = counter.left  # `(step + 1) / warmup_steps`
    return body.right if warm and dotted(counter) in parameters else None


def _rises(site: Site, script: Script) -> bool:
    """Whether a linear factor rises: it starts below 1 and ends at 1."""
    start = script.argument(site, "start_factor")
    end = script.argument(site, "end_factor")
    value = script.value(start, site.statement.index) if start is not None else 1 / 3
    goal = script.value(end, site.statement.index) if end is not None else 1.0
    warm = _says_warm(_target(site) or "")
    return warm or (value is not None and goal is not None and value < goal)


def _made(site: Site, script: Script, length: Any, evidence: Evidence) -> LrWarmup:
    return LrWarmup(
        line=site.line,
        end=site.last,
        evidence=evidence,
        how="schedule",
        length=text(length) if length is not None else None,
        length_value=script.value(length, site.statement.index) if length is not None else None,
        api=site.name.rpartition(".")[2],
        name=_target(site) if getattr(site.statement.node, "value", None) is site.node else None,
        chosen=_chosen(site, script),
    )


def _chosen(site: Site, script: Script) -> str | None:
    """What names the schedule, where it may be one without a warm-up."""
    if site.known is None and site.name.rpartition(".")[2] == "get_scheduler":
        given = argument(site.node, "name", 0)
        return text(given) if given is not None and type(given) is not cst.SimpleString else None
    traits = site.known.api.traits if site.known is not None else {}
    name = script.argument(site, "name") if traits.get("form") == "named" else None
    return text(name) if name is not None and type(name) is not cst.SimpleString else None


def _target(site: Site) -> str | None:
    node = site.statement.node
    return text(node.targets[0].target) if type(node) is cst.Assign else None


def _may_warm(name: str) -> bool:
    return speaks_of_schedule(name) or _says_warm(name) or _names_optimizer(name)


def _lasts(told: cst.Arg) -> bool:
    """Whether an argument is the length of a warm-up, and there is one: `warmup_steps=500`."""
    counted = {"steps", "step", "iters", "iter", "epochs", "epoch", "ratio", "updates"}
    key = text(told.keyword) if told.keyword is not None else ""
    return bool(counted & set(words(key))) and text(told.value) not in ("0", "0.0", "None", "False")


def _names_optimizer(name: str) -> bool:
    return words(name)[-1:] in (("optimizer",), ("optim",), ("optimiser",))


@pattern(LrWarmup, kinds=("training-arguments",), calls=_may_warm)
def find_named(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`GradualWarmupScheduler(optimizer, 1, 5)`, `TrainingArguments(warmup_steps=500)`."""
    if site.known is not None and site.known.api.kind == "training-arguments":
        yield from _setting(site, script)
        return
    if site.known is not None or not site.name or type(site.statement.node) is cst.FunctionDef:
        return
    named = words(site.name)
    schedule = names_schedule(site.name) or speaks_of_rate(site.name)
    told = next((a for a in site.node.args if _tells_length(a)), None)
    if told is not None and schedule and text(told.value) not in ("False", "None", "0"):
        length, unit = _told_length(site)
        yield replace(_made(site, script, length, Evidence(NAME, (site.name,))), unit=unit)
    elif told is not None and _names_optimizer(site.name) and _lasts(told):
        yield LrWarmup(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (site.name,)),
            how="setting",
            length=f"{text(told.keyword)}={text(told.value)}",
            length_value=script.value(told.value, site.statement.index),
            api=site.name,
        )
    elif is_rate(_target(site) or ""):
        return  # the rate of one step is worked out, by a function told where it is written
    elif _says_warm(site.name) and site.node.args and named[:1] != ("get",):
        if not schedule and optimizer_passed(script, site) is None:
            return
        yield _made(site, script, _length(site), Evidence(NAME, (site.name,)))


_NO_LENGTHS = frozenset(
    {"bias", "decay", "factor", "init", "lr", "lrs", "method", "mode", "momentum", "multiplier"}
    | {"power", "prefix", "rate", "start", "strategy", "type"}
)
"""Words of settings of a warm-up that are not its length."""


@pattern(LrWarmup, kinds=("warmup",))
def find_callback(site: Site, script: Script) -> Iterator[LrWarmup]:
    """Horovod's `LearningRateWarmupCallback(initial_lr=lr, warmup_epochs=5)`."""
    if site.known is not None:
        length = script.argument(site, "warmup_epochs")
        default = script.argument_or_default(site, "warmup_epochs")
        first, last = own_lines(script, site)
        made = _made(site, script, length, Evidence(site.known.evidence, (site.known.name,)))
        made = replace(made, line=first, end=last, unit="epoch")
        yield made if length is not None else replace(made, length=default)


@pattern(LrWarmup, calls=lambda name: name == "dict", mentions=("linearlr",))
def find_registered(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`param_scheduler = [dict(type="LinearLR", start_factor=0.001, end=500), ...]` of MMEngine."""
    node = site.statement.node
    holder = text(node.targets[0].target) if type(node) is cst.Assign else ""
    made, start = argument(site.node, "type"), argument(site.node, "start_factor")
    factor = script.value(start, site.statement.index) if start is not None else None
    linear = (string(made) or dotted(made).rpartition(".")[2]) == "LinearLR" if made else False
    if site.name != "dict" or not linear or not names_schedule(holder):
        return
    if factor is not None and factor < 1:
        first, last = own_lines(script, site)
        yield replace(
            _made(site, script, argument(site.node, "end"), Evidence(NAME, (holder,))),
            line=first,
            end=last,
            api="LinearLR",
            name=None,
        )


@pattern(LrWarmup, statements=(cst.Assign, cst.Return), values=(cst.Dict,), mentions=MARKS)
def find_configured(site: Site, script: Script) -> Iterator[LrWarmup]:
    """`{"zero_optimization": ..., "scheduler": {"type": "WarmupLR"}}` of DeepSpeed."""
    for section in sections(site, script, "scheduler"):
        made = string(entry(section.value, "type"))
        length = entry(section.value, "params", "warmup_num_steps")
        if _says_warm(made):
            yield LrWarmup(
                line=section.line,
                end=section.line,
                evidence=Evidence(FLOW, ("scheduler",)),
                how="schedule",
                length=text(length) if length is not None else None,
                length_value=script.value(length, site.statement.index) if length else None,
                api=made,
            )


def _length(site: Site) -> Any:
    return next((v for n in _LENGTHS if (v := argument(site.node, n)) is not None), None)


def _tells_length(arg: cst.Arg) -> bool:
    """`warmup_steps=500`, or a setting for it at its place: `config.warmup_steps`."""
    if arg.keyword is not None:
        return _says_warm(arg.keyword.value)
    named = words(dotted(arg.value))
    return _says_warm(dotted(arg.value)) and named[-1:] in _UNITS


_UNITS = (("steps",), ("iters",), ("epochs",), ("iterations",), ("ratio",), ("updates",))


def _told_length(site: Site) -> tuple[Any, str | None]:
    """What an argument says of the length, and what that counts: `warmup_steps=100`, not
    `warmup_lr=1e-6`."""
    for arg in site.node.args:
        named = words(arg.keyword.value) if arg.keyword else ()
        if _tells_length(arg) and not set(named) & _NO_LENGTHS:
            length = arg.value if text(arg.value) not in ("True", "False", "None", "0") else None
            return length, _unit(arg.keyword.value if arg.keyword else dotted(arg.value))
    return None, None


def _setting(site: Site, script: Script) -> Iterator[LrWarmup]:
    for name in ("warmup_steps", "warmup_ratio"):
        value = argument(site.node, name)
        if value is not None and text(value) not in ("0", "0.0") and site.known is not None:
            yield LrWarmup(
                line=site.line,
                end=site.last,
                evidence=Evidence(site.known.evidence, (site.known.name,)),
                how="setting",
                length=f"{name}={text(value)}",
                length_value=script.value(value, site.statement.index),
                api=site.name,
            )
