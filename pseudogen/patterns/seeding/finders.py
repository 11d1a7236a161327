"""What seeding is found by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.evidence import API, NAME, Evidence, weakest
from pseudogen.names.runs import run_from
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.seeding.facts import Seeding
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_MODULES = frozenset({"common", "helper", "helpers", "misc", "tools", "training", "util", "utils"})
_OUTCOMES = frozenset({"determinism", "reproducibility", "reproducible", "deterministic"})
"""What a run is made by fixing its seeds, for which a helper may be named."""
_ENSURES = frozenset({"ensure", "enforce", "enable", "make", "provide", "set", "setup", "init"})
_VERBS = frozenset({"same", "set", "fix", "setup", "init", "initialize", "make", "apply", "manual"})
_OBJECTS = frozenset(
    {"all", "everything", "everywhere", "global", "random", "rng", "seed", "seeds", "state"}
    | {"torch"}
)
_SETTINGS = (("args",), ("cfg",), ("conf",), ("config",), ("hparams",), ("opt",), ("params",))
"""Last words of what holds all settings."""
_GAP = 1


_HAND_ON = frozenset({"fold_in", "replicate", "split"})
"""Functions that a new key is put into at once."""


@dataclass(frozen=True, slots=True)
class _Call:
    seed: Any
    library: str  # names between spaces
    devices: str
    helper: str | None
    evidence: Evidence
    rank: str | None = None
    of_gpu: bool = False


@pattern(Seeding, kinds=("seed",), calls=speaks_of("seed", "random", "determin", "reproduc"))
def find_calls(site: Site, script: Script) -> Iterator[Seeding]:
    """`torch.manual_seed(seed)`, `seed_everything(42)`; neighbours are one finding."""
    call = _seed_call(site, script)
    if call is None or not _is_whole(site):
        return
    statements = run_from(
        script.tree, site.statement, lambda s: _statement_call(s, script) is not None, _GAP
    )
    if statements:
        calls = [c for c in (_statement_call(s, script) for s in statements) if c is not None]
        yield _seeding(site, script, calls, statements)


def _seeding(
    site: Site, script: Script, calls: list[_Call], statements: list[Statement]
) -> Seeding:
    given = [c.seed for c in calls if c.library != "hash"]
    seeds = list(dict.fromkeys(text(seed) if seed is not None else "" for seed in given))
    shared = seeds[0] or None if len(seeds) == 1 else None
    first = next((c.seed for c in calls if c.seed is not None), None)
    index = site.statement.index
    of_loader = _in_loader_worker(site.statement, script)
    devices = {c.devices for c in calls if "torch" in c.library.split()}
    of_group = any(c.seed is not None and _GROUP_RANK.search(text(c.seed)) for c in calls)
    return Seeding(
        line=site.line,
        end=statements[-1].last,
        evidence=weakest(*(c.evidence for c in calls)),
        seed=shared,
        libraries=tuple(dict.fromkeys(name for c in calls for name in c.library.split())),
        helper=next((c.helper for c in calls if c.helper), None),
        every_device="all" in devices if devices else None,
        per_process=not of_loader
        and not of_group
        and any(c.rank or _by_rank(c.seed, index, script) for c in calls),
        several=script.workers.joins
        and not of_loader
        and not of_group
        and not _by_clock(calls)
        and not _starts_workers(site.statement, script),
        value=script.value(first, index) if shared is not None else None,
        condition=_condition(statements, script),
        rank=next((c.rank for c in calls if c.rank), None),
        clock=first is not None and any(mark in text(first) for mark in _CLOCKS),
        until=_given_up(calls, statements[-1], script),
        seeds=tuple(seeds) if len(seeds) > 1 and all(seeds) else (),
        gpu_only=all(c.of_gpu for c in calls),
    )


def _given_up(calls: list[_Call], last: Statement, script: Script) -> int | None:
    """The line further down in the block that seeds the same generators with nothing again."""
    seeded = {name for c in calls for name in c.library.split()}
    for site in script.calls_after(last) if last.index + 1 < len(script.tree.statements) else ():
        if site.statement.parent == last.parent and _takes_chance(site, script):
            known = site.known
            if known is not None and seeded == {known.api.traits.get("library")}:
                return site.line
    return None


def _takes_chance(site: Site, script: Script) -> bool:
    """Whether a generator is seeded with nothing: `np.random.seed(None)`, `random.seed()`."""
    if site.known is None or site.known.api.kind != "seed" or script.passes_unknown(site):
        return False
    seed = script.argument(site, "seed")
    return "seed" in site.name and (seed is None or text(seed) == "None")


def _in_loader_worker(statement: Statement, script: Script) -> bool:
    """Whether the function around is called in each worker process of a loader."""
    function = script.function_around(statement)
    params = function.node.params.params if function is not None else ()
    return any(param.name.value == "worker_id" for param in params)


def _condition(statements: list[Statement], script: Script) -> str | None:
    """The condition under which seeds are set; that around an `if` each branch of which does it."""
    headers = dict.fromkeys(s.parent for s in statements)
    if len(headers) > 1 and statements[0].parent >= 0:
        first = script.tree.statements[script.tree.statements[statements[0].parent].chain]
        clauses = [first, *script.tree.clauses(first)]
        if {c.index for c in clauses} <= set(headers) and type(clauses[-1].node) is cst.Else:
            return script.condition(first)
    return script.condition(statements[0])


def _starts_workers(statement: Statement, script: Script) -> bool:
    """Whether the function around starts the workers later: it runs in the process that waits for
    them."""
    function = script.function_around(statement)
    calls = script.calls_after(statement) if function is not None else []
    return any(c.known is not None and c.known.api.kind == "worker-launch" for c in calls)


def _is_whole(site: Site) -> bool:
    """Whether the call is the statement, not a part of a larger expression."""
    node = site.statement.node
    if type(node) not in (cst.Expr, cst.Assign):
        return False
    value: Any = node.value
    handed_on = type(value) is cst.Call and dotted(value.func).rpartition(".")[2] in _HAND_ON
    return value is site.node or (handed_on and any(a.value is site.node for a in value.args))


def _statement_call(statement: Statement, script: Script) -> _Call | None:
    if type(statement.node) is cst.Assign and _sets_hash_seed(statement.node):
        return _Call(None, "hash", "", None, Evidence(API, ("os.environ",)))
    for site in script.calls_in(statement):
        call = _seed_call(site, script) if _is_whole(site) else None
        if call is not None:
            return call
    return None


def _sets_hash_seed(node: cst.Assign) -> bool:
    target = node.targets[0].target
    return type(target) is cst.Subscript and "PYTHONHASHSEED" in text(target)


def _seed_call(site: Site, script: Script) -> _Call | None:
    api = site.known.api if site.known is not None else None
    if _takes_chance(site, script):
        return None
    if site.known is not None and api is not None and api.kind == "seed":
        seed = script.argument(site, "seed")
        evidence = Evidence(site.known.evidence, (site.known.name,))
        traits = api.traits
        library, devices = traits.get("library", ""), traits.get("devices", "")
        on_gpu = traits.get("of") == "gpu"
        return _Call(seed, library, devices, None, evidence, of_gpu=on_gpu)
    found = words(site.name)
    seed = site.node.args[0].value if site.node.args else None
    named = _names_seeding(found) or (_names_outcome(found) and "seed" in words(dotted(seed)))
    if api is not None or not named or _is_method_of_value(site, script):
        return None
    ranks = (a.value for a in site.node.args[1:] if script.rank(a.value, site.statement.index))
    rank = next((text(value) for value in ranks), None)
    if words(dotted(seed))[-1:] in _SETTINGS:
        seed = None  # one of many settings, which the helper picks
    return _Call(seed, "", "", site.name, Evidence(NAME, (site.name,)), rank)


def _names_seeding(found: tuple[str, ...]) -> bool:
    if "seed" not in found and "seeds" not in found:
        return found == ("set", "random", "state")
    if found in (("random", "seed"), ("seed", "it")):
        return True
    others = set(found) - {"seed", "seeds"}
    return bool(found[0] == "seed" and others <= _OBJECTS and others) or bool(
        _VERBS & others and others <= _VERBS | _OBJECTS | {"and", "torch", "worker", "seed"}
    )


def _names_outcome(found: tuple[str, ...]) -> bool:
    """`provide_determinism`, `ensure_reproducibility`: what is to come of the seed it is given."""
    return found[:1] != () and found[0] in _ENSURES and bool(_OUTCOMES & set(found[1:]))


def _is_method_of_value(site: Site, script: Script) -> bool:
    """Whether the call seeds one object (`sampler.set_seed(1)`), not the run."""
    receiver = site.name.rpartition(".")[0]
    if not receiver or "(" in receiver or type(site.node.func) is not cst.Attribute:
        return bool(receiver)
    if script.is_a(site.node.func.value, site.scope, "accelerator") is not None:
        return False  # `fabric.seed_everything(seed)`
    root = receiver.partition(".")[0]
    bindings = script.resolver.bindings(root, site.scope)
    if not bindings:
        return root not in _MODULES
    return not any(binding.how == "import" for binding in bindings)


_GROUP_RANK = re.compile(r"(?:\b|_)(?:cp|dp|ep|mp|pp|sp|tp|parallel)_rank\b")
"""The number within a group: other groups have a process of the same number."""

_CLOCKS = ("time()", "time_ns()", "now()", "getpid()", "urandom(")


def _by_clock(calls: list[_Call]) -> bool:
    """Whether the clock or the like gives the seed: another one in each process."""
    return any(
        mark in (text(c.seed) if c.seed is not None else "")
        for c in calls
        for mark in ("time", "pid", "urandom")
    )


def _by_rank(seed: Any, index: int, script: Script) -> bool:
    """Whether a rank goes into a seed."""
    kind = type(seed)
    if kind is cst.BinaryOperation:
        return _by_rank(seed.left, index, script) or _by_rank(seed.right, index, script)
    if kind is cst.IfExp:  # `rank() if several else 0`
        return _by_rank(seed.body, index, script) or _by_rank(seed.orelse, index, script)
    if kind is cst.Subscript:  # `seeds[rank]`
        return any(
            type(e.slice) is cst.Index and _by_rank(e.slice.value, index, script)
            for e in seed.slice
        )
    if kind is cst.Call and any(_by_rank(arg.value, index, script) for arg in seed.args):
        return True
    if kind is cst.AugAssign:
        return _by_rank(seed.value, index, script)
    if seed is None:
        return False
    if script.rank(seed, index) is not None:
        return True
    name = dotted(seed) if kind in (cst.Name, cst.Attribute) else ""
    return any(
        _by_rank(b.value, b.statement, script)
        for b in (script.reaching(name, index) if name else ())
        if b.how in ("assign", "augment") and b.statement < index
    )
