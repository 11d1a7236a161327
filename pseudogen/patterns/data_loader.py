"""data-loader: a loader that batches a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern, speaks_of
from pseudogen.names.batches import Share, divided_before
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.given_back import given_back
from pseudogen.names.loaders import is_unset, may_be_none, never_set, other_builds, shards
from pseudogen.names.model_makers import gives_batches
from pseudogen.names.modules import is_class_name
from pseudogen.names.quantities import Link
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, split
from pseudogen.names.words import MAKING, suggested_role, words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_LOADERS = frozenset({"loader", "loaders", "dataloader", "dataloaders"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DataLoader(Finding):
    """Facts of a loader.

    Attributes:
        target: What receives it; None when it is passed on at once.
        function: The class or function that makes it, as written.
        dataset: The data it reads; None when that is not shown.
        split: "training" or "validation", the part of the data; None when names don't tell.
        batch_size: As written or by default; None when unknown.
        batch_chain: Where the batch size comes from.
        batch_value: Its value where constants tell.
        share: The division that has made it the size of one process; None without one.
        shuffle: As written or by default; None when unknown.
        shuffle_given: Whether the script says so itself.
        shuffle_unless: Whether it is shuffled exactly where there is no sampler.
        sampler: The sampler as written; None without one.
        sampler_optional: Whether in some branch the sampler is None.
        shards: "always" or "sometimes", when the sampler, in all or in some branches of the
            script, gives each process a shard of its own; None when that is not seen.
        workers: Number of worker processes, as written or by default; None when unknown.
        pin_memory: As written or by default; None when unknown.
        drop_last: As written or by default; None when unknown.
        drop_keyword: The argument that says so.
        collate: The function that makes a batch of samples; None: the usual one, or unknown.
        persistent: Whether the workers outlive an epoch, as written; None when not given.
        prefetch: How many batches each worker reads ahead, as written; None when not given.
        worker_init: The function that each worker runs first; None without one.
        generator: The source of random numbers that it is given; None without one.
        built_before: The line on which the same variable has got a loader before.
        built_again: The line on which it gets another one later.
        same_call: Whether the one before is made by the very same call.
        condition: The condition under which it is made.
    """

    pattern: ClassVar[str] = "data-loader"

    target: str | None = None
    function: str
    dataset: str | None = None
    split: str | None = None
    batch_size: str | None = None
    batch_chain: tuple[Link, ...] = ()
    batch_value: int | float | None = None
    share: Share | None = None
    shuffle: str | None = None
    shuffle_given: bool = False
    shuffle_unless: bool = False
    sampler: str | None = None
    sampler_optional: bool = False
    shards: str | None = None
    workers: str | None = None
    pin_memory: str | None = None
    drop_last: str | None = None
    drop_keyword: str = "drop_last"
    collate: str | None = None
    persistent: str | None = None
    prefetch: str | None = None
    worker_init: str | None = None
    generator: str | None = None
    built_before: int | None = None
    built_again: int | None = None
    same_call: bool = False
    condition: str | None = None


@pattern(DataLoader, kinds=("loader",))
def find_known(site: Site, script: Script) -> Iterator[DataLoader]:
    """A loader class of a library, or of the script that inherits from one."""
    if site.known is not None and not site.name.startswith("super"):
        yield _finding(site, script, Evidence(site.known.evidence, (site.known.name,)))


@pattern(DataLoader, calls=lambda name: name == "dict" or "oader" in name or "instantiate" in name)
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
    built = named == ("instantiate",) and suggested_role(target) == "loader"
    if built and site.node.args:
        yield _finding(site, script, Evidence(NAME, (target,)))
    if (named[-1] not in _LOADERS or script.defines(last)) and not own:
        return
    of_data = (
        named[-1].startswith("data")
        or "data" in named
        or any(_LOADERS & set(words(part)) for part in target.split(","))
        or any(script.is_a(arg.value, site.scope, "dataset") for arg in site.node.args)
    )
    if "from" in named or "file" in named or "spec" in named:
        return
    if last[:1].isupper() and suggested_role(target) == "dataset":
        return  # a data set by what it is called, whatever its class is
    if of_data and (named[0] in MAKING or last[:1].isupper()):
        yield _finding(site, script, Evidence(NAME, (site.name,)))


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
            dataset=text(root),
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
    before, again, same = other_builds(name, site, script)
    found = DataLoader(
        line=site.line,
        end=site.last,
        evidence=evidence,
        target=name,
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


def _given(site: Site, script: Script, name: str) -> str | None:
    """The text of what is passed for a parameter that is off when nothing, or None, is passed."""
    passed = script.argument_text(site, name)
    return passed if passed != "None" else None


def _dataset(site: Site, script: Script) -> str | None:
    if site.known is None:
        first = site.node.args[0].value if site.node.args else None
        named = first is not None and script.is_a(first, site.scope, "dataset") is not None
        return script.argument_text(site, "dataset") or (text(first) if named else None)
    return script.argument_text(site, "dataset")


EXAMPLES = {
    "from torch.utils.data import DataLoader\n"
    "loader = DataLoader(train_set, batch_sampler=batches, num_workers=4)": [
        DataLoader(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="loader",
            function="DataLoader",
            dataset="train_set",
            split="training",
            sampler="batches",
            workers="4",
            pin_memory="False",
        )
    ],
    (
        "from torch.utils.data import DataLoader\n"
        "loader = DataLoader(train_dataset, batch_size=64, shuffle=True, num_workers=4)"
    ): [
        DataLoader(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="loader",
            function="DataLoader",
            dataset="train_dataset",
            split="training",
            batch_size="64",
            batch_value=64,
            shuffle="True",
            shuffle_given=True,
            workers="4",
            pin_memory="False",
            drop_last="False",
        ),
    ],
    (
        "from torch.utils.data import DataLoader, DistributedSampler\n"
        "batch_size = 64\n"
        "if distributed:\n"
        "    sampler = DistributedSampler(train_set)\n"
        "    batch_size = batch_size // ngpus_per_node\n"
        "    shuffle = False\n"
        "else:\n"
        "    sampler, shuffle = None, True\n"
        "gen = DataLoader(train_set, batch_size, shuffle, sampler, drop_last=True)\n"
        "if unfreeze:\n"
        "    batch_size = 32\n"
        "    gen = DataLoader(train_set, batch_size, shuffle, sampler, collate_fn=join)"
    ): [
        DataLoader(
            line=9,
            end=9,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="gen",
            function="DataLoader",
            dataset="train_set",
            split="training",
            batch_size="batch_size",
            batch_chain=(
                Link(2, "batch_size = 64", 64),
                Link(5, "batch_size = batch_size // ngpus_per_node", None),
            ),
            share=Share(
                line=5, processes="ngpus_per_node", counts="machine", condition="distributed"
            ),
            shuffle="shuffle",
            shuffle_given=True,
            sampler="sampler",
            sampler_optional=True,
            shards="always",
            workers="0",
            pin_memory="False",
            drop_last="True",
            built_again=12,
        ),
        DataLoader(
            line=12,
            end=12,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="gen",
            function="DataLoader",
            dataset="train_set",
            split="training",
            batch_size="batch_size",
            batch_chain=(Link(11, "batch_size = 32", 32),),
            batch_value=32,
            shuffle="shuffle",
            shuffle_given=True,
            sampler="sampler",
            sampler_optional=True,
            shards="always",
            workers="0",
            pin_memory="False",
            drop_last="False",
            collate="join",
            built_before=9,
            condition="unfreeze",
        ),
    ],
    (
        "from torch.utils.data import DataLoader\n"
        "gen = DataLoader(train_set, batch_size, True)\n"
        "if unfreeze:\n"
        "    batch_size = 32\n"
        "    gen = DataLoader(train_set,  batch_size, True)"
    ): [
        DataLoader(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="gen",
            function="DataLoader",
            dataset="train_set",
            split="training",
            batch_size="batch_size",
            shuffle="True",
            shuffle_given=True,
            workers="0",
            pin_memory="False",
            drop_last="False",
            built_again=5,
        ),
        DataLoader(
            line=5,
            end=5,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="gen",
            function="DataLoader",
            dataset="train_set",
            split="training",
            batch_size="batch_size",
            batch_chain=(Link(4, "batch_size = 32", 32),),
            batch_value=32,
            shuffle="True",
            shuffle_given=True,
            workers="0",
            pin_memory="False",
            drop_last="False",
            built_before=2,
            same_call=True,
            condition="unfreeze",
        ),
    ],
    "val_loader = torch.utils.data.DataLoader(val_data, **options)": [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("torch.utils.data.DataLoader",)),
            target="val_loader",
            function="torch.utils.data.DataLoader",
            dataset="val_data",
            split="validation",
        ),
    ],
    "train_loader, val_loader = build_data_loaders(config)": [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("build_data_loaders",)),
            target="train_loader, val_loader",
            function="build_data_loaders",
        ),
    ],
    (
        "from keras.preprocessing.image import ImageDataGenerator\n"
        "generator = ImageDataGenerator(zoom_range=0.5)\n"
        "batches = generator.flow_from_directory(args.folder, batch_size=32)"
    ): [
        DataLoader(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("generator.flow_from_directory",)),
            target="batches",
            function="generator.flow_from_directory",
            batch_size="32",
            batch_value=32,
        )
    ],
    "runner.train(model=net, loaders=get_loaders(args), num_epochs=3)": [
        DataLoader(
            line=1, end=1, evidence=Evidence(NAME, ("get_loaders",)), function="get_loaders"
        ),
    ],
    'val_generator = data.get_generator(cfg, "VAL")': [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("data.get_generator",)),
            target="val_generator",
            function="data.get_generator",
            split="validation",
        ),
    ],
    "train_loader = instantiate(cfg.data.train)": [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("train_loader",)),
            target="train_loader",
            function="instantiate",
            split="training",
        ),
    ],
    (
        "from torch.utils.data import DataLoader\n"
        "loader = DataLoader(\n"
        "    data, 32, True, num_workers=4, persistent_workers=True,\n"
        "    prefetch_factor=4, worker_init_fn=seed_worker, generator=g)"
    ): [
        DataLoader(
            line=2,
            end=4,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="loader",
            function="DataLoader",
            dataset="data",
            batch_size="32",
            batch_value=32,
            shuffle="True",
            shuffle_given=True,
            workers="4",
            pin_memory="False",
            drop_last="False",
            persistent="True",
            prefetch="4",
            worker_init="seed_worker",
            generator="g",
        )
    ],
    (
        "class DataLoaderLite:\n"
        "    def next_batch(self):\n"
        "        return self.x, self.y\n"
        "train_loader = DataLoaderLite(B=4, T=32)"
    ): [
        DataLoader(
            line=4,
            end=4,
            evidence=Evidence(NAME, ("DataLoaderLite",)),
            target="train_loader",
            function="DataLoaderLite",
            split="training",
        )
    ],
    (
        "import ignite.distributed as idist\n"
        "train_loader = idist.auto_dataloader(train_dataset, batch_size=64, shuffle=True)"
    ): [
        DataLoader(
            line=2,
            end=2,
            evidence=Evidence(API, ("ignite.distributed.auto_dataloader",)),
            target="train_loader",
            function="idist.auto_dataloader",
            dataset="train_dataset",
            split="training",
            batch_size="64",
            batch_value=64,
            shuffle="True",
            shuffle_given=True,
        )
    ],
    (
        "from keras.preprocessing.image import ImageDataGenerator\n"
        "train_gen = ImageDataGenerator(horizontal_flip=True)\n"
        "train_iter = train_gen.flow(x, y, batch_size=32)"
    ): [
        DataLoader(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("train_gen.flow",)),
            target="train_iter",
            function="train_gen.flow",
            split="training",
            batch_size="32",
            batch_value=32,
        )
    ],
    "import deepspeed\n"
    "engine, _, loader, _ = deepspeed.initialize(model=net, training_data=train_set)": [
        DataLoader(
            line=2,
            end=2,
            evidence=Evidence(API, ("deepspeed.initialize",)),
            target="loader",
            function="deepspeed.initialize",
            dataset="train_set",
            split="training",
        ),
    ],
    "batches = corpus.val_dataloader()": [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("corpus.val_dataloader",)),
            target="batches",
            function="corpus.val_dataloader",
        ),
    ],
    "train_gen = WordSequence(files, batch_size=8)": [
        DataLoader(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("WordSequence",)),
            target="train_gen",
            function="WordSequence",
            split="training",
            batch_size="8",
            batch_value=8,
        ),
    ],
    (
        "from torch.utils.data import DataLoader\n"
        "def train(data, sampler):\n"
        "    loader = DataLoader(data, 8, sampler=sampler)\n"
        "    if hasattr(sampler, 'set_epoch'):\n"
        "        sampler.set_epoch(epoch)"
    ): [
        DataLoader(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.utils.data.DataLoader",)),
            target="loader",
            function="DataLoader",
            dataset="data",
            batch_size="8",
            batch_value=8,
            shuffle="False",
            sampler="sampler",
            shards="sometimes",
            workers="0",
            pin_memory="False",
            drop_last="False",
        ),
    ],
    (
        "from torch_geometric.loader import NeighborSampler\n"
        "train_loader = NeighborSampler(graph, sizes=[10], batch_size=64)"
    ): [
        DataLoader(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch_geometric.loader.NeighborSampler",)),
            target="train_loader",
            function="NeighborSampler",
            split="training",
            batch_size="64",
            batch_value=64,
        )
    ],
}
COUNTEREXAMPLES = {
    ('train_dataset = ShapesDataLoader(root, split="train")'): "a data set by what it is called",
    "netG = ImageGenerator(width)": "a network",
    "import deepspeed\nengine, _, loader, _ = deepspeed.initialize(model=net)": "it gets no data",
    (
        "class DataLoaderSettings:\n    workers = 2\nsettings = DataLoaderSettings()"
    ): "settings of one",
    "for batch in loader:\n    step(batch)": "a loader is used, none is made",
    "model = load_model(path)": "no loader",
    "print_loader(loader)": "nothing is made",
    "import torch\nn = len(torch.utils.data.DataLoader.__init__.__code__.co_varnames)": "no call",
}
