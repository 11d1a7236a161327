"""What progress-display is found by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.arguments import argument, string
from pseudogen.names.conditions import conjunction, opposite
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.places import own_lines
from pseudogen.names.script import Script, Site
from pseudogen.names.structure import BATCH_LOOP, EPOCH_LOOP
from pseudogen.names.words import words
from pseudogen.patterns.progress_display.facts import ProgressDisplay
from pseudogen.patterns.progress_display.shown import SHOWN, shown_values, speaks_of_results
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
_OVER = ("gen", "iterable", "sequence", "stop", "tasks")
"""First parameters of bars that say what they go over."""
_POSTFIX = ("set_postfix", "set_postfix_str", "set_description", "set_description_str")
_WHOSE = frozenset({"chief", "main", "master", "process", "rank"})
_LONGEST = 80


@pattern(ProgressDisplay, kinds=("progress",))
def find_bar(site: Site, script: Script) -> Iterator[ProgressDisplay]:
    """`for batch in tqdm(loader):`, `pbar = tqdm(total=steps)`."""
    if site.known is None:
        return
    first = site.known.api.params[:1]
    total = script.argument_text(site, "total") or script.argument_text(site, "max")
    if script.argument_text(site, "disable") == "True":
        return
    over = script.argument_text(site, first[0]) if first and first[0] in _OVER else None
    if site.known.name.endswith(".trange"):
        counted = (text(arg.value) for arg in site.node.args if arg.keyword is None)
        over = f"range({', '.join(counted)})"
    start, end = own_lines(script, site)
    yield ProgressDisplay(
        line=start,
        end=end,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        how="bar",
        call=site.name,
        over=over if over != "None" else None,
        total=total,
        text=_title(site, script),
        shown_if=conjunction(_chosen(site, script), _shown_if(script.argument(site, "disable"))),
        per=script.unit(site.statement),
    )


def _shown_if(disabled: Any) -> str | None:
    """The opposite of what hides a bar; None where nothing does, or a default."""
    hides = disabled is not None and text(disabled) not in ("False", "None")
    return opposite(disabled, alone=True) if hides else None


def _chosen(site: Site, script: Script) -> str | None:
    """The condition under which a variable that is called is a bar: `wrap = tqdm` below
    `if verbose:`, `wrap = iter` below its `else:`."""
    name = site.name if "." not in site.name else ""
    made = [b for b in script.reaching(name, site.statement.index) if b.how == "assign"]
    rows = [script.known(b.value, site.scope) for b in made]
    bars = [b for b, row in zip(made, rows, strict=True) if row and row.api.kind == "progress"]
    if len(bars) != 1 or len(made) < 2:
        return None
    return script.condition(script.tree.statements[bars[0].statement])


def _title(site: Site, script: Script) -> str | None:
    """What stands beside a bar; None for empty space."""
    node = script.argument(site, "desc") or script.argument(site, "description")
    blank = type(node) is cst.SimpleString and not string(node).strip()
    return text(node) if node is not None and not blank else None


@pattern(ProgressDisplay, calls=speaks_of("bar"), within=(cst.Expr,))
def find_named_bar(site: Site, script: Script) -> Iterator[ProgressDisplay]:
    """`progress_bar(i, len(loader), text)` of the project's own code."""
    if site.known is not None or words(site.name)[-2:] not in _BARS:
        return
    looped = script.loop_around(site.statement) is not None
    if not _is_statement(site) or not looped or len(site.node.args) < 2:
        return
    total = site.node.args[1].value
    yield ProgressDisplay(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (site.name,)),
        how="bar",
        call=site.name,
        total=text(total) if type(total) is cst.Call and text(total.func) == "len" else None,
        per=script.unit(site.statement),
    )


_BARS = (("progress", "bar"), ("prog", "bar"))


@pattern(ProgressDisplay, calls=speaks_of("bar"), within=(cst.Assign,))
def find_made_bar(site: Site, script: Script) -> Iterator[ProgressDisplay]:
    """`pbar = ProgressBar(n_total=len(loader), desc="Training")` of the project's own code."""
    if site.known is not None or words(site.name)[-2:] not in _BARS or not site.node.args:
        return
    if site.statement.node.value is not site.node:
        return
    if not site.name.rpartition(".")[2][:1].isupper():
        yield from _wrapping_bar(site, script)
        return
    total = argument(site.node, "n_total") or argument(site.node, "total")
    passed = next((a.value for a in site.node.args if text(a.value).startswith("len(")), None)
    total = total if total is not None else passed
    if total is None:
        return
    yield ProgressDisplay(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (site.name,)),
        how="bar",
        call=site.name,
        total=text(total),
        text=script.argument_text(site, "desc"),
        per=script.unit(site.statement),
    )


