"""What a file of weights is read for: to begin with, to go on from, to evaluate, to share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import string, subscript_key
from pseudogen.names.rates import terms_in
from pseudogen.names.targets import variable
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import CHILDREN, descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

PRETRAINED = "pretrained"
RESUME = "resume"
EVALUATE = "evaluate"
SHARE = "share"

FILE_READS = ("load-file", "load-url")
"""Kinds of table rows of functions that read a file of weights."""
INTO_MODEL = frozenset({"load_state_dict", "set_state_dict", "set_dict", "load_param_into_net"})
_STATE_KEYS = frozenset(
    {"amp", "batch", "epoch", "epochs", "iter", "iteration", "optim", "optimizer", "scaler"}
    | {"scheduler", "step", "steps"}
)
_STATE_WORDS = frozenset({"checkpoint", "ckpt", "snapshot", "state"})
_RESUME_WORDS = frozenset({"continue", "last", "latest", "restart", "restore", "resume", "resumed"})
_EVALUATE_WORDS = frozenset(
    {"demo", "eval", "evaluate", "export", "infer", "inference", "predict", "test", "testing"}
    | {"generate", "sample", "sampling"}
)
_OPTIMIZERS = (("opt",), ("optim",), ("optimizer",))
_OTHER_FUNCTIONS = frozenset(
    {"hook", "validation", "validate", "resume", "save", "evaluate", "inference", "predict"}
    | {"best", "convert", "consolidate", "export", "merge"}
)
_BEGINS = frozenset({"begin", "start", "starting"})
_COUNTED = frozenset({"epoch", "iter", "iteration", "step"})


def purpose_of(script: Script, site: Site, path: Any, loose: bool) -> str:
    """What a call reads weights for; `loose` where parameters may be missing in what it reads."""
    if after_training(script, site.statement) or _ends_otherwise(script, site.statement):
        return EVALUATE
    if _just_saved(script, site, path):
        return SHARE
    if _goes_on_saving(script, site, path):
        return RESUME
    if _restores_progress(script, site) or _counts_on(script, site, path):
        return RESUME
    said = _words_around(script, site, path) - _denied(script, site)
    if path is not None and type(path) is not cst.SimpleString and _names_epoch(path):
        return RESUME
    for wanted, purpose in (
        # Who goes on with a run of the same model needs no leave for parameters to be missing.
        (_RESUME_WORDS - {"restore"} if loose else _RESUME_WORDS, RESUME),
        (_EVALUATE_WORDS, EVALUATE),
    ):
        if said & wanted:
            return purpose
    return PRETRAINED


def _just_saved(script: Script, site: Site, path: Any) -> bool:
    """Whether the same function writes the file above: `torch.save(net.state_dict(), path)` in one
    process, so that the others start from the same weights."""
    return path is not None and any(
        len(save.node.args) > 1
        and save.scope == site.scope
        and save.statement.index < site.statement.index
        and text(save.node.args[1].value) == text(path)
        and ".state_dict()" in text(save.node.args[0].value)
        and not script.exclusive(save.statement, site.statement)
        for save in script.calls_of_method("save")
    )


def _goes_on_saving(script: Script, site: Site, path: Any) -> bool:
    """Whether a loop of the same function saves to the same file below: what the last run left."""
    return path is not None and any(
        len(save.node.args) > 1
        and save.scope == site.scope
        and save.statement.index > site.statement.index
        and text(save.node.args[1].value) == text(path)
        and script.loop_around(save.statement) is not None
        for save in script.calls_of_method("save")
    )


def _names_epoch(path: Any) -> bool:
    """Whether a path is made from the number of the epoch at which the file was saved."""
    names = (n for n in descendants(path) if type(n) in (cst.Name, cst.Attribute))
    return any(words(dotted(name))[-1:] == ("epoch",) for name in names)


def _words_around(script: Script, site: Site, path: Any) -> set[str]:
    """The words of the path, of the conditions around and of the function's name."""
    nodes = [path] if path is not None else []
    nodes += [
        s.node.test for s in script.tree.ancestors(site.statement.index) if type(s.node) is cst.If
    ]
    found = {word for node in nodes for name in _asserted(node) for word in words(name)}
    function = script.function_around(site.statement)
    if function is not None:
        found |= set(words(function.node.name.value))
        parameters = function.node.params.params
        found |= {"resume"} & {word for p in parameters for word in words(p.name.value)}
    return found


def _denied(script: Script, site: Site) -> set[str]:
    """The words of conditions that must not hold: `else` of `if args.resume`."""
    reasons = (script.condition(site.statement) or "").split(" and ")
    return {word for reason in reasons if reason.startswith("not ") for word in words(reason[4:])}


def _asserted(node: Any) -> Iterator[str]:
    """The identifiers and strings in an expression, but for what stands behind `not`."""
    stack = [node]
    while stack:
        part: Any = stack.pop()
        if type(part) is cst.Name:
            yield part.value
        elif type(part) is cst.SimpleString:
            yield part.value.strip("'\"").replace(".", "_")
        elif type(part) in (tuple, list):
            stack += part
        elif not (type(part) is cst.UnaryOperation and type(part.operator) is cst.Not):
            children = CHILDREN.get(type(part))
            value = children(part) if children is not None else ()
            stack += value if type(value) is tuple else (value,)


