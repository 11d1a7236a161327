"""Findings of a stage -> entries: what belongs together is told together, and told once."""

from __future__ import annotations

from collections.abc import Sequence

from pseudogen.finding import Finding
from pseudogen.records import dataclass

_NEAR = 3


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
        """The lines of each finding."""
        return tuple(dict.fromkeys((f.line, f.end) for f in self.findings))


def entries(findings: Sequence[Finding], told: dict[str, int]) -> list[Entry]:
    """The entries of a stage in order; `told` (pattern -> line) is kept up to date."""
    groups: list[list[Finding]] = []
    for finding in findings:
        last = next((g for g in reversed(groups) if g[0].pattern == finding.pattern), None)
        if last is not None and 0 <= finding.line - last[-1].end <= _NEAR:
            last.append(finding)
        else:
            groups.append([finding])
    made = []
    for group in groups:
        pattern = group[0].pattern
        made.append(Entry(tuple(group), told.get(pattern)))
        told.setdefault(pattern, group[0].line)
    return made
