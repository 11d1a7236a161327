"""Calls that stand alone and that no pattern names -> what they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.explanation.assignments import MOVES, moved, sent, trained
from pseudogen.explanation.clipped import LONGEST, call_text, clipped, short
from pseudogen.explanation.libraries import of_runtime
from pseudogen.explanation.messages import logs, message, reports
from pseudogen.explanation.passage import Clause
from pseudogen.names.arguments import argument, filled_in, is_lenient, string, written_keys
from pseudogen.names.script import Script
from pseudogen.names.training import CLEARING_METHODS
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Binding, Statement

DECLARES = frozenset({"add_argument", "add_argument_group", "set_defaults", "ArgumentParser"})
_FOLDERS = frozenset({"makedirs", "mkdir", "mkdirs", "mkdir_p"})
_WRITERS = frozenset({"savefig", "to_csv", "save_image", "writelines"})
_WRITES: dict[str, tuple[int, int]] = {
    "json.dump": (0, 1),
    "pickle.dump": (0, 1),
    "yaml.dump": (0, 1),
    "np.save": (1, 0),
    "numpy.save": (1, 0),
    "np.savetxt": (1, 0),
    "save_image": (0, 1),
}
"""Function -> the places of what it writes and of where to."""
_COPIES = frozenset({"shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree"})
_ENDS = frozenset({"exit", "sys.exit", "quit", "os._exit"})
_LOADS = frozenset({"load_state_dict", "set_state_dict"})
_BARS = frozenset({"bar", "pbar", "progress", "tqdm"})
"""Words of what holds a progress bar."""


def expression(script: Script, statement: Statement) -> Iterator[Clause]:
    """What a call does that stands alone."""
    call = statement.node.value
    if type(call) is cst.Yield and type(call.value) is not cst.From:
        yield _yielded(call.value)
    if type(call) is not cst.Call:
        return
    name = dotted(call.func)
    receiver, _, method = name.rpartition(".")
    if method in DECLARES:
        return
    if name in _ENDS:
        said = message(call.args[0].value if call.args else None)
        yield Clause("ended", parts=(said,) if said else ())
    elif reports(name, receiver, method) or _says(call, name):
        yield from _printed(call, name, logs(receiver, method))
    else:
        yield (
            sent(script, statement, call)
            or (_asked(call, method) if receiver else None)
            or (_of_model(script, statement, call, receiver, method) if receiver else None)
            or _of_file(call, name, receiver, method)
            or _of_meter(script, statement, call, name)
            or (_growing(script, statement, call, receiver, method) if receiver else None)
            or of_runtime(script, statement, call)
            or trained(script, statement, (), call)
            or Clause("called", parts=(call_text(call),))
        )


def _yielded(value: Any) -> Clause:
    """What a generator hands out."""
    elements = value.elements if type(value) is cst.Tuple else (value,)
    parts = (one.value if isinstance(one, cst.BaseElement) else one for one in elements)
    return Clause("yielded", parts=tuple(clipped(one, text(one)) for one in parts if one))


def _printed(call: cst.Call, name: str, logged: bool) -> Iterator[Clause]:
    """A message, else what is shown; nothing of empty lines and of rules (`print("-" * 80)`)."""
    passed = [arg.value for arg in call.args if arg.keyword is None and not arg.star]
    said = message(passed[0], len(passed) > 1) if passed else ""
    method = name.rpartition(".")[2]
    if said:
        yield Clause("printed", parts=(said,))
    elif method.startswith("print_"):  # `print_summary(model)` shows no model
        yield Clause("called", parts=(call_text(call),))
    elif call.args and not passed:
        data = argument(call, "data")
        values = written_keys(data) or ((short(text(data)),) if data is not None else ())
        yield Clause("printed", tuple(values), "log" if values else "")
    else:
        shown = [value for node in passed for value in filled_in(node)]
        values = tuple(dict.fromkeys(clipped(value, text(value)) for value in shown))
        if values:
            yield Clause("printed", values, "log" if logged else "")


def _says(call: cst.Call, name: str) -> bool:
    """`log("restored")`: a function called so gets a message."""
    return name == "log" and bool(call.args) and bool(message(call.args[0].value))


def _asked(call: cst.Call, method: str) -> Clause | None:
    """`model.gradient_checkpointing_enable()`, `data.set_format("torch")`: what is asked for by a
    method that only Hugging Face's libraries and timm have."""
    kind, needs = _ASKED.get(method, ("", False))
    first = call.args[0].value if call.args and not call.args[0].star else None
    held = getattr(call.func, "value", None)
    if not kind or (needs and first is None):
        return None
    if kind == "format" and string(first) not in _FORMATS:
        return None
    switched = kind == "checkpointing" and first is not None and text(first) == "False"
    shown = (short(text(first)),) if needs and first is not None else ()
    return None if switched else Clause("asked", (short(text(held)),), kind, shown)


_ASKED = {
    "enable_gradient_checkpointing": ("checkpointing", False),
    "gradient_checkpointing_enable": ("checkpointing", False),
    "push_to_hub": ("upload", False),
    "resize_token_embeddings": ("embeddings", True),
    "set_format": ("format", True),
    "set_grad_checkpointing": ("checkpointing", False),
}
"""Method -> what it asks for, and whether its first argument says how."""
_FORMATS = frozenset({"jax", "np", "numpy", "pandas", "tensorflow", "tf", "torch"})


