"""Losses of Keras: given what they expect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from pseudogen.names.arguments import argument, string
from pseudogen.names.blocks import branches, calls_of_methods, mentions, receiver
from pseudogen.names.origins import makers
from pseudogen.names.script import Script, Site
from pseudogen.pitfall import ERROR, Findings, Pitfall, pitfall, report
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_LOSSES = {
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
}
"""The losses that expect probabilities unless `from_logits=True`: by name -> as a class."""


@pitfall("raw-outputs-as-probabilities")
def check_raw(findings: Findings) -> Iterator[Pitfall]:
    """`compile(loss="sparse_categorical_crossentropy")` of a model that ends with `Dense(10)`."""
    script = findings.script
    if not mentions(script, "keras"):
        return
    for site in calls_of_methods(script, "compile"):
        loss = _loss(script, site)
        layer = _last_layer(script, site) if loss is not None else None
        if loss is None or layer is None or not _is_raw(script, layer, site.scope):
            continue
        yield report(
            "raw-outputs-as-probabilities",
            ERROR,
            (site.line, site.last),
            "api",
            model=receiver(site),
            loss=loss[0],
            function=loss[1],
            layer=text(layer),
            two_classes=loss[1] == "BinaryCrossentropy",
        )


def _loss(script: Script, site: Site) -> tuple[str, str] | None:
    """A loss that takes what it gets for probabilities, as written and by its class."""
    given = argument(site.node, "loss")
    if type(given) is cst.Call:
        full = script.resolver.qualified(dotted(given.func), site.scope)
        names = (name.rpartition(".")[2] for name in full if "keras" in name)
        named = next((name for name in names if name in _LOSSES.values()), None)
        return (text(given), named) if named is not None and not given.args else None
    named = _LOSSES.get(string(given) or "")
    return (string(given) or "", named) if named is not None else None


def _last_layer(script: Script, site: Site) -> cst.Call | None:
    """The last layer of a model that is put together in view."""
    made = makers(script, getattr(site.node.func, "value", None), site.statement.index)
    known = [script.known(call.func, script.tree.statements[at].scope) for call, at in made]
    if len(made) != 1 or known[0] is None or not known[0].name.endswith(".Sequential"):
        return None
    since = range(made[0][1], site.statement.index)
    added = [
        s
        for s in calls_of_methods(script, "add", "pop")
        if receiver(s) == receiver(site) and s.statement.index in since
    ]
    if any(s.scope != site.scope or branches(script, s.statement, None) for s in added):
        return None
    given: Any = made[0][0].args[0].value if made[0][0].args else None
    if added:
        given = added[-1].node.args[0].value if added[-1].node.args else None
    elif type(given) is cst.List:
        given = given.elements[-1].value if given.elements else None
    return given if type(given) is cst.Call else None


def _is_raw(script: Script, layer: cst.Call, scope: int) -> bool:
    """Whether a layer is a `Dense` without an activation."""
    full = script.resolver.qualified(dotted(layer.func), scope)
    dense = any("keras" in name and name.endswith(".Dense") for name in full)
    if not dense or len([a for a in layer.args if a.keyword is None]) != 1:
        return False
    activation = argument(layer, "activation")
    return not any(arg.star for arg in layer.args) and (
        activation is None or text(activation) == "None" or string(activation) == "linear"
    )


_MODEL = (
    "from tensorflow import keras\n"
    "model = keras.Sequential([\n"
    "    keras.layers.Dense(64, activation='relu'),\n"
    "    keras.layers.Dense(10),\n"
    "])\n"
)
_ADDED = (
    "from tensorflow.keras.layers import Dense\n"
    "from tensorflow.keras.models import Sequential\n"
    "model = Sequential()\n"
    "model.add(Dense(64, activation='relu'))\n"
    "model.add(Dense(1))\n"
)
_COMPILE = "model.compile('adam', loss='sparse_categorical_crossentropy')\n"
_OF_TWO = "model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])\n"
EXAMPLES = {
    "raw-outputs-as-probabilities": {
        _MODEL + _COMPILE: [(6, 6)],
        _MODEL + "model.compile('adam', loss=keras.losses.SparseCategoricalCrossentropy())\n": [
            (6, 6)
        ],
        _ADDED + _OF_TWO: [(6, 6)],
    },
}
COUNTEREXAMPLES = {
    "raw-outputs-as-probabilities": {
        _MODEL.replace("(10)", "(10, activation='softmax')") + _COMPILE: "it gives probabilities",
        _MODEL
        + "model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))\n": (
            "the loss is told"
        ),
        _ADDED.replace("Dense(1)", "Dense(1, activation='sigmoid')")
        + _OF_TWO
        + "model = Sequential()\nmodel.add(Dense(1))\n": "that is the next model",
        _ADDED + "model.add(keras.layers.Activation('sigmoid'))\n" + _OF_TWO: (
            "a layer behind it makes probabilities"
        ),
        _ADDED + "if binary:\n    model.add(Dense(1, activation='sigmoid'))\n" + _OF_TWO: (
            "which layer is the last can't be told"
        ),
        _ADDED + "model.compile(optimizer='adam', loss='mse')\n": "another loss",
    },
}
