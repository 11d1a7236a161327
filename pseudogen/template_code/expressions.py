"""Expressions of a template -> expressions of Python."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from jinja2 import TemplateAssertionError, nodes
from jinja2.visitor import NodeVisitor

from pseudogen.records import dataclass
from pseudogen.template_code.python import as_pieces, call, each, field_of, name_of, placed
from pseudogen.template_code.scopes import Scope

_COMPARISONS: dict[str, ast.cmpop] = {
    "eq": ast.Eq(),
    "ne": ast.NotEq(),
    "lt": ast.Lt(),
    "lteq": ast.LtE(),
    "gt": ast.Gt(),
    "gteq": ast.GtE(),
    "in": ast.In(),
    "notin": ast.NotIn(),
}
_ARITHMETIC: dict[type, ast.operator] = {
    nodes.Add: ast.Add(),
    nodes.Sub: ast.Sub(),
    nodes.Mul: ast.Mult(),
    nodes.Div: ast.Div(),
    nodes.FloorDiv: ast.FloorDiv(),
    nodes.Mod: ast.Mod(),
    nodes.Pow: ast.Pow(),
}
_CONSTANTS = {"none": None, "true": True, "false": False}
_KEYWORD = "keyword"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What templates may use beside the language itself.

    `marks` are filters that set a text between two others; `escaped` are the templates that escape
    what they show.
    """

    filters: Collection[str]
    tests: Collection[str]
    marks: Mapping[str, tuple[str, str]]
    escaped: Collection[str]


