"""What patterns report, and how a pattern says which places it wants to see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from functools import lru_cache
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
Named = Callable[[str], bool]
"""A test of the dotted name of what is called, as written."""


def speaks_of(*pieces: str) -> Named:
    """The test whether a name has one of the pieces (in lower case) in it."""
    return lambda name: any(piece in name.lower() for piece in pieces)


@dataclass(frozen=True, slots=True, eq=False)
class Finder:
    """A function that looks at places, and which places those are.

    `statements` are node types; `expressions` types of recorded expressions. Of the calls it wants
    those of a row of the tables of one of the `kinds`, those whose name ends with one of the
    `methods`, those that pass (or by a `**` may pass) one of the `keywords`, and those whose name
    `calls` accepts, in statements of the types `within` if there are any. `calls` depends on the
    name alone and is asked once for each name; the more names it turns down, the faster.
    `find` may be given a place that turns out not to be an instance: then it yields nothing.
    """

    finding: type[Finding]
    find: Find
    statements: tuple[type, ...] = ()
    expressions: tuple[type, ...] = ()
    kinds: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    calls: Named | None = None
    within: tuple[type, ...] = ()

    def wants_name(self, name: str, within: type) -> bool:
        """Whether it wants a call for its name, in a statement of a type."""
        named = self.calls is not None and self.calls(name)
        return named and (not self.within or within in self.within)


def pattern(
    finding: type[Finding],
    *,
    statements: tuple[type, ...] = (),
    expressions: tuple[type, ...] = (),
    kinds: tuple[str, ...] = (),
    methods: tuple[str, ...] = (),
    keywords: tuple[str, ...] = (),
    calls: Named | bool = False,
    within: tuple[type, ...] = (),
) -> Callable[[Find], Finder]:
    """Make a `Finder` of a function; see there for the arguments. `calls=True` wants every call."""
    named = calls if callable(calls) else _every if calls else None

    def make(find: Find) -> Finder:
        return Finder(
            finding, find, statements, expressions, kinds, methods, keywords, named, within
        )

    return make


def _every(name: str) -> bool:
    return True


_Ranked = tuple[tuple[int, int], ...]
_OfName = Callable[[str, str, type], _Ranked]


class _Wanted:
    """Which finders want a place, in the order in which they are asked: those that look at names
    and keywords of calls, those of kinds, those of methods."""

    def __init__(self, finders: tuple[Finder, ...]) -> None:
        self.by_statement: dict[type, list[Finder]] = {}
        self.by_expression: dict[type, list[Finder]] = {}
        self._finders = finders
        self._keywords: dict[str, list[int]] = {}
        for place, finder in enumerate(finders):
            for node in finder.statements:
                self.by_statement.setdefault(node, []).append(finder)
            for node in finder.expressions:
                self.by_expression.setdefault(node, []).append(finder)
            for keyword in finder.keywords:
                self._keywords.setdefault(keyword, []).append(place)
        self._with_keywords = [place for place, f in enumerate(finders) if f.keywords]
        self._of_name: _OfName = lru_cache(maxsize=_NAMES)(self._ranked)

    def by_call(self, site: Site) -> Sequence[Finder]:
        """The finders that want a call."""
        kind = site.known.api.kind if site.known is not None else ""
        ranked = self._of_name(site.name, kind, type(site.statement.node))
        passed = self._by_keyword(site)
        if passed:
            ranked = tuple(sorted({*ranked, *((0, place) for place in passed)}))
        return [self._finders[place] for _, place in ranked]

    def _by_keyword(self, site: Site) -> list[int]:
        found: list[int] = []
        for arg in site.node.args:
            if arg.keyword is not None:
                found += self._keywords.get(arg.keyword.value, ())
            elif arg.star == "**":
                return self._with_keywords
        return found

    def _ranked(self, name: str, kind: str, within: type) -> _Ranked:
        method = name.rpartition(".")[2]
        ranked = []
        for place, finder in enumerate(self._finders):
            of_kind = bool(kind) and kind in finder.kinds
            if finder.calls is not None or finder.keywords:
                if of_kind or method in finder.methods or finder.wants_name(name, within):
                    ranked.append((0, place))
            elif of_kind:
                ranked.append((1, place))
            elif method in finder.methods:
                ranked.append((2, place))
        return tuple(sorted(ranked))


_NAMES = 1 << 14
_wanted = lru_cache(maxsize=8)(_Wanted)


def find_all(script: Script, finders: Iterable[Finder]) -> list[Finding]:
    """All findings of a script, by line, then in the order of the finders.

    A place that two finders of one pattern report is told once.
    """
    wanted = _wanted(tuple(finders))
    found: list[Finding] = []
    for statement in script.tree.statements:
        asked = wanted.by_statement.get(type(statement.node))
        if asked:
            site = Site(statement.node, statement, statement.scope)
            for finder in asked:
                found.extend(finder.find(site, script))
    for node_type, asked in wanted.by_expression.items():
        for site in script.expression_sites(node_type):
            for finder in asked:
                found.extend(finder.find(site, script))
    for site in script.call_sites():
        for finder in wanted.by_call(site):
            found.extend(finder.find(site, script))
    return _once(found)


def _once(found: list[Finding]) -> list[Finding]:
    kept: dict[tuple[int, str, int], Finding] = {}
    for finding in sorted(found, key=lambda f: (f.line, f.end)):
        kept.setdefault((finding.line, finding.pattern, finding.end), finding)
    return list(kept.values())
