"""Which calls train: the step that sends gradients back, in the forms of the frameworks."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import libcst as cst

from pseudogen.names.arguments import argument
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.fitting import fit_call
from pseudogen.names.words import words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.fields import descendants
from pseudogen.syntax.text import text

if TYPE_CHECKING:
    from pseudogen.names.script import Script, Site

CLIPPING_METHODS = (
    "clip_grad_norm_",
    "clip_grad_norm",
    "clip_grad_value_",
    "clip_gradients",
    "clip_gradient",
    "clip_grads",
    "clip_grad",
    "clip_by_global_norm",
    "clip_master_grads",
    "dispatch_clip_grad",
)
"""Methods that clip gradients."""
CLEARING_METHODS = ("zero_grad", "clear_grad", "clear_gradients")
"""Methods of an optimizer or a model that clear the gradients: PyTorch's, then Paddle's."""

BACKWARD = "backward"
"""A loss, or something that wraps it, is asked for its gradients."""
SCALED_CALL = "scaled-call"
"""A loss scaler that is called with the loss and the optimizer does backward and step."""
APPLY = "apply"
"""Gradients computed before are applied (Keras, Flax, optax)."""
ENGINE = "engine"
"""A framework's engine runs one whole step (`train_batch`, `update_params`)."""
LEARNER = "learner"
"""An object that holds the model and its optimizer is told to learn (`agent.update(rollouts)`)."""

_NO_LOSS = frozenset({"super()", "ctx", "Function", "autograd"})
_APPLYING = frozenset({"apply_gradient", "apply_gradients", "minimize", "stateless_apply"})
_ENGINE_METHODS = frozenset({"train_batch", "train_on_batch", "update_params"})
_STEP_METHODS = frozenset({"train_one_batch", "train_one_step", "train_step"})
"""Methods of the project's own trainers that take one step."""
_LOSSES = frozenset({"loss", "losses", "cost", "err", "error", "objective"})
_NO_LOSSES = frozenset(
    {"context", "ctx", "dout", "dy", "grad", "grads", "gradient", "gradients", "outputs"}
)
"""Words of what is handed to a backward pass that starts from no loss: `y.backward(dy)`."""
_LEARNERS = frozenset({"agent", "agents", "learner", "policy"})
_ALGORITHMS = frozenset({"a2c", "a3c", "ddpg", "dqn", "ppo", "reinforce", "sac", "td", "trpo"})
"""Methods of reinforcement learning, by which their objects are called too."""
_PARTNERS = frozenset(
    {"actor", "critic", "dis", "disc", "discriminator", "gen", "generator", "policy"}
)
_MEASURING = frozenset({"benchmark", "flops", "latency", "macs", "profile", "throughput"})
"""What functions are named by that measure what a computation costs."""
_PAIR = 2
LEARNS = frozenset({"learn", "train", "update", "update_parameters"})
"""Methods by which one is told to learn."""


@dataclass(frozen=True, slots=True)
class Step:
    """A training step: `how` is one of the constants above."""

    how: str
    evidence: Evidence


def gradients_before(script: Script, site: Site) -> Site | None:
    """The call that computes the gradients which a step applies: `grad_fn(params, batch)`,
    `jax.value_and_grad(loss_fn)(params)`, `tape.gradient(loss, variables)`; the last one above it
    in the same function, or None."""
    around = script.function_around(site.statement)
    block = script.calls_below(around) if around is not None else script.call_sites()
    passed = {name for arg in site.node.args for name in _identifiers(arg.value)}
    found, own = None, None
    for call in block:
        if call.statement.index >= site.statement.index:
            break
        same = call.scope == site.scope and not script.exclusive(call.statement, site.statement)
        if same and _computes_gradients(script, call):
            found = call
            target = getattr(call.statement.node, "targets", None)
            own = call if target and passed & _identifiers(target[0].target) else own
    return own or found


def _identifiers(node: Any) -> set[str]:
    return {part.value for part in descendants(node) if isinstance(part, cst.Name)}


def _computes_gradients(script: Script, call: Site) -> bool:
    function = call.node.func
    if any(_makes_gradients(script, arg.value, call.scope) for arg in call.node.args):
        return True  # `accumulate(jax.value_and_grad(loss_fn), params, batch)`
    if type(function) is cst.Call:
        return _makes_gradients(script, function, call.scope)
    receiver, _, method = call.name.rpartition(".")
    if method == "gradient":
        return "tape" in words(receiver)
    if type(function) is not cst.Name or not {"grad", "gradient", "grads"} & set(words(call.name)):
        return False
    return any(
        binding.how == "assign" and _makes_gradients(script, binding.value, call.scope)
        for binding in script.reaching(function.value, call.statement.index)
    )


