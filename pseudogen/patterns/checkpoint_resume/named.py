"""What a call says by its name: that it continues a run, and how."""

from __future__ import annotations

import libcst as cst

from pseudogen.names.arguments import argument
from pseudogen.names.script import Script, Site
from pseudogen.names.targets import assigned
from pseudogen.names.words import words
from pseudogen.patterns.checkpoint_resume.settings import CONTINUES
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

RESUME_WORDS = frozenset({"resume", "resumed", "resuming", "continue", "restore", "restart"})
STATE_WORDS = frozenset(
    {"checkpoint", "checkpoints", "ckpt", "snapshot", "state", "model", "weights"}
    | {"parameters", "training"}
)
_RESTORED = STATE_WORDS | frozenset(
    {"from", "optimizer", "progress", "run", "scheduler", "session", "train", "trainer"}
)
_KEEPERS = frozenset(
    {"checkpoint", "checkpointer", "checkpoints", "ckpt", "ckptr", "manager", "mngr", "saver"}
    | {"snapshot", "state", "trainer"}
)
_RESTORING = _KEEPERS | frozenset(
    {"accelerator", "connector", "cls", "engine", "fabric", "learner", "model", "runner", "self"}
    | {"solver", "strategy", "task", "utils", "checkpointing", "misc", "util", "io"}
)
"""Words of what is asked to restore something of a training."""
_KEEPS = (("checkpointer",), ("checkpoint",), ("ckpt",))
"""Last words of objects that keep checkpoints, where they are given what they restore."""
_TRAINED_BEFORE = frozenset({"pretrained", "weights", "finetune"})
"""Words of files that other trainings left."""
KEYWORDS = (*CONTINUES, "resume")


def told_to_continue(site: Site, script: Script) -> str | None:
    """`trainer.fit(model, ckpt_path=path)`: a training is told to go on; the `how` of such a
    finding."""
    for name in KEYWORDS:
        value = argument(site.node, name)
        if value is not None and text(value) not in ("None", "False"):
            trainer = site.known is not None and site.known.api.kind == "trainer"
            return "argument" if trainer or script.fit_call(site) is not None else None
    return None


def how_of(site: Site, script: Script) -> str | None:
    """How a call that no table knows continues a run, by its name and by what it gets: the `how`
    of a finding; None where it does not show that it does."""
    receiver, _, method = site.name.rpartition(".")
    named = words(site.name)
    other = method.lstrip("_")[:1].isupper() or named[-1:] == ("end",)
    if other or "pretrained" in named or (len(named) == 1 and not site.node.args):
        return None
    alone = argument(site.node, "load_module_only")
    if alone is not None and text(alone) == "True":
        return None  # the weights, and nothing of the run
    if receiver and method in _METHODS:
        own = method == "load_from_checkpoint" and script.called_function(site) is not None
        return None if own else _METHODS[method]
    if receiver and method == "resume_or_load":
        told = argument(site.node, "resume")
        return "choice" if text(told or cst.Name("True")) != "False" else None
    function = site.node.func
    role = script.role(function.value, site.scope) if type(function) is cst.Attribute else None
    kind = role.kind if role is not None else None
    if method == "load_state_dict" and kind is None and _reads_to_resume(site, script):
        return "helper"
    if method == "load_raw" and kind == "accelerator":
        return "framework" if because(site, script) & RESUME_WORDS else None
    found = _asked_of(kind, site, script)
    if found is None and _asks_checkpointer(site):
        return None if _given_words(site) & _TRAINED_BEFORE else "framework"
    return found or ("helper" if _is_helper(site, script) else None)


_METHODS = {
    "load_state": "framework",
    "restore_or_initialize": "latest",
    "load_from_checkpoint": "module",
}


def _asked_of(kind: str | None, site: Site, script: Script) -> str | None:
    """How a method continues a run, by the role of what it is asked of and by what it gets."""
    receiver, _, method = site.name.rpartition(".")
    named = words(site.name)
    if method == "load" and kind == "accelerator":
        return "framework"
    if method == "load" and kind == "model" and RESUME_WORDS & _given_words(site):
        return "framework"  # `net.load(args.resume)`
    of_keeper = method in ("load", "restore") and words(receiver)[-1:] in _KEEPS
    if of_keeper or (named[:1] in (("load",), ("restore",)) and kind == "model"):
        passed = [script.role(arg.value, site.scope) for arg in site.node.args]
        if any(role is not None and role.kind == "optimizer" for role in passed):
            return "helper"
    if named == ("load", "parameters") and receiver and _gives_place(site):
        return "helper"
    engine = words(receiver)[-1:] == ("engine",) and bool(site.node.args)
    if method == "load_checkpoint" and receiver and (engine or kind == "model"):
        return "framework"
    return None


def _asks_checkpointer(site: Site) -> bool:
    """`checkpointer.restore_latest(path)`: what keeps checkpoints is told what to load."""
    told = [a for a in site.node.args if a.keyword is None or a.keyword.value != "weights_only"]
    by_keeper = words(site.name.rpartition(".")[0])[-1:] in (("checkpointer",), ("ckptr",))
    named = words(site.name)
    return by_keeper and bool(told) and len(named) > 1 and named[0] in ("load", "restore")


