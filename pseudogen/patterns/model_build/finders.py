"""What model-build is found by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import argument
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.learners import learners, taught
from pseudogen.names.load_purposes import serves_other_ends
from pseudogen.names.loading import given_weights
from pseudogen.names.model_makers import (
    changes,
    defined,
    fitted,
    from_library,
    hands_over_model,
    is_whole,
    makes_layer,
    named_model,
    trained_on,
    wraps,
)
from pseudogen.names.model_names import CLASS_VARIABLES, NO_MODELS, is_part
from pseudogen.names.model_parts import parts_of
from pseudogen.names.modules import in_module_class, is_class_name
from pseudogen.names.registered import registered
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, returned
from pseudogen.names.words import MAKING, words
from pseudogen.patterns.model_build.facts import ModelBuild
from pseudogen.regex import regex
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import bare, text


@pattern(ModelBuild, kinds=("model", "module", "learner"))
def find_known(site: Site, script: Script) -> Iterator[ModelBuild]:
    """A model of a library, or of a class of the script that inherits from one."""
    known, last = site.known, site.name.rpartition(".")[2]
    if known is None or known.evidence != API or last in ("super", "__init__"):
        return
    if last in _BESIDE_MODELS:
        return
    if last in ("to", "cuda") and type(site.node.func.value) is cst.Call:
        return  # what is made there is moved
    target = assigned(site.statement, site.node)
    given = target is None and (_given_to_trainer(site, script) or _wrapped(site, script))
    if target is None and not given and not returned(site.statement, site.node):
        return
    whole = known.api.traits.get("whole") == "yes"
    if (set(words(last)) & NO_MODELS and not whole) or in_module_class(script, site.statement):
        return
    if _elsewhere(site, script) or (last.startswith("_") and "[" not in last):
        return
    if target is not None and (
        wraps(target, site)
        or is_part(target)
        or _is_rewritten(target, site, script)
        or _is_run(target, script)
    ):
        return
    if makes_layer(target, site) or {"exported", "loss", "losses"} & set(words(target or "")):
        return
    if known.api.kind == "learner":
        made = _finding(site, script, Evidence(known.evidence, (known.name,)))
        yield replace(made, target=None)  # it holds the model, and more
        return
    part = known.api.kind == "module" or last == "Sequential"
    if part and not given and not is_whole(target, site, script):
        return
    yield _finding(site, script, Evidence(known.evidence, (known.name,)))


@pattern(ModelBuild, calls=True, within=(cst.Assign, cst.AnnAssign, cst.Return))
def find_named(site: Site, script: Script) -> Iterator[ModelBuild]:
    """`model = YoloBody(...)`, `net = build_model(cfg)`, `models.__dict__[arch]()`."""
    known = site.known
    if known is not None and (known.evidence == API or known.api.kind not in ("model", "module")):
        return
    target, last = assigned(site.statement, site.node), site.name.rpartition(".")[2]
    if last.lower() in CLASS_VARIABLES and (target or returned(site.statement, site.node)):
        yield _finding(site, script, Evidence(NAME, (site.name,)))
        return
    if target is None and _names_maker(site) and _wrapped(site, script):
        yield _finding(site, script, Evidence(FLOW, (site.name,)))
    if target is None:
        return
    named = named_model(target, site, script) or trained_on(target, site, script)
    found = named or fitted(target, site, script) or _learns(target, site, script)
    if not (found or target in script.once(_on_tape)):
        return
    if changes(site) or wraps(target, site) or defined(site, script) or makes_layer(target, site):
        return
    if in_module_class(script, site.statement) or _elsewhere(site, script):
        return
    if _is_rewritten(target, site, script) or _is_run(target, script):
        return
    if last == "from_pretrained" and (
        site.name.startswith("super()")
        or serves_other_ends(script, site.statement)
        or hands_over_model(site, script)
    ):
        return
    full = from_library(site, script)
    kind = API if full is not None else NAME if named else FLOW
    made = _finding(site, script, Evidence(kind, (full or target.split(",")[0],)))
    # The class of an agent's network is its architecture; what else is called so are sizes.
    yield replace(made, architecture=None) if target in script.once(taught) else made


_BESIDE_MODELS = frozenset({"decode_predictions", "preprocess_input"})
"""Functions of Keras's applications that make no model."""


def _learns(target: str, site: Site, script: Script) -> bool:
    """`agent = PPO(state_dim, action_dim)`, which is told to learn below and so holds networks; or
    a network that one is made with: `policy = GaussianPolicy(dims)`."""
    last = site.name.rpartition(".")[2]
    makes = words(last)[-1:] == ("agent",) and words(last)[0] in MAKING
    if last in ("create", "instantiate") or makes:
        return target in script.once(learners)
    if not is_class_name(last):
        return False
    network = words(last)[-1:] in _OF_AGENTS or words(last)[-2:] in _FUNCTIONS
    return target in script.once(learners) or (network and target in script.once(taught))


