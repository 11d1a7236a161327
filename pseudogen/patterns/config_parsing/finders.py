"""What config-parsing is found by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.arguments import argument, string
from pseudogen.names.config_calls import CONFIG_WORDS, PARSES, is_module_function, names_parsing
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.modules import is_class_name
from pseudogen.names.options import COMMAND_TOOLS
from pseudogen.names.script import Script, Site
from pseudogen.names.settings import distinct
from pseudogen.names.targets import inline_condition
from pseudogen.names.words import words
from pseudogen.patterns.config_parsing.facts import ConfigParsing
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text

_HOLDERS = CONFIG_WORDS | {"hp", "hps"}
_OPTIONS = (("kwargs",), ("args",), ("opts",), ("overrides",))
_OF_FILES = frozenset(
    {"from_json_file", "fromfile", "merge_from_file", "parse_dict", "parse_json_file"}
    | {"parse_yaml_file"}
)


@pattern(ConfigParsing, methods=tuple(PARSES))
def find_parser(site: Site, script: Script) -> Iterator[ConfigParsing]:
    """`args = parser.parse_args()`, `cfg.merge_from_file(path)`."""
    receiver, _, method = site.name.rpartition(".")
    if not receiver or script.called_function(site) is not None:
        return
    if method in ("fromfile", "from_args", "from_json_file") and not CONFIG_WORDS & set(
        words(receiver)
    ):
        return
    if site.node.args and type(site.node.args[0].value) in (cst.Dict, cst.List):
        return  # values written in the script are merged, nothing is read
    from_file = method in _OF_FILES
    file = site.node.args[0].value if from_file and site.node.args else None
    given = _given(site) if method in ("parse_args", "parse_known_args") else None
    read = _parsing(
        site,
        script,
        source=_source(method, from_file),
        tool=_tool(method, site, script),
        evidence=_parser_evidence(receiver, method, site, script),
        file=file,
        keeps_unknown=method == "parse_known_args" and not _rest_is_used(site, script),
        rest=_rest(site) if method == "parse_known_args" else None,
    )
    bound = script.reaching(text(given), site.statement.index) if given is not None else []
    yield replace(
        read,
        given=text(given) if given is not None else None,
        optional=any(binding.how == "parameter" for binding in bound),
    )


def _given(site: Site) -> Any:
    """What a parser is given to parse: `args` in `parser.parse_args(args)`."""
    node = argument(site.node, "args") or (site.node.args[0].value if site.node.args else None)
    plain = type(node) in (cst.Name, cst.Attribute) and not text(node).startswith("sys.argv")
    return node if plain and text(node) != "None" else None


def _source(method: str, from_file: bool) -> str | None:
    """Where settings are read from: what is in a dict may come from anywhere."""
    return None if method == "merge_from_dict" else "file" if from_file else "command line"


def _tool(method: str, site: Site, script: Script) -> str | None:
    """What a parser belongs to; a script whose parsers are those of jsonargparse has no others."""
    parsers = script.resolver.qualified("ArgumentParser", site.scope)
    if PARSES[method] == "argparse" and any(name.startswith("jsonargparse.") for name in parsers):
        return "jsonargparse"
    return PARSES[method] or None


def _rest(site: Site) -> str | None:
    """`rest` in `args, rest = parser.parse_known_args()`; None where it is thrown away."""
    node = site.statement.node
    target = (
        node.targets[0].target if type(node) is cst.Assign and node.value is site.node else None
    )
    if type(target) is not cst.Tuple or len(target.elements) != 2:
        return None
    name = text(target.elements[1].value)
    return name if name != "_" else None


def _rest_is_used(site: Site, script: Script) -> bool:
    """Whether what nobody declared is handed to the caller, or read further down, or the caller
    decides what becomes of it."""
    node = site.statement.node
    if type(getattr(node, "value", None)) is cst.IfExp:
        return True  # `p.parse_known_args()[0] if known else p.parse_args()`: the caller decides
    if type(node) is cst.Return:
        return node.value is site.node
    target = node.targets[0].target if type(node) is cst.Assign else None
    if type(target) is cst.Name:
        return node.value is site.node  # both are kept
    if type(target) is not cst.Tuple or len(target.elements) != 2:
        return False
    rest = re.compile(rf"\b{re.escape(text(target.elements[1].value))}\b")
    function = script.function_around(site.statement)
    block = script.tree.below(function) if function is not None else script.tree.statements
    later = (s for s in block if s.index > site.statement.index)
    return rest.pattern != r"\b_\b" and any(rest.search(script.source(s)) for s in later)


def _parser_evidence(receiver: str, method: str, site: Site, script: Script) -> Evidence:
    """A receiver made by a library's parser class is known; else the method's name tells."""
    for binding in script.resolver.bindings(receiver, site.scope):
        if type(binding.value) is cst.Call:
            maker = dotted(binding.value.func)
            full = script.resolver.qualified(maker, site.scope)
            if any(
                name.startswith(("argparse.", "transformers.", "configargparse.")) for name in full
            ):
                return Evidence(API, (f"{full[0]}.{method}",))
    return Evidence(FLOW, (site.name,))


@pattern(ConfigParsing, kinds=("config", "data-file"))
def find_reader(site: Site, script: Script) -> Iterator[ConfigParsing]:
    """`yaml.safe_load(f)`, `OmegaConf.load(path)`; JSON where what it gives is called a config."""
    if site.known is None:
        return
    api = site.known.api
    target = _target(site)
    if api.kind == "data-file" and not CONFIG_WORDS & set(words(target or "")):
        return
    if api.kind == "data-file" and _asks(script, site):
        return
    if site.name.endswith(".loads") and not _reads_text(site, script):
        return
    if api.traits["tool"] == "YAML" and {"label", "labels", "names", "classes"} & set(
        words(target or "")
    ):
        return
    file = next((v for name in api.params if (v := script.argument(site, name)) is not None), None)
    if type(file) is cst.Call and dotted(file.func).rpartition(".")[2] in ("dump", "dumps"):
        return  # what was just written
    source = api.traits.get("source", "file")
    evidence = Evidence(site.known.evidence, (site.known.name,))
    opened = _opened(file, site, script) if source == "file" else None
    if api.traits["tool"] == "YAML" and not _of_settings(target, opened, site, script):
        return
    tool = api.traits["tool"]
    read = _parsing(site, script, source, tool, evidence, opened)
    function = _command(script, site) if tool in COMMAND_TOOLS else None
    condition = inline_condition(site.statement, site.node)
    yield replace(read, function=function, condition=condition)


def _command(script: Script, site: Site) -> str | None:
    """The function of the script that is made a command: `main` in `fire.Fire(main)`."""
    name = dotted(site.node.args[0].value) if site.node.args else ""
    bound = script.resolver.bindings(name, site.scope) if name else ()
    return name if any(binding.how == "function" for binding in bound) else None


def _asks(script: Script, site: Site) -> bool:
    """Whether a function only looks what something is: `def is_local_checkpoint(path)`."""
    function = script.function_around(site.statement)
    return function is not None and words(function.node.name.value)[:1] in (("is",), ("has",))


def _reads_text(site: Site, script: Script) -> bool:
    """Whether what is decoded comes from a file or the environment, not from another value."""
    first = site.node.args[0].value if site.node.args else None
    given = text(first) if first is not None else ""
    if type(first) is cst.Name:
        made = script.reaching(first.value, site.statement.index)
        given += "".join(text(b.value) for b in made if b.how == "assign")
    return any(mark in given for mark in (".read", "environ", "getenv", "args."))


def _of_settings(target: str | None, file: Any, site: Site, script: Script) -> bool:
    """Whether a file holds settings, by what receives it, what it is called or where it is read."""
    function = script.function_around(site.statement)
    names = [target or "", function.node.name.value if function is not None else ""]
    if file is not None:
        written = (n for n in descendants(file) if isinstance(n, cst.Name | cst.SimpleString))
        names += [string(n) or dotted(n) for n in written]
    found = {word for name in names for part in name.split(".") for word in words(part)}
    return bool(found & (CONFIG_WORDS | {"conf", "hyps", "params", "parameters", "parser", "yml"}))


def _called(call: cst.Call) -> tuple[str, ...]:
    """The words of what is called, without its owner."""
    return words(dotted(call.func).rpartition(".")[2])


def _opened(stream: Any, site: Site, script: Script) -> Any:
    """The path behind a stream: `open(path)`, or `with open(path) as f`."""
    if type(stream) is cst.Call and stream.args and "open" in _called(stream):
        return stream.args[0].value
    if type(stream) is cst.Call and dotted(stream.func).endswith(".read"):
        read: Any = stream.func
        return _opened(read.value, site, script)
    if type(stream) is cst.Call and dotted(stream.func).endswith((".read_text", ".read_bytes")):
        held: Any = stream.func.value  # type: ignore[attr-defined]
        return held.args[0].value if dotted(getattr(held, "func", None)) == "Path" else held
    name = dotted(stream) if stream is not None else ""
    for binding in script.reaching(name, site.statement.index) if name else ():
        if binding.how in ("with", "assign") and type(binding.value) is cst.Call:
            return _opened(binding.value, site, script) if binding.value is not stream else None
    return stream


@pattern(ConfigParsing, statements=(cst.FunctionDef,))
def find_decorator(site: Site, script: Script) -> Iterator[ConfigParsing]:
    """`@hydra.main(...)`, `@click.command()` above the function that gets the settings."""
    for decorator in site.node.decorators:
        expression = decorator.decorator
        function = expression.func if type(expression) is cst.Call else expression
        known = script.known(function, site.scope)
        if known is None or known.api.kind != "config-decorator":
            continue
        traits = known.api.traits
        yield ConfigParsing(
            line=site.line,
            end=site.last,
            evidence=Evidence(known.evidence, (known.name,)),
            rest=None,
            target=_first_parameter(site.node),
            source=traits["source"],
            tool=traits["tool"],
            file=None,
            options=sum("option" in text(d.decorator) for d in site.node.decorators),
            keeps_unknown=False,
            function=site.node.name.value if _takes_any(site.node.params) else None,
        )


def _takes_any(params: cst.Parameters) -> bool:
    """Whether a function has parameters, of whatever kind: else nothing is handed to it."""
    starred = type(params.star_arg) is cst.Param or params.star_kwarg is not None
    return starred or bool(params.params or params.kwonly_params or params.posonly_params)


def _first_parameter(function: cst.FunctionDef) -> str | None:
    params = function.params.params
    return params[0].name.value if len(params) == 1 else None


def _may_parse(name: str) -> bool:
    method = name.rpartition(".")[2]
    parser = method in PARSES and "." in name
    return name == "exec" or (not parser and (names_parsing(method, name) or _overrides(name)))


_READS = tuple(
    (verb, *rest)
    for verb in ("load", "read", "update")
    for rest in (("json",), ("yaml",), ("from", "file"), ("from", "json"), ("from", "yaml"))
)
"""Words of methods by which settings read a file."""


def _overrides(name: str) -> bool:
    """`update_config`, `hparams.configure`: settings that are there are changed by what the user
    gave."""
    named = words(name)
    if named == ("configure",) or named in _READS:
        return bool(_HOLDERS & set(words(name.rpartition(".")[0])))
    return named[:1] in (("update",), ("merge",), ("override",)) and named[-1] in CONFIG_WORDS


@pattern(ConfigParsing, calls=_may_parse)
def find_helper(site: Site, script: Script) -> Iterator[ConfigParsing]:
    """`config = get_config(args)`, `TrainOptions().parse()`, `exec(open('config.py').read())`."""
    if site.name == "exec" and "config" in text(site.node).lower():
        yield _parsing(site, script, None, None, Evidence(NAME, ("exec",)), _executed(site))
        return
    if site.known is not None or site.name == "exec" or not _may_parse(site.name):
        return
    if site.name.rpartition(".")[2][:1].isupper():
        return  # a class of settings is called with values
    typing = script.resolver.qualified(site.name, site.scope)[:1] in (
        ("typing.get_args",),
        ("typing_extensions.get_args",),
    )
    if typing or words(site.name)[-1:] == ("flags",) or "default" in words(site.name):
        return
    if words(site.name)[:1] == ("get",) and not _is_settings(_target(site)):
        return
    if "opt" in words(site.name) and {"optim", "optimizer", "state"} & _target_words(site):
        return  # `optimizer, scheduler = init_opt(model)`, `state = opt_init(params)`
    if _overrides(site.name) and not _given_options(site):
        return
    if words(site.name) == ("get", "cfg") and not site.node.args and not _merges(script):
        return  # what a library has as its defaults
    again = len(site.node.args) > 1 and text(site.node.args[0].value) == _target(site)
    if again and words(site.name)[:1] == ("get",):
        return  # settings that have been read get other values
    read = words(site.name) in _READS or is_module_function(script, site)
    if read and script.called_function(site) is None:
        yield _parsing(site, script, None, None, Evidence(NAME, (site.name,)))


@pattern(ConfigParsing, calls=speaks_of("conf", "cfg", "option", "setting"), within=(cst.Assign,))
def find_class(site: Site, script: Script) -> Iterator[ConfigParsing]:
    """`opt = Config("training.yml")`: a class of settings is made from a file of them."""
    named = words(site.name)
    if site.known is not None or named[-1:] not in _CLASSES or not is_class_name(site.name):
        return
    file = site.node.args[0].value if len(site.node.args) == 1 else None
    tool = _FORMATS.get(string(file).rpartition(".")[2])
    if tool is not None and _is_settings(_target(site)):
        yield _parsing(site, script, "file", tool, Evidence(NAME, (site.name,)), file)


_CLASSES = (("config",), ("cfg",), ("configuration",), ("options",), ("settings",))
_FORMATS = {"json": "JSON", "toml": "TOML", "yaml": "YAML", "yml": "YAML"}


def _merges(script: Script) -> bool:
    """Whether settings of the user are put into those that a library has."""
    return "merge_from" in script.tree.text


def _given_options(site: Site) -> bool:
    """Whether a function gets the settings and what the command line gave: `(cfg, **kwargs)`."""
    given = [words(dotted(arg.value)) for arg in site.node.args]
    if words(site.name) == ("configure",):
        return any({"file", "path", "yaml"} & set(found) for found in given)
    if words(site.name) in _READS:
        return bool(given)
    if len(given) == 1 and "." in dotted(site.node.args[0].value):
        return given[0][-1:] in (("cfg",), ("config",), ("file",), ("path",))  # `args.cfg`
    return any(found[-1:] in _OPTIONS or "override" in found for found in given[1:])


def _target_words(site: Site) -> set[str]:
    return {word for name in (_target(site) or "").split(", ") for word in words(name)}


def _is_settings(target: str | None) -> bool:
    """Whether something is called settings, and those of the script, not of something in it."""
    found = {word for name in (target or "").split(", ") for word in words(name)}
    return bool(found & (CONFIG_WORDS | {"conf", "hp", "hps"})) and not found & {
        "default",
        "init",
        "inner",
        "kernel",
        "type",
    }


def _executed(site: Site) -> Any:
    written = (n for n in descendants(site.node) if type(n) is cst.SimpleString)
    return next((n for n in written if string(n).endswith(".py")), None)


_DECLARING = ("absl", "argparse")
"""Tools whose options are declared one by one."""


def _parsing(
    site: Site,
    script: Script,
    source: str | None,
    tool: str | None,
    evidence: Evidence,
    file: Any = None,
    keeps_unknown: bool = False,
    rest: str | None = None,
) -> ConfigParsing:
    declared = sum(setting.origin == tool for setting in distinct(script.settings))
    return ConfigParsing(
        line=site.line,
        end=site.last,
        evidence=evidence,
        target=_target(site),
        rest=rest,
        source=source,
        tool=tool,
        file=text(file) if file is not None else None,
        options=declared if tool in _DECLARING else 0,
        keeps_unknown=keeps_unknown,
        function=None,
    )


def _target(site: Site) -> str | None:
    node = site.statement.node
    if type(node) is not cst.Assign:
        return None
    target = node.targets[0].target
    value: Any = node.value
    while type(value) in (cst.Attribute, cst.Subscript, cst.Call) and value is not site.node:
        value = value.func if type(value) is cst.Call else value.value
    whole = value is site.node or type(node.value) in (cst.IfExp, cst.BooleanOperation)
    if not whole:
        return None
    return text(target) if type(target) in (cst.Name, cst.Attribute, cst.Tuple) else None
