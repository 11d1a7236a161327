"""A call -> the phrase that says what it does, or its name and arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from pseudogen.pseudocode.calls.arguments import argument, arguments
from pseudogen.pseudocode.calls.idioms import idiom, inherited, instance
from pseudogen.pseudocode.calls.lookup import find
from pseudogen.pseudocode.calls.row import Row
from pseudogen.pseudocode.terms import ATOM, CONDITION, NOUN, PHRASE, Term
from pseudogen.pseudocode.writer import Writer
from pseudogen.records import dataclass
from pseudogen.templating import parameters


@dataclass(frozen=True, slots=True)
class Said:
    """A call with the row that says it: marked arguments by parameter, those that no parameter of
    the phrase takes in `others`; `named` are those that were passed by name."""

    row: Row
    bound: dict[str, str]
    named: set[str]
    rest: list[str]
    others: list[str]


def call(writer: Writer, node: cst.Call) -> Term:
    """A call as a value."""
    special = idiom(writer, node)
    if special is not None:
        return special
    said = _said(writer, node, writer.held)
    if said is None:
        return plain(writer, node)
    if said.row.function:
        return _function(writer, said, node), ATOM
    if not hasattr(writer.vocabulary.phrases, said.row.key):
        return plain(writer, node)
    text = _worded(writer, said, said.row.key)
    return text, CONDITION if said.row.condition else NOUN if said.row.noun else PHRASE


def command(writer: Writer, node: cst.Call) -> str:
    """A call that stands alone: an order."""
    construction = inherited(writer, node)
    if construction is not None:
        return construction
    said = _said(writer, node)
    if said is not None and said.row.function and type(node.func) is cst.Attribute:
        return plain(writer, node)[0]
    if said is not None and hasattr(writer.vocabulary.phrases, f"do_{said.row.key}"):
        return _worded(writer, said, f"do_{said.row.key}")
    text, _ = call(writer, node)
    return text if said is None or said.row.function else writer.say("compute", text)


def negated(writer: Writer, node: cst.Call) -> str | None:
    """The phrase for `not f(x)` where the language has one of its own."""
    if _asks_type(writer, node):
        return instance(writer, node, "not_is_a")
    said = _said(writer, node)
    if said is None or not hasattr(writer.vocabulary.phrases, f"not_{said.row.key}"):
        return None
    return _worded(writer, said, f"not_{said.row.key}")


def _asks_type(writer: Writer, node: cst.Call) -> bool:
    function = node.func
    named = type(function) is cst.Name and function.value == "isinstance"
    return named and len(node.args) == 2 and writer.is_builtin("isinstance")


def key(writer: Writer, node: cst.Call) -> str:
    """The key of the phrase that says a call; "" when there is none."""
    found = find(writer, node)
    return found[0].key if found is not None else ""


def moves(writer: Writer, target: Any, value: Any) -> bool:
    """Whether an assignment puts a variable to another place: `x = x.cuda()`."""
    if type(target) is not cst.Name or type(value) is not cst.Call:
        return False
    receiver: Any = getattr(value.func, "value", None)
    same = type(receiver) is cst.Name and receiver.value == target.value
    return same and key(writer, value) in MOVES


MOVES = frozenset({"on_device", "on_gpu", "on_cpu"})
"""Phrases of calls that put something to another place."""


def moved(writer: Writer, node: cst.Call, it: str) -> str:
    """The phrase for a method of one object, with a text for that object."""
    said = _said(writer, node)
    if said is None:
        return it
    said.bound[said.row.params[0]] = it
    return _worded(writer, said, said.row.key)


def plain(writer: Writer, node: cst.Call) -> Term:
    """Any other call: its name and its arguments."""
    return f"{writer.text(node.func, ATOM)}({writer.listed(arguments(writer, node.args))})", ATOM


def _spread(row: Row, args: Sequence[cst.Arg]) -> Sequence[cst.Arg]:
    """`x.view((2, 3))` is `x.view(2, 3)`."""
    shape = args[0].value if row.rest in ("axes", "shape") and len(args) == 1 else None
    if type(shape) is not cst.Tuple or args[0].keyword is not None:
        return args
    plain = all(type(element) is cst.Element for element in shape.elements)
    return [cst.Arg(element.value) for element in shape.elements] if plain else args


def _said(
    writer: Writer, node: cst.Call, operand: Callable[[Any], str] | None = None
) -> Said | None:
    """The row that says a call and its arguments, each written by `operand`; None when there is
    none."""
    found = find(writer, node)
    if found is None:
        return None
    row, receiver = found
    say = writer.operand if operand is None or row.condition else operand
    say = writer.given if row.function else say
    names = list(row.params)
    bound: dict[str, str] = {}
    named: set[str] = set()
    rest: list[str] = []
    others: list[str] = []
    if receiver is not None:
        bound[names.pop(0)] = say(receiver)
    for arg in _spread(row, node.args):
        keyword = arg.keyword.value if arg.keyword is not None else ""
        keyword = row.aliases.get(keyword, keyword)
        if keyword in names:
            bound[keyword] = say(arg.value)
            named.add(keyword)
        elif arg.keyword is not None or arg.star == "**":
            others.append(argument(writer, arg))
        elif arg.star:
            if not row.rest:
                return None
            rest.append(argument(writer, arg))
        elif names and names[0] not in bound:
            bound[names[0]] = say(arg.value)
            if names[0] in _NAMED and _is_constant(arg.value):
                named.add(names[0])  # max(x, 1) would be read as the larger of the two
            names.pop(0)
        elif row.rest:
            rest.append(writer.alone(arg.value) if len(node.args) == 1 else writer.item(arg.value))
        else:
            return None
    if any(param not in bound for param in row.params[: row.required]):
        return None
    return Said(row, bound, named, rest, others)


_NAMED = frozenset({"dim", "axis", "keepdim", "largest", "sorted"})
"""Parameters that have their name before them where a constant is passed without it."""


def _is_constant(node: Any) -> bool:
    """`1`, `-1`, `(0, 1)`: numbers of axes, where a tensor could stand as well; `True`."""
    if type(node) is cst.Tuple:
        return all(_is_constant(element.value) for element in node.elements)
    if type(node) is cst.Name:
        return node.value in ("True", "False")
    return type(node.expression if type(node) is cst.UnaryOperation else node) is cst.Integer


def _worded(writer: Writer, said: Said, key: str) -> str:
    """The phrase, with what it does not say in brackets behind it."""
    macro = getattr(writer.vocabulary.phrases, key)
    taken = parameters(macro)
    values = [
        writer.listed(said.rest) if name == said.row.rest and name else said.bound.get(name)
        for name in taken
    ]
    text = str(macro(*values))
    left = [_named(writer, name, value) for name, value in said.bound.items() if name not in taken]
    left += said.rest if said.row.rest and said.row.rest not in taken else []
    left += said.others
    return writer.say("with_details", text, writer.listed(left)) if left else text


def _named(writer: Writer, name: str, value: str) -> str:
    return f"{writer.vocabulary.code(name)} = {value}"


def _function(writer: Writer, said: Said, node: cst.Call) -> str:
    """A function as in mathematics: sum(x, dim = 1)."""
    given = [name for name in said.row.params if name in said.bound]
    pieces = [said.bound[name] for name in given if name not in said.named] + said.rest
    pieces += [_named(writer, name, said.bound[name]) for name in given if name in said.named]
    pieces += said.others
    inside = writer.listed(pieces)
    if len(pieces) == 1 and node.args and type(node.args[0].value) is cst.GeneratorExp:
        inside = inside[1:-1]
    return f"{writer.vocabulary.code(said.row.key)}({inside})"