def _on_tape(script: Script) -> frozenset[str]:
    """The variables for whose weights TensorFlow computes gradients:
    `tape.gradient(loss, net.trainable_variables)`."""
    given = (
        text(arg.value) for call in script.calls_of_method("gradient") for arg in call.node.args
    )
    return frozenset(name for written in given for name in _TRAINED.findall(written))


_TRAINED = regex(r"([\w.]+)\.trainable_(?:variables|weights)\b")

_OF_AGENTS = (("actor",), ("critic",), ("mlp",), ("net",), ("network",), ("policy",))
_FUNCTIONS = (("q", "function"), ("value", "function"))
"""Last words of classes of the networks that an agent is made with."""


@pattern(ModelBuild, calls=lambda name: name == "dict", within=(cst.Assign,))
def find_registered(site: Site, script: Script) -> Iterator[ModelBuild]:
    """`model = dict(type="RetinaNet", backbone=dict(...))`, from which MMEngine builds it."""
    found = registered(site, script)
    parts = {arg.keyword.value for arg in site.node.args if arg.keyword is not None}
    if found is None or found[1] != "model" or not parts & _PARTS:
        return
    yield ModelBuild(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, ("model",)),
        target="model",
        function=found[0],
        architecture=found[0],
        described=True,
        condition=script.condition(site.statement),
    )


_PARTS = frozenset({"backbone", "encoder", "data_preprocessor", "decode_head", "bbox_head"})
"""What the configuration of a model has."""


def _given_to_trainer(site: Site, script: Script) -> bool:
    """`Trainer(model=Net())`, `trainer.fit(Net(), data)`: the model is made in the call that takes
    it to train it."""
    for call in script.calls_in(site.statement):
        trainer = call.known is not None and call.known.api.kind == "trainer"
        if call.node is site.node or not (trainer or script.fit_call(call) is not None):
            continue
        taken = script.argument(call, "model") or argument(call.node, "model", 0)
        if taken is site.node:
            return True
    return False


def _wrapped(site: Site, script: Script) -> bool:
    """`model = DataParallel(Net(args))`: the model is made in the call that wraps it."""
    return any(
        bool(call.node.args) and call.node.args[0].value is site.node and _is_wrapper(call)
        for call in script.calls_in(site.statement)
    )


def _is_wrapper(call: Site) -> bool:
    """A wrapper of a library, or a helper that moves a model: `to_cuda(Net(args))`."""
    if call.known is not None:
        kind = call.known.api.traits.get("wrap")
        return call.known.api.kind == "wrap" and kind in ("dp", "ddp", "fsdp")
    moves = {"cuda", "device", "gpu"} & set(words(call.name))
    return bool(moves) and len(call.node.args) <= _MOVED and not is_class_name(call.name)


_MOVED = 2
"""What a helper is given that moves a model: the model, and where to."""


def _names_maker(site: Site) -> bool:
    """Whether a class, or a function that makes a model, is called by its name."""
    named = words(site.name)
    makes = named[:1] in (("build",), ("create",), ("get",), ("make",)) and "model" in named
    return (makes or is_class_name(site.name)) and not set(named) & NO_MODELS


_OTHER_ENDS = frozenset(
    {"benchmark", "convert", "converter", "eval", "evaluate", "export", "exporter", "infer"}
    | {"inference", "onnx", "openvino", "predict", "predictor", "profile", "profiler"}
    | {"quantization", "tensorrt", "tokenizer"}
)
_RUNS = frozenset(
    {"detect", "embed", "encode", "eval", "fuse", "generate", "infer", "predict", "segment"}
    | {"track"}
)
"""First words of methods by which a model is run."""
_TRAINING = frozenset(
    {"backward", "fit", "optim", "optimizer", "train", "trainer", "training", "tune"}
)
"""Words of what trains, or is made to train."""
_FILLS = frozenset({"append", "extend", "insert"})
"""Methods of a list, which may be one of models."""


def _elsewhere(site: Site, script: Script) -> bool:
    """Whether code exports or runs a model, or makes a tokenizer: what is made is not trained; in
    `train_and_evaluate` it is."""
    return any(
        type(header.node) in (cst.FunctionDef, cst.ClassDef)
        and set(words(header.node.name.value)) & _OTHER_ENDS
        and "train" not in words(header.node.name.value)
        for header in script.tree.ancestors(site.statement.index)
    )


def _is_run(target: str, script: Script) -> bool:
    """Whether a script that trains nothing makes a model to run it, or a list of models."""
    asked = script.methods_on(target.partition(",")[0])
    runs = any(words(method)[:1] and words(method)[0] in _RUNS for method in asked)
    return (runs or bool(asked & _FILLS)) and not script.once(_trains)


