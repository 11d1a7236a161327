"""Resumptions that settings tell a framework of."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.evidence import FLOW, Evidence
from pseudogen.names.handed_settings import handed
from pseudogen.names.script import Script, Site
from pseudogen.names.switched import switched_on
from pseudogen.patterns.checkpoint_resume.facts import CheckpointResume
from pseudogen.syntax.text import text

CONTINUES = ("ckpt_path", "resume_from_checkpoint", "load_path")
"""Arguments of trainers that name the checkpoint to go on from."""


@pattern(CheckpointResume, statements=(cst.Assign,), mentions=("ckpt_path", "resume", "load_path"))
def find_handed(site: Site, script: Script) -> Iterator[CheckpointResume]:
    """`settings["resume_from_checkpoint"] = path`, which `Trainer(**settings)` is then given."""
    told = handed(site, script)
    if told is not None and told.key in CONTINUES and told.known.api.kind == "trainer":
        yield CheckpointResume(
            line=site.line,
            end=site.last,
            evidence=Evidence(told.known.evidence, (told.known.name,)),
            how="argument",
            call=told.known.name.rpartition(".")[2],
            path=text(told.value),
            condition=script.condition(site.statement),
        )


@pattern(CheckpointResume, statements=(cst.Assign,), mentions=("resume",))
def find_switched(site: Site, script: Script) -> Iterator[CheckpointResume]:
    """`cfg.resume = True` of MMEngine, `cfg.resume_from = args.resume_from` of MMCV."""
    given = switched_on(site, script, "resume") or switched_on(site, script, "resume_from")
    if given is not None:
        target = text(site.node.targets[0].target)
        yield CheckpointResume(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, (target,)),
            how="setting",
            call=target,
            path=text(given),
            condition=script.condition(site.statement),
        )
