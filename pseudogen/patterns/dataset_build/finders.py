"""What dataset-build is found by."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.modules import is_class_name
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, inline_condition, split
from pseudogen.names.words import MAKING, suggested_role, words
from pseudogen.patterns.dataset_build.facts import DatasetBuild
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_CHANGES = frozenset({"clear", "destroy", "release", "reset", "set", "update"})
"""First words of methods in capitals, as in bindings of C++, that change a data set."""
_PREPOSITIONS = frozenset({"for", "from", "in", "of", "on", "with"})
_DATASETS = frozenset({"ds", "dataset", "datasets", "trainset", "testset", "valset"})
_DATA_PARTS = frozenset({"dev", "eval", "test", "train", "training", "val", "valid", "validation"})
_NOT_MADE = frozenset({"subset", "view", "info", "config", "sampler", "loader", "stats"})


_NOT_SETS = frozenset(
    {"args", "config", "copy", "filter", "iter", "list", "load", "prepare", "read", "tokenize"}
    | {"tensor", "wrap", "zip"}
)
"""Words of functions whose results a loader may be given that are not said to make a data set."""
_SOURCES = frozenset(
    {"annotations", "data", "dataset", "datasets", "dir", "directory", "file", "files", "folder"}
    | {"id", "images", "imgs", "name", "path", "root", "samples", "source", "tensors", "url"}
    | {"urls"}
)


_EACH_SAMPLE = frozenset({"transform", "transforms", "target_transform"})
_WHICH_PART = frozenset(
    {"data_dir", "data_root", "download", "image_set", "is_train", "mode", "phase", "root"}
    | {"root_dir", "set_name", "split", "train"}
)
_NO_DATA = frozenset({"iter", "loader", "loaders", "dataloader", "path", "paths"})
_OF_ARRAYS = frozenset({"chunks", "compression", "data", "dtype", "maxshape", "shape"})
"""What an array in a file is made with."""
_LOADING = (("build",), ("create",), ("get",), ("load",), ("make",), ("prepare",), ("read",))


@pattern(DatasetBuild, kinds=("dataset",))
def find_known(site: Site, script: Script) -> Iterator[DatasetBuild]:
    """A class or function of a library, or a class of the script that inherits from one."""
    known = site.known
    if known is None or site.name.startswith("super"):
        return
    if known.api.traits.get("form") == "tf" and "()" in site.name:
        return  # `.shuffle(9)`, `.batch(4)`: what is done to the data set made before
    last = site.name.rpartition(".")[2]
    target = assigned(site.statement, site.node) if known.evidence == NAME else None
    if target is not None and suggested_role(target) == "loader":
        return  # `train_loader = load_dataset(path, 64)` of a project's own module
    made = last[:1].isupper() or words(last)[:1] != ("default",)
    if made and (known.evidence == API or _plausible(site, script)):
        yield _finding(site, script, Evidence(known.evidence, (known.name,)))


def _may_make(name: str) -> bool:
    """Whether a name is that of a class, or of something about a data set."""
    named, last = words(name), name.rpartition(".")[2]
    about = bool(set(named) & _DATASETS) or named[-1:] in (("corpus",), ("set",))
    return bool(named) and (last[:1].isupper() or about)


def _may_load(name: str) -> bool:
    """Whether a function's name says that it loads or prepares examples or data."""
    named = words(name)
    return named[:1] in _LOADING and named[-1] in ("cache", "data", "examples", "features")


