"""What templates become: plain Python.

Jinja reads a template, and what it has read is written here as a module of Python: a macro becomes
a function that joins its text, what the template sets a global variable, a field `one.field`, an
item `one[place]`. A name, filter or test that nobody knows is an error at once; an unknown field is
one where it is asked for. Of Jinja's language there is what the templates use: a node for which
there is no method here is an error, too.

What a template makes of its names, `set` in a loop among them, stays inside as in Jinja: the
variables of each loop and block have names of their own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from types import CodeType
from typing import Any

from jinja2 import Environment, nodes

from pseudogen.template_code.expressions import Dialect, Expressions
from pseudogen.template_code.python import (
    add,
    as_pieces,
    assign,
    call,
    name_of,
    placed,
    plain,
    stored,
)
from pseudogen.template_code.scopes import Scope, defined_in, names_of, set_in

GLOBALS = ("dict", "namespace", "range")
"""What every template may call."""


def compiled(text: str, name: str, dialect: Dialect) -> CodeType:
    """The code of a module in which everything is defined that the template `name` defines.

    Raises:
        jinja2.TemplateSyntaxError: it is no template, or uses what is not known.
    """
    reader = Environment(trim_blocks=True, lstrip_blocks=True)
    tree = _Module(name, dialect).of(reader.parse(text, name))
    return compile(ast.fix_missing_locations(tree), name, "exec", dont_inherit=True)


class _Module(Expressions):
    """Writes a template; each of its statements becomes a list of statements."""

    # ruff: noqa: N802 - Jinja names these methods by its nodes

    def of(self, template: nodes.Template) -> ast.Module:
        """The module: definitions, the names of what others may use, and the keywords by macro."""
        names = [*set_in(template.body), *defined_in(template.body)]
        imported = {n.target for n in template.body if isinstance(n, nodes.Import)}
        scope = Scope({name: name for name in [*GLOBALS, *names]}, {*GLOBALS, *names})
        body = [
            statement
            for node in template.body
            if not isinstance(node, nodes.Output)  # text between definitions
            for statement in self.visit(node, scope)
        ]
        shared = [n for n in names if not n.startswith("_") and n not in imported]
        body.append(assign(stored("__names"), plain(shared)))
        body.append(assign(stored("__keywords"), plain(self.keywords)))
        return ast.Module(body, type_ignores=[])

    def visit_Import(self, node: nodes.Import, scope: Scope) -> list[ast.stmt]:
        """The names of another template under one name."""
        module = call("__template", self.visit(node.template, scope))
        return [assign(stored(scope.names[node.target]), module)]

    def visit_Include(self, node: nodes.Include, scope: Scope) -> list[ast.stmt]:
        """A file as it stands."""
        return [add(scope.buffer, call("__file", self.visit(node.template, scope)))]

    def visit_Macro(self, node: nodes.Macro, scope: Scope) -> list[ast.stmt]:
        """A function."""
        parameters = [argument.name for argument in node.args]
        inside = Scope(
            scope.names | dict(zip(parameters, parameters, strict=True)),
            {*scope.taken, *parameters, scope.buffer},
        )
        inside, begin = inside.inner(node.body, parameters)
        self.macro = node.name
        body = self._returned(node.body, inside)
        self.macro = ""
        arguments = ast.arguments(
            posonlyargs=[],
            args=[ast.arg(name) for name in parameters],
            kwonlyargs=[],
            kw_defaults=[],
            defaults=[self.visit(default, scope) for default in node.defaults],
        )
        return [ast.FunctionDef(node.name, arguments, begin + body, decorator_list=[])]

    def _returned(self, body: Sequence[nodes.Node], scope: Scope) -> list[ast.stmt]:
        """The text that nodes make, as what a function returns: at once where all that makes text
        stands at the end, else put together piece by piece."""
        start = next((at for at, node in enumerate(body) if _makes_text(node)), len(body))
        head, tail = body[:start], body[start:]
        if all(isinstance(node, nodes.Output) for node in tail):
            return [*self._block(head, scope), ast.Return(self._whole(tail, scope))]
        if len(tail) == 1 and isinstance(tail[0], nodes.If):
            choice = self._choice(tail[0], scope, self._returned)
            return [*self._block(head, scope), choice]
        begin = assign(stored(scope.buffer), ast.Constant(""))
        text = self.shown(name_of(scope.buffer))
        return [begin, *self._block(body, scope), ast.Return(text)]

    def _block(self, body: Iterable[nodes.Node], scope: Scope) -> list[ast.stmt]:
        """Statements that add the text of nodes to the buffer."""
        made: list[ast.stmt] = []
        pieces: list[ast.expr] = []
        for node in body:
            if isinstance(node, nodes.Output):
                pieces += self._pieces(node, scope)
                continue
            if pieces:
                made.append(add(scope.buffer, ast.JoinedStr(pieces)))
                pieces = []
            made += self.visit(node, scope)
        return [*made, add(scope.buffer, ast.JoinedStr(pieces))] if pieces else made

    def _pieces(self, node: nodes.Output, scope: Scope) -> Iterator[ast.expr]:
        """Text as it stands, and what is shown in it."""
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                yield ast.Constant(part.data)
                continue
            shown = self.visit(part, scope)
            yield from as_pieces(call("__escape", shown) if self.escapes else shown)

    def _whole(self, outputs: Iterable[nodes.Node], scope: Scope) -> ast.expr:
        """Some outputs as one text."""
        texts = [node for node in outputs if isinstance(node, nodes.Output)]
        pieces = [piece for node in texts for piece in self._pieces(node, scope)]
        return self.shown(ast.JoinedStr(pieces) if pieces else ast.Constant(""))

    def visit_If(self, node: nodes.If, scope: Scope) -> list[ast.stmt]:
        """`if`, which has no variables of its own."""
        return [self._choice(node, scope, self._block)]

    def _choice(self, node: nodes.If, scope: Scope, block: Any) -> ast.If:
        """`if`, `elif`, `else`, with what `block` makes of each body."""
        other = block(node.else_, scope)
        for branch in reversed((node, *node.elif_)):
            test, body = self.visit(branch.test, scope), block(branch.body, scope)
            choice = placed(ast.If(test, body or [ast.Pass()], other), branch)
            other = [choice]
        return choice

    def visit_For(self, node: nodes.For, scope: Scope) -> list[ast.stmt]:
        """`for`, with its test and what there is when nothing was gone through."""
        counted = any(n.name == "loop" for part in node.body for n in part.find_all(nodes.Name))
        targets = [name.name for name in names_of(node.target)]
        things = self.visit(node.iter, scope)
        if node.test is not None:
            things = self._chosen(node, things, scope)
        inside = scope.of_loop(targets)
        inside, begin = inside.inner(node.body, targets)
        target = self.visit(node.target, inside)
        if counted:
            target = ast.Tuple([target, stored(inside.own("loop"))], ast.Store())
            things = call("__loop", things)
        body = [*begin, *self._block(node.body, inside)] or [ast.Pass()]
        if not node.else_:
            return [ast.For(target, things, body, [])]
        gone = scope.fresh("__gone")
        seen = assign(stored(gone), ast.Constant(True))
        loop = ast.For(target, things, [seen, *body], [])
        other = ast.If(ast.UnaryOp(ast.Not(), name_of(gone)), self._block(node.else_, scope), [])
        return [assign(stored(gone), ast.Constant(False)), loop, other]

    def _chosen(self, node: nodes.For, things: ast.expr, scope: Scope) -> ast.expr:
        """Those of the things for which the test of a loop holds."""
        inside = scope.of_loop(name.name for name in names_of(node.target))
        assert node.test is not None
        kept = self.visit(node.target, inside)
        again = self.visit(_loaded(node.target), inside)
        part = ast.comprehension(kept, things, [self.visit(node.test, inside)], is_async=0)
        return ast.ListComp(again, [part])

    def visit_Assign(self, node: nodes.Assign, scope: Scope) -> list[ast.stmt]:
        """`set name = value`."""
        return [assign(self.visit(node.target, scope), self.visit(node.node, scope))]

    def visit_AssignBlock(self, node: nodes.AssignBlock, scope: Scope) -> list[ast.stmt]:
        """`set name` with the text up to its end."""
        target = self.visit(node.target, scope)
        if all(isinstance(part, nodes.Output) for part in node.body):
            return [assign(target, self._whole(node.body, scope))]
        buffer = scope.fresh("__text")
        inside, begin = scope.inner(node.body, buffer=buffer)
        start = assign(stored(buffer), ast.Constant(""))
        text = self.shown(name_of(buffer))
        return [start, *begin, *self._block(node.body, inside), assign(target, text)]


def _loaded(target: nodes.Node) -> nodes.Expr:
    """What a loop sets, to be read."""
    if isinstance(target, nodes.Tuple):
        items = [_loaded(item) for item in target.items]
        return nodes.Tuple(items, "load", lineno=target.lineno)
    assert isinstance(target, nodes.Name)
    return nodes.Name(target.name, "load", lineno=target.lineno)


def _makes_text(node: nodes.Node) -> bool:
    if isinstance(node, nodes.If):
        return any(map(_makes_text, (*node.body, *node.elif_, *node.else_)))
    return not isinstance(node, nodes.Assign | nodes.AssignBlock)
