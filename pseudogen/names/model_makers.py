"""What makes a model, by the names of what is called and of what receives it, and by its uses."""

from __future__ import annotations

import builtins
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.evidence import NAME
from pseudogen.names.loading import given_weights
from pseudogen.names.modules import is_class_name
from pseudogen.names.targets import assigned, split
from pseudogen.names.words import MAKING, suggested_role, words
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

_MODELS = frozenset(
    {"model", "models", "net", "network", "detector", "segmentor", "generator"}
    | {"discriminator", "classifier", "gan", "transformer", "unet"}
)
_NETWORKS = frozenset({"discriminator", "net", "network", "unet"})
"""Last words of classes of networks, whatever a script calls what they make."""
_SHORT = (("lm",), ("llm",), ("vae",))
"""Usual short names of models."""
_PARTNERS = frozenset(
    {"actor", "agent", "backbone", "critic", "decoder", "encoder", "policy", "student", "teacher"}
)
"""What models are called that work or train together; that it is one, the script has to show."""
NO_MODELS = frozenset(
    {"args", "arguments", "artifact", "average", "averaged", "averager", "backend", "block"}
    | {"callback", "candidate", "card", "chunk", "dist", "distributed", "iterator"}
    | {"job", "layer", "log", "queue", "request", "response", "runner", "token"}
    | {"checkpoint", "client", "config", "cost", "criterion", "dataset", "ddp", "device"}
    | {"dir", "ema", "engine", "fsdp", "info", "loader", "loss", "losses", "manager", "meter"}
    | {"metric", "metrics", "name", "optimizer", "output", "outputs", "parallel"}
    | {"parallelize", "parameters", "params", "path", "processor", "repository", "sampler"}
    | {"saver", "scaler", "schedule", "scheduler", "size", "state", "summary", "swa"}
    | {"tokenizer", "trainer", "transform", "type", "url", "version", "weights", "wrapper"}
    | {"writer"}
)
_CHANGES = frozenset(
    {"add", "apply", "compile", "convert", "distribute", "freeze", "fuse", "inject", "load", "move"}
    | {"parallelize", "prepare", "quantize", "replace", "restore", "resume", "send", "set", "to"}
    | {"trace", "update", "wrap", "multi", "only", "copy", "choose", "input", "parse", "check"}
    | {"attempt", "find", "import", "is", "map", "resolve", "run", "search", "select", "validate"}
)
"""First words of functions that change a model, or load one, and do not make it."""
_OTHER_TARGETS = frozenset(
    {
        "anchor",
        "data",
        "exported",
        "image",
        "no",
        "random",
        "rng",
        "ref",
        "reference",
        "ema",
        "swa",
        "best",
        "old",
    }
)
_LAYERS = frozenset({"linear", "conv", "norm", "embedding", "bn", "dropout", "pooling"})
"""Last words of classes of single layers."""
PRETRAINING = frozenset({"diffusers", "peft", "transformers", "trl", "unsloth"})
"""Packages whose model classes all have `from_pretrained`."""
_FROM = ("from_pretrained", "from_config", "from_name")
_ABOUT = frozenset(
    {"arch", "args", "asset", "binary", "card", "cfg", "config", "dim", "dir", "dtype"}
    | {"file", "id", "index", "inputs", "inspect", "key", "kwargs", "metadata", "name"}
    | {"params", "path", "plan", "revision", "size", "spec", "tag", "tags", "type", "version"}
    | {"class", "cls", "default", "forward", "info", "meta", "num", "number"}
)
"""Words of names that tell of a model and do not hold it."""
_SETTINGS = frozenset({"args", "cfg", "conf", "config", "hparams", "opt", "opts", "options"})
_CHOSEN = ("getattr()", "eval()")
"""Calls of what is chosen by its name."""
_WHOLE_METHODS = ("parameters", "train", "to", "cuda", "compile", "fit", "init")
CLASS_VARIABLES = frozenset({"model_cls", "model_class", "modelclass"})
_PREDICTS_ELSEWHERE = frozenset({"coremltools", "cv2", "numpy", "onnxruntime", "openvino"})
"""Packages whose models are run, not trained, or that have none."""
_OTHER_LIBRARIES = sys.stdlib_module_names | _PREDICTS_ELSEWHERE | {"mlflow", "pandas", "wandb"}
_BESIDE = frozenset(
    {
        "a",
        "b",
        "base",
        "bert",
        "body",
        "clean",
        "cpu",
        "d",
        "ddp",
        "ema",
        "eval",
        "f",
        "ft",
        "g",
        "gpu",
    }
    | {"local", "main", "module", "orig", "p", "pg", "policy", "q", "raw", "ref", "s", "source"}
    | {"student", "t", "target", "teacher", "test", "train", "val", "with", "without", "x", "y"}
)
"""Words that may stand behind `model` in the name of one."""
_MOVES = frozenset(
    {"to", "cuda", "cpu", "half", "float", "train", "eval", "apply", "prepare", "compile", "load"}
    | {"deepcopy", "copy", "wrap", "unwrap", "module", "state_dict", "requires_grad_", "convert"}
    | {"initialize", "double", "merge_and_unload", "unwrap_model", "setup", "pop", "next"}
)


