"""The statements of a script as one flat list, with lines, nesting and scopes: one walk."""

from __future__ import annotations

from dataclasses import field
from typing import Any

import libcst as cst

from pseudogen.records import dataclass

NO_STATEMENT = -1


@dataclass(slots=True, eq=False)
class Statement:
    """A small statement, the header of a compound one, or a clause (`elif`, `else`, `except`...).

    Numbers of lines are 1-based and inclusive. Statements refer to each other by index, so that
    nothing keeps the tree alive in a cycle.

    Attributes:
        index: Position in `Tree.statements`, which is the order of the source.
        node: The LibCST node; an `elif` is an `If`, other clauses are `Else`, `Finally`...
        first: Line on which the statement starts (`def`, not its decorators).
        last: Last line of a small statement or of the header.
        start: As `first`, decorators included.
        end: Last line of everything below it; a clause that follows is not below it.
        depth: Nesting: 0 at the top level.
        parent: Index of the header or clause whose block holds it, or NO_STATEMENT.
        chain: For a clause, index of the statement it continues (`if`, `try`, `for`); else its own.
        scope: Index of the scope in which it runs.
        after: Index of the first statement that is not below it.
    """

    index: int
    node: Any
    first: int
    last: int
    start: int
    end: int
    depth: int
    parent: int
    chain: int
    scope: int
    after: int = 0


@dataclass(slots=True, eq=False)
class Binding:
    """One place where a name (`x`, `self.x`, `args.x`) gets a value.

    `how` is assign, augment, unpack, for, with, parameter, import, function, class, except, walrus
    or global. `value` is the expression bound (the iterable of a `for`, the default of a
    parameter); `position` is the place in the target tuple of an `unpack`. For imports `qualified`
    is the full name.
    """

    name: str
    statement: int
    how: str
    value: Any = None
    position: int | None = None
    qualified: str = ""


@dataclass(slots=True, eq=False)
class Scope:
    """The module, a function or a class: the names bound in it, in the order of the source.

    `statement` is the index of its `def` or `class` (NO_STATEMENT for the module).
    """

    index: int
    kind: str
    parent: int
    statement: int
    bindings: dict[str, list[Binding]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An expression node and the statement and scope that hold it; for a call the dotted name of
    what is called, as written."""

    node: Any
    statement: int
    scope: int
    name: str


@dataclass(slots=True, eq=False)
class Tree:
    """Everything the one walk finds.

    `occurrences` has, for each recorded node type, its places in the order of the source; `named`,
    for each name that is written in an expression, with the attributes behind it, the statements
    that have it there; `star_imports` the modules imported with `*`.
    """

    module: cst.Module
    text: str
    lines: list[str]
    statements: list[Statement]
    scopes: list[Scope]
    occurrences: dict[type, list[Occurrence]]
    named: dict[str, list[int]]
    star_imports: list[str]
    _at_line: dict[int, Statement] = field(default_factory=dict, init=False, repr=False)
    _around: dict[int, list[Statement]] = field(default_factory=dict, init=False, repr=False)
    _branches: dict[int, dict[int, int]] = field(default_factory=dict, init=False, repr=False)

    def by_line(self) -> dict[int, Statement]:
        """Line -> the first statement that starts on it, or else the one that it goes on with. It
        is kept for the next who asks: it is to be read only."""
        found = self._at_line
        if not found:
            for statement in self.statements:
                found.setdefault(statement.first, statement)
            for statement in self.statements:
                for line in range(statement.first + 1, statement.last + 1):
                    found.setdefault(line, statement)
        return found

    def body(self, statement: Statement) -> list[Statement]:
        """The statements directly in the block of a header or clause, clauses of them included."""
        found, index = [], statement.index + 1
        while index < statement.after:
            found.append(self.statements[index])
            index = self.statements[index].after
        return found

    def before(self, statement: Statement) -> Statement | None:
        """The statement or clause before one in its block; None for the first."""
        index = statement.index - 1
        while index > statement.parent:
            if self.statements[index].parent == statement.parent:
                return self.statements[index]
            index = self.statements[index].parent
        return None

    def below(self, statement: Statement) -> list[Statement]:
        """All statements inside the block, at any depth."""
        return self.statements[statement.index + 1 : statement.after]

    def clauses(self, statement: Statement) -> list[Statement]:
        """The clauses that continue `statement` (`elif`, `else`, `except`, `finally`), in order."""
        found, index = [], statement.after
        while index < len(self.statements):
            clause = self.statements[index]
            if clause.chain != statement.chain or clause.parent != statement.parent:
                break
            found.append(clause)
            index = clause.after
        return found

    def scope_end(self, scope: int) -> int:
        """The index behind the last statement of a function, a class or the module."""
        owner = self.scopes[scope].statement
        return self.statements[owner].after if owner != NO_STATEMENT else len(self.statements)

    def ancestors(self, index: int) -> list[Statement]:
        """The headers and clauses around a statement, from the innermost outwards. The list is
        kept for the statements beside it: it is to be read only."""
        parent = self.statements[index].parent
        found = self._around.get(parent)
        if found is None:
            found, index = [], parent
            while index != NO_STATEMENT:
                found.append(self.statements[index])
                index = self.statements[index].parent
            self._around[parent] = found
        return found

    def branches(self, index: int) -> dict[int, int]:
        """The branches around a statement: the chain of an `if` -> the clause of it. They are kept
        for the statements beside it: they are to be read only."""
        parent = self.statements[index].parent
        found = self._branches.get(parent)
        if found is None:
            around = self.ancestors(index)
            found = {s.chain: s.index for s in around if type(s.node) in (cst.If, cst.Else)}
            self._branches[parent] = found
        return found
