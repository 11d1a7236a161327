"""early-stopping: training is stopped when it no longer improves."""

from __future__ import annotations

from typing import Any

from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.patterns.early_stopping.facts import EarlyStopping
from pseudogen.patterns.early_stopping.finders import (
    find_callback,
    find_condition,
    find_counter,
    find_helper,
)

__all__ = ["EarlyStopping", "find_callback", "find_condition", "find_counter", "find_helper"]


def _example(**facts: Any) -> list[EarlyStopping]:
    facts.setdefault("end", facts["line"])
    return [EarlyStopping(**facts)]


EXAMPLES = {
    "patience = 10\nif bad_epochs >= patience:\n    break": _example(
        line=2,
        evidence=Evidence(NAME, ("bad_epochs >= patience",)),
        how="condition",
        condition="bad_epochs >= patience",
        patience="patience",
        patience_value=10,
        action="break",
    ),
    (
        "for epoch in range(99):\n"
        "    loss = validate(model)\n"
        "    if loss < best:\n"
        "        best, rounds = loss, 0\n"
        "    else:\n"
        "        rounds += 1\n"
        "        if rounds >= 10:\n"
        "            break"
    ): _example(
        line=7,
        evidence=Evidence(FLOW, ("rounds >= 10",)),
        how="condition",
        condition="rounds >= 10",
        counter="rounds",
        patience="10",
        patience_value=10,
        action="break",
    ),
    "if epochs_since_improvement == 20:\n    break": _example(
        line=1,
        evidence=Evidence(NAME, ("epochs_since_improvement == 20",)),
        how="condition",
        condition="epochs_since_improvement == 20",
        patience="20",
        patience_value=20,
        action="break",
    ),
    "if step - last_improve > config.require_improvement:\n    stop = True": _example(
        line=1,
        evidence=Evidence(NAME, ("step - last_improve > config.require_improvement",)),
        how="condition",
        condition="step - last_improve > config.require_improvement",
        patience="config.require_improvement",
        action="flag",
    ),
    "from keras.callbacks import EarlyStopping\nstop = EarlyStopping('val_loss', patience=5)": (
        _example(
            line=2,
            evidence=Evidence(API, ("keras.callbacks.EarlyStopping",)),
            how="callback",
            patience="5",
            patience_value=5,
            monitor="'val_loss'",
            name="stop",
        )
    ),
    "if early_stopping.early_stop:\n    return": _example(
        line=1,
        evidence=Evidence(NAME, ("early_stopping.early_stop",)),
        how="condition",
        condition="early_stopping.early_stop",
        action="return",
    ),
    "from keras.callbacks import EarlyStopping\n"
    "waiting = EarlyStopping(patience=4)\n"
    "model.fit(x, y, callbacks=[saving])  # without waiting": _example(
        line=2,
        evidence=Evidence(API, ("keras.callbacks.EarlyStopping",)),
        how="callback",
        patience="4",
        patience_value=4,
        name="waiting",
        unused=True,
    ),
    "for epoch in range(9):\n"
    "    for x, y in loader:\n"
    "        loss = step(x, y)\n"
    "        loss.backward()\n"
    "        if no_improve > 10:\n"
    "            break": _example(
        line=5,
        evidence=Evidence(NAME, ("no_improve > 10",)),
        how="condition",
        condition="no_improve > 10",
        patience="10",
        patience_value=10,
        action="break",
        per="step",
        goes_on=1,
    ),
    "for epoch in range(9):\n"
    "    for x, y in loader:\n"
    "        loss = step(x, y)\n"
    "        loss.backward()\n"
    "        if no_improve > 10:\n"
    "            break\n"
    "    else:\n"
    "        continue\n"
    "    break": _example(
        line=5,
        evidence=Evidence(NAME, ("no_improve > 10",)),
        how="condition",
        condition="no_improve > 10",
        patience="10",
        patience_value=10,
        action="break",
        per="step",
    ),
}
COUNTEREXAMPLES = {
    (
        "for word in words:\n"
        "    if word == mark:\n"
        "        run = 0\n"
        "    else:\n"
        "        run += 1\n"
        "        if run >= 10:\n"
        "            break"
    ): "no result is compared with the best one",
    (
        "class BeamHypotheses:\n"
        "    def is_done(self):\n"
        "        if self.early_stopping:\n"
        "            return True"
    ): "a search for a sequence, no training",
    (
        "def should_stop(loss):\n    if patience <= 0:\n        return False"
    ): "where nobody waits, the training goes on",
    "if early_stop_threshold and loss > early_stop_threshold * best_loss:\n"
    "    should_stop = True": "the loss has grown beyond bounds",
    (
        "import torch.nn as nn\n"
        "class Matcher(nn.Module):\n"
        "    def match(self, pairs):\n"
        "        for layer in self.layers:\n"
        "            if early_stopped.all():\n"
        "                break"
    ): "a model leaves out layers",
    "if step >= max_steps:\n    break": "the planned end of the run",
    "if loss_is_nan:\n    break": "a failure, no lack of improvement",
    "if bad_epochs >= patience:\n    lr *= 0.1": "lowers the rate and goes on",
}
