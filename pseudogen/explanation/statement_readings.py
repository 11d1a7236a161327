"""A simple statement that no pattern names -> what it does, as far as its syntax shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import libcst as cst

from pseudogen.explanation.messages import message, reports
from pseudogen.explanation.passage import Clause
from pseudogen.names.arguments import argument
from pseudogen.names.script import Script
from pseudogen.names.training import CLEARING_METHODS
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import OPERATORS, bare, text
from pseudogen.syntax.tree import Statement

_LONGEST = 60
_MOVES = frozenset({"to", "cuda", "cpu"})
_FOLDERS = frozenset({"makedirs", "mkdir", "mkdirs", "mkdir_p"})
_WRITES = frozenset(
    {"json.dump", "pickle.dump", "yaml.dump", "np.save", "numpy.save", "np.savez", "np.savetxt"}
)
_WRITERS = frozenset({"savefig", "to_csv", "save_image", "writelines"})
_ENDS = frozenset({"exit", "sys.exit", "quit", "os._exit"})
_PLAIN = frozenset(
    {"dict", "float", "int", "len", "list", "max", "min", "set", "str", "sum", "tuple"}
)
"""Calls that are told as they are written."""
DECLARES = frozenset({"add_argument", "add_argument_group", "set_defaults", "ArgumentParser"})
_LOADS = frozenset({"load_state_dict", "set_state_dict"})


def _assign(script: Script, statement: Statement) -> Iterator[Clause]:
    node = statement.node
    target = node.targets[0].target
    if len(node.targets) == 1 and _are_paired(target, node.value):
        pairs = zip(target.elements, node.value.elements, strict=True)
        for one, value in pairs:
            names = tuple(targets(one.value))
            if names:
                yield _value(script, statement, names, value.value)
        return
    value = _unwrapped(script, node.value, statement)
    if type(target) in (cst.Tuple, cst.List):
        names = tuple(targets(target))
        if names:
            applied = _applied(script, statement, names, value)
            yield applied or Clause("result", names, _call(value))
        return
    names = tuple(name for t in node.targets for name in targets(t.target))
    if names and names != (text(value),):
        yield _value(script, statement, names, value)


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


def _annotated(script: Script, statement: Statement) -> Iterator[Clause]:
    names = tuple(targets(statement.node.target))
    if statement.node.value is not None and names:
        yield _value(script, statement, names, statement.node.value)


def _value(script: Script, statement: Statement, names: tuple[str, ...], value: Any) -> Clause:
    written = text(value)
    single = len(names) == 1
    if single and names[0] == f"self.{written}":
        return Clause("kept", names)
    if type(value) is cst.Call:
        moved = _moved(names, value)
        if moved is not None:
            return moved
        applied = _applied(script, statement, names, value)
        if applied is not None:
            return applied
        name = dotted(value.func)
        if single and name.rpartition(".")[2][:1].isupper() and "(" not in name:
            return Clause("made", names, name)
        if name and "(" not in name and len(written) > _LONGEST and name not in _PLAIN:
            return Clause("result", names, _call(value))
    if type(value) is cst.IfExp and len(written) > _LONGEST:
        return Clause("chosen", names, bare(value.test), (_call(value.body), _call(value.orelse)))
    return Clause("set", names, short(written))


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


def _moved(names: tuple[str, ...], call: cst.Call) -> Clause | None:
    """`x = x.to(device)`."""
    function = call.func
    if type(function) is not cst.Attribute or function.attr.value not in _MOVES:
        return None
    if names != (text(function.value),):
        return None
    if function.attr.value != "to":
        return Clause("moved", names, "" if function.attr.value == "cuda" else '"cpu"')
    place = argument(call, "device", 0)
    if place is None or "dtype" in text(place) or text(place).startswith("torch."):
        return None
    return Clause("moved", names, text(place))


def _augmented(script: Script, statement: Statement) -> Iterator[Clause]:
    node = statement.node
    value = text(node.value)
    target = text(node.target)
    if type(node.operator) is cst.AddAssign and len(value) <= _LONGEST:
        yield Clause("added", (target,), value)
    else:
        symbol = OPERATORS[type(node.operator)].removesuffix("=")
        yield Clause("set", (target,), short(f"{target} {symbol} {value}"))


def _expression(script: Script, statement: Statement) -> Iterator[Clause]:
    call = statement.node.value
    if isinstance(call, cst.Call):
        yield from _call_alone(script, statement, call)


def _call_alone(script: Script, statement: Statement, call: Any) -> Iterator[Clause]:
    name = dotted(call.func)
    receiver, _, method = name.rpartition(".")
    if method in DECLARES:
        return
    first = call.args[0].value if call.args else None
    if name in _ENDS:
        yield Clause("ended", parts=(message(first),) if message(first) else ())
    elif reports(name, receiver, method):
        said = message(first)
        yield Clause("printed", parts=(said,) if said else ())
    elif method in _FOLDERS:
        of_path = method == "mkdir" and receiver not in ("", "os")
        place = call.func.value if of_path else first
        if place is not None:
            yield Clause("folder", code=short(text(place)))
    elif method in ("train", "eval") and _is_model(script, call, statement):
        off = first is not None and text(first) == "False"
        known = first is None or off or text(first) == "True"
        if known:
            yield Clause("mode", (receiver,), "eval" if off else method)
        else:
            yield Clause("called", parts=(short(text(call)),))
    elif method in _MOVES and _is_model(script, call, statement):
        yield _moved((receiver,), call) or Clause("called", parts=(_call(call),))
    elif method in _LOADS and receiver and first is not None:
        yield Clause("loaded", (receiver,), short(text(first)))
    elif method in CLEARING_METHODS and receiver:
        yield Clause("cleared", (receiver,))
    elif method == "add_param_group" and receiver and first is not None:
        yield Clause("grouped", (receiver,), short(text(first)))
    elif method == "update" and _is_meter(script, receiver, statement):
        yield Clause("metered", (receiver,))
    elif name in _WRITES or method in _WRITERS:
        yield Clause("written", code=_call(call))
    elif name and "(" not in name:
        yield Clause("called", parts=(_call(call),))
    else:
        yield Clause("called", parts=(short(text(call)),))


def _is_meter(script: Script, name: str, statement: Statement) -> bool:
    """Whether a variable holds a running mean for display, by its name or by that of its class."""
    if "meter" in words(name.rpartition(".")[2]):
        return True
    made = [binding.value for binding in script.reaching(name, statement.index)]
    return bool(made) and all(
        type(value) is cst.Call and "meter" in words(dotted(value.func).rpartition(".")[2])
        for value in made
    )


def _is_model(script: Script, call: Any, statement: Statement) -> bool:
    return script.is_a(call.func.value, statement.scope, "model") is not None


def _returned(script: Script, statement: Statement) -> Iterator[Clause]:
    value = statement.node.value
    written = text(value) if value is not None else "None"
    if type(value) is cst.Tuple and len(value.elements) > 1:
        parts = (text(element.value) for element in value.elements)
        yield Clause("returned", parts=tuple(map(short, parts)))
    elif written != "None":
        yield Clause("returned", code=_call(value) if len(written) > _LONGEST else written)
    else:
        yield Clause("left", code="function")


def _raised(script: Script, statement: Statement) -> Iterator[Clause]:
    error = statement.node.exc
    name = dotted(error.func if type(error) is cst.Call else error) if error else ""
    said = message(error.args[0].value) if type(error) is cst.Call and error.args else ""
    yield Clause("raised", code=name, parts=(said,) if said else ())


def _asserted(script: Script, statement: Statement) -> Iterator[Clause]:
    yield Clause("checked", code=short(text(statement.node.test)))


def _deleted(script: Script, statement: Statement) -> Iterator[Clause]:
    yield Clause("deleted", tuple(targets(statement.node.target)))


READERS: dict[type, Callable[[Script, Statement], Iterator[Clause]]] = {
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Expr: _expression,
    cst.Return: _returned,
    cst.Raise: _raised,
    cst.Assert: _asserted,
    cst.Del: _deleted,
    cst.Break: lambda script, statement: iter((Clause("left", code="loop"),)),
    cst.Continue: lambda script, statement: iter((Clause("skipped"),)),
}


def targets(node: Any) -> Iterator[str]:
    """The names of an assignment's target, those of a tuple one by one; `_` is none."""
    if type(node) in (cst.Tuple, cst.List):
        for element in node.elements:
            yield from targets(element.value)
    else:
        name = text(node)
        if name != "_":
            yield name


def _call(node: Any) -> str:
    """A call on one line, with its arguments where there is room."""
    written = text(node)
    if len(written) <= _LONGEST or type(node) is not cst.Call:
        return short(written)
    name = dotted(node.func)
    return f"{name}(…)" if name and "(" not in name else short(written)


def short(written: str) -> str:
    """A piece of source on one line, cut short where it is long."""
    return written if len(written) <= _LONGEST else written[: _LONGEST - 1].rstrip() + "…"
