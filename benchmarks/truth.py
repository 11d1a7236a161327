"""The true depth of every statement of code that has its line breaks."""

from __future__ import annotations

import io
import tokenize

from pseudogen.reading.reflow.comments import tokenized
from pseudogen.reading.reflow.grammar import Grammar


def true_depths(code: str) -> list[int]:
    """Depths of simple statements, headers and decorators in order; `a` in `if x: a` is deeper."""
    depth = 0
    found: list[int] = []
    texts = code.split("\n")
    start = None
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.INDENT:
            depth += 1
        elif token.type == tokenize.DEDENT:
            depth -= 1
        elif token.type == tokenize.NEWLINE and start is not None:
            rows = texts[start[0] - 1 : token.start[0]]
            logical = "\n".join([rows[0][start[1] :], *rows[1:]])
            found.extend(_depths_of_line(logical.replace("\\\n", " "), depth))
            start = None
        elif token.type not in (tokenize.NL, tokenize.COMMENT) and start is None:
            start = token.start
    return found


def _depths_of_line(line: str, depth: int) -> list[int]:
    source, _ = tokenized(line, 100_000)
    depths = []
    for statement in Grammar(source).statements():
        depths.append(depth)
        depth += statement.opens
    return depths
