"""What pretrained-weights is found by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.arguments import argument, constant_text, string
from pseudogen.names.blocks import has_word
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.load_purposes import FILE_READS, PRETRAINED, serves_other_ends
from pseudogen.names.loading import GIVEN_WEIGHTS, given_weights, read, read_whole
from pseudogen.names.model_makers import from_library, hands_over_model
from pseudogen.names.places import own_lines
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned
from pseudogen.names.teachers import makes_teacher
from pseudogen.names.words import suggested_role, words
from pseudogen.patterns.pretrained_weights.facts import PretrainedWeights
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_NO_MODELS = frozenset(
    {"config", "dataset", "extractor", "feature", "generation", "image", "pipe", "pipeline"}
    | {"processor", "processors", "scheduler", "tokenization", "tokenizer", "tokenizers"}
)
_FILE_WORDS = frozenset({"pretrain", "pretrained"})
_OTHER_CLASSES = frozenset({"extractor", "processor", "tokenizer", "tokenizers", "config"})
_CONTENT = frozenset({"checkpoint", "ckpt", "dict", "params", "state", "weight", "weights"})
_PATHS = frozenset(
    {"checkpoint", "ckpt", "file", "filename", "model", "path", "pretrained", "weights"}
)
_SOURCES = frozenset(
    {"pretrained_model_name_or_path", "model_id", "model_name", "model_name_or_path"}
)
_BESIDE = "PeftModel"
"""How classes are called that get a model, and then where the adapters for it are stored."""
_FROM_FILES = (("params", "from", "file"), ("weights", "from", "file"), ("from", "file"))
_VERBS = frozenset({"load", "init", "initialize", "restore", "apply"})


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


@pattern(PretrainedWeights, kinds=("model",))
def find_weights_file(site: Site, script: Script) -> Iterator[PretrainedWeights]:
    """`YOLO("yolov8n.pt")`: the argument may name a file of weights or one of the architecture."""
    known = site.known
    name = known.api.traits.get("weights file") if known is not None else None
    given = script.argument(site, name) if name is not None else None
    of_file = string(given).endswith((".pt", ".pth"))
    if known is not None and of_file and not serves_other_ends(script, site.statement):
        evidence = Evidence(known.evidence, (known.name,))
        target = assigned(site.statement, site.node)
        yield _finding(site, script, evidence, "constructor", target, text(given))


@pattern(PretrainedWeights, methods=("from_pretrained",))
def find_from_pretrained(site: Site, script: Script) -> Iterator[PretrainedWeights]:
    """`GPT.from_pretrained(name)`, not tokenizers, configurations and the like."""
    if type(site.statement.node) is cst.Expr and site.statement.node.value is site.node:
        return  # the files are fetched, no model is kept
    owner = site.name.removesuffix(".from_pretrained")
    target = assigned(site.statement, site.node)
    named = _model_of(target)
    if set(words(owner)) & _NO_MODELS or set(words(named or "")) & _NO_MODELS:
        return
    if serves_other_ends(script, site.statement) or _of_other_class(site, script):
        return
    if hands_over_model(site, script):
        return
    first = 1 if owner.rpartition(".")[2].startswith(_BESIDE) else 0
    passed = [
        arg.value
        for place, arg in enumerate(site.node.args)
        if not arg.star and (arg.keyword.value in _SOURCES if arg.keyword else place == first)
    ]
    source = text(passed[0]) if passed else None
    target = target if target != source else None
    full = from_library(site, script)
    evidence = Evidence(API, (full,)) if full is not None else Evidence(NAME, (site.name,))
    made = _finding(site, script, evidence, "named", target, source)
    asked = source is not None and has_word(made.condition, source)
    known = passed and not asked  # a condition on the name says more than the value it starts with
    value = constant_text(script, passed[0], site.statement.index) if known else None
    yield replace(made, value=value, bits=_bits(site))


def _bits(site: Site) -> str | None:
    """`4` of `load_in_4bit=True`."""
    asked = (argument(site.node, f"load_in_{bits}bit") for bits in ("4", "8"))
    told = [node is not None and text(node) == "True" for node in asked]
    return "4" if told[0] else "8" if told[1] else None


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
            name=load.rekeyed.name if load.rekeyed else None,
            renamed=load.rekeyed.becomes if load.rekeyed else None,
            taken_if=load.rekeyed.tests if load.rekeyed else (),
            condition=script.condition(site.statement),
        )
    elif load is None and _trains_below(site, script):
        yield from _whole(site, script)


def _trains_below(site: Site, script: Script) -> bool:
    """Whether a step of the training comes below in the same function, or in one called there."""
    trains = script.structure.trains
    for call in script.calls_after(site.statement):
        if call.scope != site.scope:
            continue
        called = script.called_function(call)
        if script.training_step(call) is not None or script.fit_call(call) is not None:
            return True
        if called is not None and called.index in trains:
            return True
    return False


def _whole(site: Site, script: Script) -> Iterator[PretrainedWeights]:
    """`teacher_model = torch.load(path)`: a whole model, in a script that trains."""
    load = read_whole(script, site)
    if load is not None and load.purpose == PRETRAINED:
        yield PretrainedWeights(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (load.model or site.name,)),
            form="whole",
            model=load.model,
            function=site.name,
            source=load.path,
            condition=script.condition(site.statement),
        )


@pattern(PretrainedWeights, calls=speaks_of("init_from"), within=(cst.Expr,))
def find_own(site: Site, script: Script) -> Iterator[PretrainedWeights]:
    """`net.init_from_base_net(args.base_net)`: a model of the project starts from a file."""
    named, function = words(site.name), site.node.func
    if named[:2] != ("init", "from") or type(function) is not cst.Attribute:
        return
    alone = len(site.node.args) == 1 and type(site.statement.node) is cst.Expr
    if not alone or script.defines(function.attr.value) or set(named) & _FILE_WORDS:
        return
    if script.is_a(function.value, site.scope, "model") is not None:
        source, model = text(site.node.args[0].value), text(function.value)
        yield _finding(site, script, Evidence(NAME, (site.name,)), "helper", model, source)


@pattern(PretrainedWeights, calls=speaks_of("load", "pretrain"))
def find_helper(site: Site, script: Script) -> Iterator[PretrainedWeights]:
    """`load_pretrained(config, model)`, `model.load_weights(path)`: helpers by their names."""
    last = site.name.rpartition(".")[2]
    if "load" not in last and "pretrain" not in last:
        return
    named = words(last)
    if not named or last == "from_pretrained" or named[0] not in _VERBS or not site.node.args:
        return
    if script.defines(last) or set(named) & {"optimizer", "dataset"}:
        return
    nodes = [arg.value for arg in site.node.args]
    if any("resume" in words(dotted(node)) for node in nodes):
        return
    of_receiver = named == ("load", "parameters") and _of_trained(site)
    of_receiver = of_receiver or _loads_into_model(named, site, script)
    if not (of_receiver or _reads_weights(named, nodes, site, script)):
        return
    told = argument(site.node, "model")
    models = _models(nodes if not of_receiver else [], site, script)
    models = models or ([told] if told is not None else [])
    target = assigned(site.statement, site.node) or ""
    if not models and set(words(target.split(",")[0])) & _CONTENT:
        return  # is read here; what gets it stands elsewhere
    made = target if suggested_role(target) == "model" else None
    others = [text(node) for node in nodes if node not in models and dotted(node) != "self"]
    model = text(models[0]) if models else made
    named_so = [node for node in others if set(words(node)) & _says_weights(named)]
    source = (named_so or others)[0] if others and dotted(told) != "self" else None
    yield _finding(site, script, Evidence(NAME, (site.name,)), "helper", model, source)


def _reads_weights(named: tuple[str, ...], nodes: list[Any], site: Site, script: Script) -> bool:
    """Whether a function reads weights that were trained earlier, by the words of its name and by
    what it gets."""
    if set(named) & _FILE_WORDS or (named == ("load", "weights") and "." in site.name):
        return True
    given = {word for node in nodes for word in words(dotted(node))}
    if named[-1] in ("checkpoint", "weights", "model", "ckpt") and given & _says_weights(named):
        return True
    if named in _WHOLE and _in_place_of_resuming(nodes, site, script):
        return True
    keeper = words(site.name.rpartition(".")[0])[-1:] == ("checkpointer",)
    plain = named == ("load", "state", "dict") and type(site.node.func) is cst.Name
    if "weights" in given and (keeper or plain):
        return True
    models = (script.is_a(node, site.scope, "model") for node in nodes)
    return named == ("load", "raw") and any(models)


def _models(nodes: list[Any], site: Site, script: Script) -> list[Any]:
    """The models among what a function is given, or else the one that it is asked of."""
    given = [node for node in nodes if script.is_a(node, site.scope, "model") is not None]
    function = site.node.func
    if given or type(function) is not cst.Attribute or dotted(function.value) in ("self", "utils"):
        return given
    of_model = script.is_a(function.value, site.scope, "model") is not None
    return [function.value] if of_model else []


def _of_trained(site: Site) -> bool:
    """`trainer.load_parameters(path)`, which gives nothing back."""
    receiver = set(words(site.name.rpartition(".")[0]))
    whole = type(site.statement.node) is cst.Expr
    return whole and bool(receiver & {"engine", "trainer"})


_WHOLE = (("load", "model"), ("load", "weights"), ("load", "checkpoint"), ("load", "ckpt"))


def _in_place_of_resuming(nodes: list[Any], site: Site, script: Script) -> bool:
    """`load_model(model, args.start_ckpts)` where no run is resumed: `elif` of `if args.resume`."""
    denied = (script.condition(site.statement) or "").split(" and ")
    told = any(
        "resume" in words(part.removeprefix("not ")) for part in denied if part[:4] == "not "
    )
    files = any(_FILES & set(words(dotted(n))) for n in nodes if type(n) is cst.Attribute)
    return told and files and any(script.is_a(n, site.scope, "model") is not None for n in nodes)


_FILES = frozenset({"checkpoint", "checkpoints", "ckpt", "ckpts", "file", "path", "weights"})


def _says_weights(named: tuple[str, ...]) -> frozenset[str]:
    """The words of arguments that say what a helper of a name reads; one that loads a whole model
    may also be given its weights: `load_model(args.config, args.weights)`."""
    told = _FILE_WORDS | {"finetune"}
    return told | {"weights"} if named == ("load", "model") else told


def _loads_into_model(named: tuple[str, ...], site: Site, script: Script) -> bool:
    """`net.load(opt.load_path)`: a model of the project reads a file, before it is trained and not
    to be measured."""
    function = site.node.func
    reads = named in (("load",), ("load", "from")) or named[1:] in _FROM_FILES
    if not reads or type(function) is not cst.Attribute:
        return False
    if len(site.node.args) != 1 and words(function.attr.value)[-1:] != ("file",):
        return False
    role = script.role(function.value, site.scope)
    given: Any = site.node.args[0].value
    if type(given) is cst.Call and given.args and words(dotted(given.func))[-1:] == ("load",):
        given = given.args[0].value  # `net.load_from(np.load(path))`
    file = set(words(dotted(given)))
    ends = serves_other_ends(script, site.statement)
    made = script.resolver.defined(dotted(function.value), site.scope)
    other = any(
        set(words(dotted(binding.value.func))) & _NO_MODELS
        for binding in made
        if type(binding.value) is cst.Call
    )
    of_model = role is not None and role.kind == "model" and not other
    return of_model and bool(file & _PATHS) and not ends


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
        teacher=makes_teacher(script, site, model),
        condition=script.condition(site.statement),
    )
