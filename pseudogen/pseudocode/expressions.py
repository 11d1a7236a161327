"""Every expression of Python in neutral writing: the table from node type to words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import libcst as cst

from pseudogen.pseudocode import comprehensions, literals, operators, parameters, ranges
from pseudogen.pseudocode.calls import calls
from pseudogen.pseudocode.terms import ATOM, CONDITION, NOUN, OR, PHRASE, Term
from pseudogen.pseudocode.writer import Write, Writer

_CONSTANTS = {
    "None": "nothing",
    "True": "true_",
    "False": "false_",
    "NotImplemented": "unsupported",
}


def name(writer: Writer, node: cst.Name) -> Term:
    """An identifier, `self`, or one of the constants."""
    value = node.value
    if value in _CONSTANTS:
        return writer.keyword(_CONSTANTS[value]), ATOM
    if value == "self" or value == "cls":
        owner = writer.receiver(value)
        if owner is not None:
            return writer.say(f"the_{owner}"), ATOM
    built_in = getattr(writer.vocabulary.phrases, f"named_{value}", None)
    if built_in is not None and writer.is_builtin(value):
        return str(built_in()), ATOM
    return writer.vocabulary.code(value), ATOM


def attribute(writer: Writer, node: cst.Attribute) -> Term:
    """`a.b.c` as it is; `self.x` is the object's x."""
    parts = [node.attr.value]
    base = node.value
    while type(base) is cst.Attribute and not base.attr.value.endswith("__"):
        parts.append(base.attr.value)
        base = base.value
    parts.reverse()
    special = _special(writer, node) if parts[-1].startswith("__") else None
    if special is not None:
        return special
    rest = ".".join(parts)
    binds = NOUN if "__" in rest and rest.endswith("__") else ATOM
    if type(base) is cst.Name and base.value not in _CONSTANTS:
        owner = writer.receiver(base.value)
        if owner is None:
            return writer.vocabulary.code(f"{base.value}.{rest}"), binds
        return writer.say(f"of_{owner}", writer.vocabulary.code(rest)), ATOM
    if type(base) is cst.Call and type(base.func) is cst.Name and base.func.value == "super":
        return writer.say("of_base_class", writer.vocabulary.code(rest)), ATOM
    return f"{writer.text(base, ATOM)}.{writer.vocabulary.code(rest)}", ATOM


def _special(writer: Writer, node: cst.Attribute) -> Term | None:
    """`x.__dict__`: the attributes of x."""
    name = node.attr.value
    macro = getattr(writer.vocabulary.phrases, f"special_{name.strip('_')}", None)
    if macro is None or not name.endswith("__"):
        return None
    return str(macro(writer.operand(node.value))), NOUN


def choice(writer: Writer, node: cst.IfExp) -> Term:
    """`a if c else b`."""
    chain = node.orelse
    chained = type(chain) is cst.IfExp and not chain.lpar
    rest = writer.text(chain) if chained else writer.item(chain)
    return writer.say("choice", writer.item(node.body), writer.condition(node.test), rest), PHRASE


def mapping(writer: Writer, node: cst.Lambda) -> Term:
    """`lambda x: x + 1` -> x ↦ x + 1."""
    given = parameters.listed(writer, node.params)
    alone = len(given) == 1 and type(node.params.star_arg) is not cst.Param
    left = given[0] if alone and " " not in given[0] else f"({writer.listed(given)})"
    return f"{left} ↦ {writer.text(node.body, PHRASE)}", PHRASE


def named(writer: Writer, node: cst.NamedExpr) -> Term:
    """`x := y` -> x ← y."""
    return f"{writer.text(node.target)} ← {writer.text(node.value, PHRASE)}", PHRASE


def awaited(writer: Writer, node: cst.Await) -> Term:
    """`await x`."""
    return writer.say("awaited", writer.operand(node.expression)), PHRASE


def yielded(writer: Writer, node: cst.Yield) -> Term:
    """`yield x`, `yield from xs`."""
    if node.value is None:
        return writer.say("yielded_nothing"), PHRASE
    if type(node.value) is cst.From:
        return writer.say("yielded_all", writer.text(node.value.item, OR)), PHRASE
    return writer.say("yielded", bare(writer, node.value)), PHRASE


