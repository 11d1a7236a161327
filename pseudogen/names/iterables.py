"""What a loop goes over: a loader behind its wrappers, or a count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.evidence import NAME, Evidence
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

EVALUATION_WORDS = frozenset(
    {"dev", "eval", "evaluate", "evaluating", "evaluation", "test", "testing", "val"}
    | {"valid", "validate", "validating", "validation", "evaluator"}
)
_WRAPPERS = frozenset(
    {"cycle", "enumerate", "islice", "iter", "list", "log_every", "monitor", "prefetcher"}
    | {"progress_bar", "skip_first_batches", "prog_bar", "prefetch_to_device", "take"}
    | {"tenumerate", "tqdm", "track", "track_iter_progress", "with_progress_bar", "zip"}
)
_CHAINED = frozenset({"as_numpy_iterator", "prefetch", "repeat", "shuffle", "skip", "take"})
"""Methods of data sets that give the same samples, fewer of them or in another order."""
_OTHER_PASSES = EVALUATION_WORDS | frozenset(
    {"fit", "items", "keys", "len", "range", "reversed", "run", "sorted", "train", "training"}
)
"""Words of functions of a loader that do more than hand on its batches."""
_COUNTERS = frozenset({"range", "trange", "count", "xrange", "arange"})
EPOCH_WORDS = frozenset({"epoch", "epochs", "ep", "nepoch", "nepochs"})
_STEPS = frozenset({"batches", "iterations", "iters", "len", "length", "steps"})


def unwrapped(node: Any) -> Any:
    """What an iterable goes over behind `enumerate`, `tqdm`...: their first argument."""
    while True:
        if type(node) is cst.IfExp:  # `tqdm(batches) if rank == 0 else batches`
            node = node.body
            continue
        if type(node) is not cst.Call:
            break
        name = dotted(node.func).rpartition(".")[2]
        if name in _CHAINED and type(node.func) is cst.Attribute and len(node.args) < 2:
            node = node.func.value
            continue
        if name not in _WRAPPERS:
            break
        passed = [a.value for a in node.args if a.keyword is None]
        if not passed:
            break
        node = passed[0]
    return node


def counted_range(node: Any) -> tuple[Any, Any] | None:
    """(first, end) of a loop that counts: `range(1, n)`, `tqdm(range(n))`; None for others; the
    first is None where it is 0, the end None where there is none (`itertools.count()`)."""
    node = unwrapped(node)
    if not counted(node):
        return None
    passed = [a.value for a in node.args if a.keyword is None]
    if dotted(node.func).rpartition(".")[2] == "count":
        return (passed[0] if passed else None), None
    if len(passed) == 1:
        return None, passed[0]
    return (passed[0], passed[1]) if len(passed) > 1 else None


def by_ones(node: Any) -> bool:
    """Whether what counts does so in steps of one."""
    node = unwrapped(node)
    return len(node.args) < 3 if type(node) is cst.Call else True


def loader(script: Script, node: Any, statement: Statement) -> tuple[str, Evidence] | None:
    """The text of the loader that an iterable goes through, behind `enumerate`, `tqdm`..., and
    what makes it one."""
    if type(node) is cst.IfExp:
        return loader(script, node.orelse, statement) or loader(script, node.body, statement)
    if type(node) is cst.Call:
        name = dotted(node.func).rpartition(".")[2]
        if name in _CHAINED and type(node.func) is cst.Attribute and len(node.args) < 2:
            return loader(script, node.func.value, statement)
        if name in _WRAPPERS:
            candidates = [arg.value for arg in node.args if arg.keyword is None]
            candidates += [
                a.value for a in node.args if a.keyword and a.keyword.value == "iterable"
            ]
            found = (loader(script, candidate, statement) for candidate in candidates)
            return next((source for source in found if source is not None), None)
        if len(node.args) == 1 and not set(words(name)) & _OTHER_PASSES:
            return loader(script, node.args[0].value, statement)
    role = script.role(node.value if type(node) is cst.Subscript else node, statement.scope)
    if role is not None and role.kind == "loader":
        return text(node), role.evidence
    return _named_loader(script, node, statement)


def _named_loader(script: Script, node: Any, statement: Statement) -> tuple[str, Evidence] | None:
    """A variable that holds a wrapped loader, or one whose name says so in other words."""
    name = dotted(node)
    if not name:
        return None
    for binding in script.reaching(name, statement.index):
        if binding.how in ("assign", "with") and type(binding.value) is cst.Call:
            made = dotted(binding.value.func).rpartition(".")[2]
            place = script.tree.statements[binding.statement]
            found = loader(script, binding.value, place) if made in _WRAPPERS else None
            if found is not None:
                return found
    named = set(words(name.partition("(")[0].partition("[")[0]))
    if named & {"loader", "loaders", "dataloader", "dataloaders", "prefetcher"}:
        return text(node), Evidence(NAME, (name.partition("(")[0].partition("[")[0],))
    if "iter" in named and named & (EVALUATION_WORDS | {"train", "data"}):
        return text(node), Evidence(NAME, (name,))
    return None


def counted(node: Any) -> bool:
    """Whether an iterable counts: `range(n)`, `tqdm(range(n))`, `itertools.count()`."""
    if type(node) is not cst.Call:
        return False
    name = dotted(node.func).rpartition(".")[2]
    if name in _COUNTERS:
        return True
    return name in _WRAPPERS and bool(node.args) and counted(node.args[0].value)


def holds_count(script: Script, node: Any, statement: Statement) -> bool:
    """Whether a name holds what counts: `steps = range(n)`, perhaps `steps = tqdm(steps)` later, or
    `with trange(n) as steps:`."""
    name = dotted(node) if type(node) is cst.Name else ""
    bound = script.reaching(name, statement.index) if name else []
    values = [b.value for b in bound if b.how in ("assign", "with")]
    counts = [value for value in values if counted(value)]
    others = [value for value in values if not counted(value)]
    same = all(dotted(unwrapped(value)) == name for value in others)
    return bool(counts) and same and len(values) == len(bound)


def counts_along(node: Any) -> bool:
    """Whether an iterable counts beside the batches: `zip(range(start, num_steps), batches)`."""
    zipped = type(node) is cst.Call and dotted(node.func) == "zip"
    return zipped and any(counted(arg.value) for arg in node.args)


def says_epochs(node: Any) -> bool:
    """Whether an expression names a number of epochs: `num_epochs`, not `steps_per_epoch`."""
    return bool(all_words(node) & EPOCH_WORDS) and not says_steps(node)


def says_steps(node: Any) -> bool:
    """Whether an expression names the steps of an epoch: `steps_per_epoch`, `epoch_iters`."""
    named = [set(words(name)) for name in _names(node)]
    return any("per" in n or (n & EPOCH_WORDS and n & _STEPS) for n in named)


def all_words(node: Any, whole: bool = False) -> set[str]:
    """The words of all names in an expression: of their last components, or of all (`whole`)."""
    return {word for name in _names(node, whole) for word in words(name)}


def _names(node: Any, whole: bool = False) -> list[str]:
    """The names in an expression, or the components of all of them (`whole`)."""
    written = text(node).replace(".", " ") if whole else text(node)
    return "".join(c if c.isalnum() or c in "._" else " " for c in written).split()
