"""What dataset-build is found by."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.modules import is_class_name
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, split
from pseudogen.names.words import MAKING, suggested_role, words
from pseudogen.patterns.dataset_build.facts import DatasetBuild
from pseudogen.patterns.dataset_build.telling import DATASETS, built
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_CHANGES = frozenset({"clear", "destroy", "release", "reset", "set", "update"})
"""First words of methods in capitals, as in bindings of C++, that change a data set."""
_PREPOSITIONS = frozenset({"for", "from", "in", "of", "on", "with"})
_DATA_PARTS = frozenset({"dev", "eval", "test", "train", "training", "val", "valid", "validation"})
_NOT_MADE = frozenset({"subset", "view", "info", "config", "sampler", "loader", "stats"})


_NOT_SETS = frozenset(
    {"args", "config", "copy", "filter", "iter", "list", "load", "prepare", "read", "tokenize"}
    | {"tensor", "wrap", "zip"}
)
"""Words of functions whose results a loader may be given that are not said to make a data set."""


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
    if words(last)[:1] in _FETCHING and last[:1].islower():
        return  # `torchvision.datasets.utils.download_url(url, folder)`
    target = assigned(site.statement, site.node) if known.evidence == NAME else None
    if target is not None and suggested_role(target) == "loader":
        return  # `train_loader = load_dataset(path, 64)` of a project's own module
    made = last[:1].isupper() or words(last)[:1] != ("default",)
    if made and (known.evidence == API or _plausible(site, script)):
        yield built(site, script, Evidence(known.evidence, (known.name,)))


_FETCHING = (("calculate",), ("check",), ("download",), ("extract",), ("verify",))
"""First words of a library's functions that bring the files of data sets."""


def _may_make(name: str) -> bool:
    """Whether a name is that of a class, or of something about a data set."""
    named, last = words(name), name.rpartition(".")[2]
    about = bool(set(named) & DATASETS) or named[-1:] in (("corpus",), ("set",))
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
    if site.known is not None or not named or script.defines(last) or _makes_other(site):
        return
    evidence, target = Evidence(NAME, (site.name,)), assigned(site.statement, site.node)
    is_class = last[:1].isupper()
    if is_class and target is not None and named[-1] == "subset" and _of_dataset(site, script):
        yield built(site, script, evidence)
        return
    received = is_class and target is not None and _receives_set(target)
    if set(named) & (_NOT_MADE - {"loader"} if received else _NOT_MADE):
        return
    calibrates = "calibration" in script.written[site.statement.index]
    if _foreign(site, script) or (calibrates and "calibration" in text(site.node)):
        return
    made = received or _is_set_class(site, target) or _is_picked(site, target)
    if made or (target is not None and _is_maker(named, target)):
        yield built(site, script, evidence)


def _makes_other(site: Site) -> bool:
    """Whether a call changes a data set, or makes an array in an HDF5 file, or something from a
    data set or for one."""
    named, last = words(site.name), site.name.rpartition(".")[2]
    if last[:1].isupper() and named[0] in _CHANGES:
        return True
    keywords = {arg.keyword.value for arg in site.node.args if arg.keyword}
    if last == "create_dataset" and _OF_ARRAYS & keywords:
        return True
    for_it = len(named) > 1 and named[-2] in _PREPOSITIONS and not last.isupper()
    return for_it or "collator" in named


def _is_set_class(site: Site, target: str | None) -> bool:
    """Whether a class is that of a data set: by its name, what receives it, and what it gets."""
    named, last = words(site.name), site.name.rpartition(".")[2]
    if named[-1] in ("class", "cls") and set(named) & DATASETS:
        return True
    if not last[:1].isupper():
        return False
    if named[-1] in DATASETS or last.lower().endswith("dataset") or named[-2:] == ("data", "set"):
        return True
    if target is None:
        return False
    received = words(target)
    corpus = named[-1] == "corpus" and received[-1:] == ("corpus",)
    part = received[:1] in (("train",), ("test",), ("val",), ("valid",), ("dev",))
    return corpus or (last == "Data" and part) or _reads_samples(site)


def _is_picked(site: Site, target: str | None) -> bool:
    """`train_dataset = self.dataset(root, split)`: a class that was picked before."""
    picked = words(site.name) == ("dataset",) and type(site.node.func) is cst.Attribute
    named_so = target is not None and suggested_role(target) == "dataset"
    return picked and named_so and bool(site.node.args)


