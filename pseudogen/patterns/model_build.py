"""model-build: the model to be trained is made."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.loading import given_weights, serves_other_ends
from pseudogen.names.modules import in_module_class, is_class_name
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, returned
from pseudogen.names.words import MAKING, suggested_role, words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_MODELS = frozenset(
    {"model", "models", "net", "network", "detector", "segmentor", "generator"}
    | {"discriminator", "classifier", "gan", "transformer", "unet"}
)
_SHORT = (("lm",), ("llm",), ("vae",))
"""Usual short names of models."""
_PARTNERS = frozenset(
    {"actor", "agent", "backbone", "critic", "decoder", "encoder", "policy", "student", "teacher"}
)
"""What models are called that work or train together; that it is one, the script has to show."""
_NO_MODELS = frozenset(
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
_FROM = ("from_pretrained", "from_config", "from_name")
_ABOUT = frozenset(
    {"arch", "args", "asset", "binary", "card", "cfg", "config", "dim", "dir", "dtype"}
    | {"file", "id", "index", "inputs", "inspect", "key", "kwargs", "metadata", "name"}
    | {"params", "path", "plan", "revision", "size", "spec", "tag", "tags", "type", "version"}
    | {"class", "cls", "default", "forward", "info", "meta", "num", "number"}
)
"""Words of names that tell of a model and do not hold it."""
_WHOLE_METHODS = ("parameters", "train", "to", "cuda", "compile", "fit", "init")
_CLASS_VARIABLES = frozenset({"model_cls", "model_class", "modelclass"})
_PREDICTS_ELSEWHERE = frozenset({"coremltools", "cv2", "numpy", "onnxruntime", "openvino"})
"""Packages whose models are run, not trained, or that have none."""
_BESIDE = frozenset(
    {"a", "b", "base", "bert", "clean", "cpu", "d", "ddp", "ema", "eval", "f", "ft", "g", "gpu"}
    | {"local", "main", "module", "orig", "p", "pg", "policy", "q", "raw", "ref", "s", "source"}
    | {"student", "t", "target", "teacher", "test", "train", "val", "with", "without", "x", "y"}
)
"""Words that may stand behind `model` in the name of one."""
_MOVES = frozenset(
    {"to", "cuda", "cpu", "half", "float", "train", "eval", "apply", "prepare", "compile", "load"}
    | {"deepcopy", "copy", "wrap", "unwrap", "module", "state_dict", "requires_grad_", "convert"}
    | {"initialize", "double", "merge_and_unload", "unwrap_model", "setup", "pop", "next"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelBuild(Finding):
    """Facts of a model.

    Attributes:
        target: What receives it; None when it is passed on at once.
        function: The class or function that makes it, as written.
        architecture: The name under which a library knows it, as written; None when the function
            itself says it.
        arguments: What is passed, as written.
        pretrained: What says that it comes with weights trained earlier, as written; None when
            nothing does.
        classes: The number of classes, as written; None when not given.
        condition: The condition under which it is made.
    """

    pattern: ClassVar[str] = "model-build"

    target: str | None = None
    function: str
    architecture: str | None = None
    arguments: tuple[str, ...] = ()
    pretrained: str | None = None
    classes: str | None = None
    condition: str | None = None


@pattern(ModelBuild, kinds=("model", "module"))
def find_known(site: Site, script: Script) -> Iterator[ModelBuild]:
    """A model of a library, or of a class of the script that inherits from one."""
    known, last = site.known, site.name.rpartition(".")[2]
    if known is None or known.evidence != API or last in ("super", "__init__"):
        return
    target = assigned(site.statement, site.node)
    if target is None and not returned(site.statement, site.node):
        return
    if set(words(last)) & _NO_MODELS or in_module_class(script, site.statement):
        return
    if _elsewhere(site, script) or (last.startswith("_") and "[" not in last):
        return
    if target is not None and (_wraps(target, site) or _is_part(target)):
        return
    part = known.api.kind == "module" or last == "Sequential"
    if part and not _is_whole(target, site, script):
        return
    yield _finding(site, script, Evidence(known.evidence, (known.name,)))


@pattern(ModelBuild, calls=True, within=(cst.Assign, cst.AnnAssign, cst.Return))
def find_named(site: Site, script: Script) -> Iterator[ModelBuild]:
    """`model = YoloBody(...)`, `net = build_model(cfg)`, `models.__dict__[arch]()`."""
    known = site.known
    if known is not None and (known.evidence == API or known.api.kind not in ("model", "module")):
        return
    target, last = assigned(site.statement, site.node), site.name.rpartition(".")[2]
    if last.lower() in _CLASS_VARIABLES and (target or returned(site.statement, site.node)):
        yield _finding(site, script, Evidence(NAME, (site.name,)))
        return
    if target is None or not (
        _named_model(target, site, script) or _trained_on(target, site, script)
    ):
        return
    if _changes(site) or _wraps(target, site) or _defined(site, script):
        return
    if in_module_class(script, site.statement) or _elsewhere(site, script):
        return
    if last == "from_pretrained" and serves_other_ends(script, site.statement):
        return
    yield _finding(site, script, Evidence(NAME, (target.split(",")[0],)))


def _trained_on(target: str, site: Site, script: Script) -> bool:
    """Whether something is made with weights trained earlier, and its parameters are trained."""
    if "," in target or given_weights(site, script) is None or _other_library(site, script):
        return False
    return any(_treats_as_model(call, target) for call in script.call_sites())


def _elsewhere(site: Site, script: Script) -> bool:
    """Whether code exports a model or makes a tokenizer: what is made there is not trained."""
    return any(
        type(header.node) in (cst.FunctionDef, cst.ClassDef)
        and set(words(header.node.name.value)) & {"export", "exporter", "tokenizer"}
        for header in script.tree.ancestors(site.statement.index)
    )


def _changes(site: Site) -> bool:
    """Whether a model goes into a helper, which then changes or wraps it."""
    last = site.name.rpartition(".")[2]
    if is_class_name(last) or last in _FROM:
        return False
    passed = [dotted(arg.value) for arg in site.node.args]
    return any(
        "model" in words(name) and not is_class_name(name) and not _tells_of_model(name)
        for name in passed
    )


def _is_part(target: str) -> bool:
    """Whether a model gets a part: `model.classifier = Head(...)`."""
    owner = target.partition(",")[0].rpartition(".")[0]
    return bool(set(words(owner)) & _MODELS)


def _wraps(target: str, site: Site) -> bool:
    """`model = Sharded(model, group)`: what was the model before is put into another object."""
    first = site.node.args[0] if site.node.args else None
    return first is not None and text(first.value) == target.partition(",")[0].strip()


def _tells_of_model(name: str) -> bool:
    """Whether a name is that of a setting: `cfg.model`, `args.model_name`."""
    return any(set(words(part)) & _ABOUT for part in name.split("."))


def _is_whole(target: str | None, site: Site, script: Script) -> bool:
    """Whether a module is a model on its own, not a loss or a layer: by what it is called."""
    if target is None:
        return bool(set(words(site.name)) & _MODELS)
    first = target.split(",")[0].strip()
    if set(words(first)) & (_NO_MODELS | _OTHER_TARGETS):
        return False
    if suggested_role(first) == "model" or set(words(first)) & _MODELS:
        return True
    own = script.defines(site.name) and words(site.name)[-1:] not in (("layer",), ("block",))
    return own and any(_treats_as_model(call, first) for call in script.call_sites())


def _treats_as_model(call: Site, name: str) -> bool:
    """Whether a call takes a variable for a whole model: its parameters, its mode, its place, or
    the optimizer that is made for it."""
    if call.name.rpartition(".")[0] == name:
        return call.name.rpartition(".")[2] in _WHOLE_METHODS
    makes_optimizer = call.known is not None and call.known.api.kind == "optimizer"
    optimizer = makes_optimizer or call.name.rpartition(".")[2] == "Optimizer"
    return optimizer and bool(call.node.args) and text(call.node.args[0].value) == name


def _named_model(target: str, site: Site, script: Script) -> bool:
    """Whether names alone say that a model is made: of what receives it and of what is called."""
    first = target.split(",")[0].strip()
    given, last = set(words(first)), site.name.rpartition(".")[2]
    if not _ends_as_model(first):
        return False
    role_named = suggested_role(first) == "model"
    if ("." in first and not first.startswith("self.")) or _other_library(site, script):
        return False
    if is_class_name(last) and not given & _NO_MODELS and _used_as_model(site, script):
        return True
    if first.rpartition(".")[2][:1].isupper():
        return False  # a class or a constant
    if given & (_NO_MODELS | _OTHER_TARGETS | _ABOUT) or last in _MOVES or "[" in first:
        return False
    if site.name.endswith(("]", ")")):
        return role_named and (site.name.endswith("[]") or site.name == "getattr()")
    if last in _FROM:
        owner = set(words(site.name.rpartition(".")[0]))
        return not owner & _NO_MODELS and (role_named or bool(given & _MODELS))
    if _asked_of_model(site, script):
        return False
    called = words(last)
    if not called or called == ("get",) or set(called) & _NO_MODELS or called[-1] in _ABOUT:
        return False
    makes = called[0] in MAKING and called[0] not in ("set", "load")
    if makes and set(called) & _MODELS:
        return "," not in target or role_named
    if not role_named and not given & _MODELS and words(first)[-1:] not in _SHORT:
        partner = bool(given & _PARTNERS or called[-1] == "discriminator") and is_class_name(last)
        return partner and any(_treats_as_model(call, first) for call in script.call_sites())
    whole = role_named or words(first)[:1] == ("model",)
    imported = whole and _imported(site, script, called)
    return makes or is_class_name(last) or last == "instantiate" or imported


def _used_as_model(site: Site, script: Script) -> bool:
    """Whether what a class makes is used as only models are: by its parameters and its state."""
    node = site.statement.node
    target: Any = node.target if type(node) is cst.AnnAssign else node.targets[0].target
    role = script.role(target, site.scope) if type(target) in (cst.Name, cst.Attribute) else None
    return role is not None and role.kind == "model" and role.evidence.kind == FLOW


def _ends_as_model(name: str) -> bool:
    """Whether the words behind `model` or `net` leave it one: `model_ft`, `netG`, not
    `model_iterator`, which is an iterator."""
    found = words(name)
    places = [place for place, word in enumerate(found) if word in _MODELS]
    rest = found[places[-1] + 1 :] if places else ()
    return all(word in _BESIDE or len(word) == 1 for word in rest)


def _asked_of_model(site: Site, script: Script) -> bool:
    """Whether a model is asked for something: `model.get_base_model()`."""
    function = site.node.func
    if type(function) is not cst.Attribute or type(function.value) is cst.Call:
        return False
    role = script.role(function.value, site.scope)
    return role is not None and role.kind == "model" and not is_class_name(site.name)


def _other_library(site: Site, script: Script) -> bool:
    """Whether what is called comes from Python itself or from a library without such models."""
    roots = {full.partition(".")[0] for full in script.resolver.qualified(site.name, site.scope)}
    error = words(site.name)[-1:] in (("error",), ("exception",), ("warning",))
    others = sys.stdlib_module_names | _PREDICTS_ELSEWHERE | {"mlflow", "pandas", "wandb"}
    return error or bool(roots & others)


def _imported(site: Site, script: Script, called: tuple[str, ...]) -> bool:
    """Whether a function of another file is called that does not by its name change a model:
    `model = resnet34(num_classes=10)`."""
    if "." in site.name:
        return False
    imported = any(b.how == "import" for b in script.resolver.bindings(site.name, site.scope))
    return imported and called[0] not in _CHANGES


def _defined(site: Site, script: Script) -> bool:
    """Whether a function of the script is called that does not by its name make a model: the
    model is then made in its body."""
    last = site.name.rpartition(".")[2]
    if is_class_name(last) or last == "from_pretrained" or not script.defines(last):
        return False
    named, given = words(last), (assigned(site.statement, site.node) or "").partition(",")[0]
    makes = named[0] in MAKING and bool(set(named) & _MODELS)
    return not makes or not (suggested_role(given) == "model" or "model" in words(given)[-1:])


def _finding(site: Site, script: Script, evidence: Evidence) -> ModelBuild:
    architecture = next(
        (
            value
            for name in ("model_name", "arch", "architecture", "encoder_name", "name")
            if (value := script.argument_text(site, name)) is not None
        ),
        None,
    )
    if site.name.endswith("[]"):
        architecture = _subscript(site.node.func)
    return ModelBuild(
        line=site.line,
        end=site.last,
        evidence=evidence,
        target=assigned(site.statement, site.node),
        function=text(site.node.func),
        architecture=architecture,
        arguments=tuple(text(arg) for arg in site.node.args),
        pretrained=given_weights(site, script),
        classes=script.argument_text(site, "num_classes"),
        condition=script.condition(site.statement),
    )


def _subscript(node: Any) -> str | None:
    return text(node.slice[0].slice) if type(node) is cst.Subscript else None


EXAMPLES = {
    "import timm\nmodel = timm.create_model(args.model, pretrained=True, num_classes=10)": [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("timm.create_model",)),
            target="model",
            function="timm.create_model",
            architecture="args.model",
            arguments=("args.model", "pretrained=True", "num_classes=10"),
            pretrained="pretrained=True",
            classes="10",
        ),
    ],
    "import torch.nn as nn\nclass Net(nn.Module):\n    pass\nmodel = Net().to(device)": [
        ModelBuild(
            line=4,
            end=4,
            evidence=Evidence(API, ("torch.nn.Module",)),
            target="model",
            function="Net",
        ),
    ],
    (
        "from torchvision import models\n"
        "model = models.__dict__[args.arch](pretrained=args.pretrained)"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(API, ("torchvision.models.__dict__[]",)),
            target="model",
            function="models.__dict__[args.arch]",
            architecture="args.arch",
            arguments=("pretrained=args.pretrained",),
            pretrained="pretrained=args.pretrained",
        ),
    ],
    "model = YoloBody(num_classes, phi)": [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model",)),
            target="model",
            function="YoloBody",
            arguments=("num_classes", "phi"),
        ),
    ],
    "model, criterion, postprocessors = build_model(args)": [
        ModelBuild(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("model",)),
            target="model, criterion, postprocessors",
            function="build_model",
            arguments=("args",),
        ),
    ],
    (
        "from model import EncoderCNN\n"
        "encoder = EncoderCNN(embed_size)\n"
        "params = list(encoder.parameters())"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("encoder",)),
            target="encoder",
            function="EncoderCNN",
            arguments=("embed_size",),
        )
    ],
    ("def create_model(args):\n    return nets.build(args)\nmodel = create_model(args)"): [
        ModelBuild(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("model",)),
            target="model",
            function="create_model",
            arguments=("args",),
        )
    ],
    (
        "from nets import *\n"
        "G_AB = GeneratorRes(shape)\n"
        "opt = torch.optim.Adam(G_AB.parameters())\n"
        "torch.save(G_AB.state_dict(), 'g.pth')"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("G_AB",)),
            target="G_AB",
            function="GeneratorRes",
            arguments=("shape",),
        )
    ],
    (
        "from models import small\n"
        "retina = small.resnet(classes=3, pretrained=True)\n"
        "optimizer = Adam(retina.parameters())"
    ): [
        ModelBuild(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("retina",)),
            target="retina",
            function="small.resnet",
            arguments=("classes=3", "pretrained=True"),
            pretrained="pretrained=True",
        ),
    ],
}
COUNTEREXAMPLES = {
    ("from tensorflow import keras\nlm_mask = keras.Input(shape=(4,))"): "an input of a model",
    (
        "def get_zoo_models():\n    return table\nmodel_urls = get_zoo_models()"
    ): "addresses of models",
    ("from nets import *\nSTEM = Tokens(shape)\nSTEM.train(texts)"): "nothing that has parameters",
    (
        "def split_model(model):\n    return model.parts\nmodel = split_model(whole)"
    ): "a model is cut up",
    ("encoder = LabelEncoder()\nlabels = encoder.fit_transform(names)"): "encodes labels",
    "self.metadata = client.get_model_metadata(name)": "tells about a model",
    "from torch import nn\nclass Wrap(nn.Module):\n    pass\nmodel = Wrap(model)": "is wrapped",
    "self.model_manager = ModelManager(device=device)": "looks after models",
    "from tensorflow import keras\nm_ = keras.Sequential([layer() for _ in range(n)])": "a block",
    "model_artifact = tracker.Artifact(name, type='model')": "a record of a file",
    "from lib import attempt_load\nmodel = attempt_load(path)": "is read from a file",
    "net.classifier = Decoder(classes=classes)": "a part of a model",
    "import coremltools as ct\nnms_model = ct.models.MLModel(spec)": "a model that only predicts",
    "layer_of_transformer = SelfAttentionLayer(heads)\n"
    "transformer_layer = SelfAttentionLayer(heads)": "a layer",
    "model_to_inspect = self.model.get_base_model()": "a model is asked for a part",
    "base_model_plan = AttributeError()": "an exception",
    "from collections import defaultdict\nmodel_tags = defaultdict(list)": "a table about models",
    "import wandb\nmodel = wandb.Artifact(name, type='model')": "a file that is kept",
    "import cv2\ndetector = cv2.FastFeatureDetector_create(20)": "nothing that is trained",
    "model = model.to(device)": "is moved, not made",
    "model = torch.nn.DataParallel(model)": "is wrapped, not made",
    "model_name = build_model_name(args)": "makes a name",
    "criterion = LabelSmoothingLoss(classes)": "a loss",
    "model = ShardedStage3(model, group=group)": "is wrapped, not made",
    "generator = kwargs.get('generator')": "is looked up",
    "class TaggerForTokens(TaggerPreTrainedModel):\n"
    "    def __init__(self, config):\n"
    "        self.classifier = Head(config)\n"
    "        self.model = TaggerModel(config)": "a model's parts",
    "class Net(Base):\n"
    "    def __init__(self):\n"
    "        self.net = build_net()\n"
    "    def forward(self, x):\n"
    "        return self.net(x)": "a part, as its class has a forward pass and no training",
    "import torch.nn as nn\nclass Net(nn.Module):\n    def __init__(self):\n"
    "        self.net = nn.Sequential()": "a part of a model",
}
