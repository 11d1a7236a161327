"""custom-sampler: any other sampler made by the script (weighted, random, batch, repeated)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern, speaks_of
from pseudogen.names.arguments import shares_out
from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.names.rates import terms_in
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, condition_of, split
from pseudogen.names.words import MAKING, words
from pseudogen.records import dataclass
from pseudogen.regex import regex
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_DATA_WORDS = frozenset(
    {"balanced", "batch", "bucket", "class", "grouped", "imbalanced", "index", "infinite"}
    | {"length", "random", "ratio", "repeat", "repeated", "sequential", "shuffle", "subset"}
    | {"weighted", "aspect", "task", "episodic", "stratified", "epoch", "dataset", "pk"}
)
_ALONE = regex(
    r"\bnot [\w.]*(?:ddp|dist)|rank(?:\(\))? == -1"
    r"|(?:world_size|replicas|processes)(?:\(\))? (?:<= 1|== 1|< 2)"
)
"""Tests that hold where there is one process."""
_OTHER_WORDS = frozenset({"diffusion", "ddim", "ddpm", "dpm", "mcmc", "tpe", "nuts", "plms"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomSampler(Finding):
    """Facts of a sampler that does not share the data out.

    Attributes:
        target: What receives it; None when it is passed on at once.
        function: The class or function that makes it, as written.
        form: "random", "sequential", "weighted", "subset", "batch"; None for another one.
        source: The data, indices or weights it is made from, as written; None when that can't be
            told.
        of_data: Whether a batch sampler is given the data themselves, no sampler.
        replacement: Whether it draws with replacement, as written or by default; None if unknown.
        samples: How many samples it draws, as written; None when not given.
        batch_size: For a batch sampler, as written; None otherwise.
        drop_last: For a batch sampler, as written; None otherwise.
        shared: Whether the indices that it draws from are those of one process, by its rank.
        alone: Whether it is made where there is one process, by the condition.
        split: "training" or "validation", the part of the data; None when names don't tell.
        condition: The condition under which it is made.
    """

    pattern: ClassVar[str] = "custom-sampler"

    target: str | None = None
    function: str
    form: str | None = None
    source: str | None = None
    of_data: bool = False
    replacement: str | None = None
    samples: str | None = None
    batch_size: str | None = None
    drop_last: str | None = None
    shared: bool = False
    alone: bool = False
    split: str | None = None
    condition: str | None = None


@pattern(CustomSampler, kinds=("sampler",))
def find_known(site: Site, script: Script) -> Iterator[CustomSampler]:
    """A sampler class of a library, or of the script that inherits from one."""
    known = site.known
    if known is None or site.name.startswith("super") or _distributed(site):
        return
    if known.evidence == API or site.node.args:
        yield _finding(site, script, Evidence(known.evidence, (known.name,)))


@pattern(CustomSampler, calls=speaks_of("sampler"))
def find_named(site: Site, script: Script) -> Iterator[CustomSampler]:
    """`BalancedBatchSampler(labels)`, `build_sampler(dataset)`: what this file lacks."""
    if site.known is not None:
        return
    if site.node.args and type(site.node.args[0].value) is cst.SimpleString:
        return
    last = site.name.rpartition(".")[2]
    named = words(last)
    if named[-1:] != ("sampler",) or set(named) & _OTHER_WORDS or _distributed(site):
        return
    if script.defines(last):
        return
    classlike = last[:1].isupper() or (last.isalnum() and not last.islower())
    is_class = classlike and bool(set(named) & _DATA_WORDS)
    made = classlike or named[0] in MAKING
    of_data = any(script.is_a(arg.value, site.scope, "dataset") for arg in site.node.args)
    target = assigned(site.statement, site.node)
    if is_class or (made and of_data and target is not None):
        yield _finding(site, script, Evidence(NAME, (site.name,)))


def _distributed(site: Site) -> bool:
    return bool({"distributed", "dist"} & set(words(site.name))) or shares_out(site.node)


_FIRST = frozenset(
    {"data", "dataset", "datasets", "sampler", "samplers", "indices", "index", "idx", "idxs"}
    | {"labels", "targets", "weights", "lengths", "ids", "classes", "set", "probs", "samples"}
)
"""Words of what a sampler is made from."""


def _source(site: Site, script: Script) -> Any:
    """What a sampler is made from: as the library has it, or by what the argument is called."""
    if not site.node.args or site.node.args[0].star:
        return None
    if site.known is not None and site.known.evidence == API:
        return site.node.args[0].value
    for arg in site.node.args:
        named = set(words(arg.keyword.value)) if arg.keyword is not None else set()
        named |= {w for part in dotted(arg.value).split(".") for w in words(part)}
        if named & _FIRST or script.is_a(arg.value, site.scope, "dataset") is not None:
            return arg.value
    return None if site.known is None else site.node.args[0].value


def _of_data(node: Any, site: Site, script: Script) -> bool:
    if node is None or "sampler" in words(dotted(node)):
        return False
    first = site.node.args[0]
    by_keyword = first.keyword is not None and first.keyword.value == "dataset"
    return by_keyword or script.is_a(node, site.scope, "dataset") is not None


def _by_rank(node: Any, site: Site, script: Script) -> bool:
    """Whether indices are picked by the number of the process: `range(rank, n, world_size)`."""
    if node is None:
        return False
    name = dotted(node)
    made = [node, *(b.value for b in (script.reaching(name, site.statement.index) if name else ()))]
    return any("rank" in words(text(term)) for value in made if value for term in terms_in(value))


def _finding(site: Site, script: Script, evidence: Evidence) -> CustomSampler:
    target = assigned(site.statement, site.node)
    form = site.known.api.traits.get("form") if site.known is not None else None
    own = site.known is not None and site.name.rpartition(".")[2] not in site.known.name
    first = _source(site, script)
    source = text(first) if first is not None else None
    condition = condition_of(script, site.statement, site.node)
    return CustomSampler(
        line=site.line,
        end=site.last,
        evidence=evidence,
        target=target,
        function=site.name,
        form=None if own or form == "own" else form,
        source=source,
        of_data=form == "batch" and not own and _of_data(first, site, script),
        replacement=script.argument_or_default(site, "replacement"),
        samples=script.argument_text(site, "num_samples"),
        batch_size=script.argument_text(site, "batch_size"),
        drop_last=script.argument_text(site, "drop_last"),
        shared=form == "subset" and _by_rank(first, site, script),
        split=split(target, source),
        alone=_ALONE.search(condition or "") is not None,
        condition=condition,
    )


EXAMPLES = {
    (
        "from torch.utils.data import WeightedRandomSampler\n"
        "sampler = WeightedRandomSampler(weights, num_samples=len(weights), replacement=True)"
    ): [
        CustomSampler(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.utils.data.WeightedRandomSampler",)),
            target="sampler",
            function="WeightedRandomSampler",
            form="weighted",
            source="weights",
            replacement="True",
            samples="len(weights)",
        ),
    ],
    (
        "train_sampler = torch.utils.data.RandomSampler(train_set)\n"
        "batches = torch.utils.data.BatchSampler(train_sampler, 32, drop_last=True)"
    ): [
        CustomSampler(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("torch.utils.data.RandomSampler",)),
            target="train_sampler",
            function="torch.utils.data.RandomSampler",
            form="random",
            source="train_set",
            replacement="False",
            split="training",
        ),
        CustomSampler(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("torch.utils.data.BatchSampler",)),
            target="batches",
            function="torch.utils.data.BatchSampler",
            form="batch",
            source="train_sampler",
            batch_size="32",
            drop_last="True",
            split="training",
        ),
    ],
    "sampler = BalancedBatchSampler(labels) if args.balance else None": [
        CustomSampler(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("BalancedBatchSampler",)),
            target="sampler",
            function="BalancedBatchSampler",
            source="labels",
            condition="args.balance",
        ),
    ],
    "order = evenBatchSampler(dataset)": [
        CustomSampler(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("evenBatchSampler",)),
            target="order",
            function="evenBatchSampler",
            source="dataset",
        ),
    ],
    (
        "from torch.utils.data import SubsetRandomSampler, DataLoader\n"
        "loader = DataLoader(data, sampler=SubsetRandomSampler(train_idx))"
    ): [
        CustomSampler(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.utils.data.SubsetRandomSampler",)),
            function="SubsetRandomSampler",
            form="subset",
            source="train_idx",
            split="training",
        ),
    ],
    (
        "from torch.utils.data import SubsetRandomSampler\n"
        "import torch.distributed as dist\n"
        "own = list(range(dist.get_rank(), len(data), dist.get_world_size()))\n"
        "sampler = SubsetRandomSampler(own)"
    ): [
        CustomSampler(
            line=4,
            end=4,
            evidence=Evidence(API, ("torch.utils.data.SubsetRandomSampler",)),
            target="sampler",
            function="SubsetRandomSampler",
            form="subset",
            source="own",
            shared=True,
        ),
    ],
    (
        "from torch.utils.data import RandomSampler\n"
        "if distributed:\n"
        "    sampler = RandomSampler(data)"
    ): [
        CustomSampler(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.utils.data.RandomSampler",)),
            target="sampler",
            function="RandomSampler",
            form="random",
            source="data",
            replacement="False",
            condition="distributed",
        ),
    ],
    (
        "from torch.utils.data import RandomSampler\n"
        "if not distributed:\n"
        "    sampler = RandomSampler(data)"
    ): [
        CustomSampler(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.utils.data.RandomSampler",)),
            target="sampler",
            function="RandomSampler",
            form="random",
            source="data",
            replacement="False",
            alone=True,
            condition="not distributed",
        ),
    ],
}
COUNTEREXAMPLES = {
    "sampler = DistributedSampler(dataset)": "that is a distributed-sampler",
    "sampler = getSampler(kind)": "a sampler of nobody knows what",
    "sampler = DDIMSampler(model)": "draws images from a model, not samples from data",
    "study = create_study(sampler=TPESampler(seed=1))": "proposes hyper-parameters",
}
