"""Expression -> its Python text in one normal layout, whatever the layout in the source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

OPERATORS: dict[type, str] = {
    cst.Add: "+",
    cst.Subtract: "-",
    cst.Multiply: "*",
    cst.Divide: "/",
    cst.FloorDivide: "//",
    cst.Modulo: "%",
    cst.Power: "**",
    cst.MatrixMultiply: "@",
    cst.LeftShift: "<<",
    cst.RightShift: ">>",
    cst.BitAnd: "&",
    cst.BitOr: "|",
    cst.BitXor: "^",
    cst.And: "and",
    cst.Or: "or",
    cst.Not: "not ",
    cst.Minus: "-",
    cst.Plus: "+",
    cst.BitInvert: "~",
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.In: "in",
    cst.NotIn: "not in",
    cst.Is: "is",
    cst.IsNot: "is not",
    cst.AddAssign: "+=",
    cst.SubtractAssign: "-=",
    cst.MultiplyAssign: "*=",
    cst.DivideAssign: "/=",
    cst.FloorDivideAssign: "//=",
    cst.ModuloAssign: "%=",
    cst.PowerAssign: "**=",
    cst.MatrixMultiplyAssign: "@=",
    cst.LeftShiftAssign: "<<=",
    cst.RightShiftAssign: ">>=",
    cst.BitAndAssign: "&=",
    cst.BitOrAssign: "|=",
    cst.BitXorAssign: "^=",
}
"""Operator node -> its symbol."""

_MODULE = cst.Module(body=())
_LEAVES = frozenset({cst.Name, cst.Integer, cst.Float, cst.Imaginary, cst.SimpleString})


def bare(node: Any) -> str:
    """The text of an expression without the brackets around all of it."""
    written = text(node)
    return written[len(node.lpar) : -len(node.lpar)].strip() if node.lpar else written


def text(node: Any) -> str:
    """The Python text of an expression on one line, with single spaces; parentheses are kept."""
    kind = type(node)
    if kind in _LEAVES and not node.lpar:  # as half of them
        leaf: str = node.value
        return leaf
    if kind is cst.Attribute and not node.lpar:
        return f"{text(node.value)}.{node.attr.value}"
    writer = _WRITERS.get(kind)
    if writer is None:
        part = _PARTS.get(kind)
        return part(node) if part is not None else _as_written(node)
    written = writer(node)
    if written is None:
        return _as_written(node)
    brackets = node.lpar
    return "(" * len(brackets) + written + ")" * len(brackets) if brackets else written


def _as_written(node: Any) -> str:
    """By LibCST's own writer, which takes a hundred times as long."""
    written = _MODULE.code_for_node(node)
    if type(node) is cst.FormattedString:
        return _on_one_line(written)
    return " ".join(written.split())


def _on_one_line(written: str) -> str:
    """A string as it is written; one of several lines with single blanks."""
    return written if "\n" not in written else " ".join(written.split())


def _joined(nodes: Any) -> str:
    return ", ".join([text(node) for node in nodes])


def _call(node: cst.Call) -> str:
    return f"{text(node.func)}({', '.join([_argument(arg) for arg in node.args])})"


def _argument(node: cst.Arg) -> str:
    if node.keyword is not None:
        return f"{node.keyword.value}={text(node.value)}"
    return node.star + text(node.value)


def _slice(node: cst.Slice) -> str:
    lower, upper = (text(part) if part else "" for part in (node.lower, node.upper))
    step = f":{text(node.step)}" if node.step else ""
    return f"{lower}:{upper}{step}"


def _comparison(node: cst.Comparison) -> str:
    parts = [text(node.left)]
    for target in node.comparisons:
        parts += [OPERATORS[type(target.operator)], text(target.comparator)]
    return " ".join(parts)


def _binary(node: Any) -> str:
    return f"{text(node.left)} {OPERATORS[type(node.operator)]} {text(node.right)}"


def _tuple(node: cst.Tuple) -> str:
    return _joined(node.elements) + ("," if len(node.elements) == 1 else "")


def _formatted(node: cst.FormattedString) -> str | None:
    """An f-string whose braces hold nothing but names; None for any other."""
    pieces = [node.start]
    for part in node.parts:
        piece = part.value if type(part) is cst.FormattedStringText else _placeholder(part)
        if piece is None:
            return None
        pieces.append(piece)
    return _on_one_line("".join([*pieces, node.end]))


