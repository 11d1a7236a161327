"""From text to syntax tree: LibCST's parser behind a guard, its failures as input errors."""

from __future__ import annotations

import ast
import threading
import warnings
from typing import TYPE_CHECKING

from pseudogen.errors import InputError
from pseudogen.records import dataclass
from pseudogen.regex import regex
from pseudogen.syntax.lines import scan

if TYPE_CHECKING:
    import libcst

_STACK_BYTES = 64 << 20
_AT = regex(r"error at (\d+):(\d+)")
EXCERPT = 80
_BEGINNING = 100_000
_MARGIN = 1_000
_OF_THE_CUT = frozenset(["never_closed", "unterminated_string", "unfinished", "too_nested"])


@dataclass(frozen=True, slots=True)
class Parsed:
    """A syntax tree with the first and last physical line of every logical line."""

    module: libcst.Module
    lines: list[tuple[int, int]]


def parse(text: str, name: str) -> libcst.Module:
    """The syntax tree of `text`, which has "\\n" line ends and no byte-order mark.

    `name` is what errors call the input.

    Raises:
        InputError: 'syntax-error' with the facts `column` (1-based), `excerpt` (the line), `caret`
            (where in it, from 0), `reason` (the id of a wording) and `detail` (CPython's wording);
            or what `scan` raises.
    """
    return parse_with_lines(text, name).module


def parse_with_lines(text: str, name: str) -> Parsed:
    """As `parse`, with the logical lines that the guard finds on its way."""
    try:
        scanned = scan(text, name)
    except InputError:
        # Code that lost its line breaks looks like one endless expression: then the error to
        # report is the first place where it is none.
        _check_beginning(text, name)
        raise
    if not scanned.closed:
        # The guard has seen the rest of the text as one line: only a parser with a guard of its
        # own may read it.
        check(text, name)
    parse_text = _in_large_stack if scanned.large_stack else _parse
    try:
        return Parsed(parse_text(scanned.code), scanned.lines)
    except Exception:
        pass  # of the whole text the parser tells the places
    try:
        return Parsed(parse_text(text), scanned.lines)
    except Exception as error:
        # Whatever the parser says about a text (ParserSyntaxError, CSTValidationError,
        # UnicodeEncodeError, RecursionError) means that it can't be read; its places are wrong.
        check(text, name)
        raise _unread(error, text, name) from None


def check(text: str, name: str) -> None:
    """Compare `text` with the grammar of the running Python.

    Raises:
        InputError: 'syntax-error', as `parse` raises it.
    """
    error = syntax_error(text)
    if error is not None:
        raise described(error, text, name) from None


def _check_beginning(text: str, name: str) -> None:
    """As `check` with as much of a text as can be compared quickly, however long it is.

    What is wrong at the cut, or only too deep for Python's parser, is no error of the text.
    """
    head = text[:_BEGINNING]
    error = syntax_error(head)
    if error is None:
        return
    found = described(error, head, name)
    if found.facts["reason"] not in _OF_THE_CUT and not (
        len(head) < len(text) and _near_end(error, head)
    ):
        raise found from None


def _near_end(error: SyntaxError, head: str) -> bool:
    """Whether an error lies in the last line of a text, not far from its end."""
    last = head.rpartition("\n")[2]
    return (error.lineno or 1) > head.count("\n") and (error.offset or 1) > len(last) - _MARGIN


def accepted(text: str) -> bool:
    """Whether LibCST reads `text`: it knows newer syntax than an older running Python."""
    try:
        scanned = scan(text)
        if scanned.closed:
            (_in_large_stack if scanned.large_stack else _parse)(text)
        return scanned.closed
    except Exception:  # as in `parse_with_lines`: whatever the parser says
        return False


def syntax_error(text: str) -> SyntaxError | None:
    """What the running Python says against `text`; None when it accepts it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return error
    except (RecursionError, MemoryError):
        return SyntaxError("too many nested parentheses")
    except ValueError as error:
        return SyntaxError(str(error))
    return None


def _parse(text: str) -> libcst.Module:
    import libcst

    return libcst.parse_module(text)


def _in_large_stack(text: str) -> libcst.Module:
    """Parse in a thread with a stack that holds what the guard lets through."""
    outcome: list[libcst.Module | BaseException] = []

    def work() -> None:
        try:
            outcome.append(_parse(text))
        except BaseException as error:  # handed to the thread that waits
            outcome.append(error)

    before = threading.stack_size(_STACK_BYTES)
    try:
        thread = threading.Thread(target=work)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def described(error: SyntaxError, text: str, name: str) -> InputError:
    """A syntax error of the running Python about `text` as an input error."""
    detail = error.msg or ""
    line = min(max(error.lineno or 1, 1), text.count("\n") + 1)
    return _syntax_error(name, text, line, max(error.offset or 1, 1), detail)


def _unread(error: Exception, text: str, name: str) -> InputError:
    """The error for a text that Python accepts and LibCST does not."""
    at = _AT.search(str(getattr(error, "message", "")))
    line, column = (int(at[1]), int(at[2])) if at else (1, 1)
    return _syntax_error(name, text, line, column, "not supported by the parser")


def _syntax_error(name: str, text: str, line: int, column: int, detail: str) -> InputError:
    lines = text.split("\n", line)
    written = lines[line - 1] if line <= len(lines) else ""
    excerpt = written.strip()[:EXCERPT]
    caret = max(0, column - 1 - (len(written) - len(written.lstrip())))
    reason = next((key for key, wording in _REASONS if wording.search(detail)), "other")
    return InputError(
        "syntax-error",
        file=name,
        line=line,
        column=column,
        excerpt=excerpt,
        caret=min(caret, len(excerpt)),
        reason=reason,
        detail=detail,
    )


# CPython's wordings (3.11 to 3.14) by what they are about, the first that fits.
_REASONS = [
    (key, regex(pattern))
    for key, pattern in (
        ("never_closed", r"was never closed"),
        ("bracket_mismatch", r"does not match opening"),
        ("unmatched", r"^(?:f-string: )?unmatched "),
        ("unterminated_string", r"unterminated|EOF while scanning|expecting '}'"),
        ("python2_print", r"Missing parentheses in call to"),
        ("python2_except", r"multiple exception types must be parenthesized"),
        ("expected_colon", r"expected ':'"),
        ("expected_block", r"expected an indented block"),
        ("unexpected_indent", r"unexpected indent"),
        ("bad_dedent", r"unindent does not match"),
        ("tabs", r"inconsistent use of tabs"),
        ("too_many_indents", r"too many levels of indentation"),
        ("too_nested", r"too many nested|too many statically nested|too complex"),
        ("bad_character", r"invalid (?:non-printable )?character|unexpected character"),
        ("bad_number", r"invalid (?:decimal|hexadecimal|octal|binary|digit)|leading zeros"),
        ("forgotten_comma", r"forgot a comma"),
        ("bad_target", r"cannot (?:assign|delete)|Maybe you meant '=='|illegal target"),
        ("try_alone", r"expected 'except' or 'finally'"),
        ("unfinished", r"unexpected EOF"),
        ("parser_limit", r"not supported by the parser"),
    )
]
