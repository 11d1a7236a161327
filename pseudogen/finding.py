"""What patterns report, and how a pattern says which places it wants to see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from functools import lru_cache
from itertools import chain
from typing import Any, ClassVar, TypeVar

from pseudogen.names.evidence import Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.words import pieces as shortest
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One place where a script does what a pattern names.

    Every other field that a subclass adds is a fact: plain values (text of the script, numbers,
    truth values, None for what is unknown, tuples and dataclasses of these), which is all that the
    words may use.

    Attributes:
        pattern: The id of the pattern.
        line: The anchor: the 1-based line on which the defining statement starts; that of the call
            itself for one of several callbacks in a list.
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


@dataclass(frozen=True, slots=True)
class SpeaksOf:
    """The test whether a name has one of the pieces (in lower case) in it."""

    pieces: tuple[str, ...]

    def __call__(self, name: str) -> bool:
        """Whether a name has one."""
        return any(map(name.lower().__contains__, self.pieces))


def speaks_of(*pieces: str) -> SpeaksOf:
    """That test."""
    return SpeaksOf(pieces)


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
            mentions=shortest(frozenset(mentions)),  # where a longer one is written, these are, too
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


_Rank = tuple[int, int]
"""In which order functions are asked: those of finders that look at names and keywords of calls,
those of kinds, those of methods; and the place of the finder."""
_Ranked = tuple[tuple[_Rank, Find], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """The functions that want a place, each with its rank: those that want it whatever is written
    there, and for each piece of text those that want it where the piece is written."""

    always: _Ranked
    pieces: tuple[tuple[str, _Ranked], ...]

    def wanting(self, written: str) -> _Ranked:
        """The functions that want a place for what is written in the lines of its statement."""
        found = [ranked for piece, ranked in self.pieces if piece in written]
        if not found:
            return self.always
        if len(found) == 1 and not self.always:
            return found[0]
        return tuple(sorted(dict(chain(self.always, *found)).items()))


_OfCall = Callable[[str, str, type, tuple[int, ...]], _Asked]


class _Wanted:
    """Which finders want a place, in the order in which they are asked."""

    def __init__(self, finders: tuple[Finder, ...]) -> None:
        self._finders = finders
        self._by_statement: dict[tuple[type, type], _Asked] = {}
        self._keywords = _places(finders, lambda finder: finder.keywords)
        self._kinds = _places(finders, lambda finder: finder.kinds)
        self._methods = _places(finders, lambda finder: finder.methods)
        self._pieces = _places(finders, _pieces)
        self._calls = [
            (place, f.calls)
            for place, f in enumerate(finders)
            if f.calls is not None and not _pieces(f)
        ]
        self.by_expression = {
            kind: self._asked((0, place) for place in places)
            for kind, places in _places(finders, lambda finder: finder.expressions).items()
        }
        self._with_keywords = tuple(place for place, f in enumerate(finders) if f.keywords)
        self._called = lru_cache(maxsize=_NAMES)(self._places_called)
        self._of_call: _OfCall = lru_cache(maxsize=_NAMES)(self._asked_for_call)

    def by_statement(self, node: Any) -> _Asked:
        """The functions that want a statement for its node."""
        key = (type(node), type(getattr(node, "value", None)))
        asked = self._by_statement.get(key)
        if asked is None:
            wanting = enumerate(finder.wants_statement(*key) for finder in self._finders)
            asked = self._asked((0, place) for place, wants in wanting if wants)
            self._by_statement[key] = asked
        return asked

    def by_call(self, site: Site) -> _Asked:
        """The functions that want a call for its name and its keywords."""
        kind = site.known.api.kind if site.known is not None else ""
        return self._of_call(
            site.name, kind, type(site.statement.node), self._by_keyword(site.node.args)
        )

    def _by_keyword(self, args: Iterable[Any]) -> tuple[int, ...]:
        found: tuple[int, ...] = ()
        for arg in args:
            if arg.keyword is not None:
                found += self._keywords.get(arg.keyword.value, ())
            elif arg.star == "**":
                return self._with_keywords
        return found

    def _asked_for_call(
        self, name: str, kind: str, within: type, passed: tuple[int, ...]
    ) -> _Asked:
        chosen = dict.fromkeys(self._methods.get(name.rpartition(".")[2], ()), 2)
        chosen |= dict.fromkeys(self._kinds.get(kind, ()), 1)
        for place in chosen:
            if self._finders[place].calls is not None or self._finders[place].keywords:
                chosen[place] = 0
        for place in self._called(name):
            if not self._finders[place].within or within in self._finders[place].within:
                chosen[place] = 0
        ranks = {(rank, place) for place, rank in chosen.items()}
        return self._asked(sorted(ranks.union((0, place) for place in passed)))

    def _places_called(self, name: str) -> tuple[int, ...]:
        """The finders that want a call for its name, wherever it stands. Each piece that one of
        them asks for is looked for once."""
        lowered = name.lower()
        spoken = {p for piece, places in self._pieces.items() if piece in lowered for p in places}
        return (*spoken, *(place for place, calls in self._calls if calls(name)))

    def _asked(self, ranks: Iterable[_Rank]) -> _Asked:
        """The functions with these ranks, which are in order."""
        always: list[tuple[_Rank, Find]] = []
        pieces: dict[str, list[tuple[_Rank, Find]]] = {}
        for rank in ranks:
            finder = self._finders[rank[1]]
            if not finder.mentions:
                always.append((rank, finder.find))
            for piece in finder.mentions:
                pieces.setdefault(piece, []).append((rank, finder.find))
        return _Asked(tuple(always), tuple((p, tuple(found)) for p, found in pieces.items()))


def _pieces(finder: Finder) -> tuple[str, ...]:
    return finder.calls.pieces if isinstance(finder.calls, SpeaksOf) else ()


Key = TypeVar("Key")


def _places(
    finders: tuple[Finder, ...], wanted: Callable[[Finder], Iterable[Key]]
) -> dict[Key, tuple[int, ...]]:
    """What finders want -> the places of those that want it."""
    found: dict[Key, tuple[int, ...]] = {}
    for place, finder in enumerate(finders):
        for key in wanted(finder):
            found[key] = (*found.get(key, ()), place)
    return found


_NAMES = 1 << 14
_wanted = lru_cache(maxsize=8)(_Wanted)


def find_all(script: Script, finders: Iterable[Finder]) -> list[Finding]:
    """All findings of a script, by line, then in the order of the finders.

    A place that two finders of one pattern report is told once.
    """
    wanted, written = _wanted(tuple(finders)), script.written
    statements = script.tree.statements
    found: list[Finding] = []
    for statement, lines in zip(statements, written, strict=True):
        asked = wanted.by_statement(statement.node)
        finds = asked.wanting(lines) if asked.pieces else asked.always
        if finds:
            site = Site(statement.node, statement, statement.scope)
            for _, find in finds:
                found += find(site, script)
    for kind, asked in wanted.by_expression.items():
        for place in script.tree.occurrences[kind]:
            finds = asked.wanting(written[place.statement])
            if finds:
                site = Site(place.node, statements[place.statement], place.scope)
                for _, find in finds:
                    found += find(site, script)
    for site in script.call_sites():
        asked = wanted.by_call(site)
        finds = asked.wanting(written[site.statement.index]) if asked.pieces else asked.always
        for _, find in finds:
            found += find(site, script)
    return _once(found)


def _once(found: list[Finding]) -> list[Finding]:
    kept: dict[tuple[int, str, int], Finding] = {}
    for finding in sorted(found, key=lambda f: (f.line, f.end)):
        kept.setdefault((finding.line, finding.pattern, finding.end), finding)
    return list(kept.values())
