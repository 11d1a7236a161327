"""gradient-accumulation as contexts, settings and calls of the frameworks say it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from pseudogen.finding import pattern, speaks_of
from pseudogen.names.arguments import argument
from pseudogen.names.conditions import opposite
from pseudogen.names.engine_config import MARKS, sections
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.loop_bodies import without_gradients
from pseudogen.names.origins import makers
from pseudogen.names.places import own_lines
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned
from pseudogen.names.words import words
from pseudogen.patterns.gradient_accumulation.facts import GradientAccumulation
from pseudogen.patterns.gradient_accumulation.finders import is_steps
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_FRAMEWORKS = ("accelerator", "trainer", "training-arguments")
_SETTINGS = ("gradient_accumulation_steps", "accumulate_grad_batches", "grad_accum_steps")


@pattern(GradientAccumulation, statements=(cst.With,))
def find_context(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`with model.no_sync():`, `with accelerator.accumulate(model):`."""
    if without_gradients(script, site.statement, None):
        return
    for item in site.node.items:
        name = dotted(item.item.func) if type(item.item) is cst.Call else dotted(item.item)
        method = name.rpartition(".")[2]
        if "." in name and method in ("no_sync", "accumulate"):
            yield GradientAccumulation(
                line=site.line,
                end=site.last,
                evidence=Evidence(FLOW, (name,)),
                part="context",
                call=name,
                unset=method == "accumulate" and _is_unset(item.item, site, script),
            )


def _is_unset(call: cst.Call, site: Site, script: Script) -> bool:
    """Whether what accumulates was made without being told over how many batches."""
    owner = call.func.value if type(call.func) is cst.Attribute else None
    made = makers(script, owner, site.statement.index) if owner is not None else []
    passed = [arg for maker, _ in made for arg in maker.args]
    named = {arg.keyword.value for arg in passed if arg.keyword is not None}
    told = any(name.startswith("gradient_accumulation") for name in named)
    return (
        bool(made)
        and not told
        and "deepspeed_plugin" not in named
        and not any(arg.star or arg.keyword is None for arg in passed)
    )


@pattern(GradientAccumulation, statements=(cst.Assign,), mentions=("sync",))
def find_deferred_context(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`context = model.no_sync if accumulating else nullcontext`."""
    value = site.node.value
    written = text(value)
    name = next((w for w in written.replace("(", " ").split() if w.endswith(".no_sync")), "")
    if not name:
        return
    condition = None
    if type(value) is cst.IfExp:
        here = ".no_sync" in text(value.body)
        condition = text(value.test) if here else opposite(value.test, alone=True)
    yield GradientAccumulation(
        line=site.line,
        end=site.last,
        evidence=Evidence(FLOW, (name,)),
        part="context",
        condition=condition,
        call=name,
        held=text(site.node.targets[0].target),
    )


@pattern(GradientAccumulation, kinds=_FRAMEWORKS)
def find_setting(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`Accelerator(gradient_accumulation_steps=4)`, `Trainer(accumulate_grad_batches=4)`."""
    for name in _SETTINGS:
        value = argument(site.node, name)
        if value is not None and text(value) not in ("1", "None") and site.known is not None:
            yield GradientAccumulation(
                line=site.line,
                end=site.last,
                evidence=Evidence(site.known.evidence, (site.known.name,)),
                part="setting",
                steps=text(value),
                steps_value=script.value(value, site.statement.index),
                call=site.name,
            )


@pattern(
    GradientAccumulation, statements=(cst.Assign, cst.Return), values=(cst.Dict,), mentions=MARKS
)
def find_configured(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`{"zero_optimization": ..., "gradient_accumulation_steps": 4}` of DeepSpeed."""
    for section in sections(site, script, "gradient_accumulation_steps"):
        if text(section.value) not in ("1", "None", '"auto"'):
            yield GradientAccumulation(
                line=section.line,
                end=section.line,
                evidence=Evidence(FLOW, (section.key,)),
                part="setting",
                steps=text(section.value),
                steps_value=script.value(section.value, site.statement.index),
                call="DeepSpeed",
            )


@pattern(GradientAccumulation, calls=speaks_of("accumulate_grad"))
def find_function(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`accumulate_gradient(jax.value_and_grad(loss_fn), params, x, y, accum_steps)`."""
    steps = next((a.value for a in site.node.args if is_steps(a.value)), None)
    if words(site.name)[:1] == ("accumulate",) and steps is not None:
        yield GradientAccumulation(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (site.name,)),
            part="setting",
            steps=text(steps),
            steps_value=script.value(steps, site.statement.index),
            call=site.name,
        )


@pattern(GradientAccumulation, keywords=("accumulative_counts",))
def find_counts(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`wrapper = dict(optimizer=..., accumulative_counts=4)` of MMEngine."""
    steps, target = argument(site.node, "accumulative_counts"), assigned(site.statement, site.node)
    if steps is not None and text(steps) not in ("1", "None"):
        first, last = own_lines(script, site)
        yield GradientAccumulation(
            line=first,
            end=last,
            evidence=Evidence(FLOW, ("accumulative_counts",)),
            part="setting",
            steps=text(steps),
            steps_value=script.value(steps, site.statement.index),
            call=target if target and site.name == "dict" else site.name,
        )


@pattern(GradientAccumulation, kinds=("accumulation",))
def find_known(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`optax.MultiSteps(tx, every_k_schedule=4)`."""
    steps = script.argument(site, site.known.api.traits["steps"]) if site.known else None
    if site.known is not None and steps is not None and text(steps) not in ("1", "None"):
        yield GradientAccumulation(
            line=site.line,
            end=site.last,
            evidence=Evidence(site.known.evidence, (site.known.name,)),
            part="setting",
            steps=text(steps),
            steps_value=script.value(steps, site.statement.index),
            call=site.name,
        )