@pattern(DatasetBuild, calls=_may_make)
def find_named(site: Site, script: Script) -> Iterator[DatasetBuild]:
    """`YoloDataset(...)`, `build_dataset(args)`: classes and helpers that this file lacks."""
    named = words(site.name)
    last = site.name.rpartition(".")[2]
    if site.known is not None or not named or script.defines(last):
        return
    target = assigned(site.statement, site.node)
    received = target is not None and _receives_set(target) and last[:1].isupper()
    if last[:1].isupper() and named[0] in _CHANGES:
        return
    if last == "create_dataset" and _OF_ARRAYS & {
        a.keyword.value for a in site.node.args if a.keyword
    }:
        return  # an array in an HDF5 file
    if "collator" in named or (
        len(named) > 1 and named[-2] in _PREPOSITIONS and not last.isupper()
    ):
        return  # something that is made from a data set, or for one
    part = named[-1:] == ("subset",) and last[:1].isupper() and _of_dataset(site, script)
    if part and target is not None:
        yield _finding(site, script, Evidence(NAME, (site.name,)))
    if set(named) & (_NOT_MADE - {"loader"} if received else _NOT_MADE):
        return
    calibrates = "calibration" in script.written[site.statement.index]
    if _foreign(site, script) or (calibrates and "calibration" in text(site.node)):
        return
    is_class = last[:1].isupper() and (
        named[-1] in _DATASETS
        or last.lower().endswith("dataset")
        or named[-2:] == ("data", "set")
        or received
    )
    corpus = named[-1] == "corpus" and words(target or "")[-1:] == ("corpus",)
    is_class = is_class or (last[:1].isupper() and corpus)
    is_class = is_class or (last[:1].isupper() and target is not None and _reads_samples(site))
    part = words(target or "")[:1] in (("train",), ("test",), ("val",), ("valid",), ("dev",))
    is_class = is_class or (last == "Data" and part)  # `train_data = Data(samples, shuffle=True)`
    is_class = is_class or (named[-1] in ("class", "cls") and bool(set(named) & _DATASETS))
    parts = [part.strip() for part in (target or "").split(",")]
    beside = bool(set(named) & _DATASETS) and len(parts) > 1
    beside = beside and any(suggested_role(part) == "dataset" for part in parts)
    part_of_data = named[-1] == "set" and bool(_DATA_PARTS & set(named))
    helper = named[0] in MAKING and (named[-1] in _DATASETS or beside or corpus or part_of_data)
    helper = helper and named[0] != "set"
    chosen = named == ("dataset",) and target is not None and suggested_role(target) == "dataset"
    chosen = chosen and bool(site.node.args) and type(site.node.func) is cst.Attribute
    if is_class or chosen or (helper and target is not None):
        yield _finding(site, script, Evidence(NAME, (site.name,)))


@pattern(DatasetBuild, kinds=("loader",))
def find_given(site: Site, script: Script) -> Iterator[DatasetBuild]:
    """`DataLoader(Streets(split="train"), batch_size=8)`: what a loader reads, by what it gets."""
    if site.known is None or site.known.evidence != API:
        return
    given = script.argument(site, "dataset")
    if type(given) is not cst.Call or not is_class_name(dotted(given.func)):
        return
    made = script.call_site(given, site.statement.index, site.scope)
    named = words(made.name)
    told = named[-1:] and (named[-1] in _DATASETS or named[-2:] == ("data", "set"))
    if made.known is None and not told and not set(named) & _NOT_MADE:
        yield _finding(made, script, Evidence(FLOW, (site.known.name,)))


def _receives_set(target: str) -> bool:
    """Whether what is assigned to is called a data set, or is kept under a key of a table of them:
    `image_datasets["extra"]`."""
    table, _, key = target.partition("[")
    return suggested_role(table if key[:1] in "\"'" and key else target) == "dataset"


def _reads_samples(site: Site) -> bool:
    """`Streets(root=folder, split="train", transform=tfm)`: what is told which part of the data to
    read, and what to do to each sample."""
    passed = {arg.keyword.value for arg in site.node.args if arg.keyword is not None}
    return bool(passed & _EACH_SAMPLE) and bool(passed & _WHICH_PART)


def _of_dataset(site: Site, script: Script) -> bool:
    """Whether a data set is the first that a class is given."""
    first = site.node.args[0].value if site.node.args else None
    named = words(dotted(first)) if first is not None else ()
    return "dataset" in named or (
        first is not None and script.is_a(first, site.scope, "dataset") is not None
    )


@pattern(DatasetBuild, calls=_may_load, within=(cst.Assign,))
def find_loading(site: Site, script: Script) -> Iterator[DatasetBuild]:
    """`train_dataset = load_and_cache_examples(args, tokenizer)`: a function of the project gives
    what is named as a data set."""
    if site.known is not None or not _may_load(site.name) or is_class_name(site.name):
        return
    target = assigned(site.statement, site.node)
    if target is None or "," in target or suggested_role(target) != "dataset":
        return
    given = [arg.value for arg in site.node.args]
    changed = any(script.is_a(node, site.scope, "dataset") is not None for node in given)
    root = site.name.partition(".")[0]
    bound = script.resolver.bindings(root, site.scope)
    own = bool(bound) and all(b.how in ("import", "function") for b in bound)
    if own and given and not changed and not _foreign(site, script):
        yield _finding(site, script, Evidence(NAME, (site.name, target)))


