"""Expressions -> roles: model, optimizer, scheduler, loader, batch size..., and why we think so.

Trust goes in this order: what is assigned (a resolved call of a library, then whatever else tells),
how the value is used, what the name says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from pseudogen.names.arguments import argument
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.resolve import Resolver
from pseudogen.names.words import suggested_role
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.tree import Binding, Tree

KIND_ROLES: dict[str, str] = {
    "loader": "loader",
    "distributed-sampler": "sampler",
    "sampler": "sampler",
    "dataset": "dataset",
    "optimizer": "optimizer",
    "optimizer-chain": "optimizer",
    "scheduler": "scheduler",
    "scaler": "scaler",
    "criterion": "criterion",
    "writer": "writer",
    "model": "model",
    "module": "model",
    "wrap": "model",
    "sync-batchnorm": "model",
    "compile": "model",
    "device-count": "process-count",
    "world-size": "process-count",
    "rank": "rank",
    "local-rank": "rank",
    "device": "device",
    "accelerator": "accelerator",
    "functional-loss": "loss",
    "trainer": "trainer",
    "learner": "trainer",
    "image-generator": "image-generator",
}
"""Kind of a table row -> the role of what its call gives."""

_SAME_ROLE_METHODS = frozenset(
    {"to", "cuda", "cpu", "half", "float", "double", "bfloat16", "train", "eval", "module"}
)
_LAUNCHED = (
    *("clip_gradients", "log_dict", "no_backward_sync", "setup", "setup_dataloaders"),
    *("accumulate", "clip_grad_norm_", "gather_for_metrics", "prepare", "unwrap_model"),
    "wait_for_everyone",
)
"""Methods that Fabric and Accelerate have beside `backward`."""
_USES: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"zero_grad", "step"}), "optimizer"),
    (frozenset({"unscale_"}), "scaler"),
    (frozenset({"scale", "update"}), "scaler"),
    (frozenset({"add_scalar"}), "writer"),
    (frozenset({"train", "eval"}), "model"),
    (frozenset({"train", "parameters"}), "model"),
    (frozenset({"state_dict", "parameters"}), "model"),
    (frozenset({"train", "state_dict"}), "model"),
    (frozenset({"train", "named_parameters"}), "model"),
    (frozenset({"load_weights", "fit_generator"}), "model"),
    (frozenset({"summary", "fit"}), "model"),
    (frozenset({"load_weights", "summary"}), "model"),
    (frozenset({"summary", "fit_generator"}), "model"),
    *((frozenset({"backward", method}), "accelerator") for method in _LAUNCHED),
    (frozenset({"backward", "step"}), "model"),
    (frozenset({"backward"}), "loss"),
)
_DEPTH = 5
_DECLARED = frozenset(
    {"accelerator", "dataset", "loader", "optimizer", "scheduler", "trainer", "writer"}
)
"""Roles that an annotation settles; an `nn.Module` may be a model, a loss or a part."""
_MADE = frozenset({"dataset", "loader", "model", "optimizer", "sampler", "scheduler", "writer"})
"""Roles that the name of a class settles where that of the variable says nothing."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a value is for, and what that rests on."""

    kind: str
    evidence: Evidence


