"""What makes a model, by the names of what is called and of what receives it, and by its uses."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.names.loading import given_weights
from pseudogen.names.model_names import (
    ABOUT,
    MODELS,
    NO_MODELS,
    OTHER_TARGETS,
    PARTNERS,
    SHORT,
    is_kept_with_models,
    may_hold_model,
    speak_of_model,
    tells_of_model,
)
from pseudogen.names.modules import (
    fits,
    is_class_name,
    is_optimized,
    is_treated,
    is_used_as_model,
)
from pseudogen.names.targets import assigned
from pseudogen.names.words import MAKING, suggested_role, words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

_NETWORKS = frozenset({"discriminator", "net", "network", "unet"})
"""Last words of classes of networks, whatever a script calls what they make."""
_CHANGES = frozenset(
    {"add", "apply", "compile", "convert", "distribute", "freeze", "fuse", "inject", "load", "move"}
    | {"parallelize", "prepare", "quantize", "replace", "restore", "resume", "send", "set", "to"}
    | {"trace", "update", "wrap", "multi", "only", "copy", "choose", "input", "parse", "check"}
    | {"attempt", "find", "import", "is", "map", "resolve", "run", "search", "select", "validate"}
)
"""First words of functions that change a model, or load one, and do not make it."""
_LAYERS = frozenset({"linear", "conv", "norm", "embedding", "bn", "dropout", "pooling"})
"""Last words of classes of single layers."""
PRETRAINING = frozenset({"diffusers", "peft", "transformers", "trl", "unsloth"})
"""Packages whose model classes all have `from_pretrained`."""
_FROM = ("from_pretrained", "from_config", "from_name")
_SETTINGS = frozenset({"args", "cfg", "conf", "config", "hparams", "opt", "opts", "options"})
_CHOSEN = ("getattr()", "eval()")
"""Calls of what is chosen by its name."""
_PREDICTS_ELSEWHERE = frozenset({"coremltools", "cv2", "numpy", "onnxruntime", "openvino"})
"""Packages whose models are run, not trained, or that have none."""
_UNLIKE_MODELS = NO_MODELS | OTHER_TARGETS | ABOUT
_OTHER_LIBRARIES = sys.stdlib_module_names | _PREDICTS_ELSEWHERE | {"mlflow", "pandas", "wandb"}
_MOVES = frozenset(
    {"to", "cuda", "cpu", "half", "float", "train", "eval", "apply", "prepare", "compile", "load"}
    | {"deepcopy", "copy", "wrap", "unwrap", "module", "state_dict", "requires_grad_", "convert"}
    | {"initialize", "double", "merge_and_unload", "unwrap_model", "setup", "pop", "next"}
)


def trained_on(target: str, site: Site, script: Script) -> bool:
    """Whether something is made with weights trained earlier, and its parameters are trained."""
    if "," in target or given_weights(site, script) is None or _other_library(site, script):
        return False
    return is_treated(script, target)


def fitted(target: str, site: Site, script: Script) -> bool:
    """Whether a trainer of a library is told to fit what a class makes: `trainer.fit(task)`."""
    last = site.name.rpartition(".")[2]
    if "," in target or not is_class_name(last) or set(words(last)) & NO_MODELS:
        return False
    return any(call.scope == site.scope for call in fits(script, target))


def changes(site: Site) -> bool:
    """Whether a model goes into a helper, which then changes or wraps it."""
    last = site.name.rpartition(".")[2]
    if is_class_name(last) or last in _FROM:
        return False
    passed = [dotted(arg.value) for arg in site.node.args]
    return any(
        "model" in words(name) and not is_class_name(name) and not tells_of_model(name)
        for name in passed
    )


def makes_layer(target: str | None, site: Site) -> bool:
    """`new = QuantLinear(...)`, which takes the place of one layer; a `model` may be that small."""
    last = [word for word in words(site.name) if len(word) > 1][-1:]
    return bool(set(last) & _LAYERS) and suggested_role(target or "") != "model"


def is_asked(site: Site) -> bool:
    """`model = api().model_info(name)`: what is made is asked for something else."""
    node = getattr(site.statement.node, "value", None)
    while type(node) is cst.Call and node is not site.node and type(node.func) is cst.Attribute:
        if set(words(node.func.attr.value)) & (ABOUT | NO_MODELS):
            return True
        node = node.func.value
    return False


def wraps(target: str, site: Site) -> bool:
    """`model = Sharded(model, group)`: what was the model before is put into another object."""
    first = site.node.args[0] if site.node.args else None
    return first is not None and text(first.value) == target.partition(",")[0].strip()


def is_whole(target: str | None, site: Site, script: Script) -> bool:
    """Whether a module is a model on its own, not a loss or a layer: by what it is called, and by
    what is done with it."""
    if target is None:
        return bool(set(words(site.name)) & MODELS)
    first = target.split(",")[0].strip()
    if set(words(first)) & (NO_MODELS | OTHER_TARGETS):
        return False
    if suggested_role(first) == "model" or set(words(first)) & MODELS:
        return True
    if next(fits(script, first), None) is not None:
        return True
    own = script.defines(site.name) and words(site.name)[-1:] not in (("layer",), ("block",))
    return (own and is_treated(script, first)) or is_optimized(script, first)


def named_model(target: str, site: Site, script: Script) -> bool:
    """Whether names alone say that a model is made: of what receives it and of what is called."""
    first, last = target.partition(",")[0].strip(), site.name.rpartition(".")[2]
    if is_kept_with_models(first) and is_class_name(last) and not set(words(last)) & NO_MODELS:
        return True
    if not may_hold_model(first):
        return _is_network_in_use(first, site, script)
    other = not NO_MODELS.isdisjoint(words(first)) or not NO_MODELS.isdisjoint(words(last))
    speaks = speak_of_model(first, last)
    if other and not speaks:
        return False
    maker = is_class_name(last) or _imported(site, script, words(last) or ("",), member=True)
    if not (speaks or maker) or _other_library(site, script):
        return False
    if maker and not other and is_used_as_model(script, site):
        return True
    if not speaks or first.rpartition(".")[2][:1].isupper():
        return False  # a class or a constant
    if not _UNLIKE_MODELS.isdisjoint(words(first)) or last in _MOVES or "[" in first:
        return False
    return _makes_by_name(target, site, script)


def _makes_by_name(target: str, site: Site, script: Script) -> bool:
    """Whether what is called makes the model that, by its name, a variable may hold."""
    first, last = target.partition(",")[0].strip(), site.name.rpartition(".")[2]
    given, role_named = set(words(first)), suggested_role(first) == "model"
    if site.name == first and _is_chosen(site, script):
        return role_named
    if site.name.endswith(("]", ")")):
        partner = bool(given & PARTNERS) and is_treated(script, first)
        named_so = role_named or words(first)[:1] == ("model",)
        chosen = site.name.endswith("[]") or site.name in _CHOSEN or _calls_maker(site)
        return (named_so or partner) and chosen
    if last in _FROM:
        owner = set(words(site.name.rpartition(".")[0]))
        return not owner & NO_MODELS and (role_named or bool(given & MODELS))
    if _asked_of_model(site, script) or is_asked(site):
        return False
    if given & MODELS == {"transformer"} and not role_named and not is_treated(script, first):
        return False  # of code, of data
    called = _called(site)
    if not called or called == ("get",) or set(called) & NO_MODELS or called[-1] in ABOUT:
        return False
    makes = called[0] in MAKING and called[0] not in ("set", "load")
    makes = makes or _loads_by_settings(called, site)
    if makes and set(called) & MODELS:
        return "," not in target or role_named or bool(given & PARTNERS)
    if not role_named and not given & MODELS and words(first)[-1:] not in SHORT:
        return is_class_name(last) and _makes_network(first, called, site, script)
    whole = role_named or words(first)[:1] == ("model",)
    imported = whole and _imported(site, script, called)
    layers = whole and _gives_layers(site, script)
    return makes or is_class_name(last) or last == "instantiate" or imported or layers


def _calls_maker(site: Site) -> bool:
    """`get_model(name)(**settings)`: a function gives the class, or the maker, of a model."""
    named = words(site.name.removesuffix("()").rpartition(".")[2])
    return site.name.endswith("()") and named[:1] == ("get",) and named[-1] in MODELS


def _called(site: Site) -> tuple[str, ...]:
    """The words of what is called, but for those that say nothing of what it makes: those of
    `TransformerWrapper(num_tokens=256, ...)`, which is given no model, and of `make_by_name`."""
    last = site.name.rpartition(".")[2]
    called = words(last)
    told = bool(site.node.args) and all(arg.keyword is not None for arg in site.node.args)
    if called[-1:] == ("wrapper",) and is_class_name(last) and told:
        called = called[:-1]
    return called[:-2] if called[-2:] == ("by", "name") else called


def _makes_network(name: str, called: tuple[str, ...], site: Site, script: Script) -> bool:
    """Whether a class makes a network for a variable that is not called a model: one that is called
    so, or one of several that train together."""
    if called[-1] in _NETWORKS and _imported(site, script, called, member=True):
        return True
    partner = bool(set(words(name)) & PARTNERS or called[-1] == "discriminator")
    return partner and is_treated(script, name)


def _is_chosen(site: Site, script: Script) -> bool:
    """Whether what is called is a class that was picked by its name before:
    `model = models.__dict__[name]` and `model = model(classes)`."""
    held = [b for b in script.reaching(site.name, site.statement.index) if b.how == "assign"]
    values = [b.value for b in held]
    return bool(values) and all(
        type(value) is cst.Subscript
        or (type(value) is cst.Call and dotted(value.func) == "getattr")
        for value in values
    )


def _loads_by_settings(called: tuple[str, ...], site: Site) -> bool:
    """`load_model(args.config, args.weights)`: what is given settings makes the model that then
    gets weights; `load_model(path)` may read all of it from a file."""
    if called[0] != "load" or not set(called) & MODELS:
        return False
    given = [set(words(dotted(arg.value))) for arg in site.node.args]
    settings = any(found & _SETTINGS for found in given)
    return settings or (len(given) > 1 and any("weights" in found for found in given))


def _is_network_in_use(name: str, site: Site, script: Script) -> bool:
    """`model_restoration = RestoreNet()` whose parameters are used, whatever follows `model`, or
    which is wrapped to be trained on several devices."""
    made = words(site.name)
    if words(name)[:1] != ("model",) or not is_class_name(site.name) or "[" in name:
        return False
    if {*words(name), *made} & (NO_MODELS | ABOUT) or _other_library(site, script):
        return False
    network = made[-1:] in (("net",), ("network",))
    return (network and is_used_as_model(script, site)) or any(
        call.known is not None
        and call.known.api.kind == "wrap"
        and bool(call.node.args)
        and text(call.node.args[0].value) == name
        for call in script.call_sites()
    )


def _asked_of_model(site: Site, script: Script) -> bool:
    """Whether a model is asked for something: `model.get_base_model()`."""
    function = site.node.func
    if type(function) is not cst.Attribute or type(function.value) is cst.Call:
        return False
    role = script.role(function.value, site.scope)
    if role is None or role.kind != "model" or is_class_name(site.name):
        return False
    made = script.resolver.bindings(dotted(function.value), site.scope)
    return not any(
        type(b.value) is cst.Call and dotted(b.value.func).endswith("import_module") for b in made
    )


def _other_library(site: Site, script: Script) -> bool:
    """Whether what is called comes from Python itself or from a library without such models."""
    roots = {full.partition(".")[0] for full in script.resolver.qualified(site.name, site.scope)}
    error = words(site.name)[-1:] in (("error",), ("exception",), ("warning",))
    return error or bool(roots & _OTHER_LIBRARIES)


def _imported(site: Site, script: Script, called: tuple[str, ...], member: bool = False) -> bool:
    """Whether a function of another file (or of an imported module, with `member`) is called that
    does not by its name change a model: `model = resnet34(num_classes=10)`."""
    root, _, rest = site.name.partition(".")
    if (rest and not member) or "(" in site.name or set(rest.split(".")) & _MOVES:
        return False
    bound = script.resolver.bindings(root, site.scope)
    starred = (
        not bound and not rest and bool(script.tree.star_imports) and not hasattr(builtins, root)
    )
    imported = starred or any(b.how == "import" for b in bound)
    return imported and called[0] not in _CHANGES


def from_library(site: Site, script: Script) -> str | None:
    """The full name of `AutoModel.from_pretrained` of a library that documents it for all of its
    models; None of other makers."""
    owner = site.name.removesuffix(".from_pretrained")
    if owner == site.name:
        return None
    full = script.resolver.qualified(owner, site.scope)
    known = len(full) == 1 and full[0].partition(".")[0] in PRETRAINING
    return f"{full[0]}.from_pretrained" if known else None


def defined(site: Site, script: Script) -> bool:
    """Whether a function of the script is called that does not by its name make a model: the
    model is then made in its body."""
    last = site.name.rpartition(".")[2]
    if is_class_name(last) or last == "from_pretrained" or not script.defines(last):
        return False
    if _gives_layers(site, script):
        return False
    named, given = words(last), (assigned(site.statement, site.node) or "").partition(",")[0]
    makes = named[0] in MAKING and bool(set(named) & MODELS)
    return not makes or not (suggested_role(given) == "model" or "model" in words(given)[-1:])


def _gives_layers(site: Site, script: Script) -> bool:
    """Whether a function of the script returns layers that it puts together as it returns them:
    what that is, only the caller says."""
    function = script.called_function(site)
    below = script.tree.below(function) if function is not None else ()
    values = [s.node.value for s in below if type(s.node) is cst.Return]
    made = (dotted(value.func) for value in values if type(value) is cst.Call)
    return bool(values) and any(name.rpartition(".")[2] == "Sequential" for name in made)


def hands_over_model(site: Site, script: Script) -> bool:
    """Whether something is made from a model that is there, not from a name or path: what is handed
    over has been asked for what no name or path has: `model.layers()`."""
    first = site.node.args[0].value if site.node.args else None
    name = dotted(first) if type(first) in (cst.Name, cst.Attribute) else ""
    around = script.function_around(site.statement) if name else None
    before = (
        call.name.removeprefix(f"{name}.")
        for call in (script.calls_below(around) if around is not None else ())
        if call.name.startswith(f"{name}.") and call.statement.index < site.statement.index
    )
    return any(method.isidentifier() and method not in _OF_PATHS for method in before)


_OF_PATHS = frozenset(dir(str)) | frozenset(dir(Path))
"""What a name or path can be asked for."""
