"""The order in which the statements of a script run, as far as it shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import libcst as cst

from pseudogen.names.hooks import hooks
from pseudogen.names.script import Script, Site
from pseudogen.names.structure import called_function
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.tree import Statement


def run_order(script: Script) -> list[int]:
    """Indexes of all statements in the order in which they run.

    A function of the script stands behind the statement that first calls it (or hands it to
    somebody who will, as `mp.spawn(main_worker)`), `__init__` behind the first instance, the hooks
    of a Lightning module behind `trainer.fit(module)`. Functions to which nothing leads come last:
    first those that nothing calls, with what they call.
    """
    walk = _Walk(script)
    walk.block([s for s in script.tree.statements if s.parent < 0])
    called_from = script.structure.called_from
    functions = (s for s in script.tree.statements if type(s.node) is cst.FunctionDef)
    for statement in functions:
        called = called_from.get(statement.index)
        if statement.index in walk.placed or called or walk.is_inside(statement):
            continue
        if statement in walk.hooks:
            walk.block(walk.entered_hooks())
        walk.block([statement], definitions=True)
    for statement in script.tree.statements:
        if statement.index not in walk.placed:
            walk.block([statement], definitions=True)
    return walk.order


_DEFINITIONS = frozenset({cst.FunctionDef, cst.ClassDef})


_Led = tuple[Site, list[int]]
"""A call with the functions that it leads to."""


def _innermost_first(calls: list[_Led]) -> list[_Led]:
    """The calls of a statement in the order in which they run: `main(parse_args())` parses
    first."""
    found: list[_Led] = []
    for call in calls:
        around = (
            place
            for place, (site, _) in enumerate(found)
            if any(node is call[0].node for node in descendants(site.node))
        )
        found.insert(next(around, len(found)), call)
    return found


class _Walk:
    def __init__(self, script: Script) -> None:
        self.script = script
        self.order: list[int] = []
        self.placed: set[int] = set()
        self.entered: set[int] = set()  # functions whose turn it is
        self.functions = self._names(cst.FunctionDef)
        self.classes = self._names(cst.ClassDef)
        self.hooks = hooks(script) if self.classes else []
        self.led_to = self._led_to()

    def _names(self, kind: type[cst.FunctionDef] | type[cst.ClassDef]) -> set[str]:
        """The names of what the script defines of one kind."""
        return {s.node.name.value for s in self.script.tree.statements if type(s.node) is kind}

    def block(self, statements: list[Statement], definitions: bool = False) -> None:
        """Place the statements of a block and what they lead to; explicit stack, any depth."""
        script, placed = self.script, self.placed
        stack = statements[::-1]
        while stack:
            statement = stack.pop()
            index = statement.index
            if index in placed:
                continue
            definition = type(statement.node) in _DEFINITIONS
            if definition and not definitions and index not in self.entered:
                continue
            placed.add(index)
            self.order.append(index)
            if statement.after > index + 1:
                stack += script.tree.body(statement)[::-1]
            if index in self.led_to:
                stack += self._enter(self.led_to[index])[::-1]
            if self.hooks and any(map(self._fits, script.calls_in(statement))):
                stack += self.entered_hooks()[::-1]

    def is_inside(self, statement: Statement) -> bool:
        """Whether a function is one inside of another, or of a block."""
        around = self.script.tree.ancestors(statement.index)
        return any(type(header.node) is not cst.ClassDef for header in around)

    def _fits(self, site: Site) -> bool:
        """Whether a call runs the loop that calls the hooks."""
        return site.name.endswith(".fit") and self.script.fit_call(site) is not None

    def entered_hooks(self) -> list[Statement]:
        """The hooks, in the order in which a training comes to them."""
        found, self.hooks = self.hooks, []
        return self._enter(method.index for method in found)

    def _led_to(self) -> dict[int, list[int]]:
        """The functions that the calls of a statement lead to; statements with none are left
        out."""
        found: dict[int, list[int]] = {}
        sites = self.script.call_sites() if self.functions or self.classes else ()
        for site in sites:
            if site.name in self.classes:
                found.setdefault(site.statement.index, []).extend(self._constructors(site))
        leading: dict[int, list[_Led]] = {}
        for site in sites:
            direct = called_function(self.script, site)
            led = [direct] if direct is not None else self._handed(site) if site.node.args else []
            if led:
                leading.setdefault(site.statement.index, []).append((site, led))
        for index, calls in leading.items():
            for _, led in _innermost_first(calls):
                found.setdefault(index, []).extend(led)
        return found

    def _enter(self, functions: Iterable[int]) -> list[Statement]:
        """Those of the functions that have not been placed."""
        found = [index for index in dict.fromkeys(functions) if index not in self.placed]
        self.entered.update(found)
        return [self.script.tree.statements[index] for index in found]

    def _handed(self, site: Site) -> list[int]:
        """The functions that a call of something else is handed, alone or in a dict."""
        given = [value for arg in site.node.args for value in _values(arg.value)]
        return [
            binding.statement
            for value in given
            if type(value) is cst.Name and value.value in self.functions
            for binding in self.script.resolver.bindings(value.value, site.scope)
            if binding.how == "function"
        ]

    def _constructors(self, site: Site) -> list[int]:
        """The `__init__` of a class of the script that is called."""
        return [
            method.statement
            for binding in self.script.resolver.bindings(site.name, site.scope)
            if binding.how == "class"
            for method in self.script.scope_of(binding.statement).bindings.get("__init__", ())
            if method.how == "function"
        ]


def _values(node: Any) -> list[Any]:
    return [e.value for e in node.elements] if type(node) is cst.Dict else [node]
