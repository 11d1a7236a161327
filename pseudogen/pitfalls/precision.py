"""Mixed precision: scaled gradients are clipped, stepped and followed up in the right order."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from pseudogen.names.blocks import (
    around,
    calls_of_methods,
    inside,
    method,
    neighbours,
    receiver,
    statement_at,
    statements_at,
)
from pseudogen.names.script import Script, Site
from pseudogen.names.words import words
from pseudogen.patterns.gradient_accumulation import GradientAccumulation
from pseudogen.patterns.gradient_clipping import GradientClipping
from pseudogen.pitfall import ERROR, Findings, Pitfall, pitfall, report
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Statement

_KEEPS = frozenset({"save", "load", "checkpoint", "checkpointer", "log", "print", "resume"})
"""Words of functions that write down or read a state, and nothing else."""


@pitfall("clip-before-unscale")
def check_clip(findings: Findings) -> Iterator[Pitfall]:
    """Scaled gradients are clipped: `scale(loss).backward()`, `clip_grad_norm_`, `scaler.step`."""
    script = findings.script
    for clip, before, after in _clippings(findings):
        scaled = next((s for s in reversed(before) if _scales(s)), None)
        step = next((s for s in after if _is_scaler(script, s) and method(s) == "step"), None)
        if scaled is None or step is None or any("unscale" in method(s) for s in before):
            continue
        yield report(
            "clip-before-unscale",
            ERROR,
            (clip.line, clip.end),
            "flow",
            call=clip.call,
            limit=clip.limit,
            scaler=receiver(step),
            optimizer=text(step.node.args[0].value) if step.node.args else None,
            scaled=scaled.line,
            late=next((s.line for s in after if "unscale" in method(s)), None),
        )


def _clippings(
    findings: Findings,
) -> Iterator[tuple[GradientClipping, list[Site], list[Site]]]:
    """The clippings by a call of PyTorch, each with the calls before and behind it."""
    for clip in findings.of(GradientClipping):
        site = _clip_call(findings.script, clip)
        if site is not None:
            yield clip, *_around(findings.script, site)


def _clip_call(script: Script, clip: GradientClipping) -> Site | None:
    """The call of PyTorch that clips; None for the settings of frameworks and for helpers."""
    calls = (s for at in statements_at(script, clip.line) for s in script.calls_in(at))
    return next((s for s in calls if _clips(script, s)), None)


def _clips(script: Script, site: Site) -> bool:
    if site.known is not None:
        return site.known.api.kind == "clip"
    made = method(site) in ("clip_grad_norm_", "clip_grad_value_") and receiver(site)
    return bool(made) and script.is_a(site.node.func.value, site.scope, "accelerator") is not None


def _around(script: Script, site: Site) -> tuple[list[Site], list[Site]]:
    calls = neighbours(script, site)
    index = site.statement.index
    before = [s for s in calls if s.statement.index < index]
    return before, [s for s in calls if s.statement.index > index]


def _scales(site: Site) -> bool:
    """`scaler.scale(loss).backward()`."""
    return site.name.endswith(".scale().backward")


def _is_scaler(script: Script, site: Site) -> bool:
    return bool(receiver(site)) and (
        script.is_a(site.node.func.value, site.scope, "scaler") is not None
    )


@pitfall("scaler-update-missing")
def check_update(findings: Findings) -> Iterator[Pitfall]:
    """`scaler.step(optimizer)` without `scaler.update()`."""
    script = findings.script
    names = {receiver(site) for site in calls_of_methods(script, "update")}
    last = {name.rpartition(".")[2] for name in names}
    for site in calls_of_methods(script, "step"):
        name = receiver(site)
        if not name or not site.node.args or name.rpartition(".")[2] in last:
            continue
        evidence = script.is_a(site.node.func.value, site.scope, "scaler")
        if evidence is None or around(script, site.statement) is None:
            continue
        beside = neighbours(script, site)
        if not any(map(_scales, beside)) or any(_passes(script, o, name) for o in beside):
            continue
        yield report(
            "scaler-update-missing",
            ERROR,
            (site.line, site.last),
            "flow" if evidence.kind == "name" else evidence.kind,
            scaler=name,
            optimizer=text(site.node.args[0].value),
        )


def _passes(script: Script, site: Site, name: str) -> bool:
    """Whether a call in the round hands the scaler on to somebody who may update it."""
    passed = any(text(arg.value) == name for arg in site.node.args)
    return passed and not _KEEPS & set(words(site.name)) and script.called_function(site) is None


@pitfall("clip-after-step")
def check_clip_after(findings: Findings) -> Iterator[Pitfall]:
    """`optimizer.step()` first, `clip_grad_norm_` afterwards: the update is not limited."""
    script = findings.script
    for clip, before, after in _clippings(findings):
        steps = [s for s in before if _steps(script, s)]
        back = [s for s in before if method(s) == "backward"]
        if not steps or not back or back[-1].statement.index > steps[-1].statement.index:
            continue
        if any(_steps(script, s) or method(s) == "backward" for s in after):
            continue
        yield report(
            "clip-after-step",
            ERROR,
            (clip.line, clip.end),
            "flow",
            call=clip.call,
            step=text(steps[-1].node),
            step_line=steps[-1].line,
            backward=back[-1].line,
        )


@pitfall("clip-before-backward")
def check_clip_early(findings: Findings) -> Iterator[Pitfall]:
    """`clip_grad_norm_` first, `loss.backward()` and the step afterwards."""
    script = findings.script
    for clip, before, after in _clippings(findings):
        if any(_may_differentiate(script, s) for s in before):
            continue
        then = [s for s in after if _may_differentiate(script, s) or _steps(script, s)]
        step = next((s for s in then if _steps(script, s)), None)
        if step is None or method(then[0]) != "backward":
            continue
        yield report(
            "clip-before-backward",
            ERROR,
            (clip.line, clip.end),
            "flow",
            call=clip.call,
            backward=then[0].line,
            step=text(step.node),
            step_line=step.line,
        )


def _may_differentiate(script: Script, site: Site) -> bool:
    """Whether a call makes a backward pass, or may lead to one."""
    if "backward" in words(method(site)):
        return True
    function = script.called_function(site)
    return function is not None and function.index in script.structure.trains


def _steps(script: Script, site: Site) -> bool:
    if method(site) != "step" or not receiver(site):
        return False
    role = script.role(site.node.func.value, site.scope)
    return role is not None and role.kind in ("optimizer", "scaler")


@pitfall("unscaled-in-every-pass")
def check_unscale(findings: Findings) -> Iterator[Pitfall]:
    """`scaler.unscale_(optimizer)` in each round of an accumulation that steps in some only."""
    script = findings.script
    for site in calls_of_methods(script, "unscale_"):
        loop = script.loop_around(site.statement)
        part = (
            _turn(findings, site, loop) if loop is not None and _is_scaler(script, site) else None
        )
        if part is None:
            continue
        yield report(
            "unscaled-in-every-pass",
            ERROR,
            (site.line, site.last),
            part.evidence.kind,
            call=text(site.node),
            scaler=receiver(site),
            condition=part.condition,
            condition_line=part.line,
        )


def _turn(findings: Findings, site: Site, loop: Statement) -> GradientAccumulation | None:
    """The condition below which alone the scaler of a call steps and is updated."""
    script = findings.script
    for part in findings.of(GradientAccumulation):
        header = statement_at(script, part.line)
        if part.part != "condition" or script.loop_around(header) is not loop:
            continue
        if type(header.node) is not cst.If or part.steps_value == 1:
            continue
        apart = inside(header, site.statement) or script.exclusive(header, site.statement)
        calls = {s.name for s in script.calls_below(header)}
        name = receiver(site)
        elsewhere = [
            s
            for s in script.calls_below(loop)
            if s.name == f"{name}.update"
            and not inside(header, s.statement)
            and not script.exclusive(s.statement, site.statement)
        ]
        if not apart and {f"{name}.step", f"{name}.update"} <= calls and not elsewhere:
            return part
    return None


_START = (
    "import torch\n"
    "scaler = torch.amp.GradScaler('cuda')\n"
    "for x, y in loader:\n"
    "    loss = criterion(model(x), y)\n"
    "    scaler.scale(loss).backward()\n"
)
_CLIP = "    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n"
_STEP = "    scaler.step(optimizer)\n"
_UNSCALE = "    scaler.unscale_(optimizer)\n"
_UPDATE = "    scaler.update()\n"
_PLAIN = (
    "import torch\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
    "for x, y in loader:\n"
    "    optimizer.zero_grad()\n"
    "    criterion(model(x), y).backward()\n"
)
_EARLY = (
    "import torch\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
    "for x, y in loader:\n"
    "    optimizer.zero_grad()\n"
    "    loss = criterion(model(x), y)\n" + _CLIP
)
_PASSES = _START.replace("for x, y in loader", "for i, (x, y) in enumerate(loader)").replace(
    "scale(loss)", "scale(loss / 4)"
)
_TURN = (
    "    if (i + 1) % 4 == 0:\n    " + _STEP + "    " + _UPDATE + "        optimizer.zero_grad()\n"
)
_INNER = _TURN.replace("0:\n", "0:\n    " + _UNSCALE)
EXAMPLES = {
    "clip-before-unscale": {
        _START + _CLIP + _STEP + _UPDATE: [(6, 6)],
        _START + _CLIP + _UNSCALE + _STEP + _UPDATE: [(6, 6)],
    },
    "scaler-update-missing": {
        _START + _STEP: [(6, 6)],
        _START + _UNSCALE + _CLIP + _STEP + "    optimizer.zero_grad()\n": [(8, 8)],
    },
    "unscaled-in-every-pass": {
        _PASSES + _UNSCALE + _TURN: [(6, 6)],
        _PASSES + "    if limit:\n    " + _UNSCALE + "    " + _CLIP + _TURN: [(7, 7)],
    },
    "clip-after-step": {
        _PLAIN + "    optimizer.step()\n" + _CLIP: [(7, 7)],
        _START + _UNSCALE + _STEP + _CLIP + _UPDATE: [(8, 8)],
    },
    "clip-before-backward": {
        _EARLY + "    loss.backward()\n    optimizer.step()\n": [(6, 6)],
        _EARLY + "    scaler.scale(loss).backward()\n    scaler.step(optimizer)\n" + _UPDATE: [
            (6, 6)
        ],
    },
}
COUNTEREXAMPLES = {
    "clip-before-unscale": {
        _START + _UNSCALE + _CLIP + _STEP + _UPDATE: "they are unscaled first",
        _PLAIN + _CLIP + "    optimizer.step()\n": "nothing is scaled",
        _START.replace("    scaler", "    if amp:\n        scaler")
        + "    else:\n        loss.backward()\n        "
        + _CLIP.strip()
        + "\n": "the branch that clips does not scale",
    },
    "scaler-update-missing": {
        _START + _STEP + _UPDATE: "it is updated",
        "scaler.step(optimizer)": "the rest may stand elsewhere",
    },
    "unscaled-in-every-pass": {
        _PASSES + _INNER: "only where the step follows",
        _START + _UNSCALE + _STEP + _UPDATE: "each round steps",
    },
    "clip-after-step": {
        _PLAIN + _CLIP + "    optimizer.step()\n": "it is clipped first",
        "import torch\n"
        "for x, y in loader:\n"
        "    optimizer.step()\n" + _CLIP: "without the backward pass in view",
    },
    "clip-before-backward": {
        _PLAIN + _CLIP + "    optimizer.step()\n": "the gradients are there",
        _EARLY + "    optimizer.step()\n    loss.backward()\n": "those of the last round are",
        _EARLY.replace("    loss =", "    losses = backward_all(model, x)\n    loss =")
        + "    loss.backward()\n    optimizer.step()\n": "some gradients may be there",
    },
}
