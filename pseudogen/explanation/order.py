"""The order in which the statements of a script run, as far as it shows."""

from __future__ import annotations

import libcst as cst

from pseudogen.names.script import Script, Site
from pseudogen.names.structure import called_function
from pseudogen.syntax.build import dotted
from pseudogen.syntax.tree import Statement


def run_order(script: Script) -> list[int]:
    """Indexes of all statements in the order in which they run.

    A function of the script stands behind the statement that first calls it (or hands it to
    somebody who will, as `mp.spawn(main_worker)`). Functions that nothing calls come last.
    """
    walk = _Walk(script)
    walk.block([s for s in script.tree.statements if s.parent < 0])
    for statement in script.tree.statements:
        if statement.index not in walk.placed:
            walk.block([statement], definitions=True)
    return walk.order


class _Walk:
    def __init__(self, script: Script) -> None:
        self.script = script
        self.order: list[int] = []
        self.placed: set[int] = set()

    def block(self, statements: list[Statement], definitions: bool = False) -> None:
        """Place the statements of a block and what they lead to; explicit stack, any depth."""
        stack = list(reversed(statements))
        while stack:
            statement = stack.pop()
            if statement.index in self.placed:
                continue
            kind = type(statement.node)
            if kind in (cst.FunctionDef, cst.ClassDef) and not definitions:
                continue
            self.placed.add(statement.index)
            self.order.append(statement.index)
            stack.extend(reversed(self.script.tree.body(statement)))
            stack.extend(reversed(self._functions(statement)))

    def _functions(self, statement: Statement) -> list[Statement]:
        """The bodies of the functions that the statement's calls lead to."""
        found: list[Statement] = []
        for site in self.script.calls_in(statement):
            for index in self._called(site):
                if index not in self.placed:
                    self.placed.add(index)
                    self.order.append(index)
                    found += self.script.tree.body(self.script.tree.statements[index])
        return found

    def _called(self, site: Site) -> list[int]:
        direct = called_function(self.script, site)
        if direct is not None:
            return [direct]
        return [
            binding.statement
            for arg in site.node.args
            for binding in self.script.resolver.bindings(dotted(arg.value), site.scope)
            if binding.how == "function"
        ]
