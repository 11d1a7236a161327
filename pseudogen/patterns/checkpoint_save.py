"""checkpoint-save: state is saved, so that the run can go on or the model be used later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern, speaks_of
from pseudogen.names.arguments import argument, string
from pseudogen.names.blocks import calls_of_methods
from pseudogen.names.evidence import API, FLOW, NAME, Evidence
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

_STATE_WORDS = frozenset(
    {"checkpoint", "checkpoints", "ckpt", "ckpts", "lora", "model", "models", "network"}
    | {"networks", "optimizer", "pretrained", "snapshot", "state", "states", "weight"}
    | {"weights"}
)
_OTHER_WORDS = frozenset(
    {"arg", "architecture", "args", "attention", "cache", "card", "compression", "config"}
    | {"dataset", "embedding", "embeddings", "extractor", "inference", "info", "memory", "offload"}
    | {"onnx", "processing", "program", "quantized", "table"}
    | {"features", "info"}
    | {
        "figure",
        "grid",
        "history",
        "image",
        "images",
        "img",
        "info",
        "log",
        "logs",
        "loss",
        "losses",
    }
    | {"metrics", "outputs", "plot", "predictions", "preds", "processor", "results", "sample"}
    | {"samples", "tokenizer", "vocab"}
)
_PATHS = ("path", "filepath", "output_dir", "save_directory", "save_dir", "filename", "file_path")
_NO_PATHS = frozenset(
    {
        "checkpoint",
        "ckpt",
        "cfg",
        "dict",
        "epoch",
        "iter",
        "iteration",
        "model",
        "models",
        "net",
        "network",
        "optimizer",
    }
    | {"params", "state", "states", "step", "steps", "trainer", "weights"}
)
"""Last words of what a method that saves is given beside the path."""
_PATH_WORDS = frozenset(
    {"dest", "destination", "dir", "directory", "dirname", "file", "filename", "filepath"}
    | {"folder", "out", "output", "path", "prefix"}
)
_OTHER_PLACES = frozenset(
    {
        "config",
        "convert",
        "offload",
        "processing",
        "tokenizers",
        "export",
        "exporter",
        "extractor",
        "logger",
        "processor",
        "tokenizer",
    }
)
"""Words of functions and classes that save something else, or another form of the model."""
_METHODS = {
    "save_pretrained": "model",
    "save_weights": "model",
    "save_lora_weights": "model",
    "save_state": "training",
}
"""Methods of frameworks and what they save."""

_NO_WEIGHTS = frozenset({"opt", "optim", "optimizer", "scaler", "sched", "scheduler"})
_PREDICTING = frozenset({"coremltools", "onnx", "onnxruntime", "openvino", "tensorrt"})
"""Packages of models that are not trained further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSave(Finding):
    """Facts of a saving.

    Attributes:
        how: "library" (`torch.save`), "helper", "framework" (a method of a model or trainer) or
            "callback" (the framework saves by itself).
        call: What is called.
        contents: The keys of what is saved, where a dict literal shows them.
        saved: What is saved, as written.
        weights_only: Whether it is a state dict of one thing alone; None when unknown.
        whole: "model" or "training": what a framework's method saves by what it is; None when
            unknown.
        optimizer_saved: Whether an optimizer's state is saved, here or elsewhere; told where it is
            known what is saved here.
        path: Where to, as written.
        condition: The condition under which it is saved.
        per: "epoch" or "step": how often the place is reached; None when unknown or once.
        monitor: The metric that a callback watches.
        best_only: Whether a callback keeps the best alone.
    """

    pattern: ClassVar[str] = "checkpoint-save"

    how: str
    call: str
    contents: tuple[str, ...] = ()
    saved: str | None = None
    weights_only: bool | None = None
    whole: str | None = None
    optimizer_saved: bool = False
    path: str | None = None
    condition: str | None = None
    per: str | None = None
    monitor: str | None = None
    best_only: bool = False


