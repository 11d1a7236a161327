"""What parameter-groups is found by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import argument
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.groups import Group, group_entries, written_groups
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.parameter_groups.facts import ParameterGroups
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_WALKS = ("named_parameters(", "named_modules(", ".modules(", ".parameters(", "named_children(")

_NAMING = tuple(walk for walk in _WALKS if walk.startswith("named"))

_GIVEN = (("named", "params"), ("named", "parameters"))
"""Words of a variable that holds parameters with their names."""
_NO_SPLITS = frozenset(
    {"apply", "check", "duplicate", "find", "freeze", "load", "log", "print", "remove", "save"}
    | {"update"}
)
"""First words of functions that handle groups and do not make them."""


@pattern(ParameterGroups, statements=(cst.Assign,), values=(cst.List, cst.Tuple), mentions=("[",))
def find_lists(site: Site, script: Script) -> Iterator[ParameterGroups]:
    """`decay, no_decay = [], []` into which a loop over the parameters sorts them."""
    names = _empty_lists(site.node)
    if not names or _continues(site, script):
        return
    run = list(names)
    for statement in _followers(site, script):
        more = _empty_lists(statement.node) if type(statement.node) is cst.Assign else ()
        if not more:
            break
        run += more
    sorted_into = _appended(site, script) & set(run)
    if len(sorted_into) > 1:
        names = tuple(name for name in run if name in sorted_into)
        yield ParameterGroups(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, names),
            how="lists",
            names=names,
            groups=len(names),
            free=tuple(name for name in names if name in _free(site, script)),
        )


def _free(site: Site, script: Script) -> set[str]:
    """The names of lists of parameters that get a weight decay of 0 below:
    `return [{"params": decay}, {"params": no_decay, "weight_decay": 0.0}]`."""
    around = script.function_around(site.statement)
    block = script.tree.below(around) if around is not None else script.tree.statements
    found: set[str] = set()
    for statement in block:
        if statement.index > site.statement.index and "weight_decay" in script.source(statement):
            value = getattr(statement.node, "value", None)
            passed = [arg.value for arg in value.args] if type(value) is cst.Call else []
            groups = [group for node in (value, *passed) for group in written_groups(node)]
            groups += [entries for node in passed if (entries := group_entries(node))]
            for group in groups:
                if _undecayed([group]):
                    found |= {dotted(value) for key, value in group if key == "params"}
    return found


def _empty_lists(node: cst.Assign) -> tuple[str, ...]:
    """The names to which an assignment gives empty lists."""
    target, value = node.targets[0].target, node.value
    if type(target) is cst.Tuple and type(value) is cst.Tuple:
        pairs = zip(target.elements, value.elements, strict=False)
        found = [dotted(t.value) for t, v in pairs if _is_empty(v.value)]
        return tuple(found) if len(found) == len(target.elements) else ()
    return (dotted(target),) if _is_empty(value) and dotted(target) else ()


def _is_empty(node: Any) -> bool:
    if type(node) is cst.Call:
        return dotted(node.func) == "list" and not node.args
    return type(node) is cst.List and not node.elements


def _continues(site: Site, script: Script) -> bool:
    """Whether an empty list is assigned directly before: the run began there."""
    before = site.statement.index - 1
    if before < 0:
        return False
    other = script.tree.statements[before]
    same = other.parent == site.statement.parent and type(other.node) is cst.Assign
    return same and bool(_empty_lists(other.node))


def _followers(site: Site, script: Script) -> list[Statement]:
    after = script.tree.statements[site.statement.after : site.statement.after + 8]
    return [s for s in after if s.parent == site.statement.parent]


def _appended(site: Site, script: Script) -> set[str]:
    """The lists to which the next loop over the parameters of a model appends."""
    for statement in _loops_after(site, script):
        over = text(statement.node.iter)
        given = words(over)[-2:] in _GIVEN and type(statement.node.iter) is cst.Name
        given = given or _goes_over_table(statement, script)
        if not (given or any(walk in over for walk in _WALKS)):
            continue
        walked = [name.strip() for name in text(statement.node.target).strip("()").split(",")]
        if given or any(walk in over for walk in _NAMING):
            del walked[:-1]  # the names of the parameters
        return {
            call.name.rpartition(".")[0]
            for call in script.calls_below(statement)
            if call.name.endswith((".append", ".extend")) and _keeps(call, set(walked))
        }
    return set()


def _goes_over_table(loop: Statement, script: Script) -> bool:
    """`for name, p in table.items():` after `table = dict(model.named_parameters())`."""
    over = loop.node.iter
    if type(over) is not cst.Call or over.args or not dotted(over.func).endswith(".items"):
        return False
    bound = script.reaching(dotted(over.func).rpartition(".")[0], loop.index)
    made = [text(b.value) for b in bound if b.how == "assign"]
    return len(made) == 1 and any(walk in made[0] for walk in _NAMING)


def _keeps(call: Site, walked: set[str]) -> bool:
    """Whether a call adds what the loop goes over, or something inside of it (`module.weight`),
    and not what is worked out from it (`p.numel()`)."""
    added = [arg.value for arg in call.node.args]
    written = [text(node) for node in added if type(node) in (cst.Dict, cst.Call)]
    plain = [node for node in added if type(node) in (cst.Name, cst.Attribute)]
    within = {dotted(node).partition(".")[0] for node in plain}
    return bool(within & walked) or any("params" in w or ".parameters()" in w for w in written)


def _loops_after(site: Site, script: Script) -> list[Statement]:
    after = script.tree.statements[site.statement.after : site.statement.after + 12]
    return [s for s in after if type(s.node) is cst.For and s.scope == site.scope]


@pattern(
    ParameterGroups,
    statements=(cst.Assign, cst.AnnAssign, cst.Return, cst.Expr, cst.AugAssign),
    mentions=("params",),
)
def find_dicts(site: Site, script: Script) -> Iterator[ParameterGroups]:
    """`groups = [{"params": decay, "weight_decay": 0.1}, {"params": no_decay, ...}]`."""
    value = site.node.value
    groups = written_groups(value)
    if _appends(value):
        entries = group_entries(value.args[0].value)
        groups = [entries] if any(key == "params" for key, _ in entries) else []
    elif type(value) is cst.Call:
        groups = next((g for a in value.args if (g := written_groups(a.value))), groups)
    if not groups or _sorted_before(groups, site, script):
        return
    begun = _list_before(site, script) or _sorted_above(groups, site, script)
    if begun is not None and _added_before(begun, site, script):
        return
    keys = dict.fromkeys(key for group in groups for key, _ in group if key not in ("", "params"))
    if len(groups) == 1 and ((not keys and type(value) is cst.Call) or _stays_alone(site, script)):
        return  # one group as an optimizer wants it, and nothing is split
    if _appends(value) and keys.keys() <= {"name"} and not _LISTS & set(words(_grown(site.node))):
        return  # parameters of something else: of an event, of a call
    assigned = type(site.node) is cst.Assign and type(value) is cst.List
    yield ParameterGroups(
        line=site.line if begun is None else begun.first,
        end=site.last,
        evidence=Evidence(FLOW, ("params",)),
        how="dicts",
        names=(text(site.node.targets[0].target),) if assigned else (),
        groups=len(groups) if len(groups) > 1 else None,
        settings=tuple(key for key in keys if _differs(key, groups)),
        undecayed=_undecayed(groups),
    )


def _stays_alone(site: Site, script: Script) -> bool:
    """Whether a list of one group is kept, to which the script adds no other."""
    if type(site.node) is not cst.Assign or type(site.node.value) is not cst.List:
        return False
    name = dotted(site.node.targets[0].target)
    later = (s for s in script.tree.statements if s.index > site.statement.index)
    return bool(name) and all(_grown(s.node) != name for s in later)


def _list_before(site: Site, script: Script) -> Statement | None:
    """The statement `groups = []` before `groups += [{"params": ...}]` or
    `groups.append({"params": ...})`, or before the loop in which that stands."""
    first = script.loop_around(site.statement) or site.statement
    grown = _grown(site.node)
    if not grown:
        return None
    before = script.tree.statements[max(0, first.index - 4) : first.index]
    return next(
        (
            s
            for s in reversed(before)
            if type(s.node) is cst.Assign and grown in _empty_lists(s.node)
        ),
        None,
    )


def _appends(value: Any) -> bool:
    """`groups.append(group)`."""
    method = type(value) is cst.Call and type(value.func) is cst.Attribute
    return method and value.func.attr.value == "append" and len(value.args) == 1


def _grown(node: Any) -> str:
    """The list to which a statement adds something; "" for another statement."""
    if type(node) is cst.AugAssign:
        return dotted(node.target)
    appends = type(node) is cst.Expr and _appends(node.value)
    return dotted(node.value.func.value) if appends else ""


def _sorted_above(groups: list[Group], site: Site, script: Script) -> Statement | None:
    """The first of the statements directly above that pick the parameters of the groups:
    `decay = [p for n, p in named if p.dim() >= 2]`."""
    names = [dotted(value) for group in groups for key, value in group if key == "params"]
    found = []
    for name in names:
        bindings = script.reaching(name, site.statement.index) if name else []
        made = script.tree.statements[bindings[0].statement] if len(bindings) == 1 else None
        if made is None or type(bindings[0].value) is not cst.ListComp:
            return None
        if made.parent != site.statement.parent or made.index < site.statement.index - 6:
            return None
        found.append(made)
    return min(found, key=lambda s: s.index) if len(found) > 1 else None


def _added_before(begun: Statement, site: Site, script: Script) -> bool:
    """Whether a group was added before to the list that begins with `begun`."""
    return any(
        _grown(s.node) == _grown(site.node) != ""
        for s in script.tree.statements[begun.index : site.statement.index]
    )


def _differs(key: str, groups: list[Group]) -> bool:
    """Whether a setting is not the same in all groups, as far as they are seen."""
    given = {tuple(text(value) for name, value in group if name == key) for group in groups}
    return len(groups) == 1 or len(given) > 1


def _undecayed(groups: list[Group]) -> int:
    """How many groups have a weight decay of 0."""
    none = ("0", "0.0", "0.")
    return sum(any(key == "weight_decay" and text(v) in none for key, v in g) for g in groups)


def _sorted_before(groups: list[Group], site: Site, script: Script) -> bool:
    """Whether the lists in the groups were filled by a loop, which is where the split began."""
    for group in groups:
        for key, value in group:
            name = dotted(value) if key == "params" else ""
            for binding in script.reaching(name, site.statement.index) if name else ():
                if _is_empty(binding.value) or type(binding.value) is cst.Tuple:
                    return True
    return False


_PARAMETERS = (("paras",), ("params",), ("parameters",))


_LISTS = frozenset({"group", "groups", "optim", "param", "parameters", "paras", "params"})
"""Words of lists of groups."""


def _unpacks(node: cst.Assign) -> bool:
    return type(node.targets[0].target) is cst.Tuple


@pattern(
    ParameterGroups,
    statements=(cst.Assign, cst.Return),
    values=(cst.Call,),
    mentions=("group", "separate", "split", "weight", "policies"),
)
def find_helper(site: Site, script: Script) -> Iterator[ParameterGroups]:
    """`param_groups = get_parameter_groups(model, weight_decay)`."""
    call = site.node.value
    if type(call) is not cst.Call or not dotted(call.func):
        return
    name = dotted(call.func)
    named = words(name)
    policies = named[-2:] == ("optim", "policies")  # `model.get_optim_policies()`
    if not call.args and not policies:
        return
    if name.rpartition(".")[2][:1].isupper() or named[-1:] in (("id",), ("index",), ("idx",)):
        return  # a class, or what tells one of the groups
    about = set(named) & {"param", "params", "parameter", "parameters"}
    grouped = about and set(named) & {"group", "groups", "grouped"}
    decays = named[:3] in (("add", "weight", "decay"), ("set", "weight", "decay"))
    split = decays or named in (("group", "weight"), ("split", "weights"), ("split", "params"))
    parts = named[:1] in (("separate",), ("split",)) and named[-1:] in _PARAMETERS
    split = split or (parts and type(site.node) is cst.Assign and _unpacks(site.node))
    passed = {word for arg in call.args for word in words(dotted(arg.value))}
    if {"group", "groups"} & passed and {"param", "params", "parameter", "parameters"} & passed:
        return  # groups that were split before
    if (named[:1] and named[0] in _NO_SPLITS) or passed & {"device", "rank", "shard", "worker"}:
        return
    if (grouped or split or policies) and "add" not in named[:1] * (not decays):
        target = text(site.node.targets[0].target) if type(site.node) is cst.Assign else None
        if words((target or "").partition(",")[0])[-1:] == ("map",):
            return  # which parameter belongs where
        yield ParameterGroups(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (name,)),
            how="helper",
            names=(target,) if target else (),
            call=name,
        )


@pattern(ParameterGroups, keywords=("paramwise_cfg",))
def find_configured(site: Site, script: Script) -> Iterator[ParameterGroups]:
    """`dict(optimizer=..., paramwise_cfg=dict(norm_decay_mult=0.))` of MMEngine."""
    told = argument(site.node, "paramwise_cfg")
    if type(told) is cst.Call and told.args:
        yield ParameterGroups(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, ("paramwise_cfg",)),
            how="helper",
            call="paramwise_cfg",
        )
