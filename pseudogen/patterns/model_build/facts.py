"""The facts of model-build."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelBuild(Finding):
    """Facts of a model.

    Attributes:
        target: What receives it; None when it is passed on at once.
        function: The class or function that makes it, as written; the whole choice between two.
        architecture: The name under which a library knows it, as written; None when the function
            itself says it.
        arguments: What is passed, as written.
        layers: The layers of a sequence, in their order, in full where they are short together,
            else those that are not by their classes; () of other models.
        parts: The parts that a class of the script gives it, with what makes them, as written; ()
            where it shows none.
        parts_in: The lines of that class.
        parts_file: The file of the project that defines it; None for the script itself.
        more_parts: Whether there may be others: made under a condition, in a loop, or by what is
            not known to make parts.
        pretrained: What says that it comes with weights trained earlier, as written; None when
            nothing does.
        classes: The number of classes, as written; None when not given.
        device: Where it is moved in the same statement, as written; "" for the GPU.
        described: Whether it is a description of the model, from which a framework builds it.
        condition: The condition under which it is made.
    """

    pattern: ClassVar[str] = "model-build"

    target: str | None = None
    function: str
    architecture: str | None = None
    arguments: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    parts_in: tuple[int, int] | None = None
    parts_file: str | None = None
    more_parts: bool = False
    pretrained: str | None = None
    classes: str | None = None
    device: str | None = None
    described: bool = False
    condition: str | None = None