@pattern(CheckpointSave, kinds=("save",))
def find_library(site: Site, script: Script) -> Iterator[CheckpointSave]:
    """`torch.save(model.state_dict(), path)`."""
    if site.known is None or not site.node.args:
        return
    params = site.known.api.params
    value = script.argument(site, params[0]) if params else None
    path = script.argument(site, params[1]) if len(params) > 1 else None
    if value is None or not _is_state(value, path, site, script):
        return
    made = _made(value, site, script)
    yield CheckpointSave(
        line=site.line,
        end=site.last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        how="library",
        call=site.name,
        contents=_keys(made),
        saved=text(value) if type(value) is not cst.Dict else None,
        weights_only=_weights_only(made),
        optimizer_saved=_weights_only(made) is not None and _saves_optimizer(script),
        path=_place(path, site, script),
        condition=script.condition(site.statement),
        per=script.unit(site.statement),
    )


def _saves_optimizer(script: Script) -> bool:
    """Whether the script saves the state of an optimizer, in whatever file."""
    return any(
        "state_dict(" in written and "opt" in written.lower()
        for site in calls_of_methods(script, "save")
        if (written := text(site.node))
    )


def _place(path: Any, site: Site, script: Script) -> str | None:
    """Where something is saved to; the path itself where it goes into an open file:
    `with open(path, "wb") as f: torch.save(state, f)`."""
    if path is None:
        return None
    for header in script.tree.ancestors(site.statement.index) if type(path) is cst.Name else ():
        for item in header.node.items if type(header.node) is cst.With else ():
            held = item.asname is not None and text(item.asname.name) == path.value
            if held and isinstance(item.item, cst.Call) and item.item.args:
                return text(item.item.args[0].value)
    return text(path)


def _made(value: Any, site: Site, script: Script) -> Any:
    """The expression behind a variable that was assigned once."""
    name = dotted(value) if type(value) in (cst.Name, cst.Attribute) else ""
    bindings = script.reaching(name, site.statement.index) if name else []
    if len(bindings) == 1 and bindings[0].how == "assign":
        return bindings[0].value
    return value


def _is_state(value: Any, path: Any, site: Site, script: Script) -> bool:
    """Whether what is saved is state of a training: not features, predictions or images."""
    made = _made(value, site, script)
    listed = [e.value for e in made.elements] if type(made) in (cst.List, cst.Tuple) else [value]
    if any(script.is_a(one, site.scope, "model") is not None for one in listed):
        return True
    if ".state_dict(" in text(made):
        return True
    named = set(words(dotted(value)))
    if named & _STATE_WORDS or _is_passed_state(value, site, script):
        return True
    if named & _OTHER_WORDS or (type(value) is cst.Call and "state_dict" not in text(value)):
        return False
    around = script.function_around(site.statement)
    names = set(words(around.node.name.value)) if around is not None else set()
    written = text(path).lower() if path is not None else ""
    marks = ("ckpt", "checkpoint", "model", "weight", "snapshot", "state", "best", "last", "epoch")
    return bool(names & _STATE_WORDS) or any(mark in written for mark in marks)


def _is_passed_state(value: Any, site: Site, script: Script) -> bool:
    """Whether a parameter is given state of a training wherever the script calls the function."""
    bindings = script.reaching(value.value, site.statement.index) if type(value) is cst.Name else []
    if len(bindings) != 1 or bindings[0].how != "parameter":
        return False
    passed = [given for given, _ in script.passed(bindings[0])]
    return bool(passed) and all(
        "state_dict(" in text(given) or set(words(dotted(given))) & _STATE_WORDS for given in passed
    )


def _keys(value: Any) -> tuple[str, ...]:
    if type(value) is cst.Dict:
        keys = [string(e.key) for e in value.elements if type(e) is cst.DictElement]
        return tuple(key for key in keys if key)
    if type(value) is cst.Call and dotted(value.func) == "dict":
        return tuple(a.keyword.value for a in value.args if a.keyword is not None)
    return ()


