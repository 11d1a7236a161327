"""Findings of a stage -> entries: what belongs together is told together, and told once."""

from __future__ import annotations

from collections.abc import Sequence

from pseudogen.finding import Finding
from pseudogen.records import dataclass

_NEAR = 3
_NEAR_ALONE = 10  # with no other finding between them


@dataclass(frozen=True, slots=True)
class Entry:
    """Findings of one pattern that stand next to each other; `again` is the line at which the
    pattern was explained before, None the first time."""

    findings: tuple[Finding, ...]
    again: int | None

    @property
    def pattern(self) -> str:
        """The id of the pattern."""
        return self.findings[0].pattern

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The lines of each finding; single lines that follow each other as one range."""
        if len(self.findings) == 1:  # as most are
            return ((self.findings[0].line, self.findings[0].end),)
        found: list[tuple[int, int]] = []
        for first, last in dict.fromkeys((f.line, f.end) for f in self.findings):
            if found and first == last == found[-1][1] + 1 and self._single(found[-1]):
                found[-1] = (found[-1][0], last)
            else:
                found.append((first, last))
        return tuple(found)

    def _single(self, lines: tuple[int, int]) -> bool:
        """Whether a range is made up of findings on one line each."""
        return all(f.line == f.end for f in self.findings if lines[0] <= f.line <= lines[1])


def entries(findings: Sequence[Finding], told: dict[str, int]) -> list[Entry]:
    """The entries of a stage in order; `told` (pattern -> line) is kept up to date."""
    groups: list[list[Finding]] = []
    for finding in findings:
        last = next((g for g in reversed(groups) if g[0].pattern == finding.pattern), None)
        most = _NEAR_ALONE if last is not None and last is groups[-1] else _NEAR
        if last is not None and 0 <= finding.line - last[-1].end <= most:
            last.append(finding)
        else:
            groups.append([finding])
    made = []
    for group in groups:
        pattern = group[0].pattern
        made.append(Entry(tuple(group), told.get(pattern)))
        told.setdefault(pattern, group[0].line)
    return made
