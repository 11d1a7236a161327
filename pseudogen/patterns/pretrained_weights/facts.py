"""The facts of pretrained-weights."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainedWeights(Finding):
    """Facts of weights that come from an earlier training.

    Attributes:
        form: "constructor" (an argument of the model's constructor), "named" (`from_pretrained`),
            "file" (a file is read), "whole" (a file that holds a whole model) or "helper" (a
            function that says so in its name).
        model: What gets them, as written; None when that is not seen.
        function: What reads them, as written.
        source: The file, name or argument, as written; None when not given.
        value: The string that `source` is a name of, as written; None when not known.
        default: Whether `source` is what the constructor does without being told.
        into: For a file, the line on which the model gets the weights.
        strict: For a file, the `strict` argument of that call; None when not given.
        name: For a file whose names are changed as the model gets them, the variable that holds a
            name.
        renamed: What a name becomes, as written.
        taken_if: What weights have to meet to be taken.
        teacher: Whether the model is one that another follows, by its names: it is not trained.
        bits: "4" or "8" where they are kept in so few bits.
        condition: The condition under which it happens.
    """

    pattern: ClassVar[str] = "pretrained-weights"

    form: str
    model: str | None = None
    function: str
    source: str | None = None
    value: str | None = None
    default: bool = False
    into: int | None = None
    strict: str | None = None
    name: str | None = None
    renamed: str | None = None
    taken_if: tuple[str, ...] = ()
    teacher: bool = False
    bits: str | None = None
    condition: str | None = None