def _weights_only(value: Any) -> bool | None:
    if type(value) is cst.Call and text(value.func).endswith("state_dict"):
        owner = words(dotted(value.func).rpartition(".")[0])
        return None if set(owner) & _NO_WEIGHTS else True
    return False if len(_keys(value)) > 1 else None


@pattern(CheckpointSave, calls=speaks_of("save", "store", "dump"))
def find_named(site: Site, script: Script) -> Iterator[CheckpointSave]:
    """`save_checkpoint({...}, is_best)`, `accelerator.save_state(dir)`, `model.save(path)`."""
    if site.known is not None or not site.name or type(site.statement.node) is cst.FunctionDef:
        return
    how = _how(site, script)
    if how is None:
        return
    first = site.node.args[0].value if site.node.args else None
    yield CheckpointSave(
        line=site.line,
        end=site.last,
        evidence=Evidence(FLOW if how == "framework" else NAME, (site.name,)),
        how=how,
        call=site.name,
        contents=_keys(first),
        whole=_METHODS.get(site.name.rpartition(".")[2]) or _whole(site.name),
        path=_path(first, site) if how == "framework" else None,
        condition=script.condition(site.statement),
        per=script.unit(site.statement),
    )


def _whole(name: str) -> str | None:
    """ "model" where the name of a helper or method says that a model is saved."""
    method = set(words(name))
    model = {"model", "models", "network", "networks", "weight", "weights", "pretrained", "lora"}
    if method & {"checkpoint", "checkpoints", "ckpt", "snapshot"}:
        return None
    of_model = words(name) == ("save",) and {"model", "net"} & set(words(name.rpartition(".")[0]))
    return "model" if method & model or of_model else None


def _around(site: Site, script: Script) -> set[str]:
    """The words of the names of the functions and classes around a call."""
    return {
        word
        for header in script.tree.ancestors(site.statement.index)
        if type(header.node) in (cst.FunctionDef, cst.ClassDef)
        for word in words(header.node.name.value)
    }


def _path(first: Any, site: Site) -> str | None:
    """Where a framework's method saves to: what a keyword says, or the first argument where that
    is not by its name the state itself or the number of the step."""
    named = (argument(site.node, name) for name in _PATHS)
    told = next((node for node in named if node is not None), None)
    if told is not None or first is None:
        return text(told) if told is not None else None
    if site.node.args[0].keyword is not None or site.node.args[0].star:
        return None
    return text(first) if _is_path(first, site) else None


def _is_path(node: Any, site: Site) -> bool:
    """Whether an argument is a path: a text, one that is put together, or by its name; the only
    argument of a `save` is one unless it is the state by its name."""
    if type(node) in (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString):
        return True
    if type(node) is cst.BinaryOperation:
        return True
    if type(node) is cst.Call:
        return dotted(node.func).endswith(("join", "Path"))
    found = words(dotted(node))
    if set(found) & _NO_PATHS or type(node) not in (cst.Name, cst.Attribute):
        return bool(set(found[-1:]) & _PATH_WORDS)
    alone = words(site.name)[-1:] == ("save",) and len(site.node.args) == 1
    return bool(set(found) & _PATH_WORDS) or alone


