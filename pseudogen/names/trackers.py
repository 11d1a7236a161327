"""Trackers of experiments: which calls make one, and which log values to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from pseudogen.names.arguments import argument, string
from pseudogen.names.evidence import FLOW, NAME, Evidence, weakest
from pseudogen.names.hooks import is_module
from pseudogen.names.targets import alternatives, variable
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site
    from pseudogen.syntax.tree import Statement

_ADDS = frozenset(
    {"add_audio", "add_custom_scalars", "add_embedding", "add_figure", "add_histogram"}
    | {"add_hparams", "add_image", "add_images", "add_pr_curve", "add_scalar", "add_scalars"}
    | {"add_text", "add_video"}
)
"""Methods that only TensorBoard-like writers have."""

_LOGS = frozenset(
    {"append_acc", "append_loss", "attach_opt_params_handler", "attach_output_handler", "log"}
    | {"log_dict", "log_histogram", "log_image", "log_losses", "log_metric", "log_metrics"}
    | {"log_param", "log_params", "log_scalar", "log_scalars", "log_table", "log_value", "measure"}
    | {"on_log", "put_scalar", "put_scalars", "scalar", "track", "update_metrics", "update_summary"}
    | {"write_images", "write_scalars"}
)
"""Methods that log when they are called on a tracker."""

_TRACKER_WORDS = frozenset(
    {"aim", "comet", "experiment", "mlflow", "mllogger", "neptune", "summary", "summarywriter"}
    | {"swanlab", "tb", "tensorboard", "tracker", "trackers", "visdom", "wandb", "writer"}
)
_LOGGER_LOGS = frozenset(
    {"log_metrics", "log_metric", "log_dict", "update_summary", "log_training", "log_validation"}
    | {"log_epoch_metrics", "log_hyperparams"}
    | {"log_train", "log_val", "log_test", "log_eval", "log_evaluation", "log_epoch"}
)
"""Methods that a logger has when it keeps metrics; one of texts has none of them."""
_TELLS = (
    ("buffer",),
    ("log",),
    ("write",),
    ("summarize",),
    ("summarise",),
    ("record",),
    ("report",),
    ("visualize",),
    ("visualise",),
)
"""First words of functions that write what they are given, or show it."""
_KEEPERS = frozenset({"history", "logger", "recorder", "tracker", "writer", "summary"})
"""Words of what a script calls an object of its own that keeps a tracker."""
_SUMMARIES = frozenset(
    {"scalar_summary", "image_summary", "histo_summary", "histogram_summary", "text_summary"}
    | {"list_of_scalars_summary", "scalars_summary", "audio_summary"}
)
"""Methods of the small classes that projects put around TensorBoard's event files."""
_DRAWS = frozenset({"line", "bar", "scatter", "images"})
_PLOTS = frozenset({"plot", "display_current_results"})
_DRAWN = frozenset(
    {"acc", "current", "curve", "curves", "image", "images", "line", "lines", "loss", "losses"}
    | {"many", "metrics", "scalar", "scalars", "table"}
)
"""What a visualizer draws on the page of a plotting server, in the names of its methods."""
_WRITES = _ADDS | _SUMMARIES
"""Methods that by themselves say that a writer of metrics is called."""
_MAY_LOG = _WRITES | _LOGS
_KEEPS = _LOGGER_LOGS | _SUMMARIES
_MAKERS = (("build",), ("create",), ("instantiate",), ("make",))
_TAKERS = ("accelerator", "trainer", "trainer-settings")
"""Kinds of what a framework gets a logger through."""
_BACKENDS = {"tensorboard": "TensorBoard", "wandb": "Weights & Biases", "mlflow": "MLflow"}
_MAKES = frozenset({"init_trackers", "create_experiment_tracker"})


@dataclass(frozen=True, slots=True)
class Tracker:
    """What values are logged to: the variable that holds it (None without one), its backend
    ("TensorBoard"; None when unknown), what that rests on, and whether the framework itself lets
    one process alone write."""

    name: str | None
    backend: str | None
    evidence: Evidence
    guarded: bool = False