def _makes_gradients(script: Script, node: Any, scope: int) -> bool:
    """Whether a call turns a function into that of its gradients: `jax.value_and_grad(loss_fn)`."""
    if type(node) is not cst.Call:
        return False
    known = script.known(node.func, scope)
    if known is not None:
        return known.api.kind == "gradient-function"
    return dotted(node.func).rpartition(".")[2] in ("value_and_grad", "filter_value_and_grad")


@lru_cache(maxsize=1 << 13)
def may_step(name: str) -> bool:
    """Whether a call of this name may be a training step: most names can't be that of one. What
    is called on a computed value has none: `(loss / 4).backward()`."""
    if not name:
        return True
    receiver, _, method = name.rpartition(".")
    if "scaler" in words(method):
        return True
    if not receiver and ("train" in method.lower() or method.endswith("_step")):
        return True
    return bool(receiver) and (
        method in _APPLYING
        or method in _ENGINE_METHODS
        or _names_one_step(method)
        or method in ("backward", "manual_backward", "optimize_parameters")
        or method in LEARNS
        or _names_update(method)
    )


def training_step(script: Script, site: Site) -> Step | None:
    """The training step that a call is, or None; calls that hide the loop are not meant."""
    if site.known is not None and site.known.api.kind == "training-step":
        return Step(APPLY, Evidence(site.known.evidence, (site.known.name,)))
    if not may_step(site.name):
        return None
    receiver, _, method = site.name.rpartition(".")
    if not receiver:
        return _sum(site) or _scaled(script, site) or _named_step(script, site)
    if method == "backward":
        return _backward(script, site, receiver)
    if method in _APPLYING and site.node.args:
        return _applied(script, site, receiver, method)
    if method in LEARNS and (_is_learner(script, site, receiver) or _gets_loader(script, site)):
        return _learns(script, site)
    if _names_update(method):
        return _learns_in_loop(script, site, receiver)
    if method == "train" and _gets_batch(script, site):
        return Step(ENGINE, Evidence(NAME, (site.name,)))
    if method == "update" and type(site.statement.node) is cst.Expr:
        return _updated(script, site, receiver)
    if method == "optimize_parameters" and receiver != "self":
        return Step(ENGINE, Evidence(NAME, (site.name,)))
    wraps_optimizer = {"opt", "optim", "optimizer", "wrapper"} & set(words(receiver))
    engine = words(receiver)[-1:] == ("engine",) and method == "train_batch"
    if engine and script.called_function(site) is None:
        return Step(ENGINE, Evidence(FLOW, (site.name,)))
    if method in _ENGINE_METHODS and site.node.args and (method[0] == "t" or wraps_optimizer):
        return Step(ENGINE, Evidence(FLOW, (site.name,)))
    if _names_one_step(method) and _takes_step(script, site, receiver):
        return Step(ENGINE, Evidence(NAME, (site.name,)))
    if method == "manual_backward":
        return Step(BACKWARD, Evidence(FLOW, (site.name,)))
    return _scaled(script, site)


def _backward(script: Script, site: Site, receiver: str) -> Step | None:
    first = site.node.args[0].value if site.node.args else None
    gives_back = type(site.statement.node) is cst.Assign and all(a.keyword for a in site.node.args)
    if gives_back:
        return None  # the gradient of an input, of a layer written by hand; a loss gives nothing
    if receiver.split(".")[0] in _NO_LOSS or receiver == "self" or dotted(first) in ("ctx", "self"):
        return None
    lossy = _LOSSES & set(words(receiver.replace("()", "")))
    if first is not None and not lossy and not _of_loss(script, site, first, receiver):
        return None
    if _hands_on(script, site, receiver) or _only_measures(script, site):
        return None
    return Step(BACKWARD, Evidence(FLOW, (receiver.partition("(")[0],)))


def _only_measures(script: Script, site: Site) -> bool:
    """Whether a backward pass is run for its cost: in `measure_flops` or `profile_ops`, in which
    no optimizer makes a step."""
    around = script.function_around(site.statement)
    if around is None or _MEASURING.isdisjoint(words(around.node.name.value)):
        return False
    return not any(call.name.endswith(".step") for call in script.calls_below(around))


