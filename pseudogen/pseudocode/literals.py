"""Numbers, texts and formatted texts."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from pseudogen.pseudocode.terms import ATOM, PHRASE, Term
from pseudogen.pseudocode.vocabulary import spelt
from pseudogen.pseudocode.writer import Writer
from pseudogen.regex import regex
from pseudogen.syntax.literals import evaluated
from pseudogen.syntax.text import text as python_text

_BASES = {"o": "₈", "b": "₂", "x": "₁₆"}
_FIXED = re.compile(r"([<>^]?)(0?\d*)(,?)\.(\d+)([fe%])")
_WHOLE = re.compile(r"(0?)(\d*)(,?)d?")
_ALIGNED = re.compile(r"([<>^])(\d+)")
_FIELD = re.compile(r"\{\{|\}\}|\{(\w*)((?:\.[^\W\d]\w*)*)(?:!([rsa]))?(?::([^{}]*))?\}")
_PERCENT = regex(r"%%|%(?:\((\w+)\))?([-+ #0]*\d*(?:\.\d+)?)([sdifeEgGrxXouc])")


def integer(writer: Writer, node: cst.Integer) -> Term:
    """`1_000` -> 1000; `0b101` -> 101₂."""
    return writer.vocabulary.number(whole(node.value)), ATOM


def whole(written: str) -> str:
    """The digits of an integer literal; other bases than ten as a subscript."""
    digits = written.replace("_", "")
    base = _BASES.get(digits[1:2].lower())
    return digits[2:].upper() + base if base else digits


def floating(writer: Writer, node: cst.Float) -> Term:
    """`.5` -> 0.5; `1.` -> 1.0."""
    return writer.vocabulary.number(decimal(node.value)), ATOM


def decimal(written: str) -> str:
    """A decimal number with digits on both sides of its point."""
    mantissa, exponent, power = written.replace("_", "").lower().partition("e")
    before, point, after = mantissa.partition(".")
    number = (before or "0") + (f".{after or '0'}" if point else "")
    return number + exponent + power


def imaginary(writer: Writer, node: cst.Imaginary) -> Term:
    """`2j` -> 2i."""
    number = node.value[:-1]
    plain = whole(number) if number.replace("_", "").isdigit() else decimal(number)
    return writer.vocabulary.number(plain + "i"), ATOM


def value(node: Any) -> str | bytes | None:
    """The value of a text literal, None for anything else."""
    if type(node) is cst.ConcatenatedString:
        pieces = [value(piece) for piece in _pieces(node)]
        if all(isinstance(piece, str) for piece in pieces):
            return "".join(pieces)  # type: ignore[arg-type]
        if all(isinstance(piece, bytes) for piece in pieces):
            return b"".join(pieces)  # type: ignore[arg-type]
        return None
    if type(node) is not cst.SimpleString:
        return None
    written = node.value
    if written[0] in "'\"" and "\\" not in written:
        quotes = 3 if written[:3] in ('"""', "'''") else 1
        return str(written[quotes:-quotes])
    try:
        found = evaluated(node.value)
    except (ValueError, SyntaxError):
        return None
    return found if isinstance(found, (str, bytes)) else None


def simple(writer: Writer, node: Any) -> Term:
    """A text or bytes literal, pieces side by side taken together."""
    return quoted(writer, node.value, value(node)), ATOM


def quoted(writer: Writer, written: str, content: str | bytes | None) -> str:
    """A literal's content in quotes; as written where it can't be told."""
    if isinstance(content, str):
        return writer.vocabulary.quoted(content)
    if content is None:
        return writer.vocabulary.quoted(written.strip("'\""))
    said = spelt(content.decode("latin-1"))
    plain = "".join(c if ord(c) < 127 else f"\\x{ord(c):02x}" for c in said)
    return writer.say("byte_text", writer.vocabulary.string(f'"{plain}"'))


def concatenated(writer: Writer, node: cst.ConcatenatedString) -> Term:
    """`"a" f"{b}"`: one text."""
    pieces = list(_pieces(node))
    content = value(node)
    if content is not None:
        return quoted(writer, "", content), ATOM
    return _template(writer, "".join(_inside(writer, piece) for piece in pieces)), ATOM


def _pieces(node: Any) -> Any:
    while type(node) is cst.ConcatenatedString:
        yield node.left
        node = node.right
    yield node


def _inside(writer: Writer, node: Any) -> str:
    if type(node) in (cst.FormattedString, *_TEMPLATED):
        return "".join(_part(writer, part, "r" in node.start.lower()) for part in node.parts)
    content = value(node)
    return spelt(content if isinstance(content, str) else python_text(node))


def formatted(writer: Writer, node: Any) -> Term:
    """`f"{x:.2f} s"` -> "⟨x, 2 decimals⟩ s"."""
    return _template(writer, _inside(writer, node)), ATOM


def _template(writer: Writer, inside: str) -> str:
    return writer.vocabulary.string(f'"{inside}"')


