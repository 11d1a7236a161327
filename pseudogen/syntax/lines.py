"""The logical lines of a text, found by one regular expression, and the guard of the parser.

LibCST's native parser recurses on the C stack, and an overflow there ends the interpreter without
an exception. The scan sees how deep an expression goes before it is parsed, refuses what no stack
would hold and says which texts need a large one.
"""

from __future__ import annotations

import re

from pseudogen.errors import InputError
from pseudogen.records import dataclass, replace
from pseudogen.regex import regex
from pseudogen.syntax.nested_strings import STRING, has_nested, unfolded

MAX_DEPTH = 200
"""Brackets nested deeper are refused; the deepest of 13,000 library files has under 50."""

MAX_CHAIN = 2_000
"""Most operators, dots, calls and subscripts in a row; the parser's time grows with the square."""

MAXSTRINGS = 2_900
"""Most strings side by side that are one string."""

MAX_LINE = 1_000_000
"""Longest logical line in characters, strings and comments not counted."""

MAX_LINES = 200_000
"""Most logical lines: their tree takes about 16 KB each."""

MAX_ELIFS = 5_000
"""Longest `elif` chain: the parser nests each in the one before."""

_SHORT_LINE = 400
_LARGE_STACK_DEPTH = 100
_LARGE_STACK_CHAIN = 250
_LARGE_STACK_ELIFS = 500

# No repetition is gone back into and an unterminated string matches too: the scan is linear,
# whatever the text. Groups are atomic: Python before 3.11.5 takes possessive ones wrongly
# (gh-106052).
_PIECE = re.compile(
    r"(?>(?:[^'\"#\\\n()\[\]{}]++|" + STRING + r"|\#[^\n]*+|\\\n?)*)([()\[\]{}\n]|\Z)", re.S
)
_INNER = r"[^'\"#\\()\[\]{}]++|" + STRING + r"|\#[^\n]*+|\\\n?"
_IN_BRACKETS = rf"[(\[{{](?>(?:{_INNER}|[(\[{{](?>(?:{_INNER})*)[)\]}}])*)[)\]}}]"
_BLANK = r"(?>(?:[ \t\f]*+(?:\#[^\n]*+)?\n)*)"
_LINE = re.compile(
    _BLANK
    + r"((?>(?:[^'\"#\\\n()\[\]{}]++|"
    + STRING
    + r"|\#[^\n]*+|\\\n?|"
    + _IN_BRACKETS
    + r")*)\n)?",
    re.S,
)
"""Blank lines and, in the group, a logical line whose brackets go two deep at most, as nearly all
do."""
_CODE = re.compile(r"((?>(?:[^'\"#\\\n]++|" + STRING + r"|\\\n?)*))(?:\#[^\n]*+|\n\s*+|\Z)", re.S)
"""In the group, code up to a comment or a line break in brackets."""
_LOAD = regex(r"([fFtT]?)(?:" + STRING + r")|\#[^\n]*+|\blambda\b[^:\n]*+|[()\[\]{},;]", re.S)
_LINK = regex(r"[-+*/%@&|^~<>=!.:]|\b(?:and|or|not|if|else|in|is|await)\b")
_KEYWORDS = ("and", "or", "not", "if", "else", "in", "is", "await", "lambda")
_LINKS = (*"-+*/%@&|^~<>=!.:)]}'\"", *_KEYWORDS)
"""What makes a chain longer, a string or a bracket that closes in a field of one among it."""
_FIELD = re.compile(r"\{\{|[()\[\]{},]")
_ELIF = regex(r"^([ \t]*+)(?:(elif)|if)\b", re.M)


@dataclass(frozen=True, slots=True)
class Scan:
    """What the scan found.

    `lines` holds the first and last physical line (1-based) of every logical line: a line of
    simple statements, the header of a compound statement or a decorator. `code` is the text
    without blank lines, comments and line breaks in brackets, of which the parser would make
    nodes. `large_stack` says that the parser needs more stack than a thread may have; `closed` is
    False when a bracket or a string never ends.
    """

    lines: list[tuple[int, int]]
    code: str
    large_stack: bool
    closed: bool


def scan(text: str, name: str = "") -> Scan:
    """Find the logical lines of `text` ("\\n" line ends) and what its parse will need.

    Raises:
        InputError: 'too-deep', 'expression-too-long', 'too-many-strings', 'line-too-long',
            'too-many-lines' or 'too-many-elifs'; `name` is the file that the error names.
    """
    if has_nested(text):
        return replace(_scan(unfolded(text, name), name), code=text)
    return _scan(text, name)


def _scan(text: str, name: str) -> Scan:
    text = text if text.endswith("\n") else text + "\n"
    lines: list[tuple[int, int]] = []
    code: list[str] = []
    large, closed = False, True
    line, start, size = 1, 0, len(text)
    while True:
        found = _LINE.match(text, start)
        assert found  # the pattern matches the empty string
        (begin, end), depth = found.span(1), 2
        if end < 0:
            begin = found.end()
            if begin >= size:
                break
            end, depth, closed = _deep_end(text, begin)
        if begin > start:
            line += text.count("\n", start, begin)
        if depth > MAX_DEPTH:
            line += text.count("\n", begin, end)
            raise InputError("too-deep", file=name, line=line, limit=MAX_DEPTH)
        written = text[begin:end]
        if end - begin > _SHORT_LINE:
            large |= _needs_large_stack(written, depth, line if closed else 0, name)
        count = written.count("\n")
        lines.append((line, line + count - 1))
        code.append(written if count == 1 and "#" not in written else _on_one_line(written))
        line += count
        start = end
        if len(lines) > MAX_LINES:
            raise InputError("too-many-lines", file=name, limit=MAX_LINES)
    return Scan(lines, "".join(code), large or _many_elifs(text, name), closed)


