"""Arguments of calls: by keyword, by place, in a `**dict` that the script spells out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.literals import evaluated
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site
    from pseudogen.syntax.tree import Binding, Statement


def argument(call: cst.Call, name: str, place: int | None = None) -> Any:
    """The argument passed for a parameter, by keyword or at its place; None when there is none."""
    for arg in call.args:
        if arg.keyword is not None and arg.keyword.value == name:
            return arg.value
    if place is not None and place < len(call.args):
        before = call.args[: place + 1]
        if all(arg.keyword is None and not arg.star for arg in before):
            return before[-1].value
    return None


def is_lenient(call: cst.Call) -> bool:
    """Whether `strict=False` is passed to what takes a state: names that do not match pass."""
    strict = argument(call, "strict", 1)
    return strict is not None and text(strict) == "False"


_RANKS = frozenset({"rank", "dp_rank", "process_rank", "process_index"})
_COUNTS = frozenset({"world_size", "num_replicas", "dp_size", "num_processes", "num_shards"})


def shares_out(call: cst.Call) -> bool:
    """Whether a call is told which process it is for and how many there are."""
    named = {arg.keyword.value for arg in call.args if arg.keyword is not None}
    return bool(named & _RANKS and named & _COUNTS)


def string(node: Any) -> str:
    """The value of a string literal; "" for anything else."""
    return _evaluated(node.value) if type(node) is cst.SimpleString else ""


def unstyled(node: Any) -> Any:
    """The text in `bold("done")`, `colored(f"epoch {n}", "green")`; anything else as it is."""
    while type(node) is cst.Call and node.args and _STYLES.intersection(words(dotted(node.func))):
        node = node.args[0].value
    return node


_STYLES = frozenset(
    {"blue", "bold", "color", "colored", "colorstr", "colour", "cyan", "green", "italic", "magenta"}
    | {"red", "style", "underline", "yellow"}
)
"""Words of functions that change how a text looks."""


def filled_in(node: Any) -> Iterator[Any]:
    """The values that a text shows, as in `f"{a}/{b}"`, `"{}/{}".format(a, b)` and `"%d" % a`; of
    what is no text, itself; of words alone, none."""
    node = unstyled(node)
    kind = type(node)
    if kind is cst.FormattedString:
        parts = (part for part in node.parts if type(part) is cst.FormattedStringExpression)
        yield from (part.expression for part in parts)
    elif kind is cst.ConcatenatedString:
        yield from filled_in(node.left)
        yield from filled_in(node.right)
    elif is_formatted(node) and _is_text(node.func.value):
        yield from (arg.value for arg in node.args if not arg.star)
    elif kind is cst.BinaryOperation and _is_text(node.left) and type(node.operator) in _FILLS:
        if type(node.operator) is cst.Modulo:
            several = type(node.right) is cst.Tuple
            yield from (e.value for e in node.right.elements) if several else (node.right,)
    elif kind is cst.BinaryOperation and type(node.operator) is cst.Add:
        texts = any(map(_is_text, (node.left, node.right)))
        yield from (*filled_in(node.left), *filled_in(node.right)) if texts else (node,)
    elif kind is not cst.SimpleString:
        yield node


_FILLS = frozenset({cst.Modulo, cst.Multiply})


def _is_text(node: Any) -> bool:
    return type(node) in (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)


def is_formatted(node: Any) -> bool:
    """Whether it is `"...".format(...)`."""
    function = node.func if type(node) is cst.Call else None
    return type(function) is cst.Attribute and function.attr.value == "format"


def constant_text(script: Script, node: Any, statement: int) -> str | None:
    """The string literal, as written, that a name always holds at a statement; None where another
    value may reach it, or none that is written out does."""
    if type(node) is not cst.Name:
        return None
    bindings = script.reaching(node.value, statement)
    value = bindings[0].value if len(bindings) == 1 and bindings[0].how == "assign" else None
    return value.value if type(value) is cst.SimpleString else None


def written_keys(node: Any) -> tuple[str, ...]:
    """The keys of a dict literal, or of `dict(...)`, in order; () of anything else."""
    return tuple(key for key, _ in written_pairs(node))


def written_pairs(node: Any) -> list[tuple[str, Any]]:
    """The keys that are written out in a dict, each with its value."""
    if type(node) is cst.Dict:
        pairs = [(string(e.key), e.value) for e in node.elements if type(e) is cst.DictElement]
        return [(key, kept) for key, kept in pairs if key]
    if type(node) is cst.Call and dotted(node.func) == "dict":
        return [(a.keyword.value, a.value) for a in node.args if a.keyword is not None]
    return []


def subscript_name(node: Any) -> str:
    """`batch_size` for `config["batch_size"]`; "" for anything else."""
    return string(subscript_key(node))


def subscript_key(node: Any) -> Any:
    """What stands alone in the brackets of `x[...]`; None for a slice and for no subscript."""
    if type(node) is not cst.Subscript or len(node.slice) != 1:
        return None
    index = node.slice[0].slice
    return index.value if type(index) is cst.Index else None


@lru_cache(maxsize=1 << 13)
def _evaluated(literal: str) -> str:
    quote, plain = literal[0], literal[1:-1]
    if quote in "\"'" and quote not in plain and "\\" not in plain:  # as nearly all are
        return plain
    written = evaluated(literal)
    return written if isinstance(written, str) else ""


_BLANK = re.compile(r"\{\d*(?:![rsa])?(?::[^{}]*)?\}")


def blanks(template: str) -> str:
    """A text for `str.format` as it is read: what is filled in by place is left open."""
    return _BLANK.sub("…", template)


def starred_argument(script: Script, site: Site, name: str) -> Any:
    """What a `**kwargs` of a call passes for a parameter, where a dict literal spells it out."""
    for arg in site.node.args:
        if arg.star == "**":
            for key, expression in _entries(script, arg.value, site.statement.index):
                if key == name:
                    return expression
    return None


def passes_unknown(script: Script, site: Site) -> bool:
    """Whether a call passes `*args`, or a `**kwargs` whose keys can't be told."""
    return any(
        arg.star == "*"
        or (arg.star == "**" and not list(_entries(script, arg.value, site.statement.index)))
        for arg in site.node.args
    )


