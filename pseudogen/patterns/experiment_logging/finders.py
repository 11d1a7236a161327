"""What experiment-logging is found by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import blanks, string
from pseudogen.names.conditions import beyond, common
from pseudogen.names.places import own_lines
from pseudogen.names.rates import is_time
from pseudogen.names.runs import run_from
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, condition_of
from pseudogen.names.trackers import (
    Tracker,
    created,
    logged,
    names_creation,
    names_logging,
)
from pseudogen.names.words import words
from pseudogen.patterns.experiment_logging.facts import ExperimentLogging
from pseudogen.regex import regex
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_FEW, _LONGEST = 4, 40
_COUNTED = regex(r"([\w.]+)(?: [+-] \d+)?")
_ASIDE = frozenset({"args", "config", "id", "key", "model", "name", "opt", "tag"})
"""Words of what is passed beside the values."""
_CONSTANTS = ("True", "False", "None")
_TAGGED = frozenset(
    {"add_histogram", "add_scalar", "add_scalars", "log_histogram", "log_metric", "log_scalar"}
    | {"log_value"}
)
"""Methods whose first argument names the value."""
_SOON_SAID = (cst.Name, cst.Attribute, cst.BinaryOperation)


@pattern(ExperimentLogging, kinds=("writer",), calls=names_creation)
def find_creation(site: Site, script: Script) -> Iterator[ExperimentLogging]:
    """`writer = SummaryWriter(...)`, `wandb.init(...)`, `accelerator.init_trackers(...)`."""
    told = created(script, site)
    if told is not None:
        first, last = own_lines(script, site)
        chooses = site.name.rpartition(".")[2] == "set_experiment"
        form = "experiment" if chooses else "create"
        nested = _is_nested(site)
        tracker = None if nested else told.name
        found = _finding(site, script, form, told, [site], last)
        yield replace(found, line=first, tracker=tracker, nested=nested)


def _is_nested(site: Site) -> bool:
    """Whether a tracker is made for another call or a list: `Trainer(logger=CSVLogger())`."""
    node = site.statement.node
    value = getattr(node, "value", None)
    if type(node) in (cst.Assign, cst.AnnAssign):
        held = assigned(site.statement, site.node) is not None
        return not held or type(value) in (cst.List, cst.Dict, cst.ListComp)
    return type(value) is cst.Call and value is not site.node


@pattern(ExperimentLogging, kinds=("tracker-log",), calls=names_logging)
def find_logs(site: Site, script: Script) -> Iterator[ExperimentLogging]:
    """`writer.add_scalar(...)`, `wandb.log({...})`; neighbours are one finding."""
    told = logged(script, site)
    if told is None:
        return
    run = run_from(script.tree, site.statement, lambda s: bool(_logs_in(s, script)), 1)
    if run:
        sites = [log for statement in run for log in _logs_in(statement, script)]
        yield _finding(site, script, "log", told, sites, run[-1].last)


def _logs_in(statement: Statement, script: Script) -> list[Site]:
    return [site for site in script.calls_in(statement) if logged(script, site) is not None]


def _finding(
    site: Site, script: Script, form: str, told: Tracker, sites: list[Site], end: int
) -> ExperimentLogging:
    condition = common([_condition(log, script) for log in sites])
    names = _by_condition(sites, condition, script) if form == "log" else {}
    alike = all(_condition(log, script) == condition for log in sites)
    unnamed = form == "log" and not any(names.values()) and alike
    values = tuple(dict.fromkeys(_values(sites, told.name))) if unnamed else ()
    if len(values) > 1 and any(script.called_function(log) for log in sites):
        values = ()  # the script's own function may use some of them for something else
    steps = [step for log in sites if (step := _step(log, script)) is not None]
    where, where_kind = _where(site, script) if form != "log" else (None, None)
    named = bool(names.get(None))
    whats = {_what(log) for log in sites}
    guards = {_guard(log, told, script) for log in sites}
    places = dict.fromkeys((one.name, one.backend) for one in _trackers(sites, script))
    return ExperimentLogging(
        line=site.line,
        end=end,
        evidence=told.evidence,
        form=form,
        tracker=told.name,
        backend=told.backend,
        also=tuple(places)[1:] if form == "log" else (),
        where=where,
        where_kind=where_kind,
        names=names.pop(None, ()),
        others=named and not all(_names_all(log) for log in sites),
        what=whats.pop() if form == "log" and len(whats) == 1 else None,
        step=steps[0] if form == "log" and len(set(steps)) == 1 else None,
        several=None in guards and not told.guarded and script.workers.joins,
        guard=next(iter(guards)) if len(guards) == 1 else None,
        condition=condition,
        values=values if len(values) <= _FEW else (),
        further=tuple((named, rest) for rest, named in names.items() if rest and named),
    )


def _trackers(sites: list[Site], script: Script) -> Iterator[Tracker]:
    for log in sites:
        told = logged(script, log)
        if told is not None:
            yield told


def _by_condition(
    sites: list[Site], shared: str | None, script: Script
) -> dict[str | None, tuple[str, ...]]:
    """The names that are logged, by what their calls ask for beyond what all of them do."""
    found: dict[str | None, dict[str, None]] = {}
    for log in sites:
        condition = _condition(log, script)
        rest = beyond(condition, shared) if condition else None
        found.setdefault(rest, {}).update(dict.fromkeys(_names(log)))
    return {rest: tuple(names) for rest, names in found.items()}


def _where(site: Site, script: Script) -> tuple[str | None, str | None]:
    """(what says where the values are kept, "folder" or "project")."""
    for name in ("log_dir", "logdir", "save_dir", "project", "project_name"):
        value = script.argument(site, name)
        if value is not None:
            return text(value), "project" if name.startswith("project") else "folder"
    first = site.node.args[0] if site.node.args else None
    if first is not None and site.name.rpartition(".")[2] == "set_experiment":
        return text(first.value), "experiment"
    return None, None


def _guard(log: Site, told: Tracker, script: Script) -> str | None:
    """What holds all processes but one back: a test of the rank, or of the tracker itself, which
    the others then lack."""
    choice = _choice(log)
    if choice is not None and script.one_process(choice.test, log.statement.index) is not None:
        return text(choice.test)
    tests = (script.condition(log.statement) or "").split(" and ")
    by_tracker = told.name is not None and {told.name, f"{told.name} is not None"} & set(tests)
    return script.rank_condition(log.statement) or (told.name if by_tracker else None)


def _choice(log: Site) -> cst.IfExp | None:
    """`SummaryWriter(...) if rank == 0 else None` around a call that makes the tracker."""
    value = getattr(log.statement.node, "value", None)
    return value if type(value) is cst.IfExp and value.body is log.node else None


def _condition(log: Site, script: Script) -> str | None:
    return condition_of(script, log.statement, log.node)


def _values(sites: list[Site], tracker: str | None) -> Iterator[str]:
    """What a method of the project's own gets beside the number of the epoch or step:
    `note(epoch + 1, loss / n)`. Where that comes first and is too much to say, nothing is."""
    for log in sites:
        tagged = log.name.rpartition(".")[2] in _TAGGED
        unsaid = bool(log.node.args) and not tagged and _is_much(log.node.args[0])
        if log.known is not None or unsaid or log.name.endswith(".attach"):
            continue
        for arg in log.node.args[1:] if tagged else log.node.args:
            written = text(arg.value)
            of_time = arg.keyword is not None and is_time(arg.keyword.value)
            plain = type(arg.value) in _SOON_SAID and not arg.star and len(written) <= _LONGEST
            aside = written in (tracker, *_CONSTANTS) or _ASIDE & set(words(written))
            counts = _COUNTED.fullmatch(written)
            if plain and not aside and not of_time and not (counts and is_time(counts[1])):
                yield written


def _is_much(first: cst.Arg) -> bool:
    """Whether an argument, the first and by its place, is neither said soon nor a text."""
    sayable = (*_SOON_SAID, cst.SimpleString, cst.FormattedString)
    return first.keyword is None and type(first.value) not in sayable


def _names(site: Site) -> Iterator[str]:
    for arg in site.node.args:
        if arg.keyword is None and type(arg.value) is cst.Dict:
            for element in arg.value.elements:
                if type(element) is cst.DictElement and string(element.key):
                    yield string(element.key)
    if site.node.args:
        yield from _name(site.node.args[0].value)


def _names_all(site: Site) -> bool:
    """Whether a call logs nothing but what it names: no dict with other keys, no variable alone."""
    first = site.node.args[0].value if site.node.args else None
    if type(first) is cst.Dict:
        return all(type(e) is cst.DictElement and string(e.key) for e in first.elements)
    return any(True for _ in _name(first))


_SETTINGS = frozenset({"hparams", "hyperparams", "param", "parameters", "params"})
_MEDIA = frozenset(
    {"audio", "embedding", "figure", "html", "image", "images", "table", "video", "videos"}
)


def _what(site: Site) -> str | None:
    """What a call logs instead of values: `log_params`, `log({"x": wandb.Image(x)})`."""
    method = set(words(site.name))
    if method & _SETTINGS:
        return "settings"
    if "text" in method:
        return "text"
    given = [arg.value for arg in site.node.args]
    if given and type(given[0]) is cst.Dict:
        given = [element.value for element in given[0].elements]
    return "media" if method & _MEDIA or (given and all(map(_is_media, given))) else None


def _is_media(node: Any) -> bool:
    """Whether a value is made an image, a table or the like: `[wandb.Image(x) for x in images]`."""
    calls = (dotted(part.func) for part in descendants(node) if type(part) is cst.Call)
    return any(set(words(name)[-1:]) & _MEDIA for name in calls)


def _name(node: Any) -> Iterator[str]:
    """`loss/…` for "loss/{}".format(split), `loss/{split}` for f"loss/{split}"."""
    if type(node) is cst.FormattedString:
        yield text(node)[len(node.start) : -len(node.end)]
        return
    formats = type(node) is cst.Call and type(node.func) is cst.Attribute
    filled = formats and node.func.attr.value == "format"
    written = string(node.func.value if filled else node)
    named = blanks(written) if written and filled else written
    if named and any(map(str.isalnum, named)):  # `"{}/{}".format(...)` says nothing
        yield named


def _step(site: Site, script: Script) -> str | None:
    for name in ("global_step", "step"):
        value = script.argument(site, name)
        if value is not None:
            return text(value)
    adds = site.name.rpartition(".")[2] in ("add_scalar", "add_scalars", "add_histogram")
    places = [arg for arg in site.node.args if arg.keyword is None and not arg.star]
    return text(places[2].value) if adds and len(places) > 2 else None
