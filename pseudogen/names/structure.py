"""What the loops and functions of a script are: epoch loop, batch loop, evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names import loops
from pseudogen.names.blocks import calls_of_methods, receiver
from pseudogen.names.iterables import EVALUATION_WORDS
from pseudogen.names.loop_steps import Steps
from pseudogen.names.loops import BATCH_LOOP, EPOCH_LOOP, EVALUATION_LOOP, Loop
from pseudogen.names.training import may_step, training_step
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.tree import Binding, Scope, Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

__all__ = ["BATCH_LOOP", "EPOCH_LOOP", "EVALUATION_LOOP", "Loop", "Structure", "analyse"]

_FUNCTION_WRAPPERS = frozenset({"compile", "function", "jit", "partial", "pmap", "shard_map"})
_REPLICATED = ("run", "experimental_run_v2")
"""Methods of a strategy of TensorFlow that run the function that they are given on each device."""
_ENTRY_NAMES = frozenset({"main", "run", "worker", "cli", "app", "launch"})


@dataclass(frozen=True, slots=True)
class Structure:
    """What the script's loops and functions are.

    Attributes:
        loops: The loops that are part of training or evaluation, by index of the statement.
        steps: The indexes of the statements that hold a training step.
        trains: The indexes of functions that hold a training step, or call a function that does.
        evaluates: Likewise for evaluation loops.
        measures: Functions that evaluate and do nothing else: they hold an evaluation loop, or
            call a function that does, and never train.
        called_from: Function -> the statements that call it, both by index.
    """

    loops: dict[int, Loop]
    steps: tuple[int, ...]
    trains: frozenset[int]
    evaluates: frozenset[int]
    measures: frozenset[int]
    called_from: dict[int, list[int]] = field(default_factory=dict)


def analyse(script: Script) -> Structure:
    """Classify the loops and functions of a script."""
    calls = _Calls(script)
    steps = _training_statements(script)
    trains = calls.holders(steps)
    found = loops.classify(script, Steps(script, steps, trains, calls.function_of))
    evaluating = [index for index, loop in found.items() if loop.kind == EVALUATION_LOOP]
    evaluates = calls.holders(evaluating)
    measures = frozenset(
        index
        for index in evaluates - trains
        if _is_no_entry(words(script.tree.statements[index].node.name.value))
    )
    return Structure(found, tuple(steps), trains, evaluates, measures, calls.called_from)


def _is_no_entry(named: tuple[str, ...]) -> bool:
    return not _ENTRY_NAMES & set(named) or bool(EVALUATION_WORDS & set(named))


def unit(script: Script, statement: Statement, depth: int = 0) -> str | None:
    """How often a statement runs in training: once an "epoch", once a "step", or None when it
    stands in no loop of the training; a function is judged by where the script calls it."""
    structure = script.structure
    for ancestor in script.tree.ancestors(statement.index):
        loop = structure.loops.get(ancestor.index)
        if loop is not None and loop.kind == BATCH_LOOP:
            return "step"
        if loop is not None and loop.kind == EPOCH_LOOP and not _per_batch(script, ancestor):
            return loop.unit if loop.unit not in ("round", "turn") else None
        if type(ancestor.node) is cst.FunctionDef:
            return _unit_of_calls(script, ancestor, depth)
    return None


def _per_batch(script: Script, loop: Statement) -> bool:
    """Whether what looks like the loop over epochs runs anew for each batch, as in PPO."""
    loops = script.structure.loops
    around = (
        loops.get(s.index) for s in script.tree.ancestors(loop.index) if s.scope == loop.scope
    )
    return any(outer is not None and outer.kind == BATCH_LOOP for outer in around)


def _unit_of_calls(script: Script, function: Statement, depth: int) -> str | None:
    if depth > 2:
        return None
    callers = script.structure.called_from.get(function.index, [])
    units = {unit(script, script.tree.statements[index], depth + 1) for index in callers}
    return units.pop() if len(units) == 1 else None


def called_function(script: Script, site: Site) -> int | None:
    """The index of the `def` that a call runs, where the script defines it: `train(...)`,
    `self.train(...)`, `trainer.train(...)` of a class of the script."""
    key = (site.name, site.scope)
    try:
        return script.functions_called[key]
    except KeyError:
        found = script.functions_called[key] = _called_function(script, site)
        return found


def _called_function(script: Script, site: Site) -> int | None:
    """This depends on the name and the scope of the call alone."""
    name = site.name
    receiver, _, method = name.rpartition(".")
    if not (script.defines(method) or name in script.resolver.bound):
        return None
    for binding in script.resolver.defined(name, site.scope) if name else ():
        if binding.how == "function":
            return binding.statement
        wrapped = _wrapped(script, binding, site.scope) if binding.how == "assign" else None
        if wrapped is not None:
            return wrapped
    made = receiver.removesuffix("()")
    if not made or "(" in made or "[" in made:
        return None
    if made != receiver:
        owner = _class_named(script, made, site.scope)
        return _method(script, owner, method) if owner is not None else None
    owner = _owner(script, site) if receiver == "self" else _class_of(script, receiver, site.scope)
    return _method(script, owner, method) if owner is not None else None


def _handed_over(script: Script) -> Iterator[tuple[Site, int]]:
    """The calls of other functions that run one of the script that they are given."""
    for site in calls_of_methods(script, *_REPLICATED):
        replicated = receiver(site).endswith("strategy") and called_function(script, site) is None
        handed = _handed(script, site) if replicated else None
        if handed is not None:
            yield site, handed


def _handed(script: Script, site: Site) -> int | None:
    """The function of the script in `strategy.run(train_step, args=(batch,))`."""
    name = dotted(site.node.args[0].value) if site.node.args else ""
    for binding in script.resolver.bindings(name, site.scope) if name else ():
        if binding.how == "function":
            return binding.statement
    return None


def constructor(script: Script, site: Site) -> int | None:
    """The index of the constructor that a call runs, where it makes an instance of a class that
    the script defines with one."""
    owner = _class_named(script, site.name, site.scope) if site.name else None
    return _method(script, owner, "__init__") if owner is not None else None


def _class_named(script: Script, name: str, scope: int) -> Scope | None:
    """The class of the script that a name names: `Trainer` in `Trainer(args).fit()`."""
    found = [b.statement for b in script.resolver.bindings(name, scope) if b.how == "class"]
    return script.scope_of(found[0]) if len(found) == 1 else None


def _wrapped(script: Script, binding: Binding, scope: int, depth: int = 0) -> int | None:
    """The function of the script in `step = jax.jit(partial(train_step, config))`."""
    call = binding.value
    if type(call) is cst.Call:
        made = _made_function(script, dotted(call.func), scope)
        if made is not None:
            return made
    while type(call) is cst.Call and call.args and depth < 4:
        if dotted(call.func).rpartition(".")[2] not in _FUNCTION_WRAPPERS:
            return None
        call = call.args[0].value
        depth += 1
    name = dotted(call) if depth else ""
    for inner in script.resolver.bindings(name, scope) if name else ():
        if inner.how == "function":
            return inner.statement
    return None


def _made_function(script: Script, maker: str, scope: int) -> int | None:
    """The inner function that a function of the script makes and returns, wrapped or not:
    `def make_step(tx): def step(...): ...; return jax.jit(step)`."""
    for binding in script.resolver.bindings(maker, scope) if maker else ():
        if binding.how != "function":
            continue
        header = script.tree.statements[binding.statement]
        inner = {
            s.node.name.value: s.index
            for s in script.tree.body(header)
            if type(s.node) is cst.FunctionDef
        }
        for statement in script.tree.body(header) if inner else ():
            if type(statement.node) is not cst.Return:
                continue
            given: Any = statement.node.value
            while type(given) is cst.Call and given.args:
                if dotted(given.func).rpartition(".")[2] not in _FUNCTION_WRAPPERS:
                    break
                given = given.args[0].value
            if dotted(given) in inner:
                return inner[dotted(given)]
    return None


def _owner(script: Script, site: Site) -> Scope | None:
    """The class in whose method a call stands."""
    scope = script.tree.scopes[site.scope]
    while scope.parent >= 0:
        if scope.kind == "class":
            return scope
        scope = script.tree.scopes[scope.parent]
    return None


def _class_of(script: Script, name: str, scope: int, depth: int = 0) -> Scope | None:
    """The class of the script that a variable holds an instance of, or that a name names."""
    for binding in script.resolver.defined(name, scope) if depth < 4 else ():
        if binding.how == "class":
            return script.scope_of(binding.statement)
        if binding.how in ("assign", "with") and type(binding.value) is cst.Call:
            made = dotted(binding.value.func)
            inner = script.tree.statements[binding.statement].scope
            found = _class_of(script, made, inner, depth + 1) if made else None
            if found is not None:
                return found
    return None


def _method(script: Script, owner: Scope, method: str) -> int | None:
    """A method of a class, of its bases in the script, or else of the classes derived from it; one
    that derived classes have to write is theirs."""
    open_: int | None = None
    for candidate in (*_bases(script, owner, 0), *_derived(script, owner)):
        for binding in candidate.bindings.get(method, ()):
            if binding.how != "function":
                continue
            if not _is_left_open(script, binding.statement):
                return binding.statement
            open_ = binding.statement if open_ is None else open_
    return open_


def _is_left_open(script: Script, function: int) -> bool:
    """Whether a method only says that it is missing: `raise NotImplementedError`, `pass`."""
    tree = script.tree
    body = tree.body(tree.statements[function])
    return all(type(s.node) in (cst.Raise, cst.Pass) or _is_constant(s.node) for s in body)


def _is_constant(node: Any) -> bool:
    return type(node) is cst.Expr and type(node.value) in (cst.SimpleString, cst.Ellipsis)


def _bases(script: Script, owner: Scope, depth: int) -> list[Scope]:
    found = [owner]
    for base in script.tree.statements[owner.statement].node.bases if depth < 4 else ():
        scope = _class_of(script, dotted(base.value), owner.parent)
        if scope is not None and scope is not owner:
            found += _bases(script, scope, depth + 1)
    return found


def _derived(script: Script, owner: Scope) -> list[Scope]:
    name = script.tree.statements[owner.statement].node.name.value
    return [
        scope
        for scope in script.tree.scopes
        if scope.kind == "class"
        and any(
            dotted(base.value) == name
            for base in script.tree.statements[scope.statement].node.bases
        )
    ]


def _training_statements(script: Script) -> list[int]:
    """Statements that hold a training step."""
    calls = (s for s in script.call_sites() if s.known is not None or may_step(s.name))
    return [s.statement.index for s in calls if training_step(script, s) is not None]


class _Calls:
    """Who calls whom among the functions of the script."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.function_of: dict[int, int] = {}
        self.called_from: dict[int, list[int]] = {}
        self._callers: list[tuple[int, int]] = []
        calls = [*script.own_calls(), *_handed_over(script)]
        for site, called in sorted(calls, key=lambda call: call[0].statement.index):
            self.function_of[id(site.node)] = called
            self.called_from.setdefault(called, []).append(site.statement.index)
            around = script.function_around(site.statement)
            if around is not None:
                self._callers.append((around.index, called))

    def holders(self, statements: list[int]) -> frozenset[int]:
        """Functions that hold one of the statements, or call a function that does, directly or
        not."""
        tree = self.script.tree
        found: set[int] = set()
        for index in statements:
            function = self.script.function_around(tree.statements[index])
            if function is not None:
                found.add(function.index)
        grown = True
        while grown:
            new = {caller for caller, called in self._callers if called in found} - found
            found |= new
            grown = bool(new)
        return frozenset(found)
