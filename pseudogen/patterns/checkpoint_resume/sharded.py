"""Resumptions by torch.distributed.checkpoint, where each process reads its own shards."""

from __future__ import annotations

from collections.abc import Iterator

from pseudogen.finding import pattern
from pseudogen.names.arguments import written_keys
from pseudogen.names.evidence import Evidence
from pseudogen.names.load_purposes import after_training
from pseudogen.names.script import Script, Site
from pseudogen.patterns.checkpoint_resume.facts import CheckpointResume
from pseudogen.syntax.text import text


@pattern(CheckpointResume, kinds=("load",))
def find_sharded(site: Site, script: Script) -> Iterator[CheckpointResume]:
    """`dcp.load({"model": weights, "optimizer": state}, checkpoint_id=folder)`: the tensors of a
    state are filled in place."""
    if site.known is None or "sharded" not in site.known.api.traits:
        return
    state = script.argument(site, "state_dict")
    keys = written_keys(state)
    if len(keys) < 2 or not script.structure.steps or after_training(script, site.statement):
        return
    path = script.argument(site, "checkpoint_id")
    yield CheckpointResume(
        line=site.line,
        end=site.last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        how="load",
        call=site.name,
        path=text(path) if path is not None else None,
        restores=keys,
        others=True,
        condition=script.condition(site.statement),
    )
