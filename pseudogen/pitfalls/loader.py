"""Loaders of validation data: dropped, shuffled and repeated samples."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pseudogen.names.blocks import has_word, statement_at
from pseudogen.names.evidence import API, FLOW
from pseudogen.names.iterables import EVALUATION_WORDS
from pseudogen.names.loops import EVALUATION_LOOP, Loop
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.data_loader import DataLoader
from pseudogen.patterns.distributed_sampler import DistributedSampler
from pseudogen.patterns.metric_reduction import MetricReduction
from pseudogen.pitfall import NOTE, WARNING, Findings, Pitfall, pitfall, report
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_LONG = 48
"""Characters of an expression in a sentence; of a longer one it is said what it is."""
_RESULTS = frozenset(
    {"accuracy", "answers", "correct", "guesses", "hits", "label", "labels", "logits", "loss"}
    | {"losses", "output", "outputs", "pred", "prediction", "predictions", "preds", "references"}
    | {"scores", "targets", "tokens"}
)
_FIRST_PART = re.compile(r"\[\s*:\s*[^\],:\s]")


@pitfall("drop-last-on-validation")
def check_drop_last(findings: Findings) -> Iterator[Pitfall]:
    """`DataLoader(val_data, drop_last=True)`: some samples are never measured."""
    for loader in findings.of(DataLoader):
        drops = loader.drop_last == "True" and loader.batch_size != "1"  # a single one is whole
        if _validates(loader) and drops:
            yield report(
                "drop-last-on-validation",
                WARNING,
                (loader.line, loader.end),
                loader.evidence.kind,
                loader=loader.target,
                dataset=loader.dataset,
                batch_size=loader.batch_size,
                keyword=loader.drop_keyword,
            )


@pitfall("shuffle-on-validation")
def check_shuffle(findings: Findings) -> Iterator[Pitfall]:
    """`DataLoader(val_data, shuffle=True)`: the order differs from run to run."""
    for loader in findings.of(DataLoader):
        shuffles = loader.shuffle_given and loader.shuffle == "True" and loader.sampler is None
        if _validates(loader) and shuffles and not _gives_excerpts(findings, loader):
            yield report(
                "shuffle-on-validation",
                NOTE,
                (loader.line, loader.end),
                loader.evidence.kind,
                loader=loader.target,
                dataset=loader.dataset if len(loader.dataset or "") <= _LONG else None,
                drops=loader.drop_last == "True" and loader.batch_size != "1",
            )


def _validates(loader: DataLoader) -> bool:
    """Whether a loader is for validation, and not for a look at data that are named training."""
    named = set(words((loader.dataset or "").replace(".", "_")))
    training = {"train", "training"} & named and not EVALUATION_WORDS & named
    return loader.split == "validation" and not training


def _gives_excerpts(findings: Findings, loader: DataLoader) -> bool:
    """Whether nothing but the first batch is ever taken from a loader: `next(iter(loader))`, a
    random excerpt each time."""
    name = re.escape(loader.target or "")
    written = findings.script.tree.text
    firsts = re.findall(rf"next\(iter\({name}\)\)", written) if name else []
    return bool(firsts) and len(firsts) == len(re.findall(rf"(?<![\w.]){name}\b(?! *=)", written))


@pitfall("padded-evaluation")
def check_padding(findings: Findings) -> Iterator[Pitfall]:
    """Shards of equal length for validation, whose results are put together."""
    yield from _padded_by_sampler(findings)
    yield from _padded_by_accelerate(findings)


def _padded_by_sampler(findings: Findings) -> Iterator[Pitfall]:
    """A sampler that pads its shards, and results added up over the processes."""
    reduced = next(
        (r for r in findings.of(MetricReduction) if _adds_up(r) and _evaluates(findings, r.line)),
        None,
    )
    for sampler in findings.of(DistributedSampler):
        if reduced is None or sampler.split != "validation" or sampler.pads is not True:
            continue
        if not _is_loaded(findings, sampler):
            continue
        yield report(
            "padded-evaluation",
            NOTE,
            (sampler.line, sampler.end),
            sampler.evidence.kind,
            loader=None,
            sampler=sampler.target,
            dataset=sampler.dataset,
            call=reduced.call,
            reduced=reduced.line,
        )


def _adds_up(reduction: MetricReduction) -> bool:
    """Whether one number of all processes comes out: by a collective, or by a function of the
    script that calls one."""
    if reduction.form is None:
        return reduction.evidence.kind == FLOW and reduction.operation in ("mean", "sum")
    return reduction.form in ("all-reduce", "reduce")


def _padded_by_accelerate(findings: Findings) -> Iterator[Pitfall]:
    """`accelerator.gather(...)` in the evaluation over a prepared loader: Accelerate repeats
    samples so that all processes get as many (`even_batches`), and `gather` brings them all."""
    script = findings.script
    prepared = [text(a.value) for s in script.calls_of_method("prepare") for a in s.node.args]
    for site in script.calls_of_method("gather"):
        loop = _evaluation_loop(script, site)
        if loop is None or loop.over not in prepared or not _is_accelerator(script, site):
            continue
        if not _are_results(site) or _cuts_off(script, site.statement):
            continue
        yield report(
            "padded-evaluation",
            NOTE,
            (site.line, site.last),
            API,
            call=site.name,
            loader=loop.over,
            better=site.name + "_for_metrics",
        )
        return


def _evaluation_loop(script: Script, site: Site) -> Loop | None:
    around = script.loop_around(site.statement)
    loop = script.structure.loops.get(around.index) if around is not None else None
    return loop if loop is not None and loop.kind == EVALUATION_LOOP else None


def _is_accelerator(script: Script, site: Site) -> bool:
    role = script.role(site.node.func.value, site.scope)
    return role is not None and role.kind == "accelerator" and role.evidence.kind == API


def _are_results(site: Site) -> bool:
    """Whether what is gathered is called as results are, not as sizes or lengths."""
    return any(_RESULTS & set(words(name)) for name in re.findall(r"\w+", text(site.node)))


def _cuts_off(script: Script, statement: Statement) -> bool:
    """Whether repeated samples are dropped: a line of the function or script from there on takes a
    first part of something, or any line of the file one by a length (`losses[: len(dataset)]`)."""
    lines = script.tree.lines
    last = script.tree.statements[script.tree.scope_end(statement.scope) - 1].last
    if any(_FIRST_PART.search(line) for line in lines[statement.first - 1 : last]):
        return True
    return any("len(" in line and _FIRST_PART.search(line) for line in lines)


def _evaluates(findings: Findings, line: int) -> bool:
    """Whether a line stands in a function that evaluates and does not train."""
    structure = findings.script.structure
    function = findings.script.function_around(statement_at(findings.script, line))
    return function is not None and function.index in structure.evaluates - structure.trains


def _is_loaded(findings: Findings, sampler: DistributedSampler) -> bool:
    loaders = findings.of(DataLoader)
    if sampler.target is None:
        return any(loader.line <= sampler.line <= loader.end for loader in loaders)
    return any(has_word(loader.sampler, sampler.target) for loader in loaders)


_EVALUATION = (
    "import torch\n"
    "import torch.distributed as dist\n"
    "from torch.utils.data import DataLoader, DistributedSampler\n"
    "val_sampler = DistributedSampler(val_set, shuffle=False)\n"
    "val_loader = DataLoader(val_set, batch_size=64, sampler=val_sampler)\n"
    "@torch.no_grad()\n"
    "def evaluate(model, val_loader):\n"
    "    correct = torch.zeros(1)\n"
    "    for x, y in val_loader:\n"
    "        correct += (model(x).argmax(1) == y).sum()\n"
)
_HELPER = "def mean_of_all(x):\n    dist.all_reduce(x)\n    return x / dist.get_world_size()\n"
_ACCELERATED = (
    "import torch\n"
    "from accelerate import Accelerator\n"
    "accelerator = Accelerator()\n"
    "model, eval_loader = accelerator.prepare(model, eval_loader)\n"
    "model.eval()\n"
    "for x, y in eval_loader:\n"
    "    with torch.no_grad():\n"
    "        guesses = model(x).argmax(-1)\n"
    "    guesses, y = accelerator.gather((guesses, y))\n"
)
EXAMPLES = {
    "drop-last-on-validation": {
        "from torch.utils.data import DataLoader\n"
        "val_loader = DataLoader(val_set, batch_size=64, drop_last=True)": [(2, 2)],
        "import torch\n"
        "test_loader = torch.utils.data.DataLoader(\n    test_set, 64, drop_last=True)": [(2, 3)],
        "import tensorflow_datasets as tfds\n"
        "test_set = tfds.load('mnist', split='test')\n"
        "test_batches = test_set.batch(64, drop_remainder=True)": [(3, 3)],
    },
    "shuffle-on-validation": {
        "from torch.utils.data import DataLoader\n"
        "val_loader = DataLoader(val_set, batch_size=64, shuffle=True)": [(2, 2)],
        "import torch\ntest_loader = torch.utils.data.DataLoader(test_set, 64, True)": [(2, 2)],
        "from torch.utils.data import DataLoader\n"
        "val_loader = DataLoader(val_set, batch_size=64, shuffle=True)\n"
        "first = next(iter(val_loader))\n"
        "for x, y in val_loader:\n    measure(model(x), y)\n": [(2, 2)],
        "from torch.utils.data import DataLoader\n"
        "val_loader = DataLoader(val_set, batch_size=1, shuffle=True, drop_last=True)": [(2, 2)],
    },
    "padded-evaluation": {
        _EVALUATION + "    dist.all_reduce(correct)\n    return correct\n": [(4, 4)],
        _EVALUATION.replace(", shuffle=False", "")
        + "    dist.reduce(correct, 0)\n    return correct\n": [(4, 4)],
        _EVALUATION.replace(
            "val_sampler = DistributedSampler(val_set, shuffle=False)\n", ""
        ).replace("=val_sampler", "=DistributedSampler(val_set)")
        + "    dist.all_reduce(correct)\n": [(4, 4)],
        _EVALUATION.replace("@torch", _HELPER.replace("mean_of_all", "reduce_mean") + "@torch")
        + "    return reduce_mean(correct)\n": [(4, 4)],
        _ACCELERATED + "    metric.add_batch(predictions=guesses, references=y)\n": [(9, 9)],
    },
}
COUNTEREXAMPLES = {
    "drop-last-on-validation": {
        "from torch.utils.data import DataLoader\n"
        "train_loader = DataLoader(train_set, drop_last=True)": "training may drop samples",
        "from torch.utils.data import DataLoader\n"
        "val_loader = DataLoader(val_set, drop_last=False)": "nothing is dropped",
        "from torch.utils.data import DataLoader\n"
        "val_loader = DataLoader(val_set, batch_size=1, drop_last=True)": "each batch is whole",
    },
    "shuffle-on-validation": {
        "from torch.utils.data import DataLoader\n"
        "train_loader = DataLoader(train_set, shuffle=True)": "training data are shuffled",
        "from torch.utils.data import DataLoader\n"
        "val_loader = DataLoader(val_set, shuffle=False)": "the order is kept",
        "from torch.utils.data import DataLoader\n"
        "test_loader = DataLoader(train_set, batch_size=8, shuffle=True)": "these are trained on",
        "from torch.utils.data import DataLoader\n"
        "val_loader = DataLoader(val_set, batch_size=8, shuffle=True)\n"
        "def show():\n    plot(model(next(iter(val_loader))))\n": "a random excerpt is shown",
    },
    "padded-evaluation": {
        _EVALUATION: "the parts may be put together by sample",
        _EVALUATION.replace("shuffle=False", "drop_last=True")
        + "    dist.all_reduce(correct)\n": "nothing is repeated",
        _ACCELERATED.replace("gather", "gather_for_metrics"): "repeated samples are dropped",
        _ACCELERATED.replace("guesses, y = accelerator.gather((guesses, y))", "_")
        + "    widths = accelerator.gather(x.shape[-1])\n": "sizes are no results",
        _ACCELERATED + "    guesses = guesses[: len(eval_set) - seen]\n": "they are cut off",
        "def merged(parts, data):\n    return np.concatenate(parts)[: len(data)]\n"
        + _ACCELERATED
        + "    parts.append(guesses)\n": "they are cut off by a function",
        _ACCELERATED.replace("model, eval_loader = accelerator.prepare(model, eval_loader)\n", "")
        + "    seen += len(y)\n": "the loader may repeat nothing",
    },
}