def _how(site: Site, script: Script) -> str | None:
    receiver, _, method = site.name.rpartition(".")
    named = words(site.name)
    if _around(site, script) & _OTHER_PLACES:
        return None
    whole = set(words(receiver.replace(".", "_")))
    if site.name[:1].isupper() or whole & (_OTHER_WORDS | {"plt", "fig"}):
        return None
    if any(
        arg.keyword is not None and arg.keyword.value == "_extra_files" for arg in site.node.args
    ):
        return None  # a translated model
    if _other_library(receiver, site, script):
        return None
    if named[:1] == ("dump",) and assigned(site.statement, site.node) is not None:
        return None  # the state is put together, not written
    if method in _METHODS:
        return None if set(named) & _OTHER_WORDS else "framework"
    saves = named[:1] in (("save",), ("store",), ("dump",)) or named[:2] == ("maybe", "save")
    if saves and set(named[1:]) & _STATE_WORDS and not set(named) & _OTHER_WORDS:
        return "framework" if receiver and receiver != "self" else "helper"
    if named[:1] == ("save",) and len(named) > 1 and _first_is_model(site, script):
        return None if set(named) & _OTHER_WORDS else "helper"
    if named == ("save", "on", "master") and site.node.args:
        return "helper"
    if method == "save" and receiver and type(site.node.func) is cst.Attribute:
        role = script.role(site.node.func.value, site.scope)
        state = set(words(receiver)) & {"checkpoint", "checkpointer", "ckpt", "saver", "snapshot"}
        for binding in script.reaching(receiver, site.statement.index):
            called = type(binding.value) is cst.Call
            state = state or (
                set(words(dotted(binding.value.func))) & {"checkpoint"} if called else set()
            )
        if state or (role is not None and role.kind in ("accelerator", "model", "trainer")):
            return "framework"
    if method == "save" and receiver == "self" and script.called_function(site) is not None:
        return "helper"
    return None


def _first_is_model(site: Site, script: Script) -> bool:
    """Whether the first argument is a model: `save_hf_format(model, tokenizer, args)`."""
    first = site.node.args[0].value if site.node.args else None
    return first is not None and script.is_a(first, site.scope, "model") is not None


def _other_library(receiver: str, site: Site, script: Script) -> bool:
    """Whether what is saved was made by a library whose models are run, not trained."""
    made = (b.value for b in script.reaching(receiver, site.statement.index) if b.how == "assign")
    names = [dotted(value.func) for value in made if type(value) is cst.Call]
    full = {f for name in (site.name, *names) for f in script.resolver.qualified(name, site.scope)}
    return bool({name.partition(".")[0] for name in full} & _PREDICTING)


@pattern(CheckpointSave, kinds=("checkpoint-callback",))
def find_callback(site: Site, script: Script) -> Iterator[CheckpointSave]:
    """`ModelCheckpoint(monitor="val_loss", save_top_k=3)`."""
    if site.known is None:
        return
    best = argument(site.node, "save_best_only")
    path = script.argument(site, "filepath") or argument(site.node, "dirpath")
    monitor = script.argument(site, "monitor")
    yield CheckpointSave(
        line=site.line,
        end=site.last,
        evidence=Evidence(site.known.evidence, (site.known.name,)),
        how="callback",
        call=site.known.name.rpartition(".")[2],
        path=text(path) if path is not None else None,
        monitor=text(monitor) if monitor is not None else None,
        best_only=best is not None and text(best) == "True",
        condition=script.condition(site.statement),
    )


def _example(**facts: Any) -> list[CheckpointSave]:
    facts.setdefault("end", facts["line"])
    return [CheckpointSave(**facts)]