def created(script: Script, site: Site) -> Tracker | None:
    """What a call makes a tracker of, or None when it makes none."""
    if site.known is not None:
        if site.known.api.kind != "writer":
            return None
        evidence = Evidence(site.known.evidence, (site.known.name,))
        traits = site.known.api.traits
        guarded = traits.get("guarded") == "yes"
        return Tracker(variable(site.statement) or None, traits.get("backend"), evidence, guarded)
    if _makes_logger(site.name):
        made = variable(site.statement)
        given = bool(made) and _given_to_framework(made, site, script)
        return Tracker(made, None, Evidence(FLOW, (site.name,)), True) if given else None
    if _is_visualizer(site.name):
        made = variable(site.statement)
        plots = bool(made) and any(map(_plots, script.methods_on(made)))
        return Tracker(made, None, Evidence(FLOW, (site.name,))) if plots else None
    if _is_logger(site.name) and not _keeps_metrics(script, site):
        made = variable(site.statement)
        given = bool(made) and _given_to_framework(made, site, script)
        return Tracker(made, None, Evidence(FLOW, (site.name,)), True) if given else None
    if names_creation(site.name):
        guarded = site.name.rpartition(".")[2] in _MAKES
        target = variable(site.statement) or None
        return Tracker(target, _named_backend(site), Evidence(NAME, (site.name,)), guarded)
    return None


def _class_words(name: str) -> tuple[str, ...]:
    """The words of a class, in which the name of a backend is one: `WandBLogger`."""
    return words(name.replace("WandB", "Wandb").replace("TensorBoard", "Tensorboard"))


def _named_backend(site: Site) -> str | None:
    """The backend that the name of a class tells: `TensorboardLogger`, `WandbWriter`."""
    found = _class_words(site.name)
    return next((_BACKENDS[word] for word in found if word in _BACKENDS), None)


def names_creation(name: str) -> bool:
    """Whether the name of a call says that it makes a tracker."""
    owner, _, last = name.rpartition(".")
    if not last[:1].isupper() and words(last)[:1] in (("init",), ("initialize",), ("create",)):
        made = owner.rpartition(".")[2]  # `WandbLogger.initialize_wandb_logger(...)`
    else:
        made = last
    if words(last)[:1] in _MAKERS and words(last)[-1:] == ("loggers",):
        return True
    kinds = {"summary", "tensorboard", "tb"} & set(words(last))
    keeps = (words(last)[-1:] == ("writer",) and kinds) or words(last)[-1:] == ("summarywriter",)
    if keeps and words(last)[:1] in (*_MAKERS, ("get",), ("init",), ("setup",)):
        return True
    return (
        last in _MAKES
        or _makes_logger(name)
        or _is_logger(name)
        or _is_visualizer(name)
        or (made[:1].isupper() and _names_tracker(set(_class_words(made))))
    )


def _is_logger(name: str) -> bool:
    """Whether a class is called a logger, and nothing says what it logs: `TacotronLogger`."""
    last = name.rpartition(".")[2]
    named = _class_words(last)
    return last[:1].isupper() and named[-1:] == ("logger",) and not _names_tracker(set(named))


def _is_visualizer(name: str) -> bool:
    """Whether a class is called one that shows things; what, its methods say."""
    last = name.rpartition(".")[2]
    return last[:1].isupper() and words(last)[-1:] in (("visualizer",), ("visualiser",))


def _makes_logger(name: str) -> bool:
    """Whether a function makes a logger by its name, of texts or of metrics: `choose_logger`."""
    last = name.rpartition(".")[2]
    makes = words(last)[1:] == ("logger",)
    return makes and not last[:1].isupper()


def _given_to_framework(made: str, site: Site, script: Script) -> bool:
    """Whether a framework gets what a function made as its logger: `Fabric(loggers=[logger])`."""
    for call in script.calls_of_kind(*_TAKERS):
        given = argument(call.node, "loggers") or argument(call.node, "logger")
        parts = [e.value for e in given.elements] if type(given) is cst.List else [given]
        if any(part is not None and dotted(part) == made for part in parts):
            return call.scope == site.scope
    return False


def _keeps_metrics(script: Script, site: Site) -> bool:
    """Whether metrics are logged to what a logger's class makes."""
    made = variable(site.statement)
    if not made:
        return False
    asked = script.methods_on(made)
    by_name = _BY_NAME & asked and any(
        call.name.rpartition(".")[0] == made and _logs_by_name(call)
        for method in sorted(_BY_NAME & asked)
        for call in script.calls_of_method(method)
    )
    return bool(by_name) or not _KEEPS.isdisjoint(asked)


