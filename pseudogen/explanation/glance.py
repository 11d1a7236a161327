"""The aspects under which a script is seen at a glance, and the findings that bear on each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Any

from pseudogen.explanation.libraries import Run
from pseudogen.explanation.occasions import Occasions
from pseudogen.finding import Finding
from pseudogen.following import Reached
from pseudogen.names.defaults import Default
from pseudogen.names.evidence import FLOW
from pseudogen.names.inner_losses import InnerLoss
from pseudogen.names.purposes import Purpose
from pseudogen.names.rhythms import Rhythm
from pseudogen.names.settings import Setting
from pseudogen.names.words import suggested_role, words
from pseudogen.regex import regex

ASPECTS: dict[str, tuple[str, ...]] = {
    "data": ("data-loader", "dataset-build"),
    "model": ("model-build", "pretrained-weights"),
    "freezing": ("layer-freezing", "layer-unfreezing"),
    "parallel": ("parallel-wrap", "process-group-init", "worker-launch"),
    "sharding": ("distributed-sampler", "epoch-reshuffle"),
    "batch": ("batch-division",),
    "precision": ("mixed-precision",),
    "loss": ("loss-function",),
    "optimizer": ("optimizer-build",),
    "schedule": ("lr-schedule", "lr-warmup", "lr-scaling"),
    "gradients": ("gradient-accumulation", "gradient-clipping"),
    "averaging": ("weight-averaging",),
    "loop": ("epoch-loop", "early-stopping"),
    "evaluation": ("evaluation", "best-tracking"),
    "checkpoints": ("checkpoint-save", "checkpoint-resume"),
    "logging": ("experiment-logging",),
}
"""Aspect -> the patterns that bear on it, in the order of the table."""


_SETTINGS: dict[str, tuple[str, ...]] = {
    "batch": ("per_device_train_batch_size",),
    "optimizer": ("learning_rate", "weight_decay", "optim"),
    "evaluation": ("eval_strategy", "evaluation_strategy"),
    "checkpoints": ("save_strategy", "save_steps"),
    "logging": ("report_to",),
}
"""Aspect -> the settings of a run that bear on it."""

_NOT_FROM_ELSEWHERE = frozenset(
    {"layer-freezing", "layer-unfreezing", "pretrained-weights", "weight-averaging"}
)
"""In a helper they need not concern the model that is trained."""


_OWNERS = re.compile(r"(?<![\w.])([A-Za-z_][\w.]*)\.parameters\(")
"""Of `chain(a.parameters(), b.parameters())` the models."""


def _root(finding: Finding, attribute: str) -> str:
    """The variable of a fact: `net` for `net.parameters()`, `self.net` for `self.net.layers`."""
    written = getattr(finding, attribute, None) or ""
    return ".".join(written.split(".")[: 2 if written.startswith("self.") else 1])


def _models(target: str) -> list[str]:
    """The variables of `model, transform` that hold models, by their names; all where none is
    named so."""
    names = [name for name in map(str.strip, target.split(",")) if name]
    return [name for name in names if suggested_role(name) == "model"] or names


def _held(model: Finding) -> list[str]:
    """The variables that hold a model."""
    return _models(getattr(model, "target", None) or "")


_COUNTS = frozenset({"len", "length", "lengths", "n", "num", "nums", "size", "sizes"})
"""Words of what holds a number, beside the data sets that a function gives."""


def _loads(model: Finding) -> set[bool]:
    """Whether a model comes with weights; both where a variable decides."""
    given = getattr(model, "pretrained", None) or ""
    name, _, value = given.partition("=")
    switched = name == "pretrained" and bool(_VARIABLE.fullmatch(value)) and value != "True"
    return {True, False} if switched else {bool(given)}


_VARIABLE = regex(r"[a-z_][\w.]*", re.IGNORECASE)

BatchSize = tuple[str, int | float | None]
"""How many samples a batch has, as written, and the number where constants tell."""


class Found(dict[str, list[Finding]]):
    """Pattern id -> its findings, by line; an empty list where there are none. `files` names the
    file of a finding, by its `id`, where that is not the script's; `run` has the settings that a
    trainer gets; `occasions` tells when what is found in the script comes to pass, `elsewhere` the
    same of a finding in another file, by its `id`; `purposes` are what the author says the script
    is for."""

    def __init__(self, run: Run | None = None) -> None:
        super().__init__()
        self.occasions: Occasions | None = None
        self.elsewhere: dict[int, Occasions] = {}
        self.purposes: Sequence[Purpose] = ()
        self.run = run.settings if run is not None else {}
        self.run_lines = run.lines if run is not None else None
        self.files: dict[int, str] = {}
        self.exclusive: Callable[[int, int], bool] = lambda one, other: False

    def __missing__(self, pattern: str) -> list[Finding]:
        return []

    def are_alternatives(self, findings: Sequence[Finding]) -> bool:
        """Whether a run comes to one of them at most, and all stand in the script itself."""
        own = all(id(f) not in self.files for f in findings)
        pairs = combinations((f.line for f in findings), 2)
        return own and all(self.exclusive(one, other) for one, other in pairs)

    def off(self, findings: Sequence[Finding]) -> tuple[Setting, ...]:
        """The settings by whose defaults none of some findings comes to pass, by line; () where
        one may."""
        found: dict[Setting, None] = {}
        for finding in findings:
            settings = occasions.off(finding) if (occasions := self._occasions(finding)) else ()
            if not settings:
                return ()
            found.update(dict.fromkeys(settings))
        return tuple(sorted(found, key=lambda setting: (setting.line, setting.name)))

    def rhythms(self, findings: Sequence[Finding]) -> list[Rhythm | None]:
        """How often what is found is done, each answer once; None for what is not known. What
        defaults switch off does not count where something else is on."""
        active = [f for f in findings if not self.off([f])] or findings
        known = ((self._occasions(f), f) for f in active)
        return list(dict.fromkeys(o.rhythm(f) if o is not None else None for o, f in known))

    def together(
        self, findings: Sequence[Finding], attribute: str
    ) -> list[tuple[list[str], list[Finding]]]:
        """What findings have as a fact, with those that have it; those that come to pass on the
        same occasions together."""
        own: dict[str, list[Finding]] = {}
        for finding in findings:
            name = getattr(finding, attribute, None)
            if name:
                own.setdefault(name, []).append(finding)
        found: dict[Any, tuple[list[str], list[Finding]]] = {}
        for name, which in own.items():
            names, members = found.setdefault((*self.rhythms(which), *self.off(which)), ([], []))
            names.append(name)
            members += which
        return list(found.values())

    @property
    def inner_losses(self) -> list[tuple[str, InnerLoss]]:
        """The losses that models compute themselves, each with its file, where no other is
        found."""
        found: dict[tuple[str, str], tuple[str, InnerLoss]] = {}
        for step in self["training-step"] if not self["loss-function"] else ():
            occasions = self._occasions(step)
            inner = occasions.inner_loss(step) if occasions is not None else None
            if inner is not None:
                found.setdefault((inner.model, inner.part or ""), (self._file(step), inner))
        return list(found.values())

    @property
    def prints(self) -> list[Finding]:
        """What prints the progress every so many rounds."""
        shown = (f for f in self["progress-display"] if getattr(f, "every", None))
        return [f for f in shown if any(r and not r.at_most for r in self.rhythms([f]))]

    def default(self, finding: Finding, written: str | None) -> Default | None:
        """What an expression of a finding is by default, where settings decide that."""
        occasions = self._occasions(finding)
        return occasions.default(finding, written) if occasions is not None else None

    def _occasions(self, finding: Finding) -> Occasions | None:
        return self.elsewhere.get(id(finding)) if self._file(finding) else self.occasions

    def _file(self, finding: Finding) -> str:
        return self.files.get(id(finding), "")

    @property
    def datasets(self) -> list[tuple[list[str], list[str]]]:
        """The variables that get data sets, those of the same makers together, and the makers."""
        made: dict[str, dict[str, None]] = {}
        for dataset in self["dataset-build"]:
            target = getattr(dataset, "target", None)
            if target:
                made.setdefault(target, {})[getattr(dataset, "function", "")] = None
        together: dict[tuple[str, ...], list[str]] = {}
        for target, makers in made.items():
            names = together.setdefault(tuple(makers), [])
            parts = list(map(str.strip, target.split(",")))
            names += [part for part in parts if not _COUNTS.intersection(words(part))] or parts
        return [(list(dict.fromkeys(names)), list(key)) for key, names in together.items()]

    @property
    def loaders(self) -> list[tuple[str, tuple[str, ...], tuple[BatchSize, ...]]]:
        """The loaders, each with the data sets that it reads and the sizes of its batches; where
        none has a name, those for the training that functions return, with ""."""
        made: dict[str, tuple[dict[str, None], dict[BatchSize, None]]] = {}
        if self._loaders_are_elsewhere():
            return []
        named = [f for f in self["data-loader"] if getattr(f, "target", None)]
        training = [f for f in self["data-loader"] if getattr(f, "split", None) == "training"]
        for loader in named or training:
            data, size = getattr(loader, "dataset", None), getattr(loader, "batch_size", None)
            if data:
                target = getattr(loader, "target", None) or ""
                sets, sizes = made.setdefault(target if named else data, ({}, {}))
                sets[data] = None
                if size:
                    sizes[(size, getattr(loader, "batch_value", None))] = None
        return [
            (name if named else "", tuple(sets), tuple(sizes))
            for name, (sets, sizes) in made.items()
        ]

    def _loaders_are_elsewhere(self) -> bool:
        """Whether the script makes its data sets itself, and functions elsewhere the loaders."""
        own = any(id(f) not in self.files for f in self["dataset-build"])
        return own and all(id(f) in self.files for f in self["data-loader"])

    @property
    def models(self) -> list[tuple[list[str], str, list[Finding]]]:
        """The models: the variables that get them, and whether their weights are "plain",
        "loaded", or with the same maker now one and now the other ("both"). Those of the same
        maker are told together."""
        weights: dict[str, set[bool]] = {}
        for model in self["model-build"]:
            weights.setdefault(getattr(model, "function", ""), set()).update(_loads(model))
        made: dict[tuple[str, str], list[Finding]] = {}
        for model in self["model-build"]:
            seen = weights[getattr(model, "function", "")]
            state = "both" if len(seen) > 1 else "loaded" if True in seen else "plain"
            made.setdefault((getattr(model, "target", None) or "", state), []).append(model)
        together: dict[tuple[tuple[str, ...], str], tuple[list[str], list[Finding]]] = {}
        for (target, state), models in made.items():
            makers = tuple(getattr(model, "function", "") for model in models)
            key = (tuple(dict.fromkeys(makers)), state)
            names, findings = together.setdefault(key, ([], []))
            names += [name for name in _models(target) if name not in names]
            findings += models
        return [(names, key[1], models) for key, (names, models) in together.items()]

    @property
    def trained_models(self) -> list[Finding]:
        """The models that are trained: those whose parameters an optimizer gets, or else the first
        that is not frozen, with those that other branches put in its place."""
        models = self["model-build"]
        updated = {_root(f, "params") for f in self["optimizer-build"]} - {""}
        frozen = {_root(f, "model") for f in self["layer-freezing"] if _root(f, "only") == ""}
        given = " ".join(getattr(f, "params", None) or "" for f in self["optimizer-build"])
        owners = [o for f in self["optimizer-build"] for o in getattr(f, "owners", ())]
        updated |= {owner.partition(".")[0] for owner in owners if not owner.startswith("self.")}
        updated |= {name.removesuffix(".") for name in _OWNERS.findall(given)}
        named = [f for f in models if _root(f, "target") in updated]
        if not updated:  # an optimizer of Keras is not told what it updates
            used = [f for f in models if f.evidence.kind == FLOW and _root(f, "target")]
            named = used if len(used) > 1 else []
            held = [f for f in models if _root(f, "target") and _root(f, "target") not in frozen]
            each = 1 < len(held) == len(self["optimizer-build"])  # as of Optax: one for each
            named = held if each and not self.are_alternatives(held) else named
        if "self" in updated:  # a module that trains itself: its own parts are not all of it
            named = [f for f in models if not _root(f, "target").startswith("self.")] or named
        free = [f for f in models if _root(f, "target") not in frozen]
        free = [f for f in free if _root(f, "target")] or free
        known = models if not updated or self["layer-unfreezing"] else []
        return named or self._in_place_of(free or known)

    def _in_place_of(self, models: list[Finding]) -> list[Finding]:
        """The first of the models, and those that the same variable gets where it does not."""
        held = set(_held(models[0])) if models else set()
        others = [f for f in models[1:] if held.intersection(_held(f))]
        chosen = models[:1]
        for other in others:
            if self.are_alternatives([*chosen, other]):
                chosen.append(other)
        return chosen


def found_by_pattern(
    findings: Iterable[Finding],
    reached: Iterable[Reached] = (),
    run: Run | None = None,
    occasions: Occasions | None = None,
) -> Found:
    """The findings of each pattern; where the script itself has none, those of the functions that
    it reaches, and with the helpers that make its optimizers those that they make."""
    found = Found(run)
    found.occasions = occasions
    for finding in sorted(findings, key=lambda f: (f.line, f.end)):
        found.setdefault(finding.pattern, []).append(finding)
    own = set(found) | _NOT_FROM_ELSEWHERE
    helpers = {_maker(f) for f in found["optimizer-build"]}
    for function in reached:
        called = occasions.of_called(function) if occasions is not None else None
        for finding in function.findings:
            made = finding.pattern == "optimizer-build" and function.function in helpers
            if made or finding.pattern not in own:
                found.setdefault(finding.pattern, []).append(finding)
                found.files[id(finding)] = function.module
                if called is not None:
                    found.elsewhere[id(finding)] = called
    return found


def _maker(optimizer: Finding) -> str:
    """The helper that makes an optimizer."""
    api = getattr(optimizer, "api", None) or ""
    return api.rpartition(".")[2] if getattr(optimizer, "helper", False) else ""


def aspect_places(aspect: str, found: Found) -> Sequence[tuple[str, int, int]]:
    """The (file, first line, last line) of the findings that bear on an aspect, those of the
    pattern that it is told by first; the file is "" for the script."""
    places: dict[tuple[str, int, int], None] = {}
    for pattern in ASPECTS[aspect]:
        lines = {(found.files.get(id(f), ""), f.line, f.end) for f in found[pattern]}
        places.update(dict.fromkeys(sorted(lines)))
    if aspect == "loss":
        places.update(dict.fromkeys((file, *loss.lines) for file, loss in found.inner_losses))
    if aspect == "logging" and len(found.rhythms(found.prints)) == 1:
        lines = {(found.files.get(id(f), ""), f.line, f.end) for f in found.prints}
        places.update(dict.fromkeys(sorted(lines)))
    if aspect == "data" and not places:
        for loop in found["epoch-loop"]:
            if getattr(loop, "draws", None):
                first, last = getattr(loop, "drawn_on", None) or (loop.line, loop.line)
                places[(found.files.get(id(loop), ""), first, last)] = None
    if found.run_lines is not None and any(key in found.run for key in _SETTINGS.get(aspect, ())):
        places[("", *found.run_lines)] = None
    return sorted(places, key=lambda place: place[0] != "")