def _is_maker(named: tuple[str, ...], target: str) -> bool:
    """Whether a function makes a data set by its name: `build_dataset`, or `make_dataset_and_sizes`
    where one of the results is called a data set."""
    if named[0] not in MAKING or named[0] == "set":
        return False
    parts = [part.strip() for part in target.split(",")]
    beside = len(parts) > 1 and any(suggested_role(part) == "dataset" for part in parts)
    corpus = named[-1] == "corpus" and words(target)[-1:] == ("corpus",)
    part_of_data = named[-1] == "set" and bool(_DATA_PARTS & set(named))
    about = named[-1] in DATASETS or (beside and bool(set(named) & DATASETS))
    return about or corpus or part_of_data


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
    told = named[-1:] and (named[-1] in DATASETS or named[-2:] == ("data", "set"))
    if made.known is None and not told and not set(named) & _NOT_MADE:
        yield built(made, script, Evidence(FLOW, (site.known.name,)))


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
        yield built(site, script, Evidence(NAME, (site.name, target)))


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
        found = built(site, script, Evidence(NAME, (target,)))
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
        yield built(site, script, Evidence(NAME, (site.name, target)))


@pattern(DatasetBuild, methods=("load", "build", "make", "create"), within=(cst.Assign,))
def find_made_by_module(site: Site, script: Script) -> Iterator[DatasetBuild]:
    """`train_dataset = dataset.load("train", is_training=True)` of a module for data."""
    target = assigned(site.statement, site.node)
    if site.known is not None or target is None or not _holds_data(target):
        return
    if _of_data_module(site, script) and not _foreign(site, script):
        yield built(site, script, Evidence(NAME, (site.name,)))


def _of_data_module(site: Site, script: Script) -> bool:
    """Whether a function comes from a module for data: `dataset.load`, or `load` after
    `from project.datasets.voc import load`."""
    module, _, function = site.name.rpartition(".")
    bound = script.resolver.bindings(module or function, site.scope)
    if "." in module or not any(b.how == "import" for b in bound):
        return False
    full = script.resolver.qualified(function, site.scope) if not module else (f"{module}.",)
    named = [words(part)[-1:] for name in full for part in name.split(".")[:-1]]
    return any(set(last) & (DATASETS | {"data"}) for last in named)


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
            yield built(made, script, Evidence(FLOW, (name,)))


@pattern(DatasetBuild, methods=("training", "train", "validation"), within=(cst.Assign,))
def find_pipeline(site: Site, script: Script) -> Iterator[DatasetBuild]:
    """`train_ds, count = input_pipeline.training(cfg)` of a module that reads data."""
    module, target = site.name.rpartition(".")[0], assigned(site.statement, site.node) or ""
    about = {"pipeline", "data", "dataset", "datasets"} & set(words(module))
    imported = any(b.how == "import" for b in script.resolver.bindings(module, site.scope))
    first = target.partition(",")[0].strip("( ")
    if site.known is None and about and imported and suggested_role(first) == "dataset":
        yield built(site, script, Evidence(NAME, (site.name,)))


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


_FOREIGN = sys.stdlib_module_names | {"np", "numpy", "pandas", "sklearn", "torch"}
"""Packages whose classes and functions are no data set but where the tables say so."""


def _foreign(made: Site, script: Script) -> bool:
    full = script.resolver.qualified(made.name, made.scope)
    return any(name.partition(".")[0] in _FOREIGN for name in full)


@pattern(DatasetBuild, methods=("train_test_split", "flow_from_directory", "flow_from_dataframe"))
def find_method(site: Site, script: Script) -> Iterator[DatasetBuild]:
    """`dataset.train_test_split(...)`, `generator.flow_from_directory(...)`."""
    if type(site.node.func) is not cst.Attribute or site.known is not None:
        return
    receiver = site.node.func.value
    if site.node.func.attr.value.startswith("flow"):
        yield built(site, script, Evidence(NAME, (site.name,)))
    elif script.is_a(_whole(receiver), site.scope, "dataset") is not None:
        yield built(site, script, Evidence(NAME, (text(receiver),)))


def _whole(node: Any) -> Any:
    """`raw` in `raw["train"]`."""
    return node.value if type(node) is cst.Subscript else node


def _plausible(site: Site, script: Script) -> bool:
    """Whether a name alone is enough: something is made of it."""
    return assigned(site.statement, site.node) is not None or bool(site.node.args)
