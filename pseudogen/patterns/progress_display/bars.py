"""What progress-display is found by where bars are shown."""

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
from pseudogen.names.words import words
from pseudogen.patterns.progress_display.facts import ProgressDisplay
from pseudogen.patterns.progress_display.shown import SHOWN, is_statement
from pseudogen.syntax.text import text

_OVER = ("gen", "iterable", "sequence", "stop", "tasks")
"""First parameters of bars that say what they go over."""
_POSTFIX = ("set_postfix", "set_postfix_str", "set_description", "set_description_str")
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
    if not is_statement(site) or not looped or len(site.node.args) < 2:
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


_BARS = (("progress", "bar"), ("prog", "bar"), ("progbar",))


@pattern(ProgressDisplay, calls=speaks_of("bar"), within=(cst.Assign,))
def find_made_bar(site: Site, script: Script) -> Iterator[ProgressDisplay]:
    """`pbar = ProgressBar(n_total=len(loader), desc="Training")` of the project's own code."""
    limited = words(site.name) == ("bar",) and argument(site.node, "max") is not None
    if site.known is not None or not site.node.args:
        return
    if words(site.name)[-2:] not in _BARS and not limited:
        return
    if site.statement.node.value is not site.node:
        return
    if not site.name.rpartition(".")[2][:1].isupper():
        yield from _wrapping_bar(site, script)
        return
    told = (argument(site.node, name) for name in ("n_total", "total", "max"))
    total = next((node for node in told if node is not None), None)
    passed = next((a.value for a in site.node.args if text(a.value).startswith("len(")), None)
    first = site.node.args[0]
    if words(site.name)[-1:] == ("progbar",) and first.keyword is None and not first.star:
        passed = first.value  # as Keras has it
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
    if not is_statement(site) or not held or not any(word in shown for word in SHOWN):
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


@pattern(ProgressDisplay, methods=("add",), keywords=("values",))
def find_added(site: Site, script: Script) -> Iterator[ProgressDisplay]:
    """`progbar.add(len(images), values=logs)` of a bar as Keras has it."""
    values = argument(site.node, "values")
    receiver = site.name.rpartition(".")[0]
    if values is not None and {"bar", "pbar", "progbar"} & set(words(receiver)):
        written = text(values)
        yield ProgressDisplay(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (receiver,)),
            how="postfix",
            call=site.name,
            shown=(written,) if len(written) <= _LONGEST else (),
            per=script.unit(site.statement),
            condition=script.condition(site.statement),
        )


def _shown(call: cst.Call) -> tuple[str, ...]:
    """What is shown beside a bar: the names of results, or short expressions."""
    first = call.args[0].value
    args = [a for a in call.args if a.keyword is None or a.keyword.value != "refresh"]
    if type(first) is cst.Dict and len(call.args) == 1:
        keys = [string(e.key) for e in first.elements if type(e) is cst.DictElement]
        return tuple(key for key in keys if key)
    named = [a.keyword.value for a in args if a.keyword is not None and a.keyword.value != "desc"]
    values = [text(arg.value) for arg in args]
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
