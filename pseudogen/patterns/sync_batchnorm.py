"""sync-batchnorm: batch norm is converted to share statistics among processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern, speaks_of
from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncBatchnorm(Finding):
    """Facts of a conversion.

    Attributes:
        target: What receives the converted model; None when it is passed on at once.
        function: What converts, as written.
        model: What is converted, as written; None when that is not seen.
        group: The processes that share statistics, as written; None: all of them.
        wrap_line: Where the model is wrapped for several processes, in the same function; None
            when that is not seen.
        before_wrap: Whether that is below; None when it is not seen.
        applied: Whether a function of the project is applied to the layers: which GPUs or processes
            share the statistics then, the script does not show.
        condition: The condition under which it happens.
    """

    pattern: ClassVar[str] = "sync-batchnorm"

    target: str | None = None
    function: str
    model: str | None = None
    group: str | None = None
    wrap_line: int | None = None
    before_wrap: bool | None = None
    applied: bool = False
    condition: str | None = None


@pattern(SyncBatchnorm, kinds=("sync-batchnorm",))
def find_known(site: Site, script: Script) -> Iterator[SyncBatchnorm]:
    """`torch.nn.SyncBatchNorm.convert_sync_batchnorm(model)`."""
    if site.known is not None:
        yield _finding(site, script, Evidence(site.known.evidence, (site.known.name,)))


@pattern(SyncBatchnorm, calls=speaks_of("sync"))
def find_named(site: Site, script: Script) -> Iterator[SyncBatchnorm]:
    """`convert_syncbn(model)`: helpers that this file lacks."""
    last = site.name.rpartition(".")[2].lower()
    if site.known is not None or "sync" not in last or script.defines(site.name):
        return
    joined = "".join(words(site.name))
    converts = "convert" in joined and ("syncbn" in joined or "syncbatchnorm" in joined)
    if converts and site.node.args:
        yield _finding(site, script, Evidence(NAME, (site.name,)))


@pattern(SyncBatchnorm, methods=("apply",), mentions=("sync",))
def find_applied(site: Site, script: Script) -> Iterator[SyncBatchnorm]:
    """`model.apply(replace_with_sync_bn)`: a function of the project changes the layers."""
    given = dotted(site.node.args[0].value) if len(site.node.args) == 1 else ""
    joined = "".join(words(given))
    model = site.node.func.value if type(site.node.func) is cst.Attribute else None
    if model is not None and ("syncbn" in joined or "syncbatchnorm" in joined):
        found = _finding(site, script, Evidence(NAME, (given,)))
        yield replace(found, function=given, model=text(model), applied=True)


def _group(site: Site, script: Script) -> str | None:
    """The processes that share statistics, as written: by the name of the parameter or behind the
    model."""
    given = script.argument_text(site, "process_group")
    plain = [arg.value for arg in site.node.args if arg.keyword is None and not arg.star]
    told = given or (text(plain[1]) if len(plain) > 1 else None)
    return None if told == "None" else told


def _finding(site: Site, script: Script, evidence: Evidence) -> SyncBatchnorm:
    first = site.node.args[0].value if site.node.args else None
    wraps = [
        other
        for other in script.calls_of_kind("wrap")
        if other.scope == site.scope
        and other.known is not None
        and other.known.api.traits.get("wrap") in ("ddp", "fsdp")
    ]
    wrap = wraps[0] if len({w.line for w in wraps}) == 1 else None
    return SyncBatchnorm(
        line=site.line,
        end=site.last,
        evidence=evidence,
        target=assigned(site.statement, site.node),
        function=site.name,
        model=text(first) if first is not None else None,
        group=_group(site, script),
        wrap_line=wrap.line if wrap is not None else None,
        before_wrap=wrap.statement.index >= site.statement.index if wrap is not None else None,
        condition=script.condition(site.statement),
    )


EXAMPLES = {
    (
        "import torch\n"
        "model = torch.nn.SyncBatchNorm.convert_sync_batchnorm(model)\n"
        "model = torch.nn.parallel.DistributedDataParallel(model)"
    ): [
        SyncBatchnorm(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.nn.SyncBatchNorm.convert_sync_batchnorm",)),
            target="model",
            function="torch.nn.SyncBatchNorm.convert_sync_batchnorm",
            model="model",
            wrap_line=3,
            before_wrap=True,
        ),
    ],
    "if args.sync_bn:\n    model = convert_syncbn_model(model)": [
        SyncBatchnorm(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("convert_syncbn_model",)),
            target="model",
            function="convert_syncbn_model",
            model="model",
            condition="args.sync_bn",
        ),
    ],
    (
        "from torch import nn\n"
        "net = nn.parallel.DistributedDataParallel(nn.SyncBatchNorm.convert_sync_batchnorm(net))"
    ): [
        SyncBatchnorm(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.nn.SyncBatchNorm.convert_sync_batchnorm",)),
            function="nn.SyncBatchNorm.convert_sync_batchnorm",
            model="net",
            wrap_line=2,
            before_wrap=True,
        ),
    ],
    ("model.apply(replace_with_sync_bn)"): [
        SyncBatchnorm(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("replace_with_sync_bn",)),
            function="replace_with_sync_bn",
            applied=True,
            model="model",
        )
    ],
    "model = ops.convert_sync_batchnorm(model, group)": [
        SyncBatchnorm(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("ops.convert_sync_batchnorm",)),
            target="model",
            function="ops.convert_sync_batchnorm",
            model="model",
            group="group",
        )
    ],
}
COUNTEREXAMPLES = {
    "self.norm = nn.SyncBatchNorm(64)": "a layer is made, nothing is converted",
    "sync_bn = args.sync_bn and distributed": "a setting",
    "model = revert_sync_batchnorm(model)": "the other way round",
    ("model.apply(init_weights)"): "another change of all layers",
}