class Expressions(NodeVisitor):
    """Writes the expressions of one template."""

    # ruff: noqa: N802 - Jinja names these methods by its nodes

    def __init__(self, name: str, dialect: Dialect) -> None:
        self.template = name
        self.dialect = dialect
        self.escapes = name in dialect.escaped
        self.macro = ""
        self.keywords: dict[str, list[str]] = {}

    def visit(self, node: nodes.Node, *given: Any) -> Any:
        """What a node becomes; it stands in the line of the template."""
        made = super().visit(node, *given)
        for one in made if isinstance(made, list) else [made]:
            placed(one, node)
        return made

    def generic_visit(self, node: nodes.Node, *given: Any) -> Any:
        """An operator; anything else is what templates have never used."""
        match node:
            case nodes.BinExpr() if type(node) in _ARITHMETIC:
                left, right = self.visit(node.left, *given), self.visit(node.right, *given)
                return ast.BinOp(left, _ARITHMETIC[type(node)], right)
            case nodes.And() | nodes.Or():
                both = [self.visit(node.left, *given), self.visit(node.right, *given)]
                return ast.BoolOp(ast.And() if isinstance(node, nodes.And) else ast.Or(), both)
            case nodes.Not():
                return ast.UnaryOp(ast.Not(), self.visit(node.node, *given))
            case nodes.Neg():
                return ast.UnaryOp(ast.USub(), self.visit(node.node, *given))
        raise self.wrong(f"There is no code for {type(node).__name__}.", node)

    def wrong(self, message: str, node: nodes.Node) -> Exception:
        """What is wrong with the template, and where."""
        return TemplateAssertionError(message, node.lineno, self.template, self.template)

    def shown(self, text: ast.expr) -> ast.expr:
        """A text that was put together: it is not escaped once more."""
        return call("__markup", text) if self.escapes else text

    def visit_Name(self, node: nodes.Name, scope: Scope) -> ast.expr:
        """A variable."""
        if node.name not in scope.names:
            raise self.wrong(f"{node.name!r} is undefined.", node)
        return ast.Name(scope.names[node.name], _context(node))

    def visit_NSRef(self, node: nodes.NSRef, scope: Scope) -> ast.expr:
        """`set one.field`: a field of a namespace."""
        return ast.Attribute(name_of(scope.names[node.name]), node.attr, ast.Store())

    def visit_Const(self, node: nodes.Const, _: Scope) -> ast.expr:
        """A plain value."""
        return ast.Constant(node.value)

    def visit_Tuple(self, node: nodes.Tuple, scope: Scope) -> ast.expr:
        """`(one, other)`."""
        return ast.Tuple([self.visit(item, scope) for item in node.items], _context(node))

    def visit_List(self, node: nodes.List, scope: Scope) -> ast.expr:
        """`[one, other]`."""
        return ast.List([self.visit(item, scope) for item in node.items], ast.Load())

    def visit_Dict(self, node: nodes.Dict, scope: Scope) -> ast.expr:
        """`{key: value}`."""
        return ast.Dict(
            [self.visit(pair.key, scope) for pair in node.items],
            [self.visit(pair.value, scope) for pair in node.items],
        )

    def visit_Getattr(self, node: nodes.Getattr, scope: Scope) -> ast.expr:
        """`one.field`."""
        return ast.Attribute(self.visit(node.node, scope), node.attr, ast.Load())

    def visit_Getitem(self, node: nodes.Getitem, scope: Scope) -> ast.expr:
        """`one[place]`."""
        place = self.visit(node.arg, scope)
        return ast.Subscript(self.visit(node.node, scope), place, ast.Load())

    def visit_Slice(self, node: nodes.Slice, scope: Scope) -> ast.expr:
        """`first:behind:step`."""
        first, behind, step = (
            self.visit(end, scope) if end is not None else None
            for end in (node.start, node.stop, node.step)
        )
        return ast.Slice(first, behind, step)

    def visit_Call(self, node: nodes.Call, scope: Scope) -> ast.expr:
        """`one(argument)`."""
        given = [self.visit(argument, scope) for argument in node.args]
        if node.dyn_args is not None:
            given.append(ast.Starred(self.visit(node.dyn_args, scope), ast.Load()))
        named = [ast.keyword(one.key, self.visit(one.value, scope)) for one in node.kwargs]
        if node.dyn_kwargs is not None:
            named.append(ast.keyword(None, self.visit(node.dyn_kwargs, scope)))
        return ast.Call(self.visit(node.node, scope), given, named)

    def visit_CondExpr(self, node: nodes.CondExpr, scope: Scope) -> ast.expr:
        """`one if test else other`; without another it is the empty text."""
        test, one = self.visit(node.test, scope), self.visit(node.expr1, scope)
        return ast.IfExp(
            test, one, self.visit(node.expr2 or nodes.Const("", lineno=node.lineno), scope)
        )

    def visit_Compare(self, node: nodes.Compare, scope: Scope) -> ast.expr:
        """`one < other < third`."""
        operators = [_COMPARISONS[part.op] for part in node.ops]
        others = [self.visit(part.expr, scope) for part in node.ops]
        return ast.Compare(self.visit(node.expr, scope), operators, others)

    def visit_Concat(self, node: nodes.Concat, scope: Scope) -> ast.expr:
        """`one ~ other`."""
        parts = [self.visit(part, scope) for part in node.nodes]
        if self.escapes:
            parts = [call("__escape", part) for part in parts]
        return self.shown(ast.JoinedStr([piece for part in parts for piece in as_pieces(part)]))

    # Filters and tests

    def visit_Filter(self, node: nodes.Filter, scope: Scope) -> ast.expr:
        """`one|filter(argument)`; those that go through items are comprehensions."""
        if node.node is None:
            raise self.wrong("Blocks are not filtered.", node)
        if node.name == _KEYWORD:
            self.keywords.setdefault(self.macro, []).extend(_texts(node.node))
        value = self.visit(node.node, scope)
        given = [self.visit(argument, scope) for argument in node.args]
        named: dict[Any, nodes.Expr] = {one.key: one.value for one in node.kwargs}
        item = name_of("__item")
        match node.name, node.args:
            case "map", [nodes.Const(value=str() as name)]:
                return each(value, self._filtered(name, item, [], node))
            case "map", [] if isinstance(of := named.get("attribute"), nodes.Const):
                return each(value, field_of(item, of.value))
            case "select" | "reject" as kind, [nodes.Const(value=str() as name), *_]:
                return each(value, item, _kept(kind, self._holds(name, item, given[1:], node)))
            case "select" | "reject" as kind, []:
                return each(value, item, _kept(kind, item))
            case "selectattr" | "rejectattr" as kind, [nodes.Const(value=of)]:
                return each(value, item, _kept(kind, field_of(item, of)))
            case "selectattr" | "rejectattr" as kind, [
                nodes.Const(value=of),
                nodes.Const(value=str() as name),
                *_,
            ]:
                held = self._holds(name, field_of(item, of), given[2:], node)
                return each(value, item, _kept(kind, held))
        if named:
            raise self.wrong(f"The filter {node.name!r} takes no names.", node)
        return self._filtered(node.name, value, given, node)

    def _filtered(
        self, name: str, value: ast.expr, given: list[ast.expr], node: nodes.Filter
    ) -> ast.expr:
        """What the filter of that name makes of a value."""
        if name in self.dialect.marks:
            start, end = map(ast.Constant, self.dialect.marks[name])
            return ast.JoinedStr([start, *as_pieces(value), end])
        if name not in self.dialect.filters:
            raise self.wrong(f"No filter named {name!r}.", node)
        return call(f"__filter_{name}", value, *given)

    def visit_Test(self, node: nodes.Test, scope: Scope) -> ast.expr:
        """`one is test(argument)`."""
        given = [self.visit(argument, scope) for argument in node.args or ()]
        return self._holds(node.name, self.visit(node.node, scope), given, node)

    def _holds(
        self, name: str, value: ast.expr, given: list[ast.expr], node: nodes.Expr
    ) -> ast.expr:
        """Whether the test of that name holds for a value."""
        match name, given:
            case "none" | "true" | "false", []:
                return ast.Compare(value, [ast.Is()], [ast.Constant(_CONSTANTS[name])])
            case "equalto", [other]:
                return ast.Compare(value, [ast.Eq()], [other])
            case "in", [other]:
                return ast.Compare(value, [ast.In()], [other])
        if name not in self.dialect.tests:
            raise self.wrong(f"No test named {name!r}.", node)
        return call(f"__is_{name}", value, *given)


def _kept(kind: str, test: ast.expr) -> ast.expr:
    """When an item is kept: by `select` where a test holds, by `reject` where it does not."""
    return ast.UnaryOp(ast.Not(), test) if kind.startswith("reject") else test


def _context(node: Any) -> ast.expr_context:
    return ast.Load() if node.ctx == "load" else ast.Store()


def _texts(node: nodes.Node | None) -> Iterator[str]:
    """The constant texts that an expression may give: one, or either of a choice."""
    match node:
        case nodes.Const(value=str() as text):
            yield text
        case nodes.CondExpr(expr1=first, expr2=second):
            yield from _texts(first)
            yield from _texts(second)
