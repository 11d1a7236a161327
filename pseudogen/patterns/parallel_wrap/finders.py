"""What parallel-wrap is found by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import string
from pseudogen.names.decorators import decorating
from pseudogen.names.evidence import NAME, Evidence, Known
from pseudogen.names.modules import is_class_name
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, condition_of
from pseudogen.names.teachers import is_teacher
from pseudogen.names.words import suggested_role, words
from pseudogen.patterns.parallel_wrap.facts import ParallelWrap
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


@pattern(ParallelWrap, kinds=("wrap",))
def find_known(site: Site, script: Script) -> Iterator[ParallelWrap]:
    """A wrapper of a library."""
    if site.known is not None and not site.name.startswith("super"):
        kind = site.known.api.traits.get("wrap", "other")
        if kind == "deepspeed" and script.argument_text(site, "model_parameters") == "[]":
            return  # nothing is trained
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


@pattern(ParallelWrap, kinds=("trainer",))
def find_trainer(site: Site, script: Script) -> Iterator[ParallelWrap]:
    """`Trainer(devices=4, strategy="ddp")`: Lightning wraps the module by itself."""
    given = next((a for a in site.node.args if a.keyword and a.keyword.value in _STRATEGIES), None)
    if given is None or site.known is None or text(given.value) in _LEFT_OPEN:
        return
    told = string(given.value)
    kind = next((kind for kind in ("ddp", "fsdp", "deepspeed") if told.startswith(kind)), None)
    yield ParallelWrap(
        line=site.line,
        end=site.last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        kind=kind or ("dp" if told == "dp" else "lightning"),
        function=site.name,
        setting=f"{text(given.keyword)}={text(given.value)}",
        condition=condition_of(script, site.statement, site.node),
    )


_STRATEGIES = ("strategy", "distributed_backend")
_LEFT_OPEN = ("None", "'auto'", '"auto"')


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
    named = {suggested_role(dotted(arg.value)) for arg in site.node.args}
    if named <= _DATA_ROLES or all(r is not None and r.kind in _DATA_ROLES for r in roles):
        return
    if script.argument_text(site, "evaluation_mode") == "True":
        return  # a model that is not trained is not wrapped
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


@pattern(ParallelWrap, methods=("parallelize",), within=(cst.Expr,))
def find_own(site: Site, script: Script) -> Iterator[ParallelWrap]:
    """`model.parallelize()`: a model puts its own networks or layers on several devices."""
    receiver = getattr(site.node.func, "value", None)
    model = script.is_a(receiver, site.scope, "model") if receiver is not None else None
    if model is not None and not site.node.args and site.known is None:
        yield ParallelWrap(
            line=site.line,
            end=site.last,
            evidence=model,
            kind="other",
            function=site.name,
            model=text(receiver),
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
    if words(name)[-2:] == ("data", "parallel") and is_class_name(name):
        return "ddp" if "distributed" in named else "dp"
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
    first = text(site.node.args[0].value)
    same = script.argument(site, "device_ids") is not None
    same = same and assigned(site.statement, site.node) == first
    if same or any(model is not None for model in models):
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
        teacher=model is not None and is_teacher(script, text(model), site),
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
    if site.known is not None and site.known.api.traits.get("wraps") is not None:
        return None
    made = [other for other in script.calls_of_kind("optimizer") if other.scope == site.scope]
    lines = {other.line for other in made}
    return made[0] if len(lines) == 1 else None