def _names_tracker(found: set[str]) -> bool:
    """Whether the words of a class say that it writes metrics: WandbLogger, LossHistory."""
    backends = _TRACKER_WORDS - {"writer"} | {"log"}
    kept = {"summary", "tensorboard"} <= found or {"summaries", "tensorboard"} <= found
    metrics = "writer" in found and found & {"metric", "metrics"}
    named = kept or metrics or (found & {"writer", "logger"} and found & backends)
    return bool(named) or {"loss", "history"} <= found or found == {"loggers"}


def logged(script: Script, site: Site) -> Tracker | None:
    """What a call logs to, or None when it logs nothing to a tracker."""
    if site.known is not None:
        if site.known.api.kind != "tracker-log":
            return None
        evidence = Evidence(site.known.evidence, (site.known.name,))
        return Tracker(None, site.known.api.traits.get("backend"), evidence)
    if not names_logging(site.name):
        return None
    if _logs_by_name(site):
        return Tracker(site.name.rpartition(".")[0], None, Evidence(NAME, (site.name,)))
    receiver, _, method = site.name.rpartition(".")
    if method == "write" and not site.node.args:
        return _one_of_writers(receiver, site, script)
    if words(method)[:1] in _TELLS and not (receiver and method in _LOGS | _LOGGER_LOGS):
        return _given(site, script) or _by_own(receiver, site, script)
    if _draws_or_updates(receiver, method, site):
        return Tracker(receiver, None, Evidence(NAME, (receiver,)))
    if method == "attach" and argument(site.node, "log_handler") is not None:
        backend = _backend(receiver, site, script)
        named = words(receiver)[-1:] == ("logger",)
        return Tracker(receiver, backend, Evidence(NAME, (site.name,))) if named else None
    if method in _DRAWS or _plots(method):
        backend = _backend(receiver, site, script)
        drawn = Tracker(receiver, backend, Evidence(FLOW, (receiver,)))
        return drawn if backend == "Visdom" else None
    if method not in _WRITES and method not in _LOGS and method not in _LOGGER_LOGS:
        return None
    if method in _WRITES:
        if type(site.statement.node) in (cst.Assign, cst.Return):
            return None  # it gives something, which a writer does not
        receiver = text(site.node.func.value) if "[" in receiver else receiver
        return Tracker(receiver, _backend(receiver, site, script), Evidence(FLOW, (receiver,)))
    return _of_tracker(receiver, method, site, script)


def _logs_by_name(site: Site) -> bool:
    """`self.logger.log("train/reward", reward, step)`: a logger is given a value and its name,
    where one of texts is given a level first."""
    receiver, _, method = site.name.rpartition(".")
    first = site.node.args[0].value if site.node.args else None
    named = type(first) is cst.FormattedString or bool(string(first))
    values = [arg for arg in site.node.args if arg.keyword is None]
    pair = named and len(values) > 1 and "%" not in text(first) and " " not in text(first)
    return pair and method in _BY_NAME and words(receiver)[-1:] == ("logger",)


_BY_NAME = frozenset({"log", "logkv", "record", "record_mean"})


def names_logging(name: str) -> bool:
    """Whether a call of this name may log: most methods can't."""
    receiver, _, method = name.rpartition(".")
    if words(method)[:1] in _TELLS:
        return True
    may_log = method in _MAY_LOG or method in _DRAWS or method in ("update", "attach")
    may_log = may_log or method in _BY_NAME or _plots(method)
    return bool(receiver) and may_log


def _plots(method: str) -> bool:
    """Whether a method of a visualizer draws values: `plot_many`, `vis_scalar`."""
    named = words(method)
    drawn = named[:1] in (("vis",), ("plot",)) and bool(_DRAWN & set(named[1:2]))
    return method in _PLOTS or drawn


def _one_of_writers(receiver: str, site: Site, script: Script) -> Tracker | None:
    """`for writer in writers: writer.write()` of detectron2: each writes what was stored."""
    loop = script.loop_around(site.statement)
    if loop is None or type(loop.node) is not cst.For or text(loop.node.target) != receiver:
        return None
    evidence = script.is_a(loop.node.iter, site.scope, "writer") or _listed(loop, script)
    return Tracker(receiver, None, evidence) if evidence is not None else None