def passes(site: Site, script: Script, name: str) -> bool:
    """Whether something is passed for a parameter, and may be passed by a `**` as well."""
    told = script.argument_text(site, name)
    return told not in (None, "None") or script.passes_unknown(site)


def _entries(script: Script, node: Any, statement: int) -> Iterator[tuple[str, Any]]:
    """The (key, value) pairs of a dict literal, `dict(...)` call or a variable that holds one."""
    kind = type(node)
    if kind is cst.Dict:
        for element in node.elements:
            if type(element) is cst.DictElement and string(element.key):
                yield string(element.key), element.value
    elif kind is cst.Call and dotted(node.func) == "dict":
        for arg in node.args:
            if arg.keyword is not None:
                yield arg.keyword.value, arg.value
    elif kind in (cst.Name, cst.Attribute):
        bindings = script.reaching(dotted(node), statement)
        if len(bindings) == 1 and bindings[0].how == "assign":
            taken = _taken_out(script, dotted(node))
            for key, value in _entries(script, bindings[0].value, bindings[0].statement):
                if key not in taken:
                    yield key, value


def _taken_out(script: Script, name: str) -> set[str]:
    """The keys that the script takes out of a dict somewhere: `options.pop("download")`."""
    pops = [site.node for site in script.calls_of_method("pop") if site.name == f"{name}.pop"]
    return {string(call.args[0].value) or "" for call in pops if call.args}


def passed(script: Script, parameter: Binding) -> list[tuple[Any, int]]:
    """See `Script.passed`."""
    function = script.tree.statements[parameter.statement]
    if type(function.node) is not cst.FunctionDef:
        return []
    params = function.node.params
    names = [param.name.value for param in (*params.posonly_params, *params.params)]
    method = names[:1] == ["self"]
    if method and parameter.name == "self":
        return []
    place = names.index(parameter.name) if parameter.name in names else None
    found: list[tuple[Any, int]] = []
    for site in _calls_of(script, function):
        shift = 1 if method and _is_bound(script, site) else 0
        value = argument(site.node, parameter.name, place - shift if place is not None else None)
        if value is None:
            value = starred_argument(script, site, parameter.name)
        if value is None and passes_unknown(script, site):
            return []
        value = value if value is not None else parameter.value
        if value is None:
            return []
        found.append((value, site.statement.index))
    return found


def _calls_of(script: Script, function: Statement) -> list[Site]:
    """The calls that run a function; of a class's `__init__`, those that make an instance."""
    calls = script.calls_of(function)
    if function.node.name.value != "__init__" or function.parent < 0:
        return calls
    owner = script.tree.statements[function.parent]
    made = owner.node.name.value if type(owner.node) is cst.ClassDef else None
    makes = (
        site
        for site in script.call_sites()
        if site.name == made
        and any(
            b.how == "class" and b.statement == owner.index
            for b in script.resolver.bindings(site.name, site.scope)
        )
    )
    return [*calls, *makes]


def _is_bound(script: Script, site: Site) -> bool:
    """Whether a call of a method passes `self` by its receiver (not `Class.method(object)`)."""
    receiver = site.name.rpartition(".")[0]
    if not receiver:
        return any(b.how == "class" for b in script.resolver.bindings(site.name, site.scope))
    bindings = script.resolver.bindings(receiver, site.scope) if receiver else []
    return not any(binding.how == "class" for binding in bindings)
