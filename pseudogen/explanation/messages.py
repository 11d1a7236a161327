"""What a script prints and logs, as far as it is written out."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from pseudogen.names.arguments import blanks, is_formatted, string, unstyled
from pseudogen.syntax.text import text

_LOGS = frozenset({"info", "warning", "warn", "error", "debug", "critical", "log"})
_MESSAGE = 70
_COLOURS = re.compile(r"(?:\x1b|\\x1b|\\033|\\e)\[[0-9;]*m")
"""Escapes that colour a terminal, as they are or as they are written."""
_FRAME = re.compile(r"^(?:[=*#>\s]|-{3,}|-+(?=\s))+|(?:[=*#\s]|-{3,}|(?<=\s)[->]+)+$")
"""Lines drawn around a message, but not the dashes of an option: `--workers`."""
_PERCENT = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]")
"""What `%` fills in."""


def logs(receiver: str, method: str) -> bool:
    """Whether a logger is asked to write something."""
    return method in _LOGS and "log" in receiver.lower()


def reports(name: str, receiver: str, method: str) -> bool:
    """Whether a call prints or logs."""
    return logs(receiver, method) or method.startswith("print") or name == "warnings.warn"


def message(node: Any, goes_on: bool = False) -> str:
    """What a message says, as far as it is written out; `goes_on` says that other values are given
    beside it."""
    said = unstyled(node)
    fills = goes_on
    while type(said) is cst.BinaryOperation or is_formatted(said):
        fills = type(said) is cst.Call or type(said.operator) is cst.Modulo
        said = said.left if type(said) is cst.BinaryOperation else said.func.value
    more = type(said) is cst.ConcatenatedString
    if more:
        said = said.left
    if type(said) is cst.SimpleString:
        written = string(said)
        filled = _PERCENT.sub("…", blanks(written)) if fills else written
        shown = filled.replace("%%", "%") if fills else written
        return _shown(shown, more or (goes_on and filled == written))
    if type(said) is cst.FormattedString:
        return _shown(text(said)[2:-1].strip("\"'"), more or goes_on)
    return ""


def _shown(said: str, more: bool) -> str:
    """A message on one line, without its frame; "" where it has no words."""
    said = _COLOURS.sub("", said)
    said = " ".join(said.replace("\\n", " ").replace("\\t", " ").split())
    said = _FRAME.sub("", said)
    if len(said) > _MESSAGE:
        said, more = said[:_MESSAGE].rpartition(" ")[0], True
    if sum(map(str.isalpha, said)) <= 2:
        return ""
    return said.rstrip(" …") + " …" if more else said
