"""Reflow: code whose line breaks were lost, as code again.

Where statements end is decided by the grammar (`grammar`), where blocks end by the best reading
(`search`, with the costs of `model`).
"""

from __future__ import annotations

from contextlib import suppress

from pseudogen.reading.reflow.comments import tokenized
from pseudogen.reading.reflow.facts import context_of, facts_of
from pseudogen.reading.reflow.grammar import Grammar, Statement
from pseudogen.reading.reflow.search import Choice, readings
from pseudogen.reading.reflow.tokens import ReflowError, Tokens
from pseudogen.records import dataclass

__all__ = ["Assumption", "ReflowError", "Reflowed", "reflow"]

MAX_TOKENS = 60_000
_INDENT = "    "
_MARGIN = 2.0
_PROSE_SHARE = 0.2
_MOST_NESTED = 100
_FEW_LINES = 3
_MOST_PER_LINE = 1.5


@dataclass(frozen=True, slots=True)
class Assumption:
    """A line whose block was chosen among several good ones.

    `line` is the 1-based line of the result, `text` what stands there. `header` is the line of the
    header in question and `header_text` its words; `inside` says whether the line was taken to
    belong to its block. The other reading is the opposite.
    """

    line: int
    text: str
    header: int
    header_text: str
    inside: bool


@dataclass(frozen=True, slots=True)
class Reflowed:
    """Code with its line breaks back.

    `lines[i]` is the 1-based line of the input on which line `i + 1` of `text` starts.
    `assumptions` names the lines that could as well stand in another block. `comments` are the
    lines (1-based, of the result) of comments whose end had to be guessed; `unfinished` is True
    when the last header has no block: `...` then stands in for it. `statements` counts the
    statements and headers.
    """

    text: str
    lines: tuple[int, ...]
    assumptions: tuple[Assumption, ...] = ()
    comments: tuple[int, ...] = ()
    unfinished: bool = False
    statements: int = 0


def reflow(text: str) -> Reflowed:
    """Put the line breaks and the indentation back into `text`.

    Breaks that are still there end a statement, unless they stand within brackets; indentation is
    not looked at. Every token of the input comes out once and in order.

    Raises:
        ReflowError: no sequence of Python statements, with the offset of the first fault; or
            'prose': too many of them are words with which nothing is done.
    """
    try:
        source, statements, guessed = _statements(text)
    except RecursionError:
        raise ReflowError("nested", 0) from None
    code = [s for s in statements if s.kind != "comment"]
    _refuse_deep(source, code)
    idle = sum(s.kind == "expression" and _idle(source, s) for s in code)
    if idle > max(_PROSE_SHARE * len(code), 0.5):
        raise ReflowError("prose", source.tokens[code[0].start].start)
    context = context_of([facts_of(source, statement) for statement in code])
    choices = readings(context, _MARGIN)
    if code and not choices:
        raise ReflowError("branch", _first_stray(source, code))
    return _written(text, source, statements, choices, guessed)


def _statements(text: str) -> tuple[Tokens, list[Statement], set[int]]:
    """The statements of `text`, and the offsets of the comments whose end was guessed.

    Where the lines hold about a statement each, comments have not lost their ends.
    """
    lines = sum(bool(line.strip()) for line in text.split("\n"))
    if lines >= _FEW_LINES and "#" in text:
        with suppress(ReflowError):
            source, guessed = tokenized(text, MAX_TOKENS, whole=True)
            statements = Grammar(source).statements()
            if len(statements) <= _MOST_PER_LINE * lines:
                return source, statements, guessed
    source, guessed = tokenized(text, MAX_TOKENS)
    return source, Grammar(source).statements(), guessed


def _refuse_deep(source: Tokens, code: list[Statement]) -> None:
    """Headers that follow each other at once nest; Python's limit is a hundred."""
    run = 0
    for statement in code:
        run = run + 1 if statement.opens and not statement.branch else 0
        if run >= _MOST_NESTED:
            raise ReflowError("nested", source.tokens[statement.start].start)


def _first_stray(source: Tokens, code: list[Statement]) -> int:
    """Offset of the first branch that no reading has a place for."""
    for i, statement in enumerate(code):
        if statement.branch and not readings(
            context_of([facts_of(source, s) for s in code[: i + 1]]), 0.0
        ):
            return source.tokens[statement.start].start
    return 0


def _written(
    text: str,
    source: Tokens,
    statements: list[Statement],
    choices: list[Choice],
    guessed: set[int],
) -> Reflowed:
    """Lay the statements out, each at its depth, comments at that of what follows them."""
    out: list[str] = []
    lines: list[int] = []
    comments: list[int] = []
    placed: list[tuple[int, Statement]] = []
    depths = _depths(statements, choices)
    for statement, depth in zip(statements, depths, strict=True):
        start, end = source.tokens[statement.start].start, source.tokens[statement.end - 1].end
        if statement.kind == "comment" and out and _beside(text, start, end):
            out[-1] += "  " + text[start:end].rstrip()
            continue
        if start in guessed:
            comments.append(len(out) + 1)
        if statement.kind != "comment":
            placed.append((len(out) + 1, statement))
        first = text.count("\n", 0, start) + 1
        words = (_INDENT * depth + text[start:end].rstrip()).split("\n")
        out.extend(words)
        lines.extend(range(first, first + len(words)))
    unfinished = bool(placed) and placed[-1][1].opens
    if unfinished:
        out.append(_INDENT * (choices[-1].depth + 1) + "...")
        lines.append(lines[-1])
    return Reflowed(
        "\n".join(out) + "\n" if out else "",
        tuple(lines),
        tuple(_assumptions(out, placed, choices)),
        tuple(comments),
        unfinished,
        len(placed),
    )


def _beside(text: str, start: int, end: int) -> bool:
    """Whether a comment ends a line that holds code before it, as it was written."""
    before = text[text.rfind("\n", 0, start) + 1 : start]
    return bool(before.strip()) and text[end : end + 1] == "\n"


def _idle(source: Tokens, statement: Statement) -> bool:
    """Whether a statement is a name or a number alone: words in a row look like that."""
    return all(t.kind in ("name", "number") for t in source.tokens[statement.start : statement.end])


def _depths(statements: list[Statement], choices: list[Choice]) -> list[int]:
    """Depth of every statement, comments included."""
    depths = []
    following = choices[-1].depth if choices else 0
    remaining = list(choices)
    for statement in reversed(statements):
        if statement.kind != "comment":
            following = remaining.pop().depth
        depths.append(following)
    depths.reverse()
    return depths


def _assumptions(
    out: list[str], placed: list[tuple[int, Statement]], choices: list[Choice]
) -> list[Assumption]:
    found = []
    for i, choice in enumerate(choices):
        if not choice.others:
            continue
        inside = max(choice.others) < choice.depth
        depth = choice.depth if inside else max(choice.others)
        if not placed[i][1].branch:
            depth -= 1
        header = _header_before(placed, choices, i, depth)
        line, at = placed[i][0], placed[header][0]
        found.append(Assumption(line, out[line - 1].strip(), at, out[at - 1].strip(), inside))
    return found


def _header_before(
    placed: list[tuple[int, Statement]], choices: list[Choice], i: int, depth: int
) -> int:
    return next(j for j in range(i - 1, -1, -1) if choices[j].depth == depth and placed[j][1].opens)
