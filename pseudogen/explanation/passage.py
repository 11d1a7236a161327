"""What is told of code that no pattern names: plain values, for the words."""

from __future__ import annotations

from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True)
class Clause:
    """What a statement does.

    Attributes:
        kind: moved, mode, printed, applied, made, result, set, chosen, kept, added, called,
            repeated, folder, loaded, cleared, grouped, metered, written, opened, raised, ended,
            checked, returned, left, skipped, deleted, idle; of blocks when, or-when, otherwise,
            depends (both branches), within, each, while, caught, afterwards, finally; or summary
            of many statements.
        names: The names that it is about.
        code: The text of the script that tells the rest: a value, a function, a condition.
        parts: Further such texts: what is passed, what is called.
        inside: What is done in a block.
    """

    kind: str
    names: tuple[str, ...] = ()
    code: str = ""
    parts: tuple[str, ...] = ()
    inside: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """Statements that follow each other and of which no finding speaks.

    Attributes:
        lines: The first and the last of them.
        caption: The author's comment above them.
        branch: How the branch that holds them begins ("when", "or-when", "otherwise", "each",
            "while", "caught", "finally", "no-error", "unbroken"), its condition or iterable,
            and the line; None where they stand in none.
        clauses: What they do.
    """

    lines: tuple[int, int]
    caption: str | None
    branch: tuple[str, str, int] | None
    clauses: tuple[Clause, ...]
