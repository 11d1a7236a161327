"""Following the project: what is found in the functions of other modules that a script calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import libcst as cst

from pseudogen.finding import Finder, Finding, find_all
from pseudogen.names.evidence import API
from pseudogen.names.hooks import hooks
from pseudogen.names.left_out import Constant, Given, given, left_out, settled
from pseudogen.names.model_parts import parts_of_class
from pseudogen.names.project import Definition, Module, Project
from pseudogen.names.script import Script, Site
from pseudogen.patterns.model_build.facts import ModelBuild
from pseudogen.records import dataclass
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_DEPTH = 20
_TOLD_DEPTH = 3
"""Calls from the script to what is told of it: further down are helpers of helpers."""

_HELPERS = frozenset(
    {"config-parsing", "dataset-guard", "progress-display", "rank-discovery", "rank-zero-guard"}
)
"""Told of the functions that the script calls itself, not of those that these call in turn."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A call of the project's own code, and what is found in the function that it runs.

    Attributes:
        line: The line of the call, in the file that makes it.
        call: What is called, as written.
        module: The path of the file that defines it, below the project's root, with `/`.
        function: The name of the function.
        lines: Its first and last line in that file, decorators included.
        findings: What is found in it, by line.
        inner: The calls in it that were followed in turn, by line; recursion is not followed.
    """

    line: int
    call: str
    module: str
    function: str
    lines: tuple[int, int]
    findings: tuple[Finding, ...]
    inner: tuple[Followed, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """A function of another module that a call of the script leads to, and what is found there.

    Attributes:
        line: The line of the script's call.
        call: What is called there, as written.
        module: The path of the file that defines the function, below the project's root.
        function: The name of the function; for a method `Class.method`, for `__init__` the class.
        lines: Its first and last line in that file.
        findings: What is found in it, by line.
        path: That file.
        script: What is in that file.
        of_file: All that is found there, by line.
        direct: Whether the script calls it itself, not through another function.
    """

    line: int
    call: str
    module: str
    function: str
    lines: tuple[int, int]
    findings: tuple[Finding, ...]
    path: Path
    script: Script
    of_file: tuple[Finding, ...]
    direct: bool


def reached(project: Project, finders: Iterable[Finder]) -> tuple[Reached, ...]:
    """The functions that a project's script leads to and in which something is found, each once,
    where it is first called; a function stands before those that it calls."""
    found: dict[tuple[str, tuple[int, int]], Reached] = {}
    follower = _Follower(project, tuple(finders), _TOLD_DEPTH - 1)
    calls = follower.calls_of_script()
    modules = {module.name: module for module in project.modules}

    def walk(followed: Followed, outermost: Followed, direct: bool) -> None:
        told = tuple(f for f in followed.findings if direct or f.pattern not in _HELPERS)
        key = (followed.module, followed.lines)
        if key in found:
            both = {(f.line, f.pattern, f.end): f for f in (*found[key].findings, *told)}
            merged = sorted(both.values(), key=lambda f: (f.line, f.end))
            found[key] = replace(found[key], findings=tuple(merged))
        elif told:
            module = modules[followed.module]
            found[key] = Reached(
                line=outermost.line,
                call=outermost.call,
                module=followed.module,
                function=_full_name(module.script, followed),
                lines=followed.lines,
                findings=told,
                path=module.path,
                script=module.script,
                of_file=follower.findings(module),
                direct=direct,
            )
        for inner in followed.inner:
            walk(inner, outermost, False)

    for call in calls:
        walk(call, call, True)
    return tuple(found.values())


def _full_name(script: Script, followed: Followed) -> str:
    """The name of a function with that of its class."""
    around = [
        s.node.name.value
        for s in script.tree.statements
        if type(s.node) is cst.ClassDef
        and s.start < followed.lines[0]
        and followed.lines[1] <= s.end
    ]
    if not around:
        return followed.function
    return around[-1] if followed.function == "__init__" else f"{around[-1]}.{followed.function}"


def follow(
    project: Project, finders: Iterable[Finder], *, depth: int = _DEPTH
) -> tuple[Followed, ...]:
    """The calls in a project's script that run a function of another module, by line.

    Calls of the script's own functions are not listed: what they do is in the script itself.
    Functions in which, and below which, nothing is found are left out; so are those that are
    more than `depth` calls away from one that the script calls.
    """
    return _Follower(project, tuple(finders), depth).calls_of_script()


def with_parts(project: Project, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of a project's script; models of a class of another module with its parts."""
    return tuple(
        _with_its_parts(project, f) if type(f) is ModelBuild and f.parts_in is None else f
        for f in findings
    )


