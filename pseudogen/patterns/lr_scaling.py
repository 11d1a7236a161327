"""lr-scaling: the learning rate is scaled by the batch size or the number of processes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import libcst as cst

from pseudogen.finding import Finding, pattern
from pseudogen.names.arguments import subscript_name
from pseudogen.names.evidence import FLOW, NAME, Evidence
from pseudogen.names.modules import is_class_name
from pseudogen.names.quantities import Link
from pseudogen.names.rates import (
    RATE_GIVERS,
    RATE_PIECES,
    is_rate,
    names_schedule,
    rate_given,
    terms_in,
)
from pseudogen.names.script import Script, Site
from pseudogen.names.switched import switched_on
from pseudogen.names.words import suggested_role, words
from pseudogen.records import dataclass
from pseudogen.syntax.build import dotted
from pseudogen.syntax.text import bare, text

_FACTOR_WORDS = frozenset({"factor", "mult", "multiplier", "ratio", "scale", "scaler", "scaling"})
_SCALES = (cst.Multiply, cst.Divide)
_LIMITS = ("min", "max", "np.clip")
_SCALING_ASSIGNMENTS = (cst.MultiplyAssign, cst.DivideAssign)


@dataclass(frozen=True, slots=True, kw_only=True)
class LrScaling(Finding):
    """Facts of a scaling of the learning rate.

    Attributes:
        target: What receives the scaled rate; None where it is passed on at once.
        formula: The expression.
        base: The unscaled rate, where the formula is a product of it and what it is scaled by; the
            target itself for `lr *= world_size`.
        batch: The batch size in it.
        processes: The number of processes in it.
        accumulation: The number of accumulation steps in it.
        reference: The batch size for which the unscaled rate was meant: the constant divisor.
        reference_value: Its value.
        clamped: Whether the result is kept between limits (`min`, `max`).
        value: The scaled rate where constants tell.
        chain: Where the numbers come from.
        by_runner: Whether the runner does it, as its settings say.
        condition: The condition under which it is scaled.
    """

    pattern: ClassVar[str] = "lr-scaling"

    target: str | None
    formula: str
    base: str | None = None
    batch: str | None = None
    processes: str | None = None
    accumulation: str | None = None
    reference: str | None = None
    reference_value: int | float | None = None
    clamped: bool = False
    value: int | float | None = None
    chain: tuple[Link, ...] = ()
    by_runner: bool = False
    condition: str | None = None


@pattern(LrScaling, statements=(cst.Assign, cst.AnnAssign, cst.AugAssign), mentions=RATE_PIECES)
def find_assignment(site: Site, script: Script) -> Iterator[LrScaling]:
    """`lr = args.lr * args.batch_size / 256`, `args.lr *= world_size`."""
    node = site.node
    target = node.targets[0].target if type(node) is cst.Assign else node.target
    if node.value is None:
        return
    schedule = type(node.value) is cst.Call and is_class_name(dotted(node.value.func))
    if schedule or not _names_rate(target):
        yield from _passed_on(site, script)
        return
    if type(node) is cst.AugAssign:
        scales = type(node.operator) in _SCALING_ASSIGNMENTS
        if scales:
            yield from _scaling(site, script, text(target), node.value, text(node))
    elif _multiplies(site, script):
        yield from _scaling(site, script, text(target), node.value, bare(node.value))


def _passed_on(site: Site, script: Script) -> Iterator[LrScaling]:
    """`schedule = cosine(args.lr * batch_size / 256, ...)`: a scaled rate is passed to a call."""
    if type(site.node) is cst.AugAssign or type(site.node.value) is not cst.Call:
        return
    for operation in script.operations_in(site.statement):
        rates = [t for t in terms_in(operation) if is_rate(dotted(t))]
        if rates and type(operation.operator) in _SCALES:
            yield from _scaling(site, script, None, operation, text(operation))
            return


def _names_rate(target: Any) -> bool:
    if type(target) is cst.Subscript:
        return is_rate(subscript_name(target))
    name = dotted(target)
    named = words(name)
    return is_rate(name) or ("lr" in named[-2:] and not names_schedule(name))


def _multiplies(site: Site, script: Script) -> bool:
    return any(type(op.operator) in _SCALES for op in script.operations_in(site.statement))


@pattern(LrScaling, kinds=("optimizer",))
def find_argument(site: Site, script: Script) -> Iterator[LrScaling]:
    """`optim.SGD(params, lr=args.lr * hvd.size())`."""
    rate = script.argument(site, "lr") or script.argument(site, "learning_rate")
    if type(rate) is cst.BinaryOperation and type(rate.operator) in _SCALES:
        yield from _scaling(site, script, "lr", rate, text(rate))


@pattern(LrScaling, methods=RATE_GIVERS, within=(cst.Expr,), mentions=RATE_PIECES)
def find_assigned(site: Site, script: Script) -> Iterator[LrScaling]:
    """`optimizer.lr.assign(lr * hvd.size())`, `K.set_value(optimizer.lr, lr * hvd.size())`."""
    target, given = rate_given(site) or ("", None)
    if type(given) is cst.BinaryOperation and type(given.operator) in _SCALES:
        yield from _scaling(site, script, target, given, text(given))


@pattern(LrScaling, statements=(cst.Assign,), mentions=("auto_scale",))
def find_switched(site: Site, script: Script) -> Iterator[LrScaling]:
    """`cfg.auto_scale_lr.enable = True` of MMEngine, whose runner then scales the rate."""
    if switched_on(site, script, "auto_scale_lr.enable") is not None:
        yield LrScaling(
            line=site.line,
            end=site.last,
            evidence=Evidence(FLOW, ("cfg.auto_scale_lr",)),
            target=None,
            formula=text(site.node),
            by_runner=True,
            condition=script.condition(site.statement),
        )


def _scaling(
    site: Site, script: Script, target: str | None, value: Any, formula: str
) -> Iterator[LrScaling]:
    batch, processes, accumulation = _factors(value, site, script)
    if batch is None and processes is None and accumulation is None:
        return
    at = site.statement.index
    reference = _reference(site, script)
    named = tuple(name for name in (batch, processes, accumulation) if name is not None)
    plain = type(site.node) is not cst.AugAssign
    divisor = text(reference) if reference is not None else None
    yield LrScaling(
        line=site.line,
        end=site.last,
        evidence=Evidence(FLOW if processes and not batch else NAME, named),
        target=target,
        formula=formula,
        base=_base(value, {*named, divisor}) if plain else target,
        batch=batch,
        processes=processes,
        accumulation=accumulation,
        reference=divisor,
        reference_value=script.value(reference, at) if reference is not None else None,
        clamped=formula.startswith(tuple(f"{name}(" for name in _LIMITS)),
        value=script.value(value, at) if plain else None,
        chain=tuple(link for link in script.chain(value, at) if link.line != site.line),
        condition=script.condition(site.statement),
    )


def _base(value: Any, scaled_by: set[str | None]) -> str | None:
    """The one factor of a product (between limits, where there are any) beside what it is scaled
    by."""
    while type(value) is cst.Call and dotted(value.func) in _LIMITS and value.args:
        value = value.args[0].value
    rest: list[str] = []
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if type(node) is cst.BinaryOperation and type(node.operator) in _SCALES:
            waiting += [node.left, node.right]
        elif text(node) not in scaled_by:
            rest.append(text(node))
    return rest[0] if len(rest) == 1 and is_rate(rest[0]) else None


def _factors(value: Any, site: Site, script: Script) -> tuple[str | None, str | None, str | None]:
    """(batch size, number of processes, accumulation steps) that an expression multiplies by."""
    divides = type(value) is cst.BinaryOperation and type(value.operator) is cst.Divide
    if divides and _factors(value.left, site, script)[0] is not None:
        return _factors(value.left, site, script)  # what it is divided by is the reference
    batch = processes = accumulation = None
    for term in _terms(value, site, script):
        role = script.role(term, site.scope)
        called = type(term) is cst.Call
        named = set(words(dotted(term.func if called else term)))
        if called and suggested_role(dotted(term.func)) == "process-count":
            processes = processes or text(term)
            continue
        if called and (role is None or role.kind != "process-count"):
            continue
        if role is not None and role.kind == "batch-size":
            batch = batch or text(term)
        elif role is not None and role.kind == "process-count":
            processes = processes or text(term)
        elif named & {"batch", "bs", "batchsize"} and not named & {"steps", "idx", "index"}:
            batch = batch or text(term)
        elif named & {"accum", "accumulation"}:
            accumulation = accumulation or text(term)
    return batch, processes, accumulation


def _terms(value: Any, site: Site, script: Script) -> Iterator[Any]:
    """The terms of an expression, and those of the factors that local variables hold."""
    for term in terms_in(value):
        yield term
        name = dotted(term) if type(term) is cst.Name else ""
        if not name or is_rate(name) or not set(words(name)) & _FACTOR_WORDS:
            continue
        for binding in script.reaching(name, site.statement.index):
            if binding.how == "assign" and binding.value is not None:
                yield from terms_in(binding.value)


def _reference(site: Site, script: Script) -> Any:
    """The constant, or variable that holds one, by which the batch size is divided."""
    for operation in script.operations_in(site.statement):
        if type(operation.operator) is cst.Divide:
            divisor = operation.right
            if script.value(divisor, site.statement.index) is not None:
                return divisor
    return None


def _example(**facts: Any) -> list[LrScaling]:
    facts.setdefault("end", facts["line"])
    return [LrScaling(**facts)]


EXAMPLES = {
    "lr = args.base_lr * args.batch_size / 256": _example(
        line=1,
        evidence=Evidence(NAME, ("args.batch_size",)),
        target="lr",
        formula="args.base_lr * args.batch_size / 256",
        base="args.base_lr",
        batch="args.batch_size",
        reference="256",
        reference_value=256,
    ),
    "import torch.distributed as dist\nargs.lr = args.lr * dist.get_world_size()": _example(
        line=2,
        evidence=Evidence(FLOW, ("dist.get_world_size()",)),
        target="args.lr",
        formula="args.lr * dist.get_world_size()",
        base="args.lr",
        processes="dist.get_world_size()",
    ),
    "lr = min(max(args.lr * batch_size / 64, 1e-4), 0.1)": _example(
        line=1,
        evidence=Evidence(NAME, ("batch_size",)),
        target="lr",
        formula="min(max(args.lr * batch_size / 64, 1e-4), 0.1)",
        base="args.lr",
        batch="batch_size",
        reference="64",
        reference_value=64,
        clamped=True,
    ),
    "nbs = 64\nbatch_size = 16\nInit_lr_fit = min(batch_size / nbs * 0.01, 0.05)": _example(
        line=3,
        evidence=Evidence(NAME, ("batch_size",)),
        target="Init_lr_fit",
        formula="min(batch_size / nbs * 0.01, 0.05)",
        batch="batch_size",
        reference="nbs",
        reference_value=64,
        clamped=True,
        value=0.0025,
        chain=(Link(1, "nbs = 64", 64), Link(2, "batch_size = 16", 16)),
    ),
    'import torch.distributed as dist\ncfg["learning_rate"] *= dist.get_world_size()': _example(
        line=2,
        evidence=Evidence(FLOW, ("dist.get_world_size()",)),
        target='cfg["learning_rate"]',
        formula='cfg["learning_rate"] *= dist.get_world_size()',
        base='cfg["learning_rate"]',
        processes="dist.get_world_size()",
    ),
    "import horovod.tensorflow as hvd\noptimizer.lr.assign(0.001 * hvd.size())": _example(
        line=2,
        evidence=Evidence(FLOW, ("hvd.size()",)),
        target="optimizer.lr",
        formula="0.001 * hvd.size()",
        processes="hvd.size()",
    ),
    (
        "import horovod.keras as hvd\n"
        "from keras import backend as K\n"
        "K.set_value(optimizer.lr, 0.001 * hvd.size())"
    ): _example(
        line=3,
        evidence=Evidence(FLOW, ("hvd.size()",)),
        target="optimizer.lr",
        formula="0.001 * hvd.size()",
        processes="hvd.size()",
    ),
    (
        "import tensorflow as tf\n"
        "import horovod.tensorflow as hvd\n"
        "opt = tf.train.AdamOptimizer(0.001 * hvd.size())"
    ): _example(
        line=3,
        evidence=Evidence(FLOW, ("hvd.size()",)),
        target="lr",
        formula="0.001 * hvd.size()",
        processes="hvd.size()",
    ),
    "from torch.optim import SGD\n"
    "optimizer = SGD(model.parameters(), lr=0.1 * world_size)": _example(
        line=2,
        evidence=Evidence(FLOW, ("world_size",)),
        target="lr",
        formula="0.1 * world_size",
        processes="world_size",
    ),
    "lr *= accumulation_steps": _example(
        line=1,
        evidence=Evidence(NAME, ("accumulation_steps",)),
        target="lr",
        formula="lr *= accumulation_steps",
        base="lr",
        accumulation="accumulation_steps",
    ),
    (
        "import horovod.torch as hvd\n"
        "for group in optimizer.param_groups:\n"
        "    group['lr'] = args.base_lr * hvd.size()"
    ): [
        LrScaling(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("hvd.size()",)),
            target="group['lr']",
            formula="args.base_lr * hvd.size()",
            base="args.base_lr",
            processes="hvd.size()",
        )
    ],
    (
        "import horovod.torch as hvd\n"
        "import torch.optim as optim\n"
        "scale = args.parts * hvd.size()\n"
        "optimizer = optim.SGD(model.parameters(), lr=args.lr * scale)"
    ): [
        LrScaling(
            line=4,
            end=4,
            evidence=Evidence(FLOW, ("hvd.size()",)),
            target=None,
            formula="args.lr * scale",
            processes="hvd.size()",
            chain=(
                Link(line=3, code="scale = args.parts * hvd.size()", value=None, carried=False),
            ),
        )
    ],
    ("scheduler = exp.get_lr_scheduler(exp.lr_per_img * args.batch_size, steps)"): [
        LrScaling(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("args.batch_size",)),
            target=None,
            formula="exp.lr_per_img * args.batch_size",
            base="exp.lr_per_img",
            batch="args.batch_size",
        )
    ],
    ("lr0 *= args.batch_size / (world_size * args.bs_per_gpu)"): [
        LrScaling(
            line=1,
            end=1,
            evidence=Evidence(NAME, ("args.batch_size",)),
            target="lr0",
            formula="lr0 *= args.batch_size / (world_size * args.bs_per_gpu)",
            base="lr0",
            batch="args.batch_size",
        )
    ],
    (
        "from mmengine.config import Config\n"
        'cfg = Config.fromfile("a.py")\n'
        "cfg.auto_scale_lr.enable = True"
    ): [
        LrScaling(
            line=3,
            end=3,
            evidence=Evidence(FLOW, ("cfg.auto_scale_lr",)),
            target=None,
            formula="cfg.auto_scale_lr.enable = True",
            by_runner=True,
        )
    ],
}
COUNTEREXAMPLES = {
    "lr = base_lr * 0.1 ** (epoch // 30)": "that is lr-schedule",
    "batch_size = batch_size // world_size": "that is batch-division",
    "lr = 0.1 * 2": "a plain number",
    "lr_decay = PiecewiseDecay(\n"
    "    boundaries=[30000 * 16 / batch_size], values=[base_lr, 0.1 * base_lr]\n"
    ")": "the boundaries of a schedule are divided",
}