def _listed(loop: Statement, script: Script) -> Evidence | None:
    """What makes one of the writers in the list that a loop goes over:
    `writers = [JSONWriter(path)] if is_main else []`."""
    for binding in script.reaching(dotted(loop.node.iter), loop.index):
        for held in alternatives(binding.value):
            for element in held.elements if type(held) is cst.List else ():
                evidence = script.is_a(element.value, loop.scope, "writer")
                if evidence is not None:
                    return evidence
    return None


def _given(site: Site, script: Script) -> Tracker | None:
    """`summarize(writer=writer, global_step=step, scalars=losses)`: a function of the project is
    given the writer and what it is to write."""
    if len(site.node.args) < 2 or script.called_function(site) is not None:
        return None
    for arg in site.node.args:
        name = dotted(arg.value)
        role = script.role(arg.value, site.scope) if name else None
        if (role is not None and role.kind == "writer") or "writer" in words(name):
            return Tracker(name, _backend(name, site, script), Evidence(FLOW, (name,)))
    return None


def _by_own(receiver: str, site: Site, script: Script) -> Tracker | None:
    """`logger.write_results(scores)`, where a class of the script that keeps a tracker adds to it
    what it is given."""
    if not receiver or receiver == "self" or not _KEEPERS & set(words(receiver)):
        return None
    own = script.called_function(site) if site.node.args else None
    for call in script.calls_below(own) if own is not None else ():
        holder, _, method = call.name.rpartition(".")
        if method in _ADDS and holder.startswith("self."):
            return Tracker(receiver, _backend(holder, call, script), Evidence(FLOW, (site.name,)))
    return None


def _draws_or_updates(receiver: str, method: str, site: Site) -> bool:
    """`vis.line(...)`, `log_writer.update(loss=loss)`, `run.log({...})`: methods that say little by
    themselves, of variables whose names say the rest."""
    named = words(receiver)
    if method in _DRAWS:
        return bool({"vis", "viz", "visdom"} & set(named[-1:]))
    if _plots(method):
        return bool({"vis", "viz", "visdom", "visualizer", "plotter"} & set(named[-1:]))
    if method == "update":
        return {"log", "writer"} <= set(named) and bool(site.node.args)
    logs_a_dict = bool(site.node.args) and type(site.node.args[0].value) is cst.Dict
    told = method == "log_metric" and len(site.node.args) > 1
    return named[-1:] == ("run",) and ((method == "log" and logs_a_dict) or told)


def _of_tracker(receiver: str, method: str, site: Site, script: Script) -> Tracker | None:
    backend = _backend(receiver, site, script)
    if backend is not None:
        return Tracker(receiver, backend, Evidence(FLOW, (receiver,)))
    role = script.role(site.node.func.value, site.scope)
    if role is not None and role.kind in ("accelerator", "writer") and site.node.args:
        guarded = role.kind == "accelerator"
        return Tracker(receiver, None, weakest(role.evidence), guarded)
    if receiver == "self" and method in ("log", "log_dict") and _is_lightning(site, script):
        return Tracker(None, None, Evidence(NAME, (site.name,)), True)
    named = {word for part in receiver.split(".") for word in words(part)}
    receiver = text(site.node.func.value) if "[" in receiver else receiver
    if _TRACKER_WORDS & named or ("history" in named and "loss" in named):
        return Tracker(receiver, None, Evidence(NAME, (receiver,)))
    if method in _LOGGER_LOGS and "logger" in named:
        return Tracker(receiver, None, Evidence(NAME, (site.name,)))
    return None


def _backend(receiver: str, site: Site, script: Script) -> str | None:
    """The backend of what a variable holds: `writer = SummaryWriter()`."""
    for binding in script.resolver.defined(receiver, site.scope):
        for call in alternatives(binding.value):
            if binding.how in ("assign", "with") and type(call) is cst.Call:
                known = script.known(call.func, script.tree.statements[binding.statement].scope)
                if known is not None and known.api.kind == "writer":
                    return known.api.traits.get("backend")
    return None


def _is_lightning(site: Site, script: Script) -> bool:
    """Whether `self` is a LightningModule: by its bases, or by its methods' names."""
    function = script.function_around(site.statement)
    if function is None or not site.node.args:
        return False
    owner = script.tree.scopes[function.scope]
    return owner.kind == "class" and is_module(script, script.tree.statements[owner.statement])