def trained_on(target: str, site: Site, script: Script) -> bool:
    """Whether something is made with weights trained earlier, and its parameters are trained."""
    if "," in target or given_weights(site, script) is None or _other_library(site, script):
        return False
    return any(_treats_as_model(call, target) for call in script.call_sites())


def fitted(target: str, site: Site, script: Script) -> bool:
    """Whether a trainer of a library is told to fit what a class makes: `trainer.fit(task)`."""
    last = site.name.rpartition(".")[2]
    fits = script.calls_of_method("fit")
    if not fits or "," in target or not is_class_name(last) or set(words(last)) & NO_MODELS:
        return False
    return any(
        bool(call.node.args)
        and text(call.node.args[0].value) == target
        and script.is_a(call.node.func.value, call.scope, "trainer") is not None
        for call in fits
        if call.scope == site.scope and type(call.node.func) is cst.Attribute
    )


def changes(site: Site) -> bool:
    """Whether a model goes into a helper, which then changes or wraps it."""
    last = site.name.rpartition(".")[2]
    if is_class_name(last) or last in _FROM:
        return False
    passed = [dotted(arg.value) for arg in site.node.args]
    return any(
        "model" in words(name) and not is_class_name(name) and not _tells_of_model(name)
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
        if set(words(node.func.attr.value)) & (_ABOUT | NO_MODELS):
            return True
        node = node.func.value
    return False


def is_part(target: str) -> bool:
    """Whether a model gets a part: `model.classifier = Head(...)`."""
    owner = target.partition(",")[0].rpartition(".")[0]
    return bool(set(words(owner)) & _MODELS)


def wraps(target: str, site: Site) -> bool:
    """`model = Sharded(model, group)`: what was the model before is put into another object."""
    first = site.node.args[0] if site.node.args else None
    return first is not None and text(first.value) == target.partition(",")[0].strip()


def _tells_of_model(name: str) -> bool:
    """Whether a name is that of a setting: `cfg.model`, `args.model_name`."""
    return any(set(words(part)) & _ABOUT for part in name.split("."))


def is_whole(target: str | None, site: Site, script: Script) -> bool:
    """Whether a module is a model on its own, not a loss or a layer: by what it is called."""
    if target is None:
        return bool(set(words(site.name)) & _MODELS)
    first = target.split(",")[0].strip()
    if set(words(first)) & (NO_MODELS | _OTHER_TARGETS):
        return False
    if suggested_role(first) == "model" or set(words(first)) & _MODELS:
        return True
    if any(_is_fitted(call, first, script) for call in script.call_sites()):
        return True
    own = script.defines(site.name) and words(site.name)[-1:] not in (("layer",), ("block",))
    treated = own and any(_treats_as_model(call, first) for call in script.call_sites())
    return treated or _optimized(first, script)


def _is_fitted(call: Site, name: str, script: Script) -> bool:
    """Whether a framework trains what a variable holds: `trainer.fit(module, data)`."""
    first = call.node.args[0] if call.node.args else None
    passed = first is not None and first.keyword is None and text(first.value) == name
    trains = passed and call.name.rpartition(".")[2] == "fit"
    return trains and script.is_a(call.node.func.value, call.scope, "trainer") is not None


def _optimized(name: str, script: Script) -> bool:
    """Whether an optimizer is made for the parameters of a variable alone:
    `Adam(D.parameters())`."""
    for call in script.call_sites():
        if call.known is None or call.known.api.kind != "optimizer":
            continue
        given = script.argument(call, "params")
        if given is not None and text(given) in (
            f"{name}.parameters()",
            f"list({name}.parameters())",
        ):
            return True
    return False


def _treats_as_model(call: Site, name: str) -> bool:
    """Whether a call takes a variable for a whole model: its parameters, its mode, its place, or
    the optimizer that is made for it."""
    if call.name.rpartition(".")[0] == name:
        return call.name.rpartition(".")[2] in _WHOLE_METHODS
    makes_optimizer = call.known is not None and call.known.api.kind == "optimizer"
    optimizer = makes_optimizer or call.name.rpartition(".")[2] == "Optimizer"
    return optimizer and bool(call.node.args) and text(call.node.args[0].value) == name


def _is_treated(name: str, script: Script) -> bool:
    return any(_treats_as_model(call, name) for call in script.call_sites())


def named_model(target: str, site: Site, script: Script) -> bool:
    """Whether names alone say that a model is made: of what receives it and of what is called."""
    first, last = target.partition(",")[0].strip(), site.name.rpartition(".")[2]
    if _is_kept_with_models(first) and is_class_name(last) and not set(words(last)) & NO_MODELS:
        return True
    if not _may_hold_model(first):
        return _is_network_in_use(first, site, script)
    given = set(words(first))
    other = not NO_MODELS.isdisjoint(given) or not NO_MODELS.isdisjoint(words(last))
    speaks = _speak_of_model(first, last)
    if other and not speaks:
        return False
    maker = is_class_name(last) or _imported(site, script, words(last) or ("",), member=True)
    if not (speaks or maker) or _other_library(site, script):
        return False
    if maker and not other and _used_as_model(site, script):
        return True
    if not speaks or first.rpartition(".")[2][:1].isupper():
        return False  # a class or a constant
    role_named = suggested_role(first) == "model"
    if given & (NO_MODELS | _OTHER_TARGETS | _ABOUT) or last in _MOVES or "[" in first:
        return False
    if site.name == first and _is_chosen(site, script):
        return role_named
    if site.name.endswith(("]", ")")):
        partner = bool(given & _PARTNERS) and _is_treated(first, script)
        named_so = role_named or words(first)[:1] == ("model",)
        return (named_so or partner) and (site.name.endswith("[]") or site.name in _CHOSEN)
    if last in _FROM:
        owner = set(words(site.name.rpartition(".")[0]))
        return not owner & NO_MODELS and (role_named or bool(given & _MODELS))
    if _asked_of_model(site, script) or is_asked(site):
        return False
    if given & _MODELS == {"transformer"} and not role_named and not _is_treated(first, script):
        return False  # of code, of data
    called = words(last)
    told = bool(site.node.args) and all(arg.keyword is not None for arg in site.node.args)
    if called[-1:] == ("wrapper",) and is_class_name(last) and told:
        called = called[:-1]  # `TransformerWrapper(num_tokens=256, ...)` is given no model
    if called[-2:] == ("by", "name"):
        called = called[:-2]
    if not called or called == ("get",) or set(called) & NO_MODELS or called[-1] in _ABOUT:
        return False
    makes = called[0] in MAKING and called[0] not in ("set", "load")
    makes = makes or _loads_by_settings(called, site)
    if makes and set(called) & _MODELS:
        return "," not in target or role_named or bool(given & _PARTNERS)
    if not role_named and not given & _MODELS and words(first)[-1:] not in _SHORT:
        if not is_class_name(last):
            return False
        network = called[-1] in _NETWORKS and _imported(site, script, called, member=True)
        partner = bool(given & _PARTNERS or called[-1] == "discriminator")
        calls = script.call_sites()
        return network or (partner and any(_treats_as_model(call, first) for call in calls))
    whole = role_named or words(first)[:1] == ("model",)
    imported = whole and _imported(site, script, called)
    layers = whole and _gives_layers(site, script)
    return makes or is_class_name(last) or last == "instantiate" or imported or layers


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
    if called[0] != "load" or not set(called) & _MODELS:
        return False
    given = [set(words(dotted(arg.value))) for arg in site.node.args]
    settings = any(found & _SETTINGS for found in given)
    return settings or (len(given) > 1 and any("weights" in found for found in given))


def _used_as_model(site: Site, script: Script) -> bool:
    """Whether what a class makes is used as only models are: by its parameters and its state."""
    node = site.statement.node
    target: Any = node.target if type(node) is cst.AnnAssign else node.targets[0].target
    role = script.role(target, site.scope) if type(target) in (cst.Name, cst.Attribute) else None
    return role is not None and role.kind == "model" and role.evidence.kind != NAME


def _is_network_in_use(name: str, site: Site, script: Script) -> bool:
    """`model_restoration = RestoreNet()` whose parameters are used, whatever follows `model`, or
    which is wrapped to be trained on several devices."""
    made = words(site.name)
    if words(name)[:1] != ("model",) or not is_class_name(site.name) or "[" in name:
        return False
    if {*words(name), *made} & (NO_MODELS | _ABOUT) or _other_library(site, script):
        return False
    network = made[-1:] in (("net",), ("network",))
    return (network and _used_as_model(site, script)) or any(
        call.known is not None
        and call.known.api.kind == "wrap"
        and bool(call.node.args)
        and text(call.node.args[0].value) == name
        for call in script.call_sites()
    )


@lru_cache(maxsize=1 << 13)
def _may_hold_model(name: str) -> bool:
    """Whether the name of a variable leaves it open that it holds a model."""
    if "." in name and not name.startswith("self."):
        return False
    return not gives_batches(name) and _ends_as_model(name)


@lru_cache(maxsize=1 << 13)
def _speak_of_model(variable: str, called: str) -> bool:
    """Whether names may tell of a model: of any others only the use of what is made does."""
    found = words(variable)
    return (
        is_class_name(called)
        or suggested_role(variable) == "model"
        or found[-1:] in _SHORT
        or not (_MODELS | _PARTNERS).isdisjoint(found)
        or not _MODELS.isdisjoint(words(called))
    )


@lru_cache(maxsize=1 << 13)
def gives_batches(name: str) -> bool:
    """Whether a name is that of a generator of training or validation data:
    `train_generator`, `val_gen`; not that of a network that generates."""
    return words(name)[-1:] in (("generator",), ("gen",)) and split(name) is not None


@lru_cache(maxsize=1 << 13)
def _is_kept_with_models(name: str) -> bool:
    """`self.models["encoder"]`, `nets["depth"]`: one of several models under its name."""
    held, opening, key = name.partition("[")
    kept = words(held)[-1:] in (("models",), ("nets",), ("networks",))
    return kept and bool(opening) and key[:1] in "\"'" and key.endswith("]")


@lru_cache(maxsize=1 << 13)
def _ends_as_model(name: str) -> bool:
    """Whether the words behind `model` or `net` leave it one: `model_ft`, `netG`, `net_encoder`,
    not `model_iterator`, which is an iterator."""
    found = words(name)
    places = [place for place, word in enumerate(found) if word in _MODELS]
    rest = found[places[-1] + 1 :] if places else ()
    return all(word in _BESIDE or word in _PARTNERS or len(word) == 1 for word in rest)


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
    makes = named[0] in MAKING and bool(set(named) & _MODELS)
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
