"""What mixed-precision is found by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.finding import pattern
from pseudogen.names.arguments import argument, string
from pseudogen.names.blocks import mentions
from pseudogen.names.engine_config import MARKS, entry, sections
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.handed_settings import handed
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, condition_of, target
from pseudogen.names.words import MAKING, words
from pseudogen.patterns.mixed_precision.facts import MixedPrecision
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import bare, text

_FRAMEWORKS = ("wrap", "accelerator", "process-group", "trainer", "training-arguments")
_PARTS = {
    "scaler": "scaler",
    "loss-scale": "scaler",
    "autocast": "context",
    "precision": "conversion",
    "precision-policy": "policy",
}
"""Kind of a table row -> the part that its call is."""
_SETTINGS = ("mixed_precision", "mp_policy", "precision", "fp16", "bf16", "use_amp", "amp")
_OFF = ("False", "None", "32", "'no'", '"no"', "'32'", '"32"', "'fp32'", "'32-true'", '"32-true"')
_SCALER_WORDS = frozenset({"native", "grad", "amp", "loss", "apex", "fp", "gradient"})


@pattern(MixedPrecision, kinds=tuple(_PARTS))
def find_library(site: Site, script: Script) -> Iterator[MixedPrecision]:
    """`GradScaler()`, `with autocast(dtype=torch.bfloat16):`, `amp.initialize(model)`."""
    if site.known is None or type(site.statement.node) in (cst.ClassDef, cst.FunctionDef):
        return
    part = _PARTS[site.known.api.kind]
    given = script.argument(site, "device_type")
    truth = given is not None and _is_truth(given)
    device = text(given) if given is not None else site.known.api.traits.get("device")
    yield MixedPrecision(
        line=site.line,
        end=site.last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        part=part,
        name=assigned(site.statement, site.node),
        api=site.known.name.rpartition(".")[2],
        dtype=_dtype(site, script),
        device=device if not truth else None,
        enabled=_enabled(site, script) or (device if truth else None),
        condition=script.condition(site.statement)
        if _either_way(site)
        else condition_of(script, site.statement, site.node),
    )


def _either_way(site: Site) -> bool:
    """Whether both branches of a choice make the same: `amp.GradScaler("cuda") if new else
    cuda.amp.GradScaler()`."""
    value = getattr(site.statement.node, "value", None)
    made = (value.body, value.orelse) if type(value) is cst.IfExp else ()
    return len({dotted(getattr(one, "func", None)).rpartition(".")[2] for one in made}) == 1


def _dtype(site: Site, script: Script) -> str | None:
    """The format, where all that is converted gets it."""
    if site.known is not None and site.known.api.traits.get("converts") == "some":
        return None  # normalization layers stay as they are
    return script.argument_text(site, "dtype") or script.argument_text(site, "param_dtype")


def _enabled(site: Site, script: Script) -> str | None:
    given = script.argument(site, "enabled") or script.argument(site, "enable")
    return bare(given) if given is not None else None


@pattern(MixedPrecision, statements=(cst.With,))
def find_context(site: Site, script: Script) -> Iterator[MixedPrecision]:
    """`with ctx:` where `ctx` holds an autocast, `with accelerator.autocast():`."""
    for item in site.node.items:
        called = type(item.item) is cst.Call
        function = item.item.func if called else item.item
        if called and script.known(function, site.scope) is not None:
            continue
        name = dotted(function)
        evidence = _autocasts(name, site, script)
        if evidence is not None:
            yield MixedPrecision(
                line=site.line,
                end=site.last,
                evidence=evidence,
                part="context",
                name=None if called else name,
                api=name.rpartition(".")[2] if called else None,
                maker=_maker(name, site, script),
                enabled=_told_enabled(item.item) if called else None,
                condition=script.condition(site.statement),
            )
            return


def _told_enabled(call: cst.Call) -> str | None:
    """What a helper is told of whether it is to have an effect."""
    given = argument(call, "enabled")
    first = call.args[0].value if call.args and call.args[0].keyword is None else None
    if given is None and first is not None and _is_truth(first):
        given = first
    return bare(given) if given is not None else None


def _is_truth(node: Any) -> bool:
    """Whether an expression is true or false, whatever it is about: `args.half and cuda`."""
    return type(node) in (cst.Comparison, cst.BooleanOperation) or text(node) in ("True", "False")


def _maker(name: str, site: Site, script: Script) -> str | None:
    """The helper that gives what is called `autocast`, if it is told something by which it may
    decide: `autocast = get_autocast(args.precision)`."""
    for binding in script.reaching(name, site.statement.index) if name else ():
        value = binding.value
        if type(value) is not cst.Call or not value.args:
            continue
        first = words(dotted(value.func))[:1]
        if script.known(value.func, site.scope) is None and first and first[0] in MAKING:
            return text(value)
    return None


_MANAGERS = frozenset({"context", "handler", "helper", "manager", "trainer"})
"""Last words of classes of projects that take care of mixed precision."""


def _managed(name: str, site: Site, script: Script) -> bool:
    """Whether a context is that of such an object: `with amp.context():`."""
    receiver, _, method = name.rpartition(".")
    if method not in ("autocast", "context") or not receiver:
        return False
    made = (b.value for b in script.reaching(receiver, site.statement.index) if b.how == "assign")
    named = (set(words(dotted(value.func))) for value in made if type(value) is cst.Call)
    return any({"mixed", "precision"} <= found and found & _MANAGERS for found in named)


def _autocasts(name: str, site: Site, script: Script) -> Evidence | None:
    """What tells that a context autocasts: what is assigned to it, or its name."""
    if _managed(name, site, script):
        return Evidence(FLOW, (name,))
    for binding in script.reaching(name, site.statement.index) if name else ():
        if binding.value is not None and "autocast" in text(binding.value):
            return Evidence(FLOW, (name,))
    named = words(name)
    if "autocast" in named or "auto_cast" in name or named == ("precision", "scope"):
        return Evidence(NAME, (name,))
    return None


_CASTS = ("autocast", "auto_cast")
"""One of these is written, at least where it is imported."""


def _find_deferred(site: Site, script: Script) -> Iterator[MixedPrecision]:
    """`amp_autocast = partial(torch.autocast, dtype=amp_dtype)`, `amp_autocast = autocast`."""
    value = site.node.value
    passed = value
    if type(value) is cst.Call and dotted(value.func).endswith("partial") and value.args:
        passed = value.args[0].value
    if type(passed) not in (cst.Name, cst.Attribute) or not mentions(script, *_CASTS):
        return
    known = script.known(passed, site.scope)
    if known is not None and known.api.kind == "autocast":
        dtype = argument(value, "dtype") if type(value) is cst.Call else None
        yield MixedPrecision(
            line=site.line,
            end=site.last,
            evidence=Evidence(known.evidence, (known.name,)),
            part="context",
            name=text(site.node.targets[0].target),
            api=known.name.rpartition(".")[2],
            dtype=text(dtype) if dtype is not None else None,
            condition=script.condition(site.statement),
        )


find_partial = pattern(
    MixedPrecision, statements=(cst.Assign,), values=(cst.Call,), mentions=("partial",)
)(_find_deferred)
find_alias = pattern(MixedPrecision, statements=(cst.Assign,), values=(cst.Name, cst.Attribute))(
    _find_deferred
)


@pattern(MixedPrecision, methods=("to_fp16", "to_bf16"))
def find_learner(site: Site, script: Script) -> Iterator[MixedPrecision]:
    """fastai's `learn.to_fp16()`, also right behind the learner's constructor."""
    if type(site.node.func) is not cst.Attribute:
        return
    trainer = script.is_a(site.node.func.value, site.scope, "trainer")
    if trainer is not None and trainer.kind != NAME:
        yield MixedPrecision(
            line=site.line,
            end=site.last,
            evidence=trainer,
            part="policy",
            api=site.node.func.attr.value,
            condition=script.condition(site.statement),
        )


_HALVES = ("bfloat16", "float16", "half")


@pattern(MixedPrecision, methods=("set_default_dtype",), mentions=_HALVES)
def find_default(site: Site, script: Script) -> Iterator[MixedPrecision]:
    """`torch.set_default_dtype(torch.bfloat16)`: what is made from now on is in half precision."""
    given = text(site.node.args[0].value) if len(site.node.args) == 1 else ""
    full = script.resolver.qualified(site.name, site.scope)
    if given.strip("'\"").rpartition(".")[2] in _HALVES and full:
        yield MixedPrecision(
            line=site.line,
            end=site.last,
            evidence=Evidence(API, full[:1]),
            part="policy",
            api="set_default_dtype",
            condition=script.condition(site.statement),
        )


@pattern(MixedPrecision, methods=("set_experimental_options",))
def find_option(site: Site, script: Script) -> Iterator[MixedPrecision]:
    """`tf.config.optimizer.set_experimental_options({"auto_mixed_precision": True})`."""
    told = site.node.args[0].value if site.node.args else None
    given = entry(told, "auto_mixed_precision") if type(told) is cst.Dict else None
    if given is not None and text(given) not in _OFF:
        yield MixedPrecision(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, (site.name,)),
            part="setting",
            api="set_experimental_options",
            setting=f"auto_mixed_precision={text(given)}",
            condition=script.condition(site.statement),
        )


@pattern(MixedPrecision, methods=("amp_init",))
def find_static(site: Site, script: Script) -> Iterator[MixedPrecision]:
    """Paddle's `optimizer.amp_init(place)`, which casts the parameters of a static program."""
    if type(site.node.func) is cst.Attribute and site.node.args:
        yield MixedPrecision(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, (site.name,)),
            part="conversion",
            api="amp_init",
            condition=script.condition(site.statement),
        )


