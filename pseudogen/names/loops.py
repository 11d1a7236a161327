"""Loops of a script -> what they are in the training: epoch loop, batch loop, evaluation loop."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.environments import acts_below
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.iterables import (
    EPOCH_WORDS,
    EVALUATION_WORDS,
    all_words,
    counted,
    counts_along,
    holds_count,
    loader,
    says_epochs,
    says_steps,
    unwrapped,
)
from pseudogen.names.loop_bodies import (
    STEP_WORDS,
    TRAINING_WORDS,
    behind_bar,
    counts_steps,
    cuts_pieces,
    draws_batch,
    handles_training,
    plays,
    takes_steps,
)
from pseudogen.names.loop_steps import Steps
from pseudogen.names.measuring import evaluates, function_words, has_other_purpose, samples
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

EPOCH_LOOP = "epoch-loop"
BATCH_LOOP = "batch-loop"
EVALUATION_LOOP = "evaluation-loop"

_EPISODE_WORDS = frozenset({"episode", "episodes", "round", "rounds"})
_MICRO_WORDS = frozenset(
    {"micro", "accum", "accumulation", "accumulate", "accumulated", "grad"}
    | {"microbatch", "microbatches", "steady", "startup", "cooldown"}
)
_DATA_WORDS = frozenset(
    {"data", "batch", "batches", "dataset", "dl", "ds", "feeder", "gen", "generator", "iterator"}
    | {"minibatch", "minibatches", "reader", "stream", "trainset"}
)
_NO_DATA = frozenset({"graph", "graphs", "layers", "nodes", "ops", "program", "stages"})
_ROUNDS = frozenset({"it", "iter", "itr"})
"""Variables of loops over whatever is counted: `for it in range(max_epochs)`."""
_REPEATS = frozenset({"fold", "folds", "run", "runs", "trial", "trials", "seed", "seeds", "repeat"})
"""Words of loops that train several models."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop that is part of the training.

    Attributes:
        kind: EPOCH_LOOP, BATCH_LOOP or EVALUATION_LOOP.
        variable: The loop's target; "" for a `while`.
        over: Text of the loader (batch and evaluation loops), of what is counted, or of the
            condition of a `while`.
        evidence: What that rests on.
        unit: What one round is: "epoch", "episode", "step" for a loop over batches or steps, or
            "round" for a loop whose rounds take several steps in loops of their own, "turn" for one
            of whose rounds only some take a step.
    """

    kind: str
    variable: str
    over: str
    evidence: Evidence
    unit: str = "step"


def classify(script: Script, steps: Steps) -> dict[int, Loop]:
    """The loops that are part of training or evaluation, by index."""
    return _Classifier(script, steps).loops()


class _Classifier:
    """What the classification of one loop needs to know of the script: where its training steps
    are, and what the loops around it are."""

    def __init__(self, script: Script, steps: Steps) -> None:
        self.script = script
        self.steps = steps
        self.found: dict[int, Loop] = {}

    def loops(self) -> dict[int, Loop]:
        """All loops, from the outermost inwards."""
        for statement in self.script.tree.statements:
            kind = type(statement.node)
            if kind is not cst.For and kind is not cst.While:
                continue
            loop = self._for(statement) if kind is cst.For else self._while(statement)
            if loop is not None:
                self.found[statement.index] = loop
        for index, loop in self.found.items():
            counts = loop.kind == EPOCH_LOOP and loop.unit in ("step", "round", "turn")
            if counts and self._called_in_epochs(index, 0):
                self.found[index] = replace(loop, kind=BATCH_LOOP)
        return self.found

    def _called_in_epochs(self, index: int, depth: int) -> bool:
        """Whether a statement runs in a function that an epoch loop calls."""
        tree = self.script.tree
        function = self.script.function_around(tree.statements[index])
        if function is None or depth > 2:
            return False
        for site in self.script.call_sites():
            if self.steps.function_of.get(id(site.node)) != function.index:
                continue
            around = (a.index for a in tree.ancestors(site.statement.index))
            kinds = [self.found[a].kind for a in around if a in self.found]
            if EPOCH_LOOP in kinds or self._called_in_epochs(site.statement.index, depth + 1):
                return True
        return False

    # For

    def _for(self, statement: Statement) -> Loop | None:
        node = statement.node
        variable = text(node.target)
        inside = self.steps.held_by(statement)
        source = loader(self.script, node.iter, statement)
        if source is not None:
            return self._over_loader(statement, variable, source, inside)
        if counted(node.iter) or holds_count(self.script, node.iter, statement):
            return self._counted(statement, variable, inside)
        return self._epochs_by_name(statement, variable, inside) or self._over_data(
            statement, variable, inside
        )

    def _over_data(self, statement: Statement, variable: str, inside: bool) -> Loop | None:
        """A loop over what no one calls a loader: the training step in it makes it one."""
        iterated = unwrapped(statement.node.iter)
        over = text(iterated)
        function = function_words(self.script, statement)
        if all_words(iterated, whole=True) & _NO_DATA or has_other_purpose(function):
            return None
        evidence = Evidence(FLOW, (over,))
        if inside:
            trains = self._takes_each_step(statement)
            return Loop(BATCH_LOOP, variable, over, evidence) if trains else None
        named = all_words(behind_bar(self.script, iterated, statement), whole=True)
        if named & _DATA_WORDS and not named & EVALUATION_WORDS:
            if self._in_training(statement):
                return Loop(BATCH_LOOP, variable, over, Evidence(NAME, (over.partition("(")[0],)))
            if self.steps.called_by(statement):
                return Loop(BATCH_LOOP, variable, over, evidence)
        held_out = named & EVALUATION_WORDS or (named & _DATA_WORDS and function & EVALUATION_WORDS)
        if held_out and not self._lists(statement) and evaluates(self.script, statement, over):
            return Loop(EVALUATION_LOOP, variable, over, Evidence(NAME, (over,)))
        return None

    def _takes_each_step(self, statement: Statement) -> bool:
        """Whether a loop around a training step goes over batches: it is the innermost such one,
        and goes over no table, data sets or models."""
        iterated = statement.node.iter
        if text(iterated).endswith(".items()") or _lists_names(iterated):
            return False
        return self._around(statement) != BATCH_LOOP and self.steps.innermost(statement)

    def _lists(self, statement: Statement) -> bool:
        """Whether a loop goes over what is listed, not over batches, and draws none itself."""
        iterated = statement.node.iter
        listed = type(iterated) in (cst.List, cst.Tuple, cst.Set)
        listed = listed or text(iterated).endswith((".items()", ".values()", ".keys()"))
        return listed and not draws_batch(self.script, statement, itself=True)

    def _over_loader(
        self, statement: Statement, variable: str, source: tuple[str, Evidence], inside: bool
    ) -> Loop | None:
        over, evidence = source
        if inside or self.steps.called_by(statement):
            if counts_along(statement.node.iter) and self._around(statement) is None:
                return Loop(EPOCH_LOOP, variable, text(statement.node.iter), evidence)
            return Loop(BATCH_LOOP, variable, over, evidence)
        if evaluates(self.script, statement, over) or samples(self.script, statement, over):
            return Loop(EVALUATION_LOOP, variable, over, evidence)
        return None

    def _counted(self, statement: Statement, variable: str, inside: bool) -> Loop | None:
        """`for epoch in range(epochs)`, `for step in range(max_steps)`."""
        named = set(words(variable)) | all_words(statement.node.iter)
        epochs = named & EPOCH_WORDS and not set(words(variable)) & (STEP_WORDS - _ROUNDS)
        if epochs and not says_steps(statement.node.iter):
            return self._epochs_by_name(statement, variable, inside)
        draws = draws_batch(self.script, statement)
        if not inside and not self.steps.called_by(statement):
            return self._counted_evaluation(statement, variable, draws)
        whole = "total" in named and draws and self._around(statement) is None
        if (named & _MICRO_WORDS or (inside and self._adds_up(statement))) and not whole:
            return None
        return self._counted_training(statement, variable, inside, draws)

    def _adds_up(self, statement: Statement) -> bool:
        """Whether a loop only goes backward, and the step with all gradients comes behind it."""
        asked = {call.name.rpartition(".")[2] for call in self.script.calls_below(statement)}
        if "backward" not in asked or asked & {"step", "zero_grad"}:
            return False
        around = self.script.tree.statements[statement.parent] if statement.parent >= 0 else None
        behind = self.script.calls_below(around) if around is not None else ()
        return any(
            call.name.endswith(".step") and call.statement.index >= statement.after
            for call in behind
        )

    def _counted_training(
        self, statement: Statement, variable: str, inside: bool, draws: bool
    ) -> Loop | None:
        """A loop that counts and trains: in another loop or on its own."""
        over, evidence = text(statement.node.iter), Evidence(FLOW, (variable,))
        named = set(words(variable)) | all_words(statement.node.iter)
        outer = self._around(statement)
        if outer is not None:
            acts = acts_below(self.script, statement) is not None
            waits = acts and self.steps.at_times(statement)
            batches = outer == EPOCH_LOOP and (draws or (inside and not waits))
            return Loop(BATCH_LOOP, variable, over, evidence) if batches else None
        if draws and named & EPOCH_WORDS and says_steps(statement.node.iter):
            return Loop(BATCH_LOOP, variable, over, evidence)
        if draws or counts_steps(statement, variable):
            return Loop(EPOCH_LOOP, variable, over, evidence, self._round(statement))
        if set(words(variable)) & _EPISODE_WORDS:
            return Loop(EPOCH_LOOP, variable, over, evidence, "episode")
        if not named & _REPEATS and self.steps.go_through_data(statement):
            return Loop(EPOCH_LOOP, variable, over, evidence, "epoch")
        if inside and takes_steps(self.script, statement):
            return Loop(EPOCH_LOOP, variable, over, evidence)
        return None

    def _round(self, statement: Statement) -> str:
        """What one round of a loop over steps is: the unit of its `Loop`."""
        if self.steps.only_in_loops(statement):
            return "round"
        return "turn" if self.steps.at_times(statement) else "step"

    def _counted_evaluation(self, statement: Statement, variable: str, draws: bool) -> Loop | None:
        """A loop that counts and does not train, over batches or over episodes."""
        over, evidence = text(statement.node.iter), Evidence(FLOW, (variable,))
        if draws and evaluates(self.script, statement, over):
            return Loop(EVALUATION_LOOP, variable, over, evidence)
        if plays(self.script, statement):
            return Loop(EVALUATION_LOOP, variable, over, evidence, "episode")
        return None

    def _epochs_by_name(self, statement: Statement, variable: str, inside: bool) -> Loop | None:
        named = set(words(variable)) & EPOCH_WORDS
        over = text(statement.node.iter)
        if not named and not (counted(statement.node.iter) and says_epochs(statement.node.iter)):
            return None
        unit = "epoch"
        if inside or self.steps.called_by(statement):
            return Loop(EPOCH_LOOP, variable, over, Evidence(FLOW, (variable,)), unit)
        if named and handles_training(self.script, statement):
            return Loop(EPOCH_LOOP, variable, over, Evidence(NAME, (variable,)), unit)
        return None

    def _in_training(self, statement: Statement) -> bool:
        """Whether a function trains by its name and by the mode of the model, and shows no step, in
        no other loop: each round may hand its batch to an object that takes the step."""
        function = self.script.function_around(statement)
        if function is None or self._around(statement) is not None or self.steps.held_by(function):
            return False
        named = set(words(function.node.name.value))
        if not named & TRAINING_WORDS or named & EVALUATION_WORDS:
            return False
        return any(
            site.name.endswith(".train")
            and not site.node.args
            and site.statement.index < statement.index
            for site in self.script.calls_below(function)
        )

    # While

    def _while(self, statement: Statement) -> Loop | None:
        condition = text(statement.node.test)
        evidence = Evidence(FLOW, (condition,))
        inside = self.steps.held_by(statement)
        named = all_words(statement.node.test)
        trains = inside or (
            self.steps.called_by(statement)
            and bool(named & (EPOCH_WORDS | STEP_WORDS | {"true", "stop", "done", "finished"}))
        )
        draws = draws_batch(self.script, statement)
        if not trains:
            takes = draws or cuts_pieces(self.script, statement)
            measures = takes and evaluates(self.script, statement, condition)
            if not measures and self._around(statement) is None and plays(self.script, statement):
                return Loop(EVALUATION_LOOP, "", condition, evidence, "episode")
            return Loop(EVALUATION_LOOP, "", condition, evidence) if measures else None
        if self._around(statement) is not None:
            return Loop(BATCH_LOOP, "", condition, evidence) if draws else None
        if named & EPOCH_WORDS or not self.steps.innermost(statement):
            return Loop(EPOCH_LOOP, "", condition, evidence, "epoch")
        unit = "turn" if self.steps.at_times(statement) else "step"
        return Loop(EPOCH_LOOP, "", condition, evidence, unit)

    def _around(self, statement: Statement) -> str | None:
        """The kind of the innermost loop of the training around a loop."""
        around = self.script.tree.ancestors(statement.index)
        return next((self.found[a.index].kind for a in around if a.index in self.found), None)


def _lists_names(node: Any) -> bool:
    """`["first", "second"]`: names that are written out, of which none is a batch."""
    listed = type(node) in (cst.List, cst.Tuple) and bool(node.elements)
    return listed and all(type(e.value) is cst.SimpleString for e in node.elements)
