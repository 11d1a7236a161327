"""Names -> where they come from: imports, aliases, definitions of the script itself."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from pseudogen.knowledge.api import Tables
from pseudogen.names.evidence import API, NAME, Known
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import NO_STATEMENT, Binding, Scope, Tree

_ALIAS_DEPTH = 4


class Resolver:
    """Answers what a dotted name refers to.

    A name is looked up as Python does: the scope, the functions around it, the module; classes
    are skipped from inside their methods, but for `self.x`.
    """

    def __init__(self, tree: Tree, tables: Tables) -> None:
        self.tree = tree
        self.tables = tables
        self.packages: frozenset[str] = frozenset(
            binding.qualified.partition(".")[0]
            for scope in tree.scopes
            for found in scope.bindings.values()
            for binding in found
            if binding.how == "import"
        )
        """The packages that the script imports something from, at any level."""
        self.imports_anything = bool(tree.star_imports or self.packages)
        self.attributes: dict[str, list[Binding]] = {}
        """Dotted name -> all places that bind it, in any scope."""
        for scope in tree.scopes:
            for name, found in scope.bindings.items():
                if "." in name:
                    self.attributes.setdefault(name, []).extend(found)
        self.bound = frozenset(name for scope in tree.scopes for name in scope.bindings)
        """All names that the script binds, in any scope."""
        # The same names are asked for again and again, and a tree does not change.
        self._homes: dict[tuple[str, int], Scope | None] = {}
        self._bindings: dict[tuple[str, int], list[Binding]] = {}
        self._kept: dict[tuple[str, int], list[Binding]] = {}
        """(name, scope that binds it) -> the bindings, which all scopes below have in common."""
        self._imported: dict[int, tuple[str, ...]] = {}
        """A list of `_kept` that holds imports alone, by id -> their full names."""
        self._qualified: dict[tuple[str, int], tuple[str, ...]] = {}

    def home(self, name: str, scope: int) -> Scope | None:
        """The scope that binds `name` (`x`, `self.x`, `args.x`) as seen from `scope`."""
        if name not in self.bound:
            return None
        key = (name, scope)
        if key not in self._homes:
            self._homes[key] = self._home(name, scope)
        return self._homes[key]

    def _home(self, name: str, scope: int) -> Scope | None:
        index, first = scope, True
        while index != NO_STATEMENT:
            candidate = self.tree.scopes[index]
            visible = candidate.kind != "class" or first or name.startswith("self.")
            if visible and name in candidate.bindings:
                found = candidate.bindings[name]
                if any(binding.how != "global" for binding in found):
                    return candidate
            index, first = candidate.parent, False
        return None

    def bindings(self, name: str, scope: int) -> list[Binding]:
        """All places that bind `name` as seen from `scope`, in the order of the source. The list
        is kept for the next who asks: it is to be read only."""
        if name not in self.bound:
            return []
        key = (name, scope)
        found = self._bindings.get(key)
        if found is None:
            home = self.home(name, scope)
            found = self._bindings[key] = self._bound_in(home, name) if home else []
        return found

    def defined(self, name: str, scope: int) -> list[Binding]:
        """Likewise, for who wants no imports: [] for a name that is nothing but imported, which a
        long script may do hundreds of times."""
        found = self.bindings(name, scope)
        return found if id(found) not in self._imported else []

    def _bound_in(self, home: Scope, name: str) -> list[Binding]:
        key = (name, home.index)
        found = self._kept.get(key)
        if found is None:
            found = [b for b in home.bindings[name] if b.how != "global"]
            self._kept[key] = found
            if all(b.how == "import" for b in found):
                self._imported[id(found)] = tuple(dict.fromkeys(b.qualified for b in found))
        return found

    def qualified(self, name: str, scope: int) -> tuple[str, ...]:
        """The full names that a dotted name may stand for; () when it comes from no import.

        An import in `try`/`except` gives several. `DDP = nn.parallel.DistributedDataParallel`
        and `self.loss = nn.CrossEntropyLoss` are followed.
        """
        key = (name, scope)
        found = self._qualified.get(key)
        if found is None:
            found = self._qualified[key] = self._full_names(name, scope, 0)
        return found

    def _full_names(self, name: str, scope: int, depth: int) -> tuple[str, ...]:
        if not name or depth > _ALIAS_DEPTH:
            return ()
        cut, found = self._beginning(name, scope)
        rest = name[cut:]
        imported = self._imported.get(id(found))
        if imported is not None:
            return tuple([full + rest for full in imported])
        origins = [q + rest for b in found for q in self._origins(b, scope, depth)]
        return tuple(dict.fromkeys(origins)) if origins else ()

    def _beginning(self, name: str, scope: int) -> tuple[int, list[Binding]]:
        """The length of the longest beginning of a dotted name that is bound, and what binds it;
        none ends at `(` or `[`."""
        plain = name.partition("(")[0].partition("[")[0]
        end = len(plain)
        while end > 0:
            beginning = plain[:end]
            if beginning in self.bound and (found := self.bindings(beginning, scope)):
                return end, found
            end = plain.rfind(".", 0, end)
        return 0, []

    def is_open(self, name: str, scope: int) -> bool:
        """Whether a name may also stand for something that comes from no import; `x = None` after
        a failed import is nothing else."""
        _, found = self._beginning(name, scope)
        return not found or (
            id(found) not in self._imported
            and any(
                not self._origins(binding, scope, 0)
                for binding in found
                if binding.value is None or dotted(binding.value) != "None"
            )
        )

    def _origins(self, binding: Binding, scope: int, depth: int) -> tuple[str, ...]:
        if binding.how == "import":
            return (binding.qualified,)
        if binding.how in ("assign", "class") and binding.value is not None:
            alias = "" if binding.how == "class" else dotted(binding.value)
            if alias and alias != binding.name and not alias.endswith((")", "]")):
                return self._full_names(alias, scope, depth + 1)
        return ()

    def known(self, name: str, scope: int, depth: int = 0) -> Known | None:
        """The row of the tables for a function or class, and what that rests on.

        Imports decide; for a class of the script, its bases; failing both, for a name that nothing
        in the script defines, the name itself as the field uses it. `depth` counts the bases that
        led here: classes of a script that is no working program may inherit in a circle.
        """
        if not name:
            return None
        for full in self.qualified(name, scope):
            row = self.tables.find(full)
            if row is not None:
                return Known(row, full, API)
        inherited = self._inherited(name, scope, depth)
        if inherited is not None:
            return inherited
        return self._by_name(name, scope)

    def _inherited(self, name: str, scope: int, depth: int) -> Known | None:
        if name not in self.bound or depth > _ALIAS_DEPTH:
            return None
        for binding in self.defined(name, scope):
            if binding.how != "class":
                continue
            for base in binding.value.bases:
                known = self.known(dotted(base.value), scope, depth + 1)
                if known is not None:
                    return _with_own_parameters(known, binding.value)
        return None

    def _by_name(self, name: str, scope: int) -> Known | None:
        """`torch.save` or `DistributedSampler` in code that does not import them."""
        root, _, rest = name.partition(".")
        if "(" in name or "[" in name:
            return None
        found = self.bindings(root, scope)
        if not found and (starred := self._by_star(name)) is not None:
            return starred
        row = self.tables.bare.get(name.rpartition(".")[2])
        if not found:
            spelled = self.tables.roots.get(root, root) + ("." + rest if rest else "")
            row = self.tables.find(spelled) or row
        elif row is None or not self._is_imported_own(name, scope, found):
            return None
        return Known(row, name, NAME) if row is not None else None

    def _by_star(self, name: str) -> Known | None:
        """`vision_learner` after `from fastai.vision.all import *`; rows of whole packages don't
        count, as any name may come from elsewhere."""
        for package in self.tree.star_imports:
            row = self.tables.exact.get(f"{package}.{name}")
            if row is not None:
                return Known(row, f"{package}.{name}", API)
        return None

    def _is_imported_own(self, name: str, scope: int, found: list[Binding]) -> bool:
        """Whether a name is imported, from a module that no table knows."""
        return any(binding.how == "import" for binding in found) and not any(
            full.partition(".")[0] in self.tables.packages for full in self.qualified(name, scope)
        )


def _with_own_parameters(known: Known, made: cst.ClassDef) -> Known:
    """The row of a class's base, with the parameters of the class's own `__init__`, if any."""
    own = next(
        (s for s in made.body.body if type(s) is cst.FunctionDef and s.name.value == "__init__"),
        None,
    )
    if own is None:
        return known
    params = own.params.params[1:]
    named = [*params, *own.params.kwonly_params]
    given = {p.name.value: text(p.default) for p in named if p.default is not None}
    passes_on = type(own.params.star_kwarg) is cst.Param
    kept = {k: given.get(k, v) for k, v in known.api.defaults.items() if k in given or passes_on}
    api = replace(known.api, params=tuple(p.name.value for p in params), defaults=kept)
    return replace(known, api=api)
