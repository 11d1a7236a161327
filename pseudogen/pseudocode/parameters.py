"""Parameters of functions, type parameters, and types."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.pseudocode.terms import OR, RARE, SUM
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.build import dotted


def listed(writer: Writer, params: cst.Parameters, method: bool = False) -> list[str]:
    """Each parameter with its type and default; a method's own object is left out."""
    plain = [*params.posonly_params, *params.params]
    if method and plain and plain[0].name.value in ("self", "cls", "mcs", "mcls"):
        plain = plain[1:]
    found = [_parameter(writer, param) for param in plain]
    if type(params.star_arg) is cst.Param:
        found.append(writer.say("further", _parameter(writer, params.star_arg)))
    found += [_parameter(writer, param) for param in params.kwonly_params]
    if params.star_kwarg is not None:
        found.append(writer.say("further_named", _parameter(writer, params.star_kwarg)))
    return found


def _parameter(writer: Writer, param: cst.Param) -> str:
    text = writer.text(param.name)
    if param.annotation is not None and writer.types:
        text += f": {annotation(writer, param.annotation)}"
    if param.default is not None:
        text += f" = {writer.text(param.default, SUM)}"
    return text


def annotation(writer: Writer, node: cst.Annotation) -> str:
    """A type as a reader says it."""
    return type_of(writer, node.annotation)


def type_of(writer: Writer, node: Any) -> str:
    """`Optional[X]`, `X | None`: X or none; `list[X]`: list of X."""
    if type(node) is cst.BinaryOperation and type(node.operator) is cst.BitOr:
        return writer.say("either", [type_of(writer, part) for part in _alternatives(node)])
    if type(node) is cst.Subscript:
        outer = dotted(node.value).rpartition(".")[2]
        inner = [element.slice.value for element in node.slice if type(element.slice) is cst.Index]
        if len(inner) == len(node.slice):
            if outer == "Optional":
                none = writer.keyword("nothing")
                return writer.say("either", [*(type_of(writer, part) for part in inner), none])
            if outer == "Union":
                return writer.say("either", [type_of(writer, part) for part in inner])
            if outer in ("list", "List", "set", "Set", "Sequence", "Iterable"):
                named = writer.text(node.value)
                return writer.say("type_of", named, type_of(writer, inner[0]))
    if type(node) is cst.List:
        return f"({writer.listed([type_of(writer, element.value) for element in node.elements])})"
    return writer.text(node, RARE)


def _alternatives(node: Any) -> list[Any]:
    found = []
    while type(node) is cst.BinaryOperation and type(node.operator) is cst.BitOr:
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def type_parameters(writer: Writer, node: cst.TypeParameters | None) -> str:
    """`[T: int, *Ts, **P]` behind the name of a function, class or type."""
    if node is None:
        return ""
    return f"[{writer.listed([_type_parameter(writer, param) for param in node.params])}]"


def _type_parameter(writer: Writer, node: cst.TypeParam) -> str:
    param = node.param
    text = writer.text(param.name)
    if type(param) is cst.TypeVarTuple:
        text = writer.say("further", text)
    elif type(param) is cst.ParamSpec:
        text = writer.say("further_named", text)
    elif type(param) is cst.TypeVar and param.bound is not None:
        text += f": {type_of(writer, param.bound)}"
    if node.default is not None:
        text += f" = {writer.text(node.default, OR)}"
    return text
