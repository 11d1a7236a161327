"""What can go wrong in a script, and how a check is written."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from pseudogen.finding import Finding
from pseudogen.names.evidence import NAME
from pseudogen.names.script import Script, Site
from pseudogen.records import dataclass
from pseudogen.regex import regex
from pseudogen.syntax.build import dotted

ERROR = "error"
"""The script does not do what it says, or stops."""
WARNING = "warning"
"""The result is worse, or other than most readers would think."""
NOTE = "note"
"""Right under conditions that the reader should know."""

SEVERITIES = (ERROR, WARNING, NOTE)
"""Worst first."""

FindingType = TypeVar("FindingType", bound=Finding)


@dataclass(frozen=True, slots=True)
class Pitfall:
    """One report: what it is, where, how bad, and the facts its words may use.

    `lines` are the first and last line it speaks of; `evidence` is what it rests on (a name alone
    never gives an error).
    """

    id: str
    severity: str
    lines: tuple[int, int]
    evidence: str
    facts: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class PitfallElsewhere:
    """A report in a function of another file of the project that a script leads to: that file,
    below the project's folder; the function in it; and the line of the script's call."""

    pitfall: Pitfall
    file: str
    function: str
    called: int


def report(
    identifier: str, severity: str, lines: tuple[int, int], evidence: str, **facts: Any
) -> Pitfall:
    """A `Pitfall` with its facts as keywords."""
    return Pitfall(identifier, severity, lines, evidence, tuple(facts.items()))


class Findings:
    """The findings of a script, to be asked by class."""

    def __init__(
        self, script: Script, findings: Sequence[Finding], own_modules: Container[str] = ()
    ) -> None:
        """`own_modules` are the top-level names of the modules of the script's project."""
        self.script = script
        self.all = tuple(findings)
        self._own = own_modules
        self._of: dict[type[Finding], list[Any]] = {}
        self._handed: set[str] | None = None  # all names that functions of the project are passed
        for finding in self.all:
            self._of.setdefault(type(finding), []).append(finding)

    def handed_on(self, *names: str | None) -> bool:
        """Whether one of these names is passed to a function of another file of the project: what
        this file does not do with it may be done there."""
        if self._handed is None:
            own = (s for s in self.script.call_sites() if s.name and self._is_own(s))
            self._handed = {dotted(arg.value) for site in own for arg in site.node.args}
        return not self._handed.isdisjoint(names)

    def _is_own(self, site: Site) -> bool:
        return any(
            full.startswith(".") or full.partition(".")[0] in self._own
            for full in self.script.resolver.qualified(site.name, site.scope)
        )

    def of(self, kind: type[FindingType]) -> list[FindingType]:
        """The findings of one class, by line."""
        return list(self._of.get(kind, ()))

    def between(self, kind: type[FindingType], first: int, last: int) -> list[FindingType]:
        """The findings of one class that start on one of these lines."""
        found = self._of.get(kind, [])
        start = bisect_left(found, first, key=_line)
        return found[start : bisect_right(found, last, lo=start, key=_line)]


def _line(finding: Finding) -> int:
    return finding.line


Check = Callable[[Findings], Iterator[Pitfall]]


@dataclass(frozen=True, slots=True)
class Checker:
    """A check under its id."""

    id: str
    check: Check


def pitfall(identifier: str) -> Callable[[Check], Checker]:
    """Make a `Checker` of a function that reports the pitfall `identifier`."""

    def make(check: Check) -> Checker:
        return Checker(identifier, check)

    return make


_IGNORE = regex(r"#\s*pseudogen:\s*ignore\[([\w, -]+)\]")


def check_all(findings: Findings, checkers: Iterable[Checker]) -> list[Pitfall]:
    """All reports, worst first, then by line; what `# pseudogen: ignore[id]` silences is left out.

    A report that rests on names alone is at most a warning.
    """
    reports = [report for checker in checkers for report in checker.check(findings)]
    tree = findings.script.tree
    ignored = _ignored(tree.lines) if "pseudogen" in tree.text else {}
    kept = dict.fromkeys(
        _capped(report)
        for report in reports
        if not any(
            report.id in ignored.get(line, ())
            for line in range(report.lines[0], report.lines[1] + 1)
        )
    )
    return sorted(kept, key=lambda r: (SEVERITIES.index(r.severity), r.lines, r.id))


def _capped(report: Pitfall) -> Pitfall:
    if report.evidence == NAME and report.severity == ERROR:
        return Pitfall(report.id, WARNING, report.lines, report.evidence, report.facts)
    return report


def _ignored(lines: Sequence[str]) -> dict[int, set[str]]:
    """Line -> the ids that a comment on it silences."""
    return {n: ids for n, line in enumerate(lines, 1) if (ids := ignored_ids(line))}


def ignored_ids(line: str) -> set[str]:
    """The ids that a comment in a line silences."""
    found = _IGNORE.search(line) if "pseudogen" in line else None
    return {name for part in found[1].split(",") if (name := part.strip())} if found else set()
