"""Level "full": each statement has its line, comments and docstrings are carried along."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from pseudogen.document import Lines
from pseudogen.pseudocode import comments
from pseudogen.pseudocode.draft import Draft
from pseudogen.pseudocode.statements import decorators, line
from pseudogen.pseudocode.writer import Writer
from pseudogen.syntax.tree import Statement


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
    yield Draft(line(writer, statement), statement.depth, place, None, statement.index)
