"""How a script gets its processes, and the number by which each of them knows itself."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import string, subscript_name
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Binding

if TYPE_CHECKING:
    from pseudogen.names.script import Script

_RANK_WORDS: tuple[tuple[str, ...], ...] = (("rank",), ("process", "index"), ("ordinal",))
_NO_RANK = frozenset(
    {"adapter", "batch", "cp", "dp", "dst", "ep", "event", "expert", "is", "lora", "low", "machine"}
    | {"matrix", "max", "mp", "no", "node", "on", "per", "pipe", "pipeline", "pp", "set", "src"}
    | {"stage", "svd", "tensor", "tp"}
)
_GPU_NAMES = frozenset({"gpu", "gpu_id", "gpu_idx", "device_id", "local_gpu"})
SEPARATORS = re.compile(r"[^a-zA-Z]+")
DEPTH = 5
"""How many steps of the flow of values are followed to a process."""


def environment_variable(script: Script, node: Any, statement: int) -> str | None:
    """The variable read by `os.environ["X"]`, `os.environ.get("X", ...)` or `os.getenv("X")`."""
    kind = type(node)
    if kind is cst.Subscript:
        environment, name = dotted(node.value), subscript_name(node)
    elif kind is cst.Call and node.args:
        environment, name = dotted(node.func), string(node.args[0].value)
        environment = environment.removesuffix(".get").removesuffix(".pop")
    else:
        return None
    if not name or not environment.endswith(("environ", "getenv", "env")):
        return None
    scope = script.tree.statements[statement].scope
    full = script.resolver.qualified(environment, scope) or (environment,)
    known = any(name in ("os.environ", "os.getenv", "environ", "getenv") for name in full)
    return name if known else None


_JOINING = frozenset({"process-group", "accelerator"})


@dataclass(frozen=True, slots=True)
class Workers:
    """How the script gets its processes: `functions` are the indexes of the functions that are
    started as workers with their number first; `joins` whether the script joins a group."""

    functions: frozenset[int]
    joins: bool


def workers(script: Script) -> Workers:
    """The functions that a script starts as processes, and whether it joins a process group."""
    functions: set[int] = set()
    joins = False
    for site in script.call_sites():
        joins = joins or _names_joining(site.name)
        if site.known is None:
            continue
        api = site.known.api
        joins = joins or (api.kind in _JOINING and script.argument_text(site, "devices") != "1")
        if api.kind == "worker-launch" and api.traits.get("first") == "rank":
            started = script.argument(site, "fn")
            for binding in script.resolver.bindings(dotted(started), site.scope):
                if binding.how == "function":
                    functions.add(binding.statement)
    return Workers(frozenset(functions), joins)


@lru_cache(maxsize=1 << 14)
def _names_joining(name: str) -> bool:
    """Whether a call joins a process group by its name alone."""
    return "init_process_group" in name or {"init", "distributed"} <= set(words(name))


def is_worker_index(script: Script, binding: Binding) -> bool:
    """Whether a parameter is the number that a started worker gets first."""
    header = script.tree.statements[binding.statement]
    if binding.statement not in script.workers.functions:
        return False
    params = (*header.node.params.posonly_params, *header.node.params.params)
    return bool(params) and params[0].name.value == binding.name


@dataclass(frozen=True, slots=True)
class Rank:
    """A number that tells processes apart: `kind` is rank, local-rank or node-rank."""

    kind: str
    evidence: Evidence


def names_rank(node: Any) -> bool:
    """Whether a path holds the number of a process: each then reads or writes a file of its own."""
    return "rank" in SEPARATORS.split(text(node).lower())


def rank(script: Script, node: Any, statement: int, depth: int = 0) -> Rank | None:
    """What an expression says if it is the number of a process, or None."""
    if depth > DEPTH:
        return None
    kind = type(node)
    if kind is cst.Call and dotted(node.func) == "int" and node.args:
        return rank(script, node.args[0].value, statement, depth + 1)
    variable = environment_variable(script, node, statement)
    if variable is not None:
        row = script.resolver.tables.find(f"os.environ[{variable}]")
        return _as_rank(row.kind, Evidence(API, (variable,))) if row is not None else None
    if kind is cst.Call:
        return _called_rank(script, node, statement)
    if kind in (cst.Name, cst.Attribute):
        return _named_rank(script, node, statement, depth)
    if "rank" in subscript_name(node).split("_"):
        return Rank(
            "local-rank" if "local" in text(node) else "rank", Evidence(NAME, (text(node),))
        )
    return None


def _as_rank(kind: str, evidence: Evidence) -> Rank | None:
    return Rank(kind, evidence) if kind in ("rank", "local-rank", "node-rank") else None


def _called_rank(script: Script, node: cst.Call, statement: int) -> Rank | None:
    known = script.known(node.func, script.tree.statements[statement].scope)
    if known is not None:
        return _as_rank(known.api.kind, Evidence(known.evidence, (known.name,)))
    name = dotted(node.func)
    return _by_words(name) if name and name[-1] not in ")]" else None


def _named_rank(script: Script, node: Any, statement: int, depth: int) -> Rank | None:
    name = dotted(node)
    if not name:
        return None
    if _of_others(script, node, statement):
        return None
    for binding in script.reaching(name, statement):
        if binding.how == "assign" and _counts_dimensions(binding.value):
            return None
        if binding.how in ("assign", "walrus") and binding.value is not None:
            found = rank(script, binding.value, binding.statement, depth + 1)
            if found is not None and found.evidence.kind != NAME:
                return Rank(found.kind, Evidence(FLOW, (name,)))
            if found is not None and _by_words(name):
                return found
        if binding.how == "parameter" and is_worker_index(script, binding):
            return Rank("local-rank", Evidence(FLOW, (name,)))
        handed = _handed(script, binding, depth) if binding.how == "parameter" else None
        if handed is not None:
            return Rank(handed.kind, Evidence(FLOW, (name,)))
    known = script.known(node, script.tree.statements[statement].scope) if "()." in name else None
    if known is not None:
        return _as_rank(known.api.kind, Evidence(known.evidence, (known.name,)))
    if name.rpartition(".")[2] in _GPU_NAMES and script.workers.joins:
        return Rank("local-rank", Evidence(NAME, (name,)))
    return _by_words(name)


def _handed(script: Script, parameter: Binding, depth: int) -> Rank | None:
    """The number of a process that all calls of the script's function pass for a parameter."""
    passed = script.passed(parameter)
    found = [rank(script, value, place, depth + 1) for value, place in passed]
    kinds = {one.kind if one is not None and one.evidence.kind != NAME else None for one in found}
    return found[0] if len(kinds) == 1 and None not in kinds else None


def _of_others(script: Script, node: Any, statement: int) -> bool:
    """Whether a loop looks at one process after the other: `for p in procs: ... p.local_rank`."""
    owner = dotted(node.value) if type(node) is cst.Attribute else ""
    return bool(owner) and any(b.how == "for" for b in script.reaching(owner, statement))


def _counts_dimensions(value: Any) -> bool:
    """`rank = len(x.shape)`, `rank = x.ndim`: that of a tensor."""
    counted = type(value) is cst.Call and dotted(value.func) == "len" and bool(value.args)
    return text(value.args[0].value if counted else value).endswith(("shape", "shape()", "ndim"))


def _by_words(name: str) -> Rank | None:
    found = words(name)
    if any(found[-len(ending) :] == ending for ending in _RANK_WORDS) and not _NO_RANK & set(found):
        return Rank("local-rank" if "local" in found else "rank", Evidence(NAME, (name,)))
    return None
