"""What data-loader is found by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.batches import divided_before, workers_divided
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.loaders import is_unset, may_be_none, never_set, other_builds, shards
from pseudogen.names.model_names import gives_batches
from pseudogen.names.modules import is_class_name
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, given_back, split
from pseudogen.names.words import MAKING, suggested_role, words
from pseudogen.patterns.data_loader.facts import DataLoader
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import bare, text

_LOADERS = frozenset({"loader", "loaders", "dataloader", "dataloaders"})
_OF_DATA = frozenset(
    {"data", "dataloader", "dataloaders", "dev", "eval", "test", "train", "training", "trn"}
    | {"val", "valid"}
)
"""First words of names of loaders, which say that data are loaded."""


@pattern(DataLoader, kinds=("loader",))
def find_known(site: Site, script: Script) -> Iterator[DataLoader]:
    """A loader class of a library, or of the script that inherits from one."""
    if site.known is not None and not site.name.startswith("super"):
        yield _finding(site, script, Evidence(site.known.evidence, (site.known.name,)))


def _may_load(name: str) -> bool:
    return name == "dict" or any(piece in name for piece in ("oader", "instantiate", "Batcher"))


@pattern(DataLoader, calls=_may_load)
def find_named(site: Site, script: Script) -> Iterator[DataLoader]:
    """`build_loader(config)`, `self.get_train_dataloader()`: helpers that this file lacks."""
    if site.name == "dict" and script.argument(site, "dataset") is not None:
        target = assigned(site.statement, site.node)
        if target is not None and _LOADERS & set(words(target)):
            yield _finding(site, script, Evidence(NAME, (target,)))
        return
    if site.known is not None:
        return
    named, last = words(site.name), site.name.rpartition(".")[2]
    target = assigned(site.statement, site.node) or _given_as(site, script)
    if not named or target is None:
        return
    of_class = last[:1].isupper() and {"data", "loader"} <= set(named)  # `class DataLoaderLite`
    own = of_class and suggested_role(target) == "loader"
    if last[:1].isupper() and named[-1:] == ("batcher",) and "," not in target:
        yield _finding(site, script, Evidence(NAME, (site.name,)))
        return
    built = named == ("instantiate",) and suggested_role(target) == "loader"
    if built and site.node.args:
        yield _finding(site, script, Evidence(NAME, (target,)))
    listed = any(_LOADERS & set(words(part)) for part in target.split(","))
    held = any(suggested_role(part.strip()) == "loader" for part in target.split(","))
    several = bool(_LOADERS & set(named[1:])) and named[0] in MAKING and held
    if (not (named[-1] in _LOADERS or several) or script.defines(last)) and not own:
        return
    if last[:1].isupper() and _wraps_loaders(site):
        return  # what was made before is put into another object
    of_data = (
        named[-1].startswith("data")
        or "data" in named
        or listed
        or any(script.is_a(arg.value, site.scope, "dataset") for arg in site.node.args)
    )
    if "from" in named or "file" in named or "spec" in named:
        return
    if last[:1].isupper() and suggested_role(target) == "dataset":
        return  # a data set by what it is called, whatever its class is
    if of_data and (named[0] in MAKING or named[0] == "fetch" or last[:1].isupper()):
        yield _finding(site, script, Evidence(NAME, (site.name,)))


def _wraps_loaders(site: Site) -> bool:
    """`DeviceLoader(loader, device)`: loaders that were made before are handed on."""
    first = site.node.args[0].value if site.node.args else None
    return first is not None and bool(_LOADERS & set(words(dotted(first))[-1:]))


def _given_as(site: Site, script: Script) -> str | None:
    """The keyword under which loaders are handed on at once: `run(loaders=get_loaders(args))`."""
    passed = (arg for call in script.calls_in(site.statement) for arg in call.node.args)
    keyword = next((a.keyword for a in passed if a.value is site.node), None)
    return keyword.value if keyword is not None and _LOADERS & set(words(keyword.value)) else None


@pattern(DataLoader, kinds=("wrap",))
def find_given_back(site: Site, script: Script) -> Iterator[DataLoader]:
    """`engine, _, loader, _ = deepspeed.initialize(training_data=data, ...)`."""
    name, data = given_back(site, "loader"), script.argument_text(site, "training_data")
    if site.known is not None and name is not None and data not in (None, "None"):
        found = _finding(site, script, Evidence(site.known.evidence, (site.known.name,)))
        yield replace(found, target=name, dataset=data, split=split(name, data))


@pattern(DataLoader, calls=speaks_of("generator", "sequence"), within=(cst.Assign, cst.AnnAssign))
def find_generator(site: Site, script: Script) -> Iterator[DataLoader]:
    """`train_generator = CSVGenerator(path, batch_size=8)`: Keras reads batches from it."""
    target, last = assigned(site.statement, site.node), site.name.rpartition(".")[2]
    if target is None or site.known is not None or not gives_batches(target):
        return
    makes = is_class_name(last) or words(last)[:1] in (("build",), ("create",), ("get",), ("make",))
    if makes and words(last)[-1:] in (("generator",), ("sequence",)):
        yield _finding(site, script, Evidence(NAME, (site.name,)))


def _yields(node: Any) -> bool:
    return type(node) is cst.Expr and type(node.value) is cst.Yield


@pattern(DataLoader, calls=speaks_of("iterator", "get_iter"), within=(cst.Assign,))
def find_iterator(site: Site, script: Script) -> Iterator[DataLoader]:
    """`train_iter = corpus.get_iterator("train", args.batch_size)`: batches of what a data set
    holds."""
    target, batch = assigned(site.statement, site.node), None
    for arg in site.node.args:
        given = script.is_a(arg.value, site.scope, "batch-size") is not None
        batch = arg.value if given and batch is None else batch
    iterates = words(target or "")[-1:] in (("iter",), ("iterator",))
    own = script.called_function(site)
    if own is not None and not any(_yields(s.node) for s in script.tree.below(own)):
        return  # what it gives is not seen to be batches
    called = words(site.name) in _ITERATORS
    if site.known is None and called and iterates and batch is not None:
        made = _finding(site, script, Evidence(NAME, (site.name,)))
        yield replace(made, batch_size=text(batch))


_ITERATORS = tuple(
    (verb, *what)
    for verb in ("build", "create", "get", "make")
    for what in (("iter",), ("iterator",), ("batch", "iterator"), ("data", "iterator"))
)


_PREPARING = frozenset({"init", "prepare", "setup"})
_HELD = frozenset({"batch", "batches", "data", "dataset", "datasets", "input", "inputs"})
"""Words of functions of a project that hand loaders over."""


@pattern(
    DataLoader,
    calls=speaks_of(*MAKING, *_HELD),
    within=(cst.Assign,),
    mentions=("loader", "_iter"),
)
def find_handed(site: Site, script: Script) -> Iterator[DataLoader]:
    """`train_loader, test_loader = load_data(args)`: a function that this file lacks gives what is
    called loaders of parts of the data."""
    target, named = assigned(site.statement, site.node), words(site.name)
    whole = target is not None and site.statement.node.value is site.node
    foreign = site.known is None or site.known.evidence == NAME
    if not whole or not foreign or not (_HELD & set(named) or {*named[:1]} & MAKING):
        return
    batches = script.argument(site, "batch_size") is not None
    loaders = [p for p in str(target).split(",") if suggested_role(p.strip()) == "loader"]
    several = target is not None and len(loaders) < len(str(target).split(","))
    prepares = several and named[0] in _PREPARING and named[-1] in _HELD
    held = any(words(p.strip())[0] in _OF_DATA or batches or prepares for p in loaders)
    if not held or _LOADERS & set(named) or script.defines(site.name.rpartition(".")[2]):
        return
    owner = set(words(site.name.rpartition(".")[0]))
    if owner & (_LOADERS | {"iter"}):
        return  # what was made before gives its batches
    if not any(_speaks_of_loaders(arg.value) for arg in site.node.args):
        yield _finding(site, script, Evidence(NAME, (site.name,)))


def _speaks_of_loaders(node: Any) -> bool:
    """Whether an argument holds loaders, which so were made before."""
    return any(bool(_LOADERS & set(words(part.strip("*()[]")))) for part in text(node).split(","))


_HOOKS = frozenset({"train_dataloader", "val_dataloader", "test_dataloader"})
"""Methods of Lightning's data modules that make a loader."""


