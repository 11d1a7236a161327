"""Following the project: what is found in the functions of other modules that a script calls."""

from __future__ import annotations

from collections.abc import Iterable

from pseudogen.finding import Finder, Finding, find_all
from pseudogen.names.project import Definition, Module, Project
from pseudogen.names.script import Site
from pseudogen.records import dataclass
from pseudogen.syntax.tree import Statement

_DEPTH = 20


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


def follow(project: Project, finders: Iterable[Finder]) -> tuple[Followed, ...]:
    """The calls in a project's script that run a function of another module, by line.

    Calls of the script's own functions are not listed: what they do is in the script itself.
    Functions in which, and below which, nothing is found are left out.
    """
    main = project.main
    return _Follower(project, tuple(finders)).calls(main, main.script.call_sites(), 0)


_Body = tuple[tuple[Finding, ...], tuple[Followed, ...]]


class _Follower:
    def __init__(self, project: Project, finders: tuple[Finder, ...]) -> None:
        self.project = project
        self.finders = finders
        self._findings: dict[str, list[Finding]] = {}
        self._bodies: dict[tuple[str, int], _Body] = {}

    def calls(self, module: Module, sites: list[Site], depth: int) -> tuple[Followed, ...]:
        """The calls among `sites` that lead to something told."""
        found = []
        for site in sites:
            definition = self.project.called(module, site)
            if definition is not None and definition.module is not self.project.main:
                findings, inner = self._body(definition, depth)
                if findings or inner:
                    found.append(_followed(site, definition, findings, inner))
        return tuple(sorted(found, key=lambda followed: followed.line))

    def _body(self, definition: Definition, depth: int) -> _Body:
        """What is found in a function and what it calls in turn, worked out once."""
        module, statement = definition.module, definition.statement
        key = (module.name, statement.index)
        if key not in self._bodies:
            self._bodies[key] = ((), ())  # a call back to it on the way (recursion) adds nothing
            sites = module.script.calls_below(statement) if depth < _DEPTH else []
            inner = self.calls(module, sites, depth + 1)
            self._bodies[key] = (self._in_function(module, statement), inner)
        return self._bodies[key]

    def _in_function(self, module: Module, statement: Statement) -> tuple[Finding, ...]:
        if module.name not in self._findings:
            self._findings[module.name] = find_all(module.script, self.finders)
        found = self._findings[module.name]
        return tuple(f for f in found if statement.start <= f.line <= statement.end)


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
