"""Settings written as constants: in capitals, at the top of the script, in a dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import string
from pseudogen.names.comments import comment_naming, comment_of
from pseudogen.names.options import literal_kind
from pseudogen.names.settings import Setting
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import NO_STATEMENT, Binding, Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

_HYPER_WORDS = frozenset(
    {
        "alpha", "batch", "batchsize", "beta", "betas", "bs", "clip", "decay", "dropout", "epoch",
        "epochs", "eps", "gamma", "lr", "momentum", "patience", "rate", "seed", "size", "steps",
        "temperature", "warmup", "workers",
    }
)  # fmt: skip
_STATE_WORDS = frozenset(
    {"best", "total", "running", "current", "count", "counter", "sum", "start"}
)
_DICT_WORDS = frozenset({"cfg", "config", "configs", "hparams", "hyp", "opt", "params", "settings"})
_SCALING = (cst.FloorDivideAssign, cst.DivideAssign, cst.MultiplyAssign)


def collect(script: Script) -> Iterator[tuple[str, Setting]]:
    """Literals that the script gives to a name once: anywhere at the top level when in capitals,
    else at the top level or under the entry guard; in a function only under a usual name."""
    for scope in script.tree.scopes:
        for name, bindings in scope.bindings.items():
            binding = bindings[0]
            if "." in name or binding.how != "assign" or not _is_written_out(binding.value):
                continue
            statement = script.tree.statements[binding.statement]
            if _is_setting(script, name, bindings, statement, scope.kind):
                yield name, _constant(script, name, binding.value, statement)


def _is_written_out(value: Any) -> bool:
    """Whether a value is a literal, or a list or tuple of literals and names: a list of what calls
    make, or of what is computed, is no setting, and an empty one is there to be filled."""
    if type(value) in (cst.List, cst.Tuple):
        inner = [element.value for element in value.elements]
        written = (type(v) in (cst.Name, cst.Attribute) or _is_written_out(v) for v in inner)
        return bool(inner) and all(written)
    return literal_kind(value) not in (None, "dict")


def _is_setting(
    script: Script, name: str, bindings: list[Binding], statement: Statement, scope: str
) -> bool:
    if name.startswith("_") or _STATE_WORDS & set(words(name)) or not _set_once(script, bindings):
        return False
    if scope == "module":
        return _at_top(script, statement)
    top = type(script.tree.statements[statement.parent].node) is cst.FunctionDef
    usual = scope == "function" and top and bool(_HYPER_WORDS & set(words(name)))
    own = script.tree.scopes[statement.scope].bindings
    return usual and not any(type(n) is cst.Name and n.value in own for n in _parts(bindings[0]))


def _parts(binding: Binding) -> Iterator[Any]:
    """The elements of a list or tuple that a name is given."""
    value: Any = binding.value
    if type(value) in (cst.List, cst.Tuple):
        yield from (element.value for element in value.elements)


def _set_once(script: Script, bindings: list[Binding]) -> bool:
    """Whether a name keeps its value, but for a scaling (`batch_size //= world_size`)."""
    return all(
        binding.how == "augment" and type(binding.value.operator) in _SCALING
        for binding in bindings[1:]
    )


def _at_top(script: Script, statement: Statement) -> bool:
    """Whether a statement stands at the top level or directly under the entry guard."""
    if statement.parent == NO_STATEMENT:
        return True
    header = script.tree.statements[statement.parent].node
    return type(header) is cst.If and "__name__" in text(header.test)


def _constant(script: Script, name: str, value: Any, statement: Statement) -> Setting:
    lines, line = script.tree.lines, statement.first
    words_on_it = comment_of(lines, line, statement.last) or comment_naming(lines, line, name)
    return Setting(
        name=name,
        default=text(value),
        line=statement.first,
        origin="constant",
        statement=statement.index,
        kind=literal_kind(value),
        help=words_on_it.removeprefix(name).strip() or None if words_on_it else None,
        expression=value,
    )


def collect_dicts(script: Script) -> Iterator[tuple[str, Setting]]:
    """The entries of dictionaries of settings: `config = {"lr": 0.1, "optim": {"beta": 0.9}}`."""
    for scope in script.tree.scopes:
        for name, bindings in scope.bindings.items():
            if len(bindings) != 1 or bindings[0].how != "assign":
                continue
            if type(bindings[0].value) not in (cst.Dict, cst.Call):
                continue
            if name != "args" and _DICT_WORDS.isdisjoint(words(name)[-1:]):
                continue
            statement = script.tree.statements[bindings[0].statement]
            yield from _entries(script, name, bindings[0].value, statement)


def _entries(
    script: Script, before: str, value: Any, statement: Statement
) -> Iterator[tuple[str, Setting]]:
    for key, expression in _pairs(value):
        name = f'{before}["{key}"]'
        if type(expression) is cst.Dict and expression.elements:
            yield from _entries(script, name, expression, statement)
            continue
        line = _line_of(script, key, statement)
        setting = Setting(
            name=name,
            default=text(expression),
            line=line,
            origin="dict",
            statement=statement.index,
            kind=literal_kind(expression),
            help=comment_of(script.tree.lines, line) if line > statement.first else None,
            expression=expression,
        )
        yield name, setting


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    if type(value) is cst.Dict:
        for element in value.elements:
            if type(element) is cst.DictElement and string(element.key):
                yield string(element.key), element.value
    elif type(value) is cst.Call and dotted(value.func).rpartition(".")[2] in (
        "dict",
        "ConfigDict",
        "EasyDict",
        "edict",
        "SimpleNamespace",
        "Namespace",
    ):
        for arg in value.args:
            if arg.keyword is not None:
                yield arg.keyword.value, arg.value


def _line_of(script: Script, key: str, statement: Statement) -> int:
    """The line of a dictionary on which a key stands: the first that holds it quoted, or as a
    keyword."""
    forms = (f'"{key}"', f"'{key}'", f"{key}=", f"{key} =")
    for number in range(statement.first, statement.last + 1):
        if any(form in script.tree.lines[number - 1] for form in forms):
            return number
    return statement.first
