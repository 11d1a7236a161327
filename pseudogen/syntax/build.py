"""Parsed module -> Tree: the one walk over the syntax."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.syntax.fields import NAMES, getters
from pseudogen.syntax.parsing import Parsed
from pseudogen.syntax.tree import NO_STATEMENT, Binding, Occurrence, Scope, Statement, Tree

RECORDED = frozenset({cst.Call, cst.BinaryOperation, cst.IfExp})
"""Expression nodes whose places the walk records for the patterns."""

_IMPORTS = (cst.Import, cst.ImportFrom)
_INNER = getters(
    {
        **NAMES,
        cst.Arg: ("value",),
    }
)
"""Node type -> its children: not the names of arguments."""


def build(parsed: Parsed, text: str) -> Tree:
    """The tree of a module; `text` is what it was parsed from, with "\\n" line ends."""
    return _Builder(parsed, text).build()


def dotted(node: Any) -> str:
    """`torch.nn.Linear` for such an expression; calls as `()`, subscripts as `[]`; "" for others.

    `models.__dict__[x]()` gives `models.__dict__[]()`.
    """
    tail = ""
    while True:
        kind = type(node)
        if kind is cst.Name:
            root: str = node.value
            return root + tail if tail else root
        if kind is cst.Attribute:
            tail = f".{node.attr.value}{tail}"
            node = node.value
        elif kind is cst.Call:
            tail = "()" + tail
            node = node.func
        elif kind is cst.Subscript:
            tail = "[]" + tail
            node = node.value
        else:
            return ""


class _Builder:
    """The state of the walk."""

    def __init__(self, parsed: Parsed, text: str) -> None:
        self.module = parsed.module
        self.text = text
        self.pairs = iter(parsed.lines)
        self.statements: list[Statement] = []
        self.scopes = [Scope(0, "module", NO_STATEMENT, NO_STATEMENT)]
        self.occurrences: dict[type, list[Occurrence]] = {kind: [] for kind in RECORDED}
        self.named: dict[str, list[int]] = defaultdict(list)
        self.star_imports: list[str] = []

    def build(self) -> Tree:
        self._block(self.module.body, NO_STATEMENT, 0, 0)
        return Tree(
            module=self.module,
            text=self.text,
            lines=self.text.split("\n"),
            statements=self.statements,
            scopes=self.scopes,
            occurrences=self.occurrences,
            named=self.named,
            star_imports=self.star_imports,
        )

    # Statements

    def _block(self, body: Any, parent: int, depth: int, scope: int) -> None:
        for node in body:
            if type(node) is cst.SimpleStatementLine:
                self._simple_line(node.body, next(self.pairs), parent, depth, scope)
            else:
                self._compound(node, parent, depth, scope)

    def _simple_line(
        self, nodes: Any, pair: tuple[int, int], parent: int, depth: int, scope: int
    ) -> None:
        for node in nodes:
            kind = type(node)
            index = self._add(node, pair, pair[0], parent, depth, scope).index
            if kind is cst.Expr:
                self._expressions(node.value, index, scope)
                continue
            self._bind_small(node, index, scope)
            if kind is cst.Assign:
                for target in node.targets:
                    if type(target.target) is not cst.Name:
                        self._expressions(target.target, index, scope)
                self._expressions(node.value, index, scope)
            elif kind not in _IMPORTS:
                self._expressions(node, index, scope)

    def _add(
        self,
        node: Any,
        pair: tuple[int, int],
        start: int,
        parent: int,
        depth: int,
        scope: int,
        chain: int = NO_STATEMENT,
    ) -> Statement:
        index = len(self.statements)
        chain = index if chain == NO_STATEMENT else chain
        first, last = pair
        statement = Statement(
            index, node, first, last, start, last, depth, parent, chain, scope, index + 1
        )
        self.statements.append(statement)
        return statement

    def _suite(self, statement: Statement, body: Any, scope: int) -> None:
        """The block of a header or clause; a one-line suite shares the header's line."""
        if type(body) is cst.SimpleStatementSuite:
            pair = (statement.first, statement.last)
            self._simple_line(body.body, pair, statement.index, statement.depth + 1, scope)
        else:
            self._block(body.body, statement.index, statement.depth + 1, scope)
        self._close(statement)

    def _close(self, statement: Statement) -> None:
        statement.after = len(self.statements)
        statement.end = self.statements[-1].end

    def _compound(self, node: Any, parent: int, depth: int, scope: int) -> None:
        kind = type(node)
        if kind is cst.FunctionDef or kind is cst.ClassDef:
            self._definition(node, parent, depth, scope)
            return
        pair = next(self.pairs)
        statement = self._add(node, pair, pair[0], parent, depth, scope)
        self._header(node, statement.index, scope)
        if kind is cst.Match:
            for case in node.cases:
                self._clause(case, NO_STATEMENT, statement.index, depth + 1, scope)
            self._close(statement)
            return
        self._suite(statement, node.body, scope)
        for clause in _clauses(node):
            self._clause(clause, statement.index, parent, depth, scope)

    def _clause(self, node: Any, chain: int, parent: int, depth: int, scope: int) -> None:
        pair = next(self.pairs)
        clause = self._add(node, pair, pair[0], parent, depth, scope, chain)
        self._header(node, clause.index, scope)
        self._suite(clause, node.body, scope)

    def _definition(self, node: Any, parent: int, depth: int, scope: int) -> None:
        decorators = [next(self.pairs) for _ in node.decorators]
        pair = next(self.pairs)
        start = decorators[0][0] if decorators else pair[0]
        statement = self._add(node, pair, start, parent, depth, scope)
        how = "function" if type(node) is cst.FunctionDef else "class"
        self._bind(scope, Binding(node.name.value, statement.index, how, node))
        inner = Scope(len(self.scopes), how, scope, statement.index)
        self.scopes.append(inner)
        if how == "function":
            self._parameters(node.params, statement.index, inner.index)
            outside: tuple[Any, ...] = (node.decorators, node.params, node.returns)
        else:
            outside = (node.decorators, node.bases, node.keywords)
        self._expressions(outside, statement.index, scope)
        self._suite(statement, node.body, inner.index)

    def _header(self, node: Any, index: int, scope: int) -> None:
        """Bindings and expressions of a compound statement's header."""
        kind = type(node)
        if kind is cst.If or kind is cst.While:
            self._expressions(node.test, index, scope)
        elif kind is cst.For:
            self._bind_target(node.target, node.iter, "for", index, scope)
            self._expressions((node.target, node.iter), index, scope)
        elif kind is cst.With:
            for item in node.items:
                if item.asname is not None:
                    self._bind_target(item.asname.name, item.item, "with", index, scope)
            self._expressions(node.items, index, scope)
        elif kind is cst.ExceptHandler or kind is cst.ExceptStarHandler:
            if node.name is not None:
                self._bind_target(node.name.name, node.type, "except", index, scope)
            self._expressions(node.type, index, scope)
        elif kind is cst.Match:
            self._expressions(node.subject, index, scope)
        elif kind is cst.MatchCase:
            self._expressions((node.pattern, node.guard), index, scope)

    # Names

    def _bind(self, scope: int, binding: Binding) -> None:
        self.scopes[scope].bindings.setdefault(binding.name, []).append(binding)

    def _bind_target(
        self,
        target: Any,
        value: Any,
        how: str,
        index: int,
        scope: int,
        position: int | None = None,
    ) -> None:
        kind = type(target)
        if kind is cst.Tuple or kind is cst.List:
            self._bind_elements(target, value, how, index, scope)
            return
        if kind is cst.StarredElement:
            target = target.value
        name = dotted(target)
        if not name or name.endswith(")"):
            return
        binding = Binding(name, index, how, value, position)
        self._bind(scope, binding)
        if name.startswith("self."):
            owner = self.scopes[scope].parent
            if owner != NO_STATEMENT and self.scopes[owner].kind == "class":
                self._bind(owner, binding)

    def _bind_elements(self, target: Any, value: Any, how: str, index: int, scope: int) -> None:
        """`a, b = x, y` binds pairwise; otherwise each element is bound to its position."""
        targets = [element.value for element in target.elements]
        pairwise = (
            how == "assign"
            and type(value) in (cst.Tuple, cst.List)
            and len(value.elements) == len(targets)
            and all(type(e) is cst.Element for e in (*target.elements, *value.elements))
        )
        for place, element in enumerate(targets):
            if pairwise:
                self._bind_target(element, value.elements[place].value, how, index, scope)
            else:
                unpack = "unpack" if how == "assign" else how
                self._bind_target(element, value, unpack, index, scope, place)

    def _bind_small(self, node: Any, index: int, scope: int) -> None:
        kind = type(node)
        if kind is cst.Assign:
            for target in node.targets:
                self._bind_target(target.target, node.value, "assign", index, scope)
        elif kind is cst.AugAssign:
            self._bind_target(node.target, node, "augment", index, scope)
        elif kind is cst.AnnAssign:
            if node.value is not None:
                self._bind_target(node.target, node.value, "assign", index, scope)
        elif kind is cst.Import:
            self._bind_import(node, index, scope)
        elif kind is cst.ImportFrom:
            self._bind_import_from(node, index, scope)
        elif kind is cst.Global or kind is cst.Nonlocal:
            for item in node.names:
                self._bind(scope, Binding(item.name.value, index, "global"))

    def _bind_import(self, node: cst.Import, index: int, scope: int) -> None:
        for alias in node.names:
            full = dotted(alias.name)
            if alias.asname is not None:
                name, qualified = dotted(alias.asname.name), full
            else:
                name = qualified = full.partition(".")[0]
            self._bind(scope, Binding(name, index, "import", qualified=qualified))

    def _bind_import_from(self, node: cst.ImportFrom, index: int, scope: int) -> None:
        module = "." * len(node.relative) + (dotted(node.module) if node.module else "")
        if isinstance(node.names, cst.ImportStar):
            self.star_imports.append(module)
            return
        for alias in node.names:
            item = dotted(alias.name)
            name = dotted(alias.asname.name) if alias.asname is not None else item
            joint = "" if module.endswith(".") or not module else "."
            self._bind(scope, Binding(name, index, "import", qualified=module + joint + item))

    def _parameters(self, params: cst.Parameters, index: int, scope: int) -> None:
        plain = (*params.posonly_params, *params.params, *params.kwonly_params)
        for param in plain:
            self._bind(scope, Binding(param.name.value, index, "parameter", param.default))
        for starred in (params.star_arg, params.star_kwarg):
            if isinstance(starred, cst.Param):
                self._bind(scope, Binding(starred.name.value, index, "parameter"))

    # Expressions

    def _expressions(self, root: Any, index: int, scope: int) -> None:
        """Records the names and the wanted expression nodes below `root`, and binds walrus
        targets."""
        stack: list[Any] = [root]
        pop, push, append, inner = stack.pop, stack.extend, stack.append, _INNER.get
        calls, named = self.occurrences[cst.Call], self.named
        while stack:
            node = pop()
            kind = type(node)
            if kind is cst.Name:
                named[node.value].append(index)
                continue
            if kind is cst.Call or kind is cst.Attribute:
                name = dotted(node.func if kind is cst.Call else node)
                if kind is cst.Call:
                    calls.append(Occurrence(node, index, scope, name))
                    push([arg.value for arg in node.args[::-1]])
                if name and "(" not in name and "[" not in name:
                    named[name].append(index)
                else:
                    append(node.func if kind is cst.Call else node.value)
                continue
            if kind is tuple or kind is list:
                push(node[::-1])
                continue
            children = inner(kind)
            if children is None:
                continue
            if kind in RECORDED:
                self.occurrences[kind].append(Occurrence(node, index, scope, ""))
            elif kind is cst.NamedExpr:
                self._bind_target(node.target, node.value, "walrus", index, scope)
            value = children(node)
            if type(value) is tuple:
                push(value[::-1])
            else:
                append(value)


def _clauses(node: Any) -> Iterator[Any]:
    """The clauses of a compound statement in the order of the source; `elif` chains flattened."""
    kind = type(node)
    if kind is cst.If:
        clause = node.orelse
        while clause is not None:
            yield clause
            clause = clause.orelse if type(clause) is cst.If else None
    elif kind is cst.Try or kind is cst.TryStar:
        yield from node.handlers
        yield from (c for c in (node.orelse, node.finalbody) if c is not None)
    elif (kind is cst.For or kind is cst.While) and node.orelse is not None:
        yield node.orelse
