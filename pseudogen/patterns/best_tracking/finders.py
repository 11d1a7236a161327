"""What best-tracking is found by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.evidence import NAME, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.best_tracking.facts import BestTracking
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import bare, text
from pseudogen.syntax.tree import Statement

_METRIC_WORDS = frozenset(
    {"acc", "acc1", "accuracy", "auc", "bleu", "cer", "dice", "err", "error", "f", "fid"}
    | {"fitness", "iou", "loss", "mae", "map", "metric", "miou", "mse", "perf", "performance"}
    | {"perplexity", "ppl", "precision", "psnr", "rmse", "reward", "score", "ssim", "top"}
    | {"val", "wer"}
)
_OTHER_SEARCHES = frozenset(
    {"area", "calibration", "cost", "diff", "difference", "dist", "distance", "k", "length"}
    | {"bytes", "mem", "memory", "ratio", "size", "spread", "time"}
)
"""Words of what is searched for in algorithms of other kinds."""
_LOOSE_WORDS = frozenset({"f", "map", "top", "val"})
"""Words of metrics that often mean something else."""
_RESULTS = _METRIC_WORDS - _LOOSE_WORDS
_THRESHOLDS = frozenset({"thr", "thre", "thres", "thresh", "threshold"})
_MARGINS = frozenset({"delta", "eps", "epsilon", "margin", "tol", "tolerance"})
"""Words of the least difference that counts as an improvement."""
_KEYS = frozenset({"key", "mem", "memory", "usage", "rank", "priority", "cost"})
"""Words of what is compared when something else than a result is searched for."""
_EXTREMES = frozenset({"max", "min", "highest", "lowest", "maximum", "minimum", "top"})
_NO_RESULT = frozenset({"count", "ckpt", "epoch", "idx", "index", "iter", "model", "path", "step"})
_COMPARED = {
    cst.LessThan: "lower",
    cst.LessThanEqual: "lower",
    cst.GreaterThan: "higher",
    cst.GreaterThanEqual: "higher",
}


@dataclass(frozen=True, slots=True)
class _Sides:
    """A comparison of `value` with `best`: `better` and `ties` as in the facts; `margin` is the
    least difference, or, if `worse`, by how much a result may be worse and still count."""

    value: str
    best: str
    better: str
    ties: bool = False
    margin: str | None = None
    worse: bool = False


@pattern(BestTracking, statements=(cst.If, cst.Assign, cst.AnnAssign), mentions=("<", ">"))
def find_comparison(site: Site, script: Script) -> Iterator[BestTracking]:
    """`if acc > best_acc:`, `is_best = acc > best_acc`."""
    test = site.node.test if type(site.node) is cst.If else site.node.value
    for comparison in _comparisons(test):
        found = _sides(comparison, site, script)
        if found is None:
            continue
        if _of_images(site, script) or set(words(found.value.replace('"', " "))) & _KEYS:
            return
        if "_mem" in found.value or "mem_" in found.value:
            return
        below = script.tree.below(site.statement) if type(site.node) is cst.If else []
        if _counts_failures(site, script, below, found.best):
            below = _otherwise(site, script, found.best)
            if not below:
                return
            found = _turned(found)
        elif found.margin and found.worse:
            return  # results that are a little worse count, too
        yield BestTracking(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (found.best,)),
            value=found.value,
            best=found.best,
            better=found.better,
            ties=found.ties,
            margin=found.margin,
            flag=text(site.node.targets[0].target) if type(site.node) is cst.Assign else None,
            updates=next((s.first for s in below if _assigns(s, found.best)), None),
            saves=_saves(below, script),
            either=_either(test, comparison) if type(site.node) is cst.If else None,
            besides=_besides(test, comparison) if type(site.node) is cst.If else None,
            per=script.unit(site.statement),
        )
        return


def _either(test: Any, comparison: Any) -> str | None:
    """The other operand of an `or` that a comparison is one operand of."""
    if type(test) is not cst.BooleanOperation or type(test.operator) is not cst.Or:
        return None
    sides = [(test.left, test.right), (test.right, test.left)]
    return next((text(other) for one, other in sides if one is comparison), None)


def _besides(test: Any, comparison: Any) -> str | None:
    """The other operands of an `and` that a comparison is one operand of."""
    operands: list[Any] = []
    node = test
    while type(node) is cst.BooleanOperation and type(node.operator) is cst.And:
        operands.insert(0, node.right)
        node = node.left
    operands.insert(0, node)
    others = [text(operand) for operand in operands if operand is not comparison]
    return " and ".join(others) if others and len(others) < len(operands) else None


@pattern(BestTracking, calls=lambda name: "best" in name or "max" in name or "min" in name)
def find_metric(site: Site, script: Script) -> Iterator[BestTracking]:
    """`self.best_acc(acc)`, where `self.best_acc = MaxMetric()` of torchmetrics."""
    passed = [arg.value for arg in site.node.args]
    name = site.name.removesuffix(".update").removesuffix(".forward")
    made = [b.value for b in script.resolver.bindings(name, site.scope) if b.how == "assign"]
    if len(made) != 1 or type(made[0]) is not cst.Call or len(passed) != 1:
        return
    known = script.known(made[0].func, site.scope)
    if known is not None and known.api.kind == "best-metric":
        yield BestTracking(
            line=site.line,
            end=site.last,
            evidence=Evidence(known.evidence, (known.name,)),
            value=text(passed[0]),
            best=name,
            better=known.api.traits["better"],
            updates=site.line,
            per=script.unit(site.statement),
        )


@pattern(BestTracking, statements=(cst.If,), mentions=("better",))
def find_asked(site: Site, script: Script) -> Iterator[BestTracking]:
    """`if metrics.better_than(best_metrics):`: an object of the project compares itself."""
    call = site.node.test
    asks = type(call) is cst.Call and type(call.func) is cst.Attribute and len(call.args) == 1
    if not asks or words(call.func.attr.value)[-2:] not in _ASKED:
        return
    value, best = call.func.value, call.args[0].value
    if _is_best(value, site, script) or "best" not in words(dotted(best)):
        return
    below = script.tree.below(site.statement)
    yield BestTracking(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (text(call.func),)),
        value=text(value),
        best=text(best),
        better=None,
        asked=text(call.func),
        updates=next((s.first for s in below if _assigns(s, text(best))), None),
        saves=_saves(below, script),
        per=script.unit(site.statement),
    )


_ASKED = (("better", "than"), ("is", "better"))


def _counts_failures(site: Site, script: Script, below: list[Statement], best: str) -> bool:
    """Whether a branch is that of no improvement, which is counted: `waited += 1`."""
    body = script.tree.body(site.statement) if type(site.node) is cst.If else []
    counts = any(
        type(s.node) is cst.AugAssign and type(s.node.operator) is cst.AddAssign for s in body
    )
    keeps = any(_assigns(s, best) for s in below) or any(_saving(below, script))
    return counts and not keeps


def _otherwise(site: Site, script: Script, best: str) -> list[Statement]:
    """What is done in the other case, where that is the one in which the best result is replaced:
    `if acc <= best: waited += 1` and `else: best = acc`."""
    clauses = script.tree.clauses(site.statement)
    if len(clauses) != 1 or type(clauses[0].node) is not cst.Else:
        return []
    below = script.tree.below(clauses[0])
    return below if any(_assigns(s, best) for s in below) else []


def _turned(found: _Sides) -> _Sides:
    """The comparison that holds when this one does not."""
    better = "higher" if found.better == "lower" else "lower"
    return replace(found, better=better, ties=not found.ties, worse=not found.worse)


def _comparisons(test: Any) -> Iterator[cst.Comparison]:
    """The comparisons in a condition, through `and`, `or`, `not` and conditional expressions."""
    stack = [test]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is cst.Comparison and len(node.comparisons) == 1:
            yield node
        elif kind is cst.BooleanOperation:
            stack += [node.right, node.left]
        elif kind is cst.UnaryOperation:
            stack.append(node.expression)
        elif kind is cst.IfExp:
            stack.append(node.test)


def _sides(comparison: cst.Comparison, site: Site, script: Script) -> _Sides | None:
    """The two sides of a comparison of a result with the best one."""
    target = comparison.comparisons[0]
    better = _COMPARED.get(type(target.operator))
    if better is None:
        return None
    ties = type(target.operator) in (cst.LessThanEqual, cst.GreaterThanEqual)
    left, right = comparison.left, target.comparator
    if _is_worse(left, right, better):
        return None
    if any(set(words(dotted(side))) & _THRESHOLDS for side in (left, right)):
        return None  # overlaps of boxes are compared with a fixed number
    (left, ahead), (right, behind) = _margin(left, site, script), _margin(right, site, script)
    if _is_best(right, site, script) and not _is_best(left, site, script):
        return _Sides(bare(left), text(right), better, ties, *_signed(behind, better))
    if _is_best(left, site, script) and not _is_constant(right) and not _is_record(right):
        better = "higher" if better == "lower" else "lower"
        return _Sides(bare(right), text(left), better, ties, *_signed(ahead, better))
    if _is_kept(left, right, site, script):
        return _Sides(bare(left), text(right), better, ties)
    return _gain(left, right, site, script) if better == "higher" else None


def _is_kept(value: Any, best: Any, site: Site, script: Script) -> bool:
    """Whether the block under `if loss < kept_loss:` saves and sets `kept_loss = loss`."""
    if type(site.node) is not cst.If or not set(words(dotted(value))) & _RESULTS:
        return False
    below = script.tree.below(site.statement)
    replaced = any(_assigns(s, text(best)) and text(s.node.value) == text(value) for s in below)
    return replaced and any(_saving(below, script))


def _is_worse(left: Any, right: Any, better: str) -> bool:
    """Whether a result is compared with the best of its history to see that it is worse:
    `loss > min(losses)`."""
    turned = "lower" if better == "higher" else "higher"
    return _extreme(right) == turned or _extreme(left) == better


def _extreme(node: Any) -> str:
    """ "lower" of `min(losses)`, "higher" of `max(scores)`; "" of anything else."""
    name = dotted(node.func).rpartition(".")[2] if type(node) is cst.Call else ""
    return {"min": "lower", "max": "higher"}.get(name, "")


def _margin(node: Any, site: Site, script: Script) -> tuple[Any, Any]:
    """(the best result, what is added to it) of `best_loss - min_delta`; (node, None) for all
    else."""
    kind = type(node)
    if kind is cst.BinaryOperation and type(node.operator) in (cst.Add, cst.Subtract):
        small = _is_constant(node.right) or set(words(dotted(node.right))) & _MARGINS
        if small and _is_best(node.left, site, script):
            return node.left, node
    return node, None


def _signed(added: Any, better: str) -> tuple[str | None, bool]:
    """(the margin by which a result has to be better, whether results that much worse count)."""
    if added is None:
        return None, False
    more = type(added.operator) is cst.Add
    return text(added.right), more is (better == "lower")


def _gain(left: Any, right: Any, site: Site, script: Script) -> _Sides | None:
    """`gain > 1e-5` after `gain = f1 - best_f1`, `best_loss - loss > delta`: by how much the result
    is better is compared with a margin."""
    if not (_is_constant(right) or set(words(dotted(right))) & _MARGINS) or "-" in text(right)[:1]:
        return None
    if type(left) is cst.Name:
        bound = script.reaching(left.value, site.statement.index)
        left = bound[0].value if len(bound) == 1 and bound[0].how == "assign" else left
    if type(left) is not cst.BinaryOperation or type(left.operator) is not cst.Subtract:
        return None
    margin = None if text(right) in ("0", "0.0") else text(right)
    if _is_best(left.right, site, script) and not _is_best(left.left, site, script):
        return _Sides(bare(left.left), text(left.right), "higher", False, margin)
    if _is_best(left.left, site, script) and not _is_best(left.right, site, script):
        return _Sides(bare(left.right), text(left.left), "lower", False, margin)
    return None


def _is_best(node: Any, site: Site, script: Script) -> bool:
    """Whether an expression holds the best result: `best_acc`, `self.min_loss`, `min(history)`."""
    if type(node) is cst.Call:
        extreme = dotted(node.func) in ("min", "max", "np.min", "np.max") and len(node.args) == 1
        history = words(dotted(node.args[0].value)) if extreme else ()
        return any(_singular(word) in _METRIC_WORDS for word in history)
    if type(node) is cst.Subscript:
        node = node.value
    name = dotted(node)
    named = set(words(name)) | set(words(name.rpartition(".")[0]))
    if not named or set(words(name)) & (_NO_RESULT | _OTHER_SEARCHES):
        return False
    if "best" in named:
        return True
    metric = named & _METRIC_WORDS
    return bool(named & _EXTREMES and metric) and _is_replaced(name, site, script)


def _is_record(node: Any) -> bool:
    """Whether a name is that of an extreme of several results, too: `max_miou`."""
    named = set(words(dotted(node)))
    return bool(named & _EXTREMES and named & _METRIC_WORDS)


def _singular(word: str) -> str:
    """`loss` for `losses`, `score` for `scores`."""
    return word.removesuffix("es") if word.endswith("sses") else word.removesuffix("s")


def _is_replaced(name: str, site: Site, script: Script) -> bool:
    """Whether the script assigns a name more than once: a limit would stay as it is."""
    everywhere = script.resolver.attributes.get(name, ()) if name.startswith("self.") else ()
    return len(everywhere or script.resolver.bindings(name, site.scope)) > 1


def _is_constant(node: Any) -> bool:
    return type(node) in (cst.Integer, cst.Float, cst.UnaryOperation) or dotted(node) == "None"


def _assigns(statement: Statement, best: str) -> bool:
    node = statement.node
    return type(node) is cst.Assign and any(text(t.target) == best for t in node.targets)


def _saving(below: list[Statement], script: Script) -> Iterator[Statement]:
    """The statements of a block that save."""
    for statement in below:
        for call in script.calls_in(statement):
            named = words(call.name)
            known = call.known is not None and call.known.api.kind == "save"
            if known or ("save",) in (named[:1], named[-1:]):
                yield statement


def _saves(below: list[Statement], script: Script) -> int | None:
    """Where a checkpoint is saved in a block, with no other question in between than which process
    this is."""
    outer = below[0].parent if below else -1
    for statement in _saving(below, script):
        around = (h for h in script.tree.ancestors(statement.index) if h.index > outer)
        branches = [h for h in around if type(h.node) in (cst.If, cst.Else)]
        asked = (
            type(h.node) is cst.If and script.one_process(h.node.test, h.index) for h in branches
        )
        if all(asked):
            return statement.first
    return None


@pattern(BestTracking, statements=(cst.Assign,), values=(cst.Call,), mentions=("max", "min"))
def find_extreme(site: Site, script: Script) -> Iterator[BestTracking]:
    """`best_acc = max(acc, best_acc)`."""
    call, target = site.node.value, text(site.node.targets[0].target)
    if dotted(call.func) not in ("max", "min"):
        return
    passed = [text(arg.value) for arg in call.args]
    if len(passed) != 2 or target not in passed:
        return
    named = set(words(target))
    if "null" in named:
        return  # the score of having no answer
    result = named & (_METRIC_WORDS - _LOOSE_WORDS) or (named & _METRIC_WORDS and named & _EXTREMES)
    if "best" not in named and (not named & _EXTREMES or named == {"top"}):
        return  # a limit, a running value, or the upper edge of an image
    if not (result or "best" in named) or named & (_NO_RESULT | _OTHER_SEARCHES) or _limits(call):
        return
    yield BestTracking(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (target,)),
        value=passed[1] if passed[0] == target else passed[0],
        best=target,
        better="higher" if dotted(call.func) == "max" else "lower",
        updates=site.line,
        per=script.unit(site.statement),
    )


def _of_images(site: Site, script: Script) -> bool:
    """Whether code prepares images or videos, where the best size or shape is searched for."""
    return any(
        type(header.node) is cst.ClassDef and "processor" in words(header.node.name.value)
        for header in script.tree.ancestors(site.statement.index)
    )


def _limits(call: cst.Call) -> bool:
    """Whether one of the two is a number: the other is kept within a limit."""
    return any(_is_constant(arg.value) for arg in call.args)
