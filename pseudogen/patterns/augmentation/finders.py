"""What augmentation is found by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.arguments import argument, string
from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.names.modules import is_class_name
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, split
from pseudogen.names.words import MAKING, words
from pseudogen.patterns.augmentation.facts import Augmentation
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_PIPELINES = frozenset(
    {"augmentation", "augmentations", "transform", "transforms", "augmenter", "augs", "tfms"}
)
_SINGLE = frozenset({"augmentation", "augmentations", "augmenter", "mixup", "cutmix"})
_PASSED = frozenset({"augmentation", "augmentations", "transform", "transforms"})
_RANDOM = frozenset(
    {"AutoAugment", "RandAugment", "TrivialAugmentWide", "AugMix", "ColorJitter", "Mixup"}
    | {"MixUp", "CutMix", "HorizontalFlip", "VerticalFlip", "Flip", "CoarseDropout", "Cutout"}
    | {"ShiftScaleRotate", "GaussNoise", "RandomApply", "RandomChoice"}
)
_FIXED = frozenset(
    {"Resize", "CenterCrop", "ToTensor", "Normalize", "PILToTensor", "ToPILImage", "ToDtype"}
    | {"ConvertImageDtype", "Grayscale", "ToTensorV2", "ToImage", "LetterBox", "Pad"}
)
_OTHER = frozenset(
    {"affine", "for", "fourier", "from", "inverse", "linear", "matrix", "perspective", "reference"}
    | {"rotation", "similarity", "target", "wavelet"}
)


@pattern(Augmentation, kinds=("mixup",))
def find_mixing(site: Site, script: Script) -> Iterator[Augmentation]:
    """`Mixup(mixup_alpha=0.8, cutmix_alpha=1.0)` of timm."""
    if site.known is None:
        return
    mixed = _pipeline(site, script, Evidence(site.known.evidence, (site.known.name,)))
    passed = {arg.keyword.value for arg in site.node.args if arg.keyword is not None}
    if site.known.evidence == NAME and not passed & {"mixup_alpha", "cutmix_alpha"}:
        yield mixed  # a class of that name, whose parameters are not known
        return
    told = {
        name: script.argument_text(site, name) or script.default(site, name)
        for name in ("mixup_alpha", "cutmix_alpha", "prob", "switch_prob")
    }
    on = {name: value for name, value in told.items() if value and not _is_number(value, 0)}
    yield replace(
        mixed,
        mixup=on.get("mixup_alpha"),
        cutmix=on.get("cutmix_alpha"),
        chance=told["prob"] if not _is_number(told["prob"] or "1", 1) else None,
        switch=told["switch_prob"] if {"mixup_alpha", "cutmix_alpha"} <= on.keys() else None,
    )


def _is_number(written: str, number: float) -> bool:
    """Whether a text is that very number: `0`, `0.`, `0.0`."""
    try:
        return float(written) == number
    except ValueError:
        return False


@pattern(Augmentation, kinds=("compose", "image-generator"))
def find_known(site: Site, script: Script) -> Iterator[Augmentation]:
    """A pipeline of a library."""
    if site.known is not None and not _inside_other(site, script):
        yield _finding(site, script, Evidence(site.known.evidence, (site.known.name,)))


@pattern(Augmentation, calls=speaks_of("compose", "aug", *_PIPELINES, *_SINGLE))
def find_named(site: Site, script: Script) -> Iterator[Augmentation]:
    """`T.Compose([...])`, `build_transform(is_train, args)`, `SSDAugmentation(size)`."""
    if site.known is not None or not site.name:
        return
    last = site.name.rpartition(".")[2]
    listed = type(site.node.args[0].value) in (cst.List, cst.Tuple) if site.node.args else False
    listed = listed or (is_class_name(last) and _holds_steps(site, script))
    if (last == "Compose" and site.node.args) or (last.endswith("Compose") and listed):
        if not _inside_other(site, script):
            yield _finding(site, script, Evidence(NAME, (site.name,)))
        return
    named = words(last)
    if not named or set(named) & (_OTHER | {"model"}) or script.defines(last):
        return
    made = named[0] in MAKING or named[0] == "random"
    helper = made and set(named) & _PIPELINES and named[0] != "set"
    single = last[:1].isupper() and named[-1] in _SINGLE
    if last[:1].isupper() and named[-1] in _PASSED and _set_on(site):
        yield _finding(site, script, Evidence(NAME, (site.name,)))
        return
    if single and _is_transform_of(site, script):
        yield _finding(site, script, Evidence(NAME, (site.name,)))
        return
    target = assigned(site.statement, site.node) or ""
    received = words(target)[-1:] in (("transform",), ("transforms",))
    helper = helper or (received and bool({"aug", "augment", "augs"} & set(named)))
    helper = helper or (set(named) & _PASSED and _unpacks_transforms(target, named))
    helper = helper or (received and last[:1].isupper() and _read_with(target, named, site, script))
    kept = assigned(site.statement, site.node) is not None or _is_transform_of(site, script)
    if (helper or single) and kept:
        yield _finding(site, script, Evidence(NAME, (site.name,)))


def _holds_steps(site: Site, script: Script) -> bool:
    """Whether a list of calls, perhaps with more added to it, is all that is passed."""
    given = site.node.args[0].value if len(site.node.args) == 1 else None
    bound = script.reaching(dotted(given), site.statement.index) if type(given) is cst.Name else []
    return any(b.how == "assign" and type(b.value) is cst.List for b in bound)


@pattern(Augmentation, statements=(cst.Assign,), values=(cst.List,))
def find_list(site: Site, script: Script) -> Iterator[Augmentation]:
    """`transforms_ = [T.Resize(64), T.ToTensor()]`, which a data set composes itself."""
    steps: list[Any] = [element.value for element in site.node.value.elements]
    if len(steps) < 2:
        return
    if not all(type(step) is cst.Call and _is_transform(step, site, script) for step in steps):
        return
    name = text(site.node.targets[0].target)
    if any(
        other.name.rpartition(".")[2] == "Compose"
        and any(text(arg.value) == name for arg in other.node.args)
        for other in script.call_sites()
    ):
        return
    yield Augmentation(
        line=site.line,
        end=site.last,
        evidence=Evidence(API, (dotted(steps[0].func),)),
        target=name,
        function=name,
        steps=tuple(text(step) for step in steps),
        random=tuple(text(step) for step in steps if _is_random(dotted(step.func))),
        chances=any(map(_may_skip, steps)),
        fixed=all(dotted(step.func).rpartition(".")[2] in _FIXED for step in steps),
        split=split(name),
        order="sequence",
        condition=script.condition(site.statement),
    )


@pattern(Augmentation, statements=(cst.Assign,), values=(cst.List,), mentions=("pipeline",))
def find_registered(site: Site, script: Script) -> Iterator[Augmentation]:
    """`train_pipeline = [dict(type="LoadImageFromFile"), dict(type="RandomFlip", prob=0.5)]`."""
    value = getattr(site.node, "value", None)
    steps: list[Any] = [e.value for e in value.elements] if type(value) is cst.List else []
    named = [string(argument(s, "type")) for s in steps if type(s) is cst.Call]
    name = text(site.node.targets[0].target) if type(site.node) is cst.Assign else ""
    if len(named) < 2 or len(named) != len(steps) or not all(named):
        return
    if words(name)[-1:] == ("pipeline",) and all(dotted(s.func) == "dict" for s in steps):
        yield Augmentation(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (name,)),
            target=name,
            function=name,
            steps=tuple(named),
            random=tuple(n for n in named if _is_random(n)),
            split=split(name),
            order="sequence",
            condition=script.condition(site.statement),
        )


def _is_transform(call: Any, site: Site, script: Script) -> bool:
    full = script.resolver.qualified(dotted(call.func), site.scope)
    return any(name.startswith(("torchvision.transforms.", "albumentations.")) for name in full)


@pattern(Augmentation, kinds=("module", "model"))
def find_layers(site: Site, script: Script) -> Iterator[Augmentation]:
    """`Sequential([RandomFlip(...), RandomRotation(...)])`: layers that augment."""
    steps = _steps(site, script)
    if steps and all(_is_random(dotted(s.func)) for s in steps if type(s) is cst.Call):
        calls = [s for s in steps if type(s) is cst.Call]
        if calls and site.known is not None:
            yield _finding(site, script, Evidence(site.known.evidence, (site.known.name,)))


def _unpacks_transforms(target: str, named: tuple[str, ...]) -> bool:
    """`train_transform, val_transform = data_transforms(args)`: a function of the project, which
    no verb says to change them, gives several."""
    names = target.split(",")
    whole = all(words(name.strip())[-1:] in (("transform",), ("transforms",)) for name in names)
    return len(names) > 1 and whole and named[0] not in ("apply", "update", "wrap")


def _read_with(target: str, named: tuple[str, ...], site: Site, script: Script) -> bool:
    """`transform = TrainTransform()`, with which a data set is then made."""
    return named[-1] in _PASSED and any(
        text(arg.value) == target
        and (
            (call.known is not None and call.known.api.kind == "dataset")
            or (_is_passed_as_transform(arg) and is_class_name(call.name))
        )
        for call in script.calls_after(site.statement)
        for arg in call.node.args
    )


def _is_passed_as_transform(arg: cst.Arg) -> bool:
    return arg.keyword is not None and arg.keyword.value in _PASSED


def _set_on(site: Site) -> bool:
    """`data.train_transforms = CropTransform(32)`: an attribute for transforms gets it."""
    node = site.statement.node
    target: Any = node.targets[0].target if type(node) is cst.Assign else None
    whole = type(target) is cst.Attribute and node.value is site.node
    return whole and words(target.attr.value)[-1:] in (("transform",), ("transforms",))


def _is_transform_of(site: Site, script: Script) -> bool:
    """`Detection(root, transform=SSDAugmentation(size))`: it is passed as what it is."""
    return any(
        arg.value is site.node and arg.keyword is not None and arg.keyword.value in _PASSED
        for other in script.calls_in(site.statement)
        for arg in other.node.args
    )


def _inside_other(site: Site, script: Script) -> bool:
    """Whether the pipeline is a step of a larger one in the same statement."""
    return any(
        other.node is not site.node
        and other.name.rpartition(".")[2] == "Compose"
        and any(_holds(arg.value, site.node) for arg in other.node.args)
        for other in script.calls_in(site.statement)
    )


def _holds(node: Any, wanted: Any) -> bool:
    if type(node) in (cst.List, cst.Tuple):
        return any(e.value is wanted for e in node.elements)
    return node is wanted


def _steps(site: Site, script: Script) -> list[Any]:
    first: Any = site.node.args[0].value if site.node.args else None
    if _list_of(site, script) is not None:
        first = _held(first, site, script)
    if type(first) in (cst.List, cst.Tuple):
        return [element.value for element in first.elements]
    plain = [a.value for a in site.node.args if a.keyword is None and not a.star]
    return plain if len(plain) > 1 and all(type(p) is cst.Call for p in plain) else []


def _list_of(site: Site, script: Script) -> int | None:
    """The line on which the list is made that `Compose(steps)` gets, where nothing is added to it
    later."""
    first: Any = site.node.args[0].value if site.node.args else None
    if type(first) is not cst.Name or _grows(first.value, site, script):
        return None
    made = _held(first, site, script)
    bindings = script.reaching(first.value, site.statement.index)
    lists = type(made) in (cst.List, cst.Tuple)
    return script.tree.statements[bindings[0].statement].first if lists else None


def _held(node: Any, site: Site, script: Script) -> Any:
    """What a variable was set to, where that is seen; else the expression itself."""
    if type(node) is not cst.Name:
        return node
    bindings = script.reaching(node.value, site.statement.index)
    known = len(bindings) == 1 and bindings[0].how == "assign"
    return bindings[0].value if known else node


def _never(step: Any) -> bool:
    """Whether a step is applied with a probability of 0: `RandomGamma(p=0.0)`."""
    chance: Any = argument(step, "p") if type(step) is cst.Call else None
    return type(chance) in (cst.Float, cst.Integer) and not float(chance.value)


def _may_skip(step: Any) -> bool:
    """Whether a step states with what probability it is applied: `Blur(p=0.1)`."""
    chance = argument(step, "p") if type(step) is cst.Call else None
    return chance is not None and text(chance) not in ("1", "1.0", "1.")


def _is_random(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last.startswith("Rand") or last in _RANDOM


def _grows(target: str | None, site: Site, script: Script) -> bool:
    """Whether steps are added to a pipeline later: `transform.insert(0, Crop())`."""
    if target is None:
        return False
    added = (c for method in ("append", "insert", "extend") for c in script.calls_of_method(method))
    owners = (target, f"{target}.transforms")
    return any(c.scope == site.scope and c.name.rpartition(".")[0] in owners for c in added)


def _finding(site: Site, script: Script, evidence: Evidence) -> Augmentation:
    """A pipeline, or as one those of a dict: `{"train": Compose([...]), "val": Compose([...])}`."""
    sites = _of_dict(site, script)
    made = [_pipeline(each, script, evidence) for each in sites.values()]
    if not made or not all(pipeline.steps for pipeline in made):
        return _pipeline(site, script, evidence)
    return replace(
        made[0],
        pipelines=tuple((key, one.steps) for key, one in zip(sites, made, strict=True)),
        steps=(),
        listed=None,
        random=tuple(dict.fromkeys(step for one in made for step in one.random)),
        chances=any(one.chances for one in made),
        fixed=all(one.fixed for one in made),
        split=None,
        order="sequence" if all(one.order == "sequence" for one in made) else None,
    )


def _of_dict(site: Site, script: Script) -> dict[str, Site]:
    """The calls of the dict literal that a call is in the values of, by their keys as written."""
    value = getattr(site.statement.node, "value", None)
    pairs = [(e.key, e.value) for e in getattr(value, "elements", ()) if type(e) is cst.DictElement]
    calls = [(key, call) for key, call in pairs if type(call) is cst.Call]
    if type(value) is not cst.Dict or len(calls) < len(value.elements):
        return {}
    if not any(call is site.node for _, call in calls):
        return {}
    index, scope = site.statement.index, site.scope
    return {text(key): script.call_site(call, index, scope) for key, call in calls}


def _pipeline(site: Site, script: Script, evidence: Evidence) -> Augmentation:
    target = assigned(site.statement, site.node)
    composes = site.known is None or site.known.api.kind in ("compose", "module", "model")
    steps = _steps(site, script) if composes and not _grows(target, site, script) else []
    held = [(step, _held(step, site, script)) for step in steps]
    steps = [step for step, call in held if not _never(call)]
    made = [call for _, call in held if not _never(call)]
    order = site.known.api.traits.get("order") if site.known is not None else None
    return Augmentation(
        line=site.line,
        end=site.last,
        evidence=evidence,
        target=target,
        function=site.name,
        steps=tuple(text(step) for step in steps),
        listed=_list_of(site, script) if steps else None,
        random=tuple(
            text(step)
            for step, call in zip(steps, made, strict=True)
            if type(call) is cst.Call and _is_random(dotted(call.func))
        ),
        chances=evidence.kind == API and any(map(_may_skip, made)),
        fixed=bool(steps)
        and all(
            type(call) is cst.Call and dotted(call.func).rpartition(".")[2] in _FIXED
            for call in made
        ),
        split=split(target, text(site.node.args[0].value) if site.node.args else None)
        if not steps
        else split(target),
        order=order or ("sequence" if steps else None),
        condition=script.condition(site.statement),
    )
