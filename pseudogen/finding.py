"""What patterns report, and how a pattern says which places it wants to see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import Any, ClassVar

from pseudogen.names.evidence import Evidence
from pseudogen.names.script import Script, Site
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One place where a script does what a pattern names.

    Every other field that a subclass adds is a fact: plain values (text of the script, numbers,
    truth values, None for what is unknown, tuples and dataclasses of these), which is all that the
    words may use.

    Attributes:
        pattern: The id of the pattern.
        line: The anchor: the 1-based line on which the defining statement starts.
        end: The last line of what it is about.
        evidence: What it rests on.
    """

    pattern: ClassVar[str]

    line: int
    end: int
    evidence: Evidence

    def facts(self) -> dict[str, Any]:
        """The facts by name, in the order in which the class declares them."""
        common = ("line", "end", "evidence")
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in common}


Find = Callable[[Site, Script], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Finder:
    """A function that looks at places, and which places those are.

    `statements` are node types; `expressions` types of recorded expressions; `kinds` are kinds of
    table rows, `methods` last components of names, of the calls it wants; `calls` wants every call.
    `find` may be given a place that turns out not to be an instance: then it yields nothing.
    """

    finding: type[Finding]
    find: Find
    statements: tuple[type, ...] = ()
    expressions: tuple[type, ...] = ()
    kinds: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    calls: bool = False


def pattern(
    finding: type[Finding],
    *,
    statements: tuple[type, ...] = (),
    expressions: tuple[type, ...] = (),
    kinds: tuple[str, ...] = (),
    methods: tuple[str, ...] = (),
    calls: bool = False,
) -> Callable[[Find], Finder]:
    """Make a `Finder` of a function; see there for the arguments."""

    def make(find: Find) -> Finder:
        return Finder(finding, find, statements, expressions, kinds, methods, calls)

    return make


def find_all(script: Script, finders: Iterable[Finder]) -> list[Finding]:
    """All findings of a script, by line, then in the order of the finders.

    A place that two finders of one pattern report is told once.
    """
    by_statement: dict[type, list[Finder]] = {}
    by_expression: dict[type, list[Finder]] = {}
    by_kind: dict[str, list[Finder]] = {}
    by_method: dict[str, list[Finder]] = {}
    all_calls: list[Finder] = []
    for finder in finders:
        for node in finder.statements:
            by_statement.setdefault(node, []).append(finder)
        for node in finder.expressions:
            by_expression.setdefault(node, []).append(finder)
        for kind in finder.kinds:
            by_kind.setdefault(kind, []).append(finder)
        for method in finder.methods:
            by_method.setdefault(method, []).append(finder)
        if finder.calls:
            all_calls.append(finder)
    found: list[Finding] = []
    for site in script.statement_sites():
        for finder in by_statement.get(type(site.node), ()):
            found.extend(finder.find(site, script))
    for node_type, wanting in by_expression.items():
        for site in script.expression_sites(node_type):
            for finder in wanting:
                found.extend(finder.find(site, script))
    for site in script.call_sites():
        wanted = list(all_calls)
        if site.known is not None:
            wanted += by_kind.get(site.known.api.kind, ())
        wanted += by_method.get(site.name.rpartition(".")[2], ())
        for finder in wanted:
            found.extend(finder.find(site, script))
    return _once(found)


def _once(found: list[Finding]) -> list[Finding]:
    kept: dict[tuple[int, str, int], Finding] = {}
    for finding in sorted(found, key=lambda f: (f.line, f.end)):
        kept.setdefault((finding.line, finding.pattern, finding.end), finding)
    return list(kept.values())
