"""Loops of a script -> what they are in the training: epoch loop, batch loop, evaluation loop."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
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
    counts_batches,
    counts_steps,
    cuts_pieces,
    draws_batch,
    handles_training,
    is_abstract,
    named_training,
    plays,
    takes_steps,
    without_gradients,
)
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

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
_NO_EVALUATION = frozenset(
    {"benchmark", "cache", "calibrate", "calibration", "export", "embed", "embeddings"}
    | {"encode", "extract", "features", "generate", "preprocess", "profile", "sample"}
    | {"calibrated", "plot", "speed", "statistics", "stats", "throughput", "visualize", "warmup"}
)
_ASKS = frozenset({"assert", "check", "ensure", "is", "verify"})
MODEL_WORDS = frozenset(
    {"model", "net", "network", "encoder", "decoder", "generator", "discriminator"}
    | {"classifier", "backbone", "student", "teacher", "engine", "forward", "predict"}
    | {"actor", "agent", "critic", "infer", "inference", "unet", "gan", "transformer"}
    | {"policy", "apply"}
)
_RESULTS = (
    *("acc", "auc", "bleu", "confusion", "correct", "criterion", "dice_", "elbo", "err", "evaluat"),
    *("f1", "iou", "loss", "mae", "measure", "meter", "metric", "mse", "nll", "perplexity", "ppl"),
    *("precision", "psnr", "recall", "reward", "score", "ssim", "top1", "wer"),
)
"""What is written where a model is measured."""
_ROUNDS = frozenset({"it", "iter", "itr"})
"""Variables of loops over whatever is counted: `for it in range(max_epochs)`."""
_MEASURING = frozenset({"eval", "evaluate", "test", "validate"})
_MEASURES = frozenset({"loss", "metrics"})
_OF_MODELS = frozenset({"compile", "cuda", "eval", "fit", "load", "parameters", "save", "state"})
_OF_MODELS |= {"to", "train", "training"}
"""Words of methods by which a model is handled, not asked."""
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


def classify(
    script: Script,
    steps: list[int],
    trains: frozenset[int],
    function_of: dict[int, int | None],
) -> dict[int, Loop]:
    """The loops that are part of training or evaluation, by index.

    `steps` are the statements with a training step, `trains` the functions that hold one or call
    one that does, `function_of` the function of the script that a call (by id) runs.
    """
    return _Classifier(script, steps, trains, function_of).loops()


class _Classifier:
    """What the classification of one loop needs to know of the script."""

    def __init__(
        self,
        script: Script,
        steps: list[int],
        trains: frozenset[int],
        function_of: dict[int, int | None],
    ) -> None:
        self.script = script
        self.steps = sorted(steps)
        self.trains = trains
        self.function_of = function_of
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
            if self.function_of.get(id(site.node)) != function.index:
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
        inside = self._holds_step(statement)
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
        over = text(unwrapped(statement.node.iter))
        if all_words(unwrapped(statement.node.iter), whole=True) & _NO_DATA:
            return None
        evidence = Evidence(FLOW, (over,))
        function = self.script.function_around(statement)
        if function is not None and _NO_EVALUATION & set(words(function.node.name.value)):
            return None
        if inside and text(statement.node.iter).endswith(".items()"):
            return None  # of a table
        if inside and _lists_names(statement.node.iter):
            return None  # of data sets or models
        if inside:
            within = self._around(statement) == BATCH_LOOP
            innermost = not within and self._innermost(statement)
            return Loop(BATCH_LOOP, variable, over, evidence) if innermost else None
        source = behind_bar(self.script, unwrapped(statement.node.iter), statement)
        named = all_words(source, whole=True)
        if named & _DATA_WORDS and not named & EVALUATION_WORDS and self._in_training(statement):
            return Loop(BATCH_LOOP, variable, over, Evidence(NAME, (over.partition("(")[0],)))
        if named & _DATA_WORDS and not named & EVALUATION_WORDS and self._calls_training(statement):
            return Loop(BATCH_LOOP, variable, over, evidence)
        listed = type(statement.node.iter) in (cst.List, cst.Tuple, cst.Set)
        listed = listed or text(statement.node.iter).endswith((".items()", ".values()", ".keys()"))
        listed = listed and not draws_batch(self.script, statement, itself=True)
        told = set(words(function.node.name.value)) if function is not None else set()
        held_out = named & EVALUATION_WORDS or (named & _DATA_WORDS and told & EVALUATION_WORDS)
        if held_out and not listed and self._evaluates(statement, over):
            return Loop(EVALUATION_LOOP, variable, over, Evidence(NAME, (over,)))
        return None

    def _over_loader(
        self, statement: Statement, variable: str, source: tuple[str, Evidence], inside: bool
    ) -> Loop | None:
        over, evidence = source
        if inside or self._calls_training(statement):
            if counts_along(statement.node.iter) and self._around(statement) is None:
                return Loop(EPOCH_LOOP, variable, text(statement.node.iter), evidence)
            return Loop(BATCH_LOOP, variable, over, evidence)
        if self._evaluates(statement, over) or self._samples(statement, over):
            return Loop(EVALUATION_LOOP, variable, over, evidence)
        return None

    def _samples(self, statement: Statement, over: str) -> bool:
        """Whether a loop in a function that evaluates only takes a batch, which a model then gets
        below it."""
        function = self.script.function_around(statement)
        name = set(words(function.node.name.value)) if function is not None else set()
        told = name & EVALUATION_WORDS and set(words(over)) & EVALUATION_WORDS
        if not told or function is None or name & TRAINING_WORDS:
            return False
        calls = self.script.calls_below(function)
        return self._runs_model(function) or any("infer" in words(c.name) for c in calls)

    def _counted(self, statement: Statement, variable: str, inside: bool) -> Loop | None:
        """`for epoch in range(epochs)`, `for step in range(max_steps)`."""
        over = text(statement.node.iter)
        named = set(words(variable)) | all_words(statement.node.iter)
        epochs = named & EPOCH_WORDS and not set(words(variable)) & (STEP_WORDS - _ROUNDS)
        in_epoch = says_steps(statement.node.iter)
        if epochs and not in_epoch:
            return self._epochs_by_name(statement, variable, inside)
        trains = inside or self._calls_training(statement)
        draws = draws_batch(self.script, statement)
        whole = "total" in named and self._around(statement) is None and draws
        if trains and (whole or not named & _MICRO_WORDS):
            evidence = Evidence(FLOW, (variable,))
            outer = self._around(statement)
            if outer is None and draws and in_epoch and named & EPOCH_WORDS:
                return Loop(BATCH_LOOP, variable, over, evidence)
            if outer is not None:
                acts = acts_below(self.script, statement) is not None
                waits = acts and self._steps_at_times(statement)
                batches = outer == EPOCH_LOOP and (draws or (inside and not waits))
                return Loop(BATCH_LOOP, variable, over, evidence) if batches else None
            if draws or counts_steps(statement, variable):
                in_loops = self._steps_inside(statement) or self._called_to_loop(statement)
                unit = "round" if in_loops else "step"
                unit = "turn" if unit == "step" and self._steps_at_times(statement) else unit
                return Loop(EPOCH_LOOP, variable, over, evidence, unit)
            if set(words(variable)) & _EPISODE_WORDS:
                return Loop(EPOCH_LOOP, variable, over, evidence, "episode")
            if not named & _REPEATS and self._goes_through_data(statement):
                return Loop(EPOCH_LOOP, variable, over, evidence, "epoch")
            if inside and takes_steps(self.script, statement):
                return Loop(EPOCH_LOOP, variable, over, evidence)
        if not trains and draws and self._evaluates(statement, over):
            return Loop(EVALUATION_LOOP, variable, over, Evidence(FLOW, (variable,)))
        if not trains and plays(self.script, statement):
            return Loop(EVALUATION_LOOP, variable, over, Evidence(FLOW, (variable,)), "episode")
        return None

    def _goes_through_data(self, statement: Statement) -> bool:
        """Whether each round of a loop trains on a whole loader: in a loop below it, or in one of
        a function that it calls."""
        blocks = [statement]
        for site in self.script.calls_below(statement):
            called = self.function_of.get(id(site.node))
            if called in self.trains and self.script.loop_around(site.statement) is statement:
                blocks.append(self.script.tree.statements[called])
        return any(
            type(inner.node) is cst.For
            and self.script.loop_around(inner) is (statement if block is statement else None)
            and self._holds_step(inner)
            and loader(self.script, inner.node.iter, inner) is not None
            for block in blocks
            for inner in self.script.tree.below(block)
        )

    def _epochs_by_name(self, statement: Statement, variable: str, inside: bool) -> Loop | None:
        named = set(words(variable)) & EPOCH_WORDS
        over = text(statement.node.iter)
        if not named and not (counted(statement.node.iter) and says_epochs(statement.node.iter)):
            return None
        unit = "epoch"
        if inside or self._calls_training(statement):
            return Loop(EPOCH_LOOP, variable, over, Evidence(FLOW, (variable,)), unit)
        if named and handles_training(self.script, statement):
            return Loop(EPOCH_LOOP, variable, over, Evidence(NAME, (variable,)), unit)
        return None

    def _in_training(self, statement: Statement) -> bool:
        """Whether a function trains by its name and by the mode of the model, and shows no step, in
        no other loop: each round may hand its batch to an object that takes the step."""
        function = self.script.function_around(statement)
        if function is None or self._around(statement) is not None or self._holds_step(function):
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
        inside = self._holds_step(statement)
        named = all_words(statement.node.test)
        trains = inside or (
            self._calls_training(statement)
            and bool(named & (EPOCH_WORDS | STEP_WORDS | {"true", "stop", "done", "finished"}))
        )
        draws = draws_batch(self.script, statement)
        if not trains:
            takes = draws or cuts_pieces(self.script, statement)
            measures = takes and self._evaluates(statement, condition)
            if not measures and self._around(statement) is None and plays(self.script, statement):
                return Loop(EVALUATION_LOOP, "", condition, evidence, "episode")
            return Loop(EVALUATION_LOOP, "", condition, evidence) if measures else None
        if self._around(statement) is not None:
            return Loop(BATCH_LOOP, "", condition, evidence) if draws else None
        if named & EPOCH_WORDS or not self._innermost(statement):
            return Loop(EPOCH_LOOP, "", condition, evidence, "epoch")
        unit = "turn" if self._steps_at_times(statement) else "step"
        return Loop(EPOCH_LOOP, "", condition, evidence, unit)

    # Questions

    def _holds_step(self, statement: Statement) -> bool:
        """Whether a training step stands in the loop's own body."""
        place = bisect_right(self.steps, statement.index)
        return place < bisect_left(self.steps, statement.after)

    def _steps_inside(self, statement: Statement) -> bool:
        """Whether every training step in a loop, the optimizer's part of it too, stands in loops
        inside it: then a round of it is no step."""
        script = self.script
        below = script.tree.below(statement)
        inner = [s for s in below if type(s.node) in (cst.For, cst.While) and self._holds_step(s)]
        moves = [
            site.statement.index
            for site in script.calls_below(statement)
            if site.name.endswith(".step")
            and script.is_a(site.node.func.value, site.scope, "optimizer") is not None
        ]
        steps = [index for index in self.steps if statement.index < index < statement.after]
        return bool(moves) and all(
            any(loop.index < index < loop.after for loop in inner) for index in (*moves, *steps)
        )

    def _called_to_loop(self, statement: Statement) -> bool:
        """Whether a round calls one function of the script that takes its steps in loops alone."""
        tree = self.script.tree
        called = {self.function_of.get(id(s.node)) for s in self.script.calls_below(statement)}
        training = [tree.statements[i] for i in called if i in self.trains and i is not None]
        if len(training) != 1 or self._holds_step(statement):
            return False
        steps = [i for i in self.steps if training[0].index < i < training[0].after]
        return bool(steps) and all(
            any(
                type(header.node) in (cst.For, cst.While) and header.index > training[0].index
                for header in tree.ancestors(i)
            )
            for i in steps
        )

    def _steps_at_times(self, statement: Statement) -> bool:
        """Whether every training step in a loop's body waits for a condition that is not met in
        each round: `if step >= learning_starts:`."""
        tree = self.script.tree
        steps = [tree.statements[i] for i in self.steps if statement.index < i < statement.after]
        return bool(steps) and all(
            any(
                type(header.node) is cst.If and not self._steps_otherwise(header)
                for header in tree.ancestors(step.index)
                if header.index > statement.index
            )
            for step in steps
        )

    def _steps_otherwise(self, header: Statement) -> bool:
        """Whether the other case of an `if` takes a training step too."""
        clauses = self.script.tree.clauses(header)
        return bool(clauses) and all(self._holds_step(clause) for clause in clauses)

    def _innermost(self, statement: Statement) -> bool:
        """Whether no loop over data below it holds the training step; loops of the step itself
        (micro-batches, critics) don't count."""
        return not any(
            type(inner.node) is cst.For
            and (
                loader(self.script, inner.node.iter, inner) is not None
                or counts_batches(self.script, inner)
            )
            and (self._holds_step(inner) or self._calls_training(inner))
            for inner in self.script.tree.below(statement)
        )

    def _around(self, statement: Statement) -> str | None:
        """The kind of the innermost loop of the training around a loop."""
        around = self.script.tree.ancestors(statement.index)
        return next((self.found[a.index].kind for a in around if a.index in self.found), None)

    def _calls_training(self, statement: Statement) -> bool:
        """Whether the body calls a function that trains, or one named as they are named."""
        for site in self.script.calls_below(statement):
            called = self.function_of.get(id(site.node))
            if called in self.trains:
                return True
            open_ = called is None or is_abstract(self.script.tree.statements[called].node)
            if open_ and named_training(site):
                return True
        return False

    def _evaluates(self, statement: Statement, over: str) -> bool:
        """Whether a loop over data without a training step measures a model."""
        script = self.script
        function = script.function_around(statement)
        name = set(words(function.node.name.value)) if function is not None else set()
        if name & _NO_EVALUATION and not name & EVALUATION_WORDS:
            return False
        if "valid" in name and name & _ASKS:
            return False  # `check_batch_valid(batch)` looks at the data
        below = (site.known.api.kind for site in script.calls_below(statement) if site.known)
        if "evaluation" in below or not self._runs_model(statement):
            return False  # or each round is told to evaluate on a whole data set
        named = set(words(over)) | set(words(over.replace(".", "_")))
        if name & TRAINING_WORDS:
            name = set()  # `train_and_evaluate` does both
        if named & TRAINING_WORDS and not named & EVALUATION_WORDS:
            return bool(name & EVALUATION_WORDS)
        if (named | name) & EVALUATION_WORDS:
            return True
        return without_gradients(script, statement, function) and _measures(script, function)

    def _tests_itself(self, site: Site) -> bool:
        """`model.test()`: a model that holds its networks and the batch runs them."""
        function = site.node.func
        tests = type(function) is cst.Attribute and function.attr.value in ("test", "validate")
        return tests and self.script.is_a(function.value, site.scope, "model") is not None

    def _asks_model(self, site: Site) -> bool:
        """`rating = recommender_model.get_rating(users)`: a method of a model gives something for
        what it is given."""
        whole = getattr(site.statement.node, "value", None) is site.node
        if not whole or type(site.statement.node) is not cst.Assign or not _gets_batch(site):
            return False
        if set(words(site.name)) & _OF_MODELS:
            return False
        return self.script.is_a(site.node.func.value, site.scope, "model") is not None

    def _runs_model(self, statement: Statement) -> bool:
        """Whether the body calls a model or a criterion."""
        for site in self.script.calls_below(statement):
            function = site.node.func
            role = self.script.role(function, site.scope)
            if role is not None and role.kind in ("model", "criterion"):
                return True
            if self._tests_itself(site):
                return True
            last = set(words(site.name))
            if last & MODEL_WORDS or (last & EVALUATION_WORDS and "step" in last):
                return True
            if last and last <= _MEASURING and _gets_batch(site):  # `engine.eval(x, y)`
                return True
            if self._asks_model(site):
                return True
            called = self.function_of.get(id(site.node))
            if called is not None and site.node.args and last & (EVALUATION_WORDS | _MEASURES):
                return True
        return False


def _lists_names(node: Any) -> bool:
    """`["first", "second"]`: names that are written out, of which none is a batch."""
    listed = type(node) in (cst.List, cst.Tuple) and bool(node.elements)
    return listed and all(type(e.value) is cst.SimpleString for e in node.elements)


def _measures(script: Script, function: Statement | None) -> bool:
    """Whether a function speaks of a result; one that only runs a model over data measures it not.
    What stands in no function leaves that open."""
    return function is None or any(
        any(map(script.written(statement).__contains__, _RESULTS))
        for statement in (function, *script.tree.below(function))
    )


def _gets_batch(site: Site) -> bool:
    """Whether a method is given something, and that is no whole data set."""
    given = [set(words(dotted(arg.value))) for arg in site.node.args]
    whole = {"data", "dataset", "loader", "dataloader"}
    return (
        type(site.node.func) is cst.Attribute
        and bool(given)
        and not any(map(whole.intersection, given))
    )