def _on_one_line(code: str) -> str:
    """A logical line without its comments and the line breaks in its brackets."""
    return " ".join(_CODE.findall(code)) + "\n"


def _deep_end(text: str, start: int) -> tuple[int, int, bool]:
    """End of the logical line from `start`, how deep its brackets go, and whether they close."""
    depth = deepest = 0
    for piece in _PIECE.finditer(text, start):
        kind = piece[1]
        if kind == "\n":
            if depth <= 0:
                return piece.end(), deepest, True
        elif not kind:
            break
        elif kind in "([{":
            depth += 1
            if depth > deepest:
                deepest = depth
                if depth > MAX_DEPTH:
                    return piece.end(), depth, False
        else:
            depth -= 1
    return len(text), deepest, False


def _needs_large_stack(code: str, depth: int, line: int, name: str) -> bool:
    """Judge one logical line; `line` is its number, 0 when it is not closed and can't be parsed."""
    if _is_light(code, depth):
        return False
    inner, chain, length, strings = _load(code)
    depth = max(depth, inner)
    if depth > MAX_DEPTH:
        raise InputError("too-deep", file=name, line=line or None, limit=MAX_DEPTH)
    if line and length > MAX_LINE:
        raise InputError("line-too-long", file=name, line=line, limit=MAX_LINE)
    if line and chain > MAX_CHAIN:
        raise InputError("expression-too-long", file=name, line=line, limit=MAX_CHAIN)
    if line and strings > MAXSTRINGS:
        raise InputError("too-many-strings", file=name, line=line, limit=MAXSTRINGS)
    return depth > _LARGE_STACK_DEPTH or max(chain, strings) > _LARGE_STACK_CHAIN


def _is_light(code: str, depth: int) -> bool:
    """Whether a logical line has so few signs and words of which chains are made that no limit is
    near: a few counts in place of a look at each of them."""
    opening = sum(map(code.count, "([{"))
    return (
        max(depth, opening) < _LARGE_STACK_DEPTH
        and opening + sum(map(code.count, _LINKS)) < _LARGE_STACK_CHAIN
        and len(code) <= MAX_LINE
    )


def _load(code: str) -> tuple[int, int, int, int]:
    """Depth of brackets (also in f-strings), longest chain, length of a logical line, and how many
    strings stand side by side.

    A chain is the operators, dots and opening brackets at one bracket depth between two commas.
    Ends early when the length is past its limit.
    """
    runs = [0]
    deepest = chain = length = end = 0
    row = strings = 0
    for part in _LOAD.finditer(code):
        gap, token, end = code[end : part.start()], part[0], part.end()
        length += len(gap) + 1
        runs[-1] += len(_LINK.findall(gap))
        row = row if not gap or gap.isspace() else 0
        if token[0] != "#":
            row = row + 1 if token[-1] in "\"'" else 0
            strings = max(strings, row)
        if part[1]:
            depth, run = _field_load(token)
            deepest, runs[-1] = max(deepest, len(runs) + depth), runs[-1] + run
        elif token.startswith("lambda") or token in "([{":
            runs[-1] += 1
        chain = max(chain, runs[-1])
        if token in "([{":
            runs.append(0)
            deepest = max(deepest, len(runs) - 1)
        elif token in ")]}":
            runs.pop()
            runs = runs or [0]
        elif token in ",;":
            runs[-1] = 0
        if length > MAX_LINE or deepest > MAX_DEPTH:
            break
    gap = code[end : end + MAX_LINE + 1]
    chain = max(chain, runs[-1] + len(_LINK.findall(gap)))
    return deepest, chain, length + len(gap), strings


def _field_load(string: str) -> tuple[int, int]:
    """Depth of brackets and longest chain in the replacement fields of an f-string."""
    depth = deepest = run = longest = end = 0
    for part in _FIELD.finditer(string):
        token = part[0]
        gap = string[end : part.start()] if depth else ""
        run = run + 1 + len(_LINK.findall(gap)) if depth and token != "," else 0
        longest, end = max(longest, run), part.end()
        if token[0] == "{" or (depth and token in "(["):
            depth += len(token) if depth else len(token) % 2
        elif depth and token in ")]}":
            depth -= 1
        deepest = max(deepest, depth)
    return deepest, longest


def _many_elifs(text: str, name: str) -> bool:
    """Whether `elif` chains need a large stack; InputError when no stack would hold them."""
    count = text.count("elif")
    if count > MAX_ELIFS:
        chains: dict[str, int] = {}
        for branch in _ELIF.finditer(text):
            indent = branch[1]
            chains[indent] = chains.get(indent, 0) + 1 if branch[2] else 0
            if chains[indent] > MAX_ELIFS:
                line = text.count("\n", 0, branch.start()) + 1
                raise InputError("too-many-elifs", file=name, line=line, limit=MAX_ELIFS)
    return count > _LARGE_STACK_ELIFS
