"""The best result so far: compared the right way round, from a start that can be beaten."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from pseudogen.names.blocks import statement_at
from pseudogen.names.metrics import HIGHER, LOWER, better_value, metric_words
from pseudogen.names.origins import attribute_bindings
from pseudogen.names.script import Script
from pseudogen.names.words import words
from pseudogen.patterns.best_tracking import BestTracking
from pseudogen.pitfall import WARNING, Findings, Pitfall, pitfall, report
from pseudogen.regex import regex
from pseudogen.syntax.text import text

_NEVER_LOWER = regex(r"0|0\.0*|-\s*(math|np|numpy|torch)\.inf|float\(['\"]-inf['\"]\)|-1\.?0?")
_NEVER_HIGHER = regex(r"(math|np|numpy|torch)\.inf|float\(['\"]inf['\"]\)|1e\d+")


@pitfall("best-compared-wrong-way")
def check_way(findings: Findings) -> Iterator[Pitfall]:
    """`if loss > best_loss: best_loss = loss`."""
    told: set[tuple[str, str]] = set()
    for best in findings.of(BestTracking):
        better = better_value(best.value, best.best)
        if better is None or not _replaces(best) or "-" in best.value:
            continue
        if "best" not in metric_words(best.best) and better_value(best.value) is None:
            continue
        if best.better == better or (best.value, best.best) in told:
            continue
        told.add((best.value, best.best))
        yield report(
            "best-compared-wrong-way",
            WARNING,
            (best.line, best.end),
            best.evidence.kind,
            value=best.value,
            best=best.best,
            better=best.better,
            metric=_metric(best),
        )


def _metric(best: BestTracking) -> str:
    """The word that says which values are better."""
    named = metric_words(best.value) | metric_words(best.best)
    return min(named & (HIGHER | LOWER))


def _replaces(best: BestTracking) -> bool:
    """Whether the better value takes the place of the best one, as far as the script shows."""
    return best.updates is not None or "best" in words(best.flag or "")


@pitfall("best-never-beaten")
def check_start(findings: Findings) -> Iterator[Pitfall]:
    """`best_loss = 0`, and lower ones are looked for."""
    script = findings.script
    for best in findings.of(BestTracking):
        start = _start(script, best) if best.updates is not None else None
        never = _NEVER_LOWER if best.better == "lower" else _NEVER_HIGHER
        if start is None or not never.fullmatch(start[0]):
            continue
        if start[0][:1] == "0" and not metric_words(best.value) & LOWER:
            continue
        yield report(
            "best-never-beaten",
            WARNING,
            (best.line, best.end),
            "flow",
            value=best.value,
            best=best.best,
            better=best.better,
            start=start[0],
            start_line=start[1],
        )


def _start(script: Script, best: BestTracking) -> tuple[str, int] | None:
    """The value that the best result has at first, where there is one assignment before."""
    statement = statement_at(script, best.line)
    test = text(statement.node.test) if type(statement.node) is cst.If else ""
    if " or " in test or " and " in test:
        return None
    bindings = attribute_bindings(script, best.best, statement.scope)
    bindings = bindings or script.resolver.bindings(best.best, statement.scope)
    plain = [b for b in bindings if b.how == "assign" and b.statement < statement.index]
    others = [b for b in bindings if b.how != "assign" or b.statement >= statement.index]
    replaced = [b for b in others if script.tree.statements[b.statement].first == best.updates]
    if len(plain) != 1 or len(others) != len(replaced):
        return None
    return text(plain[0].value), script.tree.statements[plain[0].statement].first


EXAMPLES = {
    "best-compared-wrong-way": {
        "best_loss = 9.0\nfor epoch in range(9):\n    val_loss = run(epoch)\n"
        "    if val_loss > best_loss:\n        best_loss = val_loss\n": [(4, 4)],
        "best_acc = 1.0\nfor epoch in range(9):\n    acc = run(epoch)\n"
        "    best_acc = min(acc, best_acc)\n": [(4, 4)],
        "best_f1 = 0.0\nfor epoch in range(9):\n    f1 = run(epoch)\n"
        "    if f1 < best_f1:\n        best_f1 = f1\n": [(4, 4)],
        "best_mIoU = 0.0\nfor epoch in range(9):\n    mIoU = run(epoch)\n"
        "    if mIoU < best_mIoU:\n        best_mIoU = mIoU\n": [(4, 4)],
    },
    "best-never-beaten": {
        "best_loss = 0.0\nfor epoch in range(9):\n    val_loss = run(epoch)\n"
        "    if val_loss < best_loss:\n        best_loss = val_loss\n": [(4, 4)],
        "best_acc = float('inf')\nfor epoch in range(9):\n    acc = run(epoch)\n"
        "    if acc > best_acc:\n        best_acc = acc\n": [(4, 4)],
    },
}
COUNTEREXAMPLES = {
    "best-compared-wrong-way": {
        "if val_loss < best_loss:\n    best_loss = val_loss\n": "a lower loss is better",
        "if acc < best_acc:\n    patience += 1\n": "the best one stays",
        "if -loss > best_score:\n    best_score = -loss\n": "the sign is turned",
    },
    "best-never-beaten": {
        "best_loss = float('inf')\nif val_loss < best_loss:\n    best_loss = val_loss\n": (
            "anything is lower"
        ),
        "best_loss = 0.0\nif epoch == 0 or val_loss < best_loss:\n    best_loss = val_loss\n": (
            "the first one counts"
        ),
    },
}
