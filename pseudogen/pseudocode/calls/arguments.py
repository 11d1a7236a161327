"""The arguments of a call, as they stand in its brackets."""

from __future__ import annotations

from typing import Any

import libcst as cst

from pseudogen.pseudocode.terms import ATOM, NOUN, SUM, Term, at, in_list
from pseudogen.pseudocode.writer import Writer


def arguments(writer: Writer, args: Any) -> list[str]:
    """The arguments of a call, keywords included."""
    if len(args) == 1 and not args[0].star and args[0].keyword is None:
        return [_only(writer, args[0])]
    return [argument(writer, arg) for arg in args]


def _only(writer: Writer, arg: cst.Arg) -> str:
    if type(arg.value) is cst.Comparison:
        return argument(writer, arg)
    text = writer.alone(arg.value)
    return text[1:-1] if type(arg.value) is cst.GeneratorExp else text


def argument(writer: Writer, arg: cst.Arg) -> str:
    """One argument; a comparison in brackets, so that it is not read as a name and its value."""
    if arg.star:
        return writer.say(
            "all_named" if arg.star == "**" else "all_of", writer.text(arg.value, ATOM)
        )
    if arg.keyword is not None:
        return f"{writer.vocabulary.code(arg.keyword.value)} = {_value(writer.term(arg.value))}"
    return writer.given(arg.value)


def _value(term: Term) -> str:
    """What a name of an argument is given: words as in a list, a test in brackets."""
    return in_list(term) if term[1] <= NOUN else at(term, SUM)
