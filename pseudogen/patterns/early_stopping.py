"""early-stopping: training is stopped when it no longer improves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.names.modules import in_module_class
from pseudogen.names.places import own_lines
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import holder
from pseudogen.names.words import words
from pseudogen.records import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyStopping(Finding):
    """Facts of an early stop.

    Attributes:
        how: "condition" (an `if` that stops), "callback" (a framework stops) or "object" (a
            helper that counts is made).
        condition: The condition that stops.
        patience: How long it may not improve, as written.
        patience_value: That where constants tell.
        action: What is done: "break", "return", "flag" or "exit"; None for callbacks.
        monitor: The metric that a callback watches.
        name: What holds the callback or helper.
        unused: Whether the script never uses the callback that it makes.
        per: "epoch" or "step": how often the condition is looked at.
        goes_on: The line of the loop of the training that goes on around the one that a `break`
            leaves; None where there is none or something leaves it, too.
    """

    pattern: ClassVar[str] = "early-stopping"

    how: str
    condition: str | None = None
    patience: str | None = None
    patience_value: int | float | None = None
    action: str | None = None
    monitor: str | None = None
    name: str | None = None
    per: str | None = None
    unused: bool = False
    goes_on: int | None = None


@pattern(EarlyStopping, statements=(cst.If,), mentions=_PIECES)
def find_condition(site: Site, script: Script) -> Iterator[EarlyStopping]:
    """`if epochs_without_improvement >= patience: break`."""
    test = site.node.test
    if not (_waits(test) or _from_stopper(test, site, script)):
        return
    if _diverges(test):
        return  # the loss has grown beyond bounds
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
        evidence=Evidence(NAME, (text(test),)),
        how="condition",
        condition=text(test),
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


def _example(**facts: Any) -> list[EarlyStopping]:
    facts.setdefault("end", facts["line"])
    return [EarlyStopping(**facts)]


EXAMPLES = {
    "patience = 10\nif bad_epochs >= patience:\n    break": _example(
        line=2,
        evidence=Evidence(NAME, ("bad_epochs >= patience",)),
        how="condition",
        condition="bad_epochs >= patience",
        patience="patience",
        patience_value=10,
        action="break",
    ),
    "if epochs_since_improvement == 20:\n    break": _example(
        line=1,
        evidence=Evidence(NAME, ("epochs_since_improvement == 20",)),
        how="condition",
        condition="epochs_since_improvement == 20",
        patience="20",
        patience_value=20,
        action="break",
    ),
    "if step - last_improve > config.require_improvement:\n    stop = True": _example(
        line=1,
        evidence=Evidence(NAME, ("step - last_improve > config.require_improvement",)),
        how="condition",
        condition="step - last_improve > config.require_improvement",
        patience="config.require_improvement",
        action="flag",
    ),
    "from keras.callbacks import EarlyStopping\nstop = EarlyStopping('val_loss', patience=5)": (
        _example(
            line=2,
            evidence=Evidence(API, ("keras.callbacks.EarlyStopping",)),
            how="callback",
            patience="5",
            patience_value=5,
            monitor="'val_loss'",
            name="stop",
        )
    ),
    "if early_stopping.early_stop:\n    return": _example(
        line=1,
        evidence=Evidence(NAME, ("early_stopping.early_stop",)),
        how="condition",
        condition="early_stopping.early_stop",
        action="return",
    ),
    "from keras.callbacks import EarlyStopping\n"
    "waiting = EarlyStopping(patience=4)\n"
    "model.fit(x, y, callbacks=[saving])  # without waiting": _example(
        line=2,
        evidence=Evidence(API, ("keras.callbacks.EarlyStopping",)),
        how="callback",
        patience="4",
        patience_value=4,
        name="waiting",
        unused=True,
    ),
    "for epoch in range(9):\n"
    "    for x, y in loader:\n"
    "        loss = step(x, y)\n"
    "        loss.backward()\n"
    "        if no_improve > 10:\n"
    "            break": _example(
        line=5,
        evidence=Evidence(NAME, ("no_improve > 10",)),
        how="condition",
        condition="no_improve > 10",
        patience="10",
        patience_value=10,
        action="break",
        per="step",
        goes_on=1,
    ),
    "for epoch in range(9):\n"
    "    for x, y in loader:\n"
    "        loss = step(x, y)\n"
    "        loss.backward()\n"
    "        if no_improve > 10:\n"
    "            break\n"
    "    else:\n"
    "        continue\n"
    "    break": _example(
        line=5,
        evidence=Evidence(NAME, ("no_improve > 10",)),
        how="condition",
        condition="no_improve > 10",
        patience="10",
        patience_value=10,
        action="break",
        per="step",
    ),
}
COUNTEREXAMPLES = {
    (
        "class BeamHypotheses:\n"
        "    def is_done(self):\n"
        "        if self.early_stopping:\n"
        "            return True"
    ): "a search for a sequence, no training",
    (
        "def should_stop(loss):\n    if patience <= 0:\n        return False"
    ): "where nobody waits, the training goes on",
    "if early_stop_threshold and loss > early_stop_threshold * best_loss:\n"
    "    should_stop = True": "the loss has grown beyond bounds",
    (
        "import torch.nn as nn\n"
        "class Matcher(nn.Module):\n"
        "    def match(self, pairs):\n"
        "        for layer in self.layers:\n"
        "            if early_stopped.all():\n"
        "                break"
    ): "a model leaves out layers",
    "if step >= max_steps:\n    break": "the planned end of the run",
    "if loss_is_nan:\n    break": "a failure, no lack of improvement",
    "if bad_epochs >= patience:\n    lr *= 0.1": "lowers the rate and goes on",
}
