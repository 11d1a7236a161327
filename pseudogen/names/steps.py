"""Numbers of steps: how `num_train // batch_size` and `epochs * len(loader)` are made up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import subscript_name
from pseudogen.names.batches import process_count
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.loops import BATCH_LOOP
from pseudogen.names.words import suggested_role, words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

EPOCH = "epoch"
RUN = "run"

_DOWN = frozenset({"int", "floor", "math.floor", "np.floor", "np.int", "numpy.floor", "numpy.int"})
_UP = frozenset({"ceil", "math.ceil", "np.ceil", "numpy.ceil"})
_PLAIN = frozenset({"max", "min", "round", "float"})
_TABLES = frozenset({"arange", "empty", "ones", "range", "zeros"})
"""What gives many numbers, not one."""
_COUNTING = _DOWN | _UP | _PLAIN | {"len"}
_STEP_WORDS = frozenset(
    {"batches", "iter", "iteration", "iterations", "iters", "step", "steps", "updates"}
    | {"nbatches", "niters", "nsteps"}
)
_EPOCH_WORDS = frozenset({"epoch", "epochs", "nepoch", "nepochs"})
_NEVER = frozenset(
    {"acc", "accum", "accumulate", "accumulation", "cooldown", "loss", "lr", "rate", "warm"}
    | {"warmup"}
)
_DONE_WORDS = frozenset({"current", "done", "in", "past", "skip", "skipped", "trained"})
_PLACE_WORDS = frozenset(
    {"begin", "completed", "cur", "curr", "current", "init", "last", "resume", "resumed", "start"}
    | {"starting"}
)
"""Words of an epoch that is a place in the run, not a number of epochs."""
_OTHER_WORDS = frozenset(
    {"accum", "accumulate", "accumulation", "avg", "checkpoint", "decay", "eval", "global"}
    | {"interval", "log", "logging", "loss", "lr", "mean", "print", "rate", "save", "start", "time"}
    | {"warm", "warmup"}
)
_RESULT_WORDS = frozenset(
    {"beams", "hypos", "hypotheses", "patches", "return", "sequences", "tokens"}
)
"""Words of quotients that count what a model gives back for a sample."""
_ROUND_WORDS = frozenset({"actors", "envs", "processes", "steps", "workers"})
"""Words of how much one round of a run takes: steps of so many environments."""
_SEVERAL = 2
_TIMES = frozenset({"timestep", "timesteps", "frames"})
_NOUNS = frozenset({"samples", "tokens"})
"""What a run goes through: so many, and so many in a step."""
_STEP_NOUNS = frozenset({"batch", "iter", "iteration", "step", "update"})
_SAMPLE_WORDS = frozenset(
    {"data", "dataset", "images", "length", "n", "num", "number", "nums", "sample", "samples"}
    | {"size", "train", "training", "val"}
)


@dataclass(frozen=True, slots=True)
class Steps:
    """How a number of steps is computed; the expressions are LibCST nodes, None when absent.

    `samples` over `batch`, or the length of `loader`, or steps known by name, over `accumulation`,
    times `epochs`. `per` is EPOCH or RUN; `rounding` "down", "up" or None. `plain` is False when
    more than that goes into it: `len(loader) - 1`, `len(loader) // world_size`.
    """

    evidence: Evidence
    per: str = EPOCH
    samples: Any = None
    batch: Any = None
    loader: Any = None
    epochs: Any = None
    accumulation: Any = None
    rounding: str | None = None
    plain: bool = True


def steps(script: Script, target: str, value: Any, statement: Statement) -> Steps | None:
    """How `target = value` computes a number of steps; None when it does not."""
    value = _uncast(value)
    named = set(words(target))
    if named & _NEVER or "," in target:
        return None
    found = (
        _steps(script, value, statement)
        or _chained(script, named, value, statement)
        or _of_whole_run(script, named, value)
    )
    other = _OTHER_WORDS if found is None or found.loader is None else _OTHER_WORDS - {"eval"}
    if found is None or (found.batch is None and named & other):
        return None
    of_samples = "sample" in named and "per" not in named
    if named & _RESULT_WORDS or of_samples or _is_interval(found.batch):
        return None
    plain_name = found.loader is None and (found.batch is None or type(value) is cst.Call)
    if plain_name and not named & _STEP_WORDS and not _covers(found):
        return None
    counted = found.batch is not None or found.loader is not None
    of_epoch = (counted and named & _EPOCH_WORDS) or (found.batch is not None and _covers(found))
    if _is_cast(value) or ("size" in words(target)[-1:] and not of_epoch):
        return None
    if found.per == EPOCH and found.batch is not None and "total" in named and "epoch" not in named:
        return replace(found, plain=False)  # of an epoch or of the run
    return found


def _covers(found: Steps) -> bool:
    """Whether it is how many batches hold all samples: `math.ceil(len(dataset) / batch_size)`."""
    counts = type(found.samples) is cst.Call and dotted(found.samples.func) == "len"
    return counts and found.rounding == "up"


def _chained(script: Script, named: set[str], value: Any, statement: Statement) -> Steps | None:
    """`int(tokens / stride * epochs / batch_size / accumulation)`: several divisions, of which one
    is by the batch size, or which all are by what one round of a run takes."""
    down = type(value) is cst.Call and dotted(value.func) in _DOWN and len(value.args) == 1
    above, below = _factors(value.args[0].value if down else value)
    rate = "per" in named and not named & _EPOCH_WORDS
    if len(below) < _SEVERAL or not named & _STEP_WORDS or rate:
        return None
    rounded = "down" if down else None
    batches = (_batch(script, node, statement.scope) for node in below)
    evidence = next((found for found in batches if found is not None), None)
    shares = any(_batch(script, node, statement.scope) is not None for node in above)
    if evidence is not None and not shares:
        per = RUN if any(map(_counts_epochs, above)) else EPOCH
        return Steps(evidence, per=per, rounding=rounded, plain=False)
    first = above[0].args[0].value if type(above[0]) is cst.Call and above[0].args else above[0]
    rounds = all(set(words(dotted(node))) & _ROUND_WORDS for node in below)
    if rounds and set(words(dotted(first))) & _STEP_WORDS:
        return Steps(Evidence(NAME, (text(first),)), per=RUN, rounding=rounded, plain=False)
    return None


def _of_whole_run(script: Script, named: set[str], value: Any) -> Steps | None:
    """`total_steps = steps_per_epoch * args.train_num`: steps of an epoch, by their name, times a
    number of epochs that is called otherwise."""
    product = type(value) is cst.BinaryOperation and type(value.operator) is cst.Multiply
    if not product or not {"total", "max"} & named or not named & _STEP_WORDS:
        return None
    sides = [(value.left, value.right), (value.right, value.left)]
    for steps_side, other in sides:
        found = _named(script, steps_side)
        if found is not None and type(other) in (cst.Name, cst.Attribute):
            return replace(found, per=RUN, plain=False)
        updates = set(words(dotted(steps_side)))
        if {"total", "max"} & updates and updates & _STEP_WORDS and _divides_steps(other):
            evidence = Evidence(NAME, (text(steps_side),))
            return Steps(evidence, per=RUN, plain=False)  # `max_steps * accumulation_steps`
    return None


def _factors(node: Any) -> tuple[list[Any], list[Any]]:
    """What stands above and what stands below the line of `a / b * c / d`."""
    if type(node) is not cst.BinaryOperation:
        return [node], []
    above, below = _factors(node.left)
    if type(node.operator) in (cst.Divide, cst.FloorDivide):
        return above, [*below, node.right]
    if type(node.operator) is cst.Multiply:
        return [*above, node.right], below
    return [node], []


def _is_cast(value: Any) -> bool:
    """Whether a number that is there gets another type or a default: `int(n) if n else None`."""
    if type(value) is cst.IfExp:
        value = value.body
    if type(value) is cst.Call and dotted(value.func) == "int" and len(value.args) == 1:
        value = value.args[0].value
    return type(value) in (cst.Name, cst.Attribute)


def shared(script: Script, node: Any, statement: Statement) -> Steps | None:
    """`500 // world_size`: a fixed number of steps is shared out among the processes."""
    if type(node.operator) not in (cst.Divide, cst.FloorDivide):
        return None
    processes = process_count(script, node.right, statement.scope)
    named = set(words(dotted(node.left)))
    fixed = type(node.left) is cst.Integer or bool(named & _STEP_WORDS and not named & _NEVER)
    if processes is None or not fixed:
        return None
    down = "down" if type(node.operator) is cst.FloorDivide else None
    return Steps(processes, rounding=down, plain=False)


def _is_interval(batch: Any) -> bool:
    """Whether samples are divided by a multiple of the batch size: `n // (5 * batch_size)` is every
    how many steps something happens, so that it happens five times in an epoch."""
    if type(batch) is not cst.BinaryOperation or type(batch.operator) is not cst.Multiply:
        return False
    return cst.Integer in (type(batch.left), type(batch.right))


def _steps(script: Script, node: Any, statement: Statement) -> Steps | None:
    kind = type(node)
    if kind is cst.Call:
        return _call(script, node, statement)
    if kind is cst.IfExp:
        taken = _steps(script, node.body, statement)
        other = _steps(script, node.orelse, statement)
        if taken is not None and other is not None and taken.rounding != other.rounding:
            return replace(taken, rounding=None)
        return taken or other
    if kind is cst.BinaryOperation:
        operator = type(node.operator)
        if operator in (cst.Divide, cst.FloorDivide):
            return _quotient(script, node, statement)
        if operator is cst.Multiply:
            return _product(script, node, statement)
        if operator in (cst.Add, cst.Subtract) and type(node.right) is cst.Integer:
            return _not_plain(_steps(script, node.left, statement))
        return None
    if kind in (cst.Name, cst.Attribute):
        return _named(script, node)
    return None


def _uncast(node: Any) -> Any:
    """`np.ceil(n / b)` in `np.ceil(n / b).astype(int)`."""
    cast = type(node) is cst.Call and type(node.func) is cst.Attribute
    return node.func.value if cast and node.func.attr.value in ("astype", "item") else node


def may_count(value: Any) -> bool:
    """Whether an expression has a form in which steps are counted: most have none."""
    value = _uncast(value)
    kind = type(value)
    if kind is cst.Call:
        own = len(value.args) == 1 and type(value.args[0].value) is cst.BinaryOperation
        return own or dotted(value.func) in _COUNTING
    return kind is cst.BinaryOperation or kind is cst.IfExp


def _not_plain(found: Steps | None) -> Steps | None:
    return replace(found, plain=False) if found is not None else None


def _call(script: Script, node: cst.Call, statement: Statement) -> Steps | None:
    name = dotted(node.func)
    if name == "len" and len(node.args) == 1:
        loader = node.args[0].value
        evidence = script.is_a(loader, statement.scope, "loader")
        if evidence is None and words(dotted(loader))[-2:] == ("batch", "sampler"):
            evidence = Evidence(NAME, (text(loader),))
        if evidence is None and _gives_batches(script, loader):
            evidence = Evidence(FLOW, (text(loader),))
        return Steps(evidence, loader=loader) if evidence is not None else None
    own = len(node.args) == 1 and type(node.args[0].value) is cst.BinaryOperation
    if name not in _DOWN and name not in _UP and name not in _PLAIN and not own:
        return None
    if name.rpartition(".")[2] in _TABLES:
        return None
    inner = (_steps(script, arg.value, statement) for arg in node.args)
    found = next((steps for steps in inner if steps is not None), None)
    if name not in _DOWN and name not in _UP:
        return _not_plain(found)
    if found is None or (found.rounding is not None and type(node.args[0].value) is cst.Call):
        return found  # `int(math.ceil(x))` is a whole number before
    return replace(found, rounding="down" if name in _DOWN else "up")


def _gives_batches(script: Script, node: Any) -> bool:
    """Whether a training loop goes over something, whatever it is called."""
    over = text(node)
    loops = script.structure.loops.values()
    return any(loop.kind == BATCH_LOOP and loop.over == over for loop in loops)


def _quotient(script: Script, node: Any, statement: Statement) -> Steps | None:
    """Samples over batch size, or steps over accumulation steps."""
    down = "down" if type(node.operator) is cst.FloorDivide else None
    batch = _batch_in(script, node.right, statement.scope)
    counted = _counts_times(node.left) or _counts_samples(script, node.left, statement.scope)
    if batch is not None and counted:
        evidence = _batch(script, batch, statement.scope)
        if evidence is not None and _counts_times(node.left):
            return Steps(evidence, per=RUN, rounding=down, plain=False)
        of_run = _of_run(node.left) if evidence is not None else None
        if evidence is not None and of_run is not None:
            samples, epochs = of_run
            return Steps(
                evidence,
                per=RUN,
                samples=samples,
                batch=node.right,
                epochs=epochs,
                rounding=down,
            )
        if evidence is not None:
            if _rounds_up(node):
                return Steps(evidence, samples=node.left.left.left, batch=node.right, rounding="up")
            above, below = _factors(node.left)
            if below and any(map(_counts_epochs, above)):
                return Steps(evidence, per=RUN, rounding=down, plain=False)
            plain = type(node.left) is not cst.BinaryOperation
            return Steps(evidence, samples=node.left, batch=node.right, rounding=down, plain=plain)
    if _is_per_step(node.right) and _NOUNS & set(words(dotted(node.left))):
        return Steps(Evidence(NAME, (text(node.right),)), per=RUN, rounding=down, plain=False)
    up = _rounds_up(node)
    found = _steps(script, node.left.left.left if up else node.left, statement)
    if up and found is not None:
        down = "up"
    if found is not None and process_count(script, node.right, statement.scope) is not None:
        return replace(found, rounding=down, plain=False)
    if found is None or (found.accumulation is None and not _divides_steps(node.right)):
        return None
    return replace(found, accumulation=node.right, rounding=down)


def _of_run(node: Any) -> tuple[Any, Any] | None:
    """(samples, epochs) of `num_train * epochs`, in either order; None for anything else."""
    if type(node) is not cst.BinaryOperation or type(node.operator) is not cst.Multiply:
        return None
    for samples, epochs in ((node.left, node.right), (node.right, node.left)):
        if _counts_epochs(epochs) and not _counts_epochs(samples):
            return samples, epochs
    return None


def _counts_times(node: Any) -> bool:
    """Whether a dividend is the number of time steps of a whole run: `args.total_timesteps`."""
    named = words(dotted(node))
    return "total" in named and (named[-1] in _TIMES or named[-2:] in (("time", "steps"),))


def _is_per_step(node: Any) -> bool:
    """Whether a divisor says of what one step takes so many: `tokens_per_iter`."""
    named = words(dotted(node))
    return named[-2:-1] == ("per",) and named[-1] in _STEP_NOUNS and bool(set(named) & _NOUNS)


def _rounds_up(node: Any) -> bool:
    """Whether it has the form `(n + batch - 1) // batch`."""
    less = node.left
    return (
        type(node.operator) is cst.FloorDivide
        and type(less) is cst.BinaryOperation
        and type(less.operator) is cst.Subtract
        and text(less.right) == "1"
        and type(less.left) is cst.BinaryOperation
        and type(less.left.operator) is cst.Add
        and text(less.left.right) == text(node.right)
    )


def _divides_steps(node: Any) -> bool:
    """Whether a divisor of steps is a number of accumulation steps (or a plain number)."""
    named = set(words(dotted(node)))
    return any(word.startswith("accum") for word in named) or {"update", "freq"} <= named


def _batch_in(script: Script, node: Any, scope: int) -> Any:
    """The batch size in a divisor: itself, or a factor of `batch_size * world_size`."""
    if type(node) is cst.BinaryOperation and type(node.operator) is cst.Multiply:
        left = _batch_in(script, node.left, scope)
        return left if left is not None else _batch_in(script, node.right, scope)
    return node if _batch(script, node, scope) is not None else None


def _batch(script: Script, node: Any, scope: int) -> Evidence | None:
    """What says that a divisor is a batch size, `settings["batch_size"]` too."""
    if suggested_role(subscript_name(node)) == "batch-size":
        return Evidence(NAME, (text(node),))
    return script.is_a(node, scope, "batch-size")


def _counts_samples(script: Script, node: Any, scope: int) -> bool:
    """Whether a dividend counts samples: `len(dataset)`, `num_train`, `50000`, not a batch size."""
    kind = type(node)
    if kind is cst.BinaryOperation:
        return _counts_samples(script, node.left, scope)
    if kind is cst.Call:
        return dotted(node.func) == "len"
    if kind is cst.Integer:
        return int(node.value.replace("_", "")) >= 1000 if node.value[:2].isdigit() else False
    named = set(words(dotted(node)))
    if kind is cst.Name and not named & _SAMPLE_WORDS and _holds_length(script, node.value, scope):
        return True
    if kind is cst.Subscript or not named & _SAMPLE_WORDS:
        return kind is cst.Attribute and node.attr.value == "samples"
    return "batch" not in named and script.is_a(node, scope, "batch-size") is None


def _holds_length(script: Script, name: str, scope: int) -> bool:
    """Whether a name is the length of a data set, and nothing else: `total = len(dataset)`."""
    bound = script.resolver.bindings(name, scope)
    made: Any = bound[0].value if len(bound) == 1 and bound[0].how == "assign" else None
    counts = type(made) is cst.Call and dotted(made.func) == "len" and len(made.args) == 1
    return counts and script.is_a(made.args[0].value, scope, "dataset") is not None


def _product(script: Script, node: Any, statement: Statement) -> Steps | None:
    """Steps times epochs, in either order."""
    for one, other in ((node.left, node.right), (node.right, node.left)):
        found = _steps(script, one, statement)
        if found is not None and _counts_epochs(other):
            return replace(found, per=RUN, epochs=other)
        if found is not None and process_count(script, other, statement.scope) is not None:
            return replace(found, plain=False)
    return None


def _counts_epochs(node: Any) -> bool:
    if type(node) is cst.BinaryOperation:
        return _counts_epochs(node.left) or _counts_epochs(node.right)
    if type(node) is cst.Call and node.args:
        return dotted(node.func) in ("int", "float", "max") and _counts_epochs(node.args[0].value)
    named = set(words(subscript_name(node) or dotted(node)))
    if named == {"epoch"} or named & _PLACE_WORDS or (named & _STEP_WORDS and "per" in named):
        return False
    return bool(_EPOCH_WORDS & named)


def _named(script: Script, node: Any) -> Steps | None:
    """`steps_per_epoch`, `num_update_steps_per_epoch`, `n_iter_per_epoch`, `epoch_step`."""
    named = words(dotted(node))
    steps_named = bool(set(named) & _STEP_WORDS and set(named) & _EPOCH_WORDS)
    steps_named = steps_named or named in (("num", "batches"), ("n", "batches"))
    if not steps_named or set(named) & (_OTHER_WORDS | _DONE_WORDS):
        return None
    return Steps(Evidence(NAME, (text(node),)))