def _part(writer: Writer, part: Any, raw: bool, inner: bool = False) -> str:
    if type(part) in (cst.FormattedStringText, *_TEXTS):
        content = part.value.replace("{{", "{").replace("}}", "}")
        return spelt(content if raw or "\\" not in content else _unescaped(content))
    shown = writer.text(part.expression, PHRASE)
    name = spelt(python_text(part.expression)) + "=" if part.equal is not None else ""
    notes = []
    if part.conversion in ("r", "a"):
        notes.append(writer.say("exactly"))
    if part.format_spec:
        notes.append(_specified(writer, part.format_spec, raw))
    return name + (_slot(shown, notes) if inner else slot(writer, shown, notes))


def _unescaped(content: str) -> str:
    quote = "'''" if '"' in content else '"""'
    try:
        return str(evaluated(f"{quote}{content}{quote}"))
    except (ValueError, SyntaxError):
        return content


def slot(writer: Writer, shown: str, notes: list[str]) -> str:
    """A place in a text that holds a value, which is no part of what is quoted."""
    return writer.vocabulary.unquoted(_slot(shown, notes))


def _slot(shown: str, notes: list[str]) -> str:
    return f"⟨{', '.join([shown, *filter(None, notes)])}⟩"


def _specified(writer: Writer, parts: Any, raw: bool) -> str:
    texts = (cst.FormattedStringText, *_TEXTS)
    if all(type(part) in texts for part in parts):
        return specification(writer, "".join(part.value for part in parts))
    return writer.say("format_as", "".join(_part(writer, part, raw, inner=True) for part in parts))


def specification(writer: Writer, spec: str) -> str:
    """A format specification in words; one without words of its own stays in quotes."""
    if not spec or spec in ("s", "d"):
        return ""
    fixed = _FIXED.fullmatch(spec)
    if fixed is not None:
        key = {"f": "decimals", "e": "scientific", "%": "percentage"}[fixed[5]]
        width = int(fixed[2] or 0)
        return writer.say(key, int(fixed[4]), width, bool(fixed[3]))
    aligned = _ALIGNED.fullmatch(spec)
    if aligned is not None:
        key = {"<": "left_aligned", ">": "right_aligned", "^": "centred"}[aligned[1]]
        return writer.say(key, int(aligned[2]))
    number = _WHOLE.fullmatch(spec)
    if number is not None:
        return writer.say("digits", int(number[2] or 0), bool(number[1]), bool(number[3]))
    return writer.say("format_as", spelt(spec))


def fill(writer: Writer, pattern: str, args: Any) -> str | None:
    """`"{} of {}".format(a, b)` as one text; None where the fields can't be told."""
    if any(arg.star for arg in args):
        return None
    given = {arg.keyword.value: arg.value for arg in args if arg.keyword is not None}
    given |= {str(i): arg.value for i, arg in enumerate(a for a in args if a.keyword is None)}
    used: list[str] = []
    pieces: list[str] = []
    end = 0
    for found in _FIELD.finditer(pattern):
        pieces.append(spelt(pattern[end : found.start()]))
        end = found.end()
        if found[0] in ("{{", "}}"):
            pieces.append(found[0][0])
            continue
        place = found[1] or str(len(used))
        if place not in given:
            return None
        used.append(place)
        notes = [writer.say("exactly")] if found[3] in ("r", "a") else []
        notes.append(specification(writer, found[4] or ""))
        shown = writer.text(given[place], ATOM if found[2] else PHRASE)
        part = f".{writer.vocabulary.code(found[2][1:])}" if found[2] else ""
        pieces.append(slot(writer, shown + part, notes))
    rest = pattern[end:]
    if set(used) != set(given) or "{" in rest or "}" in rest:
        return None
    return _template(writer, "".join(pieces) + spelt(rest))


def fill_percent(writer: Writer, pattern: str, values: list[Any]) -> str | None:
    """`"%d of %s" % (a, b)` as one text; None where the fields can't be told."""
    pieces: list[str] = []
    end = used = 0
    for found in _PERCENT.finditer(pattern):
        between, end = pattern[end : found.start()], found.end()
        if "%" in between:
            return None
        pieces.append(spelt(between))
        if found[0] == "%%":
            pieces.append("%")
            continue
        if found[1] or used >= len(values):
            return None
        spec = found[2] + ("f" if found[3] == "F" else found[3])
        notes = ["" if spec in ("s", "d", "i") else specification(writer, spec.replace("i", "d"))]
        if spec == "r":
            notes = [writer.say("exactly")]
        pieces.append(slot(writer, writer.text(values[used], PHRASE), notes))
        used += 1
    rest = pattern[end:]
    if used != len(values) or "%" in rest:
        return None
    return _template(writer, "".join(pieces) + spelt(rest))


def percent(writer: Writer, node: cst.BinaryOperation) -> str | None:
    """`"%d of %s" % (a, b)`; None when the left side is no text."""
    pattern = value(node.left)
    if not isinstance(pattern, str):
        return None
    right = node.right
    if type(right) is not cst.Tuple:
        elements = [] if type(right) is cst.Dict else [right]
    elif any(type(element) is cst.StarredElement for element in right.elements):
        return None
    else:
        elements = [element.value for element in right.elements]
    return fill_percent(writer, pattern, elements)


_TEMPLATED = tuple(getattr(cst, n) for n in ("TemplatedString",) if hasattr(cst, n))
_TEXTS = tuple(getattr(cst, n) for n in ("TemplatedStringText",) if hasattr(cst, n))
