"""The project around a script: its own modules, read as they are asked for.

Only regular files inside the project's folder are opened: nothing that a symbolic link leads out
to, no installed package, and no more files and bytes than the limits say. What is not read, and
why, is kept in `Project.not_read`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import libcst as cst

from pseudogen.names.module_files import (
    MAX_FILES,
    ModuleFiles,
    NotRead,
    Read,
    read_plainly,
)
from pseudogen.names.script import Script, Site
from pseudogen.projects import OwnModules, is_file, project_root
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.tree import Binding, Statement

_HOPS = 8


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the project: its file, its path below the root with `/`, and the script in it."""

    path: Path
    name: str
    script: Script


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class of the project: the module and the statement that defines it."""

    module: Module
    statement: Statement

    @property
    def name(self) -> str:
        """The name of the function or class."""
        return str(self.statement.node.name.value)


class Project:
    """The modules around one script."""

    def __init__(
        self,
        path: Path,
        script: Script,
        *,
        root: Path | None = None,
        read: Read = read_plainly,
        max_files: int = MAX_FILES,
    ) -> None:
        """`path` is the script's file, `read` gives the text of another one (it may raise
        `InputError`, `OSError` or `ValueError`)."""
        path = path.resolve()
        self.root = (root or project_root(path)).resolve()
        self._own = OwnModules(path, self.root)
        self.files = ModuleFiles(self.root, read, max_files)
        self.main = Module(path, self.files.name(path), script)
        self._modules: dict[Path, Module | None] = {path: self.main}

    @property
    def not_read(self) -> tuple[NotRead, ...]:
        """What was asked for and not read, in the order of asking."""
        return tuple(self.files.not_read)

    @property
    def modules(self) -> tuple[Module, ...]:
        """What was read, in the order of reading, the script first."""
        return tuple(module for module in self._modules.values() if module is not None)

    # Calls

    def called(self, module: Module, site: Site) -> Definition | None:
        """The function that a call runs, in this module or another; for a class its `__init__`."""
        own = module.script.called_function(site)
        if own is not None:
            return Definition(module, own)
        found = self._named(module, site.name, site.scope) if site.name else None
        if found is None:
            found = self._method_of_value(module, site)
        if found is not None and type(found.statement.node) is cst.ClassDef:
            return self._method(found, "__init__", 0)
        return found

    def definition(self, module: Module, name: str, scope: int = 0) -> Definition | None:
        """The function or class of another module that a name in this one stands for."""
        return self._named(module, name, scope)

    def _named(self, module: Module, name: str, scope: int) -> Definition | None:
        named = module.script.resolver.qualified(name, scope)
        found = [d for full in named if (d := self._find(full, module, 0)) is not None]
        places = {(d.module.path, d.statement.index) for d in found}
        if found:
            return found[0] if len(places) == 1 else None  # branches import one or the other
        if module.script.resolver.home(name.partition(".")[0], scope) is None:
            return self._starred(module, name.split("."), 0)
        return None

    def _method_of_value(self, module: Module, site: Site) -> Definition | None:
        """`trainer.fit()` where `trainer = Trainer(...)` and the class is of another module."""
        receiver, _, method = site.name.rpartition(".")
        for binding in module.script.resolver.bindings(receiver, site.scope) if receiver else ():
            if binding.how in ("assign", "with") and type(binding.value) is cst.Call:
                made = dotted(binding.value.func)
                owner = self._named(module, made, site.scope) if made else None
                if owner is not None and type(owner.statement.node) is cst.ClassDef:
                    return self._method(owner, method, 0)
        return None

    def _method(self, owner: Definition, method: str, depth: int) -> Definition | None:
        """A method of a class or, failing that, of its bases."""
        tree = owner.module.script.tree
        for statement in tree.body(owner.statement):
            if type(statement.node) is cst.FunctionDef and statement.node.name.value == method:
                return Definition(owner.module, statement)
        for base in owner.statement.node.bases if depth < _HOPS else ():
            name = dotted(base.value)
            scope = owner.statement.scope
            found = self._local(owner.module, name, scope) or self._named(owner.module, name, scope)
            if found is not None and type(found.statement.node) is cst.ClassDef:
                inherited = self._method(found, method, depth + 1)
                if inherited is not None:
                    return inherited
        return None

    def _local(self, module: Module, name: str, scope: int) -> Definition | None:
        for binding in module.script.resolver.bindings(name, scope) if name else ():
            if binding.how in ("function", "class"):
                return Definition(module, module.script.tree.statements[binding.statement])
        return None

    # Names across modules

    def _find(self, full: str, importer: Module, hops: int) -> Definition | None:
        """What a full name (`utils.fit.train`, `..fit.train`) stands for in the project."""
        if hops > _HOPS:  # modules that import a name from each other
            return None
        module, rest = self._locate(full, importer)
        if module is None or not rest:
            return None
        return self._inside(module, rest, hops)

    def _inside(self, module: Module, rest: list[str], hops: int) -> Definition | None:
        """What names, one after the other, stand for at the top level of a module."""
        tree = module.script.tree
        bindings: list[Binding] = tree.scopes[0].bindings.get(rest[0], [])
        for binding in reversed(bindings):
            if binding.how in ("function", "class"):
                found = Definition(module, tree.statements[binding.statement])
                return found if len(rest) == 1 else self._method(found, rest[1], 0)
            if binding.how == "import":
                return self._find(".".join([binding.qualified, *rest[1:]]), module, hops + 1)
            alias = dotted(binding.value) if binding.how == "assign" else ""
            if alias and alias != rest[0] and not alias.endswith((")", "]")):
                return self._inside(module, [*alias.split("."), *rest[1:]], hops + 1)
        return self._starred(module, rest, hops) if hops < _HOPS else None

    def _starred(self, module: Module, rest: list[str], hops: int) -> Definition | None:
        """A name that comes from a module imported with `*`."""
        if rest[0].startswith("_"):
            return None
        for source in module.script.tree.star_imports:
            other, left = self._locate(source, module)
            if other is not None and not left and other is not module:
                found = self._inside(other, rest, hops + 1)
                if found is not None:
                    return found
        return None

    def _locate(self, full: str, importer: Module) -> tuple[Module | None, list[str]]:
        """The module that the longest beginning of a full name is, and the names that remain."""
        dots = len(full) - len(full.lstrip("."))
        parts = [part for part in full[dots:].split(".") if part]
        if not dots and parts and parts[0] not in self._own:
            return None, []
        for base in self._bases(dots, importer):
            for cut in range(len(parts), -1 if dots else 0, -1):
                file = _file(base.joinpath(*parts[:cut]))
                if file is not None:
                    module = self._module(file)
                    return (module, parts[cut:]) if module is not None else (None, [])
            if parts and dots:
                self.files.leave_out(full, "missing")
        return None, []

    def _bases(self, dots: int, importer: Module) -> Iterator[Path]:
        if dots:
            base = importer.path.parent
            for _ in range(dots - 1):
                base = base.parent
            yield base
        else:
            yield from self._own.folders

    def _module(self, file: Path) -> Module | None:
        """A module by its file, read at most once; None where it is not to be read."""
        real = file.resolve()
        if real not in self._modules:
            script = self.files.script(file)
            module = Module(real, self.files.name(file), script) if script is not None else None
            self._modules[real] = module
        return self._modules[real]


def _file(path: Path) -> Path | None:
    """The file of a module: `path.py`, or `__init__.py` in the folder `path`."""
    for candidate in (path / "__init__.py", path.with_name(path.name + ".py")):
        if is_file(candidate):
            return candidate
    return None
