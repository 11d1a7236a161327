"""The facts of augmentation."""

from __future__ import annotations

from typing import ClassVar

from pseudogen.finding import Finding
from pseudogen.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation(Finding):
    """Facts of a pipeline.

    Attributes:
        target: What receives it; None when it is passed on at once.
        function: What composes it, as written.
        steps: The steps in their order, as written, without those that are never applied (`p=0`);
            () when they are not spelled out.
        pipelines: Of a dict of pipelines, key and steps of each; () of others.
        listed: The line on which the list of steps is made, where it is held by a variable.
        random: Those of the steps that draw at random, by their name.
        chances: Whether steps of a library state the probability with which they are applied.
        fixed: Whether none of the steps draws at random, as far as all are known.
        split: "training" or "validation", the part of the data; None when names don't tell.
        order: "sequence", "one" or "any order": how the steps are applied; None when unknown.
        mixup: Of what mixes samples, the alpha of mixup; None where it is off.
        cutmix: The alpha of cutmix; None where it is off.
        chance: With which probability a batch is mixed; None where each is.
        switch: With which probability it is cutmix, where both are on.
        condition: The condition under which it is made.
    """

    pattern: ClassVar[str] = "augmentation"

    target: str | None = None
    function: str
    steps: tuple[str, ...] = ()
    pipelines: tuple[tuple[str, tuple[str, ...]], ...] = ()
    listed: int | None = None
    random: tuple[str, ...] = ()
    chances: bool = False
    fixed: bool = False
    split: str | None = None
    order: str | None = None
    mixup: str | None = None
    cutmix: str | None = None
    chance: str | None = None
    switch: str | None = None
    condition: str | None = None