@pattern(MixedPrecision, kinds=_FRAMEWORKS)
def find_setting(site: Site, script: Script) -> Iterator[MixedPrecision]:
    """`Accelerator(mixed_precision="fp16")`, `Trainer(precision="bf16-mixed")`,
    `FSDP(model, mixed_precision=policy)`."""
    told = [
        f"{name}={text(value)}"
        for name in _SETTINGS
        if (value := argument(site.node, name)) is not None and text(value) not in _OFF
    ]
    if told and site.known is not None:
        yield MixedPrecision(
            line=site.line,
            end=site.last,
            evidence=Evidence(site.known.evidence, (site.known.name,)),
            part="setting",
            name=assigned(site.statement, site.node),
            api=site.known.name.rpartition(".")[2],
            setting=", ".join(told),
            condition=script.condition(site.statement),
        )


@pattern(MixedPrecision, statements=(cst.Assign, cst.Return), values=(cst.Dict,), mentions=MARKS)
def find_configured(site: Site, script: Script) -> Iterator[MixedPrecision]:
    """`{"zero_optimization": ..., "fp16": {"enabled": True}}` of DeepSpeed."""
    for section in sections(site, script, "fp16", "bf16", "bfloat16"):
        enabled = entry(section.value, "enabled")
        if enabled is not None and text(enabled) != "False":
            yield MixedPrecision(
                line=section.line,
                end=section.line,
                evidence=Evidence(FLOW, (section.key,)),
                part="setting",
                api="DeepSpeed",
                enabled=text(enabled),
                setting=section.key,
            )


