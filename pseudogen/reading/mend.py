"""Pieces of code made whole: missing heads and ends, left-out parts."""

from __future__ import annotations

import re
from collections.abc import Callable

from pseudogen.reading.draft import Draft
from pseudogen.reading.indentation import indent_of
from pseudogen.reading.magics import set_aside

_HEADS = {
    "elif": "if ...:",
    "else": "if ...:",
    "except": "try:",
    "finally": "try:",
    "case": "match ...:",
}
_BRANCH = re.compile(r"[ \t]*(?:(elif|else|except|finally)\b.*|(case)\b[^=]*):")
_LEFT_OUT = re.compile(r"[ \t]*[\[(<{]?(?:\.[ \t]?){3,}[\])>}]?[ \t]*(?:\#.*)?$")
_OPEN_PARAMETERS = re.compile(r"(\bdef\s+\w+\s*\([^()]*?)\.\.\.([^()]*\))")
_HEADER = re.compile(
    r"[ \t]*(?:async[ \t]+)?"
    r"(?:if|elif|else|for|while|with|def|class|try|except|finally|match|case)\b"
)
_CAPITAL = re.compile(
    r"([ \t]*)(If|Elif|For|While|With|Def|Class|Try|Except|Import|From|Return|Else|Finally|Del"
    r"|Raise|Async|Assert)(?=[ \t]*:[ \t]*(?:\#|$)|[ \t]+[\w(\[\"'-])"
)
_ASYNC = re.compile(r"(?<=[(,\s])async(?=\s*=[^=])")
_DANGLING = re.compile(
    r"(?:[-+*/%@&|^~=<>.]|:=|\b(?:and|or|not|in|is|if|else|lambda|return|import|from|as|for|del|raise|assert))\s*$"
)
_MOST_SLASHES = 30
_CLOSER = {"(": ")", "[": "]", "{": "}"}
_PARTS = re.compile(
    r'"{3}(?>(?:[^\\"]++|\\.|"(?!""))*)(?P<open1>"{3}|\Z)'
    r"|'{3}(?>(?:[^\\']++|\\.|'(?!''))*)(?P<open2>'{3}|\Z)"
    r'|"(?>(?:[^"\\\n]++|\\.)*)(?:"|(?P<open3>\Z)|)'
    r"|'(?>(?:[^'\\\n]++|\\.)*)(?:'|(?P<open4>\Z)|)"
    r"|\#[^\n]*+|[()\[\]{}]",
    re.S,
)

Step = Callable[[Draft], Draft | None]


def without_magics(draft: Draft) -> Draft | None:
    """Lines for IPython or the shell as comments."""
    lines, found = set_aside(list(draft.lines))
    if not found:
        return None
    for key, number, words in found:
        draft = draft.remark(key, number - 1, text=words)
    return draft.with_texts(lines)


def uncapitalised(draft: Draft) -> Draft | None:
    """Keywords at the beginning of lines, which phones and text programs begin with a capital."""
    lines = list(draft.lines)
    changed = []
    for i, line in enumerate(lines):
        found = _CAPITAL.match(line)
        if found:
            lines[i] = found[1] + found[2].lower() + line[found.end() :]
            changed.append((i, found[2]))
    for i, word in changed:
        draft = draft.remark("capital", i, character=word, read_as=word.lower())
    return draft.with_texts(lines) if changed else None


def unreserved(draft: Draft) -> Draft | None:
    """`x.cuda(async=True)`: a name that is a word of the language since Python 3.7."""
    lines = [_ASYNC.sub("async_", line) for line in draft.lines]
    changed = [i for i, line in enumerate(lines) if line != draft.lines[i]]
    for i in changed:
        draft = draft.remark("reserved", i, word="async", read_as="async_")
    return draft.with_texts(lines) if changed else None


def without_slashes(draft: Draft) -> Draft | None:
    """Comments as other languages have them: lines that begin with `//`."""
    found = draft
    for _ in range(_MOST_SLASHES):
        error = found.error()
        index = (error.lineno or 1) - 1 if error else len(found.lines)
        if index >= len(found.lines) or not found.lines[index].lstrip().startswith("//"):
            break
        line = found.lines[index].replace("//", "#", 1)
        lines = [*found.lines[:index], line, *found.lines[index + 1 :]]
        found = found.remark("slashes", index).with_texts(lines)
    return None if found is draft else found


def headed(draft: Draft) -> Draft | None:
    """A head for a leading `else:` or `except`, with `...` for what was not pasted."""
    first = next((i for i, line in enumerate(draft.lines) if line.strip()), 0)
    found = _BRANCH.match(draft.lines[first])
    if not found:
        return None
    word = found[1] or found[2]
    margin = indent_of(draft.lines[first])
    lines = [(line, i) for i, line in enumerate(draft.lines)]
    body = [] if word == "case" else [(f"{margin}    ...", first)]
    if word == "case" and not any(_at(line, margin, "case") for line in draft.lines[first + 1 :]):
        body = []
    kept = [*lines[:first], (margin + _HEADS[word], first), *body]
    pad = "    " if word == "case" else ""
    kept += [(pad + line if line.strip() else line, i) for line, i in lines[first:]]
    return draft.remark("leading_branch", first, word=word).with_lines(kept)


