"""model-compile: torch.compile, jit, to_static, jax.jit of the step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.decorators import decorating
from pseudogen.names.evidence import API, FLOW, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned, condition_of, returned
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.text import text

_STEP_WORDS = frozenset(
    {"step", "update", "train", "training", "eval", "evaluate", "loss", "forward", "apply"}
    | {"predict", "model", "grad", "grads", "net"}
)
_KERAS = ("optimizer", "loss", "metrics")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCompile(Finding):
    """Facts of a compilation.

    Attributes:
        form: "torch.compile", "script", "trace", "to_static", "jax.jit", "tf.function", "xla" (for
            all graphs of TensorFlow), or "keras" for `model.compile`, which sets up the training of
            a Keras model.
        target: What receives the result; None when it is compiled in place or decorated.
        subject: The model or function, as written; None when that is not seen.
        decorates: Whether it is a decorator.
        mode: As written; None when not given.
        backend: As written; None when not given.
        fullgraph: As written; None when not given.
        dynamic: As written; None when not given.
        optimizer: For Keras, as written; None otherwise.
        loss: For Keras, as written; None otherwise.
        condition: The condition under which it happens.
    """

    pattern: ClassVar[str] = "model-compile"

    form: str
    target: str | None = None
    subject: str | None = None
    decorates: bool = False
    mode: str | None = None
    backend: str | None = None
    fullgraph: str | None = None
    dynamic: str | None = None
    optimizer: str | None = None
    loss: str | None = None
    condition: str | None = None


@pattern(ModelCompile, kinds=("compile",))
def find_known(site: Site, script: Script) -> Iterator[ModelCompile]:
    """`model = torch.compile(model)`, `train_step = jax.jit(train_step)`."""
    known = site.known
    if known is None or type(site.statement.node) in (cst.FunctionDef, cst.ClassDef):
        return
    first = site.node.args[0].value if site.node.args else None
    subject = text(first) if first is not None else None
    form = known.api.traits["form"]
    if form in ("jax.jit", "tf.function") and not _is_step(subject or ""):
        return
    if form == "xla" and subject == "False":
        return
    subject = None if form == "xla" else subject
    kept = assigned(site.statement, site.node) or returned(site.statement, site.node)
    if form in ("script", "trace") and not kept:
        return
    evidence = Evidence(known.evidence, (known.name,))
    yield _finding(site, script, evidence, form, subject)


@pattern(ModelCompile, statements=(cst.FunctionDef,))
def find_decorator(site: Site, script: Script) -> Iterator[ModelCompile]:
    """`@jax.jit`, `@torch.compile(mode=...)`, `@partial(jax.jit, static_argnums=0)`."""
    for decorator in site.node.decorators:
        known = decorating(decorator.decorator, site.scope, script)
        if known is None or known.api.kind != "compile":
            continue
        form, name = known.api.traits["form"], site.node.name.value
        if form in ("jax.jit", "tf.function") and not _is_step(name):
            continue
        yield ModelCompile(
            line=site.line,
            end=site.last,
            evidence=Evidence(known.evidence, (known.name,)),
            form=form,
            subject=name,
            decorates=True,
            condition=script.condition(site.statement),
        )


@pattern(ModelCompile, methods=("compile",))
def find_method(site: Site, script: Script) -> Iterator[ModelCompile]:
    """`model.compile()` of PyTorch, `model.compile(optimizer=..., loss=...)` of Keras."""
    if type(site.node.func) is not cst.Attribute or site.known is not None:
        return
    receiver = site.node.func.value
    keras = any(a.keyword is not None and a.keyword.value in _KERAS for a in site.node.args)
    of_model = script.is_a(receiver, site.scope, "model") is not None
    if not keras and not of_model:
        return
    evidence = Evidence(FLOW, (text(receiver),))
    form = "keras" if keras else "torch.compile"
    yield _finding(site, script, evidence, form, text(receiver))


def _is_step(name: str) -> bool:
    return bool(set(words(name)) & _STEP_WORDS) or name.startswith("lambda")


def _finding(
    site: Site, script: Script, evidence: Evidence, form: str, subject: str | None
) -> ModelCompile:
    keras = form == "keras"
    return ModelCompile(
        line=site.line,
        end=site.last,
        evidence=evidence,
        form=form,
        target=assigned(site.statement, site.node),
        subject=subject,
        mode=script.argument_text(site, "mode"),
        backend=script.argument_text(site, "backend"),
        fullgraph=script.argument_text(site, "fullgraph"),
        dynamic=script.argument_text(site, "dynamic"),
        optimizer=script.argument_text(site, "optimizer") if keras else None,
        loss=script.argument_text(site, "loss") if keras else None,
        condition=condition_of(script, site.statement, site.node),
    )


EXAMPLES = {
    'import torch\nmodel = torch.compile(model, mode="reduce-overhead")': [
        ModelCompile(
            line=2,
            end=2,
            evidence=Evidence(API, ("torch.compile",)),
            form="torch.compile",
            target="model",
            subject="model",
            mode='"reduce-overhead"',
        ),
    ],
    "import jax\n@jax.jit\ndef train_step(state, batch):\n    return state": [
        ModelCompile(
            line=3,
            end=3,
            evidence=Evidence(API, ("jax.jit",)),
            form="jax.jit",
            subject="train_step",
            decorates=True,
        ),
    ],
    "import tensorflow as tf\ntf.config.optimizer.set_jit(True)": [
        ModelCompile(
            line=2,
            end=2,
            evidence=Evidence(API, ("tensorflow.config.optimizer.set_jit",)),
            form="xla",
        )
    ],
    'model.compile(optimizer="adam", loss="mse")': [
        ModelCompile(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("model",)),
            form="keras",
            subject="model",
            optimizer='"adam"',
            loss='"mse"',
        ),
    ],
    (
        "import jax\n"
        "from functools import partial\n"
        "@partial(jax.jit, static_argnums=0)\n"
        "def update(model, state):\n"
        "    return state"
    ): [
        ModelCompile(
            line=4,
            end=4,
            evidence=Evidence(API, ("jax.jit",)),
            form="jax.jit",
            subject="update",
            decorates=True,
        ),
    ],
}
COUNTEREXAMPLES = {
    "pattern = re.compile('a')": "a regular expression",
    "import jax\nscale = jax.jit(double)": "a helper, not the step",
    "code = compile(source, name, 'exec')": "Python's own compiler",
}
