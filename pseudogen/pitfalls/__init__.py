"""The pitfalls: one module per subject, each check under its id.

A module has functions under `@pitfall("<id>")`, and below them EXAMPLES (id -> code -> the lines
reported) and COUNTEREXAMPLES (id -> code -> why it is silent).
"""

from functools import cache
from types import ModuleType

from pseudogen.pitfall import Checker
from pseudogen.rooms import modules_in


@cache
def pitfall_modules() -> tuple[ModuleType, ...]:
    """The modules, by name."""
    return tuple(module for _, module in modules_in(__name__, __path__))


@cache
def all_checkers() -> tuple[Checker, ...]:
    """The checks of all modules, by id.

    Raises:
        ValueError: two checks have one id.
    """
    found: dict[str, Checker] = {}
    for module in pitfall_modules():
        for value in vars(module).values():
            if isinstance(value, Checker):
                if value.id in found:
                    raise ValueError(f"two checks are called {value.id!r}")
                found[value.id] = value
    return tuple(found[identifier] for identifier in sorted(found))
