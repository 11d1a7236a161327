"""What names say of models: what is called one, a part of one, or something about one."""

from __future__ import annotations

from functools import lru_cache

from pseudogen.names.modules import is_class_name
from pseudogen.names.targets import split
from pseudogen.names.words import suggested_role, words

MODELS = frozenset(
    {"model", "models", "net", "network", "detector", "segmentor", "generator"}
    | {"discriminator", "classifier", "gan", "transformer", "unet"}
)
SHORT = (("lm",), ("llm",), ("vae",))
"""Usual short names of models."""
PARTNERS = frozenset(
    {"actor", "agent", "backbone", "critic", "decoder", "encoder", "policy", "student", "teacher"}
)
"""What models are called that work or train together; that it is one, the script has to show."""
NO_MODELS = frozenset(
    {"args", "arguments", "artifact", "average", "averaged", "averager", "backend", "block"}
    | {"callback", "candidate", "card", "chunk", "dist", "distributed", "iterator"}
    | {"job", "layer", "log", "queue", "request", "response", "runner", "token"}
    | {"checkpoint", "client", "config", "cost", "criterion", "dataset", "ddp", "device"}
    | {"dir", "ema", "engine", "fsdp", "info", "loader", "loss", "losses", "manager", "meter"}
    | {"metric", "metrics", "name", "optimizer", "output", "outputs", "parallel"}
    | {"parallelize", "parameters", "params", "path", "processor", "repository", "sampler"}
    | {"saver", "scaler", "schedule", "scheduler", "size", "state", "summary", "swa"}
    | {"tokenizer", "trainer", "transform", "type", "url", "version", "weights", "wrapper"}
    | {"writer"}
)
OTHER_TARGETS = frozenset(
    {"anchor", "best", "data", "ema", "exported", "image", "no", "old", "random", "ref"}
    | {"reference", "rng", "swa"}
)
ABOUT = frozenset(
    {"arch", "args", "asset", "binary", "card", "cfg", "config", "dim", "dir", "dtype"}
    | {"file", "id", "index", "inputs", "inspect", "key", "kwargs", "metadata", "name"}
    | {"params", "path", "plan", "revision", "size", "spec", "tag", "tags", "type", "version"}
    | {"class", "cls", "default", "forward", "info", "meta", "num", "number"}
)
"""Words of names that tell of a model and do not hold it."""
CLASS_VARIABLES = frozenset({"model_cls", "model_class", "modelclass"})
_BESIDE = frozenset(
    {"a", "b", "base", "bert", "body", "clean", "cpu", "d", "ddp", "ema", "eval", "f", "ft", "g"}
    | {"gpu", "local", "main", "module", "orig", "p", "pg", "policy", "q", "raw", "ref", "s"}
    | {"source", "student", "t", "target", "teacher", "test", "train", "val", "with", "without"}
    | {"x", "y"}
)
"""Words that may stand behind `model` in the name of one."""


@lru_cache(maxsize=1 << 13)
def may_hold_model(name: str) -> bool:
    """Whether the name of a variable leaves it open that it holds a model."""
    if "." in name and not name.startswith("self."):
        return False
    return not gives_batches(name) and _ends_as_model(name)


@lru_cache(maxsize=1 << 13)
def _ends_as_model(name: str) -> bool:
    """Whether the words behind `model` or `net` leave it one: `model_ft`, `netG`, `net_encoder`,
    not `model_iterator`, which is an iterator."""
    found = words(name)
    places = [place for place, word in enumerate(found) if word in MODELS]
    rest = found[places[-1] + 1 :] if places else ()
    return all(word in _BESIDE or word in PARTNERS or len(word) == 1 for word in rest)


@lru_cache(maxsize=1 << 13)
def speak_of_model(variable: str, called: str) -> bool:
    """Whether names may tell of a model: of any others only the use of what is made does."""
    found = words(variable)
    return (
        is_class_name(called)
        or suggested_role(variable) == "model"
        or found[-1:] in SHORT
        or not (MODELS | PARTNERS).isdisjoint(found)
        or not MODELS.isdisjoint(words(called))
    )


@lru_cache(maxsize=1 << 13)
def is_kept_with_models(name: str) -> bool:
    """`self.models["encoder"]`, `nets["depth"]`: one of several models under its name."""
    held, opening, key = name.partition("[")
    kept = words(held)[-1:] in (("models",), ("nets",), ("networks",))
    return kept and bool(opening) and key[:1] in "\"'" and key.endswith("]")


def is_part(target: str) -> bool:
    """Whether a model gets a part: `model.classifier = Head(...)`."""
    owner = target.partition(",")[0].rpartition(".")[0]
    return bool(set(words(owner)) & MODELS)


def tells_of_model(name: str) -> bool:
    """Whether a name is that of a setting: `cfg.model`, `args.model_name`."""
    return any(set(words(part)) & ABOUT for part in name.split("."))


@lru_cache(maxsize=1 << 13)
def gives_batches(name: str) -> bool:
    """Whether a name is that of a generator of training or validation data:
    `train_generator`, `val_gen`; not that of a network that generates."""
    return words(name)[-1:] in (("generator",), ("gen",)) and split(name) is not None