def bare(writer: Writer, node: Any) -> str:
    """An expression that stands alone: a tuple needs no brackets there."""
    if type(node) is cst.Tuple and len(node.elements) > 1:
        return writer.listed(elements(writer, node))
    return writer.text(node, PHRASE)


def elements(writer: Writer, node: Any) -> list[str]:
    """The elements of a tuple, list or set."""
    return [
        writer.say("all_of", writer.text(element.value, ATOM))
        if type(element) is cst.StarredElement
        else writer.item(element.value)
        for element in node.elements
    ]


def tuple_(writer: Writer, node: cst.Tuple) -> Term:
    """`(a, b)`; one element alone says that it is a tuple."""
    found = elements(writer, node)
    if len(found) == 1:
        return writer.say("one_tuple", found[0]), ATOM
    return f"({writer.listed(found)})", ATOM


def list_(writer: Writer, node: cst.List) -> Term:
    """`[a, b]`."""
    if not node.elements:
        return writer.say("empty_list"), ATOM
    return f"[{writer.listed(elements(writer, node))}]", ATOM


def set_(writer: Writer, node: cst.Set) -> Term:
    """`{a, b}`."""
    return f"{{{writer.listed(elements(writer, node))}}}", ATOM


def dictionary(writer: Writer, node: cst.Dict) -> Term:
    """`{k: v, **rest}`."""
    if not node.elements:
        return writer.say("empty_table"), ATOM
    items: Any = node.elements
    pairs = [
        writer.say("all_entries", writer.text(element.value, ATOM))
        if type(element) is cst.StarredDictElement
        else f"{writer.item(element.key)}: {writer.item(element.value)}"
        for element in items
    ]
    return f"{{{writer.listed(pairs)}}}", ATOM


def ellipsis(writer: Writer, node: cst.Ellipsis) -> Term:
    """`...` as a value."""
    return "…", ATOM


def tested_name(writer: Writer, node: Any) -> Term:
    """`if distributed` says what it asks; other names are asked whether they hold."""
    if not writer.types:
        word = node.value if type(node) is cst.Name else node.attr.value
        if word == "distributed":
            return writer.say("is_distributed", writer.text(node)), CONDITION
    return operators.asked(writer, node)


EXPRESSIONS: Mapping[type, Write] = {
    cst.Name: name,
    cst.Attribute: attribute,
    cst.Call: calls.call,
    cst.Subscript: ranges.subscript,
    cst.BinaryOperation: operators.binary,
    cst.BooleanOperation: operators.boolean,
    cst.UnaryOperation: operators.unary,
    cst.Comparison: operators.comparison,
    cst.Integer: literals.integer,
    cst.Float: literals.floating,
    cst.Imaginary: literals.imaginary,
    cst.SimpleString: literals.simple,
    cst.ConcatenatedString: literals.concatenated,
    cst.FormattedString: literals.formatted,
    cst.Ellipsis: ellipsis,
    cst.Tuple: tuple_,
    cst.List: list_,
    cst.Set: set_,
    cst.Dict: dictionary,
    cst.ListComp: comprehensions.of_list,
    cst.SetComp: comprehensions.of_set,
    cst.DictComp: comprehensions.of_table,
    cst.GeneratorExp: comprehensions.of_values,
    cst.IfExp: choice,
    cst.Lambda: mapping,
    cst.NamedExpr: named,
    cst.Await: awaited,
    cst.Yield: yielded,
    **{getattr(cst, n): literals.formatted for n in ("TemplatedString",) if hasattr(cst, n)},
    **{getattr(cst, n): comprehensions.of_merged for n in ("StarredDictComp",) if hasattr(cst, n)},
}

TESTS: Mapping[type, Write] = {
    cst.Name: tested_name,
    cst.Attribute: tested_name,
    cst.Subscript: operators.asked,
    cst.Call: operators.asked,
    cst.NamedExpr: operators.asked,
    cst.BinaryOperation: operators.asked,
    cst.Await: operators.asked,
    cst.BooleanOperation: operators.boolean_test,
}
