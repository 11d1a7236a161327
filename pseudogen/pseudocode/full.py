"""Level "full": each statement has its line, comments and docstrings are carried along."""

from __future__ import annotations

import sys
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator

from pseudogen.document import Lines
from pseudogen.pseudocode import comments
from pseudogen.pseudocode.draft import Draft
from pseudogen.pseudocode.statements import decorators, line
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.tree import Statement

_STACK_BYTES = 256 << 20
_MOST_FRAMES = 60_000
"""Enough for the longest chain of operators that the parser accepts."""


def full(writer: Writer) -> list[Draft]:
    """The lines of the whole script."""
    tree = writer.script.tree
    found = [draft for statement in tree.statements for draft in said(writer, statement)]
    starts = [statement.start for statement in tree.statements]
    logical = [(statement.start, statement.last) for statement in tree.statements]
    for number, text in comments.comments(tree, logical).items():
        following = bisect_left(starts, number)
        inside = following > 0 and number <= tree.statements[following - 1].last
        depth = (
            tree.statements[following - 1].depth
            if inside
            else comments.depth_of(tree, number, following)
        )
        found.append(Draft(comments.comment(text), depth, (number, number)))
    return sorted(found, key=_place)


def _place(draft: Draft) -> Lines:
    """Comments come before the statement that starts on their line."""
    return draft.source[0], draft.source[1]


def said(writer: Writer, statement: Statement) -> Iterator[Draft]:
    """The lines of one statement, decorators included."""
    if comments.is_text(statement.node):
        for text, source in comments.text_lines(statement):
            yield Draft(text, statement.depth, source, None, statement.index)
        return
    if statement.start < statement.first:
        before = statement.start, statement.first - 1
        text = decorators(writer, statement)
        yield Draft(text, statement.depth, before, None, statement.index)
    place = statement.first, statement.last
    yield Draft(safely(writer, statement), statement.depth, place, None, statement.index)


def safely(writer: Writer, statement: Statement) -> str:
    """The line of a statement; one that is nested very deep is written in a thread with more
    stack, as the parser reads it."""
    try:
        return line(writer, statement)
    except RecursionError:
        return _in_large_stack(lambda: line(writer, statement))


def _in_large_stack(say: Callable[[], str]) -> str:
    said: list[str] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            said.append(say())
        except BaseException as error:  # handed to the thread that waits
            errors.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK_BYTES)
    sys.setrecursionlimit(max(limit, _MOST_FRAMES))
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if errors:
        raise errors[0]
    return said[0]
