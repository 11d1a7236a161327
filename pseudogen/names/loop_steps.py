"""Where the training steps are that a loop takes: in its body, in loops below it, in functions that
it calls, in some of its rounds alone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.names.iterables import loader
from pseudogen.names.loop_bodies import counts_batches, is_abstract, named_training
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

_LOOPS = (cst.For, cst.While)


class Steps:
    """The training steps of a script, as its loops see them.

    Attributes:
        function_of: The function of the script that a call (by id) runs.
    """

    def __init__(
        self,
        script: Script,
        statements: Sequence[int],
        trains: Set[int],
        function_of: Mapping[int, int],
    ) -> None:
        """`statements` hold a training step each, the functions in `trains` hold one or call one
        that does."""
        self.function_of = function_of
        self._script = script
        self._statements = sorted(statements)
        self._trains = trains

    def held_by(self, block: Statement) -> bool:
        """Whether a training step stands in the body of a loop, a function or a branch."""
        place = bisect_right(self._statements, block.index)
        return place < bisect_left(self._statements, block.after)

    def called_by(self, loop: Statement) -> bool:
        """Whether the body calls a function that trains, or one named as they are named."""
        for site in self._script.calls_below(loop):
            called = self.function_of.get(id(site.node))
            if called in self._trains:
                return True
            open_ = called is None or is_abstract(self._script.tree.statements[called].node)
            if open_ and named_training(site):
                return True
        return False

    def only_in_loops(self, loop: Statement) -> bool:
        """Whether a round of a loop is no step: all steps that it takes stand in loops inside it,
        or in loops of the function that it calls."""
        return self._stand_in_loops(loop) or self._called_to_loop(loop)

    def _stand_in_loops(self, loop: Statement) -> bool:
        """Whether every training step in a loop, the optimizer's part of it too, stands in loops
        inside it."""
        script = self._script
        below = script.tree.below(loop)
        inner = [s for s in below if type(s.node) in _LOOPS and self.held_by(s)]
        moves = [
            site.statement.index
            for site in script.calls_below(loop)
            if site.name.endswith(".step")
            and script.is_a(site.node.func.value, site.scope, "optimizer") is not None
        ]
        return bool(moves) and all(
            any(block.index < index < block.after for block in inner)
            for index in (*moves, *self._inside(loop))
        )

    def _called_to_loop(self, loop: Statement) -> bool:
        """Whether a round calls one function of the script that takes its steps in loops alone."""
        tree = self._script.tree
        called = {self.function_of.get(id(s.node)) for s in self._script.calls_below(loop)}
        training = [tree.statements[i] for i in called if i in self._trains and i is not None]
        if len(training) != 1 or self.held_by(loop):
            return False
        steps = self._inside(training[0])
        return bool(steps) and all(
            any(
                type(header.node) in _LOOPS and header.index > training[0].index
                for header in tree.ancestors(index)
            )
            for index in steps
        )

    def at_times(self, loop: Statement) -> bool:
        """Whether every training step in a loop's body waits for a condition that is not met in
        each round: `if step >= learning_starts:`."""
        steps = self._inside(loop)
        return bool(steps) and all(
            any(
                type(header.node) is cst.If and not self._otherwise(header)
                for header in self._script.tree.ancestors(index)
                if header.index > loop.index
            )
            for index in steps
        )

    def _otherwise(self, header: Statement) -> bool:
        """Whether the other case of an `if` takes a training step too."""
        clauses = self._script.tree.clauses(header)
        return bool(clauses) and all(map(self.held_by, clauses))

    def go_through_data(self, loop: Statement) -> bool:
        """Whether each round of a loop trains on a whole loader: in a loop below it, or in one of
        a function that it calls."""
        script = self._script
        blocks = [loop]
        for site in script.calls_below(loop):
            called = self.function_of.get(id(site.node))
            if called is None or called not in self._trains:
                continue
            if script.loop_around(site.statement) is loop:
                blocks.append(script.tree.statements[called])
        return any(
            type(inner.node) is cst.For
            and script.loop_around(inner) is (loop if block is loop else None)
            and self.held_by(inner)
            and loader(script, inner.node.iter, inner) is not None
            for block in blocks
            for inner in script.tree.below(block)
        )

    def innermost(self, loop: Statement) -> bool:
        """Whether no loop over data below it holds the training step; loops of the step itself
        (micro-batches, critics) don't count."""
        return not any(
            type(inner.node) is cst.For
            and (
                loader(self._script, inner.node.iter, inner) is not None
                or counts_batches(self._script, inner)
            )
            and (self.held_by(inner) or self.called_by(inner))
            for inner in self._script.tree.below(loop)
        )

    def _inside(self, block: Statement) -> list[int]:
        first = bisect_right(self._statements, block.index)
        return self._statements[first : bisect_left(self._statements, block.after)]
