"""pretrained-weights: weights trained earlier are put into the model before training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern, speaks_of
from pseudogen.names.arguments import argument, string
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.loading import (
    FILE_READS,
    GIVEN_WEIGHTS,
    PRETRAINED,
    given_weights,
    read,
    serves_other_ends,
)
from pseudogen.names.places import own_lines
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned
from pseudogen.names.words import suggested_role, words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_NO_MODELS = frozenset(
    {
        "config",
        "extractor",
        "processors",
        "tokenizers",
        "tokenization",
        "pipeline",
        "pipe",
        "feature",
        "image",
        "processor",
        "scheduler",
        "tokenizer",
    }
    | {"generation", "dataset"}
)
_FILE_WORDS = frozenset({"pretrain", "pretrained"})
_OTHER_CLASSES = frozenset({"extractor", "processor", "tokenizer", "tokenizers", "config"})
_CONTENT = frozenset({"checkpoint", "ckpt", "dict", "params", "state", "weight", "weights"})
_PATHS = frozenset({"checkpoint", "ckpt", "file", "filename", "model", "path", "weights"})
_VERBS = frozenset({"load", "init", "initialize", "restore", "apply"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainedWeights(Finding):
    """Facts of weights that come from an earlier training.

    Attributes:
        form: "constructor" (an argument of the model's constructor), "named" (`from_pretrained`),
            "file" (a file is read) or "helper" (a function that says so in its name).
        model: What gets them, as written; None when that is not seen.
        function: What reads them, as written.
        source: The file, name or argument, as written; None when not given.
        default: Whether `source` is what the constructor does without being told.
        into: For a file, the line on which the model gets the weights.
        strict: For a file, the `strict` argument of that call; None when not given.
        condition: The condition under which it happens.
    """

    pattern: ClassVar[str] = "pretrained-weights"

    form: str
    model: str | None = None
    function: str
    source: str | None = None
    default: bool = False
    into: int | None = None
    strict: str | None = None
    condition: str | None = None


@pattern(PretrainedWeights, calls=lambda name: name == "dict", keywords=("checkpoint",))
def find_registered(site: Site, script: Script) -> Iterator[PretrainedWeights]:
    """`init_cfg=dict(type="Pretrained", checkpoint="open-mmlab://...")` of MMEngine."""
    path = argument(site.node, "checkpoint")
    if site.name == "dict" and string(argument(site.node, "type")) == "Pretrained" and path:
        first, last = own_lines(script, site)
        yield PretrainedWeights(
            line=first,
            end=last,
            evidence=Evidence(FLOW, ("Pretrained",)),
            form="named",
            function="init_cfg",
            source=text(path),
            condition=script.condition(site.statement),
        )


_MODELS = ("model", "learner")


@pattern(PretrainedWeights, kinds=_MODELS, keywords=GIVEN_WEIGHTS)
def find_constructor(site: Site, script: Script) -> Iterator[PretrainedWeights]:
    """`resnet50(pretrained=True)`, `resnet50(weights="DEFAULT")`."""
    given = given_weights(site, script)
    known = site.known
    of_model = known is not None and known.evidence == API and known.api.kind in _MODELS
    if given is None or not (of_model or given.startswith("pretrained")):
        return
    target = assigned(site.statement, site.node)
    if not of_model and (target is None or suggested_role(target) not in ("model", None)):
        return
    name = known.name if of_model and known is not None else site.name
    evidence = Evidence(API if of_model else NAME, (name,))
    learner = known is not None and known.api.kind == "learner"
    yield _finding(site, script, evidence, "constructor", None if learner else target, given)


@pattern(PretrainedWeights, kinds=_MODELS)
def find_default(site: Site, script: Script) -> Iterator[PretrainedWeights]:
    """`vision_learner(dls, resnet18)`, `MobileNetV2()`: weights come where nothing is said."""
    known = site.known
    if known is None or known.evidence != API or script.passes_unknown(site):
        return
    passed = any(script.argument(site, name) is not None for name in GIVEN_WEIGHTS)
    defaults = (f"{n}={known.api.defaults[n]}" for n in GIVEN_WEIGHTS if n in known.api.defaults)
    source = next(defaults, None)
    function = known.api.kind == "model" and not known.name.rpartition(".")[2][:1].isupper()
    if source is None or passed or function or serves_other_ends(script, site.statement):
        return
    target = assigned(site.statement, site.node)
    evidence = Evidence(API, (known.name,))
    found = _finding(site, script, evidence, "constructor", target, source)
    yield replace(found, default=True, model=None if known.api.kind == "learner" else found.model)


@pattern(PretrainedWeights, methods=("from_pretrained",))
def find_from_pretrained(site: Site, script: Script) -> Iterator[PretrainedWeights]:
    """`GPT.from_pretrained(name)`, not tokenizers, configurations and the like."""
    if type(site.statement.node) is cst.Expr and site.statement.node.value is site.node:
        return  # the files are fetched, no model is kept
    owner = site.name.removesuffix(".from_pretrained")
    target = assigned(site.statement, site.node)
    if set(words(owner)) & _NO_MODELS or set(words(target or "")) & _NO_MODELS:
        return
    if serves_other_ends(script, site.statement) or _of_other_class(site, script):
        return
    first = site.node.args[0] if site.node.args else None
    source = text(first.value) if first is not None and not first.star else None
    evidence = Evidence(NAME, (site.name,))
    yield _finding(site, script, evidence, "named", target, source)


def _model_of(target: str | None) -> str | None:
    """Which of several results is the model: `model` in `model, info`."""
    if target is None or "," not in target:
        return target
    named = [n.strip() for n in target.strip("()").split(",") if suggested_role(n) == "model"]
    return named[0] if len(named) == 1 else target


def _of_other_class(site: Site, script: Script) -> bool:
    """Whether a class that is no model calls it for what is not named as one."""
    around = (s for s in script.tree.ancestors(site.statement.index))
    classes = [s.node.name.value for s in around if type(s.node) is cst.ClassDef]
    return any(set(words(name)) & _OTHER_CLASSES for name in classes) and "model" not in words(
        site.name.removesuffix(".from_pretrained")
    )


@pattern(PretrainedWeights, kinds=FILE_READS)
def find_file(site: Site, script: Script) -> Iterator[PretrainedWeights]:
    """`torch.load(path)` whose content goes into a model, and into nothing else."""
    load = read(script, site)
    if load is not None and load.purpose == PRETRAINED:
        yield PretrainedWeights(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, (load.model or site.name,)),
            form="file",
            model=load.model,
            function=site.name,
            source=load.path,
            into=load.into,
            strict=load.strict,
            condition=script.condition(site.statement),
        )


@pattern(PretrainedWeights, calls=speaks_of("load", "pretrain"))
def find_helper(site: Site, script: Script) -> Iterator[PretrainedWeights]:
    """`load_pretrained(config, model)`, `model.load_weights(path)`: helpers by their names."""
    last = site.name.rpartition(".")[2]
    if "load" not in last and "pretrain" not in last:
        return
    named = words(last)
    if not named or last == "from_pretrained" or named[0] not in _VERBS or not site.node.args:
        return
    said = set(named) & _FILE_WORDS or (named == ("load", "weights") and "." in site.name)
    nodes = [arg.value for arg in site.node.args]
    passed = named[-1] in ("checkpoint", "weights", "model", "ckpt") and any(
        set(words(dotted(node))) & _says_weights(named) for node in nodes
    )
    of_file = named == ("load",) and _loads_into_model(site, script)
    keeper = words(site.name.rpartition(".")[0])[-1:] == ("checkpointer",)
    passed = passed or (keeper and any("weights" in words(dotted(node)) for node in nodes))
    of_raw = named == ("load", "raw") and any(script.is_a(n, site.scope, "model") for n in nodes)
    resumes = any("resume" in words(dotted(node)) for node in nodes)
    if (
        not (said or passed or of_raw or of_file)
        or resumes
        or script.defines(last)
        or set(named) & {"optimizer", "dataset"}
    ):
        return
    models = [n for n in nodes if script.is_a(n, site.scope, "model") is not None]
    receiver = site.node.func.value if type(site.node.func) is cst.Attribute else None
    if not models and receiver is not None and dotted(receiver) not in ("self", "utils"):
        models = [receiver] if script.is_a(receiver, site.scope, "model") is not None else []
    told = argument(site.node, "model")
    models = models or ([told] if told is not None else [])
    target = assigned(site.statement, site.node) or ""
    if not models and told is None and set(words(target.split(",")[0])) & _CONTENT:
        return  # is read here; what gets it stands elsewhere
    made = target if suggested_role(target) == "model" else None
    others = [text(node) for node in nodes if node not in models and dotted(node) != "self"]
    model = text(models[0]) if models else made
    named_so = [node for node in others if set(words(node)) & _says_weights(named)]
    source = (named_so or others)[0] if others and dotted(told) != "self" else None
    yield _finding(site, script, Evidence(NAME, (site.name,)), "helper", model, source)


def _says_weights(named: tuple[str, ...]) -> frozenset[str]:
    """The words of arguments that say what a helper of a name reads; one that loads a whole model
    may also be given its weights: `load_model(args.config, args.weights)`."""
    told = _FILE_WORDS | {"finetune"}
    return told | {"weights"} if named == ("load", "model") else told


def _loads_into_model(site: Site, script: Script) -> bool:
    """`net.load(opt.load_path)`: a model of the project reads a file, before it is trained and not
    to be measured."""
    function = site.node.func
    if type(function) is not cst.Attribute or len(site.node.args) != 1:
        return False
    role = script.role(function.value, site.scope)
    file = set(words(dotted(site.node.args[0].value)))
    ends = serves_other_ends(script, site.statement)
    return role is not None and role.kind == "model" and bool(file & _PATHS) and not ends


def _finding(
    site: Site,
    script: Script,
    evidence: Evidence,
    form: str,
    model: str | None,
    source: str | None,
) -> PretrainedWeights:
    return PretrainedWeights(
        line=site.line,
        end=site.last,
        evidence=evidence,
        form=form,
        model=_model_of(model),
        function=text(site.node.func),
        source=source,
        condition=script.condition(site.statement),
    )


EXAMPLES = {
    'from torchvision.models import resnet50\nmodel = resnet50(weights="DEFAULT")': [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(API, ("torchvision.models.resnet50",)),
            form="constructor",
            model="model",
            function="resnet50",
            source='weights="DEFAULT"',
        ),
    ],
    'model = AutoModelForSequenceClassification.from_pretrained("bert-base-uncased")': [
        PretrainedWeights(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("AutoModelForSequenceClassification.from_pretrained",)),
            form="named",
            model="model",
            function="AutoModelForSequenceClassification.from_pretrained",
            source='"bert-base-uncased"',
        ),
    ],
    (
        "import torch\n"
        "weights = torch.load(model_path, map_location=device)\n"
        "model.load_state_dict(weights, strict=False)"
    ): [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(FLOW, ("model",)),
            form="file",
            model="model",
            function="torch.load",
            source="model_path",
            into=3,
            strict="False",
        ),
    ],
    "if args.pretrained:\n    load_pretrained(config, model)": [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("load_pretrained",)),
            form="helper",
            model="model",
            function="load_pretrained",
            source="config",
            condition="args.pretrained",
        ),
    ],
    "checkpointer.load(cfg.MODEL.WEIGHTS)": [
        PretrainedWeights(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("checkpointer.load",)),
            form="helper",
            function="checkpointer.load",
            source="cfg.MODEL.WEIGHTS",
        ),
    ],
    "init_cfg = dict(type='Pretrained', checkpoint='weights/resnet.pth')": [
        PretrainedWeights(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("Pretrained",)),
            form="named",
            function="init_cfg",
            source="'weights/resnet.pth'",
        ),
    ],
    "import lightning as L\nfabric = L.Fabric()\nfabric.load_raw(start, model)": [
        PretrainedWeights(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("fabric.load_raw",)),
            form="helper",
            model="model",
            function="fabric.load_raw",
            source="start",
        ),
    ],
    "net = Pyramid(opt)\nif opt.start:\n    net.load(opt.start_path)\nfit(net)": [
        PretrainedWeights(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("net.load",)),
            form="helper",
            model="net",
            function="net.load",
            source="opt.start_path",
            condition="opt.start",
        ),
    ],
    "from zoo import load_model\nmodel = load_model(args.kind, args.weights)": [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("load_model",)),
            form="helper",
            model="model",
            function="load_model",
            source="args.weights",
        ),
    ],
    "model, info = Net.from_pretrained(path, output_loading_info=True)": [
        PretrainedWeights(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("Net.from_pretrained",)),
            form="named",
            model="model",
            function="Net.from_pretrained",
            source="path",
        ),
    ],
    "from fastai.vision.all import *\nlearn = vision_learner(dls, resnet18)": [
        PretrainedWeights(
            line=2,
            end=2,
            evidence=Evidence(API, ("fastai.vision.all.vision_learner",)),
            form="constructor",
            function="vision_learner",
            source="pretrained=True",
            default=True,
        ),
    ],
}
COUNTEREXAMPLES = {
    "from hub import AutoModel\nAutoModel.from_pretrained(name)": "the files are fetched",
    "def evaluate(net):\n    net.load(args.path)": "is measured, not trained",
    "table.load(args.path)": "no model",
    "model = load_model(args.path)": "of nobody knows what",
    ("net.load_weights(args.resume)"): "a run is continued",
    "weights, _ = load_checkpoint(args.pretrained)": "weights are read, nothing gets them yet",
    "class AutoProcessor:\n    def make(cls, name):\n        return kind.from_pretrained(name)": (
        "a processor is made"
    ),
    "import torch\nstate = torch.load(path)\noptimizer.load_state_dict(state)": "an optimizer's",
    "tokenizer = AutoTokenizer.from_pretrained(name)": "a tokenizer has no weights",
    "ckpt = torch.load(args.resume)\nmodel.load_state_dict(ckpt['model'])\n"
    "optimizer.load_state_dict(ckpt['optimizer'])": "a run is resumed",
    "data = torch.load('data.pt')": "no model gets it",
    "model = resnet50(pretrained=False)": "starts from random weights",
    "def vit_tiny(pretrained=False, **kwargs):\n"
    "    return create('vit_tiny', pretrained=pretrained, **kwargs)\n"
    "def vit_base(pretrained=False):\n"
    "    model = create('vit_base', pretrained=pretrained)\n"
    "    return model": "whoever calls the function says whether",
    (
        "from tensorflow.keras.applications.resnet50 import preprocess_input\n"
        "x = preprocess_input(x)"
    ): "images are scaled",
    "from fastai.vision.all import *\nlearn = vision_learner(dls, resnet18, pretrained=False)": (
        "random weights"
    ),
}