def _wrapping_bar(site: Site, script: Script) -> Iterator[ProgressDisplay]:
    """`batches = progress_bar(loader, desc="train")`: a function puts a bar around an iterable."""
    first = site.node.args[0]
    told = {arg.keyword.value for arg in site.node.args if arg.keyword is not None}
    if first.keyword is not None or first.star or not told & {"desc", "description", "total"}:
        return
    yield ProgressDisplay(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (site.name,)),
        how="bar",
        call=site.name,
        over=text(first.value),
        total=script.argument_text(site, "total"),
        text=script.argument_text(site, "desc") or script.argument_text(site, "description"),
        per=script.unit(site.statement),
    )


@pattern(ProgressDisplay, calls=speaks_of("bar", "pbar"), within=(cst.Expr,))
def find_called_bar(site: Site, script: Script) -> Iterator[ProgressDisplay]:
    """`pbar(step, {"loss": loss.item()})`: a bar that is called shows results."""
    if "." in site.name or words(site.name)[-1:] not in (("bar",), ("pbar",)):
        return
    held = [b for b in script.resolver.bindings(site.name, site.scope) if b.how == "assign"]
    shown = ", ".join(text(arg.value) for arg in site.node.args).lower()
    if not _is_statement(site) or not held or not any(word in shown for word in SHOWN):
        return
    told = next((arg.value for arg in site.node.args if type(arg.value) is cst.Dict), None)
    keys = [string(e.key) for e in told.elements if type(e) is cst.DictElement] if told else []
    yield ProgressDisplay(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (site.name,)),
        how="postfix",
        call=site.name,
        shown=tuple(key for key in keys if key),
        per=script.unit(site.statement),
        condition=script.condition(site.statement),
    )


@pattern(ProgressDisplay, methods=_POSTFIX)
def find_postfix(site: Site, script: Script) -> Iterator[ProgressDisplay]:
    """`pbar.set_postfix(loss=loss.item())`."""
    if "." in site.name and site.node.args:
        yield ProgressDisplay(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, (site.name.rpartition(".")[0],)),
            how="postfix",
            call=site.name,
            shown=_shown(site.node),
            per=script.unit(site.statement),
            condition=script.condition(site.statement),
        )


def _shown(call: cst.Call) -> tuple[str, ...]:
    """What is shown beside a bar: the names of results, or short expressions."""
    first = call.args[0].value
    if type(first) is cst.Dict and len(call.args) == 1:
        keys = [string(e.key) for e in first.elements if type(e) is cst.DictElement]
        return tuple(key for key in keys if key)
    named = [arg.keyword.value for arg in call.args if arg.keyword is not None]
    values = [text(arg.value) for arg in call.args]
    return tuple(named if len(named) == len(values) else [v for v in values if len(v) <= 80])


@pattern(ProgressDisplay, statements=(cst.Assign,), mentions=("desc", "postfix", "suffix"))
def find_description(site: Site, script: Script) -> Iterator[ProgressDisplay]:
    """`train_bar.desc = f"loss {loss:.3f}"`, `bar.suffix = f"loss {loss:.3f}"`."""
    target = site.node.targets[0].target
    if type(target) is cst.Attribute and target.attr.value in ("desc", "postfix", "suffix"):
        if target.attr.value == "suffix" and "bar" not in words(text(target.value)):
            return
        written = text(site.node.value)
        if any(word in written.lower() for word in SHOWN):
            yield ProgressDisplay(
                line=site.line,
                end=site.last,
                evidence=Evidence(FLOW, (text(target.value),)),
                how="postfix",
                call=text(target),
                shown=(written,) if len(written) <= 80 else (),
                per=script.unit(site.statement),
                condition=script.condition(site.statement),
            )


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
    if not _may_show(site.name) or not _shows(site, script, display):
        return
    if not _is_statement(site) or not _is_first(site, script) or _leaves(site, script):
        return
    every = _interval(site, script)
    if every is None and not _in_loop(site, script):
        return
    yield ProgressDisplay(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME if display else FLOW, (site.name,)),
        how="print",
        call=site.name,
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
    every = _interval(site, script)
    asked = dotted(every) if every is not None else ""
    if type(every) is cst.Call:  # `cfg.get("log_interval", 10)`
        asked = string(argument(every, "key", 0))
    wanted = set(words(asked)) & {"print", "log", "display"}
    helps = named[:1] in _HELPERS and named[1:] in _ABOUT and "." not in site.name
    if not helps or not wanted or site.known is not None or not _is_statement(site):
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


def _is_statement(site: Site) -> bool:
    return type(site.statement.node) is cst.Expr and site.statement.node.value is site.node


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
    prints = [c for c in script.calls_in(other) if c.name == site.name and _is_statement(c)]
    return not any(_shows(call, script, False) for call in prints)


def _leaves(site: Site, script: Script) -> bool:
    """Whether the loop is left right after: `print("stopped at", loss)` and `break`."""
    place, parent = site.statement.after, site.statement.parent
    after = script.tree.statements[place] if place < len(script.tree.statements) else None
    return after is not None and after.parent == parent and type(after.node) is cst.Break


def _interval(site: Site, script: Script) -> Any:
    """`n` of a condition `step % n == 0` around a statement, in its function."""
    for header in script.tree.ancestors(site.statement.index):
        if type(header.node) in (cst.FunctionDef, cst.For, cst.While):
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
