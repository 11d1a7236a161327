"""What a caller may choose about the look of an output."""

from __future__ import annotations

import re
from typing import Literal

from pseudogen.records import dataclass

Numbers = Literal["none", "source", "lines"]
"""What stands beside a line of pseudocode: nothing, its lines in the source, or its own number."""

LatexPackage = Literal["algpseudocodex", "algorithm2e"]


@dataclass(frozen=True, slots=True)
class Options:
    """Choices; a format ignores those that mean nothing to it.

    Attributes:
        width: Terminal cells of a line (text, terminal).
        numbers: Numbers beside pseudocode; None leaves it to the format.
        file: The name of the input (json).
        label: What a paper refers to the algorithm by, such as `alg:train` (latex, typst): Latin
            letters, digits, and any of `: . _ -`.
        end: Whether a block is closed by a line of its own, as "end if" (latex, typst).
        latex_package: The LaTeX package that sets the algorithm.
        standalone: Whether the output is a whole document, or a part to include (latex, typst).

    Raises:
        ValueError: the label has another character.
    """

    width: int = 80
    numbers: Numbers | None = None
    file: str = ""
    label: str = ""
    end: bool = False
    latex_package: LatexPackage = "algpseudocodex"
    standalone: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9:._-]*", self.label):
            raise ValueError(f"not a label: {self.label!r}")
