"""What steps-per-epoch is found by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.batches import divided_after, divided_before
from pseudogen.names.script import Script, Site
from pseudogen.names.steps import Steps, may_count, shared, steps
from pseudogen.names.targets import split, target
from pseudogen.names.words import words
from pseudogen.patterns.steps_per_epoch.facts import StepsPerEpoch
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import bare, text


@pattern(
    StepsPerEpoch,
    statements=(cst.Assign, cst.AnnAssign),
    values=(cst.BinaryOperation, cst.Call, cst.IfExp),
)
def find_assignment(site: Site, script: Script) -> Iterator[StepsPerEpoch]:
    """`epoch_step = num_train // batch_size`, `total_steps = epochs * len(loader)`."""
    if not may_count(site.node.value):
        return
    name = target(site.statement)
    if name is None:
        return
    found = steps(script, name, site.node.value, site.statement)
    if found is not None and not _samples(site, script):
        yield _finding(site, script, name, site.node.value, found)


def _samples(site: Site, script: Script) -> bool:
    """Whether a function draws samples from the model, which is no training: `sample_images`."""
    function = script.function_around(site.statement)
    named = words(function.node.name.value) if function is not None else ()
    return named[:1] in (("sample",), ("generate",), ("synthesize",))


@pattern(StepsPerEpoch, keywords=("steps_per_epoch",))
def find_argument(site: Site, script: Script) -> Iterator[StepsPerEpoch]:
    """`model.fit(..., steps_per_epoch=num_train // batch_size)`."""
    for arg in site.node.args:
        rounded = type(arg.value) is cst.Call and dotted(arg.value.func) != "len"
        if arg.keyword is None or not (rounded or type(arg.value) is cst.BinaryOperation):
            continue
        if arg.keyword.value == "steps_per_epoch":
            found = steps(script, arg.keyword.value, arg.value, site.statement)
            if found is None and not rounded:
                found = shared(script, arg.value, site.statement)
            if found is not None and (
                found.batch is not None or found.loader is not None or not found.plain
            ):
                yield _finding(site, script, arg.keyword.value, arg.value, found)


def _finding(site: Site, script: Script, name: str, value: Any, found: Steps) -> StepsPerEpoch:
    here, at, batch = site.statement, site.statement.index, found.batch
    before = divided_before(script, batch, here) if batch is not None else None
    after = divided_after(script, batch, here) if batch is not None and before is None else None
    return StepsPerEpoch(
        line=site.line,
        end=site.last,
        evidence=found.evidence,
        target=name,
        expression=bare(value),
        per=found.per,
        split=split(name, _text(found.samples), _text(found.loader)),
        samples=_text(found.samples),
        batch=_text(batch),
        loader=_text(found.loader),
        epochs=_text(found.epochs),
        accumulation=_text(found.accumulation),
        rounding=found.rounding,
        given=_given(value),
        plain=found.plain,
        chain=script.chain(batch, at) if batch is not None else (),
        samples_value=script.value(found.samples, at) if found.samples is not None else None,
        batch_value=script.value(batch, at) if batch is not None else None,
        value=script.value(value, at),
        divided_before=before,
        divided_after=after,
        sharded=script.once(_sharded),
        of_rounds=_counts_rounds(name, script),
    )


def _counts_rounds(name: str, script: Script) -> bool:
    """Whether a loop goes up to it whose rounds take several steps each, as those of PPO do."""
    rounds = (loop for loop in script.structure.loops.values() if loop.unit == "round")
    return any(re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", loop.over) for loop in rounds)


def _given(value: Any) -> str | None:
    """The test of `len(loader) if steps is None else steps`, in the sense in which it counts."""
    if type(value) is not cst.IfExp:
        return None
    counted = (cst.Call, cst.BinaryOperation)
    sides = [type(side) in counted for side in (value.body, value.orelse)]
    if sides == [True, False]:
        return text(value.test)
    return f"not ({text(value.test)})" if sides == [False, True] else None


def _text(node: Any) -> str | None:
    return text(node) if node is not None else None


def _sharded(script: Script) -> bool:
    """Whether a sampler shares the data out; one that is made says for how many processes."""
    made = [
        site
        for site in script.call_sites()
        if (site.known is not None and site.known.api.kind == "distributed-sampler")
        or site.name.endswith("DistributedSampler")
    ]
    if made:
        return any(script.argument_text(site, "num_replicas") != "1" for site in made)
    return any(
        site.name.endswith("sampler.set_epoch") for site in script.calls_of_method("set_epoch")
    )
