"""Schedules by hand: the learning rate is computed and set by the script itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.curves import HalfCosine, cases, half_cosine
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.modules import is_class_name
from pseudogen.names.rates import (
    RATE_GIVERS,
    RATE_PIECES,
    SCHEDULE_PIECES,
    asks_formula,
    depends_on_time,
    gives_factor,
    holds_arithmetic,
    is_rate,
    is_time,
    names_in,
    names_schedule,
    optimizer_passed,
    rate_given,
    rate_owner,
    returns_rate,
    sets_rate,
    speaks_of_rate,
    speaks_of_schedule,
)
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned
from pseudogen.names.words import words
from pseudogen.patterns.lr_schedule.facts import LrSchedule
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_MAX_MADE = 3


_FACTOR_WORDS = frozenset(
    {"anneal", "cosine", "decay", "factor", "lambda", "lf", "lr", "poly", "rule", "warmup"}
)
"""Words of functions that give the factor of a schedule."""


@pattern(LrSchedule, statements=(cst.Assign, cst.AugAssign), mentions=RATE_PIECES)
def find_set(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`param_group["lr"] = lr`, `optimizer.learning_rate = lr`."""
    target = site.node.target if type(site.node) is cst.AugAssign else site.node.targets[0].target
    optimizer = rate_owner(script, target, site)
    if optimizer is None:
        return
    value = text(site.node.value)
    falls = half_cosine(site.node.value)
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=Evidence(FLOW, (text(target),)),
        action="set",
        optimizer=optimizer or None,
        value=value if type(site.node) is cst.Assign else text(site.node),
        variable=text(target),
        per=script.unit(site.statement),
        condition=script.condition(site.statement),
        cosine=falls.formula if falls is not None else None,
        top=falls.top if falls is not None else None,
        progress=falls.progress if falls is not None else None,
        made_by=tuple(_made_by(site.node.value, site.statement.index, script)),
        copied=_is_copied(site.node.value, site.statement.index, script),
        own_scheduler=_in_scheduler(site, script),
    )


_SCHEDULERS = frozenset({"lr", "schedule", "scheduler"})


def _in_scheduler(site: Site, script: Script) -> bool:
    """Whether the class around is a scheduler itself, by its name: it is stepped."""
    around = (h.node for h in script.tree.ancestors(site.statement.index))
    classes = [node for node in around if type(node) is cst.ClassDef]
    return any(set(words(node.name.value)) & _SCHEDULERS for node in classes)


@pattern(LrSchedule, methods=RATE_GIVERS, within=(cst.Expr,), mentions=RATE_PIECES)
def find_assigned(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`optimizer.lr.assign(lr)`, `K.set_value(model.optimizer.lr, lr)` during the training."""
    target, value = rate_given(site) or ("", None)
    owner = target.rpartition(".")[0]
    if value is None or not {"opt", "optim", "optimizer"} & set(words(owner)[-1:]):
        return
    if script.unit(site.statement) is None and not _in_hook(site, script):
        return
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=Evidence(FLOW, (target,)),
        action="set",
        optimizer=owner,
        value=text(value),
        variable=target,
        per=script.unit(site.statement),
        condition=script.condition(site.statement),
    )


def _in_hook(site: Site, script: Script) -> bool:
    """Whether a method of a callback does it: `def on_epoch_begin(self, epoch):`."""
    function = script.function_around(site.statement)
    named = words(function.node.name.value) if function is not None else ()
    return named[:1] == ("on",) and named[-1] in ("begin", "end")


def _is_copied(value: Any, statement: int, script: Script) -> bool:
    """`rate = scheduler.get_last_lr()[0]`: a scheduler decides, the script hands it on."""
    made = script.reaching(dotted(value), statement) if dotted(value) else []
    written = [text(value), *(text(b.value) for b in made if b.how == "assign")]
    return any(".get_last_lr(" in piece for piece in written)


def _made_by(value: Any, statement: int, script: Script) -> Iterator[str]:
    """`now = frac * base` and `frac = 1 - step / steps`: each made by arithmetic in one place. What
    is named as a rate is a finding of its own."""
    names = list(names_in(value))
    seen: set[str] = set()
    for name in names:
        told = "." in name or is_rate(name)
        bindings = script.reaching(name, statement) if not told else []
        if name in seen or len(bindings) != 1 or bindings[0].how != "assign":
            continue
        seen.add(name)
        made = bindings[0].value
        if script.carried(name, statement):
            continue  # it is what it was made at the start alone
        if _is_worked_out(made) and name not in names_in(made) and len(seen) <= _MAX_MADE:
            yield f"{name} = {text(made)}"
            names += names_in(made)


@pattern(LrSchedule, calls=speaks_of_schedule)
def find_helper(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`adjust_learning_rate(optimizer, epoch)`, `set_optimizer_lr(optimizer, schedule, epoch)`."""
    if not sets_rate(script, site):
        return
    optimizer = optimizer_passed(script, site)
    holder = assigned(site.statement, site.node)
    if is_class_name(site.name) and holder is not None:
        yield LrSchedule(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (site.name,)),
            action="made",
            name=holder,
            api=site.name,
            optimizer=text(optimizer) if optimizer is not None else None,
            parameters=tuple(text(arg) for arg in site.node.args),
        )
        return
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (site.name,)),
        action="helper",
        name=site.name,
        optimizer=text(optimizer) if optimizer is not None else None,
        parameters=tuple(text(arg) for arg in site.node.args),
        per=script.unit(site.statement),
        condition=script.condition(site.statement),
        own_scheduler=_in_scheduler(site, script),
    )