def _of_model(
    script: Script, statement: Statement, call: cst.Call, receiver: str, method: str
) -> Clause | None:
    """What is done to a model or an optimizer."""
    held = short(text(call.func.value)) if type(call.func) is cst.Attribute else receiver
    first = call.args[0].value if call.args else None
    if method in CLEARING_METHODS and (receiver != "self" or _is_model(script, call, statement)):
        return Clause("cleared", (held,))
    if first is not None and method in _LOADS:
        lenient = ("lenient",) if is_lenient(call) else ()
        return Clause("loaded", (held,), short(text(first)), lenient)
    if first is not None and method == "add_param_group":
        return Clause("grouped", (held,), short(text(first)))
    if method in ("train", "eval") and _is_model(script, call, statement):
        off = first is not None and text(first) == "False"
        known = first is None or off or text(first) == "True"
        return Clause("mode", (held,), "eval" if off else method) if known else None
    if method in MOVES and _is_model(script, call, statement):
        return moved((receiver,), call)
    if method == "apply" and type(first) is cst.Name and _is_model(script, call, statement):
        return Clause("each-module", (held,), text(first))
    return None


def _of_file(call: cst.Call, name: str, receiver: str, method: str) -> Clause | None:
    """What is made or written on the disk."""
    first = call.args[0].value if call.args else None
    if method in _FOLDERS:
        given = first is not None and call.args[0].keyword is None
        numbered = given and type(first) is cst.Integer  # `path.mkdir(0o755)`
        of_path = method == "mkdir" and receiver not in ("", "os") and (numbered or not given)
        place = call.func.value if of_path and type(call.func) is cst.Attribute else first
        return Clause("folder", code=short(text(place))) if place is not None else None
    places = _WRITES.get(name) or _WRITES.get(method)
    if name in _COPIES:
        places = (0, 1)
    passed = [arg.value for arg in call.args if arg.keyword is None and not arg.star]
    if places is not None and len(passed) > 1:
        what, where = (short(text(_file(passed[place]))) for place in places)
        return Clause("copied" if name in _COPIES else "written", code=where, parts=(what,))
    return Clause("written", code=call_text(call)) if places or method in _WRITERS else None


def _file(value: Any) -> Any:
    """The path in `open(path, "w")`."""
    opened = type(value) is cst.Call and dotted(value.func) == "open"
    return (argument(value, "file", 0) or value) if opened else value


def _of_meter(script: Script, statement: Statement, call: cst.Call, name: str) -> Clause | None:
    """A value that goes into a running mean, or what a metric of Keras is called with."""
    receiver, _, method = name.rpartition(".")
    metric = receiver if method == "update_state" else name
    if call.args and _is_keras_metric(script, metric, statement):
        values = ", ".join(text(arg.value) for arg in call.args if not arg.star)
        return Clause("metered", (metric,), parts=(short(values),) if values else ())
    if method != "update" or not _is_meter(script, receiver, statement):
        return None
    if not call.args or call.args[0].keyword is not None or call.args[0].star:
        return None  # several values, each under its name
    meter: Any = call.func
    return Clause("metered", (text(meter.value),), parts=(short(text(call.args[0].value)),))


def _is_keras_metric(script: Script, name: str, statement: Statement) -> bool:
    """Whether a variable holds a metric of Keras, which is called with what it is to count."""
    made = script.resolver.bindings(name, statement.scope)
    return bool(made) and all(_makes_keras_metric(script, binding) for binding in made)


def _makes_keras_metric(script: Script, binding: Binding) -> bool:
    if binding.how != "assign" or type(binding.value) is not cst.Call:
        return False
    scope = script.tree.statements[binding.statement].scope
    full = script.resolver.qualified(dotted(binding.value.func), scope)
    return any(f".{one}".partition(".keras.metrics.")[2] for one in full)


def _growing(
    script: Script, statement: Statement, call: cst.Call, receiver: str, method: str
) -> Clause | None:
    """What a list gets, or by how much a progress bar moves on."""
    first = call.args[0].value if len(call.args) == 1 else None
    if first is None:
        return None
    if method == "append":
        held = short(text(call.func).removesuffix(".append"))
        return Clause("appended", (held,), clipped(first, text(first)))
    if method == "extend":
        held = short(text(call.func).removesuffix(".extend"))
        parts = _elements(first)
        return Clause("extended", (held,), "" if parts else clipped(first, text(first)), parts)
    if len(text(first)) > LONGEST:
        return None
    moves = method == "update" and _advances(script, statement, receiver)
    return Clause("advanced", (receiver,), text(first)) if moves else None


def _elements(value: Any) -> tuple[str, ...]:
    """What a list that is spelled out holds."""
    elements = value.elements if type(value) is cst.List else ()
    plain = all(type(element) is cst.Element for element in elements)
    return tuple(call_text(element.value) for element in elements) if plain else ()


def _advances(script: Script, statement: Statement, name: str) -> bool:
    """Whether a bar moves on by what `update` gets, as those of tqdm do: others are told where they
    are."""
    named = set(words(name))
    made = (b.value for b in script.reaching(name, statement.index) if type(b.value) is cst.Call)
    makers = [dotted(value.func).rpartition(".")[2] for value in made]
    if makers:
        return bool(named & _BARS) and all(maker in _MOVED_ON for maker in makers)
    return bool(named & {"pbar", "tqdm"}) or ("." not in name and bool(named & _BARS))


_MOVED_ON = ("tqdm", "trange", "tqdm_notebook", "Tqdm")
"""What makes bars whose `update` tells by how much they move on."""


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