def _of_loss(script: Script, site: Site, first: Any, receiver: str) -> bool:
    """Whether what is handed to `backward` is a loss, or an option of the loss that is asked: not
    the gradient of an output, or what an operator of a compiler gets."""
    if site.node.args[0].keyword is not None:
        return site.node.args[0].keyword.value not in ("tensors", "grad_tensors")
    if site.node.args[0].star or type(first) is cst.Call:
        return "autograd" not in receiver.split(".") or "loss" in text(first)
    if script.is_a(first, site.scope, "loss") is not None:
        return True
    named = set(words(dotted(first)))
    if named & _NO_LOSSES:
        return False
    return "autograd" not in receiver.split(".")


def _hands_on(script: Script, site: Site, receiver: str) -> bool:
    """Whether a method of a wrapper does nothing but call the same method of what it wraps."""
    function = script.function_around(site.statement)
    if function is None or function.node.name.value != site.name.rpartition(".")[2]:
        return False
    return receiver.startswith(("self.", "super()")) and "(" not in receiver[5:]


def _sum(site: Site) -> Step | None:
    """`(loss / 4).backward()`, whose receiver has no name."""
    function = site.node.func
    if type(function) is not cst.Attribute or function.attr.value != BACKWARD:
        return None
    if type(function.value) is not cst.BinaryOperation:
        return None
    return Step(BACKWARD, Evidence(FLOW, (bare_text(function.value),)))


def bare_text(node: Any) -> str:
    """The text of an expression without the parentheses around it."""
    return text(node.with_changes(lpar=(), rpar=())) if node.lpar else text(node)


_STATIC = ("in_pir_mode", "in_static_mode")
"""Functions of Paddle that ask whether operations are put together to be run later."""


def _builds_program(script: Script, site: Site) -> bool:
    """Whether operators are what a call gives, or go into a program that is run later: nothing is
    updated yet."""
    if any(text(a.keyword or a.value) == "startup_program" for a in site.node.args if not a.star):
        return True
    headers = (s.node for s in script.tree.ancestors(site.statement.index))
    tests = (node.test for node in headers if type(node) is cst.If)
    if any(type(test) is cst.Call and dotted(test.func).endswith(_STATIC) for test in tests):
        return True
    node = site.statement.node
    target = text(node.targets[0].target) if type(node) is cst.Assign else ""
    found = {word for name in target.strip("()").split(",") for word in words(name)}
    return bool({"ops", "op"} & found)


def _applied(script: Script, site: Site, receiver: str, method: str) -> Step | None:
    """`optimizer.apply_gradients(zip(...))`, `state.apply_gradients(grads=...)`,
    `optimizer.minimize(loss)`; not `scipy.optimize.minimize`."""
    if method == "minimize" and not {"optimizer", "opt", "optim", "adam"} & set(words(receiver)):
        return None
    if _hands_on(script, site, receiver) or _builds_program(script, site):
        return None
    return Step(APPLY, Evidence(FLOW, (receiver,)))


def _is_learner(script: Script, site: Site, receiver: str) -> bool:
    """Whether something learns by its name, `agent` or `dqn`, or by that of its class."""
    last = set(words(receiver)[-1:])
    if last & _LEARNERS or (last & _ALGORITHMS and site.node.args):
        return True
    made = (b.value for b in script.resolver.bindings(receiver, site.scope) if b.how == "assign")
    classes = (words(dotted(value.func))[-1:] for value in made if type(value) is cst.Call)
    return bool(site.node.args) and any(found in (("agent",), ("learner",)) for found in classes)


@lru_cache(maxsize=1 << 13)
def _names_update(method: str) -> bool:
    """Whether a method says which of several networks it updates: `dis_update`, `update_critic`."""
    named = words(method)
    if len(named) != _PAIR or "update" not in named:
        return False
    return bool(set(named) & _PARTNERS)


def _learns_in_loop(script: Script, site: Site, receiver: str) -> Step | None:
    """`trainer.dis_update(images)` in a loop, of an object that the script does not show."""
    shown = receiver in ("self", "super()") or script.called_function(site) is not None
    if shown or script.loop_around(site.statement) is None or not site.node.args:
        return None
    return Step(LEARNER, Evidence(NAME, (site.name,)))


