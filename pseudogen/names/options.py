"""Settings from the command line: argparse and its kin, click, functions made into commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import argument, string
from pseudogen.names.blocks import calls_of_methods
from pseudogen.names.settings import Setting
from pseudogen.names.targets import variable
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Binding, Statement

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

_PARSES = (".parse_args", ".parse_known_args", ".parse_intermixed_args")
_FLAG_DEFAULTS = {"store_true": "False", "store_false": "True", "count": "0"}
_LITERALS: dict[type, str] = {
    cst.Integer: "int",
    cst.Float: "float",
    cst.SimpleString: "str",
    cst.List: "list",
    cst.Tuple: "tuple",
    cst.Dict: "dict",
}
COMMAND_TOOLS = frozenset({"typer", "fire", "tyro"})
"""What makes a command of a function that it gets."""


def collect(script: Script) -> Iterator[tuple[str, Setting]]:
    """Every option that the script declares, under each name by which it is read."""
    spaces: list[str] | None = None
    later = _later_defaults(script)
    for site in calls_of_methods(script, "add_argument", "add_arg"):
        if "." in site.name:
            spaces = namespaces(script) or ["args"] if spaces is None else spaces
            option = _option_name(site.node)
            if option:
                setting = _declared(site, f"{spaces[0]}.{option}")
                line, default = later.get(option, (0, None))
                if line > site.line:
                    setting = replace(setting, default=text(default), expression=default)
                yield from ((f"{space}.{option}", setting) for space in spaces)
    for statement in script.tree.statements:
        if type(statement.node) is cst.FunctionDef:
            yield from _click_options(script, statement)
    yield from _commands(script)


def _later_defaults(script: Script) -> dict[str, tuple[int, Any]]:
    """The defaults that `parser.set_defaults(amp=True)` gives, each with its line."""
    return {
        arg.keyword.value: (site.line, arg.value)
        for site in script.calls_of_method("set_defaults")
        for arg in site.node.args
        if arg.keyword is not None
    }


def _declared(site: Site, name: str) -> Setting:
    args = site.node.args
    given = {arg.keyword.value: arg.value for arg in args[::-1] if arg.keyword is not None}
    action, default = string(given.get("action")), given.get("default")
    written = text(default) if default is not None else _FLAG_DEFAULTS.get(action)
    flags = [string(arg.value) for arg in args if arg.keyword is None]
    flag = next((f for f in flags if f.startswith("--")), flags[0] if flags else None)
    required = "required" in given and text(given["required"]) == "True"
    return Setting(
        name=name,
        default=written,
        line=site.line,
        origin="argparse",
        statement=site.statement.index,
        kind=_kind(given.get("type"), action, default),
        help=_help(given.get("help"), written),
        flag=flag,
        choices=written_choices(given.get("choices")),
        required=required or (flag is not None and not flag.startswith("-")),
        expression=default,
    )


def _option_name(call: cst.Call) -> str:
    """`batch_size` for `add_argument("-b", "--batch-size", ...)`: `dest`, the first long flag or
    the positional's own name."""
    dest = argument(call, "dest")
    if dest is not None:
        return string(dest)
    flags = [string(arg.value) for arg in call.args if arg.keyword is None]
    long_flags = [flag for flag in flags if flag.startswith("--")]
    chosen = (long_flags or flags or [""])[0]
    return chosen.lstrip("-").replace("-", "_")


def _kind(kind: Any, action: str, default: Any) -> str | None:
    if kind is not None:
        return text(kind)
    if action in ("store_true", "store_false"):
        return "bool"
    return literal_kind(default)


def literal_kind(node: Any) -> str | None:
    """The type of a literal, or of arithmetic with literals; None for other expressions and for
    None itself."""
    kind: type = type(node)
    if kind is cst.UnaryOperation:
        return literal_kind(node.expression)
    if kind is cst.Name and node.value in ("True", "False"):
        return "bool"
    if kind is cst.BinaryOperation:
        sides = {literal_kind(node.left), literal_kind(node.right)}
        return "float" if sides == {"int", "float"} else sides.pop() if len(sides) == 1 else None
    return _LITERALS.get(kind)


def _help(node: Any, default: str | None) -> str | None:
    """The help text, with argparse's `%(default)s` filled in."""
    written = joined_string(node)
    filled = written.replace("%(default)s", default or "None").replace("%%", "%")
    return " ".join(filled.split()) or None


def joined_string(node: Any) -> str:
    """The value of a string, also of adjacent ones; "" for anything else."""
    if type(node) is cst.ConcatenatedString:
        return joined_string(node.left) + joined_string(node.right)
    return string(node)


def written_choices(node: Any) -> tuple[str, ...]:
    """The values that a list or tuple of choices spells out."""
    if type(node) in (cst.List, cst.Tuple):
        return tuple(text(element.value) for element in node.elements)
    return ()


def namespaces(script: Script) -> list[str]:
    """The names that hold what `parse_args` gives: variables, those that helpers of the script
    return it to, copies of them, and parameters that they are passed for."""
    names: dict[str, None] = {}
    made = list(_makers(script))
    statements = script.tree.statements
    calls = [(site, statements[called]) for site, called in script.own_calls() if site.node.args]
    grown = -1
    while grown < len(names):
        grown = len(names)
        for name, maker in made:
            if name not in names and _gives_namespace(script, maker, names):
                names[name] = None
        for site, defined in calls:
            names |= dict.fromkeys(_passed_on(site, defined, names))
    return list(names)


@dataclass(frozen=True, slots=True)
class _Maker:
    """What a name gets its value from, where that may be a namespace: a call that parses, another
    name, or functions of the script, by the index of their statement."""

    parses: bool = False
    name: str = ""
    functions: tuple[int, ...] = ()