class Roles:
    """Answers which role an expression has."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.tree: Tree = resolver.tree
        self._cache: dict[tuple[str, int], Role | None] = {}
        self._uses: dict[str, list[tuple[str, int]]] | None = None
        self._calls: dict[str, list[tuple[Any, int]]] | None = None

    def of(self, node: Any, scope: int, depth: int = 0) -> Role | None:
        """The role of an expression as seen from a scope, or None."""
        kind = type(node)
        if depth > _DEPTH:
            return None
        if kind is cst.Call:
            return self._of_call(node, scope, depth)
        if kind in (cst.Name, cst.Attribute):
            return self._of_name(dotted(node), scope, depth)
        if kind is cst.IfExp:
            return self.of(node.body, scope, depth + 1) or self.of(node.orelse, scope, depth + 1)
        return None

    def is_a(self, node: Any, scope: int, kind: str) -> Evidence | None:
        """The evidence that an expression has the role `kind`, or None."""
        role = self.of(node, scope)
        return role.evidence if role is not None and role.kind == kind else None

    # Calls

    def _of_call(self, call: cst.Call, scope: int, depth: int) -> Role | None:
        if type(call.func) is cst.IfExp:  # `(AMPTrainer if half else SimpleTrainer)(model)`
            made = [call.with_changes(func=f) for f in (call.func.body, call.func.orelse)]
            first, second = (self._of_call(one, scope, depth) for one in made)
            return first if first is not None and second is not None else None
        known = self.resolver.known(dotted(call.func), scope)
        if known is not None and known.api.kind in KIND_ROLES:
            role = known.api.traits.get("wraps") or KIND_ROLES[known.api.kind]
            return Role(role, Evidence(known.evidence, (known.name,)))
        if type(call.func) is cst.Attribute and call.func.attr.value in _SAME_ROLE_METHODS:
            return self.of(call.func.value, scope, depth + 1)
        return self._returned(dotted(call.func), scope, depth)

    def _returned(self, function: str, scope: int, depth: int) -> Role | None:
        """The role of what a function of the script returns, where all its returns agree."""
        for binding in self.resolver.defined(function, scope) if function else ():
            if binding.how != "function":
                continue
            header = self.tree.statements[binding.statement]
            roles = [
                self.of(s.node.value, s.scope, depth + 1)
                for s in self.tree.below(header)
                if type(s.node) is cst.Return and s.node.value is not None
            ]
            kinds = {role.kind if role else None for role in roles}
            if len(kinds) == 1 and roles[0] is not None:
                return Role(roles[0].kind, Evidence(FLOW, (function,)))
        return None

    # Names

    def _of_name(self, name: str, scope: int, depth: int) -> Role | None:
        if not name:
            return None
        home = self.resolver.home(name, scope)
        key = (name, home.index if home else -1)
        if key in self._cache:
            return self._cache[key]
        self._cache[key] = None  # a value that is made from itself tells nothing
        role = (
            self._assigned(name, scope, depth)
            or self._declared(name, scope)
            or self._used(name, scope)
            or self._passed(name, scope, depth)
            or self._listed(name, scope, depth)
            or self._named(name, scope, depth)
            or self._made_by_name(name, scope)
        )
        self._cache[key] = role
        return role

    def _assigned(self, name: str, scope: int, depth: int) -> Role | None:
        """The role that the assignments to a name agree on; those that tell nothing don't count."""
        found: dict[str, Role] = {}
        for binding in self.resolver.bindings(name, scope):
            if binding.how in ("assign", "with", "walrus") and binding.value is not None:
                inner = self.tree.statements[binding.statement].scope
                role = self.of(binding.value, inner, depth + 1)
                if role is not None:
                    found.setdefault(role.kind, role)
        if len(found) != 1:
            return None
        role = next(iter(found.values()))
        return role if role.evidence.kind != NAME else None

    def _declared(self, name: str, scope: int) -> Role | None:
        """The role of the class that an annotation names: `trainer: Trainer = make(cfg)`."""
        for binding in self.resolver.bindings(name, scope):
            node = self.tree.statements[binding.statement].node
            annotation = _annotation(node, name)
            known = self.resolver.known(annotation, scope) if annotation else None
            kind = KIND_ROLES.get(known.api.kind) if known is not None else None
            if kind in _DECLARED:
                return Role(kind, Evidence(FLOW, (name,)))
        return None

    def _made_by_name(self, name: str, scope: int) -> Role | None:
        """The role that the name of a class suggests: `schdr = PolyScheduler(...)`."""
        for binding in self.resolver.bindings(name, scope):
            if binding.how != "assign" or type(binding.value) is not cst.Call:
                continue
            made = dotted(binding.value.func)
            kind = suggested_role(made) if made.rpartition(".")[2][:1].isupper() else None
            if kind in _MADE:
                return Role(kind, Evidence(NAME, (made,)))
        return None

    def _used(self, name: str, scope: int) -> Role | None:
        called = self.methods_on(name)
        if not called:
            return None
        owner = self._owner(name, scope)
        methods = {m for m, place in called if place == scope or self._owner(name, place) == owner}
        for wanted, kind in _USES:
            if wanted <= methods:
                return Role(kind, Evidence(FLOW, (name,)))
        return None

    def methods_on(self, name: str) -> Sequence[tuple[str, int]]:
        """The methods that the script calls on what has this dotted name, each with the scope of
        the call."""
        if self._uses is None:
            self._uses = {}
            for call in self.tree.occurrences[cst.Call]:
                receiver, _, method = call.name.rpartition(".")
                if receiver:
                    self._uses.setdefault(receiver, []).append((method, call.scope))
        return self._uses.get(name, ())

    def _owner(self, name: str, scope: int) -> int:
        """The scope whose uses of a name are those of one thing: the home of the name, and of an
        attribute of `self`, whichever method sets it, that of the class."""
        home = self.resolver.home(name, scope)
        if home is None:
            return -1
        around = self.tree.scopes[home.parent] if home.parent >= 0 else home
        of_class = name.startswith("self.") and around.kind == "class"
        return around.index if of_class else home.index

    def _passed(self, name: str, scope: int, depth: int) -> Role | None:
        """The role of a parameter, from the arguments that the script passes for it."""
        for binding in self.resolver.bindings(name, scope):
            if binding.how == "parameter":
                return self._argument_role(name, binding, depth)
        return None

    def _argument_role(self, name: str, binding: Binding, depth: int) -> Role | None:
        function = self.tree.statements[binding.statement].node
        if type(function) is not cst.FunctionDef:
            return None
        names = [p.name.value for p in (*function.params.posonly_params, *function.params.params)]
        place = names.index(name) if name in names else None
        for call, scope in self._calls_of(function.name.value):
            value = argument(call, name, place)
            role = self.of(value, scope, depth + 1) if value is not None else None
            if role is not None and role.evidence.kind != NAME:
                return Role(role.kind, Evidence(FLOW, (name,)))
        return None

    def _listed(self, name: str, scope: int, depth: int) -> Role | None:
        """The role of the elements of a list that a loop goes over: of `opt` in
        `for opt, sched in zip(optimizers, schedulers)`."""
        for binding in self.resolver.bindings(name, scope):
            over = _looped_over(binding) if binding.how == "for" else None
            if type(over) not in (cst.Name, cst.Attribute):
                continue
            for made in self.resolver.bindings(dotted(over), scope):
                elements = made.value.elements if type(made.value) is cst.List else ()
                roles = [self.of(element.value, scope, depth + 1) for element in elements]
                kinds = {role.kind if role else None for role in roles}
                if len(kinds) == 1 and roles[0] is not None and roles[0].evidence.kind != NAME:
                    return Role(roles[0].kind, Evidence(FLOW, (name,)))
        return None

    def _calls_of(self, function: str) -> list[tuple[Any, int]]:
        if self._calls is None:
            self._calls = {}
            for call in self.tree.occurrences[cst.Call]:
                self._calls.setdefault(call.name, []).append((call.node, call.scope))
        return self._calls.get(function, [])

    def _named(self, name: str, scope: int, depth: int) -> Role | None:
        if name.endswith(".module"):
            return self._of_name(name.removesuffix(".module"), scope, depth + 1)
        kind = suggested_role(name)
        return Role(kind, Evidence(NAME, (name,))) if kind is not None else None


def _looped_over(binding: Binding) -> Any:
    """The list whose elements the target of a loop gets one by one; None of other loops."""
    over, place = binding.value, binding.position
    if place is None:
        return over
    paired = type(over) is cst.Call and dotted(over.func) == "zip" and place < len(over.args)
    return over.args[place].value if paired else None


def _annotation(node: Any, name: str) -> str:
    """The class that the annotation of a variable or parameter names, `Optional[...]` and
    `... | None` aside; "" without one."""
    given: Any = None
    if type(node) is cst.AnnAssign:
        given = node.annotation.annotation
    elif type(node) is cst.FunctionDef:
        params = (*node.params.posonly_params, *node.params.params, *node.params.kwonly_params)
        found = (p.annotation for p in params if p.name.value == name)
        annotation = next(found, None)
        given = annotation.annotation if annotation is not None else None
    if type(given) is cst.BinaryOperation:
        given = given.left
    if type(given) is cst.Subscript and dotted(given.value).endswith("Optional"):
        index: Any = given.slice[0].slice
        given = index.value if type(index) is cst.Index else None
    return dotted(given) if given is not None else ""
