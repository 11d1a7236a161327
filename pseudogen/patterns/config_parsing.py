"""config-parsing: settings are read from the command line, a file or a framework."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.arguments import string
from pseudogen.names.config_calls import CONFIG_WORDS, PARSES, is_module_function, names_parsing
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.settings import distinct
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text

_HOLDERS = CONFIG_WORDS | {"hp", "hps"}
_OPTIONS = (("kwargs",), ("args",), ("opts",), ("overrides",))
_OF_FILES = frozenset(
    {
        "parse_json_file",
        "parse_yaml_file",
        "parse_dict",
        "merge_from_file",
        "merge_from_dict",
        "fromfile",
        "from_json_file",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigParsing(Finding):
    """Facts of a place where settings are read.

    Attributes:
        target: What receives them; None when nothing does.
        source: "command line", "file" or "both"; None for a helper whose name does not say.
        tool: By what: "argparse", "YAML"...; None for a helper.
        file: The file that is read, as written; None when unknown.
        options: The number of options that the script declares for it.
        keeps_unknown: Whether options that nobody declared are let pass.
        function: The function that gets the settings, of a decorator.
    """

    pattern: ClassVar[str] = "config-parsing"

    target: str | None
    source: str | None
    tool: str | None
    file: str | None
    options: int
    keeps_unknown: bool
    function: str | None


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
    if site.node.args and type(site.node.args[0].value) is cst.Dict:
        return  # values written in the script are merged, nothing is read
    from_file = method in _OF_FILES
    file = site.node.args[0].value if from_file and site.node.args else None
    yield _parsing(
        site,
        script,
        source="file" if from_file else "command line",
        tool=PARSES[method] or None,
        evidence=_parser_evidence(receiver, method, site, script),
        file=file,
        keeps_unknown=method == "parse_known_args" and not _rest_is_used(site, script),
    )


def _rest_is_used(site: Site, script: Script) -> bool:
    """Whether what nobody declared is handed to the caller, or read further down."""
    node = site.statement.node
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
    yield _parsing(site, script, source, api.traits["tool"], evidence, opened)


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


def _opened(stream: Any, site: Site, script: Script) -> Any:
    """The path behind a stream: `open(path)`, or `with open(path) as f`."""
    if type(stream) is cst.Call and stream.args and dotted(stream.func).endswith("open"):
        return stream.args[0].value
    if type(stream) is cst.Call and dotted(stream.func).endswith(".read"):
        read: Any = stream.func
        return _opened(read.value, site, script)
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
            target=_first_parameter(site.node),
            source=traits["source"],
            tool=traits["tool"],
            file=None,
            options=sum("option" in text(d.decorator) for d in site.node.decorators),
            keeps_unknown=False,
            function=site.node.name.value,
        )


def _first_parameter(function: cst.FunctionDef) -> str | None:
    params = function.params.params
    return params[0].name.value if len(params) == 1 else None


def _may_parse(name: str) -> bool:
    method = name.rpartition(".")[2]
    parser = method in PARSES and "." in name
    return name == "exec" or (not parser and (names_parsing(method, name) or _overrides(name)))


def _overrides(name: str) -> bool:
    """`update_config`, `hparams.configure`: settings that are there are changed by what the user
    gave."""
    named = words(name)
    if named == ("configure",):
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
    if _overrides(site.name) and not _given_options(site):
        return
    if script.called_function(site) is None and is_module_function(script, site):
        yield _parsing(site, script, None, None, Evidence(NAME, (site.name,)))


def _given_options(site: Site) -> bool:
    """Whether a function gets the settings and what the command line gave: `(cfg, **kwargs)`."""
    given = [words(dotted(arg.value)) for arg in site.node.args]
    if words(site.name) == ("configure",):
        return any({"file", "path", "yaml"} & set(found) for found in given)
    if len(given) == 1 and "." in dotted(site.node.args[0].value):
        return given[0][-1:] in (("cfg",), ("config",), ("file",), ("path",))  # `args.cfg`
    return any(found[-1:] in _OPTIONS or "override" in found for found in given[1:])


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


def _parsing(
    site: Site,
    script: Script,
    source: str | None,
    tool: str | None,
    evidence: Evidence,
    file: Any = None,
    keeps_unknown: bool = False,
) -> ConfigParsing:
    declared = sum(1 for setting in distinct(script.settings) if setting.origin == "argparse")
    return ConfigParsing(
        line=site.line,
        end=site.last,
        evidence=evidence,
        target=_target(site),
        source=source,
        tool=tool,
        file=text(file) if file is not None else None,
        options=declared if tool == "argparse" else 0,
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


EXAMPLES = {
    "import argparse\n"
    "parser = argparse.ArgumentParser()\n"
    "parser.add_argument('--lr', type=float, default=0.1)\n"
    "args = parser.parse_args()": [
        ConfigParsing(
            line=4,
            end=4,
            evidence=Evidence(API, ("argparse.ArgumentParser.parse_args",)),
            target="args",
            source="command line",
            tool="argparse",
            file=None,
            options=1,
            keeps_unknown=False,
            function=None,
        )
    ],
    "import yaml\nwith open(args.config) as f:\n    cfg = yaml.safe_load(f)": [
        ConfigParsing(
            line=3,
            end=3,
            evidence=Evidence(API, ("yaml.safe_load",)),
            target="cfg",
            source="file",
            tool="YAML",
            file="args.config",
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    "import hydra\n@hydra.main(config_path='conf')\ndef main(cfg):\n    train(cfg)": [
        ConfigParsing(
            line=3,
            end=3,
            evidence=Evidence(API, ("hydra.main",)),
            target="cfg",
            source="both",
            tool="Hydra",
            file=None,
            options=0,
            keeps_unknown=False,
            function="main",
        )
    ],
    "from settings import opt\ndef run(**kwargs):\n    opt._parse(kwargs)": [
        ConfigParsing(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("opt._parse",)),
            target=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    "from config import get_config\nconfig = get_config(args)": [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("get_config",)),
            target="config",
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("from configs import set_cfg_from_file\ncfg = set_cfg_from_file(args.config)"): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("set_cfg_from_file",)),
            target="cfg",
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("from project.config import cfg, cfg_from_file\ncfg_from_file(args.cfg_file)"): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("cfg_from_file",)),
            target=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("from settings import update_config\nupdate_config(cfg, **kwargs)"): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("update_config",)),
            target=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("import json\nwith open(path) as f:\n    written = f.read()\nconfig = json.loads(written)"): [
        ConfigParsing(
            line=4,
            end=4,
            evidence=Evidence(API, ("json.loads",)),
            target="config",
            source="file",
            tool="JSON",
            file="path",
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("config = kinds.NetConfig.from_json_file(args.net_config)"): [
        ConfigParsing(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("kinds.NetConfig.from_json_file",)),
            target="config",
            source="file",
            tool="JSON",
            file="args.net_config",
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    (
        "from settings import override_config\n"
        "configs = override_config(configs, args.override_config)"
    ): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("override_config",)),
            target="configs",
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("from settings import update_config\nupdate_config(args.cfg)"): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("update_config",)),
            target=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    "args, rest = parser.parse_known_args()\nif rest:\n    raise ValueError(rest)": [
        ConfigParsing(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("parser.parse_known_args",)),
            target="args, rest",
            source="command line",
            tool="argparse",
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("from tools import config\ncfg = config.merge_cfg_from_list(cfg, args.opts)"): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("config.merge_cfg_from_list",)),
            target="cfg",
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
    ("from tools import hparams as hp\nhp.configure(args.hp_file)"): [
        ConfigParsing(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("hp.configure",)),
            target=None,
            source=None,
            tool=None,
            file=None,
            options=0,
            keeps_unknown=False,
            function=None,
        )
    ],
}
COUNTEREXAMPLES = {
    ("from tools import server\nserver.configure(args.hp_file)"): "something else is set up",
    ("from settings import update_config\nupdate_config(model)"): "a setting of its own",
    (
        "import json\nwritten = json.dumps(options)\nconfig = json.loads(written)"
    ): "a value is decoded again",
    (
        "from settings import update_config\nupdate_config(model_cfg, width)"
    ): "settings are put into settings, nothing is read",
    "options = reader.ReadConfig(seed=1)": "settings are written in the script",
    (
        "import json\n"
        "def is_own_model(path):\n"
        "    config = json.load(open(path))\n"
        "    return 'arch' in config"
    ): "it is looked what kind of file it is",
    "import yaml\nconfig = yaml.safe_load(parser.dump(args))": "settings that are there already",
    "import yaml\nops = yaml.safe_load(open(ops_path))": "a table of operators",
    "import json\nconfig = json.loads(model.config.to_json_string())": "a value is copied",
    "init_args = get_args()": "the arguments of a function",
    "on = get_flags('FLAGS_fast')['FLAGS_fast']": "a switch of a library",
    ("layer = layers.layer_from_config(config)"): "a layer is made from its settings",
    "parser.add_argument('--lr', default=0.1)": "an option is declared, not read",
    "import numpy as np\npixels = np.fromfile(path, np.uint8)": "data, not settings",
    "config = model.get_config()": "the settings of a model that exists",
    "import json\nannotations = json.load(open('train.json'))": "data, not settings",
    "def get_args():\n    return 1\nargs = get_args()": "the body of the helper is read instead",
}
