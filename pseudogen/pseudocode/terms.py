"""Pieces of pseudocode while they are put together: marked text, and how tightly it binds.

The levels are those of a textbook: a power binds tighter than a product, a product tighter than a
sum, then comparisons, "not", "and", "or". Signs that no textbook ranks (mod, shifts, bits) stand
between sums and comparisons and take only operands that nothing can pull apart.
"""

from __future__ import annotations

PHRASE = 0
"""Words, a choice, a mapping, an assignment: brackets inside everything else."""
NOUN = 1
"""Words for a thing: "the state of model"; no brackets among other words."""
OR = 2
AND = 3
NOT = 4
CONDITION = 5
"""Words that say something true or false: "x is set"."""
COMPARE = 6
BITS = 7
"""∧, ∨ and ⊕, which logic reads as looser than a comparison."""
RARE = 8
"""mod and shifts."""
SUM = 9
PRODUCT = 10
POWER = 11
ATOM = 12

Term = tuple[str, int]
"""Marked text (see `document.mark`) and its level."""


def at(term: Term, level: int) -> str:
    """The text of a term, in brackets unless it binds at least as tightly as `level`."""
    text, binds = term
    return text if binds >= level else f"({text})"


def in_list(term: Term) -> str:
    """The text of a term between commas: in brackets where it is words that go on behind a comma of
    their own, or that give a value."""
    text, binds = term
    return f"({text})" if binds == PHRASE and _goes_on(text) else text


def _goes_on(text: str) -> bool:
    """Whether a comma or an arrow stands outside all brackets."""
    depth = 0
    for sign in text:
        depth += (sign in _OPENING) - (sign in _CLOSING)
        if depth == 0 and sign in _RUNNING_ON:
            return True
    return False


_OPENING, _CLOSING = "([{（⌊⌈", ")]}）⌋⌉"
_RUNNING_ON = ",，、；↦←"
