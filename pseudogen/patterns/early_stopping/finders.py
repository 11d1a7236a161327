"""What early-stopping is found by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.modules import in_module_class
from pseudogen.names.places import own_lines
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import holder
from pseudogen.names.words import words
from pseudogen.patterns.early_stopping.facts import EarlyStopping
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_WAITING = (
    ("patience",),
    ("early", "stop"),
    ("early", "stopping"),
    ("early", "stopped"),
    ("early", "stopper"),
    ("earlystop",),
    ("earlystopping",),
    ("no", "improve"),
    ("no", "improvement"),
    ("without", "improvement"),
    ("not", "improved"),
    ("since", "improved"),
    ("since", "improvement"),
    ("require", "improvement"),
    ("bad", "epochs"),
    ("last", "improve"),
    ("es", "counter"),
)
_PIECES = ("patience", "early", "improve", "bad", "counter", "stop")
"""What the words above have in them: a condition without any of it is none of these."""
_NAME = re.compile(r"[\w.]+")
_STOPPERS = frozenset({"stopper", "early", "earlystopping", "patience", "earlystop"})


@pattern(EarlyStopping, statements=(cst.If,), mentions=_PIECES)
def find_condition(site: Site, script: Script) -> Iterator[EarlyStopping]:
    """`if epochs_without_improvement >= patience: break`."""
    test = site.node.test
    if not (_waits(test) or _from_stopper(test, site, script)):
        return
    if not _diverges(test):  # the loss has not grown beyond bounds
        yield from _stop(site, script, Evidence(NAME, (text(test),)))


@pattern(EarlyStopping, statements=(cst.If,), mentions=(">", "=="))
def find_counter(site: Site, script: Script) -> Iterator[EarlyStopping]:
    """`if rounds >= 10: break`, where the rounds without a better result are counted."""
    test = site.node.test
    if type(test) is not cst.Comparison or len(test.comparisons) != 1 or _waits(test):
        return
    if type(test.comparisons[0].operator) in _REACHED and _counter(test, site, script):
        yield from _stop(site, script, Evidence(FLOW, (text(test),)))


_REACHED = (cst.GreaterThan, cst.GreaterThanEqual, cst.Equal)


def _counter(test: Any, site: Site, script: Script) -> str | None:
    """What a comparison asks of, where an `if` that compares a result with the best so far begins
    it anew, and its `else` counts on: `best, rounds = loss, 0`, `rounds += 1`."""
    if type(test) is not cst.Comparison or type(test.left) not in (cst.Name, cst.Attribute):
        return None
    counter = text(test.left)
    begins, grows = set(), set()
    for binding in script.resolver.bindings(counter, site.scope):
        statement = script.tree.statements[binding.statement]
        if statement.parent < 0:
            continue
        header = script.tree.statements[statement.parent]
        if binding.how == "augment":
            grows.add((header.chain, header.parent))
        elif binding.value is not None and text(binding.value) == "0":
            compared = getattr(header.node, "test", None)
            if type(compared) is cst.Comparison and "best" in text(compared):
                begins.add((header.chain, header.parent))
    return counter if begins & grows else None


def _stop(site: Site, script: Script, evidence: Evidence) -> Iterator[EarlyStopping]:
    """The finding of a condition of that kind, where it stops the training."""
    test = site.node.test
    around = script.function_around(site.statement)
    if in_module_class(script, site.statement):
        return  # a computation that ends early
    if around is not None and around.node.name.value in ("forward", "tune", "search"):
        return  # an inference, or a search for settings
    action = _action(site.statement, script)
    if action is None or _of_beams(site.statement, script):
        return
    patience = _patience(test)
    value = script.value(patience, site.statement.index) if patience is not None else None
    yield EarlyStopping(
        line=site.line,
        end=site.last,
        evidence=evidence,
        how="condition",
        condition=text(test),
        counter=_counter(test, site, script),
        patience=text(patience) if patience is not None else None,
        patience_value=value,
        action=action,
        per=script.unit(site.statement),
        goes_on=_goes_on(site.statement, script) if action == "break" else None,
    )


def _names(test: Any) -> list[str]:
    return _NAME.findall(text(test))


def _waits(test: Any) -> bool:
    """Whether a condition speaks of patience or of results that no longer improve."""
    return any(_names_waiting(name) for name in _names(test))


@lru_cache(maxsize=1 << 12)
def _names_waiting(name: str) -> bool:
    named = words(name.replace(".", "_"))
    return any(
        named[i : i + len(wanted)] == wanted for wanted in _WAITING for i in range(len(named))
    )


def _diverges(test: Any) -> bool:
    """Whether a condition asks for a multiple of the best loss: `loss > factor * best_loss`."""
    return any(
        type(node) is cst.Comparison
        and type(node.comparisons[0].operator) in (cst.GreaterThan, cst.GreaterThanEqual)
        and type(node.comparisons[0].comparator) is cst.BinaryOperation
        and type(node.comparisons[0].comparator.operator) is cst.Multiply
        and "best" in text(node.comparisons[0].comparator)
        for node in descendants(test)
    )


def _from_stopper(test: Any, site: Site, script: Script) -> bool:
    """Whether a flag in the condition comes from a helper that stops: `stop = stopper(...)`."""
    for name in _names(test):
        if "stop" not in words(name):
            continue
        for binding in script.resolver.bindings(name, site.scope):
            made = text(binding.value) if type(binding.value) is cst.Call else ""
            if set(words(made.partition("(")[0].replace(".", "_"))) & _STOPPERS:
                return True
    return False


def _action(statement: Statement, script: Script) -> str | None:
    """How the block of a condition stops the training, or None when it does not."""
    for below in script.tree.below(statement):
        kind = type(below.node)
        if kind is cst.Break:
            return "break"
        if kind is cst.Return:
            return None if _denies(below, script) else "return"
        if kind is cst.Assign:
            target = words(text(below.node.targets[0].target))
            if "stop" in target or "stopped" in target or "stopping" in target:
                return "flag" if text(below.node.value) == "True" else None
        called = {c.name.rpartition(".")[2] for c in script.calls_in(below)}
        if called & {"exit", "quit"}:
            return "exit"
        if called & {"set_trigger", "should_stop", "stop_training"}:
            return "flag"
    return None


_ASKED = frozenset({"done", "early", "finished", "stop", "stopped", "stopping"})
"""Words of functions that are asked whether to stop."""


def _denies(statement: Statement, script: Script) -> bool:
    """Whether a function that is asked whether to stop says no: `return False`."""
    around = script.function_around(statement)
    asked = around is not None and set(words(around.node.name.value)) & _ASKED
    return (
        bool(asked) and statement.node.value is not None and text(statement.node.value) == "False"
    )


_BEAMS = frozenset({"beam", "beams", "hypotheses"})


def _of_beams(statement: Statement, script: Script) -> bool:
    """Whether a search for the best sequence is stopped early, no training."""
    return any(
        type(header.node) in (cst.FunctionDef, cst.ClassDef)
        and _BEAMS & set(words(header.node.name.value))
        for header in script.tree.ancestors(statement.index)
    )


def _goes_on(statement: Statement, script: Script) -> int | None:
    """The line of the `for` around the loop of batches that a `break` leaves, where nothing behind
    that loop leaves it."""
    if script.unit(statement) != "step":
        return None
    above = script.tree.ancestors(statement.index)
    loops = [s for s in above if type(s.node) in (cst.For, cst.While)]
    if len(loops) < 2 or type(loops[1].node) is not cst.For or loops[1].scope != statement.scope:
        return None
    behind = (s for s in script.tree.below(loops[1]) if s.index >= loops[0].after)
    left = any(isinstance(s.node, cst.Break | cst.Return | cst.Raise) for s in behind)
    return None if left else loops[1].first


def _patience(test: Any) -> Any:
    """The side of a comparison that is a limit: `patience`, `config.require_improvement`."""
    stack = [test]
    while stack:
        node = stack.pop()
        if type(node) is cst.BooleanOperation:
            stack += [node.right, node.left]
        elif type(node) is cst.Comparison and len(node.comparisons) == 1:
            right, left = node.comparisons[0].comparator, node.left
            for side in (right, left):
                if {"patience", "require"} & {w for n in _names(side) for w in words(n)}:
                    return side
            return right
    return None


@pattern(EarlyStopping, kinds=("early-stopping",))
def find_callback(site: Site, script: Script) -> Iterator[EarlyStopping]:
    """Keras's `EarlyStopping(monitor="val_loss", patience=5)`."""
    if site.known is None or (not site.known.api.params and not site.node.args):
        return
    params = site.known.api.params
    key = next((p for p in params if "patience" in p), "patience")
    patience = script.argument(site, key)
    default = script.default(site, key) if not script.passes_unknown(site) else None
    value = script.value(patience, site.statement.index) if patience is not None else None
    first, last = own_lines(script, site)
    yield EarlyStopping(
        line=first,
        end=last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        how="callback",
        patience=text(patience) if patience is not None else default,
        patience_value=value,
        monitor=script.argument_text(site, "monitor"),
        name=holder(site),
        unused=_is_unused(holder(site), script),
    )


def _is_unused(name: str | None, script: Script) -> bool:
    """Whether code that hands on callbacks says a name nowhere else: what it holds is not used."""
    if name is None or not name.isidentifier():
        return False
    code = "\n".join(line.partition("#")[0] for line in script.tree.lines)
    return "callbacks=" in code.replace(" ", "") and len(re.findall(rf"\b{name}\b", code)) == 1


@pattern(EarlyStopping, methods=("EarlyStopping", "EarlyStopper", "EarlyStop", "EarlyStoppingHook"))
def find_helper(site: Site, script: Script) -> Iterator[EarlyStopping]:
    """`early_stopping = EarlyStopping(patience=7)` of the project's own code."""
    if site.known is not None or type(site.statement.node) is cst.ClassDef:
        return
    patience = script.argument(site, "patience")
    yield EarlyStopping(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (site.name,)),
        how="object",
        patience=text(patience) if patience is not None else None,
        patience_value=script.value(patience, site.statement.index) if patience else None,
        name=holder(site),
    )
