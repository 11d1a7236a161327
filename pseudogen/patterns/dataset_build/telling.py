"""What is told of a data set that is made: where its data come from, and which part it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import libcst as cst

from pseudogen.names.evidence import Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, inline_condition, split
from pseudogen.names.words import suggested_role, words
from pseudogen.patterns.dataset_build.facts import DatasetBuild
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

DATASETS = frozenset({"ds", "dataset", "datasets", "trainset", "testset", "valset"})
_SOURCES = frozenset(
    {"annotations", "data", "dataset", "datasets", "dir", "directory", "file", "files", "folder"}
    | {"id", "images", "imgs", "name", "path", "root", "samples", "source", "tensors", "url"}
    | {"urls"}
)
_SEVERAL = (cst.List, cst.ListComp, cst.Dict, cst.DictComp, cst.GeneratorExp)
_NO_SOURCES = frozenset(
    {"args", "cfg", "conf", "config", "hparams", "hyp", "kwargs", "opt", "options", "opts"}
    | {"self", "settings", "tokenizer", "transform", "transforms", "processor", "params"}
    | {"factor", "length", "margin", "ratio", "scale", "seed", "size", "threshold"}
)
"""Last words of what a data set is given beside where its data come from."""


def built(site: Site, script: Script, evidence: Evidence) -> DatasetBuild:
    """The data set that a call makes, with all that the call and its statement say of it."""
    target, also = _parted(assigned(site.statement, site.node))
    traits = site.known.api.traits if site.known is not None else {}
    form = traits.get("part") or traits.get("form")
    together = _together(site)
    source = _source(site) if len(together) < 2 else None  # that of the first alone
    beside = tuple(dict.fromkeys(dotted(c.func) for c in together if dotted(c.func) != site.name))
    train = script.argument_text(site, "train")
    return DatasetBuild(
        line=site.line,
        end=site.last,
        evidence=evidence,
        target=target,
        also=also,
        function=_maker(site),
        besides=beside if target is not None else (),
        several=target is not None and type(site.statement.node.value) in _SEVERAL,
        form=form,
        split=_split(target, train, source),
        source=source,
        chosen=tuple(_chosen(site, script, traits)),
        transform=script.argument_text(site, "transform"),
        train=train,
        download=script.argument_text(site, "download"),
        lengths=script.argument_text(site, "lengths") if form == "split" else None,
        seed=_seed(site, script) if form == "split" else None,
        chosen_by=inline_condition(site.statement, site.node),
        condition=script.condition(site.statement),
    )


def _source(site: Site) -> str | None:
    """Where the data come from, as written."""
    first = next((a for a in site.node.args if not a.star and _may_be_source(a)), None)
    made = site.name.rpartition(".")[2][:1].isupper()
    if first is None or (made and _is_number(first.value)):
        return None
    source = text(first.value)
    of_class = source[:1] in "\"'" and source[1:-1].endswith("Dataset")
    return None if of_class or source in ("True", "False", "None") else source


def _maker(site: Site) -> str:
    """What is called; as written where that is picked (`makers[name]`)."""
    written = text(site.node.func)
    return written if "[" in site.name and len(written) < 60 else site.name


def _may_be_source(arg: cst.Arg) -> bool:
    """Whether an argument may be where the data come from: a positional one, or a keyword that
    says so."""
    if arg.keyword is not None:
        named = words(arg.keyword.value)
        beside = named[-1:] in (("size",), ("len",), ("length",), ("num",)) or "cache" in named
        return not beside and bool(set(named) & _SOURCES)
    return not set(words(dotted(arg.value))[-1:]) & _NO_SOURCES


def _is_number(node: cst.BaseExpression) -> bool:
    """Whether an expression can only be a number: `n * batch_size` says how many samples."""
    if type(node) is cst.BinaryOperation:
        return type(node.operator) in (cst.Multiply, cst.FloorDivide, cst.Subtract, cst.Power)
    return type(node) in (cst.Integer, cst.Float)


def _chosen(site: Site, script: Script, traits: Mapping[str, str]) -> Iterator[str]:
    """`"mrpc"` and `split="train"` of `load_dataset("glue", "mrpc", split="train")`."""
    for name in traits.get("chosen by", "").split():
        written = script.argument_text(site, name)
        if written is not None and written not in ("None", "False"):
            yield written if name == "name" else f"{name}={written}"


def _together(site: Site) -> list[Any]:
    """The calls of a list or dict of which one makes a data set: `[Streets(4), Roads(4)]`."""
    value: Any = getattr(site.statement.node, "value", None)
    elements = value.elements if type(value) in (cst.List, cst.Dict) else ()
    calls = [e.value for e in elements if type(e.value) is cst.Call]
    return calls if any(call is site.node for call in calls) else []


def _seed(site: Site, script: Script) -> str | None:
    """`0` of `random_split(data, sizes, generator=torch.Generator().manual_seed(0))`."""
    made = script.argument(site, "generator")
    if type(made) is cst.Name:
        bindings = script.reaching(made.value, site.statement.index)
        made = bindings[0].value if len(bindings) == 1 else None
    seeded = type(made) is cst.Call and type(made.func) is cst.Attribute and made.args
    if not seeded or made.func.attr.value != "manual_seed" or "Generator" not in text(made.func):
        return None
    return text(made.args[0].value)


def _parted(target: str | None) -> tuple[str | None, tuple[str, ...]]:
    """What is assigned to: the data sets, by their names, and what else a tuple has beside them."""
    names = tuple(map(str.strip, target.split(","))) if target is not None else ()
    sets = [n for n in names if suggested_role(n) == "dataset" or set(words(n)) & DATASETS]
    if not 0 < len(sets) < len(names) or "(" in (target or ""):
        return target, ()
    return ", ".join(sets), tuple(name for name in names if name not in sets)


def _split(target: str | None, train: str | None, source: str | None) -> str | None:
    """Which part of the data a set is; several sets that are made at once are no single part."""
    if target is not None and len({split(name) for name in target.split(",")}) > 1:
        return None
    return split(target) or _split_of(train, source)


def _split_of(train: str | None, source: str | None) -> str | None:
    """`train=False` alone does not say what the samples that are kept apart are for; where an agent
    acts says nothing of the data."""
    if source is not None and set(words(source)) & {"env", "envs", "environment"}:
        source = None
    return "training" if train == "True" else split(source) if train != "False" else None
