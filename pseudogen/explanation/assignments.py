"""Assignments that no pattern names -> what the names become."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.explanation.clipped import (
    LONGEST,
    brief,
    call_text,
    clipped,
    formula,
    short,
    targets,
)
from pseudogen.explanation.libraries import of_library, of_switch
from pseudogen.explanation.passage import Clause
from pseudogen.names.arguments import argument, string
from pseudogen.names.loop_bodies import named_training
from pseudogen.names.rekeying import rekeyed
from pseudogen.names.script import Script, Site
from pseudogen.names.trainable import counted, trained_part
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import OPERATORS, bare, text
from pseudogen.syntax.tree import Statement

MOVES = frozenset({"to", "cuda", "cpu"})
_PLAIN = frozenset(
    {"dict", "float", "int", "len", "list", "max", "min", "set", "str", "sum", "tuple"}
)
"""Calls that are told as they are written."""


def assign(script: Script, statement: Statement) -> Iterator[Clause]:
    """What the targets of `=` become."""
    node = statement.node
    target = node.targets[0].target
    if len(node.targets) == 1 and _are_paired(target, node.value):
        pairs = list(zip(target.elements, node.value.elements, strict=True))
        filled, read = ({text(one.value) for one in side} for side in zip(*pairs, strict=True))
        if len(pairs) > 1 and filled == read:
            yield Clause("swapped", tuple(targets(target)))
            return
        for one, value in pairs:
            names = tuple(targets(one.value))
            if names:
                yield _value(script, statement, names, value.value, text(value.value))
        return
    value = _unwrapped(script, node.value, statement)
    if type(target) in (cst.Tuple, cst.List):
        names = tuple(targets(target))
        if names:
            applied = _applied(script, statement, names, value)
            yield (
                applied
                or trained(script, statement, names, value)
                or Clause("result", names, call_text(value))
            )
        return
    names = tuple(name for t in node.targets for name in targets(t.target))
    if _switches_mode(script, statement, value):
        model, method = value.func.value, value.func.attr.value
        yield Clause("mode", (text(_before_moves(model)),), method)
        value = model
    written = text(value)
    if not names and type(value) is cst.Call:  # `_ = logs.pop("total")`
        yield Clause("called", parts=(call_text(value),))
    elif names and names != (written,):
        yield _value(script, statement, names, value, written)


def _switches_mode(script: Script, statement: Statement, value: Any) -> bool:
    """Whether it is `model.train()` or `model.eval()`, which give the model back."""
    method = type(value) is cst.Call and not value.args and type(value.func) is cst.Attribute
    named = method and value.func.attr.value in ("train", "eval")
    return named and script.is_a(value.func.value, statement.scope, "model") is not None


def _before_moves(model: Any) -> Any:
    """`net` in `net.cuda()`, which gives it back."""
    while type(model) is cst.Call and type(model.func) is cst.Attribute:
        if model.func.attr.value not in MOVES:
            break
        model = model.func.value
    return model


def _unwrapped(script: Script, value: Any, statement: Statement) -> Any:
    """`x` in `Variable(x)`: since PyTorch 0.4 a tensor is its own variable."""
    if type(value) is not cst.Call or not value.args or value.args[0].keyword is not None:
        return value
    full = script.resolver.qualified(dotted(value.func), statement.scope)
    return value.args[0].value if "torch.autograd.Variable" in full else value


def _are_paired(target: Any, value: Any) -> bool:
    """Whether it is `a, b = x, y`."""
    if type(target) is not cst.Tuple or type(value) is not cst.Tuple:
        return False
    elements = (*target.elements, *value.elements)
    plain = all(type(element) is cst.Element for element in elements)
    return plain and len(target.elements) == len(value.elements)


def annotated(script: Script, statement: Statement) -> Iterator[Clause]:
    """What the target of an annotated assignment becomes."""
    names = tuple(targets(statement.node.target))
    value = statement.node.value
    if value is not None and names:
        yield _value(script, statement, names, value, text(value))


def _value(
    script: Script, statement: Statement, names: tuple[str, ...], value: Any, written: str
) -> Clause:
    """What names become by a value, which is `written` so."""
    single = len(names) == 1
    if single and names[0] == f"self.{written}" and _is_passed(script, statement, written):
        return Clause("kept", names)
    taken = _taken(names, value) or of_switch(script, statement, names[0], written)
    if taken is not None:
        return taken
    if type(value) is cst.Call:
        place = moved(names, value)
        if place is not None:
            return place
        applied = _applied(script, statement, names, value)
        if applied is not None:
            return applied
        from_one = sent(script, statement, value)
        if from_one is not None:
            return Clause("received", names, from_one.code, from_one.names)
        known = _preset(script, statement, names, value)
        known = known or of_library(script, statement, names, value)
        if known is not None:
            return known
        training = trained(script, statement, names, value)
        if training is not None:
            return training
        name = dotted(value.func)
        if single and _makes(script, name, statement) and not _replaces(names[0], written):
            shown = value.args or "[" in name
            return Clause("made", names, call_text(value) if shown else text(value.func))
        if name and "(" not in name and len(written) > LONGEST and name not in _PLAIN:
            return Clause("result", names, call_text(value))
    if type(value) is cst.IfExp and len(written) > LONGEST:
        either = (call_text(value.body), call_text(value.orelse))
        return Clause("chosen", names, bare(value.test), either)
    held = _collected(names, value) if len(written) > LONGEST else None
    return held or Clause("set", names, clipped(value, written))


def _preset(
    script: Script, statement: Statement, names: tuple[str, ...], call: cst.Call
) -> Clause | None:
    """`batches = partial(read, size=3)`: a function with some of its arguments."""
    name = dotted(call.func)
    if not name.endswith("partial") or len(call.args) < 2 or call.args[0].star:
        return None
    if "functools.partial" not in script.resolver.qualified(name, statement.scope):
        return None
    passed = tuple(short(text(arg)) for arg in call.args[1:])
    return Clause("preset", names, short(text(call.args[0].value)), passed)


def _is_passed(script: Script, statement: Statement, name: str) -> bool:
    """Whether a variable still holds what its function was called with."""
    made = script.reaching(name, statement.index)
    return bool(made) and all(binding.how == "parameter" for binding in made)


def _taken(names: tuple[str, ...], value: Any) -> Clause | None:
    """What is taken of a model's parameters or a dict's entries."""
    if type(value) not in _TAKING:
        return None
    part = trained_part(value)
    if part is not None:
        return Clause("trainable", names, short(part))
    numbers = counted(value)
    if numbers is not None:
        return Clause("parameter-count", names, numbers[0], ("trained",) if numbers[1] else ())
    changed = rekeyed(value)
    if changed is not None and len(changed.source) <= LONGEST:
        parts = (changed.name, changed.becomes or "", *changed.tests)
        return Clause("rekeyed", names, changed.source, parts)
    return None


_TAKING = frozenset({cst.Call, cst.DictComp, cst.GeneratorExp, cst.ListComp, cst.SetComp})
"""Expressions that may do so."""


def _replaces(name: str, written: str) -> bool:
    """Whether a part of an object becomes something that is soon said: `model.fc = Linear(9, 2)`,
    where what it is made with is what matters."""
    part = "." in name.removeprefix("self.")
    return part and len(written) <= LONGEST


def _makes(script: Script, name: str, statement: Statement) -> bool:
    """Whether a call by this name makes an object of a class, and is no method that an object of
    the script has (`self.evaluator.Accuracy()`), and no object that is called (`CRF(x)`)."""
    receiver, _, last = name.rpartition(".")
    if not last[:1].isupper() or last == "Path" or "(" in name:
        return False
    bound = script.resolver.bindings(name, statement.scope)
    if any(b.how == "assign" and type(b.value) is cst.Call for b in bound):
        return False  # a model that is called `G`
    held = script.resolver.bindings(receiver, statement.scope) if receiver else ()
    direct = () if receiver else script.resolver.bindings(last, statement.scope)
    if any(b.how == "assign" and type(b.value) is cst.Call for b in direct):
        return False
    return not receiver.startswith("self.") and all(b.how == "import" for b in held)


def _collected(names: tuple[str, ...], value: Any) -> Clause | None:
    """A list or dict that is too long to be shown: what it holds."""
    if type(value) is cst.Subscript and len(value.slice) == 1:
        index, values = value.slice[0].slice, entries(value.value, values=True)
        if values and type(index) is cst.Index:
            return Clause("picked", names, short(text(index.value)), values)
    if type(value) in (cst.List, cst.Tuple):
        plain = all(type(element) is cst.Element for element in value.elements)
        parts = tuple(call_text(element.value) for element in value.elements)
        return Clause("listed", names, parts=parts) if plain and parts else None
    keys = entries(value, values=False)
    return Clause("keyed", names, parts=keys) if keys else None


def entries(value: Any, values: bool) -> tuple[str, ...]:
    """The keys (or values) of a dict as it is spelled out; none where some are not seen."""
    pairs: list[tuple[Any, Any]] = []
    if type(value) is cst.Dict:
        pairs = [(e.key, e.value) for e in value.elements if isinstance(e, cst.DictElement)]
        known = len(pairs) == len(value.elements)
    else:
        known = type(value) is cst.Call and text(value.func) == "dict"
        pairs = [(arg.keyword, arg.value) for arg in value.args if arg.keyword] if known else []
        known = known and len(pairs) == len(value.args)
    if not known:
        return ()
    return tuple(short(text(held)) if values else string(key) or text(key) for key, held in pairs)


def _applied(
    script: Script, statement: Statement, names: tuple[str, ...], value: Any
) -> Clause | None:
    """`output = model(x)`."""
    if type(value) is not cst.Call or not value.args or not _applies(script, value, statement):
        return None
    passed = tuple(short(text(arg.value)) for arg in value.args if not _is_switch(arg))
    if not passed:
        return None
    return Clause("applied", names, text(value.func), passed)


def _is_switch(arg: cst.Arg) -> bool:
    """`use_cache=False`: how something is computed, not what from."""
    return arg.keyword is not None and text(arg.value) in ("True", "False", "None")


def _applies(script: Script, call: cst.Call, statement: Statement) -> bool:
    """Whether a call runs a model or a criterion that a variable holds."""
    name = dotted(call.func)
    if not name or "(" in name:
        return False
    held = script.resolver.bindings(name, statement.scope)
    if any(binding.how in ("function", "class", "import") for binding in held):
        return False
    if not held and ("." in name.removeprefix("self.") or name in script.tree.star_imports):
        return False
    scope = statement.scope
    return any(script.is_a(call.func, scope, role) for role in ("model", "criterion"))


def moved(names: tuple[str, ...], call: cst.Call) -> Clause | None:
    """`x = x.to(device)`."""
    function = call.func
    if type(function) is not cst.Attribute or function.attr.value not in MOVES:
        return None
    if names != (text(function.value),):
        return None
    if function.attr.value != "to":
        return Clause("moved", names, "" if function.attr.value == "cuda" else '"cpu"')
    place = argument(call, "device", 0)
    layout = argument(call, "memory_format")
    if place is None and layout is not None and len(call.args) == 1:
        return Clause("layout", names, text(layout))
    if place is None or "dtype" in text(place) or text(place).startswith("torch."):
        return None
    return Clause("moved", names, text(place))


def augmented(script: Script, statement: Statement) -> Iterator[Clause]:
    """What the target of `+=` and its kind becomes."""
    node = statement.node
    value = text(node.value)
    target = text(node.target)
    if type(node.operator) is cst.AddAssign:
        yield Clause("added", (target,), clipped(node.value, value))
    else:
        symbol = OPERATORS[type(node.operator)].removesuffix("=")
        whole = f"({value})" if type(node.value) in _OPERATIONS and not node.value.lpar else value
        yield Clause("set", (target,), formula(f"{target} {symbol} {whole}"))


_OPERATIONS = (cst.BinaryOperation, cst.BooleanOperation, cst.Comparison, cst.IfExp)
"""Values that are worked out before the operator of `/=` and its kind is applied."""


def sent(script: Script, statement: Statement, call: Any) -> Clause | None:
    """`dist.broadcast(weights, src=0)`: one process sends something to the others."""
    known = script.known(call.func, statement.scope)
    if known is None or known.api.traits.get("collective") != "broadcast":
        return None
    site = script.call_site(call, statement.index, statement.scope)
    value = script.argument(site, known.api.traits["value"])
    source = script.argument(site, "root_rank") or script.argument(site, "src")
    if value is None or source is None or script.argument(site, "group") is not None:
        return None
    return Clause("sent", (short(text(value)),), text(source))


def trained(
    script: Script, statement: Statement, names: tuple[str, ...], call: Any
) -> Clause | None:
    """`stats = train_one_epoch(model, loader)` of another file: what the name says, where it
    speaks of an epoch or a model or its optimizer is passed."""
    if type(call) is not cst.Call:
        return None
    site = script.call_site(call, statement.index, statement.scope)
    if not named_training(site) or script.called_function(site) is not None:
        return None
    model, data, updater = (_given(script, site, k) for k in ("model", "loader", "optimizer"))
    epoch = "epoch" if "epoch" in words(site.name) else ""
    if not (model or updater or epoch):
        return None
    shown = text(call) if len(text(call)) <= LONGEST else brief(call)
    return Clause("trained", names, shown, (model, data, epoch))


def _given(script: Script, site: Site, role: str) -> str:
    """The argument that has a role; empty where none has, or several."""
    given = [arg.value for arg in site.node.args if not arg.star]
    held = [text(value) for value in given if script.is_a(value, site.scope, role) is not None]
    return held[0] if len(held) == 1 and len(held[0]) <= LONGEST else ""