def _makers(script: Script) -> Iterator[tuple[str, _Maker]]:
    """The names of the script and what may make a namespace of them, in the order of the source."""
    for scope in script.tree.scopes:
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                maker = _maker(script, binding)
                if maker is not None:
                    yield name, maker


def _maker(script: Script, binding: Binding) -> _Maker | None:
    if binding.how not in ("assign", "unpack") or (binding.position or 0) > 0:
        return None
    value = binding.value
    if type(value) is not cst.Call:
        copied = dotted(value) if binding.how == "assign" else ""
        return _Maker(name=copied) if copied else None
    function = dotted(value.func)
    if function.endswith(_PARSES):
        return _Maker(parses=True)
    scope = script.tree.statements[binding.statement].scope
    found = script.resolver.bindings(function, scope) if function else ()
    functions = tuple(b.statement for b in found if b.how == "function")
    return _Maker(functions=functions) if functions else None


def _gives_namespace(script: Script, maker: _Maker, names: dict[str, None]) -> bool:
    return (
        maker.parses
        or maker.name in names
        or any(_returns_namespace(script, function, names) for function in maker.functions)
    )


def _returns_namespace(script: Script, function: int, names: dict[str, None]) -> bool:
    for statement in script.tree.below(script.tree.statements[function]):
        value = statement.node.value if type(statement.node) is cst.Return else None
        if type(value) is cst.Tuple and value.elements:
            value = value.elements[0].value
        if type(value) is cst.Call and dotted(value.func).endswith(_PARSES):
            return True
        if value is not None and dotted(value) in names:
            return True
    return False


def _passed_on(site: Site, defined: Statement, names: dict[str, None]) -> Iterator[str]:
    """The parameters for which a call of a function of the script passes a namespace."""
    places = [i for i, arg in enumerate(site.node.args) if dotted(arg.value) in names]
    if not places:
        return
    params = (*defined.node.params.posonly_params, *defined.node.params.params)
    plain = [param.name.value for param in params]
    if site.name.startswith("self."):
        plain = plain[1:]
    for place in places:
        keyword = site.node.args[place].keyword
        if keyword is not None:
            yield keyword.value
        elif place < len(plain):
            yield plain[place]


def _click_options(script: Script, statement: Statement) -> Iterator[tuple[str, Setting]]:
    for decorator in statement.node.decorators:
        call = decorator.decorator
        if type(call) is not cst.Call or not dotted(call.func).endswith((".option", ".argument")):
            continue
        flags = [string(arg.value) for arg in call.args if arg.keyword is None]
        named = [flag for flag in flags if flag and not flag.startswith("-")]
        long_flags = [flag for flag in flags if flag.startswith("--")]
        name = (named or long_flags or [""])[0].strip("-").partition("/")[0].replace("-", "_")
        default = argument(call, "default")
        is_flag = text(argument(call, "is_flag") or cst.Name("False")) == "True"
        if name:
            yield (
                name,
                Setting(
                    name=name,
                    default=text(default) if default is not None else "False" if is_flag else None,
                    line=statement.first,
                    origin="click",
                    statement=statement.index,
                    kind="bool" if is_flag else _kind(argument(call, "type"), "", default),
                    help=_help(argument(call, "help"), None),
                    flag=long_flags[0] if long_flags else None,
                    required=text(argument(call, "required") or cst.Name("False")) == "True",
                    expression=default,
                ),
            )


def _commands(script: Script) -> Iterator[tuple[str, Setting]]:
    """The parameters of the functions that `fire.Fire(main)`, `fire.Fire({"run": run})` and their
    kin make commands of."""
    for site in script.calls_of_kind("config", "config-decorator"):
        tool = site.known.api.traits.get("tool") if site.known is not None else None
        if tool not in COMMAND_TOOLS or not site.node.args:
            continue
        given: Any = site.node.args[0].value
        several = type(given) is cst.Dict
        named = [dotted(e.value) for e in given.elements] if several else [dotted(given)]
        for binding in (b for name in named for b in script.resolver.bindings(name, site.scope)):
            if binding.how == "function":
                function = script.tree.statements[binding.statement]
                yield from _options_of(script, function, dashed=tool == "typer")


def _options_of(script: Script, function: Statement, *, dashed: bool) -> Iterator[tuple[str, Any]]:
    """The options of a command, also as they are read from the dict that `locals()` gives."""
    body = script.tree.body(function)
    held = [variable(s) for s in body if type(s.node) is cst.Assign and _is_locals(s.node.value)]
    for name, setting in parameters(function):
        typed = name.replace("_", "-") if dashed else name
        option = replace(setting, flag=f"--{typed}" if setting.default is not None else None)
        yield name, option
        changed = re.search(rf"\[[\"']{name}[\"']\]\s*[-+*/%|]*=(?!=)", script.tree.text)
        if not changed:
            yield from ((f'{holder}["{name}"]', option) for holder in held if holder)


def _is_locals(value: Any) -> bool:
    return type(value) is cst.Call and dotted(value.func) in ("locals", "vars") and not value.args


def parameters(function: Statement) -> Iterator[tuple[str, Setting]]:
    """The parameters of a function as settings, by name."""
    params = function.node.params
    for param in (*params.params, *params.kwonly_params):
        name, default = param.name.value, param.default
        annotation = param.annotation.annotation if param.annotation is not None else None
        yield (
            name,
            Setting(
                name=name,
                default=text(default) if default is not None else None,
                line=function.first,
                origin="function",
                statement=function.index,
                kind=text(annotation) if annotation is not None else literal_kind(default),
                required=default is None,
                expression=default,
            ),
        )