def _trains(script: Script) -> bool:
    """Whether anything in a script is trained: it takes steps, asks a framework, or calls what
    trains by its name."""
    return bool(script.structure.steps) or any(
        (site.known is not None and site.known.api.kind in ("optimizer", "trainer"))
        or bool(_TRAINING & set(words(site.name)))
        or script.fit_call(site) is not None
        for site in script.call_sites()
    )


def _is_rewritten(target: str, site: Site, script: Script) -> bool:
    """Whether the function that makes a model saves it as it is: nothing there may train it."""
    function = script.function_around(site.statement)
    if function is None or target in script.once(learners):
        return False
    calls = script.calls_below(function)
    asked = {call.name for call in calls if call.name.startswith(f"{target}.")}
    if f"{target}.save" not in asked or asked & {f"{target}.{way}" for way in ("fit", "train")}:
        return False
    passed = {dotted(arg.value) for call in calls for arg in call.node.args}
    return not any(name == target or name.startswith(f"{target}.") for name in passed)


def _finding(site: Site, script: Script, evidence: Evidence) -> ModelBuild:
    value = getattr(site.statement.node, "value", None)
    either = _moved(value)
    if type(either) is cst.IfExp and type(either.body) is type(either.orelse) is cst.Call:
        return ModelBuild(
            line=site.line,
            end=site.last,
            evidence=evidence,
            target=assigned(site.statement, site.node),
            function=bare(either),
            device=_device(either, value),
            condition=script.condition(site.statement),
        )
    given = (script.argument_text(site, name) for name in _architecture_names(site))
    architecture = next((name for name in given if name is not None), None)
    if site.name.endswith("[]"):
        architecture = _subscript(site.node.func)
    parts = parts_of(script, site)
    return ModelBuild(
        line=site.line,
        end=site.last,
        evidence=evidence,
        target=assigned(site.statement, site.node),
        function=text(site.node.func),
        architecture=architecture,
        arguments=tuple(text(arg) for arg in site.node.args),
        layers=_layers(site),
        parts=parts.made if parts is not None else (),
        parts_in=parts.lines if parts is not None else None,
        more_parts=parts is not None and parts.more,
        pretrained=given_weights(site, script),
        classes=script.argument_text(site, "num_classes"),
        device=_device(site.node, value),
        condition=script.condition(site.statement),
    )


def _moved(value: Any) -> Any:
    """What is moved in `(Small() if small else Large()).to(device)`."""
    while type(value) is cst.Call and type(value.func) is cst.Attribute:
        if value.func.attr.value not in ("to", "cuda"):
            break
        value = value.func.value
    return value


def _architecture_names(site: Site) -> tuple[str, ...]:
    """The parameters that may say which architecture a function makes; a class, or weights that
    are stored under a name, have one, and `name` is then but a label."""
    last = site.name.rpartition(".")[2]
    if last == "from_pretrained":
        return ()
    names = ("model_name", "arch", "architecture", "encoder_name")
    return names if is_class_name(last) else (*names, "name")


def _layers(site: Site) -> tuple[str, ...]:
    """`Linear(9, 5)` and `ReLU()` of `nn.Sequential(nn.Linear(9, 5), nn.ReLU())`, in their order;
    () where others may be among them."""
    if site.name.rpartition(".")[2] != "Sequential":
        return ()
    given = [arg.value for arg in site.node.args if arg.keyword is None and not arg.star]
    if len(given) == 1 and type(given[0]) is cst.List:
        given = [element.value for element in given[0].elements]
    calls = len(given) > 1 and all(
        type(value) is cst.Call and dotted(value.func) for value in given
    )
    if not calls or len(given) < len(site.node.args):
        return ()
    written = list(map(_layer, given))
    if sum(map(len, written)) <= _SHORT_LAYERS:
        return tuple(written)
    return tuple(w if len(w) <= _SHORT_LAYER else w.partition("(")[0] for w in written)


def _layer(call: cst.Call) -> str:
    """A layer by its class, with what it is made with."""
    return f"{dotted(call.func).rpartition('.')[2]}({', '.join(map(text, call.args))})"


_SHORT_LAYER = 24
_SHORT_LAYERS = 240
"""A sequence whose layers are no longer together is told with what all of them are made with."""


def _device(made: cst.Call | cst.IfExp, value: Any) -> str | None:
    """Where the model goes in `model = Net().to(device)`."""
    while type(value) is cst.Call and type(value.func) is cst.Attribute and value is not made:
        place = argument(value, "device", 0)
        if value.func.attr.value == "to" and place is not None and "dtype" not in text(place):
            return text(place) if value.func.value is made else None
        if value.func.attr.value == "cuda" and value.func.value is made:
            return text(place) if place is not None else ""
        value = value.func.value
    return None


def _subscript(node: Any) -> str | None:
    return text(node.slice[0].slice) if type(node) is cst.Subscript else None