def _gets_batch(script: Script, site: Site) -> bool:
    """`metrics = engine.train(x, y)` in a loop: an object of the project, whose method this script
    does not show, is given a batch; `net.train(True)` sets a mode."""
    loop = script.loop_around(site.statement)
    given = [arg.value for arg in site.node.args if arg.keyword is None and not arg.star]
    if loop is None or len(given) < _PAIR or script.called_function(site) is not None:
        return False
    if {word for node in given for word in words(dotted(node))} & _NO_BATCH:
        return False
    root = site.name.partition(".")[0]
    if any(binding.how == "import" for binding in script.resolver.bindings(root, site.scope)):
        return False  # `xgboost.train(params, samples)`
    bound = [b for node in given for b in script.reaching(dotted(node), site.statement.index)]
    return any(loop.index <= binding.statement < loop.after for binding in bound)


_NO_BATCH = frozenset({"data", "dataset", "epoch", "fold", "loader", "dataloader", "seed", "trial"})
"""Words of what a whole training gets."""


def _gets_loader(script: Script, site: Site) -> bool:
    """`discriminator.update(train_loader, rollouts)`: a network of the project is given a loader
    and updates itself."""
    networks = {"critic", "discr", "discriminator", "net", "network"}
    if not networks & set(words(site.name.rpartition(".")[0])[-1:]) or not site.node.args:
        return False
    return script.is_a(site.node.args[0].value, site.scope, "loader") is not None


def _learns(script: Script, site: Site) -> Step | None:
    """`agent.update(rollouts)`, `policy.train(buffer, 256)`; not `policy.train()`, a mode, nor a
    method that the script itself writes out."""
    if fit_call(script, site) is not None:
        return None  # the framework runs all steps
    moded = [text(arg.value) for arg in site.node.args] in ([], ["True"], ["False"])
    if (moded and site.name.endswith(".train")) or script.called_function(site) is not None:
        return None
    return Step(LEARNER, Evidence(NAME, (site.name,)))


def _updated(script: Script, site: Site, receiver: str) -> Step | None:
    """`optimizer.update(model, grads)` as Flax NNX has it."""
    passed = {word for arg in site.node.args for word in words(dotted(arg.value))}
    optimizer = script.is_a(site.node.func.value, site.scope, "optimizer")
    if optimizer is None or not passed & {"grad", "grads", "gradients"}:
        return None
    return Step(APPLY, Evidence(FLOW, (receiver,)))


def _scaled(script: Script, site: Site) -> Step | None:
    """`loss_scaler(loss, optimizer, parameters=...)` as timm has it."""
    if not {"scaler"} & set(words(site.name)) or len(site.node.args) < 2:
        return None
    passed = [arg.value for arg in site.node.args if arg.keyword is None]
    optimizer = argument(site.node, "optimizer", 1)
    if not passed or script.is_a(optimizer, site.scope, "optimizer") is None:
        return None
    return Step(SCALED_CALL, Evidence(NAME, (site.name,)))


@lru_cache(maxsize=1 << 13)
def _names_one_step(method: str) -> bool:
    """Whether a method of a trainer takes one step by its name: `train_step`, `train_one_batch`,
    `run_generator_one_step`."""
    named = words(method)
    return method in _STEP_METHODS or (named[:1] == ("run",) and named[-2:] == ("one", "step"))


def _takes_step(script: Script, site: Site, receiver: str) -> bool:
    """`losses = trainer.train_step(images, boxes)` in a loop: an object of the project, whose
    method this script does not show, is told to take a step."""
    shown = receiver == "super()" or script.called_function(site) is not None
    loop = script.loop_around(site.statement)
    if shown or loop is None or not site.node.args:
        return False
    # Where a loss is sent back further down, the method gave no more than that.
    later = script.calls_of_method("backward")
    return not any(site.statement.index < c.statement.index < loop.after for c in later)


def _gets_optimizer(script: Script, site: Site) -> bool:
    """Whether a function is given an optimizer and the model that it is for."""
    models = any(script.is_a(a.value, site.scope, "model") is not None for a in site.node.args)
    optimizers = any({"optim", "optimizer"} & set(words(dotted(a.value))) for a in site.node.args)
    return models and optimizers and len(words(site.name)) > 1


def _named_step(script: Script, site: Site) -> Step | None:
    """`train_step(state, batch)`, or `ppo_step(policy, optimizer, batch)`, that the script imports
    from the project's own code."""
    named = words(site.name)
    trains = named[:2] in (("train", "step"), ("training", "step"))
    if not trains and not (named[-1:] == ("step",) and _gets_optimizer(script, site)):
        return None
    bound = script.resolver.bindings(site.name, site.scope)
    if any(binding.how in ("function", "assign") for binding in bound) or not site.node.args:
        return None
    return Step(ENGINE, Evidence(NAME, (site.name,)))