def _at(line: str, margin: str, word: str) -> bool:
    return line.startswith(margin + word)


def filled(draft: Draft) -> Draft | None:
    """`...` for left-out parts moved to where a statement can stand."""
    lines = list(draft.lines)
    changed = []
    for i, line in enumerate(lines):
        if _LEFT_OUT.match(line):
            lines[i] = _indent_for(lines, i) + "..."
        else:
            lines[i] = _OPEN_PARAMETERS.sub(r"\1*_\2", line)
        if lines[i] != line:
            changed.append(i)
    if not changed:
        return None
    for i in changed:
        draft = draft.remark("left_out", i)
    return draft.with_texts(lines)


def _indent_for(lines: list[str], i: int) -> str:
    """Deeper than a header before it, else as the line before it, else as the line after it."""
    before = next((line for line in reversed(lines[:i]) if line.strip()), None)
    after = next((line for line in lines[i + 1 :] if line.strip()), "")
    if before is None:
        return indent_of(after)
    if before.rstrip().endswith(":") and _HEADER.match(before):
        return max(indent_of(before) + "    ", indent_of(after), key=len)
    return indent_of(before)


def ended(draft: Draft) -> Draft | None:
    """An end for code that stops in the middle: brackets, a statement, a block.

    Of the ends that come to mind the first that makes the text Python, else the first.
    """
    last = max((i for i, line in enumerate(draft.lines) if line.strip()), default=None)
    if last is None:
        return None
    ends = [_placed(draft, lines, last) for lines in _ends(list(draft.lines[: last + 1]))]
    if not ends:
        return None
    return next((end for end in ends if end.error() is None), ends[0]).remark("unfinished", last)


def _placed(draft: Draft, lines: list[str], last: int) -> Draft:
    return draft.with_lines((line, min(i, last)) for i, line in enumerate(lines))


def _ends(lines: list[str]) -> list[list[str]]:
    """Ways to go on from the last line."""
    closers, quotes, first = _open_at_end("\n".join(lines))
    margin = indent_of(lines[first])
    comment = "#" in lines[-1]
    line = lines[-1].rstrip().removesuffix("\\").rstrip() if not quotes else lines[-1] + quotes
    if not quotes and not comment and _DANGLING.search(line):
        line += "_" if line.endswith(".") or line.endswith("import") else " ..."
    whole = [*lines[:-1], line, closers] if comment and closers else [*lines[:-1], line + closers]
    ways = [] if whole == lines else [whole]
    block = f"{margin}    ..."
    if line.split("#")[0].rstrip().endswith(":") and not closers:
        return [[*whole, block], *ways]
    if _HEADER.match(lines[first]):
        ways.append([*whole[:-1], whole[-1] + ":", block])
    return ways


def _open_at_end(text: str) -> tuple[str, str, int]:
    """What closes the text: brackets, quotes; and the index of its last statement's first line."""
    stack: list[str] = []
    quotes = ""
    opened = closed = 0
    for part in _PARTS.finditer(text):
        token = part[0]
        if token in _CLOSER:
            opened = opened if stack else part.start()
            stack.append(_CLOSER[token])
        elif token in (")", "]", "}") and stack and stack[-1] == token:
            stack.pop()
            closed = part.start()
        elif part["open1"] == "" or part["open2"] == "":
            quotes = token[:3]
        elif part["open3"] == "" or part["open4"] == "":
            quotes = token[:1]
    goes_on = stack or "\n" not in text[closed:]
    return "".join(reversed(stack)), quotes, text.count("\n", 0, opened if goes_on else len(text))


def tried(draft: Draft) -> Draft | None:
    """`finally: ...` for a `try` at the end whose handlers were not pasted."""
    error = draft.error()
    if error is None or "'except' or 'finally'" not in (error.msg or ""):
        return None
    starts = [i for i, line in enumerate(draft.lines) if re.match(r"[ \t]*try\s*:", line)]
    if not starts:
        return None
    margin = indent_of(draft.lines[starts[-1]])
    tail = [line for line in draft.lines[starts[-1] + 1 :] if line.strip()]
    if any(len(indent_of(line)) <= len(margin) for line in tail):
        return None
    last = len(draft.lines) - 1
    kept = [(line, i) for i, line in enumerate(draft.lines)]
    kept += [(margin + "finally:", last), (margin + "    ...", last)]
    return draft.remark("unfinished", last).with_lines(kept)