@pattern(MixedPrecision, statements=(cst.Assign,), mentions=("precision", "fp16", "bf16"))
def find_handed(site: Site, script: Script) -> Iterator[MixedPrecision]:
    """`settings["precision"] = 16`, which `Trainer(**settings)` is then given."""
    told = handed(site, script)
    if told is None or told.key not in _SETTINGS or text(told.value) in _OFF:
        return
    if told.known.api.kind in _FRAMEWORKS:
        yield MixedPrecision(
            line=site.line,
            end=site.last,
            evidence=Evidence(told.known.evidence, (told.known.name,)),
            part="setting",
            api=told.known.name.rpartition(".")[2],
            setting=f"{told.key}={text(told.value)}",
            condition=script.condition(site.statement),
        )


@pattern(MixedPrecision, statements=(cst.Assign,), mentions=("ampoptimwrapper",))
def find_wrapper(site: Site, script: Script) -> Iterator[MixedPrecision]:
    """`cfg.optim_wrapper.type = "AmpOptimWrapper"`, which MMEngine then builds."""
    if string(site.node.value) == "AmpOptimWrapper":
        yield MixedPrecision(
            line=site.line,
            end=site.last,
            evidence=Evidence(API, ("AmpOptimWrapper",)),
            part="policy",
            api="AmpOptimWrapper",
            condition=script.condition(site.statement),
        )


