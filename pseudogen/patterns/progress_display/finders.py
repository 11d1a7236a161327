"""What progress-display is found by where text is printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.arguments import argument, string
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.structure import BATCH_LOOP, EPOCH_LOOP
from pseudogen.names.words import words
from pseudogen.patterns.progress_display.facts import ProgressDisplay
from pseudogen.patterns.progress_display.shown import (
    is_statement,
    printed,
    shown_values,
    speaks_of_results,
)
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_PRINTERS = frozenset(
    {"print", "info", "debug", "write", "print_log", "print_rank_0", "print_on_master"}
    | {"master_print", "print0", "rank_print", "print_main", "echo", "stream"}
)
_SCREENS = frozenset({"bar", "out", "pbar", "prog", "progress", "stderr", "stdout", "tq", "tqdm"})
_WANTED = frozenset({"debug", "display", "log", "print", "printing", "progress", "verbose"})
_ENDED = frozenset({"done", "dones", "terminated", "truncated"})
_WHOSE = frozenset({"chief", "main", "master", "process", "rank"})


@pattern(ProgressDisplay, methods=("log_every",))
def find_logging_loop(site: Site, script: Script) -> Iterator[ProgressDisplay]:
    """`for batch in metric_logger.log_every(loader, 10, header):`."""
    passed = [arg.value for arg in site.node.args if arg.keyword is None]
    if passed:
        every = passed[1] if len(passed) > 1 else None
        yield ProgressDisplay(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (site.name,)),
            how="log",
            call=site.name,
            over=text(passed[0]),
            every=text(every) if every is not None else None,
            every_value=script.value(every, site.statement.index) if every is not None else None,
            per=script.unit(site.statement),
        )


def _is_display(name: str) -> bool:
    """`progress.display`, `meter.show`."""
    shows = name.rpartition(".")[2] in ("display", "show")
    return shows and bool({"progress", "meter"} & set(words(name[:-8])))


def _may_show(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last in _PRINTERS or last.startswith("print") or _prints(last) or _is_display(name)


def _prints(function: str) -> bool:
    """`rank0_print`, `main_process_print`: a helper that prints on one process."""
    return function.endswith("_print") and bool(_WHOSE & set(words(function)))


@pattern(ProgressDisplay, calls=_may_show)
def find_print(site: Site, script: Script) -> Iterator[ProgressDisplay]:
    """`if step % 100 == 0: print(step, loss.item())`, `progress.display(i)`."""
    display = _is_display(site.name)
    if not is_statement(site) or not _may_show(site.name) or not _shows(site, script, display):
        return
    if not _is_first(site, script) or _leaves(site, script):
        return
    every = _interval(site, script)
    if every is None and not _in_loop(site, script):
        return
    shown, more = printed(site) if not display else ((), False)
    yield ProgressDisplay(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME if display else FLOW, (site.name,)),
        how="print",
        call=site.name,
        shown=shown,
        more=more,
        every=text(every) if every is not None else None,
        every_value=script.value(every, site.statement.index) if every is not None else None,
        per=script.unit(site.statement),
        condition=script.condition(site.statement),
    )


@pattern(ProgressDisplay, calls=speaks_of("log", "print", "display", "report"), within=(cst.Expr,))
def find_helper(site: Site, script: Script) -> Iterator[ProgressDisplay]:
    """`if step % print_freq == 0: log_info(trainer, step)`: a helper of the project shows how far
    it is."""
    named = words(site.name)
    helps = named[:1] in _HELPERS and named[1:] in _ABOUT and "." not in site.name
    if not helps or site.known is not None or not is_statement(site):
        return
    every = _interval(site, script)
    asked = dotted(every) if every is not None else ""
    if type(every) is cst.Call:  # `cfg.get("log_interval", 10)`
        asked = string(argument(every, "key", 0))
    if every is None or set(words(asked)).isdisjoint(("print", "log", "display")):
        return
    yield ProgressDisplay(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (site.name,)),
        how="print",
        call=site.name,
        every=text(every),
        every_value=script.value(every, site.statement.index),
        per=script.unit(site.statement),
        condition=script.condition(site.statement),
    )


_HELPERS = (("log",), ("print",), ("display",), ("report",))
_ABOUT = (
    ("batch",),
    ("info",),
    ("progress",),
    ("status",),
    ("stats",),
    ("train", "info"),
    ("training", "info"),
)


def _shows(site: Site, script: Script, display: bool) -> bool:
    """Whether a result is shown: the loss, a score, a meter, or a text that was made of them."""
    if display:
        return True
    if site.name.endswith(".write") and not _is_screen(site, script):
        return False
    told = any(
        speaks_of_results(value, statement, script)
        for value, statement in shown_values(site, script)
    )
    heading = told and all(_is_constant(arg.value) for arg in site.node.args)
    return told and not heading


def _is_screen(site: Site, script: Script) -> bool:
    """Whether what is written to shows it: a screen, a bar, or a writer every so many steps."""
    named = set(words(site.name.removesuffix(".write")))
    return bool(named & _SCREENS) or ("writer" in named and _interval(site, script) is not None)


_NAMING = frozenset({cst.Name, cst.Attribute, cst.Call, cst.Subscript})


def _is_constant(node: Any) -> bool:
    """Whether an expression is made of literals alone."""
    return _NAMING.isdisjoint(map(type, descendants(node)))


def _is_first(site: Site, script: Script) -> bool:
    """Whether no print of a result stands directly before this one in its block."""
    other = script.tree.before(site.statement)
    if other is None or type(other.node) is not cst.Expr:
        return True
    prints = [c for c in script.calls_in(other) if c.name == site.name and is_statement(c)]
    return not any(_shows(call, script, False) for call in prints)


def _leaves(site: Site, script: Script) -> bool:
    """Whether the loop is left right after: `print("stopped at", loss)` and `break`."""
    place, parent = site.statement.after, site.statement.parent
    after = script.tree.statements[place] if place < len(script.tree.statements) else None
    return after is not None and after.parent == parent and type(after.node) is cst.Break


def _interval(site: Site, script: Script) -> Any:
    """`n` of a condition `step % n == 0` around a statement, in its function."""
    for header in script.tree.ancestors(site.statement.index):
        if type(header.node) is cst.FunctionDef or header.index in script.structure.loops:
            return None
        if type(header.node) is cst.If:
            for operation in script.operations_in(header):
                if type(operation.operator) is cst.Modulo and not _formats(operation.left):
                    return operation.right
    return None


def _formats(left: Any) -> bool:
    return type(left) in (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)


def _in_loop(site: Site, script: Script) -> bool:
    """Whether a statement is reached in each round of an epoch or batch loop of its function, if
    only on one process."""
    for header in script.tree.ancestors(site.statement.index):
        if type(header.node) is cst.FunctionDef:
            often = script.unit(site.statement) in ("epoch", "step")
            return often and _holds_step(header, script)
        if type(header.node) in (cst.Else, cst.ExceptHandler):
            return False
        if type(header.node) is cst.If and not _lets_print(header, script):
            return False
        if type(header.node) in (cst.For, cst.While):
            return _trains(header, script)
    return False


def _holds_step(function: Statement, script: Script) -> bool:
    """Whether a function takes a training step in no loop of its own: an epoch is one step."""
    below = script.tree.below(function)
    loops = any(type(s.node) in (cst.For, cst.While) and _trains(s, script) for s in below)
    return not loops and any(s.index in script.structure.steps for s in below)


def _lets_print(header: Statement, script: Script) -> bool:
    """Whether a condition only says who prints, that one wants it (`if args.print_loss`), or that
    an episode has ended."""
    test = header.node.test
    asked = test.func if type(test) is cst.Call else test
    named = set(words(dotted(asked))) if type(asked) in (cst.Name, cst.Attribute) else set()
    wanted = named & (_WANTED | _ENDED)
    timed = "time.time() -" in text(test) or "perf_counter() -" in text(test)
    return bool(wanted) or timed or script.one_process(test, header.index) is not None


def _trains(header: Statement, script: Script) -> bool:
    loop = script.structure.loops.get(header.index)
    return loop is not None and loop.kind in (BATCH_LOOP, EPOCH_LOOP)
