"""Settings from classes: dataclasses and plain classes that hold values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import argument, string
from pseudogen.names.blocks import method
from pseudogen.names.comments import comment_of
from pseudogen.names.options import joined_string, literal_kind
from pseudogen.names.settings import Setting
from pseudogen.names.words import words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script

_CONFIG_WORDS = frozenset(
    {
        "args",
        "arguments",
        "cfg",
        "config",
        "configuration",
        "configs",
        "flags",
        "hparams",
        "hyperparameters",
        "hyperparams",
        "options",
        "opts",
        "params",
        "settings",
    }
)
_PARSERS = frozenset({"cli", "parse", "wrap", "parse_args_into_dataclasses"})


def collect(script: Script) -> Iterator[tuple[str, Setting]]:
    """The fields of every class of settings, under each name by which an instance is read."""
    parsed = _parsed_classes(script)
    for statement in script.tree.statements:
        if type(statement.node) is cst.ClassDef:
            name = statement.node.name.value
            if name in parsed or (
                _CONFIG_WORDS & set(words(name)[-1:]) and _holds_values(statement)
            ):
                holders = [*_instances(script, name, parsed), name]
                yield from _fields(script, statement, holders, typed=name in parsed)


def _holds_values(statement: Statement) -> bool:
    """Whether a class is there to hold values: a dataclass, or one without methods but __init__."""
    decorators = {dotted(_function(d.decorator)) for d in statement.node.decorators}
    if any("dataclass" in name for name in decorators):
        return True
    methods = [n.name.value for n in statement.node.body.body if type(n) is cst.FunctionDef]
    return all(name.startswith("__") for name in methods)


def _function(node: Any) -> Any:
    return node.func if type(node) is cst.Call else node


def _parsed_classes(script: Script) -> dict[str, int]:
    """Class -> its place in what a parser of dataclasses returns."""
    found: dict[str, int] = {}
    parses = (s for s in script.calls_of_kind("config") if method(s) in _PARSERS)
    for site in (*script.calls_of_kind("config-parser"), *parses):
        given = site.node.args[0].value if site.node.args else None
        classes = given.elements if isinstance(given, cst.Tuple | cst.List) else ()
        names = [dotted(element.value) for element in classes] or [dotted(given)]
        found |= {name: place for place, name in enumerate(names) if name}
    return found


def _instances(script: Script, name: str, parsed: dict[str, int]) -> Iterator[str]:
    """The variables that hold an instance: made by the class, parsed into it, annotated with it."""
    for scope in script.tree.scopes:
        for variable, bindings in scope.bindings.items():
            for binding in bindings:
                value = _whole(binding.value) if binding.how in ("assign", "unpack") else None
                made = type(value) is cst.Call and _makes(value, name, binding.position, parsed)
                if made or (
                    binding.how == "parameter"
                    and _annotated(script, binding.statement, variable) == name
                ):
                    yield variable


def _whole(value: Any) -> Any:
    """What the first parts are taken of: `parse()` of `parse()[:2]`."""
    part = value.slice[0].slice if type(value) is cst.Subscript and len(value.slice) == 1 else None
    begins = type(part) is cst.Slice and part.lower is None and part.step is None
    return value.value if begins else value


def _makes(call: cst.Call, name: str, position: int | None, parsed: dict[str, int]) -> bool:
    function = dotted(call.func)
    if function == name:
        return True
    if name not in parsed:
        return False
    into_classes = function.endswith(("parse_args_into_dataclasses", "parse_args_and_config"))
    direct = any(dotted(arg.value) == name for arg in call.args)
    return (into_classes and position in (None, parsed[name])) or direct


def _annotated(script: Script, function: int, parameter: str) -> str:
    node = script.tree.statements[function].node
    for param in node.params.params if type(node) is cst.FunctionDef else ():
        if param.name.value == parameter and param.annotation is not None:
            return dotted(param.annotation.annotation) or string(param.annotation.annotation)
    return ""


def _fields(
    script: Script, statement: Statement, holders: list[str], *, typed: bool
) -> Iterator[tuple[str, Setting]]:
    """The fields of a class; `typed` says whether each is an option of the command line."""
    for field in script.tree.body(statement):
        setting = _field(script, field, holders[0], statement)
        if setting is not None:
            last = setting.name.rpartition(".")[2]
            setting = replace(setting, flag=f"--{last}") if typed else setting
            yield from ((f"{holder}.{last}", setting) for holder in dict.fromkeys(holders))


def _field(script: Script, field: Statement, holder: str, owner: Statement) -> Setting | None:
    node = field.node
    annotation = node.annotation.annotation if type(node) is cst.AnnAssign else None
    if type(node) is cst.AnnAssign and type(node.target) is cst.Name:
        name = node.target.value
    elif type(node) is cst.Assign and type(node.targets[0].target) is cst.Name:
        name = node.targets[0].target.value
    else:
        return None
    default, written_help = _default(node.value)
    return Setting(
        name=f"{holder}.{name}",
        default=text(default) if default is not None else None,
        line=field.first,
        origin="dataclass" if owner.node.decorators else "class",
        statement=field.index,
        kind=text(annotation) if annotation is not None else literal_kind(default),
        help=written_help
        or comment_of(script.tree.lines, field.first, field.last)
        or _docstring(script, field),
        required=default is None,
        expression=default,
    )


def _docstring(script: Script, field: Statement) -> str | None:
    """The string that stands alone behind a field, as tyro and others read it."""
    statements = script.tree.statements
    after: Any = statements[field.after] if field.after < len(statements) else None
    alone = after is not None and after.parent == field.parent and type(after.node) is cst.Expr
    return " ".join(joined_string(after.node.value).split()) or None if alone else None


def _default(value: Any) -> tuple[Any, str | None]:
    """The default and the help text of a field, also of `field(default=..., metadata=...)`."""
    if type(value) is not cst.Call or dotted(value.func).rpartition(".")[2] not in (
        "field",
        "Field",
    ):
        return value, None
    metadata = argument(value, "metadata")
    written = joined_string(argument(value, "help")) or joined_string(
        argument(value, "description")
    )
    for element in metadata.elements if type(metadata) is cst.Dict else ():
        if type(element) is cst.DictElement and string(element.key) == "help":
            written = joined_string(element.value)
    factory = argument(value, "default_factory")
    made = factory.body if type(factory) is cst.Lambda else None
    return argument(value, "default", 0) or made, " ".join(written.split()) or None