@pattern(
    MixedPrecision, statements=(cst.Assign,), values=(cst.Call,), mentions=("scaler", "precision")
)
def find_named_scaler(site: Site, script: Script) -> Iterator[MixedPrecision]:
    """`loss_scaler = NativeScalerWithGradNormCount()` of the project's own code."""
    call = site.node.value
    if script.known(call.func, site.scope) is not None:
        return
    name = dotted(call.func)
    named = set(words(name))
    class_like = name.rpartition(".")[2][:1].isupper()
    scales = "scaler" in named and bool(named & _SCALER_WORDS)
    manages = {"mixed", "precision"} <= named and bool(named & _MANAGERS)
    if class_like and (scales or manages):
        yield MixedPrecision(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (name,)),
            part="scaler" if scales else "policy",
            name=target(site.statement),
            api=name.rpartition(".")[2],
            condition=script.condition(site.statement),
        )


@pattern(MixedPrecision, methods=("half", "bfloat16", "to"))
def find_conversion(site: Site, script: Script) -> Iterator[MixedPrecision]:
    """`model.half()`, `model.to(torch.bfloat16)`."""
    if type(site.node.func) is not cst.Attribute:
        return
    receiver, method = site.node.func.value, site.node.func.attr.value
    dtype = method if not site.node.args else None
    for arg in site.node.args:
        if text(arg.value) in ("torch.float16", "torch.bfloat16", "torch.half"):
            dtype = text(arg.value)
    if _widened_again(site):
        return
    if (
        dtype in (None, "to")
        or script.is_a(receiver, site.scope, "model") is None
        or not _trains(script)
        or _evaluates(site, script)
    ):
        return
    yield MixedPrecision(
        line=site.line,
        end=site.last,
        evidence=Evidence(FLOW, (text(receiver),)),
        part="conversion",
        name=text(receiver),
        api=method,
        dtype=dtype,
        condition=script.condition(site.statement),
    )


def _trains(script: Script) -> bool:
    """Whether the script trains: by steps of its own, or by a framework."""
    return bool(script.structure.steps) or any(
        script.fit_call(site) is not None for site in script.call_sites()
    )


def _evaluates(site: Site, script: Script) -> bool:
    """Whether a function evaluates, by its name: the model is converted for that alone."""
    function = script.function_around(site.statement)
    named = set(words(function.node.name.value)) if function is not None else set()
    return bool(named & {"eval", "evaluate", "evaluation", "infer", "inference", "predict"})


def _widened_again(site: Site) -> bool:
    """`model.half().float()`: the values are rounded, the type stays."""
    value = getattr(site.statement.node, "value", None)
    while type(value) is cst.Call and type(value.func) is cst.Attribute:
        if value.func.value is site.node:
            return value.func.attr.value in ("float", "double")
        value = value.func.value
    return False
