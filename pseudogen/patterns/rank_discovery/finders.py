"""What rank-discovery is found by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.knowledge.api import Api
from pseudogen.names.arguments import argument, subscript_name
from pseudogen.names.config_calls import CONFIG_WORDS
from pseudogen.names.evidence import API, NAME, Evidence, weakest
from pseudogen.names.runs import run_from
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.names.workers import environment_variable
from pseudogen.patterns.rank_discovery.facts import RankDiscovery, Read
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_KINDS = {
    "rank": "rank",
    "local-rank": "local rank",
    "world-size": "world size",
    "node-rank": "node rank",
}
_NAMES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("local", "rank"), "local rank"),
    (("node", "rank"), "node rank"),
    (("world", "size"), "world size"),
    (("num", "replicas"), "world size"),
    (("process", "count"), "world size"),
    (("num", "processes"), "world size"),
    (("process", "index"), "rank"),
    (("rank",), "rank"),
)
_ASKING = (cst.Call, cst.IfExp, cst.Attribute, cst.Tuple)
"""What a value that asks for a number of processes may be, the environment aside."""
_GROUPS = frozenset(
    {"accelerator", "comm", "ctx", "dist", "engine", "env", "fabric", "group", "mesh", "state"}
    | {"strategy", "trainer", "world"}
)
"""Words of objects that know the processes."""
_NOT_RANKS = frozenset(
    {"group", "per", "throw", "to", "save", "should", "map", "param", "var"}
    | {"adapter", "corresponding", "dst", "ep", "expert", "lora", "low", "matrix", "max", "mp"}
    | {"next", "peer", "pipe", "pipeline", "pp", "prev", "root", "src", "stage", "svd", "tensor"}
    | {"tp", "virtual", "cp", "data", "dp", "fsdp", "mesh", "model", "parallel", "sep", "shard"}
    | {"sharding", "sp"}
)
"""Words beside "rank" of numbers that are not those of a process: ranks of matrices, and places in
one dimension of a mesh."""
_PARTIAL = frozenset({"group", "local", "mesh", "model", "node", "sub", "type"})
"""Words of groups that are a part of all processes."""


@dataclass(frozen=True, slots=True)
class _Told:
    reads: tuple[Read, ...]
    launcher: str | None
    evidence: Evidence


def _find(site: Site, script: Script) -> Iterator[RankDiscovery]:
    """`rank = int(os.environ["RANK"])`, `world_size = dist.get_world_size()`; a run is one."""
    if _told(site.statement, script) is None:
        return
    run = run_from(script.tree, site.statement, lambda s: _told(s, script) is not None, 1)
    if not run:
        return
    told = [t for t in (_told(statement, script) for statement in run) if t is not None]
    together = _together(run, script)
    yield RankDiscovery(
        line=site.line,
        end=run[-1].last,
        evidence=weakest(*(t.evidence for t in told)),
        reads=tuple(
            read if together else replace(read, condition=script.condition(statement))
            for statement, t in zip(run, told, strict=True)
            for read in t.reads
        ),
        launcher=_common(t.launcher for t in told if t.reads[0].where == "environment"),
        condition=script.condition(site.statement) if together else None,
    )


def _together(run: Sequence[Statement], script: Script) -> bool:
    """Whether all reads of a run are made under the same condition."""
    return len({script.condition(statement) for statement in run}) == 1


_READING = (cst.Assign, cst.AnnAssign, cst.Return)
_PIECES = ("env", "ordinal", "process", "rank", "replicas", "size")
"""Of these one is written where a number of processes is read, but by a function that the script
gives a name of its own."""
_speaks_of_processes = speaks_of(*_PIECES)
find_reads = pattern(RankDiscovery, statements=_READING, mentions=_PIECES)(_find)
find_environment = pattern(RankDiscovery, statements=(cst.Expr,), mentions=("env",))(_find)


@pattern(RankDiscovery, kinds=(*_KINDS, "device-count"))
def find_renamed(site: Site, script: Script) -> Iterator[RankDiscovery]:
    """`n = count()` after `from jax import process_count as count`."""
    other = _speaks_of_processes(script.written[site.statement.index])
    wanted = type(site.statement.node) in _READING and not other
    return _find(site, script) if wanted else iter(())


def _told(statement: Statement, script: Script) -> _Told | None:
    node = statement.node
    value = getattr(node, "value", None)
    if value is None or type(node) not in (cst.Assign, cst.AnnAssign, cst.Expr, cst.Return):
        return None
    target: Any = None
    if type(node) is cst.Assign:
        target = node.targets[0].target
    elif type(node) is cst.AnnAssign:
        target = node.target
    if "env" in script.written[statement.index] and "env" in script.source(statement):
        from_environment = _environment_read(target, value, statement, script)
        if from_environment is not None:
            return from_environment
    if type(node) is cst.Expr:
        return None
    if type(value) not in _ASKING:
        return None
    if type(target) is cst.Tuple:
        return _unpacked(target, value, statement, script)
    return _asked(target, value, statement, script)


def _environment_read(
    target: Any, value: Any, statement: Statement, script: Script
) -> _Told | None:
    reads = []
    launchers = []
    for node in descendants(value):
        if type(node) not in (cst.Call, cst.Subscript):
            continue
        variable = environment_variable(script, node, statement.index)
        row = script.resolver.tables.find(f"os.environ[{variable}]") if variable else None
        if row is not None and row.kind in _KINDS:
            name = text(target) if target is not None else ""
            what = _what(row)
            if "node" in words(name) and what != "node rank":
                return None  # what sets the variable there counts machines
            exact = _inner(value) is node and type(value) is not cst.IfExp
            grown = _multiplied(script, statement, name) if exact else None
            read = Read(
                name=name,
                what=what,
                where="environment",
                variable=variable,
                exact=exact,
                test=_test(value, node, what),
                per_machine=grown.first if grown is not None else None,
                per_machine_if=script.condition(grown, statement) if grown is not None else None,
            )
            reads.append(read)
            launchers.append(row.traits.get("launcher"))
    if not reads:
        return None
    names = tuple(dict.fromkeys(str(read.variable) for read in reads))
    return _Told(tuple(reads), _common(launchers), Evidence(API, names))


def _test(value: Any, read: Any, what: str) -> str | None:
    """What a comparison with a number that is read says: with its default, or of one process."""
    if type(value) is not cst.Comparison or len(value.comparisons) != 1:
        return None
    if _inner(value.left) is not read:
        return None
    (compared,) = value.comparisons
    sign, other = type(compared.operator), text(compared.comparator)
    default = argument(read, "default", 1) if type(read) is cst.Call else None
    missing = text(default).strip("\"'") if default is not None else "None"
    if other.strip("\"'") == missing and sign in _EQUAL:
        return "unset" if _EQUAL[sign] else "set"
    if missing.startswith("-") and (sign, other) in _NOT_NEGATIVE:
        return "set"
    several = what == "world size" and (sign, other) in (
        (cst.GreaterThan, "1"),
        (cst.NotEqual, "1"),
    )
    return "several" if several else None


_EQUAL = {cst.Equal: True, cst.Is: True, cst.NotEqual: False, cst.IsNot: False}
_NOT_NEGATIVE = ((cst.GreaterThan, "-1"), (cst.GreaterThanEqual, "0"))


def _multiplied(script: Script, statement: Statement, name: str) -> Statement | None:
    """The later statement of the same function that multiplies a number, as the count of machines
    or the number of one: `world_size = devices * world_size`, `rank = rank * devices + gpu`."""
    scope = script.resolver.bindings(name, statement.scope) if name else []
    for binding in scope:
        later = binding.statement > statement.index and binding.how in ("assign", "augment")
        if later and any(name in _factors(node) for node in descendants(binding.value)):
            return script.tree.statements[binding.statement]
    return None


def _factors(node: Any) -> tuple[str, ...]:
    if type(node) is not cst.BinaryOperation or type(node.operator) is not cst.Multiply:
        return ()
    return text(node.left), text(node.right)


def _common(launchers: Iterable[str | None]) -> str | None:
    """The launcher of several variables if all are its own."""
    told = set(launchers)
    return told.pop() if len(told) == 1 else None


def _what(row: Api) -> str:
    """What a row of the tables counts."""
    machine = row.traits.get("scope") == "machine"
    return "local world size" if machine and row.kind == "world-size" else _KINDS[row.kind]


def _asked(target: Any, value: Any, statement: Statement, script: Script) -> _Told | None:
    """`rank = dist.get_rank()`, `world_size = comm.get_world_size()`, `rank = args.local_rank`."""
    name = dotted(target) if target is not None else ""
    if target is not None and not name:
        return None
    exact = type(value) is not cst.IfExp
    value = _inner(value)
    if type(value) is cst.Call:
        return _called(name, value, statement, script, exact)
    known = script.known(value, statement.scope) if type(value) is cst.Attribute else None
    if known is not None and known.api.kind in _KINDS:
        given = Read(name=name, what=_what(known.api), where="group", variable=None, exact=exact)
        return _Told((given,), None, Evidence(known.evidence, (known.name,)))
    what = _named(name)
    if (
        type(value) is cst.Attribute
        and what
        and _named(dotted(value)) == what
        and not name.startswith("self.")
    ):
        owner = words(dotted(value).rpartition(".")[0].replace("()", ""))
        where = _asked_where(owner)
        if where is None or owner == ("group",):
            return None  # of an object that holds it already, or of a part of the processes
        read = Read(name=name, what=what, where=where, variable=None)
        return _Told((read,), None, Evidence(NAME, (dotted(value),)))
    return None


def _asked_where(owner: tuple[str, ...]) -> str | None:
    """Where an object with such a name has a number from."""
    if set(owner) & _GROUPS:
        return "group"
    return "arguments" if set(owner) & CONFIG_WORDS else None


def _inner(value: Any) -> Any:
    """The call in `int(...)`, `x if distributed else 0`, `... > 1`."""
    kind = type(value)
    if kind is cst.Call and dotted(value.func) == "int" and value.args:
        return _inner(value.args[0].value)
    if kind is cst.IfExp:
        return _inner(value.body) if type(_inner(value.body)) is cst.Call else _inner(value.orelse)
    return value


def _called(
    name: str, value: cst.Call, statement: Statement, script: Script, exact: bool
) -> _Told | None:
    asked = dotted(value.func)
    known = script.known_name(asked, statement.scope)
    if known is not None:
        counts = known.api.kind == "device-count" and _named(name) == "world size"
        if known.api.kind not in _KINDS and not counts:
            return None
        if value.args and known.api.kind in ("rank", "world-size"):
            return None  # among the processes of a group
        what = "device count" if counts else _what(known.api)
        evidence = Evidence(known.evidence, (known.name,))
        where: str | None = "group"
    else:
        named = _asked_by_name(name, asked, value)
        if named is None:
            return None
        what = named
        evidence = Evidence(NAME, (asked,))
        owner = words(asked.rpartition(".")[0].replace("()", ""))
        where = _asked_where(owner)
    read = Read(name=name, what=what, where=where, variable=None, exact=exact)
    return _Told((read,), None, evidence)


def _asked_by_name(name: str, asked: str, value: cst.Call) -> str | None:
    """What a helper gives whose name says so, where what it is given does not narrow it down."""
    owner, _, last = asked.rpartition(".")
    if not asked or asked[-1] in ")]" or value.args or last[:1].isupper():
        return "rank" if last == "Get_rank" and not set(words(owner)) & _PARTIAL else None
    what = _named(asked)
    given = _named(name) if name else what
    if set(words(owner.replace("[]", ""))) & (_PARTIAL | {"hcg"}):
        return None
    if set(words(name)) & _NOT_RANKS:
        return None
    if not name and owner == "self":
        return None  # a method of the class, which is found where it asks
    return what if given in (None, what) else None


def _unpacked(target: cst.Tuple, value: Any, statement: Statement, script: Script) -> _Told | None:
    """`rank, world_size = get_dist_info()`."""
    names = [name for e in target.elements if (name := _receiver(e.value)) != "_"]
    whats = [_named(name) for name in names]
    if not names:
        return None
    if type(value) is cst.Tuple and len(value.elements) == len(target.elements):
        pairs = zip(target.elements, value.elements, strict=True)
        told = [_asked(t.value, v.value, statement, script) for t, v in pairs]
        reads = tuple(read for t in told if t is not None for read in t.reads)
        found = [t.evidence for t in told if t is not None]
        return _Told(reads, None, weakest(*found)) if reads else None
    if type(value) is not cst.Call or sum(what is not None for what in whats) < min(2, len(names)):
        return None
    asked = dotted(value.func)
    if value.args and _PARTIAL & {w for arg in value.args for w in words(dotted(arg.value))}:
        return None
    reads = tuple(
        Read(name=name, what=what, where=None, variable=None)
        for name, what in zip(names, whats, strict=True)
        if what is not None
    )
    return _Told(reads, None, Evidence(NAME, (asked,)))


def _receiver(node: Any) -> str:
    """What a number goes to: `rank`, `args.rank`, `opt["rank"]`."""
    return text(node) if subscript_name(node) else dotted(node)


@lru_cache(maxsize=1 << 12)
def _named(name: str) -> str | None:
    found = words(name)
    if _NOT_RANKS & set(found):
        return None
    return next((what for ending, what in _NAMES if found[-len(ending) :] == ending), None)