def _restores_progress(script: Script, site: Site) -> bool:
    """Whether what was read also sets the optimizer, the schedule or the epoch."""
    if _loads_optimizer(script, site):
        return True
    bound = variable(site.statement)
    if not bound:
        return False
    last = bound.rpartition(".")[2]
    end = script.tree.scope_end(site.scope)
    for statement in script.tree.statements[site.statement.index : end]:
        if statement.scope != site.scope or last not in script.source(statement):
            continue
        if any(_reads_progress(node, bound) for node in _used(statement)):
            reaching = script.reaching(bound, statement.index)
            return any(b.statement == site.statement.index for b in reaching)
    return False


def _loads_optimizer(script: Script, site: Site) -> bool:
    """Whether an optimizer gets its state below, before another file is read; a function that by
    its name restores a state may read several."""
    function = script.function_around(site.statement)
    told = words(function.node.name.value) if function is not None else ()
    restores = told[:1] in (("load",), ("restore",)) and bool(_STATE_WORDS & set(told))
    for call in later_calls(script, site):
        if call.node is site.node or type(call.node.func) is not cst.Attribute:
            continue
        if call.known is not None and call.known.api.kind in FILE_READS and not restores:
            return False
        if call.node.func.attr.value in INTO_MODEL:
            role = script.role(call.node.func.value, call.scope)
            kind = role.kind if role is not None else ""
            named = words(dotted(call.node.func.value))[-1:] in _OPTIMIZERS
            if kind in ("optimizer", "scheduler", "scaler") or (not kind and named):
                return True
    return False


def _reads_progress(node: Any, bound: str) -> bool:
    """`checkpoint["optimizer"]`, `checkpoint.get("epoch")`."""
    key: Any = None
    if type(node) is cst.Subscript and dotted(node.value) == bound:
        key = subscript_key(node)
    elif type(node) is cst.Call and dotted(node.func) == bound + ".get" and node.args:
        key = node.args[0].value
    return bool(_STATE_KEYS & set(words(string(key))))


def _used(statement: Statement) -> list[cst.CSTNode]:
    """The nodes of what a statement computes, of an `if` or `while` of what it asks."""
    node = statement.node
    if type(node) in (cst.If, cst.While):
        return descendants(node.test)
    if type(node) in (cst.Assign, cst.AnnAssign, cst.Expr, cst.Return, cst.AugAssign):
        return descendants(node.value) if node.value is not None else []
    return []


def _counts_on(script: Script, site: Site, path: Any) -> bool:
    """Whether the number to begin with is taken from the name of the file, in the same block:
    `start_epoch = int(path.split("_")[-1])`."""
    here, statements = site.statement, script.tree.statements
    derived = set(_read_in(path)) if path is not None else set()
    end = statements[here.parent].after if here.parent >= 0 else len(statements)
    for statement in statements[here.index + 1 : end] if derived else ():
        beside = statement.parent == here.parent and type(statement.node) is cst.Assign
        if not beside or derived.isdisjoint(_read_in(statement.node.value)):
            continue
        receiver = dotted(statement.node.targets[0].target)
        named = set(words(receiver))
        if named & _BEGINS and named & _COUNTED:
            return True
        derived.add(receiver)
    return False


def _read_in(node: Any) -> Iterator[str]:
    """The variables and settings that an expression reads, as written."""
    for term in terms_in(node):
        if type(term) is not cst.Call:
            yield dotted(term)
        elif type(term.func) is cst.Attribute:
            yield from _read_in(term.func.value)


def later_calls(script: Script, site: Site) -> Iterator[Site]:
    """The calls of a statement and those below it in its function, where what one of them reads may
    go."""
    yield from script.calls_in(site.statement)
    for call in script.calls_after(site.statement):
        if call.scope == site.scope:
            yield call


def serves_other_ends(script: Script, statement: Statement) -> bool:
    """Whether a statement serves something else than the start of a training: it stands below the
    epoch loop, or in a function that by its name evaluates, saves or restores."""
    function = script.function_around(statement)
    named = set(words(function.node.name.value)) if function is not None else set()
    return bool(named & _OTHER_FUNCTIONS) or after_training(script, statement)


def _ends_otherwise(script: Script, statement: Statement) -> bool:
    """Whether a function by its name picks the best weights, or turns weights into others."""
    function = script.function_around(statement)
    named = set(words(function.node.name.value)) if function is not None else set()
    return bool(named & {"best", "convert", "consolidate", "export"})


def after_training(script: Script, statement: Statement) -> bool:
    """Whether an epoch loop of the same function stands above."""
    end = script.once(_first_ends).get(statement.scope)
    return end is not None and end <= statement.index


def _first_ends(script: Script) -> dict[int, int]:
    """Scope -> where its first epoch loop ends: the index behind its last statement."""
    found: dict[int, int] = {}
    for index, loop in script.structure.loops.items():
        if loop.kind == "epoch-loop":
            header = script.tree.statements[index]
            found[header.scope] = min(header.after, found.get(header.scope, header.after))
    return found