@pattern(
    DatasetBuild,
    calls=lambda name: name in ("eval()", "getattr()"),
    within=(cst.Assign,),
)
def find_chosen(site: Site, script: Script) -> Iterator[DatasetBuild]:
    """`train_dataset = getattr(data, name)(root, split)`: a class that a name chooses."""
    target = assigned(site.statement, site.node)
    chosen = type(site.node.func) is cst.Call
    if chosen and target and "," not in target and suggested_role(target) == "dataset":
        found = _finding(site, script, Evidence(NAME, (target,)))
        yield replace(found, function=text(site.node.func))


@pattern(DatasetBuild, calls=_may_load, within=(cst.Assign,))
def find_unpacked(site: Site, script: Script) -> Iterator[DatasetBuild]:
    """`features, labels, train_mask, val_mask = load_data(name)`: a function of the project gives
    the data, and which of them are for what."""
    target = assigned(site.statement, site.node)
    if site.known is not None or target is None or "," not in target or not _may_load(site.name):
        return
    named = {word for name in target.split(",") for word in words(name.strip())}
    bound = script.resolver.bindings(site.name.partition(".")[0], site.scope)
    imported = bool(bound) and all(b.how == "import" for b in bound)
    parts = named & {"train", "training"} and named & {"test", "val", "valid", "dev", "labels"}
    if imported and parts and not named & _NO_DATA and not _foreign(site, script):
        yield _finding(site, script, Evidence(NAME, (site.name, target)))


@pattern(DatasetBuild, methods=("load", "build", "make", "create"), within=(cst.Assign,))
def find_made_by_module(site: Site, script: Script) -> Iterator[DatasetBuild]:
    """`train_dataset = dataset.load("train", is_training=True)` of a module for data."""
    target = assigned(site.statement, site.node)
    if site.known is not None or target is None or not _holds_data(target):
        return
    if _of_data_module(site, script) and not _foreign(site, script):
        yield _finding(site, script, Evidence(NAME, (site.name,)))


def _of_data_module(site: Site, script: Script) -> bool:
    """Whether a function comes from a module for data: `dataset.load`, or `load` after
    `from project.datasets.voc import load`."""
    module, _, function = site.name.rpartition(".")
    bound = script.resolver.bindings(module or function, site.scope)
    if "." in module or not any(b.how == "import" for b in bound):
        return False
    full = script.resolver.qualified(function, site.scope) if not module else (f"{module}.",)
    named = [words(part)[-1:] for name in full for part in name.split(".")[:-1]]
    return any(set(last) & (_DATASETS | {"data"}) for last in named)


def _holds_data(target: str) -> bool:
    """`train_dataset`, `eval_data`."""
    of_part = words(target)[-1:] == ("data",) and split(target) is not None
    return suggested_role(target) == "dataset" or of_part


@pattern(DatasetBuild, kinds=("loader",))
def find_loaded(site: Site, script: Script) -> Iterator[DatasetBuild]:
    """`images = ImageFolderWithLabels(path)`, of which a library's loader then makes batches."""
    given = script.argument(site, "dataset")
    name = dotted(given) if type(given) in (cst.Name, cst.Attribute) else ""
    for binding in script.reaching(name, site.statement.index) if name else ():
        call = binding.value
        if binding.how not in ("assign", "unpack") or type(call) is not cst.Call:
            continue
        made = script.call_site(
            call, binding.statement, script.tree.statements[binding.statement].scope
        )
        if made.known is None and _makes(made, script):
            yield _finding(made, script, Evidence(FLOW, (name,)))


@pattern(DatasetBuild, methods=("training", "train", "validation"), within=(cst.Assign,))
def find_pipeline(site: Site, script: Script) -> Iterator[DatasetBuild]:
    """`train_ds, count = input_pipeline.training(cfg)` of a module that reads data."""
    module, target = site.name.rpartition(".")[0], assigned(site.statement, site.node) or ""
    about = {"pipeline", "data", "dataset", "datasets"} & set(words(module))
    imported = any(b.how == "import" for b in script.resolver.bindings(module, site.scope))
    first = target.partition(",")[0].strip("( ")
    if site.known is None and about and imported and suggested_role(first) == "dataset":
        yield _finding(site, script, Evidence(NAME, (site.name,)))


