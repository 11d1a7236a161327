"""best-tracking: the best result so far is kept."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import API, NAME, Evidence
from pseudogen.patterns.best_tracking.facts import BestTracking
from pseudogen.patterns.best_tracking.finders import (
    find_asked,
    find_comparison,
    find_extreme,
    find_metric,
)

__all__ = [
    "BestTracking",
    "find_asked",
    "find_comparison",
    "find_extreme",
    "find_metric",
]


def _example(**facts: Any) -> list[BestTracking]:
    facts.setdefault("end", facts["line"])
    return [BestTracking(**facts)]


EXAMPLES = {
    "if val_loss < best_loss:\n"
    "    best_loss = val_loss\n"
    "    torch.save(model.state_dict(), 'best.pt')": _example(
        line=1,
        evidence=Evidence(NAME, ("best_loss",)),
        value="val_loss",
        best="best_loss",
        better="lower",
        updates=2,
        saves=3,
    ),
    "if metrics.better_than(best_metrics):\n    best_metrics = metrics": [
        BestTracking(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("metrics.better_than",)),
            value="metrics",
            best="best_metrics",
            better=None,
            asked="metrics.better_than",
            updates=2,
        )
    ],
    "if keep_all or loss < best_loss:\n    best_loss = loss": _example(
        line=1,
        evidence=Evidence(NAME, ("best_loss",)),
        value="loss",
        best="best_loss",
        better="lower",
        updates=2,
        either="keep_all",
    ),
    "is_best = acc1 > best_acc1": _example(
        line=1,
        evidence=Evidence(NAME, ("best_acc1",)),
        value="acc1",
        best="best_acc1",
        better="higher",
        flag="is_best",
    ),
    "max_accuracy = max(max_accuracy, acc)": _example(
        line=1,
        evidence=Evidence(NAME, ("max_accuracy",)),
        value="acc",
        best="max_accuracy",
        better="higher",
        updates=1,
    ),
    "if self.best_score <= score:\n    self.best_score = score": _example(
        line=1,
        evidence=Evidence(NAME, ("self.best_score",)),
        value="score",
        best="self.best_score",
        better="higher",
        ties=True,
        updates=2,
    ),
    (
        "class Stopper:\n"
        "    def __init__(self):\n"
        "        self.lowest_loss = float('inf')\n"
        "    def check(self, loss):\n"
        "        if loss < self.lowest_loss:\n"
        "            self.lowest_loss = loss"
    ): [
        BestTracking(
            line=5,
            end=5,
            evidence=Evidence(NAME, ("self.lowest_loss",)),
            value="loss",
            best="self.lowest_loss",
            better="lower",
            updates=6,
        )
    ],
    ("gain = val_f1 - best_f1\nif gain > 1e-5:\n    best_f1 = val_f1\n    save(model)"): _example(
        line=2,
        evidence=Evidence(NAME, ("best_f1",)),
        value="val_f1",
        best="best_f1",
        better="higher",
        margin="1e-5",
        updates=3,
        saves=4,
    ),
    "if val_loss < self.best_loss - self.min_delta:\n    self.best_loss = val_loss": _example(
        line=1,
        evidence=Evidence(NAME, ("self.best_loss",)),
        value="val_loss",
        best="self.best_loss",
        better="lower",
        margin="self.min_delta",
        updates=2,
    ),
    (
        "if score < self.best_score + self.delta:\n"
        "    self.counter += 1\n"
        "    if self.counter >= self.patience:\n"
        "        self.stop = True\n"
        "else:\n"
        "    self.best_score = score\n"
        "    self.save_checkpoint(model)"
    ): _example(
        line=1,
        evidence=Evidence(NAME, ("self.best_score",)),
        value="score",
        best="self.best_score",
        better="higher",
        ties=True,
        margin="self.delta",
        updates=6,
        saves=7,
    ),
    (
        "from torchmetrics import MaxMetric\n"
        "class Lit:\n"
        "    def __init__(self):\n"
        "        self.acc_best = MaxMetric()\n"
        "    def end(self, acc):\n"
        "        self.acc_best.update(acc)"
    ): [
        BestTracking(
            line=6,
            end=6,
            evidence=Evidence(API, ("torchmetrics.MaxMetric",)),
            value="acc",
            best="self.acc_best",
            better="higher",
            updates=6,
        )
    ],
    (
        "def train():\n"
        "    if val_loss < kept_loss:\n"
        "        model_save(path)\n"
        "        kept_loss = val_loss\n"
        ""
    ): [
        BestTracking(
            line=2,
            end=2,
            evidence=Evidence(NAME, ("kept_loss",)),
            value="val_loss",
            best="kept_loss",
            better="lower",
            updates=4,
            saves=3,
        )
    ],
    (
        "for epoch in range(3):\n"
        "    acc = evaluate(model, val_loader)\n"
        "    if acc > best_acc and args.save:\n"
        "        best_acc = acc\n"
        '        torch.save(model.state_dict(), "a.pt")'
    ): [
        BestTracking(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("best_acc",)),
            value="acc",
            best="best_acc",
            better="higher",
            updates=4,
            saves=5,
            besides="args.save",
            per="epoch",
        )
    ],
    (
        "for epoch in range(3):\n"
        "    acc = evaluate(model, val_loader)\n"
        "    if acc > best_acc:\n"
        "        best_acc = acc\n"
        "        if args.save:\n"
        '            torch.save(model.state_dict(), "a.pt")'
    ): [
        BestTracking(
            line=3,
            end=3,
            evidence=Evidence(NAME, ("best_acc",)),
            value="acc",
            best="best_acc",
            better="higher",
            updates=4,
            per="epoch",
        )
    ],
}
COUNTEREXAMPLES = {
    "if best_pred > max_miou:\n    keep(path)": "the best of this run and that of former ones",
    "if plan.better_than(other):\n    plan = other": "no result is kept",
    "if acc > best_acc - 0.01:\n    save(model)": "results that are a little worse count, too",
    (
        "if loss > best_loss:\n    waited += 1\n    if waited > patience:\n        stop()"
    ): "counts how long there was no improvement",
    ("keep = best_iou > ignore_thresh"): "overlaps of boxes and a fixed number",
    "if acc < best_acc:\n    waited += 1": "counts how long there was no improvement",
    "acc = min(acc, tokens * blocks)": "a limit",
    "if best_key is None or key < best_key:\n    best_key = key": "an order of keys",
    "top_mem = max(cur_mem, top_mem)": "a peak of memory",
    "if ratio_diff < best_ratio_diff:\n    best_ratio_diff = ratio_diff": "a search for a shape",
    "top = max(top, 0)": "a coordinate is kept inside an image",
    "val_batches = min(val_batches, limit)": "a number of batches is limited",
    "if epoch - best_epoch > patience:\n    stop = True": "that is early-stopping",
    "top = min(top, height)": "an edge of an image",
    "lr = max(lr, min_lr)": "a floor of the learning rate",
    "if grad_norm > max_norm:\n    clip()": "a limit, no result",
    "if best_model is None:\n    return": "nothing is compared",
    ("from torchmetrics import MaxMetric\nbest = MaxMetric()\nbest.reset()"): "nothing is compared",
    (
        "if len(losses) > patience and val_loss > min(best_val_loss[:-patience]):\n"
        "    shrink(optimizer)\n"
        ""
    ): "asks whether the result is worse",
}
