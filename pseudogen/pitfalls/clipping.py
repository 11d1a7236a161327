"""Gradients of an accumulation: clipped once, when all of them are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.blocks import (
    branches,
    calls_of_methods,
    has_word,
    inside,
    method,
    statement_at,
    statements_at,
)
from pseudogen.names.script import Script, Site
from pseudogen.patterns.gradient_accumulation import GradientAccumulation
from pseudogen.patterns.gradient_clipping import GradientClipping
from pseudogen.pitfall import WARNING, Findings, Pitfall, pitfall, report
from pseudogen.pitfalls.accelerating import accumulates, passes
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_CLIPS = ("clip_grad_norm_", "clip_grad_value_")


@pitfall("clip-in-every-pass")
def check_passes(findings: Findings) -> Iterator[Pitfall]:
    """Gradients are clipped after each backward pass, and the update comes after several."""
    told: list[Site] = []
    for clip in findings.of(GradientClipping):
        site = _call(findings.script, clip)
        if site is None:
            continue
        facts = _in_context(findings.script, site) or _before_turn(findings, site)
        if facts is not None and not _beside(findings.script, site, told):
            told.append(site)
            yield report(
                "clip-in-every-pass",
                WARNING,
                (clip.line, clip.end),
                "flow",
                call=site.name,
                limit=clip.limit,
                **facts,
            )


def _beside(script: Script, site: Site, told: list[Site]) -> bool:
    """Whether the other branch of an `if` clips likewise: one report tells of both."""
    return any(
        other.name == site.name and script.exclusive(other.statement, site.statement)
        for other in told
    )


def _call(script: Script, clip: GradientClipping) -> Site | None:
    calls = (s for at in statements_at(script, clip.line) for s in script.calls_in(at))
    return next((s for s in calls if method(s) in _CLIPS), None)


def _in_context(script: Script, site: Site) -> dict[str, Any] | None:
    """`with accelerator.accumulate(model):` around a clipping that does not ask whether this is
    the pass before the update."""
    steps = passes(script)
    around = script.tree.ancestors(site.statement.index)
    context = next((header for header in around if accumulates(header)), None)
    if steps is None or context is None:
        return None
    if any("sync_gradients" in text(h.node.test) for h in around if type(h.node) is cst.If):
        return None
    written = text(context.node.items[0].item)
    return {"steps": steps, "context": written, "condition": None, "line": context.first}


def _before_turn(findings: Findings, site: Site) -> dict[str, Any] | None:
    """`if (i + 1) % steps == 0: optimizer.step()` below a clipping that does not wait for it."""
    script = findings.script
    loop = script.loop_around(site.statement)
    for part in findings.of(GradientAccumulation):
        header = statement_at(script, part.line)
        if part.part != "condition" or type(header.node) is not cst.If or loop is None:
            continue
        same = script.loop_around(header) is loop and site.statement.index < header.after
        if not same or part.steps_value == 1:
            continue
        if _waits(script, part, header, site, loop) or not _updates_there(script, header, loop):
            continue
        facts = {"steps": part.steps, "condition": part.condition, "line": part.line}
        return {**facts, "context": None}
    return None


def _waits(
    script: Script, part: GradientAccumulation, header: Statement, site: Site, loop: Statement
) -> bool:
    """Whether the clipping runs before an update alone, or not in the rounds of it."""
    if inside(header, site.statement) or script.exclusive(header, site.statement):
        return True
    tests = [h.node.test for h in branches(script, site.statement, loop) if type(h.node) is cst.If]
    if any("%" in text(test) or has_word(text(test), part.steps) for test in tests):
        return True
    return any(  # that stops at the second pass: a pitfall of its own
        inside(loop, other.statement) and not inside(header, other.statement)
        for other in calls_of_methods(script, "unscale_")
    )


def _updates_there(script: Script, header: Statement, loop: Statement) -> bool:
    """Whether the block steps and clears, and nothing else in the loop does."""
    calls = [s for s in script.calls_below(loop) if method(s) in ("step", "zero_grad")]
    within = [s for s in calls if inside(header, s.statement)]
    return {"step", "zero_grad"} <= {method(s) for s in within} and len(within) == len(calls)


_TOP = "import torch\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
_LOOP = (
    "for i, (x, y) in enumerate(loader):\n"
    "    loss = criterion(model(x), y) / 4\n"
    "    loss.backward()\n"
)
_CLIP = "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n"
_UPDATE = "        optimizer.step()\n        optimizer.zero_grad()\n"
_TURN = "    if (i + 1) % 4 == 0:\n"
_ACCELERATOR = (
    "from accelerate import Accelerator\n"
    "accelerator = Accelerator(gradient_accumulation_steps=8)\n"
    "for batch in loader:\n"
    "    with accelerator.accumulate(model):\n"
    "        accelerator.backward(model(**batch).loss)\n"
)
_CLIPPED = "        accelerator.clip_grad_norm_(model.parameters(), 1.0)\n"
_ASKED = "        if accelerator.sync_gradients:\n    " + _CLIPPED
EXAMPLES = {
    "clip-in-every-pass": {
        _TOP + _LOOP + "    " + _CLIP + _TURN + _UPDATE: [(6, 6)],
        _ACCELERATOR + _CLIPPED + _UPDATE: [(6, 6)],
        _TOP
        + _LOOP
        + "    if half:\n        "
        + _CLIP
        + "    else:\n        "
        + _CLIP
        + _TURN
        + _UPDATE: [(7, 7)],
    },
}
COUNTEREXAMPLES = {
    "clip-in-every-pass": {
        _TOP + _LOOP + _TURN + "        " + _CLIP + _UPDATE: "it waits for the update",
        _TOP + _LOOP + "    " + _CLIP + "    optimizer.step()\n": "each pass makes an update",
        _ACCELERATOR + _ASKED + _UPDATE: "it asks for the last pass",
        _ACCELERATOR.replace("=8", "=1") + _CLIPPED + _UPDATE: "there is one pass",
    },
}