def _with_its_parts(project: Project, model: ModelBuild) -> ModelBuild:
    main = project.main
    for site in main.script.call_sites():
        if not model.line <= site.line <= model.end or text(site.node.func) != model.function:
            continue
        made = project.definition(main, site.name, site.scope)
        if made is not None and type(made.statement.node) is cst.ClassDef:
            parts = parts_of_class(made.module.script, made.statement)
            if parts is not None:
                return replace(
                    model,
                    parts=parts.made,
                    parts_in=parts.lines,
                    parts_file=made.module.name,
                    more_parts=parts.more,
                )
    return model


_Body = tuple[tuple[Finding, ...], tuple[Followed, ...]]


class _Follower:
    def __init__(self, project: Project, finders: tuple[Finder, ...], depth: int) -> None:
        self.project = project
        self.finders = finders
        self.depth = depth
        self._findings: dict[str, tuple[Finding, ...]] = {}
        self._bodies: dict[tuple[str, int, frozenset[tuple[str, Constant]]], _Body] = {}

    def calls_of_script(self) -> tuple[Followed, ...]:
        """The calls of the script itself that lead to something told."""
        main = self.project.main
        return self.calls(main, main.script.call_sites(), 0, {})

    def calls(
        self, module: Module, sites: list[Site], depth: int, constants: Given
    ) -> tuple[Followed, ...]:
        """The calls among `sites` that lead to something told, in a function of which some
        parameters are known to be `constants`. What the tables know of a library is told by its
        words, also where the library's own folder is the project."""
        found = []
        for site in sites:
            definition = None if _is_known(module, site) else self.project.called(module, site)
            if definition is not None and definition.module is not self.project.main:
                there = definition.module.script
                passed = given(site.node, there, definition.statement, constants)
                findings, inner = self._body(definition, depth, passed)
                if findings or inner:
                    found.append(_followed(site, definition, findings, inner))
        return tuple(sorted(found, key=lambda followed: followed.line))

    def _body(self, definition: Definition, depth: int, constants: Given) -> _Body:
        """What is found in a function and what it calls in turn, worked out once for each choice
        of its constants; what these leave out is not looked at."""
        module, statement = definition.module, definition.statement
        key = (module.name, statement.index, frozenset(constants.items()))
        if key not in self._bodies:
            self._bodies[key] = ((), ())  # a call back to it on the way (recursion) adds nothing
            never = left_out(module.script, statement, constants)
            sites = module.script.calls_below(statement) if depth < self.depth else []
            run = [site for site in sites if not _within(site.line, never)]
            passed_on = settled(module.script, statement, constants)
            inner = self.calls(module, run, depth + 1, passed_on)
            inner += tuple(self._hooks(definition, depth)) if depth < self.depth else ()
            found = self._in_function(module, statement)
            self._bodies[key] = tuple(f for f in found if not _within(f.line, never)), inner
        return self._bodies[key]

    def _hooks(self, definition: Definition, depth: int) -> Iterator[Followed]:
        """The methods that Lightning will call of an object whose `__init__` runs."""
        module, made = definition.module, definition.statement
        if definition.name != "__init__" or made.parent < 0:
            return
        owner = module.script.tree.statements[made.parent]
        for hook in hooks(module.script, owner):
            called = Definition(module, hook)
            findings, inner = self._body(called, depth + 1, {})
            if findings or inner:
                place = hook.start, hook.end
                yield Followed(
                    line=hook.start,
                    call=called.name,
                    module=module.name,
                    function=called.name,
                    lines=place,
                    findings=findings,
                    inner=inner,
                )

    def _in_function(self, module: Module, statement: Statement) -> tuple[Finding, ...]:
        found = self.findings(module)
        return tuple(f for f in found if statement.start <= f.line <= statement.end)

    def findings(self, module: Module) -> tuple[Finding, ...]:
        """All that is found in a module, worked out once."""
        if module.name not in self._findings:
            self._findings[module.name] = tuple(find_all(module.script, self.finders))
        return self._findings[module.name]


def _within(line: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(first <= line <= last for first, last in ranges)


def _is_known(module: Module, site: Site) -> bool:
    """Whether a library's function is called, or a method of its helper for a training."""
    if site.known is not None or type(site.node.func) is not cst.Attribute:
        return site.known is not None
    role = module.script.role(site.node.func.value, site.scope)
    return role is not None and role.kind == "accelerator" and role.evidence.kind == API


def _followed(
    site: Site, definition: Definition, findings: tuple[Finding, ...], inner: tuple[Followed, ...]
) -> Followed:
    return Followed(
        line=site.line,
        call=site.name,
        module=definition.module.name,
        function=definition.name,
        lines=(definition.statement.start, definition.statement.end),
        findings=findings,
        inner=inner,
    )
