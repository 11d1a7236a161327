"""How a script gets its processes, and what the launcher tells each of them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import string
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.tree import Binding

if TYPE_CHECKING:
    from pseudogen.names.script import Script


def environment_variable(script: Script, node: Any, statement: int) -> str | None:
    """The variable read by `os.environ["X"]`, `os.environ.get("X", ...)` or `os.getenv("X")`."""
    kind = type(node)
    if kind is cst.Subscript:
        environment, name = dotted(node.value), string(subscript_key(node))
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


def subscript_key(node: cst.Subscript) -> Any:
    """What stands in the brackets of `x[...]`; None for a slice."""
    index = node.slice[0].slice
    return index.value if type(index) is cst.Index else None


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
        joins = joins or api.kind in _JOINING
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
