"""Averages of weights that a loop over parameters or states writes out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.modules import parameters_of
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.weight_averaging.facts import WeightAveraging
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import bare, text
from pseudogen.syntax.tree import Statement

AVERAGES = frozenset({"ema", "swa", "averaged"})
OTHER = frozenset(
    {"loss", "losses", "meter", "accuracy", "acc", "time", "grad", "reward", "metric", "lr"}
    | {"callback", "config", "hook", "sched", "schedule", "scheduler", "stats", "warmup"}
    | {"checkpoint", "ckpt", "dir", "file", "filename", "folder", "path"}
)


@pattern(WeightAveraging, statements=(cst.For,))
def find_loop(site: Site, script: Script) -> Iterator[WeightAveraging]:
    """`for e, p in zip(ema.parameters(), model.parameters()): e.mul_(d).add_(p, alpha=1 - d)`."""
    models = averaged_pair(site.node)
    if models is None or not mixes(site.statement, script):
        return
    share = _share(site.statement, script)
    yield WeightAveraging(
        line=site.line,
        end=site.statement.end,
        evidence=Evidence(FLOW, tuple(text(m) for m in models)),
        action="updated",
        form="ema",
        average=text(models[0]),
        model=text(models[1]),
        decay=bare(share) if share is not None else None,
        decay_value=script.value(share, site.statement.index) if share is not None else None,
        condition=script.condition(site.statement),
    )


@pattern(WeightAveraging, statements=(cst.For,))
def find_loop_by_name(site: Site, script: Script) -> Iterator[WeightAveraging]:
    """`for name, p in params.items(): ema_params[name].mul_(d).add_(p, alpha=1 - d)`."""
    call = site.node.iter
    if type(call) is not cst.Call or dotted(call.func) == "zip":
        return
    for mixed in script.calls_below(site.statement):
        held = _held(mixed.node) if mixed.name.rpartition(".")[2] in ("add_", "lerp_") else ""
        of = _parameters_held(held, mixed, script) if held else None
        other = _parameters_held(_added(mixed.node), mixed, script) if of is not None else None
        if of is not None and other is not None and text(of) != text(other):
            yield WeightAveraging(
                line=site.line,
                end=site.statement.end,
                evidence=Evidence(FLOW, (text(of), text(other))),
                action="updated",
                form="ema",
                average=text(of),
                model=text(other),
                condition=script.condition(site.statement),
            )
            return
        if held and set(words(held)) & AVERAGES and not set(words(held)) & OTHER:
            model = parameters_of(call) or _state_of(call)
            yield WeightAveraging(
                line=site.line,
                end=site.statement.end,
                evidence=Evidence(NAME, (held,)),
                action="updated",
                form="ema",
                average=held,
                model=text(model) if model is not None else None,
                condition=script.condition(site.statement),
            )
            return


@pattern(WeightAveraging, statements=(cst.For,))
def find_states(site: Site, script: Script) -> Iterator[WeightAveraging]:
    """`for key in old: old[key] = new[key] * tau + old[key] * (1 - tau)`, of two state dicts."""
    for statement in script.tree.body(site.statement):
        parts = _sum_of_items(statement.node)
        if parts is None:
            continue
        average, other, share = parts
        of, model = (_parameters_held(name, site, script) for name in (average, other))
        if of is not None and model is not None and text(of) != text(model):
            yield WeightAveraging(
                line=site.line,
                end=site.statement.end,
                evidence=Evidence(FLOW, (text(of), text(model))),
                action="updated",
                form="ema",
                average=text(of),
                model=text(model),
                decay=bare(share),
                decay_value=script.value(share, statement.index),
                condition=script.condition(site.statement),
            )
            return


def _sum_of_items(node: Any) -> tuple[str, str, Any] | None:
    """(the first table, the second, the share that the first keeps) of `a[key] = b[key] * tau +
    a[key] * (1 - tau)`, whatever the order; None for other statements."""
    target = node.targets[0].target if type(node) is cst.Assign else None
    total = node.value if type(target) is cst.Subscript else None
    if type(total) is not cst.BinaryOperation or type(total.operator) is not cst.Add:
        return None
    sides = [_scaled_item(side) for side in (total.left, total.right)]
    old = next((side for side in sides if side and text(side[0]) == text(target)), None)
    new = next((side for side in sides if side is not old), None)
    if old is None or new is None or text(new[0].slice[0]) != text(old[0].slice[0]):
        return None
    return dotted(old[0].value), dotted(new[0].value), old[1]


def _scaled_item(node: Any) -> tuple[cst.Subscript, Any] | None:
    """`a[key]` and `tau` of `tau * a[key]`."""
    if type(node) is not cst.BinaryOperation or type(node.operator) is not cst.Multiply:
        return None
    for item, factor in ((node.left, node.right), (node.right, node.left)):
        if type(item) is cst.Subscript:
            return item, factor
    return None


def _held(node: Any) -> str:
    """`ema_params` in `ema_params[name].mul_(decay).add_(p)` and `ema_params[name].lerp_(p, w)`."""
    function = node.func
    lerp = type(function) is cst.Attribute and function.attr.value == "lerp_"
    if type(function) is cst.Attribute and not lerp:
        inner = function.value
        if type(inner) is not cst.Call or type(inner.func) is not cst.Attribute:
            return ""
        function = inner.func
        if function.attr.value != "mul_":
            return ""
    base: Any = function.value if type(function) is cst.Attribute else None
    while type(base) in (cst.Subscript, cst.Attribute):
        if type(base) is cst.Attribute and base.attr.value != "data":
            break
        base = base.value
    return dotted(base) if base is not None else ""


def _added(call: cst.Call) -> str:
    """`params` in `....add_(params[name].data, alpha=1 - decay)`."""
    node: Any = call.args[0].value if call.args else None
    if type(node) is cst.Attribute and node.attr.value == "data":
        node = node.value
    if type(node) is cst.Subscript:
        node = node.value
    return dotted(node) if node is not None else ""


def _parameters_held(name: str, site: Site, script: Script) -> Any:
    """The model whose parameters a table holds by their names: `dict(model.named_parameters())`,
    `model.state_dict()`."""
    bound = script.reaching(name, site.statement.index) if name else []
    made = bound[0].value if len(bound) == 1 and bound[0].how == "assign" else None
    if type(made) is not cst.Call:
        return None
    if dotted(made.func) not in ("dict", "OrderedDict"):
        last = made.func.attr.value if type(made.func) is cst.Attribute else ""
        return _state_of(made) if last == "state_dict" else None
    return parameters_of(made) or _state_of(made.args[0].value if made.args else None)


def averaged_pair(node: cst.For) -> tuple[Any, Any] | None:
    """(the average, the model) of `for e, p in zip(ema.parameters(), model.parameters())`: the
    average is the one whose values are changed; None for other loops."""
    call: Any = node.iter
    if type(call) is not cst.Call or dotted(call.func) != "zip" or len(call.args) < 2:
        return None
    first, second = (parameters_of(a.value) or _state_of(a.value) for a in call.args[:2])
    if first is None or second is None:
        return None
    target: Any = node.target
    names = [text(e.value) for e in target.elements] if type(target) is cst.Tuple else []
    return (second, first) if len(names) > 1 and _changes(node.body, names[1]) else (first, second)


def _changes(body: Any, name: str) -> bool:
    """Whether a block changes the values of a variable in place."""
    changed = rf"(?<![\w.]){re.escape(name)}(?:\.data)?\.(?:mul_|lerp_|copy_)\("
    return re.search(changed, text(body)) is not None


def mixes(loop: Statement, script: Script) -> bool:
    """Whether the loop mixes old and new values in place, and not just copies them."""
    for call in script.calls_below(loop):
        method = call.name.rpartition(".")[2]
        if method in ("mul_", "lerp_"):
            return True
        if method == "copy_" and call.node.args:
            mixed = call.node.args[0].value
            return type(mixed) is cst.BinaryOperation or _is_lerp(mixed)
    return any(
        type(s.node) is cst.Assign
        and text(s.node.targets[0].target).endswith(".data")
        and type(s.node.value) is cst.BinaryOperation
        for s in script.tree.below(loop)
    )


def _is_lerp(node: Any) -> bool:
    """`new.lerp(old, decay)`."""
    function = node.func if type(node) is cst.Call else None
    return type(function) is cst.Attribute and function.attr.value == "lerp"


def _state_of(node: Any) -> Any:
    """`model` in `model.state_dict().values()`."""
    while type(node) is cst.Call and type(node.func) is cst.Attribute:
        if node.func.attr.value == "state_dict":
            return node.func.value
        node = node.func.value
    return None


def _share(loop: Statement, script: Script) -> Any:
    """The share of itself that an average keeps, where the loop writes it out: `d` of
    `e.mul_(d).add_(p, alpha=1 - d)`, of `e.lerp_(p, 1 - d)`, and of `e.data = d * e.data + ...`;
    None where it is not seen."""
    names = {text(element.value) for element in loop.node.target.elements}
    for call in script.calls_below(loop):
        (receiver, _, method), args = call.name.rpartition("."), call.node.args
        if receiver.removesuffix(".data") not in names:
            continue
        if method == "mul_" and len(args) == 1:
            return args[0].value
        if method == "lerp_" and len(args) == 2:
            return _rest(args[1].value)
        if method == "copy_" and args:
            mixed = args[0].value
            return _share_of_lerp(mixed, receiver) or _share_of_sum(mixed, receiver)
    assigned = (s.node for s in script.tree.below(loop) if type(s.node) is cst.Assign)
    shares = (_share_of_sum(node.value, text(node.targets[0].target)) for node in assigned)
    return next((share for share in shares if share is not None), None)


def _rest(share: Any) -> Any:
    """What is left to the average: `d` of `1 - d`, `1 - tau` of `tau`."""
    if type(share) is cst.BinaryOperation and type(share.operator) is cst.Subtract:
        return share.right if text(share.left) in ("1", "1.0") else None
    plain = type(share) in (cst.Name, cst.Attribute, cst.Float)
    return cst.parse_expression(f"1 - {text(share)}") if plain else None


def _share_of_sum(total: Any, average: str) -> Any:
    """`d` of `d * e.data + (1 - d) * p.data`, where `e.data` is the average."""
    if type(total) is not cst.BinaryOperation or type(total.operator) is not cst.Add:
        return None
    for side in (total.left, total.right):
        if type(side) is cst.BinaryOperation and type(side.operator) is cst.Multiply:
            for one, factor in ((side.left, side.right), (side.right, side.left)):
                if _is_same(one, average):
                    return factor
    return None


def _share_of_lerp(node: Any, average: str) -> Any:
    """`d` of `p.lerp(e, d)`, of `e.lerp(p, 1 - d)`, where `e` is the average."""
    if not _is_lerp(node) or len(node.args) != 2:
        return None
    towards, share = (arg.value for arg in node.args)
    if _is_same(towards, average):
        return share
    return _rest(share) if _is_same(node.func.value, average) else None


def _is_same(node: Any, average: str) -> bool:
    return bool(average) and text(node).removesuffix(".data") == average.removesuffix(".data")
