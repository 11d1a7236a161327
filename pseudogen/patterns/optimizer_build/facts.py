"""The facts of optimizer-build."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerBuild(Finding):
    """Facts of an optimizer.

    Attributes:
        name: What holds it.
        api: The class or helper, without its module.
        choices: The classes, where the statement picks one of several.
        params: What is optimized.
        owners: Whose parameters `params` holds, where it is a variable that is set once.
        trained_of: The model of whose parameters only those that are trained are optimized.
        groups: Whether the parameters come in groups (a list of dicts, or a list by that name).
        group_rates: The learning rates that the groups state, as far as they are written out.
        lr: The learning rate; the library's default when nothing is passed.
        lr_value: The learning rate where constants tell.
        lr_default: Whether the learning rate is the library's default; of groups, where they state
            none of their own.
        weight_decay: The weight decay.
        momentum: The momentum.
        settings: The other settings that are passed, as `name=value`.
        helper: Whether `api` is a function that makes one, and no class.
        arguments: What is passed to a helper.
        parts: The functions that make the steps of a chain, without their modules.
        condition: The condition under which this optimizer is made.
        scheduled_by: The class around it that sets its learning rate, by its name:
            `ScheduledOptim(Adam(...), ...)`.
    """

    pattern: ClassVar[str] = "optimizer-build"

    name: str | None = None
    api: str | None = None
    choices: tuple[str, ...] = ()
    params: str | None = None
    owners: tuple[str, ...] = ()
    trained_of: str | None = None
    groups: bool = False
    group_rates: tuple[str, ...] = ()
    lr: str | None = None
    lr_value: int | float | None = None
    lr_default: bool = False
    weight_decay: str | None = None
    momentum: str | None = None
    settings: tuple[str, ...] = ()
    helper: bool = False
    arguments: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    condition: str | None = None
    scheduled_by: str | None = None
