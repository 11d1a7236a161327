"""parallel-wrap: the model is wrapped for data- or model-parallel training."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.decorators import decorating
from pseudogen.names.evidence import API, NAME, Evidence, Known
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, condition_of
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_PREPARES: dict[str, str] = {
    "prepare": "accelerate",
    "prepare_model": "accelerate",
    "setup": "fabric",
    "setup_module": "fabric",
    "boost": "colossalai",
    "distributed_model": "fleet",
}
_PREPARERS: dict[str, frozenset[str]] = {
    "accelerate": frozenset({"accelerator"}),
    "fabric": frozenset({"fabric"}),
    "colossalai": frozenset({"booster", "plugin"}),
    "fleet": frozenset({"fleet"}),
}
_DATA_ROLES = frozenset({"loader", "dataset", "sampler", "scheduler", "optimizer"})
_NAMED: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"ddp"}), "ddp"),
    (frozenset({"fsdp"}), "fsdp"),
    (frozenset({"shard", "model"}), "fsdp"),
    (frozenset({"parallelize"}), "other"),
    (frozenset({"gradient", "allreduce"}), "other"),
    (frozenset({"parallel", "model"}), "other"),
    (frozenset({"data", "parallel"}), "other"),
    (frozenset({"distributed", "model"}), "other"),
)
_VERBS = frozenset(
    {"shard", "wrap", "setup", "make", "smart", "apply", "parallelize", "convert", "to"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelWrap(Finding):
    """Facts of a wrap.

    Attributes:
        kind: "ddp", "dp", "fsdp", "deepspeed", "accelerate", "fabric", "horovod", "pmap"...
        target: What receives it; None when the model is changed in place or passed on.
        function: What is called, as written.
        model: What is wrapped, as written; None when it can't be told.
        prepared: All that is passed at once to a framework that prepares several objects.
        device_ids: As written; None when not given.
        find_unused_parameters: As written; None when not given.
        static_graph: As written; None when not given.
        broadcast_buffers: As written; None when not given.
        sharding: The sharding strategy as written; None when not given.
        condition: The condition under which it is done.
        optimizer_line: Where the optimizer is made, in the same function; None when not shown.
        bare_names: Whether the names in its state are those of the model, without a prefix.
        before_optimizer: Whether that is below the wrap; None when the optimizer is not shown.
    """

    pattern: ClassVar[str] = "parallel-wrap"

    kind: str
    target: str | None = None
    function: str
    model: str | None = None
    prepared: tuple[str, ...] = ()
    device_ids: str | None = None
    find_unused_parameters: str | None = None
    static_graph: str | None = None
    broadcast_buffers: str | None = None
    sharding: str | None = None
    condition: str | None = None
    optimizer_line: int | None = None
    bare_names: bool = False
    before_optimizer: bool | None = None


@pattern(ParallelWrap, kinds=("wrap",))
def find_known(site: Site, script: Script) -> Iterator[ParallelWrap]:
    """A wrapper of a library."""
    if site.known is not None and not site.name.startswith("super"):
        kind = site.known.api.traits.get("wrap", "other")
        yield _finding(site, script, kind, Evidence(site.known.evidence, (site.known.name,)))


@pattern(ParallelWrap, kinds=("strategy",))
def find_strategy(site: Site, script: Script) -> Iterator[ParallelWrap]:
    """`FSDPStrategy(sharding_strategy="HYBRID_SHARD")`: a framework wraps in this way."""
    if site.known is not None and not site.name.startswith("super"):
        yield ParallelWrap(
            line=site.line,
            end=site.last,
            evidence=Evidence(site.known.evidence, (site.known.name,)),
            kind=site.known.api.traits["wrap"],
            function=site.name,
            find_unused_parameters=script.argument_text(site, "find_unused_parameters"),
            static_graph=script.argument_text(site, "static_graph"),
            sharding=script.argument_text(site, "sharding_strategy"),
            condition=condition_of(script, site.statement, site.node),
        )


@pattern(ParallelWrap, statements=(cst.FunctionDef,), mentions=("pmap",))
def find_decorator(site: Site, script: Script) -> Iterator[ParallelWrap]:
    """`@partial(jax.pmap, axis_name="batch")` above a training step."""
    for decorator in site.node.decorators:
        known = decorating(decorator.decorator, site.scope, script)
        if known is not None and known.api.kind == "wrap":
            yield ParallelWrap(
                line=site.line,
                end=site.last,
                evidence=Evidence(known.evidence, (known.name,)),
                kind=known.api.traits.get("wrap", "other"),
                function=known.name,
                model=site.node.name.value,
            )


@pattern(ParallelWrap, methods=tuple(_PREPARES))
def find_prepare(site: Site, script: Script) -> Iterator[ParallelWrap]:
    """`accelerator.prepare(model, optimizer)`, `fabric.setup(model, optimizer)`."""
    if type(site.node.func) is not cst.Attribute or not site.node.args or site.known is not None:
        return
    kind = _PREPARES[site.node.func.attr.value]
    receiver = site.node.func.value
    role = script.is_a(receiver, site.scope, "accelerator")
    strategy = _strategy(receiver, site, script)
    if strategy is not None:
        kind, role = strategy.api.traits["wrap"], Evidence(strategy.evidence, (strategy.name,))
    if role is None and not set(words(dotted(receiver))) & _PREPARERS[kind]:
        return
    roles = [script.role(arg.value, site.scope) for arg in site.node.args]
    if all(r is not None and r.kind in _DATA_ROLES for r in roles):
        return
    yield _finding(site, script, kind, role or Evidence(NAME, (text(receiver),)))


@pattern(ParallelWrap, methods=("distrib_ctx", "to_distributed", "to_parallel", "parallel_ctx"))
def find_learner(site: Site, script: Script) -> Iterator[ParallelWrap]:
    """fastai's `with learn.distrib_ctx():`."""
    receiver = getattr(site.node.func, "value", None)
    trainer = script.is_a(receiver, site.scope, "trainer") if receiver is not None else None
    if trainer is not None:
        distributed = "distrib" in site.name.rpartition(".")[2]
        yield ParallelWrap(
            line=site.line,
            end=site.last,
            evidence=trainer,
            kind="ddp" if distributed else "dp",
            function=site.name,
            condition=script.condition(site.statement),
        )


