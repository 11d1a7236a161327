"""Blocks of real code, flattened: what reflow is fitted to and measured on."""

from __future__ import annotations

import ast
import io
import random
import re
import tokenize
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

SHORTEST, LONGEST = 3, 40


# A block without a header after its first line has only one reading.
_HEADER = re.compile(r":$", re.M)


@dataclass(frozen=True)
class Sample:
    """A block with its breaks (no comments, no blank lines) and the same on one line."""

    path: Path
    code: str
    flat: str


def files(roots: list[Path]) -> list[Path]:
    """All Python files under `roots`, in order; tests of the libraries are left out."""
    left_out = {"test", "tests", "site-packages", "dist-packages", "lib2to3"}
    found = ((root, path) for root in roots for path in sorted(root.rglob("*.py")))
    return [path for root, path in found if not left_out & set(path.relative_to(root).parts)]


def held_out(path: Path) -> bool:
    """Whether a file is for measuring (half of them) and not for fitting."""
    return zlib.crc32("/".join(path.parts[-2:]).encode()) % 2 == 1


def samples(path: Path, most: int = 8) -> Iterator[Sample]:
    """Up to `most` blocks of a file, chosen by its name: statements with a body, and bodies."""
    try:
        text = path.read_text(encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    lines = text.split("\n")
    spans = sorted(set(_spans(tree)))
    random.Random(path.name).shuffle(spans)
    count = 0
    for first, last in spans:
        if last - first > 4 * LONGEST:
            continue
        sample = _sample(path, "\n".join(lines[first - 1 : last]))
        if sample is not None:
            yield sample
            count += 1
        if count == most:
            return


def _spans(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """First and last lines of statements that have a body, and of the bodies."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list) or not body or isinstance(node, ast.ExceptHandler):
            continue
        if isinstance(node, ast.stmt):
            decorators = getattr(node, "decorator_list", [])
            yield min([node.lineno, *(d.lineno for d in decorators)]), _end(node)
        first = body[0]
        decorators = getattr(first, "decorator_list", [])
        yield min([first.lineno, *(d.lineno for d in decorators)]), _end(body[-1])


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _sample(path: Path, text: str) -> Sample | None:
    try:
        code = without_comments(dedent(text + "\n"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except (SyntaxError, tokenize.TokenError, IndentationError):
        return None
    if not SHORTEST <= code.count("\n") <= LONGEST:
        return None
    if not _HEADER.search(code.split("\n", 1)[1]):
        return None
    return Sample(path, code, flatten(code))


def without_comments(code: str) -> str:
    """`code` without comments, blank lines and line breaks in strings."""
    tokens = []
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            tokens.append((token.start, token.end, ""))
        elif token.type == tokenize.STRING and "\n" in token.string:
            tokens.append(
                (token.start, token.end, token.string.replace("\\\n", " ").replace("\n", " "))
            )
    lines = code.split("\n")
    for (row, column), (last, end), text in reversed(tokens):
        lines[row - 1 : last] = [lines[row - 1][:column] + text + lines[last - 1][end:]]
    return "\n".join(line.rstrip() for line in lines if line.strip()) + "\n"


def flatten(code: str) -> str:
    """All on one line: breaks become blanks, and backslashes before them go."""
    return " ".join(line.removesuffix("\\").strip() for line in code.split("\n")).strip()
