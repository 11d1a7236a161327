"""What rank-zero-guard is found by."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.processes import OneProcess
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.rank_zero_guard.facts import RankZeroGuard
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_EXITS = (cst.Return, cst.Continue, cst.Break)
_WAITING = frozenset({"barrier", "collective"})
_SAVING = frozenset({"save", "saves", "dump"})
_WEIGHTS = frozenset({"checkpoint", "ckpt", "model"})
_LOGGING = frozenset({"add", "init", "log", "save", "start", "summary", "watch", "write"})
"""First words of what a tracker is given, or made with."""
_TRACKERS = frozenset({"comet", "mlflow", "scalar", "scalars", "tensorboard", "wandb", "writer"})
_PRINTING = frozenset({"debug", "error", "info", "print", "pprint", "warn", "warning"})
_ACTS: dict[str, frozenset[str]] = {
    "evaluate": frozenset({"evaluate", "validate", "eval", "validation"}),
    "directory": frozenset({"makedirs", "mkdir"}),
    "download": frozenset({"download"}),
}


_NO_ACTS = frozenset(
    {
        "active",
        "after",
        "before",
        "check",
        "close",
        "delete",
        "end",
        "finish",
        "get",
        "on",
        "remove",
    }
    | {"set"}
)
"""First words of methods that tell of an act, end what does it, or ask for something."""
_READING = frozenset({"find", "load", "read", "restore", "resume"})
"""Words of calls that read a checkpoint and write none."""


@pattern(RankZeroGuard, statements=(cst.If,))
def find_block(site: Site, script: Script) -> Iterator[RankZeroGuard]:
    """`if rank == 0:` and `if not is_main_process(): return`."""
    test = site.node.test
    told = script.one_process(test, site.statement.index)
    if told is None:
        return
    form, guarded = "block", script.tree.below(site.statement)
    if not told.holds:
        last = _last(script, site.statement)
        if last is not None and type(last.node) is cst.Raise:
            return  # it is made sure which process this is
        if site.node.orelse is not None:
            form, guarded = "else", _other_branches(script, site.statement)
        elif last is not None and isinstance(last.node, _EXITS):
            form, guarded = "return", []
        else:
            return
    yield _guard(site, script, told, test, form, guarded)


@pattern(RankZeroGuard, expressions=(cst.IfExp,))
def find_expression(site: Site, script: Script) -> Iterator[RankZeroGuard]:
    """`writer = SummaryWriter() if rank == 0 else None`."""
    told = script.one_process(site.node.test, site.statement.index)
    if told is not None:
        yield _guard(site, script, told, site.node.test, "expression", [])


def _guard(
    site: Site,
    script: Script,
    told: OneProcess,
    test: cst.BaseExpression,
    form: str,
    guarded: list[Statement],
) -> RankZeroGuard:
    calls = [call for statement in guarded for call in script.calls_in(statement)]
    asks, besides = _parted(test, told.subject) if form == "block" else ("", "")
    acts = tuple(
        dict.fromkeys(
            act for call in calls for act in _acts(call.name) if not _writes_file(call, script)
        )
    )
    return RankZeroGuard(
        line=site.line,
        end=site.last,
        evidence=told.evidence,
        subject=told.subject,
        condition=text(test),
        asks=asks if besides else None,
        besides=besides or None,
        form=form,
        scope=told.scope,
        alone=told.alone,
        acts=acts or (("print",) if _only_prints(script, guarded) else ()),
        waits=tuple(dict.fromkeys(call.line for call in calls if _waits(call))),
    )


def _writes_file(call: Site, script: Script) -> bool:
    """`with open(path, "w") as writer: writer.write(line)`."""
    receiver, _, method = call.name.rpartition(".")
    bound = script.reaching(receiver, call.statement.index) if method == "write" else []
    return any(b.how == "with" and text(b.value).startswith("open(") for b in bound)


def _parted(test: cst.BaseExpression, subject: str) -> tuple[str, str]:
    """What a condition says of processes, and what else it asks."""
    asks: list[str] = []
    besides: list[str] = []
    for part in _parts(test):
        speaks = subject in part or "is_initialized" in part
        speaks = speaks or not _PROCESSES.isdisjoint(words(part.replace(" is ", " == ")))
        (asks if speaks else besides).append(part)
    return " and ".join(asks), " and ".join(besides)


_PROCESSES = frozenset(
    {"dist", "distributed", "is", "local", "machine", "main", "master", "node"}
    | {"process", "rank", "world"}
)


def _parts(test: cst.BaseExpression) -> tuple[str, ...]:
    """What `and` joins."""
    if type(test) is cst.BooleanOperation and type(test.operator) is cst.And:
        return *_parts(test.left), *_parts(test.right)
    return (text(test),)


def _acts(name: str) -> Iterator[str]:
    """What a call of a name does."""
    parts = name.split(".")
    seen = words(parts[-1]) or ("",)
    if seen[0] in _NO_ACTS:
        return
    if seen[0] in _LOGGING and not _TRACKERS.isdisjoint(w for part in parts for w in words(part)):
        yield "log"
    elif _READING.isdisjoint(seen) and (
        not _SAVING.isdisjoint(seen) or (seen[0] == "write" and not _WEIGHTS.isdisjoint(seen))
    ):
        yield "save"
    yield from (act for act, named in _ACTS.items() if not named.isdisjoint(seen))


def _waits(call: Site) -> bool:
    """Whether a call needs the other processes."""
    known = call.known is not None and call.known.api.kind in _WAITING
    return known or call.name.rpartition(".")[2] == "barrier"


def _only_prints(script: Script, guarded: list[Statement]) -> bool:
    """Whether all that a block does is to print, whatever decides what is printed."""
    simple = [s for s in guarded if isinstance(s.node, cst.BaseSmallStatement)]
    return bool(simple) and all(_prints(script, statement) for statement in simple)


def _prints(script: Script, statement: Statement) -> bool:
    value = getattr(statement.node, "value", None)
    if type(statement.node) is not cst.Expr or type(value) is not cst.Call:
        return False
    return bool(_PRINTING.intersection(words(dotted(value.func))[:1]))


def _last(script: Script, header: Statement) -> Statement | None:
    body = script.tree.body(header)
    return body[-1] if body else None


def _other_branches(script: Script, header: Statement) -> list[Statement]:
    return [s for clause in script.tree.clauses(header) for s in script.tree.below(clause)]
