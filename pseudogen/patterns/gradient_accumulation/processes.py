"""What several processes change in gradient-accumulation: they share the backward passes, and
combine the gradients once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.batches import process_count
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.gradient_accumulation.facts import GradientAccumulation
from pseudogen.patterns.gradient_accumulation.finders import is_steps
from pseudogen.syntax.text import bare, text

_SWITCH = "require_backward_grad_sync"
"""What `no_sync()` of a model in copies switches."""
_COUNTING = frozenset(
    {"accum", "accumulate", "accumulated", "accumulating", "accumulation", "boundary", "last"}
    | {"batch", "grad", "micro", "microbatch", "step", "steps", "sync"}
)
_JOINTS = re.compile(r"\W+")


@pattern(GradientAccumulation, statements=(cst.Assign,), mentions=("sync",))
def find_switch(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`model.require_backward_grad_sync = step == last`."""
    target, value = site.node.targets[0].target, site.node.value
    switches = type(target) is cst.Attribute and target.attr.value == _SWITCH
    if switches and (text(value) not in ("True", "False") or _counts(site, script)):
        yield GradientAccumulation(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, (text(target),)),
            part="switch",
            call=text(target),
            condition=bare(value),
        )


def _counts(site: Site, script: Script) -> bool:
    """Whether what leads to a constant speaks of batches that are put together: a wrapper may
    switch for other reasons."""
    function = script.function_around(site.statement)
    named = words(function.node.name.value) if function is not None else ()
    tested = _JOINTS.sub("_", script.condition(site.statement) or "")
    return not _COUNTING.isdisjoint((*named, *words(tested)))


@pattern(GradientAccumulation, statements=(cst.AugAssign, cst.Assign), mentions=("accum",))
def find_divided(site: Site, script: Script) -> Iterator[GradientAccumulation]:
    """`gradient_accumulation_steps //= world_size`."""
    node: Any = site.node
    target: Any = None
    over: Any = None
    if type(node) is cst.AugAssign:
        divides = type(node.operator) in (cst.DivideAssign, cst.FloorDivideAssign)
        target, over, by = node.target, node.target, node.value
    elif type(node.value) is cst.BinaryOperation:
        divides = type(node.value.operator) in (cst.Divide, cst.FloorDivide)
        target, over, by = node.targets[0].target, node.value.left, node.value.right
    else:
        return
    if not divides or not is_steps(target) or not is_steps(over):
        return
    if process_count(script, by, site.scope) is not None:
        yield GradientAccumulation(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (text(target),)),
            part="processes",
            steps=text(target),
            call=text(by),
        )
