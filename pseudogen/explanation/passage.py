"""What is told of code that no pattern names: plain values, for the words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True)
class Clause:
    """What a statement does.

    Attributes:
        kind: moved, mode, printed, applied, made, result, yielded, set, listed, keyed, picked,
            chosen, kept, added, appended, extended, called, repeated, each-module, folder, loaded,
            cleared, grouped, layout, metered, advanced, written, copied, opened, raised, ended,
            checked, returned, left, skipped, deleted, idle, holds (an element of a list), sent (to
            all processes), asked (by a method of a library), received, swapped, trained, imported,
            preset, library (a call that a library is known for); of blocks when, or-when,
            otherwise, depends (both branches), within, without-gradients, each, while, caught,
            no-error, unbroken, finally; or summary of many statements.
        names: The names that it is about.
        code: The text of the script that tells the rest: a value, a function, a condition.
        parts: Further such texts: what is passed, what is called.
        inside: What is done in a block.
        passed: Argument -> what it gets, of a library's call; None of others.
    """

    kind: str
    names: tuple[str, ...] = ()
    code: str = ""
    parts: tuple[str, ...] = ()
    inside: tuple[Clause, ...] = ()
    passed: Mapping[str, str] | None = None


class Branch(NamedTuple):
    """How a branch begins.

    Attributes:
        kind: when, or-when (behind other tests), when-and, or-when-and (another test follows),
            branch, or-branch (blocks follow), else (with the line of the test that fails),
            otherwise, within, without-gradients, each, while, caught, finally, no-error or
            unbroken.
        code: Its condition or iterable.
        line: Where it begins.
        outer: Of all but the branches that say so themselves: the condition under which the
            statement is come to that they are a clause of.
        around: Of a branch: the line of the next one around it whose condition is not said.
    """

    kind: str
    code: str
    line: int
    outer: str = ""
    around: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """Statements that follow each other and of which no finding speaks.

    Attributes:
        lines: The first and the last of them.
        caption: The author's comment above them.
        branch: How the branch that holds them begins, its condition or iterable, and the line;
            None where they stand in none.
        clauses: What they do.
    """

    lines: tuple[int, int]
    caption: str | None
    branch: Branch | None
    clauses: tuple[Clause, ...]