@pattern(LrSchedule, statements=(cst.Assign, cst.AnnAssign), mentions=RATE_PIECES)
def find_computed(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`lr = args.lr * 0.1 ** (epoch // 30)`, `lr = get_lr(step)`."""
    node = site.node
    target = node.target if type(node) is cst.AnnAssign else node.targets[0].target
    if not is_rate(dotted(target)) or node.value is None:
        return
    computed = holds_arithmetic(node.value) and _follows_time(node.value, site, script)
    if not computed and not asks_formula(script, node.value, site.scope):
        return
    around = script.function_around(site.statement)
    if around is not None and returns_rate(script, around):
        return
    falls = half_cosine(node.value)
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (text(target),)),
        action="computed",
        cosine=falls.formula if falls is not None else None,
        top=falls.top if falls is not None else None,
        progress=falls.progress if falls is not None else None,
        variable=text(target),
        value=text(node.value),
        per=script.unit(site.statement) if script.condition(site.statement) is None else None,
        made_by=tuple(_made_by(node.value, site.statement.index, script)),
    )


_TABLES = frozenset({"array", "asarray", "concatenate", "concat", "cat", "linspace", "stack"})
"""Functions of array libraries that make a table of values."""


@pattern(
    LrSchedule,
    statements=(cst.Assign,),
    values=(cst.Call, cst.ListComp),
    mentions=SCHEDULE_PIECES,
)
def find_table(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`lr_schedule = np.array([base * (1 + cos(pi * t / n)) / 2 for t in range(n)])`: the rates of
    all steps are worked out beforehand."""
    target, value = text(site.node.targets[0].target), site.node.value
    if not (names_schedule(target) and speaks_of_rate(target)):
        return
    filled = value.args[0].value if type(value) is cst.Call and value.args else value
    if type(value) is cst.Call:
        maker = dotted(value.func)
        if maker.rpartition(".")[2] not in _TABLES or "." not in maker:
            return
        lists = type(filled) in (cst.ListComp, cst.GeneratorExp)
        if maker.endswith(("array", "asarray")) and not (lists and holds_arithmetic(filled)):
            return
    elif not holds_arithmetic(filled):
        return
    yield LrSchedule(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (target,)),
        action="table",
        variable=target,
        value=text(value),
    )


def _lists(value: Any) -> bool:
    """Whether a value is a list: rates are collected, none is changed."""
    return type(value) in (cst.List, cst.ListComp)


def _follows_time(value: Any, site: Site, script: Script) -> bool:
    """Whether a rate depends on the epoch or step: by what it names, or by what that was computed
    from (`factor = epoch // 30`)."""
    if depends_on_time(value):
        return True
    made = (b for name in names_in(value) for b in script.reaching(name, site.statement.index))
    return any(
        b.how == "assign" and _is_worked_out(b.value) and depends_on_time(b.value) for b in made
    )


