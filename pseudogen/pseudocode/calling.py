"""Which functions of a script do the work of an algorithm, and which statements run them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import libcst as cst

from pseudogen.names.structure import called_function, constructor
from pseudogen.pseudocode.draft import Draft
from pseudogen.pseudocode.joining import whole_call
from pseudogen.pseudocode.weight import CORE, saves
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.tree import Statement

_HANDLERS = (cst.ExceptHandler, cst.ExceptStarHandler)


class Calling:
    """Functions by the index of their statements.

    Attributes:
        training: Those that train, by themselves or by a call that does all of it.
        running: Those that train or evaluate.
        saving: Those that save a checkpoint, or call one that does.
        making: Those that make what the training needs.
        uses: How often each function is called, or handed to a command if it trains or evaluates;
            what is done after an error does not count.
        hooked: Those that a framework calls, and those beside them that make what it needs.
    """

    def __init__(
        self,
        writer: Writer,
        drafts: Mapping[int, list[Draft]],
        weights: Mapping[int, int],
        hooked: frozenset[int],
        fits: frozenset[int],
    ) -> None:
        self.script = writer.script
        self.tree = writer.script.tree
        self.structure = writer.script.structure
        self.training = self.structure.trains | self._around(fits)
        self.running = self.training | self.structure.evaluates
        self.saving = self._saving(drafts)
        self.making = self._making(weights)
        self.uses = self._uses()
        owners = {self.tree.statements[f].scope for f in hooked}
        makers = {f for f in self.making if self.tree.statements[f].scope in owners}
        self.hooked = hooked | {f for f in makers if not self.uses.get(f)}

    def run_by(self, statement: Statement) -> int | None:
        """The function of the algorithm that a statement runs, or hands to a command; None for
        most."""
        called = self._called(statement)
        if called in self.running or called in self.making or called in self.saving:
            return called
        call = whole_call(statement.node)
        if call is None or type(statement.node) is not cst.Expr:
            return None
        names = {self.tree.statements[f].node.name.value: f for f in self.running}
        return next(iter(_handed(call, names)), None)

    def saves(self, statement: Statement) -> bool:
        """Whether a statement saves a checkpoint in a loop."""
        return (
            self.script.loop_around(statement) is not None
            and self._called(statement) in self.saving
        )

    def made_by(self, statement: Statement) -> tuple[int, cst.Call] | None:
        """The constructor that a statement runs before a method of the new object, with its call:
        `Trainer(model).fit(data)`."""
        call = whole_call(statement.node)
        inner: Any = getattr(call.func, "value", None) if call is not None else None
        if type(inner) is not cst.Call:
            return None
        built = self._built(self.script.call_site(inner, statement.index, statement.scope))
        return (built, inner) if built in self.making else None

    def _called(self, statement: Statement) -> int | None:
        call = whole_call(statement.node)
        if call is None:
            return None
        site = self.script.call_site(call, statement.index, statement.scope)
        called = called_function(self.script, site)
        return called if called is not None else self._built(site)

    def _built(self, site: Any) -> int | None:
        """The constructor that a call runs, where the class is one that trains."""
        made = constructor(self.script, site)
        if made is None:
            return None
        owner = self.tree.statements[made].scope
        return made if any(self.tree.statements[f].scope == owner for f in self.running) else None

    def _uses(self) -> dict[int, int]:
        found = {
            function: sum(not self._in_handler(place) for place in places)
            for function, places in self.structure.called_from.items()
        }
        found.update((f, 0) for f in self.running if f not in found)
        names = {self.tree.statements[f].node.name.value: f for f in self.running}
        for site in self.script.call_sites():
            built = self._built(site)
            if built is not None:
                found[built] = found.get(built, 0) + 1
            if type(site.statement.node) is cst.Expr:
                for function in _handed(site.node, names):
                    found[function] += 1
        return found

    def _in_handler(self, statement: int) -> bool:
        return any(isinstance(above.node, _HANDLERS) for above in self.tree.ancestors(statement))

    def _saving(self, drafts: Mapping[int, Iterable[Draft]]) -> frozenset[int]:
        return self._around(
            index
            for index, said in drafts.items()
            if saves(self.tree.statements[index].node)
            or any(draft.pattern == "checkpoint-save" for draft in said)
        )

    def _around(self, statements: Iterable[int]) -> frozenset[int]:
        """The functions that hold one of some statements, and those that call them."""
        found: set[int] = set()
        waiting = list(statements)
        while waiting:
            around = self.script.function_around(self.tree.statements[waiting.pop()])
            if around is not None and around.index not in found:
                found.add(around.index)
                waiting += self.structure.called_from.get(around.index, ())
        return frozenset(found)

    def _making(self, weights: Mapping[int, int]) -> frozenset[int]:
        found: set[int] = set()
        for index, weight in weights.items():
            statement = self.tree.statements[index]
            around = self.script.function_around(statement)
            if around is not None and weight == CORE and type(statement.node) is cst.Assign:
                found.add(around.index)
        return frozenset(found - self.running)


def _handed(call: cst.Call, names: Mapping[str, int]) -> list[int]:
    """The functions among the arguments of a call, by their names."""
    values: list[Any] = [arg.value for arg in call.args]
    return [names[v.value] for v in values if type(v) is cst.Name and v.value in names]
