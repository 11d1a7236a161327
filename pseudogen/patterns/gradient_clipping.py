"""gradient-clipping: gradients are clipped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern, speaks_of
from pseudogen.names.arguments import argument, string
from pseudogen.names.engine_config import MARKS, sections
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.modules import parameters_of
from pseudogen.names.rates import optimizer_passed
from pseudogen.names.script import Script, Site
from pseudogen.names.training import CLIPPING_METHODS
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.text import text

_SETTINGS = ("gradient_clip_val", "max_grad_norm", "clip_grad", "clipnorm", "global_clipnorm")


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientClipping(Finding):
    """Facts of a clipping of gradients.

    Attributes:
        how: "norm", "value", or None when the script does not say.
        limit: The largest norm or value.
        limit_value: It where constants tell.
        parameters: Whose gradients are clipped.
        norm: The norm that it is given, where it does not measure that of `parameters` itself.
        call: What does it.
        setting: For a framework that clips, the argument that says so.
        added: Whether a helper adds it to the steps of the optimizer, by its name.
        condition: The condition under which it is done.
        unscaled: The line of `scaler.unscale_` before it.
        steps: The line of the optimizer's step after it.
        per: "step" or "epoch".
    """

    pattern: ClassVar[str] = "gradient-clipping"

    how: str | None = None
    limit: str | None = None
    limit_value: int | float | None = None
    parameters: str | None = None
    norm: str | None = None
    call: str | None = None
    setting: str | None = None
    added: bool = False
    condition: str | None = None
    unscaled: int | None = None
    steps: int | None = None
    per: str | None = None


@pattern(GradientClipping, kinds=("clip",), methods=CLIPPING_METHODS)
def find_call(site: Site, script: Script) -> Iterator[GradientClipping]:
    """`torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)`."""
    known = site.known if site.known is not None and site.known.api.kind == "clip" else None
    if known is None and (site.known is not None or not site.name):
        return
    method = site.name.rpartition(".")[2]
    how = known.api.traits.get("clip") if known else _how(method)
    limit = script.argument(site, known.api.traits["limit"]) if known else _limit(site)
    parameters = script.argument(site, "parameters")
    if limit is not None and text(limit).replace("'", '"') in ('float("inf")', "math.inf", "inf"):
        return  # only the norm is asked for
    if limit is not None and text(limit) == "None":
        return  # the norm alone is measured, or what happens is up to a default
    if type(limit) is cst.IfExp and "None" in (text(limit.body), text(limit.orelse)):
        limit = None  # another limit may be given instead
    if known is None and site.node.args:
        first = site.node.args[0]
        plain = first.keyword is None and first.value is not limit
        parameters = first.value if plain else parameters
    around = script.loop_around(site.statement) or script.function_around(site.statement)
    unscaled, steps = _surroundings(site, script, around)
    yield GradientClipping(
        line=site.line,
        end=site.last,
        evidence=Evidence(known.evidence, (known.name,)) if known else Evidence(NAME, (site.name,)),
        how=how,
        limit=text(limit) if limit is not None else None,
        limit_value=script.value(limit, site.statement.index) if limit is not None else None,
        parameters=text(parameters) if parameters is not None else None,
        norm=script.argument_text(site, "total_norm") if known else None,
        call=method,
        condition=script.condition(site.statement),
        unscaled=unscaled,
        steps=steps,
        per=script.unit(site.statement),
    )


@pattern(GradientClipping, calls=speaks_of("clipping"), within=(cst.Assign, cst.Expr))
def find_added(site: Site, script: Script) -> Iterator[GradientClipping]:
    """`optimizer = maybe_add_gradient_clipping(cfg, optimizer)`: a helper makes it clip."""
    named = words(site.name)
    adds = "add" in named and named[-2:] in (("gradient", "clipping"), ("grad", "clipping"))
    if adds and optimizer_passed(script, site) is not None:
        yield GradientClipping(
            line=site.line,
            end=site.last,
            evidence=Evidence(NAME, (site.name,)),
            call=site.name,
            added=True,
            condition=script.condition(site.statement),
        )


@pattern(GradientClipping, calls=lambda name: name == "getattr()", mentions=("clip_grad_",))
def find_chosen(site: Site, script: Script) -> Iterator[GradientClipping]:
    """`getattr(torch.nn.utils, "clip_grad_%s_" % mode)(model.parameters(), limit)`."""
    asked: Any = site.node.func
    if type(asked) is not cst.Call or len(asked.args) < 2 or len(site.node.args) < 2:
        return
    name = asked.args[1].value
    name = name.left if type(name) is cst.BinaryOperation else name
    if not (string(name) or "").startswith("clip_grad_"):
        return
    limit = site.node.args[1].value
    yield GradientClipping(
        line=site.line,
        end=site.last,
        evidence=Evidence(NAME, (text(asked),)),
        limit=text(limit),
        limit_value=script.value(limit, site.statement.index),
        parameters=text(site.node.args[0].value),
        call=text(asked),
        condition=script.condition(site.statement),
        per=script.unit(site.statement),
    )


def _how(method: str) -> str | None:
    return "norm" if "norm" in method else "value" if "value" in method else None


_LIMITS = (
    "max_norm",
    "clip_value",
    "max_grad_norm",
    "clip_val",
    "gradient_clip_val",
    "clip_grad",
    "norm",
)


def _limit(site: Site) -> Any:
    for name in _LIMITS:
        found = argument(site.node, name)
        if found is not None:
            return found
    plain = [arg.value for arg in site.node.args if arg.keyword is None]
    if len(plain) == 1 and parameters_of(plain[0]) is not None:
        return None
    return plain[1] if len(plain) > 1 else plain[0] if len(plain) == 1 else None


def _surroundings(site: Site, script: Script, around: Any) -> tuple[int | None, int | None]:
    unscaled = steps = None
    for other in script.calls_below(around) if around is not None else script.call_sites():
        method = other.name.rpartition(".")[2]
        before = other.statement.index < site.statement.index
        if (
            method == "unscale_"
            and before
            and not script.exclusive(other.statement, site.statement)
        ):
            unscaled = other.line
        elif method == "step" and not before and steps is None:
            named = "schedul" not in other.name and "profiler" not in other.name
            steps = other.line if named else None
    return unscaled, steps


@pattern(GradientClipping, statements=(cst.Assign, cst.Return), values=(cst.Dict,), mentions=MARKS)
def find_configured(site: Site, script: Script) -> Iterator[GradientClipping]:
    """`{"zero_optimization": ..., "gradient_clipping": 1.0}` of DeepSpeed."""
    for section in sections(site, script, "gradient_clipping"):
        if text(section.value) not in ("None", "0", "0.0"):
            yield GradientClipping(
                line=section.line,
                end=section.line,
                evidence=Evidence(FLOW, (section.key,)),
                how="norm",
                limit=text(section.value),
                limit_value=script.value(section.value, site.statement.index),
                call="DeepSpeed",
                setting=section.key,
            )


@pattern(GradientClipping, keywords=_SETTINGS)
def find_setting(site: Site, script: Script) -> Iterator[GradientClipping]:
    """`Trainer(gradient_clip_val=1.0)`, `loss_scaler(loss, optimizer, clip_grad=5.0)`."""
    framework = site.known is not None and site.known.api.kind in (
        "trainer",
        "training-arguments",
        "optimizer",
    )
    if not framework and (site.known is not None or script.training_step(site) is None):
        return
    for name in _SETTINGS:
        value = argument(site.node, name)
        if value is not None and text(value) not in ("None", "0", "0.0"):
            known = site.known
            yield GradientClipping(
                line=site.line,
                end=site.last,
                evidence=Evidence(known.evidence, (known.name,))
                if known
                else Evidence(NAME, (site.name,)),
                how="norm" if name != "clip_grad" else None,
                limit=text(value),
                limit_value=script.value(value, site.statement.index),
                call=site.name,
                setting=name,
                condition=script.condition(site.statement),
                per=script.unit(site.statement),
            )


def _example(**facts: Any) -> list[GradientClipping]:
    facts.setdefault("end", facts["line"])
    return [GradientClipping(**facts)]


EXAMPLES = {
    "import torch\n"
    "scaler.unscale_(optimizer)\n"
    "torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)\n"
    "scaler.step(optimizer)": _example(
        line=3,
        evidence=Evidence(API, ("torch.nn.utils.clip_grad_norm_",)),
        how="norm",
        limit="1.0",
        limit_value=1.0,
        parameters="model.parameters()",
        call="clip_grad_norm_",
        unscaled=2,
        steps=4,
    ),
    "if grad_clip > 0:\n    clip_grad_value_(net.parameters(), grad_clip)": _example(
        line=2,
        evidence=Evidence(NAME, ("clip_grad_value_",)),
        how="value",
        limit="grad_clip",
        parameters="net.parameters()",
        call="clip_grad_value_",
        condition="grad_clip > 0",
    ),
    'cfg = {"train_batch_size": 8, "gradient_clipping": 0.5}': [
        GradientClipping(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("gradient_clipping",)),
            how="norm",
            limit="0.5",
            limit_value=0.5,
            call="DeepSpeed",
            setting="gradient_clipping",
        )
    ],
    "import lightning as L\ntrainer = L.Trainer(gradient_clip_val=0.5)": _example(
        line=2,
        evidence=Evidence(API, ("lightning.Trainer",)),
        how="norm",
        limit="0.5",
        limit_value=0.5,
        call="L.Trainer",
        setting="gradient_clip_val",
    ),
    "fabric.clip_gradients(model, opt, clip_val=v, max_norm=None if by_value else v)": _example(
        line=1,
        evidence=Evidence(NAME, ("fabric.clip_gradients",)),
        parameters="model",
        call="clip_gradients",
    ),
    "accelerator.clip_grad_norm_(model.parameters(), 1.0)": _example(
        line=1,
        evidence=Evidence(NAME, ("accelerator.clip_grad_norm_",)),
        how="norm",
        limit="1.0",
        limit_value=1.0,
        parameters="model.parameters()",
        call="clip_grad_norm_",
    ),
    "optimizer = maybe_add_gradient_clipping(cfg, optimizer)": [
        GradientClipping(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("maybe_add_gradient_clipping",)),
            call="maybe_add_gradient_clipping",
            added=True,
        )
    ],
    (
        "if half:\n"
        "    scaler.unscale_(opt)\n"
        "    clip_grad_norm_(net.parameters(), 5)\n"
        "    scaler.step(opt)\n"
        "else:\n"
        "    clip_grad_norm_(net.parameters(), 5)\n"
        "    opt.step()"
    ): [
        GradientClipping(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("clip_grad_norm_",)),
            how="norm",
            limit="5",
            limit_value=5,
            parameters="net.parameters()",
            call="clip_grad_norm_",
            condition="half",
            unscaled=2,
            steps=4,
        ),
        GradientClipping(
            line=6,
            end=6,
            evidence=Evidence(NAME, ("clip_grad_norm_",)),
            how="norm",
            limit="5",
            limit_value=5,
            parameters="net.parameters()",
            call="clip_grad_norm_",
            condition="not half",
            steps=7,
        ),
    ],
    (
        "self.optimizer.zero_grad()\n"
        "self.clip_grads(self.model.parameters())\n"
        "self.optimizer.step()"
    ): [
        GradientClipping(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("self.clip_grads",)),
            parameters="self.model.parameters()",
            call="clip_grads",
            steps=3,
        )
    ],
    ("optimizer.clip_master_grads(args.clip)\n"): [
        GradientClipping(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("optimizer.clip_master_grads",)),
            limit="args.clip",
            call="clip_master_grads",
        )
    ],
    (
        "import torch\n"
        "getattr(torch.nn.utils, 'clip_grad_%s_' % mode)(model.parameters(), args.limit)\n"
        ""
    ): [
        GradientClipping(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("getattr(torch.nn.utils, 'clip_grad_%s_' % mode)",)),
            limit="args.limit",
            parameters="model.parameters()",
            call="getattr(torch.nn.utils, 'clip_grad_%s_' % mode)",
        )
    ],
    (
        "from torch.nn.utils import clip_grads_with_norm_\n"
        "for part in parts:\n"
        "    clip_grads_with_norm_(part, limit, whole_norm)"
    ): [
        GradientClipping(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.nn.utils.clip_grads_with_norm_",)),
            how="norm",
            limit="limit",
            parameters="part",
            norm="whole_norm",
            call="clip_grads_with_norm_",
        ),
    ],
}
COUNTEREXAMPLES = {
    "text = add_gradient_clipping(help_text)": "no optimizer is given",
    "norm = helpers.clip_grad_value_(net.parameters(), None)": "no limit",
    "import torch\n"
    "norm = torch.nn.utils.clip_grad_norm_(net.parameters(), float('inf'))": "no limit",
    "x = x.clip(0, 1)": "values of a tensor, not gradients",
    "norm = torch.nn.utils.parameters_to_vector(model.parameters())": "nothing is clipped",
    "model, preprocess = clip.load(name)": "CLIP is a model",
    ("import losses\nloss = getattr(losses, 'clip_%s' % mode)(scores, 0.2)\n"): "a loss is chosen",
}
