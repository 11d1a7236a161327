"""Calls of libraries that no pattern names -> what the library makes of their arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import libcst as cst

from pseudogen.explanation.clipped import brief, call_text, clipped, short, targets
from pseudogen.explanation.passage import Clause
from pseudogen.names.arguments import argument
from pseudogen.names.evidence import API
from pseudogen.names.script import Script, Site
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text
from pseudogen.syntax.tree import Binding, Statement

_LOW_RANK = ("r", "lora_alpha", "use_rslora", "lora_dropout", "target_modules", "modules_to_save")
_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "adapters": ("model", "peft_config", *_LOW_RANK),
    "collator": ("mlm", "mlm_probability"),
    "inference-pipeline": ("task", "model"),
    "input-processor": ("pretrained_model_name_or_path",),
    "lightning-trainer": (
        "accelerator",
        "devices",
        "num_nodes",
        "logger",
        "callbacks",
        "val_check_interval",
        "check_val_every_n_epoch",
        "log_every_n_steps",
        "limit_train_batches",
        "default_root_dir",
        "fast_dev_run",
    ),
    "low-rank-settings": _LOW_RANK,
    "measure": ("path", "config_name"),
    "model-configuration": ("pretrained_model_name_or_path",),
    "quantization": (
        "load_in_4bit",
        "load_in_8bit",
        "bnb_4bit_quant_type",
        "bnb_4bit_compute_dtype",
    ),
    "quantized-training": ("model",),
    "tokenizer": ("pretrained_model_name_or_path",),
    "trainer": (
        "model",
        "train_dataset",
        "eval_dataset",
        "args",
        "peft_config",
        "data_collator",
        "compute_metrics",
        "reward_funcs",
        "optimizers",
    ),
}
"""Kind of a row of the tables -> the arguments that its words speak of."""
_METHODS: dict[str, tuple[str, ...]] = {
    "filter": ("function",),
    "map": ("function", "batched"),
    "remove_columns": ("column_names",),
    "rename_column": ("original_column_name", "new_column_name"),
    "select": ("indices",),
    "shuffle": ("seed",),
}
"""Methods of `datasets.Dataset` -> the arguments that their words speak of, in their places."""
_KEEPING = frozenset(
    {*_METHODS, "class_encode_column", "cast", "cast_column", "flatten", "skip", "sort", "take",
     "train_test_split", "with_format"}
)  # fmt: skip
"""Methods of `datasets.Dataset` that give data sets."""
_DATA_SETS = "datasets."
_FEW = 6
"""A list of so many values is written out."""
_FAR = 12
"""So many steps back it is looked where a data set comes from."""
_RUNS = {("ultralytics.YOLO", "train"): "yolo-training"}
"""(the class of a model, a method) -> the kind of call that trains it."""
_ALL_NAMED = frozenset({"training-arguments", *_RUNS.values()})
"""Kinds whose words choose among all named arguments."""
_BESIDE_FINDINGS = frozenset({"trainer", "training-arguments"})
"""Kinds of which there is more to tell than the patterns that are found in a call."""

_RUNTIME: dict[str, tuple[str, ...]] = {
    "anomaly-check": ("mode",),
    "cpu-threads": ("number",),
    "empty-cache": (),
    "garbage": (),
    "gpu-wait": (),
    "matrix-precision": ("precision",),
    "warnings": ("action",),
}
"""What is done to the process itself -> the arguments that its words speak of."""
_RUNTIME_LIMITS = {"warnings": ("message", "category", "module")}
"""Arguments beside them that say to what it is done alone."""
_TF32 = {
    "torch.backends.cuda.matmul": "matrix",
    "torch.backends.cudnn": "convolution",
}

KINDS = (
    frozenset(_ARGUMENTS)
    | _ALL_NAMED
    | frozenset(_RUNTIME)
    | {"tf32"}
    | {f"data-{method}" for method in _METHODS}
)
"""What a language has words for."""


def of_library(
    script: Script, statement: Statement, names: tuple[str, ...], call: Any
) -> Clause | None:
    """`tokenizer = AutoTokenizer.from_pretrained(path)`: what a call of a library makes; None for
    calls that have no words of their own."""
    known = script.known(call.func, statement.scope)
    if known is None:
        return _of_data_set(script, statement, names, call)
    kind = known.api.traits.get("settings", known.api.kind)
    if known.evidence != API or (kind not in _ARGUMENTS and kind not in _ALL_NAMED):
        return None
    if kind == "trainer" and "takes" not in known.api.traits:
        return None
    site = script.call_site(call, statement.index, statement.scope)
    passed = dict(_passed(script, site, kind))
    if kind == "collator":
        if any(arg.star for arg in call.args) or script.defines(dotted(call.func)):
            return None  # what it does with the labels is not seen
        passed["form"] = known.api.traits["form"]
    return Clause("library", names, kind, passed=passed) if passed else None


def of_runtime(script: Script, statement: Statement, call: cst.Call) -> Clause | None:
    """`torch.cuda.empty_cache()`: what a call that stands alone does to the process itself."""
    known = script.known(call.func, statement.scope)
    if known is None or known.api.kind != "runtime" or known.evidence != API:
        return None
    kind = known.api.traits["settings"]
    site = script.call_site(call, statement.index, statement.scope)
    passed = {name: script.argument_text(site, name) for name in _RUNTIME[kind]}
    told = {name: value for name, value in passed.items() if value}
    if len(told) < len(passed):
        return None
    for name in _RUNTIME_LIMITS.get(kind, ()):
        limit = script.argument_text(site, name)
        if limit:
            told[name] = limit
    return Clause("library", (), kind, passed=told | {"call": call_text(call)})


def of_switch(script: Script, statement: Statement, name: str, value: str) -> Clause | None:
    """`torch.backends.cuda.matmul.allow_tf32 = True`."""
    module, _, switch = name.rpartition(".")
    if switch != "allow_tf32" or value not in ("True", "False"):
        return None
    full = script.resolver.qualified(module, statement.scope)
    part = next((_TF32[one] for one in full if one in _TF32), None)
    return Clause("library", (name,), "tf32", passed={"part": part, "on": value}) if part else None


def _passed(script: Script, site: Site, kind: str) -> Iterator[tuple[str, str]]:
    """The arguments that are told of, as they are written."""
    if kind in _ALL_NAMED:
        for arg in site.node.args:
            if arg.keyword is not None:
                yield arg.keyword.value, short(text(arg.value))
        return
    for name in _ARGUMENTS[kind]:
        value = script.argument_or_default(site, name)
        if value is not None and value not in ("None", "False"):
            node = script.argument(site, name)
            settings = dict(_settings_in(script, site, node)) if name == "args" else {}
            yield name, brief(node) if settings else _written(node, value)
            yield from settings.items()


def _settings_in(script: Script, site: Site, call: Any) -> Iterator[tuple[str, str]]:
    """The settings of the run that are made where a trainer gets them."""
    if type(call) is cst.Call:
        made = script.call_site(call, site.statement.index, site.scope)
        if made.known is not None and made.known.api.kind in _ALL_NAMED:
            yield from _passed(script, made, made.known.api.kind)


def _written(node: Any, value: str) -> str:
    """A value, or the default that stands for it; the calls in a list are cut short."""
    if type(node) is cst.List and len(node.elements) <= _FEW:
        return f"[{', '.join(brief(element.value) for element in node.elements)}]"
    return clipped(node, value) if node is not None else short(value)


def _of_data_set(
    script: Script, statement: Statement, names: tuple[str, ...], call: Any
) -> Clause | None:
    """`tokenized = raw.map(tokenize, batched=True)`, of a data set of Hugging Face Datasets."""
    function = call.func
    if type(function) is not cst.Attribute or function.attr.value not in _METHODS:
        return None
    if not _is_data_set(script, function.value, statement, _FAR):
        return None
    method = function.attr.value
    passed = {"data": short(text(function.value))}
    for place, name in enumerate(_METHODS[method]):
        value = argument(call, name, place if place == 0 or method == "rename_column" else None)
        if value is not None and text(value) not in ("None", "False"):
            passed[name] = short(text(value))
    known = method == "shuffle" or _METHODS[method][0] in passed
    return Clause("library", names, f"data-{method}", passed=passed) if known else None


def _is_data_set(script: Script, node: Any, statement: Statement, far: int) -> bool:
    """Whether a value comes from a function of Hugging Face Datasets, as it is or changed."""
    if far == 0:
        return False
    kind = type(node)
    if kind is cst.Subscript:
        return _is_data_set(script, node.value, statement, far - 1)
    if kind is cst.Call:
        known = script.known(node.func, statement.scope)
        if known is not None:
            return known.evidence == API and known.name.startswith(_DATA_SETS)
        if type(node.func) is not cst.Attribute or node.func.attr.value not in _KEEPING:
            return False
        return _is_data_set(script, node.func.value, statement, far - 1)
    made = script.reaching(text(node), statement.index) if kind is cst.Name else ()
    statements = script.tree.statements
    return bool(made) and all(
        binding.how == "assign"
        and _is_data_set(script, binding.value, statements[binding.statement], far - 1)
        for binding in made
    )


@dataclass(frozen=True, slots=True)
class Run:
    """The settings of the run that a script hands to a trainer: argument -> what it gets, and the
    lines of the call."""

    settings: Mapping[str, str]
    lines: tuple[int, int]


def run_of(script: Script) -> Run | None:
    """The settings of the run; None where there are none, or several that may hold."""
    sites = [
        site
        for site in script.call_sites()
        if site.known is not None and site.known.api.kind in _ALL_NAMED
    ]
    if len(sites) != 1:
        return None
    settings = dict(_passed(script, sites[0], sites[0].known.api.kind)) if sites[0].known else {}
    return Run(settings, (sites[0].line, sites[0].last))


def beside_findings(script: Script, statement: Statement) -> Clause | None:
    """What a statement of which findings speak says besides; None where they say all."""
    node = statement.node
    call = node.value if type(node) in (cst.Assign, cst.Expr) else None
    if type(call) is not cst.Call:
        return None
    named = node.targets[0].target if type(node) is cst.Assign else None
    names = tuple(targets(named)) if named is not None else ()
    known = script.known(call.func, statement.scope)
    if known is not None and names and known.api.kind in _BESIDE_FINDINGS:
        return of_library(script, statement, names, call)
    return _of_run(script, statement, call) if known is None else None


def _of_run(script: Script, statement: Statement, call: cst.Call) -> Clause | None:
    """`model.train(data="pets.yaml", epochs=9)`: how a model of a library trains itself."""
    function = call.func
    if type(function) is not cst.Attribute or function.attr.value not in _TRAINING_METHODS:
        return None
    made = script.reaching(text(function.value), statement.index)
    kinds = {_RUNS.get((_maker(script, b), function.attr.value)) for b in made}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is None:
        return None
    site = script.call_site(call, statement.index, statement.scope)
    passed = dict(_passed(script, site, kind))
    return Clause("library", (text(function.value),), kind, passed=passed) if passed else None


_TRAINING_METHODS = frozenset(method for _, method in _RUNS)


def _maker(script: Script, binding: Binding) -> str:
    """The full name of the class whose object a variable gets: `YOLO` in `YOLO(a).load(b)`."""
    value: Any = binding.value
    while type(value) is cst.Call and type(value.func) is cst.Attribute:
        if type(value.func.value) is not cst.Call:
            break
        value = value.func.value
    scope = script.tree.statements[binding.statement].scope
    known = script.known(value.func, scope) if type(value) is cst.Call else None
    return known.name if known is not None and known.evidence == API else ""