@pattern(DataLoader, methods=tuple(_HOOKS))
def find_hook(site: Site, script: Script) -> Iterator[DataLoader]:
    """`train_loader = data.train_dataloader()`."""
    called = type(site.node.func) is cst.Attribute and not site.node.args
    if called and assigned(site.statement, site.node) is not None:
        yield _finding(site, script, Evidence(NAME, (site.name,)))


@pattern(DataLoader, methods=("batch",))
def find_batched(site: Site, script: Script) -> Iterator[DataLoader]:
    """`dataset.shuffle(1000).batch(32)` of data sets that batch themselves."""
    chain = _chain(site.node)
    root = chain[0]
    whole = script.is_a(root, site.scope, "dataset")
    if whole is not None and site.node.args and type(site.node.func) is cst.Attribute:
        yield replace(
            _finding(site, script, whole),
            dataset=_batched(site.node, root, script),
            split=split(assigned(site.statement, site.node), text(root)),
            batch_size=text(site.node.args[0].value),
            shuffle="True" if any(dotted(c).endswith(".shuffle") for c in chain) else None,
            drop_last=script.argument_text(site, "drop_remainder"),
            drop_keyword="drop_remainder",
        )


@pattern(DataLoader, methods=("flow", "flow_from_directory", "flow_from_dataframe"))
def find_flow(site: Site, script: Script) -> Iterator[DataLoader]:
    """`generator.flow_from_directory(folder, batch_size=32)` of Keras's image generators."""
    from_file = site.name.rpartition(".")[2] != "flow"
    made = script.role(site.node.func.value, site.scope) if "." in site.name else None
    of_images = from_file or (made is not None and made.kind == "image-generator")
    if type(site.node.func) is cst.Attribute and of_images:
        yield _finding(site, script, Evidence(FLOW, (site.name,)))


