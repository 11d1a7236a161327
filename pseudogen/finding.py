"""What patterns report, and how a pattern says which places it wants to see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
    return lambda name: any(map(name.lower().__contains__, pieces))


@dataclass(frozen=True, slots=True, eq=False)
class Finder:
    """A function that looks at places, and which places those are.

    `statements` are node types; of those with a value it wants those whose value is of a type of
    `values`, if there are any; `expressions` are types of recorded expressions. Of the calls it
    wants those of a row of the tables of one of the `kinds`, those whose name ends with one of
    the `methods`, those that pass (or by a `**` may pass) one of the `keywords`, and those whose
    name `calls` accepts, in statements of the types `within` if there are any. `calls` depends on
    the name alone and is asked once for each name; the more names it turns down, the faster. Of
    all these places it wants those in the lines of whose statement one of `mentions` is written,
    in whatever case, if there are any: a cheap way to see that a place can't speak of something.
    `find` may be given a place that turns out not to be an instance: then it yields nothing.
    """

    finding: type[Finding]
    find: Find
    statements: tuple[type, ...] = ()
    values: tuple[type, ...] = ()
    mentions: tuple[str, ...] = ()
    expressions: tuple[type, ...] = ()
    kinds: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    calls: Named | None = None
    within: tuple[type, ...] = ()

    def wants_statement(self, kind: type, value: type) -> bool:
        """Whether it wants a statement of a type with a value of a type."""
        return kind in self.statements and (not self.values or value in self.values)

    def wants_name(self, name: str, within: type) -> bool:
        """Whether it wants a call for its name, in a statement of a type."""
        named = self.calls is not None and self.calls(name)
        return named and (not self.within or within in self.within)


def pattern(
    finding: type[Finding],
    *,
    statements: tuple[type, ...] = (),
    values: tuple[type, ...] = (),
    mentions: tuple[str, ...] = (),
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
            finding=finding,
            find=find,
            statements=statements,
            values=values,
            mentions=mentions,
            expressions=expressions,
            kinds=kinds,
            methods=methods,
            keywords=keywords,
            calls=named,
            within=within,
        )

    return make


def _every(name: str) -> bool:
    return True


_Ranked = tuple[tuple[int, int], ...]
_Asked = tuple[tuple[Find, tuple[str, ...]], ...]
"""Functions, each with the pieces of which one must be written in the lines of a statement."""
_OfName = Callable[[str, str, type], tuple[_Ranked, _Asked]]


class _Wanted:
    """Which finders want a place, in the order in which they are asked: those that look at names
    and keywords of calls, those of kinds, those of methods."""

    def __init__(self, finders: tuple[Finder, ...]) -> None:
        self.by_expression: dict[type, list[Finder]] = {}
        self._finders = finders
        self._keywords: dict[str, list[int]] = {}
        for place, finder in enumerate(finders):
            for node in finder.expressions:
                self.by_expression.setdefault(node, []).append(finder)
            for keyword in finder.keywords:
                self._keywords.setdefault(keyword, []).append(place)
        self._with_keywords = [place for place, f in enumerate(finders) if f.keywords]
        self._of_name: _OfName = lru_cache(maxsize=_NAMES)(self._asked_for_name)
        self._by_statement: dict[tuple[type, type], _Asked] = {}

    def by_statement(self, node: Any) -> _Asked:
        """The functions that want a statement for its node."""
        key = (type(node), type(getattr(node, "value", None)))
        asked = self._by_statement.get(key)
        if asked is None:
            asked = _asked(finder for finder in self._finders if finder.wants_statement(*key))
            self._by_statement[key] = asked
        return asked

    def by_call(self, site: Site) -> _Asked:
        """The functions that want a call for its name and its keywords."""
        kind = site.known.api.kind if site.known is not None else ""
        ranked, asked = self._of_name(site.name, kind, type(site.statement.node))
        passed = self._by_keyword(site)
        if passed:
            ranked = tuple(sorted({*ranked, *((0, place) for place in passed)}))
            return _asked(self._finders[place] for _, place in ranked)
        return asked

    def _by_keyword(self, site: Site) -> list[int]:
        found: list[int] = []
        for arg in site.node.args:
            if arg.keyword is not None:
                found += self._keywords.get(arg.keyword.value, ())
            elif arg.star == "**":
                return self._with_keywords
        return found

    def _asked_for_name(self, name: str, kind: str, within: type) -> tuple[_Ranked, _Asked]:
        ranked = self._ranked(name, kind, within)
        return ranked, _asked(self._finders[place] for _, place in ranked)

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


def _asked(finders: Iterable[Finder]) -> _Asked:
    return tuple((finder.find, finder.mentions) for finder in finders)


_NAMES = 1 << 14
_wanted = lru_cache(maxsize=8)(_Wanted)


def find_all(script: Script, finders: Iterable[Finder]) -> list[Finding]:
    """All findings of a script, by line, then in the order of the finders.

    A place that two finders of one pattern report is told once.
    """
    wanted = _wanted(tuple(finders))
    found: list[Finding] = []
    for statement in script.tree.statements:
        asked = wanted.by_statement(statement.node)
        if asked:
            site = Site(statement.node, statement, statement.scope)
            for find in _wanting(asked, site, script):
                found.extend(find(site, script))
    for node_type, finders_asked in wanted.by_expression.items():
        for site in script.expression_sites(node_type):
            for find in _wanting(_asked(finders_asked), site, script):
                found.extend(find(site, script))
    for site in script.call_sites():
        for find in _wanting(wanted.by_call(site), site, script):
            found.extend(find(site, script))
    return _once(found)


def _wanting(asked: _Asked, site: Site, script: Script) -> list[Find]:
    """The functions that want a place for what is written in the lines of its statement."""
    written = script.written(site.statement).__contains__
    return [find for find, pieces in asked if not pieces or any(map(written, pieces))]


def _once(found: list[Finding]) -> list[Finding]:
    kept: dict[tuple[int, str, int], Finding] = {}
    for finding in sorted(found, key=lambda f: (f.line, f.end)):
        kept.setdefault((finding.line, finding.pattern, finding.end), finding)
    return list(kept.values())