EXAMPLES = {
    "import torch\nif rank == 0:\n    torch.save(model.state_dict(), 'last.pt')": _example(
        line=3,
        evidence=Evidence(API, ("torch.save",)),
        how="library",
        call="torch.save",
        saved="model.state_dict()",
        weights_only=True,
        path="'last.pt'",
        condition="rank == 0",
    ),
    "import torch\n"
    "with open(folder / 'net.pt', 'wb') as f:\n"
    "    torch.save(net.state_dict(), f)\n"
    "torch.save(optimizer.state_dict(), 'optimizer.pt')": [
        CheckpointSave(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            saved="net.state_dict()",
            weights_only=True,
            optimizer_saved=True,
            path="folder / 'net.pt'",
        ),
        CheckpointSave(
            line=4,
            end=4,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            saved="optimizer.state_dict()",
            path="'optimizer.pt'",
        ),
    ],
    'state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}\n'
    "torch.save(state, path)": _example(
        line=2,
        evidence=Evidence(NAME, ("torch.save",)),
        how="library",
        call="torch.save",
        contents=("model", "optimizer", "epoch"),
        saved="state",
        weights_only=False,
        path="path",
    ),
    'save_checkpoint({"epoch": epoch + 1, "state_dict": model.state_dict()}, is_best)': _example(
        line=1,
        evidence=Evidence(NAME, ("save_checkpoint",)),
        how="helper",
        call="save_checkpoint",
        contents=("epoch", "state_dict"),
    ),
    "accelerator.save_state(output_dir)": _example(
        line=1,
        evidence=Evidence(FLOW, ("accelerator.save_state",)),
        how="framework",
        call="accelerator.save_state",
        whole="training",
        path="output_dir",
    ),
    (
        "import torch\n"
        "def upload(obj, target):\n"
        "    torch.save(obj, buffer)\n"
        "upload({'model': model.state_dict()}, url)"
    ): [
        CheckpointSave(
            line=3,
            end=3,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            saved="obj",
            path="buffer",
        )
    ],
    ("self.checkpointer.save_checkpoint(state_dict, epoch=epoch)"): [
        CheckpointSave(
            line=1,
            end=1,
            evidence=Evidence(FLOW, ("self.checkpointer.save_checkpoint",)),
            how="framework",
            call="self.checkpointer.save_checkpoint",
        )
    ],
    (
        "import torch, torch.nn as nn\n"
        "class Net(nn.Module):\n"
        "    pass\n"
        "model = Net()\n"
        "torch.save([model, stats], 'run.bin')"
    ): [
        CheckpointSave(
            line=5,
            end=5,
            evidence=Evidence(API, ("torch.save",)),
            how="library",
            call="torch.save",
            saved="[model, stats]",
            path="'run.bin'",
        )
    ],
    ("save_hf_format(model, tokenizer, args)"): [
        CheckpointSave(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("save_hf_format",)),
            how="helper",
            call="save_hf_format",
        )
    ],
    ("import lightning as L\nfabric = L.Fabric(devices=2)\nfabric.save(path, state)"): [
        CheckpointSave(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("fabric.save",)),
            how="framework",
            call="fabric.save",
            path="path",
        )
    ],
    (
        "from ignite.handlers import Checkpoint\n"
        "handler = Checkpoint({'model': model}, saver, filename_prefix='best')"
    ): [
        CheckpointSave(
            line=2,
            end=2,
            evidence=Evidence(API, ("ignite.handlers.Checkpoint",)),
            how="callback",
            call="Checkpoint",
        )
    ],
    (
        "from tensorflow.python.keras.callbacks import ModelCheckpoint\n"
        "saver = ModelCheckpoint(filepath='m.h5', monitor='val_loss')"
    ): [
        CheckpointSave(
            line=2,
            end=2,
            evidence=Evidence(API, ("tensorflow.python.keras.callbacks.ModelCheckpoint",)),
            how="callback",
            call="ModelCheckpoint",
            path="'m.h5'",
            monitor="'val_loss'",
        )
    ],
}
COUNTEREXAMPLES = {
    ("save_model_info(states, folder)"): "a description of the model",
    "save_model_card(args, images, folder)": "a text about the model",
    ("save_image(model, path)\nsave_model_graph_plot(model)"): "pictures",
    "paddle.static.save_inference_model(path, inputs, outputs)": "a program for predicting",
    "tokenizer.save_pretrained(path)": "a tokenizer",
    "cache.store_compression_weights(kind, kv, gate)": "kept in memory",
    "import coremltools as ct\nmodel = ct.models.MLModel(spec)\nmodel.save(path)": "not to train",
    "def export_openvino(model):\n    ov.save_model(model, file)": "another form of the model",
    "class PieceTokenizer(Base):\n"
    "    def keep(self):\n"
    "        super().save_pretrained(folder)": "a tokenizer is saved",
    "self.feature_extractor.save_pretrained(folder)": "has no state of a training",
    "torch.save(features, 'features.pt')": "features are no state of the training",
    "tokenizer.save_pretrained(output_dir)": "the tokenizer is not trained here",
    "plt.savefig('loss.png')": "a plot",
    "save_image(fake, path)": "an image",
}
