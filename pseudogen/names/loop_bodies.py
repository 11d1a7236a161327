"""What a loop and its body say of it: batches drawn, steps taken and counted, calls named as
training is, episodes played, and the absence of gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.environments import acts_below
from pseudogen.names.iterables import EVALUATION_WORDS, all_words, counted_range, unwrapped
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

TRAINING_WORDS = frozenset({"train", "fit", "training", "trains", "learn"})
STEP_WORDS = frozenset(
    {"step", "steps", "iter", "iters", "iteration", "iterations", "it", "itr", "batches"}
    | {"updates"}
)
_TIME_WORDS = frozenset({"frames", "timesteps"})
"""What the steps of an environment are counted in."""
_ENVIRONMENTS = (("env",), ("envs",), ("environment",))
_ACTS = frozenset({"act", "choose_action", "get_action", "predict", "sample_action"}) | {
    "select_action"
}
_WITHOUT_EXPLORING = EVALUATION_WORDS | {"deterministic", "greedy"}
"""Words of switches that make a policy take what it holds for the best action."""
_OF_ACTIONS = ("action_space.sample", "dist.sample")
"""Ends of calls that draw an action, not a batch."""
_DRAWING_WORDS = frozenset({"batch", "minibatch", "batches", "sample_batch"})


def is_abstract(function: Any) -> bool:
    """Whether a method leaves its body to the classes derived from its own."""
    return any("abstract" in dotted(d.decorator) for d in function.decorators)


def named_training(site: Site) -> bool:
    """`train(loader, ...)`, `fit_one_epoch(...)`; not `model.train()` or `train_loader(...)`."""
    if site.known is not None or not site.node.args:
        return False
    named = words(site.name)
    if named in (("train",), ("fit",)) and "." in site.name:
        only = site.node.args[0].value
        if type(only) is cst.Name and only.value in ("True", "False", "mode"):
            return False
    verbs = set(named) & TRAINING_WORDS
    return bool(verbs) and not site.name[:1].isupper() and _is_action(named)


def _is_action(named: tuple[str, ...]) -> bool:
    """Whether the words of a function's name say that something is done: `train_one_epoch`."""
    return named[0] in TRAINING_WORDS | {"run", "do"} and named[-1] in TRAINING_WORDS | {
        "epoch",
        "step",
        "batch",
        "model",
        "iter",
        "iteration",
        "loop",
        "d",
        "g",
        "one",
        "distributed",
        "ddp",
        "amp",
        "precision",
        "epochs",
        "net",
        "network",
        "test",
        "eval",
        "val",
        "valid",
    }


def without_gradients(script: Script, statement: Statement, function: Statement | None) -> bool:
    """Whether a loop runs under `no_grad`: around it, inside it or as a decorator; or after
    `model.eval()` in its function."""
    marks = ("no_grad", "inference_mode")
    around = [a for a in script.tree.ancestors(statement.index) if type(a.node) is cst.With]
    inside = [s for s in script.tree.below(statement) if type(s.node) is cst.With]
    for block in (*around, *inside):
        if any(mark in text(item.item) for item in block.node.items for mark in marks):
            return True
    if function is not None:
        if any(mark in text(d.decorator) for d in function.node.decorators for mark in marks):
            return True
        modes = [
            site.name.rpartition(".")[2]
            for site in script.calls_below(function)
            if site.statement.index < statement.index
            and site.name.endswith((".eval", ".train"))
            and not site.node.args
        ]
        return bool(modes) and modes[-1] == "eval"
    return False


def draws_batch(script: Script, statement: Statement, itself: bool = False) -> bool:
    """Whether the body takes its next batch by a call: `next(batches)`, `get_batch(...)`; where it
    has to do so `itself`, not in a loop inside of it."""
    for site in script.calls_below(statement):
        if itself and script.loop_around(site.statement) is not statement:
            continue
        named = words(site.name)
        if site.name == "next" or site.name.endswith((".next", ".__next__")):
            return True
        if set(named) & _DRAWING_WORDS and {"get", "next", "sample", "load"} & set(named):
            return True
        if named == ("sample",) and "." in site.name and not site.name.endswith(_OF_ACTIONS):
            return True
    return False


def cuts_pieces(script: Script, statement: Statement) -> bool:
    """Whether a `while` of a function that evaluates goes through data piece by piece:
    `while i + size <= len(data):` around `batch = data[i : i + size]`."""
    function = script.function_around(statement)
    named = set(words(function.node.name.value)) if function is not None else set()
    if "len(" not in text(statement.node.test) or not named & EVALUATION_WORDS:
        return False
    given = (s.node.value for s in script.tree.below(statement) if type(s.node) is cst.Assign)
    return any(type(part) is cst.Slice for value in given for part in descendants(value))


def drawn(script: Script, loop: Statement) -> Site | None:
    """`next(batches)` or `get_batch("train")` in the body: the last before the training step, as
    an evaluation above it draws batches of its own."""
    found = _draws(script, loop)
    before = [site for site in found if site.statement.index < _first_step(script, loop)]
    return before[-1] if before else next(iter(found), None)


