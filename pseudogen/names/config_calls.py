"""Calls that read settings, known by how they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pseudogen.names.words import words

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

PARSES = {
    "parse_args": "argparse",
    "parse_known_args": "argparse",
    "parse_intermixed_args": "argparse",
    "parse_args_into_dataclasses": "HfArgumentParser",
    "parse_args_and_config": "HfArgumentParser",
    "parse_json_file": "HfArgumentParser",
    "parse_yaml_file": "HfArgumentParser",
    "parse_dict": "HfArgumentParser",
    "merge_from_file": "yacs",
    "merge_from_list": "yacs",
    "merge_from_dict": "",
    "from_args": "",
    "fromfile": "config file",
    "from_json_file": "JSON",
}
"""Method of a parser -> the tool it belongs to; "" where it may be any."""

_VERBS = frozenset({"get", "parse", "load", "read", "setup", "make", "build", "create", "init"})
CONFIG_WORDS = frozenset(
    {
        "arg", "args", "argument", "arguments", "cfg", "cfgs", "config", "configs", "configuration",
        "flags", "hparams", "hyp", "hyperparam", "hyperparameters", "hyperparams",
        "opt", "option", "options", "opts", "setting", "settings",
    }
)  # fmt: skip
_BESIDES = frozenset(
    {"all", "cli", "command", "default", "exp", "experiment", "file", "from", "global", "json",
     "line", "main", "run", "train", "training", "yaml"}
)  # fmt: skip

_FROM_WHERE = frozenset({"file", "json", "list", "yaml", "yml"})


def names_parsing(method: str, name: str) -> bool:
    """Whether a helper called `name`, of which `method` is the last component, reads settings."""
    found = set(words(method))
    if found == {"parse", "params"}:
        return True
    if method in ("parse", "_parse", "gather_options"):
        made = {word for part in name.split(".")[:-1] for word in words(part.removesuffix("()"))}
        return bool({"opt", "opts", "option", "options", "cfg", "config", "args"} & made)
    if "flags" in found and name.rpartition(".")[0]:
        return False  # `library.get_flags(...)`: the library's own switches
    where = found - CONFIG_WORDS - {"from", "merge", "update"}
    if "from" in found and found & CONFIG_WORDS and where and where <= _FROM_WHERE:
        return True  # `cfg_from_file(path)`
    rest = found - CONFIG_WORDS - _BESIDES
    verbs = _VERBS | {"set", "merge", "update"} if {"from", "file"} <= found else _VERBS
    return bool(found & CONFIG_WORDS) and bool(rest) and rest <= verbs


def is_module_function(script: Script, site: Site) -> bool:
    """Whether a helper is a function of a module or of a class, not a method of a value
    (`model.get_config()` gives the settings of a model that exists)."""
    receiver = site.name.rpartition(".")[0]
    if not receiver or receiver.endswith("()"):
        return True
    bindings = script.resolver.bindings(receiver.partition(".")[0], site.scope)
    return any(binding.how == "import" for binding in bindings)
