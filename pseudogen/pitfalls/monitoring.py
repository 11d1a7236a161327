"""What watches a metric: it takes the better values for better."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pseudogen.names.arguments import string
from pseudogen.names.blocks import calls_of_methods
from pseudogen.names.metrics import better_value
from pseudogen.names.script import Script, Site
from pseudogen.patterns.lr_schedule import LrSchedule
from pseudogen.pitfall import WARNING, Findings, Pitfall, pitfall, report
from pseudogen.pitfalls.schedule import stepped_schedules
from pseudogen.records import dataclass
from pseudogen.syntax.text import text

_BETTER = {"min": "lower", "max": "higher"}
_DOES = {
    "early-stopping": "stops",
    "checkpoint-callback": "saves",
    "scheduler": "lowers",
    "training-arguments": "keeps",
}


@dataclass(frozen=True, slots=True)
class _Watch:
    """A call, what it watches, and which values it takes for better, with what says so."""

    site: Site
    metric: str
    better: str
    says: str
    default: bool


@pitfall("monitored-wrong-way")
def check_monitor(findings: Findings) -> Iterator[Pitfall]:
    """`ModelCheckpoint(monitor="val_acc", mode="min")`."""
    script = findings.script
    for watch in (*_callbacks(script), *_plateaus(findings)):
        named = better_value(watch.metric)
        if named is None or named == watch.better:
            continue
        known = watch.site.known
        yield report(
            "monitored-wrong-way",
            WARNING,
            (watch.site.line, watch.site.last),
            known.evidence if known is not None else "flow",
            call=watch.site.name,
            metric=watch.metric,
            better=watch.better,
            says=watch.says,
            default=watch.default,
            does=_DOES[known.api.kind] if known is not None else "lowers",
        )


def _callbacks(script: Script) -> Iterator[_Watch]:
    for site in script.call_sites():
        kind = site.known.api.kind if site.known is not None else None
        if kind not in _DOES or script.passes_unknown(site):
            continue
        if kind == "training-arguments":
            yield from _arguments(script, site)
            continue
        watched = script.argument(site, "monitor")
        default = (script.default(site, "monitor") or "").strip("\"'")
        metric = string(watched) if watched is not None else default
        mode = (script.argument_or_default(site, "mode") or "").strip("\"'")
        if metric and mode in _BETTER:
            given = script.argument(site, "mode") is not None
            yield _Watch(site, metric, _BETTER[mode], f'mode="{mode}"', not given)


def _arguments(script: Script, site: Site) -> Iterator[_Watch]:
    """`TrainingArguments(metric_for_best_model="wer")`: higher is better unless it says otherwise
    or the name ends in "loss"."""
    metric = string(script.argument(site, "metric_for_best_model"))
    given = script.argument_text(site, "greater_is_better")
    if script.argument_text(site, "load_best_model_at_end") != "True" or not metric:
        return
    says = given or str(not metric.endswith("loss"))
    if says in ("True", "False"):
        better = "higher" if says == "True" else "lower"
        yield _Watch(site, metric, better, f"greater_is_better={says}", given is None)


def _plateaus(findings: Findings) -> Iterator[_Watch]:
    """`scheduler.step(accuracy)` of a `ReduceLROnPlateau` that waits for lower values."""
    script = findings.script
    for made, site in stepped_schedules(findings):
        if made.api != "ReduceLROnPlateau" or len(site.node.args) != 1:
            continue
        mode = _mode(script, made)
        value = site.node.args[0].value
        if mode is not None and re.fullmatch(r"[\w.]+", text(value)):
            better, given = mode
            yield _Watch(site, text(value), _BETTER[better], f'mode="{better}"', not given)


def _mode(script: Script, made: LrSchedule) -> tuple[str, bool] | None:
    """The mode of a schedule, and whether the script gives it."""
    for site in calls_of_methods(script, "ReduceLROnPlateau"):
        if site.line != made.line or script.passes_unknown(site):
            continue
        given: Any = script.argument(site, "mode")
        mode = string(given) if given is not None else "min"
        return (mode, given is not None) if mode in _BETTER else None
    return None


_LIGHTNING = "from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint\n"
_KERAS = "from tensorflow import keras\n"
_PLATEAU = (
    "import torch\n"
    "from torch.optim.lr_scheduler import ReduceLROnPlateau\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
    "scheduler = ReduceLROnPlateau(optimizer, patience=3)\n"
    "for epoch in range(9):\n"
    "    train(model, optimizer)\n"
    "    val_acc = evaluate(model)\n"
    "    scheduler.step(val_acc)\n"
)
_ARGUMENTS = (
    "from transformers import TrainingArguments\n"
    "args = TrainingArguments('out', eval_strategy='epoch', save_strategy='epoch',\n"
    "    load_best_model_at_end=True, metric_for_best_model='wer')\n"
)
EXAMPLES = {
    "monitored-wrong-way": {
        _LIGHTNING + "keep = ModelCheckpoint(monitor='val_acc', save_top_k=1)\n": [(2, 2)],
        _LIGHTNING + "stop = EarlyStopping(monitor='val/loss', mode='max')\n": [(2, 2)],
        _KERAS
        + "keep = keras.callbacks.ModelCheckpoint('a.keras', monitor='val_accuracy', mode='min')": [
            (2, 2)
        ],
        _PLATEAU: [(8, 8)],
        _ARGUMENTS: [(2, 3)],
    },
}
COUNTEREXAMPLES = {
    "monitored-wrong-way": {
        _LIGHTNING + "keep = ModelCheckpoint(monitor='val_loss')\n": "lower is better",
        _LIGHTNING + "keep = ModelCheckpoint(monitor='val_acc', mode=mode)\n": "the script decides",
        _KERAS + "keep = keras.callbacks.ModelCheckpoint('a.keras', monitor='val_accuracy')": (
            "Keras goes by the name itself"
        ),
        _PLATEAU.replace("patience=3", "'max', patience=3"): "it waits for higher values",
        _PLATEAU.replace("val_acc", "val_loss"): "it waits for lower values",
        _ARGUMENTS.replace("'wer'", "'wer', greater_is_better=False"): "it says so",
        _ARGUMENTS.replace("'wer'", "'eval_loss'"): "a loss is better when it is lower",
    },
}