def _makes(made: Site, script: Script) -> bool:
    """Whether a call makes a data set, and neither reads a value, nor changes one that is there,
    nor makes what is a data set only by the way (a list, an array)."""
    root, _, method = made.name.partition(".")
    if not made.name or made.name.endswith(")") or set(words(made.name)) & _NOT_SETS:
        return False
    bound = script.resolver.bindings(root, made.scope)
    if root in ("self", "super()") or (not bound and not made.name[:1].isupper()):
        return False
    if script.resolver.qualified(root, made.scope)[:1] and _foreign(made, script):
        return False
    return not method or all(b.how == "import" for b in bound)


def _foreign(made: Site, script: Script) -> bool:
    roots = {q.partition(".")[0] for q in script.resolver.qualified(made.name, made.scope)}
    return bool(roots & (sys.stdlib_module_names | {"np", "numpy", "pandas", "sklearn", "torch"}))


@pattern(DatasetBuild, methods=("train_test_split", "flow_from_directory", "flow_from_dataframe"))
def find_method(site: Site, script: Script) -> Iterator[DatasetBuild]:
    """`dataset.train_test_split(...)`, `generator.flow_from_directory(...)`."""
    if type(site.node.func) is not cst.Attribute or site.known is not None:
        return
    receiver = site.node.func.value
    if site.node.func.attr.value.startswith("flow"):
        yield _finding(site, script, Evidence(NAME, (site.name,)))
    elif script.is_a(_whole(receiver), site.scope, "dataset") is not None:
        yield _finding(site, script, Evidence(NAME, (text(receiver),)))


def _whole(node: Any) -> Any:
    """`raw` in `raw["train"]`."""
    return node.value if type(node) is cst.Subscript else node


def _plausible(site: Site, script: Script) -> bool:
    """Whether a name alone is enough: something is made of it."""
    return assigned(site.statement, site.node) is not None or bool(site.node.args)


def _may_be_source(arg: cst.Arg) -> bool:
    """Whether an argument may be where the data come from: a positional one, or a keyword that
    says so."""
    if arg.keyword is not None:
        named = words(arg.keyword.value)
        beside = named[-1:] in (("size",), ("len",), ("length",), ("num",)) or "cache" in named
        return not beside and bool(set(named) & _SOURCES)
    return not set(words(dotted(arg.value))[-1:]) & _NO_SOURCES


_SEVERAL = (cst.List, cst.ListComp, cst.Dict, cst.DictComp, cst.GeneratorExp)
_NO_SOURCES = frozenset(
    {"args", "cfg", "conf", "config", "hparams", "hyp", "kwargs", "opt", "options", "opts"}
    | {"self", "settings", "tokenizer", "transform", "transforms", "processor", "params"}
    | {"factor", "length", "margin", "ratio", "scale", "seed", "size", "threshold"}
)
"""Last words of what a data set is given beside where its data come from."""


def _is_number(node: cst.BaseExpression) -> bool:
    """Whether an expression can only be a number: `n * batch_size` says how many samples."""
    if type(node) is cst.BinaryOperation:
        return type(node.operator) in (cst.Multiply, cst.FloorDivide, cst.Subtract, cst.Power)
    return type(node) in (cst.Integer, cst.Float)


def _maker(site: Site) -> str:
    """What is called; as written where that is picked (`makers[name]`)."""
    written = text(site.node.func)
    return written if "[" in site.name and len(written) < 60 else site.name


def _finding(site: Site, script: Script, evidence: Evidence) -> DatasetBuild:
    target, also = _parted(assigned(site.statement, site.node))
    traits = site.known.api.traits if site.known is not None else {}
    form = traits.get("part") or traits.get("form")
    first = next((a for a in site.node.args if not a.star and _may_be_source(a)), None)
    made = site.name.rpartition(".")[2][:1].isupper()
    number = made and first is not None and _is_number(first.value)
    source = text(first.value) if first is not None and not number else None
    together = _together(site)
    if source in ("True", "False", "None"):
        source = None
    if source is not None and source[1:-1].endswith("Dataset") and source[:1] in "\"'":
        source = None  # the name of a class
    if len(together) > 1:
        source = None  # that of the first alone
    train = script.argument_text(site, "train")
    return DatasetBuild(
        line=site.line,
        end=site.last,
        evidence=evidence,
        target=target,
        also=also,
        function=_maker(site),
        besides=tuple(
            dict.fromkeys(dotted(c.func) for c in together if dotted(c.func) != site.name)
        )
        if target is not None
        else (),
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
    sets = [n for n in names if suggested_role(n) == "dataset" or set(words(n)) & _DATASETS]
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