def _batched(call: cst.Call, root: Any, script: Script) -> str | None:
    """What is put into batches: the data set, or what one that is made on the spot is made from."""
    made: Any = call
    while made.func.value is not root:
        made = made.func.value
    if "()" in dotted(made.func) or not dotted(root).endswith("Dataset"):
        return text(root)
    return text(made.args[0].value) if made.args and not made.args[0].star else None


def _chain(call: cst.Call) -> list[Any]:
    """`data`, `data.shuffle`, `data.shuffle(9).batch` for `data.shuffle(9).batch(2)`."""
    functions: list[Any] = []
    node: Any = call
    while type(node) is cst.Call and type(node.func) is cst.Attribute:
        functions.insert(0, node.func)
        node = node.func.value
    return [node, *functions]


def _finding(site: Site, script: Script, evidence: Evidence) -> DataLoader:
    at = site.statement.index
    name = assigned(site.statement, site.node)
    dataset = _dataset(site, script)
    batch = script.argument(site, "batch_size")
    sampler = script.argument(site, "sampler") or script.argument(site, "batch_sampler")
    workers = script.argument(site, "num_workers")
    before, again, same = other_builds(name, site, script)
    found = DataLoader(
        line=site.line,
        end=site.last,
        evidence=evidence,
        target=_loaders_of(name),
        function=site.name,
        dataset=dataset,
        split=split(name, dataset),
        batch_size=script.argument_or_default(site, "batch_size"),
        batch_chain=script.chain(batch, at) if batch is not None else (),
        batch_value=script.value(batch, at) if batch is not None else None,
        share=divided_before(script, batch, site.statement) if batch is not None else None,
        shuffle=script.argument_or_default(site, "shuffle"),
        shuffle_given=script.argument(site, "shuffle") is not None,
        sampler=text(sampler) if sampler is not None and text(sampler) != "None" else None,
        sampler_optional=sampler is not None and may_be_none(sampler, site, script),
        shards=shards(sampler, site, script) if sampler is not None else None,
        workers=script.argument_or_default(site, "num_workers"),
        no_workers=_is_zero(script, workers),
        workers_divided=workers_divided(script, workers, site.statement),
        pin_memory=script.argument_or_default(site, "pin_memory"),
        drop_last=script.argument_or_default(site, "drop_last"),
        collate=_given(site, script, "collate_fn"),
        persistent=_given(site, script, "persistent_workers"),
        prefetch=_given(site, script, "prefetch_factor"),
        worker_init=_given(site, script, "worker_init_fn"),
        generator=_given(site, script, "generator"),
        built_before=before,
        built_again=again,
        same_call=same,
        condition=script.condition(site.statement),
    )
    if _given(site, script, "batch_sampler") is not None:
        return replace(found, batch_size=None, shuffle=None, drop_last=None)  # up to the sampler
    if sampler is None:
        return found
    unless = is_unset(script.argument(site, "shuffle"), sampler)
    if not never_set(sampler, site, script):
        return replace(found, shuffle_unless=unless)
    return replace(found, sampler=None, shuffle="True" if unless else found.shuffle)


def _is_zero(script: Script, workers: Any) -> bool:
    """Whether what is passed is a setting that is 0 unless something else is given."""
    setting = script.settings.get(text(workers)) if workers is not None else None
    return setting is not None and setting.default == "0"


def _loaders_of(target: str | None) -> str | None:
    """Of several names that get something, those that are called loaders: `train_loader` of
    `train_loader, sampler`."""
    names = [part.strip() for part in (target or "").split(",")]
    loaders = [name for name in names if suggested_role(name) == "loader"]
    return ", ".join(loaders) or target


def _given(site: Site, script: Script, name: str) -> str | None:
    """The text of what is passed for a parameter that is off when nothing, or None, is passed."""
    node = script.argument(site, name)
    passed = bare(node) if node is not None else None
    return passed if passed != "None" else None


def _dataset(site: Site, script: Script) -> str | None:
    if site.known is None:
        first = site.node.args[0].value if site.node.args else None
        named = first is not None and script.is_a(first, site.scope, "dataset") is not None
        return script.argument_text(site, "dataset") or (text(first) if named else None)
    return script.argument_text(site, "dataset")
