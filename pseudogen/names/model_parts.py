"""The parts that a class of the script gives its models: `self.conv = nn.Conv2d(3, 8, 5)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.modules import is_class_name
from pseudogen.names.script import Script, Site
from pseudogen.names.words import MAKING, words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_MAKERS = ("__init__", "setup", "build")
"""Methods in which a module gets its parts: Flax has `setup`, Keras `build`, too."""
_NO_PARTS = frozenset(
    {"bool", "dict", "float", "getattr", "int", "len", "list", "max", "min", "range", "set", "str"}
    | {"sum", "tuple"}
)
_LONGEST = 80
_MANY = 5
"""So many layers of a long sequence are named."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a model.

    Attributes:
        lines: The first and the last line of the class that gives it them.
        made: Each with what makes it, as written, in order: `conv = nn.Conv2d(3, 8, 5)`.
        more: Whether there may be others: made under a condition, in a loop, or by what is not
            known to make parts.
    """

    lines: tuple[int, int]
    made: tuple[str, ...]
    more: bool


def parts_of(script: Script, site: Site) -> Parts | None:
    """The parts of a model that a call of a class of the script makes; None where it shows none."""
    bound = script.resolver.bindings(site.name, site.scope)
    if len(bound) != 1 or bound[0].how != "class":
        return None
    return parts_of_class(script, script.tree.statements[bound[0].statement])


def parts_of_class(script: Script, defined: Statement) -> Parts | None:
    """The parts that a class of a script gives its models; None where it shows none."""
    made: dict[str, str] = {}
    more = False
    for method in script.tree.body(defined):
        if type(method.node) is not cst.FunctionDef or method.node.name.value not in _MAKERS:
            continue
        for statement, name, call in _made_in(script, method):
            if call is None:
                more = True
            elif statement.parent == method.index and name not in made:
                made[name] = f"{name} = {_short(call)}"
            else:
                more = True
    return Parts((defined.start, defined.end), tuple(made.values()), more) if made else None


def _made_in(script: Script, method: Statement) -> Iterator[tuple[Statement, str, cst.Call | None]]:
    """Where a method makes a part: the statement, the name of the part, the call; None where it is
    not known whether the call makes one."""
    for statement in script.tree.below(method):
        node = statement.node
        if type(node) is not cst.Assign or len(node.targets) != 1:
            continue
        target, value = node.targets[0].target, node.value
        if type(value) is not cst.Call or dotted(value.func) in _NO_PARTS:
            continue
        if type(target) is cst.Tuple:  # `self.encoder, width = create_encoder(size)`
            if any(_is_own(element.value) for element in target.elements):
                yield statement, "", None
        elif _is_own(target):
            part = _makes_part(script, value, statement.scope)
            yield statement, dotted(target).partition(".")[2], value if part else None


def _is_own(target: Any) -> bool:
    return type(target) is cst.Attribute and dotted(target.value) == "self"


def _makes_part(script: Script, call: cst.Call, scope: int) -> bool:
    """Whether a call makes an object: of a class, by a method for that, by a function of the script
    that does so, or by one that is handed a new object: `weight_norm(nn.Linear(3, 5))`."""
    function = dotted(call.func)
    last = function.rpartition(".")[2]
    if function.startswith("self."):
        return words(last)[:1] != () and words(last)[0] in MAKING
    if is_class_name(last):
        return "(" not in function
    if any(_is_made(arg.value) for arg in call.args):
        return True
    bound = script.resolver.bindings(function, scope)
    return any(b.how == "function" and _gives_object(script, b.statement) for b in bound)


def _gives_object(script: Script, function: int) -> bool:
    """Whether a function makes what it returns by a class: `return nn.Conv2d(a, b, 3)`."""
    below = script.tree.below(script.tree.statements[function])
    returned = [s.node.value for s in below if type(s.node) is cst.Return]
    return any(map(_is_made, returned))


def _is_made(value: Any) -> bool:
    """Whether it is a call of a class."""
    return type(value) is cst.Call and is_class_name(dotted(value.func))


def _short(call: cst.Call) -> str:
    """A call; of a long one what is called, and of a long sequence what its layers are."""
    written, function = text(call), text(call.func)
    if len(written) <= _LONGEST:
        return written
    layers = list(map(_layer, call.args))
    if not function.endswith("Sequential") or None in layers:
        return f"{function}(…)"
    shown = [*filter(None, layers[:_MANY]), *(["…"] if len(layers) > _MANY else [])]
    return f"{function}({', '.join(shown)})"


def _layer(arg: cst.Arg) -> str | None:
    """`nn.Linear(…)`, `*block(…)`: the call that makes a layer, or several; None of others."""
    if type(arg.value) is not cst.Call or arg.keyword is not None:
        return None
    return f"{arg.star}{text(arg.value.func)}({'…' if arg.value.args else ''})"