def drawn_together(script: Script, loop: Statement) -> list[Site]:
    """What `drawn` gives, with what each round draws beside it: labelled and unlabelled batches."""
    last = drawn(script, loop)
    if last is None:
        return []
    first = _first_step(script, loop)
    beside = [
        site
        for site in _draws(script, loop)
        if site.statement.index < first
        and script.loop_around(site.statement) is loop
        and not script.condition(site.statement, loop)
    ]
    return beside if last in beside else [last]


def _draws(script: Script, loop: Statement) -> list[Site]:
    """The calls below a loop that draw a batch; none where one draws several at once."""
    found: list[Site] = []
    for site in script.calls_below(loop):
        name = dotted(site.node.func).rpartition(".")[2]
        if words(name)[-1:] in (("batches",), ("samples",)):
            return []
        if name == "next" or ("batch" in name and name.startswith(("get", "next", "sample"))):
            found.append(site)
    return found


def _first_step(script: Script, loop: Statement) -> int:
    """The index of the first training step in a loop, else that of what follows it."""
    steps = (s for s in script.structure.steps if loop.index < s < loop.after)
    return min(steps, default=loop.after)


def plays(script: Script, statement: Statement) -> bool:
    """Whether a loop lets a policy act in an environment to see how it does: in a function that
    evaluates, in an environment for that, or without exploring, as the policy is told."""
    calls = script.calls_below(statement)
    named = [call.name.rpartition(".") for call in calls]
    places = [r for r, _, m in named if m == "step" and words(r)[-1:] in _ENVIRONMENTS]
    places += [call.name for call in calls if call.name == "self.step" and _acts(call, script)]
    asked = [call for call in calls if call.name.rpartition(".")[2] in _ACTS]
    if not places or not asked:
        return False
    function = script.function_around(statement)
    within = set(words(function.node.name.value)) if function is not None else set()
    told = within.union(*map(words, places))
    return bool(told & EVALUATION_WORDS) or any(map(told_not_to_explore, asked))


def _acts(call: Site, script: Script) -> bool:
    """Whether a method of the script acts in an environment: `self.step(action)`."""
    method = script.called_function(call)
    return method is not None and acts_below(script, method) is not None


def told_not_to_explore(call: Site) -> bool:
    """`agent.select_action(state, evaluate=True)`, `model.predict(obs, deterministic=True)`."""
    return any(
        arg.keyword is not None
        and set(words(arg.keyword.value)) & _WITHOUT_EXPLORING
        and text(arg.value) == "True"
        for arg in call.node.args
    )


def takes_steps(script: Script, statement: Statement) -> bool:
    """Whether each round of a loop is a whole step: a backward pass, and an optimizer that
    steps, in the loop itself."""
    own = [s for s in script.calls_below(statement) if script.loop_around(s.statement) is statement]
    moves = any(
        site.name.endswith(".step")
        and script.is_a(site.node.func.value, site.scope, "optimizer") is not None
        for site in own
    )
    return moves and any(site.name.endswith(".backward") for site in own)


def counts_steps(statement: Statement, variable: str) -> bool:
    """Whether a counted loop goes over steps: `for step in range(n)`, `range(max_steps)`; a
    single step in the limit (`range(step_5)`) is none of many."""
    named = all_words(statement.node.iter)
    of_run = words(variable) == ("t",) and bool(named & {"max", "total"})
    counted_words = named & ((STEP_WORDS | _TIME_WORDS) - {"step", "it"})
    return bool(set(words(variable)) & STEP_WORDS or counted_words or of_run)


def handles_training(script: Script, statement: Statement) -> bool:
    """Whether the body handles what only training needs, so that the loop's name counts."""
    for site in script.calls_below(statement):
        if site.name.rpartition(".")[2] in ("set_epoch", "zero_grad", "train_epoch"):
            return True
        roles = {
            role.kind: set(words(dotted(arg.value)))
            for arg in site.node.args
            if (role := script.role(arg.value, site.scope)) is not None
        }
        if {"optimizer", "loader"} & roles.keys() and "model" in roles:
            return True
        if site.known is None and roles.get("loader", set()) & TRAINING_WORDS:
            return True
        trains = set(words(site.name)) & TRAINING_WORDS and site.known is None
        if trains and "model" in roles and words(site.name)[-1:] != ("loader",):
            return True  # `bpr_train_original(dataset, model, epoch)`
    return False


def behind_bar(script: Script, node: Any, statement: Statement) -> Any:
    """What a bar goes along with that a variable holds: `data.val()` after
    `batches = progress_bar(enumerate(data.val()))`; the iterable itself otherwise."""
    name = node.value if type(node) is cst.Name else ""
    bound = script.reaching(name, statement.index) if name else []
    made = bound[0].value if len(bound) == 1 and bound[0].how == "assign" else None
    inner = unwrapped(made) if type(made) is cst.Call else made
    return inner if inner is not None and inner is not made else node


def counts_batches(script: Script, statement: Statement) -> bool:
    """Whether a loop counts the batches of what it goes through: `range(n // batch_size)`."""
    limits = counted_range(statement.node.iter)
    end = limits[1] if limits is not None else None
    return (
        type(end) is cst.BinaryOperation
        and type(end.operator) is cst.FloorDivide
        and script.is_a(end.right, statement.scope, "batch-size") is not None
    )