def _placeholder(part: Any) -> str | None:
    """`{args.lr:.3f}`; None where its code is more than a name, or has blanks."""
    name: Any = part.expression
    while type(name) is cst.Attribute and not name.lpar:
        name = name.value
    spec = part.format_spec or ()
    blanks = (part.whitespace_before_expression, part.whitespace_after_expression)
    if (
        type(name) is not cst.Name
        or name.lpar
        or part.equal is not None
        or any(type(blank) is not cst.SimpleWhitespace or blank.value for blank in blanks)
        or any(type(piece) is not cst.FormattedStringText for piece in spec)
    ):
        return None
    conversion = f"!{part.conversion}" if part.conversion else ""
    told = ":" + "".join(piece.value for piece in spec) if part.format_spec is not None else ""
    return "{" + text(part.expression) + conversion + told + "}"


def _for_in(node: cst.CompFor) -> str:
    """`for x in data if x`, and the loops inside."""
    loop = "async for" if node.asynchronous else "for"
    parts = [f"{loop} {text(node.target)} in {text(node.iter)}"]
    parts += [f"if {text(part.test)}" for part in node.ifs]
    if node.inner_for_in is not None:
        parts.append(_for_in(node.inner_for_in))
    return " ".join(parts)


def _comprehension(node: Any) -> str:
    return f"{text(node.elt)} {_for_in(node.for_in)}"


def _dict_comprehension(node: cst.DictComp) -> str:
    return "{" + f"{text(node.key)}: {text(node.value)} {_for_in(node.for_in)}" + "}"


def _lambda(node: cst.Lambda) -> str | None:
    """A `lambda` of plain parameters; None for any other."""
    params = node.params
    if params.posonly_params or params.kwonly_params or params.star_kwarg:
        return None
    if isinstance(params.star_arg, cst.Param):
        return None
    named = [
        p.name.value + (f"={text(p.default)}" if p.default is not None else "")
        for p in params.params
    ]
    return (
        f"lambda {', '.join(named)}: {text(node.body)}" if named else f"lambda: {text(node.body)}"
    )


_PARTS: dict[type, Callable[[Any], str]] = {
    cst.Arg: _argument,
    cst.SubscriptElement: lambda node: text(node.slice),
    cst.Index: lambda node: (node.star or "") + text(node.value),
    cst.Slice: _slice,
    cst.Element: lambda node: text(node.value),
    cst.DictElement: lambda node: f"{text(node.key)}: {text(node.value)}",
    cst.StarredDictElement: lambda node: "**" + text(node.value),
}
"""Parts of expressions, which have no brackets of their own."""

_WRITERS: dict[type, Callable[[Any], str | None]] = {
    **dict.fromkeys(_LEAVES, lambda node: node.value),
    cst.FormattedString: _formatted,
    cst.Ellipsis: lambda node: "...",
    cst.Attribute: lambda node: f"{text(node.value)}.{node.attr.value}",
    cst.Call: _call,
    cst.Subscript: lambda node: f"{text(node.value)}[{_joined(node.slice)}]",
    cst.BinaryOperation: _binary,
    cst.BooleanOperation: _binary,
    cst.UnaryOperation: lambda node: OPERATORS[type(node.operator)] + text(node.expression),
    cst.Comparison: _comparison,
    cst.IfExp: lambda node: f"{text(node.body)} if {text(node.test)} else {text(node.orelse)}",
    cst.Tuple: _tuple,
    cst.List: lambda node: f"[{_joined(node.elements)}]",
    cst.StarredElement: lambda node: "*" + text(node.value),
    cst.Set: lambda node: "{" + _joined(node.elements) + "}",
    cst.Dict: lambda node: "{" + _joined(node.elements) + "}",
    cst.ListComp: lambda node: f"[{_comprehension(node)}]",
    cst.SetComp: lambda node: "{" + _comprehension(node) + "}",
    cst.DictComp: _dict_comprehension,
    cst.GeneratorExp: _comprehension,
    cst.Lambda: _lambda,
    cst.ConcatenatedString: lambda node: _on_one_line(f"{text(node.left)} {text(node.right)}"),
}