def _strategy(receiver: Any, site: Site, script: Script) -> Known | None:
    """What is known of MMEngine's strategy that is asked to prepare; None for anything else."""
    for binding in script.resolver.bindings(dotted(receiver), site.scope):
        if binding.how == "assign" and type(binding.value) is cst.Call:
            known = script.known(binding.value.func, site.scope)
            if known is not None and known.api.traits.get("prepares") == "yes":
                return known
    return None


def _form(name: str) -> str | None:
    """How a helper wraps a model by its name, or None when the name says nothing of it."""
    named = set(words(name))
    if named & {"checkpointing", "checkpoint"}:
        return None  # activations are computed anew
    form = next((form for wanted, form in _NAMED if wanted <= named), None)
    return form if named & _VERBS else None


@pattern(ParallelWrap, calls=lambda name: _form(name) is not None)
def find_named(site: Site, script: Script) -> Iterator[ParallelWrap]:
    """`smart_DDP(model)`, `shard_model(model)`: helpers that this file lacks."""
    if site.known is not None or not site.node.args or {"policy"} & set(words(site.name)):
        return
    kind = _form(site.name)
    if kind is None or script.defines(site.name.rpartition(".")[2]):
        return
    models = (script.is_a(arg.value, site.scope, "model") for arg in site.node.args)
    if any(model is not None for model in models):
        yield _finding(site, script, kind, Evidence(NAME, (site.name,)))


def _finding(site: Site, script: Script, kind: str, evidence: Evidence) -> ParallelWrap:
    model = _model(site, script)
    optimizer = _optimizer(site, script)
    plain = [arg for arg in site.node.args if arg.keyword is None]
    several = len(plain) > 1 and kind in ("accelerate", "fabric", "colossalai")
    return ParallelWrap(
        line=site.line,
        end=site.last,
        evidence=evidence,
        kind=kind,
        target=assigned(site.statement, site.node),
        function=site.name,
        model=text(model) if model is not None else None,
        prepared=tuple(text(arg.value) for arg in plain) if several else (),
        device_ids=script.argument_text(site, "device_ids"),
        find_unused_parameters=script.argument_text(site, "find_unused_parameters"),
        static_graph=script.argument_text(site, "static_graph"),
        broadcast_buffers=script.argument_text(site, "broadcast_buffers"),
        sharding=script.argument_text(site, "sharding_strategy"),
        condition=condition_of(script, site.statement, site.node),
        bare_names=site.known is not None and site.known.api.traits.get("names") == "bare",
        optimizer_line=optimizer.line if optimizer is not None else None,
        before_optimizer=optimizer.statement.index > site.statement.index if optimizer else None,
    )


def _model(site: Site, script: Script) -> Any:
    for name in ("module", "model", "optimizer"):
        given = script.argument(site, name)
        if given is not None:
            return given
    for arg in site.node.args:
        if arg.keyword is None and script.is_a(arg.value, site.scope, "model") is not None:
            return arg.value
    first = site.node.args[0] if site.node.args else None
    return first.value if first is not None and first.keyword is None and not first.star else None


def _optimizer(site: Site, script: Script) -> Site | None:
    """The place in the same function where the optimizer is made, where there is one alone."""
    if site.known is not None and site.known.api.traits.get("wraps") == "optimizer":
        return None
    made = [
        other
        for other in script.call_sites()
        if other.scope == site.scope and other.known and other.known.api.kind == "optimizer"
    ]
    lines = {other.line for other in made}
    return made[0] if len(lines) == 1 else None


