"""The facts of loss-function."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LossFunction(Finding):
    """Facts of a loss.

    Attributes:
        action: "made" (a criterion object), "computed" (by a function) or "held" (an object that
            only the name of what receives it says to be a criterion).
        name: What holds the criterion, or receives the loss.
        maker: Whether a criterion is what a function gives, no class.
        api: The class or function, without its module.
        choices: The classes or functions, where the statement has several.
        chosen_by: The test of `A() if test else B()`, of which `choices` are both.
        several: Whether all of `choices` are made or computed; otherwise one of them is picked.
        task: "classes", "binary", "squared", "absolute", "smooth", ...; by its
            name alone "focal" and "overlap"; None when unknown.
        expects: What it expects of the model's output: "logits", "log-probabilities",
            "probabilities"; None when it does not matter or is unknown.
        reduction: How the values of a batch become one.
        weight: The weights of the classes.
        positive_weight: The weight of the answer "yes" in a loss of yes-or-no questions.
        smoothing: The label smoothing.
        ignore: The target value that is left out.
        inputs: What a function is given.
        part: Whether what the function computes only goes into what `name` gets.
        added: Whether it is added to what `name` has (`loss += ...`).
        condition: The condition under which it is made or computed.
    """

    pattern: ClassVar[str] = "loss-function"

    action: str
    name: str | None = None
    maker: bool = False
    api: str | None = None
    choices: tuple[str, ...] = ()
    chosen_by: str | None = None
    several: bool = False
    task: str | None = None
    expects: str | None = None
    reduction: str | None = None
    weight: str | None = None
    positive_weight: str | None = None
    smoothing: str | None = None
    ignore: str | None = None
    inputs: tuple[str, ...] = ()
    part: bool = False
    added: bool = False
    condition: str | None = None