def _is_helper(site: Site, script: Script) -> bool:
    """`load_checkpoint(config, model, optimizer)`: a function by its name restores the state of a
    training, and by what it gets or gives, or by the conditions around it, goes on with it."""
    named = words(site.name)
    if len(named) > 1 and named[-1] in ("load", "restore") and set(named[:-1]) <= STATE_WORDS:
        named = (named[-1], *named[:-1])  # `model_load(args.resume)`
    if not _restores_state(named, site):
        return False
    parts = (a.value.value for a in site.node.args if type(a.value) is cst.Subscript)
    if any(type(whole) in (cst.Name, cst.Attribute) for whole in parts):
        return False  # a part of what was loaded before
    restored = [script.role(arg.value, site.scope) for arg in site.node.args]
    kinds = {role.kind for role in restored if role is not None}
    if kinds & {"optimizer", "scheduler", "scaler"} or set(named) & RESUME_WORDS:
        return True
    asked = _given_words(site)
    if "pretrained" in asked:
        return False
    if _gives_start(site) or (named == ("load", "model") and "snapshot" in asked):
        return True
    return bool((because(site, script) | asked) & RESUME_WORDS)


def _restores_state(named: tuple[str, ...], site: Site) -> bool:
    """Whether the words of a function's name say that it restores the state of a training."""
    loads = named[:1] in (("load",), ("resume",), ("restore",)) or named[:2] == ("auto", "load")
    loads = loads or (named[:1] == ("restart",) and bool({"checkpoint", "ckpt"} & set(named)))
    about = set(named) & (STATE_WORDS | RESUME_WORDS)
    if not loads or not about or set(named) & {"dict", "experiment", "create"}:
        return False
    receiver = site.name.rpartition(".")[0]
    asked = set(words(receiver))
    if named == ("restore",) and (not site.node.args or not asked & _KEEPERS):
        return False
    rest = named[1:2] if named[1:2] == ("from",) else tuple(w for w in named[1:] if w != "from")
    if named[0] in ("restore", "resume") and named[1:] and not set(rest) & _RESTORED:
        return False
    return named[0] != "restore" or not receiver or bool(asked & _RESTORING)


def _reads_to_resume(site: Site, script: Script) -> bool:
    """`dist_util.load_state_dict(resume_checkpoint)`: a function of a module reads a file, in code
    that speaks of resuming."""
    first = site.node.args[0].value if site.node.args else None
    root = site.name.partition(".")[0]
    imported = any(b.how == "import" for b in script.resolver.bindings(root, site.scope))
    if not imported or not {"checkpoint", "ckpt"} & set(words(dotted(first))):
        return False
    function = script.function_around(site.statement)
    block = script.tree.below(function) if function is not None else []
    return any("resume" in script.source(statement) for statement in block)


def _gives_start(site: Site) -> bool:
    """`start_epoch = restore_checkpoint(model, path)`: a helper tells from where to go on."""
    named = words(held_by(site) or "")
    return named[:1] == ("start",) and named[1:] in (("epoch",), ("iter",), ("step",))


def _gives_place(site: Site) -> bool:
    """`epoch = trainer.load_parameters(path)`: the place in the run comes back as well."""
    target = assigned(site.statement, site.node) or ""
    return bool({"epoch", "iteration", "step"} & set(words(target)))


def _given_words(site: Site) -> set[str]:
    """The words of all that is passed."""
    return {word for arg in site.node.args for word in words(text(arg.value).replace(".", "_"))}


def because(site: Site, script: Script) -> set[str]:
    """The words of the conditions that lead to a call, without what must not be so."""
    reasons = (script.condition(site.statement) or "").split(" and ")
    stated = "_".join(reason for reason in reasons if not _says_no(reason))
    return set(words(stated.replace(".", "_").replace(" ", "_")))


def _says_no(reason: str) -> bool:
    """`not args.resume`, `args.resume is None`: there is nothing to resume from."""
    return reason.lstrip("(").startswith("not ") or reason.rstrip(")").endswith(" is None")


def leaves_out(site: Site) -> bool:
    """Whether an option says what is not restored: `load_lr_scheduler_states=False`."""
    off = (
        arg.keyword.value for arg in site.node.args if arg.keyword and text(arg.value) == "False"
    )
    return any(words(option)[:1] == ("load",) and len(words(option)) > 1 for option in off)


def decided_by(site: Site) -> str | None:
    """What decides whether `checkpointer.resume_or_load(path, resume=args.resume)` resumes."""
    told = argument(site.node, "resume")
    return text(told) if told is not None and text(told) != "True" else None


def held_by(site: Site) -> str | None:
    """What gets the result of a call, where that is one name."""
    node = site.statement.node
    direct = type(node) is cst.Assign and assigned(site.statement, site.node) is not None
    return dotted(node.targets[0].target) or None if direct else None