EXAMPLES = {
    (
        "from torch.nn.parallel import DistributedDataParallel as DDP\n"
        "model = DDP(model, device_ids=[local_rank], find_unused_parameters=True)\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)"
    ): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.nn.parallel.DistributedDataParallel",)),
            kind="ddp",
            target="model",
            function="DDP",
            model="model",
            device_ids="[local_rank]",
            find_unused_parameters="True",
            optimizer_line=3,
            before_optimizer=True,
        ),
    ],
    "model, optimizer, loader = accelerator.prepare(model, optimizer, loader)": [
        ParallelWrap(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("accelerator",)),
            kind="accelerate",
            target="model, optimizer, loader",
            function="accelerator.prepare",
            model="model",
            prepared=("model", "optimizer", "loader"),
        ),
    ],
    ("import deepspeed\nengine, optimizer, _, _ = deepspeed.initialize(args=args, model=net)"): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("deepspeed.initialize",)),
            kind="deepspeed",
            target="engine, optimizer",
            function="deepspeed.initialize",
            model="net",
        ),
    ],
    (
        "import horovod.torch as hvd\n"
        "optimizer = hvd.DistributedOptimizer(optimizer, named_parameters=model.named_parameters())"
    ): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("horovod.torch.DistributedOptimizer",)),
            kind="horovod",
            target="optimizer",
            function="hvd.DistributedOptimizer",
            model="optimizer",
        ),
    ],
    "if torch.cuda.device_count() > 1:\n    net = torch.nn.DataParallel(net).cuda()": [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("torch.nn.DataParallel",)),
            kind="dp",
            target="net",
            function="torch.nn.DataParallel",
            model="net",
            condition="torch.cuda.device_count() > 1",
        ),
    ],
    (
        "from torch.distributed.fsdp import fully_shard\n"
        "for layer in model.layers:\n"
        "    fully_shard(layer)\n"
        "fully_shard(model)"
    ): [
        ParallelWrap(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.distributed.fsdp.fully_shard",)),
            kind="fsdp",
            function="fully_shard",
            model="layer",
        ),
        ParallelWrap(
            line=4,
            end=4,
            evidence=Evidence(API, ("torch.distributed.fsdp.fully_shard",)),
            kind="fsdp",
            function="fully_shard",
            model="model",
        ),
    ],
    (
        "from mmengine._strategy import FSDPStrategy\n"
        "strategy = FSDPStrategy()\n"
        "net = strategy.prepare(net, optim_wrapper=optim)"
    ): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("mmengine._strategy.FSDPStrategy",)),
            kind="fsdp",
            function="FSDPStrategy",
        ),
        ParallelWrap(
            line=3,
            end=3,
            evidence=Evidence(API, ("mmengine._strategy.FSDPStrategy",)),
            kind="fsdp",
            target="net",
            function="strategy.prepare",
            model="net",
        ),
    ],
    ("from distributed import apply_gradient_allreduce\nmodel = apply_gradient_allreduce(model)"): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("apply_gradient_allreduce",)),
            kind="other",
            target="model",
            function="apply_gradient_allreduce",
            model="model",
        )
    ],
    ("import ignite.distributed as idist\nmodel = idist.auto_model(model)"): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("ignite.distributed.auto_model",)),
            kind="other",
            target="model",
            function="idist.auto_model",
            model="model",
        )
    ],
    (
        "from project import apply_data_parallel_wrapper\n"
        "model = apply_data_parallel_wrapper(config, model)"
    ): [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("apply_data_parallel_wrapper",)),
            kind="other",
            target="model",
            function="apply_data_parallel_wrapper",
            model="model",
        )
    ],
    "from lightning.fabric.strategies import FSDPStrategy\n"
    "how = FSDPStrategy(sharding_strategy='FULL_SHARD') if many else 'auto'": [
        ParallelWrap(
            line=2,
            end=2,
            evidence=Evidence(API, ("lightning.fabric.strategies.FSDPStrategy",)),
            kind="fsdp",
            function="FSDPStrategy",
            sharding="'FULL_SHARD'",
            condition="many",
        ),
    ],
    (
        "import functools, jax\n"
        "@functools.partial(jax.pmap, axis_name='chips')\n"
        "def advance(state, batch):\n"
        "    return state"
    ): [
        ParallelWrap(
            line=3,
            end=3,
            evidence=Evidence(API, ("jax.pmap",)),
            kind="pmap",
            function="jax.pmap",
            model="advance",
        ),
    ],
    (
        "from fastai.vision.all import *\n"
        "learn = vision_learner(dls, resnet18)\n"
        "with learn.distrib_ctx():\n"
        "    learn.fine_tune(3)"
    ): [
        ParallelWrap(
            line=3,
            end=3,
            evidence=Evidence(API, ("fastai.vision.all.vision_learner",)),
            kind="ddp",
            function="learn.distrib_ctx",
        )
    ],
}
COUNTEREXAMPLES = {
    "policy = fsdp_auto_wrap_policy(model)": "says how to wrap, wraps nothing",
    "train_loader = accelerator.prepare(train_loader)": "only the data are prepared",
    "policies.apply_fsdp_checkpointing(model)": "activations are computed anew",
    "if isinstance(model, torch.nn.DataParallel):\n    pass": "asks, wraps nothing",
    "features = pipeline.prepare(text)": "prepares no model",
}