def _is_worked_out(value: Any) -> bool:
    """Whether a value is computed, or counted by comparing: `sum(epoch > milestones)`."""
    return holds_arithmetic(value) or any(type(n) is cst.Comparison for n in descendants(value))


@pattern(LrSchedule, statements=(cst.AugAssign, cst.Assign), mentions=RATE_PIECES)
def find_lowered(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`lr /= 4.0`, `lr = lr * 0.5` inside the loop over the epochs or batches."""
    node = site.node
    target = node.target if type(node) is cst.AugAssign else node.targets[0].target
    if not is_rate(dotted(target)) or type(target) is cst.Subscript or _lists(node.value):
        return
    if type(node) is cst.Assign:
        again = type(node.value) is cst.BinaryOperation and text(node.value.left) == text(target)
        if not again or depends_on_time(node.value):
            return
    per = script.unit(site.statement)
    if per is not None:
        yield LrSchedule(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (text(target),)),
            action="computed",
            variable=text(target),
            value=text(node if type(node) is cst.AugAssign else node.value),
            per=per if script.condition(site.statement) is None else None,
        )


@pattern(LrSchedule, statements=(cst.Assign,), values=(cst.Lambda,))
def find_lambda(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`lf = lambda x: (1 - x / epochs) * 0.99 + 0.01`, passed to `LambdaLR`."""
    value = site.node.value
    if not holds_arithmetic(value.body):
        return
    name = text(site.node.targets[0].target)
    if gives_factor(script, name):
        parameters = tuple(p.name.value for p in value.params.params)
        yield LrSchedule(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, (name,)),
            action="formula",
            name=name,
            value=text(value.body),
            relative=True,
            parameters=parameters,
            counter=parameters[0] if parameters else None,
        )


def _is_factor(name: str, script: Script) -> bool:
    """Whether a function gives a factor: by its name, or as `LambdaLR` gets it."""
    if {"lambda", "factor", "multiplier", "mult", "scale"} & set(words(name)):
        return True
    return gives_factor(script, name)


def _passed_as_factor(site: Site, script: Script) -> bool:
    """Whether a function is given to a schedule of a library: `LambdaLR(optimizer, burn_in)`."""
    name, parameters = site.node.name.value, site.node.params.params
    named = set(words(name)) & _FACTOR_WORDS or names_schedule(name)
    if len(parameters) != 1 or not named:
        return False
    return gives_factor(script, name)


@pattern(LrSchedule, statements=(cst.FunctionDef,))
def find_formula(site: Site, script: Script) -> Iterator[LrSchedule]:
    """`def get_lr(step): ... return min_lr + coeff * (max_lr - min_lr)`."""
    if _stands_in(site, script):
        return
    if returns_rate(script, site.statement) or _passed_as_factor(site, script):
        names = tuple(p.name.value for p in site.node.params.params)
        times = [name for name in names if is_time(name)]
        falls = next(filter(None, map(_falls, script.tree.below(site.statement))), None)
        yield LrSchedule(
            line=site.line,
            end=site.statement.end,
            evidence=Evidence(NAME, (site.node.name.value,)),
            action="formula",
            name=site.node.name.value,
            relative=_is_factor(site.node.name.value, script),
            parameters=names,
            counter=min(times, key=lambda name: len(words(name)), default=None),
            cosine=falls.formula if falls is not None else None,
            top=falls.top if falls is not None else None,
            progress=falls.progress if falls is not None else None,
            cases=cases(script.tree, site.statement),
        )


def _stands_in(site: Site, script: Script) -> bool:
    """Whether a function is made in the `__init__` of a scheduler that is asked for its rate in
    another way, by a `get_lr` of its own."""
    maker = script.function_around(site.statement)
    if maker is None or maker.node.name.value != "__init__" or maker.parent < 0:
        return False
    members = script.tree.body(script.tree.statements[maker.parent])
    return any(type(s.node) is cst.FunctionDef and s.node.name.value == "get_lr" for s in members)


def _falls(statement: Statement) -> HalfCosine | None:
    value = getattr(statement.node, "value", None)
    return half_cosine(value) if value is not None else None
